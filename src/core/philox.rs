//! Counter-based random numbers, the same words on every engine.
//!
//! Philox4x32-10 (Salmon et al., SC 2011) turns a key and a counter into four words without any state, so particle `item`
//! at step `step` of stream `stream` sees the same numbers whatever the order of work. Uniform and normal numbers follow
//! by polynomials of our own: built-in log, sin and cos differ between processors.

/// Factors of a round.
pub const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// What a round adds to the key.
pub const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
/// Number of rounds.
pub const ROUNDS: usize = 10;

/// Who asks for numbers; different users of one seed never share any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    /// Which component or data point a particle starts from.
    Pick = 0,
    /// The noise a particle starts with.
    Start = 1,
    /// The noise of each step of the forward process.
    Forward = 2,
    /// The noise of each step of the reverse process.
    Reverse = 3,
    /// Side from which a particle of the order parameter starts.
    OrderParameterPick = 0x100,
    /// Noise with which a particle of the order parameter starts.
    OrderParameterStart = 0x101,
    /// Noise of the backward Langevin equation of the order parameter.
    OrderParameter = 0x102,
    /// The same for a second copy of each particle.
    OrderParameterClone = 0x103,
    /// Noise with which particles among many pure states start.
    PureStatesStart = 0x104,
    /// Noise of particles among many pure states.
    PureStates = 0x105,
    /// Which product state a sample of spins is drawn from.
    StatePick = 0x106,
    /// The spins of a sample.
    Spins = 0x107,
    /// Noise with which N-dimensional spins start.
    SpinStart = 0x108,
    /// Noise of each step of N-dimensional spins.
    SpinReverse = 0x109,
    /// The same for a second copy of each system.
    SpinClone = 0x10a,
    /// Frozen errors of a score.
    ScoreError = 0x10b,
    /// Sequences of words for random matrices.
    RandomMatrix = 0x10c,
    /// Normal entries of random matrices.
    RandomMatrixNormal = 0x10e,
    /// Noise painted on a grid.
    Painting = 0x200,
    /// Seeds derived from a seed.
    SubSeed = 0x10d,
}

/// Ten rounds of Philox4x32.
pub fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..ROUNDS {
        let a = u64::from(MULTIPLIER[0]) * u64::from(counter[0]);
        let b = u64::from(MULTIPLIER[1]) * u64::from(counter[2]);
        counter = [(b >> 32) as u32 ^ counter[1] ^ key[0], b as u32, (a >> 32) as u32 ^ counter[3] ^ key[1], a as u32];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

/// The four words of `item` at `step` of `stream` under `seed`: counter (item, step, stream, 0), key = seed, low word first.
pub fn words(seed: u64, stream: u32, item: u32, step: u32) -> [u32; 4] {
    philox([item, step, stream, 0], [seed as u32, (seed >> 32) as u32])
}

/// The upper 24 bits as a number in (0, 1): `(word / 256 + ½) / 2²⁴`, never 0 or 1.
pub fn uniform(word: u32) -> f32 {
    ((word >> 8) as f32 + 0.5) * (1.0 / 16_777_216.0)
}

/// Natural logarithm of a number in (0, 1]: `2 artanh(z)`, z = (m − 1)/(m + 1), with mantissa m ∈ [√½, √2).
pub fn ln(x: f32) -> f32 {
    let shifted = x.to_bits().wrapping_sub(0x3f35_04f3);
    let exponent = (shifted as i32 >> 23) as f32;
    let m = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(0x3f35_04f3));
    let z = (m - 1.0) / (m + 1.0);
    let z2 = z * z;
    let series = LN_SERIES.iter().rev().fold(0.0, |sum, c| sum * z2 + c);
    exponent * std::f32::consts::LN_2 + z * series
}

/// Coefficients of z, z³, … z⁹ in `2 artanh z`.
pub const LN_SERIES: [f32; 5] = [2.0, 2.0 / 3.0, 2.0 / 5.0, 2.0 / 7.0, 2.0 / 9.0];

/// Sine and cosine of 2πu for u in (0, 1), by quarter turns and Taylor polynomials on ±π/4.
pub fn sin_cos_turns(u: f32) -> (f32, f32) {
    let quarter = (4.0 * u + 0.5).floor();
    let angle = (u - 0.25 * quarter) * std::f32::consts::TAU;
    let a2 = angle * angle;
    let sine = angle * SIN_SERIES.iter().rev().fold(0.0, |sum, c| sum * a2 + c);
    let cosine = COS_SERIES.iter().rev().fold(0.0, |sum, c| sum * a2 + c);
    match quarter as i32 & 3 {
        0 => (sine, cosine),
        1 => (cosine, -sine),
        2 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

/// Coefficients of θ, θ³, … θ⁹ in sin θ.
pub const SIN_SERIES: [f32; 5] = [1.0, -1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0, 1.0 / 362_880.0];
/// Coefficients of 1, θ², … θ¹⁰ in cos θ.
pub const COS_SERIES: [f32; 6] = [1.0, -0.5, 1.0 / 24.0, -1.0 / 720.0, 1.0 / 40_320.0, -1.0 / 3_628_800.0];

/// Two independent standard normal numbers from two words, by Box and Muller.
pub fn normal_pair(a: u32, b: u32) -> [f32; 2] {
    let radius = (-2.0 * ln(uniform(a))).sqrt();
    let (sine, cosine) = sin_cos_turns(uniform(b));
    [radius * cosine, radius * sine]
}

/// The two normal numbers of `item` at `step` of `stream` under `seed`.
pub fn normals(seed: u64, stream: Stream, item: u32, step: u32) -> [f32; 2] {
    let [a, b, _, _] = words(seed, stream as u32, item, step);
    normal_pair(a, b)
}

/// The four normal numbers of `item` at `step` of `stream` under `seed`; the first two are those of [`normals`].
pub fn normals4(seed: u64, stream: Stream, item: u32, step: u32) -> [f32; 4] {
    let [a, b, c, d] = words(seed, stream as u32, item, step);
    let ([first, second], [third, fourth]) = (normal_pair(a, b), normal_pair(c, d));
    [first, second, third, fourth]
}

/// Another seed: number `index` of series `series` under `seed`. Repetitions of an experiment take one each.
pub fn sub_seed(seed: u64, series: u32, index: u32) -> u64 {
    let [low, high, ..] = words(seed, Stream::SubSeed as u32, index, series);
    u64::from(high) << 32 | u64::from(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answer() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        let ones = philox([u32::MAX; 4], [u32::MAX; 2]);
        assert_eq!(ones, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
    }

    #[test]
    fn polynomials_agree_with_the_standard_library() {
        for i in 0..100_000_u32 {
            let u = uniform(i.wrapping_mul(42_949)); // spread over all words
            let exact = f64::from(u);
            assert!((f64::from(ln(u)) - exact.ln()).abs() <= 2e-7 * exact.ln().abs().max(1e-3), "ln {u}");
            let (sine, cosine) = sin_cos_turns(u);
            let angle = exact * std::f64::consts::TAU;
            assert!((f64::from(sine) - angle.sin()).abs() < 3e-7, "sin {u}");
            assert!((f64::from(cosine) - angle.cos()).abs() < 3e-7, "cos {u}");
        }
    }
}
