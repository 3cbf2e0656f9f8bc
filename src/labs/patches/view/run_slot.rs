//! The ensembles on screen: carried on a thread of their own, shared with everything that reads them.
//!
//! Up to three runs go side by side from the same noise: the scene's, that of the machine it is compared with, and the
//! scene's without anything painted. States of the first at evenly spaced steps are kept for measurements and histories.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::setup_slot::{Lane, Numbered};
use crate::core::els::Grids;
use crate::engine::EngineError;
use crate::engine::numbered::NumberedEngine;
use crate::engine::worker::{Job, LatestWorker, timed};
use crate::labs::patches::physics::{self, MOST_MEASURED};
use crate::labs::patches::run::Run;

/// Memory that they may take, in bytes.
const KEPT_BYTES: usize = 256 << 20;
/// Seconds after which a run that was overtaken is given up.
const PATIENCE_SECS: f64 = 0.25;
/// Seconds of stepping between two looks at whether the run is still wanted.
const SLICE_SECS: f64 = 0.02;

/// The ensemble at a step that is kept.
#[derive(Clone)]
pub struct Kept {
    /// The step.
    pub step: usize,
    /// The ensemble.
    pub phi: Arc<Grids<f32>>,
}

/// One run at the step shown.
#[derive(Clone)]
pub struct LanePicture {
    /// Which run this is.
    pub lane: Lane,
    /// What it runs on.
    pub setup: Numbered,
    /// Its step; runs of different numbers of steps are shown at the same ᾱ.
    pub step: usize,
    /// The ensemble.
    pub phi: Arc<Grids<f32>>,
}

/// Everything that goes side by side at one step.
#[derive(Clone)]
pub struct RunPicture {
    /// Number that tells it from others: it grows.
    pub stamp: u64,
    /// Step of the scene's own run.
    pub step: usize,
    /// The runs, the scene's own first.
    pub lanes: Vec<LanePicture>,
    /// What is kept of the scene's own run, by rising step, as far as it has come.
    pub kept: Vec<Kept>,
    /// Values of the scene's own run that are no finite numbers any more.
    pub lost: usize,
    /// Seconds of computing a step of all of them.
    pub secs_per_step: f64,
}

impl RunPicture {
    /// The run of this lane.
    pub fn lane(&self, lane: Lane) -> Option<&LanePicture> {
        self.lanes.iter().find(|picture| picture.lane == lane)
    }
}

/// What is wanted.
#[derive(Clone)]
struct RunJob {
    lanes: Vec<(Lane, Numbered)>,
    engine: NumberedEngine,
    step: usize,
}

type Answer = Result<RunPicture, EngineError>;

/// The latest ensembles, and the thread that carries them.
pub struct RunSlot {
    worker: LatestWorker<RunJob, Answer>,
    asked: Option<(Vec<u64>, usize, u64)>,
    picture: Option<RunPicture>,
    error: Option<EngineError>,
}

impl RunSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let mut carrier = Carrier::default();
        Self {
            worker: LatestWorker::new("patches", wake, move |request: RunJob, job| carrier.work(&request, job)),
            asked: None,
            picture: None,
            error: None,
        }
    }

    /// Asks for the ensembles at `step` of the first of `lanes`, unless that was asked for last.
    pub fn ask(&mut self, lanes: &[(Lane, Numbered)], engine: &NumberedEngine, step: usize) {
        let stamps: Vec<u64> = lanes.iter().map(|(_, setup)| setup.stamp).collect();
        let wanted = (stamps, step, engine.stamp);
        if self.asked.as_ref() != Some(&wanted) {
            self.asked = Some(wanted);
            self.worker.submit(RunJob { lanes: lanes.to_vec(), engine: engine.clone(), step });
        }
    }

    /// Forgets the ensembles: there are none.
    pub fn clear(&mut self) {
        self.asked = None;
        self.picture = None;
        self.worker.take();
    }

    /// Takes the latest ensembles in, waiting for them for at most `patience_secs`.
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

    /// The latest ensembles.
    pub fn picture(&self) -> Option<&RunPicture> {
        self.picture.as_ref()
    }

    /// Whether the ensembles on screen are not yet those asked for.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }

    /// Why there are no new ones, if the engine failed.
    pub fn error(&self) -> Option<&EngineError> {
        self.error.as_ref()
    }
}

