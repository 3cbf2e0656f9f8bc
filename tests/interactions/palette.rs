//! The command palette, used by keyboard alone.

use egui::accesskit::{Role, Toggled};
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use serde_json::Value;

use crate::bench::{Bench, title_of};

#[test]
fn commands_panes_scenes_and_settings_are_found_by_some_letters() {
    let mut bench = Bench::new();
    bench.command("gallery two moons");
    assert_eq!(bench.scene()["title"], Value::from(title_of("two_moons")));
    bench.command("panes curves");
    assert!(!bench.harness.state_mut().app_mut().view().unwrap().tiles().unwrap().is_open("curves"));
    bench.command("go to pane curves");
    assert!(bench.harness.state_mut().app_mut().view().unwrap().tiles().unwrap().is_open("curves"));
    bench.command("lab select all data");
    bench.command("lab delete sel");
    assert_eq!(bench.points(), 0);
    bench.command("undo");
    assert!(bench.points() > 0);
    bench.command("theme high");
    assert!(bench.harness.ctx.global_style().visuals.dark_mode);
    bench.command("keys");
    assert!(bench.harness.query_by_label("Play or pause").is_some(), "one sheet brings up another");
}

#[test]
fn arrows_choose_and_escape_leaves_everything_as_it_was() {
    let mut bench = Bench::new();
    let before = bench.scene()["title"].clone();
    let chosen = |bench: &Bench| {
        let options = bench.harness.query_all_by_role(Role::ListBoxOption).map(|node| node.accesskit_node());
        let mut lit = options.filter(|node| node.toggled() == Some(Toggled::True));
        lit.next().and_then(|node| node.label()).unwrap()
    };
    bench.press(Modifiers::COMMAND, Key::K);
    let first = chosen(&bench);
    bench.press(Modifiers::NONE, Key::ArrowDown);
    let second = chosen(&bench);
    assert_ne!(first, second);
    bench.press(Modifiers::NONE, Key::ArrowUp);
    assert_eq!(chosen(&bench), first);
    bench.press(Modifiers::NONE, Key::ArrowUp);
    assert_ne!(chosen(&bench), first, "from the top to the bottom");
    bench.harness.event(Event::Text("qqqq".to_owned()));
    bench.steps(2);
    assert!(bench.harness.query_by_label("Nothing has these letters.").is_some());
    bench.press(Modifiers::NONE, Key::Enter);
    bench.press(Modifiers::NONE, Key::Escape);
    bench.steps(2);
    assert!(bench.harness.query_by_label("Nothing has these letters.").is_none());
    assert_eq!(bench.scene()["title"], before);
}
