//! Which engine computes, and what to tell the user about the choice.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::cpu::CpuEngine;
use super::reference::ReferenceEngine;
use super::steadfast::Steadfast;
use super::{Engine, EngineError};

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EngineChoice {
    /// The graphics processor if there is a sound one, else the CPU.
    #[default]
    Auto,
    /// SIMD on all cores.
    Cpu,
    /// WGSL on any adapter, even one made of software.
    Gpu,
    /// The theory in double precision; slow.
    Core,
}

/// Every choice.
pub static ALL: &[EngineChoice] = &[EngineChoice::Auto, EngineChoice::Cpu, EngineChoice::Gpu, EngineChoice::Core];

impl EngineChoice {
    /// Name on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
            Self::Core => "core",
        }
    }
}

impl fmt::Display for EngineChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for EngineChoice {
    type Err = UnknownEngine;

    fn from_str(id: &str) -> Result<Self, UnknownEngine> {
        ALL.iter().copied().find(|choice| choice.id() == id).ok_or_else(|| UnknownEngine(id.to_owned()))
    }
}

/// A name that no engine has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("engine is \"{0}\", but must be auto, cpu, gpu or core")]
pub struct UnknownEngine(String);

/// The engine that will compute.
#[derive(Clone)]
pub struct Selected {
    /// The engine.
    pub engine: Arc<dyn Engine>,
    /// One sentence for the status bar if the engine is not the one a user would expect.
    pub note: Option<String>,
}

impl Selected {
    fn new(engine: impl Engine + 'static) -> Self {
        Self { engine: Arc::new(engine), note: None }
    }

    fn cpu_because(reason: &str) -> Self {
        Self { note: Some(format!("Computing on the CPU: {reason}.")), ..Self::new(CpuEngine::new()) }
    }
}

impl fmt::Debug for Selected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selected").field("engine", &self.engine.id()).field("note", &self.note).finish()
    }
}

/// Chooses an engine for a program without a window; a graphics engine opens a device of its own.
///
/// # Errors
/// The graphics engine was asked for, but there is none or its self-test failed.
pub fn select(choice: EngineChoice) -> Result<Selected, EngineError> {
    select_with(choice, gpu::headless)
}

/// As [`select`], for a run that must come to its end by itself: where the choice was left open and the graphics device
/// fails later, the CPU goes on.
///
/// # Errors
/// As [`select`].
pub fn select_steadfast(choice: EngineChoice) -> Result<Selected, EngineError> {
    let Selected { engine, note } = select(choice)?;
    let may_change = choice == EngineChoice::Auto && engine.id() != "cpu";
    Ok(Selected { engine: if may_change { Arc::new(Steadfast::new(engine)) } else { engine }, note })
}

/// Chooses an engine for a window that draws with `device`; a graphics engine shares it. After a device has been lost, call
/// this again with the new one.
///
/// # Errors
/// As [`select`].
#[cfg(feature = "gpu")]
pub fn select_on(
    choice: EngineChoice,
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    info: &wgpu::AdapterInfo,
) -> Result<Selected, EngineError> {
    select_with(choice, |software| gpu::on_device(device, queue, info, software))
}

/// Whether a graphics engine on an adapter made of software is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Software {
    Refused,
    Accepted,
}

fn select_with(
    choice: EngineChoice,
    gpu: impl FnOnce(Software) -> Result<Selected, EngineError>,
) -> Result<Selected, EngineError> {
    match choice {
        EngineChoice::Cpu => Ok(Selected::new(CpuEngine::new())),
        EngineChoice::Core => Ok(Selected::new(ReferenceEngine)),
        EngineChoice::Gpu => gpu(Software::Accepted),
        EngineChoice::Auto => Ok(gpu(Software::Refused).unwrap_or_else(|error| {
            tracing::info!("no graphics engine: {error}");
            Selected::cpu_because(&error.to_string())
        })),
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::{EngineError, Selected, Software};
    use crate::gpu::{self, GpuEngine};

    pub(super) fn headless(software: Software) -> Result<Selected, EngineError> {
        let (adapter, info) = gpu::best_adapter()?;
        accept(&info, software)?;
        tested(GpuEngine::on_adapter(&adapter, info, gpu::ShaderChecks::Trusted)?)
    }

    pub(super) fn on_device(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        info: &wgpu::AdapterInfo,
        software: Software,
    ) -> Result<Selected, EngineError> {
        accept(info, software)?;
        tested(GpuEngine::from_device(device.clone(), queue.clone(), info.clone())?)
    }

    fn accept(info: &wgpu::AdapterInfo, software: Software) -> Result<(), EngineError> {
        if software == Software::Accepted || gpu::is_real(info) {
            return Ok(());
        }
        Err(EngineError::Unavailable(format!("the only graphics adapter, {}, is itself a program", info.name)))
    }

    fn tested(engine: GpuEngine) -> Result<Selected, EngineError> {
        let found = engine.self_test()?;
        if found.passed() {
            return Ok(Selected::new(engine));
        }
        let faults = found.failures.join(", ");
        Err(EngineError::Unavailable(format!("{} failed its self-test ({faults})", engine.info().name)))
    }
}

#[cfg(not(feature = "gpu"))]
mod gpu {
    use super::{EngineError, Selected, Software};

    pub(super) fn headless(_: Software) -> Result<Selected, EngineError> {
        Err(EngineError::Unavailable("this build has no graphics engine".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for choice in ALL {
            assert_eq!(choice.to_string().parse(), Ok(*choice));
        }
        let error = "cuda".parse::<EngineChoice>().unwrap_err();
        assert_eq!(error.to_string(), "engine is \"cuda\", but must be auto, cpu, gpu or core");
    }

    #[test]
    fn automatic_choice_falls_back_and_says_why() {
        let missing = |_| Err(EngineError::Unavailable("no graphics adapter was found".to_owned()));
        let selected = select_with(EngineChoice::Auto, missing).unwrap();
        assert_eq!(selected.engine.id(), CpuEngine::new().id());
        assert_eq!(selected.note.as_deref(), Some("Computing on the CPU: no graphics adapter was found."));
        assert!(select_with(EngineChoice::Gpu, missing).is_err());
    }

    #[test]
    fn forced_choices_never_ask_for_a_device() {
        let asked = |_| -> Result<Selected, EngineError> { panic!("asked for a device") };
        assert_eq!(select_with(EngineChoice::Core, asked).unwrap().engine.id(), "core");
        assert!(select_with(EngineChoice::Cpu, asked).unwrap().note.is_none());
    }
}
