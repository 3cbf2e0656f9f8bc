//! Training images on the device: all of them, or a window of them at a time.

use std::sync::Arc;

use crate::gpu::context::{Context, Reusable};
use diffuscope_core::image_set::ImageSet;

/// Bytes of images that are on the device at a time, unless a single one needs more.
const WINDOW_BYTES: u64 = 64 << 20;

/// How many images are there at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// Their number.
    pub(super) images: usize,
    /// Their size.
    pub(super) bytes: u64,
}

/// The buffer, and which images it holds.
#[derive(Debug, Default)]
pub(super) struct Images {
    buffer: Reusable,
    /// The set, if all of it is there.
    resident: Option<Arc<ImageSet>>,
}

impl Images {
    /// How the images of `set` come to the device.
    pub(super) fn window(context: &Context, set: &ImageSet) -> Window {
        let bytes = 4 * set.image(0).len() as u64;
        let images = (WINDOW_BYTES.min(context.batch_bytes()) / bytes).clamp(1, set.count() as u64);
        Window { images: images as usize, bytes: images * bytes }
    }

    /// The buffer with the first window of images.
    pub(super) fn first(&mut self, context: &Context, set: &Arc<ImageSet>, window: &Window) -> wgpu::Buffer {
        let buffer = context.reserve(&mut self.buffer, window.bytes);
        if !self.resident.as_ref().is_some_and(|resident| Arc::ptr_eq(resident, set)) {
            self.next(context, set, window, 0);
            self.resident = (window.images == set.count()).then(|| Arc::clone(set));
        }
        buffer
    }

    /// Puts the window that begins with image `first` into the buffer. What was submitted before sees the earlier images.
    pub(super) fn next(&mut self, context: &Context, set: &ImageSet, window: &Window, first: usize) {
        let size = set.image(0).len();
        let end = set.values().len().min((first + window.images) * size);
        let buffer = context.reserve(&mut self.buffer, window.bytes);
        context.write(&buffer, &set.values()[first * size..end]);
    }
}
