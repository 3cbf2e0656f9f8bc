//! The Curie–Weiss ferromagnet under diffusion ([CW]): when does a generative process decide which state it makes?
//!
//! N spins a_i = ±1 with `P_0(a) ∝ exp(β/(2N) (Σa_i)² + (h/N) Σa_i)` (13) are noised by the Ornstein–Uhlenbeck process at
//! temperature T: signal e^{−t}, variance Δ_t = T(1 − e^{−2t}). The order parameter is μ = Σx_i/√N.
//!
//! - [`model`]: parameters, magnetization, weights, the clocks t_S and t_c
//! - [`mean_field`]: the equation y = c + κ tanh y behind the phase diagram and the wells alike
//! - [`potential`]: the double well (25)
//! - [`order_parameter`]: the density of μ, R₊ (28), an ensemble under the backward Langevin equation (24)
//! - [`product_states`]: mixtures of product states and their exact score (19)–(20)
//! - [`hubbard_stratonovich`]: the original model (13) as such a mixture
//! - [`pure_states`]: many pure states (31)
//! - [`spin_model`]: both models as a family of choices
//! - [`clones`]: when two copies of one run end alike; when a run collapses on a sample

pub mod clones;
pub mod hubbard_stratonovich;
pub mod mean_field;
pub mod model;
pub mod order_parameter;
pub mod potential;
pub mod product_states;
pub mod pure_states;
pub mod spin_model;

pub use model::CurieWeiss;

/// log cosh x without overflow, with full relative precision near 0.
pub fn log_cosh(x: f64) -> f64 {
    let size = x.abs();
    if size < 1.0 {
        0.5 * size.sinh().powi(2).ln_1p()
    } else {
        size - std::f64::consts::LN_2 + (-2.0 * size).exp().ln_1p()
    }
}

/// The logistic function 1/(1 + e^{−x}).
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// log Σ e^{v}, −∞ for no values.
pub fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let max = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY {
        return max;
    }
    max + values.map(|v| (v - max).exp()).sum::<f64>().ln()
}
