//! Asking for a file: the desktop's dialogs, behind a trait so that tests can answer in their place.

use std::path::PathBuf;

use crate::labs;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A scene or data to open.
    Open,
    /// A lesson to open.
    OpenLesson,
    /// A place to save a lesson at.
    SaveLesson {
        /// File name to start from.
        suggested: String,
    },
    /// A place to save a scene at.
    Save {
        /// File name to start from.
        suggested: String,
    },
    /// A place to export to.
    Export {
        /// File name to start from.
        suggested: String,
        /// What kind of file it is: "Figure (PNG)".
        kind: &'static str,
        /// Endings of its name; none if it is a folder.
        extensions: &'static [&'static str],
    },
}

/// Called with the answer, on any thread; `None` if the user changed their mind.
pub type Answer = Box<dyn FnOnce(Option<PathBuf>) + Send>;

/// Something that asks for files. It must return at once and answer later.
pub trait FileDialogs {
    /// Asks.
    fn ask(&mut self, ask: Ask, answer: Answer);
}

/// Extensions of scenes and of the data that any lab takes.
pub fn readable() -> Vec<&'static str> {
    let mut extensions = vec!["json", "md"];
    for extension in labs::ALL.iter().flat_map(|lab| lab.data_files) {
        if !extensions.contains(extension) {
            extensions.push(extension);
        }
    }
    extensions
}

/// The desktop's own dialogs.
#[derive(Debug, Default)]
pub struct DesktopDialogs;

impl FileDialogs for DesktopDialogs {
    fn ask(&mut self, ask: Ask, answer: Answer) {
        // Dialogs must be made on the main thread (macOS) and waited for on another.
        let dialog = rfd::AsyncFileDialog::new();
        let waiting: std::pin::Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>> = match ask {
            Ask::Open => Box::pin(
                dialog
                    .set_title("Open a scene, a lesson or data")
                    .add_filter("Scenes, lessons and data", &readable())
                    .add_filter("All files", &["*"])
                    .pick_file(),
            ),
            Ask::Export { suggested, kind, extensions } => {
                let dialog = dialog.set_title("Export").set_file_name(suggested);
                let dialog = if extensions.is_empty() { dialog } else { dialog.add_filter(kind, extensions) };
                Box::pin(dialog.save_file())
            }
            Ask::OpenLesson => {
                Box::pin(dialog.set_title("Open a lesson").add_filter("Lesson", &["md", "markdown"]).pick_file())
            }
            Ask::SaveLesson { suggested } => Box::pin(
                dialog.set_title("Save the lesson").add_filter("Lesson", &["md"]).set_file_name(suggested).save_file(),
            ),
            Ask::Save { suggested } => Box::pin(
                dialog.set_title("Save the scene").add_filter("Scene", &["json"]).set_file_name(suggested).save_file(),
            ),
        };
        let wait = move || answer(pollster::block_on(waiting).map(|file| file.path().to_owned()));
        if let Err(error) = std::thread::Builder::new().name("file dialog".to_owned()).spawn(wait) {
            tracing::error!("the system gave no thread for the file dialog: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lab_finds_its_data_in_the_dialog() {
        let all = readable();
        for extension in ["json", "csv", "npy", "npz", "png", "jpg", "jpeg", "idx3-ubyte"] {
            assert_eq!(all.iter().filter(|known| **known == extension).count(), 1, "{extension}");
        }
    }
}
