//! Cutting a square out of loaded pictures and resizing it: what turns pictures into training images.

use super::Loaded;
use crate::core::image_set::ImageSet;
use crate::labs::patches::training;

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

    /// Channels of the training images: grey where any picture is.
    fn channels(&self, loaded: &[Loaded]) -> usize {
        if self.grey || loaded.iter().any(|picture| picture.channels == 1) { 1 } else { 3 }
    }

    /// How many images like those of `loaded` fit into `most_bytes` of a scene.
    pub fn room(&self, loaded: &[Loaded], most_bytes: usize) -> usize {
        let bytes = if loaded.iter().any(|picture| picture.deep) { size_of::<f32>() } else { 1 };
        most_bytes / (bytes * self.channels(loaded) * self.side * self.side).max(1)
    }

    /// The training images that loaded pictures make. A scene holds a byte for every value of pictures of 8 bits, whose
    /// averages are rounded to as many, and four bytes where there is any picture of more; `most_bytes` is the limit.
    ///
    /// # Errors
    /// There are none, or too many.
    pub fn cut(&self, loaded: &[Loaded], most_bytes: usize) -> Result<ImageSet, String> {
        let channels = self.channels(loaded);
        let needed = loaded.len().saturating_mul(channels * self.side * self.side);
        let deep = loaded.iter().any(|picture| picture.deep);
        if loaded.len() > self.room(loaded, most_bytes) {
            let remedy = if deep { ", or give values of 8 bits" } else { "" };
            return Err(format!(
                "{} images of {} × {} pixels are more than a scene can hold: take a smaller side or fewer images{remedy}",
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
        if !deep {
            values.iter_mut().for_each(|value| *value = training::value(training::level(*value)));
        }
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

#[cfg(test)]
mod tests {
    use super::super::MOST_KEPT;
    use super::*;

    #[test]
    fn a_crop_is_an_average_over_its_square() {
        let picture = Loaded {
            name: String::new(),
            size: [4, 2],
            channels: 1,
            deep: false,
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

    #[test]
    fn deep_pictures_keep_all_digits_and_count_four_times() {
        let values = vec![0.1234567, -0.7654321, 0.5, 1.0 / 3.0];
        let deep = Loaded { name: String::new(), size: [2, 2], channels: 1, deep: true, values: values.clone() };
        let shallow = Loaded { deep: false, ..deep.clone() };
        let crop = Crop { side: 2, ..Crop::default() };
        assert_eq!((crop.room(std::slice::from_ref(&deep), 33), crop.room(std::slice::from_ref(&shallow), 33)), (2, 8));
        assert_eq!(crop.cut(std::slice::from_ref(&deep), 16).unwrap().values(), values);
        let fault = crop.cut(std::slice::from_ref(&deep), 15).unwrap_err();
        assert!(fault.contains("8 bits"), "{fault}");
        let rounded = crop.cut(&[shallow], 4).unwrap();
        assert!(training::are_levels(rounded.values()) && rounded.values() != values);
    }
}
