//! Measurements of the ensemble at chosen steps, and what theory says there: made on a thread of their own while the run
//! goes, each step once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::run_slot::Kept;
use super::setup_slot::Numbered;
use crate::core::els::correlation;
use crate::core::els::theory::{Kernel, TheoryKind};
use crate::engine::EngineError;
use crate::engine::numbered::NumberedEngine;
use crate::engine::worker::{Job, LatestWorker};
use crate::labs::patches::findings::{self, Growth, largest_difference};
use crate::labs::patches::physics::{self, Measurement};

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
    /// How correlations grow.
    pub growth: Growth,
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
    kernel: Option<Result<Kernel, &'static str>>,
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
        let growth = Growth::of(measured.iter().map(|m| &**m));
        let mut physics = Physics { stamp: self.stamp, growth, measured, ..Physics::default() };
        if theories || !self.theory.is_empty() {
            self.add_theories(request, &mut physics, theories);
        }
        physics
    }

    /// Adds what theory says, computing what is not known yet if `compute`.
    fn add_theories(&mut self, request: &PhysicsJob, physics: &mut Physics, compute: bool) {
        let setup = &request.setup.setup;
        let kernel = match self.kernel.get_or_insert_with(|| findings::kernel(setup)) {
            Ok(kernel) => kernel,
            Err(why) => {
                physics.no_theory = Some(why);
                return;
            }
        };
        let side = setup.machine.side();
        for kind in findings::theories(setup) {
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
