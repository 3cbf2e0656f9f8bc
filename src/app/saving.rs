//! Saving scenes, and keeping what is not saved.

use std::path::Path;
use std::sync::Arc;

use super::document::Document;
use super::files::Event;
use super::messages::Weight;
use super::recovery::{self, Kept, Leftover, Recovery};
use super::{App, Closing, sheets};
use crate::labs::scene_file;

impl App {
    pub(super) fn save(&mut self) {
        self.finish_edit();
        let Some(document) = &self.document else { return };
        match document.path().map(Path::to_owned) {
            Some(path) => self.files.save(path, document.snapshot()),
            None => self.save_as(),
        }
    }

    pub(super) fn save_as(&mut self) {
        self.finish_edit();
        if let Some(document) = &self.document {
            self.files.ask_to_save(document.file_name(), document.number());
        }
    }

    pub(super) fn handle(&mut self, event: Event, ctx: &egui::Context) {
        match event {
            Event::OpenChosen(path) => self.files.read(path),
            Event::SaveChosen { path, document } => {
                self.finish_edit();
                if let Some(document) = self.documents().find(|open| open.number() == document) {
                    self.files.save(path, document.snapshot());
                }
            }
            Event::ExportChosen(path) => self.export_to(path),
            Event::Cancelled => self.closing = Closing::No,
            Event::Scene { path, scene } => {
                if let Some(path) = &path {
                    self.remember(path.clone());
                }
                self.open(&scene, path);
            }
            Event::Lesson { path, lesson } => {
                self.remember(path.clone());
                self.open_lesson_file(*lesson, path);
            }
            Event::TextChosen { path, text } => self.files.write(path, text),
            Event::Written(path) => self.messages.add(Weight::Done, format!("Saved {}.", path.display())),
            Event::Data { name, bytes } => {
                let Some(document) = &mut self.document else { return };
                match document.view.import(&name, &bytes) {
                    Ok(done) => self.messages.add(Weight::Done, done),
                    Err(error) => self.fail(&error),
                }
            }
            Event::Saved { path, snapshot, kept } => {
                if let Some(kept) = kept {
                    let text = format!("The file that was there is no scene; it is kept as {}.", kept.display());
                    self.messages.add(Weight::Warning, text);
                }
                self.messages.add(Weight::Done, format!("Saved {}.", path.display()));
                let number = snapshot.origin.number;
                if let Some(document) = self.documents_mut().find(|document| document.number() == number) {
                    document.mark_saved(&path, snapshot.revision);
                }
                self.remember(path);
                match self.closing {
                    Closing::SceneAfterSaving(closing) if closing == number => {
                        self.closing = Closing::No;
                        self.ask_to_close(number);
                    }
                    Closing::AfterSaving => self.save_all_and_close(ctx),
                    Closing::SceneAfterSaving(_) | Closing::No | Closing::Yes => {}
                }
            }
            Event::Failed(text) => {
                self.closing = Closing::No;
                self.fail(&text);
            }
        }
    }

    /// Asks before unsaved edits are lost with the window.
    pub(super) fn watch_closing(&mut self, ctx: &egui::Context) {
        if ctx.input(|input| input.viewport().close_requested()) && self.closing != Closing::Yes {
            self.finish_edit();
            if self.documents().any(Document::is_changed) {
                ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
                self.sheet = Some(&sheets::CLOSING);
            }
        }
    }

    /// Saves one document after the other, then closes the window.
    pub(super) fn save_all_and_close(&mut self, ctx: &egui::Context) {
        self.finish_edit();
        let changed = self.documents().find(|document| document.is_changed()).map(Document::number);
        match changed {
            Some(number) => {
                self.closing = Closing::AfterSaving;
                self.go_to_document(number);
                self.save();
            }
            None => self.close(ctx),
        }
    }

    pub(super) fn close(&mut self, ctx: &egui::Context) {
        self.closing = Closing::Yes;
        if let Some(recovery) = &mut self.recovery {
            recovery.clear_all();
        }
        ctx.send_viewport_cmd(egui::ViewportCommand::Close);
    }

    /// Nothing of this document is to be recovered any more.
    pub(super) fn forget_kept(&mut self, number: u64) {
        if let Some(recovery) = &mut self.recovery {
            recovery.clear(number);
        }
    }

    pub(super) fn keep_unsaved_work(&mut self, ctx: &egui::Context) {
        if self.recovery.is_none() {
            return;
        }
        let now = ctx.input(|input| input.time);
        self.tell_what_is_not_kept(now);
        let (mut saved, mut due) = (Vec::new(), Vec::new());
        for document in self.documents_mut() {
            let revision = document.revision();
            if !document.is_changed() {
                if std::mem::take(&mut document.kept).revision.is_some() {
                    saved.push(document.number());
                }
            } else if document.kept.revision == Some(revision) {
                document.kept.waiting_since_secs = None;
            } else {
                let at = *document.kept.waiting_since_secs.get_or_insert(now) + recovery::DELAY_SECS;
                if now >= at {
                    document.kept = Kept { revision: Some(revision), waiting_since_secs: None };
                    due.push(document.snapshot());
                } else {
                    ctx.request_repaint_after_secs((at - now) as f32 + 0.01);
                }
            }
        }
        let Some(recovery) = &mut self.recovery else { return };
        for number in saved {
            recovery.clear(number);
        }
        for snapshot in due {
            let wake = ctx.clone();
            let wake = move || wake.request_repaint();
            recovery.keep(snapshot.origin.number, &snapshot.scene, snapshot.origin.path.as_deref(), wake);
        }
    }

    /// Says that unsaved work could not be kept, and has it tried again a little later.
    fn tell_what_is_not_kept(&mut self, now_secs: f64) {
        while let Some(failure) = self.recovery.as_ref().and_then(Recovery::take_failure) {
            if let Some(document) = self.documents_mut().find(|open| open.number() == failure.document) {
                document.kept = Kept { revision: None, waiting_since_secs: Some(now_secs) };
            }
            self.messages.add(
                Weight::Warning,
                format!("Unsaved work would be lost in a crash: it cannot be kept ({}).", failure.reason),
            );
        }
    }

    /// Takes over work that a crash left behind.
    pub(super) fn recover(&mut self, leftover: &Leftover) {
        let scene = scene_file::parse("the recovered scene", leftover.scene.to_string().as_bytes());
        let engine = Arc::clone(&self.engine.engine);
        let document = scene.and_then(|scene| Document::open(&scene, leftover.path.clone(), engine));
        match document {
            Ok(mut document) => {
                document.mark_unsaved();
                let snapshot = document.snapshot();
                // Only what is kept again may be thrown away.
                if let Some(recovery) = &mut self.recovery
                    && recovery.keep_now(document.number(), &snapshot.scene, document.path())
                {
                    document.kept = Kept { revision: Some(document.revision()), waiting_since_secs: None };
                    leftover.discard();
                }
                self.add_document(document);
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }
}

impl Drop for App {
    /// Keeps what is not saved when the window does not end as it should: the display is gone, or the program has a fault.
    fn drop(&mut self) {
        let (Some(mut recovery), false) = (self.recovery.take(), self.closing == Closing::Yes) else { return };
        for document in self.documents().filter(|document| document.is_changed()) {
            if document.kept.revision != Some(document.revision()) {
                // The view itself may be what is broken.
                recovery.keep_now(document.number(), document.noted(), document.path());
            }
        }
    }
}
