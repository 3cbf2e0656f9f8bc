//! The symmetry-breaking lab in a window that exists only in memory: used by role and label, and looked at.

#![cfg(feature = "gui")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use diffuscope::engine::cpu::CpuEngine;
use diffuscope::labs::LabView;
use diffuscope::labs::scene_file::{self, SceneFormat as _};
use diffuscope::labs::symmetry_breaking::ENTRY;
use diffuscope::labs::symmetry_breaking::scene::Scene;
use diffuscope::ui::theme::{self, ThemeChoice};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions};
use serde_json::{Value, json};

/// Seconds of wall time that every frame of a test stands for.
const FRAME_SECS: f32 = 1.0 / 60.0;

struct Window {
    harness: Harness<'static, Box<dyn LabView>>,
}

impl Window {
    fn open(scene: &Value, look: ThemeChoice) -> Self {
        let view = (ENTRY.open)(scene, Arc::new(CpuEngine::new())).unwrap();
        let harness = Harness::builder()
            .with_size(Vec2::new(1280.0, 760.0))
            .with_theme(if look == ThemeChoice::Light { egui::Theme::Light } else { egui::Theme::Dark })
            .with_step_dt(FRAME_SECS)
            .with_render_cursor(false)
            .with_options(SnapshotOptions::new().threshold(1.5).max_failed_pixels(600))
            .with_context_setup(move |ctx| {
                theme::install(ctx);
                look.apply(ctx);
            })
            .wgpu()
            .build_ui_state(
                |ui, view: &mut Box<dyn LabView>| {
                    view.logic(ui.ctx(), FRAME_SECS);
                    view.ui(ui);
                },
                view,
            );
        let mut window = Self { harness };
        window.settle();
        window
    }

    fn gallery(id: &str, look: ThemeChoice) -> Self {
        Self::open(&scene_file::load(&format!("gallery:{id}")).unwrap().scene, look)
    }

    /// Draws frames until everything is computed.
    fn settle(&mut self) {
        for frame in 0..6000 {
            self.harness.step();
            if frame > 12 && !self.harness.state().is_busy() {
                self.harness.run_steps(3);
                return;
            }
            std::thread::sleep(Duration::from_millis(4));
        }
        panic!("the view is still busy");
    }

    fn scene(&self) -> Scene {
        let scene: Scene = serde_json::from_value(self.harness.state().scene()).unwrap();
        scene.check().unwrap();
        scene
    }

    fn click(&mut self, role: Role, label: &str) {
        self.harness.get_by_role_and_label(role, label).click();
        self.settle();
    }

    fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.hover_at(from);
        self.harness.step();
        let button = |pressed, pos| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.harness.event(button(true, from));
        self.harness.step();
        for i in 1..=6 {
            self.harness.hover_at(from + (to - from) * (i as f32 / 6.0));
            self.harness.step();
        }
        self.harness.event(button(false, to));
        self.settle();
    }

    fn has(&self, words: &str) -> bool {
        self.harness.query_all_by_label_contains(words).next().is_some()
    }
}

fn small(extra: &Value) -> Value {
    let mut scene = json!({
        "lab": "symmetry_breaking", "version": 1,
        "model": {"kind": "simplified", "beta": 1.5, "field": 0.4, "spins": 1000},
        "ensemble": {"count": 400, "steps": 100, "tau_end": -12.0},
        "time": 3.0
    });
    for (key, value) in extra.as_object().unwrap() {
        scene[key] = value.clone();
    }
    scene
}

