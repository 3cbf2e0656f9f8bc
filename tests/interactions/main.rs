//! The real program, booted in a test and used by role and label.

#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "tests")]

mod accessibility;
mod bench;
mod documents;
mod every_lab;
mod export;
mod palette;
mod presentation;

use std::time::Duration;

use bench::{Bench, still, title_of};
use diffuscope::app::{Ask, Weight};
use diffuscope::engine::select::EngineChoice;
use diffuscope::labs::{self, scene_file};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use serde_json::Value;

#[test]
fn a_scene_of_the_gallery_opens_and_the_one_before_can_be_opened_again() {
    let mut bench = Bench::new();
    let first = bench.scene()["title"].clone();
    let wanted = title_of("two_moons");
    bench.open_from_gallery(&wanted);
    assert_eq!(bench.scene()["title"], Value::from(wanted.as_str()));
    assert!(bench.harness.query_by_label("Search the scenes").is_none(), "the gallery is closed");
    assert_eq!(bench.open_scenes(), [format!("*{wanted}")], "nothing was done to the scene before: it made room");
    bench.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    assert_eq!(bench.scene()["title"], first);
}

#[test]
fn every_scene_of_the_gallery_opens_and_survives_its_file() {
    for lab in labs::ALL {
        for scene in lab.gallery {
            let loaded = scene_file::load(&format!("gallery:{}", scene.id)).unwrap();
            let text = scene_file::to_text(&loaded.scene);
            assert_eq!(scene_file::parse("again", text.as_bytes()).unwrap().scene, loaded.scene, "{}", scene.id);
            let engine = diffuscope::engine::select::select(EngineChoice::Cpu).unwrap().engine;
            let view = (lab.open)(&loaded.scene, engine).unwrap();
            assert_eq!(still(view.scene()), still(loaded.scene), "{}", scene.id);
        }
    }
}

#[test]
fn the_run_plays_pauses_and_steps() {
    let mut bench = Bench::new();
    if bench.harness.query_by_role_and_label(Role::Button, "Pause").is_some() {
        bench.press(Modifiers::NONE, Key::Space);
    }
    let time = |bench: &Bench| bench.scene()["time"].as_f64().unwrap();
    let resting = time(&bench);
    bench.steps(10);
    assert_eq!(time(&bench), resting, "paused");
    bench.click(Role::Button, "To start");
    let start = time(&bench);
    bench.click(Role::Button, "Play");
    bench.steps(20);
    let played = time(&bench);
    assert_ne!(played, start);
    bench.click(Role::Button, "Pause");
    let paused = time(&bench);
    bench.steps(5);
    assert_eq!(time(&bench), paused);
    bench.press(Modifiers::NONE, Key::ArrowRight);
    let stepped = time(&bench);
    assert_ne!(stepped, paused);
    bench.press(Modifiers::NONE, Key::Home);
    assert_eq!(time(&bench), start);
    assert!(!bench.harness.state().app().is_changed(), "moving the play head is no edit");
}

#[test]
fn edits_are_undone_and_redone() {
    let mut bench = Bench::new();
    let before = bench.scene();
    let count = bench.points();
    assert!(count > 1);
    bench.click(Role::Button, "Select all");
    bench.click(Role::Button, "Delete");
    assert_eq!(bench.points(), 0);
    assert!(bench.harness.state().app().is_changed());
    let deleted = bench.scene();

    bench.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(still(bench.scene()), still(before.clone()));
    bench.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(still(bench.scene()), still(deleted));
    bench.click(Role::Button, "Undo");
    assert_eq!(bench.points(), count);
    bench.press(Modifiers::NONE, Key::R);
    assert_eq!(still(bench.scene()), still(before));
}

