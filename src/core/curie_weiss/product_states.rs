//! Mixtures of product states and their exact score ([CW] (17)–(20)).
//!
//! In state k all spins are independent with mean tanh b_k. The simplified Curie–Weiss model is two such states with biases
//! ±βm*; the original one is a continuous mixture of them ([`super::hubbard_stratonovich`]).

use super::{log_cosh, log_sum_exp};

/// One product state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProductState {
    /// Bias b: a spin has mean tanh b.
    pub bias: f64,
    /// Logarithm of the state's weight in the mixture.
    pub log_weight: f64,
}

/// A mixture of product states, at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductStates {
    states: Vec<ProductState>,
}

impl ProductStates {
    /// The mixture of `states`, of which there is at least one; weights need not be normalised.
    pub fn new(states: Vec<ProductState>) -> Self {
        debug_assert!(!states.is_empty(), "a mixture has at least one state");
        let norm = log_sum_exp(states.iter().map(|state| state.log_weight));
        let states =
            states.iter().map(|state| ProductState { log_weight: state.log_weight - norm, ..*state }).collect();
        Self { states }
    }

    /// The states, with normalised weights.
    pub fn states(&self) -> &[ProductState] {
        &self.states
    }

    /// Bias b of the positive one of a pair ±b, and half the log odds of its weight: the case of one tanh per spin.
    pub fn symmetric_pair(&self) -> Option<(f64, f64)> {
        match self.states.as_slice() {
            [a, b] if a.bias > 0.0 && a.bias == -b.bias => Some((a.bias, 0.5 * (a.log_weight - b.log_weight))),
            _ => None,
        }
    }

    /// Posterior weights given the tilts u_j = x_j e^{−t}/Δ_t.
    pub fn posterior(&self, tilts: &[f64]) -> Vec<f64> {
        // ∏ cosh(u_j + b)/cosh b is the likelihood of x up to a common factor.
        let logs: Vec<f64> = self
            .states
            .iter()
            .map(|state| {
                let norm = log_cosh(state.bias);
                state.log_weight + tilts.iter().map(|u| log_cosh(u + state.bias) - norm).sum::<f64>()
            })
            .collect();
        let norm = log_sum_exp(logs.iter().copied());
        logs.iter().map(|log| (log - norm).exp()).collect()
    }

    /// Posterior means ⟨a_i⟩ given the tilts ([CW] (19)), written into `means` of the same length. Returns the log odds of
    /// positive against negative biases.
    pub fn posterior_means(&self, tilts: &[f64], means: &mut [f64]) -> f64 {
        if let Some((bias, half_log_odds)) = self.symmetric_pair() {
            let pair = SymmetricPair::new(bias);
            let log_odds = 2.0 * half_log_odds + tilts.iter().map(|&u| pair.log_ratio(u)).sum::<f64>();
            let preference = (0.5 * log_odds).tanh();
            for (mean, &u) in means.iter_mut().zip(tilts) {
                *mean = pair.mean(u, preference);
            }
            return log_odds;
        }
        let weights = self.posterior(tilts);
        for (mean, u) in means.iter_mut().zip(tilts) {
            *mean = self.states.iter().zip(&weights).map(|(state, w)| w * (u + state.bias).tanh()).sum();
        }
        let side = |sign: f64| -> f64 {
            self.states.iter().zip(&weights).filter(|(state, _)| state.bias * sign > 0.0).map(|(_, w)| w).sum()
        };
        log_odds(side(1.0), side(-1.0))
    }

    /// Score s_i = −(x_i − e^{−t}⟨a_i⟩)/Δ_t ([CW] (3)) at signal `alpha` = e^{−t} and noise variance `variance` = Δ_t,
    /// written into `score` of the same length as `x`. Returns the log odds of positive against negative biases.
    pub fn score(&self, x: &[f64], alpha: f64, variance: f64, score: &mut [f64]) -> f64 {
        let tilts: Vec<f64> = x.iter().map(|x| x * alpha / variance).collect();
        let log_odds = self.posterior_means(&tilts, score);
        for (s, x) in score.iter_mut().zip(x) {
            *s = -(x - alpha * *s) / variance;
        }
        log_odds
    }

    /// Mean magnetization Σ w_k tanh b_k.
    pub fn magnetization(&self) -> f64 {
        self.states.iter().map(|state| state.log_weight.exp() * state.bias.tanh()).sum()
    }
}

/// log(a/b) for probabilities, 0 where they are equal, both 0 included.
pub fn log_odds(a: f64, b: f64) -> f64 {
    if a == b { 0.0 } else { (a / b).ln() }
}

/// Two states of biases ±b. With q = e^{−2|u|} and r = e^{−2b}, tanh u = ±(1 − q)/(1 + q) and m* = (1 − r)/(1 + r), so that
/// q is the one transcendental number a spin costs; written in q and r nothing cancels where tanh u or m* rounds to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SymmetricPair {
    bias: f64,
    r: f64,
}

impl SymmetricPair {
    /// The pair of biases ±`bias`, `bias` > 0.
    pub fn new(bias: f64) -> Self {
        Self { bias, r: (-2.0 * bias).exp() }
    }

    /// log cosh(u + b) − log cosh(u − b) = log[(1 + m* tanh u)/(1 − m* tanh u)].
    pub fn log_ratio(&self, u: f64) -> f64 {
        let size = u.abs();
        let value = if self.r == 0.0 {
            2.0 * size.min(self.bias)
        } else if size < 0.5 {
            2.0 * ((1.0 - self.r) / (1.0 + self.r) * size.tanh()).atanh()
        } else {
            let q = (-2.0 * size).exp();
            ((1.0 + self.r * q) / (self.r + q)).ln()
        };
        value.copysign(u)
    }

    /// ⟨a⟩ for tilt u, where `preference` is the difference of the two states' posterior weights.
    pub fn mean(&self, u: f64, preference: f64) -> f64 {
        let q = (-2.0 * u.abs()).exp();
        let r = self.r;
        if r + q == 0.0 {
            return if u.abs() >= self.bias { u.signum() } else { preference };
        }
        let odd = -(-2.0 * u.abs()).exp_m1() * (1.0 + q) * r;
        (odd.copysign(u) + preference * (1.0 - r * r) * q) / ((1.0 + r * q) * (r + q))
    }
}
