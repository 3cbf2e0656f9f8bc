//! The lab's live readings.

use nalgebra::Vector2;
use statrs::distribution::ContinuousCDF as _;

use super::ScoreFieldView;
use super::curves::ModelCurves;
use super::probe::{self, Reading};
use crate::core::mixture::{NoisedComponent, NoisedMixture};
use crate::labs::readings::{Live, live};

type View = ScoreFieldView;

/// Components whose humps are counted at most.
const MOST_COMPONENTS: usize = 16;
/// Components of both models that are compared at most.
const MOST_COMPARED: usize = 100;
/// Places along each axis at which scores are compared.
const QUANTILES: usize = 24;
/// Steps uphill from a component's mean to the hump above it.
const CLIMB: usize = 400;

/// Every reading of the lab.
pub(super) static ALL: &[Live<View>] = &[
    live("step", "Whole steps of the run up to the play head", |view| Some(view.transport.position.floor())),
    live("steps", "Steps of the run", |view| Some(view.steps() as f64).filter(|steps| *steps > 0.0)),
    live("playing", "1 while the run plays, else 0", |view| Some(f64::from(u8::from(view.transport.playing)))),
    live("time", "Time t of the process", |view| Some(view.scene.time)),
    live("sigma", "Noise σ at the time shown", |view| view.level().map(|level| level.sigma)),
    live("alpha", "Signal α at the time shown", |view| view.level().map(|level| level.alpha)),
    live("abar", "Share of the signal ᾱ = α² at the time shown", |view| {
        view.level().map(|level| level.alpha.powi(2))
    }),
    live("log_snr", "Natural logarithm of α²/σ² at the time shown", |view| {
        view.level().map(|level| 2.0 * (level.alpha / level.sigma).ln())
    }),
    live("points", "Number of data points", |view| Some(view.scene.data.points.len() as f64)),
    live("gaussians", "Number of Gaussians in the data", |view| Some(view.scene.data.components.len() as f64)),
    live("probes", "Number of pinned probes", |view| Some(view.scene.probes.len() as f64)),
    live("particles", "Number of particles", |view| Some(view.scene.particles.count as f64)),
    live(
        "humps",
        "Humps of the noised density of score model A; for at most 16 components of one covariance",
        |view| humps(view.noised.models().first()?),
    ),
    live(
        "spread",
        "Spread of the particles of model A at the play head: root of the trace of their covariance",
        |view| view.along_run(0, |curves| &curves.spread),
    ),
    live("nearest", "Mean distance from the particles of model A to the nearest noised data point", |view| {
        view.along_run(0, |curves| &curves.nearest_distance)
    }),
    live("nearest_b", "The same for model B", |view| view.along_run(1, |curves| &curves.nearest_distance)),
    live(
        "difference",
        "E|s_A − s_B|²/E|s_B|² of the two score models, over a round Gaussian as wide as the noise",
        |view| {
            let [a, b] = view.noised.models() else { return None };
            difference(a, b)
        },
    ),
    live("stochastic", "1 where the sampler adds noise at every step, else 0", |view| {
        Some(f64::from(u8::from(view.setup.current()?.setup.sampler.stochastic)))
    }),
    live("probe_score_x", "Score s at the last pinned probe, along x", |view| Some(view.pinned()?.value.score.x)),
    live("probe_score_y", "Score s at the last pinned probe, along y", |view| Some(view.pinned()?.value.score.y)),
    live("probe_score", "Length of the score |s| at the last pinned probe", |view| {
        Some(view.pinned()?.value.score.norm())
    }),
    live("probe_denoiser_x", "Denoiser D at the last pinned probe, along x", |view| {
        Some(view.pinned()?.value.denoiser.x)
    }),
    live("probe_denoiser_y", "Denoiser D at the last pinned probe, along y", |view| {
        Some(view.pinned()?.value.denoiser.y)
    }),
    live("probe_target_variance", "tr C at the last pinned probe: variance of the training target there", |view| {
        Some(view.pinned()?.value.proxy_covariance.trace())
    }),
    live(
        "probe_share",
        "tr C/(tr C + |s|²) at the last pinned probe: share of the training target that is noise",
        |view| {
            let value = view.pinned()?.value;
            let variance = value.proxy_covariance.trace();
            Some(variance / (variance + value.score.norm_squared()))
        },
    ),
    live("probe_weight", "Largest posterior weight at the last pinned probe", |view| {
        Some(view.pinned()?.top.first()?.1)
    }),
];