#[test]
fn a_saved_scene_opens_again_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.json");
    let mut bench = Bench::new();
    bench.click(Role::Button, "Select all");
    bench.click(Role::Button, "Duplicate");
    let edited = bench.scene();
    assert!(bench.harness.state().app().is_changed());

    bench.dialogs.will_answer(&path);
    bench.press(Modifiers::COMMAND, Key::S);
    bench.until("saving", |bench| bench.has_message(Weight::Done, "Saved"));
    assert!(!bench.harness.state().app().is_changed());
    let suggested = Ask::Save { suggested: "ring_of_eight.json".to_owned() };
    assert_eq!(*bench.dialogs.asked.lock().unwrap(), [suggested]);

    // The file's name belongs to the document, not to its past.
    bench.press(Modifiers::COMMAND, Key::Z);
    assert!(bench.harness.state().app().is_changed());
    bench.press(Modifiers::COMMAND, Key::Y);
    assert!(!bench.harness.state().app().is_changed());

    // The document is put away, so that its file is read anew.
    bench.press(Modifiers::COMMAND, Key::W);
    bench.open_from_gallery(&title_of("two_points"));
    assert_ne!(bench.points(), edited["data"]["points"].as_array().unwrap().len());
    bench.dialogs.will_answer(&path);
    bench.press(Modifiers::COMMAND, Key::O);
    bench.until("opening", |bench| bench.scene()["data"] == edited["data"]);
    assert_eq!(still(bench.scene()), still(edited));

    // Saved again without a question, the file before kept.
    bench.press(Modifiers::COMMAND, Key::S);
    bench.until("saving again", |_| folder.path().join("mine.json.bak").exists());
    assert_eq!(bench.dialogs.asked.lock().unwrap().len(), 2);
}

