//! Asking for image files and reading them, off the window's thread.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use egui::Context;

use crate::labs::patches::training_files::{Delivery, read_all};

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
