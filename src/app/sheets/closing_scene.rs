//! The question before unsaved edits are lost with their tab.

use egui::Ui;

use super::super::Closing;
use super::{App, Sheet, nothing};

pub(in crate::app) static SHEET: Sheet =
    Sheet { title: "Save before closing the scene?", width: 420.0, show, dismissed: nothing };

fn show(app: &mut App, ui: &mut Ui) -> bool {
    let Some(document) = &app.document else { return true };
    let number = document.number();
    ui.label(format!("“{}” has edits that no file holds.", document.title()));
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        let save = ui.button("Save").clicked();
        let discard = ui.button("Close without saving").clicked();
        let keep = ui.button("Keep it open").clicked();
        if save {
            app.closing = Closing::SceneAfterSaving(number);
            app.save();
        }
        if discard {
            app.close_document(number);
        }
        save || discard || keep
    })
    .inner
}
