//! The potential (25) with particles rolling in it, over their histogram.

use egui::{Align2, TextStyle, Ui, vec2};
use egui_plot::{Bar, BarChart, Line, MarkerShape, PlotPoints, Points};

use super::{LabPane, PaneContext, PaneEntry, Wake};
use crate::core::curie_weiss::potential::Potential;
use crate::labs::symmetry_breaking::scene::Panel;
use crate::labs::symmetry_breaking::view::ensemble::{self, MOST_BALLS};
use crate::labs::symmetry_breaking::view::plot::{Frame, Key, caption_above_plot, legend, note, upright};
use crate::ui::tiles::Pane;
use crate::ui::{format, indices, theme};

pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane {
        id: "double_well",
        name: "Double well",
        about: "The potential V(μ, t) of [CW] (25), particles in it, and their histogram",
    },
    panel: Some(Panel::DoubleWell),
    open: |_: &Wake| Box::new(DoubleWell),
};

struct DoubleWell;

/// Nodes of the curves.
const NODES: usize = 400;

impl LabPane for DoubleWell {
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        caption_above_plot(ui, sentence(cx));
        let tokens = theme::tokens(ui.visuals());
        let total = cx.scene.ensemble.count;
        let balls = if total > MOST_BALLS {
            format!("{MOST_BALLS} of {total} particles")
        } else {
            format!("{total} particles")
        };
        legend(
            ui,
            &[
                (Key::Line, tokens.accent, "V − min V", "V = μ²/2 − 2T log cosh[m*(h + √N e^{−t} μ/T)]"),
                (Key::Dots, tokens.particle_a, &balls, "Particles of the order parameter, on the curve"),
                (
                    Key::Dots,
                    theme::component_colour(3),
                    "wells",
                    "Minima of V: they run ahead of the cloud by a factor of 2",
                ),
                (
                    Key::Dashed,
                    theme::component_colour(3),
                    "centre (27)",
                    "2m* tanh(hm*)√N e^{−t}, where the single well is while τ >> 0",
                ),
                (
                    Key::Area,
                    tokens.particle_a.gamma_multiply(0.6),
                    "histogram",
                    "All particles, also as a cloud on the curve",
                ),
                (Key::Line, theme::component_colour(2), "P_t(μ)", "Exact density, Σ W± N(±m*√N e^{−t}, T)"),
            ],
        );
        ui.label(indices::styled(ui, &clocks(cx), &TextStyle::Small));
        let room = ui.available_size();
        let lower = (0.34 * room.y).clamp(70.0, 190.0);
        let reach = ensemble::reach(&cx.model, cx.scene.time);
        well(ui, cx, reach, vec2(room.x, (room.y - lower - 4.0).max(80.0)));
        histogram(ui, cx, reach, vec2(room.x, lower));
    }
}

