//! Softmax of many rows: the weights of points given distances or scalar products.

use fearless_simd::{dispatch, prelude::*};

use super::{CpuEngine, math};

impl CpuEngine {
    /// Replaces every row of `columns` finite logits by its softmax, on the calling thread. Returns the largest weight of the
    /// row in which it is smallest; 1 if there are no rows.
    pub fn softmax_rows(&self, logits: &mut [f32], columns: usize) -> f32 {
        let rows = logits.chunks_mut(columns.max(1));
        rows.map(|row| dispatch!(self.level, simd => softmax(simd, row))).fold(1.0, f32::min)
    }
}

/// Softmax of one row; returns its largest weight. Vectors go through loops and functions that are always inlined: a closure
/// would be compiled for the instruction set of the whole crate and called.
#[inline(always)]
fn softmax<S: Simd>(simd: S, row: &mut [f32]) -> f32 {
    let lanes = S::f32s::LEN;
    let vectors = row.chunks_exact(lanes);
    let rest = vectors.remainder().iter().copied().fold(f32::MIN, f32::max);
    let mut top = S::f32s::splat(simd, rest);
    for x in vectors {
        top = top.max(S::f32s::from_slice(simd, x));
    }
    let top = top.as_slice().iter().copied().fold(f32::MIN, f32::max);

    let mut sum = S::f32s::splat(simd, 0.0);
    let mut vectors = row.chunks_exact_mut(lanes);
    for x in vectors.by_ref() {
        let power = power(simd, S::f32s::from_slice(simd, x), top);
        sum += power;
        power.store_slice(x);
    }
    let rest = vectors.into_remainder();
    if !rest.is_empty() {
        let logits = S::f32s::from_fn(simd, |lane| rest.get(lane).copied().unwrap_or(f32::MIN));
        let power = power(simd, logits, top);
        sum += power;
        rest.iter_mut().zip(power.as_slice()).for_each(|(x, power)| *x = *power);
    }
    // The largest power is 1.
    let share = 1.0 / sum.as_slice().iter().sum::<f32>();
    let mut vectors = row.chunks_exact_mut(lanes);
    for x in vectors.by_ref() {
        (S::f32s::from_slice(simd, x) * share).store_slice(x);
    }
    vectors.into_remainder().iter_mut().for_each(|x| *x *= share);
    share
}

/// e^(x − top).
#[inline(always)]
fn power<S: Simd>(simd: S, x: S::f32s, top: f32) -> S::f32s {
    math::exp2::<S, f32>(simd, (x - top) * std::f32::consts::LOG2_E)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::tests::levels;
    use diffuscope_core::philox::{self, Stream};

    #[test]
    fn weights_are_those_of_double_precision() {
        for level in levels() {
            for columns in [1, 3, 16, 37, 400] {
                for size in [0.01_f32, 3.0, 500.0] {
                    let logit = |i: usize| size * philox::normals(3, Stream::Start, i as u32, 0)[0];
                    let logits: Vec<f32> = (0..4 * columns).map(logit).collect();
                    let mut weights = logits.clone();
                    let least = CpuEngine::with_level(level).softmax_rows(&mut weights, columns);
                    let mut largest = 1.0_f32;
                    for (logits, weights) in logits.chunks(columns).zip(weights.chunks(columns)) {
                        let top = logits.iter().copied().fold(f32::MIN, f32::max);
                        let exp = |x: &f32| f64::from(x - top).exp();
                        let total: f64 = logits.iter().map(exp).sum();
                        for (x, weight) in logits.iter().zip(weights) {
                            let exact = exp(x) / total;
                            // The exponent is rounded to single precision before it is raised.
                            let allowed = exact * (3e-7 * f64::from((x - top).abs()) + 1e-6) + 1e-37;
                            assert!(
                                (f64::from(*weight) - exact).abs() <= allowed,
                                "{level:?}: {weight} against {exact}"
                            );
                        }
                        largest = largest.min(weights.iter().copied().fold(0.0, f32::max));
                    }
                    assert!((least - largest).abs() <= 1e-6 * largest, "{least} against {largest}");
                }
            }
        }
        assert_eq!(CpuEngine::new().softmax_rows(&mut [], 0), 1.0);
    }
}
