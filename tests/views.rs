//! Pictures of the whole program, compared with those in `tests/snapshots`. After an intended change of looks:
//! `UPDATE_SNAPSHOTS=1 cargo test --test views`.

#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use diffuscope::app::{Options, Window};
use diffuscope::engine::select::EngineChoice;
use diffuscope::labs;
use diffuscope::labs::scene_file::{self, LoadedScene};
use diffuscope::ui::theme::ThemeChoice;
use egui::accesskit::Role;
use egui::{Rect, pos2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};

const SIZE: [f32; 2] = [1120.0, 700.0];

/// The program on a scene of the gallery, everything computed. The theory itself computes: it gives the same picture on
/// every machine.
fn program(scene: &str, theme: ThemeChoice) -> Harness<'static, Window> {
    program_on(scene_file::load(&format!("gallery:{scene}")).unwrap(), theme)
}

/// The program on this scene.
fn program_on(scene: LoadedScene, theme: ThemeChoice) -> Harness<'static, Window> {
    program_at(scene, theme, 1.0)
}

/// The program on this scene, with so many pixels a point.
fn program_at(scene: LoadedScene, theme: ThemeChoice, scale: f32) -> Harness<'static, Window> {
    let mut harness = Harness::builder()
        .with_size(SIZE)
        .with_pixels_per_point(scale)
        .with_step_dt(1.0 / 60.0)
        .with_render_cursor(false)
        .with_theme(if theme == ThemeChoice::Light { egui::Theme::Light } else { egui::Theme::Dark })
        // Software rasterizers of different versions differ in the last bit of blended colours.
        .with_options(SnapshotOptions::new().threshold(1.5).max_failed_pixels(600))
        .wgpu()
        .build_eframe(|context| {
            let options =
                Options { scene: Some(scene), engine: EngineChoice::Core, theme: Some(theme), ..Options::default() };
            Window::new(options, context).unwrap()
        });
    if harness.query_by_role_and_label(Role::Button, "Pause").is_some() {
        harness.key_press(egui::Key::Space);
    }
    settle(&mut harness);
    harness
}

/// Compares with the picture `name`.
fn compare(mut harness: Harness<'static, Window>, name: &str) {
    snapshot(&mut harness, name);
}

/// Takes the picture that is compared with `name`; what differs is told when the harness, or whoever took its results, ends.
fn snapshot(harness: &mut Harness<'static, Window>, name: &str) {
    // Seconds taken and frames per second differ from run to run.
    harness.mask(Rect::from_min_max(pos2(0.0, SIZE[1] - 30.0), pos2(SIZE[0], SIZE[1])));
    harness.snapshot(name);
}

