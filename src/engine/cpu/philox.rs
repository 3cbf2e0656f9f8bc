//! Random numbers for a whole vector of items: the twin of [`diffuscope_core::philox`], word for word.

use fearless_simd::prelude::*;

use super::math;
use diffuscope_core::philox::{MULTIPLIER, ROUNDS, WEYL};

/// Upper and lower halves of the 64-bit products of `a` and `factor`.
#[inline(always)]
fn wide_product<S: Simd>(simd: S, a: S::u32s, factor: u32) -> (S::u32s, S::u32s) {
    const LOW: u64 = 0xffff_ffff;
    let factor = S::u64s::splat(simd, u64::from(factor));
    let pairs: S::u64s = a.bitcast();
    let even = (pairs & LOW) * factor;
    let odd = (pairs >> 32) * factor;
    let high = (even >> 32) | (odd & !LOW);
    let low = (even & LOW) | (odd << 32);
    (high.bitcast(), low.bitcast())
}

/// The four words of each item at `step` of `stream` under `seed`, for `G` vectors of items: each round has to wait for the
/// one before it, and several vectors fill the time.
#[inline(always)]
pub(super) fn words<S: Simd, const G: usize>(
    simd: S,
    seed: u64,
    stream: u32,
    items: [S::u32s; G],
    step: u32,
) -> [[S::u32s; 4]; G] {
    let splat = |word| S::u32s::splat(simd, word);
    let mut counters = [[splat(0); 4]; G];
    for g in 0..G {
        counters[g] = [items[g], splat(step), splat(stream), splat(0)];
    }
    let mut key = [seed as u32, (seed >> 32) as u32];
    for _ in 0..ROUNDS {
        for counter in &mut counters {
            let (high_a, low_a) = wide_product::<S>(simd, counter[0], MULTIPLIER[0]);
            let (high_b, low_b) = wide_product::<S>(simd, counter[2], MULTIPLIER[1]);
            *counter = [high_b ^ counter[1] ^ key[0], low_b, high_a ^ counter[3] ^ key[1], low_a];
        }
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counters
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
    let (sine, cosine) = math::sin_cos_turns(simd, uniform::<S>(b));
    [radius * cosine, radius * sine]
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
