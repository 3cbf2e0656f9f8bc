//! Clones: a run is split at time t and both copies go on with noise of their own. Do they end in the same state?

use super::{CurieWeiss, sigmoid};

/// Probability φ(t) that two copies split at time `t` end in the same state, for the one-dimensional process:
/// `φ = E[p² + (1 − p)²]`, p the posterior weight of the + state at μ ~ P_t.
pub fn agreement(model: &CurieWeiss, t: f64) -> f64 {
    // In units of √T: μ = ±m + z, p = sigmoid(2(m*h + m(±m + z))).
    let m = model.amplitude(t) / model.temperature.sqrt();
    let offset = model.magnetization() * model.field;
    let [plus, minus] = model.weights();
    let agree = |z: f64| {
        let p = sigmoid(2.0 * (offset + m * z));
        p * p + (1.0 - p) * (1.0 - p)
    };
    gaussian_mean(|z| plus * agree(z + m) + minus * agree(z - m))
}

/// E[f(z)] for z ~ N(0, 1): the trapezoidal rule, which converges faster than any power for smooth f.
fn gaussian_mean(f: impl Fn(f64) -> f64) -> f64 {
    const STEP: f64 = 1.0 / 128.0;
    const REACH: i32 = 10 * 128;
    let norm = STEP / std::f64::consts::TAU.sqrt();
    (-REACH..=REACH)
        .map(|k| {
            let z = f64::from(k) * STEP;
            f(z) * (-0.5 * z * z).exp()
        })
        .sum::<f64>()
        * norm
}

/// Collapse time `t_C = ½ ln(1 + σ²/(P^{2/N} − 1))`: earlier in generation a run under the empirical score of P samples in N
/// dimensions, of variance σ² per component, is not yet bound to one of them. Infinite for P = 1.
pub fn collapse_time(spins: u64, samples: f64, variance: f64) -> f64 {
    0.5 * (variance / (2.0 * samples.ln() / spins as f64).exp_m1()).ln_1p()
}
