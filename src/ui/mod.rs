//! Widgets that all labs share.
