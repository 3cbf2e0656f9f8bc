//! The cosine schedule of the ELS authors' code (Kamb & Ganguli, arXiv 2412.20292).

use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

use super::{Process, ProcessKind};
use crate::param::{Choice, ChoiceError, KindInfo, ParamInfo, Scale};

/// Stretch that keeps ᾱ above zero at t = 1.
const STRETCH: f64 = 1.008;

const T_MIN: ParamInfo = ParamInfo {
    key: "t_min",
    label: "first time",
    about: "Smallest t: where reverse generation ends.",
    min: 1e-6,
    max: 0.1,
    default: 1e-3,
    scale: Scale::Log,
};

pub(super) const KIND: ProcessKind = ProcessKind {
    info: KindInfo {
        id: "cosine",
        name: "Cosine",
        about: "ᾱ = cos²(π t / 2.016) and σ² = 1 − ᾱ: signal and noise turn into one another at a steady angle.",
        params: &[T_MIN],
    },
    build,
};

fn build(choice: &Choice) -> Result<Arc<dyn Process>, ChoiceError> {
    Ok(Arc::new(Cosine { t_min: choice.get(&T_MIN) }))
}

#[derive(Debug)]
struct Cosine {
    t_min: f64,
}

/// Rate at which the angle θ = arccos α turns.
const RATE: f64 = FRAC_PI_2 / STRETCH;

impl Process for Cosine {
    fn range(&self) -> (f64, f64) {
        (self.t_min, 1.0)
    }

    fn alpha(&self, t: f64) -> f64 {
        (RATE * t).cos()
    }

    fn sigma(&self, t: f64) -> f64 {
        (RATE * t).sin()
    }

    fn drift(&self, t: f64) -> f64 {
        -RATE * (RATE * t).tan()
    }

    fn diffusion(&self, t: f64) -> f64 {
        2.0 * RATE * (RATE * t).tan()
    }
}
