//! Particles of the order parameter for the panes: carried on a thread of their own, summed up for drawing.

use std::sync::Arc;

use crate::core::curie_weiss::CurieWeiss;
use crate::core::curie_weiss::potential::Potential;
use crate::engine::worker::{Job, LatestWorker, timed};
use crate::labs::symmetry_breaking::run::{Run, Statistics};
use crate::labs::symmetry_breaking::scene::Scene;

/// Balls drawn at most. Particles are independent, so the first ones are as good as any.
pub const MOST_BALLS: usize = 400;
/// Bins of the histogram.
const BINS: usize = 96;
/// Seconds after which a run that was overtaken is given up.
const PATIENCE_SECS: f64 = 0.25;
/// Seconds of stepping between two looks at whether the run is still wanted.
const SLICE_SECS: f64 = 0.02;

/// A scene that defines a run, with a number that tells it from others.
#[derive(Clone)]
pub struct Numbered {
    /// Grows with every change of what the run depends on.
    pub stamp: u64,
    /// The scene.
    pub scene: Arc<Scene>,
}

/// The particles at one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Number of the run they belong to.
    pub stamp: u64,
    /// The step.
    pub step: usize,
    /// Its time t.
    pub time: f64,
    /// R₊, mean and spread over all particles.
    pub statistics: Statistics,
    /// Mean of μ over the particles with μ > 0, and over the others; nothing where there are none.
    pub sides: [Option<f64>; 2],
    /// Half the width of the histogram, whose bins fill [−reach, reach].
    pub reach: f64,
    /// Share of all particles in each bin divided by its width.
    pub histogram: Vec<f64>,
    /// The first few particles.
    pub balls: Vec<f64>,
    /// Number of particles.
    pub total: usize,
    /// Seconds of computing a step.
    pub secs_per_step: f64,
}

/// Half the width in μ that shows the wells and the cloud at time `t`.
pub fn reach(model: &CurieWeiss, t: f64) -> f64 {
    let wells = Potential::new(model, t).wells();
    let widest = wells.deep.abs().max(wells.shallow.map_or(0.0, f64::abs));
    1.25 * widest + 4.0 * model.temperature.sqrt()
}

impl Picture {
    fn of(run: &Run, stamp: u64, secs_per_step: f64) -> Self {
        let particles = run.particles();
        let time = run.times()[run.position()];
        let reach = reach(run.model(), time);
        let width = 2.0 * reach / BINS as f64;
        let mut counts = vec![0_u32; BINS];
        let mut sums = [(0.0, 0_u32); 2];
        for mu in particles {
            let side = &mut sums[usize::from(*mu <= 0.0)];
            *side = (side.0 + mu, side.1 + 1);
            let bin = ((mu + reach) / width).floor();
            if (0.0..BINS as f64).contains(&bin) {
                counts[bin as usize] += 1;
            }
        }
        let total = particles.len();
        Self {
            stamp,
            step: run.position(),
            time,
            statistics: run.statistics(),
            sides: sums.map(|(sum, count)| (count > 0).then(|| sum / f64::from(count))),
            reach,
            histogram: counts.iter().map(|c| f64::from(*c) / (total.max(1) as f64 * width)).collect(),
            balls: particles.iter().take(MOST_BALLS).copied().collect(),
            total,
            secs_per_step,
        }
    }

    /// Middle of every bin.
    pub fn bins(&self) -> impl Iterator<Item = f64> {
        let (reach, width) = (self.reach, self.bin_width());
        (0..BINS).map(move |i| (i as f64 + 0.5) * width - reach)
    }

    /// Width of a bin.
    pub fn bin_width(&self) -> f64 {
        2.0 * self.reach / BINS as f64
    }
}

#[derive(Clone)]
struct EnsembleJob {
    run: Numbered,
    step: usize,
}

/// The latest particles, and the thread that carries them.
pub struct EnsembleSlot {
    worker: LatestWorker<EnsembleJob, Picture>,
    asked: Option<(u64, usize)>,
    picture: Option<Picture>,
}

impl EnsembleSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let mut carrier = Carrier::default();
        Self {
            worker: LatestWorker::new("order parameter", wake, move |request: EnsembleJob, job| {
                carrier.work(&request, job);
            }),
            asked: None,
            picture: None,
        }
    }

    /// Asks for the particles at `step`, unless that was asked for last.
    pub fn ask(&mut self, run: &Numbered, step: usize) {
        if self.asked != Some((run.stamp, step)) {
            self.asked = Some((run.stamp, step));
            self.worker.submit(EnsembleJob { run: run.clone(), step });
        }
    }

    /// Takes the latest particles in, waiting for them for at most `patience_secs`.
    pub fn receive(&mut self, patience_secs: f64) {
        if let Some(picture) = self.worker.take_within(patience_secs) {
            self.picture = Some(picture);
        }
    }

    /// The latest particles.
    pub fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()
    }

    /// Whether the particles on screen are not yet those asked for.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }
}

#[derive(Default)]
struct Carrier {
    run: Option<(u64, Run)>,
    secs_per_step: f64,
}

impl Carrier {
    fn work(&mut self, request: &EnsembleJob, job: &Job<'_, EnsembleJob, Picture>) {
        let stamp = request.run.stamp;
        let run = match self.run.take().filter(|(known, _)| *known == stamp) {
            Some((_, run)) => Ok(run),
            None => Run::new(&request.run.scene),
        };
        // Scenes are checked before they come here.
        let Ok(mut run) = run else { return };
        let step = request.step.min(run.times().len() - 1);
        let mut arrived = true;
        while run.position() != step {
            let from = run.position();
            let budget = (SLICE_SECS / self.secs_per_step.max(1e-6)).clamp(1.0, 256.0) as usize;
            let stop = if from > step { step } else { (from + budget).min(step) };
            let ((), secs) = timed(|| run.seek(stop));
            if stop > from {
                self.secs_per_step += 0.3 * (secs / (stop - from) as f64 - self.secs_per_step);
            }
            if job.elapsed_secs() > PATIENCE_SECS && job.is_stale() {
                arrived = false;
                break;
            }
        }
        if arrived {
            job.publish(Picture::of(&run, stamp, self.secs_per_step));
        }
        self.run = Some((stamp, run));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::symmetry_breaking::scene::Ensemble;

    #[test]
    fn any_order_of_scrubbing_shows_the_same_particles() {
        let ensemble = Ensemble { count: 500, steps: 60, ..Ensemble::default() };
        let run = Numbered { stamp: 1, scene: Arc::new(Scene { ensemble, ..Scene::default() }) };
        let at = |slot: &mut EnsembleSlot, step: usize| {
            slot.ask(&run, step);
            while slot.picture().is_none_or(|picture| picture.step != step) {
                slot.receive(1.0);
            }
            let picture = slot.picture().unwrap().clone();
            Picture { secs_per_step: 0.0, ..picture }
        };
        let mut straight = EnsembleSlot::new(|| ());
        let expected: Vec<Picture> = (0..=60).map(|step| at(&mut straight, step)).collect();
        let mut jumping = EnsembleSlot::new(|| ());
        for step in [60, 3, 4, 0, 59, 1] {
            assert_eq!(at(&mut jumping, step), expected[step], "step {step}");
        }
        let end = &expected[60];
        assert!((end.histogram.iter().sum::<f64>() * end.bin_width() - 1.0).abs() < 0.01);
        assert!(end.sides[0].unwrap() > 1.0 && end.sides[1].unwrap() < -1.0);
        assert_eq!(end.balls.len(), MOST_BALLS);
    }
}
