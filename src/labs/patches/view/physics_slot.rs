//! Measurements of the ensemble at chosen steps, and what theory says there: made on a thread of their own while the run
//! goes, each step once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::run_slot::Kept;
use super::setup_slot::Numbered;
use crate::core::els::machine::Plan;
use crate::core::els::snapping::{self, Collapse, Fit};
use crate::core::els::theory::{self, Kernel, TheoryKind};
use crate::core::els::{Level, correlation, eft};
use crate::engine::EngineError;
use crate::engine::numbered::NumberedEngine;
use crate::engine::worker::{Job, LatestWorker};
use crate::labs::patches::physics::{self, Measurement};

/// Multiplications that the kernel of a training set may cost before theory is left out.
const KERNEL_BUDGET: usize = 400_000_000;

/// What theory says at the measured steps.
pub struct TheoryCurves {
    /// The theory.
    pub kind: &'static TheoryKind,
    /// ρ(r), one a measurement, in the same order; empty where the theory says nothing.
    pub rho: Vec<Vec<f64>>,
    /// Largest |Δρ| over the rings, one a measurement.
    pub error: Vec<f64>,
}

/// Everything measured so far.
#[derive(Default)]
pub struct Physics {
    /// Number of the setup measured.
    pub stamp: u64,
    /// Measurements, by rising step.
    pub measured: Vec<Arc<Measurement>>,
    /// Theories that apply.
    pub theories: Vec<TheoryCurves>,
    /// Why there are none, if so.
    pub no_theory: Option<&'static str>,
    /// How well correlations collapse.
    pub collapse: Option<Collapse>,
    /// Growth of the correlation length with ᾱ within the window of the collapse.
    pub length_growth: Option<Fit>,
    /// Growth of the domain size with ᾱ there.
    pub domain_growth: Option<Fit>,
    /// The snapping law.
    pub snapping: Option<Fit>,
}

#[derive(Clone)]
struct PhysicsJob {
    setup: Numbered,
    engine: NumberedEngine,
    kept: Vec<Kept>,
    theories: bool,
}

type Answer = Result<Arc<Physics>, EngineError>;

/// The latest measurements, and the thread that makes them.
pub struct PhysicsSlot {
    worker: LatestWorker<PhysicsJob, Answer>,
    asked: Option<(u64, u64, Vec<usize>, bool)>,
    latest: Option<Arc<Physics>>,
    error: Option<EngineError>,
}

impl PhysicsSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let mut measurer = Measurer::default();
        Self {
            worker: LatestWorker::new("physics", wake, move |request: PhysicsJob, job| measurer.work(&request, job)),
            asked: None,
            latest: None,
            error: None,
        }
    }

    /// Asks for measurements of what the run has kept, unless that was asked for last.
    pub fn ask(&mut self, setup: &Numbered, engine: &NumberedEngine, kept: &[Kept], theories: bool) {
        let steps = kept.iter().map(|kept| kept.step).collect();
        let wanted = (setup.stamp, engine.stamp, steps, theories);
        if self.asked.as_ref() != Some(&wanted) {
            self.asked = Some(wanted);
            let request = PhysicsJob { setup: setup.clone(), engine: engine.clone(), kept: kept.to_vec(), theories };
            self.worker.submit(request);
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.asked = None;
        self.latest = None;
        self.worker.take();
    }

    /// Takes in what has been measured.
    pub fn receive(&mut self) {
        match self.worker.take() {
            Some(Ok(physics)) if self.asked.is_some() => {
                self.latest = Some(physics);
                self.error = None;
            }
            Some(Err(error)) => self.error = Some(error),
            _ => (),
        }
    }

    /// The latest measurements.
    pub fn latest(&self) -> Option<&Arc<Physics>> {
        self.latest.as_ref()
    }

    /// Why there are no newer ones, if the engine failed.
    pub fn error(&self) -> Option<&EngineError> {
        self.error.as_ref()
    }

    /// Whether there is more to come.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }
}

#[derive(Default)]
struct Measurer {
    stamp: u64,
    setup: Option<Numbered>,
    measured: BTreeMap<usize, Arc<Measurement>>,
    /// ρ(r) by theory and step.
    theory: BTreeMap<(&'static str, usize), Arc<Vec<f64>>>,
    kernel: Option<(usize, Option<Kernel>)>,
}

impl Measurer {
    fn work(&mut self, request: &PhysicsJob, job: &Job<'_, PhysicsJob, Answer>) {
        self.follow(&request.setup);
        let mut news = false;
        for kept in &request.kept {
            if self.measured.contains_key(&kept.step) {
                continue;
            }
            let setup = &request.setup.setup;
            match physics::measure(setup, &*request.engine.engine, kept.step, &kept.phi) {
                Ok(measurement) => drop(self.measured.insert(kept.step, Arc::new(measurement))),
                Err(error) => return job.publish(Err(error)),
            }
            news = true;
            // What is measured is kept, whatever comes next.
            if job.is_stale() {
                job.publish(Ok(Arc::new(self.physics(request, false))));
                return;
            }
        }
        if news {
            job.publish(Ok(Arc::new(self.physics(request, false))));
        }
        if request.theories || !news {
            job.publish(Ok(Arc::new(self.physics(request, request.theories))));
        }
    }

