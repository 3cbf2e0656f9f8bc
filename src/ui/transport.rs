//! The transport bar: plays, steps and scrubs any lab's run.

use egui::{Align2, ComboBox, Key, Label, Modifiers, Rect, RichText, Sense, Stroke, TextStyle, Ui, pos2, vec2};

use super::icon::{self, Look, icon_button};
use super::{format, highlight, indices, theme};

/// Seconds that a whole run lasts at speed 1.
const RUN_SECS: f64 = 8.0;
/// Seconds that a looping run rests at its end.
const REST_SECS: f32 = 1.0;
/// Speeds to choose from.
const SPEEDS: [f32; 7] = [0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0];

/// Where a run stands and how it moves on. Steps count along the run, whichever way its time goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Transport {
    /// Whether the run moves on by itself.
    pub playing: bool,
    /// Whether it starts again at its end.
    pub looping: bool,
    /// Multiple of the usual speed, at which a whole run lasts 8 s.
    pub speed: f32,
    /// The step shown, with its fraction, from 0 to the number of steps.
    pub position: f64,
    rested: f32,
}

/// One quantity that goes with the position, shown with its symbol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// "σ".
    pub symbol: &'static str,
    /// "Noise".
    pub name: &'static str,
    /// Its value now.
    pub value: f64,
}

/// A place on the timeline worth a label: a critical time.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where, in steps.
    pub step: f64,
    /// A few letters: "t_S".
    pub label: String,
}

/// What the bar shows beside its buttons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timeline<'a> {
    /// Number of steps of the run.
    pub steps: usize,
    /// What goes with the position: t, σ, ᾱ, log-SNR.
    pub readings: &'a [Reading],
    /// Critical times.
    pub marks: &'a [Mark],
    /// What the run does: "noise → data, Heun, 100 steps".
    pub caption: &'a str,
}

impl Default for Transport {
    fn default() -> Self {
        Self { playing: false, looping: false, speed: 1.0, position: 0.0, rested: 0.0 }
    }
}

impl Transport {
    /// Moves on by `dt` seconds of wall time if playing; stops at the end, or rests there and starts again. Returns
    /// whether the position moved. While [`Transport::playing`] the caller must keep asking for repaints.
    pub fn advance(&mut self, dt: f32, steps: usize) -> bool {
        let end = steps as f64;
        let before = self.position;
        if self.position > end {
            self.position = end;
        }
        if self.playing && steps > 0 {
            if self.position < end {
                let moved = f64::from(dt.max(0.0)) * f64::from(self.speed) * end / RUN_SECS;
                self.position = (self.position + moved).min(end);
                self.rested = 0.0;
            } else if self.looping {
                self.rested += dt;
                if self.rested >= REST_SECS {
                    self.rested = 0.0;
                    self.position = 0.0;
                }
            } else {
                self.playing = false;
            }
        }
        self.position != before
    }

    /// Plays or pauses; at the end, plays from the start.
    pub fn toggle_play(&mut self, steps: usize) {
        self.playing = !self.playing;
        self.rested = 0.0;
        if self.playing && self.position >= steps as f64 {
            self.position = 0.0;
        }
    }

    /// Goes to the next whole step, or the one before, and pauses.
    pub fn step(&mut self, forward: bool, steps: usize) {
        self.playing = false;
        let target = if forward { self.position.floor() + 1.0 } else { self.position.ceil() - 1.0 };
        self.position = target.clamp(0.0, steps as f64);
    }

    fn jump(&mut self, position: f64, steps: usize) {
        self.position = position.clamp(0.0, steps as f64);
        self.rested = 0.0;
    }

