//! Kernels of local score machines: `els_step`, `els_posterior` and `grid_correlation`.

use crate::EngineError;
use diffuscope_core::els::correlation::Correlation;
use diffuscope_core::els::stepper::Step;
use diffuscope_core::els::{Grids, Level, Machine};

/// Carries ensembles of grids along the flow of a machine.
pub trait ElsStep {
    /// Carries every grid along all steps, in place ([EFT] (1) with the factor ½ that is missing there).
    ///
    /// # Errors
    /// [`EngineError`] if memory or the device fails; the grids are then unchanged.
    fn els_step(&self, machine: &Machine, steps: &[Step], phi: &mut Grids<f32>) -> Result<(), EngineError>;

    /// The denoised estimate D(φ) of every grid, of the same shape.
    ///
    /// # Errors
    /// [`EngineError`] if memory or the device fails.
    fn els_denoise(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<Grids<f32>, EngineError>;
}

/// What the posterior over training patches says at every pixel; each array is [B, L, L].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PosteriorMap {
    /// Number of the training image whose patch weighs most; of several equal ones, the first.
    pub image: Vec<u32>,
    /// Place of that patch's centre in it, `row · side + column`.
    pub position: Vec<u32>,
    /// Its weight.
    pub weight: Vec<f32>,
    /// Entropy −Σ W log W in nats.
    pub entropy: Vec<f32>,
    /// Effective number of patches, 1/ΣW².
    pub effective: Vec<f32>,
}

/// Tells where every pixel comes from.
pub trait ElsPosterior {
    /// The posterior of every pixel of every grid.
    ///
    /// # Errors
    /// [`EngineError`] if memory or the device fails.
    fn els_posterior(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<PosteriorMap, EngineError>;
}

/// Measures two-point functions.
pub trait GridCorrelation {
    /// G(Δ) of the ensemble and the mean of each channel.
    ///
    /// # Errors
    /// [`EngineError`] if memory or the device fails.
    fn grid_correlation(&self, phi: &Grids<f32>) -> Result<Correlation, EngineError>;
}
