//! Export from the window: sheet, menus, clipboard, progress.

use diffuscope::app::{Ask, Weight};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable as _;

use crate::bench::{Bench, title_of};

fn pause(bench: &mut Bench) {
    if bench.is_playing() {
        bench.press(Modifiers::NONE, Key::Space);
    }
}

/// Runs frames until something is copied.
fn copied(bench: &mut Bench) -> OutputCommand {
    for _ in 0..2000 {
        let commands = &bench.harness.output().platform_output.commands;
        let copy = |command: &&OutputCommand| !matches!(command, OutputCommand::OpenUrl(_));
        if let Some(command) = commands.iter().find(copy) {
            return command.clone();
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
        bench.harness.step();
    }
    panic!("nothing was copied; messages: {:?}", bench.messages());
}

#[test]
fn figures_are_exported_from_the_sheet() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new();
    bench.open_from_gallery(&title_of("two_points"));
    pause(&mut bench);
    bench.press(Modifiers::COMMAND, Key::E);
    bench.click(Role::RadioButton, "Figure (SVG)");
    bench.click(Role::CheckBox, "Caption below the picture");
    bench.dialogs.will_answer(&folder.path().join("mine"));
    bench.click(Role::Button, "Export…");
    bench.until("exporting", |bench| bench.has_message(Weight::Done, "Exported"));
    let asked = Ask::Export { suggested: "two_points.svg".to_owned(), kind: "Figure (SVG)", extensions: &["svg"] };
    assert_eq!(*bench.dialogs.asked.lock().unwrap(), [asked]);
    let svg = std::fs::read_to_string(folder.path().join("mine.svg")).unwrap();
    assert!(svg.contains("<desc>") && svg.contains("Seed"), "the ending was added, the caption is there");

    // The dialog is left without an answer: nothing happens.
    bench.click(Role::Button, "Export…");
    bench.until("asking", |bench| bench.dialogs.asked.lock().unwrap().len() == 2);
    bench.steps(5);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_long_export_shows_progress_and_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new();
    bench.open_from_gallery(&title_of("two_points"));
    pause(&mut bench);
    bench.command("Export: Run (numbered");
    bench.dialogs.will_answer(&folder.path().join("frames"));
    bench.click(Role::Button, "Export…");
    let inside = |folder: &std::path::Path| {
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        entries.filter_map(|entry| std::fs::read_dir(entry.path()).ok()).map(Iterator::count).sum::<usize>()
    };
    bench.until("the first frames", |_| inside(folder.path()) > 2);
    assert!(bench.harness.query_by_role(Role::ProgressIndicator).is_some());
    // The window goes on meanwhile, and shows in its status bar what is under way.
    bench.press(Modifiers::NONE, Key::Escape);
    bench.press(Modifiers::NONE, Key::Home);
    bench
        .harness
        .get_by(|node| {
            node.role() == Role::Button && node.label().is_some_and(|label| label.starts_with("Exporting: "))
        })
        .click();
    bench.steps(2);
    bench.click(Role::Button, "Cancel");
    bench.until("cancelling", |bench| bench.has_message(Weight::Warning, "Cancelled; nothing was written."));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(bench.harness.query_by_role_and_label(Role::Button, "Export…").is_some(), "ready for the next");
}

#[test]
fn closing_the_program_ends_an_export_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new();
    bench.command("Export: Run (GIF");
    bench.dialogs.will_answer(&folder.path().join("run.gif"));
    bench.click(Role::Button, "Export…");
    bench.until("writing", |_| std::fs::read_dir(folder.path()).unwrap().count() > 0);
    drop(bench);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_written_is_told_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new();
    bench.command("Export: Data (npz");
    bench.dialogs.will_answer(&folder.path().join("missing").join("data.npz"));
    bench.click(Role::Button, "Export…");
    bench.until("failing", |bench| bench.has_message(Weight::Error, "annot write"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn pictures_captions_and_data_are_copied() {
    let mut bench = Bench::new();
    bench.open_from_gallery(&title_of("magnet_one_becomes_two"));
    pause(&mut bench);
    bench.command("Copy caption");
    // The command is carried out in one of the frames that have passed.
    bench.until("copying", |bench| bench.has_message(Weight::Done, "Copied the caption."));

    bench.harness.event(Event::Copy);
    let OutputCommand::CopyImage(figure) = copied(&mut bench) else { panic!("no picture") };
    assert_eq!(figure.size, [1920, 1440]);
    let colours: std::collections::HashSet<_> = figure.pixels.iter().collect();
    assert!(colours.len() > 60);

    // Over a pane, that pane is copied.
    bench.steps(2);
    let tab = bench.harness.get_by_role_and_label(Role::Tab, "Waterfall").rect();
    bench.harness.hover_at(tab.center() + egui::vec2(0.0, 120.0));
    bench.steps(3);
    bench.harness.event(Event::Copy);
    let OutputCommand::CopyImage(pane) = copied(&mut bench) else { panic!("no picture") };
    assert_ne!(pane.pixels, figure.pixels);

    bench.steps(2);
    let small = r#"{"lab": "symmetry_breaking", "version": 1, "title": "Small",
        "ensemble": {"count": 5, "steps": 20}, "potential": {"nodes": 9, "rows": 4}}"#;
    bench.harness.event(Event::Paste(small.to_owned()));
    bench.until("pasting", |bench| bench.scene()["title"] == "Small");
    bench.command("Copy data");
    // So little is done within the frames of the command.
    bench.until("copying", |bench| bench.has_message(Weight::Done, "Copied the data as CSV."));
}

#[test]
fn the_menu_of_a_tab_exports_its_pane() {
    let mut bench = Bench::new();
    bench.harness.get_by_role_and_label(Role::Tab, "Curves").click_secondary();
    bench.steps(3);
    bench.click(Role::Button, "Export Curves…");
    bench.steps(3);
    let combo = bench.harness.get_by_role_and_label(Role::ComboBox, "What is exported");
    assert_eq!(combo.value().as_deref(), Some("Curves"));
}
