//! Textures of the window in which the lab is shown.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Context, TextureHandle};

use super::mosaic::Mosaic;
use super::picture_slot::Pictures;
use super::pictures::PictureKind;
use super::setup_slot::Lane;
use crate::ui::pixels::PixelTexture;

/// All textures.
#[derive(Default)]
pub struct Textures {
    pictures: HashMap<(Lane, &'static str), PixelTexture>,
    /// ρ in two dimensions.
    pub rho: PixelTexture,
    /// The training images.
    pub training: PixelTexture,
    /// The first loaded image, whole.
    pub loaded: PixelTexture,
}

impl Textures {
    /// The texture of a picture of `mosaic`, brought up to date.
    pub fn picture(
        &mut self,
        ctx: &Context,
        pictures: [Option<&Pictures>; 2],
        mosaic: &Mosaic,
        lane: Lane,
        kind: &PictureKind,
    ) -> Option<TextureHandle> {
        let found = pictures.iter().enumerate().find_map(|(slot, pictures)| {
            let pictures = (*pictures)?;
            Some((2 * pictures.stamp + slot as u64, pictures.cell(mosaic, lane, kind.id)?))
        });
        let (stamp, cell) = found?;
        let painted = cell.painted.as_ref()?;
        let texture = self.pictures.entry((lane, kind.id)).or_default();
        texture.set(ctx, kind.id, stamp, || Arc::clone(&painted.image));
        texture.handle().cloned()
    }
}
