//! Kernels of local score machines: computed by the theory until this engine has its own.

use super::CpuEngine;
use crate::core::els::correlation::Correlation;
use crate::core::els::stepper::Step;
use crate::core::els::{Grids, Level, Machine};
use crate::engine::EngineError;
use crate::engine::kernel::{ElsPosterior, ElsStep, GridCorrelation, PosteriorMap};
use crate::engine::reference::ReferenceEngine;

impl ElsStep for CpuEngine {
    fn els_step(&self, machine: &Machine, steps: &[Step], phi: &mut Grids<f32>) -> Result<(), EngineError> {
        ReferenceEngine.els_step(machine, steps, phi)
    }

    fn els_denoise(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<Grids<f32>, EngineError> {
        ReferenceEngine.els_denoise(machine, level, phi)
    }
}

impl ElsPosterior for CpuEngine {
    fn els_posterior(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<PosteriorMap, EngineError> {
        ReferenceEngine.els_posterior(machine, level, phi)
    }
}

impl GridCorrelation for CpuEngine {
    fn grid_correlation(&self, phi: &Grids<f32>) -> Result<Correlation, EngineError> {
        ReferenceEngine.grid_correlation(phi)
    }
}
