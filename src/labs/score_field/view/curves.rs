//! Statistics of the run at every step, for the plots: measured ahead on a thread of their own, with fewer particles.

use std::sync::Arc;

use super::setup_slot::Numbered;
use crate::core::mixture::Mixture;
use crate::engine::EngineError;
use crate::engine::numbered::NumberedEngine;
use crate::engine::worker::{Job, LatestWorker};
use crate::labs::score_field::run::Run;
use crate::labs::score_field::scene::Scene;
use crate::labs::score_field::statistics;

/// Particles that are measured: the run's first ones.
const MOST_PARTICLES: usize = 1000;
/// Components whose shares are kept.
pub const MOST_SHARES: usize = 8;
/// Steps measured at most; of longer runs every second, third … is.
const MOST_STEPS: usize = 200;
/// Seconds between two pictures of unfinished curves.
const PUBLISH_SECS: f64 = 0.1;
/// Seconds that a scene must rest before its curves are measured, so that dragging has the machine to itself.
const REST_SECS: f64 = 0.12;

/// Statistics of one score model along the run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelCurves {
    /// Mean of log p_t over the particles.
    pub mean_log_density: Vec<f64>,
    /// Root of the trace of the particles' covariance.
    pub spread: Vec<f64>,
    /// Mean distance to the nearest noised data point.
    pub nearest_distance: Vec<f64>,
    /// Share of the particles for each of the components in `tracked`.
    pub shares: Vec<Vec<f64>>,
    /// Numbers of the heaviest components.
    pub tracked: Vec<usize>,
    /// Number of components.
    pub components: usize,
}

/// Statistics along the run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curves {
    /// Steps measured so far.
    pub steps: Vec<f64>,
    /// Score model A, and B if there is one.
    pub models: Vec<ModelCurves>,
    /// Particles measured.
    pub sampled: usize,
}

#[derive(Clone)]
struct CurvesJob {
    setup: Numbered,
    engine: NumberedEngine,
}

/// The latest curves, and the thread that measures them.
pub struct CurvesSlot {
    worker: LatestWorker<CurvesJob, Result<Curves, EngineError>>,
    /// Number of the setup, and when it was first seen.
    seen: Option<(u64, f64)>,
    asked: Option<u64>,
    curves: Curves,
}

impl CurvesSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            worker: LatestWorker::new("curves", wake, |request: CurvesJob, job| {
                if let Err(error) = measure(&request, job) {
                    job.publish(Err(error));
                }
            }),
            seen: None,
            asked: None,
            curves: Curves::default(),
        }
    }

    /// Makes the curves follow `setup` once it has rested; `now_secs` is the time by the window's clock. Returns after how
    /// many seconds to call again, if the setup has not rested yet.
    pub fn follow(&mut self, setup: &Numbered, engine: &NumberedEngine, now_secs: f64) -> Option<f64> {
        let (stamp, since) = *self.seen.get_or_insert((setup.stamp, now_secs));
        if stamp != setup.stamp {
            self.seen = Some((setup.stamp, now_secs));
            return Some(REST_SECS);
        }
        if self.asked == Some(stamp) {
            return None;
        }
        let left = since + REST_SECS - now_secs;
        if left > 0.0 && self.asked.is_some() {
            return Some(left);
        }
        self.asked = Some(stamp);
        self.worker.submit(CurvesJob { setup: setup.clone(), engine: engine.clone() });
        None
    }

    /// Takes the latest curves in.
    pub fn receive(&mut self) {
        // A failure of the engine is told by the run, which asks the same of it.
        if let Some(Ok(curves)) = self.worker.take()
            && self.asked.is_some()
        {
            self.curves = curves;
        }
    }

    /// Forgets the curves: there is no run.
    pub fn clear(&mut self) {
        self.seen = None;
        self.asked = None;
        self.curves = Curves::default();
        self.worker.take();
    }

    /// The latest curves.
    pub fn curves(&self) -> &Curves {
        &self.curves
    }

    /// Whether they are still being measured.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }
}

