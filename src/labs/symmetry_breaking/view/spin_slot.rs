//! Real spins for their pane: carried on a thread of their own, with the order parameter of every system on the way.

use std::sync::Arc;

use crate::core::curie_weiss::hubbard_stratonovich::{draw_bias, draw_spins};
use crate::core::curie_weiss::{CurieWeiss, spin_model};
use crate::core::param::Choice;
use crate::core::philox::Stream;
use crate::core::process::Forward;
use crate::core::sampler;
use crate::engine::kernel::{SpinRequest, SpinStep, system_noise};
use crate::engine::numbered::NumberedEngine;
use crate::engine::worker::{Job, LatestWorker, timed};
use crate::labs::symmetry_breaking::run::{SpinRun, Statistics};
use crate::labs::symmetry_breaking::scene::Scene;

/// Spins that are drawn at most.
pub const MOST_PIXELS: usize = 1 << 18;
/// Systems whose paths are drawn at most.
pub const MOST_PATHS: usize = 40;
/// Seconds that a scene must rest before a new run is begun, so that dragging has the machine to itself.
const REST_SECS: f64 = 0.12;
/// Seconds after which a run that was overtaken is given up.
const PATIENCE_SECS: f64 = 0.25;
/// Seconds of stepping between two looks at whether the run is still wanted.
const SLICE_SECS: f64 = 0.03;
/// Seconds after which a run shows where it is on its way, and shows it again.
const SHOW_SECS: f64 = 0.05;

/// Whether two scenes have the same real spins.
fn same_spins(a: &Scene, b: &Scene) -> bool {
    a.model == b.model && a.spins == b.spins && a.seed == b.seed
}

/// The spins at one step.
pub struct SpinPicture {
    /// Number of the run.
    pub stamp: u64,
    /// The step.
    pub step: usize,
    /// Times of the run, falling.
    pub times: Arc<[f64]>,
    /// Spins of a system.
    pub spins: usize,
    /// Number of systems.
    pub systems: usize,
    /// The first spins, system by system.
    pub pixels: Vec<f32>,
    /// μ of the first systems at every step so far.
    pub paths: Vec<Vec<f64>>,
    /// R₊, mean and spread of μ over all systems at every step so far.
    pub statistics: Vec<Statistics>,
    /// Mean of μ² over all systems at every step so far.
    pub squares: Vec<f64>,
}

#[derive(Clone)]
struct SpinJob {
    stamp: u64,
    scene: Arc<Scene>,
    engine: NumberedEngine,
    time: f64,
}

/// The latest spins, and the thread that carries them.
pub struct SpinSlot {
    worker: LatestWorker<SpinJob, Result<SpinPicture, String>>,
    /// Run wanted, its number, and when it was first wanted.
    wanted: Option<(Arc<Scene>, u64, f64)>,
    asked: Option<(u64, u64, f64)>,
    picture: Option<SpinPicture>,
    error: Option<String>,
}

impl SpinSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let mut carrier = Carrier::default();
        Self {
            worker: LatestWorker::new("spins", wake, move |request: SpinJob, job| carrier.work(&request, job)),
            wanted: None,
            asked: None,
            picture: None,
            error: None,
        }
    }

    /// Asks for the spins of `scene` at its time, once the scene has rested, and takes in what is there. Returns after how
    /// many seconds to call again, if it has not rested yet.
    pub fn follow(&mut self, scene: &Scene, engine: &NumberedEngine, now_secs: f64) -> Option<f64> {
        match self.worker.take() {
            Some(Ok(picture)) => {
                self.picture = Some(picture);
                self.error = None;
            }
            Some(Err(error)) => self.error = Some(error),
            None => (),
        }
        let next = self.wanted.as_ref().map_or(0, |(_, stamp, _)| stamp + 1);
        if !self.wanted.as_ref().is_some_and(|(known, ..)| same_spins(known, scene)) {
            self.wanted = Some((Arc::new(scene.clone()), next, now_secs));
        }
        let (run, stamp, since) = self.wanted.as_ref()?;
        let left = since + REST_SECS - now_secs;
        if left > 0.0 && self.asked.is_some_and(|(known, ..)| known != *stamp) {
            return Some(left);
        }
        let wanted = (*stamp, engine.stamp, scene.time);
        if self.asked != Some(wanted) {
            self.asked = Some(wanted);
            let (stamp, scene_time) = (*stamp, scene.time);
            self.worker.submit(SpinJob { stamp, scene: Arc::clone(run), engine: engine.clone(), time: scene_time });
        }
        None
    }

    /// The latest spins.
    pub fn picture(&self) -> Option<&SpinPicture> {
        self.picture.as_ref()
    }

    /// Why there are no new spins.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Whether the spins on screen are not yet those asked for.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy() || self.wanted.as_ref().map(|wanted| wanted.1) != self.asked.map(|asked| asked.0)
    }
}

