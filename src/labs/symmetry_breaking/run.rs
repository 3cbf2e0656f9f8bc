//! What a scene does: particles of the order parameter and real spins, carried from noise to magnets.
//!
//! Runs are pure functions of scene and step. States at some steps are kept, so that scrubbing backwards replays from the
//! nearest of them; noise is a function of seed, particle and step, so a replay gives identical numbers.

use std::sync::Arc;

use super::finite_data;
pub use super::notices::notices;
use super::scene::{Scene, Start};
use crate::core::curie_weiss::potential::Potential;
use crate::core::curie_weiss::product_states::ProductStates;
use crate::core::curie_weiss::{CurieWeiss, order_parameter, spin_model};
use crate::core::param::ChoiceError;
use crate::core::philox::{self, Stream};
use crate::engine::kernel::{SpinRequest, SpinStep, systems_noise};
use crate::engine::{Engine, EngineError};
use crate::labs::scene_file::{SceneError, checks};

/// Memory that kept states may take, in bytes.
const HISTORY_BYTES: usize = 256 << 20;

/// The magnet of a scene.
///
/// # Errors
/// The parameter at fault.
pub fn model(scene: &Scene) -> Result<CurieWeiss, SceneError> {
    spin_model::resolve(&scene.model).map(|(model, _)| model).map_err(|error| checks::choice_fault("model", error))
}

/// Particles of the order parameter.
pub struct Run {
    model: CurieWeiss,
    seed: u64,
    times: Vec<f64>,
    position: usize,
    now: Vec<f64>,
    /// States at steps 0, stride, 2·stride, … as far as the run has come.
    kept: Vec<Vec<f64>>,
    stride: usize,
}

impl Run {
    /// Prepares the run and places its particles at step 0.
    ///
    /// # Errors
    /// The field of the scene at fault.
    pub fn new(scene: &Scene) -> Result<Self, SceneError> {
        let model = model(scene)?;
        let spec = &scene.ensemble;
        let first = model.speciation_time() + spec.tau_start;
        let last = (model.speciation_time() + spec.tau_end).max(0.0);
        let time = |i: usize| first + (last - first) * i as f64 / spec.steps as f64;
        let mut now = vec![0.0; spec.count];
        match spec.start {
            Start::Exact => order_parameter::start(&model, first, scene.seed, &mut now),
            Start::Noise => {
                let width = model.temperature.sqrt();
                for (item, mu) in (0..).zip(&mut now) {
                    *mu = width * f64::from(philox::normals(scene.seed, Stream::OrderParameterStart, item, 0)[0]);
                }
            }
        }
        let stride = stride(spec.steps, 8 * spec.count);
        Ok(Self {
            model,
            seed: scene.seed,
            times: (0..=spec.steps).map(time).collect(),
            position: 0,
            kept: vec![now.clone()],
            now,
            stride,
        })
    }

    /// The magnet.
    pub fn model(&self) -> &CurieWeiss {
        &self.model
    }

    /// Times of the run, falling; positions run from 0 to one less than their number.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The step at which the particles are.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The step whose time is nearest to `t`.
    pub fn nearest_step(&self, t: f64) -> usize {
        let distance = |i: &usize| (self.times[*i] - t).abs();
        (0..self.times.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or_default()
    }

    /// The particles.
    pub fn particles(&self) -> &[f64] {
        &self.now
    }

    /// The particles at an earlier step, if they were kept; with few particles every step is.
    pub fn history(&self, step: usize) -> Option<&[f64]> {
        if step.is_multiple_of(self.stride) { self.kept.get(step / self.stride).map(Vec::as_slice) } else { None }
    }

    /// Carries the particles to `step` (at most the last one).
    pub fn seek(&mut self, step: usize) {
        let goal = step.min(self.times.len() - 1);
        let nearest = (goal / self.stride).min(self.kept.len() - 1) * self.stride;
        if goal < self.position || nearest > self.position {
            self.position = nearest;
            self.now.clone_from(&self.kept[nearest / self.stride]);
        }
        while self.position < goal {
            let stop = ((self.position / self.stride + 1) * self.stride).min(goal);
            let times = &self.times[self.position..=stop];
            let first = self.position as u32;
            order_parameter::advance(&self.model, times, first, self.seed, Stream::OrderParameter, &mut self.now);
            self.position = stop;
            if stop.is_multiple_of(self.stride) && self.kept.len() == stop / self.stride {
                self.kept.push(self.now.clone());
            }
        }
    }

    /// Measured R₊ with its standard error, and mean of μ with its standard error.
    pub fn statistics(&self) -> Statistics {
        Statistics::of(&self.now)
    }
}

/// Numbers that sum up particles of the order parameter.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Statistics {
    /// Share of particles with μ > 0, those at 0 counting half.
    pub plus: f64,
    /// Its standard error.
    pub plus_error: f64,
    /// Mean of μ.
    pub mean: f64,
    /// Standard deviation of μ.
    pub deviation: f64,
}

impl Statistics {
    /// Those of `particles`; zeros if there are none.
    pub fn of(particles: &[f64]) -> Self {
        if particles.is_empty() {
            return Self::default();
        }
        let count = particles.len() as f64;
        let side = |mu: &f64| if *mu == 0.0 { 0.5 } else { f64::from(u8::from(*mu > 0.0)) };
        let plus = particles.iter().map(side).sum::<f64>() / count;
        let mean = particles.iter().sum::<f64>() / count;
        let variance = particles.iter().map(|mu| (mu - mean).powi(2)).sum::<f64>() / count;
        Self { plus, plus_error: (plus * (1.0 - plus) / count).sqrt(), mean, deviation: variance.sqrt() }
    }
}