fn measure(request: &CurvesJob, job: &Job<'_, CurvesJob, Result<Curves, EngineError>>) -> Result<(), EngineError> {
    let Numbered { setup, scene, .. } = &request.setup;
    let mut few = Scene::clone(scene);
    few.particles.count = few.particles.count.min(MOST_PARTICLES);
    let mut run = Run::from_setup((**setup).clone(), &few, Arc::clone(&request.engine.engine));
    let models: Vec<&Mixture> = std::iter::once(&setup.model).chain(&setup.compare).collect();
    let mut curves = Curves { models: models.iter().map(|model| empty(model)).collect(), ..Curves::default() };
    let stride = run.steps().div_ceil(MOST_STEPS).max(1);
    let mut published_secs = 0.0;
    let last = run.steps();
    for step in (0..=last).filter(|step| step % stride == 0 || *step == last) {
        if job.is_stale() {
            return Ok(());
        }
        run.seek(step)?;
        let level = setup.forward.level(run.time());
        let clouds = std::iter::once(run.particles()).chain(run.compare_particles());
        for ((model, cloud), curves) in models.iter().zip(clouds).zip(&mut curves.models) {
            let Some(found) = statistics::measure(cloud, &model.noised(level), &setup.data) else { return Ok(()) };
            curves.mean_log_density.push(found.mean_log_density);
            curves.spread.push(found.spread);
            curves.nearest_distance.push(found.nearest_distance);
            for (share, k) in curves.shares.iter_mut().zip(&curves.tracked) {
                share.push(found.shares[*k]);
            }
        }
        curves.steps.push(step as f64);
        curves.sampled = run.particles().x.len();
        if job.elapsed_secs() - published_secs > PUBLISH_SECS {
            published_secs = job.elapsed_secs();
            job.publish(Ok(curves.clone()));
        }
    }
    job.publish(Ok(curves));
    Ok(())
}

fn empty(model: &Mixture) -> ModelCurves {
    let components = model.components();
    let mut tracked: Vec<usize> = (0..components.len()).collect();
    // A stable sort keeps the order of equal weights.
    tracked.sort_by(|a, b| components[*b].weight.total_cmp(&components[*a].weight));
    tracked.truncate(MOST_SHARES);
    ModelCurves {
        shares: vec![Vec::new(); tracked.len()],
        tracked,
        components: components.len(),
        ..ModelCurves::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::reference::ReferenceEngine;
    use crate::labs::score_field::scene::{ParticleSpec, Point};
    use crate::labs::score_field::view::setup_slot::SetupSlot;

    #[test]
    fn curves_tell_that_generation_ends_on_the_data() {
        let particles = ParticleSpec { count: 300, steps: 40, ..ParticleSpec::default() };
        let mut scene = Scene { particles, ..Scene::default() };
        scene.data.points = vec![Point { at: [2.0, 0.0], weight: 3.0 }, Point { at: [-2.0, 0.0], weight: 1.0 }];
        let mut setups = SetupSlot::new(|| ());
        setups.follow(&scene);
        let engine = NumberedEngine::new(Arc::new(ReferenceEngine));
        let mut slot = CurvesSlot::new(|| ());
        assert_eq!(slot.follow(setups.current().unwrap(), &engine, 0.0), None, "the first curves are measured at once");
        while slot.is_busy() || slot.curves().steps.len() < 41 {
            slot.receive();
            std::thread::yield_now();
        }
        let curves = &slot.curves().models[0];
        assert!(curves.nearest_distance[0] > 1.0 && curves.nearest_distance[40] < 0.02);
        assert_eq!(curves.tracked, [0, 1]);
        let ends: Vec<f64> = curves.shares.iter().map(|share| share[40]).collect();
        assert!((ends[0] - 0.75).abs() < 0.1 && (ends[0] + ends[1] - 1.0).abs() < 1e-9, "{ends:?}");
    }

    #[test]
    fn a_scene_in_motion_is_not_measured() {
        let mut scene = Scene::default();
        scene.data.points = vec![Point { at: [2.0, 0.0], weight: 1.0 }];
        let mut setups = SetupSlot::new(|| ());
        let engine = NumberedEngine::new(Arc::new(ReferenceEngine));
        let mut slot = CurvesSlot::new(|| ());
        setups.follow(&scene);
        let mut moving = setups.current().unwrap().clone();
        slot.follow(&moving, &engine, 0.0);
        for frame in 1..10 {
            moving.stamp += 1;
            assert!(slot.follow(&moving, &engine, 0.05 * f64::from(frame)).is_some());
        }
        assert!(slot.follow(&moving, &engine, 0.5).is_some());
        assert_eq!(slot.follow(&moving, &engine, 0.7), None);
    }
}
