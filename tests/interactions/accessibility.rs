//! Whatever can be used has a name, in every scene of every lab, and the data can be moved by keyboard.

use diffuscope::labs;
use egui::accesskit::{Action, Role};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::bench::{Bench, title_of};

/// Nodes that can be clicked or focused and have no name.
fn nameless(bench: &Bench) -> Vec<String> {
    let nodes = bench.harness.root().children_recursive().map(|node| node.accesskit_node());
    // Scroll bars are egui's own, and what they scroll can be reached by tabbing.
    let nodes = nodes.filter(|node| !node.is_hidden() && node.role() != Role::ScrollBar);
    let usable = nodes.filter(|node| {
        let data = node.data();
        data.supports_action(Action::Click) || data.supports_action(Action::Focus)
    });
    let named = |node: &egui_kittest::kittest::AccessKitNode<'_>| {
        let text = node.label().or_else(|| node.value());
        text.is_some_and(|text| !text.trim().is_empty()) || node.data().placeholder().is_some()
    };
    usable.filter(|node| !named(node)).map(|node| format!("{:?} at {:?}", node.role(), node.raw_bounds())).collect()
}

#[test]
fn everything_usable_has_a_name_in_every_scene() {
    let mut bench = Bench::new();
    for scene in labs::ALL.iter().flat_map(|lab| lab.gallery) {
        bench.command(&format!("Open from gallery: {}", title_of(scene.id)));
        assert_eq!(bench.scene()["title"], title_of(scene.id));
        bench.steps(6);
        assert_eq!(nameless(&bench), Vec::<String>::new(), "{}", scene.id);
        assert_eq!(bench.harness.unnamed_widgets(), Vec::<String>::new(), "{}", scene.id);
        let pictures = |bench: &Bench| -> usize {
            [Role::Canvas, Role::Figure].iter().map(|role| bench.harness.query_all_by_role(*role).count()).sum()
        };
        // A lab may have to draw its training images before it has anything to show.
        for _ in 0..2000 {
            if pictures(&bench) > 0 {
                break;
            }
            bench.steps(1);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(pictures(&bench) > 0, "{} has no picture that a screen reader could find", scene.id);
    }
}

#[test]
fn the_walk_sees_what_has_no_name() {
    let mut harness = egui_kittest::Harness::builder().with_accessibility_check(false).build_ui(|ui| {
        let (_, response) = ui.allocate_exact_size(egui::vec2(20.0, 20.0), egui::Sense::click());
        response.widget_info(|| egui::WidgetInfo::new(egui::Role::Button));
    });
    harness.step();
    assert_eq!(harness.unnamed_widgets().len(), 1);
}

#[test]
fn data_points_are_moved_and_deleted_by_keyboard() {
    let mut bench = Bench::new();
    if bench.is_playing() {
        bench.press(Modifiers::NONE, Key::Space);
    }
    let places = |bench: &Bench| -> Vec<[f64; 2]> {
        let points = bench.scene()["data"]["points"].as_array().unwrap().clone();
        points.iter().map(|point| [point[0].as_f64().unwrap(), point[1].as_f64().unwrap()]).collect()
    };
    let before = places(&bench);
    let count = bench.harness.query_all_by_role(Role::GraphicsSymbol).count();
    assert_eq!(count, before.len(), "a node for every point");
    let time = bench.scene()["time"].clone();
    let third = |bench: &Bench| {
        let nodes = bench.harness.query_all_by_role(Role::GraphicsSymbol);
        let names: Vec<String> = nodes.filter_map(|node| node.accesskit_node().label()).collect();
        names.into_iter().find(|name| name.starts_with("Point 3 ")).unwrap()
    };
    let name = third(&bench);
    bench.harness.get_by_role_and_label(Role::GraphicsSymbol, &name).focus();
    bench.steps(2);
    for _ in 0..5 {
        bench.press(Modifiers::NONE, Key::ArrowRight);
    }
    let after = places(&bench);
    assert!(after[2][0] > before[2][0] && (after[2][1] - before[2][1]).abs() < 1e-9);
    assert_eq!((&after[..2], &after[3..]), (&before[..2], &before[3..]), "no other point moved");
    assert_eq!(bench.scene()["time"], time, "the arrow keys were not the transport's");
    assert_ne!(third(&bench), name, "the name says where it is");
    let coarse = after[2][0] - before[2][0];
    bench.press(Modifiers::SHIFT, Key::ArrowLeft);
    let fine = after[2][0] - places(&bench)[2][0];
    assert!((fine / coarse - 1.0 / 40.0).abs() < 1e-6, "{fine} of {coarse}");
    bench.press(Modifiers::NONE, Key::Delete);
    assert_eq!(places(&bench).len(), before.len() - 1);
    bench.press(Modifiers::NONE, Key::Escape);
    bench.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(places(&bench).len(), before.len());
}
