//! Mixtures of Gaussians and points: one object for Gaussian, GMM and delta data ([GAUSS] §2.2, [GTV] App. B).
//!
//! `p_0 = Σ π_k N(μ_k, Σ_k)` noised to level (α, σ, S) is `p_t = Σ π_k N(αμ_k, C_k)` with `C_k = α²Σ_k + σ²S`. A Gaussian
//! has one component; a delta mixture has Σ_k = 0.

use nalgebra::{Matrix2, Vector2};

use super::process::NoiseLevel;
use super::sym2;

/// One component of a mixture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Component {
    /// Share π_k before normalisation, ≥ 0.
    pub weight: f64,
    /// Mean μ_k.
    pub mean: Vector2<f64>,
    /// Covariance Σ_k, positive semidefinite; zero for a data point.
    pub covariance: Matrix2<f64>,
}

/// Why components do not make a mixture.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MixtureError {
    /// There is no component of positive weight.
    #[error("there is no data: add at least one point or component of positive weight")]
    Empty,
    /// A weight is negative or not finite.
    #[error("weight of component {index} is {value}, but must be a number from 0 to 1e12")]
    Weight {
        /// Position in the list.
        index: usize,
        /// What was given.
        value: f64,
    },
    /// A mean is not finite or beyond ±1e6.
    #[error("mean of component {index} is ({x}, {y}), but must lie within ±1e6")]
    Mean {
        /// Position in the list.
        index: usize,
        /// First coordinate.
        x: f64,
        /// Second coordinate.
        y: f64,
    },
    /// A covariance is not positive semidefinite.
    #[error(
        "covariance of component {index} is [{xx}, {xy}, {yy}], but must be positive semidefinite and at most 1e12"
    )]
    Covariance {
        /// Position in the list.
        index: usize,
        /// Entries of the matrix.
        xx: f64,
        /// Entries of the matrix.
        xy: f64,
        /// Entries of the matrix.
        yy: f64,
    },
}

/// A mixture whose components have been checked and whose weights add up to one.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture {
    components: Vec<Component>,
}

impl Mixture {
    /// Checks the components and normalises their weights.
    ///
    /// # Errors
    /// The first fault found, see [`MixtureError`].
    pub fn new(mut components: Vec<Component>) -> Result<Self, MixtureError> {
        for (index, c) in components.iter().enumerate() {
            if !(c.weight >= 0.0 && c.weight <= 1e12) {
                return Err(MixtureError::Weight { index, value: c.weight });
            }
            if !c.mean.iter().all(|v| v.abs() <= 1e6) {
                return Err(MixtureError::Mean { index, x: c.mean.x, y: c.mean.y });
            }
            let [xx, xy, yy] = sym2::entries(&c.covariance);
            if !(c.covariance.iter().all(|v| v.abs() <= 1e12) && sym2::is_positive_semidefinite(&c.covariance)) {
                return Err(MixtureError::Covariance { index, xx, xy, yy });
            }
        }
        let total: f64 = components.iter().map(|c| c.weight).sum();
        if total <= 0.0 {
            return Err(MixtureError::Empty);
        }
        for c in &mut components {
            c.weight /= total;
        }
        Ok(Self { components })
    }

    /// The components; their weights add up to one, some may be zero.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// Mean of p_0.
    pub fn mean(&self) -> Vector2<f64> {
        self.components.iter().map(|c| c.weight * c.mean).sum()
    }

    /// Covariance of p_0 (divided by N, not N − 1).
    pub fn covariance(&self) -> Matrix2<f64> {
        let mean = self.mean();
        self.components.iter().map(|c| c.weight * (c.covariance + (c.mean - mean) * (c.mean - mean).transpose())).sum()
    }

    /// The mixture noised to one level, with everything that does not depend on the place computed once.
    pub fn noised(&self, level: NoiseLevel) -> NoisedMixture {
        let NoiseLevel { alpha, sigma, shape } = level;
        let variance = sigma * sigma;
        let shape_inverse = sym2::inverse(&shape);
        let components = self
            .components
            .iter()
            .map(|c| {
                let precision = sym2::inverse(&(alpha * alpha * c.covariance + variance * shape));
                // Σ − α²ΣC⁻¹Σ written as σ²S C⁻¹Σ, which does not cancel when σ is small.
                let posterior = sym2::symmetrized(&(variance * shape * precision * c.covariance));
                let proxy = (alpha / variance).powi(2) * shape_inverse * posterior * shape_inverse;
                NoisedComponent {
                    mean: alpha * c.mean,
                    precision,
                    log_weight: c.weight.ln() + 0.5 * sym2::determinant(&precision).ln() - std::f64::consts::TAU.ln(),
                    data_mean: c.mean,
                    gain: alpha * c.covariance,
                    posterior_covariance: posterior,
                    proxy_covariance: sym2::symmetrized(&proxy),
                }
            })
            .collect();
        NoisedMixture { level, shape_inverse, components }
    }
}

