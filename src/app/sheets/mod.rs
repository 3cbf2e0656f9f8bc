//! Sheets that come up over the window: gallery, keys, about, questions. One at a time; Escape closes it.

mod about;
mod closing;
mod closing_scene;
mod export;
pub(super) mod gallery;
mod keys;
pub(super) mod lessons;
pub(super) mod palette;
mod recovery;
mod write_lesson;

use egui::{Context, Frame, Modal, Ui};

use super::App;
use crate::ui::icon::{self, Look, icon_button};

/// One sheet of the family.
pub(super) struct Sheet {
    title: &'static str,
    /// Its width where the window has it, in points.
    width: f32,
    /// Draws it; returns whether it is done with.
    show: fn(&mut App, &mut Ui) -> bool,
    /// What happens if it is closed without an answer.
    dismissed: fn(&mut App),
}

pub(super) use about::SHEET as ABOUT;
pub(super) use closing::SHEET as CLOSING;
pub(super) use closing_scene::SHEET as CLOSING_SCENE;
pub(super) use export::SHEET as EXPORT;
pub(super) use gallery::SHEET as GALLERY;
pub(super) use keys::SHEET as KEYS;
pub(super) use lessons::SHEET as LESSONS;
pub(super) use palette::SHEET as PALETTE;
pub(super) use recovery::SHEET as RECOVERY;
pub(super) use write_lesson::SHEET as WRITE_LESSON;

fn nothing(_: &mut App) {}

/// Draws the sheet that is up, if any.
pub(super) fn show(app: &mut App, ctx: &Context) {
    let Some(sheet) = app.sheet else { return };
    let frame = Frame::window(&ctx.global_style()).inner_margin(20.0);
    let room = ctx.content_rect().size() - egui::vec2(80.0, 80.0);
    let response = Modal::new(egui::Id::unique(("sheet", sheet.title))).frame(frame).show(ctx, |ui| {
        ui.set_width(sheet.width.min(room.x));
        ui.set_max_height(room.y);
        let closed = ui
            .horizontal(|ui| {
                ui.heading(sheet.title);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    icon_button(ui, icon::close, Look::Plain, "Close", "Close (Esc)").clicked()
                })
                .inner
            })
            .inner;
        ui.add_space(8.0);
        let done = (sheet.show)(app, ui);
        (closed, done)
    });
    let (closed, done) = response.inner;
    let dismissed = closed || response.should_close();
    // What the sheet did may have brought up another one.
    let same = app.sheet.is_some_and(|shown| std::ptr::eq(shown, sheet));
    if same && (done || dismissed) {
        app.sheet = None;
        if !done {
            (sheet.dismissed)(app);
        }
    }
}
