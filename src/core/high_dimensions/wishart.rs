//! Sample covariances without samples.
//!
//! The sum of P outer products of standard normal vectors equals A Aᵀ in distribution, A lower trapezoidal with entries
//! A_ii² ~ χ²(P − i) (i from 0) on the diagonal and standard normal numbers below it (Bartlett). Its cost does not depend
//! on P.

use faer::Mat;

use super::random;
use crate::philox;

/// The factor A of a Wishart matrix of N = `size` dimensions and `samples` ≥ 1 samples: N rows and min(N, P) columns.
pub fn bartlett(seed: u64, size: usize, samples: f64) -> Mat<f64> {
    let columns = if samples < size as f64 { samples as usize } else { size };
    let mut factor = random::normal_matrix(philox::sub_seed(seed, 2, 0), size, columns);
    let diagonal = philox::sub_seed(seed, 2, 1);
    for j in 0..columns {
        for i in 0..j {
            factor[(i, j)] = 0.0;
        }
        factor[(j, j)] = random::chi(diagonal, j as u32, samples - j as f64);
    }
    factor
}

/// Factor F of the sample covariance F Fᵀ of P = `samples` Gaussian vectors whose covariance is diag(`spectrum`), their
/// mean known to be zero: F = C^{1/2} A/√P.
pub fn covariance_factor(seed: u64, spectrum: &[f64], samples: f64) -> Mat<f64> {
    let mut factor = bartlett(seed, spectrum.len(), samples);
    for j in 0..factor.ncols() {
        for (i, value) in spectrum.iter().enumerate() {
            factor[(i, j)] *= (value / samples).sqrt();
        }
    }
    factor
}

/// F Fᵀ.
pub fn gram(factor: &Mat<f64>) -> Mat<f64> {
    factor * factor.transpose()
}
