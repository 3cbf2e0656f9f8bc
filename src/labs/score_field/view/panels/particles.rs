//! The particles and how they are carried.

use egui::{ComboBox, DragValue, Slider, Ui};

use super::PanelContext;
use crate::core::philox;
use crate::core::sampler::{self, Direction};
use crate::core::time_grid;
use crate::labs::score_field::scene::{ParticleSpec, Start};
use crate::labs::score_field::view::run_slot::MOST_DRAWN;
use crate::labs::score_field::view::slider_row::slider_row;
use crate::ui::{Section, choice_editor, theme};

/// Particles that the slider reaches.
const MOST: usize = 10_000_000;
/// Steps that a run may have.
const MOST_STEPS: usize = 10_000;
/// Ways to start generation, with what they mean.
const STARTS: [(Start, &str, &str); 2] = [
    (Start::Prior, "prior", "From pure noise N(0, σ²S), as in practice"),
    (Start::Exact, "exact p_T", "From the noised data's own distribution, which leaves no error of starting"),
];

/// Shows the section.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let help = "Samples that the run carries from noise to data, or from data to noise";
    Section::new("Sampling").help(help).show(ui, |ui| {
        let before = cx.scene.particles.clone();
        let spec = &mut cx.scene.particles;
        let direction = sampler::find(&spec.sampler).map_or(Direction::Generating, |kind| kind.direction);
        let slider = Slider::new(&mut spec.count, 0..=MOST).logarithmic(true).smallest_positive(10.0);
        slider_row(ui, "count", "Number of particles", slider);
        if let Some(run) = cx.run.filter(|run| run.total > MOST_DRAWN) {
            let text = format!("the first {MOST_DRAWN} of {} are drawn", run.total);
            let muted = theme::tokens(ui.visuals()).muted_text;
            ui.label(egui::RichText::new(text).small().color(muted));
        }
        sampler_picker(ui, spec, direction);
        let slider = Slider::new(&mut spec.steps, 1..=MOST_STEPS).logarithmic(true);
        slider_row(ui, "steps", "Number of steps from one end of the process to the other", slider);
        choice_editor(ui, "time grid", &mut spec.time_grid, time_grid::ALL, |kind| &kind.info);
        if direction == Direction::Generating {
            ui.horizontal(|ui| {
                ui.label("start");
                for (start, name, about) in STARTS {
                    ui.selectable_value(&mut spec.start, start, name).on_hover_text(about);
                }
            });
        }
        if *spec != before {
            cx.edits.note("change particles");
        }
        seed(ui, cx);
    });
}

fn sampler_picker(ui: &mut Ui, spec: &mut ParticleSpec, direction: Direction) {
    let chosen = sampler::find(&spec.sampler);
    ui.horizontal(|ui| {
        let label = ui.label("sampler");
        let width = ui.available_width();
        let combo =
            ComboBox::from_id_salt("sampler").width(width).selected_text(chosen.map_or("", |kind| kind.info.name));
        let shown = combo.truncate().show_ui(ui, |ui| {
            for kind in sampler::ALL.iter().filter(|kind| kind.direction == direction) {
                let picked = ui.selectable_label(kind.info.id == spec.sampler, kind.info.name);
                if picked.on_hover_text(kind.info.about).clicked() {
                    kind.info.id.clone_into(&mut spec.sampler);
                }
            }
        });
        shown.response.labelled_by(label.id).on_hover_text(chosen.map_or("", |kind| kind.info.about));
    });
}

fn seed(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    ui.horizontal(|ui| {
        let label =
            ui.label("seed").on_hover_text("Seed of all randomness: the same scene and seed give the same numbers");
        let field = ui.add(DragValue::new(&mut cx.scene.seed).speed(0.1)).labelled_by(label.id);
        let reroll = ui.button("Reroll").on_hover_text("Another seed");
        if reroll.clicked() {
            // A hash of the old seed: as good as any other, and reproducible.
            let [a, ..] = philox::words(cx.scene.seed, u32::MAX, 0, 0);
            cx.scene.seed = u64::from(a % 1_000_000);
        }
        if field.changed() || reroll.clicked() {
            cx.edits.note("change seed");
        }
    });
}
