//! Posteriors over patches: ELS, boundary-broken ELS and LS.
//!
//! A grid is cut into bands of rows, and the pairs (training image, vertical shift) into segments; each band meets each
//! segment on whatever thread is free. The segments' sums are then put together in order.

use fearless_simd::{Level as Simds, Simd, dispatch, prelude::*};
use rayon::prelude::*;

use super::afford;
use super::band::{Scratch, Visit};
use super::shift::{Extended, Frame, Lanes, STREAMS, Shifts};
use super::sums::{Sums, rescale};
use crate::EngineError;
use crate::kernel::PosteriorMap;
use diffuscope_core::els::machine::{Border, Candidates};
use diffuscope_core::els::{Grids, Level, Machine};
use diffuscope_core::image_set::ImageSet;

/// Rows of a band, unless the whole grid is hardly larger, …
const ROWS: usize = 32;
/// … and columns, where lanes are images or shifts: windows of neighbouring bands overlap, but sums should stay in the cache.
const COLUMNS_OF_IMAGES: usize = 32;
const COLUMNS_OF_SHIFTS: usize = 16;
/// Pieces that a grid's work is cut into.
const PIECES: usize = 16;
/// Units of work from which it pays to look at one before.
const ENOUGH: usize = 64;
/// Sums that wait to be put together, in pixels.
const WAITING: usize = 1 << 22;

/// D(φ) of every grid.
pub(super) fn denoise(
    simds: Simds,
    machine: &Machine,
    rule: (Border, Candidates),
    level: Level,
    phi: &Grids<f32>,
) -> Result<Grids<f32>, EngineError> {
    let mut denoised = Grids { values: vec![0.0; phi.values.len()], ..*phi };
    let area = phi.area();
    let size = phi.channels * area;
    Job { simds, images: machine.images(), rule, level, phi, posterior: false }.run(|index, pixel| {
        let start = index / area * size + index % area;
        for c in 0..phi.channels {
            denoised.values[start + c * area] = (pixel.totals[1 + c] / pixel.totals[0]) as f32;
        }
    })?;
    Ok(denoised)
}

/// The posterior of every pixel.
pub(super) fn posterior(
    simds: Simds,
    machine: &Machine,
    rule: (Border, Candidates),
    level: Level,
    phi: &Grids<f32>,
) -> Result<PosteriorMap, EngineError> {
    afford("the posterior of all pixels", (20 * phi.count * phi.area()) as u64)?;
    let pixels = phi.count * phi.area();
    let mut map = PosteriorMap {
        image: vec![0; pixels],
        position: vec![0; pixels],
        weight: vec![0.0; pixels],
        entropy: vec![0.0; pixels],
        effective: vec![0.0; pixels],
    };
    Job { simds, images: machine.images(), rule, level, phi, posterior: true }.run(|index, pixel| {
        let terms = pixel.totals.len();
        let (total, logs, squares) = (pixel.totals[0], pixel.totals[terms - 2], pixel.totals[terms - 1]);
        map.image[index] = pixel.source.0;
        map.position[index] = pixel.source.1;
        // The nearest patch has w = 1.
        map.weight[index] = (1.0 / total) as f32;
        map.entropy[index] = (total.ln() - std::f64::consts::LN_2 * logs / total).max(0.0) as f32;
        map.effective[index] = (total * total / squares) as f32;
    })?;
    Ok(map)
}

/// Sums over all patches that one pixel is compared with.
struct Pixel {
    nearest: f32,
    source: (u32, u32),
    totals: Vec<f64>,
}

/// One call.
struct Job<'a> {
    simds: Simds,
    images: &'a ImageSet,
    rule: (Border, Candidates),
    level: Level,
    phi: &'a Grids<f32>,
    posterior: bool,
}

