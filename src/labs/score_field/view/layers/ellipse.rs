//! Ellipses of covariances.

use nalgebra::Vector2;

use crate::core::sym2;

/// The points x with (x − μ)ᵀ Σ⁻¹ (x − μ) = r², as a closed line.
pub fn outline(mean: [f64; 2], covariance: [f64; 3], radius: f64) -> Vec<[f64; 2]> {
    const CORNERS: usize = 72;
    let [xx, xy, yy] = covariance;
    let root = sym2::sqrt(&sym2::new(xx, xy, yy));
    (0..CORNERS)
        .map(|i| {
            let angle = std::f64::consts::TAU * i as f64 / CORNERS as f64;
            let at = Vector2::from(mean) + radius * root * Vector2::new(angle.cos(), angle.sin());
            [at.x, at.y]
        })
        .collect()
}

/// Half axes of the ellipse of radius one, the longer one first.
pub fn axes(covariance: [f64; 3]) -> [[f64; 2]; 2] {
    let [xx, xy, yy] = covariance;
    let eigen = sym2::new(xx, xy, yy).symmetric_eigen();
    let long = eigen.eigenvalues.imax();
    [long, 1 - long].map(|k| {
        let axis = eigen.eigenvectors.column(k) * eigen.eigenvalues[k].max(0.0).sqrt();
        [axis[0], axis[1]]
    })
}

/// The covariance with half axis `axis` and, at right angles to it, one of length `other`.
pub fn from_axes(axis: [f64; 2], other: f64) -> [f64; 3] {
    let [u, v] = axis;
    let length = u.hypot(v).max(f64::MIN_POSITIVE);
    let [p, q] = [-v / length * other, u / length * other];
    [u * u + p * p, u * v + p * q, v * v + q * q]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_and_covariance_are_two_ways_to_say_the_same() {
        let covariance = [2.0, -0.7, 0.9];
        let [long, short] = axes(covariance);
        let back = from_axes(long, short[0].hypot(short[1]));
        let other = from_axes(short, long[0].hypot(long[1]));
        for k in 0..3 {
            assert!((back[k] - covariance[k]).abs() < 1e-12 && (other[k] - covariance[k]).abs() < 1e-12);
        }
    }

    #[test]
    fn the_outline_lies_at_the_given_distance() {
        let (mean, covariance) = ([0.3, -2.0], [2.0, -0.7, 0.9]);
        let inverse = sym2::inverse(&sym2::new(2.0, -0.7, 0.9));
        for at in outline(mean, covariance, 1.5) {
            let d = Vector2::from(at) - Vector2::from(mean);
            assert!((d.dot(&(inverse * d)) - 2.25).abs() < 1e-10);
        }
    }
}
