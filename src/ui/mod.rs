//! Widgets that all labs share.
//!
//! Every widget here names itself for screen readers and tests, and explains itself on hover. Colours come from
//! [`theme`] alone.

pub mod canvas;
pub mod canvas_node;
pub mod chart;
pub mod choice_editor;
pub mod colour_bar;
pub mod curve_editor;
pub mod dots;
pub mod edits;
pub mod equations;
pub mod formula;
pub(crate) mod graphics;
pub mod highlight;
pub mod icon;
pub mod indices;
pub mod notation;
pub mod number_list;
pub mod number_slider;
mod paper_notes;
pub mod param_slider;
pub mod pixel_editor;
pub mod pixels;
pub mod progress;
pub mod prose;
pub mod section;
pub mod stage;
pub mod theme;
pub mod tiles;
pub mod transport;

pub use crate::core::format;
pub use choice_editor::choice_editor;
pub use colour_bar::colour_bar;
pub use param_slider::param_slider;
pub use section::{Section, toggle};
pub use tiles::Tiles;
