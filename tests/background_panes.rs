//! What is computed in the background and shown as it comes: the high-dimensions lab, and clones, finite data and pure states
//! of the symmetry-breaking lab, used by role and label in a window that exists only in memory.

#![cfg(feature = "gui")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use diffuscope::engine::select::{EngineChoice, select};
use diffuscope::labs::scene_file;
use diffuscope::labs::{LabEntry, LabView, high_dimensions, symmetry_breaking};
use diffuscope::ui::theme::{self, ThemeChoice};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable};
use egui_kittest::{Harness, HarnessBuilder, SnapshotOptions};
use serde_json::{Value, json};

/// Seconds of wall time that every frame of a test stands for.
const FRAME_SECS: f32 = 1.0 / 60.0;

struct Window {
    harness: Harness<'static, Box<dyn LabView>>,
}

impl Window {
    fn open(lab: &LabEntry, scene: &Value) -> Self {
        Self::build(lab, scene, ThemeChoice::Dark, |builder| builder)
    }

    /// A window on a scene of the gallery whose picture can be taken, everything computed.
    fn seen(lab: &LabEntry, id: &str, look: ThemeChoice) -> Self {
        let scene = scene_file::load(&format!("gallery:{id}")).unwrap().scene;
        let options = SnapshotOptions::new().threshold(1.5).max_failed_pixels(600);
        let mut window =
            Self::build(lab, &scene, look, |builder| builder.with_render_cursor(false).with_options(options).wgpu());
        window.settle();
        window
    }

    fn build(
        lab: &LabEntry,
        scene: &Value,
        look: ThemeChoice,
        with: impl FnOnce(HarnessBuilder<Box<dyn LabView>>) -> HarnessBuilder<Box<dyn LabView>>,
    ) -> Self {
        let scene = (lab.check)(scene).unwrap();
        let view = (lab.open)(&scene, select(EngineChoice::Cpu).unwrap().engine).unwrap();
        let builder = Harness::builder()
            .with_size(Vec2::new(1280.0, 800.0))
            .with_theme(if look == ThemeChoice::Light { egui::Theme::Light } else { egui::Theme::Dark })
            .with_step_dt(FRAME_SECS)
            .with_max_steps(64)
            .with_context_setup(move |ctx| {
                theme::install(ctx);
                look.apply(ctx);
            });
        let harness = with(builder).build_ui_state(
            |ui, view: &mut Box<dyn LabView>| {
                view.logic(ui.ctx(), FRAME_SECS);
                view.ui(ui);
            },
            view,
        );
        Self { harness }
    }

