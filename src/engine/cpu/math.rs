//! Elementary functions on vectors, written once for single and double precision.
//!
//! Only +, −, ×, ÷, square roots and shifts are used, so every instruction set gives the same numbers up to the rounding of
//! fused multiply–adds.

#[cfg(target_arch = "x86_64")]
use fearless_simd::{Avx512, f32x16};
use fearless_simd::{Level, prelude::*};

use diffuscope_core::philox;

/// Vector of `T` as wide as instruction set `S` has it.
pub(super) type V<S, T> = <T as SimdFloatElement>::Native<S>;

/// What the functions below need to know of a floating-point format.
pub(super) trait Real: SimdFloatElement + Default + Send + Sync + 'static {
    /// Adding this number rounds to a whole number and leaves that number in the lowest bits.
    const ROUNDER: Self;
    /// 2 to the number of stored bits of the significand.
    const WHOLE: Self;
    /// Stored bits of the significand.
    const SIGNIFICAND_BITS: u32;
    /// Those bits.
    const SIGNIFICAND_MASK: Self::Bits;
    /// Bits of [`Real::WHOLE`].
    const WHOLE_BITS: Self::Bits;
    /// Bits of √½: significands are taken from [√½, √2).
    const SQRT_HALF_BITS: Self::Bits;
    /// Added to the bits of a positive number to have its exponent, raised by [`Real::EXPONENT_OFFSET`], on top.
    const EXPONENT_SHIFT: Self::Bits;
    /// [`Real::WHOLE`] and what [`Real::EXPONENT_SHIFT`] adds to the exponent.
    const EXPONENT_OFFSET: Self;
    /// Exponent at and below which [`exp2`] is zero.
    const MIN_EXPONENT: Self;
    /// 2 to the power [`Real::MIN_EXPONENT`].
    const TINY: Self;
    /// Below every logarithm in use, yet far from overflow.
    const LOWEST: Self;
    /// One half.
    const HALF: Self;
    /// One.
    const ONE: Self;
    /// ln 2.
    const LN_2: Self;
    /// Coefficients of r, r², … in 2^r on ±½ of least greatest relative error.
    const EXP2_SERIES: &'static [Self];
    /// Coefficients of z, z³, … in 2 artanh z.
    const LN_SERIES: &'static [Self];

    /// The nearest number of this format.
    fn narrowed(value: f64) -> Self;
    /// The same number in double precision.
    fn widened(self) -> f64;
}

impl Real for f32 {
    const ROUNDER: Self = 12_582_912.0; // 1.5 · 2²³
    const WHOLE: Self = 8_388_608.0;
    const SIGNIFICAND_BITS: u32 = 23;
    const SIGNIFICAND_MASK: u32 = (1 << 23) - 1;
    const WHOLE_BITS: u32 = Self::WHOLE.to_bits();
    const SQRT_HALF_BITS: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    const EXPONENT_SHIFT: u32 = (128 << 23) - Self::SQRT_HALF_BITS;
    const EXPONENT_OFFSET: Self = Self::WHOLE + 128.0;
    const MIN_EXPONENT: Self = -125.0;
    const TINY: Self = 2.0 * Self::MIN_POSITIVE;
    const LOWEST: Self = -1e37;
    const HALF: Self = 0.5;
    const ONE: Self = 1.0;
    const LN_2: Self = std::f32::consts::LN_2;
    // Relative error 2e-8, less than the rounding of the sum.
    const EXP2_SERIES: &'static [Self] =
        &[Self::LN_2, 0.240_226_53, 0.055_503_106, 0.009_617_693, 0.001_340_664_4, 0.000_155_946_72];
    const LN_SERIES: &'static [Self] = &philox::LN_SERIES;

    fn narrowed(value: f64) -> Self {
        value as Self
    }

