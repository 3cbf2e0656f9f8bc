//! What the user can do that depends on what there is: panes, themes, engines, recent files, scenes of the gallery.
//!
//! Together with [`commands`](super::commands) this is the one list behind menus and the command palette.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Context;

use super::App;
use super::commands::{self, Menu};
use super::document::Document;
use super::engine::{self, Active};
use crate::engine::select;
use crate::export::{self, Kind};
use crate::labs::{self, LabAction, LabEntry};
use crate::lessons::{BuiltIn, Lesson};
use crate::ui::theme::ThemeChoice;
use crate::ui::tiles::Pane;

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

/// Does an action.
pub(super) type Run = Box<dyn FnOnce(&mut App, &Context)>;

/// Something that can be done now.
pub(super) struct Action {
    /// What kind of action it is; empty for commands.
    pub group: &'static str,
    pub name: String,
    /// The key that does it, in words.
    pub keys: String,
    /// What it does, for the hover text.
    pub about: String,
    pub state: State,
    pub run: Run,
}

impl Action {
    /// The name with its kind: "Theme: Dark".
    pub fn full_name(&self) -> String {
        if self.group.is_empty() { self.name.clone() } else { format!("{}: {}", self.group, self.name) }
    }
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
    Source { title: "Lab", menu: None, list: of_the_lab },
    Source { title: "Panes", menu: Some(Menu::View), list: panes },
    Source { title: "Go to pane", menu: None, list: focus_panes },
    Source { title: "Go to scene", menu: None, list: documents },
    Source { title: "Recent", menu: Some(Menu::File), list: recent },
    Source { title: "Open from gallery", menu: None, list: gallery },
    Source { title: "New scene", menu: None, list: empty_scenes },
    Source { title: "Export", menu: None, list: exports },
    Source { title: "Lesson", menu: Some(Menu::Learn), list: lessons },
    Source { title: "Theme", menu: Some(Menu::View), list: themes },
    Source { title: "Who computes", menu: Some(Menu::View), list: engines },
];

/// Everything that can be done now: commands, then what the sources list.
pub(super) fn all(app: &mut App) -> Vec<Action> {
    let enabled = commands::ALL.iter().filter(|command| command.is_enabled(app) && command.name != "Commands…");
    let mut all: Vec<Action> = enabled
        .map(|command| Action {
            keys: command.key_name(&app.ctx),
            run: Box::new(|app, ctx| (command.run)(app, ctx)),
            ..action(command.full_name(app), String::new())
        })
        .collect();
    for source in SOURCES {
        all.extend((source.list)(app).into_iter().map(|action| Action { group: source.title, ..action }));
    }
    all
}

fn action(name: String, about: String) -> Action {
    Action { group: "", name, keys: String::new(), about, state: State::Plain, run: Box::new(|_, _| ()) }
}

fn of_the_lab(app: &mut App) -> Vec<Action> {
    let actions = app.view().map_or(&[][..], |view| view.actions());
    let entry = |lab: &'static LabAction| Action {
        keys: lab.keys.to_owned(),
        run: Box::new(|app, _| {
            if let Some(view) = app.view() {
                view.act(lab.id);
            }
        }),
        ..action(lab.name.to_owned(), lab.about.to_owned())
    };
    actions.iter().map(entry).collect()
}

fn panes(app: &mut App) -> Vec<Action> {
    let Some(tiles) = app.view().and_then(|view| view.tiles()) else { return Vec::new() };
    let entry = |pane: &Pane| {
        let (id, open) = (pane.id, tiles.is_open(pane.id));
        Action {
            state: State::Switch(open),
            run: Box::new(move |app, _| {
                if let Some(tiles) = app.view().and_then(|view| view.tiles()) {
                    tiles.set_open(id, !open);
                }
            }),
            ..action(pane.name.to_owned(), pane.about.to_owned())
        }
    };
    tiles.panes().iter().map(entry).collect()
}

fn focus_panes(app: &mut App) -> Vec<Action> {
    let Some(tiles) = app.view().and_then(|view| view.tiles()) else { return Vec::new() };
    let entry = |pane: &Pane| {
        let id = pane.id;
        Action {
            run: Box::new(move |app, _| {
                if let Some(tiles) = app.view().and_then(|view| view.tiles()) {
                    tiles.focus(id);
                }
            }),
            ..action(pane.name.to_owned(), pane.about.to_owned())
        }
    };
    tiles.panes().iter().map(entry).collect()
}

fn documents(app: &mut App) -> Vec<Action> {
    let others = app.documents().filter(|document| !app.is_in_sight(document.number()));
    let entry = |document: &Document| {
        let number = document.number();
        Action {
            run: Box::new(move |app, _| app.go_to_document(number)),
            ..action(document.title(), document.lab.info.name.to_owned())
        }
    };
    others.map(entry).collect()
}

fn recent(app: &mut App) -> Vec<Action> {
    let entry = |path: &PathBuf| {
        let path = path.clone();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let about = path.display().to_string();
        Action { run: Box::new(move |app, _| app.files.read(path)), ..action(name, about) }
    };
    app.settings.recent.iter().map(entry).collect()
}

fn gallery(app: &mut App) -> Vec<Action> {
    let entry = |(id, title, about): (&'static str, &str, &str)| Action {
        run: Box::new(move |app, _| app.open_gallery(id)),
        ..action(title.to_owned(), about.to_owned())
    };
    app.gallery.scenes().map(entry).collect()
}

fn lessons(_: &mut App) -> Vec<Action> {
    let entry = |(number, (built_in, lesson)): (usize, &'static (&'static BuiltIn, Arc<Lesson>))| Action {
        run: Box::new(|app, _| app.open_lesson(built_in.id)),
        ..action(format!("{}. {}", number + 1, lesson.title), lesson.about.clone())
    };
    super::lessons::course().iter().enumerate().map(entry).collect()
}

fn empty_scenes(_: &mut App) -> Vec<Action> {
    let entry = |lab: &&'static LabEntry| {
        let lab: &'static LabEntry = lab;
        Action {
            run: Box::new(move |app, _| app.open_default(lab)),
            ..action(lab.info.name.to_owned(), lab.about.to_owned())
        }
    };
    labs::ALL.iter().map(entry).collect()
}

fn exports(app: &mut App) -> Vec<Action> {
    let entry = |kind: &&'static Kind| {
        let id = kind.id;
        Action {
            run: Box::new(move |app, _| app.ask_to_export(Some(id), None)),
            ..action(kind.name.to_owned(), kind.about.to_owned())
        }
    };
    if app.document.is_some() { export::ALL.iter().map(entry).collect() } else { Vec::new() }
}

fn themes(app: &mut App) -> Vec<Action> {
    let current = app.theme;
    let entry = |choice: ThemeChoice| Action {
        state: State::Choice(choice == current),
        run: Box::new(move |app, ctx| app.set_theme(choice, ctx)),
        ..action(choice.name().to_owned(), String::new())
    };
    ThemeChoice::ALL.into_iter().map(entry).collect()
}

fn engines(app: &mut App) -> Vec<Action> {
    let current = app.engine.choice;
    let entry = |&choice: &select::EngineChoice| Action {
        state: State::Choice(choice == current),
        run: Box::new(move |app, _| app.use_engine(Active::select(choice))),
        ..action(engine::name(choice).to_owned(), String::new())
    };
    select::ALL.iter().map(entry).collect()
}
