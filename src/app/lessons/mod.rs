//! Lessons in the window: which one runs, where it stands, and what it does to the scene.
//!
//! [`Running`] is the state of one lesson; [`panel`] draws it and says what was asked for; [`scenes`] opens and changes
//! scenes through the same undo path as everything else; [`spotlight`] points things out.

mod panel;
mod question;
mod running;
mod scenes;
mod spotlight;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use egui::{Context, Ui};

use super::messages::Weight;
use super::settings::Progress;
use super::{App, files};
use crate::lessons::{self, BuiltIn, Lesson};
use panel::Wish;
pub(super) use running::Running;

/// The built-in lessons, read once.
static COURSE: LazyLock<Vec<(&'static BuiltIn, Arc<Lesson>)>> = LazyLock::new(|| {
    // A test holds that all of them can be read.
    let read = |built_in: &'static BuiltIn| {
        let lesson = lessons::parse(built_in.id, built_in.text.as_bytes());
        Some((built_in, Arc::new(lesson.inspect_err(|error| tracing::error!("{error}")).ok()?)))
    };
    lessons::ALL.iter().filter_map(read).collect()
});

/// The built-in lessons, in the order of the course.
pub(super) fn course() -> &'static [(&'static BuiltIn, Arc<Lesson>)] {
    &COURSE
}

/// The lesson that is open, if one is.
#[derive(Default)]
pub(super) struct Lessons {
    pub running: Option<Running>,
    /// A widget out of sight that is to be scrolled to in the next frame.
    scroll_to: Option<egui::Id>,
}

impl App {
    /// Opens a built-in lesson where it was left, or at its start if it was finished.
    pub fn open_lesson(&mut self, id: &str) {
        if let Some((built_in, lesson)) = course().iter().find(|(built_in, _)| built_in.id == id) {
            self.start_lesson(Arc::clone(lesson), built_in.id.to_owned());
        }
    }

    /// Opens a lesson from a file.
    pub(super) fn open_lesson_file(&mut self, lesson: Lesson, path: PathBuf) {
        let key = std::path::absolute(&path).unwrap_or(path).display().to_string();
        self.start_lesson(Arc::new(lesson), key);
    }

    pub(super) fn start_lesson(&mut self, lesson: Arc<Lesson>, key: String) {
        let left = self.settings.lessons.get(&key).filter(|progress| !progress.finished);
        let at = left.map_or(0, |progress| progress.at.min(lesson.steps.len() - 1));
        self.sheet = None;
        self.lessons.running = Some(Running::new(lesson, key));
        self.go_to_step(at);
    }

    pub(super) fn close_lesson(&mut self) {
        self.lessons.running = None;
    }

    /// Goes to the next step; after the last one, the lesson is finished.
    pub fn next_step(&mut self) {
        let Some(running) = self.lessons.running.as_mut() else { return };
        if running.at + 1 < running.lesson.steps.len() {
            let next = running.at + 1;
            self.go_to_step(next);
        } else {
            running.finished = true;
            self.keep_progress();
        }
    }

    /// Goes to the step before.
    pub(super) fn step_before(&mut self) {
        let Some(running) = self.lessons.running.as_mut() else { return };
        if running.finished {
            running.finished = false;
        } else if let Some(before) = running.at.checked_sub(1) {
            self.go_to_step(before);
        }
    }

    fn keep_progress(&mut self) {
        let Some(running) = &self.lessons.running else { return };
        let known = self.settings.lessons.get(&running.key).cloned().unwrap_or_default();
        let progress = Progress {
            at: running.at,
            reached: known.reached.max(running.at),
            // What was finished once stays so.
            finished: running.finished || (known.finished && running.at + 1 == running.lesson.steps.len()),
            done: known.done || running.finished,
        };
        if progress != known {
            self.settings.keep_progress(&running.key, progress);
            self.save_settings();
        }
    }

    /// What of a lesson must be done before the lab is drawn.
    pub(super) fn lesson_logic(&mut self, ctx: &Context) {
        spotlight::scroll(&mut self.lessons.scroll_to, ctx);
        let (Some(running), Some(document)) = (&mut self.lessons.running, &mut self.document) else { return };
        if running.moves_play_head(document) {
            ctx.request_repaint();
        }
    }

    /// Draws the panel of the lesson at its side of what is left of the window.
    pub(super) fn show_lesson(&mut self, ui: &mut Ui) {
        let Some(mut running) = self.lessons.running.take() else { return };
        let wish = panel::show(self, &mut running, ui);
        self.lessons.running = Some(running);
        match wish {
            Some(Wish::Next) => self.next_step(),
            Some(Wish::Back) => self.step_before(),
            Some(Wish::Go(step)) => self.go_to_step(step),
            Some(Wish::Restart) => self.restart_step(),
            Some(Wish::FreePlay) => self.play_freely(),
            Some(Wish::Return) => self.return_to_lesson(),
            Some(Wish::Close) => self.close_lesson(),
            Some(Wish::OtherSide) => {
                self.settings.lesson_on_the_left = !self.settings.lesson_on_the_left;
                self.save_settings();
            }
            Some(Wish::Course) => self.sheet = Some(&super::sheets::LESSONS),
            Some(Wish::Open(id)) => self.open_lesson(id),
            None => {}
        }
    }

    /// What of a lesson must be done once everything is drawn: looks whether what it waits for has happened, and points at
    /// what it is about.
    pub(super) fn watch_lesson(&mut self, ctx: &Context) {
        let Some(running) = &mut self.lessons.running else { return };
        if let Some(document) = &self.document {
            running.watch(document, ctx);
        }
        if self.sheet.is_none() {
            self.lessons.scroll_to = spotlight::show(running, ctx);
        }
    }

    /// Asks where to save a lesson to start from.
    pub(super) fn save_template(&mut self) {
        self.files.ask_to_save_lesson("my_lesson.md".to_owned(), lessons::TEMPLATE);
    }

    /// Tells the user what is wrong with a step's scene.
    fn lesson_fault(&mut self, text: &str) {
        self.messages.add(Weight::Error, files::sentence(&format!("This step's scene cannot be shown: {text}")));
    }
}
