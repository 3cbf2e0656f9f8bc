//! Who computes for the window, and what happens when a device is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::kernel::{
    Colouring, Field, FieldRequest, FieldToRgba, MixtureField, MixtureParticles, ParticleRequest, Particles,
};
use crate::engine::reference::ReferenceEngine;
use crate::engine::{Engine, EngineError};

/// The engine in use.
#[derive(Clone)]
pub struct Active {
    /// The engine, as labs see it.
    pub engine: Arc<dyn Engine>,
    /// One sentence for the status bar if it is not the one a user would expect.
    pub note: Option<String>,
    failed: Arc<AtomicBool>,
}

/// Identifiers of what can be asked for.
pub const CHOICES: [&str; 2] = ["auto", "core"];

impl Active {
    /// The engine that `choice` names.
    ///
    /// # Errors
    /// There is no such engine on this machine.
    pub fn select(choice: &str) -> Result<Self, EngineError> {
        if CHOICES.contains(&choice) {
            Ok(Self::watching(Arc::new(ReferenceEngine), None))
        } else {
            Err(EngineError::Unavailable(format!("engine is \"{choice}\", but must be one of {}", CHOICES.join(", "))))
        }
    }

    /// The engine that never fails, used once another one has.
    pub fn fallback() -> Self {
        let note = "The graphics device failed, so the CPU computes now.".to_owned();
        Self::watching(Arc::new(ReferenceEngine), Some(note))
    }

    /// Watches `engine`.
    pub fn watching(engine: Arc<dyn Engine>, note: Option<String>) -> Self {
        let failed = Arc::new(AtomicBool::new(false));
        let watched = Watched { engine, failed: Arc::clone(&failed) };
        Self { engine: Arc::new(watched), note, failed }
    }

    /// Whether a call has lost the device since this engine was selected.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
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

impl FieldToRgba for Watched {
    fn field_to_rgba(&self, field: &Field<f32>, colouring: &Colouring<'_>) -> Result<Vec<u8>, EngineError> {
        self.watch(self.engine.field_to_rgba(field, colouring))
    }
}
