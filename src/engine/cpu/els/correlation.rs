//! Kernel `grid_correlation`: power spectra by real Fourier transforms on all cores, and one transform back.

use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftPlanner};

use super::afford;
use crate::core::els::Grids;
use crate::core::els::correlation::Correlation;
use crate::engine::EngineError;
use crate::engine::cpu::CpuEngine;
use crate::engine::kernel::GridCorrelation;

/// Columns that are transformed together: as many as fill a line of the cache.
const COLUMNS: usize = 8;

impl GridCorrelation for CpuEngine {
    fn grid_correlation(&self, phi: &Grids<f32>) -> Result<Correlation, EngineError> {
        let (side, area) = (phi.side, phi.area());
        afford("the two-point function", 64 * area as u64)?;
        let planes = || phi.values.chunks_exact(area.max(1)).enumerate();
        let per_channel = (phi.count * area) as f64;
        let mut mean = vec![0.0; phi.channels];
        for (plane, values) in planes() {
            let total: f64 = values.par_chunks(4096).map(sum).collect::<Vec<_>>().iter().sum();
            mean[plane % phi.channels] += total / per_channel;
        }
        let transform = Transform::new(side);
        let mut power = vec![0.0_f32; area / side.max(1) * transform.half];
        for (plane, values) in planes() {
            transform.add_power(values, mean[plane % phi.channels] as f32, &mut power);
        }
        let scale = 1.0 / (per_channel * area as f64);
        let covariance = transform.back(&power).iter().map(|value| f64::from(*value) * scale).collect();
        Ok(Correlation { count: phi.count, side, mean, covariance })
    }
}

fn sum(values: &[f32]) -> f64 {
    values.iter().map(|value| f64::from(*value)).sum()
}

/// Plans for one size.
#[derive(Clone)]
struct Transform {
    side: usize,
    /// Wave numbers 0 … L/2 of a real row.
    half: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    backward: Arc<dyn ComplexToReal<f32>>,
    columns: Arc<dyn Fft<f32>>,
}

impl Transform {
    /// The plans, made once for each size that follows another.
    fn new(side: usize) -> Self {
        static LAST: Mutex<Option<Transform>> = Mutex::new(None);
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(transform) = last.as_ref().filter(|transform| transform.side == side) {
            return transform.clone();
        }
        let mut planner = RealFftPlanner::new();
        let transform = Self {
            side,
            half: side / 2 + 1,
            forward: planner.plan_fft_forward(side),
            backward: planner.plan_fft_inverse(side),
            columns: FftPlanner::new().plan_fft_forward(side),
        };
        *last = Some(transform.clone());
        transform
    }

    /// Adds |φ̂|² of one plane; `power` holds `half` columns of L wave numbers each.
    fn add_power(&self, values: &[f32], mean: f32, power: &mut [f32]) {
        let (side, half) = (self.side, self.half);
        let mut rows = vec![Complex::default(); side * half];
        rows.par_chunks_exact_mut(half).zip(values.par_chunks_exact(side)).for_each_init(
            || (vec![0.0; side], self.forward.make_scratch_vec()),
            |(input, scratch), (row, values)| {
                input.iter_mut().zip(values).for_each(|(input, value)| *input = value - mean);
                // The lengths are those of the plan.
                let done = self.forward.process_with_scratch(input, row, scratch);
                debug_assert!(done.is_ok());
            },
        );
        power.par_chunks_mut(COLUMNS * side).enumerate().for_each_init(
            || {
                (
                    vec![Complex::default(); COLUMNS * side],
                    vec![Complex::default(); self.columns.get_inplace_scratch_len()],
                )
            },
            |(buffer, scratch), (block, power)| {
                let columns = power.len() / side;
                let buffer = &mut buffer[..columns * side];
                for (y, row) in rows.chunks_exact(half).enumerate() {
                    for (c, value) in row[block * COLUMNS..][..columns].iter().enumerate() {
                        buffer[c * side + y] = *value;
                    }
                }
                self.columns.process_with_scratch(buffer, scratch);
                power.iter_mut().zip(buffer.iter()).for_each(|(sum, amplitude)| *sum += amplitude.norm_sqr());
            },
        );
    }

    /// The unnormalised inverse transform of a power spectrum.
    fn back(&self, power: &[f32]) -> Vec<f32> {
        let (side, half) = (self.side, self.half);
        let mut columns = vec![Complex::default(); side * half];
        columns.par_chunks_mut(COLUMNS * side).zip(power.par_chunks(COLUMNS * side)).for_each_init(
            || vec![Complex::default(); self.columns.get_inplace_scratch_len()],
            |scratch, (columns, power)| {
                columns.iter_mut().zip(power).for_each(|(value, power)| *value = Complex::new(*power, 0.0));
                self.columns.process_with_scratch(columns, scratch);
            },
        );
        let mut covariance = vec![0.0; side * side];
        covariance.par_chunks_exact_mut(side).enumerate().for_each_init(
            || (vec![Complex::default(); half], self.backward.make_scratch_vec()),
            |(row, scratch), (y, out)| {
                // Forward and inverse transform of a column differ by its reversal, and by the plane's symmetry that of the row.
                row.iter_mut().enumerate().for_each(|(q, value)| *value = columns[q * side + y].conj());
                row[0].im = 0.0;
                if side % 2 == 0 {
                    row[half - 1].im = 0.0;
                }
                let done = self.backward.process_with_scratch(row, out, scratch);
                debug_assert!(done.is_ok());
            },
        );
        covariance
    }
}
