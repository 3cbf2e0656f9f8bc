//! Kernel `spin_langevin`: real spins carried backward by the exact score of a mixture of product states ([CW] (19)–(20)).

use rayon::prelude::*;

use crate::EngineError;
use diffuscope_core::curie_weiss::product_states::ProductStates;
use diffuscope_core::philox::{self, Stream};
use diffuscope_core::sampler::Step;

/// One step of every spin: `x' = keep · x + pull · ⟨a⟩ + error · e + noise · ξ`, ⟨a⟩ the posterior mean of the spin given all
/// spins of its system, taken at tilts u_j = tilt · x_j; e a frozen error of the score, ξ a standard normal number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpinStep {
    /// α/σ² where the score is taken: e^{−t}/Δ_t. Positive.
    pub tilt: f64,
    /// Factor of x.
    pub keep: f64,
    /// Factor of ⟨a⟩.
    pub pull: f64,
    /// Factor of the score's error.
    pub error: f64,
    /// Standard deviation of the added noise.
    pub noise: f64,
}

impl SpinStep {
    /// A step of any sampler that takes the score once, with isotropic noise; `None` for samplers of several stages.
    pub fn new(step: &Step) -> Option<Self> {
        let [stage] = step.stages.as_slice() else { return None };
        // s = −(x − α⟨a⟩)/σ² + e
        let variance = stage.sigma * stage.sigma;
        let error = step.combine[0] * stage.score;
        Some(Self {
            tilt: stage.alpha / variance,
            keep: step.keep + step.combine[0] * stage.linear - error / variance,
            pull: error * stage.alpha / variance,
            error,
            noise: step.noise,
        })
    }
}

/// What to compute.
#[derive(Debug, Clone, Copy)]
pub struct SpinRequest<'a> {
    /// Distribution of the clean spins. Engines in single precision want biases within ±40.
    pub states: &'a ProductStates,
    /// Spins N of a system, at least 1.
    pub spins: usize,
    /// Consecutive steps.
    pub steps: &'a [SpinStep],
    /// Number of the first step: the counter of its noise.
    pub first_step: u32,
    /// Number of the first system; with ⌈N/64⌉ · 16 counters a system, all counters must stay below 2³².
    pub first_system: u32,
    /// Seed of the noise.
    pub seed: u64,
    /// Stream of the noise.
    pub stream: Stream,
    /// Frozen error e of each spin's score; empty for none, else N numbers.
    pub score_error: &'a [f32],
}

/// Two sums for each system before each step; step by step, in each all systems.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpinSums {
    /// Log odds of positive against negative biases given the system: log(W₊Q₊/(W₋Q₋)).
    pub log_odds: Vec<f64>,
    /// Σx_i.
    pub sum: Vec<f64>,
}

/// Advances systems of spins.
pub trait SpinLangevin {
    /// Carries M systems along all steps, in place; `x` holds M · N numbers, one system after the other. Spin i of system
    /// m takes the noise [`spin_noise`].
    ///
    /// # Errors
    /// [`EngineError`] if memory or the device fails; the spins are then unchanged.
    fn spin_langevin(&self, request: &SpinRequest<'_>, x: &mut [f32]) -> Result<SpinSums, EngineError>;
}

/// Spins that share 16 counters: each counter serves four of them, 16 apart.
pub const NOISE_BLOCK: usize = 64;
/// Counters of a [`NOISE_BLOCK`].
pub const NOISE_COUNTERS: usize = NOISE_BLOCK / 4;

/// First counter of system `system` of N = `spins` spins.
pub fn first_counter(system: u32, spins: usize) -> u32 {
    system.wrapping_mul((spins.div_ceil(NOISE_BLOCK) * NOISE_COUNTERS) as u32)
}

/// The normal number of spin `spin` in system `system` at `step`: word group `(spin mod 64)/16` of counter
/// `first_counter + 16 ⌊spin/64⌋ + spin mod 16`.
pub fn spin_noise(seed: u64, stream: Stream, spins: usize, system: u32, spin: usize, step: u32) -> f32 {
    let block = (spin / NOISE_BLOCK * NOISE_COUNTERS) as u32;
    let counter = first_counter(system, spins).wrapping_add(block + (spin % NOISE_COUNTERS) as u32);
    philox::normals4(seed, stream, counter, step)[spin % NOISE_BLOCK / NOISE_COUNTERS]
}

/// [`spin_noise`] of every spin of system `system`: each counter is used for all of its four spins at once.
pub fn system_noise(seed: u64, stream: Stream, system: u32, step: u32, noise: &mut [f32]) {
    let first = first_counter(system, noise.len());
    for (block, noise) in noise.chunks_mut(NOISE_BLOCK).enumerate() {
        for place in 0..NOISE_COUNTERS {
            let counter = first.wrapping_add((block * NOISE_COUNTERS + place) as u32);
            let normals = philox::normals4(seed, stream, counter, step);
            for (spin, normal) in noise.iter_mut().skip(place).step_by(NOISE_COUNTERS).zip(normals) {
                *spin = normal;
            }
        }
    }
}

/// Noise of width `width` at step 0 for systems of `spins` spins from number `first` on, one after the other in `x`.
pub fn systems_noise(seed: u64, stream: Stream, first: u32, spins: usize, width: f32, x: &mut [f32]) {
    x.par_chunks_mut(spins).enumerate().for_each(|(system, x)| {
        system_noise(seed, stream, first + system as u32, 0, x);
        x.iter_mut().for_each(|x| *x *= width);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_of_a_system_is_that_of_its_spins() {
        for spins in [1, 15, 16, 64, 65, 200] {
            let mut noise = vec![0.0; spins];
            system_noise(3, Stream::SpinStart, 5, 2, &mut noise);
            for (spin, normal) in noise.iter().enumerate() {
                assert_eq!(*normal, spin_noise(3, Stream::SpinStart, spins, 5, spin, 2), "{spin} of {spins}");
            }
        }
    }
}
