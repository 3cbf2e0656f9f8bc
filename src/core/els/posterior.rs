//! The posterior over training patches at one pixel, term by term.
//!
//! `D(φ)(x) = Σ_p W_p p(0)` with `W = softmax_p(−|φ_Ωx − √ᾱ p|² / (2 (1−ᾱ)))`: [EFT] (13)–(15) with the factor ½ in the
//! exponent that is missing in (15). Distances are sums of squared differences: the expanded square would cancel.

use super::grids::Grids;
use super::machine::{Border, Candidates, Machine, Plan};
use super::{Level, SMALLEST_NOISE};
use crate::image_set::ImageSet;

/// One training patch, seen from one pixel.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchWeight {
    /// Number of the training image.
    pub image: usize,
    /// Place of the patch's centre in it, `row · side + column`.
    pub position: usize,
    /// `|φ_Ω − √ᾱ p|²`, summed over channels.
    pub distance: f64,
    /// Posterior weight W.
    pub weight: f64,
}

/// What one pixel's posterior says.
#[derive(Debug, Clone, PartialEq)]
pub struct PixelPosterior {
    /// D, one value a channel.
    pub denoised: Vec<f64>,
    /// Training image and place of the heaviest patch; the first of several equal ones.
    pub source: (usize, usize),
    /// Weight of that patch.
    pub weight: f64,
    /// Entropy −Σ W log W in nats.
    pub entropy: f64,
    /// Effective number of patches, 1/ΣW².
    pub effective: f64,
}

impl Machine {
    /// The posterior of pixel (`row`, `column`) of `grid` (C planes of L × L).
    pub fn posterior(&self, level: Level, grid: &[f64], row: usize, column: usize) -> PixelPosterior {
        if self.plan() == Plan::TwoPattern {
            return two_pattern(level, grid, self.side(), row, column);
        }
        let images = self.images();
        let patches = self.patches(level, grid, row, column);
        let mut posterior = PixelPosterior {
            denoised: vec![0.0; images.channels()],
            source: (0, 0),
            weight: 0.0,
            entropy: 0.0,
            effective: 0.0,
        };
        let mut squares = 0.0;
        for patch in &patches {
            for (channel, sum) in posterior.denoised.iter_mut().enumerate() {
                *sum += patch.weight * f64::from(images.plane(patch.image, channel)[patch.position]);
            }
            if patch.weight > posterior.weight {
                (posterior.weight, posterior.source) = (patch.weight, (patch.image, patch.position));
            }
            if patch.weight > 0.0 {
                posterior.entropy -= patch.weight * patch.weight.ln();
            }
            squares += patch.weight * patch.weight;
        }
        posterior.effective = 1.0 / squares;
        posterior
    }

    /// Every patch that pixel (`row`, `column`) of `grid` is compared with, in the order of images and positions. For whole
    /// images the position is the pixel's own. The two-pattern machine lists its two patterns, +1 first.
    pub fn patches(&self, level: Level, grid: &[f64], row: usize, column: usize) -> Vec<PatchWeight> {
        let own = row * self.side() + column;
        let listed =
            |image: usize, position: usize, distance: f64| PatchWeight { image, position, distance, weight: 0.0 };
        let mut patches = match self.plan() {
            Plan::TwoPattern => {
                let window = |sign: f64| {
                    let term = |(dy, dx)| {
                        (at(grid, self.side(), Border::Circular, row, column, dy, dx) - sign * level.abar.sqrt())
                            .powi(2)
                    };
                    offsets(level.k).map(term).sum::<f64>()
                };
                vec![listed(0, own, window(1.0)), listed(1, own, window(-1.0))]
            }
            Plan::WholeImage => (0..self.images().count())
                .map(|image| listed(image, own, image_distance(level, grid, self.images().image(image))))
                .collect(),
            Plan::Patches(border, candidates) => {
                let view = PixelView { grid, side: self.side(), border, row, column, level };
                view.distances(self.images(), candidates)
            }
        };
        let nearest = patches.iter().map(|patch| patch.distance).fold(f64::INFINITY, f64::min);
        for patch in &mut patches {
            patch.weight = (-(patch.distance - nearest) * level.sharpness()).exp();
        }
        let total: f64 = patches.iter().map(|patch| patch.weight).sum();
        patches.iter_mut().for_each(|patch| patch.weight /= total);
        patches
    }

