//! The variance-preserving process with linearly growing β ([GTV] Table 1).

use std::sync::Arc;

use super::{Process, ProcessKind};
use crate::param::{Choice, ChoiceError, KindInfo, ParamInfo, Scale};

const BETA_MIN: ParamInfo = ParamInfo {
    key: "beta_min",
    label: "β at t = 0",
    about: "Rate at which signal decays at the start, per unit of t.",
    min: 0.001,
    max: 10.0,
    default: 0.1,
    scale: Scale::Log,
};
const BETA_GROWTH: ParamInfo = ParamInfo {
    key: "beta_growth",
    label: "growth of β",
    about: "How much β grows from t = 0 to t = 1.",
    min: 0.0,
    max: 100.0,
    default: 19.9,
    scale: Scale::Linear,
};
const HALF: ParamInfo = ParamInfo {
    key: "half",
    label: "½ in the exponent",
    about: "The wide-spread convention α = exp(−½∫β) instead of [GTV]'s α = exp(−∫β).",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    scale: Scale::Toggle,
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

pub(super) const KIND: ProcessKind = ProcessKind {
    info: KindInfo {
        id: "variance_preserving",
        name: "Variance preserving",
        about: "α = exp(−∫β) with β growing linearly, σ² = 1 − α² ([GTV] Table 1).",
        params: &[BETA_MIN, BETA_GROWTH, HALF, T_MIN],
    },
    build,
};

fn build(choice: &Choice) -> Result<Arc<dyn Process>, ChoiceError> {
    Ok(Arc::new(VariancePreserving {
        beta_min: choice.get(&BETA_MIN),
        beta_growth: choice.get(&BETA_GROWTH),
        factor: if choice.get(&HALF) == 1.0 { 0.5 } else { 1.0 },
        t_min: choice.get(&T_MIN),
    }))
}

#[derive(Debug)]
struct VariancePreserving {
    beta_min: f64,
    beta_growth: f64,
    factor: f64,
    t_min: f64,
}

impl VariancePreserving {
    fn log_alpha(&self, t: f64) -> f64 {
        -self.factor * (self.beta_min * t + 0.5 * self.beta_growth * t * t)
    }
}

impl Process for VariancePreserving {
    fn range(&self) -> (f64, f64) {
        (self.t_min, 1.0)
    }

    fn alpha(&self, t: f64) -> f64 {
        self.log_alpha(t).exp()
    }

    fn sigma(&self, t: f64) -> f64 {
        // 1 − α² through expm1: at small t the plain difference would lose half its digits.
        (-(2.0 * self.log_alpha(t)).exp_m1()).sqrt()
    }

    fn drift(&self, t: f64) -> f64 {
        -self.factor * (self.beta_min + self.beta_growth * t)
    }

    fn diffusion(&self, t: f64) -> f64 {
        -2.0 * self.drift(t)
    }
}
