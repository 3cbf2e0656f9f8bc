//! From a scene to the objects of the theory.

use nalgebra::{Matrix2, Vector2};

use super::scene::{Data, Scene};
use crate::core::mixture::{Component, Mixture, MixtureError};
use crate::core::param::ChoiceError;
use crate::core::process::Forward;
use crate::core::sampler::{self, Direction, SamplerKind};
use crate::core::{score_model, sym2, time_grid};
use crate::labs::scene_file::SceneError;

/// Everything a scene defines, built and checked.
#[derive(Clone)]
pub struct Setup {
    /// The process with its noise shape.
    pub forward: Forward,
    /// p_0 as given: points and components.
    pub data: Mixture,
    /// p_0 as score model A sees it.
    pub model: Mixture,
    /// p_0 as score model B sees it, if the scene compares two.
    pub compare: Option<Mixture>,
    /// The sampler.
    pub sampler: &'static SamplerKind,
    /// Times of the run in its own order: noisy to clean when generating, clean to noisy when noising.
    pub times: Vec<f64>,
}

impl Setup {
    /// Builds everything.
    ///
    /// # Errors
    /// The first field at fault.
    pub fn new(scene: &Scene) -> Result<Self, SceneError> {
        let data = mixture(&scene.data)?;
        let [xx, xy, yy] = scene.noise_shape;
        let forward = Forward::new(&scene.process, sym2::new(xx, xy, yy)).map_err(|error| {
            let field = if matches!(error, ChoiceError::Inconsistent(_)) { "noise_shape" } else { "process" };
            SceneError::new(field, error.to_string())
        })?;
        let build = |field: &str, choice| {
            score_model::build(choice, &data).map_err(|error| SceneError::new(field, error.to_string()))
        };
        let model = build("model", &scene.model)?;
        let compare = scene.compare.as_ref().map(|choice| build("compare", choice)).transpose()?;
        let spec = &scene.particles;
        let sampler = sampler::find(&spec.sampler).ok_or_else(|| {
            let ids: Vec<_> = sampler::ALL.iter().map(|kind| kind.info.id).collect();
            let message = format!("is \"{}\", but must be one of {}", spec.sampler, ids.join(", "));
            SceneError::new("particles.sampler", message)
        })?;
        let mut times = time_grid::times(&spec.time_grid, &forward, spec.steps)
            .map_err(|error| SceneError::new("particles.time_grid", error.to_string()))?;
        if sampler.direction == Direction::Noising {
            times.reverse();
        }
        Ok(Self { forward, data, model, compare, sampler, times })
    }

    /// The step of the run whose time is nearest to `time`, judged by log-SNR.
    pub fn nearest_step(&self, time: f64) -> usize {
        let wanted = self.forward.log_snr(time);
        let distance = |t: &f64| (self.forward.log_snr(*t) - wanted).abs();
        let nearest = self.times.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
        nearest.map_or(0, |(step, _)| step)
    }
}

/// The mixture of points and components; points come first.
///
/// # Errors
/// The first point or component at fault, or that there is none.
pub fn mixture(data: &Data) -> Result<Mixture, SceneError> {
    let points = data.points.iter().map(|point| Component {
        weight: point.weight,
        mean: Vector2::from(point.at),
        covariance: Matrix2::zeros(),
    });
    let components = data.components.iter().map(|component| {
        let [xx, xy, yy] = component.covariance;
        Component { weight: component.weight, mean: Vector2::from(component.mean), covariance: sym2::new(xx, xy, yy) }
    });
    Mixture::new(points.chain(components).collect()).map_err(|error| {
        let index = match error {
            MixtureError::Empty => None,
            MixtureError::Weight { index, .. }
            | MixtureError::Mean { index, .. }
            | MixtureError::Covariance { index, .. } => Some(index),
        };
        let field = match index {
            None => "data".to_owned(),
            Some(index) if index < data.points.len() => format!("data.points[{index}]"),
            Some(index) => format!("data.components[{}]", index - data.points.len()),
        };
        SceneError::new(field, error.to_string())
    })
}
