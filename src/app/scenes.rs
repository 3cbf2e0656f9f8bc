//! Opening scenes, and going back and forth in the past of the one in sight.

use std::path::PathBuf;
use std::sync::Arc;

use super::App;
use super::document::Document;
use super::history::Snapshot;
use super::messages::Weight;
use crate::labs::scene_file::{self, LoadedScene};
use crate::labs::{self, LabEntry};

impl App {
    pub(super) fn open_first(&mut self) {
        let scenes = || labs::ALL.iter().flat_map(|lab| lab.gallery);
        if let Some(first) = scenes().next() {
            self.open_gallery(first.id);
        } else if let Some(lab) = labs::ALL.first() {
            self.open_default(lab);
        }
    }

    pub(super) fn open_gallery(&mut self, id: &str) {
        match scene_file::load(&format!("{}{id}", scene_file::GALLERY)) {
            Ok(scene) => self.open(&scene, None),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Opens the scene that a lab makes of an empty file.
    pub(super) fn open_default(&mut self, lab: &'static LabEntry) {
        match (lab.check)(&serde_json::json!({ "lab": lab.info.id, "version": lab.version })) {
            Ok(scene) => self.open(&LoadedScene { lab, scene }, None),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Opens `scene` beside the others, or in place of the one in sight if nothing was done to that. A file that is open
    /// already comes in sight instead, lest two documents save over each other.
    pub(super) fn open(&mut self, scene: &LoadedScene, path: Option<PathBuf>) {
        self.finish_edit();
        let same = self.documents().find(|open| open.path().is_some() && open.path() == path.as_deref());
        if let Some((number, changed)) = same.map(|open| (open.number(), open.is_changed())) {
            self.go_to_document(number);
            if changed {
                let text = "This file is open already, with edits that it does not hold yet.";
                return self.messages.add(Weight::Warning, text);
            }
            // What the file holds now may be another scene than what was read then.
            self.close_document(number);
        }
        match Document::open(scene, path, Arc::clone(&self.engine.engine)) {
            Ok(document) => self.add_document(document),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    pub(super) fn undo(&mut self) {
        self.walk("Undid", |document, present| document.history.undo(present));
    }

    pub(super) fn redo(&mut self) {
        self.walk("Redid", |document, present| document.history.redo(present));
    }

    fn walk(&mut self, done: &str, step: impl FnOnce(&mut Document, Snapshot) -> Option<(String, Snapshot)>) {
        self.finish_edit();
        let Some(document) = &mut self.document else { return };
        let present = document.snapshot();
        let Some((name, snapshot)) = step(document, present) else { return };
        match document.restore(&snapshot) {
            Ok(()) => self.messages.add(Weight::Done, format!("{done} {name}.")),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Goes back to the scene as it was opened, which can be undone.
    pub(super) fn reset(&mut self) {
        self.finish_edit();
        let Some(document) = &mut self.document else { return };
        let before = document.snapshot();
        match document.reset() {
            Ok(()) => {
                document.history.part();
                document.history.record("reset", before, f64::NEG_INFINITY);
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Records an edit once the pointer is let go.
    pub(super) fn take_edit(&mut self, ctx: &egui::Context) {
        if ctx.input(|input| input.pointer.any_down()) {
            return;
        }
        let Some(document) = &mut self.document else { return };
        let released = ctx.input(|input| input.pointer.any_released()) && document.has_edit();
        record_edit(document, ctx.input(|input| input.time));
        if released {
            document.history.part();
        }
    }

    /// Records an edit that is under way, before something else is done to the scene.
    pub(super) fn finish_edit(&mut self) {
        if let Some(document) = &mut self.document {
            record_edit(document, f64::NEG_INFINITY);
            document.history.part();
        }
    }
}

fn record_edit(document: &mut Document, now_secs: f64) {
    if let Some((name, before)) = document.take_edit() {
        document.history.record(&name, before, now_secs);
    }
}
