//! The discrete chain of DDPM with noise of variance σ_∞² ([PHYS] §3).

use std::sync::Arc;

use super::{Process, ProcessKind};
use crate::param::{Choice, ChoiceError, KindInfo, ParamInfo, Scale};

const STEPS: ParamInfo = ParamInfo {
    key: "chain_steps",
    label: "steps of the chain",
    about: "Number of noising steps; t counts them.",
    min: 10.0,
    max: 10_000.0,
    default: 1000.0,
    scale: Scale::Integer,
};
const BETA_FIRST: ParamInfo = ParamInfo {
    key: "beta_first",
    label: "first β",
    about: "Share of the variance that the first step replaces by noise.",
    min: 1e-6,
    max: 0.1,
    default: 1e-4,
    scale: Scale::Log,
};
const BETA_LAST: ParamInfo = ParamInfo {
    key: "beta_last",
    label: "last β",
    about: "Share of the variance that the last step replaces by noise.",
    min: 1e-4,
    max: 0.5,
    default: 0.02,
    scale: Scale::Log,
};
const SIGMA_INFINITY: ParamInfo = ParamInfo {
    key: "sigma_infinity",
    label: "final noise σ_∞",
    about: "Standard deviation of the noise after many steps.",
    min: 0.01,
    max: 100.0,
    default: 1.0,
    scale: Scale::Log,
};

pub(super) const KIND: ProcessKind = ProcessKind {
    info: KindInfo {
        id: "ddpm_chain",
        name: "DDPM chain",
        about: "α = ∏√(1 − β_i), σ² = σ_∞²(1 − ᾱ) over discrete steps ([PHYS] §3); between steps log ᾱ is interpolated.",
        params: &[STEPS, BETA_FIRST, BETA_LAST, SIGMA_INFINITY],
    },
    build,
};

fn build(choice: &Choice) -> Result<Arc<dyn Process>, ChoiceError> {
    let steps = choice.get(&STEPS) as usize;
    let (first, last) = (choice.get(&BETA_FIRST), choice.get(&BETA_LAST));
    let mut log_abar = Vec::with_capacity(steps + 1);
    log_abar.push(0.0);
    let mut total = 0.0;
    for i in 0..steps {
        let beta = first + (last - first) * i as f64 / (steps - 1) as f64;
        total += (-beta).ln_1p();
        log_abar.push(total);
    }
    Ok(Arc::new(DdpmChain { log_abar, variance: choice.get(&SIGMA_INFINITY).powi(2) }))
}

#[derive(Debug)]
struct DdpmChain {
    /// log ᾱ after 0, 1, 2, … steps.
    log_abar: Vec<f64>,
    /// σ_∞².
    variance: f64,
}

impl DdpmChain {
    /// The step that contains time `t`: its index and the slope of log ᾱ in it.
    fn segment(&self, t: f64) -> (usize, f64) {
        let last = self.log_abar.len() - 2;
        let index = (t.floor().max(0.0) as usize).min(last);
        (index, self.log_abar[index + 1] - self.log_abar[index])
    }

    fn log_abar(&self, t: f64) -> f64 {
        let (index, slope) = self.segment(t);
        self.log_abar[index] + slope * (t - index as f64)
    }
}

impl Process for DdpmChain {
    fn range(&self) -> (f64, f64) {
        (1.0, (self.log_abar.len() - 1) as f64)
    }

    fn alpha(&self, t: f64) -> f64 {
        (0.5 * self.log_abar(t)).exp()
    }

    fn sigma(&self, t: f64) -> f64 {
        (-self.variance * self.log_abar(t).exp_m1()).sqrt()
    }

    fn drift(&self, t: f64) -> f64 {
        0.5 * self.segment(t).1
    }

    fn diffusion(&self, t: f64) -> f64 {
        -2.0 * self.drift(t) * self.variance
    }
}
