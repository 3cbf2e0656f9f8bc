//! The bar at the bottom: who computes, how fast, and what to know about the numbers on screen.

use egui::{Align, Frame, Label, Layout, Margin, Panel, RichText, Sense, Ui, vec2};

use super::App;
use crate::ui::{icon, theme};

/// How fast frames follow one another.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last_secs: f64,
    frame_secs: f32,
    /// Whether the last frame asked for another at once.
    moving: bool,
}

impl Pace {
    /// A frame begins.
    pub fn begin(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        let taken = (now - self.last_secs) as f32;
        self.last_secs = now;
        if self.moving && taken > 0.0 && taken < 1.0 {
            self.frame_secs = if self.frame_secs == 0.0 { taken } else { 0.9 * self.frame_secs + 0.1 * taken };
        }
    }

    /// A frame ends. The frame after the last of a movement is drawn once more, to say that all is still.
    pub fn end(&mut self, ctx: &egui::Context) {
        let moving = ctx.has_requested_repaint();
        if self.moving && !moving {
            self.frame_secs = 0.0;
            ctx.request_repaint_after_secs(0.25);
        }
        self.moving = moving;
    }

    fn text(&self) -> String {
        if self.moving && self.frame_secs > 0.0 {
            format!("{:.0} frames/s", 1.0 / self.frame_secs)
        } else {
            "still".to_owned()
        }
    }
}

/// Memory that the program holds, looked at now and then.
#[derive(Debug, Default)]
pub(super) struct Memory {
    looked_secs: f64,
    bytes: Option<usize>,
}

/// Seconds between two looks at the memory.
const LOOK_SECS: f64 = 1.0;

impl Memory {
    fn text(&mut self, now_secs: f64) -> Option<String> {
        if self.bytes.is_none() || now_secs - self.looked_secs > LOOK_SECS {
            self.looked_secs = now_secs;
            self.bytes = memory_stats::memory_stats().map(|stats| stats.physical_mem);
        }
        self.bytes.map(|bytes| format!("{} MiB", bytes >> 20))
    }
}

pub(super) fn show(app: &mut App, ui: &mut Ui) {
    let frame = Frame::side_top_panel(ui.style()).inner_margin(Margin::symmetric(12, 3));
    Panel::bottom("status bar").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 18.0;
            let tokens = theme::tokens(ui.visuals());
            let small = |text: String| RichText::new(text).small().color(tokens.muted_text);
            let description = app.engine.engine.description();
            ui.add(Label::new(small(description))).on_hover_text("Who computes. Change it in the View menu.");
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add(Label::new(small(app.pace.text())))
                    .on_hover_text("Frames are drawn only when something changes");
                if let Some(fraction) = app.exporting.fraction() {
                    ui.separator();
                    let words = small(format!("Exporting: {:.0} %", 100.0 * fraction));
                    if ui.button(words).on_hover_text("Shows the export, where it can be cancelled").clicked() {
                        app.ask_to_see_export();
                    }
                }
                if let Some(memory) = app.memory.text(ui.input(|input| input.time)) {
                    ui.separator();
                    ui.add(Label::new(small(memory))).on_hover_text("Memory that the program holds");
                }
                let mut warnings = Vec::new();
                if let Some(document) = &app.document {
                    let [step, picture] = document.view.compute_secs();
                    ui.separator();
                    ui.add(Label::new(small(format!("picture {}", millis(picture)))))
                        .on_hover_text("Time the latest picture took to compute");
                    ui.add(Label::new(small(format!("step {}", millis(step)))))
                        .on_hover_text("Time the latest steps took to compute");
                    warnings = document.view.warnings();
                }
                // Words have the room that numbers leave.
                let notes: Vec<&str> = app.engine.note.iter().chain(&app.drawing_note).map(String::as_str).collect();
                let warnings: Vec<&str> = warnings.iter().map(String::as_str).collect();
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    // What is wrong with the numbers comes before what is only good to know.
                    notice(ui, &warnings, tokens.warning);
                    notice(ui, &notes, tokens.muted_text);
                });
            });
        });
    });
}

/// The first of `sentences` with a count of the others; all of them on hover.
fn notice(ui: &mut Ui, sentences: &[&str], colour: egui::Color32) {
    let Some(first) = sentences.first() else { return };
    let more = if sentences.len() > 1 { format!("  (+{})", sentences.len() - 1) } else { String::new() };
    let (sign, _) = ui.allocate_exact_size(vec2(13.0, 13.0), Sense::hover());
    icon::paint(ui.painter(), sign, colour, icon::warning);
    let text = RichText::new(format!("{first}{more}")).small().color(colour);
    ui.add(Label::new(text).truncate()).on_hover_text(sentences.join("\n"));
}

fn millis(secs: f32) -> String {
    let ms = 1e3 * f64::from(secs);
    if ms < 0.1 && ms > 0.0 { "< 0.1 ms".to_owned() } else { format!("{ms:.1} ms") }
}
