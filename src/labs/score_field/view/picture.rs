//! The canvas with everything on it: one for each score model that is shown.

use egui::{Align2, CornerRadius, FontId, Pos2, Rect, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2};

use super::ScoreFieldView;
use super::edit::{self, PointerInput, Tool};
use super::field::FieldJob;
use super::layers::{self, DrawContext, faded, heat};
use super::panels::MOST_PINS;
use super::probe;
use super::run_slot::MOST_DRAWN;
use super::toolbar;
use crate::engine::kernel::quantity;
use crate::labs::score_field::scene::Scene;
use crate::ui::canvas::{Canvas, ShownCanvas};
use crate::ui::{colour_bar, dots, format, highlight, theme};

/// Names of the canvases for screen readers and tests.
const NAMES: [&str; 2] = ["Canvas", "Canvas of model B"];
/// Seconds of a frame that may be spent waiting for a picture that is nearly there: then it answers in the same frame.
const PATIENCE_SECS: f64 = 0.003;
/// Opacity of the veil that the rest of the picture recedes behind while one layer is pointed at.
const VEIL: f32 = 0.72;
/// Nodes of the field along an axis at most.
const MOST_NODES: f32 = 1024.0;

/// What keys and gestures do on the picture.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("Add a point", "double-click"),
    ("Move about", "drag the empty picture"),
    ("Zoom", "wheel"),
    ("Select several", "Shift+drag"),
    ("Select all", "Ctrl+A"),
    ("Weight of what is selected", "wheel over it"),
    ("Duplicate", "Ctrl+D"),
    ("Delete", "Del"),
    ("Go from point to point", "Tab  Shift+Tab"),
    ("Move the point that has the keyboard", "← → ↑ ↓"),
    ("Move it by one pixel", "Shift+arrow"),
    ("Pin a probe under the pointer", "P"),
    ("Select nothing, put tools away", "Esc"),
];

impl ScoreFieldView {
    /// Draws toolbar, canvases and colour bar into all the room there is.
    pub(super) fn show_picture(&mut self, ui: &mut Ui) {
        self.in_sight = true;
        toolbar::show(ui, &mut self.scene, &mut self.state, &mut self.edits);
        let canvases = self.place_canvases(ui);
        let canvases = self.interact(ui, canvases);
        self.refresh(ui, &canvases, PATIENCE_SECS);
        self.paint(ui, &canvases, true);
    }

    /// Draws canvases and colour bar only.
    pub(super) fn show_figure(&mut self, ui: &mut Ui) {
        self.in_sight = true;
        let canvases = self.place_canvases(ui);
        self.refresh(ui, &canvases, PATIENCE_SECS);
        self.paint(ui, &canvases, false);
    }

    /// Whether each score model has its own canvas.
    fn is_beside(&self) -> bool {
        let difference = quantity::find(&self.scene.layers.heat.quantity).is_some_and(|q| q.compares);
        self.scene.compare.is_some() && self.state.beside && !(difference && self.scene.layers.heat.on)
    }

