//! Data, learning, and where to look.

use egui::{Label, RichText, ScrollArea, Ui};

use super::distances::focus_samples;
use super::{PaneContext, PaneEntry, caption};
use crate::core::high_dimensions::{linear_score, spectrum};
use crate::core::param::{Choice, ParamInfo, Scale};
use crate::core::sampler::{self, Direction};
use crate::labs::high_dimensions::check::{EXPONENTS, MAX_SIZE, check_exponents};
use crate::ui::number_list::number_list;
use crate::ui::tiles::Pane;
use crate::ui::{Section, choice_editor, format, param_slider};

pub const PANE: PaneEntry = PaneEntry {
    pane: Pane {
        id: "controls",
        name: "Controls",
        about: "The data's spectrum, how the score is learned, and which N and a are looked at",
    },
    show,
};

const SIZE: ParamInfo = ParamInfo {
    key: "size",
    label: "N, dimensions",
    about: "Dimension whose spectrum and eigenvectors are shown.",
    min: 2.0,
    max: MAX_SIZE as f64,
    default: 200.0,
    scale: Scale::Integer,
};

const EXPONENT: ParamInfo = ParamInfo {
    key: "exponent",
    label: "a, with P = N^(1+a)",
    about: "How fast the number of samples grows with the dimension.",
    min: *EXPONENTS.start(),
    max: *EXPONENTS.end(),
    default: 0.5,
    scale: Scale::Linear,
};

const TEMPERATURE: ParamInfo = ParamInfo {
    key: "temperature",
    label: "T, temperature of the bath",
    about: "Variance of the noise that generation starts from.",
    min: 0.01,
    max: 100.0,
    default: 1.0,
    scale: Scale::Log,
};

const REPEATS: ParamInfo = ParamInfo {
    key: "repeats",
    label: "repetitions",
    about: "Draws of the samples for each point; error bars need two or more.",
    min: 1.0,
    max: 100.0,
    default: 3.0,
    scale: Scale::Integer,
};

const STEPS: ParamInfo = ParamInfo {
    key: "steps",
    label: "steps",
    about: "Steps of generation, uniform in log-SNR.",
    min: 1.0,
    max: 1000.0,
    default: 60.0,
    scale: Scale::Integer,
};

/// Dimensions that can be overlaid by a click.
const SIZES: [usize; 8] = [25, 50, 100, 200, 300, 400, 700, 1000];

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        // Room for the scroll bar, so that it covers no numbers.
        ui.set_max_width(ui.available_width() - 8.0);
        if !cx.scene.title.is_empty() {
            ui.add(Label::new(RichText::new(&cx.scene.title).strong().size(15.5)).wrap());
        }
        if !cx.scene.about.is_empty() {
            caption(ui, &cx.scene.about);
        }
        ui.add_space(4.0);
        for section in [data, learning, focus, overlay, chance] {
            section(ui, cx);
        }
    });
}

fn data(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    Section::new("Data").help("Gaussian vectors with this covariance, [CW] section 3").show(ui, |ui| {
        if choice_editor(ui, "Spectrum", &mut cx.scene.spectrum, spectrum::ALL, |kind| &kind.info) {
            cx.edits.note("change spectrum");
        }
    });
}

fn learning(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    Section::new("Learning").help("A linear score s = −Wx from P samples, [CW] (8), (9), (37)").show(ui, |ui| {
        let mut choice = Choice::new(&cx.scene.learning);
        if choice_editor(ui, "Score", &mut choice, linear_score::ALL, |kind| &kind.info) {
            cx.scene.learning = choice.kind;
            cx.edits.note("change learning");
        }
        if !linear_score::find(&cx.scene.learning).is_some_and(|kind| kind.needs_full_rank) {
            caption(ui, "Generation returns the sample covariance exactly: no sampler is needed.");
            return;
        }
        let kinds: Vec<_> = sampler::ALL.iter().filter(|kind| kind.direction == Direction::Generating).collect();
        let mut choice = Choice::new(&cx.scene.sampler);
        if choice_editor(ui, "Sampler", &mut choice, &kinds, |kind| &kind.info) {
            cx.scene.sampler = choice.kind;
            cx.edits.note("change sampler");
        }
        let mut steps = cx.scene.steps as f64;
        if param_slider(ui, &mut steps, &STEPS) {
            cx.scene.steps = steps as usize;
            cx.edits.note("change steps");
        }
        if param_slider(ui, &mut cx.scene.temperature, &TEMPERATURE) {
            cx.edits.note("change temperature T");
        }
    });
}

fn focus(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    Section::new("Look at").help("One point whose eigenvalues and eigenvectors are shown").show(ui, |ui| {
        let mut size = cx.scene.focus.size as f64;
        if param_slider(ui, &mut size, &SIZE) {
            cx.scene.focus.size = size as usize;
            cx.edits.note("change N");
        }
        if param_slider(ui, &mut cx.scene.focus.exponent, &EXPONENT) {
            cx.edits.note("change a");
        }
        caption(ui, &format!("P = {} samples", format::number(focus_samples(cx), 4)));
    });
}

fn overlay(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    Section::new("Overlay").help("Dimensions whose distances are drawn; time grows as N³").show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            let listed = SIZES.iter().chain(&cx.scene.sizes).copied();
            let offered: std::collections::BTreeSet<usize> = listed.collect();
            for size in offered {
                let on = cx.scene.sizes.contains(&size);
                let full = !on && cx.scene.sizes.len() >= 8;
                let label = egui::Button::selectable(on, format!("N = {size}"));
                if ui.add_enabled(!full, label).on_disabled_hover_text("At most eight curves").clicked() {
                    if on {
                        cx.scene.sizes.retain(|other| *other != size);
                    } else {
                        cx.scene.sizes.push(size);
                        cx.scene.sizes.sort_unstable();
                    }
                    cx.edits.note("change dimensions");
                }
            }
        });
        let about = "Exponents a of P = N^(1+a) whose distances are computed, from −1 to 2.5, at most 40";
        let taken = |exponents: &[f64]| check_exponents(exponents).map_err(|fault| fault.message);
        if number_list(ui, "exponents a", about, &mut cx.scene.exponents, taken) {
            cx.edits.note("change exponents");
        }
        let mut repeats = cx.scene.repeats as f64;
        if param_slider(ui, &mut repeats, &REPEATS) {
            cx.scene.repeats = repeats as usize;
            cx.edits.note("change repetitions");
        }
    });
}

fn chance(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    Section::new("Chance").help("The same seed gives the same samples").show(ui, |ui| {
        ui.horizontal(|ui| {
            let label = ui.label("seed");
            if ui.add(egui::DragValue::new(&mut cx.scene.seed)).labelled_by(label.id).changed() {
                cx.edits.note("change seed");
            }
            if ui.button("New samples").on_hover_text("The next seed").clicked() {
                cx.scene.seed = cx.scene.seed.wrapping_add(1);
                cx.edits.note("draw new samples");
            }
        });
    });
}
