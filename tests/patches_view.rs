//! The patch lab in a window that exists only in memory: used by role and label, and looked at.

#![cfg(feature = "gui")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use diffuscope::engine::reference::ReferenceEngine;
use diffuscope::labs::LabView;
use diffuscope::labs::patches::ENTRY;
use diffuscope::labs::patches::run::Run;
use diffuscope::labs::patches::scene::Scene;
use diffuscope::ui::theme::{self, ThemeChoice};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use serde_json::{Value, json};

/// Seconds of wall time that every frame of a test stands for.
const FRAME_SECS: f32 = 1.0 / 60.0;

struct Window {
    harness: Harness<'static, Box<dyn LabView>>,
}

impl Window {
    fn open(scene: &Value, size: [f32; 2], look: ThemeChoice) -> Self {
        let view = (ENTRY.open)(scene, Arc::new(ReferenceEngine)).unwrap();
        let harness = Harness::builder()
            .with_size(Vec2::from(size))
            .with_theme(if look == ThemeChoice::Light { egui::Theme::Light } else { egui::Theme::Dark })
            .with_step_dt(FRAME_SECS)
            .with_max_steps(64)
            .with_render_cursor(false)
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

    fn small(scene: &Value) -> Self {
        Self::open(scene, [1280.0, 760.0], ThemeChoice::Dark)
    }

    /// Draws frames until everything is computed.
    fn settle(&mut self) {
        for frame in 0..4000 {
            self.harness.step();
            if frame > 4 && !self.harness.state().is_busy() {
                self.harness.run_steps(3);
                self.harness.check_accessibility();
                return;
            }
            std::thread::sleep(Duration::from_millis(4));
        }
        panic!("the view is still busy");
    }

    fn scene(&self) -> Scene {
        serde_json::from_value(self.harness.state().scene()).unwrap()
    }

    fn button(&mut self, pos: Pos2, pressed: bool, modifiers: Modifiers) {
        self.harness.event(Event::ModifiersChanged(modifiers));
        self.harness.event(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers });
        self.harness.step();
    }

    fn press_at(&mut self, pos: Pos2, modifiers: Modifiers) {
        self.harness.hover_at(pos);
        self.harness.step();
        self.button(pos, true, modifiers);
        self.button(pos, false, modifiers);
        self.harness.event(Event::ModifiersChanged(Modifiers::NONE));
        self.settle();
    }

    fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.hover_at(from);
        self.harness.step();
        self.button(from, true, Modifiers::NONE);
        for i in 1..=6 {
            self.harness.hover_at(from + (to - from) * (i as f32 / 6.0));
            self.harness.step();
        }
        self.button(to, false, Modifiers::NONE);
        self.settle();
    }

    fn click(&mut self, role: Role, label: &str) {
        self.harness.get_by_role_and_label(role, label).click();
        self.settle();
    }

    /// Brings a pane in front of its tab bar.
    fn front(&mut self, pane: &str) {
        self.harness.state_mut().tiles().unwrap().focus(pane);
        self.settle();
    }

    fn key(&mut self, key: Key) {
        self.harness.key_press(key);
        self.settle();
    }

    fn has(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    /// The middle of pixel [column, row] of a grid of `side` in the picture of this name.
    fn pixel(&self, picture: &str, side: f32, at: [f32; 2]) -> Pos2 {
        let rect: Rect = self.harness.get_by_label(picture).rect();
        rect.min + Vec2::new((at[0] + 0.5) / side * rect.width(), (at[1] + 0.5) / side * rect.height())
    }

    /// Saves what is on screen where the build keeps its files, to be looked at.
    fn picture(&mut self, name: &str) -> image::RgbaImage {
        let picture = self.harness.render().unwrap();
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("patches_view");
        std::fs::create_dir_all(&folder).unwrap();
        picture.save(folder.join(format!("{name}.png"))).unwrap();
        picture
    }
}

/// Two patterns on a small grid.
fn small() -> Value {
    json!({
        "lab": "patches",
        "version": 1,
        "ensemble": { "count": 2, "side": 16 },
        "machine": { "kind": { "kind": "two_pattern" }, "window": { "k": 3 }, "steps": 12 },
        "abar": 0.5,
    })
}

