//! The course: every lesson with what it teaches, and how far the user has come.

use egui::{Align, Button, Label, Layout, RichText, ScrollArea, Sense, Stroke, Ui, vec2};

use super::{App, Sheet, nothing};
use crate::app::lessons::course;
use crate::ui::theme;

pub(in crate::app) static SHEET: Sheet = Sheet { title: "Lessons", width: 720.0, show, dismissed: nothing };

fn show(app: &mut App, ui: &mut Ui) -> bool {
    let tokens = theme::tokens(ui.visuals()).clone();
    let text = "A course in which you predict, do, observe and explain, in the program itself. Each lesson opens scenes of its \
                own and remembers where you left it.";
    ui.add(Label::new(RichText::new(text).color(tokens.muted_text)).wrap());
    ui.add_space(6.0);
    let mut picked = None;
    let room = (ui.available_height() - 44.0).max(200.0);
    ScrollArea::vertical().auto_shrink([false, true]).max_height(room).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        for (number, (built_in, lesson)) in course().iter().enumerate() {
            let progress = app.settings.lessons.get(built_in.id);
            let state = match progress {
                Some(progress) if progress.done => "done".to_owned(),
                Some(progress) => format!("step {} of {}", progress.at + 1, lesson.steps.len()),
                None => lesson.minutes.map_or(String::new(), |minutes| format!("{minutes} min")),
            };
            let done = progress.is_some_and(|progress| progress.done);
            if row(ui, number + 1, &lesson.title, &lesson.about, &state, done) {
                picked = Some(built_in.id);
            }
        }
    });
    ui.add_space(8.0);
    let mut done = false;
    ui.horizontal(|ui| {
        if ui.button("Open lesson…").on_hover_text("A lesson of your own, from a file").clicked() {
            app.files.ask_to_open_lesson();
            done = true;
        }
        if ui.button("Write your own lesson").clicked() {
            app.sheet = Some(&super::WRITE_LESSON);
        }
    });
    if let Some(id) = picked {
        app.open_lesson(id);
    }
    done || picked.is_some()
}

/// One lesson. Returns whether it was picked.
fn row(ui: &mut Ui, number: usize, title: &str, about: &str, state: &str, done: bool) -> bool {
    let tokens = theme::tokens(ui.visuals()).clone();
    let height = 54.0;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 10.0, height), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), title));
    if ui.is_rect_visible(rect) {
        let lit = response.hovered() || response.has_focus();
        let fill = if lit { ui.visuals().widgets.hovered.weak_bg_fill } else { ui.visuals().faint_bg_color };
        let line = if lit { tokens.accent } else { ui.visuals().widgets.noninteractive.bg_stroke.color };
        ui.painter().rect(rect, 6.0, fill, Stroke::new(1.0, line), egui::StrokeKind::Inside);
        let centre = egui::pos2(rect.left() + 26.0, rect.center().y);
        let colour = if done { tokens.ok } else { tokens.accent };
        ui.painter().circle_stroke(centre, 13.0, Stroke::new(1.5, colour));
        let font = egui::TextStyle::Body.resolve(ui.style());
        ui.painter().text(centre, egui::Align2::CENTER_CENTER, number, font, colour);
        let room = rect.with_min_x(rect.left() + 52.0).shrink2(vec2(8.0, 7.0));
        let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(room).layout(Layout::top_down(Align::Min)));
        inside.spacing_mut().item_spacing.y = 2.0;
        inside.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let colour = if done { tokens.ok } else { tokens.muted_text };
                ui.add(Label::new(RichText::new(state).small().color(colour)));
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(RichText::new(title).strong()).truncate());
                });
            });
        });
        inside.add(Label::new(RichText::new(about).small().color(tokens.muted_text)).truncate());
    }
    response.on_hover_text(about).clicked()
}

/// A way into the course, for the gallery. Returns whether it was taken.
pub(in crate::app) fn banner(app: &App, ui: &mut Ui) -> bool {
    let tokens = theme::tokens(ui.visuals()).clone();
    let all = course().len();
    let done =
        course().iter().filter(|(lesson, _)| app.settings.lessons.get(lesson.id).is_some_and(|p| p.done)).count();
    let frame = egui::Frame::new()
        .fill(ui.visuals().faint_bg_color)
        .stroke(Stroke::new(1.0, tokens.accent))
        .corner_radius(8.0)
        .inner_margin(egui::Margin::symmetric(14, 8));
    frame
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                let text = RichText::new("Lessons").color(theme::readable_on(tokens.accent));
                let clicked = ui.add(Button::new(text).fill(tokens.accent)).clicked();
                let text = if done == 0 {
                    format!("New here? A course of {all} lessons, from what noise does to how much data is enough.")
                } else {
                    format!("A course of {all} lessons; you have finished {done}.")
                };
                ui.add(Label::new(text).truncate());
                clicked
            })
            .inner
        })
        .inner
}
