//! Pictures within the document, for what SVG has no words for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use egui::{Color32, Rect};
use image::{ExtendedColorType, ImageEncoder as _, RgbaImage};

use super::Document;
use super::style;

impl Document<'_> {
    /// Draws the shapes that wait into one picture and writes it.
    pub(super) fn flush(&mut self) -> anyhow::Result<()> {
        let shapes = std::mem::take(&mut self.waiting);
        let seen = shapes.iter().map(|shape| {
            let bounds = shape.transform_after_tessellation * shape.shape.visual_bounding_rect();
            bounds.expand(1.0).intersect(shape.clip_rect)
        });
        let seen = seen.filter(|rect| rect.is_positive()).reduce(Rect::union);
        let Some(seen) = seen.map(|seen| seen.intersect(self.page)).filter(|seen| seen.is_positive()) else {
            return Ok(());
        };
        let whole = self.stage.picture_of(shapes, Color32::TRANSPARENT)?;
        // Whole pixels, so that nothing is drawn a second time in between.
        let scale = self.stage.pixels_per_point();
        let (left, top) = ((seen.left() * scale).floor() as u32, (seen.top() * scale).floor() as u32);
        let right = ((seen.right() * scale).ceil() as u32).min(whole.width());
        let bottom = ((seen.bottom() * scale).ceil() as u32).min(whole.height());
        if right <= left || bottom <= top {
            return Ok(());
        }
        let mut picture = image::imageops::crop_imm(&whole, left, top, right - left, bottom - top).to_image();
        if picture.pixels().all(|pixel| pixel.0[3] == 0) {
            return Ok(());
        }
        unmultiply(&mut picture);
        let mut bytes = Vec::new();
        let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
        encoder.write_image(&picture, picture.width(), picture.height(), ExtendedColorType::Rgba8)?;
        self.clip(None);
        self.xml.start_element("image");
        let place = [left, top, right, bottom].map(|pixels| pixels as f32 / scale);
        style::position(
            &mut self.xml,
            Rect::from_min_max(egui::pos2(place[0], place[1]), egui::pos2(place[2], place[3])),
        );
        self.xml.write_attribute("preserveAspectRatio", "none");
        self.xml.write_attribute_fmt("xlink:href", format_args!("data:image/png;base64,{}", STANDARD.encode(&bytes)));
        self.xml.end_element();
        Ok(())
    }
}

/// From premultiplied opacity, as graphics processors draw, to that of files.
fn unmultiply(picture: &mut RgbaImage) {
    for pixel in picture.pixels_mut() {
        let opacity = u32::from(pixel.0[3]);
        if opacity > 0 && opacity < 255 {
            for channel in &mut pixel.0[..3] {
                *channel = ((u32::from(*channel) * 255 + opacity / 2) / opacity).min(255) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opacity_is_taken_out_of_colours() {
        let mut picture = RgbaImage::from_raw(3, 1, vec![64, 0, 128, 128, 9, 9, 9, 255, 0, 0, 0, 0]).unwrap();
        unmultiply(&mut picture);
        assert_eq!(picture.into_raw(), [128, 0, 255, 128, 9, 9, 9, 255, 0, 0, 0, 0]);
    }
}
