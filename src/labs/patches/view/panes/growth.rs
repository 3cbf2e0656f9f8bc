//! What grows along the run: lengths, information, order.

use egui::{RichText, ScrollArea, Ui};

use super::correlations::nearest;
use super::{PaneContext, PaneEntry, explain, note};
use crate::core::els::snapping::Fit;
use crate::labs::patches::physics::{self, Measurement};
use crate::labs::patches::view::physics_slot::Physics;
use crate::ui::chart::{Axis, Chart, Cursor, Mark, Region, Series};
use crate::ui::tiles::Pane;
use crate::ui::{format, theme};

pub const PANE: PaneEntry = PaneEntry {
    pane: Pane {
        id: "growth",
        name: "Growth",
        about: "Correlation length, domain size, information and order along the run, with fitted exponents",
    },
    show,
};

/// Height of a chart, in points.
const HEIGHT: f32 = 150.0;

/// One chart of quantities along the run.
struct Along {
    heading: &'static str,
    name: &'static str,
    unit: &'static str,
    log: [bool; 2],
    /// What x is, and how it follows from a measurement.
    x: (&'static str, fn(&Measurement) -> f64),
    curves: &'static [Curve],
    words: fn(&Physics, &Measurement) -> Vec<String>,
}

/// One curve of a chart along the run.
struct Curve {
    name: &'static str,
    about: &'static str,
    of: fn(&Measurement) -> Option<f64>,
    /// The fit that is drawn over it, if any.
    fit: fn(&Physics) -> Option<Fit>,
}

fn no_fit(_: &Physics) -> Option<Fit> {
    None
}

const ALONG: &[Along] = &[
    Along {
        heading: "Lengths",
        name: "Length chart",
        unit: "length (pixels)",
        log: [true, true],
        x: ("<signal2>", |m| m.abar),
        curves: &[
            Curve {
                name: "correlation length",
                about: "Distance at which ρ falls to 1/e; while single pixels are mostly noise that is within the first pixel, \
                        and such lengths are left out of the fit",
                of: |m| m.correlation_length,
                fit: |physics| physics.growth.correlation_length,
            },
            Curve {
                name: "domain size",
                about: "2π over the mean wave number of the structure factor",
                of: |m| m.domain_size,
                fit: |physics| physics.growth.domain_size,
            },
        ],
        words: |physics, _| {
            let fits = [
                ("correlation length", physics.growth.correlation_length),
                ("domain size", physics.growth.domain_size),
            ];
            let told = fits.into_iter().filter_map(|(name, fit)| {
                let fit = fit.filter(|fit| fit.points > 2)?;
                Some(format!("{name} ∝ ᾱ^{} within the collapse ({} times)", exponent(&fit), fit.points))
            });
            let mut words: Vec<String> = told.collect();
            if words.is_empty() {
                words.push("The exponents are fitted where correlations collapse; diffusion gives ½.".to_owned());
            }
            words
        },
    },
    Along {
        heading: "Mutual information",
        name: "Information growth chart",
        unit: "I (nats)",
        log: [false, false],
        x: ("<signal2>", |m| m.abar),
        curves: &[
            Curve {
                name: "total, ΣI(r)",
                about: "What a pixel and all others know of one another, the noise floor taken away",
                of: |m| Some(m.total_information),
                fit: no_fit,
            },
            Curve {
                name: "10 × nearest neighbour",
                about: "Ten times what a pixel knows of one of its four neighbours",
                of: |m| Some(10.0 * m.neighbour_information),
                fit: no_fit,
            },
        ],
        words: |_, now| {
            vec![format!(
                "Information grows while it diffuses and stops when pixels snap to patches. Now ΣI = {}, of which {} nats are what the \
                 ensemble's noise alone would give.",
                format::number(now.total_information, 3),
                format::number(now.information_floor * (now.side * now.side) as f64, 2)
            )]
        },
    },
    Along {
        heading: "Snapping",
        name: "Snapping chart",
        unit: "median |φ − √ᾱφ*|",
        log: [true, true],
        x: ("noise variance 1 − ᾱ", |m| 1.0 - m.abar),
        curves: &[Curve {
            name: "median pixel",
            about: "Median over pixels of the distance to the centre φ* of the heaviest patch",
            of: |m| Some(m.median_distance),
            fit: |physics| physics.growth.snapping,
        }],
        words: |physics, _| {
            vec![physics.growth.snapping.map_or_else(
                || "A decided pixel falls onto its patch as (1 − ᾱ)^½; the fit needs steps close to ᾱ = 1.".to_owned(),
                |fit| format!("|φ − √ᾱφ*| ∝ (1 − ᾱ)^{} over {} times; theory says ½.", exponent(&fit), fit.points),
            )]
        },
    },
    Along {
        heading: "Order",
        name: "Order chart",
        unit: "share, mean",
        log: [false, false],
        x: ("<signal2>", |m| m.abar),
        curves: &[
            Curve {
                name: "locally consistent",
                about: "Share of pixels whose value is that of their heaviest patch, within the tolerance",
                of: |m| Some(m.local_consistency),
                fit: no_fit,
            },
            Curve {
                name: "magnetization |⟨φ⟩|",
                about: "Size of the mean of φ over pixels and grids",
                of: |m| Some(m.magnetization.abs()),
                fit: no_fit,
            },
        ],
        words: |_, now| {
            vec![format!(
                "Locally consistent {} %, mean of φ {}, variance {}.",
                format::number(100.0 * now.local_consistency, 3),
                format::number(now.magnetization, 2),
                format::number(now.variance, 3)
            )]
        },
    },
];

/// "(0.48 ± 0.02)".
fn exponent(fit: &Fit) -> String {
    format!("({})", format::with_error(fit.slope, fit.error))
}

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        explain(
            ui,
            "First information diffuses and domains coarsen; near ᾱ = 1 (shaded) every pixel snaps to a patch and growth ends. Drag in a \
             chart to move the play head.",
        );
        let Some(physics) = cx.physics.filter(|physics| !physics.measured.is_empty()) else {
            note(ui, "Nothing has been measured yet: play the run.");
            return;
        };
        let now = &physics.measured[nearest(physics, cx.abar)];
        let mut chosen = None;
        for along in ALONG {
            ui.label(RichText::new(along.heading).strong());
            if let Some(abar) = chart(ui, along, physics, cx.abar) {
                chosen = Some(abar);
            }
            for words in (along.words)(physics, now) {
                note(ui, &words);
            }
            ui.add_space(6.0);
        }
        structure_factor(ui, now);
        if let Some(abar) = chosen {
            cx.go_to_abar(abar);
        }
    });
}

