//! The machine: which patches a pixel is compared with, how far it sees, how it steps; and the ensemble.

use egui::{Button, ComboBox, DragValue, RichText, ScrollArea, Ui};

use super::{PaneContext, PaneEntry, explain, note, percent, warn, window_name};
use crate::core::els::window::{self, Window};
use crate::core::els::{abar_grid, machine, stepper};
use crate::core::param::{KindInfo, ParamInfo, Scale};
use crate::labs::patches::check::MAX_WINDOW;
use crate::labs::patches::physics::CONSISTENT;
use crate::labs::patches::scene::{Ensemble, MAX_GRIDS, MAX_SIDE, MAX_VALUES, MachineSpec};
use crate::labs::patches::view::fitting;
use crate::ui::curve_editor::CurveEditor;
use crate::ui::tiles::Pane;
use crate::ui::{Section, choice_editor, param_slider, theme, toggle};

pub const PANE: PaneEntry = PaneEntry {
    pane: Pane {
        id: "machine",
        name: "Machine",
        about: "Which machine denoises, how far a pixel sees, how it steps, and how many grids go together",
    },
    show,
};

/// Sides of grids to choose from.
const SIDES: [usize; 6] = [32, 64, 128, 256, 512, 1024];
/// Largest k that the curve editor reaches, and the slider.
const LARGEST_K: f64 = 31.0;

const STEPS: ParamInfo = ParamInfo {
    key: "steps",
    label: "steps n",
    about: "Steps of the run. Too few break local consistency: pixels end between patches.",
    min: abar_grid::STEPS[0] as f64,
    max: abar_grid::STEPS[1] as f64,
    default: 100.0,
    scale: Scale::Log,
};
const K: ParamInfo = ParamInfo {
    key: "k",
    label: "patch size k (pixels)",
    about: "Side of the window that a pixel sees; odd.",
    min: 1.0,
    max: LARGEST_K,
    default: 5.0,
    scale: Scale::Integer,
};
const COUNT: ParamInfo = ParamInfo {
    key: "count",
    label: "grids B",
    about: "Grids of the ensemble; correlations are measured over all of them.",
    min: 1.0,
    max: MAX_GRIDS as f64,
    default: 1.0,
    scale: Scale::Log,
};

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        explain(ui, "Choose who denoises and how far a pixel sees; the run starts again from the same noise.");
        let compares = cx.scene.compare.is_some();
        let mut spec = cx.scene.machine.clone();
        Section::new(if compares { "Machine A" } else { "Machine" }).show(ui, |ui| {
            if let Some(edit) = machine_editor(ui, cx, &mut spec, "A") {
                cx.scene.machine = spec;
                fitting::fit_to_machine(cx.scene, cx.images_stamp);
                cx.edits.note(edit);
            }
            consistency(ui, cx);
        });
        Section::new("Compare").help("A second machine, or other k or n, from the same noise").show(ui, |ui| {
            let mut on = compares;
            if toggle(ui, &mut on, "Compare with machine B", "A second row of pictures that starts from the same noise")
            {
                cx.scene.compare = on.then(|| fitting::other_than(&cx.scene.machine));
                cx.edits.note(if on { "compare machines" } else { "end comparison" });
            }
            if let Some(mut compare) = cx.scene.compare.clone()
                && let Some(edit) = machine_editor(ui, cx, &mut compare, "B")
            {
                cx.scene.compare = Some(compare);
                fitting::fit_to_machine(cx.scene, cx.images_stamp);
                cx.edits.note(edit);
            }
        });
        Section::new("Ensemble").show(ui, |ui| ensemble(ui, cx));
    });
}

