//! Closed form of the probability-flow ODE for Gaussian data ([GAUSS] (18)–(23)).

use nalgebra::{Matrix2, Vector2};

use super::process::NoiseLevel;
use super::sym2;

/// Carries `x` from noise level `from` to noise level `to` of one process along the probability-flow ODE of N(mean, Σ).
///
/// With S whitened away, the component along eigenvector k of Σ scales by `√((σ'² + λ_k α'²)/(σ² + λ_k α²))`.
pub fn transport(
    mean: Vector2<f64>,
    covariance: &Matrix2<f64>,
    from: &NoiseLevel,
    to: &NoiseLevel,
    x: Vector2<f64>,
) -> Vector2<f64> {
    let root = sym2::sqrt(&from.shape);
    let whiten = sym2::inverse(&root);
    let eigen = sym2::symmetrized(&(whiten * covariance * whiten)).symmetric_eigen();
    let coordinates = eigen.eigenvectors.transpose() * whiten * (x - from.alpha * mean);
    let spread = |level: &NoiseLevel, lambda: f64| (level.sigma.powi(2) + lambda.max(0.0) * level.alpha.powi(2)).sqrt();
    let scaled = coordinates.zip_map(&eigen.eigenvalues, |c, lambda| c * spread(to, lambda) / spread(from, lambda));
    to.alpha * mean + root * (eigen.eigenvectors * scaled)
}
