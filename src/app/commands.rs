//! What the user can do from menus and the keyboard. One list drives the menus, the keys, the palette and the help.

use egui::{Context, Key, KeyboardShortcut, Modifiers, ViewportCommand};

use super::document::Document;
use super::{App, sheets};

/// The menu a command is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Menu {
    File,
    Edit,
    View,
    Learn,
    Help,
}

/// One command.
pub(super) struct Command {
    pub menu: Menu,
    pub name: &'static str,
    /// The first is shown in the menu; all work.
    pub keys: &'static [KeyboardShortcut],
    pub run: fn(&mut App, &Context),
    /// What it would do now, as in "Undo move point"; `None` if it can do nothing.
    pub label: fn(&App) -> Option<String>,
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
const NONE: Modifiers = Modifiers::NONE;

const fn key(modifiers: Modifiers, logical_key: Key) -> KeyboardShortcut {
    KeyboardShortcut { modifiers, logical_key }
}

/// The name as it is: a command that can always be given.
fn always(_: &App) -> Option<String> {
    Some(String::new())
}

fn with_document(app: &App) -> Option<String> {
    app.document.as_ref().map(|_| String::new())
}

fn with_lesson(app: &App) -> Option<String> {
    app.has_lesson().then(String::new)
}

fn with_neighbours(app: &App) -> Option<String> {
    (app.documents().count() > 1).then(String::new)
}

/// Every command, in the order of the menus.
pub(super) static ALL: &[Command] = &[
    Command {
        menu: Menu::File,
        name: "Gallery…",
        keys: &[key(NONE, Key::G)],
        run: |app, _| app.sheet = Some(&sheets::GALLERY),
        label: always,
    },
    Command {
        menu: Menu::File,
        name: "New scene",
        keys: &[key(CTRL, Key::N)],
        run: |app, _| {
            app.finish_edit();
            if let Some(lab) = app.document.as_ref().map(|document| document.lab) {
                app.open_default(lab);
            }
        },
        label: with_document,
    },
    Command {
        menu: Menu::File,
        name: "Duplicate scene",
        keys: &[key(CTRL_SHIFT, Key::D)],
        run: |app, _| app.duplicate_document(),
        label: with_document,
    },
    Command {
        menu: Menu::File,
        name: "Open…",
        keys: &[key(CTRL, Key::O)],
        run: |app, _| app.files.ask_to_open(),
        label: always,
    },
    Command {
        menu: Menu::File,
        name: "Save",
        keys: &[key(CTRL, Key::S)],
        run: |app, _| app.save(),
        label: with_document,
    },
    Command {
        menu: Menu::File,
        name: "Save as…",
        keys: &[key(CTRL_SHIFT, Key::S)],
        run: |app, _| app.save_as(),
        label: with_document,
    },
    Command {
        menu: Menu::File,
        name: "Export…",
        keys: &[key(CTRL, Key::E)],
        run: |app, _| app.ask_to_export(None, None),
        label: with_document,
    },
    Command {
        menu: Menu::File,
        name: "Close scene",
        keys: &[key(CTRL, Key::W)],
        run: |app, _| {
            if let Some(number) = app.document.as_ref().map(Document::number) {
                app.ask_to_close(number);
            }
        },
        label: with_document,
    },
    Command {
        menu: Menu::File,
        name: "Reopen",
        keys: &[key(CTRL_SHIFT, Key::T)],
        run: |app, _| app.reopen_closed(),
        label: App::last_closed,
    },
    Command {
        menu: Menu::Edit,
        name: "Undo",
        keys: &[key(CTRL, Key::Z)],
        run: |app, _| app.undo(),
        label: |app| {
            let waiting = app.document.as_ref().filter(|document| document.has_edit());
            let waiting = waiting.map(|document| document.view.last_edit().to_owned());
            waiting.or_else(|| app.document.as_ref()?.history.undo_name().map(str::to_owned))
        },
    },
    Command {
        menu: Menu::Edit,
        name: "Redo",
        keys: &[key(CTRL_SHIFT, Key::Z), key(CTRL, Key::Y)],
        run: |app, _| app.redo(),
        label: |app| app.document.as_ref()?.history.redo_name().map(str::to_owned),
    },
    Command {
        menu: Menu::Edit,
        name: "Copy picture",
        // Desktops turn this key into an event of its own, see `App::take_copy`.
        keys: &[key(CTRL, Key::C)],
        run: |app, _| app.copy_pane_under_pointer(),
        label: with_document,
    },
    Command {
        menu: Menu::Edit,
        name: "Copy caption",
        keys: &[],
        run: |app, _| app.copy_caption(),
        label: with_document,
    },
    Command { menu: Menu::Edit, name: "Copy data", keys: &[], run: |app, _| app.copy_data(), label: with_document },
    Command {
        menu: Menu::Edit,
        name: "Copy scene",
        keys: &[key(CTRL_SHIFT, Key::C)],
        run: |app, ctx| app.copy_scene(ctx),
        label: with_document,
    },
    Command {
        menu: Menu::Edit,
        name: "Paste scene or data",
        keys: &[],
        run: |_, ctx| ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
        label: always,
    },
    Command {
        menu: Menu::Edit,
        name: "Reset scene",
        keys: &[key(NONE, Key::R)],
        run: |app, _| app.reset(),
        label: with_document,
    },
    Command {
        menu: Menu::View,
        name: "Larger",
        keys: &[key(CTRL, Key::Plus), key(CTRL, Key::Equals)],
        run: |app, ctx| app.set_zoom(app.settings.zoom * 1.1, ctx),
        label: always,
    },
    Command {
        menu: Menu::View,
        name: "Smaller",
        keys: &[key(CTRL, Key::Minus)],
        run: |app, ctx| app.set_zoom(app.settings.zoom / 1.1, ctx),
        label: always,
    },
    Command {
        menu: Menu::View,
        name: "Usual size",
        keys: &[key(CTRL, Key::Num0)],
        run: |app, ctx| app.set_zoom(1.0, ctx),
        label: always,
    },
    Command {
        menu: Menu::View,
        name: "Reset layout",
        keys: &[],
        run: |app, _| app.reset_layout(),
        label: with_document,
    },
    Command {
        menu: Menu::View,
        name: "Next scene",
        keys: &[key(Modifiers::CTRL, Key::Tab), key(CTRL, Key::PageDown)],
        run: |app, _| app.cycle_documents(true),
        label: with_neighbours,
    },
    Command {
        menu: Menu::View,
        name: "Scene before",
        keys: &[key(Modifiers::CTRL.plus(Modifiers::SHIFT), Key::Tab), key(CTRL, Key::PageUp)],
        run: |app, _| app.cycle_documents(false),
        label: with_neighbours,
    },
    Command {
        menu: Menu::View,
        name: "Presentation",
        keys: &[key(NONE, Key::F11)],
        run: |app, ctx| app.toggle_presentation(ctx),
        label: with_document,
    },
    Command {
        menu: Menu::View,
        name: "Full screen",
        keys: &[key(CTRL, Key::F11)],
        run: |_, ctx| {
            let full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!full));
        },
        label: always,
    },
    Command {
        menu: Menu::Learn,
        name: "Lessons…",
        keys: &[key(NONE, Key::F2)],
        run: |app, _| app.sheet = Some(&sheets::LESSONS),
        label: always,
    },
    Command {
        menu: Menu::Learn,
        name: "Open lesson…",
        keys: &[],
        run: |app, _| app.files.ask_to_open_lesson(),
        label: always,
    },
    Command {
        menu: Menu::Learn,
        name: "Write your own lesson…",
        keys: &[],
        run: |app, _| app.sheet = Some(&sheets::WRITE_LESSON),
        label: always,
    },
    Command {
        menu: Menu::Learn,
        name: "Next step",
        keys: &[key(NONE, Key::PageDown)],
        run: |app, _| app.next_step(),
        label: with_lesson,
    },
    Command {
        menu: Menu::Learn,
        name: "Step before",
        keys: &[key(NONE, Key::PageUp)],
        run: |app, _| app.step_before(),
        label: with_lesson,
    },
    Command {
        menu: Menu::Learn,
        name: "Start step over",
        keys: &[],
        run: |app, _| app.restart_step(),
        label: with_lesson,
    },
    Command {
        menu: Menu::Learn,
        name: "Free play",
        keys: &[],
        run: |app, _| app.play_freely(),
        label: |app| with_lesson(app).filter(|_| !app.is_away_from_lesson()),
    },
    Command {
        menu: Menu::Learn,
        name: "Back to the lesson",
        keys: &[],
        run: |app, _| app.return_to_lesson(),
        label: |app| app.is_away_from_lesson().then(String::new),
    },
    Command {
        menu: Menu::Learn,
        name: "Close lesson",
        keys: &[],
        run: |app, _| app.close_lesson(),
        label: with_lesson,
    },
    Command {
        menu: Menu::Help,
        name: "Commands…",
        keys: &[key(CTRL, Key::K)],
        run: |app, _| app.sheet = Some(&sheets::PALETTE),
        label: always,
    },
    Command {
        menu: Menu::Help,
        name: "Keys",
        keys: &[key(NONE, Key::Questionmark), key(NONE, Key::F1)],
        run: |app, _| app.sheet = Some(&sheets::KEYS),
        label: always,
    },
    Command {
        menu: Menu::Help,
        name: "About Diffuscope",
        keys: &[],
        run: |app, _| app.sheet = Some(&sheets::ABOUT),
        label: always,
    },
];

