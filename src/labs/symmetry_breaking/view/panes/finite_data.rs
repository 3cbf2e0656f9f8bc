//! Finite data: generation under scores learned from P samples, and what becomes of the weights.

use std::sync::Arc;

use egui::{DragValue, Grid, RichText, ScrollArea, Ui};

use super::{LabPane, PaneContext, PaneEntry, Wake};
use crate::core::curie_weiss::{CurieWeiss, clones};
use crate::engine::Engine;
use crate::engine::background::{Background, GoOn};
use crate::labs::symmetry_breaking::finite_data::{self, Cell, Table};
use crate::labs::symmetry_breaking::scene::{FiniteData, MAX_PARTICLES, Panel};
use crate::labs::symmetry_breaking::view::plot::caption;
use crate::ui::chart::{Axis, Chart, Mark, Series};
use crate::ui::progress::progress;
use crate::ui::tiles::Pane;
use crate::ui::{format, theme};

pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane {
        id: "finite_data",
        name: "Finite data",
        about: "Error of the + weight under scores learned from P samples, against P and N",
    },
    panel: Some(Panel::FiniteData),
    open: |wake: &Wake| {
        let wake = Arc::clone(wake);
        let work = Background::new("finite data", experiment, move || wake());
        Box::new(FinitePane { work, against: Against::Samples })
    },
};

/// What the experiment depends on.
#[derive(Clone)]
struct Task {
    spec: FiniteData,
    model: CurieWeiss,
    seed: u64,
    engine: Arc<dyn Engine>,
}

impl PartialEq for Task {
    /// The engines agree: another one is no reason to begin anew.
    fn eq(&self, other: &Self) -> bool {
        self.spec == other.spec && self.model == other.model && self.seed == other.seed
    }
}

/// What the error is drawn against.
#[derive(Clone, Copy, PartialEq)]
enum Against {
    Samples,
    Spins,
}

struct FinitePane {
    work: Background<Task, Vec<Table>>,
    against: Against,
}

/// One score after the other, so that each is shown when it is there.
fn experiment(task: &Task, go_on: GoOn<'_, Vec<Table>>) -> Result<Option<Vec<Table>>, String> {
    let mut tables: Vec<Table> = Vec::new();
    let count = task.spec.scores.len().max(1) as f64;
    for (number, score) in task.spec.scores.iter().enumerate() {
        let spec = FiniteData { scores: vec![score.clone()], ..task.spec.clone() };
        let share = number as f64 / count;
        let mut report = |fraction: f64| go_on(share + fraction / count, Some(&tables));
        let found = finite_data::measure(&spec, &task.model, &*task.engine, task.seed, &mut report);
        match found.map_err(|error| error.to_string())? {
            Some(found) => tables.extend(found),
            None => return Ok(None),
        }
    }
    Ok(Some(tables))
}

impl LabPane for FinitePane {
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - 8.0);
            caption(
                ui,
                "Note on the paper: weights need P >> N only if all components of the score err with one common sign. Generation from \
                 the samples themselves, or from fitted weights, misses W₊ by √(W₊W₋/P), whatever N: slope −½ in P, none in N. \
                 Typical overlaps are right for P >> 1.",
            );
            let Some(spec) = &mut cx.scene.finite_data else {
                if ui.button("Make the experiment").clicked() {
                    cx.scene.finite_data = Some(FiniteData::default());
                    cx.edits.note("try finite data");
                }
                return;
            };
            if settings(ui, spec) {
                cx.edits.note("change finite data");
            }
            self.draw(ui, cx);
        });
    }

    fn figure(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        self.draw(ui, cx);
    }

    fn is_busy(&self) -> bool {
        self.work.is_busy()
    }
}

/// Which scores, how many data sets, how many configurations; returns whether something changed.
fn settings(ui: &mut Ui, spec: &mut FiniteData) -> bool {
    let mut changed = false;
    ui.horizontal_wrapped(|ui| {
        for source in finite_data::ALL {
            let id = source.info.id;
            let mut on = spec.scores.iter().any(|score| score == id);
            if ui.checkbox(&mut on, source.info.name).on_hover_text(source.info.about).changed() {
                spec.scores.retain(|score| score != id);
                if on {
                    spec.scores.push(id.to_owned());
                }
                // In the order of the list, so that colours do not depend on the order of clicks.
                let place = |score: &String| finite_data::ALL.iter().position(|source| source.info.id == score);
                spec.scores.sort_by_key(place);
                changed = true;
            }
        }
    });
    ui.horizontal_wrapped(|ui| {
        let mut number = |name: &str, value: &mut usize, most: usize, about: &str| {
            let label = ui.label(name);
            changed |=
                ui.add(DragValue::new(value).range(2..=most)).labelled_by(label.id).on_hover_text(about).changed();
        };
        number("data sets", &mut spec.data_sets, 10_000, "Data sets drawn for each pair (N, P)");
        number("generated", &mut spec.generated, MAX_PARTICLES, "Configurations generated from each data set");
    });
    changed
}

