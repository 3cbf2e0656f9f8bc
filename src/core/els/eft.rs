//! Coefficients of the effective field theory of a training set ([EFT] appendix A.2, re-derived with the ½ of the Gaussian).
//!
//! The score at weak fields is `M(φ) ≈ a₀₀ + a₁₀ φ + a₁₁·∇φ + a₁₂:∇∇φ`. With ε = 1 − ᾱ, weights `w_p ∝ e^{−ᾱ|p|²/2ε}` and
//! κ(y) = Cov_w(p(0), p(y)): `a₀₀ = √ᾱ ⟨p(0)⟩_w/ε`, `a₁₀ = −1/ε + (ᾱ/ε²) Σ κ(y)`, `a₁₁ = (ᾱ/ε²) Σ y κ(y)`,
//! `a₁₂ = (ᾱ/2ε²) Σ y yᵀ κ(y)`.

use super::Level;
use super::machine::Border;
use super::posterior::{at, offsets};
use super::theory::Kernel;
use crate::image_set::ImageSet;

/// The expansion of one channel's score in the same channel's field.
#[derive(Debug, Clone, PartialEq)]
pub struct Expansion {
    /// a₀₀.
    pub a00: f64,
    /// a₁₀.
    pub a10: f64,
    /// a₁₁ as [x, y].
    pub a11: [f64; 2],
    /// a₁₂ as [xx, xy, yy].
    pub a12: [f64; 3],
    /// κ(y).
    pub kernel: Kernel,
}

/// The expansion of every channel at `level`, 0 ≤ ᾱ < 1, over all patches with circular border.
pub fn expand(images: &ImageSet, level: Level) -> Vec<Expansion> {
    let epsilon = 1.0 - level.abar;
    let weights = weights(images, level);
    (0..images.channels())
        .map(|channel| {
            let (mean, kernel) = response(images, channel, level.k, &weights);
            let factor = level.abar / (epsilon * epsilon);
            let sum = |term: &dyn Fn(f64, f64) -> f64| {
                offsets(level.k).zip(&kernel.weights).map(|((dy, dx), w)| w * term(dx as f64, dy as f64)).sum::<f64>()
            };
            Expansion {
                a00: level.abar.sqrt() * mean / epsilon,
                a10: -1.0 / epsilon + factor * sum(&|_, _| 1.0),
                a11: [factor * sum(&|x, _| x), factor * sum(&|_, y| y)],
                a12: [
                    0.5 * factor * sum(&|x, _| x * x),
                    0.5 * factor * sum(&|x, y| x * y),
                    0.5 * factor * sum(&|_, y| y * y),
                ],
                kernel,
            }
        })
        .collect()
}

/// Normalised w_p of every patch, in the order of images and positions.
fn weights(images: &ImageSet, level: Level) -> Vec<f64> {
    let side = images.side();
    let mut exponents = Vec::with_capacity(images.count() * side * side);
    for image in 0..images.count() {
        for position in 0..side * side {
            let square = |channel: usize| {
                let plane = images.plane(image, channel);
                let value =
                    |(dy, dx)| f64::from(at(plane, side, Border::Circular, position / side, position % side, dy, dx));
                offsets(level.k).map(|offset| value(offset).powi(2)).sum::<f64>()
            };
            let norm: f64 = if level.abar == 0.0 { 0.0 } else { (0..images.channels()).map(square).sum() };
            exponents.push(-level.abar * norm * level.sharpness());
        }
    }
    let largest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    exponents.iter_mut().for_each(|e| *e = (*e - largest).exp());
    let total: f64 = exponents.iter().sum();
    exponents.iter_mut().for_each(|w| *w /= total);
    exponents
}

/// ⟨p(0)⟩_w and κ(y) of one channel.
fn response(images: &ImageSet, channel: usize, k: usize, weights: &[f64]) -> (f64, Kernel) {
    let side = images.side();
    let mut centre = 0.0;
    let (mut first, mut second) = (vec![0.0; k * k], vec![0.0; k * k]);
    for (patch, &weight) in weights.iter().enumerate() {
        let (plane, position) = (images.plane(patch / (side * side), channel), patch % (side * side));
        let own = f64::from(plane[position]);
        centre += weight * own;
        for (i, (dy, dx)) in offsets(k).enumerate() {
            let value = f64::from(at(plane, side, Border::Circular, position / side, position % side, dy, dx));
            first[i] += weight * value;
            second[i] += weight * own * value;
        }
    }
    let covariance = second.iter().zip(&first).map(|(s, f)| s - centre * f).collect();
    (centre, Kernel { k, weights: covariance })
}

/// A symmetry that the patches of a set may have.
pub struct Symmetry {
    /// What it says about the expansion, in words, where it holds.
    pub meaning: &'static str,
    /// Name on screen and in summaries.
    pub id: &'static str,
    /// The value at (row, column) of the transformed k × k patch, as (sign, row, column) of the original.
    transform: fn(isize, isize) -> (f32, isize, isize),
}

/// The symmetries looked for; rows and columns are counted from the patch's centre.
pub static SYMMETRIES: &[Symmetry] = &[
    Symmetry {
        id: "sign flip",
        meaning: "black and white may be exchanged: a00 = 0, and no even power of the field appears",
        transform: |y, x| (-1.0, y, x),
    },
    Symmetry {
        id: "half turn",
        meaning: "patches may be turned by 180 degrees: a11 = 0",
        transform: |y, x| (1.0, -y, -x),
    },
    Symmetry {
        id: "quarter turn",
        meaning: "patches may be turned by 90 degrees: a11 = 0 and a12 is a multiple of the identity",
        transform: |y, x| (1.0, x, -y),
    },
    Symmetry {
        id: "mirror",
        meaning: "left and right may be exchanged: the x component of a11 and the xy component of a12 vanish",
        transform: |y, x| (1.0, y, -x),
    },
];