/// Steps that are kept of a run of `steps` steps whose ensembles take `bytes` each: evenly spaced, both ends included.
pub fn kept_steps(steps: usize, bytes: usize) -> Vec<usize> {
    physics::spread(steps, (KEPT_BYTES / bytes.max(1)).clamp(4, MOST_MEASURED))
}

/// One run on the thread.
#[derive(Clone)]
struct Carried {
    stamp: u64,
    base: u64,
    engine: u64,
    run: Run,
    kept: BTreeMap<usize, Arc<Grids<f32>>>,
    wanted: Vec<usize>,
    /// The ensemble at the run's own step, if it has been copied.
    latest: Option<Arc<Grids<f32>>>,
}

impl Carried {
    /// Goes on with a setup that differs in what is painted only.
    fn repaint(&mut self, numbered: &Numbered) {
        if self.stamp == numbered.stamp {
            return;
        }
        let first = numbered.setup.painted_alike_until(self.run.setup());
        self.stamp = numbered.stamp;
        self.kept.retain(|step, _| *step < first);
        self.run.repaint(Arc::clone(&numbered.setup));
        self.latest = None;
    }
}

#[derive(Default)]
struct Carrier {
    runs: Vec<Carried>,
    secs_per_step: f64,
    pictures: u64,
}

impl Carrier {
    fn work(&mut self, request: &RunJob, job: &Job<'_, RunJob, Answer>) {
        match self.picture(request, job) {
            Ok(Some(picture)) => job.publish(Ok(picture)),
            Ok(None) => (),
            Err(error) => job.publish(Err(error)),
        }
    }

    fn picture(&mut self, request: &RunJob, job: &Job<'_, RunJob, Answer>) -> Result<Option<RunPicture>, EngineError> {
        let mut old = std::mem::take(&mut self.runs);
        for (_, numbered) in &request.lanes {
            let same = |carried: &Carried| carried.stamp == numbered.stamp;
            let known = old.iter().position(same).or_else(|| old.iter().position(|c| c.base == numbered.base));
            let mut carried = match known {
                Some(index) => {
                    // A run that another lane goes on with as it is stays for that lane.
                    let stamp = old[index].stamp;
                    let shared = stamp != numbered.stamp && request.lanes.iter().any(|(_, lane)| lane.stamp == stamp);
                    let mut carried = if shared { old[index].clone() } else { old.swap_remove(index) };
                    carried.repaint(numbered);
                    carried
                }
                None => {
                    let run = Run::from_setup(Arc::clone(&numbered.setup), Arc::clone(&request.engine.engine));
                    let phi = run.phi();
                    let wanted = kept_steps(run.steps(), 4 * phi.values.len());
                    Carried {
                        stamp: numbered.stamp,
                        base: numbered.base,
                        engine: request.engine.stamp,
                        run,
                        kept: BTreeMap::new(),
                        wanted,
                        latest: None,
                    }
                }
            };
            if carried.engine != request.engine.stamp {
                carried.run.set_engine(Arc::clone(&request.engine.engine));
                carried.engine = request.engine.stamp;
            }
            self.runs.push(carried);
        }
        drop(old);
        let Some((_, main)) = request.lanes.first() else { return Ok(None) };
        let step = request.step.min(main.setup.abars.len().saturating_sub(1));
        let abar = main.setup.abars.get(step).copied().unwrap_or(0.0);
        let mut lanes = Vec::new();
        for (index, (lane, numbered)) in request.lanes.iter().enumerate() {
            let own = if *lane == Lane::Compared { nearest_step(&numbered.setup.abars, abar) } else { step };
            if !self.seek(index, own, *lane == Lane::Main, job)? {
                return Ok(None);
            }
            let Some(carried) = self.runs.get_mut(index) else { return Ok(None) };
            let phi = Arc::clone(carried.latest.get_or_insert_with(|| Arc::new(carried.run.phi().clone())));
            lanes.push(LanePicture { lane: *lane, setup: numbered.clone(), step: own, phi });
        }
        let kept = self.runs.first().map_or(Vec::new(), |carried| {
            carried.kept.iter().map(|(step, phi)| Kept { step: *step, phi: Arc::clone(phi) }).collect()
        });
        self.pictures += 1;
        let own = lanes.first().map_or(&[][..], |lane| &lane.phi.values);
        let lost = own.iter().filter(|value| !value.is_finite()).count();
        Ok(Some(RunPicture { stamp: self.pictures, step, lanes, kept, lost, secs_per_step: self.secs_per_step }))
    }

