//! Kernel `mixture_particles`: carries particles along the steps of any sampler.

use crate::EngineError;
use diffuscope_core::mixture::Mixture;
use diffuscope_core::philox::Stream;
use diffuscope_core::process::Forward;
use diffuscope_core::sampler::Step;

/// Places of particles, one array a coordinate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Particles {
    /// First coordinate.
    pub x: Vec<f32>,
    /// Second coordinate.
    pub y: Vec<f32>,
}

/// What to compute.
#[derive(Debug, Clone, Copy)]
pub struct ParticleRequest<'a> {
    /// p_0, whose noised score moves the particles.
    pub mixture: &'a Mixture,
    /// The process; engines need only its noise shape, as the steps hold the rest.
    pub forward: &'a Forward,
    /// Consecutive steps.
    pub steps: &'a [Step],
    /// Number of the first step: the counter of its noise.
    pub first_step: u32,
    /// Seed of the noise.
    pub seed: u64,
    /// Stream of the noise.
    pub stream: Stream,
}

/// Advances particles.
pub trait MixtureParticles {
    /// Carries every particle along all steps, in place. Particle i uses the normal numbers
    /// `philox::normals(seed, stream, i, first_step + n)` at step n.
    ///
    /// # Errors
    /// [`EngineError`] if memory or the device fails; the particles are then unchanged.
    fn mixture_particles(&self, request: &ParticleRequest<'_>, particles: &mut Particles) -> Result<(), EngineError>;
}
