//! The shapes that every generative model is shown first.

use std::f64::consts::{PI, TAU};

use nalgebra::Vector2;

use super::DataSetKind;
use crate::param::{Choice, KindInfo, ParamInfo, Scale};
use crate::philox;

const COUNT: ParamInfo = ParamInfo {
    key: "count",
    label: "points",
    about: "Number of points.",
    min: 1.0,
    max: 10_000.0,
    default: 200.0,
    scale: Scale::Integer,
};
const FEW: ParamInfo = ParamInfo { default: 8.0, ..COUNT };
const SPREAD: ParamInfo = ParamInfo {
    key: "spread",
    label: "scatter",
    about: "Standard deviation of the points about the shape.",
    min: 0.0,
    max: 1.0,
    default: 0.05,
    scale: Scale::Linear,
};
const RADIUS: ParamInfo = ParamInfo {
    key: "radius",
    label: "radius",
    about: "Size of the shape.",
    min: 0.01,
    max: 10.0,
    default: 1.0,
    scale: Scale::Linear,
};

pub(super) const RING: DataSetKind = DataSetKind {
    info: KindInfo {
        id: "ring",
        name: "Ring",
        about: "Points evenly round a circle, the first at angle 0.",
        params: &[FEW, RADIUS],
    },
    draw: |choice, _| {
        let count = choice.get(&FEW);
        let angle = |i: usize| TAU * i as f64 / count;
        (0..count as usize).map(|i| choice.get(&RADIUS) * Vector2::new(angle(i).cos(), angle(i).sin())).collect()
    },
};

pub(super) const TWO_MOONS: DataSetKind = DataSetKind {
    info: KindInfo {
        id: "two_moons",
        name: "Two moons",
        about: "Two half circles that reach into one another.",
        params: &[COUNT, SPREAD],
    },
    draw: |choice, seed| {
        along(choice, seed, |fraction, item| {
            let angle = PI * fraction;
            if item % 2 == 0 {
                Vector2::new(angle.cos() - 0.5, angle.sin() - 0.25)
            } else {
                Vector2::new(0.5 - angle.cos(), 0.25 - angle.sin())
            }
        })
    },
};

pub(super) const SPIRAL: DataSetKind = DataSetKind {
    info: KindInfo {
        id: "spiral",
        name: "Spiral",
        about: "Two turns of a spiral, evenly along its length.",
        params: &[COUNT, SPREAD],
    },
    draw: |choice, seed| {
        along(choice, seed, |fraction, _| {
            // The length of an Archimedean spiral grows with the square of the angle.
            let turn = fraction.sqrt();
            let angle = 2.0 * TAU * turn;
            1.5 * turn * Vector2::new(angle.cos(), angle.sin())
        })
    },
};

pub(super) const CHECKERBOARD: DataSetKind = DataSetKind {
    info: KindInfo {
        id: "checkerboard",
        name: "Checkerboard",
        about: "Uniform on the black squares of a 4 × 4 board of side 4.",
        params: &[COUNT],
    },
    draw: |choice, seed| {
        (0..choice.get(&COUNT) as u32)
            .map(|item| {
                let [a, b, c, _] = philox::words(seed, philox::Stream::Start as u32, item, 0);
                let square = c % 8;
                let (row, column) = (square / 2, 2 * (square % 2) + (square / 2) % 2);
                let corner = Vector2::new(f64::from(column) - 2.0, f64::from(row) - 2.0);
                corner + Vector2::new(f64::from(philox::uniform(a)), f64::from(philox::uniform(b)))
            })
            .collect()
    },
};

pub(super) const BLOB: DataSetKind = DataSetKind {
    info: KindInfo { id: "blob", name: "Blob", about: "A round Gaussian cloud.", params: &[COUNT, RADIUS] },
    draw: |choice, seed| (0..choice.get(&COUNT) as u32).map(|item| choice.get(&RADIUS) * scatter(seed, item)).collect(),
};

/// Places `count` points evenly along a curve over (0, 1) and scatters each.
fn along(choice: &Choice, seed: u64, curve: impl Fn(f64, u32) -> Vector2<f64>) -> Vec<Vector2<f64>> {
    let count = choice.get(&COUNT);
    (0..count as u32)
        .map(|item| curve((f64::from(item) + 0.5) / count, item) + choice.get(&SPREAD) * scatter(seed, item))
        .collect()
}

fn scatter(seed: u64, item: u32) -> Vector2<f64> {
    let [x, y] = philox::normals(seed, philox::Stream::Start, item, 0);
    Vector2::new(f64::from(x), f64::from(y))
}
