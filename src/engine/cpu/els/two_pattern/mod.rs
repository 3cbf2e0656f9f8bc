//! The two-pattern machine: `D = tanh(√ᾱ Σ_Ω φ/(1 − ᾱ))` ([EFT] (11)), the box sums at a cost that hardly depends on k.

mod chain;
mod narrow;
mod rows;
#[cfg(test)]
mod tests;
mod wide;

use chain::Link;
use fearless_simd::{Level as Simds, Simd, dispatch, prelude::*};
use rayon::prelude::*;

use super::afford;
use crate::EngineError;
use crate::cpu::math;
use crate::kernel::PosteriorMap;
use diffuscope_core::els::SMALLEST_NOISE;
use diffuscope_core::els::stepper::{self, Step};
use diffuscope_core::els::{Grids, Level};

/// What becomes of a pixel of value φ whose window sums to Σ: `φ' = keep · φ + pull · tanh(gain · Σ)`.
#[derive(Debug, Clone, Copy)]
struct Update {
    keep: f32,
    /// 2 · pull.
    swing: f32,
    /// −2 · gain · log₂e.
    rate: f32,
}

impl Update {
    fn new(keep: f64, pull: f64, level: Level) -> Self {
        let rate = -2.0 * std::f64::consts::LOG2_E * gain(level);
        Self { keep: keep as f32, swing: 2.0 * pull as f32, rate: rate as f32 }
    }
}

/// √ᾱ/(1 − ᾱ).
fn gain(level: Level) -> f64 {
    level.abar.sqrt() / (1.0 - level.abar).max(SMALLEST_NOISE)
}

/// Carries the grids along all steps.
pub(super) fn step(simds: Simds, steps: &[Step], phi: &mut Grids<f32>) -> Result<(), EngineError> {
    afford("a step of all grids", 8 * phi.values.len() as u64)?;
    let mut next = vec![0.0; phi.values.len()];
    let mut rest = steps;
    while let Some((step, later)) = rest.split_first() {
        let links: Vec<_> = rest.iter().map_while(link).collect();
        if links.is_empty() {
            stepper::apply(step, phi, |level, phi| denoise(simds, level, phi))?;
            rest = later;
            continue;
        }
        rest = &rest[links.len()..];
        let mut links = links.as_slice();
        while !links.is_empty() {
            let count = chain::transform(simds, links, phi, &mut next);
            std::mem::swap(&mut phi.values, &mut next);
            links = &links[count..];
        }
    }
    Ok(())
}

/// A step that asks once for D.
fn link(step: &Step) -> Option<Link<Update>> {
    let [stage] = step.stages.as_slice() else { return None };
    let combine = step.combine[0];
    let finish = Update::new(step.keep + combine * stage.linear, combine * stage.denoiser, stage.level);
    Some(Link { k: stage.level.k, finish })
}

/// D(φ) of every grid.
pub(super) fn denoise(simds: Simds, level: Level, phi: &Grids<f32>) -> Result<Grids<f32>, EngineError> {
    afford("the denoised grids", 8 * phi.values.len() as u64)?;
    let mut denoised = Grids { values: vec![0.0; phi.values.len()], ..*phi };
    let finish = Update::new(0.0, 1.0, level);
    chain::transform(simds, &[Link { k: level.k, finish }], phi, &mut denoised.values);
    Ok(denoised)
}

/// The posterior over the two patterns, +1 first.
pub(super) fn posterior(simds: Simds, level: Level, phi: &Grids<f32>) -> Result<PosteriorMap, EngineError> {
    afford("the posterior of all pixels", 32 * phi.values.len() as u64)?;
    let mut sums = vec![0.0; phi.values.len()];
    chain::transform(simds, &[Link { k: level.k, finish: Sums }], phi, &mut sums);
    let mut map = PosteriorMap {
        image: sums.iter().map(|sum| u32::from(*sum < 0.0)).collect(),
        position: (0..phi.count).flat_map(|_| 0..phi.area() as u32).collect(),
        weight: sums,
        entropy: vec![0.0; phi.values.len()],
        effective: vec![0.0; phi.values.len()],
    };
    let rate = -2.0 * gain(level) as f32;
    let chunks = map.weight.par_chunks_mut(CHUNK).zip(map.entropy.par_chunks_mut(CHUNK));
    chunks.zip(map.effective.par_chunks_mut(CHUNK)).for_each(|((weight, entropy), effective)| {
        dispatch!(simds, simd => weigh(simd, rate, weight, entropy, effective));
    });
    Ok(map)
}

