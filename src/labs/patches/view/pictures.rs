//! The pictures of an ensemble: one entry each in [`ALL`].

use std::sync::Arc;

use egui::{Color32, ColorImage};

use super::colours;
use super::mosaic::Mosaic;
use crate::core::els::{Grids, Level};
use crate::engine::colour_map::ColourMap;
use crate::engine::kernel::PosteriorMap;

/// What must be computed for a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// D(φ), and with it the score.
    pub denoised: bool,
    /// Where every pixel comes from.
    pub posterior: bool,
}

/// What a picture is painted from: one run at one step.
pub struct Source<'a> {
    /// Which grids, and where.
    pub mosaic: &'a Mosaic,
    /// The ensemble.
    pub phi: &'a Grids<f32>,
    /// The same without anything painted.
    pub unpainted: Option<&'a Grids<f32>>,
    /// What was read off it, with the number of the first grid read.
    pub first: usize,
    /// Signal power and window of the reading.
    pub level: Level,
    /// D(φ).
    pub denoised: Option<&'a Arc<Grids<f32>>>,
    /// Where pixels come from.
    pub posterior: Option<&'a Arc<PosteriorMap>>,
    /// Colour between tiles.
    pub between: Color32,
}

/// What the colours mean.
#[derive(Debug, Clone)]
pub enum Legend {
    /// A map over a range of values.
    Map {
        /// The map.
        map: &'static ColourMap,
        /// Values of its ends.
        range: [f32; 2],
    },
    /// Red, green and blue channels over a range of values.
    Mixed {
        /// Values of black and full colour.
        range: [f32; 2],
    },
    /// Colours of training images, with the share of pixels of each, most frequent first.
    Sources(Vec<(usize, f32)>),
}

/// A painted picture.
pub struct Painted {
    /// Its pixels.
    pub image: Arc<ColorImage>,
    /// What they mean.
    pub legend: Legend,
}

/// One picture of the family.
pub struct PictureKind {
    /// Name in settings.
    pub id: &'static str,
    /// "φ".
    pub symbol: &'static str,
    /// "field".
    pub name: &'static str,
    /// What to look at.
    pub about: &'static str,
    /// What must be read for it.
    pub wanted: Wanted,
    /// Whether it is there only while something is painted.
    pub of_painting: bool,
    /// Why it has no picture where what it needs is there all the same.
    pub absent: Option<&'static str>,
    /// Paints it, if what it needs is there.
    pub paint: fn(&Source<'_>) -> Option<Painted>,
}

const NOTHING: Wanted = Wanted { denoised: false, posterior: false };
const DENOISED: Wanted = Wanted { denoised: true, posterior: false };

/// Every picture, in the order in which they are shown.
pub static ALL: &[PictureKind] = &[
    PictureKind {
        id: "phi",
        symbol: "φ",
        name: "field",
        about: "The ensemble itself, on its way from noise to a mosaic of patches; black is −1 and less, white +1 and more.",
        wanted: NOTHING,
        of_painting: false,
        absent: None,
        paint: |source| field(source, source.phi, 0),
    },
    PictureKind {
        id: "denoised",
        symbol: "D(φ)",
        name: "denoised estimate",
        about: "What the machine believes the clean picture to be: the posterior mean of every pixel.",
        wanted: DENOISED,
        of_painting: false,
        absent: None,
        paint: |source| field(source, source.denoised?, source.first),
    },
    PictureKind {
        id: "score",
        symbol: "s",
        name: "score",
        about: "s = (√ᾱ D − φ)/(1 − ᾱ): where and how strongly the field is pushed; pale is no push.",
        wanted: DENOISED,
        of_painting: false,
        absent: Some("At ᾱ = 1 no noise is left, and the score has no bound."),
        paint: score,
    },
    PictureKind {
        id: "source",
        symbol: "p*",
        name: "source",
        about: "Each pixel in the colour of the training image whose patch weighs most; lines are the mosaic's seams.",
        wanted: Wanted { denoised: false, posterior: true },
        of_painting: false,
        absent: None,
        paint: sources,
    },
    PictureKind {
        id: "cone",
        symbol: "|Δφ|",
        name: "light cone",
        about: "Distance to the run from the same noise without anything painted: how far what was painted has spread.",
        wanted: NOTHING,
        of_painting: true,
        absent: None,
        paint: cone,
    },
];

fn field(source: &Source<'_>, grids: &Grids<f32>, first: usize) -> Option<Painted> {
    let table = colours::table(colours::field_map());
    let range = colours::FIELD_RANGE;
    let image = source.mosaic.paint(source.between, |grid, row, out| {
        if let Some(index) = grid.checked_sub(first).filter(|index| *index < grids.count) {
            colours::row(grids, &table, range, index, row, out);
        }
    });
    Some(Painted { image: Arc::new(image), legend: map_or_mixed(grids.channels, colours::field_map(), range) })
}

fn map_or_mixed(channels: usize, map: &'static ColourMap, range: [f32; 2]) -> Legend {
    if channels == 3 { Legend::Mixed { range } } else { Legend::Map { map, range } }
}

fn score(source: &Source<'_>) -> Option<Painted> {
    let denoised = source.denoised?;
    let noise = (1.0 - source.level.abar) as f32;
    if noise <= 0.0 {
        // Unbounded where no noise is left.
        return None;
    }
    let (signal, size) = (source.level.abar.sqrt() as f32, source.phi.channels * source.phi.area());
    let own = source.phi.values.get(source.first * size..)?;
    let values = denoised.values.iter().zip(own).map(|(d, phi)| (signal * d - phi) / noise).collect();
    let score = Grids::new(denoised.count, denoised.channels, denoised.side, values)?;
    let most = colours::robust_magnitude(&score.values);
    let range = [-most, most];
    let table = colours::table(colours::signed_map());
    let image = source.mosaic.paint(source.between, |grid, row, out| {
        if let Some(index) = grid.checked_sub(source.first).filter(|index| *index < score.count) {
            colours::row(&score, &table, range, index, row, out);
        }
    });
    Some(Painted { image: Arc::new(image), legend: map_or_mixed(score.channels, colours::signed_map(), range) })
}

fn sources(source: &Source<'_>) -> Option<Painted> {
    let posterior = source.posterior?;
    let (side, area) = (source.phi.side, source.phi.area());
    let most = posterior.image.iter().max().map_or(0, |most| *most as usize);
    let mut counts = vec![0_u32; most + 1];
    let table: Vec<Color32> = (0..=most).map(colours::source).collect();
    let image = source.mosaic.paint(source.between, |grid, row, out| {
        let Some(index) = grid.checked_sub(source.first) else { return };
        let start = index * area + row * side;
        let Some(images) = posterior.image.get(start..start + side) else { return };
        for (colour, image) in out.iter_mut().zip(images) {
            *colour = table[*image as usize];
            counts[*image as usize] += 1;
        }
    });
    let total = counts.iter().sum::<u32>().max(1) as f32;
    let mut shares: Vec<(usize, f32)> =
        counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(image, n)| (image, *n as f32 / total)).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Some(Painted { image: Arc::new(image), legend: Legend::Sources(shares) })
}