    /// Space, ← and →, Home and End, L. Not while a text field or another widget has the keyboard, except that the
    /// timeline itself shares its keys.
    pub fn keys(&mut self, ctx: &egui::Context, steps: usize) {
        let timeline = ctx.data(|data| data.get_temp::<egui::Id>(timeline_key()));
        let focused = ctx.memory(egui::Memory::focused);
        if focused.is_some() && focused != timeline {
            return;
        }
        let pressed = |key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::Space) {
            self.toggle_play(steps);
        }
        if pressed(Key::ArrowLeft) {
            self.step(false, steps);
        }
        if pressed(Key::ArrowRight) {
            self.step(true, steps);
        }
        if pressed(Key::Home) {
            self.jump(0.0, steps);
        }
        if pressed(Key::End) {
            self.jump(steps as f64, steps);
        }
        if pressed(Key::L) {
            self.looping = !self.looping;
        }
    }

    /// Draws the bar over the whole width. Returns whether the user changed anything.
    pub fn show(&mut self, ui: &mut Ui, timeline: &Timeline<'_>) -> bool {
        let before = self.clone();
        ui.push_id("transport", |ui| {
            self.scrubber(ui, timeline);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 3.0;
                self.buttons(ui, timeline.steps);
                ui.add_space(8.0);
                ui.separator();
                ui.add_space(8.0);
                readings(ui, timeline.readings);
                let step = format!("step {} of {}", self.position.floor(), timeline.steps);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let colour = theme::tokens(ui.visuals()).muted_text;
                    let text =
                        if timeline.caption.is_empty() { step } else { format!("{}  ·  {step}", timeline.caption) };
                    ui.add(Label::new(RichText::new(text).small().color(colour)).truncate());
                });
            });
        });
        if self.playing {
            ui.ctx().request_repaint();
        }
        *self != before
    }

    fn buttons(&mut self, ui: &mut Ui, steps: usize) {
        if icon_button(ui, icon::to_start, Look::Plain, "To start", "To the start (Home)").clicked() {
            self.jump(0.0, steps);
        }
        if icon_button(ui, icon::step_back, Look::Plain, "Step back", "One step back (←)").clicked() {
            self.step(false, steps);
        }
        let (sign, name): (icon::Icon, _) = if self.playing { (icon::pause, "Pause") } else { (icon::play, "Play") };
        if icon_button(ui, sign, Look::Primary, name, &format!("{name} (Space)")).clicked() {
            self.toggle_play(steps);
        }
        if icon_button(ui, icon::step_forward, Look::Plain, "Step", "One step on (→)").clicked() {
            self.step(true, steps);
        }
        if icon_button(ui, icon::to_end, Look::Plain, "To end", "To the end (End)").clicked() {
            self.jump(steps as f64, steps);
        }
        ui.add_space(6.0);
        let look = if self.looping { Look::On } else { Look::Plain };
        if icon_button(ui, icon::repeat, look, "Loop", "Start again at the end (L)").clicked() {
            self.looping = !self.looping;
        }
        let combo = ComboBox::from_id_salt("speed").width(62.0).selected_text(speed_name(self.speed));
        let shown = combo.show_ui(ui, |ui| {
            for speed in SPEEDS {
                ui.selectable_value(&mut self.speed, speed, speed_name(speed));
            }
        });
        shown.response.accessible_name("Speed").on_hover_text("Speed; at 1× a whole run lasts 8 s");
    }

    fn scrubber(&mut self, ui: &mut Ui, timeline: &Timeline<'_>) {
        let labelled = timeline.marks.iter().any(|mark| !mark.label.is_empty());
        let size = vec2(ui.available_width(), if labelled { 32.0 } else { 20.0 });
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        ui.ctx().data_mut(|data| data.insert_temp(timeline_key(), response.id));
        let end = timeline.steps.max(1) as f64;
        let rail = Rect::from_min_max(pos2(rect.left() + 8.0, rect.bottom() - 12.0), rect.max - vec2(8.0, 8.0));
        let x_of = |step: f64| egui::lerp(rail.left()..=rail.right(), (step / end).clamp(0.0, 1.0) as f32);
        let step_at = |x: f32| f64::from(((x - rail.left()) / rail.width().max(1.0)).clamp(0.0, 1.0)) * end;
        let enabled = timeline.steps > 0;
        if enabled && let Some(pointer) = response.interact_pointer_pos() {
            self.jump(step_at(pointer.x), timeline.steps);
        }
        response.widget_info(|| egui::WidgetInfo::slider(enabled, self.position, "Timeline"));

        let tokens = theme::tokens(ui.visuals());
        let painter = ui.painter();
        let radius = rail.height() / 2.0;
        painter.rect_filled(rail, radius, ui.visuals().widgets.inactive.bg_fill);
        let head = x_of(self.position);
        painter.rect_filled(rail.with_max_x(head), radius, tokens.accent);
        let font = TextStyle::Small.resolve(ui.style());
        let mut free_from = f32::NEG_INFINITY;
        for mark in timeline.marks {
            let x = x_of(mark.step);
            let top = rail.top() - 5.0;
            painter.line_segment([pos2(x, top), pos2(x, rail.bottom() + 3.0)], Stroke::new(1.5, tokens.warning));
            let galley = painter.layout_job(indices::job(&mark.label, font.clone(), tokens.muted_text));
            let width = galley.size().x;
            let left = (x - width / 2.0).clamp(rect.left(), (rect.right() - width).max(rect.left()));
            // Labels that would overlap are left to the hover text.
            if left > free_from {
                painter.galley(pos2(left, rect.top()), galley, tokens.muted_text);
                free_from = left + width + 6.0;
            }
        }
        let held = response.hovered() || response.dragged() || response.has_focus();
        painter.circle_filled(pos2(head, rail.center().y), if held { 8.0 } else { 7.0 }, tokens.accent);
        painter.circle_filled(pos2(head, rail.center().y), 3.0, theme::readable_on(tokens.accent));
        if let Some(pointer) = response.hover_pos() {
            let step = step_at(pointer.x);
            let near = timeline.marks.iter().find(|mark| (x_of(mark.step) - pointer.x).abs() < 6.0);
            let text = match near {
                Some(mark) => format!("{} at step {}", mark.label, format::number(mark.step, 3)),
                None => format!("Step {} (drag, or ← →)", step.floor()),
            };
            response.on_hover_text_at_pointer(text);
        }
    }
}

