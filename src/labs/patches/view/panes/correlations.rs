//! How far pixels know of one another: ρ(r) at chosen times, its collapse, theory beside it, and ρ in two dimensions.

use std::sync::Arc;

use egui::{Color32, ColorImage, RichText, ScrollArea, Sense, Ui, vec2};

use super::{PaneContext, PaneEntry, explain, note};
use crate::core::els::{correlation, theory};
use crate::labs::patches::physics::Measurement;
use crate::labs::patches::view::colours;
use crate::labs::patches::view::physics_slot::{Physics, TheoryCurves};
use crate::labs::patches::view::state::Against;
use crate::ui::chart::{Axis, Chart, Cursor, Mark, Series};
use crate::ui::tiles::Pane;
use crate::ui::{format, theme};

pub const PANE: PaneEntry = PaneEntry {
    pane: Pane {
        id: "correlations",
        name: "Correlations",
        about: "The two-point function of the ensemble, measured as the run goes, and theory beside it",
    },
    show,
};

/// Height of a chart, in points.
const HEIGHT: f32 = 168.0;
/// Height where there are two of ρ.
const HEIGHT_OF_TWO: f32 = 128.0;
/// Curves of past times at most.
const MOST_CURVES: usize = 7;
/// Side of the picture of ρ in two dimensions, in points.
const PICTURE: f32 = 170.0;
/// Displacements shown each way in it.
const REACH: usize = 24;

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        explain(
            ui,
            "Watch ρ widen as ᾱ grows: against r²/ᾱ the curves collapse while information diffuses, and part when pixels snap.",
        );
        controls(ui, cx);
        let Some(physics) = cx.physics.filter(|physics| !physics.measured.is_empty()) else {
            note(ui, "Nothing has been measured yet: play the run.");
            return;
        };
        let now = nearest(physics, cx.abar);
        let chosen = chosen(physics, now, cx.state.curves);
        let charts = cx.state.against.charts();
        let height = if charts.len() > 1 { HEIGHT_OF_TWO } else { HEIGHT };
        for scaled in charts {
            rho_chart(ui, cx, physics, &chosen, now, *scaled, height);
        }
        collapse_words(ui, physics);
        theory_words(ui, cx, physics, now);
        ui.add_space(6.0);
        ui.separator();
        information_chart(ui, cx, physics, &chosen, now);
        ui.add_space(6.0);
        ui.separator();
        picture(ui, cx, &physics.measured[now]);
    });
}

/// Both charts alone, as for the figure.
pub fn rho_figure(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    let Some(physics) = cx.physics.filter(|physics| !physics.measured.is_empty()) else { return };
    let now = nearest(physics, cx.abar);
    let chosen = chosen(physics, now, cx.state.curves);
    // Room for the legend and the words below.
    let height = (ui.available_height() - 76.0).max(90.0);
    ui.columns_const(|columns: &mut [Ui; 2]| {
        for (ui, scaled) in columns.iter_mut().zip([false, true]) {
            rho_chart(ui, cx, physics, &chosen, now, scaled, height);
        }
    });
    collapse_words(ui, physics);
    theory_words(ui, cx, physics, now);
}

fn controls(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    ui.horizontal_wrapped(|ui| {
        ui.label("against");
        for (against, name, about) in Against::ALL {
            if ui.selectable_label(cx.state.against == against, name).on_hover_text(about).clicked() {
                cx.state.against = against;
            }
        }
        ui.separator();
        let label = ui.label("curves").on_hover_text("Number of times drawn, from the start of the run to now");
        let field = egui::DragValue::new(&mut cx.state.curves).range(1..=MOST_CURVES).speed(0.05);
        ui.add(field).labelled_by(label.id);
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (kind, on) in theory::ALL.iter().zip(&mut cx.state.theories) {
            let about = format!("{}\nRange of validity: {}.", kind.info.about, kind.range);
            // The last word of each name tells them apart: theory, closure, diffusion.
            let short = match kind.info.name.split_whitespace().collect::<Vec<_>>().as_slice() {
                [first, "theory"] => (*first).to_lowercase(),
                [.., last] => (*last).to_owned(),
                [] => String::new(),
            };
            let response = ui.checkbox(on, short).on_hover_text(about);
            response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, *on, kind.info.name));
        }
    });
}

/// The measurement nearest to the time shown, among those up to it if there are any.
pub fn nearest(physics: &Physics, abar: f64) -> usize {
    let after = physics.measured.partition_point(|m| m.abar <= abar + 1e-12);
    after.saturating_sub(1)
}

/// Up to `count` measurements up to `now`, spread evenly over them, `now` included and those without a curve left out.
fn chosen(physics: &Physics, now: usize, count: usize) -> Vec<usize> {
    let first = physics.measured.iter().position(|m| m.abar > 0.0).unwrap_or(0).min(now);
    let span = now - first;
    let count = count.min(span + 1).max(1);
    let mut chosen: Vec<usize> = (1..=count).map(|i| first + span * i / count).collect();
    chosen.dedup();
    chosen
}