/// Edits a machine; returns the name of the edit if there was one.
fn machine_editor(ui: &mut Ui, cx: &PaneContext<'_>, spec: &mut MachineSpec, letter: &str) -> Option<&'static str> {
    let mut edit = None;
    ui.push_id(("machine", letter), |ui| {
        if choice_editor(ui, &format!("machine {letter}"), &mut spec.kind, machine::ALL, |kind| &kind.info) {
            edit = Some("change machine");
        }
        if window_editor(ui, cx, &mut spec.window, letter) {
            edit = Some("change k");
        }
        let mut steps = spec.steps as f64;
        if param_slider(ui, &mut steps, &STEPS) {
            spec.steps = (steps.round() as usize).clamp(abar_grid::STEPS[0], abar_grid::STEPS[1]);
            edit = Some("change steps");
        }
        if picker(ui, &format!("stepper {letter}"), &mut spec.stepper, stepper::ALL.iter().map(|kind| &kind.info)) {
            edit = Some("change stepper");
        }
        if picker(ui, &format!("grid of ᾱ {letter}"), &mut spec.grid, abar_grid::ALL.iter().map(|kind| &kind.info)) {
            edit = Some("change grid of ᾱ");
        }
        ui.horizontal(|ui| {
            ui.label(format!("{} from", crate::ui::notation::plain(ui.ctx(), "signal2")))
                .on_hover_text("First and last signal power of the run");
            let [low, high] = &mut spec.abar;
            let first = DragValue::new(low).range(0.0..=*high - 1e-6).speed(0.002).max_decimals(6);
            let first = ui.add(first);
            first.clone().accessible_name(format!("first ᾱ {letter}"));
            ui.label("to");
            let last = ui.add(DragValue::new(high).range(*low + 1e-6..=1.0).speed(0.002).max_decimals(6));
            last.clone().accessible_name(format!("last ᾱ {letter}"));
            if first.changed() || last.changed() {
                edit = Some("change range of ᾱ");
            }
        });
    });
    edit
}

/// Picks a member of a family without parameters.
fn picker<'a>(ui: &mut Ui, label: &str, chosen: &mut String, family: impl Iterator<Item = &'a KindInfo>) -> bool {
    let before = chosen.clone();
    let family: Vec<&KindInfo> = family.collect();
    let now = family.iter().find(|info| info.id == *chosen);
    ui.horizontal(|ui| {
        // The letter tells the two machines apart for screen readers; on screen their sections do.
        let text = label.trim_end_matches(|c: char| c.is_ascii_uppercase()).trim_end();
        ui.label(text);
        let combo = ComboBox::from_id_salt(label).width(ui.available_width() - 4.0).truncate();
        let shown = combo.selected_text(now.map_or("", |info| info.name)).show_ui(ui, |ui| {
            for info in &family {
                if ui.selectable_label(info.id == chosen, info.name).on_hover_text(info.about).clicked() {
                    info.id.clone_into(chosen);
                }
            }
        });
        shown.response.accessible_name(label).on_hover_text(now.map_or("", |info| info.about));
    });
    *chosen != before
}

/// Ways to say what k is.
struct Way {
    name: &'static str,
    about: &'static str,
    is: fn(&Window) -> bool,
    start: fn(&Window) -> Window,
}

const WAYS: [Way; 3] = [
    Way {
        name: "fixed",
        about: "The same k at every step",
        is: |window| matches!(window, Window::K(_)),
        start: |old| Window::K(old.at(0, 1, 0.5).clamp(1, 15)),
    },
    Way {
        name: "list",
        about: "One k for each of equally long spans of the run, as fitted to trained networks",
        is: |window| matches!(window, Window::List(_) | Window::Preset(_)),
        start: |_| Window::Preset(window::PRESETS[0].id.to_owned()),
    },
    Way {
        name: "by hand",
        about: "k as a curve over ᾱ, drawn by hand",
        is: |window| matches!(window, Window::Curve(_)),
        start: |_| Window::Curve(vec![[0.0, 15.0], [0.35, 9.0], [1.0, 3.0]]),
    },
];

fn window_editor(ui: &mut Ui, cx: &PaneContext<'_>, window: &mut Window, letter: &str) -> bool {
    let before = window.clone();
    ui.horizontal(|ui| {
        ui.label("k").on_hover_text("Side of the window that a pixel sees");
        for way in &WAYS {
            let on = (way.is)(window);
            let button = ui.add(Button::selectable(on, way.name)).on_hover_text(way.about);
            let name = format!("k {letter}: {}", way.name);
            button.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, on, &name));
            if button.clicked() && !on {
                *window = (way.start)(window);
            }
        }
    });
    match window {
        Window::K(k) => {
            let mut value = *k as f64;
            if param_slider(ui, &mut value, &K) {
                // To the next odd number in the direction of the change, so that a single step of the slider counts.
                let near = value.round() as usize;
                let odd = if near % 2 == 1 {
                    near
                } else if near > *k {
                    near + 1
                } else {
                    near.saturating_sub(1)
                };
                *k = odd.clamp(1, MAX_WINDOW);
            }
        }
        Window::Preset(_) | Window::List(_) => {
            let name = window_name(window);
            let combo = ComboBox::from_id_salt(("list of k", letter)).width(ui.available_width() - 4.0).truncate();
            let shown = combo.selected_text(name).show_ui(ui, |ui| {
                for preset in window::PRESETS {
                    let on = matches!(window, Window::Preset(id) if id == preset.id);
                    let list: Vec<String> = preset.list.iter().map(ToString::to_string).collect();
                    let about = format!("Low noise first: {}", list.join(" "));
                    if ui.selectable_label(on, preset.name).on_hover_text(about).clicked() {
                        *window = Window::Preset(preset.id.to_owned());
                    }
                }
            });
            shown.response.accessible_name(format!("list of k {letter}"));
            list_editor(ui, window, letter);
        }
        Window::Curve(points) => {
            let editor = CurveEditor {
                name: &format!("k over ᾱ {letter}"),
                axes: [crate::ui::notation::plain(ui.ctx(), "signal2"), "k"],
                range: [[0.0, 1.0], [1.0, LARGEST_K]],
                y_step: 2.0,
                most: 24,
                height: 140.0,
                cursor: Some(cx.abar),
            };
            editor.show(ui, points);
        }
    }
    if let Some(k) = cx.scene.ensemble.side.checked_sub(window.largest()).is_none().then(|| window.largest()) {
        warn(ui, &format!("k = {k} is larger than the grid: a circular window counts pixels twice."));
    }
    *window != before
}