    /// Carries one run to `step`, keeping what is to be kept on the way if `keeps`; returns whether it got there before it
    /// was given up.
    fn seek(
        &mut self,
        index: usize,
        step: usize,
        keeps: bool,
        job: &Job<'_, RunJob, Answer>,
    ) -> Result<bool, EngineError> {
        let Some(carried) = self.runs.get_mut(index) else { return Ok(false) };
        loop {
            let at = carried.run.position();
            if keeps && carried.wanted.contains(&at) && !carried.kept.contains_key(&at) {
                let phi = carried.latest.get_or_insert_with(|| Arc::new(carried.run.phi().clone()));
                carried.kept.insert(at, Arc::clone(phi));
            }
            if at == step {
                return Ok(true);
            }
            carried.latest = None;
            let target = if at < step {
                let budget = (SLICE_SECS / self.secs_per_step.max(1e-6)).clamp(1.0, 64.0) as usize;
                let keep = carried.wanted.iter().copied().find(|kept| *kept > at && !carried.kept.contains_key(kept));
                step.min(at + budget).min(keep.filter(|_| keeps).unwrap_or(step))
            } else {
                step
            };
            let (result, secs) = timed(|| carried.run.seek(target));
            result?;
            let moved = carried.run.position().abs_diff(at);
            if target > at && moved > 0 {
                self.secs_per_step += 0.3 * (secs / moved as f64 - self.secs_per_step);
            }
            if job.elapsed_secs() > PATIENCE_SECS && job.is_stale() && carried.run.position() != step {
                return Ok(false);
            }
        }
    }
}

/// The step whose ᾱ is nearest to `abar`.
pub fn nearest_step(abars: &[f64], abar: f64) -> usize {
    let after = abars.partition_point(|at| *at < abar).min(abars.len().saturating_sub(1));
    let before = after.saturating_sub(1);
    let far = |step: usize| abars.get(step).map_or(f64::INFINITY, |at| (at - abar).abs());
    if far(before) < far(after) { before } else { after }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_steps_span_the_run_and_fit_into_memory() {
        for steps in [2, 3, 20, 1000] {
            for bytes in [4, 4 << 20, 64 << 20, 1 << 30] {
                let kept = kept_steps(steps, bytes);
                assert_eq!((kept[0], kept[kept.len() - 1]), (0, steps));
                assert!(kept.windows(2).all(|pair| pair[0] < pair[1]) && kept.len() <= MOST_MEASURED);
            }
        }
        assert_eq!(kept_steps(20, 4).len(), 21);
    }

    #[test]
    fn the_nearest_step() {
        let abars = [0.0, 0.1, 0.5, 1.0];
        for (abar, step) in [(0.0, 0), (0.04, 0), (0.06, 1), (0.29, 1), (0.31, 2), (0.9, 3), (2.0, 3)] {
            assert_eq!(nearest_step(&abars, abar), step, "{abar}");
        }
    }
}