/// Colour of a past time: pale for early, dark for late, or the reverse on a dark ground.
fn colour_at(ui: &Ui, share: f64) -> Color32 {
    let map = crate::engine::colour_map::find("viridis").unwrap_or(&crate::engine::colour_map::ALL[0]);
    // The palest end of the map is lost on white, the darkest on black.
    let share = if ui.visuals().dark_mode { 0.3 + 0.7 * share } else { 0.85 * (1.0 - share) };
    theme::from_bytes(map.at(share as f32))
}

/// ρ at the chosen measurements, against r²/ᾱ if `scaled` and otherwise against r.
fn rho_chart(
    ui: &mut Ui,
    cx: &PaneContext<'_>,
    physics: &Physics,
    chosen: &[usize],
    now: usize,
    scaled: bool,
    height: f32,
) {
    if scaled && physics.measured[now].abar <= 0.0 {
        return note(ui, "At ᾱ = 0 there is no r²/ᾱ: play, or drag the time.");
    }
    let place = |m: &Measurement, r: usize| {
        let r = r as f64;
        if scaled { r * r / m.abar.max(1e-12) } else { r }
    };
    // As far as there is anything to see at the latest time.
    let latest = &physics.measured[now];
    let far = correlation::radius_at(&latest.rho, 0.02).unwrap_or(6.0).max(4.0) * 1.25;
    let far = if scaled { far * far / latest.abar.max(1e-12) } else { far };
    let far = far.min(place(latest, latest.rho.len().saturating_sub(1)).max(1.0));
    let mut series = Vec::new();
    let beside_theory = drawn(cx, physics).any(|curves| curves.rho.get(now).is_some_and(|rho| !rho.is_empty()));
    for (order, &index) in chosen.iter().enumerate() {
        let m = &physics.measured[index];
        let colour = if index == now {
            theme::tokens(ui.visuals()).accent
        } else {
            colour_at(ui, order as f64 / chosen.len().max(2) as f64)
        };
        let points = |rho: &[f64]| -> Vec<[f64; 2]> {
            rho.iter().enumerate().map(|(r, rho)| [place(m, r), *rho]).filter(|p| p[0] <= 1.3 * far).collect()
        };
        series.push(Series {
            name: format!("<signal2> = {}", format::number(m.abar, 2)),
            about: "Measured over the ensemble and all places".to_owned(),
            colour,
            // Where theory draws the line, measurements are dots.
            mark: if beside_theory { Mark::Dots } else { Mark::LineDots },
            points: points(&m.rho),
        });
        for curves in drawn(cx, physics) {
            if let Some(rho) = curves.rho.get(index).filter(|rho| !rho.is_empty()) {
                series.push(Series {
                    name: String::new(),
                    about: String::new(),
                    colour: colour.gamma_multiply(0.9),
                    mark: if curves.kind.info.id == "linear" { Mark::Dashed } else { Mark::Line },
                    points: points(rho),
                });
            }
        }
    }
    Chart {
        name: if scaled { "Collapse chart" } else { "Correlation chart" },
        height,
        axes: [
            Axis::linear(if scaled { "r²/ᾱ (pixels²)" } else { "distance r (pixels)" }).over(0.0, far),
            Axis::linear("correlation ρ").over(-0.1, 1.0),
        ],
        series,
        cursors: Vec::new(),
        regions: Vec::new(),
    }
    .show(ui);
}

/// Theories that are switched on.
fn drawn<'a>(cx: &'a PaneContext<'_>, physics: &'a Physics) -> impl Iterator<Item = &'a TheoryCurves> {
    let on = |curves: &&TheoryCurves| {
        theory::ALL.iter().zip(&cx.state.theories).any(|(kind, on)| *on && kind.info.id == curves.kind.info.id)
    };
    physics.theories.iter().filter(on)
}

fn collapse_words(ui: &mut Ui, physics: &Physics) {
    match &physics.growth.collapse {
        Some(collapse) => {
            let [from, to] = collapse.window.map(|abar| format::number(abar, 2));
            let text = format!(
                "Collapse: quality {} for ᾱ from {from} to {to}; there r²/ᾱ = {} at ρ = 0.1.",
                format::number(collapse.quality, 3),
                format::number(collapse.scale, 3)
            );
            let about = "1 − (variance between times at equal r²/ᾱ)/(whole variance), over the longest run of times whose r²/ᾱ at \
                         ρ = 0.1 stays within 15 % ([EFT] Fig. 2)";
            ui.label(text).on_hover_text(about);
        }
        None => note(ui, "No collapse yet: it needs three times whose r²/ᾱ at ρ = 0.1 agrees within 15 %."),
    }
}

fn theory_words(ui: &mut Ui, cx: &PaneContext<'_>, physics: &Physics, now: usize) {
    if let Some(why) = physics.no_theory {
        note(ui, why);
        return;
    }
    for curves in drawn(cx, physics) {
        let error = curves.error.get(now).copied().unwrap_or(0.0);
        let known = curves.rho.get(now).is_some_and(|rho| !rho.is_empty());
        let style = if curves.kind.info.id == "linear" { "dashed" } else { "line" };
        let text = if known {
            format!(
                "{} ({style}): max |Δρ| = {} now; valid for {}",
                curves.kind.info.name,
                format::number(error, 2),
                curves.kind.range
            )
        } else {
            format!("{} ({style}): valid for {}", curves.kind.info.name, curves.kind.range)
        };
        note(ui, &text);
    }
}

