//! What a scene does: particles carried along its time grid.
//!
//! A run is a pure function of scene and step. Positions at some steps are kept, so that scrubbing backwards replays from
//! the nearest of them; noise is a function of seed, particle and step, so a replay gives identical numbers.

use std::sync::Arc;

use nalgebra::{Matrix2, Vector2};

use super::scene::{Scene, Start};
use super::setup::Setup;
use crate::core::philox::{self, Stream};
use crate::core::process::Forward;
use crate::core::sampler::{Direction, Step};
use crate::core::sym2;
use crate::engine::kernel::{ParticleRequest, Particles};
use crate::engine::{Engine, EngineError};
use crate::labs::scene_file::SceneError;

/// Memory that kept positions may take, in bytes, for each score model.
const HISTORY_BYTES: usize = 256 << 20;

/// Particles of one score model along the run.
struct Track {
    now: Particles,
    /// Positions at steps 0, stride, 2·stride, … as far as the run has come.
    kept: Vec<Particles>,
}

/// A scene's run.
pub struct Run {
    setup: Setup,
    engine: Arc<dyn Engine>,
    seed: u64,
    plan: Vec<Step>,
    position: usize,
    stride: usize,
    track: Track,
    compare: Option<Track>,
}

impl Run {
    /// Prepares the run and places its particles at step 0.
    ///
    /// # Errors
    /// The first field of the scene at fault.
    pub fn new(scene: &Scene, engine: Arc<dyn Engine>) -> Result<Self, SceneError> {
        Ok(Self::from_setup(Setup::new(scene)?, scene, engine))
    }

    /// Like [`Run::new`] with a setup already built from the same scene.
    pub fn from_setup(setup: Setup, scene: &Scene, engine: Arc<dyn Engine>) -> Self {
        let plan = setup.sampler.plan(&setup.forward, &setup.times);
        let start = start(&setup, scene);
        let bytes = 8 * start.x.len().max(1);
        let most = (HISTORY_BYTES / bytes).max(1);
        let stride = plan.len().div_ceil(most).max(1);
        let track = |start: Particles| Track { kept: vec![start.clone()], now: start };
        Self {
            compare: setup.compare.as_ref().map(|_| track(start.clone())),
            track: track(start),
            setup,
            engine,
            seed: scene.seed,
            plan,
            position: 0,
            stride,
        }
    }

    /// What the scene defines.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Number of steps; positions run from 0 to this.
    pub fn steps(&self) -> usize {
        self.plan.len()
    }

    /// The step at which the particles are.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The process's time at which the particles are.
    pub fn time(&self) -> f64 {
        self.setup.times[self.position]
    }

    /// The particles carried by score model A.
    pub fn particles(&self) -> &Particles {
        &self.track.now
    }

    /// The particles carried by score model B from the same start with the same noise, if the scene compares two.
    pub fn compare_particles(&self) -> Option<&Particles> {
        self.compare.as_ref().map(|track| &track.now)
    }

    /// Positions at an earlier step, if they were kept; with few particles every step is.
    pub fn history(&self, step: usize) -> Option<&Particles> {
        self.kept(&self.track, step)
    }

    /// Like [`Run::history`] for score model B.
    pub fn compare_history(&self, step: usize) -> Option<&Particles> {
        self.kept(self.compare.as_ref()?, step)
    }

