//! What to export, and how far it is.

use egui::{
    Button, Color32, ComboBox, DragValue, Frame, Label, Margin, ProgressBar, RichText, ScrollArea, Ui, WidgetInfo, vec2,
};

use super::{App, Sheet, nothing};
use crate::export::{self, FRAMES, Kind, SIDES, Subject};
use crate::ui::theme::{self, ThemeChoice};

pub(in crate::app) static SHEET: Sheet = Sheet { title: "Export", width: 620.0, show, dismissed: nothing };

/// The subjects in the order of the sheet.
const SUBJECTS: [(Subject, &str); 3] =
    [(Subject::Figure, "Figure"), (Subject::Run, "Run"), (Subject::Data, "Data behind it")];
const SCALES: [f32; 3] = [1.0, 2.0, 4.0];
/// Width of the names of settings, in points.
const NAMES: f32 = 84.0;

fn show(app: &mut App, ui: &mut Ui) -> bool {
    if app.document.is_none() {
        ui.label("There is no scene to export.");
        return false;
    }
    let room = ui.ctx().content_rect().height() - 240.0;
    ScrollArea::vertical().max_height(room.max(160.0)).auto_shrink([false, true]).show(ui, |ui| {
        kinds(app, ui);
        ui.add_space(6.0);
        let Some(kind) = Kind::find(app.exporting.form.kind) else { return };
        ui.add(Label::new(RichText::new(kind.about).color(theme::tokens(ui.visuals()).muted_text)).wrap());
        ui.add_space(6.0);
        if kind.subject != Subject::Data {
            picture(app, ui, kind);
        }
        caption(app, ui);
    });
    ui.add_space(10.0);
    match app.exporting.fraction() {
        Some(fraction) => progress(app, ui, fraction),
        None => actions(app, ui),
    }
    false
}

fn kinds(app: &mut App, ui: &mut Ui) {
    for (subject, name) in SUBJECTS {
        row(ui, name, |ui| {
            for kind in export::ALL.iter().filter(|kind| kind.subject == subject) {
                let short = kind.name.split_once('(').map_or(kind.name, |(_, rest)| rest.trim_end_matches(')'));
                let chosen = app.exporting.form.kind == kind.id;
                let button = ui.selectable_label(chosen, short).on_hover_text(kind.about);
                button.widget_info(|| WidgetInfo::selected(egui::Role::RadioButton, true, chosen, kind.name));
                if button.clicked() {
                    app.exporting.form.kind = kind.id;
                }
            }
        });
    }
}

fn picture(app: &mut App, ui: &mut Ui, kind: &Kind) {
    let panes = app.view().and_then(|view| view.tiles()).map_or(&[][..], |tiles| tiles.panes());
    let form = &mut app.exporting.form;
    let picture = &mut form.picture;
    // Another lab has other panes.
    let pane = panes.iter().find(|pane| Some(pane.id) == picture.pane.as_deref());
    picture.pane = pane.map(|pane| pane.id.to_owned());
    row(ui, "What", |ui| {
        let shown = pane.map_or("The lab's figure", |pane| pane.name);
        let combo = ComboBox::from_id_salt("exported pane").selected_text(shown).width(220.0).show_ui(ui, |ui| {
            ui.selectable_value(&mut picture.pane, None, "The lab's figure");
            for pane in panes {
                ui.selectable_value(&mut picture.pane, Some(pane.id.to_owned()), pane.name).on_hover_text(pane.about);
            }
        });
        combo.response.accessible_name("What is exported");
    });
    row(ui, "Size", |ui| {
        for (side, name) in [(0, "Width in points"), (1, "Height in points")] {
            if side == 1 {
                ui.label("×");
            }
            let field = ui.add(DragValue::new(&mut picture.size[side]).range(SIDES).speed(4.0)).on_hover_text(name);
            field.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, name));
        }
        ui.label("points, at");
        for scale in SCALES {
            let button = ui.selectable_label(picture.scale == scale, format!("{scale}×"));
            if button.on_hover_text("Pixels for a point: 4× for print").clicked() {
                picture.scale = scale;
            }
        }
        let [width, height] = picture.size.map(|side| (side as f32 * picture.scale).round());
        ui.weak(format!("= {width} × {height} pixels"));
    });
    row(ui, "Theme", |ui| {
        for choice in ThemeChoice::ALL.into_iter().filter(|choice| *choice != ThemeChoice::System) {
            if ui.selectable_label(picture.theme == choice.id(), choice.name()).clicked() {
                choice.id().clone_into(&mut picture.theme);
            }
        }
    });
    if kind.subject == Subject::Run {
        row(ui, "Frames", |ui| {
            let field = ui.add(DragValue::new(&mut form.frames).range(FRAMES));
            let about = "Moments of the run, from its first to its last";
            let field = field.on_hover_text(about);
            field.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, "Number of frames"));
            ui.weak(format!("= {:.1} s", form.frames as f64 / f64::from(export::RATE)));
        });
    }
    row(ui, "", |ui| ui.checkbox(&mut form.picture.caption, "Caption below the picture"));
}