#[test]
fn a_broken_file_is_told_in_a_sentence_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new();
    let before = still(bench.scene());
    for (name, text, part) in [
        ("truncated.json", r#"{"lab": "score_field", "version": 1, "#, "truncated.json"),
        ("stranger.json", r#"{"lab": "astrology", "version": 1}"#, "astrology"),
        ("field.json", r#"{"lab": "score_field", "version": 1, "colour": 3}"#, "colour"),
        ("future.json", r#"{"lab": "score_field", "version": 99}"#, "version"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        bench.dialogs.will_answer(&path);
        bench.press(Modifiers::COMMAND, Key::O);
        bench.until(name, |bench| bench.has_message(Weight::Error, part));
        assert_eq!(still(bench.scene()), before);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn pasted_text_becomes_a_scene_or_data() {
    let mut bench = Bench::new();
    let count = bench.points();
    let loaded = scene_file::load("gallery:spiral").unwrap().scene;
    bench.harness.event(Event::Paste(scene_file::to_text(&loaded)));
    bench.until("pasting a scene", |bench| bench.scene()["title"] == loaded["title"]);
    bench.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    assert_eq!(bench.points(), count);
    bench.harness.event(Event::Paste("0.5,0.25\n-0.5,0.75\n".to_owned()));
    bench.until("pasting points", |bench| bench.points() == count + 2);
}

#[test]
fn unsaved_work_survives_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    bench.click(Role::Button, "Select all");
    bench.click(Role::Button, "Duplicate");
    let edited = bench.scene();
    let kept = || {
        let files = std::fs::read_dir(folder.path().join("unsaved")).unwrap().flatten();
        files.map(|file| file.path()).find(|path| path.extension().is_some_and(|extension| extension == "json"))
    };
    bench.until("keeping unsaved work", |_| kept().is_some());
    // The window goes without having asked. That a killed process leaves as much is tested in tests/faults.
    drop(bench);
    assert!(kept().is_some());

    let mut bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    assert_ne!(bench.scene()["data"], edited["data"]);
    bench.click(Role::Button, "Restore");
    assert_eq!(still(bench.scene()), still(edited));
    assert!(bench.harness.state().app().is_changed());

    // Saved, there is nothing to be recovered.
    bench.dialogs.will_answer(&folder.path().join("saved.json"));
    bench.press(Modifiers::COMMAND, Key::S);
    bench.until("saving", |bench| bench.has_message(Weight::Done, "Saved"));
    bench.until("clearing", |_| kept().is_none());
}

#[test]
fn closing_with_unsaved_edits_asks_first() {
    let mut bench = Bench::new();
    bench.click(Role::Button, "Select all");
    bench.click(Role::Button, "Duplicate");
    let viewport = bench.harness.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap();
    viewport.events.push(egui::ViewportEvent::Close);
    bench.harness.step();
    let commands = &bench.harness.output().viewport_output[&egui::ViewportId::ROOT].commands;
    assert!(commands.contains(&egui::ViewportCommand::CancelClose), "{commands:?}");
    bench.harness.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap().events.clear();
    bench.steps(2);
    bench.click(Role::Button, "Stay");
    assert!(bench.harness.query_by_role_and_label(Role::Button, "Stay").is_none());
}

#[test]
fn every_sheet_and_menu_can_be_read_by_a_screen_reader() {
    let mut bench = Bench::new();
    for menu in ["File", "Edit", "View", "Help"] {
        bench.click(Role::Button, menu);
        bench.steps(5);
        bench.press(Modifiers::NONE, Key::Escape);
    }
    bench.press(Modifiers::NONE, Key::Questionmark);
    assert!(bench.harness.query_by_label("Play or pause").is_some());
    bench.press(Modifiers::NONE, Key::Escape);
    assert!(bench.harness.query_by_label("Play or pause").is_none());
    bench.press(Modifiers::NONE, Key::G);
    assert!(bench.harness.query_all_by_role(Role::TextInput).next().is_some());
    bench.steps(5);
}

#[test]
fn an_idle_window_asks_for_no_frames() {
    let mut bench = Bench::new();
    if bench.harness.query_by_role_and_label(Role::Button, "Pause").is_some() {
        bench.press(Modifiers::NONE, Key::Space);
    }
    bench.until("rest", |bench| {
        let output = &bench.harness.output().viewport_output[&egui::ViewportId::ROOT];
        output.repaint_delay > Duration::from_secs(1)
    });
}

/// Identifiers of the open lab's panes with whether they are laid out.
fn panes(bench: &mut Bench) -> Vec<(&'static str, bool)> {
    let tiles = bench.harness.state_mut().app_mut().view().unwrap().tiles().unwrap();
    tiles.panes().iter().map(|pane| (pane.id, tiles.is_open(pane.id))).collect()
}

#[test]
fn panes_are_shown_and_hidden_from_the_menu_and_stay_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    let all = panes(&mut bench);
    assert!(all.len() > 1 && all.iter().all(|(_, open)| *open), "{all:?}");
    assert!(bench.harness.query_by_label("Along the run").is_some());
    bench.click(Role::Button, "View");
    bench.click(Role::CheckBox, "Curves");
    assert!(bench.harness.query_by_label("Along the run").is_none());
    bench.press(Modifiers::NONE, Key::Escape);
    let hidden = panes(&mut bench);
    assert_eq!(hidden.iter().filter(|(_, open)| !open).count(), 1);

    // Another scene of the lab, and the next start, find the panes where they were.
    bench.open_from_gallery(&title_of("two_points"));
    assert_eq!(panes(&mut bench), hidden);
    drop(bench);
    let mut bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    assert_eq!(panes(&mut bench), hidden);
    bench.click(Role::Button, "View");
    bench.click(Role::Button, "Reset layout");
    assert_eq!(panes(&mut bench), all);
    drop(bench);

    // Settings from elsewhere do no harm.
    let settings = folder.path().join("settings.json");
    let text = r#"{ "layouts": { "score_field": { "row": "all of them" }, "astrology": 7 } }"#;
    std::fs::write(settings, text).unwrap();
    let mut bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    assert_eq!(panes(&mut bench), all);
}

#[test]
fn borders_between_panes_are_moved_by_keys() {
    let mut bench = Bench::new();
    let name = "Border between Controls and Score field";
    let place = |bench: &Bench| bench.harness.get_by_role_and_label(Role::Splitter, name).rect().center().x;
    let before = place(&bench);
    bench.harness.get_by_role_and_label(Role::Splitter, name).focus();
    bench.steps(2);
    let time = bench.scene()["time"].clone();
    bench.press(Modifiers::NONE, Key::ArrowRight);
    bench.steps(2);
    assert!((place(&bench) - before - 16.0).abs() < 2.0, "{} after {before}", place(&bench));
    assert!(bench.harness.query_by_role_and_label(Role::Button, "Pause").is_some() || bench.scene()["time"] == time);
}
