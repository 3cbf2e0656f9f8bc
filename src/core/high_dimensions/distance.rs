//! Distances between the Gaussians N(0, C) and N(0, D), C diagonal ([CW] SI).

use faer::{Mat, MatRef};

use super::eigen::{self, EigenError};

/// `W₂² = (1/N) tr[C + D − 2(C^{1/2} D C^{1/2})^{1/2}]`, the squared Wasserstein distance per dimension (the printed formula
/// has the power 2 for the last ½).
///
/// # Errors
/// [`EigenError`] if D is not finite.
pub fn wasserstein2(spectrum: &[f64], generated: MatRef<'_, f64>) -> Result<f64, EigenError> {
    let n = spectrum.len();
    let root: Vec<f64> = spectrum.iter().map(|v| v.sqrt()).collect();
    let inner = Mat::from_fn(n, n, |i, j| root[i] * generated[(i, j)] * root[j]);
    let fidelity: f64 = eigen::values(inner.as_ref())?.iter().map(|v| v.max(0.0).sqrt()).sum();
    let traces: f64 = (0..n).map(|i| spectrum[i] + generated[(i, i)]).sum();
    Ok(((traces - 2.0 * fidelity) / n as f64).max(0.0))
}

/// Lower and upper bound on the total variation, (1/100) min{1, √Σλ²} and (3/2) min{1, √Σλ²}, λ the eigenvalues of C⁻¹D − I
/// (Devroye, Mehrabian and Reddad; the square root is missing in print). The upper bound may exceed 1.
pub fn total_variation_bounds(spectrum: &[f64], generated: MatRef<'_, f64>) -> [f64; 2] {
    let size = relative_error2(spectrum, generated).sqrt().min(1.0);
    [size / 100.0, 1.5 * size]
}

/// Σλ² = |C^{−1/2} D C^{−1/2} − I|², the sum of all squared entries: no eigenvalues are needed.
pub fn relative_error2(spectrum: &[f64], generated: MatRef<'_, f64>) -> f64 {
    let n = spectrum.len();
    let entry = |i: usize, j: usize| {
        let scaled = generated[(i, j)] / (spectrum[i] * spectrum[j]).sqrt();
        (scaled - if i == j { 1.0 } else { 0.0 }).powi(2)
    };
    (0..n).map(|j| (0..n).map(|i| entry(i, j)).sum::<f64>()).sum()
}
