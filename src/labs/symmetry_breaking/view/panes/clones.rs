//! Clones: a run is split at τ, and both copies go on with noise of their own.

use std::sync::Arc;

use egui::{DragValue, Ui};

use super::{LabPane, PaneContext, PaneEntry, Wake};
use crate::core::curie_weiss::{CurieWeiss, clones as theory};
use crate::engine::background::Background;
use crate::labs::symmetry_breaking::check::check_clones;
use crate::labs::symmetry_breaking::clones::{self, Agreement};
use crate::labs::symmetry_breaking::scene::{Clones, MAX_PARTICLES, Panel};
use crate::labs::symmetry_breaking::view::plot::caption;
use crate::ui::chart::{self, Axis, Chart, Cursor, Mark, Series};
use crate::ui::number_list::number_list;
use crate::ui::progress::progress;
use crate::ui::tiles::Pane;
use crate::ui::{format, theme};

pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane {
        id: "clones",
        name: "Clones",
        about: "Runs split at τ: how often do the two copies end as the same magnet?",
    },
    panel: Some(Panel::Clones),
    open: |wake: &Wake| {
        let wake = Arc::clone(wake);
        Box::new(ClonesPane { work: Background::new("clones", experiment, move || wake()) })
    },
};

/// What the experiment depends on.
#[derive(Clone, PartialEq)]
struct Task {
    spec: Clones,
    model: CurieWeiss,
    seed: u64,
}

struct ClonesPane {
    work: Background<Task, Vec<Agreement>>,
}

/// Nodes of the theory's curve.
const NODES: usize = 160;

fn experiment(
    task: &Task,
    go_on: crate::engine::background::GoOn<'_, Vec<Agreement>>,
) -> Result<Option<Vec<Agreement>>, String> {
    // One time after the other, so that each is shown when it is there.
    let mut found = Vec::new();
    let count = task.spec.tau.len() as f64;
    let mut stopped = false;
    for (number, _) in task.spec.tau.iter().enumerate() {
        let up_to = Clones { tau: task.spec.tau[..=number].to_vec(), ..task.spec.clone() };
        let share = number as f64 / count;
        let only = clones::measure_from(&up_to, number, &task.model, task.seed, &mut |fraction| {
            let on = go_on(share + fraction / count, Some(&found));
            stopped |= !on;
            on
        });
        found.extend(only);
        if stopped {
            return Ok(None);
        }
    }
    Ok(Some(found))
}

impl LabPane for ClonesPane {
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        caption(
            ui,
            "Split early and the copies agree only by chance; split late and both follow what was decided. The steepest rise lies \
             near the speciation time t_S = ½ log N. Bars of two standard errors, measured; line, the quadrature \
             φ = E[p² + (1 − p)²].",
        );
        let Some(spec) = &mut cx.scene.clones else {
            if ui.button("Make the experiment").clicked() {
                cx.scene.clones = Some(Clones::default());
                cx.edits.note("make clones");
            }
            return;
        };
        ui.horizontal(|ui| {
            let label = ui.label("pairs at each τ");
            let number = DragValue::new(&mut spec.pairs).range(1..=MAX_PARTICLES).speed(20.0);
            if ui.add(number).labelled_by(label.id).on_hover_text("More pairs, smaller error bars").changed() {
                cx.edits.note("change pairs");
            }
        });
        let taken =
            |tau: &[f64]| check_clones(&Clones { tau: tau.to_vec(), ..spec.clone() }).map_err(|fault| fault.message);
        let mut tau = spec.tau.clone();
        if number_list(ui, "split at τ", "Times τ = t − ½ log N of splitting, from −6 to 6", &mut tau, taken) {
            spec.tau = tau;
            cx.edits.note("change times of splitting");
        }
        self.draw(ui, cx);
    }

    fn figure(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        self.draw(ui, cx);
    }

    fn has_picture(&self) -> bool {
        self.work.value().is_some()
    }

    fn is_busy(&self) -> bool {
        self.work.is_busy()
    }
}

impl ClonesPane {
    fn draw(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        let Some(spec) = &cx.scene.clones else {
            caption(ui, "This scene makes no clones.");
            return;
        };
        self.work.follow(&Task { spec: spec.clone(), model: cx.model, seed: cx.scene.seed });
        progress(ui, "clones", &mut self.work);
        let tokens = theme::tokens(ui.visuals());
        let found = self.work.value().map_or(&[][..], |found| found.as_slice());
        let ends = |pick: fn(f64, f64) -> f64, start: f64| spec.tau.iter().copied().fold(start, pick);
        let (first, last) = (ends(f64::min, -2.0) - 0.2, ends(f64::max, 2.0) + 0.2);
        let shift = cx.model.speciation_time();
        let curve = |i: usize| {
            let tau = first + (last - first) * i as f64 / (NODES - 1) as f64;
            [tau, theory::agreement(&cx.model, tau + shift)]
        };
        let [plus, minus] = cx.model.weights();
        let chance = plus * plus + minus * minus;
        let series = |name: &str, about: &str, colour, mark, points| Series {
            name: name.to_owned(),
            about: about.to_owned(),
            colour,
            mark,
            points,
        };
        let bars = chart::bars(found.iter().map(|a| ([a.tau, a.measured], 2.0 * a.error)));
        let mut cursors = vec![
            Cursor { name: "t_S".to_owned(), x: 0.0, colour: tokens.muted_text },
            Cursor { name: String::new(), x: cx.tau(), colour: tokens.accent },
        ];
        if let Some(t) = cx.model.critical_time() {
            cursors.push(Cursor { name: "t_c".to_owned(), x: t - shift, colour: tokens.muted_text });
        }
        cursors.retain(|cursor| (first..=last).contains(&cursor.x));
        let chart = Chart {
            name: "Agreement of clones",
            height: (ui.available_height() - 74.0).max(90.0),
            axes: [
                Axis::linear("τ = t − ½ log N at which runs are split").over(first, last),
                Axis::linear("φ, share of pairs that agree").over(0.45_f64.min(chance - 0.05), 1.02),
            ],
            series: vec![
                series("quadrature", "E[p² + (1 − p)²]", tokens.accent, Mark::Line, (0..NODES).map(curve).collect()),
                series(
                    "chance, W₊² + W₋²",
                    "Two independent runs agree as often",
                    tokens.muted_text,
                    Mark::Dashed,
                    vec![[first, chance], [last, chance]],
                ),
                series(
                    "measured",
                    "Share of pairs on the same side",
                    tokens.particle_a,
                    Mark::Dots,
                    found.iter().map(|a| [a.tau, a.measured]).collect(),
                ),
                series("± 2 standard errors", "Of the measured share", tokens.particle_a, Mark::Bars, bars),
            ],
            cursors,
            regions: Vec::new(),
        };
        let pointed = chart.show(ui);
        // Where all pairs agree the measured error is zero; one pair more or less is what can be told.
        let least = 1.0 / spec.pairs as f64;
        let worst = found.iter().map(|a| (a.measured - a.theory).abs() / a.error.max(least)).fold(0.0, f64::max);
        if !found.is_empty() {
            ui.weak(format!("Largest deviation from theory: {} standard errors", format::number(worst, 2)));
        }
        if let Some(tau) = pointed {
            cx.set_time(tau + shift);
        }
    }
}
