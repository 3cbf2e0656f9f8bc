//! Training images from files: from bytes that nobody has checked to images, or one sentence why not.
//!
//! A file holds one or more pictures of any size. They are kept whole in memory while the user moves the crop, and cut,
//! averaged and rounded into the scene's training images.

use std::io::Cursor;

use crate::core::image_set::{ImageSet, MAX_SIDE};
use crate::labs::npy;
use crate::labs::patches::training;

/// Largest width and height of a picture.
const MOST_PIXELS: u32 = 4096;
/// Values of all loaded pictures together.
pub const MOST_VALUES: usize = 1 << 26;
/// Values of the training images that a scene made in the window holds at most.
pub const MOST_KEPT: usize = 1 << 24;

/// A picture as it was loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// Its file.
    pub name: String,
    /// Columns and rows.
    pub size: [usize; 2],
    /// 1 or 3.
    pub channels: usize,
    /// Planes of values from −1 to 1, row by row.
    pub values: Vec<f32>,
}

/// How loaded pictures are cut and resized.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crop {
    /// Side of the training images.
    pub side: usize,
    /// Share of the shorter side that is kept, from 0.05 to 1.
    pub zoom: f64,
    /// Where the square lies along the rest of each axis, 0 left or top, 1 right or bottom.
    pub at: [f64; 2],
    /// Whether colours become grey.
    pub grey: bool,
}

impl Default for Crop {
    fn default() -> Self {
        Self { side: 32, zoom: 1.0, at: [0.5, 0.5], grey: true }
    }
}

impl Crop {
    /// The square kept of a picture of this size: [left, top, side], in its pixels.
    pub fn square(&self, [width, height]: [usize; 2]) -> [f64; 3] {
        let side = (width.min(height) as f64 * self.zoom).max(1.0);
        [(width as f64 - side) * self.at[0], (height as f64 - side) * self.at[1], side]
    }

    /// The training images that loaded pictures make, at most `most` values of them.
    ///
    /// # Errors
    /// There are none, or too many.
    pub fn cut(&self, loaded: &[Loaded], most: usize) -> Result<ImageSet, String> {
        let channels = if self.grey || loaded.iter().any(|picture| picture.channels == 1) { 1 } else { 3 };
        let needed = loaded.len().saturating_mul(channels * self.side * self.side);
        if needed > most {
            return Err(format!(
                "{} images of {} × {} pixels are more than a scene can hold: take a smaller side or fewer images",
                loaded.len(),
                self.side,
                self.side
            ));
        }
        ImageSet::check_shape(loaded.len(), channels, self.side).map_err(|error| error.to_string())?;
        let mut values = Vec::with_capacity(needed);
        for picture in loaded {
            let planes: Vec<Vec<f32>> = (0..picture.channels).map(|channel| self.resized(picture, channel)).collect();
            match (channels, planes.as_slice()) {
                (1, [red, green, blue]) => {
                    // Luma of ITU-R BT.601, as picture programs have it.
                    let grey = |i: usize| 0.299 * red[i] + 0.587 * green[i] + 0.114 * blue[i];
                    values.extend((0..red.len()).map(grey));
                }
                _ => planes.iter().for_each(|plane| values.extend_from_slice(plane)),
            }
        }
        // As the scene will hold them, so that what is seen is what is saved.
        values.iter_mut().for_each(|value| *value = training::value(training::level(*value)));
        ImageSet::new(loaded.len(), channels, self.side, values).map_err(|error| error.to_string())
    }

    /// One channel of the square, averaged over the area of each new pixel.
    fn resized(&self, picture: &Loaded, channel: usize) -> Vec<f32> {
        let [width, height] = picture.size;
        let [left, top, side] = self.square(picture.size);
        let plane = &picture.values[channel * width * height..(channel + 1) * width * height];
        let step = side / self.side as f64;
        // Shares of source columns (or rows) that each new one covers.
        let covers = |start: f64, index: usize, most: usize| -> Vec<(usize, f64)> {
            let (from, to) = (start + index as f64 * step, start + (index + 1) as f64 * step);
            let first = (from.max(0.0) as usize).min(most - 1);
            let last = (to.ceil() as usize).clamp(first + 1, most);
            let share = |i: usize| (to.min((i + 1) as f64) - from.max(i as f64)).max(0.0);
            let shares: Vec<(usize, f64)> = (first..last).map(|i| (i, share(i))).collect();
            let total: f64 = shares.iter().map(|(_, share)| share).sum();
            if total > 0.0 { shares.into_iter().map(|(i, s)| (i, s / total)).collect() } else { vec![(first, 1.0)] }
        };
        let columns: Vec<_> = (0..self.side).map(|i| covers(left, i, width)).collect();
        let rows: Vec<_> = (0..self.side).map(|i| covers(top, i, height)).collect();
        let mut out = Vec::with_capacity(self.side * self.side);
        for row in &rows {
            for column in &columns {
                let mut sum = 0.0;
                for (y, wy) in row {
                    for (x, wx) in column {
                        sum += wy * wx * f64::from(plane[y * width + x]);
                    }
                }
                out.push(sum as f32);
            }
        }
        out
    }
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
        array(&short, bytes, room)
    } else if bytes.starts_with(b"PK\x03\x04") {
        npz(&short, bytes, room)
    } else if matches!(bytes, [0, 0, 8, 1..=4, ..]) {
        idx(&short, bytes, room)
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
    Ok(Loaded { name: name.to_owned(), size, channels, values })
}

