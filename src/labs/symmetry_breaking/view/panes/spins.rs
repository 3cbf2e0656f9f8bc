//! Real spins as pixels, and their M(x), μ and energy over time beside the one-dimensional process.

use std::sync::Arc;

use egui::{ColorImage, Slider, TextureHandle, TextureOptions, Ui, vec2};
use egui_plot::{Line, PlotPoints};

use super::{LabPane, PaneContext, PaneEntry, Wake};
use crate::core::curie_weiss::CurieWeiss;
use crate::engine::colour_map;
use crate::engine::kernel::ValueScale;
use crate::labs::symmetry_breaking::scene::Panel;
use crate::labs::symmetry_breaking::view::plot::{Frame, Key, caption, legend, upright};
use crate::labs::symmetry_breaking::view::spin_slot::{
    COMPARED_TAU, Difference, DifferenceSlot, MOST_PIXELS, SIZES, SpinPicture, SpinSlot,
};
use crate::ui::chart::{Axis, Chart, Mark, Series};
use crate::ui::colour_bar::{self, colour_bar};
use crate::ui::tiles::Pane;
use crate::ui::{format, theme};

pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane {
        id: "spins",
        name: "Spins",
        about: "N real spins under the exact score, turning from noise to ±1, beside the one-dimensional process",
    },
    panel: Some(Panel::Spins),
    open: |wake: &Wake| {
        let (first, second) = (Arc::clone(wake), Arc::clone(wake));
        Box::new(SpinsPane {
            slot: SpinSlot::new(move || first()),
            difference: DifferenceSlot::new(move || second()),
            texture: None,
            systems: 16,
            curve: 0,
        })
    },
};

struct SpinsPane {
    slot: SpinSlot,
    difference: DifferenceSlot,
    /// Picture of a run, step and number of systems, in a window.
    texture: Option<(egui::Context, (u64, usize, usize), TextureHandle)>,
    /// Systems drawn at most.
    systems: usize,
    /// What is drawn over time, a member of [`CURVES`].
    curve: usize,
}

/// One quantity over time: its name on a button, its axis, and its value at an order parameter μ.
struct Curve {
    name: &'static str,
    axis: &'static str,
    of: fn(&CurieWeiss, f64) -> f64,
}

static CURVES: &[Curve] = &[
    Curve { name: "μ", axis: "order parameter μ = Σx/√N", of: |_, mu| mu },
    Curve { name: "M(x)", axis: "magnetization M(x) = Σx/N", of: |model, mu| mu / model.n().sqrt() },
    Curve {
        name: "energy",
        axis: "energy per spin −M²/2 − hM/(βN)",
        of: |model, mu| if model.beta > 0.0 { model.energy_per_spin(mu / model.n().sqrt()) } else { 0.0 },
    },
];

/// Ends of the colours: spins and noise lie within.
const RANGE: [f32; 2] = [-2.0, 2.0];

impl LabPane for SpinsPane {
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        caption(
            ui,
            "At t = ½ log N the sign of the sum is settled while every pixel still looks like noise; the pixels turn to ±1 only \
             as t → 0.",
        );
        ui.horizontal_wrapped(|ui| {
            for (index, curve) in CURVES.iter().enumerate() {
                let hint = format!("Draw over time: {}", curve.axis);
                if ui.selectable_label(self.curve == index, curve.name).on_hover_text(hint).clicked() {
                    self.curve = index;
                }
            }
            ui.separator();
            let label = ui.label("systems drawn");
            ui.spacing_mut().slider_width = 80.0;
            ui.add(Slider::new(&mut self.systems, 1..=64)).labelled_by(label.id);
            ui.separator();
            let hint = "Runs magnets of 8 to 128 spins from τ = 1 to τ = −1 and compares E[μ²] with the one-dimensional process";
            if ui.button("Measure the difference").on_hover_text(hint).clicked() {
                self.difference.measure(cx.scene, cx.engine);
            }
        });
        self.draw(ui, cx);
    }

    fn figure(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        self.draw(ui, cx);
    }

    fn has_picture(&self) -> bool {
        self.slot.picture().is_some()
    }

    fn is_busy(&self) -> bool {
        self.slot.is_busy() || self.difference.is_busy()
    }

    fn warnings(&self) -> Vec<String> {
        self.slot.error().map(ToOwned::to_owned).into_iter().collect()
    }
}