    /// D(φ) at every pixel of one grid (C planes of L × L).
    pub fn denoise(&self, level: Level, grid: &[f64]) -> Vec<f64> {
        let (side, area) = (self.side(), self.side() * self.side());
        let mut denoised = vec![0.0; self.channels() * area];
        if self.plan() == Plan::WholeImage {
            // One posterior serves every pixel.
            for patch in self.patches(level, grid, 0, 0) {
                for (sum, &value) in denoised.iter_mut().zip(self.images().image(patch.image)) {
                    *sum += patch.weight * f64::from(value);
                }
            }
            return denoised;
        }
        for pixel in 0..area {
            for (c, value) in self.posterior(level, grid, pixel / side, pixel % side).denoised.iter().enumerate() {
                denoised[c * area + pixel] = *value;
            }
        }
        denoised
    }

    /// D(φ) of every grid.
    pub fn denoise_all(&self, level: Level, grids: &Grids<f64>) -> Grids<f64> {
        let mut denoised = Grids::zeros(grids.count, grids.channels, grids.side);
        let size = grids.channels * grids.area();
        for (b, target) in denoised.values.chunks_exact_mut(size).enumerate() {
            target.copy_from_slice(&self.denoise(level, grids.grid(b)));
        }
        denoised
    }
}

/// A pixel and the window round it.
struct PixelView<'a> {
    grid: &'a [f64],
    side: usize,
    border: Border,
    row: usize,
    column: usize,
    level: Level,
}

impl PixelView<'_> {
    fn distances(&self, images: &ImageSet, candidates: Candidates) -> Vec<PatchWeight> {
        let (side, r) = (images.side(), self.level.k / 2);
        let allowed = |pixel: usize, position: usize| candidates.allow(pixel, self.side, position, side, r);
        let mut patches = Vec::new();
        for image in 0..images.count() {
            for row in (0..side).filter(|&row| allowed(self.row, row)) {
                for column in (0..side).filter(|&column| allowed(self.column, column)) {
                    let distance = self.distance(images, image, row, column);
                    patches.push(PatchWeight { image, position: row * side + column, distance, weight: 0.0 });
                }
            }
        }
        patches
    }

    fn distance(&self, images: &ImageSet, image: usize, row: usize, column: usize) -> f64 {
        let (signal, area) = (self.level.abar.sqrt(), self.side * self.side);
        let mut sum = 0.0;
        for channel in 0..images.channels() {
            let own = &self.grid[channel * area..(channel + 1) * area];
            let plane = images.plane(image, channel);
            for (dy, dx) in offsets(self.level.k) {
                let phi = at(own, self.side, self.border, self.row, self.column, dy, dx);
                let p = f64::from(at(plane, images.side(), self.border, row, column, dy, dx));
                sum += (phi - signal * p).powi(2);
            }
        }
        sum
    }
}

/// The places of a k × k window relative to its centre, as (row, column).
pub(super) fn offsets(k: usize) -> impl Iterator<Item = (isize, isize)> {
    let r = (k / 2) as isize;
    (-r..=r).flat_map(move |dy| (-r..=r).map(move |dx| (dy, dx)))
}

/// The value at (`row` + `dy`, `column` + `dx`) of a square plane.
pub(super) fn at<T: Copy + Default>(
    plane: &[T],
    side: usize,
    border: Border,
    row: usize,
    column: usize,
    dy: isize,
    dx: isize,
) -> T {
    let (y, x) = (row as isize + dy, column as isize + dx);
    let n = side as isize;
    match border {
        Border::Circular => plane[(y.rem_euclid(n) * n + x.rem_euclid(n)) as usize],
        Border::Zero if (0..n).contains(&y) && (0..n).contains(&x) => plane[(y * n + x) as usize],
        Border::Zero => T::default(),
    }
}

fn image_distance(level: Level, grid: &[f64], image: &[f32]) -> f64 {
    let signal = level.abar.sqrt();
    grid.iter().zip(image).map(|(&phi, &p)| (phi - signal * f64::from(p)).powi(2)).sum()
}

/// [EFT] (11): the posterior for an all +1 and an all −1 image.
fn two_pattern(level: Level, grid: &[f64], side: usize, row: usize, column: usize) -> PixelPosterior {
    let sum: f64 = offsets(level.k).map(|(dy, dx)| at(grid, side, Border::Circular, row, column, dy, dx)).sum();
    let u = level.abar.sqrt() * sum / (1.0 - level.abar).max(SMALLEST_NOISE);
    // W± = 1/(1 + e^{∓2u}); the smaller one from the exponential, so that it keeps its digits.
    let odds = (-2.0 * u.abs()).exp();
    let (large, small) = (1.0 / (1.0 + odds), odds / (1.0 + odds));
    PixelPosterior {
        denoised: vec![u.tanh()],
        source: (usize::from(u < 0.0), row * side + column),
        weight: large,
        entropy: odds.ln_1p() + if small > 0.0 { 2.0 * u.abs() * small } else { 0.0 },
        effective: 1.0 / (large * large + small * small),
    }
}
