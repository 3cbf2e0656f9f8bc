//! The time-dependent potential of the order parameter ([CW] (25)).

use super::mean_field::{self, sech2};
use super::{CurieWeiss, log_cosh};

/// V(μ,t) = μ²/2 − 2T log cosh[m*(h + (√N/T)e^{−t} μ)] at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Potential {
    /// m*√N e^{−t}.
    amplitude: f64,
    /// m*h.
    offset: f64,
    /// Temperature T.
    temperature: f64,
}

/// The wells of a [`Potential`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wells {
    /// Place of the deeper well (the one at μ > 0 where both are equal).
    pub deep: f64,
    /// Place of the shallower well, where there is one.
    pub shallow: Option<f64>,
    /// Place of the maximum between the wells.
    pub top: Option<f64>,
    /// Height of the maximum above the deeper well.
    pub barrier: Option<f64>,
    /// Height of the maximum above the shallower well.
    pub shallow_barrier: Option<f64>,
}

impl Potential {
    /// The potential of `model` at time `t`.
    pub fn new(model: &CurieWeiss, t: f64) -> Self {
        Self {
            amplitude: model.amplitude(t),
            offset: model.magnetization() * model.field,
            temperature: model.temperature,
        }
    }

    fn argument(&self, mu: f64) -> f64 {
        self.offset + self.amplitude / self.temperature * mu
    }

    /// V(μ).
    pub fn value(&self, mu: f64) -> f64 {
        0.5 * mu * mu - 2.0 * self.temperature * log_cosh(self.argument(mu))
    }

    /// ∂V/∂μ = μ − 2m*√N e^{−t} tanh[…]: minus the drift of the backward Langevin equation (24).
    pub fn slope(&self, mu: f64) -> f64 {
        mu - 2.0 * self.amplitude * self.argument(mu).tanh()
    }

    /// ∂²V/∂μ² = 1 − κ sech²[…].
    pub fn curvature(&self, mu: f64) -> f64 {
        1.0 - self.kappa() * sech2(self.argument(mu))
    }

    /// κ = 2m*²(N/T)e^{−2t}; without field one well becomes two at κ = 1.
    pub fn kappa(&self) -> f64 {
        2.0 * self.amplitude * (self.amplitude / self.temperature)
    }

    /// Wells and barrier.
    pub fn wells(&self) -> Wells {
        let roots = mean_field::solve(self.kappa(), self.offset);
        let place = |y: f64| 2.0 * self.amplitude * y.tanh();
        // V with κ y = … substituted: differences of V between roots then do not cancel at large N.
        let height = |y: f64| {
            let g = y.tanh();
            self.temperature * (self.kappa() * g * g - 2.0 * log_cosh(y))
        };
        let above = |y: f64| roots.unstable.map(|top| height(top) - height(y));
        Wells {
            deep: place(roots.stable),
            shallow: roots.metastable.map(place),
            top: roots.unstable.map(place),
            barrier: above(roots.stable),
            shallow_barrier: roots.metastable.and_then(above),
        }
    }

    /// Centre of the single well long before the transition, 2m* tanh(hm*)√N e^{−t} ([CW] (27), whose printed form lacks
    /// the 2 and has a 1/T too many).
    pub fn early_centre(&self) -> f64 {
        2.0 * self.amplitude * self.offset.tanh()
    }
}