impl FinitePane {
    fn draw(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        let Some(spec) = cx.scene.finite_data.clone() else {
            caption(ui, "This scene makes no experiment with finite data.");
            return;
        };
        let engine = Arc::clone(&cx.engine.engine);
        self.work.follow(&Task { spec, model: cx.model, seed: cx.scene.seed, engine });
        progress(ui, "finite data", &mut self.work);
        ui.horizontal(|ui| {
            ui.label("against");
            ui.selectable_value(&mut self.against, Against::Samples, "samples P");
            ui.selectable_value(&mut self.against, Against::Spins, "spins N");
        });
        let tables = self.work.value().cloned().unwrap_or_default();
        let place = |cell: &Cell| match self.against {
            Against::Samples => cell.samples as f64,
            Against::Spins => cell.spins as f64,
        };
        let curve = |table: &Table| {
            let source = finite_data::find(table.score);
            let index = finite_data::ALL.iter().position(|source| source.info.id == table.score).unwrap_or_default();
            Series {
                name: source.map_or(table.score, |source| source.info.name).to_owned(),
                about: source.map_or("", |source| source.info.about).to_owned(),
                colour: theme::component_colour(index),
                mark: Mark::Dots,
                points: table.cells.iter().map(|cell| [place(cell), cell.weight_error]).collect(),
            }
        };
        let [plus, minus] = cx.model.weights();
        let mut series: Vec<Series> = tables.iter().map(curve).collect();
        let all: Vec<&Cell> = tables.iter().flat_map(|table| &table.cells).collect();
        if self.against == Against::Samples && !all.is_empty() {
            let law = |cell: &&Cell| [cell.samples as f64, (plus * minus / cell.samples as f64).sqrt()];
            let mut points: Vec<[f64; 2]> = all.iter().map(law).collect();
            points.sort_by(|a, b| a[0].total_cmp(&b[0]));
            series.push(Series {
                name: "√(W₊W₋/P)".to_owned(),
                about: "Error of a share counted in P samples".to_owned(),
                colour: theme::tokens(ui.visuals()).muted_text,
                mark: Mark::Dashed,
                points,
            });
        }
        let label = if self.against == Against::Samples { "samples P" } else { "spins N" };
        let chart = Chart {
            name: "Error of the plus weight",
            height: (ui.available_height() - 250.0).clamp(130.0, 420.0),
            axes: [Axis::log(label), Axis::log("rms error of the + weight")],
            series,
            cursors: Vec::new(),
            regions: Vec::new(),
        };
        chart.show(ui);
        results(ui, &tables);
        clocks(ui, cx, &all);
    }
}

/// Exponents, overlaps and copies, a row for each score.
fn results(ui: &mut Ui, tables: &[Table]) {
    let slope = |value: Option<[f64; 2]>| value.map_or("–".to_owned(), |[v, e]| format!("{v:+.2} ± {e:.2}"));
    Grid::new("finite data results").striped(true).num_columns(5).show(ui, |ui| {
        for (name, about) in [
            ("score", "Where the score comes from"),
            ("slope in P", "Exponent of P in the error of W₊, over all cells with a clear error"),
            ("slope in N", "Exponent of N"),
            ("overlap", "Mean of |M|; the model has about m*"),
            ("copies", "Share of generated configurations that are one of the samples"),
        ] {
            ui.label(RichText::new(name).strong().small()).on_hover_text(about);
        }
        ui.end_row();
        for table in tables {
            let name = finite_data::find(table.score).map_or(table.score, |source| source.info.name);
            let mean = |value: fn(&Cell) -> f64| table.cells.iter().map(value).sum::<f64>() / table.cells.len() as f64;
            ui.label(RichText::new(name).small());
            ui.label(RichText::new(slope(table.exponents.and_then(|e| e.in_samples))).small());
            ui.label(RichText::new(slope(table.exponents.and_then(|e| e.in_spins))).small());
            ui.label(RichText::new(format::number(mean(|cell| cell.overlap), 3)).small());
            ui.label(RichText::new(format!("{:.0} %", 100.0 * mean(|cell| cell.copies))).small());
            ui.end_row();
        }
    });
}

/// Speciation and collapse on one clock, for the largest (N, P).
fn clocks(ui: &mut Ui, cx: &PaneContext<'_>, cells: &[&Cell]) {
    let Some(cell) = cells.iter().max_by_key(|cell| (cell.spins, cell.samples)) else { return };
    let model = CurieWeiss { spins: cell.spins, ..cx.model };
    let words = format!(
        "On one clock, for N = {} and P = {}: the side is decided at t_S = ½ log N = {}; the empirical score binds a run to one of \
         its samples at t_C = {}.",
        cell.spins,
        cell.samples,
        format::number(model.speciation_time(), 4),
        format::number(clones::collapse_time(cell.spins, cell.samples as f64, 1.0), 4),
    );
    caption(ui, &words);
}
