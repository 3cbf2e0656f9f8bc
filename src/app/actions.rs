//! What the user can do that depends on what there is: panes, themes, engines, recent files, scenes of the gallery.
//!
//! Together with [`commands`](super::commands) this is the one list behind menus and the command palette.

use egui::Context;

use super::App;
use super::commands::Menu;
use super::engine::{self, Active};
use crate::engine::select;
use crate::ui::theme::ThemeChoice;

/// Whether an action is one of several settings, or a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Neither.
    Plain,
    /// One choice of several, of which one is in force.
    Choice(bool),
    /// On or off.
    Switch(bool),
}

/// Something that can be done now.
pub(super) struct Action {
    pub name: String,
    /// What it does, for the hover text.
    pub about: String,
    pub state: State,
    pub run: Box<dyn FnOnce(&mut App, &Context)>,
}

/// Where actions of one kind come from.
pub(super) struct Source {
    /// What they are, over their part of the menu and beside them in the palette.
    pub title: &'static str,
    /// The menu that lists them, if any does.
    pub menu: Option<Menu>,
    /// Those there are now.
    pub list: fn(&mut App) -> Vec<Action>,
}

/// Every source, in the order of the menus.
pub(super) static SOURCES: &[Source] = &[
    Source { title: "Recent", menu: Some(Menu::File), list: recent },
    Source { title: "Panes", menu: Some(Menu::View), list: panes },
    Source { title: "Theme", menu: Some(Menu::View), list: themes },
    Source { title: "Who computes", menu: Some(Menu::View), list: engines },
];

fn recent(app: &mut App) -> Vec<Action> {
    let entry = |path: &std::path::PathBuf| {
        let path = path.clone();
        Action {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            about: path.display().to_string(),
            state: State::Plain,
            run: Box::new(move |app, _| app.files.read(path)),
        }
    };
    app.settings.recent.iter().map(entry).collect()
}

fn panes(app: &mut App) -> Vec<Action> {
    let Some(tiles) = app.view().and_then(|view| view.tiles()) else { return Vec::new() };
    let entry = |pane: &crate::ui::tiles::Pane| {
        let (id, open) = (pane.id, tiles.is_open(pane.id));
        Action {
            name: pane.name.to_owned(),
            about: pane.about.to_owned(),
            state: State::Switch(open),
            run: Box::new(move |app, _| {
                if let Some(tiles) = app.view().and_then(|view| view.tiles()) {
                    tiles.set_open(id, !open);
                }
            }),
        }
    };
    tiles.panes().iter().map(entry).collect()
}

fn themes(app: &mut App) -> Vec<Action> {
    let current = app.settings.theme();
    let entry = |choice: ThemeChoice| Action {
        name: choice.name().to_owned(),
        about: String::new(),
        state: State::Choice(choice == current),
        run: Box::new(move |app, ctx| app.set_theme(choice, ctx)),
    };
    ThemeChoice::ALL.into_iter().map(entry).collect()
}

fn engines(app: &mut App) -> Vec<Action> {
    let current = app.engine.choice;
    let entry = |&choice: &select::EngineChoice| Action {
        name: engine::name(choice).to_owned(),
        about: String::new(),
        state: State::Choice(choice == current),
        run: Box::new(move |app, _| app.use_engine(Active::select(choice))),
    };
    select::ALL.iter().map(entry).collect()
}
