//! What a lesson does to scenes: it has a document of its own, which it opens and changes like a user.

use std::sync::Arc;

use serde_json::Value;

use super::running::{Moment, share};
use crate::app::App;
use crate::app::document::Document;
use crate::labs::LabEntry;
use crate::labs::scene_file::LoadedScene;
use crate::lessons::check;

/// Name of what a lesson does in the undo menu.
const EDIT: &str = "what the lesson did";

impl App {
    /// Brings step `at` in sight: with the scene it had before, or the scene that it makes.
    pub(super) fn go_to_step(&mut self, at: usize) {
        let Some(running) = &self.lessons.running else { return };
        let lesson = Arc::clone(&running.lesson);
        let Some(step) = lesson.steps.get(at) else { return };
        let began = running.states.get(at).and_then(|state| state.began.clone());
        let follows = running.left.is_none() && !running.finished && at == running.at + 1;
        let there = self.lesson_document().is_some();
        let was = began.as_ref().and_then(|moment| moment.share);
        let shown = match began {
            Some(moment) => self.show_moment(&moment),
            // The step goes on with what the user has made of the scene.
            None if follows && there && step.setup.open.is_none() => match &step.setup.patch {
                Some(patch) => self.patch_lesson(&patch.value),
                None => {
                    self.go_to_lesson_document();
                    Ok(())
                }
            },
            None => check::scene(&lesson, at).and_then(|loaded| self.open_for_lesson(&loaded)),
        };
        if let Err(fault) = shown {
            self.lesson_fault(&fault);
        }
        let moment = self.lesson_moment();
        if let Some(running) = &mut self.lessons.running {
            running.begin(at);
            running.move_play_head(&step.setup, was);
            let state = &mut running.states[at];
            if state.began.is_none() {
                state.began = moment;
            }
        }
        if let (Some(pane), Some(tiles)) = (&step.setup.pane, self.view().and_then(|view| view.tiles())) {
            tiles.focus(&pane.value);
        }
        self.keep_progress();
    }

    /// Begins the present step anew: its scene is what it was, and nothing has happened or been answered.
    pub(in crate::app) fn restart_step(&mut self) {
        let Some(running) = &mut self.lessons.running else { return };
        let at = running.at;
        let state = &mut running.states[at];
        state.done = false;
        state.happened.fill(false);
        state.answers.fill_with(Default::default);
        self.go_to_step(at);
    }

    /// Leaves the lesson for a while.
    pub(in crate::app) fn play_freely(&mut self) {
        let moment = self.lesson_moment();
        if let Some(running) = &mut self.lessons.running
            && running.left.is_none()
        {
            running.left = moment.or_else(|| running.state().began.clone());
        }
    }

    /// Comes back to the step that was left, and to its scene as it was then.
    pub(in crate::app) fn return_to_lesson(&mut self) {
        let Some(running) = &mut self.lessons.running else { return };
        let Some(moment) = running.left.take() else { return };
        let shown = self.show_moment(&moment);
        if let Err(fault) = shown {
            self.lesson_fault(&fault);
        }
        if let Some(running) = &mut self.lessons.running {
            let at = running.at;
            running.begin(at);
            running.put_back(moment.share);
        }
    }

    /// Whether the user plays freely while a lesson waits.
    pub(in crate::app) fn is_away_from_lesson(&self) -> bool {
        self.lessons.running.as_ref().is_some_and(super::Running::is_away)
    }

    /// The document that the lesson acts on, if it is still open.
    fn lesson_document(&self) -> Option<&Document> {
        let number = self.lessons.running.as_ref()?.document?;
        self.documents().find(|document| document.number() == number)
    }

    fn go_to_lesson_document(&mut self) {
        if let Some(number) = self.lesson_document().map(Document::number)
            && !self.is_in_sight(number)
        {
            self.go_to_document(number);
        }
    }

    /// The lesson's scene as it is now.
    fn lesson_moment(&self) -> Option<Moment> {
        let document = self.lesson_document()?;
        let view = document.view.as_ref();
        Some(Moment { lab: document.lab, scene: Arc::new(view.scene()), share: share(view) })
    }

    fn show_moment(&mut self, moment: &Moment) -> Result<(), String> {
        let same_lab = self.lesson_document().is_some_and(|document| is_same(document.lab, moment.lab));
        if same_lab {
            self.change_lesson_scene(&moment.scene)
        } else {
            self.open_for_lesson(&LoadedScene { lab: moment.lab, scene: Value::clone(&moment.scene) })
        }
    }

    /// Merges `patch` into the lesson's scene.
    fn patch_lesson(&mut self, patch: &Value) -> Result<(), String> {
        let Some(document) = self.lesson_document() else { return Ok(()) };
        let scene = check::patched(&document.view.scene(), patch, document.lab)?;
        self.change_lesson_scene(&scene)
    }

    /// Makes `scene` the lesson's scene, as an edit that can be undone.
    fn change_lesson_scene(&mut self, scene: &Value) -> Result<(), String> {
        self.go_to_lesson_document();
        self.finish_edit();
        let Some(document) = &mut self.document else { return Ok(()) };
        let before = document.snapshot();
        if *before.scene == *scene {
            return Ok(());
        }
        document.change(scene, true).map_err(|error| error.to_string())?;
        document.history.part();
        document.history.record(EDIT, before, f64::NEG_INFINITY);
        document.history.part();
        Ok(())
    }

    /// Opens a scene in place of the one that the lesson acted on so far, which can be opened again.
    fn open_for_lesson(&mut self, loaded: &LoadedScene) -> Result<(), String> {
        self.finish_edit();
        let engine = Arc::clone(&self.engine.engine);
        let document = Document::open(loaded, None, engine).map_err(|error| error.to_string())?;
        let number = document.number();
        let old = self.lesson_document().map(Document::number);
        self.go_to_lesson_document();
        self.add_document(document);
        if self.documents().all(|open| open.number() != number) {
            return Err("too many scenes are open".to_owned());
        }
        if let Some(running) = &mut self.lessons.running {
            running.document = Some(number);
        }
        let unsaved = |open: &Document| Some(open.number()) == old && open.path().is_none();
        let superseded = self.documents().find(|open| unsaved(open)).map(Document::number);
        if let Some(superseded) = superseded {
            self.close_document(superseded);
        }
        Ok(())
    }
}

fn is_same(a: &'static LabEntry, b: &'static LabEntry) -> bool {
    a.info.id == b.info.id
}
