//! The loss of three linear scores: least squares, as printed in [CW] (37), and of the data's own covariance.

use egui::Ui;

use super::{PaneContext, PaneEntry, caption};
use crate::labs::high_dimensions::run::Losses;
use crate::ui::chart::{Axis, Chart, Mark, Series};
use crate::ui::progress::progress;
use crate::ui::theme;
use crate::ui::tiles::Pane;

pub const PANE: PaneEntry = PaneEntry {
    pane: Pane {
        id: "linear_score",
        name: "Linear score",
        about: "Training loss of the least-squares score, of the one printed in [CW] (37), and of the exact one",
    },
    show,
};

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    caption(
        ui,
        "Note on the paper: the loss (33) is least for W = (1 − e^(−t) B D⁻¹)/Δ. The symmetrised form printed in (37) always \
         lies above it. The exact score, too, has a larger training loss: it does not fit the noise of these samples.",
    );
    progress(ui, "the losses", &mut cx.results.losses);
    let Some(losses) = cx.results.losses.value() else {
        if cx.results.losses.is_finished() {
            caption(ui, "P < N: one draw of noise per sample leaves the score undetermined.");
        }
        return;
    };
    let tokens = theme::tokens(ui.visuals());
    // Above the least one: losses themselves span many decades, their differences tell.
    let excess = |value: fn(&Losses) -> f64| -> Vec<[f64; 2]> {
        losses.iter().map(|at| [at.time, value(at) - at.least_squares]).collect()
    };
    let series = |name: &str, about: &str, colour, mark, points| Series {
        name: name.to_owned(),
        about: about.to_owned(),
        colour,
        mark,
        points,
    };
    let chart = Chart {
        name: "Excess loss over t",
        height: (ui.available_height() - 66.0).max(80.0),
        axes: [Axis::log("time t"), Axis::log("loss above the least, per dimension")],
        series: vec![
            series(
                "as printed (37)",
                "W with the symmetrised memory",
                tokens.particle_a,
                Mark::LineDots,
                excess(|at| at.printed),
            ),
            series("exact (8)", "W of the data's covariance", tokens.accent, Mark::Dashed, excess(|at| at.exact)),
        ],
        cursors: Vec::new(),
        regions: Vec::new(),
    };
    chart.show(ui);
}
