//! Every built-in lesson, played to its end in the real program by role and label; and lessons that cannot be played.

#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "the bench of another test")]
#[path = "interactions/bench.rs"]
mod bench;

use std::path::{Path, PathBuf};
use std::time::Duration;

use bench::Bench;
use diffuscope::app::{Ask, Weight};
use diffuscope::lessons::question::{Answer, Expected};
use diffuscope::lessons::text::spoken;
use diffuscope::lessons::{self, Lesson, Step};
use egui::accesskit::{self, Role};
use egui::{Event, Key, Modifiers, PointerButton, Pos2, pos2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use serde_json::Value;

/// What a student does, with the controls that a student has.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Clicks a widget; of several of one name, the first.
    Click(Role, &'static str),
    /// Presses a key a number of times.
    Press(Modifiers, Key, usize),
    /// Clicks at this share of the timeline.
    Timeline(f64),
    /// Focuses the widget whose name begins so and presses a key a number of times.
    Keys(Role, &'static str, Key, usize),
    /// Sets a slider or a number field, as assistive technology does.
    Set(Role, &'static str, f64),
    /// Points at a share of the width and height of a widget and presses a key there.
    KeyAt(Role, &'static str, [f32; 2], Key),
    /// Clicks at a share of the width and height of a widget.
    ClickAt(Role, &'static str, [f32; 2]),
}

/// How the conditions of the built-in lessons are met: lesson, step from 1, what is done.
static ACTS: &[(&str, usize, &[Act])] = &[
    ("what_noise_does", 2, &[Act::Timeline(0.2)]),
    ("what_noise_does", 3, &[Act::Timeline(0.5636)]),
    ("what_noise_does", 6, &[Act::Press(Modifiers::NONE, Key::Home, 1)]),
    ("what_noise_does", 7, &[Act::Click(Role::ComboBox, "process"), Act::Click(Role::Button, "Ornstein–Uhlenbeck")]),
    ("the_score_points_home", 2, &[Act::Timeline(0.9)]),
    ("the_score_points_home", 4, &[Act::Timeline(0.95)]),
    ("the_score_points_home", 6, &[Act::Keys(Role::GraphicsSymbol, "Point 2", Key::ArrowRight, 2)]),
    ("gaussian_mixture_memory", 2, &[Act::Press(Modifiers::NONE, Key::Space, 1)]),
    ("gaussian_mixture_memory", 4, &[Act::Click(Role::ComboBox, "model B"), Act::Click(Role::Button, "Gaussian")]),
    ("gaussian_mixture_memory", 6, &[Act::Timeline(0.1425)]),
    ("ode_or_sde", 2, &[Act::Press(Modifiers::NONE, Key::Space, 1)]),
    ("ode_or_sde", 3, &[Act::Click(Role::ComboBox, "sampler"), Act::Click(Role::Button, "Reverse SDE")]),
    ("ode_or_sde", 6, &[Act::Click(Role::ComboBox, "sampler"), Act::Click(Role::Button, "PF-ODE, Heun")]),
    ("where_the_score_is_uncertain", 3, &[Act::KeyAt(Role::Canvas, "Canvas", [0.95, 0.5], Key::P)]),
    ("where_the_score_is_uncertain", 4, &[Act::Timeline(0.75)]),
    ("patches_make_creativity", 3, &[Act::Press(Modifiers::NONE, Key::Space, 1)]),
    ("patches_make_creativity", 4, &[Act::ClickAt(Role::Canvas, "", [0.4, 0.4])]),
    ("how_far_information_spreads", 2, &[Act::Press(Modifiers::NONE, Key::Space, 1)]),
    ("snapping", 2, &[Act::Press(Modifiers::NONE, Key::Space, 1)]),
    ("snapping", 6, &[Act::Set(Role::Slider, "steps n", 200.0), Act::Press(Modifiers::NONE, Key::End, 1)]),
    ("when_the_model_decides", 2, &[Act::Timeline(0.78)]),
    ("when_the_model_decides", 5, &[Act::Set(Role::Slider, "field h", 1.5)]),
    ("how_much_data_is_enough", 2, &[Act::Set(Role::Slider, "a, with P = N^(1+a)", 0.0)]),
    ("how_much_data_is_enough", 3, &[Act::Set(Role::Slider, "a, with P = N^(1+a)", 2.0)]),
    (
        "printed_or_right",
        2,
        &[
            Act::Click(Role::Button, "Notes on the paper"),
            Act::Click(Role::Button, "Compute both versions of [EFT] (1), (11)"),
        ],
    ),
];

/// Frames that a condition may take to hold.
const PATIENCE: usize = 3000;

/// Folder to read built-in lessons from in place of those that were compiled in: for whoever writes them.
fn drafts() -> Option<PathBuf> {
    std::env::var_os("DRAFTS").map(PathBuf::from)
}

fn read(id: &str) -> Lesson {
    let text = match drafts() {
        Some(folder) => std::fs::read_to_string(folder.join(format!("{id}.md"))).unwrap(),
        None => lessons::find(id).unwrap().text.to_owned(),
    };
    lessons::parse(id, text.as_bytes()).unwrap()
}

fn has(bench: &Bench, role: Role, label: &str) -> bool {
    bench.harness.query_all_by_role_and_label(role, label).next().is_some()
}

fn reading(bench: &mut Bench, id: &str) -> Option<f64> {
    bench.harness.state_mut().app_mut().view()?.reading(id)
}

/// The place of the first widget of this role whose name begins so.
fn place(bench: &Bench, role: Role, name: &str) -> Option<egui::Rect> {
    // A name that fits as a whole comes first: "Canvas" rather than "Canvas: axis x".
    if let Some(node) = bench.harness.query_all_by_role_and_label(role, name).next() {
        return Some(node.rect());
    }
    let mut nodes = bench.harness.query_all_by_role(role);
    let named = |node: &egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        node.label().or_else(|| node.value()).is_some_and(|label| label.starts_with(name))
    };
    nodes.find(named).map(|node| node.rect())
}

fn click_at(bench: &mut Bench, at: Pos2) {
    bench.harness.event(Event::PointerMoved(at));
    bench.steps(1);
    for pressed in [true, false] {
        bench.harness.event(Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        bench.steps(1);
    }
    bench.harness.event(Event::PointerGone);
    bench.steps(2);
}

fn in_rect(rect: egui::Rect, [x, y]: [f32; 2]) -> Pos2 {
    pos2(egui::lerp(rect.x_range(), x), egui::lerp(rect.y_range(), y))
}

fn act(bench: &mut Bench, act: Act) -> Result<(), String> {
    let missing = |role: Role, name: &str| format!("there is no {role:?} “{name}”");
    match act {
        Act::Click(role, name) => {
            // What is below the edge of its pane is scrolled to first.
            let node = |bench: &Bench| -> Option<()> {
                let found = bench.harness.query_all_by_role_and_label(role, name).next()?;
                found.scroll_to_me();
                Some(())
            };
            node(bench).ok_or_else(|| missing(role, name))?;
            bench.steps(6);
            let rect =
                bench.harness.query_all_by_role_and_label(role, name).next().ok_or_else(|| missing(role, name))?.rect();
            click_at(bench, rect.center());
        }
        Act::Press(modifiers, key, times) => (0..times).for_each(|_| bench.press(modifiers, key)),
        Act::Timeline(share) => {
            let rail = place(bench, Role::Slider, "Timeline").ok_or_else(|| missing(Role::Slider, "Timeline"))?;
            // The rail's ends lie 8 points within the widget.
            let x = egui::lerp(rail.left() + 8.0..=rail.right() - 8.0, share as f32);
            click_at(bench, pos2(x, rail.bottom() - 10.0));
        }
        Act::Keys(role, name, key, times) => {
            let nodes = bench.harness.query_all_by_role(role);
            let named = |node: &egui_kittest::Node<'_>| {
                node.accesskit_node().label().is_some_and(|label| label.starts_with(name))
            };
            nodes.into_iter().find(named).ok_or_else(|| missing(role, name))?.focus();
            bench.steps(2);
            (0..times).for_each(|_| bench.press(Modifiers::NONE, key));
            bench.press(Modifiers::NONE, Key::Escape);
        }
        Act::Set(role, name, value) => {
            let request = {
                let node =
                    bench.harness.query_all_by_role_and_label(role, name).next().ok_or_else(|| missing(role, name))?;
                let (target_node, target_tree) = node.accesskit_node().locate();
                let data = Some(accesskit::ActionData::NumericValue(value));
                accesskit::ActionRequest { action: accesskit::Action::SetValue, target_node, target_tree, data }
            };
            bench.harness.event(Event::AccessKitActionRequest(request));
            bench.steps(4);
        }
        Act::KeyAt(role, name, share, key) => {
            let rect = place(bench, role, name).ok_or_else(|| missing(role, name))?;
            bench.harness.event(Event::PointerMoved(in_rect(rect, share)));
            bench.steps(3);
            bench.press(Modifiers::NONE, key);
            bench.harness.event(Event::PointerGone);
            bench.steps(1);
        }
        Act::ClickAt(role, name, share) => {
            let rect = place(bench, role, name).ok_or_else(|| missing(role, name))?;
            click_at(bench, in_rect(rect, share));
        }
    }
    Ok(())
}

/// Runs frames until the panel offers to go on, for at most `patience` frames.
fn is_done(bench: &mut Bench, patience: usize) -> bool {
    for _ in 0..patience {
        if has(bench, Role::Button, "Next") || has(bench, Role::Button, "Finish") {
            return true;
        }
        bench.steps(1);
        std::thread::sleep(Duration::from_millis(1));
    }
    false
}

/// Answers the questions of a step: first wrongly, where there is a wrong answer to choose, then rightly.
fn answer(bench: &mut Bench, step: &Step) -> Result<(), String> {
    for (index, question) in step.questions.iter().enumerate() {
        let words = |spans: &[lessons::text::Span]| spoken(spans, |_| String::new());
        match &question.answer {
            Answer::Choice(options) => {
                if let Some(wrong) = options.iter().find(|option| !option.right) {
                    press(bench, &words(&wrong.text))?;
                    let hint = words(&wrong.hint);
                    let said = if hint.is_empty() { "Not so. Think again." } else { hint.as_str() };
                    if !has_text(bench, said) {
                        return Err(format!("a wrong answer is not answered by “{said}”"));
                    }
                }
                press(bench, &words(&options.iter().find(|option| option.right).unwrap().text))?;
            }
            Answer::Number(number) => {
                let value = match &number.expected {
                    Expected::Value(value) => *value,
                    Expected::Reading(name) => {
                        // Until it has stood still for a while: the lab may still be measuring.
                        let (mut known, mut still) = (None, 0);
                        for _ in 0..PATIENCE {
                            let now = reading(bench, name);
                            let rests = !bench.harness.state_mut().app_mut().view().is_some_and(|view| view.is_busy());
                            still = if now.is_some() && now == known && rests { still + 1 } else { 0 };
                            known = now;
                            if still > 12 {
                                break;
                            }
                            bench.steps(1);
                            std::thread::sleep(Duration::from_millis(1));
                        }
                        known.ok_or(format!("{name} never has a value"))?
                    }
                };
                let label = format!("Answer {}", index + 1);
                for (typed, expected) in [(format!("{}", value * 1.7 + 31.0), false), (format!("{value}"), true)] {
                    let field = bench.harness.query_by_role_and_label(Role::TextInput, &label).ok_or("no field")?;
                    field.scroll_to_me();
                    field.focus();
                    bench.steps(4);
                    bench.press(Modifiers::COMMAND, Key::A);
                    bench.harness.event(Event::Text(typed.clone()));
                    bench.steps(2);
                    bench.press(Modifiers::NONE, Key::Enter);
                    bench.steps(2);
                    let right = words(&question.because);
                    if expected != has_text(bench, &right) {
                        return Err(format!("{typed} is taken for {}", if expected { "wrong" } else { "right" }));
                    }
                }
            }
        }
        if !has_text(bench, &words(&question.because)) {
            return Err("the right answer is not explained".to_owned());
        }
    }
    Ok(())
}

/// Whether a label has these words; live numbers in them are left out of account.
fn has_text(bench: &Bench, words: &str) -> bool {
    let plain = |text: &str| -> String {
        text.split(|c: char| c.is_ascii_digit() || "–−.×⁻⁰¹²³⁴⁵⁶⁷⁸⁹".contains(c))
            .collect::<Vec<_>>()
            .join("")
            .replace("no value", "")
    };
    let wanted = plain(words);
    let mut labels = bench.harness.query_all_by_role(Role::Label);
    labels.any(|node| {
        let node = node.accesskit_node();
        node.label().or_else(|| node.value()).is_some_and(|label| plain(&label) == wanted)
    })
}

fn press(bench: &mut Bench, answer: &str) -> Result<(), String> {
    let find = |bench: &Bench| -> Option<()> {
        bench.harness.query_all_by_role_and_label(Role::Button, answer).next()?.scroll_to_me();
        Some(())
    };
    find(bench).ok_or(format!("there is no answer “{answer}”"))?;
    bench.steps(4);
    let rect = bench.harness.query_all_by_role_and_label(Role::Button, answer).next().unwrap().rect();
    click_at(bench, rect.center());
    Ok(())
}

/// Plays the lesson that is open to its end.
fn play(bench: &mut Bench, lesson: &Lesson, acts: &[(&str, usize, &[Act])], patience: usize) -> Result<(), String> {
    for (index, step) in lesson.steps.iter().enumerate() {
        let number = index + 1;
        let here = |message: String| format!("step {number} “{}”: {message}", step.title);
        bench.steps(4);
        if !has(bench, Role::Label, &step.title) {
            return Err(here("it is not in sight".to_owned()));
        }
        if bench.harness.state().app().messages().shown().iter().any(|message| message.weight == Weight::Error) {
            return Err(here(format!("{:?}", bench.messages())));
        }
        if step.wait.is_some() && is_done(bench, 3) {
            return Err(here("its condition holds before anything is done".to_owned()));
        }
        settle(bench, patience);
        if step.setup.spotlight.is_some() && bench.harness.query_by_label_contains("is not in sight").is_some() {
            return Err(here("what it points at is not there".to_owned()));
        }
        for (_, _, todo) in acts.iter().filter(|(_, step, _)| *step == number) {
            for one in *todo {
                act(bench, *one).map_err(here)?;
            }
        }
        answer(bench, step).map_err(here)?;
        if !is_done(bench, patience) {
            let readings: Vec<_> = step.wait.iter().flat_map(|wait| wait.condition.readings()).collect();
            let now: Vec<String> = readings.iter().map(|name| format!("{name} = {:?}", reading(bench, name))).collect();
            return Err(here(format!("it is never done: {}", now.join(", "))));
        }
        bench.press(Modifiers::NONE, Key::PageDown);
    }
    if has(bench, Role::Label, "End of the lesson") && has(bench, Role::Label, "You have done every step.") {
        Ok(())
    } else {
        Err("it has no end".to_owned())
    }
}

/// Lets the lab finish what it computes.
fn settle(bench: &mut Bench, patience: usize) {
    for frame in 0..patience {
        bench.steps(1);
        let busy = bench.harness.state_mut().app_mut().view().is_some_and(|view| view.is_busy());
        if frame > 4 && !busy {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn play_built_in(id: &str) {
    let mut bench = Bench::new();
    let lesson = read(id);
    match drafts() {
        Some(folder) => {
            open_file(&mut bench, &folder.join(format!("{id}.md")));
            bench.until(id, |bench| bench.harness.state().app().has_lesson());
        }
        None => {
            let number = 1 + lessons::ALL.iter().position(|lesson| lesson.id == id).unwrap();
            bench.command(&format!("Lesson: {number}. {}", lesson.title));
        }
    }
    let acts: Vec<_> = ACTS.iter().filter(|(of, _, _)| *of == id).copied().collect();
    if let Err(fault) = play(&mut bench, &lesson, &acts, PATIENCE) {
        panic!("{id}: {fault}");
    }
}

macro_rules! played {
    ($($id:ident),* $(,)?) => {
        $(#[test]
        fn $id() {
            play_built_in(stringify!($id));
        })*

        /// The lessons that are played.
        static PLAYED: &[&str] = &[$(stringify!($id)),*];
    };
}

played! {
    what_noise_does,
    the_score_points_home,
    gaussian_mixture_memory,
    ode_or_sde,
    where_the_score_is_uncertain,
    patches_make_creativity,
    how_far_information_spreads,
    snapping,
    when_the_model_decides,
    how_much_data_is_enough,
    printed_or_right,
}

#[test]
fn every_lesson_is_played() {
    let all: Vec<&str> = lessons::ALL.iter().map(|lesson| lesson.id).collect();
    assert_eq!(PLAYED, all);
    for (id, step, _) in ACTS {
        let lesson = read(id);
        assert!(lesson.steps[step - 1].wait.is_some(), "{id}: step {step} waits for nothing");
    }
}

#[test]
fn every_lesson_names_only_what_there_is() {
    for built_in in lessons::ALL {
        let lesson = read(built_in.id);
        lessons::check::check(&lesson).unwrap_or_else(|error| panic!("{}: {error}", built_in.id));
        assert!(lesson.minutes.is_some() && !lesson.about.is_empty(), "{}", built_in.id);
    }
    let template = lessons::parse("template", lessons::TEMPLATE.as_bytes()).unwrap();
    lessons::check::check(&template).unwrap();
    assert!(lessons::text::blocks(lessons::GUIDE).unwrap().len() > 20);
}

/// A lesson of one step that waits for `condition`.
fn waiting_for(condition: &str) -> String {
    format!(
        "---\ntitle: Own lesson\n---\n\n## Do: Something\n\nText.\n\n```do\nopen: two_points\nplay: no\nwait: {condition}\n```\n"
    )
}

/// Opens a lesson file by the dialog of its menu entry.
fn open_file(bench: &mut Bench, path: &Path) {
    bench.dialogs.will_answer(path);
    bench.command("Open lesson");
    assert_eq!(bench.dialogs.asked.lock().unwrap().last(), Some(&Ask::OpenLesson));
}

/// A file let go over the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn drop_file(bench: &mut Bench, path: &Path) {
    bench.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path.to_owned())));
    bench.steps(1);
    bench.harness.input_mut().dropped_files.clear();
}

#[test]
fn a_condition_that_never_holds_is_never_done() {
    let folder = tempfile::tempdir().unwrap();
    for (name, condition, plays) in [("good.md", "step >= 0 and points > 1", true), ("bad.md", "points > 1e6", false)] {
        let path = folder.path().join(name);
        let text = waiting_for(condition);
        std::fs::write(&path, &text).unwrap();
        let mut bench = Bench::new();
        open_file(&mut bench, &path);
        bench.until("the lesson", |bench| has(bench, Role::Label, "Own lesson"));
        let lesson = lessons::parse("", text.as_bytes()).unwrap();
        assert!(is_done(&mut bench, 200) == plays, "{name}");
        if !plays {
            assert!(has(&bench, Role::Button, "Skip"), "a student is never locked in");
            let fault = play(&mut bench, &lesson, &[], 60).unwrap_err();
            assert!(
                fault.contains("it is never done: points > 1e6") || fault.contains("points = Some(2.0)"),
                "{fault}"
            );
        }
    }
}

#[test]
fn files_that_are_no_lessons_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let head = "---\ntitle: x\n---\n\n## Do: it\n\ntext\n\n";
    let step = "## Do: it\n\ntext\n\n";
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", Vec::new(), "begins with its title"),
        ("huge", vec![b'x'; 40 << 20], "at most 256 KiB"),
        ("no text", b"---\ntitle: \xff\xfe\n---\n".to_vec(), "UTF-8"),
        ("binary", b"---\ntitle: x\0\n---\n".to_vec(), "control character"),
        ("unknown key", format!("{head}```do\nopne: two_points\n```\n").into_bytes(), "line 10: “opne” is no key"),
        ("unknown scene", format!("{head}```do\nopen: mars\n```\n").into_bytes(), "no such built-in scene"),
        ("unknown reading", waiting_for("altitude > 3").into_bytes(), "has no reading “altitude”"),
        (
            "unknown pane",
            format!("{head}```do\nopen: two_points\npane: attic\n```\n").into_bytes(),
            "has no pane “attic”",
        ),
        (
            "bad patch",
            format!("{head}```do\nopen: two_points\npatch: {{\"points\": 3}}\n```\n").into_bytes(),
            "does not fit",
        ),
        ("no scene", head.as_bytes().to_vec(), "must open a scene"),
        (
            "deep patch",
            format!("{head}```do\nopen: two_points\npatch: {}\n```\n", "{\"a\":".repeat(700)).into_bytes(),
            "no JSON object",
        ),
        (
            "deep lists",
            format!("{head}{}", (0..40).map(|n| format!("{}- a\n", "  ".repeat(n))).collect::<String>()).into_bytes(),
            "too deeply",
        ),
        ("deep quotes", format!("{head}{}", "> ".repeat(20_000)).into_bytes(), "must open a scene"),
        ("endless list", format!("{head}{}", "- a\n".repeat(5000)).into_bytes(), "at most 100"),
        ("endless steps", format!("---\ntitle: x\n---\n\n{}", step.repeat(500)).into_bytes(), "at most 60 steps"),
        ("endless line", format!("---\ntitle: {}\n---\n", "x".repeat(200_000)).into_bytes(), "at most 4000"),
        ("html", format!("{head}<script>alert(1)</script>\n").into_bytes(), "HTML"),
    ];
    let mut bench = Bench::new();
    let before = bench.scene();
    for (name, bytes, part) in cases {
        let path = folder.path().join(format!("{name}.md"));
        std::fs::write(&path, &bytes).unwrap();
        drop_file(&mut bench, &path);
        let own = format!("{name}.md: ");
        bench.until(name, |bench| bench.has_message(Weight::Error, &own));
        assert!(!bench.harness.state().app().has_lesson(), "{name}");
        let shown = bench.messages().into_iter().find(|message| message.contains(&own)).unwrap();
        assert!(shown.contains(part) && shown.len() < 1500, "{shown}");
    }
    assert_eq!(bench::still(bench.scene()), bench::still(before), "the scene in sight was left alone");
}

#[test]
fn free_play_and_the_way_back() {
    let mut bench = Bench::new();
    bench.command("Lesson: 1. What noise does");
    bench.steps(5);
    let title = bench::title_of("two_points");
    assert_eq!(bench.scene()["title"], Value::from(title.as_str()));
    assert!(!bench.harness.state().app().is_changed(), "nobody needs to save what a lesson made");
    let scene = bench::still(bench.scene());
    bench.click(Role::Button, "Free play");
    bench.steps(4);
    assert!(!has(&bench, Role::Button, "Skip"), "the panel is away");
    bench.command("Lab: Select all data");
    bench.command("Lab: Duplicate what is selected");
    bench.command("Open from gallery: Spiral");
    assert_ne!(bench::still(bench.scene()), scene);
    bench.click(Role::Button, "Back to the lesson");
    bench.steps(4);
    assert_eq!(bench::still(bench.scene()), scene, "the lesson's scene is back");
    assert!(has(&bench, Role::Label, "What noise does"));
    // What was done in free play is not lost.
    assert!(bench.open_scenes().iter().any(|title| title.contains("Spiral")), "{:?}", bench.open_scenes());
    bench.press(Modifiers::COMMAND, Key::Z);
    assert_ne!(bench::still(bench.scene()), scene, "and can be undone to");

    bench.click(Role::Button, "Start step over");
    bench.steps(4);
    assert_eq!(bench::still(bench.scene()), scene);
}

#[test]
fn progress_is_remembered_and_steps_can_be_gone_through_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let lesson = read("what_noise_does");
    let mut bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    bench.press(Modifiers::NONE, Key::F2);
    bench.click(Role::Button, &lesson.title);
    bench.steps(4);
    for _ in 0..5 {
        bench.press(Modifiers::NONE, Key::PageDown);
    }
    assert!(has(&bench, Role::Label, &lesson.steps[5].title));
    assert_eq!(bench.scene()["title"], Value::from(bench::title_of("two_moons")));
    bench.click(Role::Button, "Back");
    bench.click(Role::Button, "Back");
    bench.steps(4);
    assert!(has(&bench, Role::Label, &lesson.steps[3].title));
    assert_eq!(bench.scene()["title"], Value::from(bench::title_of("two_points")), "with the scene it had");
    drop(bench);

    let mut bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    assert!(!bench.harness.state().app().has_lesson());
    bench.press(Modifiers::NONE, Key::F2);
    assert!(has(&bench, Role::Label, &format!("step 4 of {}", lesson.steps.len())));
    bench.click(Role::Button, &lesson.title);
    bench.steps(4);
    assert!(has(&bench, Role::Label, &lesson.steps[3].title), "where it was left");
    assert_eq!(bench.scene()["title"], Value::from(bench::title_of("two_points")), "with its scene");
    bench.click(Role::Button, "Lesson to the left");
    let panel = place(&bench, Role::Button, "Free play").unwrap();
    assert!(panel.left() < 300.0);
    bench.click(Role::Button, "Close lesson");
    assert!(!has(&bench, Role::Button, "Free play"));
}