impl SpinsPane {
    fn draw(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        if cx.scene.spins.is_none() {
            ui.centered_and_justified(|ui| {
                ui.label("This scene has no real spins: switch them on in the controls, with N up to 10⁸.");
            });
            return;
        }
        self.difference.follow(cx.engine);
        if let Some(secs) = self.slot.follow(cx.scene, cx.engine, cx.now_secs) {
            ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(secs));
        }
        let Some(picture) = self.slot.picture() else {
            ui.centered_and_justified(|ui| ui.label("Drawing noise …"));
            return;
        };
        let room = ui.available_size();
        let side = (room.y - 34.0).min(0.5 * room.x - colour_bar::WIDTH).max(60.0);
        let layout = Layout::of(picture, self.systems);
        let key = (picture.stamp, picture.step, self.systems);
        if self.texture.as_ref().is_none_or(|(window, known, _)| window != ui.ctx() || *known != key) {
            let background = theme::tokens(ui.visuals()).canvas_background;
            let image = layout.image(picture, background);
            let texture = ui.ctx().load_texture("spins", image, TextureOptions::NEAREST);
            self.texture = Some((ui.ctx().clone(), key, texture));
        }
        let texture = self.texture.as_ref().map(|(.., texture)| texture.id());
        let words = layout.words(picture);
        let time = picture.times[picture.step];
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(side + colour_bar::WIDTH);
                caption(ui, &format!("t = {}: {words}", format::steady(time, 3)));
                ui.horizontal_top(|ui| {
                    ui.set_height(side);
                    let (rect, response) = ui.allocate_exact_size(vec2(side, side), egui::Sense::hover());
                    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Field of spins"));
                    if let Some(id) = texture {
                        let whole = egui::Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
                        ui.painter().image(id, rect, whole, egui::Color32::WHITE);
                    }
                    response.on_hover_text("Blue: negative, red: positive. Each square is one system.");
                    colour_bar(ui, &colour_map::ALL[5], RANGE, ValueScale::Linear, "spin x_i");
                });
            });
            let rest = vec2((room.x - side - colour_bar::WIDTH - 14.0).max(80.0), room.y);
            ui.vertical(|ui| {
                let results = self.difference.results(cx.scene);
                if results.is_empty() {
                    over_time(ui, cx, picture, &CURVES[self.curve], rest);
                } else {
                    over_time(ui, cx, picture, &CURVES[self.curve], vec2(rest.x, 0.52 * rest.y));
                    differences(ui, cx, results, 0.48 * rest.y - 44.0);
                }
            });
        });
    }
}

/// How systems are laid out as squares of pixels.
struct Layout {
    /// Columns and rows of systems.
    grid: [usize; 2],
    /// Pixels along a side of one system.
    side: usize,
    /// Systems drawn.
    systems: usize,
    /// Spins drawn of each.
    spins: usize,
}

impl Layout {
    fn of(picture: &SpinPicture, most: usize) -> Self {
        let spins = picture.spins.min(MOST_PIXELS);
        let systems = (picture.pixels.len() / spins.max(1)).min(most).max(1);
        let side = (spins as f64).sqrt().ceil() as usize;
        let columns = (systems as f64).sqrt().ceil() as usize;
        Self { grid: [columns, systems.div_ceil(columns)], side: side.max(1), systems, spins }
    }

    /// The picture, with a gap of one pixel between systems.
    fn image(&self, picture: &SpinPicture, background: egui::Color32) -> ColorImage {
        let gap = usize::from(self.systems > 1);
        let pitch = self.side + gap;
        // A square, so that it is not stretched.
        let edge = self.grid[0] * pitch - gap;
        let mut image = ColorImage::filled([edge, edge], background);
        let map = &colour_map::ALL[5];
        for system in 0..self.systems {
            let (column, row) = (system % self.grid[0], system / self.grid[0]);
            let first = system * picture.spins;
            for (i, x) in picture.pixels.iter().skip(first).take(self.spins).enumerate() {
                let at = [column * pitch + i % self.side, row * pitch + i / self.side];
                let share = (x - RANGE[0]) / (RANGE[1] - RANGE[0]);
                image.pixels[at[1] * edge + at[0]] = theme::from_bytes(map.at(share));
            }
        }
        image
    }

    fn words(&self, picture: &SpinPicture) -> String {
        let spins = if self.spins < picture.spins {
            format!("the first {} of {} spins", self.spins, picture.spins)
        } else {
            format!("{} spins", picture.spins)
        };
        format!("{spins} in each of {} of {} systems", self.systems, picture.systems)
    }
}

