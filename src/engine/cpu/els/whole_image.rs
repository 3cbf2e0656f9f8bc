//! The ideal score: one posterior over whole images for each grid.

use fearless_simd::{Level as Simds, Simd, dispatch, prelude::*};
use rayon::prelude::*;

use super::{afford, empty_map};
use crate::EngineError;
use crate::kernel::PosteriorMap;
use diffuscope_core::els::{Grids, Level, Machine};

/// Values summed in single precision before they go into a double.
const BURST: usize = 256;
/// Weights below this, in units of the largest, do not reach the result.
const SMALLEST_WEIGHT: f64 = 1e-20;

/// D(φ) of every grid.
pub(super) fn denoise(
    simds: Simds,
    machine: &Machine,
    level: Level,
    phi: &Grids<f32>,
) -> Result<Grids<f32>, EngineError> {
    let images = machine.images();
    afford("the denoised grids", 8 * (phi.values.len() + phi.count * images.count()) as u64)?;
    let size = phi.channels * phi.area();
    let mut denoised = Grids { values: vec![0.0; phi.values.len()], ..*phi };
    for (b, out) in denoised.values.chunks_exact_mut(size).enumerate() {
        let weights = weights(simds, machine, level, phi.grid(b));
        let kept: Vec<(usize, f64)> = weights.into_iter().enumerate().filter(|(_, w)| *w > SMALLEST_WEIGHT).collect();
        out.par_chunks_mut(BURST).enumerate().for_each(|(chunk, out)| {
            let mut sums = [0.0_f64; BURST];
            for (image, weight) in &kept {
                let values = &images.image(*image)[chunk * BURST..][..out.len()];
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * f64::from(*value));
            }
            out.iter_mut().zip(sums).for_each(|(out, sum)| *out = sum as f32);
        });
    }
    Ok(denoised)
}

/// The posterior of every grid, told to each of its pixels.
pub(super) fn posterior(
    simds: Simds,
    machine: &Machine,
    level: Level,
    phi: &Grids<f32>,
) -> Result<PosteriorMap, EngineError> {
    let pixels = phi.count * phi.area();
    afford("the posterior of all pixels", (20 * pixels + 8 * machine.images().count()) as u64)?;
    let mut map = empty_map(pixels);
    for b in 0..phi.count {
        let weights = weights(simds, machine, level, phi.grid(b));
        let (mut best, mut entropy, mut squares) = (0, 0.0, 0.0);
        for (image, &weight) in weights.iter().enumerate() {
            if weight > weights[best] {
                best = image;
            }
            if weight > 0.0 {
                entropy -= weight * weight.ln();
            }
            squares += weight * weight;
        }
        for position in 0..phi.area() {
            map.image.push(best as u32);
            map.position.push(position as u32);
            map.weight.push(weights[best] as f32);
            map.entropy.push(entropy as f32);
            map.effective.push((1.0 / squares) as f32);
        }
    }
    Ok(map)
}

/// Posterior weights of all images.
fn weights(simds: Simds, machine: &Machine, level: Level, grid: &[f32]) -> Vec<f64> {
    let images = machine.images();
    let signal = level.abar.sqrt() as f32;
    let mut weights: Vec<f64> = (0..images.count())
        .into_par_iter()
        .map(|n| dispatch!(simds, simd => distance(simd, grid, images.image(n), signal)))
        .collect();
    let nearest = weights.iter().copied().fold(f64::INFINITY, f64::min);
    weights.iter_mut().for_each(|w| *w = (-(*w - nearest) * level.sharpness()).exp());
    let total: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= total);
    weights
}

/// `|φ − √ᾱ p|²`.
#[inline(always)]
fn distance<S: Simd>(simd: S, grid: &[f32], image: &[f32], signal: f32) -> f64 {
    let lanes = S::f32s::LEN;
    let burst = |(phi, p): (&[f32], &[f32])| {
        let (phis, ps) = (phi.chunks_exact(lanes), p.chunks_exact(lanes));
        let rest = phis.remainder().iter().zip(ps.remainder());
        let rest: f64 = rest.map(|(phi, p)| f64::from(phi - signal * p).powi(2)).sum();
        let mut sum = S::f32s::splat(simd, 0.0);
        for (phi, p) in phis.zip(ps) {
            let difference = S::f32s::from_slice(simd, p).mul_add(-signal, S::f32s::from_slice(simd, phi));
            sum = difference.mul_add(difference, sum);
        }
        rest + sum.as_slice().iter().map(|value| f64::from(*value)).sum::<f64>()
    };
    grid.chunks(BURST).zip(image.chunks(BURST)).map(burst).sum()
}
