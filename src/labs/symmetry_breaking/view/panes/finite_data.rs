//! Finite data: generation under scores learned from P samples, and what becomes of the weights.

use std::sync::Arc;

use egui::{Color32, DragValue, Grid, RichText, ScrollArea, TextStyle, Ui};

use super::{LabPane, PaneContext, PaneEntry, Wake};
use crate::core::curie_weiss::{CurieWeiss, clones};
use crate::engine::Engine;
use crate::engine::background::{Background, GoOn};
use crate::labs::symmetry_breaking::check::check_finite_data;
use crate::labs::symmetry_breaking::finite_data::{self, Cell, Table};
use crate::labs::symmetry_breaking::scene::{FiniteData, MAX_PARTICLES, Panel};
use crate::labs::symmetry_breaking::view::plot::caption;
use crate::ui::chart::{self, Axis, Chart, Mark, Series};
use crate::ui::number_list::number_list;
use crate::ui::progress::progress;
use crate::ui::section::Section;
use crate::ui::tiles::Pane;
use crate::ui::{format, indices, theme};

pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane {
        id: "finite_data",
        name: "Finite data",
        about: "Weights, overlaps and copies under scores learned from P samples, against P and N",
    },
    panel: Some(Panel::FiniteData),
    open: |wake: &Wake| {
        let wake = Arc::clone(wake);
        let work = Background::new("finite data", experiment, move || wake());
        Box::new(FinitePane { work, shown: 0, against: 0 })
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

/// Something to draw: its name on a button, its axis, and its value with half the length of its bar.
struct Quantity {
    name: &'static str,
    axis: &'static str,
    log: bool,
    bars: &'static str,
    of: fn(&Cell) -> [f64; 2],
    /// What theory says, with its name, against P.
    theory: fn(&CurieWeiss, f64) -> (&'static str, f64),
}

static QUANTITIES: [Quantity; 4] = [
    Quantity {
        name: "error of W₊",
        axis: "rms error of the + weight",
        log: true,
        bars: "± standard error",
        of: |cell| [cell.weight_error, cell.weight_error_se],
        theory: |model, p| {
            let [plus, minus] = model.weights();
            ("√(W₊W₋/P)", (plus * minus / p).sqrt())
        },
    },
    Quantity {
        name: "W₊",
        axis: "mean weight of the + state",
        log: false,
        bars: "± spread over data sets",
        of: |cell| [cell.plus, cell.plus_spread],
        theory: |model, _| ("W₊ of the model", model.weights()[0]),
    },
    Quantity {
        name: "overlap",
        axis: "typical overlap, mean of |M|",
        log: false,
        bars: "± standard error",
        of: |cell| [cell.overlap, cell.overlap_se],
        theory: |model, _| ("m*", model.magnetization()),
    },
    Quantity {
        name: "copies",
        axis: "share that copies a sample",
        log: false,
        bars: "± standard error",
        of: |cell| [cell.copies, cell.copies_se],
        theory: |_, _| ("", f64::NAN),
    },
];

/// What quantities are drawn against.
struct Against {
    /// Name on its button and axis.
    name: &'static str,
    /// Where a cell is.
    place: fn(&Cell) -> f64,
    /// What keeps one curve from the next; nothing if all are one.
    family: Option<fn(&Cell) -> u64>,
}

static AGAINST: [Against; 3] = [
    Against { name: "samples P", place: |cell| cell.samples as f64, family: Some(|cell| cell.spins) },
    Against { name: "spins N", place: |cell| cell.spins as f64, family: Some(|cell| cell.samples) },
    Against { name: "P/N", place: |cell| cell.samples as f64 / cell.spins as f64, family: None },
];

/// A list of the experiment's sizes.
type Sizes = fn(&mut FiniteData) -> &mut Vec<u64>;

struct FinitePane {
    work: Background<Task, Vec<Table>>,
    /// A member of [`QUANTITIES`], or one more for the clocks.
    shown: usize,
    /// A member of [`AGAINST`].
    against: usize,
}

fn experiment(task: &Task, go_on: GoOn<'_, Vec<Table>>) -> Result<Option<Vec<Table>>, String> {
    let mut report = |fraction: f64, tables: &[Table]| go_on(fraction, Some(&tables.to_vec()));
    let found = finite_data::measure_as_it_comes(&task.spec, &task.model, &*task.engine, task.seed, &mut report);
    found.map_err(|error| error.to_string())
}

impl LabPane for FinitePane {
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        let room = ui.available_height();
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
            // In a low pane the picture comes first.
            let section = Section::new("Experiment").open(room > ROOM_FOR_SETTINGS);
            let section = section.help("Which scores, how many spins, samples, data sets and generated configurations");
            if section.show(ui, |ui| settings(ui, spec)).body.unwrap_or_default() {
                cx.edits.note("change finite data");
            }
            self.follow(cx);
            progress(ui, "finite data", &mut self.work);
            self.choices(ui);
            self.draw(ui, cx);
        });
    }

    fn figure(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        if cx.scene.finite_data.is_none() {
            caption(ui, "This scene makes no experiment with finite data.");
            return;
        }
        self.follow(cx);
        self.draw(ui, cx);
    }

    fn has_picture(&self) -> bool {
        self.work.value().is_some()
    }

    fn is_busy(&self) -> bool {
        self.work.is_busy()
    }
}

