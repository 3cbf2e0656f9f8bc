//! The panes, one file each. To add one, write its file and add its entry to [`ALL`].

mod controls;
mod distances;
mod equations;
mod linear_score;
mod overlaps;
mod spectrum;

pub use overlaps::OverlapPicture;

use egui::Ui;

use super::Results;
use crate::labs::high_dimensions::scene::Scene;
use crate::ui::edits::Edits;
use crate::ui::indices;
use crate::ui::tiles::{Arrangement, Pane};

/// One pane of the family.
pub struct PaneEntry {
    /// Its names.
    pub pane: Pane,
    /// Draws it.
    pub show: fn(&mut Ui, &mut PaneContext<'_>),
}

/// What panes read and edit.
pub struct PaneContext<'a> {
    /// The scene; whoever edits it tells `edits`.
    pub scene: &'a mut Scene,
    /// Where edits are noted.
    pub edits: &'a mut Edits,
    /// What has been computed.
    pub results: &'a mut Results,
    /// The picture of the overlaps.
    pub overlaps: &'a mut OverlapPicture,
}

/// Every pane, in the order of the menu.
pub const ALL: [PaneEntry; 6] =
    [controls::PANE, distances::PANE, spectrum::PANE, overlaps::PANE, linear_score::PANE, equations::PANE];

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
    (1.0, Arrangement::Tabs(&[Arrangement::Pane("controls"), Arrangement::Pane("equations")])),
    (2.0, Arrangement::Pane("distances")),
    (
        1.6,
        Arrangement::Column(&[
            (1.0, Arrangement::Pane("spectrum")),
            (1.1, Arrangement::Tabs(&[Arrangement::Pane("overlaps"), Arrangement::Pane("linear_score")])),
        ]),
    ),
]);

/// The picture of the scene: distances beside the spectrum.
pub fn figure(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    ui.columns(2, |columns| {
        (distances::PANE.show)(&mut columns[0], cx);
        (spectrum::PANE.show)(&mut columns[1], cx);
    });
}

/// A muted sentence that tells what to look at.
fn caption(ui: &mut Ui, text: &str) {
    indices::caption(ui, text);
}
