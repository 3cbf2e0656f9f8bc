//! The kernels' contracts: what goes in, what comes out, in which order and unit.

mod els;
mod field_to_rgba;
mod mixture_field;
mod mixture_particles;
pub mod quantity;
mod spin_langevin;

pub use els::{ElsPosterior, ElsStep, GridCorrelation, PosteriorMap};
pub use field_to_rgba::{Colouring, FieldToRgba, ValueScale};
pub use mixture_field::{Field, FieldRequest, MixtureField};
pub use mixture_particles::{MixtureParticles, ParticleRequest, Particles};
pub use spin_langevin::{
    NOISE_BLOCK, NOISE_COUNTERS, SpinLangevin, SpinRequest, SpinStep, SpinSums, first_counter, spin_noise,
    system_noise, systems_noise,
};
