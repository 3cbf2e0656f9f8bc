//! Kernel `grid_correlation`: power spectra by real Fourier transforms on all cores, and one transform back.

use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftPlanner};

use super::afford;
use crate::EngineError;
use crate::cpu::CpuEngine;
use crate::kernel::GridCorrelation;
use diffuscope_core::els::Grids;
use diffuscope_core::els::correlation::Correlation;

/// Columns, and rows on the way back, that are transformed together: as many as fill a line of the cache.
const LINE: usize = 8;
/// Workspaces up to this number of pixels are kept for the next call: fresh memory costs more than the arithmetic.
const KEPT: usize = 1 << 21;

/// The workspace of the latest call.
static SPARE: Mutex<Option<Workspace>> = Mutex::new(None);

impl GridCorrelation for CpuEngine {
    fn grid_correlation(&self, phi: &Grids<f32>) -> Result<Correlation, EngineError> {
        let (side, area) = (phi.side, phi.area());
        afford("the two-point function", 32 * area as u64)?;
        let planes = || phi.values.chunks_exact(area.max(1)).enumerate();
        let per_channel = (phi.count * area) as f64;
        let mut mean = vec![0.0; phi.channels];
        for (plane, values) in planes() {
            let total: f64 = values.par_chunks(1 << 14).map(sum).collect::<Vec<_>>().iter().sum();
            mean[plane % phi.channels] += total / per_channel;
        }
        let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut space = spare.filter(|space| space.side == side).unwrap_or_else(|| Workspace::new(side));
        space.power.fill(0.0);
        for (plane, values) in planes() {
            space.add_power(values, mean[plane % phi.channels] as f32);
        }
        let covariance = space.back(1.0 / (per_channel * area as f64));
        if area <= KEPT {
            *SPARE.lock().unwrap_or_else(PoisonError::into_inner) = Some(space);
        }
        Ok(Correlation { count: phi.count, side, mean, covariance })
    }
}

/// A sum in double precision, of eight numbers at a time.
fn sum(values: &[f32]) -> f64 {
    let mut sums = [0.0_f64; 8];
    let eights = values.chunks_exact(8);
    let rest: f64 = eights.remainder().iter().map(|value| f64::from(*value)).sum();
    for eight in eights {
        for (sum, value) in sums.iter_mut().zip(eight) {
            *sum += f64::from(*value);
        }
    }
    rest + sums.iter().sum::<f64>()
}

/// Plans and memory for one size.
struct Workspace {
    side: usize,
    /// Wave numbers 0 … L/2 of a real row.
    half: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    backward: Arc<dyn ComplexToReal<f32>>,
    columns: Arc<dyn Fft<f32>>,
    /// L rows of `half` wave numbers, or `half` columns of L.
    waves: Vec<Complex<f32>>,
    /// Σ|φ̂|²: `half` columns of L wave numbers.
    power: Vec<f32>,
}

impl Workspace {
    fn new(side: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let half = side / 2 + 1;
        Self {
            side,
            half,
            forward: planner.plan_fft_forward(side),
            backward: planner.plan_fft_inverse(side),
            columns: FftPlanner::new().plan_fft_forward(side),
            waves: vec![Complex::default(); side * half],
            power: vec![0.0; side * half],
        }
    }

    /// Adds |φ̂|² of one plane.
    fn add_power(&mut self, values: &[f32], mean: f32) {
        let Self { side, half, forward, columns, waves, power, .. } = self;
        let (side, half) = (*side, *half);
        waves.par_chunks_exact_mut(half).zip(values.par_chunks_exact(side)).for_each_init(
            || (vec![0.0; side], forward.make_scratch_vec()),
            |(input, scratch), (row, values)| {
                for (input, value) in input.iter_mut().zip(values) {
                    *input = value - mean;
                }
                // The lengths are those of the plan.
                let done = forward.process_with_scratch(input, row, scratch);
                debug_assert!(done.is_ok());
            },
        );
        power.par_chunks_mut(LINE * side).enumerate().for_each_init(
            || {
                let scratch = columns.get_inplace_scratch_len();
                (vec![Complex::default(); LINE * side], vec![Complex::default(); scratch])
            },
            |(buffer, scratch), (block, power)| {
                let count = power.len() / side;
                let buffer = &mut buffer[..count * side];
                for (y, row) in waves.chunks_exact(half).enumerate() {
                    for (c, value) in row[block * LINE..][..count].iter().enumerate() {
                        buffer[c * side + y] = *value;
                    }
                }
                columns.process_with_scratch(buffer, scratch);
                for (sum, amplitude) in power.iter_mut().zip(buffer.iter()) {
                    *sum += amplitude.norm_sqr();
                }
            },
        );
    }

    /// The inverse transform of the power spectrum, times `scale`.
    fn back(&mut self, scale: f64) -> Vec<f64> {
        let Self { side, half, backward, columns, waves, power, .. } = self;
        let (side, half) = (*side, *half);
        waves.par_chunks_mut(LINE * side).zip(power.par_chunks(LINE * side)).for_each_init(
            || vec![Complex::default(); columns.get_inplace_scratch_len()],
            |scratch, (waves, power)| {
                for (value, power) in waves.iter_mut().zip(power) {
                    *value = Complex::new(*power, 0.0);
                }
                columns.process_with_scratch(waves, scratch);
            },
        );
        let mut covariance = vec![0.0; side * side];
        covariance.par_chunks_mut(LINE * side).enumerate().for_each_init(
            || (vec![Complex::default(); LINE * half], vec![0.0_f32; side], backward.make_scratch_vec()),
            |(rows, output, scratch), (block, covariance)| {
                // Forward and inverse transform of a column of real numbers are conjugate.
                let count = covariance.len() / side;
                for (q, column) in waves.chunks_exact(side).enumerate() {
                    for (y, value) in column[block * LINE..][..count].iter().enumerate() {
                        rows[y * half + q] = value.conj();
                    }
                }
                for (row, covariance) in rows.chunks_exact_mut(half).zip(covariance.chunks_exact_mut(side)) {
                    // Real but for rounding.
                    row[0].im = 0.0;
                    if side % 2 == 0 {
                        row[half - 1].im = 0.0;
                    }
                    let done = backward.process_with_scratch(row, output, scratch);
                    debug_assert!(done.is_ok());
                    for (covariance, value) in covariance.iter_mut().zip(output.iter()) {
                        *covariance = f64::from(*value) * scale;
                    }
                }
            },
        );
        covariance
    }
}
