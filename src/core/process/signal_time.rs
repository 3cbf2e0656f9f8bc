//! The "ᾱ clock": the signal's power itself is the time ([EFT]).

use std::sync::Arc;

use super::{Process, ProcessKind};
use crate::param::{Choice, ChoiceError, KindInfo, ParamInfo, Scale};

const ABAR_MIN: ParamInfo = ParamInfo {
    key: "abar_min",
    label: "smallest ᾱ",
    about: "ᾱ at the noisy end.",
    min: 1e-9,
    max: 0.1,
    default: 1e-4,
    scale: Scale::Log,
};
const NOISE_MIN: ParamInfo = ParamInfo {
    key: "noise_min",
    label: "smallest 1 − ᾱ",
    about: "Noise variance at the clean end.",
    min: 1e-9,
    max: 0.1,
    default: 1e-3,
    scale: Scale::Log,
};

pub(super) const KIND: ProcessKind = ProcessKind {
    info: KindInfo {
        id: "signal_time",
        name: "Signal time (ᾱ clock)",
        about: "α = √ᾱ, σ² = 1 − ᾱ and t = 1 − ᾱ: the variance-preserving paths on [EFT]'s clock.",
        params: &[ABAR_MIN, NOISE_MIN],
    },
    build,
};

fn build(choice: &Choice) -> Result<Arc<dyn Process>, ChoiceError> {
    Ok(Arc::new(SignalTime { abar_min: choice.get(&ABAR_MIN), noise_min: choice.get(&NOISE_MIN) }))
}

#[derive(Debug)]
struct SignalTime {
    abar_min: f64,
    noise_min: f64,
}

impl Process for SignalTime {
    fn range(&self) -> (f64, f64) {
        (self.noise_min, 1.0 - self.abar_min)
    }

    fn alpha(&self, t: f64) -> f64 {
        (1.0 - t).sqrt()
    }

    fn sigma(&self, t: f64) -> f64 {
        t.sqrt()
    }

    fn drift(&self, t: f64) -> f64 {
        -0.5 / (1.0 - t)
    }

    fn diffusion(&self, t: f64) -> f64 {
        1.0 / (1.0 - t)
    }
}
