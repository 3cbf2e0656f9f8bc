//! Saving scenes, and keeping what is not saved.

use std::path::Path;

use super::dialogs::Ask;
use super::files::Event;
use super::messages::Weight;
use super::recovery::{self, Leftover};
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
            self.files.ask(Ask::Save { suggested: document.file_name() });
        }
    }

    pub(super) fn handle(&mut self, event: Event, ctx: &egui::Context) {
        match event {
            Event::OpenChosen(path) => self.files.read(path),
            Event::SaveChosen(path) => {
                self.finish_edit();
                if let Some(document) = &self.document {
                    self.files.save(path, document.snapshot());
                }
            }
            Event::Cancelled => self.closing = Closing::No,
            Event::Scene { path, scene } => {
                self.finish_edit();
                if let Some(path) = &path {
                    self.remember(path.clone());
                }
                self.open(&scene, path, "open");
            }
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
                if let Some(document) =
                    self.document.as_mut().filter(|document| document.number() == snapshot.origin.number)
                {
                    document.mark_saved(&path, snapshot.revision);
                }
                self.remember(path);
                if self.closing == Closing::AfterSaving {
                    self.close(ctx);
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
            if self.is_changed() {
                ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
                self.sheet = Some(&sheets::CLOSING);
            }
        }
    }

    pub(super) fn close(&mut self, ctx: &egui::Context) {
        self.closing = Closing::Yes;
        if let Some(recovery) = &mut self.recovery {
            recovery.clear();
        }
        ctx.send_viewport_cmd(egui::ViewportCommand::Close);
    }

    pub(super) fn keep_unsaved_work(&mut self, ctx: &egui::Context) {
        let (Some(recovery), Some(document)) = (&mut self.recovery, &self.document) else { return };
        let now = ctx.input(|input| input.time);
        if !document.is_changed() {
            if self.kept_revision.take().is_some() {
                recovery.clear();
            }
            self.unkept_since_secs = None;
        } else if self.kept_revision == Some(document.revision()) {
            self.unkept_since_secs = None;
        } else {
            let since = *self.unkept_since_secs.get_or_insert(now);
            let due = since + recovery::DELAY_SECS;
            if now >= due {
                recovery.keep(&document.view.scene(), document.path());
                self.kept_revision = Some(document.revision());
                self.unkept_since_secs = None;
            } else {
                ctx.request_repaint_after_secs((due - now) as f32 + 0.01);
            }
        }
    }

    /// Takes over work that a crash left behind.
    pub(super) fn recover(&mut self, leftover: &Leftover) {
        match scene_file::parse("the recovered scene", leftover.scene.to_string().as_bytes()) {
            Ok(scene) => {
                self.open(&scene, leftover.path.clone(), "recover");
                let (Some(document), Some(recovery)) = (&mut self.document, &mut self.recovery) else { return };
                document.mark_unsaved();
                // Only what is kept again may be thrown away.
                if recovery.keep_now(&scene.scene, leftover.path.as_deref()) {
                    self.kept_revision = Some(document.revision());
                    leftover.discard();
                }
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }
}