    fn widened(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    const ROUNDER: Self = 6_755_399_441_055_744.0; // 1.5 · 2⁵²
    const WHOLE: Self = 4_503_599_627_370_496.0;
    const SIGNIFICAND_BITS: u32 = 52;
    const SIGNIFICAND_MASK: u64 = (1 << 52) - 1;
    const WHOLE_BITS: u64 = Self::WHOLE.to_bits();
    const SQRT_HALF_BITS: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    const EXPONENT_SHIFT: u64 = (1024 << 52) - Self::SQRT_HALF_BITS;
    const EXPONENT_OFFSET: Self = Self::WHOLE + 1024.0;
    const MIN_EXPONENT: Self = -1021.0;
    const TINY: Self = 2.0 * Self::MIN_POSITIVE;
    const LOWEST: Self = -1e300;
    const HALF: Self = 0.5;
    const ONE: Self = 1.0;
    const LN_2: Self = std::f64::consts::LN_2;
    // Relative error 1.8e-17.
    const EXP2_SERIES: &'static [Self] = &[
        0.693_147_180_559_945_7,
        0.240_226_506_959_101,
        0.055_504_108_664_790_39,
        0.009_618_129_107_607_003,
        0.001_333_355_815_343_967_7,
        0.000_154_035_304_415_713_8,
        1.525_272_738_542_763_5e-5,
        1.321_544_267_579_723_9e-6,
        1.018_064_757_659_645_3e-7,
        7.072_570_320_758_415e-9,
        4.078_082_536_086_186e-10,
    ];
    const LN_SERIES: &'static [Self] = &[
        2.0,
        2.0 / 3.0,
        2.0 / 5.0,
        2.0 / 7.0,
        2.0 / 9.0,
        2.0 / 11.0,
        2.0 / 13.0,
        2.0 / 15.0,
        2.0 / 17.0,
        2.0 / 19.0,
        2.0 / 21.0,
    ];

    fn narrowed(value: f64) -> Self {
        value
    }

    fn widened(self) -> f64 {
        self
    }
}

/// Coefficients of z, z³, … in 2 artanh z.
pub(super) const ARTANH: [f32; 8] =
    [2.0, 2.0 / 3.0, 2.0 / 5.0, 2.0 / 7.0, 2.0 / 9.0, 2.0 / 11.0, 2.0 / 13.0, 2.0 / 15.0];

/// `series[0] + series[1] x + series[2] x² + …`. A loop, not a fold: a closure would be compiled for the instruction set of the
/// whole crate and called.
#[inline(always)]
pub(super) fn polynomial<S: Simd, T: Real>(simd: S, series: &[T], x: V<S, T>) -> V<S, T> {
    let last = series.len() - 1;
    let mut sum = V::<S, T>::splat(simd, series[last]);
    for coefficient in series[..last].iter().rev() {
        sum = sum.mul_add(x, *coefficient);
    }
    sum
}

/// 2^x for x below the format's largest exponent; exactly 1 at 0, and 0 at and below [`Real::MIN_EXPONENT`]. The error is
/// about a unit in the last place, or [`Real::TINY`] where that is more.
#[inline(always)]
pub(super) fn exp2<S: Simd, T: Real>(simd: S, x: V<S, T>) -> V<S, T> {
    let (whole, rest) = split::<S, T>(x.max(T::MIN_EXPONENT));
    let significand = polynomial::<S, T>(simd, T::EXP2_SERIES, rest).mul_add(rest, T::ONE);
    raised::<S, T>(significand, whole) - T::TINY
}

/// The whole number next to x, as [`Real::ROUNDER`] leaves it in the lowest bits, and what x is beyond it.
#[inline(always)]
fn split<S: Simd, T: Real>(x: V<S, T>) -> (V<S, T>, V<S, T>) {
    let whole = x + T::ROUNDER;
    (whole, x - (whole - T::ROUNDER))
}

/// `significand` times 2 to a whole number of [`split`].
#[inline(always)]
fn raised<S: Simd, T: Real>(significand: V<S, T>, whole: V<S, T>) -> V<S, T> {
    V::<S, T>::from_bits(significand.to_bits() + (whole.to_bits() << T::SIGNIFICAND_BITS))
}

/// q = 2^x and 1 − q, each to about a unit in the last place, for x from −126 to 0.
#[inline(always)]
pub(super) fn decay<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let (whole, rest) = split::<S, f32>(x);
    // 2^rest − 1, which is q − 1 where x is above −½: there 1 − q would cancel.
    let grown = polynomial::<S, f32>(simd, f32::EXP2_SERIES, rest) * rest;
    let q = raised::<S, f32>(grown + 1.0, whole);
    (q, whole.simd_eq(f32::ROUNDER).select(-grown, -q + 1.0))
}

