//! The process, its curves, and the shape of its noise.

use egui::{DragValue, Ui};

use super::{PanelContext, shape_gizmo};
use crate::core::process::{self, Forward};
use crate::core::sym2;
use crate::labs::score_field::scene::Scene;
use crate::labs::score_field::view::small_plot::{Curve, SmallPlot};
use crate::ui::{Section, choice_editor, notation, theme};

/// Points of each curve.
const POINTS: usize = 96;

/// Shows the section.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let help = "How data turn into noise: x_t given x_0 is N(α x_0, σ² S)";
    Section::new("Process").help(help).show(ui, |ui| {
        if choice_editor(ui, "process", &mut cx.scene.process, process::ALL, |kind| &kind.info) {
            cx.edits.note("change process");
        }
        if let Some(numbered) = cx.setup {
            let forward = &numbered.setup.forward;
            if let Some(time) = plots(ui, forward, cx.scene.time) {
                cx.transport.playing = false;
                cx.transport.position = position(&numbered.setup.times, time);
            }
        }
        noise_shape(ui, cx);
    });
}

/// The place along `times` (monotonic) of `time`, in steps with their fraction.
pub fn position(times: &[f64], time: f64) -> f64 {
    let between = |pair: &[f64]| (pair[0]..=pair[1]).contains(&time) || (pair[1]..=pair[0]).contains(&time);
    match times.windows(2).position(between) {
        Some(step) => {
            let width = times[step + 1] - times[step];
            step as f64 + if width == 0.0 { 0.0 } else { (time - times[step]) / width }
        }
        None => {
            let to_first = times.first().map_or(0.0, |first| (time - first).abs());
            let to_last = times.last().map_or(0.0, |last| (time - last).abs());
            if to_first <= to_last { 0.0 } else { times.len().saturating_sub(1) as f64 }
        }
    }
}

fn plots(ui: &mut Ui, forward: &Forward, now: f64) -> Option<f64> {
    let (start, end) = forward.range();
    let sampled = |f: &dyn Fn(f64) -> f64| -> Vec<[f64; 2]> {
        (0..=POINTS)
            .map(|i| {
                // Denser at the clean end, where log-SNR is steep.
                let share = (i as f64 / POINTS as f64).powi(2);
                let t = start + share * (end - start);
                [t, f(t)]
            })
            .collect()
    };
    let curve = |name: &str, index: usize, points| Curve {
        name: name.to_owned(),
        colour: theme::component_colour(index),
        dashed: false,
        points,
    };
    let plain = |id| notation::plain(ui.ctx(), id);
    let alpha_sigma = vec![
        curve(plain("noise"), 5, sampled(&|t| forward.sigma(t))),
        curve(plain("signal"), 4, sampled(&|t| forward.alpha(t))),
    ];
    let log_snr = vec![curve("log-SNR", 2, sampled(&|t| forward.log_snr(t)))];
    let mut chosen = None;
    for (name, hint, height, curves) in [
        ("Signal α and noise σ over time t", "Signal α(t) and noise σ(t), in units of the data", 66.0, alpha_sigma),
        ("Log-SNR over time t", "log(α²/σ²): natural logarithm of the signal-to-noise ratio", 54.0, log_snr),
    ] {
        legend(ui, &curves, hint);
        let plot = SmallPlot { name, height, curves, cursor: now, x: [start, end], x_name: "t", from_zero: false };
        chosen = plot.show(ui).or(chosen);
    }
    chosen
}

/// Names of curves in their colours.
pub fn legend(ui: &mut Ui, curves: &[Curve], hint: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        for curve in curves {
            let (rect, _) = ui.allocate_exact_size(egui::vec2(12.0, 10.0), egui::Sense::hover());
            let stroke = egui::Stroke::new(2.0, curve.colour);
            let ends = [rect.left_center(), rect.right_center()];
            if curve.dashed {
                ui.painter().extend(egui::Shape::dashed_line(&ends, stroke, 3.0, 2.0));
            } else {
                ui.painter().line_segment(ends, stroke);
            }
            ui.label(egui::RichText::new(&curve.name).small()).on_hover_text(hint);
        }
    });
}

fn noise_shape(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let about = "Shape S of the noise: its ellipse shows one standard deviation in every direction. Drag its ends.";
    ui.horizontal(|ui| {
        if let Some(shape) = shape_gizmo::show(ui, cx.scene.noise_shape) {
            set_shape(cx, shape);
        }
        ui.vertical(|ui| {
            ui.label("noise shape S").on_hover_text(about);
            let mut entries = cx.scene.noise_shape;
            let names = ["S_xx", "S_xy", "S_yy"];
            for (entry, name) in entries.iter_mut().zip(names) {
                ui.horizontal(|ui| {
                    let label = ui.label(name);
                    let low = if name == "S_xy" { -100.0 } else { 1e-4 };
                    ui.add(DragValue::new(entry).speed(0.01).range(low..=100.0).max_decimals(4)).labelled_by(label.id);
                });
            }
            if entries != cx.scene.noise_shape {
                set_shape(cx, entries);
            }
            let round = cx.scene.noise_shape == Scene::default().noise_shape;
            let button = ui.add_enabled(!round, egui::Button::new("Isotropic"));
            if button.on_hover_text("Back to S = 1: equal noise in all directions").clicked() {
                set_shape(cx, Scene::default().noise_shape);
            }
        });
    });
}

fn set_shape(cx: &mut PanelContext<'_>, shape: [f64; 3]) {
    let [xx, xy, yy] = shape;
    if sym2::is_positive_definite(&sym2::new(xx, xy, yy)) {
        cx.scene.noise_shape = shape;
        cx.edits.note("change noise shape");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_found_on_rising_and_falling_grids() {
        assert_eq!(position(&[0.0, 1.0, 3.0], 2.0), 1.5);
        assert_eq!(position(&[3.0, 1.0, 0.0], 2.0), 0.5);
        assert_eq!(position(&[3.0, 1.0, 0.0], 0.0), 2.0);
        assert_eq!(position(&[3.0, 1.0, 0.0], 9.0), 0.0);
        assert_eq!(position(&[0.0, 1.0, 3.0], 9.0), 2.0);
        assert_eq!(position(&[], 9.0), 0.0);
    }
}
