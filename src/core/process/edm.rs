//! The variance-exploding process of EDM: no decay of the signal, noise σ = t ([GAUSS], [GTV] Table 1).

use std::sync::Arc;

use super::{Process, ProcessKind};
use crate::param::{Choice, ChoiceError, KindInfo, ParamInfo, Scale};

const SIGMA_MIN: ParamInfo = ParamInfo {
    key: "sigma_min",
    label: "smallest σ",
    about: "Noise at the clean end, in units of the data.",
    min: 1e-4,
    max: 0.5,
    default: 0.002,
    scale: Scale::Log,
};
const SIGMA_MAX: ParamInfo = ParamInfo {
    key: "sigma_max",
    label: "largest σ",
    about: "Noise at the noisy end, in units of the data.",
    min: 1.0,
    max: 1000.0,
    default: 80.0,
    scale: Scale::Log,
};

pub(super) const KIND: ProcessKind = ProcessKind {
    info: KindInfo {
        id: "edm",
        name: "EDM (variance exploding)",
        about: "α = 1 and σ = t: noise is added and nothing is scaled ([GAUSS], [GTV] Table 1).",
        params: &[SIGMA_MIN, SIGMA_MAX],
    },
    build,
};

fn build(choice: &Choice) -> Result<Arc<dyn Process>, ChoiceError> {
    Ok(Arc::new(Edm { sigma_min: choice.get(&SIGMA_MIN), sigma_max: choice.get(&SIGMA_MAX) }))
}

#[derive(Debug)]
struct Edm {
    sigma_min: f64,
    sigma_max: f64,
}

impl Process for Edm {
    fn range(&self) -> (f64, f64) {
        (self.sigma_min, self.sigma_max)
    }

    fn alpha(&self, _t: f64) -> f64 {
        1.0
    }

    fn sigma(&self, t: f64) -> f64 {
        t
    }

    fn drift(&self, _t: f64) -> f64 {
        0.0
    }

    fn diffusion(&self, t: f64) -> f64 {
        2.0 * t
    }
}
