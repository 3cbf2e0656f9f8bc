//! Colours of fields, scores and sources.

use egui::Color32;

use crate::core::els::Grids;
use crate::engine::colour_map::{self, ColourMap};
use crate::engine::kernel::PosteriorMap;
use crate::ui::theme;

/// Values of φ and D drawn as black and white; values beyond are drawn as these.
pub const FIELD_RANGE: [f32; 2] = [-1.0, 1.0];

/// The map of fields: black is −1, white is +1.
pub fn field_map() -> &'static ColourMap {
    colour_map::find("gray").unwrap_or(&colour_map::ALL[0])
}

/// The map of signed quantities: pale is zero.
pub fn signed_map() -> &'static ColourMap {
    colour_map::find("coolwarm").unwrap_or(&colour_map::ALL[0])
}

/// The map of magnitudes.
pub fn magnitude_map() -> &'static ColourMap {
    colour_map::find("magma").unwrap_or(&colour_map::ALL[0])
}

/// A map as colours, to be looked up by [`shade`].
pub fn table(map: &ColourMap) -> Vec<Color32> {
    map.table().iter().map(|rgb| theme::from_bytes(*rgb)).collect()
}

/// The colour of `value` where `table` spans `range`.
pub fn shade(table: &[Color32], range: [f32; 2], value: f32) -> Color32 {
    let last = (table.len() - 1) as f32;
    let share = (value - range[0]) / (range[1] - range[0]);
    // A value that is no number has no place on the map; the cast makes it the lowest.
    table[(share.clamp(0.0, 1.0) * last + 0.5) as usize]
}

/// Three channels as red, green and blue.
pub fn mixed(range: [f32; 2], values: [f32; 3]) -> Color32 {
    let byte = |v: f32| (((v - range[0]) / (range[1] - range[0])).clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    theme::from_bytes(values.map(byte))
}

/// Fills `out` with the colours of one row of one grid.
pub fn row(grids: &Grids<f32>, table: &[Color32], range: [f32; 2], grid: usize, row: usize, out: &mut [Color32]) {
    let (values, area, side) = (grids.grid(grid), grids.area(), grids.side);
    let start = row * side;
    if grids.channels == 3 {
        for (column, colour) in out.iter_mut().enumerate() {
            *colour = mixed(range, [0, 1, 2].map(|c| values[c * area + start + column]));
        }
    } else {
        for (colour, value) in out.iter_mut().zip(&values[start..start + side]) {
            *colour = shade(table, range, *value);
        }
    }
}

/// The colour of training image `index`. The first eight differ also for colour-blind eyes; later ones are shades of them.
pub fn source(index: usize) -> Color32 {
    let colour = theme::component_colour(index);
    match index / 8 % 4 {
        0 => colour,
        1 => colour.lerp_to_gamma(Color32::WHITE, 0.45),
        2 => colour.lerp_to_gamma(Color32::BLACK, 0.4),
        _ => colour.lerp_to_gamma(Color32::GRAY, 0.5),
    }
}

/// What counts as one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Seams {
    /// No lines.
    None,
    /// A line where the training image changes.
    #[default]
    Image,
    /// A line also where neighbours come from places of one image that are no neighbours.
    Place,
}

impl Seams {
    /// Every choice, with its name and what it means.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::None, "none", "No lines"),
        (Self::Image, "image", "A line where the winning training image changes"),
        (
            Self::Place,
            "place",
            "A line also where neighbouring pixels come from places of one image that are not neighbours: seams of the mosaic",
        ),
    ];

    /// Whether there is a seam between a pixel and the one `right` of it or else below it, both within one grid;
    /// `image_side` is the side of the training images.
    pub fn between(self, map: &PosteriorMap, pixel: usize, neighbour: usize, right: bool, image_side: usize) -> bool {
        match self {
            Self::None => false,
            Self::Image => map.image[pixel] != map.image[neighbour],
            Self::Place => {
                map.image[pixel] != map.image[neighbour] || {
                    let side = image_side as u32;
                    let position = map.position[pixel];
                    let (row, column) = (position / side, position % side);
                    let expected = if right { [row, (column + 1) % side] } else { [(row + 1) % side, column] };
                    map.position[neighbour] != expected[0] * side + expected[1]
                }
            }
        }
    }
}

/// The value below which a share of 0.98 of the magnitudes of `values` lie, for ranges that outliers do not spoil; 1 if all
/// are zero.
pub fn robust_magnitude(values: &[f32]) -> f32 {
    const SAMPLES: usize = 8192;
    let stride = values.len().div_ceil(SAMPLES).max(1);
    let mut sizes: Vec<f32> = values.iter().step_by(stride).map(|v| v.abs()).filter(|v| v.is_finite()).collect();
    if sizes.is_empty() {
        return 1.0;
    }
    let index = (sizes.len() - 1) * 98 / 100;
    let (_, value, _) = sizes.select_nth_unstable_by(index, f32::total_cmp);
    // Two digits: a legend that flickers in the third disturbs.
    let value = *value;
    if value > 0.0 {
        let digit = 10f32.powf(value.log10().floor() - 1.0);
        (value / digit).ceil() * digit
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_are_clamped() {
        let table = table(field_map());
        assert_eq!(shade(&table, FIELD_RANGE, -5.0), table[0]);
        assert_eq!(shade(&table, FIELD_RANGE, f32::NAN), table[0]);
        assert_eq!(shade(&table, FIELD_RANGE, 7.0), table[255]);
        assert_eq!(shade(&table, FIELD_RANGE, 1.0), theme::from_bytes(field_map().at(1.0)));
    }

    #[test]
    fn seams_follow_images_and_places() {
        // 2 × 2 pixels that all come from image 0 of side 4, the last one from elsewhere in it.
        let map = PosteriorMap { image: vec![0; 4], position: vec![5, 6, 9, 3], ..PosteriorMap::default() };
        assert!(!Seams::Place.between(&map, 0, 1, true, 4));
        assert!(!Seams::Place.between(&map, 0, 2, false, 4));
        assert!(Seams::Place.between(&map, 2, 3, true, 4));
        assert!(!Seams::Image.between(&map, 2, 3, true, 4));
        let other = PosteriorMap { image: vec![0, 1], position: vec![5, 6], ..PosteriorMap::default() };
        assert!(Seams::Image.between(&other, 0, 1, true, 4) && Seams::Place.between(&other, 0, 1, true, 4));
        assert!(!Seams::None.between(&other, 0, 1, true, 4));
    }

    #[test]
    fn magnitudes_ignore_outliers() {
        let mut values = vec![0.5; 1000];
        values[3] = 1e9;
        values[4] = f32::NAN;
        assert_eq!(robust_magnitude(&values), 0.5);
        assert_eq!(robust_magnitude(&[0.0; 4]), 1.0);
        assert_eq!(robust_magnitude(&[]), 1.0);
    }
}
