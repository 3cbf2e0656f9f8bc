//! More than two states ([CW] (31)): weights and overlaps, the potential over the plane of two of them, and trajectories.

use std::sync::Arc;

use egui::{Color32, DragValue, Grid, Label, Rect, RichText, Stroke, TextStyle, Ui, pos2, vec2};

use super::{LabPane, PaneContext, PaneEntry, Wake};
use crate::core::curie_weiss::CurieWeiss;
use crate::core::curie_weiss::pure_states::{MAX_STATES, PureStates};
use crate::engine::colour_map;
use crate::engine::kernel::ValueScale;
use crate::engine::worker::LatestWorker;
use crate::labs::symmetry_breaking::scene::{Panel, PureStatesSpec};
use crate::labs::symmetry_breaking::view::heat::{HeatRequest, HeatSlot};
use crate::labs::symmetry_breaking::view::plot::caption;
use crate::ui::canvas::{Camera, Canvas};
use crate::ui::colour_bar::{self, colour_bar};
use crate::ui::tiles::Pane;
use crate::ui::{format, indices, theme};

pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane {
        id: "pure_states",
        name: "Pure states",
        about: "Several pure states: their weights and overlaps, the potential over the plane of two, and trajectories",
    },
    panel: Some(Panel::PureStates),
    open: |wake: &Wake| {
        let (one, two) = (Arc::clone(wake), Arc::clone(wake));
        Box::new(StatesPane {
            heat: HeatSlot::new(move || one()),
            runs: LatestWorker::new(
                "pure states",
                move || two(),
                |task: Task, job| {
                    let runs = Runs::new(&task);
                    job.publish(runs);
                },
            ),
            asked: None,
            shown: None,
        })
    },
};

/// What the trajectories depend on.
#[derive(Clone, PartialEq)]
struct Task {
    spec: PureStatesSpec,
    model: CurieWeiss,
    seed: u64,
    /// First and last time.
    range: [f64; 2],
}

/// Particles at every step, projected onto the plane.
struct Runs {
    times: Vec<f64>,
    /// Places in the plane, step by step.
    places: Vec<Vec<[f64; 2]>>,
}

struct StatesPane {
    heat: HeatSlot,
    runs: LatestWorker<Task, Runs>,
    asked: Option<Task>,
    shown: Option<Runs>,
}

/// Steps of the trajectories.
const STEPS: usize = 240;
/// Particles drawn at most.
const DRAWN: usize = 1500;
/// Trajectories drawn as lines.
const LINES: usize = 24;
/// Nodes of the heat map each way.
const NODES: usize = 128;
/// Points between arrows.
const ARROWS: f32 = 46.0;
/// Height of the potential above its minimum, in units of T, at which colours end.
const TOP: f64 = 12.0;

fn states(spec: &PureStatesSpec, model: &CurieWeiss) -> Result<PureStates, String> {
    PureStates::new(&spec.weights, &spec.overlaps, model.spins, model.temperature).map_err(|error| error.to_string())
}

impl Runs {
    fn new(task: &Task) -> Self {
        let [first, last] = task.range;
        let times: Vec<f64> = (0..=STEPS).map(|i| first + (last - first) * i as f64 / STEPS as f64).collect();
        let empty = Self { times: Vec::new(), places: Vec::new() };
        let Ok(states) = states(&task.spec, &task.model) else { return empty };
        let Some(plane) = states.plane(task.spec.plane[0], task.spec.plane[1]) else { return empty };
        let dimension = states.dimension();
        let mut xi = vec![0.0; task.spec.particles.min(DRAWN) * dimension];
        states.start(task.seed, &mut xi);
        let flat = |xi: &[f64]| -> Vec<[f64; 2]> {
            let along = |place: &[f64], axis: &[f64]| place.iter().zip(axis).map(|(x, e)| x * e).sum::<f64>();
            xi.chunks(dimension).map(|place| [along(place, &plane[0]), along(place, &plane[1])]).collect()
        };
        let mut places = vec![flat(&xi)];
        for (number, pair) in (0..).zip(times.windows(2)) {
            states.advance(pair, number, task.seed, &mut xi);
            places.push(flat(&xi));
        }
        Self { times, places }
    }

