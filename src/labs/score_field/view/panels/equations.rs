//! The equations of what is on screen.

use egui::Ui;

use super::PanelContext;
use crate::labs::score_field::equations::{self, Probed};
use crate::labs::score_field::view::probe;
use crate::ui;

/// Shows them.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let Some(numbered) = cx.setup else { return };
    let place = cx.state.hover.or_else(|| cx.scene.probes.last().copied());
    let reading = place.zip(cx.noised.first()).map(|(at, mixture)| probe::read(mixture, at));
    let probed = reading.as_ref().map(|reading| Probed {
        at: reading.at,
        value: &reading.value,
        weight: reading.top.first().map_or(0.0, |(_, weight)| *weight),
    });
    let sheet = equations::sheet(cx.scene, &numbered.setup, probed);
    egui::Frame::new().inner_margin(6.0).show(ui, |ui| ui::equations::contents(ui, &sheet));
}
