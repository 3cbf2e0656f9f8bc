//! The scene of the score-field lab: everything that defines its pictures and runs, and nothing else.

use std::fmt;

use nalgebra::Vector2;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::check::{
    MAX_CONTOURS, MAX_GRID_NODES, MAX_PARTICLES, MAX_STEPS, MAX_TRAIL, MIN_CONTOURS, MIN_GRID_NODES, MIN_STEPS,
};
use crate::core::param::Choice;
use crate::labs::scene_file::checks::whole;

/// A scene, as saved. Fields left out of a file take their defaults; unknown fields are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scene {
    /// Always "score_field".
    pub lab: String,
    /// Always 1.
    pub version: u64,
    /// Name shown in the gallery, at most 200 characters.
    pub title: String,
    /// A few sentences: what to look at, what to try; at most 4000 characters.
    pub about: String,
    /// The data whose noised density is shown.
    pub data: Data,
    /// Forward process, a member of `core::process::ALL`.
    pub process: Choice,
    /// Noise shape S as [xx, xy, yy], positive definite: eigenvalues from 1e-4 to 1e4.
    pub noise_shape: [f64; 3],
    /// Score model, a member of `core::score_model::ALL`.
    pub model: Choice,
    /// Second score model to compare with, if any.
    pub compare: Option<Choice>,
    /// Time t at which fields are drawn, in the process's unit and range.
    pub time: f64,
    /// The grid that `run` computes fields on.
    pub grid: GridSpec,
    /// The particles.
    pub particles: ParticleSpec,
    /// What is drawn.
    pub layers: Layers,
    /// Region of the plane in sight: [x_min, x_max, y_min, y_max], within ±1e7.
    pub region: [f64; 4],
    /// Pinned probes, at most 100, within ±1e7.
    pub probes: Vec<[f64; 2]>,
    /// Seed of all randomness, any whole number below 2⁶⁴.
    pub seed: u64,
}

/// Points and Gaussians.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// Points [x, y] or weighted points [x, y, weight], at most 100,000.
    pub points: Vec<Point>,
    /// Gaussian components, at most 10,000.
    pub components: Vec<GaussianComponent>,
}

/// One data point; in JSON `[x, y]`, or `[x, y, weight]` if the weight is not 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(into = "PointRepr")]
pub struct Point {
    /// Coordinates, within ±1e6.
    pub at: [f64; 2],
    /// Weight before normalisation, from 0 to 1e12; points and components share one scale.
    pub weight: f64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum PointRepr {
    Plain([f64; 2]),
    Weighted([f64; 3]),
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct PointVisitor;

        impl<'de> Visitor<'de> for PointVisitor {
            type Value = Point;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a point [x, y] or [x, y, weight]")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Point, A::Error> {
                let missing = |found| A::Error::invalid_length(found, &self);
                let x = list.next_element()?.ok_or_else(|| missing(0))?;
                let y = list.next_element()?.ok_or_else(|| missing(1))?;
                let weight = list.next_element()?.unwrap_or(1.0);
                if list.next_element::<f64>()?.is_some() {
                    return Err(A::Error::invalid_length(4, &self));
                }
                Ok(Point { at: [x, y], weight })
            }
        }

        // A visitor of our own instead of serde's untagged enum, which forgets where in the list the fault was.
        json.deserialize_seq(PointVisitor)
    }
}

impl From<Point> for PointRepr {
    fn from(Point { at: [x, y], weight }: Point) -> Self {
        if weight == 1.0 { Self::Plain([x, y]) } else { Self::Weighted([x, y, weight]) }
    }
}

/// One Gaussian component.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaussianComponent {
    /// Mean μ, within ±1e6.
    pub mean: [f64; 2],
    /// Covariance Σ as [xx, xy, yy], positive semidefinite, entries up to 1e12.
    pub covariance: [f64; 3],
    /// Weight before normalisation, from 0 to 1e12.
    #[serde(default = "one")]
    pub weight: f64,
}

fn one() -> f64 {
    1.0
}

/// The grid of `run`: nx × ny nodes, ends included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GridSpec {
    /// First and last x, within ±1e7.
    pub x: [f64; 2],
    /// First and last y, within ±1e7.
    pub y: [f64; 2],
    /// Nodes along x, from 2 to 4096.
    #[serde(deserialize_with = "whole::<_, MIN_GRID_NODES, MAX_GRID_NODES>")]
    pub nx: usize,
    /// Nodes along y, from 2 to 4096.
    #[serde(deserialize_with = "whole::<_, MIN_GRID_NODES, MAX_GRID_NODES>")]
    pub ny: usize,
}

/// The particles and how they are carried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ParticleSpec {
    /// Number of particles, from 0 to 10 million.
    #[serde(deserialize_with = "whole::<_, 0, MAX_PARTICLES>")]
    pub count: usize,
    /// Identifier in `core::sampler::ALL`. Its direction decides whether the run noises or generates.
    pub sampler: String,
    /// Steps, from 1 to 10,000.
    #[serde(deserialize_with = "whole::<_, MIN_STEPS, MAX_STEPS>")]
    pub steps: usize,
    /// Time grid, a member of `core::time_grid::ALL`.
    pub time_grid: Choice,
    /// Where generation starts; noising always starts from the data.
    pub start: Start,
}

/// Where generated particles start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Pure noise N(0, σ² S), as in practice.
    Prior,
    /// The noised data's own distribution p_t at the first time, which leaves no error of starting.
    Exact,
}