    /// Number of the step nearest to time t.
    fn step(&self, t: f64) -> usize {
        let (Some(first), Some(last)) = (self.times.first(), self.times.last()) else { return 0 };
        let share = if first > last { (first - t) / (first - last) } else { 0.0 };
        ((share * (self.times.len() - 1) as f64).round().max(0.0) as usize).min(self.times.len() - 1)
    }
}

impl LabPane for StatesPane {
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        caption(
            ui,
            "Each state is a lump of magnets that resemble one another. Early on the potential has one basin; later every state has \
             one of its own, and states that overlap much part last. Colours: V above its minimum over the plane of two states, \
             ξ₁ along the first; arrows: the score.",
        );
        if cx.scene.pure_states.is_none() {
            if ui.button("Use several states").clicked() {
                cx.scene.pure_states = Some(PureStatesSpec::default());
                cx.edits.note("use several states");
            }
            return;
        }
        let model = cx.model;
        let mut edit = None;
        ui.horizontal_top(|ui| {
            ui.allocate_ui(vec2(236.0, ui.available_height()), |ui| {
                ui.vertical(|ui| {
                    ui.set_width(236.0);
                    if let Some(spec) = &mut cx.scene.pure_states {
                        edit = editor(ui, spec, &model);
                    }
                });
            });
            ui.vertical(|ui| self.draw(ui, cx));
        });
        if let Some(edit) = edit {
            cx.edits.note(edit);
        }
    }

    fn figure(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        self.draw(ui, cx);
    }

    fn has_picture(&self) -> bool {
        self.heat.has_map()
    }

    fn is_busy(&self) -> bool {
        self.heat.is_busy() || self.runs.is_busy()
    }
}

/// Weights, overlaps and the plane; returns the name of an edit that was made.
fn editor(ui: &mut Ui, spec: &mut PureStatesSpec, model: &CurieWeiss) -> Option<&'static str> {
    let mut edit = None;
    let before = spec.clone();
    let count = spec.weights.len();
    ui.horizontal(|ui| {
        ui.label(format!("{count} states"));
        if ui.add_enabled(count < MAX_STATES, egui::Button::new("Add").small()).clicked() {
            spec.weights.push(spec.weights.last().copied().unwrap_or(1.0));
            spec.overlaps.iter_mut().for_each(|row| row.push(0.0));
            let mut row = vec![0.0; count];
            row.push(0.7);
            spec.overlaps.push(row);
            edit = Some("add state");
        }
        if ui.add_enabled(count > 2, egui::Button::new("Remove last").small()).clicked() {
            spec.weights.pop();
            spec.overlaps.pop();
            spec.overlaps.iter_mut().for_each(|row| row.truncate(count - 1));
            spec.plane = spec.plane.map(|state| state.min(count - 2));
            if spec.plane[0] == spec.plane[1] {
                spec.plane = [0, 1];
            }
            edit = Some("remove state");
        }
    });
    ui.label(indices::styled(ui, "Weights w_α, before normalisation", &TextStyle::Small));
    ui.horizontal_wrapped(|ui| {
        for (alpha, weight) in spec.weights.iter_mut().enumerate() {
            let drag = DragValue::new(weight).range(0.0..=1e6).speed(0.01).prefix(format!("w{}: ", alpha + 1));
            let response = ui.add(drag).on_hover_text("Share of this state");
            if response.accessible_name(format!("Weight of state {}", alpha + 1)).changed() {
                edit = Some("change weight");
            }
        }
    });
    ui.label(indices::styled(ui, "Overlaps q_αβ = m^α·m^β/N", &TextStyle::Small));
    Grid::new("overlaps of states").spacing(vec2(3.0, 3.0)).show(ui, |ui| {
        for i in 0..spec.overlaps.len() {
            for j in 0..spec.overlaps.len() {
                if j > i {
                    ui.label("");
                    continue;
                }
                let range = if i == j { 0.01..=1.0 } else { -1.0..=1.0 };
                let drag = DragValue::new(&mut spec.overlaps[i][j]).range(range).speed(0.005).max_decimals(3);
                let response = ui.add_sized(vec2(44.0, 18.0), drag);
                if response.accessible_name(format!("Overlap of states {} and {}", i + 1, j + 1)).changed() {
                    spec.overlaps[j][i] = spec.overlaps[i][j];
                    edit = Some("change overlap");
                }
            }
            ui.end_row();
        }
    });
    // Only matrices of overlaps that some vectors have are kept: the scene stays one that can be saved and run.
    if edit.is_some()
        && let Err(fault) = states(spec, model)
    {
        ui.data_mut(|data| data.insert_temp(egui::Id::unique("refused states"), fault));
        *spec = before;
        edit = None;
    } else if edit.is_some() {
        ui.data_mut(|data| data.remove::<String>(egui::Id::unique("refused states")));
    }
    if let Some(fault) = ui.data(|data| data.get_temp::<String>(egui::Id::unique("refused states"))) {
        let colour = theme::tokens(ui.visuals()).warning;
        ui.add(Label::new(RichText::new(format!("Not taken: {fault}.")).small().color(colour)).wrap());
    }
    ui.horizontal(|ui| {
        ui.label("plane of");
        for end in 0..2 {
            let name = format!("state {}", spec.plane[end] + 1);
            let combo = egui::ComboBox::from_id_salt(("plane", end)).width(72.0).selected_text(name);
            let shown = combo.show_ui(ui, |ui| {
                for alpha in 0..spec.weights.len() {
                    let on = spec.plane[end] == alpha;
                    let free = spec.plane[1 - end] != alpha;
                    let button = egui::Button::selectable(on, format!("state {}", alpha + 1));
                    if ui.add_enabled(free, button).clicked() && !on {
                        spec.plane[end] = alpha;
                        edit = Some("change plane");
                    }
                }
            });
            shown.response.accessible_name(if end == 0 {
                "First state of the plane"
            } else {
                "Second state of the plane"
            });
        }
    });
    ui.horizontal(|ui| {
        let label = ui.label("particles");
        let drag = DragValue::new(&mut spec.particles).range(0..=100_000).speed(10.0);
        if ui.add(drag).labelled_by(label.id).changed() {
            edit = Some("change particles");
        }
    });
    edit
}

