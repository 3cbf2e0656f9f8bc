//! Training images from files: from bytes that nobody has checked to images, or one sentence why not.
//!
//! A file holds one or more pictures of any size. They are kept whole in memory while the user moves the crop, and cut and
//! averaged into the scene's training images.

mod arrays;
mod crop;

use std::io::Cursor;

use crate::core::image_set::MAX_SIDE;
use crate::labs::npy;
pub use crop::Crop;

/// Largest width and height of a picture.
const MOST_PIXELS: u32 = 4096;
/// Values of all loaded pictures together.
pub const MOST_VALUES: usize = 1 << 26;
/// Bytes that the training images of a scene made in the window take at most.
pub const MOST_KEPT: usize = 1 << 24;
/// Extensions of the files that are read; others are looked at too.
pub const EXTENSIONS: &[&str] = &["png", "jpg", "jpeg", "npy", "npz", "idx", "idx3-ubyte", "ubyte"];

/// A picture as it was loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// Its file.
    pub name: String,
    /// Columns and rows.
    pub size: [usize; 2],
    /// 1 or 3.
    pub channels: usize,
    /// Whether its values say more than 8 bits can.
    pub deep: bool,
    /// Planes of values from −1 to 1, row by row.
    pub values: Vec<f32>,
}

/// The pictures in `bytes`, which came under the name `name`, and what the user should know of them. `room` values more may
/// be loaded.
///
/// # Errors
/// One sentence that names the file and what is wrong.
pub fn pictures(name: &str, bytes: &[u8], room: usize) -> Result<(Vec<Loaded>, Option<String>), String> {
    let short =
        std::path::Path::new(name).file_name().map_or(name.to_owned(), |file| file.to_string_lossy().into_owned());
    let found = if bytes.starts_with(npy::MAGIC) {
        arrays::npy(&short, bytes, room)
    } else if bytes.starts_with(b"PK\x03\x04") {
        arrays::npz(&short, bytes, room)
    } else if matches!(bytes, [0, 0, 8, 1..=4, ..]) {
        arrays::idx(&short, bytes, room)
    } else {
        encoded(&short, bytes, room).map(|picture| (vec![picture], None))
    };
    found.map_err(|fault| format!("{short}: {fault}"))
}

fn too_much(what: &str) -> String {
    format!("{what} is more than fits beside the images loaded already")
}

/// Largest png or jpeg, in bytes.
const MOST_ENCODED: usize = 32 << 20;

/// A png or jpeg.
fn encoded(name: &str, bytes: &[u8], room: usize) -> Result<Loaded, String> {
    let reader =
        image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    if reader.format().is_none() {
        return Err("this is no picture that can be read: png, jpeg, npy, npz and IDX can".to_owned());
    }
    if bytes.len() > MOST_ENCODED {
        let (found, most) = (bytes.len() >> 20, MOST_ENCODED >> 20);
        return Err(format!("the picture's file has {found} MiB, but at most {most} MiB are taken"));
    }
    let damaged = |error: image::ImageError| format!("this picture cannot be read: {error}");
    let (width, height) = reader.into_dimensions().map_err(damaged)?;
    if width > MOST_PIXELS || height > MOST_PIXELS || width == 0 || height == 0 {
        return Err(format!(
            "the picture has {width} × {height} pixels, but at most {MOST_PIXELS} × {MOST_PIXELS} are taken"
        ));
    }
    let size = [width as usize, height as usize];
    if size[0] * size[1] > room {
        return Err(too_much("this picture"));
    }
    let mut reader =
        image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(512 << 20);
    reader.limits(limits);
    let decoded = reader.decode().map_err(damaged)?;
    let grey = !decoded.color().has_color();
    let channels = if grey { 1 } else { 3 };
    let deep = decoded.color().bytes_per_pixel() > decoded.color().channel_count();
    if channels * size[0] * size[1] > room {
        return Err(too_much("this picture"));
    }
    // Through sixteen bits, so that none are lost; what is transparent shows white paper.
    let wide = decoded.into_rgba16();
    let over_white = |value: u16, alpha: u16| {
        let [value, alpha] = [value, alpha].map(|v| f32::from(v) / 65535.0);
        2.0 * (value * alpha + 1.0 - alpha) - 1.0
    };
    let plane = |channel: usize| wide.pixels().map(move |pixel| over_white(pixel.0[channel], pixel.0[3]));
    let values = (0..channels).flat_map(plane).collect();
    Ok(Loaded { name: name.to_owned(), size, channels, deep, values })
}

/// A side for training images that suits what was loaded: theirs, if it is small and square, else 32.
pub fn suitable_side(loaded: &Loaded) -> usize {
    let [width, height] = loaded.size;
    if width == height && width <= 64.min(MAX_SIDE) { width } else { 32 }
}

#[cfg(test)]
mod tests {
    use npyz::WriterBuilder;

    use super::*;
    use crate::labs::patches::training;

    const ROOM: usize = MOST_VALUES;

    fn png(image: impl Into<image::DynamicImage>) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.into().write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn written<T: npyz::AutoSerialize>(shape: &[u64], values: &[T]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = npyz::WriteOptions::new().default_dtype().shape(shape).writer(&mut bytes).begin_nd().unwrap();
        writer.extend(values).unwrap();
        writer.finish().unwrap();
        bytes
    }