/// One component at one noise level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoisedComponent {
    /// αμ_k.
    pub mean: Vector2<f64>,
    /// C_k⁻¹ with C_k = α²Σ_k + σ²S.
    pub precision: Matrix2<f64>,
    /// log π_k − log 2π − ½ log det C_k; −∞ where the weight is zero.
    pub log_weight: f64,
    /// μ_k.
    pub data_mean: Vector2<f64>,
    /// αΣ_k, so that the component's posterior mean is μ_k − αΣ_k s_k.
    pub gain: Matrix2<f64>,
    /// V_k, the covariance of x_0 given x_t and the component.
    pub posterior_covariance: Matrix2<f64>,
    /// (α/σ²)² S⁻¹ V_k S⁻¹.
    pub proxy_covariance: Matrix2<f64>,
}

impl NoisedComponent {
    /// Score of this component alone: C_k⁻¹(αμ_k − x).
    pub fn score(&self, x: Vector2<f64>) -> Vector2<f64> {
        self.precision * (self.mean - x)
    }

    /// log(π_k N(x; αμ_k, C_k)).
    pub fn log_density(&self, x: Vector2<f64>) -> f64 {
        let difference = self.mean - x;
        self.log_weight - 0.5 * difference.dot(&(self.precision * difference))
    }
}

/// A mixture at one noise level.
#[derive(Debug, Clone, PartialEq)]
pub struct NoisedMixture {
    level: NoiseLevel,
    shape_inverse: Matrix2<f64>,
    components: Vec<NoisedComponent>,
}

/// Everything the score-field lab asks of one place at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldValue {
    /// log p_t(x).
    pub log_density: f64,
    /// s = ∇ log p_t(x).
    pub score: Vector2<f64>,
    /// D = E[x_0 | x_t = x].
    pub denoiser: Vector2<f64>,
    /// Cov[x_0 | x_t = x].
    pub posterior_covariance: Matrix2<f64>,
    /// Covariance of the proxy score, C(x, t) = (α/σ²)² S⁻¹ Cov[x_0|x] S⁻¹ ([GTV] (5)).
    pub proxy_covariance: Matrix2<f64>,
}

impl NoisedMixture {
    /// The level of noise.
    pub fn level(&self) -> &NoiseLevel {
        &self.level
    }

    /// The components at this level.
    pub fn components(&self) -> &[NoisedComponent] {
        &self.components
    }

    /// Posterior weights `w_k(x) = softmax_k(log π_k + log N(x; αμ_k, C_k))` and log p_t(x), by log-sum-exp.
    pub fn weights(&self, x: Vector2<f64>) -> (Vec<f64>, f64) {
        let mut weights: Vec<f64> = self.components.iter().map(|c| c.log_density(x)).collect();
        let largest = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for w in &mut weights {
            *w = (*w - largest).exp();
            total += *w;
        }
        for w in &mut weights {
            *w /= total;
        }
        (weights, largest + total.ln())
    }

    /// log p_t(x).
    pub fn log_density(&self, x: Vector2<f64>) -> f64 {
        self.weights(x).1
    }

    /// Score ∇ log p_t(x).
    pub fn score(&self, x: Vector2<f64>) -> Vector2<f64> {
        let (weights, _) = self.weights(x);
        self.components.iter().zip(&weights).filter(|(_, w)| **w > 0.0).map(|(c, w)| *w * c.score(x)).sum()
    }

    /// Density, score, denoiser and both covariances at `x`.
    pub fn at(&self, x: Vector2<f64>) -> FieldValue {
        let (weights, log_density) = self.weights(x);
        let live = || self.components.iter().zip(&weights).filter(|(_, w)| **w > 0.0);
        let score: Vector2<f64> = live().map(|(c, w)| *w * c.score(x)).sum();

        // Means are taken relative to the heaviest component: where it holds nearly all the weight, the plain centred sum
        // would leave only rounding of the tiny covariance.
        let heaviest = live().max_by(|a, b| a.1.total_cmp(b.1)).map(|(c, _)| c);
        let posterior_mean = |c: &NoisedComponent| c.data_mean - c.gain * c.score(x);
        let reference = heaviest.map_or_else(Vector2::zeros, posterior_mean);
        let offset: Vector2<f64> = live().map(|(c, w)| *w * (posterior_mean(c) - reference)).sum();
        let mut covariance: Matrix2<f64> = live()
            .map(|(c, w)| {
                let deviation = posterior_mean(c) - reference - offset;
                *w * (c.posterior_covariance + deviation * deviation.transpose())
            })
            .sum();
        covariance = sym2::symmetrized(&covariance);

        let to_proxy = self.level.alpha / self.level.sigma.powi(2) * self.shape_inverse;
        FieldValue {
            log_density,
            score,
            denoiser: reference + offset,
            posterior_covariance: covariance,
            proxy_covariance: sym2::symmetrized(&(to_proxy * covariance * to_proxy)),
        }
    }
}
