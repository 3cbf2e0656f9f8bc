//! The order parameter μ = Σx_i/√N: its density, the probability of the + side, and an ensemble that runs backward.

use rayon::prelude::*;
use statrs::function::erf::erfc;

use super::CurieWeiss;
use crate::philox::{self, Stream};

impl CurieWeiss {
    /// Density of μ at time t in the one-dimensional process that (25) reverses exactly:
    /// P_t(μ) = Σ W± N(μ; ±m*√N e^{−t}, T).
    pub fn density(&self, mu: f64, t: f64) -> f64 {
        self.mixture_density(mu, t, self.temperature)
    }

    /// Density of μ at time t for N real spins, in the Gaussian limit of many: variance Δ_t + (1 − m*²)e^{−2t}.
    pub fn density_of_spins(&self, mu: f64, t: f64) -> f64 {
        self.mixture_density(mu, t, self.variance_of_spins(t))
    }

    /// Variance of μ within one pure state of the simplified model, Δ_t + (1 − m*²)e^{−2t}; exact at every N.
    pub fn variance_of_spins(&self, t: f64) -> f64 {
        self.noise_variance(t) + super::mean_field::sech2(self.bias()) * (-2.0 * t).exp()
    }

    fn mixture_density(&self, mu: f64, t: f64, variance: f64) -> f64 {
        let [plus, minus] = self.weights();
        let centre = self.amplitude(t);
        let gauss = |d: f64| (-0.5 * d * d / variance).exp() / (std::f64::consts::TAU * variance).sqrt();
        plus * gauss(mu - centre) + minus * gauss(mu + centre)
    }

    /// Mean of μ at time t, (W₊ − W₋)m*√N e^{−t}: half the place of the well it follows.
    pub fn mean_order_parameter(&self, t: f64) -> f64 {
        (self.field * self.magnetization()).tanh() * self.amplitude(t)
    }

    /// Probability that μ > 0 at τ = t − ½ log N ([CW] (28)); exact for the one-dimensional process at every N.
    pub fn plus_probability(&self, tau: f64) -> f64 {
        let [plus, minus] = self.weights();
        let z = self.magnetization() * (-tau).exp() / (2.0 * self.temperature).sqrt();
        0.5 * (plus * erfc(-z) + minus * erfc(z))
    }
}

/// Draws `particles` from P_t(μ).
pub fn start(model: &CurieWeiss, t: f64, seed: u64, particles: &mut [f64]) {
    let [plus, _] = model.weights();
    let (centre, width) = (model.amplitude(t), model.temperature.sqrt());
    for (item, mu) in (0..).zip(particles) {
        let [pick, ..] = philox::words(seed, Stream::OrderParameterPick as u32, item, 0);
        let [xi, _] = philox::normals(seed, Stream::OrderParameterStart, item, 0);
        let side = if f64::from(philox::uniform(pick)) < plus { 1.0 } else { -1.0 };
        *mu = side * centre + width * f64::from(xi);
    }
}

/// One step of the backward Langevin equation (24) from time `from` to the earlier time `to`.
///
/// With the factor tanh[…] of the force held, the equation is linear and is solved exactly:
/// `μ' = e^{−δ}μ + m*√N (e^{−to} − e^{−from−δ}) tanh[…] + √(T(1 − e^{−2δ})) ξ`, δ = from − to. This equals Euler–Maruyama
/// to first order and keeps the wells' motion at any step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BackwardStep {
    keep: f64,
    push: f64,
    noise: f64,
    gain: f64,
    offset: f64,
}

impl BackwardStep {
    /// Prepares the step; `to` must not exceed `from`.
    pub fn new(model: &CurieWeiss, from: f64, to: f64) -> Self {
        let delta = from - to;
        Self {
            keep: (-delta).exp(),
            // e^{−to} − e^{−from−δ} = e^{−to}(1 − e^{−2δ})
            push: model.amplitude(to) * -(-2.0 * delta).exp_m1(),
            noise: (-model.temperature * (-2.0 * delta).exp_m1()).sqrt(),
            gain: model.amplitude(from) / model.temperature,
            offset: model.magnetization() * model.field,
        }
    }

    /// Carries one particle, with a standard normal number `xi`.
    pub fn apply(&self, mu: f64, xi: f64) -> f64 {
        self.keep * mu + self.push * (self.offset + self.gain * mu).tanh() + self.noise * xi
    }
}

/// Carries an ensemble along consecutive `times` (falling), the first step having number `first_step`. Particle i takes
/// the normal number `philox::normals4(seed, stream, i/4, step)[i % 4]`.
pub fn advance(model: &CurieWeiss, times: &[f64], first_step: u32, seed: u64, stream: Stream, particles: &mut [f64]) {
    const CHUNK: usize = 1024;
    let steps: Vec<_> = times.windows(2).map(|pair| BackwardStep::new(model, pair[0], pair[1])).collect();
    particles.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, particles)| {
        let first_item = (chunk * CHUNK / 4) as u32;
        for (number, step) in (first_step..).zip(&steps) {
            for (item, four) in (first_item..).zip(particles.chunks_mut(4)) {
                let xi = philox::normals4(seed, stream, item, number);
                for (mu, xi) in four.iter_mut().zip(xi) {
                    *mu = step.apply(*mu, f64::from(xi));
                }
            }
        }
    });
}