/// What to look at just now.
fn sentence(cx: &PaneContext<'_>) -> &'static str {
    let wells = Potential::new(&cx.model, cx.scene.time).wells();
    if cx.model.magnetization() == 0.0 {
        "β ≤ 1: the magnet has no magnetization, so there is one well for ever and nothing to decide."
    } else if wells.shallow.is_none() {
        "One well: every particle may still become either magnet. Lower the time until the well splits."
    } else if cx.model.field == 0.0 {
        "Two wells: each particle has chosen or is choosing. Each half of the cloud sits halfway between 0 and its well, because \
         the wells run away as fast as it follows."
    } else {
        "Two wells, one deeper: the field made the choice uneven while there was a single well, and now it is frozen in."
    }
}

/// The critical times and the curvature, with where the play head is among them.
fn clocks(cx: &PaneContext<'_>) -> String {
    let (model, t) = (cx.model, cx.scene.time);
    let number = |v: f64| format::number(v, 3);
    let mut words = vec![match model.critical_time() {
        Some(c) => format!("t_c = {} ({})", number(c), if t > c { "one well yet" } else { "past it" }),
        None => "no t_c: one well for ever".to_owned(),
    }];
    if let Some(second) = model.second_well_time().filter(|t| model.field != 0.0 && *t > 0.0) {
        words.push(format!("t₂ = {}: a second well in the field h", number(second)));
    }
    words.push(format!("t_S = {} (τ = {})", number(model.speciation_time()), format::steady(cx.tau(), 3)));
    words.push(format!("V''(0) = {}", number(Potential::new(&model, t).curvature(0.0))));
    words.join("  ·  ")
}

fn well(ui: &mut Ui, cx: &PaneContext<'_>, reach: f64, size: egui::Vec2) {
    let tokens = theme::tokens(ui.visuals());
    let text = ui.visuals().text_color();
    let (model, t) = (cx.model, cx.scene.time);
    let potential = Potential::new(&model, t);
    let wells = potential.wells();
    let bottom = potential.value(wells.deep);
    let height = |mu: f64| potential.value(mu) - bottom;
    let top = wells.barrier.unwrap_or(0.0).max(wells.shallow_barrier.unwrap_or(0.0));
    let ceiling =
        (1.7 * top).max(height(wells.deep.abs() + 3.2 * model.temperature.sqrt())).max(4.0 * model.temperature);
    // Room for the wells' places below the curve.
    let below = (28.0 / size.y).clamp(0.14, 0.4);
    let frame = Frame {
        name: "Potential",
        size,
        x_label: "order parameter μ = Σx/√N",
        y_label: "V − min V",
        x: [-reach, reach],
        y: [-ceiling * f64::from(below / (1.0 - below)), ceiling],
        falling: false,
    };
    let node = |i: usize| reach * (2.0 * i as f64 / (NODES - 1) as f64 - 1.0);
    let curve = frame.places((0..NODES).map(|i| [node(i), height(node(i))]));
    let shown = cx.particles.filter(|_| cx.scene.ensemble.count > 0);
    let balls = frame.places(shown.iter().flat_map(|p| p.balls.iter().map(|mu| [*mu, height(*mu)])));
    // Every particle has its share of the cloud, however many there are.
    let tallest = shown.iter().flat_map(|p| &p.histogram).copied().fold(1e-12, f64::max);
    let cloud: Vec<[f64; 3]> = shown
        .filter(|p| p.total > MOST_BALLS)
        .iter()
        .flat_map(|p| p.bins().zip(&p.histogram))
        .filter(|(mu, share)| **share > 0.0 && height(*mu) < ceiling)
        .map(|(mu, share)| [mu, height(mu), 0.3 * ceiling * share / tallest])
        .collect();
    let bin = shown.map_or(0.0, |p| p.bin_width());
    let number = |v: f64| format::number(v, 3);
    let early = potential.early_centre();
    let label_gap = 0.035 * ceiling;
    let centre_colour = theme::component_colour(3);
    let falls_behind = cx.clock.is_past_particles() && shown.is_some();
    frame.show(ui, move |plot| {
        if early != 0.0 && early.abs() < reach {
            upright(plot, early, 1.4, centre_colour, true);
            note(plot, [early, 0.9 * ceiling], Align2::LEFT_TOP, format!(" (27): {}", number(early)), centre_colour);
        }
        let fill = tokens.particle_a.gamma_multiply(0.25);
        let bar = |[mu, base, share]: [f64; 3]| Bar::new(mu, share).base_offset(base).width(bin).fill(fill);
        let cloud = cloud.into_iter().map(|at| bar(at).stroke(egui::Stroke::NONE)).collect();
        plot.bar_chart(BarChart::new("cloud", cloud).allow_hover(false).color(fill));
        plot.line(Line::new("V − min V", PlotPoints::from(curve)).color(tokens.accent).width(2.2));
        let radius = if balls.len() > 200 { 2.4 } else { 3.2 };
        let ball = Points::new("particle", PlotPoints::from(balls)).color(tokens.particle_a.gamma_multiply(0.75));
        plot.points(ball.radius(radius).allow_hover(false));
        let places: Vec<f64> = std::iter::once(wells.deep).chain(wells.shallow).collect();
        for mu in places {
            let at = [mu, height(mu)];
            let mark = Points::new("well", PlotPoints::from(vec![at])).color(theme::component_colour(3)).radius(5.5);
            plot.points(mark.shape(MarkerShape::Diamond));
            note(
                plot,
                [mu, at[1] - label_gap],
                Align2::CENTER_TOP,
                format!("μ = {}", number(mu)),
                theme::component_colour(3),
            );
        }
        if let (Some(at), Some(barrier)) = (wells.top, wells.barrier) {
            let peak = height(at);
            let side = wells.deep;
            let line = Line::new("barrier", PlotPoints::from(vec![[side, peak], [at, peak]])).color(text);
            plot.line(line.width(1.0).style(egui_plot::LineStyle::dashed_dense()).allow_hover(false));
            let line = Line::new("barrier", PlotPoints::from(vec![[side, 0.0], [side, peak]])).color(text);
            plot.line(line.width(1.0).allow_hover(false));
            let anchor = if side >= 0.0 { Align2::LEFT_CENTER } else { Align2::RIGHT_CENTER };
            note(plot, [side, 0.55 * peak], anchor, format!(" barrier ΔV = {} ", number(barrier)), text);
        }
        if falls_behind {
            let words = "the run of μ has ended: see Spins, or lower the last τ";
            note(plot, [0.98 * reach, 0.97 * ceiling], Align2::RIGHT_TOP, words, tokens.muted_text);
        }
    });
}

fn histogram(ui: &mut Ui, cx: &PaneContext<'_>, reach: f64, size: egui::Vec2) {
    let tokens = theme::tokens(ui.visuals());
    let (model, t) = (cx.model, cx.scene.time);
    let shown = cx.particles.filter(|_| cx.scene.ensemble.count > 0 && !cx.clock.is_past_particles());
    let node = |i: usize| reach * (2.0 * i as f64 / (NODES - 1) as f64 - 1.0);
    let density: Vec<[f64; 2]> = (0..NODES).map(|i| [node(i), model.density(node(i), t)]).collect();
    let bars: Vec<(f64, f64)> = shown.iter().flat_map(|p| p.bins().zip(p.histogram.iter().copied())).collect();
    let highest = density.iter().map(|p| p[1]).chain(bars.iter().map(|bar| bar.1)).fold(1e-12, f64::max);
    let frame = Frame {
        name: "Histogram of the order parameter",
        size,
        x_label: "order parameter μ",
        y_label: "density P_t(μ)",
        x: [-reach, reach],
        y: [0.0, 1.3 * highest],
        falling: false,
    };
    let width = shown.map_or(0.0, |p| p.bin_width());
    let wells = Potential::new(&model, t).wells();
    let lag = shown.and_then(|p| p.sides[usize::from(wells.deep < 0.0)]).map(|mean| (mean, wells.deep));
    // While one well holds all of the cloud, its mean is that of all particles.
    let lag = if wells.shallow.is_some() { lag } else { shown.map(|p| (p.statistics.mean, wells.deep)) };
    let number = |v: f64| format::number(v, 3);
    let text = ui.visuals().text_color();
    frame.show(ui, move |plot| {
        let fill = tokens.particle_a.gamma_multiply(0.6);
        let bars = bars.into_iter().map(|(at, share)| Bar::new(at, share).width(width).fill(fill)).collect();
        plot.bar_chart(BarChart::new("particles", bars).allow_hover(false).color(fill));
        plot.line(Line::new("P_t(μ)", PlotPoints::from(density)).color(theme::component_colour(2)).width(2.0));
        if let Some((mean, well)) = lag.filter(|(mean, well)| well.abs() > 0.5 && mean.abs() > 0.05) {
            upright(plot, mean, 1.6, tokens.particle_a, false);
            upright(plot, well, 1.6, theme::component_colour(3), false);
            let anchor = if well > 0.0 { Align2::RIGHT_TOP } else { Align2::LEFT_TOP };
            let words =
                format!(" cloud {} · well {} = {} × ", number(mean), number(well), format::steady(well / mean, 3));
            note(plot, [well, 1.27 * highest], anchor, words, text);
        }
    });
}
