//! Presentation mode, and that everything is as before when it ends.

use egui::accesskit::Role;
use egui::{Key, Modifiers, ViewportCommand};
use egui_kittest::kittest::Queryable as _;

use crate::bench::Bench;

fn alone(bench: &mut Bench) -> Option<&'static str> {
    bench.harness.state_mut().app_mut().view().unwrap().tiles().unwrap().alone()
}

#[test]
fn the_picture_is_presented_and_everything_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    bench.command("theme dark");
    bench.command("panes readings");
    let settings = std::fs::read_to_string(folder.path().join("settings.json")).unwrap();
    let look = |bench: &Bench| (bench.harness.ctx.global_style().visuals.panel_fill, bench.harness.ctx.zoom_factor());
    let before = look(&bench);

    bench.press_in_one_frame(Modifiers::NONE, Key::F11);
    let commands = &bench.harness.output().viewport_output[&egui::ViewportId::ROOT].commands;
    assert!(commands.contains(&ViewportCommand::Fullscreen(true)), "{commands:?}");
    bench.steps(3);
    assert!(!bench.harness.ctx.global_style().visuals.dark_mode);
    assert!(look(&bench).1 > 1.2 * before.1);
    assert!(bench.harness.query_by_role_and_label(Role::Button, "Gallery").is_none());
    assert!(bench.harness.query_by_label("Canvas").is_some() && bench.harness.query_by_label("Timeline").is_some());
    assert_eq!(alone(&mut bench), Some("picture"));
    bench.command("go to pane curves");
    assert_eq!(alone(&mut bench), Some("curves"));

    bench.press(Modifiers::NONE, Key::Escape);
    bench.steps(2);
    assert_eq!(look(&bench), before);
    assert_eq!(alone(&mut bench), None);
    assert!(!bench.harness.state_mut().app_mut().view().unwrap().tiles().unwrap().is_open("readings"));
    assert!(bench.harness.query_by_role_and_label(Role::Button, "Gallery").is_some());
    assert_eq!(std::fs::read_to_string(folder.path().join("settings.json")).unwrap(), settings);
}
