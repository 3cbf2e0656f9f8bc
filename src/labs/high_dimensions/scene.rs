//! The scene of the high-dimensions lab: everything that defines its pictures and runs, and nothing else.

use serde::{Deserialize, Serialize};

use crate::core::param::Choice;
use crate::labs::scene_file::checks::whole;

/// A scene, as saved. Fields left out of a file take their defaults; unknown fields are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scene {
    /// Always "high_dimensions".
    pub lab: String,
    /// Always 1.
    pub version: u64,
    /// Name shown in the gallery.
    pub title: String,
    /// A few sentences: what to look at, what to try.
    pub about: String,
    /// Spectrum of the data's covariance, a member of `core::high_dimensions::spectrum::ALL`.
    pub spectrum: Choice,
    /// Way of learning, a member of `core::high_dimensions::linear_score::ALL`.
    pub learning: String,
    /// Dimensions N whose curves are overlaid, each from 2 to 1000, at most 8.
    pub sizes: Vec<usize>,
    /// Exponents a of P = N^{1+a}, each from −1 to 2.5, at most 40.
    pub exponents: Vec<f64>,
    /// Repetitions of each point, from 1 to 100.
    #[serde(deserialize_with = "whole::<_, 1, 100>")]
    pub repeats: usize,
    /// The N and a whose eigenvalues and eigenvectors are shown.
    pub focus: Focus,
    /// Sampler that generates, a member of `core::sampler::ALL`; used where the generated covariance has no closed form.
    pub sampler: String,
    /// Its steps, from 1 to 1000, uniform in log-SNR.
    #[serde(deserialize_with = "whole::<_, 1, 1000>")]
    pub steps: usize,
    /// Temperature T of the bath, from 0.01 to 100.
    pub temperature: f64,
    /// Seed of all randomness.
    pub seed: u64,
}

/// One point of the plane (N, a).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Focus {
    /// Dimension N, from 2 to 1000.
    #[serde(deserialize_with = "whole::<_, 2, 1000>")]
    pub size: usize,
    /// Exponent a, from −1 to 2.5.
    pub exponent: f64,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            lab: "high_dimensions".to_owned(),
            version: 1,
            title: String::new(),
            about: String::new(),
            spectrum: Choice::new("marchenko_pastur"),
            learning: "averaged".to_owned(),
            sizes: vec![50, 100, 200],
            exponents: (-2..=8).map(|k| 0.25 * f64::from(k)).collect(),
            repeats: 3,
            focus: Focus::default(),
            sampler: "heun".to_owned(),
            steps: 60,
            temperature: 1.0,
            seed: 1,
        }
    }
}

impl Default for Focus {
    fn default() -> Self {
        Self { size: 200, exponent: 0.5 }
    }
}