#[test]
fn the_play_head_has_three_clocks() {
    let mut window = Window::open(&small(&json!({})), ThemeChoice::Dark);
    let before = window.harness.state().edit_stamp();
    let t_s = 0.5 * 1000.0_f64.ln();
    // Typing into the field of one clock moves all of them.
    for (label, typed, t) in
        [("time t", "2.5", 2.5), ("τ = t − ½ log N", "0.5", t_s + 0.5), ("√N e^−t", "2", t_s - 2.0_f64.ln())]
    {
        window.harness.get_by_role_and_label(Role::SpinButton, label).click();
        window.harness.run_steps(3);
        window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        window.harness.event(Event::Text(typed.to_owned()));
        window.harness.run_steps(2);
        window.harness.key_press(Key::Enter);
        window.settle();
        assert!((window.scene().time - t).abs() < 2e-3, "{label}: {}", window.scene().time);
    }
    assert_eq!(window.harness.state().edit_stamp(), before, "moving the play head is no edit");
    window.click(Role::Button, "To end");
    assert!(window.scene().time.abs() < 1e-9);
    window.click(Role::Button, "To start");
    assert!((window.scene().time - (t_s + 6.0)).abs() < 1e-9);
}

#[test]
fn dragging_over_time_moves_the_play_head() {
    let mut window = Window::open(&small(&json!({})), ThemeChoice::Dark);
    let rect = window.harness.get_by_role_and_label(Role::Figure, "Trajectories").rect();
    let before = window.scene().time;
    window.drag(rect.center(), rect.right_center() - Vec2::new(40.0, 0.0));
    let right = window.scene().time;
    window.drag(rect.center(), rect.left_center() + Vec2::new(90.0, 0.0));
    assert!(right < window.scene().time && right != before, "time falls to the right");
}

#[test]
fn the_numbers_of_the_moment_are_those_of_theory() {
    use diffuscope::core::curie_weiss::CurieWeiss;
    use diffuscope::core::curie_weiss::potential::Potential;
    use diffuscope::ui::format::number;
    let window = Window::open(&small(&json!({})), ThemeChoice::Dark);
    let model = CurieWeiss { beta: 1.5, field: 0.4, spins: 1000, temperature: 1.0 };
    let wells = Potential::new(&model, 3.0).wells();
    for value in [
        model.magnetization(),
        model.critical_time().unwrap(),
        model.speciation_time(),
        wells.deep,
        wells.barrier.unwrap(),
        Potential::new(&model, 3.0).curvature(0.0),
        Potential::new(&model, 3.0).early_centre(),
    ] {
        assert!(window.has(&number(value, 4)), "{value} is not on screen");
    }
}

#[test]
fn edits_are_named_and_can_be_taken_back() {
    let mut window = Window::open(&small(&json!({})), ThemeChoice::Dark);
    let before = window.harness.state().scene();
    window.click(Role::Button, "h = 0");
    assert_eq!(window.harness.state().last_edit(), "change h");
    assert_eq!(window.scene().model.params["field"], 0.0);
    window.click(Role::Button, "Curie–Weiss");
    assert_eq!(window.harness.state().last_edit(), "change model");
    window.harness.state_mut().restore(&before).unwrap();
    window.settle();
    assert_eq!(window.scene().model.params["field"], 0.4);
}

#[test]
fn a_hot_magnet_says_that_there_is_nothing_to_decide() {
    let hot = small(&json!({"model": {"kind": "simplified", "beta": 0.9, "spins": 100}}));
    let window = Window::open(&hot, ThemeChoice::Dark);
    assert!(window.has("one well for ever"));
    assert!(window.harness.state().warnings().iter().any(|warning| warning.contains("one well for ever")));
}

#[test]
fn the_operating_point_can_be_dragged() {
    let mut window = Window::open(&small(&json!({"show": "phase_diagram"})), ThemeChoice::Dark);
    let rect = window.harness.get_by_role_and_label(Role::Figure, "Phase diagram").rect();
    window.drag(rect.center(), rect.center() + Vec2::new(60.0, -40.0));
    let params = window.scene().model.params;
    assert!(params["beta"] > 1.5 && params["field"] > 10.0, "{params:?}");
    assert_eq!(window.harness.state().last_edit(), "move operating point");
}