/// What is drawn, bottom to top.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Layers {
    /// Heat map of a quantity.
    pub heat: HeatLayer,
    /// Level lines of the log density.
    pub contours: ContourLayer,
    /// Arrows along the score.
    pub arrows: ArrowLayer,
    /// Evenly spaced streamlines of the score.
    pub streamlines: StreamlineLayer,
    /// Particles and their trails.
    pub particles: ParticleLayer,
    /// Data points and components.
    pub data: DataLayer,
    /// The posterior's ellipse at the probe.
    pub posterior: PosteriorLayer,
}

/// Heat map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HeatLayer {
    /// Whether it is drawn.
    pub on: bool,
    /// Identifier in `engine::kernel::quantity::ALL`, or "component_colours" ([GAUSS] Fig. 2).
    pub quantity: String,
    /// Identifier in `engine::colour_map::ALL`.
    pub colour_map: String,
    /// Logarithmic colour scale.
    pub logarithmic: bool,
    /// Values of the lowest and highest colour, within ±1e30; chosen from the data if absent.
    pub range: Option<[f64; 2]>,
    /// Opacity from 0 to 1.
    pub opacity: f64,
}

/// Level lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContourLayer {
    /// Whether they are drawn.
    pub on: bool,
    /// Number of lines, from 1 to 40.
    #[serde(deserialize_with = "whole::<_, MIN_CONTOURS, MAX_CONTOURS>")]
    pub count: usize,
}

/// Length of arrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrowLength {
    /// Proportional to |s|.
    Linear,
    /// Proportional to log(1 + |s|).
    Log,
    /// All the same.
    Unit,
}

/// Arrows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArrowLayer {
    /// Whether they are drawn.
    pub on: bool,
    /// How long they are.
    pub length: ArrowLength,
    /// Distance of neighbouring arrows on screen, from 12 to 120 points.
    pub spacing: f64,
}

/// Streamlines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StreamlineLayer {
    /// Whether they are drawn.
    pub on: bool,
    /// Distance of neighbouring lines on screen, from 6 to 80 points.
    pub spacing: f64,
}

/// Particles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ParticleLayer {
    /// Whether they are drawn.
    pub on: bool,
    /// Radius on screen, from 0.3 to 10 points.
    pub radius: f64,
    /// Steps of the past drawn behind each particle, from 0 to 200.
    #[serde(deserialize_with = "whole::<_, 0, MAX_TRAIL>")]
    pub trail: usize,
}

/// Data points and components.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DataLayer {
    /// Whether they are drawn.
    pub on: bool,
}

/// Posterior ellipse.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PosteriorLayer {
    /// Whether it is drawn.
    pub on: bool,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            lab: "score_field".to_owned(),
            version: 1,
            title: String::new(),
            about: String::new(),
            data: Data::default(),
            process: Choice::new("edm").with("sigma_max", 5.0),
            noise_shape: [1.0, 0.0, 1.0],
            model: Choice::new("delta"),
            compare: None,
            time: 0.5,
            grid: GridSpec::default(),
            particles: ParticleSpec::default(),
            layers: Layers::default(),
            region: [-3.0, 3.0, -3.0, 3.0],
            probes: Vec::new(),
            seed: 1,
        }
    }
}

impl Scene {
    /// A scene named `title` whose data are `points`, with grid and region round them.
    pub fn of_points(title: &str, points: &[Vector2<f64>], seed: u64) -> Self {
        let reach = points.iter().map(|p| p.amax()).fold(1.0, f64::max);
        // Whole tenths, so that files and axes show short numbers.
        let edge = (15.0 * reach).ceil() / 10.0;
        let points = points.iter().map(|p| Point { at: [p.x, p.y], weight: 1.0 }).collect();
        Self {
            title: title.to_owned(),
            data: Data { points, components: Vec::new() },
            grid: GridSpec { x: [-edge, edge], y: [-edge, edge], ..GridSpec::default() },
            region: [-edge, edge, -edge, edge],
            seed,
            ..Self::default()
        }
    }
}

impl Default for GridSpec {
    fn default() -> Self {
        Self { x: [-3.0, 3.0], y: [-3.0, 3.0], nx: 256, ny: 256 }
    }
}

impl Default for ParticleSpec {
    fn default() -> Self {
        Self {
            count: 1000,
            sampler: "heun".to_owned(),
            steps: 100,
            time_grid: Choice::new("edm_rho"),
            start: Start::Prior,
        }
    }
}

impl Default for Layers {
    fn default() -> Self {
        Self {
            heat: HeatLayer::default(),
            contours: ContourLayer::default(),
            arrows: ArrowLayer::default(),
            streamlines: StreamlineLayer::default(),
            particles: ParticleLayer::default(),
            data: DataLayer { on: true },
            posterior: PosteriorLayer::default(),
        }
    }
}

impl Default for HeatLayer {
    fn default() -> Self {
        Self {
            on: true,
            quantity: "density".to_owned(),
            colour_map: "viridis".to_owned(),
            logarithmic: false,
            range: None,
            opacity: 1.0,
        }
    }
}

impl Default for ContourLayer {
    fn default() -> Self {
        Self { on: false, count: 10 }
    }
}

impl Default for ArrowLayer {
    fn default() -> Self {
        Self { on: true, length: ArrowLength::Log, spacing: 32.0 }
    }
}

impl Default for StreamlineLayer {
    fn default() -> Self {
        Self { on: false, spacing: 16.0 }
    }
}

impl Default for ParticleLayer {
    fn default() -> Self {
        Self { on: true, radius: 1.5, trail: 12 }
    }
}

impl Default for DataLayer {
    fn default() -> Self {
        Self { on: true }
    }
}
