//! Two states of biases ±b: one exponential a spin.
//!
//! With q = e^{−2|u|} and r = e^{−2b}: `log[cosh(u + b)/cosh(u − b)] = ±log[(1 + rq)/(r + q)]` and
//! `⟨a⟩ = [±r(1 − q²) + g(1 − r²)q]/[(1 + rq)(r + q)]`, ± the sign of u and g the difference of the states' posterior
//! weights. This is the tanh form of [CW] (19)–(20) multiplied out; nothing cancels where tanh u or m* rounds to 1.

use fearless_simd::prelude::*;

use super::{BURST, Posterior, across};
use crate::cpu::math;

/// Prepared constants.
pub(super) struct Pair {
    half_log_odds: f64,
    r: f32,
    one_minus_r: f32,
    one_minus_r2: f32,
}

/// |u| from which q counts as its value there: e^{−80} is still a normal number.
const LARGEST: f32 = 40.0;

/// Spins whose likelihood ratios are multiplied before a logarithm is taken …
const TOGETHER: usize = 4;
/// … where r is at least this: products of numbers from r to 2 then stay normal.
const LEAST_TOGETHER: f32 = 1e-9;

/// Terms of the series of 2 artanh z; z² ≤ 0.04 here.
const ARTANH_TERMS: usize = 6;

/// A ratio of likelihoods of the two states.
#[derive(Clone, Copy)]
struct Ratio<S: Simd> {
    above: S::f32s,
    below: S::f32s,
    /// Of `above` and `below`, and the largest of any observation: as long as that is below [`NEAR`], nothing has cancelled.
    difference: S::f32s,
    largest: S::f32s,
}

/// See [`Ratio::largest`].
const NEAR: f32 = 0.25;

impl<S: Simd> Ratio<S> {
    /// The ratio given two independent observations.
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self {
            above: self.above * other.above,
            below: self.below * other.below,
            difference: self.difference.mul_add(other.above, self.below * other.difference),
            largest: self.largest.max(other.largest),
        }
    }

    #[inline(always)]
    fn ln(self, simd: S) -> S::f32s {
        // The ratio is 2^k M with M near 1, and log M = 2 artanh((M − 1)/(M + 1)). Rounding the difference of the bit patterns
        // gives k to within 0.09 of the nearest.
        let (above, below): (S::i32s, S::i32s) = (self.above.bitcast(), self.below.bitcast());
        let k = (above - below + 0x0040_0000) >> 23;
        let scale: S::f32s = ((k + 127) << 23).bitcast();
        let exponent: S::f32s = k.to_float();
        let scaled = self.below * scale;
        let near = k.simd_eq(0) & self.largest.simd_lt(NEAR);
        let difference = near.select(self.difference, self.above - scaled);
        let z = difference / (self.above + scaled);
        let series = math::polynomial::<S, f32>(simd, &math::ARTANH[..ARTANH_TERMS], z * z);
        exponent.mul_add(std::f32::consts::LN_2, z * series)
    }
}

impl Pair {
    /// Biases ±`bias`, and half the log odds of their weights.
    pub(super) fn new(bias: f64, half_log_odds: f64) -> Self {
        let r = (-2.0 * bias).exp();
        let one_minus_r = -(-2.0 * bias).exp_m1();
        Self {
            half_log_odds,
            r: r as f32,
            one_minus_r: one_minus_r as f32,
            one_minus_r2: (one_minus_r * (1.0 + r)) as f32,
        }
    }

    /// q, and the ratio of the two states' likelihoods of one spin.
    #[inline(always)]
    fn observed<S: Simd>(&self, simd: S, u: S::f32s) -> (S::f32s, Ratio<S>) {
        let (q, one_minus_q) = math::decay(simd, u.abs().min(LARGEST) * (-2.0 * std::f32::consts::LOG2_E));
        let (large, small) = (q.mul_add(self.r, 1.0), q + self.r);
        let negative = u.simd_lt(0.0);
        let (above, below) = (negative.select(small, large), negative.select(large, small));
        let largest = one_minus_q * self.one_minus_r;
        (q, Ratio { above, below, difference: largest.copysign(u), largest })
    }

    /// Writes q of the spins of `G` vectors; the log ratio of the two states' likelihoods, summed over the vectors.
    #[inline(always)]
    fn observe<S: Simd, const G: usize>(&self, simd: S, tilt: f32, x: &[f32], q: &mut [f32]) -> S::f32s {
        let lanes = S::f32s::LEN;
        let (first, mut all) = self.observed(simd, S::f32s::from_slice(simd, &x[..lanes]) * tilt);
        first.store_slice(&mut q[..lanes]);
        for g in 1..G {
            let place = g * lanes..(g + 1) * lanes;
            let (value, ratio) = self.observed(simd, S::f32s::from_slice(simd, &x[place.clone()]) * tilt);
            value.store_slice(&mut q[place]);
            all = all.and(ratio);
        }
        all.ln(simd)
    }

    /// [`Posterior::gather`] with a logarithm for `G` spins.
    #[inline(always)]
    fn gather_by<S: Simd, const G: usize>(&self, simd: S, tilt: f32, x: &[f32], q: &mut [f32]) -> f64 {
        let lanes = S::f32s::LEN;
        let mut total = 0.0;
        for (x, q) in x.chunks(BURST * lanes).zip(q.chunks_mut(BURST * lanes)) {
            let mut sum = S::f32s::splat(simd, 0.0);
            for (x, q) in x.chunks(G * lanes).zip(q.chunks_mut(G * lanes)) {
                if x.len() == G * lanes {
                    sum += self.observe::<S, G>(simd, tilt, x, q);
                    continue;
                }
                for (x, q) in x.chunks(lanes).zip(q.chunks_mut(lanes)) {
                    // Spins of value 0 prefer neither state.
                    let spins = S::f32s::from_fn(simd, |lane| x.get(lane).copied().unwrap_or_default());
                    let (value, ratio) = self.observed(simd, spins * tilt);
                    q.copy_from_slice(&value.as_slice()[..q.len()]);
                    sum += ratio.ln(simd);
                }
            }
            total += across::<S>(sum);
        }
        total
    }
}

impl Posterior for Pair {
    fn sums(&self) -> usize {
        1
    }

    /// tanh of half the log odds: the difference of the two states' posterior weights.
    type Weights = f32;

    #[inline(always)]
    fn gather<S: Simd>(&self, simd: S, tilt: f32, x: &[f32], q: &mut [f32], sums: &mut [f64]) {
        sums[0] += if self.r >= LEAST_TOGETHER {
            self.gather_by::<S, TOGETHER>(simd, tilt, x, q)
        } else {
            self.gather_by::<S, 1>(simd, tilt, x, q)
        };
    }

    fn weigh(&self, sums: &[f64]) -> (f64, f32) {
        let half = self.half_log_odds + 0.5 * sums[0];
        (2.0 * half, half.tanh() as f32)
    }

    #[inline(always)]
    fn mean<S: Simd>(&self, _simd: S, weights: &f32, x: S::f32s, q: S::f32s) -> S::f32s {
        let odd = (-q * q + 1.0) * self.r;
        let even = q * (*weights * self.one_minus_r2);
        (odd.copysign(x) + even) / (q.mul_add(self.r, 1.0) * (q + self.r))
    }
}
