//! The two-pattern machine: `D = tanh(√ᾱ Σ_Ω φ/(1 − ᾱ))` ([EFT] (11)), the box sums at a cost that hardly depends on k.
//!
//! Down a column the sum over k rows moves on by one row added and one taken away, starting afresh in every strip, so that
//! rounding cannot pile up; along a row the sum over k columns is put together from sums over 1, 2, 4, … columns.

use fearless_simd::{Level as Simds, Simd, dispatch, prelude::*};
use rayon::prelude::*;

use super::{afford, empty_map};
use crate::EngineError;
use crate::cpu::lines::Lines;
use crate::cpu::math;
use crate::kernel::PosteriorMap;
use diffuscope_core::els::SMALLEST_NOISE;
use diffuscope_core::els::stepper::{self, Step};
use diffuscope_core::els::{Grids, Level};

/// Rows of a strip.
const STRIP: usize = 32;

/// What becomes of a pixel of value φ whose window sums to Σ: `φ' = keep · φ + pull · tanh(gain · Σ)`.
#[derive(Debug, Clone, Copy)]
struct Update {
    keep: f32,
    pull: f32,
    gain: f32,
}

/// √ᾱ/(1 − ᾱ).
fn gain(level: Level) -> f64 {
    level.abar.sqrt() / (1.0 - level.abar).max(SMALLEST_NOISE)
}

/// Carries the grids along all steps.
pub(super) fn step(simds: Simds, steps: &[Step], phi: &mut Grids<f32>) -> Result<(), EngineError> {
    afford("a step of all grids", 8 * phi.values.len() as u64)?;
    let mut next = Grids { values: vec![0.0; phi.values.len()], ..*phi };
    for step in steps {
        if let [stage] = step.stages.as_slice() {
            let update = Update {
                keep: (step.keep + step.combine[0] * stage.linear) as f32,
                pull: (step.combine[0] * stage.denoiser) as f32,
                gain: gain(stage.level) as f32,
            };
            transform(simds, stage.level.k, phi, &mut next.values, &update);
            std::mem::swap(&mut phi.values, &mut next.values);
        } else {
            stepper::apply(step, phi, |level, phi| denoise(simds, level, phi))?;
        }
    }
    Ok(())
}

/// D(φ) of every grid.
pub(super) fn denoise(simds: Simds, level: Level, phi: &Grids<f32>) -> Result<Grids<f32>, EngineError> {
    afford("the denoised grids", 8 * phi.values.len() as u64)?;
    let mut denoised = Grids { values: vec![0.0; phi.values.len()], ..*phi };
    let update = Update { keep: 0.0, pull: 1.0, gain: gain(level) as f32 };
    transform(simds, level.k, phi, &mut denoised.values, &update);
    Ok(denoised)
}

/// The posterior over the two patterns, +1 first.
pub(super) fn posterior(simds: Simds, level: Level, phi: &Grids<f32>) -> Result<PosteriorMap, EngineError> {
    afford("the posterior of all pixels", 32 * phi.values.len() as u64)?;
    let mut sums = vec![0.0; phi.values.len()];
    transform(simds, level.k, phi, &mut sums, &Sums);
    let mut map = empty_map(sums.len());
    for (index, sum) in sums.iter().enumerate() {
        let u = gain(level) * f64::from(*sum);
        // W± = 1/(1 + e^{∓2u}); the smaller one from the exponential, so that it keeps its digits.
        let odds = (-2.0 * u.abs()).exp();
        let (large, small) = (1.0 / (1.0 + odds), odds / (1.0 + odds));
        map.image.push(u32::from(u < 0.0));
        map.position.push((index % phi.area()) as u32);
        map.weight.push(large as f32);
        let lost = if small > 0.0 { 2.0 * u.abs() * small } else { 0.0 };
        map.entropy.push((odds.ln_1p() + lost) as f32);
        map.effective.push(1.0 / (large * large + small * small) as f32);
    }
    Ok(map)
}

/// What is done with a row of window sums.
trait Finish: Sync {
    /// Writes `out` from the window sums and values of the same pixels.
    fn row<S: Simd>(&self, simd: S, sums: &[f32], phi: &[f32], out: &mut [f32]);
}

/// Leaves the sums as they are.
struct Sums;

impl Finish for Sums {
    #[inline(always)]
    fn row<S: Simd>(&self, _: S, sums: &[f32], _: &[f32], out: &mut [f32]) {
        out.copy_from_slice(sums);
    }
}

impl Update {
    #[inline(always)]
    fn pixel<S: Simd>(&self, simd: S, sum: S::f32s, phi: S::f32s) -> S::f32s {
        tanh(simd, sum * self.gain).mul_add(self.pull, phi * self.keep)
    }
}

impl Finish for Update {
    #[inline(always)]
    fn row<S: Simd>(&self, simd: S, sums: &[f32], phi: &[f32], out: &mut [f32]) {
        let lanes = S::f32s::LEN;
        let mut whole = out.chunks_exact_mut(lanes);
        let (sums, phi) = (sums.chunks_exact(lanes), phi.chunks_exact(lanes));
        let (rest_sums, rest_phi) = (sums.remainder(), phi.remainder());
        for ((sum, phi), out) in sums.zip(phi).zip(whole.by_ref()) {
            self.pixel(simd, S::f32s::from_slice(simd, sum), S::f32s::from_slice(simd, phi)).store_slice(out);
        }
        let rest = whole.into_remainder();
        if !rest.is_empty() {
            let padded = |values: &[f32]| S::f32s::from_fn(simd, |lane| values.get(lane).copied().unwrap_or_default());
            let moved = self.pixel(simd, padded(rest_sums), padded(rest_phi));
            rest.copy_from_slice(&moved.as_slice()[..rest.len()]);
        }
    }
}

