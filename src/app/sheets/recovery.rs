//! Work that a crash left behind.

use egui::{RichText, Ui};

use super::{App, Sheet, nothing};

pub(in crate::app) static SHEET: Sheet =
    Sheet { title: "Unsaved work was found", width: 520.0, show, dismissed: nothing };

fn show(app: &mut App, ui: &mut Ui) -> bool {
    ui.label("Diffuscope ended without saving these scenes. What you leave here is offered again next time.");
    ui.add_space(8.0);
    let leftovers = app.leftovers.clone();
    let mut handled = Vec::new();
    for (i, leftover) in leftovers.iter().enumerate() {
        let title = leftover.scene.get("title").and_then(serde_json::Value::as_str).filter(|title| !title.is_empty());
        ui.push_id(i, |ui| {
            ui.horizontal(|ui| {
                ui.label(RichText::new(title.unwrap_or("Untitled")).strong());
                if let Some(path) = &leftover.path {
                    ui.weak(path.display().to_string());
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if ui.button("Discard").clicked() {
                        leftover.discard();
                        handled.push(i);
                    }
                    if ui.button("Restore").clicked() {
                        app.recover(leftover);
                        handled.push(i);
                    }
                });
            });
        });
    }
    if leftovers.len() > 1 {
        ui.add_space(8.0);
        if ui.button("Restore all").clicked() {
            for leftover in &leftovers {
                app.recover(leftover);
            }
            handled = (0..leftovers.len()).collect();
        }
    }
    for i in handled.into_iter().rev() {
        app.leftovers.remove(i);
    }
    app.leftovers.is_empty()
}
