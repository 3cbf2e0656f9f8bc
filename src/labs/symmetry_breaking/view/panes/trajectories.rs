//! μ(t) of a few particles between the wells that run ahead of them.

use egui::{Ui, vec2};
use egui_plot::{Line, PlotPoints};

use super::{LabPane, PaneContext, PaneEntry, Wake};
use crate::core::curie_weiss::potential::Potential;
use crate::labs::symmetry_breaking::view::ensemble;
use crate::labs::symmetry_breaking::view::plot::{Frame, Key, caption_above_plot, legend, note, upright};
use crate::ui::theme;
use crate::ui::tiles::Pane;

pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane {
        id: "trajectories",
        name: "Trajectories",
        about: "μ over time for a few particles, with the wells and the mean of each half of the cloud",
    },
    panel: None,
    open: |_: &Wake| Box::new(Trajectories),
};

struct Trajectories;

/// Nodes of the wells' curves.
const NODES: usize = 240;

impl LabPane for Trajectories {
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        caption_above_plot(
            ui,
            "The wells run away as e^{−τ}. A cloud that follows obeys ⟨μ⟩' = well − ⟨μ⟩, so it stays at half their distance.",
        );
        let tokens = theme::tokens(ui.visuals());
        let mean_colour = theme::component_colour(2);
        legend(
            ui,
            &[
                (Key::Line, tokens.particle_a.gamma_multiply(0.5), "particles", "The first 60 particles of the run"),
                (Key::Line, theme::component_colour(3), "wells of V", "Minima of the potential at each moment"),
                (Key::Line, mean_colour, "mean of each half", "Measured over particles with μ > 0 and with μ < 0"),
                (Key::Dashed, tokens.accent, "±m*e^−τ", "Means of the two states in theory: half of the wells"),
            ],
        );
        let [first, last] = cx.tau_range();
        let low = last.max(-2.5);
        let model = cx.model;
        let shift = model.speciation_time();
        let reach = 1.05 * ensemble::reach(&model, low + shift);
        let frame = Frame {
            name: "Trajectories",
            size: vec2(ui.available_width(), ui.available_height()),
            x_label: "τ = t − ½ log N  (generation →)",
            y_label: "order parameter μ",
            x: [low, first.max(low + 1e-3)],
            y: [-reach, reach],
            falling: true,
        };
        let curves = cx.curves;
        let taus: Vec<f64> = curves.times.iter().map(|t| t - shift).collect();
        let path = |values: &[f64]| frame.places(taus.iter().zip(values).map(|(tau, mu)| [*tau, *mu]));
        let paths: Vec<_> = curves.paths.iter().map(|values| path(values)).collect();
        let means: [Vec<[f64; 2]>; 2] = [0, 1].map(|side| {
            let known = taus.iter().zip(&curves.sides).filter_map(|(tau, sides)| Some([*tau, sides[side]?]));
            frame.places(known)
        });
        let node = |i: usize| low + (first - low) * i as f64 / (NODES - 1) as f64;
        let wells: Vec<_> = (0..NODES).map(|i| (node(i), Potential::new(&model, node(i) + shift).wells())).collect();
        let deep = frame.places(wells.iter().map(|(tau, wells)| [*tau, wells.deep]));
        let shallow = frame.places(wells.iter().filter_map(|(tau, wells)| Some([*tau, wells.shallow?])));
        let theory = [1.0, -1.0]
            .map(|sign| frame.places((0..NODES).map(|i| [node(i), sign * model.amplitude(node(i) + shift)])));
        let now = frame.at(cx.tau());
        let split =
            model.critical_time().map(|t| t - shift).filter(|tau| (low..first).contains(tau)).map(|tau| frame.at(tau));
        let decision = frame.at(0.0);
        let thin = tokens.particle_a.gamma_multiply(0.35);
        let held = frame.show(ui, move |plot| {
            for path in paths {
                plot.line(Line::new("particle", PlotPoints::from(path)).color(thin).width(1.0).allow_hover(false));
            }
            for (theory, mean) in theory.into_iter().zip(means) {
                plot.line(Line::new("mean of half the cloud", PlotPoints::from(mean)).color(mean_colour).width(2.0));
                let style = egui_plot::LineStyle::dashed_loose();
                plot.line(Line::new("±m*e^−τ", PlotPoints::from(theory)).color(tokens.accent).width(1.6).style(style));
            }
            for well in [deep, shallow] {
                plot.line(Line::new("well", PlotPoints::from(well)).color(theme::component_colour(3)).width(2.0));
            }
            if let Some(at) = split {
                upright(plot, at, 1.0, tokens.muted_text, true);
                note(plot, [at, reach], egui::Align2::LEFT_TOP, " t_c", tokens.muted_text);
            }
            upright(plot, decision, 1.0, tokens.muted_text, true);
            note(plot, [decision, -reach], egui::Align2::LEFT_BOTTOM, " t_S", tokens.muted_text);
            upright(plot, now, 1.4, tokens.accent, false);
        });
        if let Some([tau, _]) = held {
            cx.set_time(tau + shift);
        }
    }
}
