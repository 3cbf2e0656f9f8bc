//! Asking for a file: the desktop's dialogs, behind a trait so that tests can answer in their place.

use std::path::PathBuf;

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
}

/// Called with the answer, on any thread; `None` if the user changed their mind.
pub type Answer = Box<dyn FnOnce(Option<PathBuf>) + Send>;

/// Something that asks for files. It must return at once and answer later.
pub trait FileDialogs {
    /// Asks.
    fn ask(&mut self, ask: Ask, answer: Answer);
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
                    .add_filter("Scenes, lessons and data", &["json", "md", "csv", "npy"])
                    .add_filter("All files", &["*"])
                    .pick_file(),
            ),
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