/// Coefficients of r, r², … in 2^r on ±½ of least greatest relative error, 1.05e-7.
const WEIGHT_SERIES: [f32; 5] = [std::f32::consts::LN_2, 0.240_222_83, 0.055_505_585, 0.009_669_691, 0.001_330_060_7];

/// The same on 0 … 1, 8.3e-8.
#[cfg(target_arch = "x86_64")]
const WHOLE_WEIGHT_SERIES: [f32; 5] = [0.693_151_3, 0.240_164_44, 0.055_799_913, 0.009_017_03, 0.001_867_130_2];

#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    /// x − ⌊x⌋.
    #[inline(always)]
    fn beyond_whole(token: Avx512, x: f32x16<Avx512>) -> f32x16<Avx512> {
        core::arch::x86_64::_mm512_reduce_ps::<1>(x.into()).simd_into(token)
    }
);

#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    /// `significand` · 2^⌊x⌋.
    #[inline(always)]
    fn scaled(token: Avx512, significand: f32x16<Avx512>, x: f32x16<Avx512>) -> f32x16<Avx512> {
        core::arch::x86_64::_mm512_scalef_ps(significand.into(), x.into()).simd_into(token)
    }
);

/// 2^x for x below 127, to be added up with a 1: exactly 1 at 0, a relative error of 2e-7 elsewhere, and 2^−126, where
/// [`exp2`] is zero, below −126.
///
/// Each operation is done on all vectors before the next: one after the other, the vectors would leave the processor too few
/// independent operations to look ahead to.
#[inline(always)]
pub(super) fn exp2_of_weights<S: Simd, const G: usize>(simd: S, x: [S::f32s; G]) -> [S::f32s; G] {
    let mut x = x;
    for x in &mut x {
        // Keeps the results normal: others are slow. As whole numbers, bits grow with the magnitude of negative numbers and
        // are larger than those of positive ones; units for whole numbers have less to do here than those for others.
        *x = S::f32s::from_bits(x.to_bits().min((-126.0_f32).to_bits()));
    }
    let mut weight = x;
    #[cfg(target_arch = "x86_64")]
    if let Level::Avx512(token) = simd.level() {
        // Two instructions do what takes five below.
        let mut rest = x;
        for g in 0..G {
            let vector = beyond_whole(token, f32x16::from_slice(token, x[g].as_slice()));
            rest[g] = S::f32s::from_slice(simd, vector.as_slice());
        }
        significands::<S, G>(simd, &WHOLE_WEIGHT_SERIES, &rest, &mut weight);
        for g in 0..G {
            let significand = f32x16::from_slice(token, weight[g].as_slice());
            let vector = scaled(token, significand, f32x16::from_slice(token, x[g].as_slice()));
            weight[g] = S::f32s::from_slice(simd, vector.as_slice());
        }
        return weight;
    }
    let mut whole = x;
    for g in 0..G {
        (whole[g], x[g]) = split::<S, f32>(x[g]);
    }
    significands::<S, G>(simd, &WEIGHT_SERIES, &x, &mut weight);
    for g in 0..G {
        weight[g] = raised::<S, f32>(weight[g], whole[g]);
    }
    weight
}

/// 1/x of normal numbers, to a unit in the last place.
#[inline(always)]
pub(super) fn reciprocals<S: Simd, const G: usize>(simd: S, x: [S::f32s; G]) -> [S::f32s; G] {
    let mut result = x;
    if is_avx512(simd.level()) {
        // An estimate of 14 bits and one step of Newton's method take a third of a division's time.
        for g in 0..G {
            result[g] = x[g].approximate_recip();
        }
        for g in 0..G {
            let error = (-x[g]).mul_add(result[g], 1.0);
            result[g] = result[g].mul_add(error, result[g]);
        }
    } else {
        for g in 0..G {
            result[g] = S::f32s::splat(simd, 1.0) / x[g];
        }
    }
    result
}