    fn place_canvases(&mut self, ui: &mut Ui) -> Vec<ShownCanvas> {
        let mut area = ui.available_rect_before_wrap();
        if self.colours().is_some() {
            area.max.x -= colour_bar::WIDTH;
        }
        let count = if self.is_beside() { 2 } else { 1 };
        let width = area.width() / count as f32;
        (0..count)
            .map(|pane| {
                let left = area.left() + width * pane as f32;
                let rect = Rect::from_min_size(Pos2::new(left, area.top()), Vec2::new(width, area.height()));
                let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(("canvas", pane)));
                Canvas::new(NAMES[pane], ["x", "y"]).show(&mut child, &self.state.camera)
            })
            .collect()
    }

    fn interact(&mut self, ui: &mut Ui, mut canvases: Vec<ShownCanvas>) -> Vec<ShownCanvas> {
        let camera_before = self.state.camera;
        let mut hover = None;
        // A drag belongs to the canvas it began on; between drags, to the one under the pointer.
        let active = canvases
            .iter()
            .position(|canvas| canvas.response.dragged() || canvas.response.drag_stopped())
            .or_else(|| canvases.iter().position(|canvas| canvas.response.hovered()))
            .unwrap_or(0);
        for (pane, canvas) in canvases.iter_mut().enumerate() {
            if canvas.reset {
                self.state.camera = self.state.home;
            }
            if pane != active {
                continue;
            }
            if canvas.response.is_pointer_button_down_on()
                && let Some(focused) = ui.memory(egui::Memory::focused)
            {
                // Keys mean the canvas from now on.
                ui.memory_mut(|memory| memory.surrender_focus(focused));
            }
            let leave = self.state.pointer.act(
                ui,
                PointerInput {
                    response: &canvas.response,
                    plane: canvas.plane,
                    tool: self.state.tool,
                    scene: &mut self.scene,
                    selection: &mut self.state.selection,
                    edits: &mut self.edits,
                },
            );
            canvas.navigate(ui, &mut self.state.camera, leave.pan, leave.zoom);
            hover = canvas.response.hover_pos().map(|pos| canvas.plane.to_world(pos));
            self.context_menu(canvas);
        }
        if hover.is_some() {
            self.state.hover = hover;
        }
        self.scene.probes.truncate(MOST_PINS);
        if let Some(canvas) = canvases.first() {
            self.show_nodes(ui, canvas);
        }
        self.keys(ui, hover);
        self.state.keep_existing(&self.scene.data);
        if self.state.camera != camera_before {
            for canvas in &mut canvases {
                canvas.look(&self.state.camera);
            }
        }
        canvases
    }

    fn context_menu(&mut self, canvas: &ShownCanvas) {
        let at = self.state.hover;
        canvas.response.context_menu(|ui| {
            let Some(at) = at else { return };
            if ui.button("Pin probe here").clicked() {
                self.scene.probes.push(at);
                self.edits.note("pin probe");
                ui.close();
            }
            if ui.button("Add point here").clicked() {
                let point = crate::labs::score_field::scene::Point { at, weight: 1.0 };
                edit::add_points(&mut self.scene.data, &mut self.state.selection, &[point]);
                self.edits.note("add point");
                ui.close();
            }
            if ui.button("Add Gaussian here").clicked() {
                let radius = 40.0 / canvas.plane.scale();
                edit::add_component(&mut self.scene.data, &mut self.state.selection, at, radius);
                self.edits.note("add Gaussian");
                ui.close();
            }
            ui.separator();
            if ui.button("Reset view").clicked() {
                self.state.camera = self.state.home;
                ui.close();
            }
        });
    }

    pub(super) fn duplicate_selection(&mut self) {
        let [x0, x1, ..] = self.state.camera.region();
        let offset = 0.03 * (x1 - x0);
        if edit::duplicate(&mut self.scene.data, &mut self.state.selection, [offset, -offset]) {
            self.edits.note("duplicate");
        }
    }

    pub(super) fn delete_selection(&mut self) {
        if edit::delete(&mut self.scene.data, &mut self.state.selection) {
            self.edits.note("delete");
        }
    }

    /// Keys of the canvas, while no other widget has the keyboard.
    fn keys(&mut self, ui: &Ui, hover: Option<[f64; 2]>) {
        use egui::{Key, Modifiers};
        if ui.memory(|memory| memory.focused().is_some()) {
            return;
        }
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        if pressed(Modifiers::NONE, Key::Delete) || pressed(Modifiers::NONE, Key::Backspace) {
            self.delete_selection();
        }
        if pressed(Modifiers::COMMAND, Key::D) {
            self.duplicate_selection();
        }
        if pressed(Modifiers::COMMAND, Key::A) {
            self.state.selection = edit::select_all(&self.scene.data);
        }
        if pressed(Modifiers::NONE, Key::Escape) {
            self.state.selection.clear();
            self.state.tool = Tool::Select;
        }
        if pressed(Modifiers::NONE, Key::P)
            && let Some(at) = hover
            && self.scene.probes.len() < MOST_PINS
        {
            self.scene.probes.push(at);
            self.edits.note("pin probe");
        }
    }

    /// Brings setup, particles and field up to date with the scene, as far as they are ready.
    pub(super) fn refresh(&mut self, ui: &Ui, canvases: &[ShownCanvas], patience_secs: f64) {
        self.follow_scene();
        let Some(setup) = self.setup.current().cloned() else { return };
        let step = (self.transport.position.floor().max(0.0)) as usize;
        let trail = if self.scene.layers.particles.on { self.scene.layers.particles.trail } else { 0 };
        self.run.ask(&setup, &self.engine, step, trail);
        let Some(canvas) = canvases.first() else {
            self.run.receive(patience_secs);
            return;
        };
        let rect = canvas.plane.rect();
        let nodes = |length: f32| {
            let pixels = length * ui.ctx().pixels_per_point();
            (pixels / self.state.pixels_per_node.max(0.5)).clamp(2.0, MOST_NODES) as usize
        };
        self.field.ask(FieldJob {
            setup: setup.setup.clone(),
            stamp: setup.stamp,
            time: self.scene.time,
            region: canvas.plane.visible(),
            pixels: [nodes(rect.width()), nodes(rect.height())],
            scale: canvas.plane.scale(),
            layers: self.scene.layers.clone(),
            engine: self.engine.clone(),
        });
        self.run.receive(patience_secs);
        self.field.receive(ui.ctx(), patience_secs);
        self.noised.follow(Some(&setup), self.scene.time);
    }

    /// Brings the curves beside the picture up to date, as far as they are ready.
    pub(super) fn refresh_curves(&mut self, ui: &Ui) {
        let Some(setup) = self.setup.current() else { return };
        let now_secs = ui.input(|input| input.time);
        if let Some(later_secs) = self.curves.follow(setup, &self.engine, now_secs) {
            ui.ctx().request_repaint_after_secs(later_secs as f32);
        }
        self.curves.receive();
    }

    fn paint(&mut self, ui: &mut Ui, canvases: &[ShownCanvas], marks: bool) {
        let disc = self.state.disc.get_or_insert_with(|| dots::texture(ui.ctx())).id();
        let probed = if marks { self.state.hover } else { None }.or_else(|| self.scene.probes.last().copied());
        for (pane, canvas) in canvases.iter().enumerate() {
            let noised = self.noised.models().get(pane);
            let reading = probed.zip(noised).map(|(at, mixture)| probe::read(mixture, at));
            self.paint_pane(ui, canvas, pane, canvases.len() > 1, disc, reading.as_ref(), marks);
            canvas.draw_axes();
        }
        self.show_colour_bar(ui, canvases);
    }

    #[expect(clippy::too_many_arguments, reason = "one frame's facts, used once")]
    fn paint_pane(
        &self,
        ui: &Ui,
        canvas: &ShownCanvas,
        pane: usize,
        beside: bool,
        disc: egui::TextureId,
        reading: Option<&probe::Reading>,
        marks: bool,
    ) {
        let picture = self.field.picture().filter(|_| self.setup.current().is_some());
        let shown = picture.and_then(|picture| picture.panes.get(pane));
        let heat = &self.scene.layers.heat;
        let under = heat.on && heat.opacity > 0.5 && self.field.texture(pane).is_some() && shown.is_some();
        let tokens = if under { tokens_on_picture(ui.visuals()) } else { theme::tokens(ui.visuals()) };
        let run = self.run.picture().filter(|_| self.setup.current().is_some());
        let fraction = run.map_or(0.0, |run| (self.transport.position - run.step as f64).clamp(0.0, 1.0));
        let pointed = if marks { highlight::current(ui.ctx()) } else { None };
        let pointed = layers::ALL.iter().position(|layer| pointed.as_deref() == Some(&layers::word(layer.info().name)));
        let draw = |index: usize| {
            layers::ALL[index].draw(&DrawContext {
                painter: &canvas.painter,
                plane: canvas.plane,
                tokens,
                scene: &self.scene,
                setup: self.setup.current().map(|numbered| &*numbered.setup),
                pane,
                beside,
                region: picture.map_or([0.0; 4], |picture| picture.region),
                field: shown.map(|pane| &pane.field),
                prepared: shown.and_then(|pane| pane.prepared.get(index)),
                texture: self.field.texture(pane).filter(|_| shown.is_some()),
                disc,
                run,
                fraction: fraction as f32,
                probe: reading,
                selection: &self.state.selection,
                hovered: if marks { self.state.pointer.hovered } else { None },
            });
        };
        for (index, layer) in layers::ALL.iter().enumerate() {
            if layer.is_on(&self.scene.layers) {
                draw(index);
                if index == 0 && self.state.grid {
                    canvas.draw_grid(faded(tokens.axis, 0.35));
                }
            }
        }
        if let Some(index) = pointed.filter(|index| layers::ALL[*index].is_on(&self.scene.layers)) {
            // What is pointed at elsewhere comes to the fore, in front of a veil over everything else.
            let veil = faded(tokens.canvas_background, VEIL);
            canvas.painter.rect_filled(canvas.plane.rect(), CornerRadius::ZERO, veil);
            draw(index);
        }
        self.draw_pins(canvas, tokens);
        if let Some(rect) = self.state.pointer.selection_box(ui).filter(|_| marks) {
            let fill = faded(tokens.selection, 0.12);
            canvas.painter.rect(rect, CornerRadius::ZERO, fill, Stroke::new(1.0, tokens.selection), StrokeKind::Middle);
        }
        self.draw_captions(ui, canvas, pane, beside, reading.filter(|_| marks && canvas.response.hovered()));
    }

    fn draw_pins(&self, canvas: &ShownCanvas, tokens: &theme::Tokens) {
        for (index, at) in self.scene.probes.iter().enumerate() {
            let pos = canvas.plane.to_screen(*at);
            canvas.painter.circle_stroke(pos, 5.0, Stroke::new(3.5, faded(tokens.data_outline, 0.7)));
            canvas.painter.circle_stroke(pos, 5.0, Stroke::new(1.6, tokens.probe));
            let number = format!("{}", index + 1);
            label(canvas, pos + Vec2::new(9.0, -9.0), Align2::LEFT_BOTTOM, &number, tokens.probe, tokens);
        }
    }

    /// Words on the picture: which model, what is read, what is missing.
    fn draw_captions(
        &self,
        ui: &Ui,
        canvas: &ShownCanvas,
        pane: usize,
        beside: bool,
        reading: Option<&probe::Reading>,
    ) {
        let tokens = theme::tokens(ui.visuals());
        let text = ui.visuals().strong_text_color();
        let rect = canvas.plane.rect().shrink(8.0);
        let say = |pos, anchor, words: &str| label(canvas, pos, anchor, words, text, tokens);
        if let Some(name) = model_name(&self.scene, pane).filter(|_| beside) {
            say(rect.left_top(), Align2::LEFT_TOP, &format!("{}: {name}", ["A", "B"][pane]));
        }
        if let Some(reading) = reading {
            let number = |v: f64| format::number(v, 3);
            let words = format!(
                "x = ({}, {})   log p = {}   |s| = {}",
                number(reading.at[0]),
                number(reading.at[1]),
                number(reading.value.log_density),
                number(reading.value.score.norm())
            );
            say(rect.left_bottom(), Align2::LEFT_BOTTOM, &words);
        }
        if let Some(run) = self.run.picture().filter(|run| self.scene.layers.particles.on && run.total > MOST_DRAWN) {
            let words = format!("{MOST_DRAWN} of {} particles drawn", run.total);
            say(rect.right_bottom(), Align2::RIGHT_BOTTOM, &words);
        }
        let behind = self.setup.is_busy() || self.run.is_busy() || self.field.is_busy();
        // Only what takes its time is told: a word that flickers while a point is dragged would only disturb.
        let long = ui.ctx().animate_bool_with_time(ui.scope_id().with(("behind", pane)), behind, 0.4) == 1.0;
        if behind && long {
            say(rect.right_top(), Align2::RIGHT_TOP, "computing …");
        }
        if let Some(words) = self.notice() {
            let font = FontId::proportional(15.0);
            let mut job = egui::text::LayoutJob::simple(words, font, text, rect.width() * 0.8);
            job.halign = egui::Align::Center;
            let galley = canvas.painter.layout_job(job);
            // Lines of centred text lie about its origin.
            let place = galley.rect.translate(rect.center().to_vec2() - Vec2::new(0.0, 0.5 * galley.size().y));
            canvas.painter.rect_filled(place.expand(12.0), 6.0, tokens.label_background);
            canvas.painter.galley(place.min - galley.rect.min.to_vec2(), galley, text);
        }
    }

    /// What the heat map's colours mean, if there are any.
    fn colours(&self) -> Option<&heat::ColourScale> {
        let picture = self.field.picture().filter(|_| self.setup.current().is_some() && self.scene.layers.heat.on)?;
        picture.panes.first()?.prepared.iter().find_map(|prepared| prepared.colours.as_ref())
    }

    /// Share of the picture beyond the colour scale.
    pub(super) fn clipped(&self) -> Option<f32> {
        self.colours().map(|colours| colours.beyond[0] + colours.beyond[1])
    }

    fn show_colour_bar(&self, ui: &mut Ui, canvases: &[ShownCanvas]) {
        let (Some(colours), Some(canvas)) = (self.colours(), canvases.last()) else { return };
        let plane = canvas.plane.rect();
        let (below, above) = (colours.beyond[0] > CLIPPED, colours.beyond[1] > CLIPPED);
        let min = Pos2::new(plane.right() + 10.0, plane.top());
        let rect = Rect::from_min_size(min, Vec2::new(colour_bar::WIDTH, plane.height()));
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("colour bar"));
        colour_bar(&mut child, colours.map, colours.range, colours.scale, colours.quantity.symbol);
        if below || above {
            let share = colours.beyond[0] + colours.beyond[1];
            let corner =
                Rect::from_min_size(rect.left_bottom() + Vec2::new(-6.0, 4.0), Vec2::new(colour_bar::WIDTH, 26.0));
            let mut child = ui.new_child(UiBuilder::new().max_rect(corner).id_salt("clipped"));
            let text = RichText::new(format!("{}% clipped", format::number(100.0 * f64::from(share), 2))).small();
            let hint = "Share of the picture whose values lie beyond the ends of the colour bar; \
                        they have the colour of the end";
            child
                .add(egui::Label::new(text.color(theme::tokens(ui.visuals()).muted_text)).sense(Sense::hover()))
                .on_hover_text(hint);
        }
    }
}

