//! The panel of a lesson: where it stands, the text, questions, what is waited for, and the way on.

use std::sync::Arc;

use egui::{Align, Button, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Sense, Stroke, Ui, vec2};

use super::{Running, course, question};
use crate::app::App;
use crate::app::document::Document;
use crate::labs::LabView;
use crate::lessons::condition::Clause;
use crate::ui::icon::{self, Look, icon_button};
use crate::ui::{format, prose, theme};

/// Width of the panel at first, and at least, in points.
const WIDTH: [f32; 2] = [310.0, 260.0];

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Next,
    Back,
    Go(usize),
    Restart,
    FreePlay,
    Return,
    Close,
    OtherSide,
    Course,
    Open(&'static str),
}

/// Draws the panel.
pub(super) fn show(app: &App, running: &mut Running, ui: &mut Ui) -> Option<Wish> {
    let left = app.settings.lesson_on_the_left;
    let margin = Margin { left: 14, right: 12, top: 10, bottom: 8 };
    let frame = Frame::side_top_panel(ui.style()).inner_margin(margin);
    if running.is_away() {
        let shown = Panel::top("lesson left").frame(frame).show(ui, |ui| away(ui, running));
        return shown.inner;
    }
    let panel = if left { Panel::left("lesson") } else { Panel::right("lesson") };
    let room = ui.available_width();
    let panel = panel.resizable(true).default_size(WIDTH[0]).size_range(WIDTH[1]..=(0.5 * room).max(WIDTH[1]));
    let shown = panel.frame(frame).show(ui, |ui| {
        let mut wish = header(ui, running, left);
        ui.add_space(6.0);
        // Laid out from below, so that the way on keeps its place.
        ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
            wish = footer(ui, running).or(wish);
            ui.separator();
            ui.with_layout(Layout::top_down(Align::Min), |ui| wish = contents(app, ui, running).or(wish));
        });
        wish
    });
    running.place = shown.response.rect;
    shown.inner
}

/// What is left of the panel while the user plays freely.
fn away(ui: &mut Ui, running: &Running) -> Option<Wish> {
    let tokens = theme::tokens(ui.visuals());
    let mut wish = None;
    ui.horizontal(|ui| {
        let text = RichText::new("Back to the lesson").color(theme::readable_on(tokens.accent));
        let back = Button::new(text).fill(tokens.accent);
        if ui.add(back).on_hover_text("To the step and the scene that you left").clicked() {
            wish = Some(Wish::Return);
        }
        let text = format!(
            "Free play. {}: step {} of {} waits.",
            running.lesson.title,
            running.at + 1,
            running.lesson.steps.len()
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(
                ui,
                icon::close,
                Look::Plain,
                "Close lesson",
                "Close the lesson; it can be taken up again here",
            )
            .clicked()
            {
                wish = Some(Wish::Close);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(RichText::new(text).color(tokens.muted_text)).truncate());
            });
        });
    });
    wish
}

fn header(ui: &mut Ui, running: &Running, left: bool) -> Option<Wish> {
    let tokens = theme::tokens(ui.visuals());
    let mut wish = None;
    ui.horizontal(|ui| {
        let place = course().iter().position(|(built_in, _)| built_in.id == running.key);
        let text = match place {
            Some(place) => format!("Lesson {} of {}", place + 1, course().len()),
            None => "Lesson".to_owned(),
        };
        let course = ui.add(Button::new(RichText::new(text).small().color(tokens.muted_text)).frame(false));
        if course.on_hover_text("All lessons").clicked() {
            wish = Some(Wish::Course);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            if icon_button(ui, icon::close, Look::Plain, "Close lesson", "Close the lesson; it remembers where you are")
                .clicked()
            {
                wish = Some(Wish::Close);
            }
            let (sign, name): (icon::Icon, _) =
                if left { (icon::to_end, "Lesson to the right") } else { (icon::to_start, "Lesson to the left") };
            if icon_button(ui, sign, Look::Plain, name, "Puts this panel to the other side").clicked() {
                wish = Some(Wish::OtherSide);
            }
        });
    });
    ui.add(Label::new(RichText::new(&running.lesson.title).heading().color(ui.visuals().strong_text_color())).wrap());
    ui.add_space(2.0);
    progress(ui, running).or(wish)
}

