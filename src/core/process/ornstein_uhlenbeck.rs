//! The Ornstein–Uhlenbeck process at temperature T ([CW]).

use std::sync::Arc;

use super::{Process, ProcessKind};
use crate::param::{Choice, ChoiceError, KindInfo, ParamInfo, Scale};

const TEMPERATURE: ParamInfo = ParamInfo {
    key: "temperature",
    label: "temperature T",
    about: "Variance of the noise at equilibrium.",
    min: 1e-3,
    max: 100.0,
    default: 1.0,
    scale: Scale::Log,
};
const T_MIN: ParamInfo = ParamInfo {
    key: "t_min",
    label: "first time",
    about: "Smallest t: where reverse generation ends.",
    min: 1e-6,
    max: 0.1,
    default: 1e-3,
    scale: Scale::Log,
};
const T_MAX: ParamInfo = ParamInfo {
    key: "t_max",
    label: "last time t_f",
    about: "Largest t: where reverse generation starts.",
    min: 0.5,
    max: 30.0,
    default: 5.0,
    scale: Scale::Linear,
};

pub(super) const KIND: ProcessKind = ProcessKind {
    info: KindInfo {
        id: "ornstein_uhlenbeck",
        name: "Ornstein–Uhlenbeck",
        about: "α = e^(−t), σ² = T(1 − e^(−2t)): a particle in a harmonic well ([CW]).",
        params: &[TEMPERATURE, T_MIN, T_MAX],
    },
    build,
};

fn build(choice: &Choice) -> Result<Arc<dyn Process>, ChoiceError> {
    Ok(Arc::new(OrnsteinUhlenbeck {
        temperature: choice.get(&TEMPERATURE),
        t_min: choice.get(&T_MIN),
        t_max: choice.get(&T_MAX),
    }))
}

#[derive(Debug)]
struct OrnsteinUhlenbeck {
    temperature: f64,
    t_min: f64,
    t_max: f64,
}

impl Process for OrnsteinUhlenbeck {
    fn range(&self) -> (f64, f64) {
        (self.t_min, self.t_max)
    }

    fn alpha(&self, t: f64) -> f64 {
        (-t).exp()
    }

    fn sigma(&self, t: f64) -> f64 {
        (-self.temperature * (-2.0 * t).exp_m1()).sqrt()
    }

    fn drift(&self, _t: f64) -> f64 {
        -1.0
    }

    fn diffusion(&self, _t: f64) -> f64 {
        2.0 * self.temperature
    }
}
