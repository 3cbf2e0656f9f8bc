//! What finite data do to generation: the same magnets made with the exact score and with scores learned from P samples.
//!
//! [CW] concludes that the weights of the two states need P ≫ N. That holds for a score whose components carry errors of
//! one common sign; the empirical score and fitted weights miss W₊ by √(W₊W₋/P) whatever N. This experiment shows both.

use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::scene::FiniteData;
use crate::core::curie_weiss::CurieWeiss;
use crate::core::curie_weiss::hubbard_stratonovich::{draw_bias, draw_spins};
use crate::core::curie_weiss::product_states::{ProductState, ProductStates};
use crate::core::param::{Choice, ChoiceError, KindInfo};
use crate::core::philox::{self, Stream};
use crate::core::process::Forward;
use crate::core::{sampler, time_grid};
use crate::engine::kernel::{SpinRequest, SpinStep, spin_noise};
use crate::engine::{Engine, EngineError};

/// One way to come by a score.
pub struct ScoreSource {
    /// Names.
    pub info: KindInfo,
    /// Whether theory gives its weights' error as √(W₊W₋/P).
    pub counts_samples: bool,
    generate: fn(&Case<'_>, &mut [f32]) -> Result<(), EngineError>,
}

/// Every way.
pub static ALL: &[ScoreSource] = &[EXACT, EMPIRICAL, FITTED, NOISY_COMMON, NOISY_INDEPENDENT];

/// The score source with this identifier.
pub fn find(id: &str) -> Option<&'static ScoreSource> {
    ALL.iter().find(|source| source.info.id == id)
}

const EXACT: ScoreSource = ScoreSource {
    info: KindInfo { id: "exact", name: "Exact score", about: "The score of the model itself.", params: &[] },
    counts_samples: false,
    generate: |case, x| case.carry(&case.model.simplified(), &[], x),
};

const EMPIRICAL: ScoreSource = ScoreSource {
    info: KindInfo {
        id: "empirical",
        name: "Empirical score",
        about: "The exact score of the P samples as points: generation ends on one of them.",
        params: &[],
    },
    counts_samples: true,
    generate: |case, x| {
        case.carry_to_samples(x);
        Ok(())
    },
};

const FITTED: ScoreSource = ScoreSource {
    info: KindInfo {
        id: "fitted",
        name: "Fitted two-state score",
        about: "The score of two states whose weights and magnetization are estimated from the samples.",
        params: &[],
    },
    counts_samples: true,
    generate: |case, x| case.carry(&case.fitted(), &[], x),
};

const NOISY_COMMON: ScoreSource = ScoreSource {
    info: KindInfo {
        id: "noisy_common",
        name: "Exact score + common error",
        about: "Every component of the score is wrong by 1/√P, all with the same sign.",
        params: &[],
    },
    counts_samples: false,
    generate: |case, x| {
        let error = vec![case.error_size(); case.spins];
        case.carry(&case.model.simplified(), &error, x)
    },
};

const NOISY_INDEPENDENT: ScoreSource = ScoreSource {
    info: KindInfo {
        id: "noisy_independent",
        name: "Exact score + independent errors",
        about: "Every component of the score is wrong by 1/√P, each with a sign of its own.",
        params: &[],
    },
    counts_samples: false,
    generate: |case, x| {
        let size = case.error_size();
        let signed = |i: usize| {
            let [word, ..] = philox::words(case.seed, Stream::ScoreError as u32, i as u32, 0);
            if word >> 31 == 0 { size } else { -size }
        };
        let error: Vec<f32> = (0..case.spins).map(signed).collect();
        case.carry(&case.model.simplified(), &error, x)
    },
};

/// One data set and what generates from it.
struct Case<'a> {
    model: CurieWeiss,
    spins: usize,
    /// P samples, one after the other.
    data: Vec<f32>,
    plan: &'a [SpinStep],
    engine: &'a dyn Engine,
    seed: u64,
}

