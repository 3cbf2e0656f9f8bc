//! The question before unsaved edits are lost with the window.

use egui::Ui;

use super::{App, Sheet, nothing};

pub(in crate::app) static SHEET: Sheet =
    Sheet { title: "Save before closing?", width: 420.0, show, dismissed: nothing };

fn show(app: &mut App, ui: &mut Ui) -> bool {
    let titles: Vec<String> = app
        .documents()
        .filter(|document| document.is_changed())
        .map(|document| format!("“{}”", document.title()))
        .collect();
    match titles.as_slice() {
        [only] => ui.label(format!("{only} has edits that no file holds.")),
        several => ui.label(format!("These scenes have edits that no file holds: {}.", several.join(", "))),
    };
    ui.add_space(12.0);
    let ctx = ui.ctx().clone();
    ui.horizontal(|ui| {
        let save = ui.button(if titles.len() > 1 { "Save all" } else { "Save" }).clicked();
        let discard = ui.button("Close without saving").clicked();
        let stay = ui.button("Stay").clicked();
        if save {
            app.save_all_and_close(&ctx);
        }
        if discard {
            app.close(&ctx);
        }
        save || discard || stay
    })
    .inner
}
