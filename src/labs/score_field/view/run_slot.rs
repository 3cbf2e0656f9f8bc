//! Particles for the canvas: carried on a thread of their own, copied for drawing.

use std::sync::Arc;

use super::setup_slot::Numbered;
use crate::engine::EngineError;
use crate::engine::kernel::Particles;
use crate::engine::numbered::NumberedEngine;
use crate::engine::worker::{Job, LatestWorker, timed};
use crate::labs::score_field::run::Run;

/// Particles drawn at most of each model. Particles are independent draws, so the first ones are as good as any.
pub const MOST_DRAWN: usize = 30_000;
/// Segments of trails drawn at most of each model.
const MOST_SEGMENTS: usize = 40_000;
/// Seconds after which a run that was overtaken is given up.
const PATIENCE_SECS: f64 = 0.25;
/// Seconds of stepping between two looks at whether the run is still wanted.
const SLICE_SECS: f64 = 0.02;

/// Particles of one score model, as far as they are drawn.
#[derive(Debug, Clone, Default)]
pub struct Cloud {
    /// Places at the step shown.
    pub now: Vec<[f32; 2]>,
    /// Places one step on, the same at the last step.
    pub next: Vec<[f32; 2]>,
    /// Places of the first few particles at earlier steps, oldest first.
    pub past: Vec<Vec<[f32; 2]>>,
}

/// The particles at one step.
pub struct RunPicture {
    /// The step.
    pub step: usize,
    /// One for score model A, and one for B if there is one.
    pub clouds: Vec<Cloud>,
    /// Number of particles of each.
    pub total: usize,
    /// How many of them have left the numbers.
    pub lost: usize,
    /// Seconds of computing a step.
    pub secs_per_step: f64,
}

/// What is wanted.
#[derive(Clone)]
struct RunJob {
    setup: Numbered,
    engine: NumberedEngine,
    step: usize,
    trail: usize,
}

/// The latest particles, and the thread that carries them.
pub struct RunSlot {
    worker: LatestWorker<RunJob, Result<RunPicture, EngineError>>,
    asked: Option<(u64, usize, usize, u64)>,
    picture: Option<RunPicture>,
    error: Option<EngineError>,
}

impl RunSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let mut carrier = Carrier::default();
        Self {
            worker: LatestWorker::new("run", wake, move |request, job| carrier.work(&request, job)),
            asked: None,
            picture: None,
            error: None,
        }
    }

    /// Asks for the particles at `step` with `trail` steps of their past, unless that was asked for last.
    pub fn ask(&mut self, setup: &Numbered, engine: &NumberedEngine, step: usize, trail: usize) {
        let wanted = (setup.stamp, step, trail, engine.stamp);
        if self.asked != Some(wanted) {
            self.asked = Some(wanted);
            self.worker.submit(RunJob { setup: setup.clone(), engine: engine.clone(), step, trail });
        }
    }

    /// Forgets the particles: there are none.
    pub fn clear(&mut self) {
        self.asked = None;
        self.picture = None;
        self.worker.take();
    }

    /// Takes the latest particles in, waiting for them for at most `patience_secs`.
    pub fn receive(&mut self, patience_secs: f64) {
        match self.worker.take_within(patience_secs) {
            Some(Ok(picture)) if self.asked.is_some() => {
                self.picture = Some(picture);
                self.error = None;
            }
            Some(Err(error)) => self.error = Some(error),
            _ => (),
        }
    }

    /// The latest particles.
    pub fn picture(&self) -> Option<&RunPicture> {
        self.picture.as_ref()
    }

    /// Whether the particles on screen are not yet those asked for.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }

    /// Why there are no new particles, if the engine failed.
    pub fn error(&self) -> Option<&EngineError> {
        self.error.as_ref()
    }
}

/// The run on its thread.
#[derive(Default)]
struct Carrier {
    run: Option<(u64, u64, Run)>,
    /// Places of all models at the step shown and the next, which one frame after the other asks for.
    pair: Option<Pair>,
    secs_per_step: f64,
}

struct Pair {
    step: usize,
    now: Vec<Vec<[f32; 2]>>,
    next: Vec<Vec<[f32; 2]>>,
    lost: usize,
}

impl Carrier {
    fn work(&mut self, request: &RunJob, job: &Job<'_, RunJob, Result<RunPicture, EngineError>>) {
        let engine = || Arc::clone(&request.engine.engine);
        let mut run = match self.run.take().filter(|(stamp, ..)| *stamp == request.setup.stamp) {
            Some((_, stamp, mut run)) => {
                if stamp != request.engine.stamp {
                    run.set_engine(engine());
                }
                run
            }
            None => {
                self.pair = None;
                Run::from_setup((*request.setup.setup).clone(), &request.setup.scene, engine())
            }
        };
        match self.picture(&mut run, request, job) {
            Ok(Some(picture)) => job.publish(Ok(picture)),
            Ok(None) => (),
            Err(error) => job.publish(Err(error)),
        }
        self.run = Some((request.setup.stamp, request.engine.stamp, run));
    }