/// A dash for every step: done, present, to come.
fn progress(ui: &mut Ui, running: &Running) -> Option<Wish> {
    let tokens = theme::tokens(ui.visuals());
    let count = running.lesson.steps.len();
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 14.0), Sense::hover());
    let gap = if count > 24 { 1.0 } else { 3.0 };
    let width = (rect.width() - gap * (count - 1) as f32) / count as f32;
    let mut wish = None;
    for (number, step) in running.lesson.steps.iter().enumerate() {
        let x = rect.left() + number as f32 * (width + gap);
        let place = egui::Rect::from_min_size(egui::pos2(x, rect.top()), vec2(width, rect.height()));
        let response = ui.interact(place, ui.scope_id().with(("step", number)), Sense::click());
        let here = number == running.at && !running.finished;
        let name = format!("Step {}: {}", number + 1, step.title);
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Tab, true, here, &name));
        let colour = if here {
            tokens.accent
        } else if running.states[number].began.is_some() && running.is_done(number) {
            tokens.ok
        } else {
            ui.visuals().widgets.inactive.bg_fill
        };
        let thick = if here || response.hovered() || response.has_focus() { 6.0 } else { 4.0 };
        let bar = egui::Rect::from_center_size(place.center(), vec2(width, thick));
        ui.painter().rect_filled(bar, 2.0, colour);
        if response.on_hover_text(format!("{}: {}", step.kind.word, step.title)).clicked() {
            wish = Some(Wish::Go(number));
        }
    }
    wish
}

fn contents(app: &App, ui: &mut Ui, running: &mut Running) -> Option<Wish> {
    let own = app.document.as_ref().filter(|document| running.document == Some(document.number()));
    let view: Option<&dyn LabView> = own.map(|document| document.view.as_ref());
    let values = |name: &str| view?.reading(name);
    let mut area = ScrollArea::vertical().id_salt(("lesson", running.at)).auto_shrink(false);
    if std::mem::take(&mut running.to_top) {
        area = area.vertical_scroll_offset(0.0);
    }
    area.show(ui, |ui| {
        Frame::new()
            .inner_margin(Margin { left: 0, right: 10, top: 2, bottom: 8 })
            .show(ui, |ui| {
                if running.finished {
                    return the_end(app, ui, running);
                }
                let lesson = Arc::clone(&running.lesson);
                let step = &lesson.steps[running.at];
                kind(ui, step.kind);
                ui.add(Label::new(RichText::new(&step.title).strong().size(16.0)).wrap());
                ui.add_space(4.0);
                if own.is_none() {
                    elsewhere(ui, app.document.as_ref());
                }
                prose::blocks(ui, &step.text, &values);
                for index in 0..step.questions.len() {
                    ui.add_space(8.0);
                    ui.push_id(("question", index), |ui| question::show(ui, running, index, view, &values));
                }
                ui.add_space(8.0);
                goal(ui, running, &values);
                pointed(ui, running)
            })
            .inner
    })
    .inner
}

/// A word of the step's kind on a coloured ground.
fn kind(ui: &mut Ui, kind: &crate::lessons::Kind) {
    let tokens = theme::tokens(ui.visuals());
    let index = crate::lessons::KINDS.iter().position(|known| known.word == kind.word).unwrap_or(0);
    let colour = [tokens.warning, tokens.accent, tokens.ok, tokens.posterior][index];
    let frame = Frame::new().corner_radius(4.0).inner_margin(Margin::symmetric(7, 2)).stroke(Stroke::new(1.0, colour));
    let shown = frame.show(ui, |ui| ui.label(RichText::new(kind.word).small().strong().color(colour)));
    shown.response.on_hover_text(kind.about);
}

/// Says that what is in sight is not the lesson's scene.
fn elsewhere(ui: &mut Ui, _: Option<&Document>) {
    let tokens = theme::tokens(ui.visuals());
    let text = "The scene in sight is not the lesson's: “Start step over” brings it back.";
    ui.add(Label::new(RichText::new(text).small().color(tokens.warning)).wrap());
    ui.add_space(4.0);
}

/// What is waited for, and whether it has happened.
fn goal(ui: &mut Ui, running: &Running, values: prose::Values<'_>) {
    let Some(wait) = &running.step().wait else { return };
    let tokens = theme::tokens(ui.visuals());
    let state = running.state();
    let colour = if state.done { tokens.ok } else { tokens.accent };
    let frame = Frame::new().corner_radius(6.0).inner_margin(Margin::symmetric(10, 7)).stroke(Stroke::new(1.0, colour));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let text = wait.goal.clone().unwrap_or_else(|| wait.condition.to_string());
        ui.horizontal_top(|ui| {
            let (square, _) = ui.allocate_exact_size(vec2(16.0, 18.0), Sense::hover());
            let centre = square.center();
            ui.painter().circle_stroke(centre, 6.5, Stroke::new(1.5, colour));
            if state.done {
                let tick = [vec2(-3.0, 0.0), vec2(-0.7, 2.8), vec2(3.4, -3.0)].map(|offset| centre + offset);
                ui.painter().line(tick.to_vec(), Stroke::new(1.8, colour));
            }
            let done = if state.done { format!("Done: {text}") } else { text };
            ui.add(Label::new(RichText::new(done).color(ui.visuals().strong_text_color())).wrap());
        });
        if state.done {
            return;
        }
        for (clause, happened) in wait.condition.clauses.iter().zip(&state.happened) {
            let Clause::Reading { name, .. } = clause else { continue };
            let now = values(name).map_or("no value yet".to_owned(), |value| format::number(value, 3));
            let mark = if *happened { "yes" } else { "not yet" };
            let text = format!("{clause}: {mark}, now {now}");
            ui.add(Label::new(RichText::new(text).small().color(tokens.muted_text)).wrap());
        }
    });
}