/// A list of k as text, low noise first.
fn list_editor(ui: &mut Ui, window: &mut Window, letter: &str) {
    let list: Vec<usize> = match window {
        Window::List(list) => list.clone(),
        Window::Preset(id) => window::find_preset(id).map_or(Vec::new(), |preset| preset.list.to_vec()),
        _ => return,
    };
    let id = ui.scope_id().with("text of list");
    let written = list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let mut text: String = ui.data(|data| data.get_temp(id)).unwrap_or_else(|| written.clone());
    let field = egui::TextEdit::singleline(&mut text).desired_width(f32::INFINITY).font(egui::TextStyle::Small);
    let response = ui.add(field).on_hover_text("Odd numbers, low noise first, separated by spaces; Enter takes them");
    response.widget_info(|| egui::WidgetInfo::text_edit(true, &text, &text, format!("values of k {letter}")));
    let response = response.accessible_name(format!("values of k {letter}"));
    if response.lost_focus() {
        let parsed: Option<Vec<usize>> = text.split_whitespace().map(|word| word.parse().ok()).collect();
        if let Some(parsed) = parsed.filter(|parsed| Window::List(parsed.clone()).check(MAX_WINDOW).is_ok())
            && parsed != list
        {
            *window = Window::List(parsed);
        }
        ui.data_mut(|data| data.remove_temp::<String>(id));
    } else if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text));
    }
}

/// What the number of steps does to the end of the run.
fn consistency(ui: &mut Ui, cx: &PaneContext<'_>) {
    let end =
        cx.physics.and_then(|physics| physics.measured.last()).filter(|m| m.abar >= cx.scene.machine.abar[1] - 1e-9);
    match end {
        Some(end) if end.abar < 1.0 => {
            let text = format!(
                "At the end {} of the pixels are locally consistent; noise is left on all of them, since ᾱ ends below 1.",
                percent(end.local_consistency)
            );
            note(ui, &text);
        }
        Some(end) if end.local_consistency < CONSISTENT => {
            let text = format!(
                "At the end {} of the pixels are locally consistent: more steps, or a grid uniform in log-SNR, would follow the \
                 score more closely.",
                percent(end.local_consistency)
            );
            warn(ui, &text);
        }
        Some(end) => {
            note(ui, &format!("At the end {} of the pixels are locally consistent.", percent(end.local_consistency)))
        }
        None => note(ui, "Play to the end to see the share of locally consistent pixels."),
    }
}

fn ensemble(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    let before = cx.scene.ensemble;
    let muted = theme::tokens(ui.visuals()).muted_text;
    let Ensemble { mut count, mut side } = before;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.label("side L");
        for choice in SIDES {
            let button = ui.add(Button::selectable(side == choice, format!("{choice}")));
            let name = format!("grid of {choice} × {choice} pixels");
            button.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, side == choice, &name));
            if button.on_hover_text(&name).clicked() {
                side = choice;
            }
        }
        let field = DragValue::new(&mut side).range(2..=MAX_SIDE).speed(0.2).suffix(" px");
        ui.add(field).on_hover_text("Side of each grid, in pixels").accessible_name("side L");
    });
    let mut wanted = count as f64;
    if param_slider(ui, &mut wanted, &COUNT) {
        count = (wanted.round() as usize).clamp(1, MAX_GRIDS);
    }
    let channels = cx.setup.map_or(1, |setup| setup.setup.machine.channels());
    let most = (MAX_VALUES / (channels * side * side).max(1)).max(1);
    if count > most {
        count = most;
    }
    let text = format!(
        "{count} × {side} × {side} pixels, {} MiB for each kept step",
        crate::ui::format::number((4 * channels * count * side * side) as f64 / f64::from(1 << 20), 2)
    );
    ui.label(RichText::new(text).small().color(muted));
    let now = Ensemble { count, side };
    if now != before {
        cx.scene.ensemble = now;
        cx.scene.painting.retain(|stroke| stroke.grid < count);
        if now.side != before.side {
            fitting::fit_to_side(cx.scene, cx.images_stamp);
        }
        cx.edits.note(if now.side == before.side { "change number of grids" } else { "change side of grids" });
    }
    ui.horizontal(|ui| {
        let label = ui.label("seed").on_hover_text("Seed of all randomness: the same seed gives the same run");
        let mut seed = cx.scene.seed;
        let field = ui.add(DragValue::new(&mut seed).speed(0.1)).labelled_by(label.id);
        let next = ui.button("Next").on_hover_text("Another noise");
        next.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Next seed"));
        if next.clicked() {
            seed = seed.wrapping_add(1);
        }
        if field.changed() || seed != cx.scene.seed {
            cx.scene.seed = seed;
            cx.edits.note("change seed");
        }
    });
}
