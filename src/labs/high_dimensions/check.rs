//! Which scenes are valid: every documented range of [`Scene`], checked.

use serde_json::{Map, Value};

use super::scene::Scene;
use crate::core::high_dimensions::{linear_score, spectrum};
use crate::core::sampler::{self, Direction};
use crate::labs::scene_file::checks;
use crate::labs::scene_file::{SceneError, SceneFormat};

/// Largest dimension N.
pub const MAX_SIZE: usize = 1000;
/// Range of the exponent a.
pub const EXPONENTS: std::ops::RangeInclusive<f64> = -1.0..=2.5;

impl SceneFormat for Scene {
    const LAB: &'static str = "high_dimensions";
    const MIGRATIONS: &'static [fn(&mut Map<String, Value>)] = &[];

    fn check(&self) -> Result<(), SceneError> {
        checks::length("title", self.title.chars().count(), 200)?;
        checks::length("about", self.about.chars().count(), 4000)?;
        spectrum::build(&self.spectrum, 2).map_err(|error| checks::choice_fault("spectrum", error))?;
        checks::name("learning", &self.learning, linear_score::ALL.iter().map(|kind| kind.info.id))?;
        let generating = sampler::ALL.iter().filter(|kind| kind.direction == Direction::Generating);
        checks::name("sampler", &self.sampler, generating.map(|kind| kind.info.id))?;
        checks::length("sizes", self.sizes.len(), 8)?;
        for (i, size) in self.sizes.iter().enumerate() {
            checks::count(format_args!("sizes[{i}]"), *size, 2..=MAX_SIZE)?;
        }
        check_exponents(&self.exponents)?;
        checks::number("focus.exponent", self.focus.exponent, EXPONENTS)?;
        checks::number("temperature", self.temperature, 0.01..=100.0)
    }
}

/// Whether distances can be computed at these exponents.
///
/// # Errors
/// The exponent at fault.
pub fn check_exponents(exponents: &[f64]) -> Result<(), SceneError> {
    checks::length("exponents", exponents.len(), 40)?;
    checks::numbers("exponents", exponents, EXPONENTS)
}