#[test]
fn the_lab_is_seen_light_and_dark() {
    for (name, look, size) in [
        ("dark", ThemeChoice::Dark, [1280.0, 760.0]),
        ("light", ThemeChoice::Light, [1280.0, 760.0]),
        ("large_light", ThemeChoice::Light, [1920.0, 1040.0]),
    ] {
        let mut scene = small();
        scene["ensemble"] = json!({ "count": 4, "side": 48 });
        scene["machine"]["window"] = json!({ "k": 5 });
        scene["machine"]["steps"] = json!(30);
        let mut window = Window::open(&scene, size, look);
        window.key(Key::End);
        window.key(Key::P);
        let before = window.picture(&format!("{name}_correlations"));
        let colours: std::collections::HashSet<_> = before.pixels().map(|pixel| pixel.0).collect();
        assert!(colours.len() > 100, "{name}: {} colours", colours.len());
        window.front("growth");
        let after = window.picture(&format!("{name}_growth"));
        assert_ne!(before, after);
        window.front("training");
        window.picture(&format!("{name}_training"));
    }
}

#[test]
fn scrubbing_back_and_forth_gives_the_bytes_of_a_headless_run() {
    let scene = small();
    let typed: Scene = serde_json::from_value(scene.clone()).unwrap();
    let mut run = Run::new(&typed, Arc::new(ReferenceEngine)).unwrap();
    let mut straight = Vec::new();
    for step in 0..=run.steps() {
        run.seek(step).unwrap();
        straight.push(run.phi().clone());
    }
    for step in [12, 3, 4, 0, 11, 7] {
        run.seek(step).unwrap();
        assert_eq!(run.phi(), &straight[step], "step {step}");
    }
    let mut window = Window::small(&scene);
    window.key(Key::Home);
    let first = window.picture("scrub_start");
    window.key(Key::End);
    let last = window.picture("scrub_end");
    assert_ne!(first, last);
    assert_eq!(window.scene().abar, 1.0);
    window.key(Key::ArrowLeft);
    window.key(Key::ArrowRight);
    assert_eq!(window.scene().abar, 1.0);
    assert_eq!(last, window.picture("scrub_again"), "the same step is the same picture");
}

#[test]
fn k_is_changed_and_the_edit_has_a_name() {
    let mut window = Window::small(&small());
    let stamp = window.harness.state().edit_stamp();
    window.click(Role::Button, "k A: by hand");
    assert_ne!(window.harness.state().edit_stamp(), stamp);
    assert_eq!(window.harness.state().last_edit(), "change k");
    let scene = serde_json::to_value(window.scene()).unwrap();
    assert!(scene["machine"]["window"]["curve"].is_array(), "{scene}");
    window.click(Role::Button, "k A: list");
    let scene = serde_json::to_value(window.scene()).unwrap();
    assert_eq!(scene["machine"]["window"]["preset"], "mnist_resnet_zero");
    // Undo, as the program does it.
    window.harness.state_mut().restore(&small()).unwrap();
    window.settle();
    let scene = serde_json::to_value(window.scene()).unwrap();
    assert_eq!(scene["machine"]["window"], json!({ "k": 3 }));
}

#[test]
fn pixels_are_selected_by_pointer_and_keys() {
    let mut scene = small();
    scene["ensemble"]["count"] = json!(1);
    let mut window = Window::small(&scene);
    window.key(Key::End);
    let at = window.pixel("Picture of field", 16.0, [3.0, 5.0]);
    window.press_at(at, Modifiers::NONE);
    assert!(window.has("row 5, column 3"), "the probe tells which pixel it reads");
    assert!(window.has("Training patch 1: image"));
    window.harness.key_press_modifiers(Modifiers::ALT, Key::ArrowDown);
    window.settle();
    assert!(window.has("row 6, column 3"));
    let at = window.pixel("Picture of denoised estimate", 16.0, [8.0, 8.0]);
    window.press_at(at, Modifiers::SHIFT);
    assert!(window.has("Δx = 5, Δy = 2"));
    window.picture("two_pixels");
    window.key(Key::Escape);
    assert!(!window.has("row 6, column 3"));
}

