//! What the patches of a training set are like.

use std::collections::HashSet;

use super::eft::PatchHash;
use super::machine::Border;
use super::posterior::{at, offsets};
use crate::image_set::ImageSet;

/// Numbers and principal components of all k × k patches with circular border.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchStatistics {
    /// Number of patches, N H².
    pub patches: usize,
    /// Number of different patches.
    pub distinct: usize,
    /// Variances along the principal components, largest first; C k² of them.
    pub variances: Vec<f64>,
    /// The first principal components, each C planes of k × k values.
    pub components: Vec<Vec<f64>>,
    /// Number of patches that variances and components were computed from: all, or an even selection of many.
    pub sampled: usize,
}

/// Number of components kept.
pub const COMPONENTS: usize = 16;
/// Multiplications that the covariance may cost.
const COVARIANCE_BUDGET: usize = 400_000_000;

/// Counts and decomposes the patches of side `k`. `None` if the eigenvalues of their covariance cannot be found.
pub fn measure(images: &ImageSet, k: usize) -> Option<PatchStatistics> {
    let side = images.side();
    let (patches, size) = (images.count() * side * side, images.channels() * k * k);
    let read = |patch: usize, values: &mut Vec<f64>| {
        let position = patch % (side * side);
        values.clear();
        for channel in 0..images.channels() {
            let plane = images.plane(patch / (side * side), channel);
            let value =
                |(dy, dx)| f64::from(at(plane, side, Border::Circular, position / side, position % side, dy, dx));
            values.extend(offsets(k).map(value));
        }
    };
    let mut values = Vec::with_capacity(size);
    let mut distinct = HashSet::new();
    for patch in 0..patches {
        read(patch, &mut values);
        let mut hash = PatchHash::new();
        values.iter().for_each(|&v| hash.add(v as f32));
        distinct.insert(hash.finish());
    }
    let stride = patches.div_ceil((COVARIANCE_BUDGET / (size * size)).max(2 * size)).max(1);
    let chosen = || (0..patches).step_by(stride);
    let sampled = chosen().count();
    let mut mean = vec![0.0; size];
    for patch in chosen() {
        read(patch, &mut values);
        mean.iter_mut().zip(&values).for_each(|(m, v)| *m += v / sampled as f64);
    }
    let mut covariance = faer::Mat::<f64>::zeros(size, size);
    for patch in chosen() {
        read(patch, &mut values);
        values.iter_mut().zip(&mean).for_each(|(v, m)| *v -= m);
        for (j, b) in values.iter().enumerate() {
            let column = covariance.col_as_slice_mut(j);
            column.iter_mut().zip(&values).for_each(|(sum, a)| *sum += a * b / sampled as f64);
        }
    }
    let eigen = covariance.self_adjoint_eigen(faer::Side::Lower).ok()?;
    let spectrum = eigen.S().column_vector();
    let variances = (0..size).rev().map(|i| spectrum[i].max(0.0)).collect();
    let components = (0..size).rev().take(COMPONENTS).map(|i| (0..size).map(|j| eigen.U()[(j, i)]).collect()).collect();
    Some(PatchStatistics { patches, distinct: distinct.len(), variances, components, sampled })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image_set;
    use crate::param::Choice;

    #[test]
    fn black_and_white_has_two_patches_and_one_component() {
        let images = image_set::draw(&Choice::new("black_white"), 1).unwrap();
        let found = measure(&images, 3).unwrap();
        assert_eq!((found.patches, found.distinct, found.sampled), (50, 2, 50));
        assert!((found.variances[0] - 9.0).abs() < 1e-9 && found.variances[1] < 1e-9);
        assert!(found.components[0].iter().all(|v| (v.abs() - 1.0 / 3.0).abs() < 1e-9));
    }

    #[test]
    fn stripes_repeat_their_patches() {
        let images = image_set::draw(&Choice::new("stripes").with("side", 16.0).with("period", 8.0), 1).unwrap();
        let found = measure(&images, 3).unwrap();
        // An edge after one or two pixels, up or down, horizontal or vertical; and all black and all white.
        assert_eq!(found.distinct, 2 * 2 * 2 + 2);
        let trace: f64 = found.variances.iter().sum();
        assert!((trace - 9.0).abs() < 1e-9);
    }
}
