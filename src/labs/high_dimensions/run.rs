//! What a scene does: distances over (N, a), and the spectrum and eigenvectors at one point. Both take seconds to minutes,
//! so they tell how far they are and stop when told to.

use serde::Serialize;

use super::scene::Scene;
use crate::core::high_dimensions::eigen::{self, EigenError};
use crate::core::high_dimensions::linear_score::{self, LearningKind, Samples};
use crate::core::high_dimensions::{distance, spectral_density, spectrum};
use crate::core::param::{Choice, ChoiceError};
use crate::core::philox;
use crate::core::process::Forward;
use crate::core::sampler::{self, Step};
use crate::core::time_grid;

/// Why a run was not finished.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HighDimensionsError {
    /// The scene's spectrum or temperature.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// Numbers overflowed.
    #[error(transparent)]
    Eigen(#[from] EigenError),
}

/// Distances at one point (N, a); means over the repetitions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// N.
    pub size: usize,
    /// a.
    pub exponent: f64,
    /// P = N^{1+a}, rounded, at least 1.
    pub samples: f64,
    /// W₂² per dimension.
    pub w2: f64,
    /// Standard error of `w2`; 0 for a single repetition.
    pub w2_error: f64,
    /// Lower bound on the total variation.
    pub tv_lower: f64,
    /// Upper bound on the total variation, which may exceed 1.
    pub tv_upper: f64,
}

/// Eigenvalues and eigenvectors at the scene's focus.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectra {
    /// Eigenvalues of C, falling.
    pub truth: Vec<f64>,
    /// Eigenvalues of the generated covariance, falling.
    pub generated: Vec<f64>,
    /// Places of the densities below.
    pub places: Vec<f64>,
    /// Density of the sample covariance's eigenvalues for N → ∞ at this N/P, slightly smoothed.
    pub density: Vec<f64>,
    /// (u_i · v_j)², u eigenvectors of C, v generated ones, both in the order of falling eigenvalues; row by row.
    pub overlaps: Vec<f32>,
    /// P.
    pub samples: f64,
}

impl Spectra {
    /// Mean of (u_i · v_i)²: 1 where eigenvectors are right, about 1/N where they are not.
    pub fn mean_diagonal_overlap(&self) -> f64 {
        let n = self.truth.len();
        (0..n).map(|i| f64::from(self.overlaps[i * n + i])).sum::<f64>() / n as f64
    }
}

/// P = N^{1+a}, rounded, at least 1.
pub fn samples(size: usize, exponent: f64) -> f64 {
    (size as f64).powf(1.0 + exponent).round().max(1.0)
}

/// What the user should know about the numbers of a scene, as phrases without a full stop.
pub fn notices(scene: &Scene) -> Vec<String> {
    let mut notices = Vec::new();
    let needs = linear_score::find(&scene.learning).is_some_and(|kind| kind.needs_full_rank);
    let few = scene.exponents.iter().any(|a| *a < 0.0);
    if needs && few {
        notices.push(
            "with one draw of noise per sample, P < N leaves the score undetermined: such points are missing".into(),
        );
    }
    if needs && samples(scene.focus.size, scene.focus.exponent) < scene.focus.size as f64 {
        notices.push("at the point looked at P < N leaves the score undetermined: there is no spectrum".into());
    }
    if !needs && few {
        notices.push(
            "for P < N the generated distribution fills a subspace only: its total variation distance is 1".into(),
        );
    }
    let one = |size: &usize| scene.exponents.iter().any(|a| samples(*size, *a) == 1.0);
    if !needs && (scene.sizes.iter().any(one) || samples(scene.focus.size, scene.focus.exponent) == 1.0) {
        notices.push("P = 1: everything generated lies on the line through one sample".into());
    }
    if scene.repeats == 1 && !scene.sizes.is_empty() {
        notices.push("one repetition gives no error bars".into());
    }
    notices
}

/// Prepared generation.
struct Generation {
    kind: &'static LearningKind,
    steps: Vec<Step>,
    temperature: f64,
}

