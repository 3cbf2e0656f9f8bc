//! Training images from files: asked for and read off the window's thread, dropped, and cut into the scene.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use egui::Context;

use super::{PatchesView, fitting, panes};
use crate::labs::patches::image_files;
use crate::labs::patches::training_files::{Delivery, read_all};

/// Where files that were read wait for the view.
pub type Inbox = Arc<Mutex<Vec<Delivery>>>;

/// Asks for files, or for a folder, and reads what is chosen into `inbox`.
pub fn ask(folder: bool, inbox: &Inbox, ctx: &Context) {
    // The dialog is made here, on the window's thread, and waited for on another.
    let dialog = rfd::AsyncFileDialog::new().set_title("Load training images");
    let images = dialog.clone().add_filter("Images and arrays", image_files::EXTENSIONS);
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

impl PatchesView {
    /// Looks at files that were read or dropped in the meantime.
    pub(super) fn take_loaded(&mut self) {
        let delivered = std::mem::take(&mut *self.state.inbox.lock().unwrap_or_else(PoisonError::into_inner));
        if delivered.is_empty() {
            if self.state.uncut {
                self.use_loaded();
            }
            return;
        }
        self.state.loading.clear();
        for delivery in delivered {
            let taken = delivery.and_then(|(name, bytes)| self.take_pictures(&name, &bytes));
            if let Err(fault) = taken {
                self.state.loading.push(fault);
            }
        }
        self.use_loaded();
    }

    /// Adds the pictures in `bytes` to those loaded; returns what is to be said of them.
    fn take_pictures(&mut self, name: &str, bytes: &[u8]) -> Result<Option<String>, String> {
        let held: usize = self.state.loaded.iter().map(|picture| picture.values.len()).sum();
        let (pictures, remark) = image_files::pictures(name, bytes, image_files::MOST_VALUES.saturating_sub(held))?;
        if self.state.loaded.is_empty()
            && let Some(first) = pictures.first()
        {
            self.state.crop.side = image_files::suitable_side(first);
            self.state.crop.grey = first.channels == 1;
        }
        self.state.loaded.extend(pictures);
        Ok(remark)
    }

    /// Cuts what is loaded into the scene's training images.
    fn use_loaded(&mut self) {
        self.state.uncut = false;
        if self.state.loaded.is_empty() {
            return;
        }
        match panes::cut(&self.state.crop, &self.state.loaded) {
            Ok((images, remark)) => {
                self.scene.training.images = Some(images);
                self.images_stamp += 1;
                fitting::fit_to_images(&mut self.scene);
                self.edits.note("load images");
                self.state.loading.extend(remark);
            }
            Err(fault) => self.state.loading.push(fault),
        }
    }

    /// Takes a file that was opened or dropped; returns what was done.
    pub(super) fn take_file(&mut self, name: &str, bytes: &[u8]) -> Result<String, String> {
        let before = self.state.loaded.len();
        let remark = self.take_pictures(name, bytes)?;
        // Many files may come in one frame: they are cut together in the next.
        self.state.uncut = true;
        self.state.loading.clear();
        let added = self.state.loaded.len() - before;
        self.tiles.focus("training");
        let remark = remark.map_or(String::new(), |remark| format!(" ({remark})"));
        let short = std::path::Path::new(name).file_name().map_or(name.into(), |name| name.to_string_lossy());
        Ok(format!("Added {added} training {} from {short}{remark}.", if added == 1 { "image" } else { "images" }))
    }
}
