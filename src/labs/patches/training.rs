//! From a scene's words about training images to the images.

use std::sync::Arc;

use super::scene::{GivenImages, Scene};
use crate::core::image_set::{self, ImageSet};
use crate::labs::scene_file::{SceneError, checks};

/// The training images of a scene.
///
/// # Errors
/// The field at fault.
pub fn images(scene: &Scene) -> Result<Arc<ImageSet>, SceneError> {
    match &scene.training.images {
        Some(given) => decode(given).map(Arc::new).map_err(|fault| SceneError::new("training.images", fault)),
        None => image_set::draw(&scene.training.set, scene.seed)
            .map(Arc::new)
            .map_err(|error| checks::choice_fault("training.set", error)),
    }
}

/// The images that a scene holds.
///
/// # Errors
/// One sentence that says what is wrong.
pub fn decode(given: &GivenImages) -> Result<ImageSet, String> {
    let needed = ImageSet::check_shape(given.count, given.channels, given.side).map_err(|error| error.to_string())?;
    let fits = |name: &str, found: usize| {
        let fault = format!("{name} holds {found} values, but must hold {needed} for these images");
        if found == needed { Ok(()) } else { Err(fault) }
    };
    let values = match (&given.levels, &given.values) {
        (Some(levels), None) => {
            let levels = base64(levels)?;
            fits("levels", levels.len())?;
            levels.into_iter().map(value).collect()
        }
        (None, Some(values)) => {
            let bytes = base64(values)?;
            fits("values", bytes.len().div_ceil(size_of::<f32>()))?;
            floats(&bytes)
        }
        _ => return Err("must hold either levels or values".to_owned()),
    };
    ImageSet::new(given.count, given.channels, given.side, values).map_err(|error| error.to_string())
}

/// Images as a scene holds them, all digits kept: as bytes where every value is one of 256 levels from −1 to +1, and
/// otherwise in single precision.
pub fn encode(name: &str, images: &ImageSet) -> GivenImages {
    let as_levels = are_levels(images.values());
    let (levels, values) = if as_levels {
        let levels: Vec<u8> = images.values().iter().map(|value| level(*value)).collect();
        (Some(to_base64(&levels)), None)
    } else {
        (None, Some(to_base64(&bytes_of(images.values()))))
    };
    GivenImages {
        name: name.to_owned(),
        count: images.count(),
        channels: images.channels(),
        side: images.side(),
        levels,
        values,
    }
}

/// Whether 256 levels say all that `values` say, to within the rounding of single precision: what an 8-bit picture becomes
/// on the way through other scales.
pub fn are_levels(values: &[f32]) -> bool {
    values.iter().all(|v| (value(level(*v)) - v).abs() <= 2.0 * f32::EPSILON)
}

/// Numbers of single precision, little-endian.
pub(super) fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
}

/// The bytes of `values`, little-endian.
pub(super) fn bytes_of(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The alphabet of RFC 4648.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let word = three.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = ALPHABET[(word >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

pub(super) fn base64(text: &str) -> Result<Vec<u8>, String> {
    let fault = || "is not base64".to_owned();
    let digits = text.trim_end_matches('=').as_bytes();
    if digits.len() % 4 == 1 || text.len() - digits.len() > 2 {
        return Err(fault());
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for four in digits.chunks(4) {
        let mut word = 0_u32;
        for digit in four {
            let place = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return Err(fault()),
            };
            word = word << 6 | u32::from(place);
        }
        word <<= 6 * (4 - four.len());
        bytes.extend_from_slice(&word.to_be_bytes()[1..four.len()]);
    }
    Ok(bytes)
}

/// The value of a level.
pub fn value(level: u8) -> f32 {
    f32::from(level) / 127.5 - 1.0
}

/// The level nearest to a value.
pub fn level(value: f32) -> u8 {
    ((value.clamp(-1.0, 1.0) + 1.0) * 127.5 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_survive_a_scene() {
        let values: Vec<f32> = (0..=255_u8).map(value).collect();
        let set = ImageSet::new(1, 1, 16, values.clone()).unwrap();
        let given = encode("all levels", &set);
        assert_eq!(decode(&given).unwrap(), set);
        assert_eq!((values[0], values[255]), (-1.0, 1.0));
        for level in 0..=255 {
            assert_eq!(super::level(value(level)), level);
        }
    }

    #[test]
    fn values_between_levels_survive_a_scene_to_the_last_bit() {
        let values: Vec<f32> = (0..16).map(|i| (i as f32 * 0.37).sin()).collect();
        let set = ImageSet::new(1, 1, 4, values).unwrap();
        let given = encode("fine", &set);
        assert!(given.levels.is_none());
        assert_eq!(decode(&given).unwrap(), set);
        let text = serde_json::to_string(&given).unwrap();
        assert!(!text.contains("levels"), "{text}");
        assert_eq!(serde_json::from_str::<GivenImages>(&text).unwrap(), given);
        // What went through another scale is a level all the same.
        let scaled: Vec<f32> = (0..=255_u8).map(|level| 2.0 * (f32::from(level) / 255.0) - 1.0).collect();
        assert!(are_levels(&scaled) && !are_levels(&[1.0 + 1e-5]) && !are_levels(&[f32::NAN]));
    }

    #[test]
    fn damaged_images_are_refused() {
        let set = ImageSet::new(1, 1, 2, vec![1.0; 4]).unwrap();
        let good = encode("", &set);
        for bad in [
            GivenImages { levels: Some("AAAA".to_owned()), ..good.clone() },
            GivenImages { levels: Some("AA!A".to_owned()), ..good.clone() },
            GivenImages { levels: None, ..good.clone() },
            GivenImages { values: Some(to_base64(&bytes_of(&[0.0; 4]))), ..good.clone() },
            GivenImages { levels: None, values: Some(to_base64(&bytes_of(&[0.0; 3]))), ..good.clone() },
            GivenImages { levels: None, values: Some(to_base64(&bytes_of(&[f32::NAN; 4]))), ..good.clone() },
            GivenImages { count: 0, levels: Some(String::new()), ..good.clone() },
            GivenImages { side: usize::MAX, ..good.clone() },
            GivenImages { channels: 2, ..good.clone() },
        ] {
            assert!(decode(&bad).is_err(), "{bad:?}");
        }
    }
}