/// Shape and order of an array of images.
struct Layout {
    count: usize,
    rows: usize,
    columns: usize,
    channels: usize,
    channels_last: bool,
}

fn layout(shape: &[u64]) -> Result<Layout, String> {
    let fault = || {
        format!(
            "the array has shape {shape:?}, but must have [H, W], [N, H, W], [N, H, W, C] or [N, C, H, W] with C = 1 or 3"
        )
    };
    let (count, rows, columns, channels, channels_last) = match *shape {
        [h, w] => (1, h, w, 1, true),
        [h, w, c @ (1 | 3)] if h > 4 => (1, h, w, c, true),
        [n, h, w] => (n, h, w, 1, true),
        [n, h, w, c @ (1 | 3)] => (n, h, w, c, true),
        [n, c @ (1 | 3), h, w] => (n, h, w, c, false),
        _ => return Err(fault()),
    };
    let fits = [rows, columns].iter().all(|side| (1..=u64::from(MOST_PIXELS)).contains(side));
    if count == 0 {
        return Err("there are no images in it".to_owned());
    }
    if !fits || count > 10_000_000 {
        return Err(format!("the array has shape {shape:?}, but images may have 1 to {MOST_PIXELS} pixels each way"));
    }
    let [count, rows, columns, channels] = [count, rows, columns, channels].map(|n| n as usize);
    Ok(Layout { count, rows, columns, channels, channels_last })
}

fn array(name: &str, bytes: &[u8], room: usize) -> Result<(Vec<Loaded>, Option<String>), String> {
    let broken = |_| "this .npy file is truncated or damaged".to_owned();
    npy::check_header(bytes, bytes.len() as u64).map_err(|error| error.to_string())?;
    let file = npyz::NpyFile::new(bytes).map_err(|_| broken(()))?;
    let shape = file.shape().to_vec();
    let layout = layout(&shape)?;
    let size = layout.channels * layout.rows * layout.columns;
    if file.order() != npyz::Order::C {
        return Err("the array is in Fortran order, but must be in C order".to_owned());
    }
    let taken = layout.count.min(room / size.max(1));
    if taken == 0 {
        return Err(too_much("one image of it"));
    }
    let (values, bytes_as_levels) = npy_values(file, taken * size)?;
    if values.len() != taken * size {
        return Err(broken(()));
    }
    if let Some(index) = values.iter().position(|v| !v.is_finite()) {
        return Err(format!("image {} holds a value that is not finite ({})", index / size + 1, values[index]));
    }
    let (low, high) = values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    let (scale, shift, words) = if bytes_as_levels || (low >= 0.0 && high > 1.0 && high <= 255.0) {
        (1.0 / 127.5, -1.0, "values from 0 to 255 became −1 to 1")
    } else if low >= 0.0 && high <= 1.0 {
        (2.0, -1.0, "values from 0 to 1 became −1 to 1")
    } else if low >= -1.0 && high <= 1.0 {
        (1.0, 0.0, "")
    } else {
        (1.0 / low.abs().max(high.abs()), 0.0, "values were divided by the largest magnitude")
    };
    let value = |v: f32| (v * scale + shift).clamp(-1.0, 1.0);
    let planes = |image: &[f32]| -> Vec<f32> {
        let area = layout.rows * layout.columns;
        if layout.channels_last {
            (0..layout.channels)
                .flat_map(|c| (0..area).map(move |i| (c, i)))
                .map(|(c, i)| value(image[i * layout.channels + c]))
                .collect()
        } else {
            image.iter().map(|v| value(*v)).collect()
        }
    };
    let loaded: Vec<Loaded> = values
        .chunks_exact(size)
        .map(|image| Loaded {
            name: name.to_owned(),
            size: [layout.columns, layout.rows],
            channels: layout.channels,
            values: planes(image),
        })
        .collect();
    let mut remark = words.to_owned();
    if taken < layout.count {
        remark = format!("only the first {taken} of {} images fit; {remark}", layout.count);
    }
    Ok((loaded, (!remark.is_empty()).then_some(remark)))
}