/// The command of this name.
pub(super) fn find(name: &str) -> Option<&'static Command> {
    ALL.iter().find(|command| command.name == name)
}

impl Command {
    /// The name with what it would do now.
    pub fn full_name(&self, app: &App) -> String {
        match (self.label)(app) {
            Some(detail) if !detail.is_empty() => format!("{} {detail}", self.name),
            _ => self.name.to_owned(),
        }
    }

    /// Whether it can do anything now.
    pub fn is_enabled(&self, app: &App) -> bool {
        (self.label)(app).is_some()
    }

    /// The first of its keys, in words.
    pub fn key_name(&self, ctx: &Context) -> String {
        self.keys.first().map(|key| key_name(ctx, key)).unwrap_or_default()
    }
}

/// A key in words: "Ctrl+Shift+S", "?".
pub(super) fn key_name(ctx: &Context, shortcut: &KeyboardShortcut) -> String {
    let modifiers = ctx.format_modifiers(shortcut.modifiers);
    let key = shortcut.logical_key.symbol_or_name();
    if modifiers.is_empty() { key.to_owned() } else { format!("{modifiers}+{key}") }
}

/// Carries out commands whose keys were pressed. Keys without Ctrl are left to a text field that has the keyboard.
pub(super) fn keys(app: &mut App, ctx: &Context) {
    let typing = ctx.text_edit_focused();
    for (command, shortcut) in shortcuts() {
        let plain = shortcut.modifiers == NONE && shortcut.logical_key != Key::F11 && shortcut.logical_key != Key::F1;
        // "R" with Ctrl is another key than "R".
        let other = plain && ctx.input(|input| input.modifiers.command || input.modifiers.alt);
        if (typing && plain) || other {
            continue;
        }
        if ctx.input_mut(|input| input.consume_shortcut(shortcut)) && command.is_enabled(app) {
            (command.run)(app, ctx);
        }
    }
}

/// Every shortcut with its command; those with Shift come first, since egui ignores a Shift too many.
fn shortcuts() -> impl Iterator<Item = (&'static Command, &'static KeyboardShortcut)> {
    let all = || ALL.iter().flat_map(|command| command.keys.iter().map(move |key| (command, key)));
    all().filter(|(_, key)| key.modifiers.shift).chain(all().filter(|(_, key)| !key.modifiers.shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_given_twice_or_hidden_by_another() {
        let keys: Vec<_> = shortcuts().map(|(_, key)| key).collect();
        for (i, later) in keys.iter().enumerate() {
            for earlier in &keys[..i] {
                let hides =
                    later.logical_key == earlier.logical_key && later.modifiers.matches_logically(earlier.modifiers);
                assert!(!hides, "{earlier:?} takes {later:?}");
            }
        }
    }
}
