//! The magnet, the time, the particles: everything that can be set, and the numbers of the moment.

use egui::{ComboBox, Grid, Label, RichText, ScrollArea, TextStyle, Ui};

use super::{LabPane, PaneContext, PaneEntry, Wake};
use crate::core::curie_weiss::CurieWeiss;
use crate::core::curie_weiss::potential::Potential;
use crate::core::curie_weiss::spin_model::{self, BETA, FIELD, SPINS, TEMPERATURE};
use crate::core::param::{ParamInfo, Scale};
use crate::labs::symmetry_breaking::run;
use crate::labs::symmetry_breaking::scene::{Spins, Start};
use crate::labs::symmetry_breaking::view::limits::{self, SPIN_EDIT};
use crate::labs::symmetry_breaking::view::plot::caption;
use crate::ui::number_slider::{NumberSlider, Rail};
use crate::ui::param_slider::param_slider;
use crate::ui::section::Section;
use crate::ui::tiles::Pane;
use crate::ui::{format, indices, theme};

pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane {
        id: "controls",
        name: "Controls",
        about: "The magnet, the time on its three clocks, the particles, and the numbers of the moment",
    },
    panel: None,
    open: |_: &Wake| Box::new(Controls),
};

struct Controls;

impl LabPane for Controls {
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            // Room for the scroll bar, so that it covers no numbers.
            ui.set_max_width(ui.available_width() - 8.0);
            about(ui, cx);
            for section in [magnet, time, moment, particles, real_spins] {
                section(ui, cx);
            }
        });
    }
}

fn about(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    if !cx.scene.title.is_empty() {
        ui.add(Label::new(RichText::new(&cx.scene.title).strong().size(15.5)).wrap());
    }
    if !cx.scene.about.is_empty() {
        caption(ui, &cx.scene.about);
    }
    ui.horizontal(|ui| {
        let label =
            ui.label("In front").on_hover_text("The pane that opens in front and that pictures of the scene show");
        let shown = super::ALL.iter().find(|entry| entry.panel == Some(cx.scene.show));
        let combo = ComboBox::from_id_salt("front").selected_text(shown.map_or("", |entry| entry.pane.name));
        let combo = combo.show_ui(ui, |ui| {
            for entry in super::ALL {
                let Some(panel) = entry.panel else { continue };
                let on = cx.scene.show == panel;
                if ui.selectable_label(on, entry.pane.name).on_hover_text(entry.pane.about).clicked() && !on {
                    *cx.front = Some(panel);
                    cx.edits.note("change pane in front");
                }
            }
        });
        combo.response.labelled_by(label.id);
    });
    let colour = theme::tokens(ui.visuals()).warning;
    for sentence in limits::sentences(run::notices(cx.scene, &cx.model)) {
        ui.add(Label::new(RichText::new(sentence).small().color(colour)).wrap());
    }
    ui.add_space(4.0);
}

/// Sliders of the magnet, with the names of their edits.
const SLIDERS: [(&ParamInfo, &str); 3] =
    [(&BETA, "change β"), (&SPINS, "change N"), (&TEMPERATURE, "change temperature T")];

fn magnet(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    Section::new("Magnet").help("[CW] (13) and (16): N spins ±1 that like to agree, in a weak field").show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            for kind in spin_model::ALL {
                let on = cx.scene.model.kind == kind.info.id;
                if ui.selectable_label(on, kind.info.name).on_hover_text(kind.info.about).clicked() && !on {
                    kind.info.id.clone_into(&mut cx.scene.model.kind);
                    cx.edits.note("change model");
                }
            }
        });
        let [beta, spins, temperature] = SLIDERS;
        param(ui, cx, beta.0, beta.1);
        field(ui, cx);
        param(ui, cx, spins.0, spins.1);
        param(ui, cx, temperature.0, temperature.1);
    });
}

fn param(ui: &mut Ui, cx: &mut PaneContext<'_>, info: &ParamInfo, edit: &'static str) {
    let mut value = cx.scene.model.get(info);
    if param_slider(ui, &mut value, info) {
        let value = if info.key == SPINS.key { value.round() } else { value };
        cx.scene.model.params.insert(info.key.to_owned(), value);
        cx.edits.note(edit);
    }
}

/// Width of the button that switches the field off, in points.
const NO_FIELD: f32 = 48.0;

