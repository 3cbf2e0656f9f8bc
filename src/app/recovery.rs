//! Keeps unsaved work through a crash.
//!
//! Every running window owns the files of one name in the recovery folder, one for each document that is not saved, and
//! locks a further one. Files whose lock is free were left behind by a window that did not end as it should; the next start
//! offers them.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::store;
use crate::{disk, faults};

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

/// What is kept of one document.
#[derive(Debug, Default)]
pub struct Kept {
    /// The revision that is kept.
    pub revision: Option<u64>,
    /// When a later one was noticed.
    pub waiting_since_secs: Option<f64>,
}

/// This window's files.
#[derive(Debug)]
pub struct Recovery {
    /// Path of the files but for the documents' numbers.
    stem: PathBuf,
    lock: PathBuf,
    /// Held as long as the window lives.
    held: Option<File>,
    /// Writes under way, by document.
    writing: HashMap<u64, JoinHandle<()>>,
    /// Documents that have a file.
    kept: Vec<u64>,
    sender: Sender<NotKept>,
    receiver: Receiver<NotKept>,
}

/// A document that could not be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotKept {
    /// Its number.
    pub document: u64,
    /// Why.
    pub reason: String,
}

impl Recovery {
    /// Claims a name in `folder`.
    ///
    /// # Errors
    /// The file system's.
    pub fn claim(folder: &Path) -> std::io::Result<Self> {
        faults::check(&faults::FOLDER)?;
        fs::create_dir_all(folder)?;
        let (sender, receiver) = channel();
        for n in 0.. {
            let stem = folder.join(format!("{}-{n}", std::process::id()));
            let lock = disk::beside(&stem, ".lock");
            let held = File::create(&lock)?;
            if held.try_lock().is_ok() {
                let (writing, kept) = (HashMap::new(), Vec::new());
                return Ok(Self { stem, lock, held: Some(held), writing, kept, sender, receiver });
            }
        }
        unreachable!("one of the numbers is free")
    }

    fn file(&self, document: u64) -> PathBuf {
        disk::beside(&self.stem, &format!(".{document}.json"))
    }

    /// Keeps the scene of a document, on a thread of its own, which calls `wake` if that does not work.
    pub fn keep(&mut self, document: u64, scene: &Value, path: Option<&Path>, wake: impl FnOnce() + Send + 'static) {
        self.finish(document);
        let leftover = self.leftover(document, scene, path);
        let sender = self.sender.clone();
        let write = move || {
            if let Err(error) = leftover.write() {
                drop(sender.send(NotKept { document, reason: error.to_string() }));
                wake();
            }
        };
        match thread::Builder::new().name("recovery".to_owned()).spawn(write) {
            Ok(thread) => drop(self.writing.insert(document, thread)),
            Err(error) => drop(self.sender.send(NotKept { document, reason: error.to_string() })),
        }
    }

    /// A document that could not be kept, if there is one since the last call.
    pub fn take_failure(&self) -> Option<NotKept> {
        self.receiver.try_recv().ok()
    }

    /// Keeps the scene of a document before it returns; whether that worked.
    pub fn keep_now(&mut self, document: u64, scene: &Value, path: Option<&Path>) -> bool {
        self.finish(document);
        self.leftover(document, scene, path).write().is_ok()
    }

    fn leftover(&mut self, document: u64, scene: &Value, path: Option<&Path>) -> Leftover {
        if !self.kept.contains(&document) {
            self.kept.push(document);
        }
        Leftover { path: path.map(Path::to_owned), scene: scene.clone(), kept_at: self.file(document) }
    }

    /// A document is saved, or thrown away on purpose: nothing of it to recover.
    pub fn clear(&mut self, document: u64) {
        if let Some(at) = self.kept.iter().position(|kept| *kept == document) {
            self.kept.swap_remove(at);
            self.finish(document);
            drop(fs::remove_file(self.file(document)));
        }
    }

    /// Nothing is to be recovered.
    pub fn clear_all(&mut self) {
        for document in self.kept.clone() {
            self.clear(document);
        }
    }