/// |u| from which tanh u rounds to 1.
const LARGEST: f32 = 9.02;

/// tanh u = ±(1 − q)/(1 + q) with q = e^{−2|u|}; its absolute error is a few units of rounding.
#[inline(always)]
fn tanh<S: Simd>(simd: S, u: S::f32s) -> S::f32s {
    let y = u.abs().min(LARGEST) * (-2.0 * std::f32::consts::LOG2_E);
    let q = math::exp2::<S, f32>(simd, y);
    ((-q + 1.0) / (q + 1.0)).copysign(u)
}

/// Writes to `out` what `finish` makes of each row's window sums and values.
fn transform(simds: Simds, k: usize, phi: &Grids<f32>, out: &mut [f32], finish: &impl Finish) {
    let (side, area) = (phi.side, phi.area());
    // Small grids are not cut up: there are many of them, or little to gain.
    let rows = if area <= 64 * 64 { side } else { STRIP };
    let strips: Vec<_> = out
        .chunks_mut(area)
        .zip(phi.values.chunks(area))
        .flat_map(|(out, grid)| {
            out.chunks_mut(rows * side).enumerate().map(move |(strip, out)| (grid, strip * rows, out))
        })
        .collect();
    strips.into_par_iter().for_each_init(
        || Rows::new(side, k),
        |scratch, (grid, first, out)| {
            dispatch!(simds, simd => strip_of(simd, scratch, grid, first, out, finish));
        },
    );
}

/// Widest vector of any instruction set: rows end with as many values more, which may hold anything.
const PADDING: usize = 64;

/// Rows of working memory.
struct Rows {
    side: usize,
    k: usize,
    /// Sum of each column over the k rows of the window.
    column: Lines,
    /// Sums over 1, 2, 4, … columns.
    power: Lines,
    /// Sums over the columns added so far.
    window: Lines,
}

impl Rows {
    fn new(side: usize, k: usize) -> Self {
        let row = |length: usize| Lines::new(0.0, length + PADDING);
        Self { side, k, column: row(side), power: row(side + k - 1), window: row(side) }
    }

    /// Sums `column` over windows of k columns, round the border.
    #[inline(always)]
    fn across<S: Simd>(&mut self, simd: S) {
        let (side, lanes) = (self.side, S::f32s::LEN);
        let length = side + self.k - 1;
        // Column x − r stands at x.
        let lead = (self.k / 2) % side;
        self.power[..lead].copy_from_slice(&self.column[side - lead..side]);
        self.power[lead..side].copy_from_slice(&self.column[..side - lead]);
        for i in side..length {
            self.power[i] = self.power[i - side];
        }
        self.window[..side].copy_from_slice(&self.power[..side]);
        let (mut width, mut added) = (1, 1);
        while 2 * width <= self.k {
            // What is read lies at or behind what is written, never before it.
            let mut i = 0;
            while i < length + 1 - 2 * width {
                let near = S::f32s::from_slice(simd, &self.power[i..i + lanes]);
                let far = S::f32s::from_slice(simd, &self.power[i + width..i + width + lanes]);
                (near + far).store_slice(&mut self.power[i..i + lanes]);
                i += lanes;
            }
            width *= 2;
            if self.k & width != 0 {
                let parts = self.power[added..].chunks_exact(lanes);
                let sums = self.window.chunks_exact_mut(lanes).take(side.div_ceil(lanes));
                for (sum, part) in sums.zip(parts) {
                    (S::f32s::from_slice(simd, sum) + S::f32s::from_slice(simd, part)).store_slice(sum);
                }
                added += width;
            }
        }
    }

    /// Adds a row to the columns' sums and takes another away.
    #[inline(always)]
    fn move_on<S: Simd>(&mut self, simd: S, come: &[f32], gone: &[f32]) {
        let lanes = S::f32s::LEN;
        let (come, gone) = (&come[..self.side], &gone[..self.side]);
        let column = &mut self.column[..self.side];
        let mut whole = column.chunks_exact_mut(lanes);
        let (comes, goes) = (come.chunks_exact(lanes), gone.chunks_exact(lanes));
        let rest = comes.remainder().iter().zip(goes.remainder());
        for ((sum, come), gone) in whole.by_ref().zip(comes.clone()).zip(goes.clone()) {
            let change = S::f32s::from_slice(simd, come) - S::f32s::from_slice(simd, gone);
            (S::f32s::from_slice(simd, sum) + change).store_slice(sum);
        }
        for (sum, (come, gone)) in whole.into_remainder().iter_mut().zip(rest) {
            *sum += come - gone;
        }
    }
}

/// The rows of `out`, from row `first` of `grid` on.
#[inline(always)]
fn strip_of<S: Simd>(simd: S, rows: &mut Rows, grid: &[f32], first: usize, out: &mut [f32], finish: &impl Finish) {
    let (side, k, r) = (rows.side, rows.k, rows.k / 2);
    rows.column.fill(0.0);
    for y in first..first + k {
        let row = row_of(grid, side, k, y, r);
        for (sum, value) in rows.column.iter_mut().zip(row) {
            *sum += value;
        }
    }
    for (y, out) in (first..).zip(out.chunks_mut(side)) {
        if y > first {
            rows.move_on(simd, row_of(grid, side, k, y - 1 + k, r), row_of(grid, side, k, y - 1, r));
        }
        rows.across(simd);
        finish.row(simd, &rows.window[..side], &grid[y * side..(y + 1) * side], out);
    }
}

/// Row y − r of the grid, round the border; k full turns keep the number positive.
#[inline(always)]
fn row_of(grid: &[f32], side: usize, k: usize, y: usize, r: usize) -> &[f32] {
    let y = (y + k * side - r) % side;
    &grid[y * side..(y + 1) * side]
}
