//! The question before unsaved edits are lost with the window.

use egui::Ui;

use super::super::Closing;
use super::{App, Sheet, nothing};

pub(in crate::app) static SHEET: Sheet =
    Sheet { title: "Save before closing?", width: 420.0, show, dismissed: nothing };

fn show(app: &mut App, ui: &mut Ui) -> bool {
    let title = app.document.as_ref().map(super::super::Document::title).unwrap_or_default();
    ui.label(format!("“{title}” has edits that no file holds."));
    ui.add_space(12.0);
    let ctx = ui.ctx().clone();
    ui.horizontal(|ui| {
        let save = ui.button("Save").clicked();
        let discard = ui.button("Close without saving").clicked();
        let stay = ui.button("Stay").clicked();
        if save {
            app.closing = Closing::AfterSaving;
            app.save();
        }
        if discard {
            app.close(&ctx);
        }
        save || discard || stay
    })
    .inner
}