#[test]
fn the_template_is_saved_opened_and_played() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.md");
    let mut bench = Bench::new();
    bench.click(Role::Button, "Learn");
    bench.click(Role::Button, "Write your own lesson…");
    bench.steps(4);
    bench.dialogs.will_answer(&path);
    bench.click(Role::Button, "Save a template…");
    bench.until("saving", |_| path.exists());
    bench.press(Modifiers::NONE, Key::Escape);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), lessons::TEMPLATE);
    drop_file(&mut bench, &path);
    let lesson = lessons::parse("", lessons::TEMPLATE.as_bytes()).unwrap();
    bench.until("the lesson", |bench| has(bench, Role::Label, &lesson.title));
    let acts: &[(&str, usize, &[Act])] = &[("", 2, &[Act::Press(Modifiers::NONE, Key::End, 1)])];
    play(&mut bench, &lesson, acts, 600).unwrap();
}

#[test]
fn the_course_is_reached_from_everywhere() {
    let mut bench = Bench::new();
    bench.click(Role::Button, "Gallery");
    bench.steps(3);
    bench.click(Role::Button, "Lessons");
    bench.steps(3);
    for built_in in lessons::ALL {
        assert!(has(&bench, Role::Button, &read(built_in.id).title), "{}", built_in.id);
    }
    bench.press(Modifiers::NONE, Key::Escape);
    bench.click(Role::Button, "Learn");
    for (number, built_in) in lessons::ALL.iter().enumerate() {
        assert!(has(&bench, Role::Button, &format!("{}. {}", number + 1, read(built_in.id).title)));
    }
}

