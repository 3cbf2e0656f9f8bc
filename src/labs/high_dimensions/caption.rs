//! What a scene is, in words.

use serde_json::Value;

use super::scene::Scene;
use crate::core::high_dimensions::{linear_score, spectrum};
use crate::core::sampler;
use crate::labs::caption::{member, number, numbers};
use crate::labs::scene_file::{self, SceneError};

/// Data, learning, N and a, focus, generation.
pub(super) fn describe(value: &Value) -> Result<String, SceneError> {
    let scene: Scene = scene_file::typed(value)?;
    let kind = spectrum::ALL.iter().find(|kind| kind.info.id == scene.spectrum.kind);
    let spectrum = kind.map(|kind| member(&scene.spectrum, &kind.info)).unwrap_or_default();
    let learning = linear_score::find(&scene.learning).map_or("", |kind| kind.info.name);
    let sampler = sampler::find(&scene.sampler).map_or("", |kind| kind.info.name);
    Ok(format!(
        "Gaussian data, spectrum: {spectrum}; Ornstein–Uhlenbeck noise of temperature {}; linear score from P = N^(1+a) \
         samples: {learning}. N = {}, a = {}, {} draws of each; spectra at N = {}, a = {}. Generation: {sampler}, {} steps",
        number(scene.temperature),
        numbers(scene.sizes.iter().map(|n| *n as f64)),
        numbers(scene.exponents.iter().copied()),
        scene.repeats,
        scene.focus.size,
        number(scene.focus.exponent),
        scene.steps,
    ))
}
