//! Arrays of images: npy, npz, and the IDX files of MNIST.

use std::borrow::Cow;
use std::io::Cursor;

use super::{Loaded, MOST_PIXELS, MOST_VALUES, too_much};
use crate::labs::npy;
use crate::labs::patches::training;

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

/// The images of an `.npy` file.
pub(super) fn npy(name: &str, bytes: &[u8], room: usize) -> Result<(Vec<Loaded>, Option<String>), String> {
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
    let (values, full) = npy_values(file, taken * size)?;
    if values.len() != taken * size {
        return Err(broken(()));
    }
    if let Some(index) = values.iter().position(|v| !v.is_finite()) {
        return Err(format!("image {} holds a value that is not finite ({})", index / size + 1, values[index]));
    }
    let (low, high) = values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    let (scale, shift, words) = if full == Some(65535.0) && high > 255.0 {
        (2.0 / 65535.0, -1.0, "values from 0 to 65535 became −1 to 1")
    } else if full.is_some() || (low >= 0.0 && high > 1.0 && high <= 255.0) {
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
    let mut loaded: Vec<Loaded> = values
        .chunks_exact(size)
        .map(|image| Loaded {
            name: name.to_owned(),
            size: [layout.columns, layout.rows],
            channels: layout.channels,
            deep: false,
            values: planes(image),
        })
        .collect();
    // Pictures of 8 bits are often stored as numbers from 0 to 1 or to 255: they are levels still.
    let deep = !loaded.iter().all(|picture| training::are_levels(&picture.values));
    loaded.iter_mut().for_each(|picture| picture.deep = deep);
    let mut remark = words.to_owned();
    if taken < layout.count {
        remark = format!("only the first {taken} of {} images fit; {remark}", layout.count);
    }
    Ok((loaded, (!remark.is_empty()).then_some(remark)))
}

/// The first `count` values, and the largest that their type has if it is one of pictures.
fn npy_values(file: npyz::NpyFile<&[u8]>, count: usize) -> Result<(Vec<f32>, Option<f32>), String> {
    let broken = |_| "this .npy file is truncated or damaged".to_owned();
    macro_rules! attempt {
        ($file:expr, $kind:ty, $full:expr) => {
            match $file.try_data::<$kind>() {
                Ok(data) => {
                    let values: Result<Vec<f32>, _> = data.take(count).map(|v| v.map(|v| v as f32)).collect();
                    return values.map(|values| (values, $full)).map_err(broken);
                }
                Err(file) => file,
            }
        };
    }
    let file = attempt!(file, u8, Some(255.0));
    let file = attempt!(file, f32, None);
    let file = attempt!(file, f64, None);
    let file = attempt!(file, i64, None);
    let file = attempt!(file, i32, None);
    let file = attempt!(file, u16, Some(65535.0));
    Err(format!("the array has type {}, but must have u1, u2, i4, i8, f4 or f8", file.dtype().descr()))
}

/// The first array of an archive.
pub(super) fn npz(name: &str, bytes: &[u8], room: usize) -> Result<(Vec<Loaded>, Option<String>), String> {
    let broken = "this .npz archive is truncated or damaged";
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken)?;
    let first = archive.file_names().flatten().find(|name| name.ends_with(".npy")).map(Cow::into_owned);
    let mut file = archive.by_name(&first.ok_or("there is no array in this archive")?).map_err(|_| broken)?;
    let size = file.size();
    if size > 8 * MOST_VALUES as u64 {
        return Err(too_much("this archive's first array"));
    }
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(&mut file, size), &mut content).map_err(|_| broken)?;
    npy(name, &content, room)
}

/// Images in the format of the MNIST files: two zero bytes, type 8 (bytes), number of axes, lengths, values.
pub(super) fn idx(name: &str, bytes: &[u8], room: usize) -> Result<(Vec<Loaded>, Option<String>), String> {
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
        deep: false,
        values: image.iter().map(|level| training::value(*level)).collect(),
    });
    let remark = (taken < layout.count).then(|| format!("only the first {taken} of {} images fit", layout.count));
    Ok((loaded.collect(), remark))
}