/// Draws every step of every lesson into the folder that PICTURES names: for looking at, not for comparing. LESSON, THEMES
/// and SIZE say which, how and how large.
#[test]
#[ignore = "draws pictures for people: PICTURES=folder cargo test --test lessons -- --ignored"]
fn pictures() {
    use diffuscope::app::{App, Options, offscreen};
    use diffuscope::engine::select::EngineChoice;
    use diffuscope::ui::theme::ThemeChoice;
    let folder = PathBuf::from(std::env::var_os("PICTURES").expect("PICTURES names a folder"));
    let only = std::env::var("LESSON").unwrap_or_default();
    let themes = std::env::var("THEMES").unwrap_or("light,dark".to_owned());
    let size = std::env::var("SIZE").unwrap_or("1280x800".to_owned());
    let (width, height) = size.split_once('x').expect("SIZE is like 1920x1080");
    let size = [width, height].map(|side| side.parse().expect("SIZE is like 1920x1080"));
    for theme in themes.split(',') {
        for built_in in lessons::ALL.iter().filter(|lesson| lesson.id.contains(&only)) {
            let ctx = egui::Context::default();
            let theme = ThemeChoice::find(theme).unwrap();
            let lesson = Some((read(built_in.id), built_in.id.to_owned()));
            let options = Options { lesson, engine: EngineChoice::Cpu, theme: Some(theme), ..Options::default() };
            let mut app = App::new(options, &ctx).unwrap();
            // One stage for all steps: textures belong to where they were first drawn.
            let mut stage = offscreen::Stage::new(ctx.clone(), size, 1.0).unwrap();
            for step in 1..=read(built_in.id).steps.len() {
                let mut frames = 0;
                let show = |ui: &mut egui::Ui| {
                    app.logic(ui.ctx(), 1.0 / 60.0);
                    app.show(ui);
                    frames += 1;
                    // Dimming is over, and what the step does to the play head is done.
                    frames < 200 || app.view().is_some_and(|view| view.is_busy())
                };
                stage.settle(60.0, show).unwrap();
                let picture = stage.picture().unwrap();
                picture.save(folder.join(format!("{}-{step:02}-{}.png", built_in.id, theme.id()))).unwrap();
                app.next_step();
            }
        }
    }
}