/// Pixels whose posterior is found on one thread.
const CHUNK: usize = 1 << 13;

/// From window sums the larger weight in their place, entropy and effective number; `rate` is −2 · gain.
#[inline(always)]
fn weigh<S: Simd>(simd: S, rate: f32, sums: &mut [f32], entropy: &mut [f32], effective: &mut [f32]) {
    let lanes = S::f32s::LEN;
    let outputs = sums.chunks_mut(lanes).zip(entropy.chunks_mut(lanes)).zip(effective.chunks_mut(lanes));
    for ((sums, entropy), effective) in outputs {
        let mut padded = [0.0; rows::WIDEST];
        padded[..sums.len()].copy_from_slice(sums);
        // The odds of the smaller weight, q = e^{−2|u|}.
        let logs = (S::f32s::from_slice(simd, &padded[..lanes]).abs() * rate).max(-80.0);
        let q = math::exp2::<S, f32>(simd, logs * std::f32::consts::LOG2_E);
        let large = S::f32s::splat(simd, 1.0) / (q + 1.0);
        let small = q * large;
        // log(1 + q) = 2 artanh(q/(2 + q)), and 2|u| times the smaller weight. With z ≤ ⅓ the series lacks 1e-8.
        let z = q / (q + 2.0);
        let log = z * math::polynomial::<S, f32>(simd, &math::ARTANH, z * z);
        let lost = log - logs * small;
        let number = S::f32s::splat(simd, 1.0) / large.mul_add(large, small * small);
        sums.copy_from_slice(&large.as_slice()[..sums.len()]);
        entropy.copy_from_slice(&lost.as_slice()[..entropy.len()]);
        effective.copy_from_slice(&number.as_slice()[..effective.len()]);
    }
}

/// What is done with window sums.
trait Finish: Copy + Send + Sync {
    /// What is written where the windows sum to `sums` and the values are `phi`.
    fn pixels<S: Simd, const G: usize>(&self, simd: S, sums: [S::f32s; G], phi: [S::f32s; G]) -> [S::f32s; G];
}

/// Sums over the windows of one row of pixels, from rows with margins (see [`rows`]).
trait Window: Send {
    /// Forgets all rows.
    fn clear(&mut self);
    /// Adds a row to the sums.
    fn add(&mut self, come: &[f32]);
    /// Adds the first row of `change` and takes the second away, then writes to `out` what `finish` makes of the sums and of the
    /// row in the windows' middle.
    fn finish<S: Simd>(
        &mut self,
        simd: S,
        change: Option<[&[f32]; 2]>,
        middle: &[f32],
        out: &mut [f32],
        finish: &impl Finish,
    );
}

/// Leaves the sums as they are.
#[derive(Clone, Copy)]
struct Sums;

impl Finish for Sums {
    #[inline(always)]
    fn pixels<S: Simd, const G: usize>(&self, _: S, sums: [S::f32s; G], _: [S::f32s; G]) -> [S::f32s; G] {
        sums
    }
}

impl Finish for Update {
    #[inline(always)]
    fn pixels<S: Simd, const G: usize>(&self, simd: S, sums: [S::f32s; G], phi: [S::f32s; G]) -> [S::f32s; G] {
        let mut moved = half_tanh(simd, self.rate, sums);
        for g in 0..G {
            moved[g] = moved[g].mul_add(self.swing, phi[g] * self.keep);
        }
        moved
    }
}

/// ½ tanh(gain · sum) = ±(1/(1 + q) − ½) with q = e^{−2 gain |sum|} = 2^{rate |sum|}; its absolute error is a few units of
/// rounding.
#[inline(always)]
fn half_tanh<S: Simd, const G: usize>(simd: S, rate: f32, sums: [S::f32s; G]) -> [S::f32s; G] {
    let mut x = sums;
    for x in &mut x {
        *x = x.abs() * rate;
    }
    let mut q = math::exp2_of_weights(simd, x);
    for q in &mut q {
        *q += 1.0;
    }
    let mut half = math::reciprocals(simd, q);
    for g in 0..G {
        half[g] = (half[g] - 0.5).copysign(sums[g]);
    }
    half
}
