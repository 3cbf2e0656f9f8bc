//! The panes, one file each. To add one, write its file and add its entry to [`ALL`].

mod correlations;
mod equations;
mod growth;
mod machine;
pub mod picture;
mod probe;
mod training;

pub use correlations::rho_figure;
pub use training::cut;

use egui::{Label, RichText, Ui};

use super::brush;
use super::mosaic::{Mosaic, Pixel};
use super::physics_slot::Physics;
use super::picture_slot::Pictures;
use super::pictures::{self, PictureKind};
use super::probe_slot::Probes;
use super::run_slot::{LanePicture, RunPicture, nearest_step};
use super::setup_slot::Numbered;
use super::state::ViewState;
use super::statistics_slot::Statistics;
use super::textures::Textures;
use crate::core::els::{machine as machines, window};
use crate::labs::patches::scene::{MachineSpec, Scene};
use crate::ui::edits::Edits;
use crate::ui::tiles::{Arrangement, Pane};
use crate::ui::transport::Transport;
use crate::ui::{format, indices, theme};

/// One pane of the family.
pub struct PaneEntry {
    /// Its names.
    pub pane: Pane,
    /// Draws it.
    pub show: fn(&mut Ui, &mut PaneContext<'_>),
}

/// Every pane.
pub const ALL: [PaneEntry; 7] =
    [picture::PANE, machine::PANE, training::PANE, correlations::PANE, growth::PANE, probe::PANE, equations::PANE];

/// Draws a pane.
type Draw = fn(&mut Ui, &mut PaneContext<'_>);

/// The panes that are drawn without their controls in pictures.
const FIGURES: [(&str, Draw); 2] =
    [(picture::PANE.pane.id, picture::figure), (correlations::PANE.pane.id, correlations::rho_figure)];

/// Draws a pane for a picture.
pub fn figure(ui: &mut Ui, cx: &mut PaneContext<'_>, pane: &str) {
    let figure = FIGURES.iter().find(|(id, _)| *id == pane).map(|(_, figure)| *figure);
    let shown = || ALL.iter().find(|entry| entry.pane.id == pane).map(|entry| entry.show);
    if let Some(draw) = figure.or_else(shown) {
        draw(ui, cx);
    }
}

/// Their names, for the tiles.
pub static PANES: [Pane; ALL.len()] = {
    let mut panes = [ALL[0].pane; ALL.len()];
    let mut i = 1;
    while i < ALL.len() {
        panes[i] = ALL[i].pane;
        i += 1;
    }
    panes
};

/// Where they are at first.
pub const STANDARD: Arrangement = Arrangement::Row(&[
    (0.95, Arrangement::Tabs(&[Arrangement::Pane("machine"), Arrangement::Pane("training")])),
    (2.35, Arrangement::Pane("picture")),
    (
        1.22,
        Arrangement::Column(&[
            (1.75, Arrangement::Tabs(&[Arrangement::Pane("correlations"), Arrangement::Pane("growth")])),
            (1.0, Arrangement::Tabs(&[Arrangement::Pane("probe"), Arrangement::Pane("equations")])),
        ]),
    ),
]);

/// What the panes read and edit.
pub struct PaneContext<'a> {
    /// The scene.
    pub scene: &'a mut Scene,
    /// Where edits are noted.
    pub edits: &'a mut Edits,
    /// Number of the training images; it grows when they change.
    pub images_stamp: &'a mut u64,
    /// What belongs to the view alone.
    pub state: &'a mut ViewState,
    /// The play head.
    pub transport: &'a mut Transport,
    /// Textures of this window.
    pub textures: &'a mut Textures,
    /// What runs.
    pub setup: Option<&'a Numbered>,
    /// Signal power at the play head.
    pub abar: f64,
    /// The ensembles shown.
    pub run: Option<&'a RunPicture>,
    /// Pictures of them: those that need nothing, and those that need something computed.
    pub pictures: [Option<&'a Pictures>; 2],
    /// Which grids are shown.
    pub mosaic: Mosaic,
    /// What was measured.
    pub physics: Option<&'a Physics>,
    /// What the selected pixels' posteriors say.
    pub probes: Option<&'a Probes>,
    /// Statistics of the training images.
    pub statistics: Option<&'a Statistics>,
    /// A word about what cannot be shown.
    pub notice: Option<String>,
}

impl PaneContext<'_> {
    /// Moves the play head to the step nearest to this ᾱ, and pauses.
    pub fn go_to_abar(&mut self, abar: f64) {
        if let Some(setup) = self.setup {
            self.transport.playing = false;
            self.transport.position = nearest_step(&setup.setup.abars, abar) as f64;
        }
    }

    /// Whether anything is painted.
    pub fn is_painted(&self) -> bool {
        !self.scene.painting.is_empty()
    }

    /// Takes everything away that was painted.
    pub fn clear_painting(&mut self) {
        self.scene.painting.clear();
        self.edits.note("clear painting");
    }

    /// Paints at `pixel` at the time shown; `fresh` if the button has just been pressed.
    pub fn paint_at(&mut self, pixel: Pixel, fresh: bool) {
        let Some(run) = self.run else { return };
        let abar = self.setup.and_then(|setup| setup.setup.abars.get(run.step).copied()).unwrap_or(self.abar);
        if brush::paint(&mut self.scene.painting, &mut self.state.brush, pixel, abar, fresh) {
            self.edits.note(brush::BRUSHES[self.state.brush.kind].edit);
            if !self.state.shown.contains(&"cone") {
                self.state.shown.push("cone");
            }
        }
    }

    /// The pictures shown, in their order.
    pub fn kinds(&self) -> Vec<&'static PictureKind> {
        self.state.kinds(self.is_painted())
    }