#[test]
fn the_operating_point_can_be_moved_by_keys() {
    let mut window = Window::open(&small(&json!({"show": "phase_diagram"})), ThemeChoice::Dark);
    window.harness.get_by_role(Role::GraphicsSymbol).focus();
    window.harness.run_steps(3);
    window.harness.key_press(Key::ArrowRight);
    window.settle();
    let right = window.scene().model.params;
    assert!(right["beta"] > 1.5 && (right["field"] - 0.4).abs() < 1.0, "{right:?}");
    window.harness.key_press(Key::ArrowUp);
    window.settle();
    assert!(window.scene().model.params["field"] > right["field"] + 1.0);
    assert_eq!(window.harness.state().last_edit(), "move operating point");
}

#[test]
fn spins_turn_from_noise_to_magnets() {
    let spins = json!({"show": "spins", "spins": {"systems": 9, "steps": 60},
        "model": {"kind": "original", "beta": 1.5, "spins": 100}});
    let mut window = Window::open(&small(&spins), ThemeChoice::Dark);
    window.harness.get_by_role_and_label(Role::Canvas, "Field of spins");
    assert!(window.has("100 spins in each of 9 of 9 systems"));
    window.click(Role::Button, "To end");
    assert!(window.has("t = 0.00100"), "the spins are at their end");
    window.harness.get_by_role_and_label(Role::Button, "Measure the difference").click();
    // The first of the sizes is enough: the others take their time.
    let name = "Difference from one dimension";
    for _ in 0..20_000 {
        window.harness.step();
        if window.harness.query_by_role_and_label(Role::Figure, name).is_some() {
            return;
        }
        std::thread::sleep(Duration::from_millis(4));
    }
    panic!("nothing was measured");
}

#[test]
fn any_magnet_can_be_shown() {
    for (key, value) in
        [("spins", 1.0), ("spins", 1e9), ("temperature", 1e-3), ("beta", 0.0), ("beta", 20.0), ("field", 1e3)]
    {
        for show in ["double_well", "waterfall", "phase_diagram", "spins"] {
            let scene = small(&json!({"show": show, "time": 0.0, "model": {"kind": "original", key: value}}));
            let window = Window::open(&scene, ThemeChoice::Light);
            assert_eq!(serde_json::to_value(window.scene().show).unwrap(), show, "{key} = {value}");
        }
    }
}

#[test]
fn an_idle_window_does_not_repaint() {
    let mut window = Window::open(&small(&json!({})), ThemeChoice::Dark);
    window.harness.run_steps(60);
    let delay = window.harness.output().viewport_output.values().next().unwrap().repaint_delay;
    assert!(delay > Duration::from_secs(1), "{delay:?}");
}

#[test]
fn the_double_well_dark() {
    Window::gallery("magnet_one_becomes_two", ThemeChoice::Dark).harness.snapshot("magnet_double_well_dark");
}

#[test]
fn the_waterfall_light() {
    Window::gallery("magnet_tiny_field", ThemeChoice::Light).harness.snapshot("magnet_waterfall_light");
}

#[test]
fn ten_spins_light() {
    Window::gallery("magnet_ten_spins", ThemeChoice::Light).harness.snapshot("magnet_spins_light");
}

#[test]
fn the_phase_diagram_dark() {
    let phase = small(&json!({"show": "phase_diagram"}));
    Window::open(&phase, ThemeChoice::Dark).harness.snapshot("magnet_phase_diagram_dark");
}

#[test]
fn every_scene_has_a_figure() {
    use diffuscope::export::{Picture, drawing};
    for scene in ENTRY.gallery {
        let loaded = scene_file::load(&format!("gallery:{}", scene.id)).unwrap().scene;
        let mut view = (ENTRY.open)(&loaded, Arc::new(CpuEngine::new())).unwrap();
        let picture = drawing::figure(&mut *view, &Picture { size: [480, 320], ..Picture::default() }).unwrap();
        let colours: std::collections::HashSet<_> = picture.pixels().map(|pixel| pixel.0).collect();
        assert!(colours.len() > 60, "{}: only {} colours", scene.id, colours.len());
    }
}