/// Steps between kept states of `bytes` each.
fn stride(steps: usize, bytes: usize) -> usize {
    let most = (HISTORY_BYTES / bytes.max(1)).max(1);
    steps.div_ceil(most).max(1)
}

/// Nodes −reach … reach along μ that show the wells between the times of a run.
pub fn potential_nodes(scene: &Scene, run: &Run) -> Vec<f64> {
    let reach = scene.potential.reach.unwrap_or_else(|| {
        let last = run.times.last().copied().unwrap_or_default();
        let wells = Potential::new(&run.model, last).wells();
        let widest = wells.deep.abs().max(wells.shallow.map_or(0.0, f64::abs));
        1.2 * widest + 4.0 * run.model.temperature.sqrt()
    });
    let nodes = scene.potential.nodes;
    (0..nodes).map(|i| reach * (2.0 * i as f64 / (nodes - 1) as f64 - 1.0)).collect()
}

/// Real spins of a scene.
pub struct SpinRun {
    model: CurieWeiss,
    states: ProductStates,
    engine: Arc<dyn Engine>,
    seed: u64,
    systems: usize,
    times: Vec<f64>,
    plan: Vec<SpinStep>,
    position: usize,
    now: Vec<f32>,
    kept: Vec<Vec<f32>>,
    stride: usize,
    /// μ of every system at every step reached so far but the last.
    trace: Vec<f64>,
}

impl SpinRun {
    /// Prepares the spins of a scene; `None` if it has none.
    ///
    /// # Errors
    /// The field of the scene at fault.
    pub fn new(scene: &Scene, engine: Arc<dyn Engine>) -> Result<Option<Self>, SceneError> {
        let Some(spec) = &scene.spins else { return Ok(None) };
        let fault = |error: ChoiceError| checks::choice_fault("model", error);
        let (model, kind) = spin_model::resolve(&scene.model).map_err(fault)?;
        let (times, plan) = finite_data::plan(&model, spec.steps, spec.t_min).map_err(fault)?;
        let spins = model.spins as usize;
        let width = model.temperature.sqrt() as f32;
        let mut now = vec![0.0; spec.systems * spins];
        systems_noise(scene.seed, Stream::SpinStart, 0, spins, width, &mut now);
        let stride = stride(spec.steps, 4 * now.len());
        Ok(Some(Self {
            states: (kind.states)(&model),
            model,
            engine,
            seed: scene.seed,
            systems: spec.systems,
            times,
            plan,
            position: 0,
            kept: vec![now.clone()],
            now,
            stride,
            trace: Vec::new(),
        }))
    }

    /// The magnet.
    pub fn model(&self) -> &CurieWeiss {
        &self.model
    }

    /// Times of the run, falling.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The step at which the spins are.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Number of systems.
    pub fn systems(&self) -> usize {
        self.systems
    }

    /// The spins, one system after the other.
    pub fn spins(&self) -> &[f32] {
        &self.now
    }

    /// Σx_i/√N of every system now.
    pub fn order_parameters(&self) -> Vec<f64> {
        let n = self.model.spins as usize;
        let mu = |x: &[f32]| x.iter().map(|x| f64::from(*x)).sum::<f64>() / self.model.n().sqrt();
        self.now.chunks(n).map(mu).collect()
    }

    /// μ of every system at step `step`, if the run has passed it.
    pub fn trace(&self, step: usize) -> Option<&[f64]> {
        self.trace.get(step * self.systems..(step + 1) * self.systems)
    }

    /// Computes with another engine from now on.
    pub fn set_engine(&mut self, engine: Arc<dyn Engine>) {
        self.engine = engine;
    }

    /// Carries the spins to `step` (at most the last one).
    ///
    /// # Errors
    /// The engine failed; the spins are then at some step between.
    pub fn seek(&mut self, step: usize) -> Result<(), EngineError> {
        let goal = step.min(self.plan.len());
        let nearest = (goal / self.stride).min(self.kept.len() - 1) * self.stride;
        if goal < self.position || nearest > self.position {
            self.position = nearest;
            self.now.clone_from(&self.kept[nearest / self.stride]);
        }
        while self.position < goal {
            let stop = ((self.position / self.stride + 1) * self.stride).min(goal);
            let request = SpinRequest {
                states: &self.states,
                spins: self.model.spins as usize,
                steps: &self.plan[self.position..stop],
                first_step: self.position as u32,
                first_system: 0,
                seed: self.seed,
                stream: Stream::SpinReverse,
                score_error: &[],
            };
            let sums = self.engine.spin_langevin(&request, &mut self.now)?;
            let known = self.trace.len() / self.systems;
            let fresh = known.saturating_sub(self.position).min(stop - self.position);
            let root = self.model.n().sqrt();
            self.trace.extend(sums.sum[fresh * self.systems..].iter().map(|sum| sum / root));
            self.position = stop;
            if stop.is_multiple_of(self.stride) && self.kept.len() == stop / self.stride {
                self.kept.push(self.now.clone());
            }
        }
        Ok(())
    }
}