fn caption(app: &mut App, ui: &mut Ui) {
    let Some(caption) = app.caption() else { return };
    row(ui, "Caption", |ui| {
        if ui.button("Copy caption").on_hover_text("Copies the words below, which are also within the file").clicked() {
            app.copy_caption();
        }
    });
    let frame = Frame::new().fill(ui.visuals().extreme_bg_color).corner_radius(4.0).inner_margin(Margin::same(8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ScrollArea::vertical().max_height(96.0).auto_shrink([false, true]).show(ui, |ui| {
            ui.add(Label::new(RichText::new(&caption.text).small()).wrap());
        });
    });
}

fn actions(app: &mut App, ui: &mut Ui) {
    let Some(kind) = Kind::find(app.exporting.form.kind) else { return };
    ui.horizontal(|ui| {
        let accent = theme::tokens(ui.visuals()).accent;
        let label = RichText::new("Export…").color(theme::readable_on(accent));
        let button = ui.add(Button::new(label).fill(accent).min_size(vec2(96.0, 0.0)));
        if button.on_hover_text("Asks where to, then works while you go on").clicked() {
            app.export_form();
        }
        match kind.subject {
            Subject::Figure => {
                if ui.button("Copy picture").on_hover_text("Copies the figure in pixels").clicked() {
                    app.copy_form();
                }
            }
            Subject::Data => {
                if ui.button("Copy data").on_hover_text("Copies every number as CSV").clicked() {
                    app.copy_data();
                }
            }
            Subject::Run => {}
        }
    });
}

fn progress(app: &mut App, ui: &mut Ui, fraction: f64) {
    ui.horizontal(|ui| {
        if ui.button("Cancel").on_hover_text("Ends the export; nothing of it stays").clicked() {
            app.exporting.cancel();
        }
        let words = format!("Exporting: {:.0} %", 100.0 * fraction);
        let bar = ui.add(ProgressBar::new(fraction as f32).text(words.clone()));
        bar.widget_info(|| WidgetInfo::labeled(egui::Role::ProgressIndicator, true, &words));
    });
}

/// A setting with its name.
fn row<T>(ui: &mut Ui, name: &str, show: impl FnOnce(&mut Ui) -> T) -> T {
    ui.horizontal_wrapped(|ui| {
        let (place, _) = ui.allocate_exact_size(vec2(NAMES, ui.spacing().interact_size.y), egui::Sense::hover());
        let font = egui::TextStyle::Body.resolve(ui.style());
        let colour: Color32 = ui.visuals().text_color();
        ui.painter().text(place.left_center(), egui::Align2::LEFT_CENTER, name, font, colour);
        show(ui)
    })
    .inner
}
