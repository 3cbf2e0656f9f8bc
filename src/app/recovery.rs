//! Keeps unsaved work through a crash.
//!
//! Every running window owns one file in the recovery folder, locked through a second one. A file whose lock is free was
//! left behind by a window that did not end as it should; the next start offers it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::store;

/// Seconds from an edit until it is kept. Together with the time a slow disk may take, below 15.
pub const DELAY_SECS: f64 = 5.0;

/// Work that was left behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leftover {
    /// File it was saved at before, if any.
    pub path: Option<PathBuf>,
    /// The scene.
    pub scene: Value,
    #[serde(skip)]
    kept_at: PathBuf,
}

/// This window's file.
#[derive(Debug)]
pub struct Recovery {
    file: PathBuf,
    lock: PathBuf,
    /// Held as long as the window lives.
    held: Option<File>,
    writing: Option<JoinHandle<()>>,
}

impl Recovery {
    /// Claims a file in `folder`.
    ///
    /// # Errors
    /// The file system's.
    pub fn claim(folder: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(folder)?;
        for n in 0.. {
            let stem = format!("{}-{n}", std::process::id());
            let lock = folder.join(format!("{stem}.lock"));
            let held = File::create(&lock)?;
            if held.try_lock().is_ok() {
                return Ok(Self { file: folder.join(format!("{stem}.json")), lock, held: Some(held), writing: None });
            }
        }
        unreachable!("one of the numbers is free")
    }

    /// Keeps `scene`, on a thread of its own.
    pub fn keep(&mut self, scene: &Value, path: Option<&Path>) {
        let leftover = Leftover { path: path.map(Path::to_owned), scene: scene.clone(), kept_at: PathBuf::new() };
        let file = self.file.clone();
        let write = move || {
            let written = serde_json::to_vec(&leftover).map_err(std::io::Error::from);
            if let Err(error) = written.and_then(|bytes| store::replace(&file, &bytes)) {
                tracing::warn!("unsaved work is not kept: {error}");
            }
        };
        self.finish();
        match thread::Builder::new().name("recovery".to_owned()).spawn(write) {
            Ok(thread) => self.writing = Some(thread),
            Err(error) => tracing::warn!("unsaved work is not kept: {error}"),
        }
    }

    /// Everything is saved, or thrown away on purpose: nothing to recover.
    pub fn clear(&mut self) {
        self.finish();
        drop(fs::remove_file(&self.file));
    }
}

impl Recovery {
    /// Waits for the write under way, lest it bring back what is cleared.
    fn finish(&mut self) {
        if let Some(thread) = self.writing.take() {
            drop(thread.join());
        }
    }
}

impl Drop for Recovery {
    fn drop(&mut self) {
        self.clear();
        drop(self.held.take());
        drop(fs::remove_file(&self.lock));
    }
}

impl Leftover {
    /// Everything left behind in `folder` by windows that are gone.
    pub fn find(folder: &Path) -> Vec<Self> {
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        let files = entries.flatten().map(|entry| entry.path());
        files
            .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
            .filter(|file| is_abandoned(&file.with_extension("lock")))
            .filter_map(|file| {
                let leftover: Self = serde_json::from_slice(&store::read_limited(&file).ok()?).ok()?;
                Some(Self { kept_at: file, ..leftover })
            })
            .collect()
    }

    /// Throws it away.
    pub fn discard(&self) {
        drop(fs::remove_file(&self.kept_at));
        drop(fs::remove_file(self.kept_at.with_extension("lock")));
    }
}

fn is_abandoned(lock: &Path) -> bool {
    File::open(lock).map_or(true, |file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_of_a_window_that_died_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let leftover = Leftover { path: None, scene: serde_json::json!({"a": 1}), kept_at: PathBuf::new() };
        let file = folder.path().join("123-0.json");
        fs::write(&file, serde_json::to_vec(&leftover).unwrap()).unwrap();
        let found = Leftover::find(folder.path());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].scene, leftover.scene);
        found[0].discard();
        assert!(Leftover::find(folder.path()).is_empty());
    }

    #[test]
    fn work_of_a_living_window_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let recovery = Recovery::claim(folder.path()).unwrap();
        let other = Recovery::claim(folder.path()).unwrap();
        assert_ne!(recovery.file, other.file);
        fs::write(&recovery.file, r#"{"path": null, "scene": {}}"#).unwrap();
        assert!(Leftover::find(folder.path()).is_empty());
        drop(recovery);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a window that ends well leaves nothing");
    }
}
