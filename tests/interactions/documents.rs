//! Several scenes open at once.

use diffuscope::app::Weight;
use diffuscope::labs::scene_file;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::bench::{Bench, still, title_of};

const SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

#[test]
fn every_scene_has_its_own_past() {
    let mut bench = Bench::new();
    let (first, second) = (title_of("ring_of_eight"), title_of("two_points"));
    let ring = bench.points();
    bench.edit();
    assert_eq!(bench.points(), 2 * ring);
    bench.open_from_gallery(&second);
    assert_eq!(bench.open_scenes(), [first.clone(), format!("*{second}")], "what was edited stays open");
    let two = bench.points();
    bench.edit();
    bench.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(bench.points(), two);
    bench.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(bench.points(), two, "undo stays within the scene");

    bench.press(Modifiers::CTRL, Key::Tab);
    assert_eq!(bench.open_scenes(), [format!("*{first}"), second.clone()]);
    assert_eq!(bench.points(), 2 * ring);
    bench.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(bench.points(), ring);
    bench.press(Modifiers::CTRL | Modifiers::SHIFT, Key::Tab);
    bench.press(SHIFT, Key::Z);
    assert_eq!(bench.points(), 2 * two, "what was undone there can be redone");
    bench.click(Role::Tab, &first);
    assert_eq!(bench.points(), ring);
}

/// "step 3 of 160" on the transport bar.
fn step(bench: &Bench) -> [f64; 2] {
    let nodes = bench.harness.root().children_recursive().map(|node| node.accesskit_node());
    let texts: Vec<String> = nodes.filter_map(|node| node.value().or_else(|| node.label())).collect();
    let text = texts.iter().find_map(|text| text.split_once("step ").filter(|(_, rest)| rest.contains(" of ")));
    let (now, all) = text.unwrap().1.split_once(" of ").unwrap();
    [now.parse().unwrap(), all.parse().unwrap()]
}

#[test]
fn only_the_scene_in_sight_runs() {
    let mut bench = Bench::new();
    bench.edit();
    bench.open_from_gallery(&title_of("two_points"));
    bench.click(Role::Button, "To start");
    bench.click(Role::Button, "Play");
    bench.steps(4);
    let [before, steps] = step(&bench);
    bench.press(Modifiers::CTRL, Key::Tab);
    // In sight it would run to its end: a whole run is 8 s, which is 240 frames.
    bench.steps(300);
    bench.press(Modifiers::CTRL, Key::Tab);
    let [after, _] = step(&bench);
    assert!(after >= before && after - before < 0.3 * steps, "{before} → {after} of {steps}");
    assert!(bench.is_playing(), "it goes on where it was");
    bench.until("going on", |bench| step(bench)[0] > after);
}

#[test]
fn closing_a_scene_with_edits_asks_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new();
    bench.edit();
    let edited = bench.scene();
    bench.press(Modifiers::COMMAND, Key::W);
    bench.click(Role::Button, "Keep it open");
    assert_eq!(bench.open_scenes().len(), 1);

    let path = folder.path().join("kept.json");
    bench.dialogs.will_answer(&path);
    bench.press(Modifiers::COMMAND, Key::W);
    bench.click(Role::Button, "Save");
    bench.until("saving and closing", |bench| bench.open_scenes().is_empty());
    let saved = scene_file::parse("kept", &std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(still(saved.scene), still(edited));

    // Thrown away on purpose, it can still be opened again.
    bench.press(SHIFT, Key::T);
    bench.edit();
    let edited = bench.scene();
    bench.press(Modifiers::COMMAND, Key::W);
    bench.click(Role::Button, "Close without saving");
    assert!(bench.open_scenes().is_empty());
    bench.press(SHIFT, Key::T);
    assert_eq!(still(bench.scene()), still(edited));
    assert!(bench.harness.state().app().is_changed());
}

#[test]
fn a_copy_is_a_document_of_its_own() {
    let mut bench = Bench::new();
    let title = title_of("ring_of_eight");
    let original = bench.scene();
    bench.press(SHIFT, Key::D);
    assert_eq!(bench.open_scenes(), [title.clone(), format!("*{title}")]);
    assert_eq!(still(bench.scene()), still(original.clone()));
    bench.edit();
    bench.press(Modifiers::CTRL, Key::Tab);
    assert_eq!(still(bench.scene()), still(original));
    assert!(!bench.harness.state().app().is_changed());
}

