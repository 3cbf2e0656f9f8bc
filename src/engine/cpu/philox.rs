//! Random numbers for a whole vector of items: the twin of [`diffuscope_core::philox`], word for word.

use fearless_simd::prelude::*;

use super::math::{self, Real};
use diffuscope_core::philox::{COS_SERIES, MULTIPLIER, ROUNDS, SIN_SERIES, WEYL};

/// Bits of a word.
const LOWER: u64 = 0xffff_ffff;

/// The four words of each item at `step` of `stream` under `seed`, for `G` vectors of items: each round has to wait for the
/// one before it, and several vectors fill the time.
///
/// Even and odd items go apart, words in the lower halves of double words and anything in the upper ones: products are taken
/// of double words, and this way no halves need to change places.
#[inline(always)]
pub(super) fn words<S: Simd, const G: usize>(
    simd: S,
    seed: u64,
    stream: u32,
    items: [S::u32s; G],
    step: u32,
) -> [[S::u32s; 4]; G] {
    let zero = S::u64s::splat(simd, 0);
    let (steps, streams) = (S::u64s::splat(simd, u64::from(step)), S::u64s::splat(simd, u64::from(stream)));
    let mut counters = [[[zero, steps, streams, zero]; 2]; G];
    for g in 0..G {
        let pairs: S::u64s = items[g].bitcast();
        counters[g][0][0] = pairs;
        counters[g][1][0] = pairs >> 32;
    }
    let factors = MULTIPLIER.map(u64::from);
    let mut key = [seed as u32, (seed >> 32) as u32];
    for _ in 0..ROUNDS {
        let keys = key.map(u64::from);
        for halves in &mut counters {
            for counter in halves {
                let a = (counter[0] & LOWER) * S::u64s::splat(simd, factors[0]);
                let b = (counter[2] & LOWER) * S::u64s::splat(simd, factors[1]);
                *counter = [(b >> 32) ^ counter[1] ^ keys[0], b, (a >> 32) ^ counter[3] ^ keys[1], a];
            }
        }
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    let mut words = [[items[0]; 4]; G];
    for g in 0..G {
        for word in 0..4 {
            let [even, odd] = counters[g];
            words[g][word] = ((even[word] & LOWER) | (odd[word] << 32)).bitcast();
        }
    }
    words
}

/// The upper 24 bits as numbers in (0, 1).
#[inline(always)]
fn uniform<S: Simd>(word: S::u32s) -> S::f32s {
    let bits: S::i32s = (word >> 8).bitcast();
    (bits.to_float::<S::f32s>() + 0.5) * (1.0 / 16_777_216.0)
}

/// Two standard normal numbers from two words, by Box and Muller.
#[inline(always)]
fn normal_pair<S: Simd>(simd: S, a: S::u32s, b: S::u32s) -> [S::f32s; 2] {
    let radius = (math::ln::<S, f32>(simd, uniform::<S>(a)) * -2.0).sqrt();
    let (sine, cosine) = sin_cos_turns::<S>(simd, uniform::<S>(b));
    [radius * cosine, radius * sine]
}

/// Sine and cosine of 2πu: the vector twin of [`diffuscope_core::philox::sin_cos_turns`].
#[inline(always)]
fn sin_cos_turns<S: Simd>(simd: S, u: S::f32s) -> (S::f32s, S::f32s) {
    // The number of quarter turns, 0 … 4, in the lowest bits of a rounded number, and what is left on ±½.
    let quarters = u * 4.0;
    let rounded = quarters + f32::ROUNDER;
    let angle = (quarters - (rounded - f32::ROUNDER)) * std::f32::consts::FRAC_PI_2;
    let square = angle * angle;
    let sine = angle * math::polynomial::<S, f32>(simd, &SIN_SERIES, square);
    let cosine = math::polynomial::<S, f32>(simd, &COS_SERIES, square);
    // 1 and 3 quarters swap the two; the sine is negative from 2 on, the cosine in 1 and 2: the second bit, moved to the sign.
    let quarter: S::u32s = rounded.bitcast();
    let odd = (quarter & 1).simd_eq(1);
    let (first, second) = (odd.select(cosine, sine), odd.select(sine, cosine));
    (turned::<S>(first, quarter << 30), turned::<S>(second, (quarter + 1) << 30))
}

/// `value`, or its negative where the highest bit of `sign` is set.
#[inline(always)]
fn turned<S: Simd>(value: S::f32s, sign: S::u32s) -> S::f32s {
    let bits: S::u32s = value.bitcast();
    (bits ^ (sign & 0x8000_0000)).bitcast()
}

/// Two standard normal numbers for each item.
#[inline(always)]
pub(super) fn normals<S: Simd>(simd: S, seed: u64, stream: u32, items: S::u32s, step: u32) -> [S::f32s; 2] {
    let [[a, b, ..]] = words(simd, seed, stream, [items], step);
    normal_pair(simd, a, b)
}

/// Four standard normal numbers for each item; the first two are those of [`normals`].
#[inline(always)]
pub(super) fn normals4<S: Simd, const G: usize>(
    simd: S,
    seed: u64,
    stream: u32,
    items: [S::u32s; G],
    step: u32,
) -> [[S::f32s; 4]; G] {
    let words = words(simd, seed, stream, items, step);
    let mut normals = [[S::f32s::splat(simd, 0.0); 4]; G];
    for g in 0..G {
        let [a, b, c, d] = words[g];
        let ([first, second], [third, fourth]) = (normal_pair(simd, a, b), normal_pair(simd, c, d));
        normals[g] = [first, second, third, fourth];
    }
    normals
}

#[cfg(test)]
mod tests {
    use fearless_simd::dispatch;

    use super::*;
    use crate::cpu::tests::levels;
    use diffuscope_core::philox as twin;

    #[inline(always)]
    fn first_items<S: Simd>(simd: S, seed: u64, stream: u32, step: u32) -> Vec<([u32; 4], [f32; 4])> {
        let mut all = Vec::new();
        for block in 0..1000 {
            let items = S::u32s::from_fn(simd, |lane| (block * S::u32s::LEN + lane) as u32 * 7919);
            let [words] = words(simd, seed, stream, [items], step);
            let [normals] = normals4(simd, seed, stream, [items], step);
            all.extend((0..S::u32s::LEN).map(|i| (words.map(|w| w[i]), normals.map(|n| n[i]))));
        }
        all
    }

    #[test]
    fn words_are_those_of_the_core_and_normals_within_four_units_in_the_last_place() {
        let (seed, stream, step) = (0x1234_5678_9abc_def0, twin::Stream::Reverse, 77);
        for level in levels() {
            let all = dispatch!(level, simd => first_items(simd, seed, stream as u32, step));
            for (item, (words, normals)) in (0_u32..).zip(all) {
                let item = item * 7919;
                assert_eq!(words, twin::words(seed, stream as u32, item, step), "{level:?} {item}");
                for (ours, core) in normals.iter().zip(twin::normals4(seed, stream, item, step)) {
                    // A rounding of the angle shows in full where sine or cosine passes through zero.
                    let unit = f32::EPSILON * core.abs().max(0.5);
                    assert!((ours - core).abs() <= 4.0 * unit, "{level:?} {item}: {ours} {core}");
                }
            }
        }
    }
}
