//! The window's side: asks for pictures when something changed, and keeps the latest.

use std::sync::Arc;

use egui::{Context, TextureHandle, TextureOptions};

use super::job::{FieldComputer, FieldJob, FieldKey, FieldPicture};
use crate::engine::EngineError;
use crate::engine::worker::LatestWorker;
use crate::labs::score_field::scene::Layers;

/// The latest picture of the field, and the thread that makes it.
pub struct FieldSlot {
    worker: LatestWorker<FieldJob, Result<FieldPicture, EngineError>>,
    asked: Option<(FieldKey, Layers)>,
    picture: Option<FieldPicture>,
    textures: Vec<Option<TextureHandle>>,
    error: Option<EngineError>,
}

impl FieldSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let mut computer = FieldComputer::default();
        Self {
            worker: LatestWorker::new("field", wake, move |request, job| computer.work(&request, job)),
            asked: None,
            picture: None,
            textures: Vec::new(),
            error: None,
        }
    }

    /// Asks for the picture that `job` describes, unless it was asked for last.
    pub fn ask(&mut self, job: FieldJob) {
        let wanted = (job.key(), job.layers.clone());
        if self.asked.as_ref() != Some(&wanted) {
            self.asked = Some(wanted);
            self.worker.submit(job);
        }
    }

    /// Forgets the picture: there is nothing to show.
    pub fn clear(&mut self) {
        self.asked = None;
        self.picture = None;
        self.textures.clear();
        self.worker.take();
    }

    /// Takes the latest picture in, waiting for it for at most `patience_secs`.
    pub fn receive(&mut self, ctx: &Context, patience_secs: f64) {
        let Some(result) = self.worker.take_within(patience_secs) else { return };
        if self.asked.is_none() {
            return;
        }
        match result {
            Ok(mut picture) => {
                self.textures.resize_with(picture.panes.len(), || None);
                for (pane, texture) in picture.panes.iter_mut().zip(&mut self.textures) {
                    let image = pane.prepared.iter_mut().find_map(|prepared| prepared.image.take());
                    *texture = image.map(|image| upload(ctx, texture.take(), image));
                }
                self.picture = Some(picture);
                self.error = None;
            }
            Err(error) => self.error = Some(error),
        }
    }

    /// The latest picture.
    pub fn picture(&self) -> Option<&FieldPicture> {
        self.picture.as_ref()
    }

    /// The heat map of pane `pane`.
    pub fn texture(&self, pane: usize) -> Option<&TextureHandle> {
        self.textures.get(pane)?.as_ref()
    }

    /// Whether the picture is not yet the one asked for.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }

    /// Why there is no picture, if the engine failed.
    pub fn error(&self) -> Option<&EngineError> {
        self.error.as_ref()
    }
}

fn upload(ctx: &Context, old: Option<TextureHandle>, image: egui::ColorImage) -> TextureHandle {
    match old {
        Some(mut texture) => {
            texture.set(Arc::new(image), TextureOptions::LINEAR);
            texture
        }
        None => ctx.load_texture("field", Arc::new(image), TextureOptions::LINEAR),
    }
}