impl Job<'_> {
    /// Hands every pixel's sums, with its number among all of them, to `finish`.
    fn run(&self, mut finish: impl FnMut(usize, &Pixel)) -> Result<(), EngineError> {
        let phi = self.phi;
        let side = phi.side;
        let (border, candidates) = self.rule;
        // All shifts along either axis; those of a band's columns are among them.
        let shifts = Shifts::new(border, candidates, side, self.images.side(), self.level.k);
        let rows = step(side, ROWS);
        let lanes = dispatch!(self.simds, simd => lanes_of(simd));
        let wanted = if self.images.count() < lanes { COLUMNS_OF_SHIFTS } else { COLUMNS_OF_IMAGES };
        // Continuing the images costs more than they are worth where there is one shift only.
        let columns = if shifts.count == 1 { side } else { step(side, wanted) };
        let corners: Vec<(usize, usize)> =
            (0..side).step_by(rows).flat_map(|top| (0..side).step_by(columns).map(move |left| (top, left))).collect();
        // No band has more shifts than these.
        let largest = Frame { shifts, ..self.frame(&[], (0, rows), (0, columns)) };
        let work = Work::new(self.images.count(), shifts, lanes);
        let segments = (PIECES / corners.len()).clamp(1, work.units());
        let terms = 1 + phi.channels + if self.posterior { 2 } else { 0 };
        let span = side + self.level.k - 1;
        let waiting = (WAITING / (phi.area() * segments)).clamp(1, phi.count);
        let of_thread = |across| {
            Scratch::bytes(&largest, across, terms, lanes) + Extended::bytes(&largest, across, phi.channels, lanes)
        };
        let bytes = of_thread(Lanes::Images).max(of_thread(Lanes::Shifts)) * rayon::current_num_threads() as u64
            + 4 * (phi.channels * span * span * waiting + phi.values.len()) as u64
            + (waiting * phi.area() * segments * (8 * terms + 12)) as u64;
        afford("the posterior over patches", bytes)?;
        for first in (0..phi.count).step_by(waiting) {
            let grids = first..(first + waiting).min(phi.count);
            let padded: Vec<Vec<f32>> = grids.clone().into_par_iter().map(|b| self.padded(phi.grid(b))).collect();
            let bands: Vec<(usize, (usize, usize))> =
                grids.flat_map(|b| corners.iter().map(move |corner| (b, *corner))).collect();
            let frame = |(b, (top, left)): (usize, (usize, usize))| {
                let (rows, columns) = (rows.min(side - top), columns.min(side - left));
                self.frame(&padded[b - first], (top, rows), (left, columns))
            };
            let starts: Vec<Vec<f32>> =
                bands.par_iter().map(|band| self.start(frame(*band), &work, segments)).collect();
            let sums: Vec<Sums> = (0..bands.len() * segments)
                .into_par_iter()
                .map(|piece| {
                    let (band, segment) = (piece / segments, piece % segments);
                    let range = work.bound(segment, segments)..work.bound(segment + 1, segments);
                    self.segment(&frame(bands[band]), &work, range, &starts[band])
                })
                .collect();
            for (sums, (b, (top, left))) in sums.chunks(segments).zip(bands) {
                let columns = columns.min(side - left);
                for pixel in 0..sums[0].nearest.len() {
                    let (y, x) = (top + pixel / columns, left + pixel % columns);
                    finish(b * phi.area() + y * side + x, &self.together(sums, pixel, terms));
                }
            }
        }
        Ok(())
    }

    /// Factor of grids and images by which their squared distances become exponents of 2.
    fn scale(&self) -> f64 {
        (self.level.sharpness() * std::f64::consts::LOG2_E).sqrt()
    }

    fn frame<'a>(
        &self,
        padded: &'a [f32],
        (first, rows): (usize, usize),
        (left, columns): (usize, usize),
    ) -> Frame<'a> {
        let (border, candidates) = self.rule;
        let (side, image_side, k) = (self.phi.side, self.images.side(), self.level.k);
        let scale = self.scale();
        let patches = (self.images.count() * image_side * image_side) as f64;
        Frame {
            padded,
            side,
            image_side,
            k,
            signal: (self.level.abar.sqrt() * scale) as f32,
            cut: (25.0 + patches.log2()) as f32,
            border,
            candidates,
            first,
            rows,
            left,
            columns,
            shifts: Shifts::new(border, candidates, side, image_side, k).reaching(border, left, columns, image_side),
        }
    }

    /// The scaled planes of a grid, continued by half a window beyond every border.
    fn padded(&self, grid: &[f32]) -> Vec<f32> {
        let (side, r) = (self.phi.side, self.level.k / 2);
        let span = side + 2 * r;
        let scale = self.scale() as f32;
        let place = |i: usize| match self.rule.0 {
            // `r` full turns keep the number positive.
            Border::Circular => Some((i + r * side - r) % side),
            Border::Zero => i.checked_sub(r).filter(|i| *i < side),
        };
        let mut padded = Vec::with_capacity(self.phi.channels * span * span);
        for plane in grid.chunks_exact(side * side) {
            for y in 0..span {
                let row = place(y);
                let value = |x| row.zip(place(x)).map_or(0.0, |(y, x)| plane[y * side + x] * scale);
                padded.extend((0..span).map(value));
            }
        }
        padded
    }

    /// For each pixel of a band, the distance of a patch near it, or [`f32::MAX`], for its segments to begin with. On its own,
    /// each would meet nearer and nearer patches, and make its sums relative to them.
    fn start(&self, frame: Frame<'_>, work: &Work, segments: usize) -> Vec<f32> {
        let nowhere = vec![f32::MAX; frame.rows * frame.columns];
        // Where the nearest patch is asked for, it must be met by a distance that is its own to the last bit.
        if self.posterior || segments == 1 || work.units() < ENOUGH {
            return nowhere;
        }
        let frame = Frame { shifts: frame.shifts.about_none(4 * STREAMS), ..frame };
        let unit = (work.vertical.about_none(1).first - work.vertical.first) as usize;
        self.segment(&frame, work, unit..unit + 1, &nowhere).nearest
    }

    /// The sums of one band over some of the pairs of images at hand and vertical shift, at first relative to distances
    /// `start`.
    fn segment(&self, frame: &Frame<'_>, work: &Work, range: std::ops::Range<usize>, start: &[f32]) -> Sums {
        dispatch!(self.simds, simd => match (self.phi.channels, self.posterior) {
            (1, false) => self.sum::<_, 1, false>(simd, frame, work, range, start),
            (1, true) => self.sum::<_, 1, true>(simd, frame, work, range, start),
            (_, false) => self.sum::<_, 3, false>(simd, frame, work, range, start),
            (_, true) => self.sum::<_, 3, true>(simd, frame, work, range, start),
        })
    }

    #[inline(always)]
    fn sum<S: Simd, const C: usize, const POSTERIOR: bool>(
        &self,
        simd: S,
        frame: &Frame<'_>,
        work: &Work,
        range: std::ops::Range<usize>,
        start: &[f32],
    ) -> Sums {
        let lanes = S::f32s::LEN;
        let mut sums = Sums::new(frame, C, POSTERIOR, lanes);
        sums.nearest.copy_from_slice(start);
        let mut at_hand: Option<(Chunk, Extended, Scratch)> = None;
        let mut visits = 0;
        for unit in range {
            let (chunk, shift) = work.unit(unit);
            if at_hand.as_ref().is_none_or(|(present, ..)| *present != chunk) {
                let (mut image, scratch) = match at_hand.take() {
                    Some((present, image, scratch)) if present.across == chunk.across => (image, scratch),
                    _ => (Extended::new(frame, chunk.across, C, lanes), Scratch::new(frame, chunk.across, lanes)),
                };
                let numbers = chunk.first..chunk.first + chunk.count;
                image.fill(frame, numbers.map(|number| self.images.image(number)));
                at_hand = Some((chunk, image, scratch));
            }
            let Some((_, image, scratch)) = &mut at_hand else { continue };
            // Single precision adds up at most this many numbers before double precision takes over.
            if visits >= (4096 / image.streams()).max(1) {
                sums.settle(POSTERIOR);
                visits = 0;
            }
            visits += 1;
            let visit = Visit { frame, image, number: chunk.first as u32, shift };
            visit.add::<S, C, POSTERIOR>(simd, &mut sums, scratch);
        }
        sums.settle(POSTERIOR);
        sums.parts_done();
        sums
    }

    /// All segments' sums of one pixel.
    fn together(&self, segments: &[Sums], pixel: usize, terms: usize) -> Pixel {
        let mut whole = Pixel { nearest: f32::MAX, source: (0, 0), totals: vec![0.0; terms] };
        for sums in segments {
            let nearest = sums.nearest[pixel];
            if nearest == f32::MAX {
                continue;
            }
            let mut totals = sums.totals[pixel * terms..(pixel + 1) * terms].to_vec();
            if nearest < whole.nearest {
                rescale(&mut whole.totals, whole.nearest, nearest, self.posterior);
                whole.nearest = nearest;
                if let Some(source) = sums.source.get(pixel) {
                    whole.source = *source;
                }
            } else {
                rescale(&mut totals, nearest, whole.nearest, self.posterior);
                if let Some(source) = sums.source.get(pixel).filter(|_| nearest == whole.nearest) {
                    whole.source = whole.source.min(*source);
                }
            }
            whole.totals.iter_mut().zip(totals).for_each(|(sum, total)| *sum += total);
        }
        whole
    }
}