/// h spans six decades on either side of zero: its slider is logarithmic both ways.
fn field(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    let mut value = cx.scene.model.get(&FIELD);
    let slider = NumberSlider {
        key: FIELD.key,
        label: FIELD.label,
        about: &format!("{}\nFrom −1000 to 1000.", FIELD.about),
        range: [FIELD.min, FIELD.max],
        rail: Rail::BothWays(0.01),
        speed: 0.01,
        text: |value| format::number(value, format::DIGITS),
        default: None,
    };
    let changed = slider.show_beside(ui, &mut value, NO_FIELD, |ui, value| {
        if ui.small_button("h = 0").on_hover_text("No field: both states are equally likely").clicked() {
            *value = 0.0;
        }
    });
    if changed {
        cx.scene.model.params.insert(FIELD.key.to_owned(), value.clamp(FIELD.min, FIELD.max));
        cx.edits.note("change h");
    }
}

fn time(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    let help = "One play head on three clocks; moving it is no edit of the scene";
    Section::new("Time").help(help).show(ui, |ui| {
        let [first, last] = cx.clock.range();
        let shift = cx.model.speciation_time();
        let mut t = cx.scene.time.clamp(last, first);
        if clock_slider(
            ui,
            "time t",
            "Noise grows with t; generation runs from large t to 0.",
            &mut t,
            [last, first],
            false,
        ) {
            cx.set_time(t);
        }
        let mut tau = cx.scene.time.clamp(last, first) - shift;
        let about = "t − ½ log N: on this clock magnets of every size decide at the same time.";
        if clock_slider(ui, "τ = t − ½ log N", about, &mut tau, [last - shift, first - shift], false) {
            cx.set_time(tau + shift);
        }
        let ends = [cx.model.scale(first), cx.model.scale(last)];
        let mut scale = cx.model.scale(cx.scene.time.clamp(last, first));
        let about = "e^{−τ}: the wells lie at ±2m* times this.";
        if clock_slider(ui, "√N e^−t", about, &mut scale, ends, true) && scale > 0.0 {
            cx.set_time(shift - scale.ln());
        }
    });
}

fn clock_slider(ui: &mut Ui, name: &str, about: &str, value: &mut f64, range: [f64; 2], log: bool) -> bool {
    let slider = NumberSlider {
        key: name,
        label: name,
        about,
        range,
        rail: if log { Rail::Log } else { Rail::Linear },
        speed: if log { value.abs() * 0.01 } else { 0.01 },
        text: |value| format::steady(value, 4),
        default: None,
    };
    slider.show(ui, value)
}

fn moment(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    Section::new("At this moment").help("Closed forms at the time of the play head").show(ui, |ui| {
        Grid::new("moment").num_columns(2).spacing([10.0, 2.0]).striped(true).show(ui, |ui| {
            for (name, value, about) in numbers(&cx.model, cx.scene.time) {
                let about = indices::styled(ui, about, &TextStyle::Body);
                ui.label(indices::styled(ui, name, &TextStyle::Body)).on_hover_text(about.clone());
                ui.label(value).on_hover_text(about);
                ui.end_row();
            }
        });
    });
}

/// Every number of the moment: name with symbol, value, and what it means.
pub fn numbers(model: &CurieWeiss, t: f64) -> Vec<(&'static str, String, &'static str)> {
    let number = |value: f64| format::number(value, format::DIGITS);
    let maybe = |value: Option<f64>| value.map_or("none".to_owned(), number);
    let potential = Potential::new(model, t);
    let wells = potential.wells();
    let [plus, _] = model.weights();
    let critical = model.critical_time();
    vec![
        (
            "magnetization m*",
            number(model.magnetization()),
            "Largest root of m = tanh βm; no field h of order 1 moves it",
        ),
        ("weight W₊", number(plus), "Share of + magnets, e^{hm*}/(2 cosh hm*)"),
        ("one well splits at t_c", maybe(critical), "½ log(2m*²N/T), for h = 0"),
        (
            "second well from t₂",
            maybe(model.second_well_time().filter(|t| *t > 0.0)),
            "Below this time the field h leaves two wells",
        ),
        ("decision t_S", number(model.speciation_time()), "½ log N"),
        ("deep well μ", number(wells.deep), "Place of the deeper minimum of V"),
        ("shallow well μ", maybe(wells.shallow), "Place of the other minimum of V"),
        (
            "barrier ΔV",
            maybe(wells.barrier),
            "Height of the maximum above the deeper well; 2m*²Ne^{−2t} − 2T ln 2 once it is high",
        ),
        ("barrier from shallow", maybe(wells.shallow_barrier), "Height of the maximum above the shallower well"),
        (
            "curvature V''(0)",
            number(potential.curvature(0.0)),
            "1 − κ sech²(m*h), κ = 2m*²(N/T)e^{−2t}: negative once 0 is a maximum",
        ),
        (
            "early centre (27)",
            number(potential.early_centre()),
            "2m* tanh(hm*)√N e^{−t}; the paper prints m* tanh(hm*)√N e^{−t}/T",
        ),
        ("mean ⟨μ⟩", number(model.mean_order_parameter(t)), "Mean of μ in theory: half of the early centre"),
        ("R₊(τ) of (28)", number(model.plus_probability(t - model.speciation_time())), "Probability that μ > 0"),
    ]
}

