//! The run of the order parameter from end to end, for what is drawn over time: measured ahead on a thread of its own.

use super::ensemble::Numbered;
use crate::engine::worker::{Job, LatestWorker};
use crate::labs::symmetry_breaking::run::{Run, Statistics};
use crate::labs::symmetry_breaking::scene::{Ensemble, Scene};

/// Particles that are measured: the run's first ones.
const MOST_PARTICLES: usize = 20_000;
/// Trajectories that are kept.
pub const MOST_PATHS: usize = 60;
/// Times that are kept.
const MOST_TIMES: usize = 240;
/// Seconds between two pictures of unfinished curves.
const PUBLISH_SECS: f64 = 0.1;
/// Seconds that a scene must rest before its curves are measured, so that dragging has the machine to itself.
const REST_SECS: f64 = 0.12;

/// What the particles did.
#[derive(Debug, Clone, Default)]
pub struct Curves {
    /// Times t measured so far, falling.
    pub times: Vec<f64>,
    /// R₊, mean and spread at each of them.
    pub statistics: Vec<Statistics>,
    /// Mean of μ over the particles with μ > 0, and over the others.
    pub sides: Vec<[Option<f64>; 2]>,
    /// μ of a few particles at each of the times.
    pub paths: Vec<Vec<f64>>,
    /// Particles measured.
    pub sampled: usize,
}

/// The latest curves, and the thread that measures them.
pub struct CurvesSlot {
    worker: LatestWorker<Numbered, Curves>,
    /// Number of the run, and when it was first seen.
    seen: Option<(u64, f64)>,
    asked: Option<u64>,
    curves: Curves,
}

impl CurvesSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            worker: LatestWorker::new("curves", wake, |request: Numbered, job| measure(&request, job)),
            seen: None,
            asked: None,
            curves: Curves::default(),
        }
    }

    /// Makes the curves follow `run` once it has rested; `now_secs` is the time by the window's clock. Returns after how many
    /// seconds to call again, if it has not rested yet.
    pub fn follow(&mut self, run: &Numbered, now_secs: f64) -> Option<f64> {
        if let Some(curves) = self.worker.take() {
            self.curves = curves;
        }
        let (stamp, since) = *self.seen.get_or_insert((run.stamp, now_secs));
        if stamp != run.stamp {
            self.seen = Some((run.stamp, now_secs));
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
        self.worker.submit(run.clone());
        None
    }

    /// The latest curves.
    pub fn curves(&self) -> &Curves {
        &self.curves
    }

    /// Whether they are still being measured, or about to be.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy() || self.seen.map(|(stamp, _)| stamp) != self.asked
    }
}

fn measure(request: &Numbered, job: &Job<'_, Numbered, Curves>) {
    let ensemble = request.scene.ensemble;
    let few = Ensemble { count: ensemble.count.min(MOST_PARTICLES), ..ensemble };
    let Ok(mut run) = Run::new(&Scene { ensemble: few, ..(*request.scene).clone() }) else { return };
    let mut curves = Curves { sampled: few.count, ..Curves::default() };
    curves.paths = vec![Vec::new(); few.count.min(MOST_PATHS)];
    let last = run.times().len() - 1;
    let stride = last.div_ceil(MOST_TIMES).max(1);
    let mut published_secs = 0.0;
    for step in (0..=last).filter(|step| step % stride == 0 || *step == last) {
        if job.is_stale() {
            return;
        }
        run.seek(step);
        curves.times.push(run.times()[step]);
        curves.statistics.push(run.statistics());
        curves.sides.push(sides(run.particles()));
        for (path, mu) in curves.paths.iter_mut().zip(run.particles()) {
            path.push(*mu);
        }
        if job.elapsed_secs() - published_secs > PUBLISH_SECS {
            published_secs = job.elapsed_secs();
            job.publish(curves.clone());
        }
    }
    job.publish(curves);
}

fn sides(particles: &[f64]) -> [Option<f64>; 2] {
    let mean = |side: &dyn Fn(f64) -> bool| {
        let (sum, count) =
            particles.iter().filter(|mu| side(**mu)).fold((0.0, 0_u32), |(sum, count), mu| (sum + mu, count + 1));
        (count > 0).then(|| sum / f64::from(count))
    };
    [mean(&|mu| mu > 0.0), mean(&|mu| mu <= 0.0)]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::labs::symmetry_breaking::run::model;

    #[test]
    fn the_measured_share_follows_theory_and_the_cloud_lags_by_two() {
        let ensemble = Ensemble { count: 4000, steps: 300, ..Ensemble::default() };
        let scene = Scene { ensemble, ..Scene::default() };
        let magnet = model(&scene).unwrap();
        let mut slot = CurvesSlot::new(|| ());
        let run = Numbered { stamp: 3, scene: Arc::new(scene) };
        assert_eq!(slot.follow(&run, 0.0), None, "the first curves are measured at once");
        while slot.is_busy() || slot.curves().times.len() < 151 {
            slot.follow(&run, 0.0);
            std::thread::yield_now();
        }
        let curves = slot.curves();
        assert_eq!((curves.sampled, curves.paths.len(), curves.paths[0].len()), (4000, MOST_PATHS, curves.times.len()));
        for i in (0..curves.times.len()).step_by(15) {
            let theory = magnet.plus_probability(curves.times[i] - magnet.speciation_time());
            let measured = curves.statistics[i];
            assert!((measured.plus - theory).abs() < 4.0 * measured.plus_error.max(1e-3), "{measured:?} at {theory}");
        }
        let last = curves.times.len() - 1;
        let wells = crate::core::curie_weiss::potential::Potential::new(&magnet, curves.times[last]).wells();
        let ratio = wells.deep / curves.sides[last][0].unwrap();
        assert!((ratio - 2.0).abs() < 0.05, "{ratio}");
    }
}