fn settle(harness: &mut Harness<'static, Window>) {
    // On a busy machine an experiment takes long.
    for frame in 0..60_000 {
        harness.step();
        let busy = harness.state_mut().app_mut().view().is_some_and(|view| view.is_busy());
        if frame > 4 && !busy {
            harness.run_steps(20);
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("the program is still computing");
}

/// A scene of each lab that the theory itself computes in a moment.
fn scene_of(lab: &str) -> LoadedScene {
    let gallery = match lab {
        "score_field" => "gallery:ring_of_eight",
        "symmetry_breaking" => "gallery:magnet_one_becomes_two",
        "high_dimensions" => "gallery:spectrum_spike",
        "patches" => {
            let small = serde_json::json!({
                "lab": "patches",
                "version": 1,
                "ensemble": { "count": 4, "side": 32 },
                "machine": { "kind": { "kind": "two_pattern" }, "window": { "k": 5 }, "steps": 20 },
                "abar": 0.8,
            });
            return scene_file::parse("patches", small.to_string().as_bytes()).unwrap();
        }
        new => panic!("which scene shows the lab \"{new}\"?"),
    };
    scene_file::load(gallery).unwrap()
}

/// Every lab, light and dark, on plain screens and on fine ones.
fn every_lab(theme: ThemeChoice, scale: f32, ending: &str) {
    let mut results = SnapshotResults::new();
    for lab in labs::ALL {
        let mut harness = program_at(scene_of(lab.info.id), theme, scale);
        snapshot(&mut harness, &format!("lab_{}_{ending}", lab.info.id));
        results.extend_harness(&mut harness);
    }
}

#[test]
fn every_lab_dark() {
    every_lab(ThemeChoice::Dark, 1.0, "dark");
}

#[test]
fn every_lab_light() {
    every_lab(ThemeChoice::Light, 1.0, "light");
}

#[test]
fn every_lab_dark_on_a_fine_screen() {
    every_lab(ThemeChoice::Dark, 2.0, "dark_2x");
}

#[test]
fn every_lab_light_on_a_fine_screen() {
    every_lab(ThemeChoice::Light, 2.0, "light_2x");
}

#[test]
fn gallery_light() {
    let mut harness = program("two_points", ThemeChoice::Light);
    harness.get_by_role_and_label(Role::Button, "Gallery").click();
    harness.run_steps(40);
    compare(harness, "gallery_light");
}

#[test]
fn keys_high_contrast() {
    let mut harness = program("two_points", ThemeChoice::HighContrast);
    harness.key_press(egui::Key::Questionmark);
    harness.run_steps(20);
    compare(harness, "keys_high_contrast");
}

#[test]
fn message_dark() {
    let mut harness = program("two_moons", ThemeChoice::Dark);
    harness.event(egui::Event::Paste("{\"lab\": \"score_field\", \"version\": 7}".to_owned()));
    while harness.state().app().messages().shown().is_empty() {
        std::thread::sleep(Duration::from_millis(2));
        harness.step();
    }
    harness.run_steps(20);
    compare(harness, "message_dark");
}

#[test]
fn palette_dark() {
    let mut harness = program("two_points", ThemeChoice::Dark);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    harness.run_steps(4);
    harness.event(egui::Event::Text("theme".to_owned()));
    harness.run_steps(20);
    compare(harness, "palette_dark");
}

#[test]
fn several_scenes_high_contrast() {
    let mut harness = program("two_points", ThemeChoice::HighContrast);
    let copy = egui::Modifiers::COMMAND | egui::Modifiers::SHIFT;
    for _ in 0..2 {
        harness.key_press_modifiers(copy, egui::Key::D);
        harness.run_steps(4);
    }
    settle(&mut harness);
    // The words that tell of it are gone by then.
    harness.run_steps(300);
    compare(harness, "several_scenes_high_contrast");
}

#[test]
fn presentation() {
    let mut harness = program("ring_of_eight", ThemeChoice::Dark);
    harness.key_press(egui::Key::F11);
    harness.run_steps(4);
    harness.hover_at(pos2(420.0, 160.0));
    settle(&mut harness);
    harness.run_steps(300);
    harness.snapshot("presentation");
}

#[test]
fn a_picture_without_a_window_shows_the_program() {
    use diffuscope::app::{App, offscreen};
    let ctx = egui::Context::default();
    let options = Options { engine: EngineChoice::Core, theme: Some(ThemeChoice::Dark), ..Options::default() };
    let mut app = App::new(options, &ctx).unwrap();
    let picture = offscreen::window(&mut app, &ctx, [900, 600], 1.5, 60.0).unwrap();
    assert_eq!(picture.dimensions(), (1350, 900));
    let colours: std::collections::HashSet<_> = picture.pixels().map(|pixel| pixel.0).collect();
    assert!(colours.len() > 1000, "only {} colours", colours.len());
    assert!(picture.pixels().all(|pixel| pixel.0[3] == 255));
}

#[test]
fn a_picture_too_large_is_refused_in_words() {
    use diffuscope::app::offscreen::{OffscreenError, render};
    let result = render([100_000, 10], 1.0, ThemeChoice::Dark, 2, |_| {});
    let Err(error @ OffscreenError::TooLarge { width: 100_000, .. }) = result else { panic!("{result:?}") };
    assert!(error.to_string().contains("too large"), "{error}");
}