fn information_chart(ui: &mut Ui, cx: &PaneContext<'_>, physics: &Physics, chosen: &[usize], now: usize) {
    ui.label(RichText::new("Mutual information of two pixels").strong());
    let floor = physics.measured[now].information_floor;
    let mut series: Vec<Series> = chosen
        .iter()
        .enumerate()
        .map(|(order, &index)| {
            let m = &physics.measured[index];
            let colour = if index == now {
                theme::tokens(ui.visuals()).accent
            } else {
                colour_at(ui, order as f64 / chosen.len().max(2) as f64)
            };
            let points = m.information.iter().enumerate().skip(1).map(|(r, i)| [r as f64, *i]).collect();
            let name = format!("<signal2> = {}", format::number(m.abar, 2));
            Series { name, about: String::new(), colour, mark: Mark::LineDots, points }
        })
        .collect();
    let last = physics.measured[now].information.len().saturating_sub(1).max(2) as f64;
    series.push(Series {
        name: "noise floor 1/(2BL²)".to_owned(),
        about: "What independent pixels of an ensemble of this size would seem to know of one another".to_owned(),
        colour: theme::tokens(ui.visuals()).warning,
        mark: Mark::Dashed,
        points: vec![[1.0, floor], [last, floor]],
    });
    Chart {
        name: "Information chart",
        height: HEIGHT - 30.0,
        axes: [
            Axis::linear("distance r (pixels)").over(0.0, last.min(3.0 * REACH as f64)),
            Axis::log("I (nats)").over(0.3 * floor.max(1e-12), 1.0),
        ],
        series,
        cursors: selected_distance(ui, cx),
        regions: Vec::new(),
    }
    .show(ui);
    note(ui, "I = −½ log(1 − ρ²): what one pixel tells about another at distance r ([EFT] (5)).");
}

/// The distance between the two selected pixels, if there are two in one grid.
fn selected_distance(ui: &Ui, cx: &PaneContext<'_>) -> Vec<Cursor> {
    let (Some(first), Some(second), Some(run)) = (cx.state.selected[0], cx.state.selected[1], cx.run) else {
        return Vec::new();
    };
    let side = run.lanes.first().map_or(1, |lane| lane.phi.side);
    let displacement = super::probe::displacement(first, second, side);
    let colour = theme::tokens(ui.visuals()).selection;
    vec![Cursor { name: "the two selected pixels".to_owned(), x: correlation::distance(displacement, side), colour }]
}

fn picture(ui: &mut Ui, cx: &mut PaneContext<'_>, measurement: &Arc<Measurement>) {
    ui.label(RichText::new("ρ in two dimensions").strong());
    let side = measurement.side;
    let reach = REACH.min(side.saturating_sub(1) / 2);
    let width = 2 * reach + 1;
    if measurement.rho_2d.len() != side * side {
        return note(ui, "The picture of ρ(Δx, Δy) is made at the step shown.");
    }
    let stamp = (measurement.step as u64) << 20 ^ cx.physics.map_or(0, |physics| physics.stamp);
    let table = colours::table(colours::signed_map());
    let rho = |row: usize, column: usize| {
        let wrap = |v: usize| (v + side - reach % side) % side;
        measurement.rho_2d[wrap(row) * side + wrap(column)] as f32
    };
    cx.textures.rho.set(ui.ctx(), "rho", stamp, || {
        let pixels =
            (0..width * width).map(|i| colours::shade(&table, [-1.0, 1.0], rho(i / width, i % width))).collect();
        Arc::new(ColorImage::new([width, width], pixels))
    });
    ui.horizontal(|ui| {
        let (rect, response) = ui.allocate_exact_size(vec2(PICTURE, PICTURE), Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Picture of ρ"));
        if let Some(texture) = cx.textures.rho.handle() {
            let uv = egui::Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
            ui.painter().image(texture.id(), rect, uv, Color32::WHITE);
        }
        if let Some(pos) = response.hover_pos() {
            let at = (pos - rect.min) / PICTURE * width as f32;
            let [column, row] = [at.x, at.y].map(|v| (v as usize).min(width - 1));
            let shift = |v: usize| v as isize - reach as isize;
            let text = format!(
                "Δx = {}, Δy = {}: ρ = {}",
                shift(column),
                shift(row),
                format::number(f64::from(rho(row, column)), 3)
            );
            response.on_hover_text_at_pointer(text);
        }
        ui.allocate_ui(vec2(crate::ui::colour_bar::WIDTH, PICTURE), |ui| {
            let linear = crate::engine::kernel::ValueScale::Linear;
            crate::ui::colour_bar(ui, colours::signed_map(), [-1.0, 1.0], linear, "ρ(Δx, Δy)");
        });
    });
    let text = format!("Displacements up to {reach} pixels; round where the machine knows no direction.");
    note(ui, &text);
}
