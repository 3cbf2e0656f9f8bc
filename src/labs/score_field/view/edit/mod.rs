//! Editing the data in the picture.

mod actions;
mod brush;
mod handles;
mod pointer;

use std::collections::BTreeSet;

pub use actions::{add_component, add_points, delete, duplicate, select_all, selected_weight, set_weight, translate};
pub use handles::{Handle, hit};
pub use pointer::{Pointer, PointerInput};

pub use crate::ui::edits::Edits;

/// Something that can be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// Data point of this number.
    Point(usize),
    /// Gaussian component of this number.
    Component(usize),
}

/// What is selected.
pub type Selection = BTreeSet<Item>;

/// What the primary button does on the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tool {
    /// Selects and moves; on empty canvas pans.
    #[default]
    Select,
    /// Adds points.
    Point,
    /// Adds Gaussian components.
    Gaussian,
    /// Sprays points.
    Brush,
    /// Pins probes.
    Probe,
}

impl Tool {
    /// Every tool with its name and what it does.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (
            Self::Select,
            "Select",
            "Drag points, means and handles; drag empty canvas to pan, with Shift to select in a box.\n\
             Double-click adds a point, the wheel with Ctrl or Alt changes a weight.",
        ),
        (Self::Point, "Point", "Click to add a data point"),
        (Self::Gaussian, "Gaussian", "Click to add a Gaussian component; drag its handles to shape it"),
        (Self::Brush, "Brush", "Drag to spray data points"),
        (Self::Probe, "Probe", "Click to pin a probe, which keeps reading this place"),
    ];
}