fn cone(source: &Source<'_>) -> Option<Painted> {
    let unpainted = source.unpainted.filter(|other| other.values.len() == source.phi.values.len())?;
    let (area, channels) = (source.phi.area(), source.phi.channels);
    let mut distance: Grids<f32> = Grids::zeros(source.phi.count, 1, source.phi.side);
    for grid in source.mosaic.grids().filter(|grid| *grid < source.phi.count) {
        let (a, b) = (source.phi.grid(grid), unpainted.grid(grid));
        for (pixel, value) in distance.values[grid * area..(grid + 1) * area].iter_mut().enumerate() {
            *value = (0..channels).map(|c| (a[c * area + pixel] - b[c * area + pixel]).powi(2)).sum::<f32>().sqrt();
        }
    }
    let range = [0.0, 1.0];
    let table = colours::table(colours::magnitude_map());
    let image = source.mosaic.paint(source.between, |grid, row, out| {
        if grid < distance.count {
            colours::row(&distance, &table, range, grid, row, out);
        }
    });
    Some(Painted { image: Arc::new(image), legend: Legend::Map { map: colours::magnitude_map(), range } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source<'a>(
        mosaic: &'a Mosaic,
        phi: &'a Grids<f32>,
        denoised: Option<&'a Arc<Grids<f32>>>,
        posterior: Option<&'a Arc<PosteriorMap>>,
    ) -> Source<'a> {
        Source {
            mosaic,
            phi,
            unpainted: None,
            first: 0,
            level: Level { abar: 0.5, k: 3 },
            denoised,
            posterior,
            between: Color32::BLACK,
        }
    }

    #[test]
    fn pictures_need_what_they_say_they_need() {
        let mosaic = Mosaic::single(0, 2);
        let phi = Grids::new(1, 1, 2, vec![-1.0, 1.0, 0.0, 0.5]).unwrap();
        let denoised = Arc::new(phi.clone());
        let posterior = Arc::new(PosteriorMap { image: vec![0, 0, 2, 0], ..PosteriorMap::default() });
        for kind in ALL.iter().filter(|kind| !kind.of_painting) {
            let bare = source(&mosaic, &phi, None, None);
            assert_eq!((kind.paint)(&bare).is_some(), kind.wanted == Wanted::default(), "{}", kind.id);
            let full = source(&mosaic, &phi, Some(&denoised), Some(&posterior));
            assert_eq!((kind.paint)(&full).unwrap().image.size, [2, 2], "{}", kind.id);
        }
    }

    #[test]
    fn the_score_is_the_formula_and_pale_where_there_is_none() {
        let mosaic = Mosaic::single(0, 1);
        let phi = Grids::new(1, 1, 1, vec![0.5f32.sqrt()]).unwrap();
        let denoised = Arc::new(Grids::new(1, 1, 1, vec![1.0]).unwrap());
        let painted = score(&source(&mosaic, &phi, Some(&denoised), None)).unwrap();
        let table = colours::table(colours::signed_map());
        assert_eq!(painted.image.pixels[0], colours::shade(&table, [-1.0, 1.0], 0.0));
        let mut late = source(&mosaic, &phi, Some(&denoised), None);
        late.level.abar = 1.0;
        assert!(score(&late).is_none());
    }

    #[test]
    fn shares_of_sources_are_counted() {
        let mosaic = Mosaic::single(0, 2);
        let phi = Grids::zeros(1, 1, 2);
        let posterior = Arc::new(PosteriorMap { image: vec![1, 1, 0, 1], ..PosteriorMap::default() });
        let painted = sources(&source(&mosaic, &phi, None, Some(&posterior))).unwrap();
        let Legend::Sources(shares) = painted.legend else { panic!("{:?}", painted.legend) };
        assert_eq!(shares, [(1, 0.75), (0, 0.25)]);
    }
}
