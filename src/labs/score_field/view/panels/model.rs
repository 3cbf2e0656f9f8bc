//! The score models.

use egui::{Button, Ui};

use super::PanelContext;
use crate::core::param::Choice;
use crate::core::score_model;
use crate::engine::kernel::quantity;
use crate::ui::{Section, choice_editor, toggle};

/// Model that a comparison starts with.
const FIRST_COMPARED: &str = "gaussian";

/// Shows the section.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let help = "What is taken for the distribution of the data: its exact score is shown and moves the particles";
    Section::new("Score model").help(help).show(ui, |ui| {
        let compares = cx.scene.compare.is_some();
        let label = if compares { "model A" } else { "model" };
        if choice_editor(ui, label, &mut cx.scene.model, score_model::ALL, |kind| &kind.info) {
            cx.edits.note("change score model");
        }
        let mut on = compares;
        let hint = "Show a second model of the same data; its particles start from the same places with the same noise";
        if toggle(ui, &mut on, "Compare with a second model", hint) {
            cx.scene.compare = on.then(|| Choice::new(other_than(&cx.scene.model.kind)));
            if !on && quantity::find(&cx.scene.layers.heat.quantity).is_some_and(|q| q.compares) {
                "density".clone_into(&mut cx.scene.layers.heat.quantity);
                cx.scene.layers.heat.logarithmic = false;
            }
            cx.edits.note(if on { "compare models" } else { "end comparison" });
        }
        if let Some(compare) = &mut cx.scene.compare {
            if choice_editor(ui, "model B", compare, score_model::ALL, |kind| &kind.info) {
                cx.edits.note("change score model");
            }
            arrangement(ui, cx);
        }
    });
}

fn other_than(kind: &str) -> &'static str {
    if kind == FIRST_COMPARED { "delta" } else { FIRST_COMPARED }
}

fn arrangement(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let heat = &mut cx.scene.layers.heat;
    let difference = quantity::ALL.iter().find(|q| q.compares);
    let shows_difference = difference.is_some_and(|q| q.id == heat.quantity);
    ui.horizontal_wrapped(|ui| {
        let beside = cx.state.beside && !shows_difference;
        let pick = |ui: &mut Ui, on: bool, name: &str, hint: &str| {
            ui.add(Button::selectable(on, name)).on_hover_text(hint).clicked()
        };
        let leave_difference = |heat: &mut crate::labs::score_field::scene::HeatLayer| {
            if shows_difference {
                "density".clone_into(&mut heat.quantity);
                heat.logarithmic = false;
                heat.range = None;
            }
        };
        if pick(ui, beside, "Beside", "A canvas for each model, with one view of the plane and one colour scale") {
            cx.state.beside = true;
            leave_difference(heat);
        }
        if pick(ui, !cx.state.beside && !shows_difference, "Overlaid", "The field of A with the particles of both") {
            cx.state.beside = false;
            leave_difference(heat);
        }
        if let Some(quantity) = difference
            && pick(ui, shows_difference, "Difference", quantity.about)
        {
            quantity.id.clone_into(&mut heat.quantity);
            heat.logarithmic = quantity.logarithmic;
            heat.range = None;
            heat.on = true;
            cx.edits.note("show difference");
        }
    });
}