    fn read(name: &str, bytes: &[u8]) -> Result<Vec<Loaded>, String> {
        pictures(name, bytes, ROOM).map(|(loaded, _)| loaded)
    }

    #[test]
    fn pictures_of_every_depth_are_read() {
        let grey_alpha = image::GrayAlphaImage::from_fn(3, 2, |x, _| image::LumaA([if x == 0 { 0 } else { 255 }, 255]));
        let loaded = &read("a.png", &png(grey_alpha)).unwrap()[0];
        assert_eq!((loaded.size, loaded.channels), ([3, 2], 1));
        assert_eq!((loaded.values[0], loaded.values[1]), (-1.0, 1.0));
        let deep = image::ImageBuffer::<image::Luma<u16>, _>::from_fn(2, 2, |_, _| image::Luma([32768]));
        let loaded = &read("a.png", &png(deep)).unwrap()[0];
        assert!(loaded.values.iter().all(|v| v.abs() < 1e-4), "{:?}", loaded.values);
        assert!(loaded.deep && !training::are_levels(&loaded.values));
        let clear = image::RgbaImage::from_pixel(2, 2, image::Rgba([255, 0, 0, 0]));
        let loaded = &read("a.png", &png(clear)).unwrap()[0];
        assert_eq!((loaded.channels, loaded.values.iter().all(|v| *v == 1.0)), (3, true), "transparent is white");
    }

    #[test]
    fn arrays_of_images_are_read() {
        let levels: Vec<u8> = (0..2 * 3 * 4).map(|i| i * 10).collect();
        let loaded = read("a.npy", &written(&[2, 3, 4], &levels)).unwrap();
        assert_eq!((loaded.len(), loaded[0].size), (2, [4, 3]));
        assert!((loaded[0].values[1] - training::value(10)).abs() < 1e-6);
        assert!(!loaded[0].deep);
        let wide: Vec<f64> = levels.iter().map(|level| f64::from(*level) / 255.0).collect();
        let wide = read("a.npy", &written(&[2, 3, 4], &[&wide[..23], &[1.0]].concat())).unwrap();
        assert!(!wide[0].deep, "levels in double precision are levels");
        assert!(read("a.npy", &written(&[1, 1, 2], &[0.1_f64, 0.123])).unwrap()[0].deep);
        let words = read("a.npy", &written(&[1, 1, 3], &[0_u16, 32768, 65535])).unwrap();
        assert_eq!((words[0].values[0], words[0].values[2]), (-1.0, 1.0));
        assert!(words[0].deep && words[0].values[1] > 0.0 && words[0].values[1] < 1e-4);
        let colours = read("a.npy", &written(&[1, 2, 2, 3], &[0.0f32, 0.5, 1.0].repeat(4))).unwrap();
        assert_eq!(colours[0].values[..4], [-1.0; 4]);
        assert_eq!(colours[0].values[8..], [1.0; 4]);
        let first = read("a.npy", &written(&[1, 3, 2, 2], &[0.25f64; 12])).unwrap();
        assert_eq!((first[0].channels, first[0].size), (3, [2, 2]));
        let mut mnist = vec![0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2];
        mnist.extend([0, 255, 0, 255, 255, 255, 255, 255]);
        let loaded = read("train", &mnist).unwrap();
        assert_eq!(loaded[0].values, [-1.0, 1.0, -1.0, 1.0]);
    }

    #[test]
    fn hostile_files_are_refused_in_words() {
        for (name, bytes, part) in [
            ("notes.txt", b"hello".to_vec(), "no picture"),
            ("empty.png", Vec::new(), "no picture"),
            ("wide.png", png(image::GrayImage::new(10_000, 1)), "10000 × 1"),
            ("flat.npy", written(&[6], &[1.0f64; 6]), "shape [6]"),
            ("nan.npy", written(&[1, 2, 2], &[0.0f32, 1.0, f32::NAN, 0.0]), "not finite"),
            ("none.npy", written::<f32>(&[0, 2, 2], &[]), "no images"),
            ("labels", vec![0, 0, 8, 1, 0, 0, 0, 1, 5], "labels"),
            ("short", vec![0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 2, 1], "promises 9"),
            ("header", vec![0, 0, 8, 3, 0, 0], "header"),
            ("huge", vec![0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 2], "shape"),
            ("a.npz", b"PK\x03\x04nothing".to_vec(), "damaged"),
        ] {
            let fault = read(name, &bytes).unwrap_err();
            assert!(fault.starts_with(name) && fault.contains(part), "{name}: {fault}");
        }
        let whole = written(&[2, 3, 4], &[0.5f32; 24]);
        for length in 0..whole.len() {
            assert!(read("cut.npy", &whole[..length]).is_err(), "cut to {length} bytes");
        }
        let picture = png(image::GrayImage::new(8, 8));
        for length in 0..picture.len() - 12 {
            assert!(read("cut.png", &picture[..length]).is_err(), "cut to {length} bytes");
        }
    }
}
