//! Kernel `spin_langevin`: two passes a step, one for the sums over a system and one that moves its spins.
//!
//! Systems run in parallel; large ones are also cut into chunks that do. Sums are taken chunk by chunk and then by a tree
//! of fixed shape, so the numbers do not depend on the number of threads.

mod mixture;
mod pair;

use fearless_simd::{Simd, dispatch, prelude::*};
use rayon::prelude::*;

use self::mixture::Mixture;
use self::pair::Pair;
use super::lines::Lines;
use super::{CpuEngine, philox};
use crate::EngineError;
use crate::kernel::{NOISE_BLOCK, NOISE_COUNTERS, SpinLangevin, SpinRequest, SpinStep, SpinSums, first_counter};

/// Spins whose sums are taken in one go.
const CHUNK: usize = 4096;
/// Systems with more spins than this are shared out among threads.
const SHARED: usize = 16 * CHUNK;

impl SpinLangevin for CpuEngine {
    fn spin_langevin(&self, request: &SpinRequest<'_>, x: &mut [f32]) -> Result<SpinSums, EngineError> {
        let systems = x.par_chunks_mut(request.spins).enumerate();
        let number = |system: usize| request.first_system + system as u32;
        let sums: Vec<Vec<[f64; 2]>> = match request.states.symmetric_pair() {
            Some((bias, half_log_odds)) => {
                let pair = Pair::new(bias, half_log_odds);
                systems.map(|(system, x)| self.advance(request, &pair, number(system), x)).collect()
            }
            None => {
                let mixture = Mixture::new(request.states);
                systems.map(|(system, x)| self.advance(request, &mixture, number(system), x)).collect()
            }
        };
        let column = |part: usize| {
            let steps = 0..request.steps.len();
            steps.flat_map(|step| sums.iter().map(move |system| system[step][part])).collect()
        };
        Ok(SpinSums { log_odds: column(0), sum: column(1) })
    }
}

/// How posterior means follow from sums over a system.
trait Posterior: Sync {
    /// Numbers that are summed over the spins.
    fn sums(&self) -> usize;

    /// What the means need of the finished sums.
    type Weights: Sync;

    /// Writes q = e^{−2|u|} of every spin and adds to `sums`.
    fn gather<S: Simd>(&self, simd: S, tilt: f32, x: &[f32], q: &mut [f32], sums: &mut [f64]);

    /// Log odds of the two signs, and the weights.
    fn weigh(&self, sums: &[f64]) -> (f64, Self::Weights);

    /// ⟨a⟩ of a vector of spins.
    fn mean<S: Simd>(&self, simd: S, weights: &Self::Weights, x: S::f32s, q: S::f32s) -> S::f32s;
}

impl CpuEngine {
    /// Carries one system; returns its log odds and sum before each step.
    fn advance<P: Posterior>(
        &self,
        request: &SpinRequest<'_>,
        posterior: &P,
        system: u32,
        x: &mut [f32],
    ) -> Vec<[f64; 2]> {
        let mut q = Lines::new(0.0, x.len());
        // One more sum than the posterior's: that of x itself.
        let width = posterior.sums() + 1;
        let mut sums = vec![0.0; x.len().div_ceil(CHUNK) * width];
        let counter = first_counter(system, request.spins);
        (request.first_step..)
            .zip(request.steps)
            .map(|(number, step)| {
                let gather = |((x, q), sums): ((&[f32], &mut [f32]), &mut [f64])| {
                    sums.fill(0.0);
                    dispatch!(self.level, simd => posterior.gather(simd, step.tilt as f32, x, q, &mut sums[1..]));
                    sums[0] = dispatch!(self.level, simd => total(simd, x));
                };
                if x.len() > SHARED {
                    x.par_chunks(CHUNK).zip(q.par_chunks_mut(CHUNK)).zip(sums.par_chunks_mut(width)).for_each(gather);
                } else {
                    x.chunks(CHUNK).zip(q.chunks_mut(CHUNK)).zip(sums.chunks_mut(width)).for_each(gather);
                }
                let totals = tree(&sums, width);
                let (log_odds, weights) = posterior.weigh(&totals[1..]);
                let moved = |(chunk, (x, q)): (usize, (&mut [f32], &[f32]))| {
                    let error = request.score_error.get(chunk * CHUNK..).unwrap_or_default();
                    let pass = Pass {
                        step,
                        number,
                        seed: request.seed,
                        stream: request.stream as u32,
                        counter: counter.wrapping_add((chunk * CHUNK / NOISE_BLOCK * NOISE_COUNTERS) as u32),
                        error,
                    };
                    dispatch!(self.level, simd => pass.run(simd, posterior, &weights, x, q));
                };
                if x.len() > SHARED {
                    x.par_chunks_mut(CHUNK).zip(q.par_chunks(CHUNK)).enumerate().for_each(moved);
                } else {
                    x.chunks_mut(CHUNK).zip(q.chunks(CHUNK)).enumerate().for_each(moved);
                }
                [log_odds, totals[0]]
            })
            .collect()
    }
}

