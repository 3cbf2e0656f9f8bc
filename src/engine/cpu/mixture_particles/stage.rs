//! The slope of one stage: a softmax over the components, in one pass however many there are.

use std::f64::consts::{LN_2, LOG2_E};

use fearless_simd::prelude::*;
use nalgebra::{Matrix2, Vector2};

use super::super::math;
use crate::kernel::ParticleRequest;
use diffuscope_core::mixture::{NoisedComponent, NoisedMixture};
use diffuscope_core::process::NoiseLevel;
use diffuscope_core::sampler::{MAX_STAGES, Stage};
use diffuscope_core::sym2;

/// Components whose weights are computed before they are summed.
const RUN: usize = 32;

/// A stage with the mixture noised to its level.
pub(super) struct PreparedStage {
    linear: f32,
    pub(super) weights: [f32; MAX_STAGES - 1],
    mixture: PreparedMixture,
}

/// Logarithms are to base 2, less the largest constant.
enum PreparedMixture {
    /// Every precision is the same P. With `R² = ½ log₂e P`, places and means are taken to R x, where the logarithm of a weight
    /// is `constant − |R μ − R x|²`.
    Alike {
        /// R, row by row.
        to_round: [f32; 4],
        /// Takes the mean of R(μ − x) to the slope.
        to_slope: [f32; 4],
        /// Constant and R μ of each component.
        terms: Vec<[f32; 3]>,
    },
    /// The logarithm of a weight is `constant − δᵀ(Q δ)`, δ = μ − x, Q = ½ log₂e P.
    General {
        /// Takes the mean of Q δ to the slope.
        to_slope: [f32; 4],
        /// Constant, μ and the entries of Q of each component.
        terms: Vec<[f32; 6]>,
    },
}

fn rows(m: Matrix2<f64>) -> [f32; 4] {
    [m.m11, m.m12, m.m21, m.m22].map(|entry| entry as f32)
}

/// The matrix with these rows times `v`.
#[inline(always)]
fn product<S: Simd>(m: [f32; 4], v: [S::f32s; 2]) -> [S::f32s; 2] {
    [v[1].mul_add(m[1], v[0] * m[0]), v[1].mul_add(m[3], v[0] * m[2])]
}

impl PreparedStage {
    pub(super) fn new(request: &ParticleRequest<'_>, stage: &Stage) -> Self {
        let shape = *request.forward.shape();
        let level = NoiseLevel { alpha: stage.alpha, sigma: stage.sigma, shape };
        Self {
            linear: stage.linear as f32,
            weights: stage.weights.map(|weight| weight as f32),
            mixture: PreparedMixture::new(&request.mixture.noised(level), stage.score * shape),
        }
    }

    /// `linear · x + score · S s(x)`.
    #[inline(always)]
    pub(super) fn slope<S: Simd>(&self, simd: S, place: [S::f32s; 2]) -> [S::f32s; 2] {
        let score = match &self.mixture {
            PreparedMixture::Alike { to_round, to_slope, terms } => {
                let round = product::<S>(*to_round, place);
                let mean = mean_of_alike(simd, terms, round);
                product::<S>(*to_slope, [mean[0] - round[0], mean[1] - round[1]])
            }
            PreparedMixture::General { to_slope, terms } => product::<S>(*to_slope, mean_pull(simd, terms, place)),
        };
        [0, 1].map(|axis| place[axis].mul_add(self.linear, score[axis]))
    }
}

impl PreparedMixture {
    /// Prepares `mixture`; `factor` is the matrix that takes the score to the slope.
    fn new(mixture: &NoisedMixture, factor: Matrix2<f64>) -> Self {
        let live: Vec<_> = mixture.components().iter().filter(|c| c.log_weight > f64::NEG_INFINITY).collect();
        let largest = live.iter().map(|c| c.log_weight).fold(f64::NEG_INFINITY, f64::max);
        let constant = |c: &NoisedComponent| ((c.log_weight - largest) * LOG2_E) as f32;
        // Q = P · ½ log₂e, and so P = 2 ln 2 · Q.
        if live.windows(2).all(|pair| pair[0].precision == pair[1].precision) {
            let root = sym2::sqrt(&(live[0].precision * (0.5 * LOG2_E)));
            let term = |c: &&NoisedComponent| {
                let mean: Vector2<f64> = root * c.mean;
                [constant(c), mean.x as f32, mean.y as f32]
            };
            let to_slope = rows(factor * root * (2.0 * LN_2));
            Self::Alike { to_round: rows(root), to_slope, terms: live.iter().map(term).collect() }
        } else {
            let term = |c: &&NoisedComponent| {
                let [xx, xy, yy] = sym2::entries(&(c.precision * (0.5 * LOG2_E))).map(|entry| entry as f32);
                [constant(c), c.mean.x as f32, c.mean.y as f32, xx, xy, yy]
            };
            Self::General { to_slope: rows(factor * (2.0 * LN_2)), terms: live.iter().map(term).collect() }
        }
    }
}

