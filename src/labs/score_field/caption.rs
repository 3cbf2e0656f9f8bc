//! What a scene is, in words.

use serde_json::Value;

use super::scene::{Scene, Start};
use crate::core::param::Choice;
use crate::core::process::{self, Forward};
use crate::core::{sampler, score_model, sym2, time_grid};
use crate::engine::kernel::quantity;
use crate::labs::caption::{count, member, number, numbers};
use crate::labs::scene_file::{self, SceneError};

/// Data, process, models, time, particles.
pub(super) fn describe(value: &Value) -> Result<String, SceneError> {
    let scene: Scene = scene_file::typed(value)?;
    let fault = |error: &dyn std::fmt::Display| SceneError::new("process", error.to_string());
    let kind = scene.process.resolve(process::ALL, |kind| &kind.info).map_err(|error| fault(&error))?;
    let [xx, xy, yy] = scene.noise_shape;
    let forward = Forward::new(&scene.process, sym2::new(xx, xy, yy)).map_err(|error| fault(&error))?;

    let (points, components) = (scene.data.points.len(), scene.data.components.len());
    let data = match (points, components) {
        (points, 0) => count(points, "data point"),
        (0, components) => count(components, "Gaussian"),
        (points, components) => format!("{} and {}", count(points, "data point"), count(components, "Gaussian")),
    };
    let shape = if scene.noise_shape == [1.0, 0.0, 1.0] {
        String::new()
    } else {
        format!(" with noise shape S = [{}]", numbers(scene.noise_shape))
    };
    let t = scene.time;
    let mut text = format!(
        "{data}; process: {}{shape}; t = {}, α = {}, σ = {}. Score model: {}",
        member(&scene.process, &kind.info),
        number(t),
        number(forward.alpha(t)),
        number(forward.sigma(t)),
        model(&scene.model),
    );
    if let Some(compare) = &scene.compare {
        text += &format!(", compared with {}", model(compare));
    }
    let heat = &scene.layers.heat;
    if let Some(quantity) = quantity::find(&heat.quantity).filter(|_| heat.on) {
        text += &format!(". Colour: {}", quantity.name);
    }
    let particles = &scene.particles;
    if particles.count > 0 && scene.layers.particles.on {
        let sampler = sampler::find(&particles.sampler).map_or("", |kind| kind.info.name);
        let grid = time_grid::ALL.iter().find(|kind| kind.info.id == particles.time_grid.kind);
        let grid = grid.map(|kind| member(&particles.time_grid, &kind.info)).unwrap_or_default();
        let start = match particles.start {
            Start::Prior => "pure noise",
            Start::Exact => "the noised data",
        };
        let count = count(particles.count, "particle");
        text += &format!(". {count} from {start}: {sampler}, {} steps, {grid}", particles.steps);
    }
    Ok(text)
}

fn model(choice: &Choice) -> String {
    let kind = score_model::ALL.iter().find(|kind| kind.info.id == choice.kind);
    kind.map(|kind| member(choice, &kind.info)).unwrap_or_default()
}
