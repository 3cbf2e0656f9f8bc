//! The scene of the patch lab: everything that defines its pictures and runs, and nothing else.

use serde::{Deserialize, Serialize};

use crate::core::els::abar_grid::STEPS;
use crate::core::els::window::Window;
use crate::core::param::Choice;
use crate::labs::scene_file::checks::whole;

/// A scene, as saved. Fields left out of a file take their defaults; unknown fields are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scene {
    /// Always "patches".
    pub lab: String,
    /// Always 1.
    pub version: u64,
    /// Name shown in the gallery.
    pub title: String,
    /// A few sentences: what to look at, what to try.
    pub about: String,
    /// The training images.
    pub training: Training,
    /// The machine, its window and its steps.
    pub machine: MachineSpec,
    /// A second machine that starts from the same noise, if two are compared.
    pub compare: Option<MachineSpec>,
    /// The ensemble of grids.
    pub ensemble: Ensemble,
    /// Noise that the run starts from, if it is not drawn from the seed.
    pub noise: Option<GivenNoise>,
    /// What is painted on φ, in the order in which it was painted. The machine that is compared starts from the same noise,
    /// but nothing is painted on its grids.
    pub painting: Vec<Stroke>,
    /// Largest distance |φ − √ᾱφ*| of a pixel that counts as locally consistent, from 1e-6 to 1.
    pub tolerance: f64,
    /// Signal power ᾱ of the play head, from 0 to 1.
    pub abar: f64,
    /// Seed of all randomness, of drawn training images too.
    pub seed: u64,
}

/// Where training images come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Training {
    /// A set drawn by the program, a member of `core::image_set::ALL`; used unless images are given.
    pub set: Choice,
    /// Images given by hand or from files.
    pub images: Option<GivenImages>,
    /// Files that hold the images; what is cut from them takes their place when the scene is loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<GivenFiles>,
}

/// Image files and folders of them in the scene's folder, and how their pictures are cut.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GivenFiles {
    /// Files (png, jpeg, npy, npz, IDX) and folders, each in the scene's folder or below.
    pub paths: Vec<String>,
    /// Side of the training images; that of the first picture if it is square and at most 64, else 32.
    pub side: Option<usize>,
    /// Share of a picture's shorter side that is kept, from 0.05 to 1.
    pub zoom: f64,
    /// Where the square lies along the rest of each axis, from 0 (left, top) to 1.
    pub at: [f64; 2],
    /// Whether colours become grey.
    pub grey: bool,
}

/// Images that the scene itself holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenImages {
    /// Where they came from, for people.
    #[serde(default)]
    pub name: String,
    /// Number of images N.
    pub count: usize,
    /// Channels C, 1 or 3.
    pub channels: usize,
    /// Side H.
    pub side: usize,
    /// N · C · H · H bytes from 0 (−1) to 255 (+1) in base64, in the order image, channel, row, column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<String>,
    /// Instead of levels, as many numbers of single precision, little-endian, in base64, in the same order: what 256
    /// levels cannot say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<String>,
}

/// Noise that the scene holds, or the file that holds it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GivenNoise {
    /// An `.npy` file in the scene's folder, [B, L, L] or [B, L, L, C], of single or double precision; its values take
    /// its place when the scene is loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// B · L · L · C numbers of single precision, little-endian, in base64, in the order grid, row, column, channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<String>,
}

/// A machine and how it is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MachineSpec {
    /// A member of `core::els::machine::ALL`.
    pub kind: Choice,
    /// The patch size along the run.
    pub window: Window,
    /// A member of `core::els::stepper::ALL`.
    pub stepper: String,
    /// A member of `core::els::abar_grid::ALL`.
    pub grid: String,
    /// First and last ᾱ, from 0 to 1.
    pub abar: [f64; 2],
    /// Steps, from 2 to 1000.
    #[serde(deserialize_with = "whole::<_, { STEPS[0] }, { STEPS[1] }>")]
    pub steps: usize,
}

/// Grids that are carried together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ensemble {
    /// Number of grids B, from 1 to 4096.
    #[serde(deserialize_with = "whole::<_, 1, MAX_GRIDS>")]
    pub count: usize,
    /// Side L of each, from 2 to 1024.
    #[serde(deserialize_with = "whole::<_, 2, MAX_SIDE>")]
    pub side: usize,
}

/// Most grids of an ensemble.
pub const MAX_GRIDS: usize = 4096;
/// Largest side of a grid.
pub const MAX_SIDE: usize = 1024;
/// Most values of an ensemble: 256 MiB of them.
pub const MAX_VALUES: usize = 1 << 26;
/// Most strokes of a painting.
pub const MAX_STROKES: usize = 10_000;

/// One dab of a brush: at a step, on one grid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stroke {
    /// Signal power at which it is painted: before the first step that starts there or later.
    pub abar: f64,
    /// Number of the grid.
    pub grid: usize,
    /// Middle, as [row, column].
    pub at: [f64; 2],
    /// Radius in pixels, from 0 to 1024.
    pub radius: f64,
    /// What is painted.
    pub ink: Ink,
}

/// What a brush leaves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ink {
    /// √ᾱ times this value, from −4 to 4: what a clean picture of it would show at this ᾱ.
    Value(f64),
    /// Fresh standard normal noise, as in the beginning.
    Noise,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            lab: "patches".to_owned(),
            version: 1,
            title: String::new(),
            about: String::new(),
            training: Training::default(),
            machine: MachineSpec::default(),
            compare: None,
            ensemble: Ensemble::default(),
            noise: None,
            painting: Vec::new(),
            tolerance: 0.05,
            abar: 0.0,
            seed: 1,
        }
    }
}

impl Scene {
    /// The scene of the machine that is compared: it starts from the same noise, and nothing is painted.
    pub fn compared(&self) -> Option<Self> {
        let machine = self.compare.clone()?;
        Some(Self { machine, compare: None, painting: Vec::new(), ..self.clone() })
    }
}

impl Default for Training {
    fn default() -> Self {
        Self { set: Choice::new("black_white"), images: None, files: None }
    }
}

impl Default for GivenFiles {
    fn default() -> Self {
        Self { paths: Vec::new(), side: None, zoom: 1.0, at: [0.5, 0.5], grey: false }
    }
}

impl Default for MachineSpec {
    fn default() -> Self {
        Self {
            kind: Choice::new("two_pattern"),
            window: Window::K(5),
            stepper: "ddim".to_owned(),
            grid: "sqrt".to_owned(),
            abar: [0.0, 1.0],
            steps: 100,
        }
    }
}

impl Default for Ensemble {
    fn default() -> Self {
        Self { count: 1, side: 64 }
    }
}