#[derive(Default)]
struct Carrier {
    run: Option<(u64, u64, SpinRun)>,
    times: Option<Arc<[f64]>>,
    paths: Vec<Vec<f64>>,
    statistics: Vec<Statistics>,
    squares: Vec<f64>,
    secs_per_step: f64,
}

impl Carrier {
    fn work(&mut self, request: &SpinJob, job: &Job<'_, SpinJob, Result<SpinPicture, String>>) {
        let known = self.run.take().filter(|(stamp, ..)| *stamp == request.stamp);
        let mut run = if let Some((_, engine, mut run)) = known {
            if engine != request.engine.stamp {
                run.set_engine(Arc::clone(&request.engine.engine));
            }
            run
        } else {
            self.times = None;
            self.paths.clear();
            self.statistics.clear();
            self.squares.clear();
            match SpinRun::new(&request.scene, Arc::clone(&request.engine.engine)) {
                Ok(Some(run)) => run,
                Ok(None) => return,
                Err(error) => return job.publish(Err(error.to_string())),
            }
        };
        let times = self.times.get_or_insert_with(|| run.times().into()).clone();
        let goal = nearest(&times, request.time);
        let mut show = |carrier: &Self, run: &SpinRun| {
            job.publish(Ok(carrier.picture(run, request.stamp, Arc::clone(&times))));
        };
        match self.seek(&mut run, goal, job, &mut show) {
            Ok(true) => job.publish(Ok(self.picture(&run, request.stamp, times))),
            Ok(false) => (),
            Err(error) => job.publish(Err(error)),
        }
        self.run = Some((request.stamp, request.engine.stamp, run));
    }

