//! The probe: what the theory says about one place, and about those that are pinned.

use egui::{Grid, RichText, Ui};

use super::PanelContext;
use crate::core::sym2;
use crate::labs::score_field::view::probe::{self, Reading};
use crate::ui::{Section, format, theme};

/// Digits of what is read.
const DIGITS: usize = 4;
/// Pinned probes that a scene may have.
pub const MOST_PINS: usize = 64;

/// Shows the section.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let help = "What the theory says about the place under the pointer";
    Section::new("Probe").help(help).show(ui, |ui| {
        let muted = theme::tokens(ui.visuals()).muted_text;
        let place = cx.state.hover.or_else(|| cx.scene.probes.last().copied());
        match place {
            Some(at) if !cx.noised.is_empty() => {
                let readings: Vec<Reading> = cx.noised.iter().map(|mixture| probe::read(mixture, at)).collect();
                table(ui, cx, &readings);
                let full = cx.scene.probes.len() >= MOST_PINS;
                let pin = ui.add_enabled(!full, egui::Button::new("Pin probe"));
                if pin.on_hover_text("Keep reading this place (P with the pointer over the canvas)").clicked() {
                    cx.scene.probes.push(at);
                    cx.edits.note("pin probe");
                }
            }
            Some(_) => {
                ui.label(RichText::new("There is no density to read.").color(muted));
            }
            None => {
                ui.label(RichText::new("Point at the canvas to read a place.").color(muted));
            }
        }
        pins(ui, cx);
    });
}

fn pair(a: f64, b: f64) -> String {
    format!("({}, {})", format::number(a, DIGITS), format::number(b, DIGITS))
}

fn table(ui: &mut Ui, cx: &PanelContext<'_>, readings: &[Reading]) {
    let single = |f: &dyn Fn(&Reading) -> String| readings.iter().map(f).collect::<Vec<_>>();
    let number = |value: f64| format::number(value, DIGITS);
    let trace = |m: &nalgebra::Matrix2<f64>| {
        let [xx, _, yy] = sym2::entries(m);
        xx + yy
    };
    let at = readings[0].at;
    let rows = [
        ("x", "Place x", vec![pair(at[0], at[1])]),
        ("t", "Time t of the process", vec![number(cx.scene.time)]),
        ("log p", "Natural logarithm of the noised density p_t(x)", single(&|r| number(r.value.log_density))),
        ("s", "Score s = ∇ log p_t(x)", single(&|r| pair(r.value.score.x, r.value.score.y))),
        ("|s|", "Length of the score", single(&|r| number(r.value.score.norm()))),
        ("D", "Denoiser D(x) = E[x₀|x_t = x]: the mean of the clean points behind this place", {
            single(&|r| pair(r.value.denoiser.x, r.value.denoiser.y))
        }),
        ("tr Cov", "Total variance of the clean point x₀ behind this place", {
            single(&|r| number(trace(&r.value.posterior_covariance)))
        }),
        ("tr C", "Variance of the proxy score, the training target of denoising score matching ([GTV] (5))", {
            single(&|r| number(trace(&r.value.proxy_covariance)))
        }),
    ];
    Grid::new("probe").num_columns(1 + readings.len()).spacing([10.0, 3.0]).striped(true).show(ui, |ui| {
        if readings.len() > 1 {
            ui.label("");
            ui.label(RichText::new("A").strong());
            ui.label(RichText::new("B").strong());
            ui.end_row();
        }
        let muted = theme::tokens(ui.visuals()).muted_text;
        for (symbol, about, values) in rows {
            ui.label(RichText::new(symbol).color(muted)).on_hover_text(about);
            for value in values {
                let text = if readings.len() > 1 { RichText::new(value).small() } else { RichText::new(value) };
                ui.label(text).on_hover_text(about);
            }
            ui.end_row();
        }
    });
    for (reading, model) in readings.iter().zip(["A", "B"]) {
        weights(ui, reading, if readings.len() > 1 { model } else { "" });
    }
}

/// The largest weights as a bar.
fn weights(ui: &mut Ui, reading: &Reading, model: &str) {
    let about = "Largest posterior weights w_i(x): how likely this place came from each point or Gaussian";
    let muted = theme::tokens(ui.visuals()).muted_text;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(RichText::new(format!("w {model}")).color(muted)).on_hover_text(about);
        for (k, weight) in reading.top.iter().filter(|(_, weight)| *weight >= 5e-4) {
            // One text, so that square and number stay on one line.
            let mut text = egui::text::LayoutJob::default();
            let words = RichText::new(format!("{}: {}", k + 1, format::number(*weight, 2))).small();
            for part in [RichText::new("■ ").small().color(theme::component_colour(*k)), words] {
                part.append_to(&mut text, ui.style(), egui::FontSelection::Default, egui::Align::Center);
            }
            ui.add(egui::Label::new(text).extend()).on_hover_text(about);
        }
    });
}

fn pins(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    if cx.scene.probes.is_empty() {
        return;
    }
    ui.add_space(4.0);
    let mut removed = None;
    Grid::new("pinned probes").num_columns(4).spacing([8.0, 3.0]).show(ui, |ui| {
        let muted = theme::tokens(ui.visuals()).muted_text;
        for (heading, about) in [
            ("pin", "Number of the pinned probe on the canvas"),
            ("log p", "Natural logarithm of the density there"),
            ("|s|", "Length of the score there"),
            ("", ""),
        ] {
            let label = ui.label(RichText::new(heading).small().color(muted));
            if !about.is_empty() {
                label.on_hover_text(about);
            }
        }
        ui.end_row();
        for (index, at) in cx.scene.probes.iter().enumerate() {
            let reading = cx.noised.first().map(|mixture| mixture.at((*at).into()));
            ui.label(format!("{}", index + 1)).on_hover_text(format!("at {}", pair(at[0], at[1])));
            let value = |v: Option<f64>| v.map_or("–".to_owned(), |v| format::number(v, DIGITS));
            ui.label(value(reading.map(|r| r.log_density)));
            ui.label(value(reading.map(|r| r.score.norm())));
            let name = format!("Remove probe {}", index + 1);
            if crate::ui::icon::icon_button(ui, crate::ui::icon::close, Default::default(), &name, &name).clicked() {
                removed = Some(index);
            }
            ui.end_row();
        }
    });
    if let Some(index) = removed {
        cx.scene.probes.remove(index);
        cx.edits.note("remove probe");
    }
}
