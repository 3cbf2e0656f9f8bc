//! Samplers: how particles are carried from one time to the next.
//!
//! Every sampler writes each of its steps as a [`Step`], a short list of numbers that all engines execute alike. A new
//! sampler is a new way to fill that list; no engine changes.

mod ancestral;
mod ddim;
mod forward_sde;
mod reverse_sde;
mod runge_kutta;

use nalgebra::{Matrix2, Vector2};

use super::mixture::{Mixture, NoisedMixture};
use super::param::KindInfo;
use super::philox;
use super::process::{Forward, NoiseLevel};

/// Most stages a step may have.
pub const MAX_STAGES: usize = 4;

/// One evaluation of the score within a step: the slope `k_i = linear · x_i + score · S s(x_i)`, with
/// `x_i = x + Σ_{j<i} weights[j] k_j` and s the score at signal `alpha` and noise `sigma`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stage {
    /// Signal at which the score is taken.
    pub alpha: f64,
    /// Noise at which the score is taken.
    pub sigma: f64,
    /// Factor of x_i in the slope.
    pub linear: f64,
    /// Factor of S s in the slope.
    pub score: f64,
    /// Factors of the earlier slopes in x_i, time step included.
    pub weights: [f64; MAX_STAGES - 1],
}

/// One step: `x' = keep · x + Σ combine[i] k_i + noise · √S ξ`, ξ two standard normal numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The score evaluations, at most [`MAX_STAGES`]; empty where no score is needed.
    pub stages: Vec<Stage>,
    /// Factor of x.
    pub keep: f64,
    /// Factors of the slopes, time step included.
    pub combine: [f64; MAX_STAGES],
    /// Standard deviation of the added noise; zero for deterministic samplers.
    pub noise: f64,
}

/// Which way a sampler carries particles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From data to noise: time grows.
    Noising,
    /// From noise to data: time falls.
    Generating,
}

/// One sampler of the family.
pub struct SamplerKind {
    /// Names; samplers have no parameters of their own.
    pub info: KindInfo,
    /// Which way it runs.
    pub direction: Direction,
    /// Whether it adds noise at every step.
    pub stochastic: bool,
    /// Order of its error in the step size (weak order for stochastic ones); `None` where the step is exact.
    pub order: Option<u32>,
    /// Writes the step from time `from` to time `to`.
    pub step: fn(&Forward, f64, f64) -> Step,
}

/// Every sampler.
pub static ALL: &[SamplerKind] = &[
    runge_kutta::EULER,
    runge_kutta::HEUN,
    runge_kutta::RK4,
    ddim::KIND,
    reverse_sde::KIND,
    ancestral::KIND,
    forward_sde::KIND,
];

/// The sampler with this identifier.
pub fn find(id: &str) -> Option<&'static SamplerKind> {
    ALL.iter().find(|kind| kind.info.id == id)
}

impl SamplerKind {
    /// The steps along consecutive `times`.
    pub fn plan(&self, forward: &Forward, times: &[f64]) -> Vec<Step> {
        times.windows(2).map(|pair| (self.step)(forward, pair[0], pair[1])).collect()
    }
}

/// A step with the mixture noised to each stage's level: the f64 reference that the engines are held against.
pub struct PreparedStep<'a> {
    step: &'a Step,
    levels: Vec<NoisedMixture>,
    shape: Matrix2<f64>,
    sqrt_shape: Matrix2<f64>,
}

impl<'a> PreparedStep<'a> {
    /// Prepares `step` for particles of `mixture` under the noise shape of `forward`.
    pub fn new(step: &'a Step, mixture: &Mixture, forward: &Forward) -> Self {
        let shape = *forward.shape();
        let level = |stage: &Stage| mixture.noised(NoiseLevel { alpha: stage.alpha, sigma: stage.sigma, shape });
        Self { step, levels: step.stages.iter().map(level).collect(), shape, sqrt_shape: *forward.sqrt_shape() }
    }

    /// Carries one particle, with noise `xi`.
    pub fn apply(&self, x: Vector2<f64>, xi: Vector2<f64>) -> Vector2<f64> {
        let mut slopes = [Vector2::zeros(); MAX_STAGES];
        let mut next = self.step.keep * x;
        for (i, (stage, level)) in self.step.stages.iter().zip(&self.levels).enumerate() {
            let place = (0..i).fold(x, |place, j| place + stage.weights[j] * slopes[j]);
            slopes[i] = stage.linear * place + stage.score * (self.shape * level.score(place));
            next += self.step.combine[i] * slopes[i];
        }
        next + self.step.noise * (self.sqrt_shape * xi)
    }
}

/// Carries `particles` along `steps`, the first of which has number `first_step`, with noise from `stream` of `seed`.
pub fn advance(
    particles: &mut [Vector2<f64>],
    mixture: &Mixture,
    forward: &Forward,
    steps: &[Step],
    first_step: u32,
    seed: u64,
    stream: philox::Stream,
) {
    for (number, step) in (first_step..).zip(steps) {
        let prepared = PreparedStep::new(step, mixture, forward);
        for (item, x) in (0..).zip(particles.iter_mut()) {
            let [a, b] = if step.noise == 0.0 { [0.0; 2] } else { philox::normals(seed, stream, item, number) };
            *x = prepared.apply(*x, Vector2::new(f64::from(a), f64::from(b)));
        }
    }
}
