//! Where a score can come from, and generation with it from one data set.

use std::collections::HashSet;

use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::summary::Counts;
use crate::core::curie_weiss::CurieWeiss;
use crate::core::curie_weiss::hubbard_stratonovich::{draw_bias, draw_spins};
use crate::core::curie_weiss::product_states::{ProductState, ProductStates};
use crate::core::param::KindInfo;
use crate::core::philox::{self, Stream};
use crate::engine::cpu::CpuEngine;
use crate::engine::kernel::{SpinLangevin, SpinRequest, SpinStep, systems_noise};
use crate::engine::{Engine, EngineError};

/// One way to come by a score.
pub struct ScoreSource {
    /// Names.
    pub info: KindInfo,
    /// Whether theory gives its weights' error as √(W₊W₋/P).
    pub counts_samples: bool,
    /// Whether a step costs as much as all samples together.
    pub(super) asks_every_sample: bool,
    /// Carries configurations from noise to spins; the first of them has the number given.
    generate: fn(&Case<'_>, u32, &mut [f32]) -> Result<(), EngineError>,
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
    asks_every_sample: false,
    generate: |case, first, x| case.carry(&case.model.simplified(), &[], first, x),
};

const EMPIRICAL: ScoreSource = ScoreSource {
    info: KindInfo {
        id: "empirical",
        name: "Empirical score",
        about: "The exact score of the P samples as points: generation ends on one of them.",
        params: &[],
    },
    counts_samples: true,
    asks_every_sample: true,
    generate: |case, first, x| case.carry_to_samples(first, x),
};

const FITTED: ScoreSource = ScoreSource {
    info: KindInfo {
        id: "fitted",
        name: "Fitted two-state score",
        about: "The score of two states whose weights and magnetization are estimated from the samples.",
        params: &[],
    },
    counts_samples: true,
    asks_every_sample: false,
    generate: |case, first, x| case.carry(&case.fitted(), &[], first, x),
};

const NOISY_COMMON: ScoreSource = ScoreSource {
    info: KindInfo {
        id: "noisy_common",
        name: "Exact score + common error",
        about: "Every component of the score is wrong by 1/√P, all with the same sign.",
        params: &[],
    },
    counts_samples: false,
    asks_every_sample: false,
    generate: |case, first, x| {
        let error = vec![case.error_size(); case.spins];
        case.carry(&case.model.simplified(), &error, first, x)
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
    asks_every_sample: false,
    generate: |case, first, x| {
        let size = case.error_size();
        let signed = |i: usize| {
            let [word, ..] = philox::words(case.seed, Stream::ScoreError as u32, i as u32, 0);
            if word >> 31 == 0 { size } else { -size }
        };
        let error: Vec<f32> = (0..case.spins).map(signed).collect();
        case.carry(&case.model.simplified(), &error, first, x)
    },
};

/// Configurations that are carried to the samples side by side.
const ROWS: usize = 64;
/// Posterior weight beyond which a configuration belongs to one sample: it leaves with a probability below 1e-6.
const BOUND: f32 = 1.0 - 1e-6;

/// One data set and what generates from it.
pub(super) struct Case<'a> {
    model: CurieWeiss,
    spins: usize,
    /// P samples, one after the other.
    data: Vec<f32>,
    /// Their signs, a bit a spin.
    known: HashSet<Box<[u64]>>,
    plan: &'a [SpinStep],
    engine: &'a dyn Engine,
    seed: u64,
}

impl<'a> Case<'a> {
    /// Draws `samples` samples of `model`.
    pub(super) fn draw(
        model: &CurieWeiss,
        samples: u64,
        plan: &'a [SpinStep],
        engine: &'a dyn Engine,
        seed: u64,
    ) -> Self {
        let spins = model.spins as usize;
        let states = model.simplified();
        let mut data = vec![0.0; spins * samples as usize];
        for (item, sample) in (0..).zip(data.chunks_mut(spins)) {
            draw_spins(draw_bias(&states, seed, item), seed, item, sample);
        }
        let known = data.chunks(spins).map(signs).collect();
        Self { model: *model, spins, data, known, plan, engine, seed }
    }

    /// Bytes that a case of N spins and P samples takes, with `rows` configurations in flight.
    pub(super) fn bytes(spins: u64, samples: u64, rows: usize) -> u64 {
        let data = spins.saturating_mul(samples).saturating_mul(5);
        data + rows as u64 * (8 * spins + 4 * samples)
    }

