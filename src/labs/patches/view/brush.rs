//! Painting on φ.

use super::mosaic::Pixel;
use crate::labs::patches::scene::{Ink, MAX_STROKES, Stroke};

/// What the first button does on a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tool {
    /// Selects pixels; drags the picture.
    #[default]
    Select,
    /// Paints.
    Paint,
}

impl Tool {
    /// Every tool with its name and what it does.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (
            Self::Select,
            "Select",
            "Click to select a pixel, Shift+click for a second one; drag to move the picture (Esc)",
        ),
        (
            Self::Paint,
            "Paint",
            "Drag on a picture to disturb φ there, now; the light cone then shows what comes of it (B)",
        ),
    ];
}

/// What a brush leaves.
pub struct BrushKind {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Name of the edit.
    pub edit: &'static str,
    /// What is painted.
    pub ink: Ink,
}

/// Every brush.
pub static BRUSHES: &[BrushKind] = &[
    BrushKind {
        name: "+1",
        about: "Paint √ᾱ: what white looks like at this time",
        edit: "paint white",
        ink: Ink::Value(1.0),
    },
    BrushKind {
        name: "−1",
        about: "Paint −√ᾱ: what black looks like at this time",
        edit: "paint black",
        ink: Ink::Value(-1.0),
    },
    BrushKind { name: "noise", about: "Paint fresh noise, as at the beginning", edit: "paint noise", ink: Ink::Noise },
];

/// The brush in hand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Brush {
    /// Number of its kind in [`BRUSHES`].
    pub kind: usize,
    /// Radius in pixels of the grid.
    pub radius: f64,
    /// Where it last painted, while the button is held.
    pub last: Option<Pixel>,
}

impl Default for Brush {
    fn default() -> Self {
        Self { kind: 0, radius: 3.0, last: None }
    }
}

/// Adds the dabs that lead from where the brush was to `pixel`; `fresh` if the button has just been pressed. Returns whether
/// anything was added.
pub fn paint(painting: &mut Vec<Stroke>, brush: &mut Brush, pixel: Pixel, abar: f64, fresh: bool) -> bool {
    let from = brush.last.filter(|last| !fresh && last.grid == pixel.grid).unwrap_or(pixel);
    let place = |pixel: Pixel| [pixel.row as f64, pixel.column as f64];
    let (a, b) = (place(from), place(pixel));
    let far = (a[0] - b[0]).hypot(a[1] - b[1]);
    let dabs = (far / (0.6 * brush.radius).max(1.0)).ceil().max(1.0) as usize;
    let before = painting.len();
    for dab in 1..=dabs {
        let share = dab as f64 / dabs as f64;
        let at = [0, 1].map(|axis| (a[axis] + (b[axis] - a[axis]) * share).round());
        let stroke = Stroke { abar, grid: pixel.grid, at, radius: brush.radius, ink: BRUSHES[brush.kind].ink };
        if painting.len() < MAX_STROKES && painting.last() != Some(&stroke) {
            painting.push(stroke);
        }
    }
    brush.last = Some(pixel);
    painting.len() > before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_brush_leaves_no_gaps() {
        let (mut painting, mut brush) = (Vec::new(), Brush { radius: 2.0, ..Brush::default() });
        let at = |column| Pixel { grid: 0, row: 5, column };
        assert!(paint(&mut painting, &mut brush, at(0), 0.5, true));
        assert!(paint(&mut painting, &mut brush, at(20), 0.5, false));
        assert!(!paint(&mut painting, &mut brush, at(20), 0.5, false), "resting adds nothing");
        let columns: Vec<f64> = painting.iter().map(|stroke| stroke.at[1]).collect();
        assert!(columns.windows(2).all(|pair| (0.0..=2.0).contains(&(pair[1] - pair[0]))), "{columns:?}");
        assert_eq!(columns.last(), Some(&20.0));
    }
}
