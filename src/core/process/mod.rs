//! Forward processes: how data turn into noise.
//!
//! A process is two functions of time, the signal α(t) and the noise σ(t): `x_t | x_0 ~ N(α x_0, σ² S)`. Time grows with
//! the noise in every process here. Drift and diffusion follow from α and σ: `f = α'/α`, `g² = (σ²)' − 2 f σ²`.

mod cosine;
mod ddpm_chain;
mod edm;
mod ornstein_uhlenbeck;
mod signal_time;
mod variance_preserving;

use std::fmt;
use std::sync::Arc;

use nalgebra::{Matrix2, Vector2};

use super::param::{Choice, ChoiceError, KindInfo};
use super::sym2;

/// The two functions of time that define a process, and their consequences.
pub trait Process: fmt::Debug + Send + Sync {
    /// Times the process is used at, from least to most noise.
    fn range(&self) -> (f64, f64);
    /// Signal α(t), in (0, 1].
    fn alpha(&self, t: f64) -> f64;
    /// Noise σ(t), positive within [`Process::range`].
    fn sigma(&self, t: f64) -> f64;
    /// Linear drift rate f(t) = α'/α.
    fn drift(&self, t: f64) -> f64;
    /// Squared diffusion g²(t) = (σ²)' − 2 f σ².
    fn diffusion(&self, t: f64) -> f64;
}

/// One process of the family: what it is called and how it is built.
pub struct ProcessKind {
    /// Names and parameters.
    pub info: KindInfo,
    /// Builds the process from a choice whose parameters have been checked.
    pub build: fn(&Choice) -> Result<Arc<dyn Process>, ChoiceError>,
}

/// Every process.
pub static ALL: &[ProcessKind] = &[
    variance_preserving::KIND,
    signal_time::KIND,
    edm::KIND,
    ornstein_uhlenbeck::KIND,
    cosine::KIND,
    ddpm_chain::KIND,
];

/// Signal, noise and noise shape at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseLevel {
    /// Signal α, in (0, 1].
    pub alpha: f64,
    /// Noise σ > 0.
    pub sigma: f64,
    /// Noise shape S, symmetric positive definite.
    pub shape: Matrix2<f64>,
}

/// A process together with the shape of its noise: everything about `x_t | x_0 ~ N(α x_0, σ² S)`.
#[derive(Debug, Clone)]
pub struct Forward {
    process: Arc<dyn Process>,
    shape: Matrix2<f64>,
    sqrt_shape: Matrix2<f64>,
}

impl Forward {
    /// Builds the process that `choice` names, with noise shape `shape` (symmetric positive definite).
    ///
    /// # Errors
    /// An unknown process, a parameter out of range, or a shape that is not positive definite.
    pub fn new(choice: &Choice, shape: Matrix2<f64>) -> Result<Self, ChoiceError> {
        let kind = choice.resolve(ALL, |kind| &kind.info)?;
        if !sym2::is_positive_definite(&shape) {
            return Err(ChoiceError::Inconsistent(format!(
                "noise shape [{}, {}, {}] is not positive definite",
                shape.m11, shape.m12, shape.m22
            )));
        }
        Ok(Self { process: (kind.build)(choice)?, shape, sqrt_shape: sym2::sqrt(&shape) })
    }

    /// Builds the process that `choice` names with isotropic noise, S = 1.
    ///
    /// # Errors
    /// As [`Forward::new`].
    pub fn isotropic(choice: &Choice) -> Result<Self, ChoiceError> {
        Self::new(choice, Matrix2::identity())
    }

    /// Times the process is used at, from least to most noise.
    pub fn range(&self) -> (f64, f64) {
        self.process.range()
    }

    /// Signal α(t).
    pub fn alpha(&self, t: f64) -> f64 {
        self.process.alpha(t)
    }

    /// Noise σ(t).
    pub fn sigma(&self, t: f64) -> f64 {
        self.process.sigma(t)
    }

    /// Drift rate f(t).
    pub fn drift(&self, t: f64) -> f64 {
        self.process.drift(t)
    }

    /// Squared diffusion g²(t).
    pub fn diffusion(&self, t: f64) -> f64 {
        self.process.diffusion(t)
    }

    /// ᾱ(t) = α².
    pub fn abar(&self, t: f64) -> f64 {
        self.alpha(t).powi(2)
    }

    /// Signal-to-noise ratio α²/σ².
    pub fn snr(&self, t: f64) -> f64 {
        (self.alpha(t) / self.sigma(t)).powi(2)
    }

    /// Natural logarithm of the signal-to-noise ratio.
    pub fn log_snr(&self, t: f64) -> f64 {
        2.0 * (self.alpha(t).ln() - self.sigma(t).ln())
    }

    /// Noise shape S.
    pub fn shape(&self) -> &Matrix2<f64> {
        &self.shape
    }

    /// Symmetric square root of S.
    pub fn sqrt_shape(&self) -> &Matrix2<f64> {
        &self.sqrt_shape
    }

    /// Signal and noise at time `t`.
    pub fn level(&self, t: f64) -> NoiseLevel {
        NoiseLevel { alpha: self.alpha(t), sigma: self.sigma(t), shape: self.shape }
    }

    /// Draws x_t given x_0, from two standard normal numbers: `α x_0 + σ √S ξ`.
    pub fn noised(&self, t: f64, x0: Vector2<f64>, xi: Vector2<f64>) -> Vector2<f64> {
        self.alpha(t) * x0 + self.sigma(t) * (self.sqrt_shape * xi)
    }

    /// The time at which σ(t) has the given value; `None` outside the range.
    pub fn time_at_sigma(&self, sigma: f64) -> Option<f64> {
        self.invert(sigma, |t| self.sigma(t))
    }

    /// The time at which ᾱ(t) has the given value; `None` outside the range or where ᾱ does not change (EDM).
    pub fn time_at_abar(&self, abar: f64) -> Option<f64> {
        let (start, end) = self.range();
        if self.abar(start) == self.abar(end) {
            return None;
        }
        self.invert(-abar, |t| -self.abar(t))
    }

    /// The time at which the logarithm of the signal-to-noise ratio has the given value; `None` outside the range.
    pub fn time_at_log_snr(&self, log_snr: f64) -> Option<f64> {
        self.invert(-log_snr, |t| -self.log_snr(t))
    }

    /// Solves `rising(t) = value` within the range by bisection, to the last bit that the function resolves.
    fn invert(&self, value: f64, rising: impl Fn(f64) -> f64) -> Option<f64> {
        let (mut low, mut high) = self.range();
        let (bottom, top) = (rising(low), rising(high));
        // A value that was itself computed at an end of the range must be found there, rounding included.
        let slack = 1e-12 * (top - bottom).abs().max(value.abs());
        if !value.is_finite() || value < bottom - slack || value > top + slack {
            return None;
        }
        for _ in 0..128 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if rising(middle) < value {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(0.5 * (low + high))
    }
}