    /// Waits for the write under way, lest it bring back what is cleared.
    fn finish(&mut self, document: u64) {
        if let Some(thread) = self.writing.remove(&document) {
            drop(thread.join());
        }
    }
}

impl Drop for Recovery {
    /// What is still kept stays: a window that ends as it should has cleared it.
    fn drop(&mut self) {
        for (_, thread) in self.writing.drain() {
            drop(thread.join());
        }
        drop(self.held.take());
        drop(fs::remove_file(&self.lock));
    }
}

impl Leftover {
    /// Everything left behind in `folder` by windows that are gone.
    pub fn find(folder: &Path) -> Vec<Self> {
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        let files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        // A window killed while it was writing leaves half a file; the one before it is whole.
        let half = files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "tmp"));
        half.filter(|file| is_abandoned(&lock_of(file))).for_each(|file| drop(fs::remove_file(file)));
        files
            .into_iter()
            .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
            .filter(|file| is_abandoned(&lock_of(file)))
            .filter_map(|file| {
                let leftover: Self = serde_json::from_slice(&store::read_limited(&file).ok()?).ok()?;
                Some(Self { kept_at: file, ..leftover })
            })
            .collect()
    }

    fn write(&self) -> std::io::Result<()> {
        let written = serde_json::to_vec(self).map_err(std::io::Error::from);
        written
            .and_then(|bytes| disk::replace(&self.kept_at, &bytes))
            .inspect_err(|error| tracing::warn!("unsaved work is not kept: {error}"))
    }

    /// Throws it away.
    pub fn discard(&self) {
        drop(fs::remove_file(&self.kept_at));
        let lock = lock_of(&self.kept_at);
        let folder = self.kept_at.parent().map(fs::read_dir);
        let others = folder.and_then(Result::ok).into_iter().flatten().flatten();
        let shared = others.map(|entry| entry.path()).any(|file| file != lock && lock_of(&file) == lock);
        if !shared {
            drop(fs::remove_file(lock));
        }
    }
}

/// The lock of the window that wrote `file`: "12-0.lock" for "12-0.3.json".
fn lock_of(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{}.lock", name.split('.').next().unwrap_or_default()))
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
    fn of_several_documents_each_is_found_and_discarded_alone() {
        let folder = tempfile::tempdir().unwrap();
        let leftover = Leftover { path: None, scene: serde_json::json!({"a": 1}), kept_at: PathBuf::new() };
        for name in ["7-0.1.json", "7-0.2.json"] {
            fs::write(folder.path().join(name), serde_json::to_vec(&leftover).unwrap()).unwrap();
        }
        let lock = folder.path().join("7-0.lock");
        fs::write(&lock, "").unwrap();
        let found = Leftover::find(folder.path());
        assert_eq!(found.len(), 2);
        found[0].discard();
        assert!(lock.exists());
        assert_eq!(Leftover::find(folder.path()).len(), 1);
        found[1].discard();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn work_of_a_living_window_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut recovery = Recovery::claim(folder.path()).unwrap();
        let other = Recovery::claim(folder.path()).unwrap();
        assert_ne!(recovery.stem, other.stem);
        for document in [3, 4] {
            assert!(recovery.keep_now(document, &serde_json::json!({}), None));
        }
        assert!(Leftover::find(folder.path()).is_empty());
        let half = folder.path().join(format!("{}-0.4.json.9-1.tmp", std::process::id()));
        fs::write(&half, "{").unwrap();
        assert!(Leftover::find(folder.path()).is_empty() && half.exists());
        recovery.clear(3);
        assert!(!recovery.file(3).exists() && recovery.file(4).exists());
        let file = recovery.file(4);
        drop(recovery);
        assert!(file.exists(), "it was not thrown away on purpose");
        assert_eq!(Leftover::find(folder.path()).len(), 1);
        assert!(!half.exists(), "half a file is of no use");

        let mut recovery = Recovery::claim(folder.path()).unwrap();
        assert!(recovery.keep_now(5, &serde_json::json!({}), None));
        recovery.clear_all();
        drop(recovery);
        assert_eq!(Leftover::find(folder.path()).len(), 1, "a window that ends well leaves nothing");
    }
}
