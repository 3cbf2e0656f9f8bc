//! Which scenes are valid: every documented range of [`Scene`], checked.

use serde_json::{Map, Value};

use super::scene::{Data, Layers, Scene};
use crate::core::param::Choice;
use crate::core::process::{self, Forward};
use crate::core::{sampler, score_model, sym2, time_grid};
use crate::engine::colour_map;
use crate::engine::kernel::quantity;
use crate::labs::scene_file::checks;
use crate::labs::scene_file::{SceneError, SceneFormat};

/// Most data points.
pub const MAX_POINTS: usize = 100_000;
/// Most Gaussian components.
pub const MAX_COMPONENTS: usize = 10_000;
/// Most particles.
pub const MAX_PARTICLES: usize = 10_000_000;
/// Fewest steps of a run.
pub const MIN_STEPS: usize = 1;
/// Most steps of a run.
pub const MAX_STEPS: usize = 10_000;
/// Fewest nodes of the grid along an axis.
pub const MIN_GRID_NODES: usize = 2;
/// Most nodes of the grid along an axis.
pub const MAX_GRID_NODES: usize = 4096;
/// Fewest level lines.
pub const MIN_CONTOURS: usize = 1;
/// Most level lines.
pub const MAX_CONTOURS: usize = 40;
/// Longest trail, in steps.
pub const MAX_TRAIL: usize = 200;
/// Most pinned probes.
pub const MAX_PROBES: usize = 100;
/// Largest coordinate of a data point or mean.
pub const MAX_COORDINATE: f64 = 1e6;
/// Largest coordinate of a place to look at: data may be seen from outside.
pub const MAX_PLACE: f64 = 1e7;
/// Largest weight, and largest entry of a covariance.
pub const MAX_WEIGHT: f64 = 1e12;
/// Smallest and largest eigenvalue of the noise shape.
pub const SHAPE_EIGENVALUES: [f64; 2] = [1e-4, 1e4];
/// Heat map of component colours, which is no single quantity.
pub const COMPONENT_COLOURS: &str = "component_colours";

impl SceneFormat for Scene {
    const LAB: &'static str = "score_field";
    const MIGRATIONS: &'static [fn(&mut Map<String, Value>)] = &[];

    fn check(&self) -> Result<(), SceneError> {
        checks::length("title", self.title.chars().count(), 200)?;
        checks::length("about", self.about.chars().count(), 4000)?;
        check_data(&self.data)?;
        check_process(self)?;
        let model = |field, choice: &Choice| checks::choice(field, choice, score_model::ALL, |kind| &kind.info);
        model("model", &self.model)?;
        if let Some(choice) = &self.compare {
            model("compare", choice)?;
        }
        checks::interval("grid.x", self.grid.x, -MAX_PLACE..=MAX_PLACE)?;
        checks::interval("grid.y", self.grid.y, -MAX_PLACE..=MAX_PLACE)?;
        checks::count("grid.nx", self.grid.nx, MIN_GRID_NODES..=MAX_GRID_NODES)?;
        checks::count("grid.ny", self.grid.ny, MIN_GRID_NODES..=MAX_GRID_NODES)?;
        checks::count("particles.count", self.particles.count, 0..=MAX_PARTICLES)?;
        checks::count("particles.steps", self.particles.steps, MIN_STEPS..=MAX_STEPS)?;
        let samplers = sampler::ALL.iter().map(|kind| kind.info.id);
        checks::name("particles.sampler", &self.particles.sampler, samplers)?;
        checks::choice("particles.time_grid", &self.particles.time_grid, time_grid::ALL, |kind| &kind.info)?;
        check_layers(&self.layers)?;
        checks::numbers("region", &self.region, -MAX_PLACE..=MAX_PLACE)?;
        let [x_min, x_max, y_min, y_max] = self.region;
        checks::interval("region", [x_min, x_max], -MAX_PLACE..=MAX_PLACE)?;
        checks::interval("region", [y_min, y_max], -MAX_PLACE..=MAX_PLACE)?;
        checks::length("probes", self.probes.len(), MAX_PROBES)?;
        for (i, probe) in self.probes.iter().enumerate() {
            checks::numbers(format_args!("probes[{i}]"), probe, -MAX_PLACE..=MAX_PLACE)?;
        }
        Ok(())
    }
}