#[test]
fn painting_is_an_edit_that_shows_its_light_cone() {
    let mut scene = small();
    scene["ensemble"]["count"] = json!(1);
    let mut window = Window::small(&scene);
    window.click(Role::Button, "Paint");
    let (from, to) =
        (window.pixel("Picture of field", 16.0, [3.0, 3.0]), window.pixel("Picture of field", 16.0, [9.0, 3.0]));
    window.drag(from, to);
    let painting = window.scene().painting;
    assert!(painting.len() >= 2, "{painting:?}");
    assert_eq!(window.harness.state().last_edit(), "paint white");
    assert!(window.harness.query_by_label("Picture of light cone").is_some());
    window.key(Key::End);
    window.picture("light_cone");
    window.click(Role::Button, "Clear painting");
    assert!(window.scene().painting.is_empty());
    assert!(window.harness.query_by_label("Picture of light cone").is_none());
}

#[test]
fn arrays_are_loaded_and_hostile_files_leave_the_scene_running() {
    use npyz::WriterBuilder;
    let mut window = Window::small(&small());
    for (name, bytes) in [
        ("notes.txt", b"just words".to_vec()),
        ("nothing.png", Vec::new()),
        ("labels", vec![0, 0, 8, 1, 0, 0, 0, 1, 5]),
    ] {
        let before = window.scene();
        let fault = window.harness.state_mut().import(name, &bytes).unwrap_err();
        assert!(fault.contains(name), "{fault}");
        window.settle();
        assert_eq!(window.scene(), before);
    }
    let mut bytes = Vec::new();
    let mut writer = npyz::WriteOptions::new().default_dtype().shape(&[3, 8, 8]).writer(&mut bytes).begin_nd().unwrap();
    writer.extend((0..3 * 64).map(|i| if i % 3 == 0 { 1.0f32 } else { -1.0 })).unwrap();
    writer.finish().unwrap();
    let done = window.harness.state_mut().import("stripes.npy", &bytes).unwrap();
    assert!(done.contains("3 training images"), "{done}");
    window.settle();
    let scene = window.scene();
    let given = scene.training.images.unwrap();
    assert_eq!((given.count, given.channels, given.side), (3, 1, 8));
    assert_eq!(scene.machine.kind.kind, "els", "the two-pattern machine gave way to one that uses images");
    assert!(window.has("3 images of 8 × 8 pixels"));
    window.picture("loaded");
}

#[test]
fn two_machines_start_from_the_same_noise() {
    let mut scene = small();
    scene["ensemble"]["count"] = json!(1);
    let mut window = Window::small(&scene);
    window.click(Role::CheckBox, "Compare with machine B");
    assert!(window.scene().compare.is_some());
    assert!(window.harness.query_by_label("Picture of field, B").is_some());
    window.key(Key::End);
    window.picture("compared");
}

#[test]
fn scenes_out_of_range_are_refused() {
    for (patch, part) in [
        (json!({"ensemble": {"side": 100_000}}), "ensemble.side"),
        (json!({"ensemble": {"side": 1024, "count": 4096}}), "ensemble"),
        (json!({"machine": {"window": {"k": 4}}}), "machine.window"),
        (json!({"machine": {"steps": 1}}), "machine.steps"),
        (json!({"machine": {"abar": [0.5, 0.5]}}), "machine.abar"),
        (json!({"training": {"set": {"kind": "none"}}}), "training.set"),
        (json!({"training": {"images": {"count": 0, "channels": 1, "side": 4, "levels": ""}}}), "training.images"),
        (
            json!({"painting": [{"abar": 0.5, "grid": 7, "at": [0, 0], "radius": 1, "ink": "noise"}]}),
            "painting[0].grid",
        ),
        (json!({"wrong": 1}), "wrong"),
    ] {
        let mut scene = small();
        for (key, value) in patch.as_object().unwrap() {
            scene[key] = value.clone();
        }
        let fault = (ENTRY.check)(&scene).unwrap_err().to_string();
        assert!(fault.contains(part), "{part}: {fault}");
    }
}
