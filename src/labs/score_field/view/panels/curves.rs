//! Statistics of the particles along the run.

use egui::{RichText, Ui};

use super::PanelContext;
use super::process::legend;
use crate::labs::score_field::view::curves::ModelCurves;
use crate::labs::score_field::view::small_plot::{Curve, SmallPlot};
use crate::ui::{Section, theme};

/// Height of each plot, in points.
const HEIGHT: f32 = 74.0;

/// One statistic.
struct Statistic {
    name: &'static str,
    about: &'static str,
    of: fn(&ModelCurves) -> &[f64],
}

const STATISTICS: [Statistic; 3] = [
    Statistic {
        name: "mean log p",
        about: "Mean of log p_t over the particles, with the density of their own time",
        of: |curves| &curves.mean_log_density,
    },
    Statistic {
        name: "spread",
        about: "Root of the trace of the particles' covariance, in units of length",
        of: |curves| &curves.spread,
    },
    Statistic {
        name: "distance to data",
        about: "Mean distance of the particles to the nearest noised data point αμ, in units of length",
        of: |curves| &curves.nearest_distance,
    },
];

/// Shows the section.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let help = "Statistics of the particles at every step; click or drag to move the play head";
    Section::new("Along the run").help(help).show(ui, |ui| {
        let muted = theme::tokens(ui.visuals()).muted_text;
        let curves = cx.curves;
        if curves.steps.is_empty() || cx.setup.is_none() {
            ui.label(RichText::new("No particles to measure.").color(muted));
            return;
        }
        let last = cx.setup.map_or(0.0, |numbered| (numbered.setup.times.len() - 1) as f64);
        let position = cx.transport.position;
        let mut chosen = None;
        let mut plot = |ui: &mut Ui, name: &str, about: &str, drawn: Vec<Curve>, from_zero: bool| {
            legend(ui, &drawn, about);
            let plot = SmallPlot {
                name,
                height: HEIGHT,
                curves: drawn,
                cursor: position,
                x: [0.0, last],
                x_name: "step",
                from_zero,
            };
            chosen = plot.show(ui).or(chosen);
        };
        for statistic in &STATISTICS {
            let drawn = curves.models.iter().enumerate().map(|(model, of)| Curve {
                name: named(statistic.name, model, curves.models.len()),
                colour: model_colour(ui, model),
                dashed: model == 1,
                points: zipped(&curves.steps, (statistic.of)(of)),
            });
            let drawn = drawn.collect();
            plot(ui, &format!("Plot of {}", statistic.name), statistic.about, drawn, false);
        }
        for (model, of) in curves.models.iter().enumerate() {
            let about = "Mean posterior weight of each component: its share of the particles";
            let title = named("share per component", model, curves.models.len());
            let rest = of.components - of.tracked.len();
            let note = if rest > 0 { format!("{title}; {rest} more are not shown") } else { title.clone() };
            ui.label(RichText::new(note).small().color(muted)).on_hover_text(about);
            let drawn = of.tracked.iter().zip(&of.shares).map(|(k, share)| Curve {
                name: format!("{}", k + 1),
                colour: theme::component_colour(*k),
                dashed: false,
                points: zipped(&curves.steps, share),
            });
            let drawn: Vec<Curve> = drawn.collect();
            plot(ui, &format!("Plot of {title}"), about, drawn, true);
        }
        let text = format!("step along the run · {} particles measured", curves.sampled);
        ui.label(RichText::new(text).small().color(muted));
        if let Some(step) = chosen {
            cx.transport.playing = false;
            cx.transport.position = step;
        }
    });
}

fn named(name: &str, model: usize, models: usize) -> String {
    if models > 1 { format!("{name}, {}", ["A", "B"][model.min(1)]) } else { name.to_owned() }
}

fn model_colour(ui: &Ui, model: usize) -> egui::Color32 {
    let tokens = theme::tokens(ui.visuals());
    if model == 0 { tokens.particle_a } else { tokens.particle_b }
}

fn zipped(steps: &[f64], values: &[f64]) -> Vec<[f64; 2]> {
    steps.iter().zip(values).map(|(x, y)| [*x, *y]).collect()
}