/// A scene may be without data, as while its points are being replaced; only a run needs some.
fn check_data(data: &Data) -> Result<(), SceneError> {
    checks::length("data.points", data.points.len(), MAX_POINTS)?;
    checks::length("data.components", data.components.len(), MAX_COMPONENTS)?;
    for (i, point) in data.points.iter().enumerate() {
        checks::numbers(format_args!("data.points[{i}]"), &point.at, -MAX_COORDINATE..=MAX_COORDINATE)?;
        checks::number(format_args!("data.points[{i}][2]"), point.weight, 0.0..=MAX_WEIGHT)?;
    }
    for (i, component) in data.components.iter().enumerate() {
        let field = format!("data.components[{i}]");
        checks::numbers(format_args!("{field}.mean"), &component.mean, -MAX_COORDINATE..=MAX_COORDINATE)?;
        checks::number(format_args!("{field}.weight"), component.weight, 0.0..=MAX_WEIGHT)?;
        checks::numbers(format_args!("{field}.covariance"), &component.covariance, -MAX_WEIGHT..=MAX_WEIGHT)?;
        let [xx, xy, yy] = component.covariance;
        if !sym2::is_positive_semidefinite(&sym2::new(xx, xy, yy)) {
            let message = format!(
                "[{}, {}, {}] must be the entries xx, xy, yy of a positive semidefinite matrix: \
                 xx ≥ 0, yy ≥ 0 and xy² ≤ xx·yy",
                checks::shown(xx),
                checks::shown(xy),
                checks::shown(yy)
            );
            return Err(SceneError::new(format!("{field}.covariance"), message));
        }
    }
    Ok(())
}

fn check_process(scene: &Scene) -> Result<(), SceneError> {
    checks::choice("process", &scene.process, process::ALL, |kind| &kind.info)?;
    let [low, high] = SHAPE_EIGENVALUES;
    let [xx, xy, yy] = scene.noise_shape;
    checks::numbers("noise_shape", &scene.noise_shape, -high..=high)?;
    let shape = sym2::new(xx, xy, yy);
    let values = shape.symmetric_eigenvalues();
    // The eigenvalues themselves are rounded.
    if values.min() < low * (1.0 - 1e-9) || values.max() > high * (1.0 + 1e-9) {
        let message = format!(
            "[{}, {}, {}] must be the entries xx, xy, yy of a positive definite matrix with eigenvalues from {} to {}; \
             they are {} and {}",
            checks::shown(xx),
            checks::shown(xy),
            checks::shown(yy),
            checks::shown(low),
            checks::shown(high),
            checks::shown(values.min()),
            checks::shown(values.max())
        );
        return Err(SceneError::new("noise_shape", message));
    }
    let forward = Forward::new(&scene.process, shape).map_err(|error| checks::choice_fault("process", error))?;
    let (clean, noisy) = forward.range();
    checks::number("time", scene.time, clean..=noisy)
}

fn check_layers(layers: &Layers) -> Result<(), SceneError> {
    let heat = &layers.heat;
    let quantities = quantity::ALL.iter().map(|quantity| quantity.id).chain([COMPONENT_COLOURS]);
    checks::name("layers.heat.quantity", &heat.quantity, quantities)?;
    checks::name("layers.heat.colour_map", &heat.colour_map, colour_map::ALL.iter().map(|map| map.id))?;
    if let Some(range) = heat.range {
        let lowest = if heat.logarithmic { 1e-30 } else { -1e30 };
        checks::interval("layers.heat.range", range, lowest..=1e30)?;
    }
    checks::number("layers.heat.opacity", heat.opacity, 0.0..=1.0)?;
    checks::count("layers.contours.count", layers.contours.count, MIN_CONTOURS..=MAX_CONTOURS)?;
    checks::number("layers.arrows.spacing", layers.arrows.spacing, 12.0..=120.0)?;
    checks::number("layers.streamlines.spacing", layers.streamlines.spacing, 6.0..=80.0)?;
    checks::number("layers.particles.radius", layers.particles.radius, 0.3..=10.0)?;
    checks::count("layers.particles.trail", layers.particles.trail, 0..=MAX_TRAIL)
}
