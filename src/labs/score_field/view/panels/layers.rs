//! What is drawn: a section for every layer.

use egui::{RichText, Ui};

use super::PanelContext;
use crate::labs::score_field::view::layers;
use crate::labs::score_field::view::slider_row::slider_row;
use crate::ui::{Section, highlight, theme};

/// Shows a section for every layer, top of the picture last.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let compares = cx.scene.compare.is_some();
    let muted = theme::tokens(ui.visuals()).muted_text;
    ui.label(RichText::new("Layers of the picture, bottom to top").small().color(muted));
    for layer in layers::ALL {
        let info = layer.info();
        let mut on = layer.is_on(&cx.scene.layers);
        let was_on = on;
        let mut changed = false;
        let section = Section::new(info.name).help(info.about).open(false).switch(&mut on);
        let place = ui.scope(|ui| {
            section.show(ui, |ui| {
                ui.label(RichText::new(info.about).small().color(muted));
                changed = layer.settings(ui, &mut cx.scene.layers, compares);
            })
        });
        highlight::link(ui, &layers::word(info.name), place.response.rect);
        *layer.switch(&mut cx.scene.layers) = on;
        if on != was_on {
            cx.edits.note(if on { "show layer" } else { "hide layer" });
        } else if changed {
            cx.edits.note("change layer");
        }
    }
    let hint = "Pixels of the screen for each computed place along an axis; fewer are sharper and slower";
    let slider = egui::Slider::new(&mut cx.state.pixels_per_node, 1.0..=8.0).suffix(" px").max_decimals(1);
    slider_row(ui, "grain", hint, slider);
}