impl Generation {
    fn new(scene: &Scene) -> Result<Self, ChoiceError> {
        let forward = Forward::isotropic(
            &Choice::new("ornstein_uhlenbeck").with("temperature", scene.temperature).with("t_max", 8.0),
        )?;
        let times = time_grid::times(&Choice::new("log_snr"), &forward, scene.steps)?;
        let steps = sampler::find(&scene.sampler).map(|kind| kind.plan(&forward, &times)).unwrap_or_default();
        let kind = linear_score::find(&scene.learning).unwrap_or(&linear_score::ALL[0]);
        Ok(Self { kind, steps, temperature: scene.temperature })
    }

    /// Whether the covariance is defined with these samples.
    fn possible(&self, samples: &Samples) -> bool {
        !self.kind.needs_full_rank || samples.fill_the_space()
    }
}

/// Computes the distances, N by N, in each all exponents; points at which the score is not determined hold numbers that
/// are not finite. `go_on` is told how far it is, from 0 to 1; if it says no, the result is `None`.
///
/// # Errors
/// See [`HighDimensionsError`].
pub fn distances(scene: &Scene, go_on: &mut dyn FnMut(f64) -> bool) -> Result<Option<Vec<Point>>, HighDimensionsError> {
    distances_as_they_come(scene, &mut |fraction, _| go_on(fraction))
}

/// As [`distances`]; `go_on` is also shown the points so far.
///
/// # Errors
/// See [`HighDimensionsError`].
pub fn distances_as_they_come(
    scene: &Scene,
    go_on: &mut dyn FnMut(f64, &[Point]) -> bool,
) -> Result<Option<Vec<Point>>, HighDimensionsError> {
    let generation = Generation::new(scene)?;
    // The work grows as N³.
    let cost = |n: usize| (n as f64).powi(3);
    let total: f64 = scene.sizes.iter().map(|n| cost(*n)).sum::<f64>() * (scene.exponents.len() * scene.repeats) as f64;
    let mut done = 0.0;
    let mut points = Vec::new();
    for &size in &scene.sizes {
        let truth = spectrum::build(&scene.spectrum, size)?;
        for (index, &exponent) in (0_u32..).zip(&scene.exponents) {
            let count = samples(size, exponent);
            let mut rows = Vec::new();
            for repeat in 0..scene.repeats as u32 {
                let seed = philox::sub_seed(philox::sub_seed(scene.seed, size as u32, index), 5, repeat);
                let known = Samples::new(seed, &truth, count);
                let mut report = |fraction: f64| go_on((done + fraction * cost(size)) / total, &points);
                if !report(0.0) {
                    return Ok(None);
                }
                if !generation.possible(&known) {
                    rows.push([f64::NAN; 3]);
                } else {
                    let covariance = linear_score::generated_covariance(
                        generation.kind,
                        &known,
                        &generation.steps,
                        generation.temperature,
                        &mut report,
                    );
                    let Some(covariance) = covariance else { return Ok(None) };
                    let w2 = distance::wasserstein2(&truth, covariance.as_ref())?;
                    let [lower, upper] = if count < size as f64 {
                        [1.0, 1.0] // a distribution on a subspace
                    } else {
                        distance::total_variation_bounds(&truth, covariance.as_ref())
                    };
                    rows.push([w2, lower, upper]);
                }
                done += cost(size);
            }
            let repeats = rows.len() as f64;
            let mean = |part: usize| rows.iter().map(|row| row[part]).sum::<f64>() / repeats;
            let w2 = mean(0);
            let variance = rows.iter().map(|row| (row[0] - w2).powi(2)).sum::<f64>() / (repeats - 1.0).max(1.0);
            points.push(Point {
                size,
                exponent,
                samples: count,
                w2,
                w2_error: (variance / repeats).sqrt(),
                tv_lower: mean(1),
                tv_upper: mean(2),
            });
        }
    }
    go_on(1.0, &points);
    Ok(Some(points))
}

/// Empirical losses per dimension of three linear scores at one time; the constant |z|²/Δ is left out ([CW] (33)–(34)).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Losses {
    /// Time t of the Ornstein–Uhlenbeck process.
    pub time: f64,
    /// Of W = (1 − e^(−t) B D⁻¹)/Δ, which minimises it.
    pub least_squares: f64,
    /// Of the symmetrised W printed in (37).
    pub printed: f64,
    /// Of the W that belongs to the data's covariance, (8).
    pub exact: f64,
}

