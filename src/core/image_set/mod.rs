//! Sets of square training images, and those drawn by the program itself.

mod drawn;
mod font;
mod glyphs;

use super::param::{Choice, ChoiceError, KindInfo};
use super::philox::{self, Stream};

/// N images of C channels and H × H pixels, usually within [−1, 1]. The value of image n, channel c, row y and column x is
/// number `((n · C + c) · H + y) · H + x`.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageSet {
    count: usize,
    channels: usize,
    side: usize,
    values: Vec<f32>,
}

/// Largest side of a training image.
pub const MAX_SIDE: usize = 512;
/// Most values of one set: 60,000 images of 28 × 28 fit several times over.
pub const MAX_VALUES: usize = 1 << 28;
/// Largest magnitude of a value.
pub const MAX_VALUE: f32 = 1e3;

/// Why images make no set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ImageSetError {
    /// There is no image.
    #[error("the set has no images")]
    Empty,
    /// The shape cannot be used.
    #[error("{count} images of {side} × {side} pixels and {channels} channels: {what}")]
    Shape {
        /// Number of images.
        count: usize,
        /// Their side.
        side: usize,
        /// Their channels.
        channels: usize,
        /// What is wrong.
        what: String,
    },
    /// A value is not finite or too large.
    #[error("image {image} holds the value {value}, but values must be finite and within ±{MAX_VALUE}")]
    Value {
        /// Number of the image.
        image: usize,
        /// The value.
        value: f32,
    },
}

impl ImageSet {
    /// Checks a shape before any memory is taken: 1 or 3 channels, side from 1 to [`MAX_SIDE`], at most [`MAX_VALUES`] values.
    ///
    /// # Errors
    /// [`ImageSetError`] names what is wrong.
    pub fn check_shape(count: usize, channels: usize, side: usize) -> Result<usize, ImageSetError> {
        let fault = |what: String| Err(ImageSetError::Shape { count, side, channels, what });
        if count == 0 {
            return Err(ImageSetError::Empty);
        }
        if channels != 1 && channels != 3 {
            return fault("there must be 1 or 3 channels".to_owned());
        }
        if side == 0 || side > MAX_SIDE {
            return fault(format!("the side must be from 1 to {MAX_SIDE}"));
        }
        match count.checked_mul(channels * side * side) {
            Some(values) if values <= MAX_VALUES => Ok(values),
            _ => fault(format!("more than {MAX_VALUES} values")),
        }
    }

    /// A set from values in storage order.
    ///
    /// # Errors
    /// A shape that cannot be used, values that do not fill it, or values that are not finite.
    pub fn new(count: usize, channels: usize, side: usize, values: Vec<f32>) -> Result<Self, ImageSetError> {
        let needed = Self::check_shape(count, channels, side)?;
        if values.len() != needed {
            let what = format!("{} values were given", values.len());
            return Err(ImageSetError::Shape { count, side, channels, what });
        }
        if let Some(i) = values.iter().position(|v| !v.is_finite() || v.abs() > MAX_VALUE) {
            return Err(ImageSetError::Value { image: i / (channels * side * side), value: values[i] });
        }
        Ok(Self { count, channels, side, values })
    }

    /// `count` images of uniform noise within ±1, the least there is to tell patches by: for measurements and checks.
    ///
    /// # Errors
    /// A shape that cannot be used.
    pub fn noise(seed: u64, count: usize, channels: usize, side: usize) -> Result<Self, ImageSetError> {
        let needed = Self::check_shape(count, channels, side)?;
        let value = |item| 2.0 * philox::uniform(philox::words(seed, Stream::Pick as u32, item, 0)[0]) - 1.0;
        Self::new(count, channels, side, (0..needed as u32).map(value).collect())
    }

    /// Number of images N.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Channels C, 1 or 3.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Side H.
    pub fn side(&self) -> usize {
        self.side
    }

    /// All values in storage order.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// All channels of image `n`.
    pub fn image(&self, n: usize) -> &[f32] {
        let size = self.channels * self.side * self.side;
        &self.values[n * size..(n + 1) * size]
    }

    /// One channel of image `n`.
    pub fn plane(&self, n: usize, channel: usize) -> &[f32] {
        let area = self.side * self.side;
        let start = (n * self.channels + channel) * area;
        &self.values[start..start + area]
    }
}

/// One set of the family.
pub struct ImageSetKind {
    /// Names and parameters.
    pub info: KindInfo,
    /// Draws the images.
    draw: fn(&Choice, u64) -> Result<ImageSet, ImageSetError>,
}

/// Every set.
pub static ALL: &[ImageSetKind] = &[
    drawn::BLACK_WHITE,
    drawn::STRIPES,
    drawn::CHECKS,
    font::DIGITS,
    font::LETTERS,
    drawn::LANDSCAPES,
    drawn::FACES,
    drawn::TEXTURES,
];

/// The images of the set that `choice` names; the same choice and seed give the same images.
///
/// # Errors
/// An unknown set or a parameter out of range.
pub fn draw(choice: &Choice, seed: u64) -> Result<ImageSet, ChoiceError> {
    let kind = choice.resolve(ALL, |kind| &kind.info)?;
    (kind.draw)(choice, seed).map_err(|fault| ChoiceError::Inconsistent(fault.to_string()))
}
