//! R₊(τ): the share of particles on the + side, measured and of (28).

use egui::{Ui, vec2};
use egui_plot::{Line, MarkerShape, PlotPoints, Points};

use super::{LabPane, PaneContext, PaneEntry, Wake};
use crate::labs::symmetry_breaking::view::plot::{Frame, Key, caption_above_plot, legend, upright};
use crate::ui::tiles::Pane;
use crate::ui::{format, theme};

pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane {
        id: "r_plus",
        name: "R₊(τ)",
        about: "Share of particles with μ > 0, measured with error bars, against [CW] (28)",
    },
    panel: None,
    open: |_: &Wake| Box::new(RPlus),
};

struct RPlus;

/// Nodes of the theory's curve.
const NODES: usize = 240;
/// Error bars drawn at most.
const BARS: usize = 28;

impl LabPane for RPlus {
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        let model = cx.model;
        let shift = model.speciation_time();
        let [weight, _] = model.weights();
        let words = format!(
            "Out of noise half of the particles have μ > 0; round τ = 0 the share goes to W₊ = {}. Bars: ± one standard error.",
            format::number(weight, 3)
        );
        caption_above_plot(ui, &words);
        let tokens = theme::tokens(ui.visuals());
        let measured = format!("measured, n = {}", cx.curves.sampled);
        legend(
            ui,
            &[
                (Key::Dots, tokens.particle_a, &measured, "Share of the measured particles with μ > 0"),
                (Key::Line, tokens.accent, "theory (28)", "½[W₊ erfc(−m*e^{−τ}/√2T) + W₋ erfc(m*e^{−τ}/√2T)]"),
                (Key::Dashed, tokens.muted_text, "W₊", "Weight of the + state"),
            ],
        );
        let [first, last] = cx.tau_range();
        let node = |i: usize| last + (first - last) * i as f64 / (NODES - 1) as f64;
        let theory: Vec<[f64; 2]> = (0..NODES).map(|i| [node(i), model.plus_probability(node(i))]).collect();
        let every = cx.curves.times.len().div_ceil(BARS).max(1);
        let dots: Vec<[f64; 3]> = cx
            .curves
            .times
            .iter()
            .zip(&cx.curves.statistics)
            .step_by(every)
            .filter(|_| cx.curves.sampled > 0)
            .map(|(t, s)| [t - shift, s.plus, s.plus_error])
            .collect();
        let values = || {
            let bars = dots.iter().flat_map(|d| [d[1] - d[2], d[1] + d[2]]);
            theory.iter().map(|p| p[1]).chain(bars).chain([0.5, weight])
        };
        let (low, high) = values().fold((1.0_f64, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
        let margin = (0.12 * (high - low)).max(0.01);
        let frame = Frame {
            name: "R₊ over τ",
            size: vec2(ui.available_width(), ui.available_height()),
            x_label: "τ = t − ½ log N  (generation →)",
            y_label: "share R₊",
            x: [last, first.max(last + 1e-3)],
            y: [low - margin, high + margin],
            falling: true,
        };
        let curve = frame.places(theory);
        let points = frame.places(dots.iter().map(|d| [d[0], d[1]]));
        let bars: Vec<_> = dots.iter().map(|d| frame.places([[d[0], d[1] - d[2]], [d[0], d[1] + d[2]]])).collect();
        let level = frame.places([[last, weight], [first, weight]]);
        let now = frame.at(cx.tau());
        let held = frame.show(ui, move |plot| {
            let dashed = egui_plot::LineStyle::dashed_dense();
            let line = Line::new("W₊", PlotPoints::from(level)).color(tokens.muted_text).width(1.0);
            plot.line(line.style(dashed).allow_hover(false));
            plot.line(Line::new("theory (28)", PlotPoints::from(curve)).color(tokens.accent).width(2.0));
            for bar in bars {
                let bar = Line::new("± standard error", PlotPoints::from(bar)).color(tokens.particle_a).width(1.4);
                plot.line(bar.allow_hover(false));
            }
            let dots = Points::new("measured R₊", PlotPoints::from(points)).color(tokens.particle_a).radius(2.6);
            plot.points(dots.shape(MarkerShape::Circle));
            upright(plot, now, 1.4, tokens.accent, false);
        });
        if let Some([tau, _]) = held {
            cx.set_time(tau + shift);
        }
    }
}
