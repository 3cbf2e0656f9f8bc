//! Workloads of the patch machines.

use std::sync::Arc;

use super::Workload;
use crate::Engine;
use diffuscope_core::els::stepper::Step;
use diffuscope_core::els::window::Window;
use diffuscope_core::els::{Grids, Level, Machine, abar_grid, stepper};
use diffuscope_core::image_set::{self, ImageSet};
use diffuscope_core::param::{Choice, ChoiceError};
use diffuscope_core::philox::Stream;

/// Steps of a run of the two-pattern machine.
const STEPS: usize = 20;

/// A window as wide as asked for, or a pixel wider: windows have a middle.
fn odd(k: usize) -> usize {
    k | 1
}

pub(super) const TWO_PATTERN: Workload = Workload {
    id: "els2",
    about: "els_step: 20 DDIM steps of the two-pattern machine; grids, grid, grid, window",
    unit: "pixel-step",
    flops: |_| 30.0,
    exps: |_| 1.0,
    shapes: &[&[1, 256, 256, 5], &[16, 256, 256, 5], &[1, 1024, 1024, 3], &[1, 1024, 1024, 7], &[1, 1024, 1024, 17]],
    units: |shape| shape[..3].iter().product::<usize>() * STEPS,
    prepare: |shape| {
        let &[count, side, _, k] = shape else { return Ok(Box::new(|_| Ok(()))) };
        let images = Arc::new(image_set::draw(&Choice::new("black_white"), 1)?);
        let machine = Machine::new(&Choice::new("two_pattern"), images, side)?;
        let abars = abar_grid::find("uniform").map(|grid| grid.points(1e-4, 0.999, STEPS)).unwrap_or_default();
        let window = Window::K(odd(k));
        let steps: Vec<Step> = stepper::find("ddim").map(|kind| kind.plan(&abars, &window)).unwrap_or_default();
        // Each run goes on from the end of the last: a step costs the same whatever the grids hold.
        let mut phi = Grids::noise(1, Stream::Start, count, 1, side);
        Ok(Box::new(move |engine: &dyn Engine| engine.els_step(&machine, &steps, &mut phi)))
    },
};

pub(super) const GENERAL: Workload = Workload {
    id: "els",
    about: "els_denoise: general ELS at ᾱ = ½ on one grid of the images' size; images, grid, window",
    unit: "pixel-patch pair",
    flops: |_| 20.0,
    exps: |_| 1.0,
    shapes: &[&[100, 32, 3], &[100, 32, 5], &[100, 32, 11], &[100, 32, 17]],
    units: |shape| shape[0] * shape[1].pow(4),
    prepare: |shape| {
        let &[count, side, k] = shape else { return Ok(Box::new(|_| Ok(()))) };
        let images =
            ImageSet::noise(1, count, 1, side).map_err(|fault| ChoiceError::Inconsistent(fault.to_string()))?;
        let machine = Machine::new(&Choice::new("els"), Arc::new(images), side)?;
        let phi = Grids::noise(2, Stream::Start, 1, 1, side);
        let level = Level { abar: 0.5, k: odd(k) };
        Ok(Box::new(move |engine: &dyn Engine| engine.els_denoise(&machine, level, &phi).map(drop)))
    },
};

pub(super) const CORRELATION: Workload = Workload {
    id: "correlation",
    about: "grid_correlation: two-point function of one grid; grid, grid",
    unit: "pixel",
    // Two real transforms of L² values.
    flops: |shape| 10.0 * (shape[0] as f64).log2(),
    exps: |_| 0.0,
    shapes: &[&[256, 256], &[1024, 1024]],
    units: |shape| shape[0] * shape[1],
    prepare: |shape| {
        let &[side, _] = shape else { return Ok(Box::new(|_| Ok(()))) };
        let phi = Grids::noise(3, Stream::Start, 1, 1, side);
        Ok(Box::new(move |engine: &dyn Engine| engine.grid_correlation(&phi).map(drop)))
    },
};