/// Which scores, N and P, how many data sets, how many configurations; returns whether something changed.
fn settings(ui: &mut Ui, spec: &mut FiniteData) -> bool {
    let mut changed = false;
    ui.horizontal_wrapped(|ui| {
        for source in finite_data::ALL {
            let id = source.info.id;
            let mut on = spec.scores.iter().any(|score| score == id);
            // The last one stays: an experiment without a score is none.
            let alone = on && spec.scores.len() == 1;
            let check = ui.add_enabled(!alone, egui::Checkbox::new(&mut on, source.info.name));
            if check.on_hover_text(source.info.about).changed() {
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
    let lists: [(&str, &str, Sizes); 2] = [
        ("spins N", "Numbers of spins, at most 20 of them; N · P at most 10⁸", |spec| &mut spec.spins),
        ("samples P", "Numbers of samples, at most 20 of them; N · P at most 10⁸", |spec| &mut spec.samples),
    ];
    ui.horizontal_top(|ui| {
        for (name, about, list) in lists {
            let mut values: Vec<f64> = list(spec).iter().map(|value| *value as f64).collect();
            let whole = |values: &[f64]| values.iter().map(|value| value.round().max(0.0) as u64).collect::<Vec<u64>>();
            let checked = |values: &[f64]| {
                let mut wanted = spec.clone();
                *list(&mut wanted) = whole(values);
                check_finite_data(&wanted).map_err(|fault| fault.message)
            };
            let taken = ui.vertical(|ui| {
                ui.set_width(LIST);
                number_list(ui, name, about, &mut values, checked)
            });
            if taken.inner {
                *list(spec) = whole(&values);
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

/// Height of a pane in which what the experiment is made of is seen at first, in points.
const ROOM_FOR_SETTINGS: f32 = 480.0;
/// Width of a list of sizes, in points.
const LIST: f32 = 250.0;
/// Width of the table of results.
const RESULTS: f32 = 452.0;

impl FinitePane {
    fn follow(&mut self, cx: &PaneContext<'_>) {
        let Some(spec) = cx.scene.finite_data.clone() else { return };
        // Work that a lost device left undone is taken up by the engine that came after it.
        let engine = Arc::clone(&cx.engine.engine);
        let replaced = self.work.task().is_some_and(|task| !Arc::ptr_eq(&task.engine, &engine));
        if self.work.fault().is_some() && replaced {
            self.work.forget();
        }
        self.work.follow(&Task { spec, model: cx.model, seed: cx.scene.seed, engine });
    }

    /// What is drawn against what.
    fn choices(&mut self, ui: &mut Ui) {
        ui.horizontal_wrapped(|ui| {
            ui.label("draw");
            for (index, quantity) in QUANTITIES.iter().enumerate() {
                ui.selectable_value(&mut self.shown, index, quantity.name).on_hover_text(quantity.axis);
            }
            let hint = "Speciation and collapse on one clock, for every N and P";
            // The colour is the button's.
            let font = TextStyle::Button.resolve(ui.style());
            let clocks = indices::job("t_S and t_C", font, Color32::PLACEHOLDER);
            ui.selectable_value(&mut self.shown, QUANTITIES.len(), clocks).on_hover_text(hint);
            if self.shown < QUANTITIES.len() {
                ui.separator();
                ui.label("against");
                for (index, against) in AGAINST.iter().enumerate() {
                    ui.selectable_value(&mut self.against, index, against.name);
                }
            }
        });
    }

    fn draw(&mut self, ui: &mut Ui, cx: &PaneContext<'_>) {
        let tables = self.work.value().cloned().unwrap_or_default();
        let room = ui.available_size();
        let chart = |ui: &mut Ui, height: f32| match QUANTITIES.get(self.shown) {
            Some(quantity) => self.curves(ui, cx, &tables, quantity, height),
            None => clocks_chart(ui, cx, height),
        };
        let words = |ui: &mut Ui| {
            results(ui, &tables);
            clocks(ui, cx);
        };
        if room.x > 1.9 * RESULTS {
            ui.horizontal_top(|ui| {
                ui.vertical(|ui| {
                    ui.set_width(room.x - RESULTS - 16.0);
                    chart(ui, (room.y - 74.0).clamp(150.0, 520.0));
                });
                ui.vertical(words);
            });
        } else {
            chart(ui, (room.y - 58.0 - 20.0 * (tables.len() + 3) as f32).clamp(150.0, 460.0));
            words(ui);
        }
    }

    fn curves(&self, ui: &mut Ui, cx: &PaneContext<'_>, tables: &[Table], quantity: &Quantity, height: f32) {
        let Against { name: label, place, family } = &AGAINST[self.against];
        let family_of = |cell: &Cell| family.map_or(0, |family| family(cell));
        let mut series: Vec<Series> = Vec::new();
        for table in tables {
            let source = finite_data::find(table.score);
            let index = finite_data::ALL.iter().position(|source| source.info.id == table.score).unwrap_or_default();
            let families: std::collections::BTreeSet<u64> = table.cells.iter().map(family_of).collect();
            for number in families {
                let mut cells: Vec<&Cell> = table.cells.iter().filter(|cell| family_of(cell) == number).collect();
                cells.sort_by(|a, b| place(a).total_cmp(&place(b)));
                // A little to the side of the others at the same place, so that all are seen.
                let aside = 1.03_f64.powf(index as f64 - 0.5 * (finite_data::ALL.len() - 1) as f64);
                let at = |cell: &&Cell| [aside * place(cell), (quantity.of)(cell)[0]];
                let line = Series {
                    name: source.map_or(table.score, |source| source.info.name).to_owned(),
                    about: source.map_or("", |source| source.info.about).to_owned(),
                    colour: theme::component_colour(index),
                    mark: if family.is_some() { Mark::LineDots } else { Mark::Dots },
                    points: cells.iter().map(at).collect(),
                };
                let bars = chart::bars(cells.iter().map(|cell| (at(cell), (quantity.of)(cell)[1])));
                series.push(Series {
                    name: quantity.bars.to_owned(),
                    about: "Over the data sets".to_owned(),
                    mark: Mark::Bars,
                    points: bars,
                    ..line.clone()
                });
                series.push(line);
            }
        }
        let theory = self.theory(cx, tables, quantity);
        if theory.iter().all(|p| p[1].is_finite()) && !theory.is_empty() {
            series.push(Series {
                name: (quantity.theory)(&cx.model, 1.0).0.to_owned(),
                about: "Theory".to_owned(),
                colour: theme::tokens(ui.visuals()).muted_text,
                mark: Mark::Dashed,
                points: theory,
            });
        }
        let y = if quantity.log { Axis::log(quantity.axis) } else { Axis::linear(quantity.axis) };
        let chart = Chart {
            name: "Error of the plus weight",
            height,
            axes: [Axis::log(label), y],
            series,
            cursors: Vec::new(),
            regions: Vec::new(),
        };
        chart.show(ui);
    }

    /// The law along the axis; nothing where it is no function of what is along it.
    fn theory(&self, cx: &PaneContext<'_>, tables: &[Table], quantity: &Quantity) -> Vec<[f64; 2]> {
        let place = AGAINST[self.against].place;
        if self.against != 0 && quantity.log {
            return Vec::new();
        }
        let cells = tables.iter().flat_map(|table| &table.cells);
        let mut points: Vec<[f64; 2]> =
            cells.map(|cell| [place(cell), (quantity.theory)(&cx.model, cell.samples as f64).1]).collect();
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        points
    }
}

/// Exponents, overlaps and copies, a row for each score.
fn results(ui: &mut Ui, tables: &[Table]) {
    let slope = |value: Option<[f64; 2]>| {
        value.map_or("–".to_owned(), |[v, e]| format!("{v:+.2} ± {e:.2}").replace('-', "−"))
    };
    Grid::new("finite data results").striped(true).num_columns(5).spacing([18.0, 2.0]).show(ui, |ui| {
        for (name, about) in [
            ("score", "Where the score comes from"),
            ("slope in P", "Exponent of P in the error of W₊, fitted to the mean squares of all cells"),
            ("slope in N", "Exponent of N"),
            ("overlap", "Mean of |M| over all cells; the model has about m*"),
            ("copies", "Share of generated configurations that are one of the samples, over all cells"),
        ] {
            ui.label(RichText::new(name).strong().small()).on_hover_text(about);
        }
        ui.end_row();
        for table in tables.iter().filter(|table| !table.cells.is_empty()) {
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

/// When a run under the empirical score belongs to one of `samples` samples.
fn collapse(model: &CurieWeiss, samples: u64) -> f64 {
    clones::collapse_time(model.spins, samples as f64, 1.0 / model.temperature)
}

/// Speciation and collapse on one clock, for the largest (N, P).
fn clocks(ui: &mut Ui, cx: &PaneContext<'_>) {
    let Some(spec) = &cx.scene.finite_data else { return };
    let (Some(n), Some(p)) = (spec.spins.iter().max(), spec.samples.iter().max()) else { return };
    let model = CurieWeiss { spins: *n, ..cx.model };
    let words = format!(
        "On one clock, for N = {n} and P = {p}: the side is decided at t_S = ½ log N = {}; the empirical score binds a run to one of \
         its samples at t_C = {}.",
        format::number(model.speciation_time(), 4),
        format::number(collapse(&model, *p), 4),
    );
    caption(ui, &words);
}

/// t_S and t_C over P, a pair of curves for each N.
fn clocks_chart(ui: &mut Ui, cx: &PaneContext<'_>, height: f32) {
    let Some(spec) = &cx.scene.finite_data else { return };
    let mut samples = spec.samples.clone();
    samples.sort_unstable();
    let mut series = Vec::new();
    for (index, n) in spec.spins.iter().enumerate() {
        let model = CurieWeiss { spins: *n, ..cx.model };
        let curve = |name: &str, about: &str, mark, of: &dyn Fn(u64) -> f64| Series {
            name: format!("{name}, N = {n}"),
            about: about.to_owned(),
            colour: theme::component_colour(index),
            mark,
            points: samples.iter().map(|p| [*p as f64, of(*p)]).collect(),
        };
        let collapse_about = "Below it a run under the empirical score belongs to one sample; infinite for P = 1";
        series.push(curve("t_C", collapse_about, Mark::LineDots, &|p| collapse(&model, p)));
        series.push(curve("t_S", "½ log N: the side is decided", Mark::Dashed, &|_| model.speciation_time()));
    }
    Chart {
        name: "Speciation and collapse",
        height,
        axes: [Axis::log("samples P"), Axis::linear("time t (generation runs down)")],
        series,
        cursors: Vec::new(),
        regions: Vec::new(),
    }
    .show(ui);
}