/// Images that are worked on together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chunk {
    first: usize,
    count: usize,
    across: Lanes,
}

/// The units of a band's work: a chunk of images under a vertical shift.
struct Work {
    /// Images; those that fill vectors; those of a chunk of the rest.
    images: usize,
    full: usize,
    together: usize,
    lanes: usize,
    vertical: Shifts,
}

impl Work {
    fn new(images: usize, shifts: Shifts, lanes: usize) -> Self {
        let (_, together) = Lanes::Shifts.shape(shifts, lanes);
        Self { images, full: images / lanes * lanes, together, lanes, vertical: shifts }
    }

    fn units(&self) -> usize {
        (self.full / self.lanes + (self.images - self.full).div_ceil(self.together)) * self.vertical.count
    }

    /// Images, and vertical shift.
    fn unit(&self, unit: usize) -> (Chunk, isize) {
        let (number, shift) = (unit / self.vertical.count, unit % self.vertical.count);
        let sets = self.full / self.lanes;
        let chunk = if number < sets {
            Chunk { first: number * self.lanes, count: self.lanes, across: Lanes::Images }
        } else {
            let first = self.full + (number - sets) * self.together;
            Chunk { first, count: self.together.min(self.images - first), across: Lanes::Shifts }
        };
        (chunk, self.vertical.first + shift as isize)
    }

    /// First unit of the `segment`th of `segments` parts of about as many pairs of image and shift.
    fn bound(&self, segment: usize, segments: usize) -> usize {
        let shifts = self.vertical.count;
        let pair = self.images * shifts * segment / segments;
        let image = pair / shifts;
        if image == self.images {
            return self.units();
        }
        let number = if image < self.full {
            image / self.lanes
        } else {
            self.full / self.lanes + (image - self.full) / self.together
        };
        let (chunk, _) = self.unit(number * shifts);
        number * shifts + (pair - chunk.first * shifts).div_ceil(chunk.count)
    }
}

/// Pixels of a band along an axis of `side`: about as many as wanted, and no much smaller rest.
fn step(side: usize, wanted: usize) -> usize {
    let bands = ((side + wanted / 2) / wanted).max(1);
    side.div_ceil(bands)
}

#[inline(always)]
fn lanes_of<S: Simd>(_: S) -> usize {
    S::f32s::LEN
}
