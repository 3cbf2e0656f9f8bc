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
    /// When the principal axes of the data are decided, if that happens during the run.
    pub critical_steps: Vec<CriticalStep>,
}

/// Where in a run the noise passes the width of the data along a principal axis, `σ = α√λ`: before, a particle knows no
/// more of that axis than the mean; after, it has taken its place ([GAUSS] §3).
#[derive(Debug, Clone, PartialEq)]
pub struct CriticalStep {
    /// Position along the run, between two steps as a rule.
    pub step: f64,
    /// Which axis, as in "σ = α√λ₁".
    pub label: &'static str,
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
        let critical_steps = critical_steps(&data, &forward, &times);
        Ok(Self { forward, data, model, compare, sampler, times, critical_steps })
    }

    /// The step of the run whose time is nearest to `time`, judged by log-SNR.
    pub fn nearest_step(&self, time: f64) -> usize {
        let wanted = self.forward.log_snr(time);
        let distance = |t: &f64| (self.forward.log_snr(*t) - wanted).abs();
        let nearest = self.times.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
        nearest.map_or(0, |(step, _)| step)
    }
}

/// The critical steps of the data's two principal axes, measured in units of the noise's own shape.
fn critical_steps(data: &Mixture, forward: &Forward, times: &[f64]) -> Vec<CriticalStep> {
    let whiten = sym2::inverse(forward.sqrt_shape());
    let widths = sym2::symmetrized(&(whiten * data.covariance() * whiten)).symmetric_eigenvalues();
    let at = |lambda: f64| forward.time_at_log_snr(-lambda.ln()).map(|time| position(times, time));
    match (at(widths.max()), at(widths.min())) {
        // A round cloud has one width.
        (Some(wide), Some(narrow)) if (wide - narrow).abs() < 0.5 => {
            vec![CriticalStep { step: 0.5 * (wide + narrow), label: "σ = α√λ" }]
        }
        (wide, narrow) => [(wide, "σ = α√λ₁"), (narrow, "σ = α√λ₂")]
            .into_iter()
            .filter_map(|(step, label)| step.map(|step| CriticalStep { step, label }))
            .collect(),
    }
}

/// Where `time` lies among the monotone `times`, in steps.
fn position(times: &[f64], time: f64) -> f64 {
    let rising = times.first() <= times.last();
    let after = times.partition_point(|t| if rising { *t < time } else { *t > time }).clamp(1, times.len() - 1);
    let (from, to) = (times[after - 1], times[after]);
    (after - 1) as f64 + ((time - from) / (to - from)).clamp(0.0, 1.0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::score_field::scene::Point;

    fn scene(points: &[[f64; 2]], sampler: &str) -> Scene {
        let mut scene = Scene::default();
        scene.data.points = points.iter().map(|at| Point { at: *at, weight: 1.0 }).collect();
        scene.particles.sampler = sampler.to_owned();
        scene
    }

    #[test]
    fn axes_are_decided_where_noise_passes_their_width() {
        // Variances 4 and ¼ along the axes: for EDM the noise passes them at σ = 2 and ½.
        let rectangle = [[-2.0, 0.5], [2.0, 0.5], [-2.0, -0.5], [2.0, -0.5]];
        for sampler in ["heun", "forward_sde"] {
            let setup = Setup::new(&scene(&rectangle, sampler)).unwrap();
            for (critical, sigma) in setup.critical_steps.iter().zip([2.0, 0.5]) {
                let before = setup.times[critical.step.floor() as usize];
                let after = setup.times[critical.step.ceil() as usize];
                assert!((before - sigma) * (after - sigma) <= 0.0, "{sampler}: {critical:?} between {before}, {after}");
            }
            assert_eq!(setup.critical_steps.len(), 2);
        }
    }

    #[test]
    fn a_round_cloud_has_one_critical_step_and_a_point_has_none() {
        let square = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]];
        assert_eq!(Setup::new(&scene(&square, "heun")).unwrap().critical_steps.len(), 1);
        assert_eq!(Setup::new(&scene(&[[0.3, 0.2]], "heun")).unwrap().critical_steps, []);
    }
}
