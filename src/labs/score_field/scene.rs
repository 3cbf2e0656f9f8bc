//! The scene of the score-field lab: everything that defines its pictures and runs, and nothing else.

use serde::{Deserialize, Serialize};

use crate::core::param::Choice;

/// A scene, as saved. Fields left out of a file take their defaults; unknown fields are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scene {
    /// Always "score_field".
    pub lab: String,
    /// Always 1.
    pub version: u64,
    /// Name shown in the gallery.
    pub title: String,
    /// A few sentences: what to look at, what to try.
    pub about: String,
    /// The data whose noised density is shown.
    pub data: Data,
    /// Forward process, a member of `core::process::ALL`.
    pub process: Choice,
    /// Noise shape S as [xx, xy, yy], positive definite.
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
    /// Region of the plane in sight: [x_min, x_max, y_min, y_max].
    pub region: [f64; 4],
    /// Pinned probes.
    pub probes: Vec<[f64; 2]>,
    /// Seed of all randomness.
    pub seed: u64,
}

/// Points and Gaussians.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// Points [x, y] or weighted points [x, y, weight].
    pub points: Vec<Point>,
    /// Gaussian components.
    pub components: Vec<GaussianComponent>,
}

/// One data point; in JSON `[x, y]`, or `[x, y, weight]` if the weight is not 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "PointRepr", into = "PointRepr")]
pub struct Point {
    /// Coordinates, within ±1e6.
    pub at: [f64; 2],
    /// Weight before normalisation, from 0 to 1e12; points and components share one scale.
    pub weight: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PointRepr {
    Plain([f64; 2]),
    Weighted([f64; 3]),
}

impl From<PointRepr> for Point {
    fn from(repr: PointRepr) -> Self {
        match repr {
            PointRepr::Plain(at) => Self { at, weight: 1.0 },
            PointRepr::Weighted([x, y, weight]) => Self { at: [x, y], weight },
        }
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
    /// Covariance Σ as [xx, xy, yy], positive semidefinite.
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
    /// First and last x.
    pub x: [f64; 2],
    /// First and last y.
    pub y: [f64; 2],
    /// Nodes along x, from 2 to 4096.
    pub nx: usize,
    /// Nodes along y, from 2 to 4096.
    pub ny: usize,
}

/// The particles and how they are carried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ParticleSpec {
    /// Number of particles, from 0 to 10 million.
    pub count: usize,
    /// Identifier in `core::sampler::ALL`. Its direction decides whether the run noises or generates.
    pub sampler: String,
    /// Steps, from 1 to 10,000.
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
    /// Values of the lowest and highest colour; chosen from the data if absent.
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
            posterior: PosteriorLayer { on: false },
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

impl Default for PosteriorLayer {
    fn default() -> Self {
        Self { on: false }
    }
}