    /// Carries the run to `goal` in slices, and calls `show` now and then on the way; returns whether it got there before it was
    /// given up.
    fn seek(
        &mut self,
        run: &mut SpinRun,
        goal: usize,
        job: &Job<'_, SpinJob, Result<SpinPicture, String>>,
        show: &mut impl FnMut(&Self, &SpinRun),
    ) -> Result<bool, String> {
        self.note(run);
        let mut shown = 0.0;
        if run.position() == 0 && goal > 0 {
            show(self, run);
        }
        while run.position() != goal {
            let from = run.position();
            // One step at a time wherever the run is new, so that every step's order parameters are seen.
            // How long a step takes, the first one tells.
            let per_step = if self.secs_per_step > 0.0 { self.secs_per_step } else { SLICE_SECS };
            let budget = (SLICE_SECS / per_step.max(1e-6)).clamp(1.0, 64.0) as usize;
            let stop = if from > goal { goal } else { (from + budget).min(goal) };
            let (done, secs) = timed(|| run.seek(stop));
            done.map_err(|error| error.to_string())?;
            if stop > from {
                self.secs_per_step += 0.3 * (secs / (stop - from) as f64 - self.secs_per_step);
            }
            self.note(run);
            if run.position() != goal && job.elapsed_secs() - shown > SHOW_SECS {
                shown = job.elapsed_secs();
                show(self, run);
            }
            if job.elapsed_secs() > PATIENCE_SECS && job.is_stale() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Notes the order parameters of the steps that the run has passed since the last call.
    fn note(&mut self, run: &SpinRun) {
        self.paths.resize(run.systems().min(MOST_PATHS), Vec::new());
        while self.statistics.len() <= run.position() {
            let step = self.statistics.len();
            let now;
            let row = match run.trace(step) {
                Some(row) => row,
                None if step == run.position() => {
                    now = run.order_parameters();
                    &now
                }
                None => return,
            };
            self.statistics.push(Statistics::of(row));
            self.squares.push(row.iter().map(|mu| mu * mu).sum::<f64>() / row.len() as f64);
            for (path, mu) in self.paths.iter_mut().zip(row) {
                path.push(*mu);
            }
        }
    }

    fn picture(&self, run: &SpinRun, stamp: u64, times: Arc<[f64]>) -> SpinPicture {
        let spins = run.model().spins as usize;
        // Whole systems, unless one alone is too large.
        let drawn = if spins >= MOST_PIXELS { MOST_PIXELS } else { MOST_PIXELS / spins * spins };
        let drawn = drawn.min(run.spins().len());
        SpinPicture {
            stamp,
            step: run.position(),
            times,
            spins,
            systems: run.systems(),
            pixels: run.spins()[..drawn].to_vec(),
            paths: self.paths.clone(),
            statistics: self.statistics.clone(),
            squares: self.squares.clone(),
        }
    }
}

/// The step whose time is nearest to `t`; `times` fall.
fn nearest(times: &[f64], t: f64) -> usize {
    let after = times.partition_point(|time| *time > t).min(times.len().saturating_sub(1));
    if after > 0 && times[after - 1] - t < t - times[after] { after - 1 } else { after }
}

/// μ² of the full process against the one-dimensional one for one number of spins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// N.
    pub spins: u64,
    /// E[μ²] of real spins minus that of the one-dimensional process at τ = −1, in units of T.
    pub measured: f64,
    /// Its standard error.
    pub error: f64,
}

/// Magnets that are compared with the one-dimensional process.
pub const SIZES: [u64; 5] = [8, 16, 32, 64, 128];
/// Spins in flight for each of them.
const SPINS_EACH: u64 = 200_000;
/// Steps of the comparison, short enough that their own error stays below that of the measurement.
const STEPS: u32 = 400;
/// τ at which the comparison starts, from the exact density.
const FIRST_TAU: f64 = 1.0;
/// τ at which both are compared.
pub const COMPARED_TAU: f64 = -1.0;

/// Measures how far real spins are from the one-dimensional process, on a thread of its own.
pub struct DifferenceSlot {
    worker: LatestWorker<(Scene, NumberedEngine), Vec<Difference>>,
    results: Vec<Difference>,
    /// Whose magnet is measured, and the number of the engine that does it.
    asked: Option<(Scene, u64)>,
}

impl DifferenceSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let worker = LatestWorker::new("difference", wake, |(scene, engine): (Scene, NumberedEngine), job| {
            let mut results = Vec::new();
            for spins in SIZES {
                if job.is_stale() {
                    return;
                }
                // A failing engine is told by the spins themselves, which ask the same of it.
                let Some(result) = difference(&scene, spins, SPINS_EACH, &engine) else { return };
                results.push(result);
                job.publish(results.clone());
            }
        });
        Self { worker, results: Vec::new(), asked: None }
    }

    /// Starts the measurement for the magnet of `scene` at every N.
    pub fn measure(&mut self, scene: &Scene, engine: &NumberedEngine) {
        self.results.clear();
        self.worker.take();
        self.asked = Some((scene.clone(), engine.stamp));
        self.worker.submit((scene.clone(), engine.clone()));
    }

    /// Measures again with `engine` what one that failed left undone.
    pub fn follow(&mut self, engine: &NumberedEngine) {
        self.receive();
        let undone = self.results.len() < SIZES.len() && !self.is_busy();
        if let Some((scene, stamp)) = self.asked.take_if(|(_, stamp)| undone && *stamp != engine.stamp) {
            tracing::debug!("engine {stamp} left the difference at N = {:?} undone", SIZES.get(self.results.len()));
            self.measure(&scene, engine);
        }
    }

    fn receive(&mut self) {
        if let Some(results) = self.worker.take() {
            self.results = results;
        }
    }

    /// Results so far, if they belong to a magnet like that of `scene`.
    pub fn results(&mut self, scene: &Scene) -> &[Difference] {
        self.receive();
        let same = |(asked, _): &(Scene, u64)| {
            asked.model.kind == scene.model.kind
                && ["beta", "field", "temperature"]
                    .iter()
                    .all(|key| asked.model.params.get(*key) == scene.model.params.get(*key))
        };
        if self.asked.as_ref().is_some_and(same) { &self.results } else { &[] }
    }

    /// Whether it is still measuring.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }
}

