//! Fields for the canvas: computed on a thread of their own, shown as soon as there is anything to show.

mod job;
mod slot;

pub use job::FieldJob;
pub use slot::FieldSlot;

use crate::core::grid::Grid;
use crate::engine::kernel::Field;

/// A field with the grid it lives on.
#[derive(Debug, Clone, PartialEq)]
pub struct GridField {
    /// Where the nodes are.
    pub grid: Grid,
    /// The values.
    pub field: Field<f32>,
}

impl GridField {
    /// The score at `at`, bilinear between the nodes; `None` outside the grid or where it is not finite.
    pub fn score(&self, at: [f64; 2]) -> Option<[f64; 2]> {
        let [sx, sy] = self.grid.spacing();
        let (u, v) = ((at[0] - self.grid.x[0]) / sx, (at[1] - self.grid.y[0]) / sy);
        let inside = u >= 0.0 && v >= 0.0 && u <= (self.grid.nx - 1) as f64 && v <= (self.grid.ny - 1) as f64;
        if !inside {
            return None;
        }
        let (i, j) = ((u as usize).min(self.grid.nx - 2), (v as usize).min(self.grid.ny - 2));
        let (u, v) = (u - i as f64, v - j as f64);
        let corner = j * self.grid.nx + i;
        let mixed = self.field.score.each_ref().map(|values| {
            let row = |start: usize| f64::from(values[start]) * (1.0 - u) + f64::from(values[start + 1]) * u;
            row(corner) * (1.0 - v) + row(corner + self.grid.nx) * v
        });
        mixed.iter().all(|s| s.is_finite()).then_some(mixed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_score_is_interpolated_exactly() {
        let grid = Grid { x: [-1.0, 2.0], y: [0.0, 1.0], nx: 7, ny: 5 };
        let nodes: Vec<_> = (0..grid.len()).map(|i| grid.node(i)).collect();
        let score = [
            nodes.iter().map(|x| (2.0 * x.x - x.y) as f32).collect(),
            nodes.iter().map(|x| (x.y + 3.0) as f32).collect(),
        ];
        let field = GridField { grid, field: Field { score, ..Field::default() } };
        let [a, b] = field.score([0.33, 0.81]).unwrap();
        assert!((a - (0.66 - 0.81)).abs() < 1e-6 && (b - 3.81).abs() < 1e-6);
        assert!(field.score([2.0, 1.0]).is_some(), "the far corner belongs to the grid");
        assert_eq!(field.score([2.01, 0.5]), None);
    }
}
