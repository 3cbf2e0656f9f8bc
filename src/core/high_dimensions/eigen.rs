//! Eigenvalues and eigenvectors of large symmetric matrices.

use faer::{Mat, MatRef, Side};

/// A symmetric matrix whose eigenproblem could not be solved, because it holds numbers that are not finite.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("the eigenvalues of a {size} × {size} matrix were not found: it holds numbers that are not finite")]
pub struct EigenError {
    /// Its size.
    pub size: usize,
}

/// Eigenvalues, rising.
///
/// # Errors
/// [`EigenError`].
pub fn values(matrix: MatRef<'_, f64>) -> Result<Vec<f64>, EigenError> {
    matrix.self_adjoint_eigenvalues(Side::Lower).map_err(|_| EigenError { size: matrix.nrows() })
}

/// Eigenvalues, rising, and eigenvectors as columns in the same order.
///
/// # Errors
/// [`EigenError`].
pub fn vectors(matrix: MatRef<'_, f64>) -> Result<(Vec<f64>, Mat<f64>), EigenError> {
    let eigen = matrix.self_adjoint_eigen(Side::Lower).map_err(|_| EigenError { size: matrix.nrows() })?;
    let values = (0..matrix.nrows()).map(|i| eigen.S()[i]).collect();
    Ok((values, eigen.U().to_owned()))
}
