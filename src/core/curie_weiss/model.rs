//! Parameters of the magnet and what follows from them in closed form.

use super::product_states::{ProductState, ProductStates};
use super::{log_cosh, mean_field, sigmoid};

/// The Curie–Weiss magnet in an Ornstein–Uhlenbeck bath.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurieWeiss {
    /// Inverse temperature β ≥ 0 of the magnet; two pure states for β > 1.
    pub beta: f64,
    /// Total field h: each spin feels h/N.
    pub field: f64,
    /// Number of spins N ≥ 1.
    pub spins: u64,
    /// Temperature T > 0 of the bath.
    pub temperature: f64,
}

impl CurieWeiss {
    /// N as a number.
    pub fn n(&self) -> f64 {
        self.spins as f64
    }

    /// Spontaneous magnetization: the largest root of m = tanh(βm); zero for β ≤ 1. It does not depend on h.
    pub fn magnetization(&self) -> f64 {
        if self.beta <= 1.0 { 0.0 } else { self.bias() / self.beta }
    }

    /// Bias βm* = artanh m* on a spin within a pure state; stays exact where m* rounds to 1.
    pub fn bias(&self) -> f64 {
        mean_field::spontaneous(self.beta)
    }

    /// Magnetization m of the magnet in a field H per spin, stable and metastable: m = tanh(βm + H).
    pub fn phase_diagram(beta: f64, field_per_spin: f64) -> mean_field::Roots {
        let roots = mean_field::solve(beta, field_per_spin);
        mean_field::Roots {
            stable: roots.stable.tanh(),
            metastable: roots.metastable.map(f64::tanh),
            unstable: roots.unstable.map(f64::tanh),
        }
    }

    /// Large-deviation function Φ(m) = m²/2 − (1/β) log cosh(βm + h/N) ([CW] (15)); defined for β > 0.
    pub fn large_deviation(&self, m: f64) -> f64 {
        0.5 * m * m - log_cosh(self.beta * m + self.field / self.n()) / self.beta
    }

    /// Weights [W₊, W₋] of the pure states, W± = e^{±hm*}/(2 cosh hm*) ([CW] (16)).
    pub fn weights(&self) -> [f64; 2] {
        let log_odds = 2.0 * self.field * self.magnetization();
        [sigmoid(log_odds), sigmoid(-log_odds)]
    }

    /// Variance of the noise, Δ_t = T(1 − e^{−2t}).
    pub fn noise_variance(&self, t: f64) -> f64 {
        -self.temperature * (-2.0 * t).exp_m1()
    }

    /// √N e^{−t} = e^{−τ}, the natural clock of the transition.
    pub fn scale(&self, t: f64) -> f64 {
        (self.speciation_time() - t).exp()
    }

    /// Mean of μ within the + state, m*√N e^{−t}.
    pub fn amplitude(&self, t: f64) -> f64 {
        self.magnetization() * self.scale(t)
    }

    /// Speciation clock t_S = ½ log N.
    pub fn speciation_time(&self) -> f64 {
        0.5 * self.n().ln()
    }

    /// τ at which the two states are one width of noise from the middle, ½ log(m*²/T): near 0 unless m* or T is far from 1;
    /// `None` for β ≤ 1.
    pub fn decision_tau(&self) -> Option<f64> {
        let m = self.magnetization();
        (m > 0.0).then(|| 0.5 * (m * m / self.temperature).ln())
    }

    /// Time at which one well becomes two for h = 0, t_c = ½ log(2m*²N/T); `None` for β ≤ 1. Negative if the potential
    /// never has two wells.
    pub fn critical_time(&self) -> Option<f64> {
        let m = self.magnetization();
        (m > 0.0).then(|| 0.5 * (2.0 * m * m * self.n() / self.temperature).ln())
    }

    /// Time below which the potential has a second well in the field h; `None` for β ≤ 1.
    pub fn second_well_time(&self) -> Option<f64> {
        let critical = self.critical_time()?;
        let target = self.magnetization() * self.field.abs();
        // κ runs from 1, where no field is small enough, to a value whose spinodal field exceeds the target.
        let mut high = 2.0;
        while mean_field::spinodal_field(high) < target {
            high *= 2.0;
        }
        let mut low = 1.0;
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if mean_field::spinodal_field(middle) < target { low = middle } else { high = middle }
        }
        Some(critical - 0.5 * (0.5 * (low + high)).ln())
    }

    /// Energy per spin of a configuration of magnetization M, −M²/2 − (h/(βN))M, in units where P_0 ∝ e^{−βE}.
    pub fn energy_per_spin(&self, m: f64) -> f64 {
        let field = if self.field == 0.0 { 0.0 } else { self.field / (self.beta * self.n()) };
        -0.5 * m * m - field * m
    }

    /// The simplified model (16): two product states of magnetization ±m* with weights W±; one unbiased state for β ≤ 1.
    pub fn simplified(&self) -> ProductStates {
        let bias = self.bias();
        if bias == 0.0 {
            return ProductStates::new(vec![ProductState { bias: 0.0, log_weight: 0.0 }]);
        }
        let exponent = self.field * self.magnetization();
        // log W± = ±hm* − log(2 cosh hm*)
        let norm = log_cosh(exponent) + std::f64::consts::LN_2;
        ProductStates::new(vec![
            ProductState { bias, log_weight: exponent - norm },
            ProductState { bias: -bias, log_weight: -exponent - norm },
        ])
    }

    /// Score at large times ([CW] (23)): `s_i = −x_i/Δ + m*(e^{−t}/Δ) tanh[m*(h + N M(x) e^{−t}/Δ)]`. Writes s into
    /// `score`, of the same length as `x`.
    pub fn late_time_score(&self, x: &[f64], t: f64, score: &mut [f64]) {
        let m = self.magnetization();
        let variance = self.noise_variance(t);
        let tilt = (-t).exp() / variance;
        let sum: f64 = x.iter().sum();
        let pull = m * tilt * (m * (self.field + sum * tilt)).tanh();
        for (s, x) in score.iter_mut().zip(x) {
            *s = pull - x / variance;
        }
    }
}