/// Key under which the timeline's widget is remembered, so that [`Transport::keys`] works while it has the keyboard.
fn timeline_key() -> egui::Id {
    egui::Id::unique("transport timeline")
}

fn readings(ui: &mut Ui, readings: &[Reading]) {
    let tokens = theme::tokens(ui.visuals());
    for reading in readings {
        let value = format::steady(reading.value, 3);
        // A fixed width, so that the row stands still while its numbers run.
        let (rect, response) = ui.allocate_exact_size(vec2(width_of(reading), 28.0), Sense::hover());
        let symbol = TextStyle::Small.resolve(ui.style());
        let number = TextStyle::Body.resolve(ui.style());
        let symbol = ui.painter().layout_job(indices::job(reading.symbol, symbol, tokens.muted_text));
        ui.painter().galley(rect.left_top(), symbol, tokens.muted_text);
        let colour = ui.visuals().strong_text_color();
        ui.painter().text(rect.left_bottom(), Align2::LEFT_BOTTOM, &value, number, colour);
        let text = format!("{} {} = {value}", reading.name, reading.symbol);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
        highlight::link(ui, &format!("reading:{}", reading.name), response.rect);
        response.on_hover_text(format!("{}: {} = {}", reading.name, reading.symbol, format::number(reading.value, 6)));
    }
}

fn width_of(reading: &Reading) -> f32 {
    (reading.symbol.chars().count() as f32 * 6.0 + 10.0).max(84.0)
}

fn speed_name(speed: f32) -> String {
    format!("{}×", format::number(f64::from(speed), 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_lasts_eight_seconds_and_stops() {
        let mut transport = Transport { playing: true, ..Transport::default() };
        for _ in 0..79 {
            assert!(transport.advance(0.1, 100));
        }
        assert!((transport.position - 98.75).abs() < 1e-3);
        assert!(transport.advance(0.2, 100));
        assert_eq!(transport.position, 100.0);
        assert!(!transport.advance(0.1, 100));
        assert!(!transport.playing);
    }

    #[test]
    fn a_loop_rests_and_starts_again() {
        let mut transport = Transport { playing: true, looping: true, position: 100.0, ..Transport::default() };
        assert!(!transport.advance(0.6, 100));
        assert!(transport.advance(0.6, 100));
        assert_eq!(transport.position, 0.0);
        assert!(transport.playing);
    }

    #[test]
    fn steps_are_whole_and_stay_inside() {
        let mut transport = Transport { position: 1.5, ..Transport::default() };
        transport.step(true, 3);
        assert_eq!(transport.position, 2.0);
        transport.step(true, 3);
        transport.step(true, 3);
        assert_eq!(transport.position, 3.0);
        transport.position = 0.5;
        transport.step(false, 3);
        transport.step(false, 3);
        assert_eq!(transport.position, 0.0);
    }

    #[test]
    fn a_run_that_got_shorter_ends_where_it_ends() {
        let mut transport = Transport { position: 90.0, ..Transport::default() };
        assert!(transport.advance(0.0, 10));
        assert_eq!(transport.position, 10.0);
        assert!(transport.advance(0.0, 0));
        assert_eq!(transport.position, 0.0);
    }

    #[test]
    fn playing_at_the_end_starts_over() {
        let mut transport = Transport { position: 10.0, ..Transport::default() };
        transport.toggle_play(10);
        assert!(transport.playing);
        assert_eq!(transport.position, 0.0);
    }
}
