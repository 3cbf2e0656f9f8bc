//! The formulas of what is in front, with their values now.

use egui::Ui;

use super::{PaneContext, PaneEntry};
use crate::labs::high_dimensions::equations;
use crate::ui;

pub const PANE: PaneEntry = PaneEntry { pane: ui::equations::PANE, show };

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    let focus = cx.scene.focus;
    let point = cx.results.distances.value().and_then(|points| {
        points.iter().find(|point| point.size == focus.size && point.exponent == focus.exponent).copied()
    });
    ui::equations::pane(ui, &equations::sheet(cx.scene, point.as_ref()));
}
