//! The panes, one file each. To add one, write its file and add its entry to [`ALL`].

mod clones;
mod controls;
mod double_well;
mod equations;
mod finite_data;
mod phase_diagram;
mod pure_states;
mod r_plus;
mod spins;
mod trajectories;
mod waterfall;

use std::sync::Arc;

use egui::Ui;

use super::clock::Clock;
use super::curves::Curves;
use super::ensemble::Picture;
use crate::core::curie_weiss::CurieWeiss;
use crate::engine::numbered::NumberedEngine;
use crate::labs::symmetry_breaking::scene::{Panel, Scene};
use crate::ui::edits::Edits;
use crate::ui::tiles::Pane;

/// Asks the window to draw again; called from threads.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// One pane as the lab lists it.
pub struct PaneEntry {
    /// Names.
    pub pane: Pane,
    /// Its name in scenes, if scenes can have it in front.
    pub panel: Option<Panel>,
    /// Makes it.
    pub open: fn(&Wake) -> Box<dyn LabPane>,
}

/// Something the lab shows, with the state that belongs to its view.
pub trait LabPane {
    /// Draws it into all of `ui`. Only panes in sight are drawn, so what a pane computes is asked for here.
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>);

    /// Draws it without controls, for pictures.
    fn figure(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        self.show(ui, cx);
    }

    /// Whether it shows something, if not yet all of it. What is drawn from closed forms is there at once.
    fn has_picture(&self) -> bool {
        true
    }

    /// Whether what it shows is still being computed.
    fn is_busy(&self) -> bool {
        false
    }

    /// What the user should know about its numbers.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What panes read and edit.
pub struct PaneContext<'a> {
    /// The scene; whoever edits it tells `edits`.
    pub scene: &'a mut Scene,
    /// Where edits are noted.
    pub edits: &'a mut Edits,
    /// The magnet of the scene.
    pub model: CurieWeiss,
    /// The play head.
    pub clock: &'a mut Clock,
    /// Who computes.
    pub engine: &'a NumberedEngine,
    /// The particles at the play head, if there are any.
    pub particles: Option<&'a Picture>,
    /// The run from end to end.
    pub curves: &'a Curves,
    /// Seconds by the window's clock.
    pub now_secs: f64,
    /// Brings a pane to the front at the end of the frame.
    pub front: &'a mut Option<Panel>,
}

impl PaneContext<'_> {
    /// Moves the play head to time t.
    pub fn set_time(&mut self, t: f64) {
        let [first, last] = self.clock.range();
        self.clock.transport.playing = false;
        self.clock.transport.position = self.clock.position_of(t.clamp(last, first));
        self.scene.time = self.clock.time();
    }

    /// τ of the time shown.
    pub fn tau(&self) -> f64 {
        self.scene.time - self.model.speciation_time()
    }

    /// First and last τ of the particles' run.
    pub fn tau_range(&self) -> [f64; 2] {
        self.clock.particle_range().map(|t| t - self.model.speciation_time())
    }
}

/// Every pane, in the order of the menu.
pub static ALL: &[PaneEntry] = &[
    controls::ENTRY,
    double_well::ENTRY,
    waterfall::ENTRY,
    phase_diagram::ENTRY,
    spins::ENTRY,
    clones::ENTRY,
    finite_data::ENTRY,
    pure_states::ENTRY,
    trajectories::ENTRY,
    r_plus::ENTRY,
    equations::ENTRY,
];
