//! The scene of the symmetry-breaking lab: everything that defines its pictures and runs, and nothing else.

use serde::{Deserialize, Serialize};

use crate::core::param::Choice;
use crate::labs::scene_file::checks::whole;

/// A scene, as saved. Fields left out of a file take their defaults; unknown fields are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scene {
    /// Always "symmetry_breaking".
    pub lab: String,
    /// Always 1.
    pub version: u64,
    /// Name shown in the gallery.
    pub title: String,
    /// A few sentences: what to look at, what to try.
    pub about: String,
    /// The magnet, a member of `core::curie_weiss::spin_model::ALL`, with β, h, N and T.
    pub model: Choice,
    /// The panel in front.
    pub show: Panel,
    /// Time t of the play head, from 0 to 60.
    pub time: f64,
    /// Particles of the order parameter.
    pub ensemble: Ensemble,
    /// Where the potential is tabulated.
    pub potential: PotentialGrid,
    /// Real spins, if there are any.
    pub spins: Option<Spins>,
    /// The clone experiment, if it is made.
    pub clones: Option<Clones>,
    /// The experiment with finite data, if it is made.
    pub finite_data: Option<FiniteData>,
    /// More than two pure states, if the scene has them.
    pub pure_states: Option<PureStatesSpec>,
    /// Seed of all randomness.
    pub seed: u64,
}

/// What the lab shows in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Panel {
    /// The potential with particles on it.
    DoubleWell,
    /// V over μ and t.
    Waterfall,
    /// m* over β and H.
    PhaseDiagram,
    /// Real spins.
    Spins,
    /// Clones.
    Clones,
    /// Generation from finite data.
    FiniteData,
    /// Many pure states.
    PureStates,
}

/// Where particles of the order parameter start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// From N(0, T), as a generative process does.
    Noise,
    /// From P_t(μ), exact at any first time.
    Exact,
}

/// Particles of the order parameter under the backward Langevin equation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ensemble {
    /// Number of particles, from 0 to 1 million.
    #[serde(deserialize_with = "whole::<_, 0, MAX_PARTICLES>")]
    pub count: usize,
    /// First τ = t − ½ log N, from 0 to 12.
    pub tau_start: f64,
    /// Last τ, from −12 to 0; the run ends at t = 0 at the latest.
    pub tau_end: f64,
    /// Steps, from 1 to 10,000.
    #[serde(deserialize_with = "whole::<_, 1, MAX_STEPS>")]
    pub steps: usize,
    /// Where particles start.
    pub start: Start,
}

/// Most particles of the order parameter.
pub const MAX_PARTICLES: usize = 1_000_000;
/// Most steps of any run.
pub const MAX_STEPS: usize = 10_000;

/// The table of V(μ,t) that `run` writes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PotentialGrid {
    /// Nodes along μ, from 2 to 4096.
    #[serde(deserialize_with = "whole::<_, 2, 4096>")]
    pub nodes: usize,
    /// Times, from 2 to 2000, spread evenly over the run's steps, first and last included.
    #[serde(deserialize_with = "whole::<_, 2, 2000>")]
    pub rows: usize,
    /// Nodes run from −reach to reach; chosen from the wells if absent. From 1e-3 to 1e9.
    pub reach: Option<f64>,
}

/// Real spins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spins {
    /// Systems M, from 1 to 1 million; M · N at most 1e8.
    #[serde(deserialize_with = "whole::<_, 1, 1_000_000>")]
    pub systems: usize,
    /// Steps, from 1 to 10,000, uniform in log-SNR.
    #[serde(deserialize_with = "whole::<_, 1, MAX_STEPS>")]
    pub steps: usize,
    /// Last time, from 1e-6 to 0.1.
    pub t_min: f64,
}

/// The clone experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clones {
    /// Pairs, from 1 to 1 million.
    #[serde(deserialize_with = "whole::<_, 1, MAX_PARTICLES>")]
    pub pairs: usize,
    /// Values of τ at which pairs are split, each from −6 to 6, at most 100.
    pub tau: Vec<f64>,
}

/// The experiment with finite data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FiniteData {
    /// Numbers of spins N, each from 1 to 100,000, at most 20.
    pub spins: Vec<u64>,
    /// Numbers of samples P, each from 1 to 1 million, at most 20; N · P at most 1e8.
    pub samples: Vec<u64>,
    /// Score sources, members of `labs::symmetry_breaking::finite_data::ALL`.
    pub scores: Vec<String>,
    /// Data sets drawn for each pair (N, P), from 2 to 10,000.
    #[serde(deserialize_with = "whole::<_, 2, 10_000>")]
    pub data_sets: usize,
    /// Configurations generated from each data set, from 2 to 1 million.
    #[serde(deserialize_with = "whole::<_, 2, MAX_PARTICLES>")]
    pub generated: usize,
    /// Steps of generation, from 1 to 10,000, uniform in log-SNR.
    #[serde(deserialize_with = "whole::<_, 1, MAX_STEPS>")]
    pub steps: usize,
}

/// More than two pure states.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PureStatesSpec {
    /// Weights w_α before normalisation, from 1 to 8 of them, each from 0 to 1e12.
    pub weights: Vec<f64>,
    /// Overlaps q_αβ = m^α·m^β/N: a symmetric positive semidefinite matrix, entries within ±1.
    pub overlaps: Vec<Vec<f64>>,
    /// Particles, from 0 to 100,000.
    #[serde(deserialize_with = "whole::<_, 0, 100_000>")]
    pub particles: usize,
    /// The two states whose plane is drawn.
    pub plane: [usize; 2],
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            lab: "symmetry_breaking".to_owned(),
            version: 1,
            title: String::new(),
            about: String::new(),
            model: Choice::new("simplified"),
            show: Panel::DoubleWell,
            time: 3.5,
            ensemble: Ensemble::default(),
            potential: PotentialGrid::default(),
            spins: None,
            clones: None,
            finite_data: None,
            pure_states: None,
            seed: 1,
        }
    }
}

impl Default for Ensemble {
    fn default() -> Self {
        Self { count: 2000, tau_start: 6.0, tau_end: -2.0, steps: 800, start: Start::Noise }
    }
}

impl Default for PotentialGrid {
    fn default() -> Self {
        Self { nodes: 401, rows: 201, reach: None }
    }
}

impl Default for Spins {
    fn default() -> Self {
        Self { systems: 64, steps: 200, t_min: 1e-3 }
    }
}

impl Default for Clones {
    fn default() -> Self {
        Self { pairs: 2000, tau: vec![-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0] }
    }
}

impl Default for FiniteData {
    fn default() -> Self {
        Self {
            spins: vec![25, 100],
            samples: vec![25, 100, 400],
            scores: super::finite_data::ALL.iter().map(|source| source.info.id.to_owned()).collect(),
            data_sets: 24,
            generated: 200,
            steps: 100,
        }
    }
}

impl Default for PureStatesSpec {
    fn default() -> Self {
        let overlap = |i: usize, j: usize| if i == j { 0.7 } else { 0.1 };
        Self {
            weights: vec![0.5, 0.3, 0.2],
            overlaps: (0..3).map(|i| (0..3).map(|j| overlap(i, j)).collect()).collect(),
            particles: 1000,
            plane: [0, 1],
        }
    }
}
