//! What a scene does: an ensemble of grids carried from noise to images.
//!
//! A run is a pure function of scene and step. Ensembles at some steps are kept, so that scrubbing backwards replays from
//! the nearest of them.

use std::sync::Arc;

use super::scene::{Ink, Scene, Stroke};
use super::setup::Setup;
use crate::core::els::Grids;
use crate::core::philox::{self, Stream};
use crate::engine::{Engine, EngineError};
use crate::labs::scene_file::SceneError;

/// Memory that kept ensembles may take, in bytes.
const HISTORY_BYTES: usize = 256 << 20;

/// A scene's run.
#[derive(Clone)]
pub struct Run {
    setup: Arc<Setup>,
    engine: Arc<dyn Engine>,
    position: usize,
    now: Grids<f32>,
    /// Ensembles at steps 0, stride, 2·stride, … as far as the run has come.
    kept: Vec<Grids<f32>>,
    stride: usize,
}

impl Run {
    /// Prepares the run and draws the noise of step 0.
    ///
    /// # Errors
    /// The first field of the scene at fault.
    pub fn new(scene: &Scene, engine: Arc<dyn Engine>) -> Result<Self, SceneError> {
        Ok(Self::from_setup(Arc::new(Setup::new(scene)?), engine))
    }

    /// Like [`Run::new`], with a setup already built.
    pub fn from_setup(setup: Arc<Setup>, engine: Arc<dyn Engine>) -> Self {
        let machine = &setup.machine;
        let drawn = || Grids::noise(setup.seed, Stream::Start, setup.count, machine.channels(), machine.side());
        let mut now = setup.noise.as_deref().cloned().unwrap_or_else(drawn);
        paint_all(&mut now, &setup, 0);
        let most = (HISTORY_BYTES / (4 * now.values.len()).max(1)).max(1);
        let stride = setup.plan.len().div_ceil(most).max(1);
        Self { engine, position: 0, kept: vec![now.clone()], now, stride, setup }
    }

    /// What the scene defines.
    pub fn setup(&self) -> &Arc<Setup> {
        &self.setup
    }

    /// Number of steps; positions run from 0 to this.
    pub fn steps(&self) -> usize {
        self.setup.plan.len()
    }

    /// The step at which the ensemble is.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The ensemble.
    pub fn phi(&self) -> &Grids<f32> {
        &self.now
    }

    /// Computes with another engine from now on.
    pub fn set_engine(&mut self, engine: Arc<dyn Engine>) {
        self.engine = engine;
    }

    /// Goes on with `setup`, which differs from the present one in what is painted only: everything before the first
    /// difference stays as it is.
    pub fn repaint(&mut self, setup: Arc<Setup>) {
        let first = setup.painted_alike_until(&self.setup);
        self.setup = setup;
        if first == 0 {
            let engine = Arc::clone(&self.engine);
            *self = Self::from_setup(Arc::clone(&self.setup), engine);
            return;
        }
        self.kept.truncate((first - 1) / self.stride + 1);
        if self.position >= first {
            let last = self.kept.len() - 1;
            self.position = last * self.stride;
            self.now.clone_from(&self.kept[last]);
        }
    }

    /// Carries the ensemble to `step` (at most the last one).
    ///
    /// # Errors
    /// The engine failed; the ensemble is then at some step between.
    pub fn seek(&mut self, step: usize) -> Result<(), EngineError> {
        let goal = step.min(self.steps());
        let nearest = (goal / self.stride).min(self.kept.len() - 1) * self.stride;
        if goal < self.position || nearest > self.position {
            self.position = nearest;
            self.now.clone_from(&self.kept[nearest / self.stride]);
        }
        while self.position < goal {
            // Up to the next step that is kept or painted on, in one call: engines are faster over many steps.
            let kept = (self.position / self.stride + 1) * self.stride;
            let painted = (self.position + 1..goal).find(|step| !self.setup.painting[*step].is_empty());
            let stop = kept.min(goal).min(painted.unwrap_or(goal));
            self.engine.els_step(&self.setup.machine, &self.setup.plan[self.position..stop], &mut self.now)?;
            paint_all(&mut self.now, &self.setup, stop);
            self.position = stop;
            if stop.is_multiple_of(self.stride) && self.kept.len() == stop / self.stride {
                self.kept.push(self.now.clone());
            }
        }
        Ok(())
    }
}

/// Paints what the scene has painted at `step`.
fn paint_all(phi: &mut Grids<f32>, setup: &Setup, step: usize) {
    for (number, stroke) in setup.painting[step].iter().enumerate() {
        paint(phi, stroke, setup.abars[step], setup.seed, step as u32, number as u32);
    }
}

/// Paints one stroke; what leaves the grid at one border enters it at the other.
fn paint(phi: &mut Grids<f32>, stroke: &Stroke, abar: f64, seed: u64, step: u32, number: u32) {
    let (side, area, channels) = (phi.side, phi.area(), phi.channels);
    if stroke.grid >= phi.count {
        return;
    }
    let start = stroke.grid * channels * area;
    for pixel in 0..area {
        if torus_distance(pixel, stroke.at, side) > stroke.radius {
            continue;
        }
        for channel in 0..channels {
            let value = match stroke.ink {
                Ink::Value(value) => (abar.sqrt() * value) as f32,
                Ink::Noise => {
                    let item = (start + channel * area + pixel) as u32;
                    philox::normals(seed, Stream::Painting, item, step << 12 ^ number)[0]
                }
            };
            phi.values[start + channel * area + pixel] = value;
        }
    }
}

/// Distance of the middle of a pixel from the place [row, column], round the border.
fn torus_distance(pixel: usize, at: [f64; 2], side: usize) -> f64 {
    let axis = |pixel: usize, at: f64| {
        let far = (pixel as f64 - at).rem_euclid(side as f64);
        far.min(side as f64 - far)
    };
    axis(pixel / side, at[0]).hypot(axis(pixel % side, at[1]))
}