/// The comparison at one N with `total` spins in flight; `None` if the engine failed.
///
/// Spins start at τ = 1 from the model's own configurations, noised, and run backward in steps much shorter than those of
/// the run that is shown: over a whole run, steps of ordinary length move E[μ²] by more than what is measured here.
fn difference(scene: &Scene, spins: u64, total: u64, engine: &NumberedEngine) -> Option<Difference> {
    let (model, kind) = spin_model::resolve(&scene.model).ok()?;
    let model = CurieWeiss { spins, ..model };
    let states = (kind.states)(&model);
    let [first, last] = [FIRST_TAU, COMPARED_TAU].map(|tau| model.speciation_time() + tau);
    let process = Choice::new("ornstein_uhlenbeck").with("temperature", model.temperature);
    let forward = Forward::isotropic(&process.with("t_min", 1e-3).with("t_max", first)).ok()?;
    let times: Vec<f64> = (0..=STEPS).map(|i| first + (last - first) * f64::from(i) / f64::from(STEPS)).collect();
    let steps: Vec<SpinStep> =
        sampler::find("ancestral")?.plan(&forward, &times).iter().filter_map(SpinStep::new).collect();
    let n = spins as usize;
    let mut x = vec![0.0; (total / spins) as usize * n];
    let (signal, noise) = ((-first).exp() as f32, model.noise_variance(first).sqrt() as f32);
    let mut xi = vec![0.0; n];
    for (system, x) in (0_u32..).zip(x.chunks_mut(n)) {
        draw_spins(draw_bias(&states, scene.seed, system), scene.seed, system, x);
        system_noise(scene.seed, Stream::SpinStart, system, 0, &mut xi);
        for (x, xi) in x.iter_mut().zip(&xi) {
            *x = signal * *x + noise * xi;
        }
    }
    let request = SpinRequest {
        states: &states,
        spins: n,
        steps: &steps,
        first_step: 0,
        first_system: 0,
        seed: scene.seed,
        stream: Stream::SpinReverse,
        score_error: &[],
    };
    engine.engine.spin_langevin(&request, &mut x).ok()?;
    let square = |x: &[f32]| x.iter().map(|x| f64::from(*x)).sum::<f64>().powi(2) / model.n();
    let squares: Vec<f64> = x.chunks(n).map(square).collect();
    let count = squares.len() as f64;
    let mean = squares.iter().sum::<f64>() / count;
    let variance = squares.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / count;
    let exact = model.temperature + model.amplitude(last).powi(2);
    Some(Difference {
        spins,
        measured: (mean - exact) / model.temperature,
        error: (variance / count).sqrt() / model.temperature,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::CpuEngine;
    use crate::labs::symmetry_breaking::scene::Spins;

    #[test]
    fn the_spins_shown_are_those_of_a_run() {
        let scene = Scene {
            model: Choice::new("original").with("spins", 30.0),
            spins: Some(Spins { systems: 50, steps: 40, t_min: 1e-3 }),
            ..Scene::default()
        };
        let engine = NumberedEngine::new(Arc::new(CpuEngine::new()));
        let mut run = SpinRun::new(&scene, Arc::clone(&engine.engine)).unwrap().unwrap();
        let mut slot = SpinSlot::new(|| ());
        for step in [40, 3, 17] {
            run.seek(step).unwrap();
            let scene = Scene { time: run.times()[step], ..scene.clone() };
            while slot.picture().is_none_or(|picture| picture.step != step) {
                slot.follow(&scene, &engine, 10.0);
                std::thread::yield_now();
            }
            let picture = slot.picture().unwrap();
            assert_eq!(picture.pixels, run.spins());
            assert_eq!(picture.paths.len(), MOST_PATHS);
            assert_eq!(picture.statistics.len(), 41, "every step passed is remembered");
            let mu = run.order_parameters();
            assert!((picture.paths[7][step] - mu[7]).abs() < 1e-5);
        }
        let end = &slot.picture().unwrap().statistics[40];
        assert!(end.deviation > 0.3 * 30.0_f64.sqrt(), "magnets have chosen: {end:?}");
    }

    #[test]
    fn real_spins_differ_from_one_dimension_by_what_theory_says() {
        let engine = NumberedEngine::new(Arc::new(CpuEngine::new()));
        let scene = Scene { model: Choice::new("simplified").with("field", 0.0), ..Scene::default() };
        for spins in [8, 16] {
            let found = difference(&scene, spins, 80_000, &engine).unwrap();
            let model = crate::labs::symmetry_breaking::run::model(&scene).unwrap();
            let model = CurieWeiss { spins, ..model };
            let t = model.speciation_time() + COMPARED_TAU;
            let theory = model.variance_of_spins(t) - model.temperature;
            assert!(theory.abs() > 6.0 * found.error, "{found:?} tells nothing about {theory}");
            assert!((found.measured - theory).abs() < 4.0 * found.error, "{found:?} against {theory}");
        }
    }

    #[test]
    fn the_nearest_step_is_found_at_the_ends_too() {
        let times = [3.0, 2.0, 0.5];
        for (t, step) in [(9.0, 0), (2.6, 0), (2.4, 1), (1.0, 2), (0.0, 2)] {
            assert_eq!(nearest(&times, t), step, "{t}");
        }
    }
}