#[test]
fn a_scene_goes_through_the_clipboard() {
    let mut bench = Bench::new();
    bench.edit();
    let edited = bench.scene();
    bench.press_in_one_frame(SHIFT, Key::C);
    let commands = bench.harness.output().platform_output.commands.clone();
    let copied = commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    bench.harness.event(Event::Paste(copied.unwrap()));
    bench.until("pasting", |bench| bench.open_scenes().len() == 2);
    assert_eq!(still(bench.scene()), still(edited));
}

#[test]
fn a_file_is_open_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.json");
    let mut bench = Bench::new();
    bench.edit();
    bench.dialogs.will_answer(&path);
    bench.press(Modifiers::COMMAND, Key::S);
    bench.until("saving", |bench| bench.has_message(Weight::Done, "Saved"));
    bench.edit();
    let edited = bench.scene();
    bench.open_from_gallery(&title_of("two_points"));
    bench.dialogs.will_answer(&path);
    bench.press(Modifiers::COMMAND, Key::O);
    bench.until("opening", |bench| bench.has_message(Weight::Warning, "open already"));
    assert_eq!(still(bench.scene()), still(edited), "edits are not lost to the file");
    assert_eq!(bench.open_scenes().len(), 2);
}

#[test]
fn all_unsaved_scenes_survive_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let unsaved = folder.path().join("unsaved");
    let mut bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    bench.edit();
    let first = bench.scene();
    bench.open_from_gallery(&title_of("two_points"));
    bench.edit();
    let second = bench.scene();
    let kept = || {
        let files = std::fs::read_dir(&unsaved).unwrap().flatten().map(|file| file.path());
        files.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect::<Vec<_>>()
    };
    bench.until("keeping both", |_| kept().len() == 2);
    // A crash: the lock is let go by the system, and nothing is tidied up.
    let copies: Vec<_> = kept().iter().map(|path| std::fs::read(path).unwrap()).collect();
    drop(bench);
    assert_eq!(kept().len(), 2, "an end that nobody asked for keeps what no file holds");
    for path in kept() {
        std::fs::remove_file(path).unwrap();
    }
    for (n, copy) in copies.iter().enumerate() {
        std::fs::write(unsaved.join(format!("1-0.{n}.json")), copy).unwrap();
    }
    let mut bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    bench.click(Role::Button, "Restore all");
    assert_eq!(bench.open_scenes().len(), 2);
    let mut found = vec![still(bench.scene())];
    bench.press(Modifiers::CTRL, Key::Tab);
    found.push(still(bench.scene()));
    assert!(found.contains(&still(first)) && found.contains(&still(second)));
    assert!(bench.harness.query_by_role_and_label(Role::Button, "Restore").is_none());
}

#[test]
fn closing_the_window_saves_every_scene_that_has_edits() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new();
    bench.edit();
    bench.open_from_gallery(&title_of("two_points"));
    bench.edit();
    let viewport = bench.harness.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap();
    viewport.events.push(egui::ViewportEvent::Close);
    bench.harness.step();
    bench.harness.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap().events.clear();
    bench.steps(2);
    let paths = ["a.json", "b.json"].map(|name| folder.path().join(name));
    for path in &paths {
        bench.dialogs.will_answer(path);
    }
    bench.click(Role::Button, "Save all");
    bench.until("saving both", |bench| {
        let commands = &bench.harness.output().viewport_output[&egui::ViewportId::ROOT].commands;
        commands.contains(&egui::ViewportCommand::Close)
    });
    assert!(paths.iter().all(|path| path.exists()));
}

/// A file let go over the window.
#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn a_dropped_file_opens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dropped.json");
    let scene = scene_file::load("gallery:two_moons").unwrap().scene;
    std::fs::write(&path, scene_file::to_text(&scene)).unwrap();
    let mut bench = Bench::new();
    bench.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path)));
    bench.harness.step();
    bench.harness.input_mut().dropped_files.clear();
    bench.until("opening", |bench| bench.scene()["title"] == scene["title"]);
}
