//! "Notes on the paper": what is printed, what is right, and both computed side by side.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use egui::{Context, Grid, Id, RichText, Ui};

use super::formula::{self, Formula};
use super::{Section, format, theme};
use crate::labs::equations::{Comparison, Note};

/// Digits of computed numbers.
const DIGITS: usize = 4;

/// A comparison that was asked for.
#[derive(Debug, Clone)]
enum Answer {
    Pending,
    Ready(Arc<Comparison>),
    /// The system gave no thread.
    Failed,
}

/// What has been compared in one window, by note.
#[derive(Clone, Default)]
struct Answers(Arc<Mutex<HashMap<&'static str, Answer>>>);

impl Answers {
    fn of(ctx: &Context) -> Self {
        ctx.data_mut(|data| data.get_temp_mut_or_default::<Self>(Id::unique("paper notes")).clone())
    }

    fn get(&self, id: &str) -> Option<Answer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn put(&self, id: &'static str, answer: Answer) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, answer);
    }

    /// Computes on a thread of its own, which asks for a frame at its end.
    fn compute(&self, id: &'static str, compare: fn() -> Comparison, ctx: &Context) {
        self.put(id, Answer::Pending);
        let (answers, window) = (self.clone(), ctx.clone());
        let spawned = std::thread::Builder::new().name("note".to_owned()).spawn(move || {
            answers.put(id, Answer::Ready(Arc::new(compare())));
            window.request_repaint();
        });
        if spawned.is_err() {
            self.put(id, Answer::Failed);
        }
    }
}

/// Shows the notes under a heading of their own; nothing if there are none.
pub fn show(ui: &mut Ui, notes: &[&'static Note]) {
    if notes.is_empty() {
        return;
    }
    let help = "Formulas that are not right as printed: what is right, and how one can tell";
    ui.add_space(10.0);
    Section::new("Notes on the paper").help(help).open(false).show(ui, |ui| {
        for note in notes {
            show_note(ui, note);
            ui.add_space(8.0);
        }
    });
}

fn show_note(ui: &mut Ui, note: &'static Note) {
    let tokens = theme::tokens(ui.visuals());
    ui.label(RichText::new(note.source).strong());
    for (word, latex, colour) in [("printed", note.printed, tokens.error), ("right", note.corrected, tokens.ok)] {
        ui.label(RichText::new(word).small().color(colour));
        let marked = formula::mark(latex, |_| None);
        let spoken = format!("{word}: {latex}");
        ui.push_id((note.id, word), |ui| Formula::new(&marked, &spoken).show(ui, |_| false));
    }
    ui.label(RichText::new(note.evidence).small().color(tokens.muted_text));
    let Some(compare) = note.compare else { return };
    let answers = Answers::of(ui.ctx());
    match answers.get(note.id) {
        None => {
            let button = ui.button("Compute both").on_hover_text("Runs both versions from the same numbers and noise");
            button.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Compute both versions of {}", note.source))
            });
            if button.clicked() {
                answers.compute(note.id, compare, ui.ctx());
            }
        }
        Some(Answer::Pending) => {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label("Computing both versions …");
            });
        }
        Some(Answer::Failed) => {
            ui.label(RichText::new("The system gave no thread to compute on.").color(tokens.error));
        }
        Some(Answer::Ready(comparison)) => table(ui, note.id, &comparison),
    }
}

fn table(ui: &mut Ui, id: &str, comparison: &Comparison) {
    let tokens = theme::tokens(ui.visuals());
    ui.label(RichText::new(&comparison.about).small());
    Grid::new(("note", id)).num_columns(4).spacing([10.0, 3.0]).striped(true).show(ui, |ui| {
        for (heading, colour) in [
            ("", tokens.muted_text),
            ("printed", tokens.error),
            ("right", tokens.ok),
            (comparison.truth, tokens.muted_text),
        ] {
            ui.label(RichText::new(heading).small().color(colour));
        }
        ui.end_row();
        for row in &comparison.rows {
            ui.label(RichText::new(&row.quantity).small());
            for value in [row.printed, row.corrected, row.truth] {
                ui.label(RichText::new(format::number(value, DIGITS)).small());
            }
            ui.end_row();
        }
    });
}