fn chart(ui: &mut Ui, along: &Along, physics: &Physics, abar: f64) -> Option<f64> {
    let tokens = theme::tokens(ui.visuals());
    let colours = [tokens.accent, tokens.particle_a];
    let (x_name, x_of) = along.x;
    let noise = x_of(&physics.measured[0]) > 0.5;
    let mut series = Vec::new();
    for (curve, colour) in along.curves.iter().zip(colours) {
        let points: Vec<[f64; 2]> = physics.measured.iter().filter_map(|m| Some([x_of(m), (curve.of)(m)?])).collect();
        if let Some(fit) = (curve.fit)(physics) {
            let within = |x: &f64| {
                !noise && physics.growth.collapse.as_ref().is_some_and(|c| (c.window[0]..=c.window[1]).contains(x))
                    || noise && *x <= physics::SNAPPING_NOISE && *x > 0.0
            };
            let fitted =
                points.iter().map(|p| p[0]).filter(within).map(|x| [x, (fit.intercept + fit.slope * x.ln()).exp()]);
            series.push(Series {
                name: String::new(),
                about: String::new(),
                colour: tokens.muted_text,
                mark: Mark::Line,
                points: fitted.collect(),
            });
        }
        series.push(Series {
            name: curve.name.to_owned(),
            about: curve.about.to_owned(),
            colour,
            mark: Mark::LineDots,
            points,
        });
    }
    // As far as the measurements reach; fitted lines may be cut.
    let low_and_high = series
        .iter()
        .filter(|series| !series.name.is_empty())
        .flat_map(|series| &series.points)
        .map(|point| point[1])
        .filter(|y| y.is_finite() && (!along.log[1] || *y > 0.0))
        .fold(None, |range: Option<[f64; 2]>, y| Some(range.map_or([y, y], |[low, high]| [low.min(y), high.max(y)])));
    let place = if noise { 1.0 - abar } else { abar };
    let snapping = if noise { [1e-9, physics::SNAPPING_NOISE] } else { [1.0 - physics::SNAPPING_NOISE, 1.0] };
    let axis = |label, log| if log { Axis::log(label) } else { Axis::linear(label) };
    let mut x_axis = axis(x_name, along.log[0]);
    if !along.log[0] {
        x_axis = x_axis.over(0.0, 1.0);
    }
    let mut y_axis = axis(along.unit, along.log[1]);
    if let Some([low, high]) = low_and_high {
        y_axis = match along.log[1] {
            true => y_axis.over(0.7 * low, 1.4 * high),
            false => y_axis.over(low.min(0.0), high.max(low.min(0.0) + 1e-3)),
        };
    }
    let shaded = !along.log[0] || !noise;
    let picked = Chart {
        name: along.name,
        height: HEIGHT,
        axes: [x_axis, y_axis],
        series,
        cursors: vec![Cursor { name: String::new(), x: place, colour: tokens.accent }],
        regions: shaded
            .then(|| Region { name: "snapping".to_owned(), x: snapping, colour: tokens.warning.gamma_multiply(0.12) })
            .into_iter()
            .collect(),
    }
    .show(ui);
    picked.map(|x| if noise { 1.0 - x } else { x }.clamp(0.0, 1.0))
}

fn structure_factor(ui: &mut Ui, now: &Measurement) {
    ui.label(RichText::new("Structure factor").strong());
    let step = std::f64::consts::TAU / now.side.max(1) as f64;
    let points =
        now.structure_factor.iter().enumerate().skip(1).map(|(ring, power)| [ring as f64 * step, *power]).collect();
    Chart {
        name: "Structure factor chart",
        height: HEIGHT,
        axes: [Axis::log("wave number q (1/pixel)"), Axis::log("S(q)")],
        series: vec![Series {
            name: format!("<signal2> = {}", format::number(now.abar, 3)),
            about: "Mean over directions of the Fourier transform of G".to_owned(),
            colour: theme::tokens(ui.visuals()).accent,
            mark: Mark::LineDots,
            points,
        }],
        cursors: Vec::new(),
        regions: Vec::new(),
    }
    .show(ui);
    note(
        ui,
        "Where the power lies tells how large domains are; flat is noise, a peak at small q is order over long distances.",
    );
}