impl Case<'_> {
    fn samples(&self) -> usize {
        self.data.len() / self.spins
    }

    fn error_size(&self) -> f32 {
        1.0 / (self.samples() as f32).sqrt()
    }

    /// Carries `x` to the end under the score of `states`.
    fn carry(&self, states: &ProductStates, error: &[f32], x: &mut [f32]) -> Result<(), EngineError> {
        let request = SpinRequest {
            states,
            spins: self.spins,
            steps: self.plan,
            first_step: 0,
            first_system: 0,
            seed: self.seed,
            stream: Stream::SpinReverse,
            score_error: error,
        };
        self.engine.spin_langevin(&request, x).map(|_| ())
    }

    /// Weights and magnetization estimated from the samples; configurations of no magnetization count half.
    fn fitted(&self) -> ProductStates {
        let means = self.data.chunks(self.spins).map(magnetization);
        let (mut plus, mut size) = (0.0, 0.0);
        for m in means {
            plus += 0.5 * (1.0 + if m == 0.0 { 0.0 } else { m.signum() });
            size += m.abs();
        }
        let count = self.samples() as f64;
        // A magnetization of exactly 1 has no finite bias.
        let m = (size / count).min(1.0 - 1e-12);
        let bias = m.atanh();
        if bias == 0.0 {
            return ProductStates::new(vec![ProductState { bias, log_weight: 0.0 }]);
        }
        let weight = plus / count;
        ProductStates::new(vec![
            ProductState { bias, log_weight: weight.max(1e-300).ln() },
            ProductState { bias: -bias, log_weight: (1.0 - weight).max(1e-300).ln() },
        ])
    }

    /// Carries `x` to the end under the score of the samples as points, whose denoiser is their mean with weights
    /// ∝ exp(x·a e^{−t}/Δ): all samples have the same length.
    fn carry_to_samples(&self, x: &mut [f32]) {
        const ROWS: usize = 64;
        let (n, p) = (self.spins, self.samples());
        let data = MatRef::from_row_major_slice(&self.data, p, n);
        let mut first = 0_u32;
        for x in x.chunks_mut(ROWS * n) {
            let rows = x.len() / n;
            let (mut weights, mut mean) = (vec![0.0; rows * p], vec![0.0; rows * n]);
            for (number, step) in (0..).zip(self.plan) {
                faer::linalg::matmul::matmul(
                    MatMut::from_row_major_slice_mut(&mut weights, rows, p),
                    Accum::Replace,
                    MatRef::from_row_major_slice(x, rows, n),
                    data.transpose(),
                    step.tilt as f32,
                    Par::Seq,
                );
                weights.chunks_mut(p).for_each(softmax);
                faer::linalg::matmul::matmul(
                    MatMut::from_row_major_slice_mut(&mut mean, rows, n),
                    Accum::Replace,
                    MatRef::from_row_major_slice(&weights, rows, p),
                    data,
                    1.0,
                    Par::Seq,
                );
                let (keep, pull, noise) = (step.keep as f32, step.pull as f32, step.noise as f32);
                for (i, (x, mean)) in x.iter_mut().zip(&mean).enumerate() {
                    let system = first + (i / n) as u32;
                    let xi = spin_noise(self.seed, Stream::SpinReverse, n, system, i % n, number);
                    *x = keep * *x + pull * mean + noise * xi;
                }
            }
            first += rows as u32;
        }
    }

    /// Generates `count` configurations and measures them.
    fn measured(&self, source: &ScoreSource, count: usize) -> Result<Measured, EngineError> {
        let n = self.spins;
        let width = self.model.temperature.sqrt() as f32;
        let mut x: Vec<f32> = (0..count * n)
            .map(|i| width * spin_noise(self.seed, Stream::SpinStart, n, (i / n) as u32, i % n, 0))
            .collect();
        (source.generate)(self, &mut x)?;
        for x in &mut x {
            *x = if *x > 0.0 { 1.0 } else { -1.0 };
        }
        let known: std::collections::HashSet<Vec<bool>> = self.data.chunks(n).map(signs).collect();
        let mut sum = Measured::default();
        for x in x.chunks(n) {
            let m = magnetization(x);
            sum.plus += 0.5 * (1.0 + if m == 0.0 { 0.0 } else { m.signum() });
            sum.overlap += m.abs();
            sum.copies += f64::from(u8::from(known.contains(&signs(x))));
        }
        let scale = 1.0 / count as f64;
        Ok(Measured { plus: sum.plus * scale, overlap: sum.overlap * scale, copies: sum.copies * scale })
    }
}

fn magnetization(spins: &[f32]) -> f64 {
    spins.iter().map(|a| f64::from(*a)).sum::<f64>() / spins.len() as f64
}

