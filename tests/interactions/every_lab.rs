//! What holds for every lab alike: open, change, undo, save, open again.

use diffuscope::labs;
use egui::{Key, Modifiers};
use serde_json::Value;

use crate::bench::{Bench, still, title_of};

/// Changes something that every lab has a widget for, by keyboard alone: the first slider in sight. Whether it did.
fn change(bench: &mut Bench) -> bool {
    use egui::accesskit::Role;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};
    let before = still(bench.scene());
    let stamp = bench.harness.state_mut().app_mut().view().unwrap().edit_stamp();
    for role in [Role::Slider, Role::SpinButton] {
        let nodes = bench.harness.query_all_by_role(role);
        let names: Vec<String> = nodes.filter_map(|node| node.accesskit_node().label()).collect();
        for name in names {
            if name == "Timeline" {
                continue;
            }
            for key in [Key::ArrowRight, Key::ArrowUp, Key::ArrowLeft, Key::ArrowDown] {
                let Some(node) = bench.harness.query_all_by_role_and_label(role, &name).next() else { continue };
                node.focus();
                bench.steps(2);
                bench.press(Modifiers::NONE, key);
                bench.steps(2);
                let view = bench.harness.state_mut().app_mut().view().unwrap();
                if view.edit_stamp() != stamp && still(bench.scene()) != before {
                    bench.press(Modifiers::NONE, Key::Escape);
                    return true;
                }
            }
        }
    }
    false
}

#[test]
fn scenes_of_every_lab_are_changed_undone_saved_and_opened_again() {
    for lab in labs::ALL {
        let Some(scene) = lab.gallery.first() else { continue };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scene.json");
        let mut bench = Bench::new();
        let title = title_of(scene.id);
        bench.open_from_gallery(&title);
        bench.steps(5);
        if bench.is_playing() {
            bench.press(Modifiers::NONE, Key::Space);
        }
        let before = bench.scene();
        assert_eq!(before["title"], Value::from(title.as_str()));
        assert!(change(&mut bench), "{}: no slider edits the scene", lab.info.id);
        let edited = bench.scene();
        assert!(bench.harness.state().app().is_changed(), "{}", lab.info.id);
        // Neighbouring keys may have joined into one edit or not.
        for _ in 0..8 {
            bench.press(Modifiers::COMMAND, Key::Z);
        }
        assert_eq!(still(bench.scene()), still(before), "{}", lab.info.id);
        for _ in 0..8 {
            bench.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
        }
        assert_eq!(still(bench.scene()), still(edited.clone()), "{}", lab.info.id);
        bench.dialogs.will_answer(&path);
        bench.press(Modifiers::COMMAND, Key::S);
        bench.until("saving", |_| path.exists());
        bench.until("being saved", |bench| !bench.harness.state().app().is_changed());
        bench.press(Modifiers::COMMAND, Key::W);
        assert!(bench.open_scenes().is_empty());
        bench.dialogs.will_answer(&path);
        bench.press(Modifiers::COMMAND, Key::O);
        bench.until("opening", |bench| !bench.open_scenes().is_empty());
        assert_eq!(still(bench.scene()), still(edited), "{}", lab.info.id);
    }
}
