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

/// Coefficients of 1, y, y², … in (1 − e^{−y})/y.
const SERIES: [f32; 8] =
    [1.0, -1.0 / 2.0, 1.0 / 6.0, -1.0 / 24.0, 1.0 / 120.0, -1.0 / 720.0, 1.0 / 5040.0, -1.0 / 40_320.0];
/// y up to which the series is used.
const SMALL: f32 = 0.5;

/// Terms of the series of 2 artanh z; z² ≤ 0.04 here.
const ARTANH_TERMS: usize = 6;

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

    /// q, and the log ratio of the two states' likelihoods of one spin.
    #[inline(always)]
    fn tilted<S: Simd>(&self, simd: S, u: S::f32s) -> (S::f32s, S::f32s) {
        let y = u.abs().min(LARGEST) * 2.0;
        let q = math::exp2::<S, f32>(simd, y * -std::f32::consts::LOG2_E);
        let series = math::polynomial::<S, f32>(simd, &SERIES, y);
        let one_minus_q = y.simd_lt(SMALL).select(series * y, -q + 1.0);
        let (a, b) = (q.mul_add(self.r, 1.0), q + self.r);
        // a/b = 2^k M with M near 1, and log M = 2 artanh((M − 1)/(M + 1)). Rounding the difference of the bit patterns
        // gives k to within 0.09 of the nearest.
        let k = (a.to_bits() - b.to_bits() + 0x0040_0000) >> 23;
        let scale = S::f32s::from_bits((k + 127) << 23);
        let exponent: S::i32s = k.bitcast();
        let exponent: S::f32s = exponent.to_float();
        let scaled = b * scale;
        let difference = exponent.simd_eq(0.0).select(one_minus_q * self.one_minus_r, a - scaled);
        let z = difference / (a + scaled);
        let z2 = z * z;
        let series = math::polynomial::<S, f32>(simd, &math::ARTANH[..ARTANH_TERMS], z2);
        let log = exponent.mul_add(std::f32::consts::LN_2, z * series);
        (q, log.copysign(u))
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
        let lanes = S::f32s::LEN;
        for (x, q) in x.chunks(BURST * lanes).zip(q.chunks_mut(BURST * lanes)) {
            let mut sum = S::f32s::splat(simd, 0.0);
            let mut vectors_q = q.chunks_exact_mut(lanes);
            let vectors = x.chunks_exact(lanes);
            let rest = vectors.remainder();
            for (x, q) in vectors.zip(vectors_q.by_ref()) {
                let (value, log) = self.tilted(simd, S::f32s::from_slice(simd, x) * tilt);
                value.store_slice(q);
                sum += log;
            }
            if !rest.is_empty() {
                // Spins of value 0 prefer neither state.
                let x = S::f32s::from_fn(simd, |lane| rest.get(lane).copied().unwrap_or_default());
                let (value, log) = self.tilted(simd, x * tilt);
                vectors_q.into_remainder().copy_from_slice(&value.as_slice()[..rest.len()]);
                sum += log;
            }
            sums[0] += across::<S>(sum);
        }
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
