//! The original Curie–Weiss model (13) as a continuous mixture of product states ([CW] (14)).
//!
//! Given the bias b = βm + h/N the spins are independent, and b has the density ∝ exp(−N(b − h/N)²/(2β) + N log cosh b).
//! Integrated over b this is (13) exactly, at every N.

use super::product_states::{ProductState, ProductStates};
use super::{CurieWeiss, log_cosh};
use crate::philox::{self, Stream};

/// The density of the bias on a regular grid.
#[derive(Debug, Clone)]
pub struct BiasDensity {
    /// Places b_k, rising.
    bias: Vec<f64>,
    /// Logarithm of the density at b_k, its maximum 0.
    log_density: Vec<f64>,
}

impl BiasDensity {
    /// Nodes `spacing` Gaussian widths √(β/N) apart, leaving out those whose log density lies more than `depth` below the
    /// maximum. Sums over the nodes are exact to e^{−2π²/spacing²}: for every configuration the Gaussian in b is multiplied
    /// by real exponentials only, which shift it. So the nodes may replace the integral in sampling, too.
    pub fn new(model: &CurieWeiss, spacing: f64, depth: f64) -> Self {
        let (n, centre) = (model.n(), model.field / model.n());
        let width = (model.beta / n).sqrt();
        let step = spacing * width;
        if step == 0.0 {
            return Self { bias: vec![centre], log_density: vec![0.0] };
        }
        // log cosh has slope ≤ 1, so beyond β from the centre the density falls faster than the Gaussian.
        let reach = model.beta + (2.0 * depth).sqrt() * width;
        let half = (reach / step).ceil() as i64;
        let log_density = |b: f64| n * (log_cosh(b) - 0.5 * (b - centre).powi(2) / model.beta);
        let all: Vec<(f64, f64)> = (-half..=half)
            .map(|k| {
                let b = centre + k as f64 * step;
                (b, log_density(b))
            })
            .collect();
        let max = all.iter().fold(f64::NEG_INFINITY, |max, node| max.max(node.1));
        let (bias, log_density) = all.iter().filter(|node| node.1 >= max - depth).map(|n| (n.0, n.1 - max)).unzip();
        Self { bias, log_density }
    }

    /// The mixture of product states that stands for the model: the trapezoidal rule over b.
    pub fn product_states(&self) -> ProductStates {
        // The density of b has ∏ 2 cosh b in it, which is what summing a product state's spins gives.
        let states = self.bias.iter().zip(&self.log_density);
        ProductStates::new(states.map(|(&bias, &log_weight)| ProductState { bias, log_weight }).collect())
    }
}

/// Draws the bias of one product state of `states`, by weight.
pub fn draw_bias(states: &ProductStates, seed: u64, item: u32) -> f64 {
    let [word, ..] = philox::words(seed, Stream::StatePick as u32, item, 0);
    let mut rest = f64::from(philox::uniform(word));
    let mut bias = 0.0;
    for state in states.states() {
        bias = state.bias;
        rest -= state.log_weight.exp();
        if rest <= 0.0 {
            break;
        }
    }
    bias
}

/// Draws spins ±1 of mean tanh `bias` into `spins`: spin i of sample `item` takes word i mod 4 of counter (i/4, item).
pub fn draw_spins(bias: f64, seed: u64, item: u32, spins: &mut [f32]) {
    let up = super::sigmoid(2.0 * bias) as f32;
    for (group, four) in (0..).zip(spins.chunks_mut(4)) {
        let words = philox::words(seed, Stream::Spins as u32, group, item);
        for (spin, word) in four.iter_mut().zip(words) {
            *spin = if philox::uniform(word) < up { 1.0 } else { -1.0 };
        }
    }
}
