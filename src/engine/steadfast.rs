//! An engine that outlives its device: what the device no longer computes, the CPU does.
//!
//! For runs without a window, which nobody could tell to go on. The call that met the loss is done again: an engine leaves
//! what it was given untouched until it has succeeded.

use std::sync::{Arc, Mutex, PoisonError};

use super::cpu::CpuEngine;
use super::kernel::{
    Colouring, ElsPosterior, ElsStep, Field, FieldRequest, FieldToRgba, GridCorrelation, MixtureField,
    MixtureParticles, ParticleRequest, Particles, PosteriorMap, SpinLangevin, SpinRequest, SpinSums,
};
use super::{Engine, EngineError};
use diffuscope_core::els::correlation::Correlation;
use diffuscope_core::els::stepper::Step;
use diffuscope_core::els::{Grids, Level, Machine};

/// Computes with `first` until its device fails, and from then on with the CPU.
pub struct Steadfast {
    first: Arc<dyn Engine>,
    then: CpuEngine,
    failure: Mutex<Option<String>>,
}

impl Steadfast {
    /// Makes `first` steadfast.
    pub fn new(first: Arc<dyn Engine>) -> Self {
        Self { first, then: CpuEngine::new(), failure: Mutex::new(None) }
    }

    /// Why the device failed, if it did.
    pub fn failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn go_on<T>(&self, mut call: impl FnMut(&dyn Engine) -> Result<T, EngineError>) -> Result<T, EngineError> {
        if self.failure().is_none() {
            match call(self.first.as_ref()) {
                Err(EngineError::Device(reason)) => {
                    tracing::warn!("the graphics device failed, the CPU goes on: {reason}");
                    *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
                }
                other => return other,
            }
        }
        call(&self.then)
    }
}

impl Engine for Steadfast {
    fn id(&self) -> &'static str {
        if self.failure().is_none() { self.first.id() } else { self.then.id() }
    }

    fn description(&self) -> String {
        match self.failure() {
            None => self.first.description(),
            Some(reason) => format!("{}, after the graphics device failed: {reason}", self.then.description()),
        }
    }
}

impl MixtureField for Steadfast {
    fn mixture_field(&self, request: &FieldRequest<'_>) -> Result<Field<f32>, EngineError> {
        self.go_on(|engine| engine.mixture_field(request))
    }

    fn mixture_field_wide(&self, request: &FieldRequest<'_>) -> Result<Field<f64>, EngineError> {
        self.go_on(|engine| engine.mixture_field_wide(request))
    }
}

impl MixtureParticles for Steadfast {
    fn mixture_particles(&self, request: &ParticleRequest<'_>, particles: &mut Particles) -> Result<(), EngineError> {
        self.go_on(|engine| engine.mixture_particles(request, particles))
    }
}

impl SpinLangevin for Steadfast {
    fn spin_langevin(&self, request: &SpinRequest<'_>, x: &mut [f32]) -> Result<SpinSums, EngineError> {
        self.go_on(|engine| engine.spin_langevin(request, x))
    }
}

impl ElsStep for Steadfast {
    fn els_step(&self, machine: &Machine, steps: &[Step], phi: &mut Grids<f32>) -> Result<(), EngineError> {
        self.go_on(|engine| engine.els_step(machine, steps, phi))
    }

    fn els_denoise(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<Grids<f32>, EngineError> {
        self.go_on(|engine| engine.els_denoise(machine, level, phi))
    }
}

impl ElsPosterior for Steadfast {
    fn els_posterior(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<PosteriorMap, EngineError> {
        self.go_on(|engine| engine.els_posterior(machine, level, phi))
    }
}

impl GridCorrelation for Steadfast {
    fn grid_correlation(&self, phi: &Grids<f32>) -> Result<Correlation, EngineError> {
        self.go_on(|engine| engine.grid_correlation(phi))
    }
}

impl FieldToRgba for Steadfast {
    fn field_to_rgba(&self, field: &Field<f32>, colouring: &Colouring<'_>) -> Result<Vec<u8>, EngineError> {
        self.go_on(|engine| engine.field_to_rgba(field, colouring))
    }
}
