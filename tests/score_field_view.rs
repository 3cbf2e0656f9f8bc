//! The score-field lab in a window that exists only in memory: used by pointer and keys, and looked at.

use std::sync::Arc;
use std::time::Duration;

use diffuscope::engine::cpu::CpuEngine;
use diffuscope::labs::score_field::ENTRY;
use diffuscope::labs::{LabView, score_field::scene::Scene};
use diffuscope::ui::theme::{self, ThemeChoice};
use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, Rect, Vec2};
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
        let view = (ENTRY.open)(scene, Arc::new(CpuEngine::new())).unwrap();
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
        Self::open(scene, [1280.0, 800.0], ThemeChoice::Dark)
    }

    /// Draws frames until everything is computed.
    fn settle(&mut self) {
        for frame in 0..4000 {
            self.harness.step();
            if frame > 4 && !self.harness.state().is_busy() {
                self.harness.run_steps(3);
                return;
            }
            std::thread::sleep(Duration::from_millis(4));
        }
        panic!("the view is still busy");
    }

    fn scene(&self) -> Scene {
        serde_json::from_value(self.harness.state().scene()).unwrap()
    }

    fn canvas(&self) -> Rect {
        self.harness.get_by_label("Canvas").rect()
    }

    /// Where the place `at` is on screen: the region is centred with equal scales.
    fn on_screen(&self, at: [f64; 2]) -> Pos2 {
        let rect = self.canvas();
        let [x0, x1, y0, y1] = self.scene().region;
        let scale = (f64::from(rect.width()) / (x1 - x0)).min(f64::from(rect.height()) / (y1 - y0));
        let offset = [(at[0] - 0.5 * (x0 + x1)) * scale, (0.5 * (y0 + y1) - at[1]) * scale];
        rect.center() + Vec2::new(offset[0] as f32, offset[1] as f32)
    }

    fn button(&mut self, pos: Pos2, pressed: bool, modifiers: Modifiers) {
        self.harness.event(Event::ModifiersChanged(modifiers));
        self.harness.event(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers });
        self.harness.step();
    }

    fn drag(&mut self, from: Pos2, to: Pos2, modifiers: Modifiers) {
        self.harness.hover_at(from);
        self.harness.step();
        self.button(from, true, modifiers);
        for i in 1..=8 {
            self.harness.hover_at(from + (to - from) * (i as f32 / 8.0));
            self.harness.step();
        }
        self.button(to, false, modifiers);
        self.harness.event(Event::ModifiersChanged(Modifiers::NONE));
        self.harness.run_steps(2);
    }

    fn click(&mut self, pos: Pos2) {
        self.harness.hover_at(pos);
        self.harness.step();
        self.button(pos, true, Modifiers::NONE);
        self.button(pos, false, Modifiers::NONE);
        self.harness.step();
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run_steps(2);
    }

    /// Saves what is on screen where the build keeps its files, to be looked at.
    fn picture(&mut self, name: &str) -> image::RgbaImage {
        let picture = self.harness.render().unwrap();
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("score_field_view");
        std::fs::create_dir_all(&folder).unwrap();
        picture.save(folder.join(format!("{name}.png"))).unwrap();
        picture
    }
}

fn ring() -> Value {
    let points: Vec<[f64; 2]> = (0..8)
        .map(|i| std::f64::consts::TAU * f64::from(i) / 8.0)
        .map(|angle| [angle.cos() * 1.5, angle.sin() * 1.5])
        .collect();
    json!({
        "lab": "score_field",
        "version": 1,
        "data": { "points": points },
        "process": { "kind": "edm", "sigma_max": 5.0 },
        "time": 0.4,
        "particles": { "count": 600, "steps": 60 },
        "region": [-3.0, 3.0, -3.0, 3.0],
        "layers": { "particles": { "on": true, "radius": 1.8, "trail": 16 }, "arrows": { "on": false } },
    })
}

fn gaussians() -> Value {
    json!({
        "lab": "score_field",
        "version": 1,
        "data": {
            "points": [[0.0, -1.5], [0.4, -1.7], [-0.3, -1.9, 2.0]],
            "components": [
                { "mean": [-1.0, 0.5], "covariance": [0.5, 0.25, 0.3], "weight": 3.0 },
                { "mean": [1.2, 0.8], "covariance": [0.12, 0.0, 0.5], "weight": 2.0 },
            ],
        },
        "process": { "kind": "edm", "sigma_max": 5.0 },
        "time": 0.35,
        "particles": { "count": 400, "steps": 60 },
        "model": { "kind": "delta" },
        "compare": { "kind": "gaussian" },
        "layers": {
            "heat": { "on": true, "quantity": "log_density", "colour_map": "magma" },
            "contours": { "on": true },
            "streamlines": { "on": true },
            "arrows": { "on": false },
            "posterior": { "on": true },
        },
        "probes": [[0.3, -0.4]],
    })
}