/// A mean with weights 2^logarithm, by runs: what is summed so far is rescaled whenever a larger logarithm turns up.
#[derive(Clone, Copy)]
struct WeightedMean<S: Simd> {
    simd: S,
    top: S::f32s,
    weight: S::f32s,
    sum: [S::f32s; 2],
}

impl<S: Simd> WeightedMean<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        let zero = S::f32s::splat(simd, 0.0);
        Self { simd, top: S::f32s::splat(simd, <f32 as math::Real>::LOWEST), weight: zero, sum: [zero; 2] }
    }

    /// Adds the vectors `value(i)` with weights 2^`logarithms[i]`, the largest of which are `top`.
    #[inline(always)]
    fn add(&mut self, logarithms: &[S::f32s], top: S::f32s, value: impl Fn(usize) -> [S::f32s; 2]) {
        let top = self.top.max(top);
        let scale = math::exp2::<S, f32>(self.simd, self.top - top);
        self.top = top;
        self.weight *= scale;
        self.sum = self.sum.map(|sum| sum * scale);
        for (i, logarithm) in logarithms.iter().enumerate() {
            let weight = math::exp2::<S, f32>(self.simd, *logarithm - top);
            let value = value(i);
            self.weight += weight;
            self.sum = [0, 1].map(|axis| weight.mul_add(value[axis], self.sum[axis]));
        }
    }

    #[inline(always)]
    fn mean(self) -> [S::f32s; 2] {
        self.sum.map(|sum| sum / self.weight)
    }
}

#[inline(always)]
fn mean_of_alike<S: Simd>(simd: S, terms: &[[f32; 3]], place: [S::f32s; 2]) -> [S::f32s; 2] {
    let mut total = WeightedMean::new(simd);
    let mut logarithms = [S::f32s::splat(simd, 0.0); RUN];
    for run in terms.chunks(RUN) {
        let mut top = total.top;
        for (slot, [constant, mean_x, mean_y]) in logarithms.iter_mut().zip(run) {
            let (dx, dy) = (place[0] - *mean_x, place[1] - *mean_y);
            let logarithm = (-dy).mul_add(dy, (-dx).mul_add(dx, *constant));
            top = top.max(logarithm);
            *slot = logarithm;
        }
        let mean = |i: usize| [S::f32s::splat(simd, run[i][1]), S::f32s::splat(simd, run[i][2])];
        total.add(&logarithms[..run.len()], top, mean);
    }
    total.mean()
}

#[inline(always)]
fn mean_pull<S: Simd>(simd: S, terms: &[[f32; 6]], place: [S::f32s; 2]) -> [S::f32s; 2] {
    let zero = S::f32s::splat(simd, 0.0);
    let mut total = WeightedMean::new(simd);
    let mut logarithms = [zero; RUN];
    let mut pulls = [[zero; 2]; RUN];
    for run in terms.chunks(RUN) {
        let mut top = total.top;
        for (i, [constant, mean_x, mean_y, xx, xy, yy]) in run.iter().enumerate() {
            let (dx, dy) = (S::f32s::splat(simd, *mean_x) - place[0], S::f32s::splat(simd, *mean_y) - place[1]);
            let (px, py) = (dy.mul_add(*xy, dx * *xx), dy.mul_add(*yy, dx * *xy));
            let logarithm = (-dy).mul_add(py, (-dx).mul_add(px, *constant));
            top = top.max(logarithm);
            logarithms[i] = logarithm;
            pulls[i] = [px, py];
        }
        total.add(&logarithms[..run.len()], top, |i| pulls[i]);
    }
    total.mean()
}
