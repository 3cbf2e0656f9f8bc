//! Where the panes of every lab are, kept from one start to the next.

use super::App;
use super::document::Document;

impl App {
    /// Gives the document's panes the places they last had in its lab.
    pub(super) fn lay_out(&mut self) {
        let Some(document) = &mut self.document else { return };
        if let (Some(tiles), Some(saved)) = (document.view.tiles(), self.settings.layouts.get(document.lab.info.id)) {
            tiles.restore(saved);
        }
        self.layout_stamp = stamp(document);
    }

    /// Remembers where the panes are once the user has let go of them.
    pub(super) fn keep_layout(&mut self, ctx: &egui::Context) {
        let Some(document) = &mut self.document else { return };
        let now = stamp(document);
        if now == self.layout_stamp || ctx.input(|input| input.pointer.any_down()) {
            return;
        }
        self.layout_stamp = now;
        let Some(layout) = document.view.tiles().and_then(|tiles| tiles.save()) else { return };
        let lab = document.lab.info.id.to_owned();
        if self.settings.layouts.get(&lab) != Some(&layout) {
            self.settings.layouts.insert(lab, layout);
            self.save_settings();
        }
    }

    pub(super) fn reset_layout(&mut self) {
        if let Some(tiles) = self.view().and_then(|view| view.tiles()) {
            tiles.reset();
        }
    }
}

fn stamp(document: &mut Document) -> Option<(u64, u64)> {
    let number = document.number();
    document.view.tiles().map(|tiles| (number, tiles.stamp()))
}
