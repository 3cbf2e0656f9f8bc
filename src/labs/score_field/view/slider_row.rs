//! A slider with its label before it, as wide as the panel allows.

use egui::{Response, Slider, Ui};

/// Room for the number behind the rail, in points.
const NUMBER: f32 = 76.0;

/// Shows `slider` behind `label`; resting on either explains it.
pub fn slider_row(ui: &mut Ui, label: &str, about: &str, slider: Slider<'_>) -> Response {
    ui.horizontal(|ui| {
        let label = ui.label(label);
        ui.spacing_mut().slider_width = (ui.available_width() - NUMBER).max(32.0);
        let response = ui.add(slider).labelled_by(label.id);
        if about.is_empty() {
            return response;
        }
        label.on_hover_text(about);
        response.on_hover_text(about)
    })
    .inner
}