/// Points the widget out once more, or says that it is not in sight.
fn pointed(ui: &mut Ui, running: &mut Running) -> Option<Wish> {
    let target = running.step().setup.spotlight.clone()?;
    ui.add_space(4.0);
    let tokens = theme::tokens(ui.visuals());
    if running.pointed == Some(false) {
        let text = format!("{target} is not in sight: its pane may be closed (see View), or behind another.");
        ui.add(Label::new(RichText::new(text).small().color(tokens.warning)).wrap());
    } else {
        let text = RichText::new("Show me where").small();
        let button = ui.add(Button::new(text)).on_hover_text(format!("Points out {target}"));
        if button.clicked() {
            running.since_secs = None;
        }
    }
    None
}

fn the_end(app: &App, ui: &mut Ui, running: &Running) -> Option<Wish> {
    let tokens = theme::tokens(ui.visuals());
    ui.label(RichText::new("End of the lesson").strong().size(16.0));
    ui.add_space(4.0);
    let done = (0..running.lesson.steps.len()).filter(|step| running.is_done(*step)).count();
    let all = running.lesson.steps.len();
    let text = if done == all {
        "You have done every step.".to_owned()
    } else {
        format!("You have done {done} of {all} steps. The dashes above lead to those that were skipped.")
    };
    ui.add(Label::new(text).wrap());
    ui.add_space(8.0);
    let mut wish = None;
    let place = course().iter().position(|(built_in, _)| built_in.id == running.key);
    if let Some((next, lesson)) = place.and_then(|place| course().get(place + 1)) {
        ui.label(RichText::new("Next").small().color(tokens.muted_text));
        let text = RichText::new(&lesson.title).color(theme::readable_on(tokens.accent));
        if ui.add(Button::new(text).fill(tokens.accent).wrap()).clicked() {
            wish = Some(Wish::Open(next.id));
        }
        ui.add_space(2.0);
        ui.add(Label::new(RichText::new(&lesson.about).small().color(tokens.muted_text)).wrap());
    } else if place.is_some() {
        let done =
            course().iter().filter(|(lesson, _)| app.settings.lessons.get(lesson.id).is_some_and(|p| p.done)).count();
        ui.add(
            Label::new(format!("This was the last one: you have finished {done} of {} lessons.", course().len()))
                .wrap(),
        );
    }
    ui.add_space(8.0);
    if ui.button("All lessons").clicked() {
        wish = Some(Wish::Course);
    }
    wish
}

/// The way back and on, laid out from below.
fn footer(ui: &mut Ui, running: &Running) -> Option<Wish> {
    let tokens = theme::tokens(ui.visuals());
    let mut wish = None;
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 14.0;
        let small = |text: &str| Button::new(RichText::new(text).small().color(tokens.muted_text)).frame(false);
        let hint = "Leaves the lesson for a while: do as you like, and come back to this step and its scene";
        if ui.add(small("Free play")).on_hover_text(hint).clicked() {
            wish = Some(Wish::FreePlay);
        }
        let hint = "The scene of this step as it was when the step began";
        if ui.add(small("Start step over")).on_hover_text(hint).clicked() {
            wish = Some(Wish::Restart);
        }
    });
    ui.horizontal(|ui| {
        let can_go_back = running.at > 0 || running.finished;
        if ui.add_enabled(can_go_back, Button::new("Back")).on_hover_text("The step before (Page up)").clicked() {
            wish = Some(Wish::Back);
        }
        let (at, count) = (running.at + 1, running.lesson.steps.len());
        ui.label(RichText::new(format!("Step {at} of {count}")).small().color(tokens.muted_text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if running.finished {
                return;
            }
            let done = running.is_done(running.at);
            let name = match (done, at == count) {
                (true, true) => "Finish",
                (true, false) => "Next",
                (false, _) => "Skip",
            };
            let button = if done {
                Button::new(RichText::new(name).color(theme::readable_on(tokens.accent))).fill(tokens.accent)
            } else {
                Button::new(name)
            };
            let hint = if done { "The next step (Page down)" } else { "Go on without doing this step (Page down)" };
            if ui.add(button.min_size(vec2(72.0, 0.0))).on_hover_text(hint).clicked() {
                wish = Some(Wish::Next);
            }
        });
    });
    wish
}
