//! Full disks and folders that cannot be written.

use std::path::Path;

use diffuscope::app::Weight;
use egui::{Key, Modifiers};

use crate::bench::{Bench, still};
use crate::child::{expect_sentence, names, program};
use crate::{Ordered, alone};

#[test]
fn a_save_to_a_full_disk_says_so_and_loses_nothing() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.json");
    let mut bench = Bench::new();
    bench.dialogs.will_answer(&path);
    bench.press(Modifiers::COMMAND, Key::S);
    bench.until("saving", |bench| bench.has_message(Weight::Done, "Saved"));
    let saved = std::fs::read(&path).unwrap();
    bench.edit();
    let edited = bench.scene();
    for (fault, part) in
        [("write:full", "no space left"), ("rename:full", "no space left"), ("write:denied", "permission denied")]
    {
        let ordered = Ordered::new(fault);
        bench.press(Modifiers::COMMAND, Key::S);
        bench.until("failing", |bench| bench.has_message(Weight::Error, part));
        assert!(bench.has_message(Weight::Error, "mine.json cannot be written"), "{:?}", bench.messages());
        drop(ordered);
        assert!(bench.harness.state().app().is_changed());
        assert_eq!(std::fs::read(&path).unwrap(), saved);
        assert_eq!(names(folder.path()), ["mine.json"], "nothing is left of the attempt");
    }
    assert_eq!(still(bench.scene()), still(edited));
    bench.press(Modifiers::COMMAND, Key::S);
    bench.until("saving", |bench| !bench.harness.state().app().is_changed());
}

#[test]
fn unsaved_work_that_cannot_be_kept_is_told_and_kept_as_soon_as_it_can_be() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    let kept = || names(&folder.path().join("unsaved")).iter().any(|name| name.ends_with(".json"));
    bench.edit();
    let ordered = Ordered::new("write:full");
    bench.until("a warning", |bench| bench.has_message(Weight::Warning, "would be lost in a crash"));
    assert!(!kept());
    drop(ordered);
    bench.until("keeping", |_| kept());
}

#[test]
fn a_folder_for_settings_that_cannot_be_used_is_told_and_nothing_else_suffers() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let denied = Ordered::new("folder:denied");
    let bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    assert!(bench.has_message(Weight::Warning, "would be lost in a crash"), "{:?}", bench.messages());
    drop((bench, denied));

    // A file where the folder should be; the kernel's own tree, where nobody can write.
    for data in [file.join("data"), Path::new("/proc/diffuscope").to_owned()] {
        let mut bench = Bench::with_data_folder(Some(data));
        assert!(bench.has_message(Weight::Warning, "would be lost in a crash"), "{:?}", bench.messages());
        bench.edit();
        let target = folder.path().join("saved.json");
        bench.dialogs.will_answer(&target);
        bench.press(Modifiers::COMMAND, Key::S);
        bench.until("saving", |bench| bench.has_message(Weight::Done, "Saved"));
        assert!(bench.has_message(Weight::Warning, "settings could not be saved"), "{:?}", bench.messages());
    }
}

#[test]
fn a_scene_is_not_saved_where_nobody_can_write() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let locked = folder.path().join("locked.json");
    std::fs::write(&locked, "{}").unwrap();
    let mut permissions = std::fs::metadata(&locked).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&locked, permissions).unwrap();
    let mut bench = Bench::new();
    bench.edit();
    for path in [locked.join("a.json"), locked.clone(), Path::new("/proc/a.json").to_owned()] {
        let name = path.display().to_string();
        bench.dialogs.will_answer(&path);
        bench.command("Save as");
        bench.until("failing", |bench| bench.has_message(Weight::Error, &format!("{name} cannot be written")));
        assert!(bench.harness.state().app().is_changed());
    }
    assert_eq!(std::fs::read(&locked).unwrap(), b"{}");
}

#[test]
fn commands_on_a_full_disk_end_with_1_and_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let scene = folder.path().join("ring.json");
    let path = scene.to_str().unwrap();
    assert!(program(&["new", "ring", "-o", path]).output().unwrap().status.success());
    let before = std::fs::read(&scene).unwrap();
    for fault in ["write:full", "rename:full", "write:denied"] {
        let ended = program(&["new", "spiral", "-o", path]).env("DIFFUSCOPE_FAULT", fault).output().unwrap();
        let part = if fault.ends_with("full") { "no space left" } else { "permission denied" };
        expect_sentence(&ended, 1, &["cannot write", "ring.json", part]);
        assert_eq!(std::fs::read(&scene).unwrap(), before);
    }
    let figure = folder.path().join("figure.png");
    let render = ["render", "gallery:two_points", "-o", figure.to_str().unwrap(), "--size", "64x64"];
    let ended = program(&render).env("DIFFUSCOPE_FAULT", "write:full").output().unwrap();
    expect_sentence(&ended, 1, &["cannot write", "figure.png", "no space left"]);
    let out = folder.path().join("out");
    let run = ["run", path, "--out", out.to_str().unwrap(), "--set", "grid.nx=8", "--set", "grid.ny=8"];
    let ended = program(&run).env("DIFFUSCOPE_FAULT", "array:full:3").output().unwrap();
    expect_sentence(&ended, 1, &["cannot write", ".npy", "no space left"]);
    assert_eq!(names(folder.path()), ["out", "ring.json"]);
    assert!(!out.join("summary.json").exists());
}

/// Not ordered but real: a device that is always full, a limit on the size of files, and folders that take no files.
#[cfg(target_os = "linux")]
#[test]
fn commands_meet_real_limits_of_the_system() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let out_text = out.to_str().unwrap().to_owned();
    std::fs::create_dir(&out).unwrap();
    std::os::unix::fs::symlink("/dev/full", out.join("score.npy")).unwrap();
    let run = ["run", "gallery:two_points", "--out", &out_text];
    expect_sentence(&program(&run).output().unwrap(), 1, &["cannot write", "score.npy", "space"]);
    assert!(!out.join("summary.json").exists());
    std::fs::remove_file(out.join("score.npy")).unwrap();

    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    expect_sentence(&program(&["list"]).stdout(full).output().unwrap(), 1, &["space"]);

    // Files of at most 16 KiB. The signal that would end the program is ignored, so that writing fails instead.
    let program_path = env!("CARGO_BIN_EXE_diffuscope");
    let script = format!("trap '' XFSZ; ulimit -f 32; exec '{program_path}' \"$@\"");
    let limited = |arguments: &[&str]| {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script, "sh"]).args(arguments).output().unwrap()
    };
    expect_sentence(&limited(&run), 1, &["cannot write", ".npy", "too large"]);
    assert!(!out.join("summary.json").exists());
    let figure = folder.path().join("figure.png");
    let render = ["render", "gallery:ring_of_eight", "-o", figure.to_str().unwrap(), "--size", "400x300"];
    expect_sentence(&limited(&render), 1, &["cannot write", "figure.png", "too large"]);
    assert_eq!(names(folder.path()), ["out"], "nothing is left of the picture");

    expect_sentence(&program(&["new", "ring", "-o", "/proc/ring.json"]).output().unwrap(), 1, &["/proc/ring.json"]);
    let nowhere = ["run", "gallery:two_points", "--out", "/proc/out"];
    expect_sentence(&program(&nowhere).output().unwrap(), 1, &["cannot make the folder /proc/out"]);
}
