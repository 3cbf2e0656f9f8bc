//! The scenes that are open: one in sight, which alone runs, and those to its left and right in the strip of tabs.

use std::sync::Arc;

use super::document::Document;
use super::history::Snapshot;
use super::messages::Weight;
use super::{App, sheets};
use crate::labs::scene_file::LoadedScene;

/// Scenes that may be open at once.
const MOST_OPEN: usize = 24;
/// Closed scenes that can be opened again.
const MOST_CLOSED: usize = 16;

/// The documents that are open but not in sight, and those that were closed.
#[derive(Default)]
pub(super) struct Neighbours {
    left: Vec<Document>,
    right: Vec<Document>,
    closed: Vec<Snapshot>,
}

impl App {
    /// Every open document, in the order of the tabs.
    pub(super) fn documents(&self) -> impl Iterator<Item = &Document> {
        self.neighbours.left.iter().chain(&self.document).chain(&self.neighbours.right)
    }

    pub(super) fn documents_mut(&mut self) -> impl Iterator<Item = &mut Document> {
        self.neighbours.left.iter_mut().chain(&mut self.document).chain(&mut self.neighbours.right)
    }

    /// Puts `document` in sight: in place of the present one if nothing was done to that, else to its right.
    pub(super) fn add_document(&mut self, document: Document) {
        let replaces = self.document.as_ref().is_some_and(Document::is_untouched);
        if !replaces && self.documents().count() >= MOST_OPEN {
            return self.fail(&format!("{MOST_OPEN} scenes are open: close one of them first"));
        }
        if let Some(old) = self.document.take() {
            if replaces {
                self.remember_closed(&old);
            } else {
                self.neighbours.left.push(old);
            }
        }
        self.document = Some(document);
        self.lay_out();
    }

    /// Puts `document` in sight to the right of all others.
    pub(super) fn append_document(&mut self, document: Document) {
        let right = std::mem::take(&mut self.neighbours.right);
        self.neighbours.left.extend(self.document.take().into_iter().chain(right));
        self.document = Some(document);
        self.lay_out();
    }

    /// Brings the document of this number in sight.
    pub(super) fn go_to_document(&mut self, number: u64) {
        if self.documents().all(|document| document.number() != number) {
            return;
        }
        self.finish_edit();
        while let Some(document) = self.document.take_if(|document| document.number() != number) {
            let is_left = self.neighbours.left.iter().any(|left| left.number() == number);
            if is_left {
                self.neighbours.right.insert(0, document);
                self.document = self.neighbours.left.pop();
            } else {
                self.neighbours.left.push(document);
                self.document = (!self.neighbours.right.is_empty()).then(|| self.neighbours.right.remove(0));
            }
        }
        self.lay_out();
    }

    /// Brings the next document in sight, or the one before; at the end of the strip, the one at the other end.
    pub(super) fn cycle_documents(&mut self, forward: bool) {
        let numbers: Vec<u64> = self.documents().map(Document::number).collect();
        let Some(at) = numbers.iter().position(|number| self.is_in_sight(*number)) else { return };
        let next = if forward { at + 1 } else { at + numbers.len() - 1 } % numbers.len();
        self.go_to_document(numbers[next]);
    }

    pub(super) fn is_in_sight(&self, number: u64) -> bool {
        self.document.as_ref().is_some_and(|document| document.number() == number)
    }

    /// Closes a document, asking first if it has edits that no file holds.
    pub(super) fn ask_to_close(&mut self, number: u64) {
        self.finish_edit();
        let changed = self.documents().any(|document| document.number() == number && document.is_changed());
        if changed {
            self.go_to_document(number);
            self.sheet = Some(&sheets::CLOSING_SCENE);
        } else {
            self.close_document(number);
        }
    }

    /// Closes a document, whatever it holds. Its scene can be opened again, but for its past.
    pub(super) fn close_document(&mut self, number: u64) {
        if self.is_in_sight(number) {
            if let Some(closed) = self.document.take() {
                self.remember_closed(&closed);
                self.forget_kept(closed.number());
            }
            let right = &mut self.neighbours.right;
            self.document = if right.is_empty() { self.neighbours.left.pop() } else { Some(right.remove(0)) };
            self.lay_out();
            return;
        }
        let Neighbours { left, right, .. } = &mut self.neighbours;
        let closed = [left, right].into_iter().find_map(|side| {
            let at = side.iter().position(|document| document.number() == number)?;
            Some(side.remove(at))
        });
        if let Some(closed) = closed {
            self.remember_closed(&closed);
            self.forget_kept(number);
        }
    }

    fn remember_closed(&mut self, document: &Document) {
        let closed = &mut self.neighbours.closed;
        closed.push(document.snapshot());
        let surplus = closed.len().saturating_sub(MOST_CLOSED);
        closed.drain(..surplus);
    }

    /// Title of the scene that would be opened again.
    pub(super) fn last_closed(&self) -> Option<String> {
        let closed = self.neighbours.closed.last()?;
        let title = closed.scene.get("title").and_then(serde_json::Value::as_str).unwrap_or_default();
        Some(if title.is_empty() { "scene".to_owned() } else { format!("“{title}”") })
    }

    /// Opens the scene again that was closed last, with the edits it had.
    pub(super) fn reopen_closed(&mut self) {
        let Some(snapshot) = self.neighbours.closed.pop() else { return };
        match Document::reopen(&snapshot, Arc::clone(&self.engine.engine)) {
            Ok(document) => {
                self.finish_edit();
                self.add_document(document);
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Opens a copy of the scene in sight, which no file holds.
    pub(super) fn duplicate_document(&mut self) {
        self.finish_edit();
        let Some(document) = self.document.as_ref().filter(|_| self.documents().count() < MOST_OPEN) else { return };
        let snapshot = document.snapshot();
        let loaded = LoadedScene { lab: snapshot.lab, scene: serde_json::Value::clone(&snapshot.scene) };
        match Document::open(&loaded, None, Arc::clone(&self.engine.engine)) {
            Ok(mut copy) => {
                copy.mark_unsaved();
                // An untouched document would make room for its copy.
                let Some(old) = self.document.take() else { return };
                self.neighbours.left.push(old);
                self.add_document(copy);
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Puts the scene in sight on the clipboard, as the text of its file.
    pub(super) fn copy_scene(&mut self, ctx: &egui::Context) {
        if let Some(scene) = self.scene() {
            ctx.copy_text(crate::labs::scene_file::to_text(&scene));
            self.messages.add(Weight::Done, "The scene is on the clipboard; pasted here or into a file, it opens.");
        }
    }
}
