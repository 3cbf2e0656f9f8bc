//! Above the canvas: tools, views, and which way the run goes.

use egui::{Button, Ui};

use super::edit::{Edits, Tool};
use super::state::ViewState;
use crate::core::sampler::{self, Direction};
use crate::labs::score_field::scene::Scene;
use crate::ui::canvas::Camera;
use crate::ui::icon::{self, Look, Pen, icon_button};

/// The two ways a run can go, with their names and what they mean.
const WAYS: [(Direction, &str, &str); 2] = [
    (Direction::Noising, "Data → noise", "Forward noising: particles start at the data and time grows"),
    (
        Direction::Generating,
        "Noise → data",
        "Reverse generation: particles start as noise and follow the score; time falls",
    ),
];

/// Width that everything takes in one row, in points.
const ONE_ROW: f32 = 620.0;

/// Shows the bar.
pub fn show(ui: &mut Ui, scene: &mut Scene, state: &mut ViewState, edits: &mut Edits) {
    let narrow = ui.available_width() < ONE_ROW;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (tool, name, about) in Tool::ALL {
            if ui.add(Button::selectable(state.tool == tool, name)).on_hover_text(about).clicked() {
                state.tool = tool;
            }
        }
        ui.separator();
        let reset =
            icon_button(ui, icon::reset, Look::Plain, "Reset view", "Back to the first view (double-click an axis)");
        if reset.clicked() {
            state.camera = state.home;
        }
        if icon_button(ui, corners, Look::Plain, "Fit", "Show all data").clicked() {
            fit(scene, state);
        }
        let look = if state.grid { Look::On } else { Look::Plain };
        if icon_button(ui, lattice, look, "Grid", "Lines at the ticks of the axes").clicked() {
            state.grid = !state.grid;
        }
        if !narrow {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                directions(ui, scene, state, edits);
            });
        }
    });
    if narrow {
        ui.horizontal(|ui| directions(ui, scene, state, edits));
    }
}

/// The corners of a frame.
fn corners(pen: &mut Pen) {
    for [x, y] in [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]] {
        let inwards = |v: f32| if v < 0.5 { v + 0.27 } else { v - 0.27 };
        pen.line(&[[inwards(x), y], [x, y], [x, inwards(y)]]);
    }
}

/// Crossing lines.
fn lattice(pen: &mut Pen) {
    for place in [0.3, 0.7] {
        pen.line(&[[place, 0.05], [place, 0.95]]);
        pen.line(&[[0.05, place], [0.95, place]]);
    }
}

/// Shows all data.
pub fn fit(scene: &Scene, state: &mut ViewState) {
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
    // Where the layout runs from the right, so must the order.
    let mut ways: Vec<_> = WAYS.into_iter().enumerate().collect();
    if ui.layout().prefer_right_to_left() {
        ways.reverse();
    }
    for (index, (way, name, about)) in ways {
        let pressed = ui.add(Button::selectable(now == Some(way), name)).on_hover_text(about).clicked();
        if pressed && now != Some(way) {
            state.samplers[1 - index].clone_from(&scene.particles.sampler);
            scene.particles.sampler.clone_from(&state.samplers[index]);
            edits.note("change direction");
        }
    }
}