/// The symmetries of the multiset of all k × k patches with circular border.
pub fn symmetries(images: &ImageSet, k: usize) -> Vec<&'static Symmetry> {
    let original = fingerprint(images, k, |y, x| (1.0, y, x));
    SYMMETRIES.iter().filter(|symmetry| fingerprint(images, k, symmetry.transform) == original).collect()
}

/// Sum of the hashes of all patches: equal multisets of patches have equal sums, others practically never.
fn fingerprint(images: &ImageSet, k: usize, transform: impl Fn(isize, isize) -> (f32, isize, isize)) -> u64 {
    let side = images.side();
    let mut sum = 0_u64;
    for image in 0..images.count() {
        for position in 0..side * side {
            let mut hash = PatchHash::new();
            for channel in 0..images.channels() {
                let plane = images.plane(image, channel);
                for (dy, dx) in offsets(k) {
                    let (sign, y, x) = transform(dy, dx);
                    hash.add(sign * at(plane, side, Border::Circular, position / side, position % side, y, x));
                }
            }
            sum = sum.wrapping_add(hash.finish());
        }
    }
    sum
}

/// A hash of a sequence of values; equal values (also 0 and −0) hash alike.
pub(super) struct PatchHash(u64);

impl PatchHash {
    pub(super) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    pub(super) fn add(&mut self, value: f32) {
        let bits = u64::from((value + 0.0).to_bits());
        self.0 = mixed(self.0.rotate_left(23) ^ bits.wrapping_mul(0xff51_afd7_ed55_8ccd));
    }

    pub(super) fn finish(&self) -> u64 {
        mixed(self.0)
    }
}

/// A bijection of 64 bits in which every input bit reaches every output bit (two rounds of multiply and shift).
fn mixed(mut word: u64) -> u64 {
    for factor in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
        word = (word ^ (word >> 30)).wrapping_mul(factor);
    }
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image_set;
    use crate::param::Choice;

    fn ids(images: &ImageSet) -> Vec<&'static str> {
        symmetries(images, 3).iter().map(|symmetry| symmetry.id).collect()
    }

    #[test]
    fn black_and_white_has_every_symmetry_and_the_known_coefficients() {
        let images = image_set::draw(&Choice::new("black_white"), 1).unwrap();
        assert_eq!(ids(&images), ["sign flip", "half turn", "quarter turn", "mirror"]);
        let level = Level { abar: 0.2, k: 5 };
        let [found] = &expand(&images, level)[..] else { panic!("one channel") };
        // tanh(√ᾱΣφ/ε) is linear with κ = 1: a₁₀ = −1/ε + 25ᾱ/ε², a₁₂ = 25ᾱ/ε² on both axes (Σx² = 50).
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12 * (1.0 + b.abs()), "{a} {b}");
        close(found.a00, 0.0);
        close(found.a10, -1.0 / 0.8 + 25.0 * 0.2 / 0.64);
        close(found.a12[0], 25.0 * 0.2 / 0.64);
        close(found.a12[1], 0.0);
        close(found.a11[0], 0.0);
        found.kernel.weights.iter().for_each(|&w| close(w, 1.0));
    }

    #[test]
    fn symmetries_are_those_of_the_set() {
        let stripes = image_set::draw(&Choice::new("stripes").with("side", 8.0).with("period", 4.0), 1).unwrap();
        assert_eq!(ids(&stripes), ["sign flip", "half turn", "quarter turn", "mirror"]);
        let digits = image_set::draw(&Choice::new("digits").with("side", 12.0).with("count", 3.0), 1).unwrap();
        assert_eq!(ids(&digits), [""; 0]);
    }

    #[test]
    fn expansion_is_the_derivative_of_the_score() {
        use crate::els::{Machine, posterior::PixelPosterior};
        let images = image_set::draw(&Choice::new("digits").with("side", 9.0).with("count", 2.0), 1).unwrap();
        let level = Level { abar: 0.1, k: 3 };
        let machine = Machine::new(&Choice::new("els"), images.clone().into(), 9).unwrap();
        let score = |phi: &[f64]| {
            let PixelPosterior { denoised, .. } = machine.posterior(level, phi, 4, 4);
            (level.abar.sqrt() * denoised[0] - phi[40]) / (1.0 - level.abar)
        };
        let found = &expand(&images, level)[0];
        let step = 1e-4;
        let slope = |field: &dyn Fn(f64, f64) -> f64| {
            let at = |sign: f64| -> f64 {
                let phi: Vec<f64> =
                    (0..81).map(|i| sign * step * field(f64::from(i % 9) - 4.0, f64::from(i / 9) - 4.0)).collect();
                score(&phi)
            };
            (at(1.0) - at(-1.0)) / (2.0 * step)
        };
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-5, "{a} {b}");
        close(score(&[0.0; 81]), found.a00);
        close(slope(&|_, _| 1.0), found.a10);
        close(slope(&|x, _| x), found.a11[0]);
        close(slope(&|_, y| y), found.a11[1]);
        close(slope(&|x, _| 0.5 * x * x), found.a12[0]);
        close(slope(&|x, y| 0.5 * (x * y)), found.a12[1]);
    }
}
