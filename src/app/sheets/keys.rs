//! The keys, from the list of commands.

use egui::{Grid, RichText, ScrollArea, Ui};

use super::super::commands::{self, Menu};
use super::{App, Sheet, nothing};

pub(in crate::app) static SHEET: Sheet = Sheet { title: "Keys", width: 560.0, show, dismissed: nothing };

/// Keys of the transport bar, which every lab has.
const TRANSPORT: [(&str, &str); 5] = [
    ("Play or pause", "Space"),
    ("One step back, one step on", "←  →"),
    ("To the start, to the end", "Home  End"),
    ("Start again at the end", "L"),
    ("Close a sheet", "Esc"),
];

fn show(app: &mut App, ui: &mut Ui) -> bool {
    ScrollArea::vertical().auto_shrink([false, true]).max_height(ui.available_height().max(200.0)).show(ui, |ui| {
        heading(ui, "Time");
        table(ui, "time", TRANSPORT.iter().map(|&(what, key)| (what.to_owned(), key.to_owned())).collect());
        if let Some(view) = app.view() {
            heading(ui, "On the picture");
            let rows = view.keys().iter().map(|&(what, key)| (what.to_owned(), key.to_owned()));
            table(ui, "picture", rows.collect());
        }
        for (menu, name) in [
            (Menu::File, "Files"),
            (Menu::Edit, "Editing"),
            (Menu::View, "View"),
            (Menu::Learn, "Lessons"),
            (Menu::Help, "Help"),
        ] {
            heading(ui, name);
            let commands = commands::ALL.iter().filter(|command| command.menu == menu && !command.keys.is_empty());
            let rows = commands.map(|command| {
                let keys: Vec<_> = command.keys.iter().map(|key| commands::key_name(ui.ctx(), key)).collect();
                (command.name.to_owned(), keys.join("   "))
            });
            let rows = rows.collect();
            table(ui, name, rows);
        }
    });
    false
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(6.0);
    ui.label(RichText::new(text).strong());
}

fn table(ui: &mut Ui, id: &str, rows: Vec<(String, String)>) {
    Grid::new(id).num_columns(2).min_col_width(220.0).spacing([24.0, 4.0]).show(ui, |ui| {
        for (what, keys) in rows {
            ui.label(what);
            ui.label(RichText::new(keys).monospace());
            ui.end_row();
        }
    });
}