/// The first `count` values, and whether they are bytes.
fn npy_values(file: npyz::NpyFile<&[u8]>, count: usize) -> Result<(Vec<f32>, bool), String> {
    let broken = |_| "this .npy file is truncated or damaged".to_owned();
    macro_rules! attempt {
        ($file:expr, $kind:ty, $bytes:expr) => {
            match $file.try_data::<$kind>() {
                Ok(data) => {
                    let values: Result<Vec<f32>, _> = data.take(count).map(|v| v.map(|v| v as f32)).collect();
                    return values.map(|values| (values, $bytes)).map_err(broken);
                }
                Err(file) => file,
            }
        };
    }
    let file = attempt!(file, u8, true);
    let file = attempt!(file, f32, false);
    let file = attempt!(file, f64, false);
    let file = attempt!(file, i64, false);
    let file = attempt!(file, i32, false);
    let file = attempt!(file, u16, false);
    Err(format!("the array has type {}, but must have u1, u2, i4, i8, f4 or f8", file.dtype().descr()))
}

/// The first array of an archive.
fn npz(name: &str, bytes: &[u8], room: usize) -> Result<(Vec<Loaded>, Option<String>), String> {
    let broken = |_| "this .npz archive is truncated or damaged".to_owned();
    let mut archive = npyz::npz::NpzArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let first = archive.array_names().next().map(str::to_owned).ok_or("there is no array in this archive")?;
    let inner = format!("{first}.npy");
    let size = archive.zip_archive().by_name(&inner).map_err(|_| broken(std::io::Error::other("")))?.size();
    if size > 8 * MOST_VALUES as u64 {
        return Err(too_much("this archive's first array"));
    }
    let mut content = Vec::new();
    let mut file = archive.zip_archive().by_name(&inner).map_err(|_| broken(std::io::Error::other("")))?;
    std::io::Read::read_to_end(&mut std::io::Read::take(&mut file, size), &mut content).map_err(broken)?;
    array(name, &content, room)
}

/// Images in the format of the MNIST files: two zero bytes, type 8 (bytes), number of axes, lengths, values.
fn idx(name: &str, bytes: &[u8], room: usize) -> Result<(Vec<Loaded>, Option<String>), String> {
    let axes = usize::from(bytes[3]);
    let mut lengths = Vec::new();
    for axis in 0..axes {
        let start = 4 + 4 * axis;
        let four: [u8; 4] = bytes
            .get(start..start + 4)
            .and_then(|four| four.try_into().ok())
            .ok_or("this IDX file ends within its header")?;
        lengths.push(u64::from(u32::from_be_bytes(four)));
    }
    if axes == 1 {
        return Err("this IDX file holds labels, not images".to_owned());
    }
    let layout = layout(&lengths)?;
    let size = layout.channels * layout.rows * layout.columns;
    let data = &bytes[4 + 4 * axes..];
    if data.len() < layout.count.saturating_mul(size) {
        return Err(format!("the file promises {} images, but ends after {}", layout.count, data.len() / size.max(1)));
    }
    let taken = layout.count.min(room / size.max(1));
    if taken == 0 {
        return Err(too_much("one image of it"));
    }
    let loaded = data.chunks_exact(size).take(taken).map(|image| Loaded {
        name: name.to_owned(),
        size: [layout.columns, layout.rows],
        channels: layout.channels,
        values: image.iter().map(|level| training::value(*level)).collect(),
    });
    let remark = (taken < layout.count).then(|| format!("only the first {taken} of {} images fit", layout.count));
    Ok((loaded.collect(), remark))
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

    #[test]
    fn a_crop_is_an_average_over_its_square() {
        let picture = Loaded {
            name: String::new(),
            size: [4, 2],
            channels: 1,
            values: vec![1.0, -1.0, 0.5, 0.5, 1.0, -1.0, 0.5, 0.5],
        };
        let left = Crop { side: 1, at: [0.0, 0.0], ..Crop::default() };
        assert!(left.cut(std::slice::from_ref(&picture), MOST_KEPT).unwrap().values()[0].abs() < 0.01);
        let right = Crop { side: 2, at: [1.0, 0.0], ..Crop::default() };
        let values = right.cut(std::slice::from_ref(&picture), MOST_KEPT).unwrap().values().to_vec();
        assert!(values.iter().all(|v| (v - 0.5).abs() < 0.01), "{values:?}");
        let same = Crop { side: 2, at: [0.0, 0.0], ..Crop::default() }.cut(&[picture], MOST_KEPT).unwrap();
        assert_eq!(same.values(), [1.0, -1.0, 1.0, -1.0]);
        assert!(Crop::default().cut(&[], MOST_KEPT).is_err());
    }
}
