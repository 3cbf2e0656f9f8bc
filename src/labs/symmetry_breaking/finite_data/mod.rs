//! What finite data do to generation: the same magnets made with the exact score and with scores learned from P samples.
//!
//! [CW] concludes that the weights of the two states need P ≫ N. That holds for a score whose components carry errors of
//! one common sign; the empirical score and fitted weights miss W₊ by √(W₊W₋/P) whatever N. This experiment shows both.

mod sources;
mod summary;

use rayon::prelude::*;

use super::scene::FiniteData;
use crate::core::curie_weiss::CurieWeiss;
use crate::core::param::{Choice, ChoiceError};
use crate::core::philox;
use crate::core::process::Forward;
use crate::core::{sampler, time_grid};
use crate::engine::kernel::SpinStep;
use crate::engine::{Engine, EngineError};
pub use sources::{ALL, ScoreSource, find};
pub use summary::{Cell, Exponents, Table};

use sources::Case;
use summary::Counts;

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

/// Data sets of the first round, which gives a rough picture of everything before more are drawn.
const FIRST_ROUND: usize = 4;
/// Memory that data sets in flight may take, in bytes; a single one may take more.
const MEMORY_BYTES: u64 = 1 << 30;
/// Work between two looks at whether to go on, in products of spins and samples.
const PIECE: f64 = 2e9;

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
    measure_as_it_comes(spec, model, engine, seed, &mut |fraction, _| go_on(fraction))
}

/// As [`measure`]; `go_on` is also shown the tables so far: first few data sets of every pair (N, P), then all of them.
///
/// # Errors
/// See [`FiniteDataError`].
pub fn measure_as_it_comes(
    spec: &FiniteData,
    model: &CurieWeiss,
    engine: &dyn Engine,
    seed: u64,
    go_on: &mut dyn FnMut(f64, &[Table]) -> bool,
) -> Result<Option<Vec<Table>>, FiniteDataError> {
    let mut experiment = Experiment::new(spec, model, engine, seed);
    for round in rounds(spec.data_sets) {
        for pair in 0..experiment.pairs.len() {
            if !experiment.advance(pair, round.clone(), go_on)? {
                return Ok(None);
            }
        }
    }
    go_on(1.0, &experiment.tables);
    Ok(Some(experiment.tables))
}

/// The data sets of each round.
fn rounds(data_sets: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let first = if data_sets <= 2 * FIRST_ROUND { data_sets } else { FIRST_ROUND };
    [0..first, first..data_sets].into_iter().filter(|sets| !sets.is_empty())
}

/// The experiment as far as it has come.
struct Experiment<'a> {
    spec: &'a FiniteData,
    model: &'a CurieWeiss,
    engine: &'a dyn Engine,
    seed: u64,
    sources: Vec<&'static ScoreSource>,
    /// Every (N, P).
    pairs: Vec<(u64, u64)>,
    /// What each source made of each data set of each pair.
    counts: Vec<Vec<Vec<Counts>>>,
    tables: Vec<Table>,
    /// Work done, and all of it.
    work: [f64; 2],
}

impl<'a> Experiment<'a> {
    fn new(spec: &'a FiniteData, model: &'a CurieWeiss, engine: &'a dyn Engine, seed: u64) -> Self {
        let sources: Vec<_> = spec.scores.iter().filter_map(|id| find(id)).collect();
        let pairs: Vec<_> = spec.spins.iter().flat_map(|n| spec.samples.iter().map(move |p| (*n, *p))).collect();
        let each: f64 = sources.iter().flat_map(|source| pairs.iter().map(|pair| cost(source, *pair))).sum();
        Self {
            counts: vec![vec![Vec::new(); pairs.len()]; sources.len()],
            work: [0.0, each * (spec.data_sets * spec.generated) as f64],
            tables: Vec::new(),
            spec,
            model,
            engine,
            seed,
            sources,
            pairs,
        }
    }

    /// Generates from the data sets `sets` of one pair (N, P), with every score; returns whether to go on.
    fn advance(
        &mut self,
        pair: usize,
        sets: std::ops::Range<usize>,
        go_on: &mut dyn FnMut(f64, &[Table]) -> bool,
    ) -> Result<bool, FiniteDataError> {
        let (n, p) = self.pairs[pair];
        let model = CurieWeiss { spins: n, ..*self.model };
        let (_, plan) = plan(&model, self.spec.steps, 1e-3)?;
        let generated = self.spec.generated;
        let bytes = Case::bytes(n, p, generated).max(1);
        let in_flight = (MEMORY_BYTES / bytes).clamp(1, sets.len() as u64) as usize;
        let numbers: Vec<u32> = sets.map(|set| set as u32).collect();
        for group in numbers.chunks(in_flight) {
            let draw = |set: &u32| {
                // One seed for each N, P and data set, the same for every source.
                let seed = philox::sub_seed(philox::sub_seed(self.seed, n as u32, p as u32), 0, *set);
                Case::draw(&model, p, &plan, self.engine, seed)
            };
            let cases: Vec<Case<'_>> = group.par_iter().map(draw).collect();
            for (number, source) in self.sources.iter().enumerate() {
                let each = cost(source, (n, p));
                let rows = (PIECE / (each * plan.len() as f64)).clamp(64.0, 1e6) as usize;
                let mut sums = vec![Counts::default(); cases.len()];
                for first in (0..generated).step_by(rows) {
                    if !go_on(self.work[0] / self.work[1], &self.tables) {
                        return Ok(false);
                    }
                    let count = rows.min(generated - first);
                    let piece = cases.par_iter().map(|case| case.generate(source, first as u32, count));
                    for (sum, counts) in sums.iter_mut().zip(piece.collect::<Result<Vec<_>, EngineError>>()?) {
                        *sum += counts;
                    }
                    self.work[0] += each * (count * cases.len()) as f64;
                }
                self.counts[number][pair].extend(sums);
            }
        }
        self.sum_up();
        Ok(true)
    }

