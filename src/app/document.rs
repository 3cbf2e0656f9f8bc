//! The scene that is open: its lab's view, its file, and what has changed since.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::history::Snapshot;
use crate::engine::Engine;
use crate::labs::scene_file::{LoadedScene, SceneError};
use crate::labs::{LabEntry, LabView};

/// An open scene.
pub(super) struct Document {
    pub lab: &'static LabEntry,
    pub view: Box<dyn LabView>,
    pub path: Option<PathBuf>,
    /// The scene after the latest edit that was taken note of.
    scene: Arc<Value>,
    stamp: u64,
    /// What the file holds, or the scene as it was opened.
    saved: Arc<Value>,
    opened: Arc<Value>,
    changed: bool,
}

impl Document {
    /// Opens `loaded` in its lab.
    pub fn open(loaded: &LoadedScene, path: Option<PathBuf>, engine: Arc<dyn Engine>) -> Result<Self, SceneError> {
        let view = (loaded.lab.open)(&loaded.scene, engine)?;
        let scene = Arc::new(view.scene());
        let stamp = view.edit_stamp();
        let (saved, opened) = (Arc::clone(&scene), Arc::clone(&scene));
        Ok(Self { lab: loaded.lab, view, path, scene, stamp, saved, opened, changed: false })
    }

    /// The scene as it is now, to be saved or gone back to.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { lab: self.lab, scene: Arc::new(self.view.scene()), path: self.path.clone() }
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
        self.changed = self.scene != self.saved;
        let snapshot = Snapshot { lab: self.lab, scene: before, path: self.path.clone() };
        Some((self.view.last_edit().to_owned(), snapshot))
    }

    /// Whether an edit is under way that [`Document::take_edit`] would return.
    pub fn has_edit(&self) -> bool {
        self.view.edit_stamp() != self.stamp
    }

    /// Replaces the scene within the same view.
    pub fn restore(&mut self, scene: &Arc<Value>) -> Result<(), SceneError> {
        self.view.restore(scene)?;
        self.scene = Arc::new(self.view.scene());
        self.stamp = self.view.edit_stamp();
        self.changed = self.scene != self.saved;
        Ok(())
    }

    /// The scene as it was when it was opened.
    pub fn opened(&self) -> Arc<Value> {
        Arc::clone(&self.opened)
    }

    /// `scene` is now in the file `path`.
    pub fn mark_saved(&mut self, path: &Path, scene: Arc<Value>) {
        self.path = Some(path.to_owned());
        self.saved = scene;
        self.changed = self.scene != self.saved;
    }

    /// The scene was taken over from a crash: no file holds it.
    pub fn mark_unsaved(&mut self) {
        self.changed = true;
    }

    /// Whether there are edits that no file holds.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// Number of the latest edit, for telling whether there has been another.
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    /// What the scene is called: its title, its file, or "Untitled".
    pub fn title(&self) -> String {
        let title = self.scene.get("title").and_then(Value::as_str).filter(|title| !title.trim().is_empty());
        let stem = || self.path.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
        title.map(str::to_owned).or_else(stem).unwrap_or_else(|| "Untitled".to_owned())
    }

    /// What there is to see and to try in it.
    pub fn about(&self) -> &str {
        self.scene.get("about").and_then(Value::as_str).unwrap_or_default()
    }

    /// A file name for saving it.
    pub fn file_name(&self) -> String {
        if let Some(name) = self.path.as_deref().and_then(Path::file_name) {
            return name.to_string_lossy().into_owned();
        }
        let plain: String =
            self.title().to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let words: Vec<_> = plain.split('_').filter(|word| !word.is_empty()).collect();
        format!("{}.json", if words.is_empty() { "scene".to_owned() } else { words.join("_") })
    }
}