/// Whether vectors are those of AVX-512.
#[inline(always)]
fn is_avx512(level: Level) -> bool {
    #[cfg(target_arch = "x86_64")]
    return matches!(level, Level::Avx512(_));
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Whether [`shifted`] is for this instruction set.
pub(super) fn has_shifts(level: Level) -> bool {
    is_avx512(level)
}

#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    /// Sixteen numbers of `left` and `right`, from `left[shift]` on.
    #[inline(always)]
    fn shifted_left(token: Avx512, left: f32x16<Avx512>, right: f32x16<Avx512>, shift: usize) -> f32x16<Avx512> {
        use core::arch::x86_64::{_mm512_add_epi32, _mm512_permutex2var_ps, _mm512_set_epi32, _mm512_set1_epi32};
        let first = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        let numbers = _mm512_add_epi32(first, _mm512_set1_epi32(shift as i32));
        _mm512_permutex2var_ps(left.into(), numbers, right.into()).simd_into(token)
    }
);

/// As many numbers as a vector has, from `left[shift]` on and then from the start of `right`; only where [`has_shifts`].
#[inline(always)]
pub(super) fn shifted<S: Simd>(simd: S, left: S::f32s, right: S::f32s, shift: usize) -> S::f32s {
    #[cfg(target_arch = "x86_64")]
    if let Level::Avx512(token) = simd.level() {
        let (left, right) = (f32x16::from_slice(token, left.as_slice()), f32x16::from_slice(token, right.as_slice()));
        return S::f32s::from_slice(simd, shifted_left(token, left, right, shift).as_slice());
    }
    debug_assert!(false, "shifts by an instruction set that has none");
    let _ = (right, shift);
    left
}

/// `1 + series[0] x + series[1] x² + …`.
#[inline(always)]
fn significands<S: Simd, const G: usize>(simd: S, series: &[f32; 5], x: &[S::f32s; G], sum: &mut [S::f32s; G]) {
    for sum in &mut *sum {
        *sum = S::f32s::splat(simd, series[4]);
    }
    for term in [series[3], series[2], series[1], series[0], 1.0] {
        for g in 0..G {
            sum[g] = sum[g].mul_add(x[g], term);
        }
    }
}

/// Natural logarithm of a positive normal number: `2 artanh(z)`, z = (m − 1)/(m + 1), with significand m ∈ [√½, √2).
#[inline(always)]
pub(super) fn ln<S: Simd, T: Real>(simd: S, x: V<S, T>) -> V<S, T> {
    let shifted = x.to_bits() + T::EXPONENT_SHIFT;
    let exponent = V::<S, T>::from_bits((shifted >> T::SIGNIFICAND_BITS) | T::WHOLE_BITS);
    let exponent = exponent - T::EXPONENT_OFFSET;
    let m = V::<S, T>::from_bits((shifted & T::SIGNIFICAND_MASK) + T::SQRT_HALF_BITS);
    let z = (m - T::ONE) / (m + T::ONE);
    let series = polynomial::<S, T>(simd, T::LN_SERIES, z * z);
    exponent.mul_add(T::LN_2, z * series)
}

#[cfg(test)]
mod tests {
    use fearless_simd::dispatch;

    use super::*;
    use crate::cpu::tests::levels;

    #[inline(always)]
    fn mapped<S: Simd, T: Real>(simd: S, values: &mut [T], function: impl Fn(V<S, T>) -> V<S, T>) {
        for chunk in values.chunks_mut(V::<S, T>::LEN) {
            let vector = V::<S, T>::from_fn(simd, |lane| chunk.get(lane).copied().unwrap_or(T::ONE));
            for (lane, value) in chunk.iter_mut().enumerate() {
                *value = function(vector)[lane];
            }
        }
    }

    #[inline(always)]
    fn exp2_of<S: Simd, T: Real>(simd: S, values: &mut [T]) {
        mapped::<S, T>(simd, values, |v| exp2::<S, T>(simd, v));
    }

    #[inline(always)]
    fn ln_of<S: Simd, T: Real>(simd: S, values: &mut [T]) {
        mapped::<S, T>(simd, values, |v| ln::<S, T>(simd, v));
    }

