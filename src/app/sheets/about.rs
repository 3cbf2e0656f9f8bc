//! What the program is, the papers it follows, and its licences.

use egui::{Label, RichText, ScrollArea, Ui};

use super::{App, Sheet, nothing};
use crate::labs;
use crate::ui::theme;

pub(in crate::app) static SHEET: Sheet = Sheet { title: "About Diffuscope", width: 640.0, show, dismissed: nothing };

/// The papers that the program's equations are quoted from: short name and what it is about.
const PAPERS: [(&str, &str); 5] = [
    ("EFT", "Information spreading in diffusion models from effective field theory"),
    ("GTV", "Generalization through variance: how noise shapes inductive biases in diffusion models"),
    ("GAUSS", "Gaussian score approximation of diffusion models"),
    ("PHYS", "The physics of diffusion generative models"),
    ("CW", "Generative diffusion in very large dimensions: the Curie–Weiss model"),
];

fn show(_: &mut App, ui: &mut Ui) -> bool {
    let muted = theme::tokens(ui.visuals()).muted_text;
    ScrollArea::vertical().max_height(ui.available_height().max(200.0)).show(ui, |ui| {
        ui.label(concat!("Version ", env!("CARGO_PKG_VERSION"), ". ", env!("CARGO_PKG_DESCRIPTION"), "."));
        ui.add_space(8.0);
        ui.label(RichText::new("Labs").strong());
        for lab in labs::ALL {
            ui.add(Label::new(format!("{}. {}", lab.info.name, lab.about)).wrap());
        }
        ui.add_space(8.0);
        ui.label(RichText::new("Papers").strong());
        ui.weak("Equations in the program are quoted by these names and the papers' own numbers.");
        for (name, title) in PAPERS {
            ui.horizontal(|ui| {
                ui.label(RichText::new(format!("[{name}]")).monospace());
                ui.add(Label::new(title).wrap());
            });
        }
        ui.add_space(8.0);
        ui.label(RichText::new("Licences").strong());
        let licences = "Diffuscope is licensed under MIT or Apache-2.0, at your choice. Colour maps are from colorcet (CC-BY \
                        4.0), the text is set in Ubuntu Light (Ubuntu Font Licence) and Hack (MIT). The interface is drawn by \
                        egui and wgpu (MIT or Apache-2.0).";
        ui.add(Label::new(RichText::new(licences).color(muted)).wrap());
    });
    false
}
