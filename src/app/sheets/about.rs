//! What the program is, the papers it follows, and the licences of what it is built from.

use egui::{CollapsingHeader, Grid, Label, RichText, ScrollArea, Ui};

use super::{App, Sheet, nothing};
use crate::labs;
use crate::ui::theme;

pub(in crate::app) static SHEET: Sheet = Sheet { title: "About Diffuscope", width: 680.0, show, dismissed: nothing };

/// The papers that the program's equations are quoted from: short name, and title.
const PAPERS: [(&str, &str); 5] = [
    ("EFT", "Information spreading in diffusion models from effective field theory"),
    ("GTV", "Generalization through variance: how noise shapes inductive biases in diffusion models"),
    (
        "GAUSS",
        "The unreasonable effectiveness of Gaussian score approximation for diffusion models and its applications",
    ),
    ("PHYS", "The physics of diffusion generative models (Noh & Lee)"),
    ("CW", "Generative diffusion in very large dimensions (Biroli & Mézard)"),
];

/// What is drawn or shown but was not made for this program: what, and under which licence.
const DATA: [(&str, &str); 5] = [
    ("Colour maps of colorcet", "CC-BY-4.0"),
    ("Ubuntu Light, the text", "Ubuntu Font Licence 1.0"),
    ("Hack, numbers and code", "MIT"),
    ("KaTeX's fonts, the formulas", "MIT"),
    ("Point sets and pictures", "made by the program itself, MIT or Apache-2.0"),
];

/// Every crate with its licence, one a line, a tab between them; a test keeps it complete.
const CRATES: &str = include_str!("../../../assets/licences.txt");

fn show(_: &mut App, ui: &mut Ui) -> bool {
    ScrollArea::vertical().max_height(ui.available_height().max(200.0)).show(ui, |ui| {
        ui.label(concat!("Version ", env!("CARGO_PKG_VERSION"), ". ", env!("CARGO_PKG_DESCRIPTION"), "."));
        heading(ui, "Labs");
        for lab in labs::ALL {
            ui.label(RichText::new(lab.info.name).strong().small());
            ui.add(Label::new(RichText::new(lab.about).small()).wrap());
        }
        heading(ui, "Papers");
        ui.weak("Equations in the program are quoted by these names and the papers' own numbers.");
        table(ui, "papers", PAPERS.into_iter().map(|(name, title)| (format!("[{name}]"), title.to_owned())));
        heading(ui, "Licences");
        ui.add(Label::new("Diffuscope is licensed under MIT or Apache-2.0, at your choice.").wrap());
        table(ui, "data", DATA.into_iter().map(|(what, licence)| (what.to_owned(), licence.to_owned())));
        let crates = || CRATES.lines().filter_map(|line| line.split_once('\t'));
        CollapsingHeader::new(format!("{} crates it is built from", crates().count())).id_salt("crates").show(
            ui,
            |ui| {
                table(ui, "crates", crates().map(|(name, licence)| (name.to_owned(), licence.to_owned())));
            },
        );
    });
    false
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(10.0);
    ui.label(RichText::new(text).strong());
}

fn table(ui: &mut Ui, id: &str, rows: impl Iterator<Item = (String, String)>) {
    let muted = theme::tokens(ui.visuals()).muted_text;
    Grid::new(id).num_columns(2).spacing([16.0, 3.0]).show(ui, |ui| {
        for (what, licence) in rows {
            ui.label(RichText::new(what).small());
            ui.add(Label::new(RichText::new(licence).small().color(muted)).wrap());
            ui.end_row();
        }
    });
}
