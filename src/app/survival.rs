//! Going on in a new window when the device that draws the present one is lost.

use std::sync::Arc;

use super::App;
use super::document::Document;
use super::history::{History, Snapshot};
use super::messages::Weight;
use super::recovery::Recovery;

/// What a window hands over to the next one: its documents with their pasts, and its claim on what is kept of them.
pub struct Survivors {
    /// In the order of the tabs.
    documents: Vec<(Snapshot, History)>,
    in_sight: Option<u64>,
    recovery: Option<Recovery>,
}

impl Survivors {
    /// There is no next window: everything that no file holds is kept for recovery.
    pub(super) fn keep(mut self) {
        let Some(recovery) = &mut self.recovery else { return };
        for (snapshot, _) in &self.documents {
            if snapshot.origin.saved != Some(snapshot.revision) {
                recovery.keep_now(snapshot.origin.number, &snapshot.scene, snapshot.origin.path.as_deref());
            }
        }
    }
}

impl App {
    /// Hands everything over; nothing is open any more.
    pub(super) fn leave(&mut self) -> Survivors {
        self.finish_edit();
        let in_sight = self.document.as_ref().map(Document::number);
        let hand_over = |document: &mut Document| (document.snapshot(), std::mem::take(&mut document.history));
        let documents = self.documents_mut().map(hand_over).collect();
        let recovery = self.recovery.take();
        self.close_everything();
        Survivors { documents, in_sight, recovery }
    }

    /// Goes on with what another window handed over, in place of what is open.
    pub(super) fn take_over(&mut self, survivors: Survivors) {
        let Survivors { documents, in_sight, recovery } = survivors;
        self.close_everything();
        self.sheet = None;
        if recovery.is_some() {
            self.recovery = recovery;
        }
        for (snapshot, history) in documents {
            match Document::reopen(&snapshot, Arc::clone(&self.engine.engine)) {
                Ok(mut document) => {
                    document.history = history;
                    self.append_document(document);
                }
                Err(error) => self.fail(&error.to_string()),
            }
        }
        if let Some(number) = in_sight {
            self.go_to_document(number);
        }
        self.messages.add(Weight::Warning, "The device that draws the window failed, so the window was opened anew.");
    }
}
