//! Asking for image files and reading them, off the window's thread.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use egui::Context;

/// Files read at once.
const MOST_FILES: usize = 10_000;
/// Largest file, in bytes.
const MOST_BYTES: u64 = 256 << 20;

/// A file's name and its bytes, or why it could not be read.
pub type Delivery = Result<(String, Vec<u8>), String>;

/// Where files that were read wait for the view.
pub type Inbox = Arc<Mutex<Vec<Delivery>>>;

/// Asks for files, or for a folder, and reads what is chosen into `inbox`.
pub fn ask(folder: bool, inbox: &Inbox, ctx: &Context) {
    // The dialog is made here, on the window's thread, and waited for on another.
    let dialog = rfd::AsyncFileDialog::new().set_title("Load training images");
    let images = dialog.clone().add_filter("Images and arrays", &["png", "jpg", "jpeg", "npy", "npz", "idx3-ubyte"]);
    let images = images.add_filter("All files", &["*"]);
    let (inbox, ctx) = (Arc::clone(inbox), ctx.clone());
    type Waiting = std::pin::Pin<Box<dyn Future<Output = Vec<PathBuf>> + Send>>;
    let waiting: Waiting = if folder {
        let picked = dialog.pick_folder();
        Box::pin(async move { picked.await.map(|folder| vec![folder.path().to_owned()]).unwrap_or_default() })
    } else {
        let picked = images.pick_files();
        Box::pin(async move { picked.await.unwrap_or_default().iter().map(|file| file.path().to_owned()).collect() })
    };
    let work = move || {
        let read = read_all(&pollster::block_on(waiting));
        inbox.lock().unwrap_or_else(PoisonError::into_inner).extend(read);
        ctx.request_repaint();
    };
    if let Err(error) = std::thread::Builder::new().name("load images".to_owned()).spawn(work) {
        tracing::error!("the system gave no thread for loading images: {error}");
    }
}

/// Reads files and the files of folders, in the order of their names.
pub fn read_all(paths: &[PathBuf]) -> Vec<Delivery> {
    let mut files = Vec::new();
    let mut read = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        match std::fs::read_dir(path) {
            Ok(entries) => files.extend(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file())),
            Err(error) => read.push(Err(format!("{} cannot be read: {error}", path.display()))),
        }
    }
    files.sort();
    if files.len() > MOST_FILES {
        read.push(Err(format!("Only the first {MOST_FILES} of {} files are read", files.len())));
        files.truncate(MOST_FILES);
    }
    read.extend(files.iter().map(|path| read_one(path)));
    read
}

fn read_one(path: &Path) -> Delivery {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let size = std::fs::metadata(path).map_err(|error| format!("{name} cannot be read: {error}"))?.len();
    if size > MOST_BYTES {
        return Err(format!("{name} has {} MiB, but at most {} are read", size >> 20, MOST_BYTES >> 20));
    }
    std::fs::read(path).map(|bytes| (name.clone(), bytes)).map_err(|error| format!("{name} cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_in_order() {
        let folder = std::env::temp_dir().join(format!("diffuscope-loading-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for name in ["b.png", "a.txt", "c.npy"] {
            std::fs::write(folder.join(name), name).unwrap();
        }
        let read = read_all(&[folder.clone(), folder.join("none.png")]);
        std::fs::remove_dir_all(&folder).unwrap();
        let names: Vec<String> = read.iter().flatten().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, ["a.txt", "b.png", "c.npy"]);
        assert!(read.iter().any(|delivery| matches!(delivery, Err(fault) if fault.starts_with("none.png"))));
    }
}