fn whole(key: &'static str, label: &'static str, about: &'static str, max: f64, default: f64) -> ParamInfo {
    ParamInfo { key, label, about, min: 1.0, max, default, scale: Scale::Log }
}

fn particles(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    let mut on = cx.scene.ensemble.count > 0;
    let help = "Particles of the order parameter μ under the backward Langevin equation (24)";
    let shown = Section::new("Particles μ").help(help).switch(&mut on).show(ui, |ui| {
        if cx.scene.ensemble.count > 0 {
            let info = whole(
                "count",
                "particles n",
                "Number of particles; 400 are drawn as balls, all are counted.",
                1e6,
                2000.0,
            );
            let mut count = cx.scene.ensemble.count as f64;
            if param_slider(ui, &mut count, &info) {
                cx.scene.ensemble.count = count.round() as usize;
                cx.edits.note("change particles");
            }
        }
        let info = whole("steps", "steps", "Steps of the run; a step of 0.01 in t is safe.", 1e4, 800.0);
        let mut steps = cx.scene.ensemble.steps as f64;
        if param_slider(ui, &mut steps, &info) {
            cx.scene.ensemble.steps = steps.round() as usize;
            cx.edits.note("change steps");
        }
        let info = ParamInfo {
            key: "tau_start",
            label: "first τ",
            about: "Where the run starts; from noise, 6 is safe.",
            min: 0.0,
            max: 12.0,
            default: 6.0,
            scale: Scale::Linear,
        };
        if param_slider(ui, &mut cx.scene.ensemble.tau_start, &info) {
            cx.edits.note("change first τ");
        }
        let info = ParamInfo {
            key: "tau_end",
            label: "last τ",
            about: "Where the run ends, at t = 0 at the latest.",
            min: -12.0,
            max: 0.0,
            default: -2.0,
            scale: Scale::Linear,
        };
        if param_slider(ui, &mut cx.scene.ensemble.tau_end, &info) {
            cx.edits.note("change last τ");
        }
        ui.horizontal(|ui| {
            ui.label("start");
            for (start, name, about) in [
                (Start::Noise, "noise", "N(0, T), as a generative process starts"),
                (Start::Exact, "exact P_t(μ)", "The exact density at the first time"),
            ] {
                let on = cx.scene.ensemble.start == start;
                if ui.selectable_label(on, name).on_hover_text(about).clicked() && !on {
                    cx.scene.ensemble.start = start;
                    cx.edits.note("change start");
                }
            }
        });
        if ui.button("Other noise").on_hover_text("The same run with another seed").clicked() {
            cx.scene.seed = cx.scene.seed.wrapping_add(1);
            cx.edits.note("change seed");
        }
    });
    if shown.switched {
        cx.scene.ensemble.count = if on { 2000 } else { 0 };
        cx.edits.note("change particles");
    }
}

fn real_spins(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    let mut on = cx.scene.spins.is_some();
    let help = "The full process of N spins with the exact score (19), in the pane Spins";
    let shown = Section::new("Real spins").help(help).switch(&mut on).show(ui, |ui| {
        let Some(mut spec) = cx.scene.spins else {
            caption(ui, "Switch on to run N real spins beside the order parameter.");
            return;
        };
        let info = whole("systems", "systems M", "Magnets made at once; M · N is at most 10⁸.", 1e6, 64.0);
        let mut systems = spec.systems as f64;
        if param_slider(ui, &mut systems, &info) {
            spec.systems = systems.round() as usize;
        }
        let info = whole("spin_steps", "steps of spins", "Steps, uniform in log-SNR.", 1e4, 200.0);
        let mut steps = spec.steps as f64;
        if param_slider(ui, &mut steps, &info) {
            spec.steps = steps.round() as usize;
        }
        if cx.scene.spins != Some(spec) {
            cx.scene.spins = Some(spec);
            cx.edits.note(SPIN_EDIT);
        }
    });
    if shown.switched {
        cx.scene.spins = on.then(Spins::default);
        cx.edits.note(SPIN_EDIT);
    }
}
