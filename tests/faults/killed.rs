//! Processes killed in the middle of a save.

use std::path::Path;
use std::time::Duration;

use diffuscope::app::{Weight, store};
use diffuscope::faults;
use diffuscope::labs::scene_file;
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use serde_json::Value;

use crate::bench::{Bench, still};
use crate::child::{self, kill_at, names, program};

/// Whether something of a document is kept in the data folder.
fn is_kept(data: &Path) -> bool {
    names(&data.join("unsaved")).iter().any(|name| name.ends_with(".json"))
}

/// Writes a scene where the test looks for it.
fn note(folder: &Path, name: &str, scene: &Value) {
    std::fs::write(folder.join(name), scene.to_string()).unwrap();
}

fn noted(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

/// Opens `mine.json`, edits it, and saves it, or edits it once more, with a fault ordered.
#[test]
#[ignore = "the body of a process that other tests start"]
fn child_edits_and_saves() {
    let Some((folder, task)) = child::orders() else { return };
    let (what, fault) = task.split_once(' ').unwrap();
    let data = folder.join("data");
    let mut bench = Bench::with_data_folder(Some(data.clone()));
    bench.dialogs.will_answer(&folder.join("mine.json"));
    bench.press(Modifiers::COMMAND, Key::O);
    bench.until("opening", |bench| bench.scene()["title"] == "mine");
    bench.edit();
    bench.until("keeping unsaved work", |_| is_kept(&data));
    note(&folder, "edited", &bench.scene());
    faults::order(Some(fault)).unwrap();
    if what == "save" {
        bench.press(Modifiers::COMMAND, Key::S);
    } else {
        bench.edit();
    }
    for _ in 0..10_000 {
        bench.steps(1);
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A folder with a scene file as the child finds it; its text.
fn folder_with_scene() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut scene = scene_file::load("gallery:two_points").unwrap().scene;
    scene["title"] = "mine".into();
    let text = scene_file::to_text(&scene);
    std::fs::write(folder.path().join("mine.json"), &text).unwrap();
    (folder, text)
}

/// Restores what was left behind in a new window and compares it with what the child had.
fn restored(folder: &Path) -> Bench {
    let mut bench = Bench::with_data_folder(Some(folder.join("data")));
    bench.click(Role::Button, "Restore");
    let expected = noted(folder, "edited");
    assert_eq!(still(bench.scene()), still(expected));
    assert!(bench.harness.state().app().is_changed(), "no file holds it yet");
    bench
}

#[test]
fn a_window_killed_in_the_middle_of_a_save_loses_nothing() {
    let _alone = crate::alone();
    // The file that is kept as .bak is written first, then the file itself.
    for fault in ["rename:hang:1", "write:hang:2"] {
        let (folder, text) = folder_with_scene();
        let child = child::start("killed::child_edits_and_saves", folder.path(), &format!("save {fault}"));
        kill_at(child, "reached");
        let half = names(folder.path()).iter().filter(|name| name.ends_with(".tmp")).count();
        assert_eq!(half, 1, "{fault}: it was killed while it wrote");
        let mine = folder.path().join("mine.json");
        assert_eq!(std::fs::read_to_string(&mine).unwrap(), text, "{fault}: the file is as it was");

        let mut bench = restored(folder.path());
        bench.press(Modifiers::COMMAND, Key::S);
        bench.until("saving again", |bench| bench.has_message(Weight::Done, "Saved"));
        let saved = scene_file::parse("mine", &std::fs::read(&mine).unwrap()).unwrap().scene;
        assert_eq!(still(saved), still(noted(folder.path(), "edited")));
        assert_eq!(std::fs::read_to_string(folder.path().join("mine.json.bak")).unwrap(), text);
        let half = names(folder.path()).into_iter().filter(|name| name.ends_with(".tmp")).collect::<Vec<_>>();
        assert_eq!(half, Vec::<String>::new(), "{fault}: half-written files are tidied up");
    }
}

#[test]
fn a_window_killed_while_it_keeps_unsaved_work_still_has_what_it_kept_before() {
    let _alone = crate::alone();
    let (folder, text) = folder_with_scene();
    let child = child::start("killed::child_edits_and_saves", folder.path(), "edit write:hang");
    kill_at(child, "reached");
    assert_eq!(std::fs::read_to_string(folder.path().join("mine.json")).unwrap(), text);
    drop(restored(folder.path()));
}

/// Saves one version after the other for ever.
#[test]
#[ignore = "the body of a process that other tests start"]
fn child_saves_again_and_again() {
    let Some((folder, _)) = child::orders() else { return };
    let path = folder.join("a.json");
    eprintln!("saving");
    for version in 1.. {
        store::save_scene(&path, &version_of(version)).unwrap();
    }
}

/// A scene that tells its version twice, far apart.
fn version_of(n: u64) -> String {
    let points: Vec<String> = (0..2000).map(|i| format!("[{i}, {n}]")).collect();
    format!(
        r#"{{"lab": "score_field", "version": 1, "seed": {n}, "data": {{"points": [{}]}}, "title": "{n}"}}"#,
        points.join(",")
    )
}

#[test]
fn a_process_killed_at_any_moment_leaves_whole_files() {
    let _alone = crate::alone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    store::save_scene(&path, &version_of(0)).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..12_u64 {
        let mut child = child::start("killed::child_saves_again_and_again", folder.path(), "");
        let mut lines = std::io::BufReader::new(child.stderr.take().unwrap());
        std::io::BufRead::read_line(&mut lines, &mut String::new()).unwrap();
        // Disks are slow or fast: count from the first save on.
        let before = std::fs::read(&path).unwrap();
        for _ in 0..10_000 {
            if std::fs::read(&path).unwrap() != before {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_micros(500 + 7919 * round % 23_000));
        child.kill().unwrap();
        child.wait().unwrap();
        for file in [path.clone(), folder.path().join("a.json.bak")] {
            // Before the second version there is none kept.
            let Ok(bytes) = std::fs::read(&file) else { continue };
            let scene = scene_file::parse("a", &bytes).unwrap().scene;
            let version = scene["seed"].as_u64().unwrap();
            assert_eq!(scene["title"], version.to_string());
            assert!(scene["data"]["points"].as_array().unwrap().iter().all(|point| point[1] == version as f64));
            seen.insert(version);
        }
    }
    assert!(seen.len() > 2, "nothing was saved: {seen:?}");
    store::save_scene(&path, &version_of(1)).unwrap();
    assert_eq!(names(folder.path()), ["a.json", "a.json.bak"]);
}

#[test]
fn commands_killed_while_they_write_leave_the_old_file_or_no_summary() {
    let folder = tempfile::tempdir().unwrap();
    let scene = folder.path().join("ring.json");
    let path = scene.to_str().unwrap();
    assert!(program(&["new", "ring", "-o", path]).output().unwrap().status.success());
    let before = std::fs::read(&scene).unwrap();
    for fault in ["write:hang", "rename:hang"] {
        let child = program(&["new", "spiral", "-o", path]).env("DIFFUSCOPE_FAULT", fault).spawn().unwrap();
        kill_at(child, "reached");
        assert_eq!(std::fs::read(&scene).unwrap(), before, "{fault}");
    }
    let out = folder.path().join("out");
    let arguments = ["run", path, "--out", out.to_str().unwrap(), "--set", "grid.nx=8", "--set", "grid.ny=8"];
    assert!(program(&arguments).output().unwrap().status.success());
    assert!(out.join("summary.json").exists());
    kill_at(program(&arguments).env("DIFFUSCOPE_FAULT", "array:hang:4").spawn().unwrap(), "reached array");
    assert!(!out.join("summary.json").exists(), "a summary never stands beside arrays it does not describe");
}