    /// Draws frames until everything is computed.
    fn settle(&mut self) {
        for frame in 0..20_000 {
            self.harness.step();
            if frame > 4 && !self.harness.state().is_busy() {
                self.harness.run_steps(4);
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        panic!("still computing");
    }

    fn scene(&self) -> Value {
        self.harness.state().scene()
    }

    fn click(&mut self, role: Role, label: &str) {
        self.harness.get_by_role_and_label(role, label).click();
        self.harness.run_steps(3);
    }

    /// Writes into the field `label` and takes it with Enter.
    fn write(&mut self, label: &str, text: &str) {
        self.harness.get_by_role_and_label(Role::TextInput, label).click();
        self.harness.run_steps(3);
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.harness.event(Event::Text(text.to_owned()));
        self.harness.run_steps(2);
        self.harness.key_press(Key::Enter);
        self.harness.run_steps(4);
    }

    fn shows(&self, text: &str) -> bool {
        self.harness.query_all_by_label_contains(text).next().is_some()
    }
}

fn small() -> Value {
    json!({"lab": "high_dimensions", "version": 1, "sizes": [10, 20], "exponents": [-0.5, 0.0, 1.0, 2.0], "repeats": 2,
        "focus": {"size": 20, "exponent": 1.0}})
}

#[test]
fn distances_and_spectra_come_and_follow_the_controls() {
    let mut window = Window::open(&high_dimensions::ENTRY, &small());
    window.settle();
    assert!(window.harness.query_by_role_and_label(Role::Figure, "Wasserstein distance over a").is_some());
    assert!(window.shows("Marchenko–Pastur") && window.shows("P = 400"));
    let stamp = window.harness.state().edit_stamp();
    window.click(Role::Button, "N = 25");
    assert_eq!(window.scene()["sizes"], json!([10, 20, 25]));
    assert_eq!(window.harness.state().last_edit(), "change dimensions");
    assert!(window.harness.state().edit_stamp() > stamp);
    window.settle();
    // At another a the spectrum follows.
    let mut scene = window.scene();
    scene["focus"]["exponent"] = json!(2.0);
    window.harness.state_mut().restore(&scene).unwrap();
    window.settle();
    assert!(window.shows("P = 8000"));
}

#[test]
fn long_work_is_stopped_and_begun_again() {
    let mut scene = small();
    scene["sizes"] = json!([700]);
    scene["repeats"] = json!(100);
    let mut window = Window::open(&high_dimensions::ENTRY, &scene);
    while window.harness.query_by_label_contains("the distances:").is_none() {
        window.harness.step();
    }
    window.click(Role::Button, "Stop");
    window.settle();
    assert!(window.shows("the distances: stopped at"));
    window.click(Role::Button, "Compute again");
    assert!(window.harness.state().is_busy());
}

#[test]
fn hard_cases_are_told_in_words() {
    let mut scene = small();
    scene["sizes"] = json!([2]);
    scene["exponents"] = json!([-1.0]);
    scene["focus"] = json!({"size": 2, "exponent": -1.0});
    let mut window = Window::open(&high_dimensions::ENTRY, &scene);
    window.settle();
    assert!(window.harness.state().warnings().iter().any(|warning| warning.contains("P < N")));
    scene["learning"] = json!("least_squares");
    window.harness.state_mut().restore(&(high_dimensions::ENTRY.check)(&scene).unwrap()).unwrap();
    window.settle();
    assert!(window.shows("undetermined"));
    assert!(window.harness.state_mut().import("x.csv", b"1,2").is_err());
}

fn magnet(show: &str) -> Value {
    json!({"lab": "symmetry_breaking", "version": 1, "show": show, "time": 2.0,
        "model": {"kind": "simplified", "beta": 1.5, "field": 0.2, "spins": 400},
        "ensemble": {"count": 50, "steps": 60},
        "clones": {"pairs": 400, "tau": [-1.0, 0.0, 1.0]},
        "finite_data": {"spins": [16], "samples": [16, 64], "scores": ["exact", "empirical"], "data_sets": 4,
            "generated": 30, "steps": 20},
        "pure_states": {"particles": 60}})
}

#[test]
fn clones_agree_as_the_quadrature_says() {
    let mut window = Window::open(&symmetry_breaking::ENTRY, &magnet("clones"));
    window.settle();
    assert!(window.harness.query_by_role_and_label(Role::Figure, "Agreement of clones").is_some());
    let told = window.harness.get_by_label_contains("Largest deviation from theory").accesskit_node();
    let label = told.value().or_else(|| told.label()).unwrap();
    let number = label.split(": ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    assert!(number.parse::<f64>().unwrap() < 4.5, "{label}");
}

#[test]
fn finite_data_shows_slopes_and_follows_its_switches() {
    let mut window = Window::open(&symmetry_breaking::ENTRY, &magnet("finite_data"));
    window.settle();
    // Closed at first where the pane is low.
    window.click(Role::Button, "Experiment");
    assert!(window.harness.query_by_role_and_label(Role::Figure, "Error of the plus weight").is_some());
    assert!(window.shows("slope in P") && window.shows("On one clock"));
    window.click(Role::CheckBox, "Fitted two-state score");
    assert_eq!(window.scene()["finite_data"]["scores"], json!(["exact", "empirical", "fitted"]));
    assert_eq!(window.harness.state().last_edit(), "change finite data");
    window.settle();
}

#[test]
fn lists_of_sizes_are_typed_and_checked() {
    let mut window = Window::open(&symmetry_breaking::ENTRY, &magnet("finite_data"));
    window.settle();
    window.click(Role::Button, "Experiment");
    window.write("samples P", "20, 80, 320");
    assert_eq!(window.scene()["finite_data"]["samples"], json!([20, 80, 320]));
    assert_eq!(window.harness.state().last_edit(), "change finite data");
    // More samples than fit into memory are refused in words, and the scene stays one that can be run.
    window.write("spins N", "1000");
    window.write("samples P", "1000000");
    assert!(window.shows("Not taken") && window.shows("are more than"));
    assert_eq!(window.scene()["finite_data"]["samples"], json!([20, 80, 320]));
    window.write("samples P", "many");
    assert!(window.shows("is not a number"));
    window.write("samples P", "1, 20");
    assert!(!window.shows("Not taken"));
    assert!(window.harness.state().warnings().iter().any(|warning| warning.contains("P = 1")));
    window.settle();
    (symmetry_breaking::ENTRY.check)(&window.scene()).unwrap();
}

#[test]
fn everything_measured_can_be_drawn_against_everything() {
    let mut window = Window::open(&symmetry_breaking::ENTRY, &magnet("finite_data"));
    window.settle();
    for quantity in ["error of W₊", "W₊", "overlap", "copies"] {
        window.click(Role::Button, quantity);
        for against in ["samples P", "spins N", "P/N"] {
            window.click(Role::Button, against);
            assert!(window.shows("Exact score"), "{quantity} against {against}");
        }
    }
    window.click(Role::Button, "tS and tC");
    assert!(window.harness.query_by_role_and_label(Role::Figure, "Speciation and collapse").is_some());
    assert!(window.shows("t_C, N = 16"));
}

#[test]
fn states_are_added_and_removed() {
    let mut window = Window::open(&symmetry_breaking::ENTRY, &magnet("pure_states"));
    window.settle();
    assert!(window.harness.query_by_role_and_label(Role::Canvas, "Potential over the plane of two states").is_some());
    window.click(Role::Button, "Add");
    assert_eq!(window.scene()["pure_states"]["weights"].as_array().unwrap().len(), 4);
    assert_eq!(window.harness.state().last_edit(), "add state");
    window.settle();
    window.click(Role::Button, "Remove last");
    window.click(Role::Button, "Remove last");
    window.settle();
    let states = &window.scene()["pure_states"];
    assert_eq!(states["overlaps"].as_array().unwrap().len(), 2);
    // What is on screen can be saved and opened again.
    (symmetry_breaking::ENTRY.check)(&window.scene()).unwrap();
}

#[test]
fn distances_and_spectra_light() {
    let mut window = Window::seen(&high_dimensions::ENTRY, "spectrum_spike", ThemeChoice::Light);
    window.harness.snapshot("high_dimensions_light");
}

#[test]
fn losses_of_linear_scores_dark() {
    let mut window = Window::seen(&high_dimensions::ENTRY, "spectrum_one_draw", ThemeChoice::Dark);
    window.click(Role::Tab, "Linear score");
    window.settle();
    window.harness.snapshot("high_dimensions_linear_score_dark");
}

#[test]
fn clones_dark() {
    Window::seen(&symmetry_breaking::ENTRY, "magnet_clones", ThemeChoice::Dark).harness.snapshot("magnet_clones_dark");
}

#[test]
fn three_states_light() {
    let mut window = Window::seen(&symmetry_breaking::ENTRY, "magnet_three_states", ThemeChoice::Light);
    window.harness.snapshot("magnet_three_states_light");
}
