//! Steady-state timing of the kernels, for `diffuscope bench` and the benches.
//!
//! Workloads carry the names and shapes of `peers/peers.py`, so that both can be run side by side on one machine.

mod els;

use std::time::{Duration, Instant};

use nalgebra::{Matrix2, Vector2};
use serde::Serialize;

use super::kernel::quantity;
use super::kernel::{Colouring, FieldRequest, ParticleRequest, Particles, SpinRequest, SpinStep, ValueScale};
use super::{Engine, EngineError, colour_map};
use diffuscope_core::curie_weiss::CurieWeiss;
use diffuscope_core::grid::Grid;
use diffuscope_core::mixture::{Component, Mixture, MixtureError};
use diffuscope_core::param::{Choice, ChoiceError};
use diffuscope_core::philox::{self, Stream};
use diffuscope_core::process::{Forward, NoiseLevel};
use diffuscope_core::sampler::{self, SamplerKind};

/// What the reference machine, two cores with AVX-512, does at most: 10⁹ f32 operations (fused ones count twice) and
/// exponentials a second.
pub const LIMIT_GIGA_FLOPS: f64 = 433.0;
/// See [`LIMIT_GIGA_FLOPS`].
pub const LIMIT_GIGA_EXPS: f64 = 31.0;

/// Runs one kernel call.
pub type Job = Box<dyn FnMut(&dyn Engine) -> Result<(), EngineError>>;

/// Something to time.
pub struct Workload {
    /// Name on the command line.
    pub id: &'static str,
    /// One sentence of explanation.
    pub about: &'static str,
    /// What time is counted per.
    pub unit: &'static str,
    /// f32 operations of the direct evaluation, for each unit of this shape.
    pub flops: fn(&[usize]) -> f64,
    /// Exponentials of the direct evaluation, for each unit of this shape.
    pub exps: fn(&[usize]) -> f64,
    /// Sizes that are timed.
    pub shapes: &'static [&'static [usize]],
    /// Units of one call of this shape.
    pub units: fn(&[usize]) -> usize,
    /// Prepares the calls of one shape.
    pub prepare: fn(&[usize]) -> Result<Job, BenchError>,
}

/// Why a workload could not be timed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BenchError {
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The workload's process does not exist.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// The workload's data are no mixture.
    #[error(transparent)]
    Mixture(#[from] MixtureError),
}

/// The time of one workload at one size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measurement {
    /// [`Workload::id`].
    pub workload: &'static str,
    /// [`Engine::id`].
    pub engine: &'static str,
    /// The size.
    pub shape: Vec<usize>,
    /// Nanoseconds a unit, the best of several calls.
    pub ns_per_unit: f64,
    /// [`Workload::unit`].
    pub unit: &'static str,
    /// Time of the direct evaluation at the limits of the reference machine over the time taken; above 1 where the engine gets
    /// by with less work.
    pub share_of_limit: f64,
}

/// Every workload.
pub static ALL: &[Workload] =
    &[SCORE, PARTICLES, FIELD_TO_RGBA, els::TWO_PATTERN, els::GENERAL, els::CORRELATION, SPINS];

const SCORE: Workload = Workload {
    id: "score",
    about: "mixture_field: log density, score and proxy covariance of points on a square grid, σ² = 0.04; grid, grid, points",
    unit: "point pair",
    flops: |_| 22.0,
    exps: |_| 1.0,
    shapes: &[&[512, 512, 6], &[512, 512, 1000], &[1024, 1024, 100]],
    units: |shape| shape.iter().product(),
    prepare: |shape| {
        let &[nx, ny, count] = shape else { return Ok(Box::new(|_| Ok(()))) };
        let grid = Grid { x: [-3.0, 3.0], y: [-3.0, 3.0], nx, ny };
        let level = NoiseLevel { alpha: 1.0, sigma: 0.2, shape: Matrix2::identity() };
        let mixture = points(count)?.noised(level);
        Ok(Box::new(move |engine| {
            engine.mixture_field(&FieldRequest { mixture: &mixture, grid, colours: &[] }).map(|_| ())
        }))
    },
};

const PARTICLES: Workload = Workload {
    id: "particles",
    about: "mixture_particles: Euler–Maruyama on the reverse SDE over a mixture of points; particles, points, steps",
    unit: "particle-step",
    flops: |shape| 60.0 + 12.0 * shape.get(1).copied().unwrap_or_default() as f64,
    exps: |shape| shape.get(1).copied().unwrap_or_default() as f64,
    shapes: &[&[1_000_000, 8, 20]],
    units: |shape| shape[0] * shape[2],
    prepare: |shape| {
        let &[count, components, steps] = shape else { return Ok(Box::new(|_| Ok(()))) };
        let mixture = points(components)?;
        let forward = Forward::isotropic(&Choice::new("variance_preserving"))?;
        let times: Vec<f64> = (0..=steps).map(|i| 1.0 - 0.9 * i as f64 / steps as f64).collect();
        let steps =
            sampler::find("reverse_sde").map(|kind: &SamplerKind| kind.plan(&forward, &times)).unwrap_or_default();
        let start: Vec<[f32; 2]> = (0..count as u32).map(|item| philox::normals(1, Stream::Start, item, 0)).collect();
        let mut particles =
            Particles { x: start.iter().map(|x| x[0]).collect(), y: start.iter().map(|x| x[1]).collect() };
        Ok(Box::new(move |engine| {
            let request = ParticleRequest {
                mixture: &mixture,
                forward: &forward,
                steps: &steps,
                first_step: 0,
                seed: 1,
                stream: Stream::Reverse,
            };
            engine.mixture_particles(&request, &mut particles)
        }))
    },
};