    /// "ELS, k = 5, 100 steps of DDIM".
    pub fn describe(&self, lane: &LanePicture) -> String {
        let k = lane.setup.setup.level_at(lane.step).k;
        let spec = &lane.setup.scene.machine;
        format!("{}, k = {k}, {} steps", name_of(spec), spec.steps)
    }
}

/// Name of a spec's machine.
pub fn name_of(spec: &MachineSpec) -> &'static str {
    machines::ALL.iter().find(|kind| kind.info.id == spec.kind.kind).map_or("", |kind| kind.info.name)
}

/// Name of a window: "k = 5".
pub fn window_name(window: &window::Window) -> String {
    match window {
        window::Window::K(k) => format!("k = {k}"),
        window::Window::List(list) => format!("{} values of k", list.len()),
        window::Window::Preset(id) => window::find_preset(id).map_or("list of k", |preset| preset.name).to_owned(),
        window::Window::Curve(_) => "k(ᾱ) by hand".to_owned(),
    }
}

/// The sentence that tells what to look at.
pub fn explain(ui: &mut Ui, text: &str) {
    indices::caption(ui, text);
    ui.add_space(2.0);
}

/// A remark of lesser weight.
pub fn note(ui: &mut Ui, text: &str) {
    indices::caption(ui, text);
}

/// A remark about what is not as it should be.
pub fn warn(ui: &mut Ui, text: &str) {
    let colour = theme::tokens(ui.visuals()).warning;
    ui.add(Label::new(RichText::new(text).small().color(colour)).wrap());
}

/// "12 %".
pub fn percent(share: f64) -> String {
    format!("{} %", format::number(100.0 * share, 3))
}

/// Everything that is shown at first.
pub fn shown_at_first() -> Vec<&'static str> {
    pictures::ALL.iter().map(|kind| kind.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(arrangement: &Arrangement) -> Vec<&'static str> {
        match arrangement {
            Arrangement::Pane(id) => vec![id],
            Arrangement::Row(parts) | Arrangement::Column(parts) => {
                parts.iter().flat_map(|(_, part)| ids(part)).collect()
            }
            Arrangement::Tabs(parts) => parts.iter().flat_map(ids).collect(),
        }
    }

    #[test]
    fn the_standard_arrangement_has_every_pane_once() {
        let mut laid_out = ids(&STANDARD);
        laid_out.sort_unstable();
        let mut all: Vec<&str> = PANES.iter().map(|pane| pane.id).collect();
        all.sort_unstable();
        assert_eq!(laid_out, all);
    }
}
