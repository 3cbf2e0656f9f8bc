//! Distances between data and generated distribution against a, N by N.

use egui::Ui;

use super::{PaneContext, PaneEntry, caption};
use crate::labs::high_dimensions::run::{self, Point};
use crate::ui::chart::{self, Axis, Chart, Cursor, Mark, Series};
use crate::ui::progress::progress;
use crate::ui::theme;
use crate::ui::tiles::Pane;

pub const PANE: PaneEntry = PaneEntry {
    pane: Pane {
        id: "distances",
        name: "Distances",
        about: "Wasserstein distance and bounds on the total variation against a, for P = N^(1+a) samples",
    },
    show,
};

/// Room for the lines above the charts, in points.
const LEGEND: f32 = 74.0;

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    caption(
        ui,
        "With P = N^(1+a) samples the spectrum is learned for a > 0: W₂² per dimension vanishes, faster for larger N. The whole \
         distribution is learned only for a > 1: then the upper bound on the total variation vanishes, too. Vertical lines: \
         P = N, P = N², and the a looked at; click to move it.",
    );
    progress(ui, "the distances", &mut cx.results.distances);
    let points = cx.results.distances.value().map_or(&[][..], |points| points.as_slice());
    let height = (0.5 * (ui.available_height() - 2.0 * LEGEND)).max(90.0);
    let first = cx.scene.exponents.iter().copied().fold(f64::INFINITY, f64::min);
    let last = cx.scene.exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = if first < last { [first - 0.05, last + 0.05] } else { [-1.0, 2.5] };
    let axis = Axis::linear("a, with P = N^(1+a)").over(range[0], range[1]);
    let marks = |ui: &Ui| {
        let tokens = theme::tokens(ui.visuals());
        let cursor = |name: &str, x: f64, colour| Cursor { name: name.to_owned(), x, colour };
        let all = [
            cursor("P = N", 0.0, tokens.muted_text),
            cursor("P = N²", 1.0, tokens.muted_text),
            cursor("", cx.scene.focus.exponent, tokens.accent),
        ];
        all.into_iter().filter(|cursor| (range[0]..=range[1]).contains(&cursor.x)).collect::<Vec<_>>()
    };
    let chart = Chart {
        name: "Wasserstein distance over a",
        height,
        axes: [axis, Axis::log("W₂² / N, variance per dimension")],
        series: series(&cx.scene.sizes, points, "W₂²/N", Mark::LineDots, |point| point.w2)
            .into_iter()
            .chain(errors(&cx.scene.sizes, points))
            .collect(),
        cursors: marks(ui),
        regions: Vec::new(),
    };
    let above = chart.show(ui);
    ui.add_space(6.0);
    let upper = series(&cx.scene.sizes, points, "upper bound", Mark::LineDots, |point| point.tv_upper);
    let lower = series(&cx.scene.sizes, points, "lower bound", Mark::Dashed, |point| point.tv_lower);
    let most = Series {
        name: "1, the largest distance".to_owned(),
        about: "Where the upper bound lies above it nothing is known from above".to_owned(),
        colour: theme::tokens(ui.visuals()).muted_text,
        mark: Mark::Line,
        points: vec![[range[0], 1.0], [range[1], 1.0]],
    };
    let chart = Chart {
        name: "Total variation over a",
        height,
        axes: [axis, Axis::log("bounds on the total variation")],
        series: upper.into_iter().chain(lower).chain([most]).collect(),
        cursors: marks(ui),
        regions: Vec::new(),
    };
    if let Some(a) = chart.show(ui).or(above) {
        // Where points are: the focus then has measured distances beside its spectrum.
        let nearest = |b: &&f64, c: &&f64| (**b - a).abs().total_cmp(&(**c - a).abs());
        if let Some(&exponent) = cx.scene.exponents.iter().min_by(nearest)
            && exponent != cx.scene.focus.exponent
        {
            cx.scene.focus.exponent = exponent;
            cx.edits.note("change a");
        }
    }
}

/// One curve for each N.
fn series(sizes: &[usize], points: &[Point], what: &str, mark: Mark, value: fn(&Point) -> f64) -> Vec<Series> {
    let curve = |(index, &size): (usize, &usize)| Series {
        name: if mark == Mark::Dashed { format!("lower, N = {size}") } else { format!("N = {size}") },
        about: format!("{what} for N = {size} dimensions"),
        colour: theme::component_colour(index),
        mark,
        points: points.iter().filter(|point| point.size == size).map(|point| [point.exponent, value(point)]).collect(),
    };
    sizes.iter().enumerate().map(curve).filter(|series| !series.points.is_empty()).collect()
}

/// Error bars of W₂² over the repetitions, where there are several.
fn errors(sizes: &[usize], points: &[Point]) -> Vec<Series> {
    let bars = |(index, &size): (usize, &usize)| {
        let known = points.iter().filter(|point| point.size == size && point.w2_error > 0.0);
        Series {
            name: "± standard error".to_owned(),
            about: "One standard error over the repetitions, up and down".to_owned(),
            colour: theme::component_colour(index),
            mark: Mark::Bars,
            points: chart::bars(known.map(|p| ([p.exponent, p.w2], p.w2_error))),
        }
    };
    sizes.iter().enumerate().map(bars).filter(|series| !series.points.is_empty()).collect()
}

/// P at the scene's focus.
pub(super) fn focus_samples(cx: &PaneContext<'_>) -> f64 {
    run::samples(cx.scene.focus.size, cx.scene.focus.exponent)
}
