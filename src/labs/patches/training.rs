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
    let levels = base64(&given.levels)?;
    if levels.len() != needed {
        return Err(format!("levels holds {} values, but must hold {needed} for these images", levels.len()));
    }
    let values = levels.into_iter().map(value).collect();
    ImageSet::new(given.count, given.channels, given.side, values).map_err(|error| error.to_string())
}

/// Images as a scene holds them; values are rounded to the nearest of 256 levels from −1 to +1.
pub fn encode(name: &str, images: &ImageSet) -> GivenImages {
    let levels: Vec<u8> = images.values().iter().map(|value| level(*value)).collect();
    GivenImages {
        name: name.to_owned(),
        count: images.count(),
        channels: images.channels(),
        side: images.side(),
        levels: to_base64(&levels),
    }
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
    fn damaged_images_are_refused() {
        let set = ImageSet::new(1, 1, 2, vec![0.0; 4]).unwrap();
        let good = encode("", &set);
        for bad in [
            GivenImages { levels: "AAAA".to_owned(), ..good.clone() },
            GivenImages { levels: "AA!A".to_owned(), ..good.clone() },
            GivenImages { count: 0, levels: String::new(), ..good.clone() },
            GivenImages { side: usize::MAX, ..good.clone() },
            GivenImages { channels: 2, ..good.clone() },
        ] {
            assert!(decode(&bad).is_err(), "{bad:?}");
        }
    }
}