/// Times at which losses are computed: as many, from 0.05 to 3, evenly spaced in log t.
pub const LOSS_TIMES: usize = 25;

/// Losses at the scene's focus, from one draw of noise per sample and time; `None` if P < N leaves the scores undetermined
/// or `go_on` says no.
///
/// # Errors
/// See [`HighDimensionsError`].
pub fn losses(
    scene: &Scene,
    go_on: &mut dyn FnMut(f64, &[Losses]) -> bool,
) -> Result<Option<Vec<Losses>>, HighDimensionsError> {
    let size = scene.focus.size;
    let truth = spectrum::build(&scene.spectrum, size)?;
    let known = Samples::new(philox::sub_seed(scene.seed, 6, size as u32), &truth, samples(size, scene.focus.exponent));
    if !known.fill_the_space() {
        return Ok(None);
    }
    let covariance = faer::Mat::from_fn(size, size, |i, j| if i == j { truth[i] } else { 0.0 });
    let mut found = Vec::new();
    for number in 0..LOSS_TIMES {
        if !go_on(number as f64 / LOSS_TIMES as f64, &found) {
            return Ok(None);
        }
        let time = 0.05 * 60_f64.powf(number as f64 / (LOSS_TIMES - 1) as f64);
        let alpha = (-time).exp();
        let sigma = (-scene.temperature * (-2.0 * time).exp_m1()).sqrt();
        let (second, memory) = known.noised(alpha, sigma, number as u32);
        let loss = |weights: faer::Mat<f64>| linear_score::loss(&weights, &second, &memory, alpha, sigma) / size as f64;
        found.push(Losses {
            time,
            least_squares: loss(linear_score::least_squares(&second, &memory, alpha, sigma)),
            printed: loss(linear_score::printed(&second, &memory, alpha, sigma)),
            exact: loss(linear_score::exact(covariance.as_ref(), alpha, sigma)),
        });
    }
    go_on(1.0, &found);
    Ok(Some(found))
}

/// Computes eigenvalues and eigenvectors at the scene's focus; `None` if `go_on` says no, or if the score is not
/// determined there.
///
/// # Errors
/// See [`HighDimensionsError`].
pub fn spectra(scene: &Scene, go_on: &mut dyn FnMut(f64) -> bool) -> Result<Option<Spectra>, HighDimensionsError> {
    let generation = Generation::new(scene)?;
    let size = scene.focus.size;
    let truth = spectrum::build(&scene.spectrum, size)?;
    let count = samples(size, scene.focus.exponent);
    let known = Samples::new(philox::sub_seed(scene.seed, 6, size as u32), &truth, count);
    if !go_on(0.0) || !generation.possible(&known) {
        return Ok(None);
    }
    let covariance = linear_score::generated_covariance(
        generation.kind,
        &known,
        &generation.steps,
        generation.temperature,
        &mut |fraction| go_on(0.8 * fraction),
    );
    let Some(covariance) = covariance else { return Ok(None) };
    let (mut generated, vectors) = eigen::vectors(covariance.as_ref())?;
    generated.reverse();
    if !go_on(0.9) {
        return Ok(None);
    }
    // Eigenvectors of C are the axes, already in the order of falling eigenvalues.
    let overlap = |i: usize, j: usize| vectors[(i, size - 1 - j)].powi(2) as f32;
    let overlaps = (0..size).flat_map(|i| (0..size).map(move |j| overlap(i, j))).collect();
    let ratio = size as f64 / count;
    let top = 1.15 * generated.iter().chain(&truth).copied().fold(0.0, f64::max);
    const PLACES: usize = 300;
    let places: Vec<f64> = (0..PLACES).map(|i| top * (i as f64 + 0.5) / PLACES as f64).collect();
    let density = spectral_density::generalised(&truth, ratio, &places, 0.005 * top);
    go_on(1.0);
    Ok(Some(Spectra { truth, generated, places, density, overlaps, samples: count }))
}
