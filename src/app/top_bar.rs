//! The bar on top: menus, the scene's name, undo and redo, the gallery.

use egui::{Align, Button, Frame, Label, Layout, Margin, MenuBar, Panel, RichText, Sense, Ui, vec2};

use super::App;
use super::actions::{self, State};
use super::commands::{self, Command, Menu};
use crate::ui::icon::{self, Look, icon_button};
use crate::ui::theme;

/// Names of the menus, in their order.
const MENUS: [(Menu, &str); 5] =
    [(Menu::File, "File"), (Menu::Edit, "Edit"), (Menu::View, "View"), (Menu::Learn, "Learn"), (Menu::Help, "Help")];

pub(super) fn show(app: &mut App, ui: &mut Ui) {
    let frame = Frame::side_top_panel(ui.style()).inner_margin(Margin::symmetric(12, 6));
    Panel::top("top bar").frame(frame).show(ui, |ui| {
        MenuBar::new().ui(ui, |ui| {
            ui.spacing_mut().button_padding = vec2(8.0, 4.0);
            name(ui);
            for (menu, name) in MENUS {
                ui.menu_button(name, |ui| {
                    ui.set_min_width(200.0);
                    items(app, ui, menu);
                });
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                actions(app, ui);
                title(app, ui);
            });
        });
    });
}

fn name(ui: &mut Ui) {
    let (square, _) = ui.allocate_exact_size(vec2(20.0, 20.0), Sense::hover());
    icon::emblem(ui.painter(), square, ui.visuals());
    ui.add(Label::new(RichText::new("Diffuscope").strong().size(16.0)));
    ui.add_space(10.0);
}

fn items(app: &mut App, ui: &mut Ui, menu: Menu) {
    for command in commands::ALL.iter().filter(|command| command.menu == menu) {
        let text = command.full_name(app);
        let keys = command.key_name(ui.ctx());
        let button = Button::new(text);
        let button = if keys.is_empty() { button } else { button.shortcut_text(keys) };
        if ui.add_enabled(command.is_enabled(app), button).clicked() {
            ui.close();
            let ctx = ui.ctx().clone();
            (command.run)(app, &ctx);
        }
    }
    for source in actions::SOURCES.iter().filter(|source| source.menu == Some(menu)) {
        let actions = (source.list)(app);
        if actions.is_empty() {
            continue;
        }
        ui.separator();
        ui.weak(source.title);
        for action in actions {
            let shown = match action.state {
                State::Plain => ui.button(action.name),
                State::Choice(chosen) => ui.selectable_label(chosen, action.name),
                State::Switch(mut on) => ui.checkbox(&mut on, action.name),
            };
            let clicked = shown.clicked();
            if !action.about.is_empty() {
                shown.on_hover_text(action.about);
            }
            if clicked {
                let ctx = ui.ctx().clone();
                (action.run)(app, &ctx);
                if action.state == State::Plain {
                    ui.close();
                }
            }
        }
    }
}

/// Buttons at the right end, drawn from the right.
fn actions(app: &mut App, ui: &mut Ui) {
    let accent = theme::tokens(ui.visuals()).accent;
    let gallery = Button::new(RichText::new("Gallery").color(theme::readable_on(accent))).fill(accent);
    if ui.add(gallery).on_hover_text("Built-in scenes of every lab (G)").clicked() {
        app.sheet = Some(&super::sheets::GALLERY);
    }
    ui.add_space(4.0);
    for (sign, command) in [(icon::redo as icon::Icon, "Redo"), (icon::undo, "Undo")] {
        let Some(command) = commands::find(command) else { continue };
        shortcut_button(app, ui, sign, command);
    }
    ui.add_space(4.0);
    ui.separator();
}

fn shortcut_button(app: &mut App, ui: &mut Ui, sign: icon::Icon, command: &Command) {
    let hint = format!("{} ({})", command.full_name(app), command.key_name(ui.ctx()));
    let enabled = command.is_enabled(app);
    let clicked =
        ui.add_enabled_ui(enabled, |ui| icon_button(ui, sign, Look::Plain, command.name, &hint).clicked()).inner;
    if clicked {
        let ctx = ui.ctx().clone();
        (command.run)(app, &ctx);
    }
}

/// The scene's name and lab, in what is left of the bar.
fn title(app: &App, ui: &mut Ui) {
    let Some(document) = &app.document else { return };
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(10.0);
        ui.spacing_mut().item_spacing.x = 8.0;
        let tokens = theme::tokens(ui.visuals());
        let label = ui.add(Label::new(RichText::new(document.title()).strong()).truncate());
        if !document.about().is_empty() {
            label.on_hover_text(document.about());
        }
        if document.is_changed() {
            let (dot, response) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
            ui.painter().circle_filled(dot.center(), 3.5, tokens.warning);
            response.on_hover_text("Changed since it was saved");
        }
        ui.add(Label::new(RichText::new(document.lab.info.name).small().color(tokens.muted_text)).truncate());
    });
}