    #[test]
    fn exp2_agrees_with_the_standard_library() {
        for level in levels() {
            let places: Vec<f32> = (0..20_000).map(|i| -124.0 + i as f32 * 0.007).collect();
            let mut values = places.clone();
            dispatch!(level, simd => exp2_of(simd, &mut values));
            for (x, value) in places.iter().zip(&values) {
                let exact = f64::from(*x).exp2();
                // The subtracted 2⁻¹²⁵ counts only next to it.
                assert!((f64::from(*value) - exact).abs() <= 2e-7 * exact + 3e-38, "{level:?} 2^{x} = {value}");
            }
            let places: Vec<f64> = (0..20_000).map(|i| -950.0 + f64::from(i) * 0.0523).collect();
            let mut values = places.clone();
            dispatch!(level, simd => exp2_of(simd, &mut values));
            for (x, value) in places.iter().zip(&values) {
                assert!((value - x.exp2()).abs() <= 6e-16 * x.exp2(), "{level:?} 2^{x} = {value}");
            }
            let mut ends = [0.0_f32, -125.0, -1e30, f32::NEG_INFINITY, 1.0];
            dispatch!(level, simd => exp2_of(simd, &mut ends));
            assert_eq!(ends, [1.0, 0.0, 0.0, 0.0, 2.0]);
        }
    }

    #[inline(always)]
    fn weights_of<S: Simd>(simd: S, values: &mut [f32]) {
        mapped::<S, f32>(simd, values, |v| exp2_of_weights(simd, [v])[0]);
    }

    #[test]
    fn weights_agree_with_the_standard_library() {
        for level in levels() {
            let places: Vec<f32> = (0..18_000).map(|i| -126.0 + i as f32 * 0.007).collect();
            let mut values = places.clone();
            dispatch!(level, simd => weights_of(simd, &mut values));
            for (x, value) in places.iter().zip(&values) {
                let exact = f64::from(*x).exp2();
                assert!((f64::from(*value) - exact).abs() <= 2e-7 * exact, "{level:?} 2^{x} = {value}");
            }
            let mut ends = [0.0_f32, -1.0, -126.0, -1e30, f32::NEG_INFINITY];
            dispatch!(level, simd => weights_of(simd, &mut ends));
            assert_eq!(ends, [1.0, 0.5, f32::MIN_POSITIVE, f32::MIN_POSITIVE, f32::MIN_POSITIVE]);
        }
    }

    #[test]
    fn ln_agrees_with_the_standard_library() {
        for level in levels() {
            let places: Vec<f64> = (-700..700).map(|i| (f64::from(i) * 0.731).exp()).collect();
            let mut values = places.clone();
            dispatch!(level, simd => ln_of(simd, &mut values));
            for (x, value) in places.iter().zip(&values) {
                assert!((value - x.ln()).abs() <= 5e-16 * x.ln().abs(), "{level:?} ln {x} = {value}");
            }
            let places: Vec<f32> = (-700..700).map(|i| (i as f32 * 0.121).exp()).collect();
            let mut values = places.clone();
            dispatch!(level, simd => ln_of(simd, &mut values));
            for (x, value) in places.iter().zip(&values) {
                let exact = f64::from(*x).ln();
                assert!((f64::from(*value) - exact).abs() <= 3e-7 * exact.abs().max(0.1), "{level:?} ln {x} = {value}");
            }
        }
    }

    #[inline(always)]
    fn decays_of<S: Simd>(simd: S, places: &[f32]) -> Vec<(f32, f32)> {
        let one = |x: &f32| {
            let (q, rest) = decay(simd, S::f32s::splat(simd, *x));
            (q[0], rest[0])
        };
        places.iter().map(one).collect()
    }

    #[test]
    fn decays_agree_with_the_standard_library() {
        let mut places: Vec<f32> = (0..20_000).map(|i| i as f32 * -0.006).collect();
        places.extend((0..1000).map(|i| -(-0.02 * i as f32).exp2()));
        for level in levels() {
            let values = dispatch!(level, simd => decays_of(simd, &places));
            for (x, (q, rest)) in places.iter().zip(values) {
                let (exact, exact_rest) = (f64::from(*x).exp2(), -(f64::from(*x) * std::f64::consts::LN_2).exp_m1());
                assert!((f64::from(q) - exact).abs() <= 2e-7 * exact, "{level:?} 2^{x} = {q}");
                assert!((f64::from(rest) - exact_rest).abs() <= 3e-7 * exact_rest, "{level:?} 1 - 2^{x} = {rest}");
            }
        }
    }
}
