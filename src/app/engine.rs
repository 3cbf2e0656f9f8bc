//! Who computes for the window, and what happens when a device is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::core::els::correlation::Correlation;
use crate::core::els::stepper::Step;
use crate::core::els::{Grids, Level, Machine};
use crate::engine::kernel::{
    Colouring, ElsPosterior, ElsStep, Field, FieldRequest, FieldToRgba, GridCorrelation, MixtureField,
    MixtureParticles, ParticleRequest, Particles, PosteriorMap, SpinLangevin, SpinRequest, SpinSums,
};
use crate::engine::select::{self, EngineChoice, Selected};
use crate::engine::{Engine, EngineError};

/// The engine in use.
#[derive(Clone)]
pub struct Active {
    /// What was asked for.
    pub choice: EngineChoice,
    /// The engine, as labs see it.
    pub engine: Arc<dyn Engine>,
    /// One sentence for the status bar if it is not the one a user would expect.
    pub note: Option<String>,
    failed: Arc<AtomicBool>,
}

impl Active {
    /// The engine that `choice` names. A graphics engine gets a device of its own, so that the window lives on when that
    /// device is lost.
    ///
    /// # Errors
    /// There is no such engine on this machine.
    pub fn select(choice: EngineChoice) -> Result<Self, EngineError> {
        let Selected { engine, note } = select::select(choice)?;
        Ok(Self::watching(choice, engine, note))
    }

    /// The CPU's engine, used once another one has failed.
    ///
    /// # Errors
    /// None that is known: the CPU is always there.
    pub fn fallback() -> Result<Self, EngineError> {
        let Selected { engine, .. } = select::select(EngineChoice::Cpu)?;
        Ok(Self::watching(
            EngineChoice::Cpu,
            engine,
            Some("The graphics device failed, so the CPU computes now.".to_owned()),
        ))
    }

    /// Watches `engine`.
    pub fn watching(choice: EngineChoice, engine: Arc<dyn Engine>, note: Option<String>) -> Self {
        let failed = Arc::new(AtomicBool::new(false));
        let watched = Watched { engine, failed: Arc::clone(&failed) };
        Self { choice, engine: Arc::new(watched), note, failed }
    }

    /// Whether a call has lost the device since this engine was selected.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}

/// What a choice is called on screen.
pub fn name(choice: EngineChoice) -> &'static str {
    match choice {
        EngineChoice::Auto => "Graphics processor, if there is a good one",
        EngineChoice::Cpu => "CPU",
        EngineChoice::Gpu => "Graphics processor",
        EngineChoice::Core => "Theory in double precision (slow)",
    }
}

/// An engine that remembers whether a call lost the device, whoever made it and on whatever thread.
struct Watched {
    engine: Arc<dyn Engine>,
    failed: Arc<AtomicBool>,
}

impl Watched {
    fn watch<T>(&self, result: Result<T, EngineError>) -> Result<T, EngineError> {
        if let Err(EngineError::Device(reason)) = &result {
            tracing::warn!("engine \"{}\" failed: {reason}", self.engine.id());
            self.failed.store(true, Ordering::Relaxed);
        }
        result
    }
}

impl Engine for Watched {
    fn id(&self) -> &'static str {
        self.engine.id()
    }

    fn description(&self) -> String {
        self.engine.description()
    }
}

impl MixtureField for Watched {
    fn mixture_field(&self, request: &FieldRequest<'_>) -> Result<Field<f32>, EngineError> {
        self.watch(self.engine.mixture_field(request))
    }

    fn mixture_field_wide(&self, request: &FieldRequest<'_>) -> Result<Field<f64>, EngineError> {
        self.watch(self.engine.mixture_field_wide(request))
    }
}

impl MixtureParticles for Watched {
    fn mixture_particles(&self, request: &ParticleRequest<'_>, particles: &mut Particles) -> Result<(), EngineError> {
        self.watch(self.engine.mixture_particles(request, particles))
    }
}

impl SpinLangevin for Watched {
    fn spin_langevin(&self, request: &SpinRequest<'_>, x: &mut [f32]) -> Result<SpinSums, EngineError> {
        self.watch(self.engine.spin_langevin(request, x))
    }
}

impl ElsStep for Watched {
    fn els_step(&self, machine: &Machine, steps: &[Step], phi: &mut Grids<f32>) -> Result<(), EngineError> {
        self.watch(self.engine.els_step(machine, steps, phi))
    }

    fn els_denoise(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<Grids<f32>, EngineError> {
        self.watch(self.engine.els_denoise(machine, level, phi))
    }
}

impl ElsPosterior for Watched {
    fn els_posterior(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<PosteriorMap, EngineError> {
        self.watch(self.engine.els_posterior(machine, level, phi))
    }
}

impl GridCorrelation for Watched {
    fn grid_correlation(&self, phi: &Grids<f32>) -> Result<Correlation, EngineError> {
        self.watch(self.engine.grid_correlation(phi))
    }
}

impl FieldToRgba for Watched {
    fn field_to_rgba(&self, field: &Field<f32>, colouring: &Colouring<'_>) -> Result<Vec<u8>, EngineError> {
        self.watch(self.engine.field_to_rgba(field, colouring))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::reference::ReferenceEngine;

    #[test]
    fn only_a_lost_device_makes_an_engine_a_failed_one() {
        let active = Active::watching(EngineChoice::Core, Arc::new(ReferenceEngine), None);
        let watched = Watched { engine: Arc::new(ReferenceEngine), failed: Arc::clone(&active.failed) };
        let memory = EngineError::OutOfMemory { what: "a field".to_owned(), needed_mib: 2, budget_mib: 1 };
        assert!(watched.watch::<()>(Err(memory)).is_err());
        assert!(!active.has_failed());
        assert!(watched.watch::<()>(Err(EngineError::Device("unplugged".to_owned()))).is_err());
        assert!(active.has_failed());
    }
}
