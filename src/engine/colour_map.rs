//! Colour maps, safe for colour-blind eyes unless said otherwise.

use std::sync::LazyLock;

use colorgrad::Gradient;

/// 256 colours from low to high.
#[derive(Debug)]
pub struct ColourMap {
    /// Name in scene files.
    pub id: &'static str,
    /// Name on screen.
    pub name: &'static str,
    table: LazyLock<Vec<[u8; 3]>>,
}

/// Number of entries of every table.
pub const ENTRIES: usize = 256;

/// Every colour map; the first is the default.
pub static ALL: [ColourMap; 7] = [
    ColourMap { id: "viridis", name: "Viridis", table: LazyLock::new(|| sampled(colorgrad::preset::viridis())) },
    ColourMap { id: "magma", name: "Magma", table: LazyLock::new(|| sampled(colorgrad::preset::magma())) },
    ColourMap { id: "inferno", name: "Inferno", table: LazyLock::new(|| sampled(colorgrad::preset::inferno())) },
    ColourMap { id: "cividis", name: "Cividis", table: LazyLock::new(|| sampled(colorgrad::preset::cividis())) },
    ColourMap { id: "gray", name: "Grey", table: LazyLock::new(|| table("gray")) },
    ColourMap { id: "coolwarm", name: "Cool to warm (signed)", table: LazyLock::new(|| table("coolwarm")) },
    ColourMap { id: "twilight", name: "Cyclic (angles)", table: LazyLock::new(|| table(CYCLIC)) },
];

/// White, red, black, blue, white: what the colorcet collection offers in the manner of twilight.
const CYCLIC: &str = "cet_c3";

/// [`ENTRIES`] colours evenly along a gradient.
fn sampled(gradient: impl Gradient) -> Vec<[u8; 3]> {
    let byte = |v: f32| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    gradient.colors(ENTRIES).iter().map(|colour| [byte(colour.r), byte(colour.g), byte(colour.b)]).collect()
}

/// The named map of the colorcet collection, resampled to [`ENTRIES`] colours.
fn table(name: &str) -> Vec<[u8; 3]> {
    // Names are literals of this file, checked by a test; grey stands in should the collection ever drop one.
    let colours = match name.parse::<colorcet::ColorMap>() {
        Ok(map) => map.get_rgb_float::<f64>(),
        Err(_) => vec![[0.0; 3], [1.0; 3]],
    };
    let last = (colours.len() - 1) as f64;
    (0..ENTRIES)
        .map(|i| {
            let place = i as f64 / (ENTRIES - 1) as f64 * last;
            let low = (place as usize).min(colours.len() - 2);
            let mix = place - low as f64;
            std::array::from_fn(|c| ((colours[low][c] * (1.0 - mix) + colours[low + 1][c] * mix) * 255.0 + 0.5) as u8)
        })
        .collect()
}

impl ColourMap {
    /// The gamma-encoded colours, [`ENTRIES`] of them.
    pub fn table(&self) -> &[[u8; 3]] {
        &self.table
    }

    /// The colour at `fraction` of the way from low to high, clamped: entry `⌊fraction · 255 + ½⌋`.
    pub fn at(&self, fraction: f32) -> [u8; 3] {
        let last = (ENTRIES - 1) as f32;
        self.table()[(fraction.clamp(0.0, 1.0) * last + 0.5) as usize]
    }
}

/// The map with this identifier.
pub fn find(id: &str) -> Option<&'static ColourMap> {
    ALL.iter().find(|map| map.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_map_is_in_the_collection() {
        for name in ["gray", "coolwarm", CYCLIC] {
            assert!(name.parse::<colorcet::ColorMap>().is_ok(), "{name}");
        }
    }

    #[test]
    fn the_maps_differ() {
        for (i, map) in ALL.iter().enumerate() {
            assert_eq!(map.table().len(), ENTRIES);
            assert_ne!(map.table()[0], map.table()[ENTRIES / 2], "{}", map.id);
            for other in &ALL[..i] {
                assert_ne!(map.table(), other.table(), "{} and {}", map.id, other.id);
            }
        }
    }
}