/// Sums rows of `width` numbers pairwise.
fn tree(rows: &[f64], width: usize) -> Vec<f64> {
    let count = rows.len() / width;
    if count <= 1 {
        return rows.to_vec();
    }
    let (left, right) = rows.split_at(count.div_ceil(2) * width);
    let mut sums = tree(left, width);
    for (sum, other) in sums.iter_mut().zip(tree(right, width)) {
        *sum += other;
    }
    sums
}

/// The sum of a vector's elements, in double precision and fixed order.
#[inline(always)]
fn across<S: Simd>(vector: S::f32s) -> f64 {
    vector.as_slice().iter().map(|value| f64::from(*value)).sum()
}

/// Vectors added up in single precision before they go into a double.
const BURST: usize = 16;

/// Σx.
#[inline(always)]
fn total<S: Simd>(simd: S, x: &[f32]) -> f64 {
    let lanes = S::f32s::LEN;
    let mut total = 0.0;
    for burst in x.chunks(BURST * lanes) {
        let vectors = burst.chunks_exact(lanes);
        for x in vectors.remainder() {
            total += f64::from(*x);
        }
        let mut sum = S::f32s::splat(simd, 0.0);
        for x in vectors {
            sum += S::f32s::from_slice(simd, x);
        }
        total += across::<S>(sum);
    }
    total
}

/// Blocks of noise worked on together.
const TOGETHER: usize = 2;

/// The moving pass over one chunk.
struct Pass<'a> {
    step: &'a SpinStep,
    number: u32,
    seed: u64,
    stream: u32,
    /// Counter of the chunk's first spin.
    counter: u32,
    /// Errors of the score from the chunk's first spin on; empty for none.
    error: &'a [f32],
}

impl Pass<'_> {
    #[inline(always)]
    fn run<S: Simd, P: Posterior>(&self, simd: S, posterior: &P, weights: &P::Weights, x: &mut [f32], q: &[f32]) {
        let mut first = 0;
        while first + TOGETHER * NOISE_BLOCK <= x.len() {
            let range = first..first + TOGETHER * NOISE_BLOCK;
            self.blocks::<S, P, TOGETHER>(simd, posterior, weights, first, &mut x[range.clone()], &q[range]);
            first += TOGETHER * NOISE_BLOCK;
        }
        while first < x.len() {
            let (mut padded, mut padded_q) = ([0.0; NOISE_BLOCK], [1.0; NOISE_BLOCK]);
            let count = NOISE_BLOCK.min(x.len() - first);
            padded[..count].copy_from_slice(&x[first..first + count]);
            padded_q[..count].copy_from_slice(&q[first..first + count]);
            self.blocks::<S, P, 1>(simd, posterior, weights, first, &mut padded, &padded_q);
            x[first..first + count].copy_from_slice(&padded[..count]);
            first += count;
        }
    }

    /// Moves the spins of `G` blocks of [`NOISE_BLOCK`], from number `first` of the chunk on.
    #[inline(always)]
    fn blocks<S: Simd, P: Posterior, const G: usize>(
        &self,
        simd: S,
        posterior: &P,
        weights: &P::Weights,
        first: usize,
        x: &mut [f32],
        q: &[f32],
    ) {
        let lanes = S::f32s::LEN;
        let (keep, pull, noise) = (self.step.keep as f32, self.step.pull as f32, self.step.noise as f32);
        let counter = self.counter.wrapping_add((first / NOISE_BLOCK * NOISE_COUNTERS) as u32);
        let lane_numbers = S::u32s::from_fn(simd, |lane| lane as u32);
        for group in (0..NOISE_COUNTERS).step_by(lanes) {
            let mut counters = [lane_numbers; G];
            for (g, counters) in counters.iter_mut().enumerate() {
                *counters += S::u32s::splat(simd, counter.wrapping_add((g * NOISE_COUNTERS + group) as u32));
            }
            let mut normals = [[S::f32s::splat(simd, 0.0); 4]; G];
            if noise != 0.0 {
                normals = philox::normals4(simd, self.seed, self.stream, counters, self.number);
            }
            for (g, normals) in normals.iter().enumerate() {
                for (part, xi) in normals.iter().enumerate() {
                    let at = g * NOISE_BLOCK + part * NOISE_COUNTERS + group;
                    let place = S::f32s::from_slice(simd, &x[at..at + lanes]);
                    let mean = posterior.mean(simd, weights, place, S::f32s::from_slice(simd, &q[at..at + lanes]));
                    let mut moved = xi.mul_add(noise, mean.mul_add(pull, place * keep));
                    if !self.error.is_empty() {
                        let error = |lane| self.error.get(first + at + lane).copied().unwrap_or_default();
                        moved = S::f32s::from_fn(simd, error).mul_add(self.step.error as f32, moved);
                    }
                    moved.store_slice(&mut x[at..at + lanes]);
                }
            }
        }
    }
}