/// Paths of the systems, their mean and spread, and the one-dimensional process.
fn over_time(ui: &mut Ui, cx: &mut PaneContext<'_>, picture: &SpinPicture, curve: &Curve, size: egui::Vec2) {
    let model = cx.model;
    let shift = model.speciation_time();
    let tokens = theme::tokens(ui.visuals());
    let full = theme::component_colour(2);
    let top = ui.cursor().top();
    legend(
        ui,
        &[
            (Key::Line, tokens.particle_a.gamma_multiply(0.6), "systems", "The first systems of real spins"),
            (
                Key::Line,
                full,
                "√⟨μ²⟩, real spins",
                "Root of the mean square over all systems; long steps pull it inwards, by about 1 % at 200 steps",
            ),
            (
                Key::Dashed,
                tokens.accent,
                "√⟨μ²⟩, one dimension",
                "The same of the process that (25) reverses, √(T + m*²Ne^{−2t})",
            ),
        ],
    );
    let times = &picture.times;
    let known = picture.statistics.len();
    let [first, low] =
        [times.first().copied().unwrap_or(1.0) - shift, times.last().copied().unwrap_or_default() - shift];
    // Close by the decision the paths would be lost below what comes after it.
    let low = if cx.tau() > -2.0 { low.max(-2.5) } else { low };
    let first = first.min(6.0).max(low + 1e-3);
    let value = |mu: f64| (curve.of)(&model, mu);
    let scale = |t: f64| (model.temperature + model.amplitude(t).powi(2)).sqrt();
    let ends = times.iter().filter(|t| (low..=first).contains(&(**t - shift))).flat_map(|t| {
        let far = 1.25 * scale(*t);
        [value(far), value(-far), value(0.0)]
    });
    let (least, most) = ends.fold((0.0_f64, 1e-9_f64), |(a, b), v| (a.min(v), b.max(v)));
    let margin = 0.06 * (most - least);
    let frame = Frame {
        name: "Spins over time",
        size: vec2(size.x, (size.y - (ui.cursor().top() - top)).max(60.0)),
        x_label: "τ = t − ½ log N  (generation →)",
        y_label: curve.axis,
        x: [low, first],
        y: [least - margin, most + margin],
        falling: true,
    };
    let paths: Vec<_> = picture
        .paths
        .iter()
        .map(|path| frame.places(times.iter().zip(path).map(|(t, mu)| [t - shift, value(*mu)])))
        .collect();
    let root =
        |sign: f64| frame.places((0..known).map(|i| [times[i] - shift, value(sign * picture.squares[i].sqrt())]));
    let theory = |sign: f64| frame.places(times.iter().map(|t| [t - shift, value(sign * scale(*t))]));
    let (measured, exact) = ([root(1.0), root(-1.0)], [theory(1.0), theory(-1.0)]);
    let now = frame.at(cx.tau());
    let decision = frame.at(0.0);
    let held = frame.show(ui, move |plot| {
        let thin = tokens.particle_a.gamma_multiply(0.4);
        for path in paths {
            plot.line(Line::new("system", PlotPoints::from(path)).color(thin).width(1.0).allow_hover(false));
        }
        for (measured, exact) in measured.into_iter().zip(exact) {
            plot.line(Line::new("real spins", PlotPoints::from(measured)).color(full).width(2.2));
            let style = egui_plot::LineStyle::dashed_loose();
            plot.line(Line::new("one dimension", PlotPoints::from(exact)).color(tokens.accent).width(1.8).style(style));
        }
        upright(plot, decision, 1.0, tokens.muted_text, true);
        upright(plot, now, 1.4, tokens.accent, false);
    });
    if let Some([tau, _]) = held {
        cx.set_time(tau + shift);
    }
}

/// How far real spins are from the one-dimensional process, over N.
fn differences(ui: &mut Ui, cx: &PaneContext<'_>, results: &[Difference], height: f32) {
    let tokens = theme::tokens(ui.visuals());
    let theory = SIZES.into_iter().map(|spins| {
        let model = CurieWeiss { spins, ..cx.model };
        let t = model.speciation_time() + COMPARED_TAU;
        [model.n(), (model.variance_of_spins(t) - model.temperature).abs() / model.temperature]
    });
    let dots = results.iter().map(|d| [d.spins as f64, d.measured.abs()]).collect();
    let noise = results.iter().map(|d| [d.spins as f64, d.error]).collect();
    let series = |name: &str, about: &str, colour, mark, points| Series {
        name: name.to_owned(),
        about: about.to_owned(),
        colour,
        mark,
        points,
    };
    Chart {
        name: "Difference from one dimension",
        height: height.max(60.0),
        axes: [Axis::log("spins N"), Axis::log("|ΔE[μ²]|/T at τ = −1")],
        series: vec![
            series(
                "measured",
                "Mean of μ² of real spins less that of one dimension",
                tokens.particle_a,
                Mark::LineDots,
                dots,
            ),
            series(
                "its standard error",
                "Below this the difference drowns in noise",
                tokens.muted_text,
                Mark::Line,
                noise,
            ),
            series(
                "theory, ∝ 1/N",
                "|1 − m*² − T| e²/N, exact for the simplified model",
                tokens.accent,
                Mark::Dashed,
                theory.collect(),
            ),
        ],
        cursors: Vec::new(),
        regions: Vec::new(),
    }
    .show(ui);
}
