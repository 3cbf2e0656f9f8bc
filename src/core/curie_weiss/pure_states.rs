//! Many pure states ([CW] (31)): a magnet whose distribution falls into K lumps of magnetizations m^α and weights w_α.
//!
//! Long before the end of generation only the K overlaps with the m^α matter, so the process lives in their span. There
//! m^α = √N L_α with L Lᵀ the matrix of overlaps q_αβ = m^α·m^β/N, and ξ are the coordinates of x.

use nalgebra::DMatrix;

use crate::philox::{self, Stream};

/// Most pure states.
pub const MAX_STATES: usize = 8;

/// K pure states.
#[derive(Debug, Clone, PartialEq)]
pub struct PureStates {
    log_weights: Vec<f64>,
    /// Rows L_α; as many columns as the overlap matrix has rank.
    rows: DMatrix<f64>,
    spins: u64,
    temperature: f64,
}

/// Why overlaps and weights were refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PureStatesError {
    /// Wrong number of states or a matrix of another size.
    #[error(
        "{weights} weights and {rows} rows of overlaps: need equally many, from 1 to {MAX_STATES}, and a square matrix"
    )]
    Shape {
        /// Number of weights.
        weights: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A weight is negative, not finite, or all are zero.
    #[error("weights must be finite and not negative, and not all zero")]
    Weights,
    /// Not the matrix of scalar products of any vectors.
    #[error("overlaps must form a symmetric matrix without negative eigenvalues; the smallest is {smallest}")]
    NotPositive {
        /// Smallest eigenvalue, or not a number where the matrix is not symmetric.
        smallest: f64,
    },
}

impl PureStates {
    /// States of these `weights` (normalised here) and `overlaps` q_αβ, q_αα being the self-overlap, in N = `spins`
    /// dimensions at bath temperature T.
    ///
    /// # Errors
    /// See [`PureStatesError`].
    pub fn new(weights: &[f64], overlaps: &[Vec<f64>], spins: u64, temperature: f64) -> Result<Self, PureStatesError> {
        let k = weights.len();
        if k == 0 || k > MAX_STATES || overlaps.len() != k || overlaps.iter().any(|row| row.len() != k) {
            return Err(PureStatesError::Shape { weights: k, rows: overlaps.len() });
        }
        let total: f64 = weights.iter().sum();
        if weights.iter().any(|w| !w.is_finite() || *w < 0.0) || !total.is_finite() || total <= 0.0 {
            return Err(PureStatesError::Weights);
        }
        let matrix = DMatrix::from_fn(k, k, |i, j| overlaps[i][j]);
        if matrix.iter().any(|q| !q.is_finite()) || (&matrix - matrix.transpose()).amax() > 1e-12 {
            return Err(PureStatesError::NotPositive { smallest: f64::NAN });
        }
        let eigen = matrix.symmetric_eigen();
        let (smallest, largest) = (eigen.eigenvalues.min(), eigen.eigenvalues.amax());
        if smallest < -1e-9 * largest.max(1e-300) {
            return Err(PureStatesError::NotPositive { smallest });
        }
        let kept: Vec<usize> = (0..k).filter(|&i| eigen.eigenvalues[i] > 1e-9 * largest).collect();
        let rows = DMatrix::from_fn(k, kept.len(), |alpha, column| {
            eigen.eigenvectors[(alpha, kept[column])] * eigen.eigenvalues[kept[column]].sqrt()
        });
        let log_weights = weights.iter().map(|w| (w / total).ln()).collect();
        Ok(Self { log_weights, rows, spins, temperature })
    }

    /// Number of states K.
    pub fn len(&self) -> usize {
        self.log_weights.len()
    }

    /// Never: there is at least one state.
    pub fn is_empty(&self) -> bool {
        self.log_weights.is_empty()
    }

    /// Dimension of the span of the states.
    pub fn dimension(&self) -> usize {
        self.rows.ncols()
    }

    /// Centre of state α at time t, √N e^{−t} L_α: the mean of ξ within it.
    pub fn centre(&self, alpha: usize, t: f64) -> Vec<f64> {
        let scale = self.scale(t);
        self.rows.row(alpha).iter().map(|l| scale * l).collect()
    }

    fn scale(&self, t: f64) -> f64 {
        (0.5 * (self.spins as f64).ln() - t).exp()
    }

