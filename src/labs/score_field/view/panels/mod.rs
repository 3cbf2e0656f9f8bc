//! The panes beside the picture, one file a section. The sections of each list are shown in their order.

mod curves;
mod data;
mod equations;
mod layers;
mod model;
mod particles;
mod probe;
mod process;
mod shape_gizmo;

pub use probe::MOST_PINS;
pub use process::position;

use std::sync::Arc;

use egui::Ui;

use super::curves::Curves;
use super::edit::Edits;
use super::run_slot::RunPicture;
use super::setup_slot::Numbered;
use super::state::ViewState;
use crate::core::mixture::NoisedMixture;
use crate::labs::score_field::scene::Scene;
use crate::ui::transport::Transport;

/// What the panels read and edit.
pub struct PanelContext<'a> {
    /// The scene.
    pub scene: &'a mut Scene,
    /// Where edits are noted.
    pub edits: &'a mut Edits,
    /// What belongs to the view alone.
    pub state: &'a mut ViewState,
    /// The play head.
    pub transport: &'a mut Transport,
    /// What the scene defines, if anything.
    pub setup: Option<&'a Numbered>,
    /// Score model A, and B if there is one, noised to the time shown.
    pub noised: &'a [Arc<NoisedMixture>],
    /// The particles.
    pub run: Option<&'a RunPicture>,
    /// Statistics along the run.
    pub curves: &'a Curves,
}

/// A section of a panel.
type Section = fn(&mut Ui, &mut PanelContext<'_>);

/// Sections of the controls.
pub static CONTROLS: &[Section] = &[data::show, model::show, process::show, particles::show, layers::show];

/// What is read off the picture.
pub static READINGS: &[Section] = &[probe::show];

/// Statistics along the run.
pub static CURVES: &[Section] = &[curves::show];

/// Formulas of what is on screen.
pub static EQUATIONS: &[Section] = &[equations::show];
