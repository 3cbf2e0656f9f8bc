//! Kernel `spin_langevin` in f64.

use rayon::prelude::*;

use super::ReferenceEngine;
use crate::EngineError;
use crate::kernel::{SpinLangevin, SpinRequest, SpinSums, spin_noise};

impl SpinLangevin for ReferenceEngine {
    fn spin_langevin(&self, request: &SpinRequest<'_>, x: &mut [f32]) -> Result<SpinSums, EngineError> {
        let systems = x.par_chunks_mut(request.spins).enumerate();
        let sums: Vec<Vec<[f64; 2]>> =
            systems.map(|(system, x)| advance(request, request.first_system + system as u32, x)).collect();
        let column = |part: usize| {
            let steps = 0..request.steps.len();
            steps.flat_map(|step| sums.iter().map(move |system| system[step][part])).collect()
        };
        Ok(SpinSums { log_odds: column(0), sum: column(1) })
    }
}

/// Carries one system; returns its log odds and sum before each step.
fn advance(request: &SpinRequest<'_>, system: u32, x: &mut [f32]) -> Vec<[f64; 2]> {
    let mut means = vec![0.0; x.len()];
    (request.first_step..)
        .zip(request.steps)
        .map(|(number, step)| {
            let tilts: Vec<f64> = x.iter().map(|x| step.tilt * f64::from(*x)).collect();
            let log_odds = request.states.posterior_means(&tilts, &mut means);
            let sum = x.iter().map(|x| f64::from(*x)).sum();
            for (i, (x, mean)) in x.iter_mut().zip(&means).enumerate() {
                let error = request.score_error.get(i).copied().unwrap_or_default();
                let xi = spin_noise(request.seed, request.stream, request.spins, system, i, number);
                let moved = step.keep * f64::from(*x) + step.pull * mean;
                *x = (moved + step.error * f64::from(error) + step.noise * f64::from(xi)) as f32;
            }
            [log_odds, sum]
        })
        .collect()
}
