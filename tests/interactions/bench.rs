//! The program booted in a test, with dialogs that answer by themselves.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diffuscope::app::{Answer, Ask, FileDialogs, Options, Weight, Window};
use diffuscope::engine::select::EngineChoice;
use diffuscope::labs::scene_file;
use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use serde_json::Value;

/// Dialogs that give the answers laid out for them, and remember what they were asked.
#[derive(Clone, Default)]
pub struct FakeDialogs {
    answers: Arc<Mutex<VecDeque<Option<PathBuf>>>>,
    pub asked: Arc<Mutex<Vec<Ask>>>,
}

impl FileDialogs for FakeDialogs {
    fn ask(&mut self, ask: Ask, answer: Answer) {
        self.asked.lock().unwrap().push(ask);
        let path = self.answers.lock().unwrap().pop_front().flatten();
        // Another thread answers, as a desktop's dialog would.
        std::thread::spawn(move || answer(path));
    }
}

impl FakeDialogs {
    pub fn will_answer(&self, path: &Path) {
        self.answers.lock().unwrap().push_back(Some(path.to_owned()));
    }
}

pub struct Bench {
    pub harness: Harness<'static, Window>,
    pub dialogs: FakeDialogs,
}

impl Bench {
    pub fn new() -> Self {
        Self::with_data_folder(None)
    }

    pub fn with_data_folder(data_folder: Option<PathBuf>) -> Self {
        Self::with(Options { engine: EngineChoice::Cpu, data_folder, ..Options::default() })
    }

    pub fn with(options: Options) -> Self {
        let dialogs = FakeDialogs::default();
        let options = Options { dialogs: Box::new(dialogs.clone()), ..options };
        let harness = Harness::builder()
            .with_size(vec2(1280.0, 800.0))
            .with_step_dt(1.0 / 30.0)
            .build_eframe(|context| Window::new(options, context).unwrap());
        let mut bench = Self { harness, dialogs };
        bench.steps(3);
        bench
    }

    pub fn steps(&mut self, count: usize) {
        self.harness.run_steps(count);
        self.harness.check_accessibility();
    }

    /// Runs frames until `done`, giving threads time to work.
    pub fn until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        for _ in 0..2000 {
            if done(self) {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
            self.steps(1);
        }
        panic!("{what} did not happen; messages: {:?}", self.messages());
    }

    pub fn click(&mut self, role: Role, label: &str) {
        self.harness.get_by_role_and_label(role, label).click();
        self.steps(2);
    }

    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.steps(2);
    }

    /// Titles of the open scenes; the one in sight has a star.
    pub fn open_scenes(&self) -> Vec<String> {
        let open = self.harness.state().app().open_scenes();
        open.into_iter().map(|(title, in_sight)| if in_sight { format!("*{title}") } else { title }).collect()
    }

    /// Carries out what the command palette finds first for `query`.
    pub fn command(&mut self, query: &str) {
        self.press(Modifiers::COMMAND, Key::K);
        self.harness.event(egui::Event::Text(query.to_owned()));
        self.steps(2);
        self.press(Modifiers::NONE, Key::Enter);
        self.steps(2);
    }

    /// Whether the run plays.
    pub fn is_playing(&self) -> bool {
        self.harness.query_by_role_and_label(Role::Button, "Pause").is_some()
    }

    /// Makes an edit of the score-field lab.
    pub fn edit(&mut self) {
        self.command("Lab: Select all data");
        self.command("Lab: Duplicate what is selected");
    }

    /// Presses a key so that the output is that of the frame that heard it.
    pub fn press_in_one_frame(&mut self, modifiers: Modifiers, key: Key) {
        let event = egui::Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
        self.harness.input_mut().events.push(egui::Event::ModifiersChanged(modifiers));
        self.harness.input_mut().events.push(event);
        self.harness.step();
        self.harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    }

    pub fn scene(&self) -> Value {
        self.harness.state().app().scene().unwrap()
    }

    pub fn points(&self) -> usize {
        self.scene()["data"]["points"].as_array().unwrap().len()
    }

    pub fn messages(&self) -> Vec<String> {
        let shown = self.harness.state().app().messages().shown();
        shown.iter().map(|message| format!("{:?}: {}", message.weight, message.text)).collect()
    }

    pub fn has_message(&self, weight: Weight, part: &str) -> bool {
        let shown = self.harness.state().app().messages().shown();
        shown.iter().any(|message| message.weight == weight && message.text.contains(part))
    }

    /// Opens a built-in scene by its card.
    pub fn open_from_gallery(&mut self, title: &str) {
        self.click(Role::Button, "Gallery");
        // Cards below the sheet's lower edge are there, but cannot be clicked before they are scrolled to.
        self.harness.get_by_role_and_label(Role::Button, title).scroll_to_me();
        self.steps(20);
        self.click(Role::Button, title);
    }
}

/// The scene without the place of its play head, which moves by itself.
pub fn still(mut scene: Value) -> Value {
    for play_head in ["time", "abar"] {
        scene.as_object_mut().unwrap().remove(play_head);
    }
    scene
}

pub fn title_of(id: &str) -> String {
    let scene = scene_file::load(&format!("gallery:{id}")).unwrap().scene;
    scene["title"].as_str().unwrap().to_owned()
}