fn signs(spins: &[f32]) -> Vec<bool> {
    spins.iter().map(|a| *a > 0.0).collect()
}

fn softmax(logits: &mut [f32]) {
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for v in &mut *logits {
        *v = (*v - max).exp();
        sum += *v;
    }
    for v in logits {
        *v /= sum;
    }
}

/// What was generated from one data set.
#[derive(Debug, Clone, Copy, Default)]
struct Measured {
    /// Share of configurations with M > 0.
    plus: f64,
    /// Mean of |M|.
    overlap: f64,
    /// Share of configurations that are one of the samples, spin by spin.
    copies: f64,
}

/// What one score source makes of one pair (N, P).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Cell {
    /// N.
    pub spins: u64,
    /// P.
    pub samples: u64,
    /// Mean of the + weight over data sets.
    pub plus: f64,
    /// Its standard deviation over data sets, the generation's own sampling noise removed.
    pub plus_spread: f64,
    /// Root mean square error of the + weight over data sets, the generation's own sampling noise removed.
    pub weight_error: f64,
    /// Standard error of `weight_error`.
    pub weight_error_se: f64,
    /// Typical overlap: mean of |M|. The model has about m*.
    pub overlap: f64,
    /// Share of configurations that copy a sample.
    pub copies: f64,
}

/// The results of one score source.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Table {
    /// Identifier of the source.
    pub score: &'static str,
    /// One cell for each pair, N by N, in each all P.
    pub cells: Vec<Cell>,
    /// How the weights' error scales; `None` with too few cells in which there is a clear one.
    pub exponents: Option<Exponents>,
}

/// `error ∝ P^in_samples · N^in_spins`, with standard errors.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Exponents {
    /// Exponent of P, if P was varied.
    pub in_samples: Option<[f64; 2]>,
    /// Exponent of N, if N was varied.
    pub in_spins: Option<[f64; 2]>,
}