    /// Drops what belongs to another run, or to what has been painted over since.
    fn follow(&mut self, setup: &Numbered) {
        let old = self.setup.replace(setup.clone());
        if self.stamp == setup.stamp {
            return;
        }
        self.stamp = setup.stamp;
        match old.filter(|old| old.base == setup.base) {
            Some(old) => {
                let first = setup.setup.painted_alike_until(&old.setup);
                self.measured.retain(|step, _| *step < first);
            }
            None => *self = Self { stamp: setup.stamp, setup: self.setup.take(), ..Self::default() },
        }
    }

    fn physics(&mut self, request: &PhysicsJob, theories: bool) -> Physics {
        let measured: Vec<Arc<Measurement>> = self.measured.values().cloned().collect();
        let abars: Vec<f64> = measured.iter().map(|m| m.abar).collect();
        let rho: Vec<Vec<f64>> = measured.iter().map(|m| m.rho.clone()).collect();
        let medians: Vec<f64> = measured.iter().map(|m| m.median_distance).collect();
        let collapse = snapping::collapse(&abars, &rho);
        let window = collapse.as_ref().map_or([0.0, 0.0], |collapse| collapse.window);
        let within = |m: &&Arc<Measurement>| (window[0]..=window[1]).contains(&m.abar);
        let growth = |of: fn(&Measurement) -> Option<f64>| {
            snapping::fit_power(measured.iter().filter(within).filter_map(|m| Some([m.abar, of(m)?])))
        };
        let mut physics = Physics {
            stamp: self.stamp,
            length_growth: growth(|m| m.correlation_length),
            domain_growth: growth(|m| m.domain_size),
            snapping: snapping::snapping(&abars, &medians, physics::SNAPPING_NOISE),
            collapse,
            measured,
            ..Physics::default()
        };
        if theories || !self.theory.is_empty() {
            self.add_theories(request, &mut physics, theories);
        }
        physics
    }

    /// Adds what theory says, computing what is not known yet if `compute`.
    fn add_theories(&mut self, request: &PhysicsJob, physics: &mut Physics, compute: bool) {
        let setup = &request.setup.setup;
        let steps = setup.abars.len().saturating_sub(1);
        let k = setup.k_at(0);
        if (0..steps).any(|step| setup.k_at(step) != k) {
            physics.no_theory = Some("k changes along this run; the theories are made for one k.");
            return;
        }
        let two_patterns = setup.machine.plan() == Plan::TwoPattern;
        let equivariant = two_patterns || matches!(setup.machine.plan(), Plan::Patches(..) if setup.is_equivariant());
        if !equivariant || setup.machine.channels() != 1 {
            physics.no_theory = Some("The theories are made for ELS with a circular border and one channel.");
            return;
        }
        if !matches!(&self.kernel, Some((known, _)) if *known == k) {
            let images = setup.machine.images();
            let cost = images.values().len().saturating_mul(k * k);
            let kernel = if two_patterns {
                Some(Kernel::two_pattern(k))
            } else if cost <= KERNEL_BUDGET {
                eft::expand(images, Level { abar: 0.0, k }).into_iter().next().map(|expansion| expansion.kernel)
            } else {
                None
            };
            self.kernel = Some((k, kernel));
        }
        let Some((_, Some(kernel))) = &self.kernel else {
            physics.no_theory = Some("This training set is too large for the response kernel of the theories.");
            return;
        };
        let side = setup.machine.side();
        for kind in theory::ALL.iter().filter(|kind| two_patterns || !kind.two_pattern_only) {
            let wanted: Vec<(usize, f64)> = physics
                .measured
                .iter()
                .filter(|m| m.abar > 0.0 && m.abar < 1.0 && !self.theory.contains_key(&(kind.info.id, m.step)))
                .map(|m| (m.step, m.abar))
                .collect();
            if compute && !wanted.is_empty() {
                let abars: Vec<f64> = wanted.iter().map(|(_, abar)| *abar).collect();
                for ((step, _), rho) in wanted.iter().zip(kind.correlation(kernel, side, &abars)) {
                    self.theory.insert((kind.info.id, *step), Arc::new(correlation::radial(&rho, side)));
                }
            }
            let rho: Vec<Vec<f64>> = physics
                .measured
                .iter()
                .map(|m| self.theory.get(&(kind.info.id, m.step)).map_or(Vec::new(), |rho| rho.to_vec()))
                .collect();
            let error =
                rho.iter().zip(&physics.measured).map(|(theory, m)| largest_difference(theory, &m.rho)).collect();
            physics.theories.push(TheoryCurves { kind, rho, error });
        }
    }
}

/// The largest |Δρ| over the rings but the first, which is 1 by definition; zero where either says nothing.
fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).skip(1).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
