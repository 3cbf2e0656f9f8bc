//! The panes of the lab, each with its function, and where they are at first.

use egui::Ui;

use super::{ScoreFieldView, panels};
use crate::ui::Tiles;
use crate::ui::tiles::{Arrangement, Pane};

/// Draws one pane.
type Draw = fn(&mut ScoreFieldView, &mut Ui);

pub(super) static PANES: [Pane; 5] = [
    Pane {
        id: "picture",
        name: "Score field",
        about: "The noised density and its score in the plane; drag the data and watch both answer",
    },
    Pane {
        id: "controls",
        name: "Controls",
        about: "What the scene is made of: data, score model, noise, particles, and the layers of the picture",
    },
    Pane {
        id: "readings",
        name: "Readings",
        about: "What the theory says about the place under the pointer and about the pinned probes",
    },
    Pane { id: "curves", name: "Curves", about: "Statistics of the particles at every step of the run" },
    Pane { id: "equations", name: "Equations", about: "The formulas of what is on screen, with their values now" },
];

/// How each of [`PANES`] is drawn.
const DRAW: [(&str, Draw); 5] = [
    ("picture", ScoreFieldView::show_picture),
    ("controls", |view, ui| view.show_sections(ui, panels::CONTROLS)),
    ("readings", |view, ui| view.show_sections(ui, panels::READINGS)),
    ("curves", |view, ui| view.show_sections(ui, panels::CURVES)),
    ("equations", |view, ui| view.show_sections(ui, panels::EQUATIONS)),
];

const STANDARD: Arrangement = Arrangement::Row(&[
    (0.215, Arrangement::Pane("controls")),
    (0.57, Arrangement::Pane("picture")),
    (
        0.215,
        Arrangement::Column(&[
            (0.46, Arrangement::Pane("readings")),
            (0.54, Arrangement::Tabs(&[Arrangement::Pane("curves"), Arrangement::Pane("equations")])),
        ]),
    ),
]);

/// The panes as they are at first.
pub(super) fn tiles() -> Tiles {
    Tiles::new("score field", &PANES, STANDARD)
}

impl ScoreFieldView {
    /// Draws the panes, and keeps the run going where the picture is out of sight.
    pub(super) fn show_panes(&mut self, ui: &mut Ui) {
        let Some(mut tiles) = self.tiles.take() else { return };
        self.in_sight = false;
        tiles.show(ui, &mut |ui, id| {
            if let Some((_, draw)) = DRAW.iter().find(|(pane, _)| *pane == id) {
                draw(self, ui);
            }
        });
        self.tiles = Some(tiles);
        if !self.in_sight {
            self.refresh(ui, &[], 0.0);
        }
        self.refresh_curves(ui);
    }

    /// Draws one pane for a picture.
    pub(super) fn show_pane_figure(&mut self, ui: &mut Ui, pane: &str) {
        if pane == PANES[0].id {
            return self.show_figure(ui);
        }
        // What the panes beside the picture tell is of the field and the run that the picture shows.
        self.refresh(ui, &[], 0.0);
        self.in_sight = false;
        if let Some((_, draw)) = DRAW.iter().find(|(id, _)| *id == pane) {
            egui::Frame::new().inner_margin(8.0).show(ui, |ui| draw(self, ui));
        }
        self.refresh_curves(ui);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pane_is_drawn() {
        for pane in &PANES {
            assert!(DRAW.iter().any(|(id, _)| *id == pane.id), "{}", pane.id);
            assert!(tiles().is_open(pane.id), "{}", pane.id);
        }
    }
}