/// Share of the picture beyond the range from which on it is mentioned.
pub(super) const CLIPPED: f32 = 0.01;

fn model_name(scene: &Scene, pane: usize) -> Option<&'static str> {
    let choice = if pane == 0 { Some(&scene.model) } else { scene.compare.as_ref() }?;
    let kind = crate::core::score_model::ALL.iter().find(|kind| kind.info.id == choice.kind)?;
    Some(kind.info.name)
}

/// Colours for what lies on a heat map: the maps are dark where there is little, in the light theme too.
fn tokens_on_picture(visuals: &egui::Visuals) -> &'static theme::Tokens {
    if visuals.dark_mode { theme::tokens(visuals) } else { theme::tokens(&egui::Visuals::dark()) }
}

/// Text on a picture, with something behind it.
fn label(canvas: &ShownCanvas, pos: Pos2, anchor: Align2, words: &str, colour: egui::Color32, tokens: &theme::Tokens) {
    let galley = canvas.painter.layout_no_wrap(words.to_owned(), FontId::proportional(12.5), colour);
    let place = anchor.anchor_size(pos, galley.size());
    canvas.painter.rect_filled(place.expand2(Vec2::new(5.0, 2.5)), 4.0, tokens.label_background);
    canvas.painter.galley(place.min, galley, colour);
}
