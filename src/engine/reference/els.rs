//! The kernels of local score machines, pixel by pixel in double precision.

use rayon::prelude::*;

use super::ReferenceEngine;
use crate::EngineError;
use crate::kernel::{ElsPosterior, ElsStep, GridCorrelation, PosteriorMap};
use diffuscope_core::els::correlation::Correlation;
use diffuscope_core::els::stepper::{self, Step};
use diffuscope_core::els::{Grids, Level, Machine};

/// D(φ) of every grid, the grids on all cores.
fn denoise_all(machine: &Machine, level: Level, phi: &Grids<f64>) -> Grids<f64> {
    let size = phi.channels * phi.area();
    let mut denoised = Grids::zeros(phi.count, phi.channels, phi.side);
    if size > 0 {
        denoised.values.par_chunks_exact_mut(size).enumerate().for_each(|(b, target)| {
            target.copy_from_slice(&machine.denoise(level, phi.grid(b)));
        });
    }
    denoised
}

impl ElsStep for ReferenceEngine {
    fn els_step(&self, machine: &Machine, steps: &[Step], phi: &mut Grids<f32>) -> Result<(), EngineError> {
        let mut wide = phi.map(f64::from);
        for step in steps {
            stepper::apply(step, &mut wide, |level, phi| Ok::<_, EngineError>(denoise_all(machine, level, phi)))?;
        }
        *phi = wide.map(|value| value as f32);
        Ok(())
    }

    fn els_denoise(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<Grids<f32>, EngineError> {
        Ok(denoise_all(machine, level, &phi.map(f64::from)).map(|value| value as f32))
    }
}

impl ElsPosterior for ReferenceEngine {
    fn els_posterior(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<PosteriorMap, EngineError> {
        let wide = phi.map(f64::from);
        let (side, area) = (phi.side, phi.area());
        let pixels: Vec<_> = (0..phi.count * area)
            .into_par_iter()
            .map(|index| {
                let pixel = index % area;
                machine.posterior(level, wide.grid(index / area), pixel / side, pixel % side)
            })
            .collect();
        let mut map = PosteriorMap::default();
        for pixel in &pixels {
            map.image.push(pixel.source.0 as u32);
            map.position.push(pixel.source.1 as u32);
            map.weight.push(pixel.weight as f32);
            map.entropy.push(pixel.entropy as f32);
            map.effective.push(pixel.effective as f32);
        }
        Ok(map)
    }
}

impl GridCorrelation for ReferenceEngine {
    fn grid_correlation(&self, phi: &Grids<f32>) -> Result<Correlation, EngineError> {
        Ok(Correlation::measure(&phi.map(f64::from)))
    }
}
