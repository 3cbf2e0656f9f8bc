//! How to write a lesson: the guide for authors, the live readings of every lab, and a template to start from.

use std::sync::LazyLock;

use egui::{CollapsingHeader, Grid, Label, RichText, ScrollArea, Ui};

use super::{App, Sheet, nothing};
use crate::labs;
use crate::lessons::{self, text::Block};
use crate::ui::{prose, theme};

pub(in crate::app) static SHEET: Sheet =
    Sheet { title: "Write your own lesson", width: 760.0, show, dismissed: nothing };

/// The guide, read once; a test holds that it can be read.
static GUIDE: LazyLock<Vec<Block>> = LazyLock::new(|| lessons::text::blocks(lessons::GUIDE).unwrap_or_default());

fn show(app: &mut App, ui: &mut Ui) -> bool {
    ui.horizontal(|ui| {
        if ui.button("Save a template…").on_hover_text("A small lesson with one of everything").clicked() {
            app.save_template();
        }
        if ui
            .button("Open lesson…")
            .on_hover_text("Your lesson, to try it; it may also be dropped on the window")
            .clicked()
        {
            app.files.ask_to_open_lesson();
        }
        if ui.button("Copy the template").clicked() {
            ui.ctx().copy_text(lessons::TEMPLATE.to_owned());
        }
    });
    ui.add_space(6.0);
    ScrollArea::vertical().max_height(ui.available_height().max(200.0)).show(ui, |ui| {
        prose::blocks(ui, &GUIDE, &|_| None);
        ui.add_space(10.0);
        for lab in labs::ALL {
            names(ui, lab);
        }
    });
    false
}

fn names(ui: &mut Ui, lab: &labs::LabEntry) {
    let muted = theme::tokens(ui.visuals()).muted_text;
    CollapsingHeader::new(format!("Names of the lab {}", lab.info.name)).id_salt(("names", lab.info.id)).show(
        ui,
        |ui| {
            let mut table = |title: &str, rows: Vec<(&str, &str)>| {
                ui.label(RichText::new(title).strong());
                Grid::new((lab.info.id, title)).num_columns(2).spacing([16.0, 3.0]).show(ui, |ui| {
                    for (id, about) in rows {
                        ui.label(RichText::new(id).monospace());
                        ui.add(Label::new(RichText::new(about).small().color(muted)).wrap());
                        ui.end_row();
                    }
                });
                ui.add_space(6.0);
            };
            let readings = (lab.readings)();
            table("Readings", readings.iter().map(|reading| (reading.id, reading.about)).collect());
            table("Panes", (lab.panes)().iter().map(|pane| (pane.id, pane.about)).collect());
            table("Scenes", lab.gallery.iter().map(|scene| (scene.id, "")).collect());
        },
    );
}