    /// The particles; `None` if a newer job came while they were on their way.
    fn picture(
        &mut self,
        run: &mut Run,
        request: &RunJob,
        job: &Job<'_, RunJob, Result<RunPicture, EngineError>>,
    ) -> Result<Option<RunPicture>, EngineError> {
        let step = request.step.min(run.steps());
        let known = self.pair.take().filter(|pair| pair.step == step || pair.step + 1 == step);
        let (now, lost) = match known {
            Some(pair) if pair.step == step => (pair.now, pair.lost),
            // The run stands at the step after the one shown last, which is the one wanted now.
            Some(pair) if run.position() == step => (pair.next, lost(run)),
            _ => {
                if !self.seek(run, step, job)? {
                    return Ok(None);
                }
                (drawn(run), lost(run))
            }
        };
        if !self.seek(run, (step + 1).min(run.steps()), job)? {
            return Ok(None);
        }
        let next = drawn(run);
        let clouds = now
            .iter()
            .zip(&next)
            .enumerate()
            .map(|(model, (now, next))| Cloud {
                now: now.clone(),
                next: next.clone(),
                past: past(run, model, step, request.trail),
            })
            .collect();
        self.pair = Some(Pair { step, now, next, lost });
        let total = run.particles().x.len();
        Ok(Some(RunPicture { step, clouds, total, lost, secs_per_step: self.secs_per_step }))
    }

    /// Carries the run to `step` in slices; returns whether it got there before it was given up.
    fn seek(
        &mut self,
        run: &mut Run,
        step: usize,
        job: &Job<'_, RunJob, Result<RunPicture, EngineError>>,
    ) -> Result<bool, EngineError> {
        loop {
            let before = run.position();
            let budget = (SLICE_SECS / self.secs_per_step.max(1e-6)).clamp(1.0, 64.0) as usize;
            let (arrived, secs) = timed(|| run.seek_within(step, budget));
            let arrived = arrived?;
            let moved = run.position().abs_diff(before);
            if moved > 0 {
                self.secs_per_step += 0.3 * (secs / moved.min(budget) as f64 - self.secs_per_step);
            }
            if arrived {
                return Ok(true);
            }
            if job.elapsed_secs() > PATIENCE_SECS && job.is_stale() {
                return Ok(false);
            }
        }
    }
}

fn models(run: &Run) -> impl Iterator<Item = &Particles> {
    std::iter::once(run.particles()).chain(run.compare_particles())
}

fn drawn(run: &Run) -> Vec<Vec<[f32; 2]>> {
    models(run).map(|particles| first(particles, MOST_DRAWN)).collect()
}

fn lost(run: &Run) -> usize {
    let gone = |particles: &Particles| {
        particles.x.iter().zip(&particles.y).filter(|(x, y)| !(x.is_finite() && y.is_finite())).count()
    };
    models(run).map(gone).max().unwrap_or(0)
}

fn first(particles: &Particles, count: usize) -> Vec<[f32; 2]> {
    particles.x.iter().zip(&particles.y).take(count).map(|(x, y)| [*x, *y]).collect()
}

/// Earlier places, as far as the run kept them.
fn past(run: &Run, model: usize, step: usize, trail: usize) -> Vec<Vec<[f32; 2]>> {
    let kept = |step| if model == 0 { run.history(step) } else { run.compare_history(step) };
    let count = MOST_SEGMENTS / trail.max(1);
    (step.saturating_sub(trail)..step)
        .filter_map(kept)
        .map(|particles| first(particles, count.min(MOST_DRAWN)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::reference::ReferenceEngine;
    use crate::labs::score_field::scene::{ParticleSpec, Point, Scene};
    use crate::labs::score_field::view::setup_slot::SetupSlot;

    fn picture_at(slot: &mut RunSlot, setup: &Numbered, step: usize) -> Vec<[f32; 2]> {
        let engine = NumberedEngine::new(Arc::new(ReferenceEngine));
        slot.ask(setup, &engine, step, 4);
        while slot.picture().is_none_or(|picture| picture.step != step) {
            assert!(slot.error().is_none());
            slot.receive(1.0);
        }
        let cloud = &slot.picture().unwrap().clouds[0];
        assert_eq!(cloud.past.len(), step.min(4));
        cloud.now.clone()
    }

    #[test]
    fn any_order_of_scrubbing_shows_the_same_particles() {
        let mut scene =
            Scene { particles: ParticleSpec { count: 20, steps: 12, ..ParticleSpec::default() }, ..Scene::default() };
        scene.data.points = vec![Point { at: [1.0, 0.0], weight: 1.0 }, Point { at: [-1.0, 0.5], weight: 2.0 }];
        let mut setups = SetupSlot::new(|| ());
        setups.follow(&scene);
        let setup = setups.current().unwrap();
        let mut straight = RunSlot::new(|| ());
        let expected: Vec<_> = (0..=12).map(|step| picture_at(&mut straight, setup, step)).collect();
        let mut jumping = RunSlot::new(|| ());
        for step in [12, 3, 4, 5, 0, 11, 10, 12, 1] {
            assert_eq!(picture_at(&mut jumping, setup, step), expected[step], "step {step}");
        }
        assert_ne!(expected[0], expected[12]);
    }
}