const FIELD_TO_RGBA: Workload = Workload {
    id: "field_to_rgba",
    about: "field_to_rgba: proxy-score variance on a logarithmic scale; grid, grid",
    unit: "node",
    flops: |_| 40.0,
    exps: |_| 0.0,
    shapes: &[&[512, 512]],
    units: |shape| shape.iter().product(),
    prepare: |shape| {
        let &[nx, ny] = shape else { return Ok(Box::new(|_| Ok(()))) };
        let value = |node: usize, step: u32| philox::normals(1, Stream::Start, node as u32, step)[0];
        let array = |step: u32| (0..nx * ny).map(|node| value(node, step)).collect::<Vec<f32>>();
        let field = super::kernel::Field {
            log_density: array(0),
            score: [array(1), array(2)],
            proxy_covariance: [array(3), array(4), array(5)].map(|entry| entry.iter().map(|v| v.abs()).collect()),
            colour: Default::default(),
        };
        Ok(Box::new(move |engine| {
            let quantity = quantity::find("proxy_variance").unwrap_or(&quantity::ALL[0]);
            let map = &colour_map::ALL[0];
            let colouring = Colouring { quantity, range: [1e-3, 10.0], scale: ValueScale::Log, map, other: None };
            engine.field_to_rgba(&field, &colouring).map(|_| ())
        }))
    },
};

const SPINS: Workload = Workload {
    id: "spins",
    about: "spin_langevin: systems of spins under the exact score of two states; systems, spins, steps",
    unit: "spin-step",
    flops: |_| 90.0,
    exps: |_| 1.0,
    shapes: &[&[1024, 1000, 20], &[1, 1_000_000, 20]],
    units: |shape| shape.iter().product(),
    prepare: |shape| {
        let &[systems, spins, steps] = shape else { return Ok(Box::new(|_| Ok(()))) };
        let model = CurieWeiss { beta: 1.5, field: 0.4, spins: spins as u64, temperature: 1.0 };
        let forward = Forward::isotropic(&Choice::new("ornstein_uhlenbeck"))?;
        let times: Vec<f64> = (0..=steps).map(|i| 4.0 - 2.0 * i as f64 / steps as f64).collect();
        let kind = sampler::find("reverse_sde");
        let plan = kind.map(|kind: &SamplerKind| kind.plan(&forward, &times)).unwrap_or_default();
        let steps: Vec<SpinStep> = plan.iter().filter_map(SpinStep::new).collect();
        let states = model.simplified();
        let start = |item| philox::normals4(1, Stream::SpinStart, item, 0);
        let mut x: Vec<f32> = (0..(systems * spins).div_ceil(4) as u32).flat_map(start).take(systems * spins).collect();
        Ok(Box::new(move |engine| {
            let request = SpinRequest {
                states: &states,
                spins,
                steps: &steps,
                first_step: 0,
                first_system: 0,
                seed: 1,
                stream: Stream::SpinReverse,
                score_error: &[],
            };
            engine.spin_langevin(&request, &mut x).map(|_| ())
        }))
    },
};

/// `count` points drawn from the standard normal distribution.
fn points(count: usize) -> Result<Mixture, MixtureError> {
    let component = |item| {
        let [x, y] = philox::normals(1, Stream::Pick, item, 0).map(f64::from);
        Component { weight: 1.0, mean: Vector2::new(x, y), covariance: Matrix2::zeros() }
    };
    Mixture::new((0..count as u32).map(component).collect())
}

/// The workload with this identifier.
pub fn find(id: &str) -> Option<&'static Workload> {
    ALL.iter().find(|workload| workload.id == id)
}

/// Times every shape of `workload`: the best of at least three calls and about a second, the first call not counted.
///
/// # Errors
/// [`BenchError`] if the engine fails.
pub fn measure(workload: &Workload, engine: &dyn Engine) -> Result<Vec<Measurement>, BenchError> {
    let measurement = |shape: &&[usize]| {
        let seconds = best_call((workload.prepare)(shape)?, engine)?;
        let ns_per_unit = seconds.as_secs_f64() * 1e9 / (workload.units)(shape) as f64;
        let least = ((workload.flops)(shape) / LIMIT_GIGA_FLOPS).max((workload.exps)(shape) / LIMIT_GIGA_EXPS);
        Ok(Measurement {
            workload: workload.id,
            engine: engine.id(),
            shape: shape.to_vec(),
            ns_per_unit,
            unit: workload.unit,
            share_of_limit: least / ns_per_unit,
        })
    };
    workload.shapes.iter().map(measurement).collect()
}

#[expect(clippy::disallowed_methods, reason = "timing is what this module is for")]
fn best_call(mut job: Job, engine: &dyn Engine) -> Result<Duration, EngineError> {
    const ENOUGH: Duration = Duration::from_secs(1);
    const CALLS: usize = 3;
    job(engine)?;
    let mut best = Duration::MAX;
    let start = Instant::now();
    let mut calls = 0;
    while calls < CALLS || start.elapsed() < ENOUGH {
        let call = Instant::now();
        job(engine)?;
        best = best.min(call.elapsed());
        calls += 1;
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::ReferenceEngine;

    #[test]
    fn every_workload_prepares_calls_that_run() {
        for workload in ALL {
            let small: Vec<usize> = workload.shapes[0].iter().map(|n| (*n).min(4)).collect();
            assert!((workload.units)(&small) > 0);
            assert!(((workload.flops)(&small)) > 0.0);
            let mut job = (workload.prepare)(&small).unwrap();
            job(&ReferenceEngine).unwrap();
        }
    }
}
