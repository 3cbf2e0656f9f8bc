//! Regular grids in the plane.

use nalgebra::Vector2;

/// Nodes x_i = x_min + i (x_max − x_min)/(nx − 1), and likewise y_j; values are stored row by row, x fastest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// First and last x.
    pub x: [f64; 2],
    /// First and last y.
    pub y: [f64; 2],
    /// Nodes along x, at least 2.
    pub nx: usize,
    /// Nodes along y, at least 2.
    pub ny: usize,
}

impl Grid {
    /// Distance of neighbouring nodes along x and y; the whole range where there is but one node.
    pub fn spacing(&self) -> [f64; 2] {
        let gaps = |nodes: usize| nodes.saturating_sub(1).max(1) as f64;
        [(self.x[1] - self.x[0]) / gaps(self.nx), (self.y[1] - self.y[0]) / gaps(self.ny)]
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nx * self.ny
    }

    /// Whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// x of column `i`.
    pub fn x_at(&self, i: usize) -> f64 {
        if i + 1 == self.nx { self.x[1] } else { self.x[0] + i as f64 * self.spacing()[0] }
    }

    /// y of row `j`.
    pub fn y_at(&self, j: usize) -> f64 {
        if j + 1 == self.ny { self.y[1] } else { self.y[0] + j as f64 * self.spacing()[1] }
    }

    /// Place of node `index` in storage order.
    pub fn node(&self, index: usize) -> Vector2<f64> {
        Vector2::new(self.x_at(index % self.nx), self.y_at(index / self.nx))
    }
}