    fn sum_up(&mut self) {
        let table = |(source, counts): (&&'static ScoreSource, &Vec<Vec<Counts>>)| {
            let known = self.pairs.iter().zip(counts).filter(|(_, counts)| counts.len() >= 2);
            let cells: Vec<Cell> = known
                .map(|((n, p), counts)| summary::summary(counts, &CurieWeiss { spins: *n, ..*self.model }, *p))
                .collect();
            Table { score: source.info.id, exponents: summary::exponents(&cells), cells }
        };
        self.tables = self.sources.iter().zip(&self.counts).map(table).collect();
    }
}

/// Work of a step of one configuration: the empirical score costs N · P, everything else about 100 N.
fn cost(source: &ScoreSource, (n, p): (u64, u64)) -> f64 {
    (n * if source.asks_every_sample { p + 50 } else { 50 }) as f64
}

/// Times and steps from τ = 6 (earlier below T = 1), where nothing but noise is left, to time `t_min`: ancestral, uniform in
/// log-SNR.
///
/// # Errors
/// The temperature is out of range.
pub fn plan(model: &CurieWeiss, steps: usize, t_min: f64) -> Result<(Vec<f64>, Vec<SpinStep>), ChoiceError> {
    // What is left of the data at the start is measured in units of √T.
    let first = 6.0 + (-0.5 * model.temperature.ln()).max(0.0);
    let forward = Forward::isotropic(
        &Choice::new("ornstein_uhlenbeck")
            .with("temperature", model.temperature)
            .with("t_min", t_min)
            .with("t_max", model.speciation_time() + first),
    )?;
    let times = time_grid::times(&Choice::new("log_snr"), &forward, steps)?;
    let kind = sampler::find("ancestral");
    let plan = kind.map(|kind| kind.plan(&forward, &times)).unwrap_or_default();
    Ok((times, plan.iter().filter_map(SpinStep::new).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::CpuEngine;

    #[test]
    fn a_rough_picture_comes_first_and_the_rest_adds_to_it() {
        let spec = FiniteData {
            spins: vec![8, 20],
            samples: vec![5, 9],
            data_sets: 12,
            generated: 30,
            steps: 20,
            ..FiniteData::default()
        };
        let model = CurieWeiss { beta: 1.5, field: 0.4, spins: 8, temperature: 1.0 };
        let (mut last, mut complete_at) = (0.0, None);
        let mut watch = |fraction: f64, tables: &[Table]| {
            assert!(fraction >= last && fraction <= 1.0 + 1e-9, "{fraction} after {last}");
            last = fraction;
            if tables.iter().all(|table| table.cells.len() == 4) && !tables.is_empty() {
                complete_at.get_or_insert(fraction);
            }
            true
        };
        let tables = measure_as_it_comes(&spec, &model, &CpuEngine::new(), 3, &mut watch).unwrap().unwrap();
        assert!(complete_at.unwrap() < 0.4, "every pair has a rough result early: {complete_at:?}");
        assert_eq!(tables.len(), spec.scores.len());
        // In one round, all together in memory: the same numbers.
        let whole = Experiment::new(&spec, &model, &CpuEngine::new(), 3).in_one_round();
        assert_eq!(tables, whole);
    }

    impl Experiment<'_> {
        fn in_one_round(mut self) -> Vec<Table> {
            for pair in 0..self.pairs.len() {
                assert!(self.advance(pair, 0..self.spec.data_sets, &mut |_, _| true).unwrap());
            }
            self.tables
        }
    }

    #[test]
    fn the_run_of_spins_starts_where_no_data_are_left_at_any_temperature() {
        for temperature in [1e-3, 1.0, 100.0] {
            let model = CurieWeiss { beta: 20.0, field: 0.0, spins: 1000, temperature };
            let (times, _) = plan(&model, 10, 1e-3).unwrap();
            assert!(model.amplitude(times[0]) / temperature.sqrt() < 0.003, "T = {temperature}");
        }
    }
}