#[test]
fn a_point_is_dragged_and_the_scene_follows() {
    let mut window = Window::small(&ring());
    let before = window.scene();
    let stamp = window.harness.state().edit_stamp();
    let (from, to) = (window.on_screen([1.5, 0.0]), window.on_screen([2.2, 0.6]));
    window.drag(from, to, Modifiers::NONE);
    window.settle();
    let after = window.scene();
    let moved = after.data.points[0].at;
    assert!((moved[0] - 2.2).abs() < 0.03 && (moved[1] - 0.6).abs() < 0.03, "{moved:?}");
    assert_eq!(after.data.points[1..], before.data.points[1..]);
    assert_eq!(after.region, before.region, "the canvas was not panned");
    assert_ne!(window.harness.state().edit_stamp(), stamp);
    assert_eq!(window.harness.state().last_edit(), "move point");
}

#[test]
fn empty_canvas_pans_and_the_wheel_zooms_about_the_pointer() {
    let mut window = Window::small(&ring());
    let stamp = window.harness.state().edit_stamp();
    let (from, to) = (window.on_screen([0.0, 0.0]), window.on_screen([1.0, 0.5]));
    window.drag(from, to, Modifiers::NONE);
    let [x0, x1, y0, y1] = window.scene().region;
    assert!((0.5 * (x0 + x1) + 1.0).abs() < 0.03 && (0.5 * (y0 + y1) + 0.5).abs() < 0.03);
    let pointer = window.on_screen([0.3, 0.2]);
    window.harness.hover_at(pointer);
    let wheel = Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        source: egui::MouseWheelSource::Wheel,
        delta: Vec2::new(0.0, 3.0),
        modifiers: Modifiers::NONE,
        phase: egui::TouchPhase::Move,
    };
    window.harness.event(wheel);
    window.harness.run_steps(30);
    let [zoomed0, zoomed1, ..] = window.scene().region;
    assert!(zoomed1 - zoomed0 < 0.9 * (x1 - x0));
    assert!(window.on_screen([0.3, 0.2]).distance(pointer) < 2.0);
    assert_eq!(window.harness.state().edit_stamp(), stamp, "looking elsewhere is no edit");
}

#[test]
fn a_box_selects_and_keys_edit_what_it_holds() {
    let mut window = Window::small(&ring());
    let (from, to) = (window.on_screen([0.7, -2.0]), window.on_screen([2.0, 2.0]));
    window.drag(from, to, Modifiers::SHIFT);
    window.press(Modifiers::COMMAND, Key::D);
    assert_eq!(window.scene().data.points.len(), 11, "three points are right of 0.7");
    assert_eq!(window.harness.state().last_edit(), "duplicate");
    window.press(Modifiers::NONE, Key::Delete);
    assert_eq!(window.scene().data.points.len(), 8, "the copies were selected");
    window.press(Modifiers::COMMAND, Key::A);
    window.press(Modifiers::NONE, Key::Delete);
    window.settle();
    assert!(window.scene().data.points.is_empty());
    window.picture("no_data");
    let middle = window.canvas().center();
    window.click(middle);
    window.click(middle);
    window.settle();
    assert_eq!(window.scene().data.points.len(), 1, "a double click adds a point");
    assert_eq!(window.harness.state().last_edit(), "add point");
}

#[test]
fn play_moves_the_time_and_going_back_gives_the_same_picture() {
    let mut window = Window::small(&ring());
    let start = window.scene().time;
    window.harness.get_by_label("To start").click();
    window.settle();
    let noisy = window.scene().time;
    assert!(noisy > start);
    let first = window.picture("ring_start");
    window.harness.get_by_label("Play").click();
    window.harness.run_steps(40);
    assert!(window.scene().time < noisy);
    window.harness.get_by_label("Pause").click();
    window.settle();
    assert_ne!(window.picture("ring_playing"), first);
    window.harness.get_by_label("To start").click();
    window.settle();
    window.harness.get_by_label("Play").click();
    window.harness.run_steps(2);
    window.harness.get_by_label("Pause").click();
    window.harness.get_by_label("To start").click();
    // The pointer left the button: its hover is the only thing that may differ.
    window.harness.hover_at(Pos2::new(640.0, 4.0));
    window.settle();
    let canvas = window.canvas();
    let again = window.picture("ring_again");
    let differs = |x: u32, y: u32| {
        canvas.contains(Pos2::new(x as f32, y as f32)) && first.get_pixel(x, y) != again.get_pixel(x, y)
    };
    let count = again.enumerate_pixels().filter(|(x, y, _)| differs(*x, *y)).count();
    assert!(count < 2000, "{count} pixels of the canvas differ");
}