impl View {
    fn level(&self) -> Option<crate::core::process::NoiseLevel> {
        Some(self.setup.current()?.setup.forward.level(self.scene.time))
    }

    fn pinned(&self) -> Option<Reading> {
        Some(probe::read(self.noised.models().first()?, *self.scene.probes.last()?))
    }

    /// A curve of a model at the measured step that is nearest to the play head.
    fn along_run(&self, model: usize, curve: impl Fn(&ModelCurves) -> &Vec<f64>) -> Option<f64> {
        let curves = self.curves.curves();
        let distance = |step: &f64| (step - self.transport.position).abs();
        let nearest = curves.steps.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)))?.0;
        curve(curves.models.get(model)?).get(nearest).copied()
    }
}

/// How far two models' scores are apart, relative to the second one's, as in [GAUSS] (28): x is distributed around the
/// second model's mean with the noise's own covariance; a grid of quantiles takes the place of random draws.
fn difference(a: &NoisedMixture, b: &NoisedMixture) -> Option<f64> {
    let components = b.components();
    if a.components().len() + components.len() > MOST_COMPARED {
        return None;
    }
    let total: f64 =
        components.iter().map(|c| (c.log_weight + 0.5 * c.precision.determinant().recip().ln()).exp()).sum();
    let weighted = |sum: Vector2<f64>, c: &NoisedComponent| {
        sum + (c.log_weight + 0.5 * c.precision.determinant().recip().ln()).exp() * c.mean
    };
    let mean = components.iter().fold(Vector2::zeros(), weighted) / total;
    let sigma = b.level().sigma;
    let normal = statrs::distribution::Normal::new(0.0, 1.0).ok()?;
    let nodes: Vec<f64> =
        (0..QUANTILES).map(|i| sigma * normal.inverse_cdf((i as f64 + 0.5) / QUANTILES as f64)).collect();
    let (mut apart, mut whole) = (0.0, 0.0);
    for x in &nodes {
        for y in &nodes {
            let at = mean + Vector2::new(*x, *y);
            let score = b.score(at);
            apart += (a.score(at) - score).norm_squared();
            whole += score.norm_squared();
        }
    }
    Some(apart / whole)
}

/// Number of local maxima of the density. Where all components have the same covariance, the step to the denoised mean
/// noised again never goes down (mean shift), so every maximum is the end of a climb from some mean.
fn humps(mixture: &NoisedMixture) -> Option<f64> {
    let components = mixture.components();
    let first = components.first()?;
    let alike = |c: &NoisedComponent| (c.precision - first.precision).norm() <= 1e-9 * first.precision.norm();
    if components.len() > MOST_COMPONENTS || !components.iter().all(alike) {
        return None;
    }
    let width = mixture.level().sigma;
    let mut tops: Vec<Vector2<f64>> = Vec::new();
    for component in components {
        let mut x = component.mean;
        for _ in 0..CLIMB {
            let (weights, _) = mixture.weights(x);
            let next = weights.iter().zip(components).fold(Vector2::zeros(), |sum, (w, c)| sum + *w * c.mean);
            let moved = (next - x).norm();
            x = next;
            if moved < 1e-9 * width {
                break;
            }
        }
        if tops.iter().all(|top| (top - x).norm() > 1e-2 * width) {
            tops.push(x);
        }
    }
    Some(tops.len() as f64)
}

#[cfg(test)]
mod tests {
    use nalgebra::Matrix2;

    use super::*;
    use crate::core::mixture::{Component, Mixture};
    use crate::core::process::NoiseLevel;

    #[test]
    fn two_points_have_one_hump_once_noise_is_larger_than_half_their_distance() {
        let point = |x: f64| Component { weight: 1.0, mean: Vector2::new(x, 0.3), covariance: Matrix2::zeros() };
        let mixture = Mixture::new(vec![point(-1.0), point(1.0)]).unwrap();
        let humps = |sigma| humps(&mixture.noised(NoiseLevel { alpha: 1.0, sigma, shape: Matrix2::identity() }));
        assert_eq!([0.3, 0.9, 1.1, 3.0].map(humps), [Some(2.0), Some(2.0), Some(1.0), Some(1.0)]);
    }
}
