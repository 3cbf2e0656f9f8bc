//! A question in the panel, with instant feedback.

use egui::{Button, Key, Label, RichText, TextEdit, Ui};

use super::Running;
use super::running::Verdict;
use crate::labs::LabView;
use crate::lessons::question::{Answer, AnswerOption, Number, Question};
use crate::lessons::text::{self, Span};
use crate::ui::prose::{self, Look, Values};
use crate::ui::theme;

/// Shows question `index` of the present step.
pub(super) fn show(ui: &mut Ui, running: &mut Running, index: usize, view: Option<&dyn LabView>, values: Values<'_>) {
    let lesson = std::sync::Arc::clone(&running.lesson);
    let Some(question) = lesson.steps.get(running.at).and_then(|step| step.questions.get(index)) else { return };
    let tokens = theme::tokens(ui.visuals());
    let frame = egui::Frame::new()
        .fill(ui.visuals().widgets.inactive.bg_fill.gamma_multiply(0.45))
        .corner_radius(6.0)
        .inner_margin(10.0);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let look = Look::body(ui);
        prose::paragraph(ui, &question.ask, Look { strong: true, ..look }, values);
        ui.add_space(4.0);
        match &question.answer {
            Answer::Choice(options) => choices(ui, running, index, options, values),
            Answer::Number(number) => field(ui, running, index, number, view, values),
        }
        if running.state().answers[index].verdict == Some(Verdict::Right) {
            ui.add_space(4.0);
            ui.label(RichText::new("Right.").strong().color(tokens.ok));
            because(ui, question, values);
        }
    });
}

fn because(ui: &mut Ui, question: &Question, values: Values<'_>) {
    prose::paragraph(ui, &question.because, Look::body(ui), values);
}

fn choices(ui: &mut Ui, running: &mut Running, index: usize, options: &[AnswerOption], values: Values<'_>) {
    let tokens = theme::tokens(ui.visuals());
    let state = running.state().answers[index].clone();
    let answered = state.verdict == Some(Verdict::Right);
    let mut picked = None;
    for (number, option) in options.iter().enumerate() {
        let chosen = state.chosen.contains(&number);
        let colour = match (chosen, option.right) {
            (true, true) => tokens.ok,
            (true, false) => tokens.error,
            (false, _) => ui.visuals().widgets.inactive.fg_stroke.color,
        };
        let name = text::spoken(&option.text, |name| values(name).map_or(String::new(), |v| v.to_string()));
        let shown = ui.scope(|ui| answer_button(ui, number, &option.text, colour, !answered, &name, values)).inner;
        if shown {
            picked = Some(number);
        }
        if chosen && !option.right && state.chosen.last() == Some(&number) {
            let hint: &[Span] = if option.hint.is_empty() { &[] } else { &option.hint };
            ui.horizontal_top(|ui| {
                ui.add_space(24.0);
                ui.vertical(|ui| {
                    if hint.is_empty() {
                        ui.label(RichText::new("Not so. Think again.").small().color(tokens.muted_text));
                    } else {
                        let look = Look { size: 0.93 * Look::body(ui).size, ..Look::body(ui) };
                        prose::paragraph(ui, hint, look.coloured(tokens.muted_text), values);
                    }
                });
            });
        }
    }
    if let Some(picked) = picked {
        running.choose(index, picked);
    }
}

/// One answer: a circle with its letter, and the text. Returns whether it was chosen.
fn answer_button(
    ui: &mut Ui,
    number: usize,
    text: &[Span],
    colour: egui::Color32,
    enabled: bool,
    name: &str,
    values: Values<'_>,
) -> bool {
    let letter = char::from(b'A' + (number % 26) as u8);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let under = ui.painter().add(egui::Shape::Noop);
        let (circle, _) = ui.allocate_exact_size(egui::vec2(20.0, 22.0), egui::Sense::hover());
        let look = Look::body(ui).coloured(colour);
        let words = ui.vertical(|ui| prose::paragraph(ui, text, look, values)).inner;
        let place = circle.union(words.rect);
        let sense = if enabled { egui::Sense::click() } else { egui::Sense::hover() };
        let response = ui.interact(place.expand(3.0), words.id.with(("answer", number)), sense);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, name));
        let lit = enabled && (response.hovered() || response.has_focus());
        if lit {
            let fill = ui.visuals().widgets.hovered.bg_fill.gamma_multiply(0.5);
            ui.painter().set(under, egui::epaint::RectShape::filled(place.expand(3.0), 5.0, fill));
        }
        let font = egui::TextStyle::Small.resolve(ui.style());
        ui.painter().circle_stroke(circle.center(), 8.5, egui::Stroke::new(1.3, colour));
        ui.painter().text(circle.center(), egui::Align2::CENTER_CENTER, letter, font, colour);
        response.clicked()
    })
    .inner
}

fn field(
    ui: &mut Ui,
    running: &mut Running,
    index: usize,
    number: &Number,
    view: Option<&dyn LabView>,
    values: Values<'_>,
) {
    let tokens = theme::tokens(ui.visuals());
    let at = running.at;
    let mut asked = false;
    let answered = running.states[at].answers[index].verdict == Some(Verdict::Right);
    ui.horizontal(|ui| {
        let state = &mut running.states[at].answers[index];
        let edit =
            TextEdit::singleline(&mut state.typed).desired_width(90.0).hint_text("a number").interactive(!answered);
        let edit = ui.add(edit).accessible_name(format!("Answer {}", index + 1));
        if edit.changed() {
            state.verdict = None;
        }
        if !number.unit.is_empty() {
            ui.label(&number.unit);
        }
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        asked = ui.add_enabled(!answered, Button::new("Check")).clicked() || entered;
    });
    if asked {
        running.answer(index, view);
    }
    let look = Look { size: 0.93 * Look::body(ui).size, ..Look::body(ui) }.coloured(tokens.muted_text);
    match running.states[at].answers[index].verdict {
        Some(Verdict::Wrong) => {
            if number.hint.is_empty() {
                ui.label(RichText::new("Not so. Try again.").small().color(tokens.error));
            } else {
                prose::paragraph(ui, &number.hint, look.coloured(tokens.error), values);
            }
        }
        Some(Verdict::Unreadable) => {
            let text = "This is no number: write it as in 0.5, −2 or 3e-4.";
            ui.add(Label::new(RichText::new(text).small().color(tokens.error)).wrap());
        }
        Some(Verdict::NoReading) => {
            let text =
                "The program has no such number yet: wait until it has computed, or go back to the lesson's scene.";
            ui.add(Label::new(RichText::new(text).small().color(tokens.warning)).wrap());
        }
        Some(Verdict::Right) | None => {}
    }
}