impl StatesPane {
    fn draw(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        let Some(spec) = cx.scene.pure_states.clone() else {
            caption(ui, "This scene has two states only.");
            return;
        };
        let Ok(states) = states(&spec, &cx.model) else { return };
        let Some(plane) = states.plane(spec.plane[0], spec.plane[1]) else {
            caption(ui, "These two states are parallel: they span no plane. Choose others.");
            return;
        };
        let task = Task { spec: spec.clone(), model: cx.model, seed: cx.scene.seed, range: cx.clock.range() };
        if self.asked.as_ref() != Some(&task) {
            self.asked = Some(task.clone());
            self.runs.submit(task);
        }
        if let Some(runs) = self.runs.take_within(0.002) {
            self.shown = Some(runs);
        }
        let t = cx.scene.time;
        let flat = |xi: &[f64]| {
            let along = |axis: &[f64]| xi.iter().zip(axis).map(|(x, e)| x * e).sum::<f64>();
            [along(&plane[0]), along(&plane[1])]
        };
        let centres: Vec<[f64; 2]> = (0..states.len()).map(|alpha| flat(&states.centre(alpha, t))).collect();
        let far = centres.iter().flatten().fold(0.0_f64, |far, x| far.max(x.abs()));
        // Wells lie at twice the centres.
        let reach = (2.4 * far).max(4.0 * cx.model.temperature.sqrt()).max(1e-3);
        let model = cx.model;
        let size = ui.available_size() - vec2(colour_bar::WIDTH + 10.0, 0.0);
        // Enough to both sides for all of a wide canvas.
        let wide = reach * f64::from((1.2 * size.x / size.y.max(1.0)).clamp(1.2, 8.0));
        let mut key = vec![t, reach, wide, model.temperature, spec.plane[0] as f64, spec.plane[1] as f64, model.n()];
        key.extend(spec.weights.iter().chain(spec.overlaps.iter().flatten()));
        let lifted = move |plane: &[Vec<f64>; 2], x: f64, y: f64| -> Vec<f64> {
            plane[0].iter().zip(&plane[1]).map(|(a, b)| x * a + y * b).collect()
        };
        let inside = (states.clone(), plane.clone());
        self.heat.follow(HeatRequest {
            key,
            size: [NODES, NODES],
            x: [-wide, wide],
            y: [-reach, reach],
            column: Arc::new(move |x, ys, values| {
                for (y, value) in ys.iter().zip(values) {
                    *value = inside.0.potential(&lifted(&inside.1, x, *y), t) as f32;
                }
            }),
        });
        let map = &colour_map::ALL[1];
        let top = (TOP * model.temperature) as f32;
        ui.horizontal_top(|ui| {
            ui.allocate_ui(size, |ui| {
                ui.set_min_size(size);
                let camera = Camera::new([-reach, reach, -reach, reach]);
                let shown = Canvas::new("Potential over the plane of two states", ["ξ₁", "ξ₂"]).show(ui, &camera);
                let bottom = self.heat.minimum();
                if let Some((map, texture)) = self.heat.picture(ui.ctx(), map, [bottom, bottom + top]) {
                    let [x0, x1] = map.request.x;
                    let [y0, y1] = map.request.y;
                    let rect = shown.plane.rect_of([x0, x1, y0, y1]);
                    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                    shown.painter.image(texture.id(), rect, whole, Color32::WHITE);
                }
                let tokens = theme::tokens(ui.visuals());
                arrows(&shown, [tokens.data_outline, tokens.arrow], |x, y| {
                    flat(&states.score(&lifted(&plane, x, y), t))
                });
                if let Some(runs) = self.shown.as_ref().filter(|runs| !runs.times.is_empty()) {
                    let step = runs.step(t);
                    for particle in 0..runs.places[step].len().min(LINES) {
                        let start = step.saturating_sub(60);
                        let path = (start..=step).map(|i| shown.plane.to_screen(runs.places[i][particle])).collect();
                        shown.painter.line(path, Stroke::new(1.0, tokens.trail.gamma_multiply(0.6)));
                    }
                    for place in &runs.places[step] {
                        shown.painter.circle_filled(shown.plane.to_screen(*place), 1.6, tokens.particle_a);
                    }
                }
                for (alpha, centre) in centres.iter().enumerate() {
                    let at = shown.plane.to_screen(*centre);
                    // A light ring round a dark one, and the number inside: seen on particles and on any colour of the map.
                    shown.painter.circle_filled(at, 10.5, tokens.data_point);
                    let rim = Stroke::new(1.5, tokens.data_outline);
                    shown.painter.circle(at, 9.0, theme::component_colour(alpha), rim);
                    let font = egui::FontId::proportional(12.5);
                    let name = format!("{}", alpha + 1);
                    shown.painter.text(at, egui::Align2::CENTER_CENTER, name, font, tokens.data_outline);
                }
                shown.draw_axes();
                if let Some(pos) = shown.response.hover_pos() {
                    let [x, y] = shown.plane.to_world(pos);
                    let posterior = states.posterior(&lifted(&plane, x, y), t);
                    let words: Vec<String> = posterior
                        .iter()
                        .enumerate()
                        .map(|(alpha, p)| format!("p({}) = {}", alpha + 1, format::number(*p, 3)))
                        .collect();
                    shown.response.clone().on_hover_text_at_pointer(words.join("\n"));
                }
            });
            colour_bar(ui, map, [0.0, top], ValueScale::Linear, "V − min V, clipped at 12 T");
        });
    }
}

/// Arrows of the field `score`, their lengths on a logarithmic scale, in two colours, one round the other.
fn arrows(shown: &crate::ui::canvas::ShownCanvas, colours: [Color32; 2], score: impl Fn(f64, f64) -> [f64; 2]) {
    let rect = shown.plane.rect();
    let (columns, rows) = ((rect.width() / ARROWS) as usize, (rect.height() / ARROWS) as usize);
    for i in 0..columns {
        for j in 0..rows {
            let from = rect.min + vec2((i as f32 + 0.5) * ARROWS, (j as f32 + 0.5) * ARROWS);
            let [x, y] = shown.plane.to_world(from);
            let [sx, sy] = score(x, y);
            let size = sx.hypot(sy);
            if size > 1e-9 {
                let length = 0.42 * f64::from(ARROWS) * (size.ln_1p() / (1.0 + size.ln_1p()));
                let tip = vec2((sx / size * length) as f32, (-sy / size * length) as f32);
                for (width, colour) in [(2.6, colours[0].gamma_multiply(0.5)), (1.2, colours[1])] {
                    shown.painter.arrow(from, tip, Stroke::new(width, colour));
                }
            }
        }
    }
}