    /// log w_α + N M_α e^{−t}/T at place ξ, for every α.
    fn exponents(&self, xi: &[f64], t: f64) -> Vec<f64> {
        let gain = self.scale(t) / self.temperature;
        let tilt = |alpha: usize| self.rows.row(alpha).iter().zip(xi).map(|(l, x)| l * x).sum::<f64>();
        self.log_weights.iter().enumerate().map(|(alpha, log)| log + gain * tilt(alpha)).collect()
    }

    /// Weights of the states given ξ at time t.
    pub fn posterior(&self, xi: &[f64], t: f64) -> Vec<f64> {
        let exponents = self.exponents(xi, t);
        let norm = super::log_sum_exp(exponents.iter().copied());
        exponents.iter().map(|e| (e - norm).exp()).collect()
    }

    /// Score in the span at large times, `s = −ξ/T + ∇ log Σ_α w_α exp(N M_α e^{−t}/T)` ([CW] (31) with Δ_t → T).
    pub fn score(&self, xi: &[f64], t: f64) -> Vec<f64> {
        let posterior = self.posterior(xi, t);
        let gain = self.scale(t) / self.temperature;
        (0..self.dimension())
            .map(|i| {
                let pull: f64 = posterior.iter().enumerate().map(|(alpha, p)| p * self.rows[(alpha, i)]).sum();
                gain * pull - xi[i] / self.temperature
            })
            .collect()
    }

    /// Potential of the backward Langevin equation, `V = |ξ|²/2 − 2T log Σ_α w_α exp(N M_α e^{−t}/T)`; for two opposite
    /// states this is (25) up to a constant.
    pub fn potential(&self, xi: &[f64], t: f64) -> f64 {
        let square: f64 = xi.iter().map(|x| x * x).sum();
        0.5 * square - 2.0 * self.temperature * super::log_sum_exp(self.exponents(xi, t).into_iter())
    }

    /// Orthonormal vectors that span the plane of states α and β, the first along α; `None` if the two are parallel.
    pub fn plane(&self, alpha: usize, beta: usize) -> Option<[Vec<f64>; 2]> {
        let first = self.rows.row(alpha).normalize();
        let second = self.rows.row(beta) - &first * self.rows.row(beta).dot(&first);
        let usable = first.iter().all(|v| v.is_finite()) && second.norm() > 1e-9 * self.rows.row(beta).norm();
        usable.then(|| [first.iter().copied().collect(), second.normalize().iter().copied().collect()])
    }

    /// Carries particles (rows of `xi`, each of [`PureStates::dimension`] coordinates) along consecutive falling `times`.
    /// As in [`super::order_parameter::BackwardStep`] the posterior is held over a step and the rest solved exactly.
    pub fn advance(&self, times: &[f64], first_step: u32, seed: u64, xi: &mut [f64]) {
        let dimension = self.dimension();
        if dimension == 0 {
            return;
        }
        for (number, pair) in (first_step..).zip(times.windows(2)) {
            let delta = pair[0] - pair[1];
            let shrink = -(-2.0 * delta).exp_m1();
            let (keep, push) = ((-delta).exp(), self.scale(pair[1]) * shrink);
            let noise = (self.temperature * shrink).sqrt();
            for (item, place) in (0_u32..).zip(xi.chunks_mut(dimension)) {
                let posterior = self.posterior(place, pair[0]);
                for (i, x) in place.iter_mut().enumerate() {
                    let pull: f64 = posterior.iter().enumerate().map(|(alpha, p)| p * self.rows[(alpha, i)]).sum();
                    *x = keep * *x + push * pull + noise * normal(seed, Stream::PureStates, item, i, number);
                }
            }
        }
    }

    /// Draws particles at time t from Gaussian noise of variance T, the start of generation.
    pub fn start(&self, seed: u64, xi: &mut [f64]) {
        let dimension = self.dimension().max(1);
        for (item, place) in (0_u32..).zip(xi.chunks_mut(dimension)) {
            for (i, x) in place.iter_mut().enumerate() {
                *x = self.temperature.sqrt() * normal(seed, Stream::PureStatesStart, item, i, 0);
            }
        }
    }
}

/// Normal number of coordinate `i` of particle `item` at `step`.
fn normal(seed: u64, stream: Stream, item: u32, i: usize, step: u32) -> f64 {
    let counter = item.wrapping_mul((MAX_STATES / 4) as u32) + (i / 4) as u32;
    f64::from(philox::normals4(seed, stream, counter, step)[i % 4])
}
