//! Local score machines on images ([EFT]; Kamb & Ganguli, arXiv 2412.20292), as formulas in plain f64.
//!
//! A field φ on an L×L grid is denoised pixel by pixel: the k×k patch Ω round a pixel is compared with patches of the
//! training images, and the centres of these patches are averaged with the weights of a Gaussian posterior. Which patches
//! a pixel may be compared with is what tells the machines apart; see [`machine`].

pub mod abar_grid;
pub mod correlation;
pub mod eft;
pub mod grids;
pub mod machine;
pub mod patch_statistics;
pub mod posterior;
pub mod snapping;
pub mod stepper;
pub mod theory;
pub mod window;

pub use grids::Grids;
pub use machine::Machine;

/// Where on the way from noise to image, and how far a pixel sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Signal power ᾱ, from 0 to 1.
    pub abar: f64,
    /// Side k of the patch, odd.
    pub k: usize,
}

impl Level {
    /// Factor of −|φ_Ω − √ᾱ p|² in the exponent of the weights: `1 / (2 (1 − ᾱ))`, finite also for ᾱ = 1, where the nearest
    /// patches then share all weight.
    pub fn sharpness(&self) -> f64 {
        0.5 / (1.0 - self.abar).max(SMALLEST_NOISE)
    }
}

/// Noise variance that stands for none: small against any squared difference of patches, large against overflow in f32.
pub const SMALLEST_NOISE: f64 = 1e-30;
