//! The built-in scenes, each a file in assets/scenes.

use crate::labs::GalleryScene;

/// In the order in which the gallery shows them.
pub(super) static ALL: &[GalleryScene] = &[];
