//! What is above the pictures: which are shown, of which grids, and what the pointer does on them.

use egui::{Button, ComboBox, DragValue, Ui, vec2};

use crate::labs::patches::view::brush::{BRUSHES, Tool};
use crate::labs::patches::view::colours::Seams;
use crate::labs::patches::view::panes::PaneContext;
use crate::labs::patches::view::pictures;
use crate::ui::pixels::PixelCamera;

/// Draws it.
pub(super) fn toolbar(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        for kind in pictures::ALL {
            let on = cx.state.shown.contains(&kind.id);
            if kind.of_painting && !cx.is_painted() {
                continue;
            }
            let name = format!("{} {}", kind.symbol, kind.name);
            let button = ui.add(Button::selectable(on, kind.symbol)).on_hover_text(format!("{name}\n{}", kind.about));
            button.widget_info(|| {
                egui::WidgetInfo::selected(egui::Role::Button, true, on, format!("Show {}", kind.name))
            });
            if button.clicked() {
                // At least one picture stays.
                if !on {
                    cx.state.shown.push(kind.id);
                } else if cx.state.shown.len() > 1 {
                    cx.state.shown.retain(|id| *id != kind.id);
                }
            }
        }
        ui.separator();
        let count = cx.run.and_then(|run| run.lanes.first()).map_or(1, |lane| lane.phi.count);
        if count > 1 {
            for (tiles, name, about) in [
                (false, "One grid", "Show one grid of the ensemble"),
                (true, "Ensemble", "Show the grids of the ensemble as tiles"),
            ] {
                if ui.add(Button::selectable(cx.state.tiles == tiles, name)).on_hover_text(about).clicked() {
                    cx.state.tiles = tiles;
                    cx.state.camera = PixelCamera::default();
                }
            }
            if !cx.state.tiles {
                let mut number = cx.state.grid.min(count - 1) + 1;
                let field = DragValue::new(&mut number).range(1..=count).speed(0.1);
                let response = ui.add(field).on_hover_text("Number of the grid shown");
                response.widget_info(|| egui::WidgetInfo::drag_value(true, number as f64));
                response.accessible_name("Grid shown");
                cx.state.grid = number - 1;
            }
            ui.separator();
        }
        for (tool, name, about) in Tool::ALL {
            if ui.add(Button::selectable(cx.state.tool == tool, name)).on_hover_text(about).clicked() {
                cx.state.tool = tool;
            }
        }
        if cx.state.tool == Tool::Paint {
            for (index, kind) in BRUSHES.iter().enumerate() {
                let on = cx.state.brush.kind == index;
                if ui.add(Button::selectable(on, kind.name)).on_hover_text(kind.about).clicked() {
                    cx.state.brush.kind = index;
                }
            }
            let label = ui.label("radius");
            let field = DragValue::new(&mut cx.state.brush.radius).range(0.5..=64.0).speed(0.1).max_decimals(1);
            ui.add(field.suffix(" px"))
                .labelled_by(label.id)
                .on_hover_text("Radius of the brush, in pixels of the grid");
        }
        if cx.is_painted() {
            let hint = "Take everything away that was painted (can be undone)";
            if ui.button("Clear painting").on_hover_text(hint).clicked() {
                cx.clear_painting();
            }
        }
        if cx.state.shown.contains(&"source") {
            let now = Seams::ALL.iter().find(|(seams, ..)| *seams == cx.state.seams).map_or("", |(_, name, _)| name);
            let combo = ComboBox::from_id_salt("seams").width(96.0).selected_text(format!("seams: {now}"));
            let shown = combo.show_ui(ui, |ui| {
                for (seams, name, about) in Seams::ALL {
                    if ui.selectable_label(cx.state.seams == seams, name).on_hover_text(about).clicked() {
                        cx.state.seams = seams;
                    }
                }
            });
            shown.response.accessible_name("Seams").on_hover_text("Lines on the picture of sources");
        }
    });
}
