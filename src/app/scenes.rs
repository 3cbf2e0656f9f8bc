//! Opening scenes, and going back and forth between them.

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
            Ok(scene) => self.open(&scene, None, "open from gallery"),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Opens the scene that a lab makes of an empty file.
    pub(super) fn open_default(&mut self, lab: &'static LabEntry) {
        match (lab.check)(&serde_json::json!({ "lab": lab.info.id, "version": lab.version })) {
            Ok(scene) => self.open(&LoadedScene { lab, scene }, None, "new scene"),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Opens `scene` in place of the one that is open; undoing goes back.
    pub(super) fn open(&mut self, scene: &LoadedScene, path: Option<PathBuf>, name: &str) {
        match Document::open(scene, path, Arc::clone(&self.engine.engine)) {
            Ok(document) => {
                if let Some(old) = self.document.replace(document) {
                    if old.is_changed() {
                        let text = format!("“{}” was not saved; Undo goes back to it.", old.title());
                        self.messages.add(Weight::Done, text);
                    }
                    self.history.part();
                    self.history.record(name, old.snapshot(), f64::NEG_INFINITY);
                }
                self.kept_revision = None;
                self.lay_out();
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    pub(super) fn undo(&mut self) {
        self.finish_edit();
        let Some(present) = self.document.as_ref().map(Document::snapshot) else { return };
        if let Some((name, snapshot)) = self.history.undo(present) {
            self.go_to(&snapshot, &format!("Undid {name}."));
        }
    }

    pub(super) fn redo(&mut self) {
        self.finish_edit();
        let Some(present) = self.document.as_ref().map(Document::snapshot) else { return };
        if let Some((name, snapshot)) = self.history.redo(present) {
            self.go_to(&snapshot, &format!("Redid {name}."));
        }
    }

    pub(super) fn go_to(&mut self, snapshot: &Snapshot, done: &str) {
        let result = match &mut self.document {
            Some(document) if document.number() == snapshot.origin.number => document.restore(snapshot),
            _ => Document::reopen(snapshot, Arc::clone(&self.engine.engine)).map(|document| {
                self.document = Some(document);
                self.kept_revision = None;
                self.lay_out();
            }),
        };
        match result {
            Ok(()) => self.messages.add(Weight::Done, done),
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
                self.history.part();
                self.history.record("reset", before, f64::NEG_INFINITY);
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Records an edit once the pointer is let go.
    pub(super) fn take_edit(&mut self, ctx: &egui::Context) {
        if ctx.input(|input| input.pointer.any_down()) {
            return;
        }
        if ctx.input(|input| input.pointer.any_released()) {
            let pending = self.document.as_ref().is_some_and(Document::has_edit);
            self.record_edit(ctx.input(|input| input.time));
            if pending {
                self.history.part();
            }
        } else {
            self.record_edit(ctx.input(|input| input.time));
        }
    }

    pub(super) fn record_edit(&mut self, now_secs: f64) {
        if let Some((name, before)) = self.document.as_mut().and_then(Document::take_edit) {
            self.history.record(&name, before, now_secs);
        }
    }

    /// Records an edit that is under way, before something else is done to the scene.
    pub(super) fn finish_edit(&mut self) {
        self.record_edit(f64::NEG_INFINITY);
        self.history.part();
    }
}
