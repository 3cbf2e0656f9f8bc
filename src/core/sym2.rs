//! Symmetric 2×2 matrices: covariances and noise shapes.

use nalgebra::Matrix2;

/// The symmetric matrix with these entries.
pub fn new(xx: f64, xy: f64, yy: f64) -> Matrix2<f64> {
    Matrix2::new(xx, xy, xy, yy)
}

/// The entries `[xx, xy, yy]`, the off-diagonal one averaged.
pub fn entries(m: &Matrix2<f64>) -> [f64; 3] {
    [m.m11, 0.5 * (m.m12 + m.m21), m.m22]
}

/// The symmetric part of `m`.
pub fn symmetrized(m: &Matrix2<f64>) -> Matrix2<f64> {
    let [xx, xy, yy] = entries(m);
    new(xx, xy, yy)
}

/// Whether both eigenvalues are positive and the condition number is below 1e12.
pub fn is_positive_definite(m: &Matrix2<f64>) -> bool {
    let values = m.symmetric_eigenvalues();
    let (low, high) = (values.min(), values.max());
    m.iter().all(|v| v.is_finite()) && low > 0.0 && high / low < 1e12
}

/// Whether no eigenvalue is negative, up to rounding.
pub fn is_positive_semidefinite(m: &Matrix2<f64>) -> bool {
    let values = m.symmetric_eigenvalues();
    m.iter().all(|v| v.is_finite()) && values.min() >= -1e-12 * values.max().abs()
}

/// Symmetric square root of a positive semidefinite matrix; rounding below zero counts as zero.
pub fn sqrt(m: &Matrix2<f64>) -> Matrix2<f64> {
    let eigen = m.symmetric_eigen();
    let roots = eigen.eigenvalues.map(|v| v.max(0.0).sqrt());
    symmetrized(&(eigen.eigenvectors * Matrix2::from_diagonal(&roots) * eigen.eigenvectors.transpose()))
}

/// Inverse of a positive definite matrix.
pub fn inverse(m: &Matrix2<f64>) -> Matrix2<f64> {
    let scale = 1.0 / determinant(m);
    new(m.m22 * scale, -m.m12 * scale, m.m11 * scale)
}

/// Determinant.
pub fn determinant(m: &Matrix2<f64>) -> f64 {
    m.m11 * m.m22 - m.m12 * m.m21
}
