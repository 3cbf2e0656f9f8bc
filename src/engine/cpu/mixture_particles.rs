//! Kernel `mixture_particles`: blocks of particles that stay in the cache for many steps, a vector of particles at a time.

mod stage;

use fearless_simd::{dispatch, prelude::*};
use rayon::prelude::*;

use self::stage::PreparedStage;
use super::{CpuEngine, philox};
use crate::EngineError;
use crate::kernel::{MixtureParticles, ParticleRequest, Particles};
use diffuscope_core::sampler::{MAX_STAGES, Step};
use diffuscope_core::sym2;

/// Particles of a block.
const BLOCK: usize = 1024;
/// Terms that are prepared at once, over all stages of all steps: some 10 MiB.
const PREPARED_TERMS: usize = 1 << 18;

impl MixtureParticles for CpuEngine {
    fn mixture_particles(&self, request: &ParticleRequest<'_>, particles: &mut Particles) -> Result<(), EngineError> {
        let stages = request.steps.iter().map(|step| step.stages.len()).max().unwrap_or_default().max(1);
        let group = (PREPARED_TERMS / (stages * request.mixture.components().len())).max(1);
        let mut number = request.first_step;
        for steps in request.steps.chunks(group) {
            let steps: Vec<PreparedStep> = steps
                .par_iter()
                .zip(number..number + steps.len() as u32)
                .map(|(step, number)| PreparedStep::new(request, step, number))
                .collect();
            number += steps.len() as u32;
            let blocks = particles.x.par_chunks_mut(BLOCK).zip(particles.y.par_chunks_mut(BLOCK));
            blocks.enumerate().for_each(|(block, (x, y))| {
                dispatch!(self.level, simd => advance(simd, request, &steps, (block * BLOCK) as u32, x, y));
            });
        }
        Ok(())
    }
}

/// A [`Step`] in single precision, its stages with the mixture noised to their levels.
struct PreparedStep {
    number: u32,
    stages: Vec<PreparedStage>,
    keep: f32,
    combine: [f32; MAX_STAGES],
    /// Entries of noise · √S; `None` where no noise is added.
    noise: Option<[f32; 3]>,
}

impl PreparedStep {
    fn new(request: &ParticleRequest<'_>, step: &Step, number: u32) -> Self {
        let noise = sym2::entries(request.forward.sqrt_shape()).map(|entry| (step.noise * entry) as f32);
        Self {
            number,
            stages: step.stages.iter().map(|stage| PreparedStage::new(request, stage)).collect(),
            keep: step.keep as f32,
            combine: step.combine.map(|factor| factor as f32),
            noise: (step.noise != 0.0).then_some(noise),
        }
    }
}

/// Carries the particles from number `first` on along `steps`.
#[inline(always)]
fn advance<S: Simd>(
    simd: S,
    request: &ParticleRequest<'_>,
    steps: &[PreparedStep],
    first: u32,
    x: &mut [f32],
    y: &mut [f32],
) {
    let count = x.len();
    let lanes = S::f32s::LEN;
    let (mut block_x, mut block_y) = ([0.0; BLOCK], [0.0; BLOCK]);
    block_x[..count].copy_from_slice(x);
    block_y[..count].copy_from_slice(y);
    for step in steps {
        let places = block_x.chunks_exact_mut(lanes).zip(block_y.chunks_exact_mut(lanes));
        for ((x, y), start) in places.zip((0..count).step_by(lanes)) {
            let place = [S::f32s::from_slice(simd, x), S::f32s::from_slice(simd, y)];
            let mut next = step.moved(simd, place);
            if let Some([xx, xy, yy]) = step.noise {
                let items = S::u32s::from_fn(simd, |lane| first + (start + lane) as u32);
                let [a, b] = philox::normals(simd, request.seed, request.stream as u32, items, step.number);
                next[0] = b.mul_add(xy, a.mul_add(xx, next[0]));
                next[1] = b.mul_add(yy, a.mul_add(xy, next[1]));
            }
            next[0].store_slice(x);
            next[1].store_slice(y);
        }
    }
    x.copy_from_slice(&block_x[..count]);
    y.copy_from_slice(&block_y[..count]);
}

impl PreparedStep {
    /// Where the step carries `place` before noise.
    #[inline(always)]
    fn moved<S: Simd>(&self, simd: S, place: [S::f32s; 2]) -> [S::f32s; 2] {
        let mut slopes = [[S::f32s::splat(simd, 0.0); 2]; MAX_STAGES];
        let mut next = place.map(|coordinate| coordinate * self.keep);
        for (i, stage) in self.stages.iter().enumerate() {
            let mut at = place;
            for (slope, weight) in slopes[..i].iter().zip(stage.weights) {
                at = [slope[0].mul_add(weight, at[0]), slope[1].mul_add(weight, at[1])];
            }
            slopes[i] = stage.slope(simd, at);
            next = [0, 1].map(|axis| slopes[i][axis].mul_add(self.combine[i], next[axis]));
        }
        next
    }
}

#[cfg(test)]
mod tests;
