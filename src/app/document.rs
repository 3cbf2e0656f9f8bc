//! A scene that is open: its lab's view, its file, its past, and what has changed since.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use super::history::{History, Origin, Snapshot};
use super::recovery::Kept;
use crate::engine::Engine;
use crate::labs::scene_file::{LoadedScene, SceneError};
use crate::labs::{LabEntry, LabView};

/// An open scene.
pub(super) struct Document {
    pub lab: &'static LabEntry,
    pub view: Box<dyn LabView>,
    pub history: History,
    /// What is kept of it for recovery.
    pub kept: Kept,
    origin: Origin,
    /// The scene after the latest edit that was taken note of.
    scene: Arc<Value>,
    stamp: u64,
    revision: u64,
}

impl Document {
    /// Opens `loaded` in its lab.
    pub fn open(loaded: &LoadedScene, path: Option<PathBuf>, engine: Arc<dyn Engine>) -> Result<Self, SceneError> {
        let view = (loaded.lab.open)(&loaded.scene, engine)?;
        let scene = Arc::new(view.scene());
        let stamp = view.edit_stamp();
        let revision = fresh_number();
        let origin = Origin { number: fresh_number(), path, saved: Some(revision), opened: Arc::clone(&scene) };
        let (history, kept) = (History::default(), Kept::default());
        Ok(Self { lab: loaded.lab, view, history, kept, origin, scene, stamp, revision })
    }

    /// Opens a document again that was closed.
    pub fn reopen(snapshot: &Snapshot, engine: Arc<dyn Engine>) -> Result<Self, SceneError> {
        let loaded = LoadedScene { lab: snapshot.lab, scene: Value::clone(&snapshot.scene) };
        let mut document = Self::open(&loaded, None, engine)?;
        document.origin = snapshot.origin.clone();
        document.revision = snapshot.revision;
        Ok(document)
    }

    /// The scene as it is now, to be saved or gone back to.
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot_of(Arc::new(self.view.scene()))
    }

    fn snapshot_of(&self, scene: Arc<Value>) -> Snapshot {
        Snapshot { lab: self.lab, scene, revision: self.revision, origin: self.origin.clone() }
    }

    /// The scene after the latest edit that was taken note of.
    pub fn noted(&self) -> &Value {
        &self.scene
    }

    /// Tells documents apart.
    pub fn number(&self) -> u64 {
        self.origin.number
    }

    /// Its file, if it has one.
    pub fn path(&self) -> Option<&Path> {
        self.origin.path.as_deref()
    }

    /// Takes note of an edit made since the last call: its name and the scene before it.
    pub fn take_edit(&mut self) -> Option<(String, Snapshot)> {
        let stamp = self.view.edit_stamp();
        if stamp == self.stamp {
            return None;
        }
        self.stamp = stamp;
        let scene = self.view.scene();
        if scene == *self.scene {
            return None;
        }
        let before = std::mem::replace(&mut self.scene, Arc::new(scene));
        let before = self.snapshot_of(before);
        self.revision = fresh_number();
        Some((self.view.last_edit().to_owned(), before))
    }

    /// Whether an edit is under way that [`Document::take_edit`] would return.
    pub fn has_edit(&self) -> bool {
        self.view.edit_stamp() != self.stamp
    }

    /// Goes to another moment of this document, within the same view.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SceneError> {
        self.replace(&snapshot.scene)?;
        self.revision = snapshot.revision;
        Ok(())
    }

    /// Makes the scene what it was when it was opened, as an edit.
    pub fn reset(&mut self) -> Result<(), SceneError> {
        let opened = Arc::clone(&self.origin.opened);
        self.change(&opened, false)
    }

    /// Makes the scene another one, as an edit. If it `can_be_made_again`, a document without edits stays one that nobody
    /// needs to save.
    pub fn change(&mut self, scene: &Value, can_be_made_again: bool) -> Result<(), SceneError> {
        let was_changed = self.is_changed();
        self.replace(scene)?;
        self.revision = fresh_number();
        if can_be_made_again && !was_changed {
            self.origin.saved = Some(self.revision);
        }
        Ok(())
    }

    fn replace(&mut self, scene: &Value) -> Result<(), SceneError> {
        self.view.restore(scene)?;
        self.scene = Arc::new(self.view.scene());
        self.stamp = self.view.edit_stamp();
        Ok(())
    }

    /// The scene as it was at `revision` is now in the file `path`.
    pub fn mark_saved(&mut self, path: &Path, revision: u64) {
        self.origin.path = Some(path.to_owned());
        self.origin.saved = Some(revision);
    }

    /// Whether nothing was ever done to it, so that another scene may take its place.
    pub fn is_untouched(&self) -> bool {
        !self.is_changed() && !self.has_edit() && self.history.is_empty()
    }

    /// The scene was taken over from a crash: no file holds it.
    pub fn mark_unsaved(&mut self) {
        self.origin.saved = None;
    }

    /// Whether there are edits that no file holds.
    pub fn is_changed(&self) -> bool {
        self.origin.saved != Some(self.revision)
    }

    /// Number of the edit that made the scene what it is.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// What the scene is called: its title, its file, or "Untitled".
    pub fn title(&self) -> String {
        let title = self.scene.get("title").and_then(Value::as_str).filter(|title| !title.trim().is_empty());
        let stem = || self.path().and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
        title.map(str::to_owned).or_else(stem).unwrap_or_else(|| "Untitled".to_owned())
    }

    /// What there is to see and to try in it.
    pub fn about(&self) -> &str {
        self.scene.get("about").and_then(Value::as_str).unwrap_or_default()
    }

    /// A file name for saving it.
    pub fn file_name(&self) -> String {
        if let Some(name) = self.path().and_then(Path::file_name) {
            return name.to_string_lossy().into_owned();
        }
        let plain: String =
            self.title().to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let words: Vec<_> = plain.split('_').filter(|word| !word.is_empty()).collect();
        format!("{}.json", if words.is_empty() { "scene".to_owned() } else { words.join("_") })
    }
}

/// A number that nothing else in this process has.
fn fresh_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
