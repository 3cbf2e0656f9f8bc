//! Undo and redo of one document. An entry is a whole scene: scenes are small, and nothing can be forgotten.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use crate::labs::LabEntry;

/// A scene at one moment, and the document it is from.
#[derive(Clone)]
pub struct Snapshot {
    /// Its lab.
    pub lab: &'static LabEntry,
    /// The scene as it would be saved.
    pub scene: Arc<Value>,
    /// Number of the edit that made it what it is. Scenes cannot be compared instead: the play head moves in them.
    pub revision: u64,
    /// The document it is from.
    pub origin: Origin,
}

/// What a document is besides its scene.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Tells documents apart.
    pub number: u64,
    /// Its file, if it has one.
    pub path: Option<PathBuf>,
    /// Revision that the file holds, or that was opened; `None` if neither.
    pub saved: Option<u64>,
    /// The scene as it was opened.
    pub opened: Arc<Value>,
}

struct Entry {
    name: String,
    snapshot: Snapshot,
    size: usize,
}

/// What can be undone and redone.
#[derive(Default)]
pub struct History {
    past: Vec<Entry>,
    future: Vec<Entry>,
    /// When the latest edit was recorded, if another of its name may still join it.
    joinable: Option<f64>,
}

/// Edits of one name that follow one another within this time are undone together.
const JOIN_SECS: f64 = 1.0;
/// Most entries kept.
const MOST_ENTRIES: usize = 500;
/// Most memory that past scenes may take, in bytes, by estimate.
const MOST_BYTES: usize = 256 << 20;

impl History {
    /// Records that the edit `name` was done at time `now_secs` to the scene `before`.
    pub fn record(&mut self, name: &str, before: Snapshot, now_secs: f64) {
        self.future.clear();
        let joins = self.joinable.is_some_and(|then| now_secs - then < JOIN_SECS)
            && self.past.last().is_some_and(|entry| entry.name == name);
        self.joinable = Some(now_secs);
        if !joins {
            self.past.push(Entry { name: name.to_owned(), size: size(&before.scene), snapshot: before });
            self.forget_the_oldest();
        }
    }

    /// From now on, even an edit of the same name is an edit of its own: the pointer was let go.
    pub fn part(&mut self) {
        self.joinable = None;
    }

    /// Goes back: takes the present scene, returns the one before and the edit's name.
    pub fn undo(&mut self, present: Snapshot) -> Option<(String, Snapshot)> {
        let entry = self.past.pop()?;
        self.joinable = None;
        self.future.push(Entry { name: entry.name.clone(), size: 0, snapshot: present });
        Some((entry.name, entry.snapshot))
    }

    /// Goes forward again.
    pub fn redo(&mut self, present: Snapshot) -> Option<(String, Snapshot)> {
        let entry = self.future.pop()?;
        self.joinable = None;
        self.past.push(Entry { name: entry.name.clone(), size: size(&present.scene), snapshot: present });
        Some((entry.name, entry.snapshot))
    }

    /// Whether there is nothing to undo or redo.
    pub fn is_empty(&self) -> bool {
        self.past.is_empty() && self.future.is_empty()
    }

    /// Name of the edit that [`History::undo`] would take back.
    pub fn undo_name(&self) -> Option<&str> {
        self.past.last().map(|entry| entry.name.as_str())
    }

    /// Name of the edit that [`History::redo`] would do again.
    pub fn redo_name(&self) -> Option<&str> {
        self.future.last().map(|entry| entry.name.as_str())
    }

    fn forget_the_oldest(&mut self) {
        let mut bytes = 0;
        let kept = self.past.iter().rev().take(MOST_ENTRIES).take_while(|entry| {
            bytes += entry.size;
            bytes <= MOST_BYTES
        });
        // The latest edit can always be undone, however large the scene.
        let surplus = self.past.len() - kept.count().max(1);
        self.past.drain(..surplus);
    }
}

/// Estimate of the memory a scene takes, in bytes.
fn size(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::Array(items) => items.iter().map(size).sum(),
            Value::Object(fields) => fields.iter().map(|(key, value)| key.len() + 24 + size(value)).sum(),
            Value::String(text) => text.len(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs;

    fn snapshot(n: u64) -> Snapshot {
        let scene: Arc<Value> = Arc::new(n.into());
        let origin = Origin { number: 0, path: None, saved: None, opened: Arc::clone(&scene) };
        Snapshot { lab: labs::ALL[0], scene, revision: n, origin }
    }

    fn number(snapshot: &Snapshot) -> u64 {
        snapshot.scene.as_u64().unwrap()
    }

    #[test]
    fn undo_and_redo_walk_the_same_path() {
        let mut history = History::default();
        for n in 0..3 {
            history.record(&format!("edit {n}"), snapshot(n), 10.0 * n as f64);
        }
        let mut present = snapshot(3);
        for n in (0..3).rev() {
            assert_eq!(history.undo_name(), Some(format!("edit {n}").as_str()));
            present = history.undo(present).unwrap().1;
            assert_eq!(number(&present), n);
        }
        assert!(history.undo(present.clone()).is_none());
        for n in 1..=3 {
            present = history.redo(present).unwrap().1;
            assert_eq!(number(&present), n);
        }
        assert!(history.redo(present).is_none());
    }

    #[test]
    fn a_new_edit_ends_redo() {
        let mut history = History::default();
        history.record("a", snapshot(0), 0.0);
        history.undo(snapshot(1)).unwrap();
        history.record("b", snapshot(0), 10.0);
        assert_eq!(history.redo_name(), None);
        assert_eq!(history.undo_name(), Some("b"));
    }

    #[test]
    fn quick_edits_of_one_name_join() {
        let mut history = History::default();
        for n in 0..5 {
            history.record("weigh point", snapshot(n), 0.2 * n as f64);
        }
        assert_eq!(number(&history.undo(snapshot(5)).unwrap().1), 0);
        assert!(history.undo_name().is_none());

        history.record("move point", snapshot(0), 20.0);
        history.part();
        history.record("move point", snapshot(1), 20.1);
        assert_eq!(number(&history.undo(snapshot(2)).unwrap().1), 1);
    }

    #[test]
    fn memory_is_bounded() {
        let mut history = History::default();
        for n in 0..2000 {
            history.record(&format!("edit {n}"), snapshot(n), 0.0);
        }
        assert_eq!(history.past.len(), MOST_ENTRIES);
    }
}
