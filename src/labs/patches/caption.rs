//! What a scene is, in words.

use serde_json::Value;

use super::scene::{MachineSpec, Scene};
use crate::core::els::window::{self, Window};
use crate::core::els::{abar_grid, machine, stepper};
use crate::core::image_set;
use crate::labs::caption::{count, member, number, numbers};
use crate::labs::scene_file::{self, SceneError};

/// Training images, machines, ensemble, ᾱ.
pub(super) fn describe(value: &Value) -> Result<String, SceneError> {
    let scene: Scene = scene_file::typed(value)?;
    let set = image_set::ALL.iter().find(|kind| kind.info.id == scene.training.set.kind);
    let drawn = || set.map(|kind| member(&scene.training.set, &kind.info)).unwrap_or_default();
    let training = match &scene.training.images {
        Some(images) => {
            let name = if images.name.is_empty() { "given" } else { images.name.as_str() };
            format!("{name}, {} of side {}", count(images.count, "image"), images.side)
        }
        None => drawn(),
    };
    let mut text = format!("Training images: {training}. Machine: {}", machine_of(&scene.machine));
    if let Some(compare) = &scene.compare {
        text += &format!("; compared with {}", machine_of(compare));
    }
    let ensemble = scene.ensemble;
    text += &format!(". {} of side {}", count(ensemble.count, "grid"), ensemble.side);
    if scene.noise.is_some() {
        text += " from given noise";
    }
    if !scene.painting.is_empty() {
        text += &format!(", {}", count(scene.painting.len(), "stroke"));
    }
    text += &format!(", at ᾱ = {}", number(scene.abar));
    Ok(text)
}

fn machine_of(spec: &MachineSpec) -> String {
    let kind = machine::ALL.iter().find(|kind| kind.info.id == spec.kind.kind);
    let name = kind.map(|kind| member(&spec.kind, &kind.info)).unwrap_or_default();
    let window = match &spec.window {
        Window::K(k) => format!("k = {k}"),
        Window::List(list) => format!("k = {} from low noise to high", numbers(list.iter().map(|k| *k as f64))),
        Window::Preset(id) => format!("k of {}", window::find_preset(id).map_or(id.as_str(), |preset| preset.name)),
        Window::Curve(curve) => {
            let points = curve.iter().map(|[abar, k]| format!("{} at ᾱ = {}", number(*k), number(*abar)));
            format!("k = {}", points.collect::<Vec<_>>().join(", "))
        }
    };
    let stepper = stepper::find(&spec.stepper).map_or("", |kind| kind.info.name);
    let grid = abar_grid::find(&spec.grid).map_or("", |kind| kind.info.name);
    let [from, to] = spec.abar.map(number);
    format!("{name}, {window}, {} steps of {stepper} from ᾱ = {from} to {to} ({grid})", spec.steps)
}