    /// Generates the configurations numbered `first` to `first + count` and counts what they are.
    pub(super) fn generate(&self, source: &ScoreSource, first: u32, count: usize) -> Result<Counts, EngineError> {
        let n = self.spins;
        let width = self.model.temperature.sqrt() as f32;
        let mut x = vec![0.0; count * n];
        systems_noise(self.seed, Stream::SpinStart, first, n, width, &mut x);
        (source.generate)(self, first, &mut x)?;
        let mut counts = Counts { configurations: count as f64, ..Counts::default() };
        for x in x.chunks_mut(n) {
            for x in &mut *x {
                *x = if *x > 0.0 { 1.0 } else { -1.0 };
            }
            let m = magnetization(x);
            counts.plus += side(m);
            counts.overlap += m.abs();
            counts.copies += f64::from(u8::from(self.known.contains(&signs(x))));
        }
        Ok(counts)
    }

    fn error_size(&self) -> f32 {
        1.0 / ((self.data.len() / self.spins) as f32).sqrt()
    }

    /// Carries `x` to the end under the score of `states`.
    fn carry(&self, states: &ProductStates, error: &[f32], first: u32, x: &mut [f32]) -> Result<(), EngineError> {
        let request = SpinRequest {
            states,
            spins: self.spins,
            steps: self.plan,
            first_step: 0,
            first_system: first,
            seed: self.seed,
            stream: Stream::SpinReverse,
            score_error: error,
        };
        self.engine.spin_langevin(&request, x).map(|_| ())
    }

    /// Weights and magnetization estimated from the samples; configurations of no magnetization count half.
    fn fitted(&self) -> ProductStates {
        let (mut plus, mut size) = (0.0, 0.0);
        for m in self.data.chunks(self.spins).map(magnetization) {
            plus += side(m);
            size += m.abs();
        }
        let count = (self.data.len() / self.spins) as f64;
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
    fn carry_to_samples(&self, first: u32, x: &mut [f32]) -> Result<(), EngineError> {
        let groups = x.par_chunks_mut(ROWS * self.spins).enumerate();
        groups.try_for_each(|(group, x)| self.carry_rows(first + (group * ROWS) as u32, x))
    }

    fn carry_rows(&self, first: u32, x: &mut [f32]) -> Result<(), EngineError> {
        let n = self.spins;
        let (rows, p) = (x.len() / n, self.data.len() / n);
        let data = MatRef::from_row_major_slice(&self.data, p, n);
        let mut weights = vec![0.0; rows * p];
        let mut bound: Option<Vec<usize>> = None;
        // Matrix products are the processor's work, so its engine adds the noise, whichever computes the other scores.
        let engine = CpuEngine::new();
        let states = ProductStates::new(vec![
            ProductState { bias: 1.0, log_weight: 0.0 },
            ProductState { bias: -1.0, log_weight: 0.0 },
        ]);
        for (number, step) in (0..).zip(self.plan) {
            if bound.is_none() {
                faer::linalg::matmul::matmul(
                    MatMut::from_row_major_slice_mut(&mut weights, rows, p),
                    Accum::Replace,
                    MatRef::from_row_major_slice(x, rows, n),
                    data.transpose(),
                    step.tilt as f32,
                    Par::Seq,
                );
                if engine.softmax_rows(&mut weights, p) > BOUND {
                    let own = |weights: &[f32]| weights.iter().position(|w| *w > BOUND).unwrap_or_default();
                    bound = Some(weights.chunks(p).map(own).collect());
                }
            }
            let request = SpinRequest {
                states: &states,
                spins: n,
                steps: &[SpinStep { pull: 0.0, error: 0.0, ..*step }],
                first_step: number,
                first_system: first,
                seed: self.seed,
                stream: Stream::SpinReverse,
                score_error: &[],
            };
            engine.spin_langevin(&request, x)?;
            let pull = step.pull as f32;
            match &bound {
                // Every configuration has its sample: what is left is a bridge to it.
                Some(bound) => {
                    for (x, sample) in x.chunks_mut(n).zip(bound) {
                        let sample = &self.data[sample * n..(sample + 1) * n];
                        x.iter_mut().zip(sample).for_each(|(x, a)| *x += pull * a);
                    }
                }
                None => faer::linalg::matmul::matmul(
                    MatMut::from_row_major_slice_mut(x, rows, n),
                    Accum::Add,
                    MatRef::from_row_major_slice(&weights, rows, p),
                    data,
                    pull,
                    Par::Seq,
                ),
            }
        }
        Ok(())
    }
}

/// 1 for a positive magnetization, 0 for a negative one, ½ for none.
fn side(m: f64) -> f64 {
    0.5 * (1.0 + if m == 0.0 { 0.0 } else { m.signum() })
}

fn magnetization(spins: &[f32]) -> f64 {
    spins.iter().map(|a| f64::from(*a)).sum::<f64>() / spins.len() as f64
}

/// The signs of spins, a bit each.
fn signs(spins: &[f32]) -> Box<[u64]> {
    let word = |spins: &[f32]| spins.iter().enumerate().fold(0, |word, (i, a)| word | u64::from(*a > 0.0) << i);
    spins.chunks(64).map(word).collect()
}
