//! PNG files that say what they show.

use std::io::Write;

use image::RgbaImage;
use png::{BitDepth, ColorType, EncodingError, PixelDimensions, Unit};

use super::Caption;
use super::caption::SOFTWARE;

/// Pixels of a metre where a point is a 96th of an inch.
const PIXELS_PER_METRE: f32 = 96.0 / 0.0254;

/// An encoder for opaque pictures of this size, with the caption as text in the file: "Title", "Description" and
/// "Software", as the format names them. `scale` are the pixels for a point: a figure drawn finer prints as large.
pub(super) fn encoder<'a, W: Write>(
    file: W,
    [width, height]: [u32; 2],
    caption: Option<&Caption>,
    scale: f32,
) -> Result<png::Encoder<'a, W>, EncodingError> {
    let mut encoder = png::Encoder::new(file, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let density = (PIXELS_PER_METRE * scale).round() as u32;
    encoder.set_pixel_dims(Some(PixelDimensions { xppu: density, yppu: density, unit: Unit::Meter }));
    if let Some(caption) = caption {
        encoder.add_itxt_chunk("Title".to_owned(), caption.title.clone())?;
        encoder.add_itxt_chunk("Description".to_owned(), caption.text.clone())?;
    }
    encoder.add_itxt_chunk("Software".to_owned(), SOFTWARE.to_owned())?;
    Ok(encoder)
}

/// Writes one picture.
pub(super) fn write(
    file: impl Write,
    picture: &RgbaImage,
    caption: Option<&Caption>,
    scale: f32,
) -> Result<(), EncodingError> {
    let mut writer = encoder(file, [picture.width(), picture.height()], caption, scale)?.write_header()?;
    writer.write_image_data(&opaque(picture))?;
    writer.finish()
}

/// Red, green and blue of every pixel.
pub(super) fn opaque(picture: &RgbaImage) -> Vec<u8> {
    picture.pixels().flat_map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2]]).collect()
}