#[test]
fn an_idle_window_asks_for_no_frames() {
    let mut window = Window::small(&ring());
    window.harness.run_steps(90);
    let output = window.harness.output();
    let delay = output.viewport_output.values().map(|viewport| viewport.repaint_delay).min().unwrap();
    assert!(delay > Duration::from_secs(1), "{delay:?}");
}

#[test]
fn the_direction_switch_turns_the_run_round_at_the_same_time() {
    let mut window = Window::small(&ring());
    let before = window.scene();
    window.harness.get_by_label("Data → noise").click();
    window.settle();
    let after = window.scene();
    assert_eq!(after.particles.sampler, "forward_sde");
    assert_eq!(after.time, before.time);
    window.harness.get_by_label("Noise → data").click();
    window.settle();
    assert_eq!(window.scene(), before);
}

#[test]
fn points_are_imported_and_faults_are_told() {
    let mut window = Window::small(&ring());
    let told = window.harness.state_mut().import("more.csv", b"x,y\n20,20\n21,20.5,2\n").unwrap();
    assert_eq!(told, "Added 2 points from more.csv.");
    window.settle();
    let scene = window.scene();
    assert_eq!(scene.data.points.len(), 10);
    assert!(scene.region[1] > 21.0, "points out of sight are brought in sight: {:?}", scene.region);
    let fault = window.harness.state_mut().import("bad.csv", b"1,2\n1,oops").unwrap_err();
    assert_eq!(fault, "bad.csv: row 2: \"oops\" is not a number");
    assert_eq!(window.scene().data, scene.data);
}

#[test]
fn undo_keeps_the_time_and_what_is_in_sight() {
    let mut window = Window::small(&ring());
    let saved = window.harness.state().scene();
    let (from, to) = (window.on_screen([1.5, 0.0]), window.on_screen([2.2, 0.6]));
    window.drag(from, to, Modifiers::NONE);
    window.harness.get_by_label("Step").click();
    window.settle();
    let (time, region) = (window.scene().time, window.scene().region);
    window.harness.state_mut().restore(&saved).unwrap();
    window.settle();
    let restored = window.scene();
    assert_eq!(restored.data, serde_json::from_value::<Scene>(saved.clone()).unwrap().data);
    assert_eq!((restored.time, restored.region), (time, region));
    let mut broken = saved;
    broken["data"]["points"] = json!([[1.0, "two"]]);
    assert!(window.harness.state_mut().restore(&broken).is_err());
    assert_eq!(window.scene(), restored);
}

#[test]
fn odd_scenes_are_shown_without_a_crash() {
    let mut odd = Vec::new();
    for points in [json!([]), json!([[0.5, 0.5]]), json!([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]), json!([[1e6, -1e6]])] {
        let mut scene = ring();
        scene["data"]["points"] = points;
        odd.push(scene);
    }
    let mut far = gaussians();
    far["probes"] = json!([[1e6, 1e6]]);
    odd.push(far);
    let mut none = gaussians();
    none["particles"]["count"] = json!(0);
    odd.push(none);
    for scene in odd {
        for model in ["delta", "gmm", "gaussian", "isotropic"] {
            let mut scene = scene.clone();
            scene["model"] = json!({ "kind": model });
            let mut window = Window::open(&scene, [1000.0, 700.0], ThemeChoice::Dark);
            window.harness.get_by_label("To end").click();
            window.settle();
        }
    }
}

#[test]
fn every_setting_is_looked_at() {
    let mut window = Window::open(&gaussians(), [1280.0, 2600.0], ThemeChoice::Dark);
    for heading in ["Heat map", "Level lines", "Streamlines", "Arrows", "Particles and trails", "Add points"] {
        window.harness.get_by_label(heading).click();
        window.harness.run_steps(2);
    }
    window.settle();
    let at = window.on_screen([1.2, 0.8]);
    window.click(at);
    window.harness.get_by_label("Grid").click();
    window.settle();
    window.picture("every_setting");
}

#[test]
fn it_is_looked_at_in_light_and_dark_small_and_large() {
    for (look, name) in [(ThemeChoice::Dark, "dark"), (ThemeChoice::Light, "light")] {
        for (size, width) in [([1280.0, 800.0], 1280), ([1920.0, 1080.0], 1920)] {
            for (scene, what) in [(ring(), "ring"), (gaussians(), "gaussians")] {
                let mut window = Window::open(&scene, size, look);
                let pos = window.on_screen([0.35, 0.2]);
                window.harness.hover_at(pos);
                window.settle();
                let picture = window.picture(&format!("{what}_{name}_{width}"));
                let colours: std::collections::HashSet<_> = picture.pixels().map(|pixel| pixel.0).collect();
                assert!(colours.len() > 1000, "{what}: only {} colours", colours.len());
            }
        }
    }
}