    fn kept<'a>(&self, track: &'a Track, step: usize) -> Option<&'a Particles> {
        if step.is_multiple_of(self.stride) { track.kept.get(step / self.stride) } else { None }
    }

    /// Computes with another engine from now on.
    pub fn set_engine(&mut self, engine: Arc<dyn Engine>) {
        self.engine = engine;
    }

    /// Carries the particles to `step` (at most the last one).
    ///
    /// # Errors
    /// The engine failed; the particles are then at some step between.
    pub fn seek(&mut self, step: usize) -> Result<(), EngineError> {
        self.seek_within(step, usize::MAX).map(|_| ())
    }

    /// Carries the particles towards `step`, but computes at most `budget` steps. Returns whether it arrived.
    ///
    /// # Errors
    /// As [`Run::seek`].
    pub fn seek_within(&mut self, step: usize, budget: usize) -> Result<bool, EngineError> {
        let goal = step.min(self.steps());
        let nearest = (goal / self.stride).min(self.track.kept.len() - 1) * self.stride;
        if goal < self.position || nearest > self.position {
            self.position = nearest;
            for track in std::iter::once(&mut self.track).chain(&mut self.compare) {
                track.now.clone_from(&track.kept[nearest / self.stride]);
            }
        }
        let mut left = budget;
        while self.position < goal && left > 0 {
            // Up to the next step that is kept, in one call: engines are faster over many steps.
            let stop =
                ((self.position / self.stride + 1) * self.stride).min(goal).min(self.position.saturating_add(left));
            left -= stop - self.position;
            self.advance_to(stop)?;
        }
        Ok(self.position == goal)
    }

    fn advance_to(&mut self, stop: usize) -> Result<(), EngineError> {
        let stream = match self.setup.sampler.direction {
            Direction::Noising => Stream::Forward,
            Direction::Generating => Stream::Reverse,
        };
        let models = std::iter::once(&self.setup.model).chain(&self.setup.compare);
        let tracks = std::iter::once(&mut self.track).chain(&mut self.compare);
        // Both models must stand at the same step, so neither moves unless both can.
        let mut moved = Vec::new();
        for (mixture, track) in models.zip(tracks) {
            let request = ParticleRequest {
                mixture,
                forward: &self.setup.forward,
                steps: &self.plan[self.position..stop],
                first_step: self.position as u32,
                seed: self.seed,
                stream,
            };
            let mut particles = track.now.clone();
            self.engine.mixture_particles(&request, &mut particles)?;
            moved.push((track, particles));
        }
        for (track, particles) in moved {
            if stop.is_multiple_of(self.stride) && track.kept.len() == stop / self.stride {
                track.kept.push(particles.clone());
            }
            track.now = particles;
        }
        self.position = stop;
        Ok(())
    }
}

/// Where the particles stand at step 0.
fn start(setup: &Setup, scene: &Scene) -> Particles {
    let time = setup.times[0];
    let count = scene.particles.count as u32;
    let from_data = setup.sampler.direction == Direction::Noising || scene.particles.start == Start::Exact;
    // The running sum of the weights, for drawing components by bisection.
    let mut total = 0.0;
    let cumulative: Vec<f64> = setup
        .data
        .components()
        .iter()
        .map(|c| {
            total += c.weight;
            total
        })
        .collect();
    let mut particles = Particles::default();
    for item in 0..count {
        let x0 = if from_data { draw(setup, &cumulative, scene.seed, item) } else { Vector2::zeros() };
        let place = noised(&setup.forward, time, x0, scene.seed, item);
        particles.x.push(place.x as f32);
        particles.y.push(place.y as f32);
    }
    particles
}

fn noised(forward: &Forward, time: f64, x0: Vector2<f64>, seed: u64, item: u32) -> Vector2<f64> {
    let [a, b] = philox::normals(seed, Stream::Start, item, 0);
    forward.noised(time, x0, Vector2::new(f64::from(a), f64::from(b)))
}

/// Draws x_0 of particle `item` from the data.
fn draw(setup: &Setup, cumulative: &[f64], seed: u64, item: u32) -> Vector2<f64> {
    let [pick, a, b, _] = philox::words(seed, Stream::Pick as u32, item, 0);
    let components = setup.data.components();
    let wanted = f64::from(philox::uniform(pick));
    let index = cumulative.partition_point(|sum| *sum <= wanted).min(components.len() - 1);
    let component = &components[index];
    if component.covariance == Matrix2::zeros() {
        return component.mean;
    }
    let [x, y] = philox::normal_pair(a, b);
    component.mean + sym2::sqrt(&component.covariance) * Vector2::new(f64::from(x), f64::from(y))
}
