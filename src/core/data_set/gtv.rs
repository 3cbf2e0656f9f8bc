//! The four six-point sets of [GTV] Fig. 1.

use std::f64::consts::TAU;

use nalgebra::Vector2;

use super::DataSetKind;
use crate::param::KindInfo;

pub(super) const HEXAGON: DataSetKind = DataSetKind {
    info: KindInfo {
        id: "gtv_hexagon",
        name: "[GTV] hexagon",
        about: "Six points on the unit circle, the first at angle 0.",
        params: &[],
    },
    draw: |_, _| (0..6).map(|i| TAU * f64::from(i) / 6.0).map(|a| Vector2::new(a.cos(), a.sin())).collect(),
};

pub(super) const DIAGONAL: DataSetKind = DataSetKind {
    info: KindInfo {
        id: "gtv_diagonal",
        name: "[GTV] diagonal",
        about: "Six points on the line from (−1, −1) to (1, 1).",
        params: &[],
    },
    draw: |_, _| (0..6).map(|i| -1.0 + 0.4 * f64::from(i)).map(|v| Vector2::new(v, v)).collect(),
};

pub(super) const BLEND: DataSetKind = DataSetKind {
    info: KindInfo {
        id: "gtv_blend",
        name: "[GTV] blend",
        about: "Six points along two sides of a square.",
        params: &[],
    },
    draw: |_, _| points(&[-1.0, -1.0, -1.0, 0.0, 0.5, 1.0], &[-1.0, 0.0, 1.0, -1.0, -1.0, -1.0]),
};

pub(super) const RANDOM: DataSetKind = DataSetKind {
    info: KindInfo { id: "gtv_random", name: "[GTV] random", about: "Six scattered points.", params: &[] },
    draw: |_, _| points(&[-1.0, -0.9, -0.3, 0.1, 0.2, 0.9], &[-1.0, 1.0, 0.2, -0.1, -0.1, 0.7]),
};

fn points(x: &[f64], y: &[f64]) -> Vec<Vector2<f64>> {
    x.iter().zip(y).map(|(&x, &y)| Vector2::new(x, y)).collect()
}