/// Why the experiment was not finished.
#[derive(Debug, thiserror::Error)]
pub enum FiniteDataError {
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The model's parameters do not make a process.
    #[error(transparent)]
    Process(#[from] ChoiceError),
}

/// Makes the experiment. `go_on` is told how far it is, from 0 to 1, and says whether to go on; if not, the result is
/// `None`.
///
/// # Errors
/// See [`FiniteDataError`].
pub fn measure(
    spec: &FiniteData,
    model: &CurieWeiss,
    engine: &dyn Engine,
    seed: u64,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Result<Option<Vec<Table>>, FiniteDataError> {
    let sources: Vec<&ScoreSource> = spec.scores.iter().filter_map(|id| find(id)).collect();
    let pairs: Vec<(u64, u64)> = spec.spins.iter().flat_map(|n| spec.samples.iter().map(move |p| (*n, *p))).collect();
    // The empirical score costs N · P, everything else N.
    let cost = |source: &ScoreSource, (n, p): (u64, u64)| {
        (n * if source.info.id == EMPIRICAL.info.id { p } else { 100 }) as f64
    };
    let total: f64 = sources.iter().flat_map(|source| pairs.iter().map(|pair| cost(source, *pair))).sum();
    let mut done = 0.0;
    let mut tables = Vec::new();
    for source in sources {
        let mut cells = Vec::new();
        for (n, p) in &pairs {
            if !go_on(done / total) {
                return Ok(None);
            }
            cells.push(cell(spec, source, CurieWeiss { spins: *n, ..*model }, *p, engine, seed)?);
            done += cost(source, (*n, *p));
        }
        tables.push(Table { score: source.info.id, exponents: exponents(&cells), cells });
    }
    go_on(1.0);
    Ok(Some(tables))
}

fn cell(
    spec: &FiniteData,
    source: &ScoreSource,
    model: CurieWeiss,
    samples: u64,
    engine: &dyn Engine,
    seed: u64,
) -> Result<Cell, FiniteDataError> {
    let spins = model.spins as usize;
    let (_, plan) = plan(&model, spec.steps, 1e-3)?;
    let states = model.simplified();
    let measured = (0..spec.data_sets as u32)
        .into_par_iter()
        .map(|set| {
            // One seed for each N, P and data set, the same for every source.
            let seed = philox::sub_seed(philox::sub_seed(seed, spins as u32, samples as u32), 0, set);
            let mut data = vec![0.0; spins * samples as usize];
            for (item, sample) in (0..).zip(data.chunks_mut(spins)) {
                draw_spins(draw_bias(&states, seed, item), seed, item, sample);
            }
            Case { model, spins, data, plan: &plan, engine, seed }.measured(source, spec.generated)
        })
        .collect::<Result<Vec<Measured>, EngineError>>()?;
    Ok(summary(&measured, &model, samples, spec.generated))
}

/// Times and steps from τ = 6, where nothing but noise is left, to time `t_min`: ancestral, uniform in log-SNR.
///
/// # Errors
/// The temperature is out of range.
pub fn plan(model: &CurieWeiss, steps: usize, t_min: f64) -> Result<(Vec<f64>, Vec<SpinStep>), ChoiceError> {
    let forward = Forward::isotropic(
        &Choice::new("ornstein_uhlenbeck")
            .with("temperature", model.temperature)
            .with("t_min", t_min)
            .with("t_max", model.speciation_time() + 6.0),
    )?;
    let times = time_grid::times(&Choice::new("log_snr"), &forward, steps)?;
    let kind = sampler::find("ancestral");
    let plan = kind.map(|kind| kind.plan(&forward, &times)).unwrap_or_default();
    Ok((times, plan.iter().filter_map(SpinStep::new).collect()))
}

fn summary(measured: &[Measured], model: &CurieWeiss, samples: u64, generated: usize) -> Cell {
    let sets = measured.len() as f64;
    let mean = |value: &dyn Fn(&Measured) -> f64| measured.iter().map(value).sum::<f64>() / sets;
    let [target, _] = model.weights();
    let plus = mean(&|m| m.plus);
    // A share p̂ of n configurations scatters by p(1 − p)/n on its own.
    let own = |m: &Measured| m.plus * (1.0 - m.plus) / (generated - 1) as f64;
    let square = |m: &Measured| (m.plus - target).powi(2) - own(m);
    let error2 = mean(&square);
    let error2_se = (mean(&|m| (square(m) - error2).powi(2)) / (sets - 1.0)).sqrt();
    let weight_error = error2.max(0.0).sqrt();
    let weight_error_se =
        if weight_error > 0.0 { (0.5 * error2_se / weight_error).min(error2_se.sqrt()) } else { error2_se.sqrt() };
    let spread2 = mean(&|m| (m.plus - plus).powi(2)) * sets / (sets - 1.0) - mean(&own);
    Cell {
        spins: model.spins,
        samples,
        plus,
        plus_spread: spread2.max(0.0).sqrt(),
        weight_error,
        weight_error_se,
        overlap: mean(&|m| m.overlap),
        copies: mean(&|m| m.copies),
    }
}

/// Weighted least squares of log error on log P and log N, over the cells whose error exceeds twice its standard error.
fn exponents(cells: &[Cell]) -> Option<Exponents> {
    let clear: Vec<&Cell> = cells.iter().filter(|cell| cell.weight_error > 2.0 * cell.weight_error_se).collect();
    let varied = |value: &dyn Fn(&Cell) -> u64| clear.iter().any(|cell| value(cell) != value(clear[0]));
    if clear.is_empty() {
        return None;
    }
    let (by_samples, by_spins) = (varied(&|cell| cell.samples), varied(&|cell| cell.spins));
    let columns = 1 + usize::from(by_samples) + usize::from(by_spins);
    if columns == 1 || clear.len() < columns {
        return None;
    }
    let mut normal = nalgebra::DMatrix::zeros(columns, columns);
    let mut right = nalgebra::DVector::zeros(columns);
    for cell in &clear {
        let mut row = vec![1.0];
        row.extend(by_samples.then(|| (cell.samples as f64).ln()));
        row.extend(by_spins.then(|| (cell.spins as f64).ln()));
        let row = nalgebra::DVector::from_vec(row);
        let weight = (cell.weight_error / cell.weight_error_se.max(1e-12)).powi(2);
        normal += weight * &row * row.transpose();
        right += weight * cell.weight_error.ln() * row;
    }
    let inverse = normal.try_inverse()?;
    let solution = &inverse * right;
    let entry = |column: usize| [solution[column], inverse[(column, column)].max(0.0).sqrt()];
    Some(Exponents { in_samples: by_samples.then(|| entry(1)), in_spins: by_spins.then(|| entry(columns - 1)) })
}
