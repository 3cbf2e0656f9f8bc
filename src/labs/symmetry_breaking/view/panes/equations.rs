//! The formulas of what is in front, with their values now.

use egui::Ui;

use super::{LabPane, PaneContext, PaneEntry, Wake};
use crate::labs::symmetry_breaking::equations;
use crate::ui;

pub const ENTRY: PaneEntry =
    PaneEntry { pane: ui::equations::PANE, panel: None, open: |_: &Wake| Box::new(EquationsPane) };

struct EquationsPane;

impl LabPane for EquationsPane {
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        ui::equations::pane(ui, &equations::sheet(cx.scene, &cx.model, None));
    }
}
