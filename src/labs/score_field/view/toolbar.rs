//! Above the canvas: tools, views, and which way the run goes.

use egui::{Button, Ui};

use super::edit::{Edits, Tool};
use super::state::ViewState;
use crate::core::sampler::{self, Direction};
use crate::labs::score_field::scene::Scene;
use crate::ui::canvas::Camera;

/// The two ways a run can go, with their names and what they mean.
const WAYS: [(Direction, &str, &str); 2] = [
    (Direction::Noising, "Data → noise", "Forward noising: particles start at the data and time grows"),
    (
        Direction::Generating,
        "Noise → data",
        "Reverse generation: particles start as noise and follow the score; time falls",
    ),
];

/// Shows the bar.
pub fn show(ui: &mut Ui, scene: &mut Scene, state: &mut ViewState, edits: &mut Edits) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (tool, name, about) in Tool::ALL {
            if ui.add(Button::selectable(state.tool == tool, name)).on_hover_text(about).clicked() {
                state.tool = tool;
            }
        }
        ui.separator();
        if ui.button("Reset view").on_hover_text("Back to the first view (double-click an axis)").clicked() {
            state.camera = state.home;
        }
        if ui.button("Fit").on_hover_text("Show all data").clicked() {
            fit(scene, state);
        }
        ui.toggle_value(&mut state.grid, "Grid").on_hover_text("Lines at the ticks of the axes");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| directions(ui, scene, state, edits));
    });
}

/// Shows all data.
fn fit(scene: &Scene, state: &mut ViewState) {
    let points = scene.data.points.iter().map(|point| point.at);
    let reach = |k: usize, c: [f64; 3]| 2.0 * c[2 * k].max(0.0).sqrt();
    let components = scene.data.components.iter().flat_map(|c| {
        let [rx, ry] = [reach(0, c.covariance), reach(1, c.covariance)];
        [[c.mean[0] - rx, c.mean[1] - ry], [c.mean[0] + rx, c.mean[1] + ry]]
    });
    if let Some(camera) = Camera::around(points.chain(components)) {
        state.camera = camera;
    }
}

fn directions(ui: &mut Ui, scene: &mut Scene, state: &mut ViewState, edits: &mut Edits) {
    let now = sampler::find(&scene.particles.sampler).map(|kind| kind.direction);
    // Laid out from the right.
    for (index, (way, name, about)) in WAYS.into_iter().enumerate().rev() {
        let pressed = ui.add(Button::selectable(now == Some(way), name)).on_hover_text(about).clicked();
        if pressed && now != Some(way) {
            state.samplers[1 - index].clone_from(&scene.particles.sampler);
            scene.particles.sampler.clone_from(&state.samplers[index]);
            edits.note("change direction");
        }
    }
}
