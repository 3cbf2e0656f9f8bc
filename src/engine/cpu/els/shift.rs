//! The inner loop of the patch machines: one training image, shifted by (δy, δx), against a band of pixels.
//!
//! Under a shift, pixel (y, x) meets the patch centred on (y + δy, x + δx) of the image, so that all squared distances of the
//! shift are box sums of one field of squared differences. A vector holds as many neighbouring δx. A window of k values
//! spans two blocks of k: its sum is that of a tail of the first and of a head of the second, so sums of squares are only
//! ever added. Distances then keep their relative accuracy, which running sums would lose, and their cost hardly depends on k.
//!
//! Grid and images are scaled so that a squared distance d is an exponent of 2. Weights are sums of 2^(d₀ − d), d₀ the
//! distance of the nearest patch so far from the pixel, or of one up to [`LAG`] further. Patches so far behind that all of
//! them together would not change the last bit are skipped; see [`Frame::cut`].

use fearless_simd::prelude::*;

use super::box_sums::{across, square_of, tails};
use super::sums::{LOWEST_EXPONENT, Sums};
use crate::cpu::lines::Lines;
use crate::cpu::math;
use diffuscope_core::els::machine::{Border, Candidates};

/// Vectors of shifts that are weighed together.
const GROUPS: usize = 2;

/// How much nearer than d₀ a patch must be for the sums to be made relative to it, if its place is not asked for: single
/// precision leaves room for it, and nearer patches turn up less often.
const LAG: f32 = 16.0;

/// What all shifts of one band of pixels share.
pub(super) struct Frame<'a> {
    /// Planes of the grid, scaled so that squared distances are exponents of 2, continued by half a window beyond every border.
    pub padded: &'a [f32],
    /// Side L of the grid.
    pub side: usize,
    /// Side H of the training images.
    pub image_side: usize,
    /// Side of the patches.
    pub k: usize,
    /// √ᾱ, scaled likewise.
    pub signal: f32,
    /// Patches that lie further than this behind the nearest one have no weight: 25 + log₂ of the number of patches.
    pub cut: f32,
    pub border: Border,
    pub candidates: Candidates,
    /// First row of the band, and its rows.
    pub first: usize,
    pub rows: usize,
    /// The horizontal shifts.
    pub shifts: Shifts,
}

/// Consecutive shifts along one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shifts {
    pub first: isize,
    pub count: usize,
}

impl Shifts {
    /// All shifts under which some pixel of a grid may meet some patch.
    pub fn new(border: Border, candidates: Candidates, side: usize, image_side: usize, k: usize) -> Self {
        match (border, candidates) {
            (_, Candidates::SamePixel) => Self { first: 0, count: 1 },
            (Border::Circular, _) => Self { first: 0, count: image_side },
            (Border::Zero, Candidates::SameOverhang) => {
                let reach = (side + 1).saturating_sub(k).saturating_sub(1);
                Self { first: -(reach as isize), count: 2 * reach + 1 }
            }
            (Border::Zero, _) => {
                let reach = side.max(image_side) - 1;
                Self { first: -(reach as isize), count: 2 * reach + 1 }
            }
        }
    }
}

impl Frame<'_> {
    /// Place on the image that a pixel meets along one axis; `None` beyond a zero border.
    pub fn place(&self, pixel: usize, shift: isize) -> Option<usize> {
        let (at, side) = (pixel as isize + shift, self.image_side as isize);
        match self.border {
            Border::Circular => Some(at.rem_euclid(side) as usize),
            Border::Zero => (0..side).contains(&at).then_some(at as usize),
        }
    }

    /// Whether the pixel may be compared with the patch it meets, along one axis.
    pub fn allows(&self, pixel: usize, shift: isize) -> bool {
        let place = self.place(pixel, shift);
        place.is_some_and(|place| self.candidates.allow(pixel, self.side, place, self.image_side, self.k / 2))
    }

    /// Columns whose squares are computed; the others repeat them.
    fn columns(&self) -> usize {
        if self.border == Border::Circular && self.side == self.image_side { self.side } else { self.span() }
    }

    /// Columns under some pixel's window.
    fn span(&self) -> usize {
        self.side + self.k - 1
    }
}

/// One training image, continued so that every shift is a contiguous read.
pub(super) struct Extended {
    /// Planes of H rows and one of zeros, each as wide as shifts and windows reach.
    values: Vec<f32>,
    width: usize,
    rows: usize,
    groups: usize,
}

impl Extended {
    /// Room for an image read by vectors of `lanes` shifts.
    pub fn new(frame: &Frame<'_>, channels: usize, lanes: usize) -> Self {
        let groups = frame.shifts.count.div_ceil(lanes);
        let (width, rows) = (frame.span() + groups * lanes, frame.image_side + 1);
        Self { values: vec![0.0; channels * rows * width], width, rows, groups }
    }

    /// Vectors of shifts.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Takes over the planes of an image.
    pub fn fill(&mut self, frame: &Frame<'_>, image: &[f32]) {
        let (side, r) = (frame.image_side, frame.k / 2);
        let start = frame.shifts.first - r as isize;
        let planes = self.values.chunks_exact_mut(self.rows * self.width);
        for (target, plane) in planes.zip(image.chunks_exact(side * side)) {
            for (target, row) in target.chunks_exact_mut(self.width).zip(plane.chunks_exact(side)) {
                match frame.border {
                    Border::Circular => {
                        let mut at = start.rem_euclid(side as isize) as usize;
                        for value in target {
                            *value = row[at];
                            at = if at + 1 == side { 0 } else { at + 1 };
                        }
                    }
                    Border::Zero => {
                        for (value, at) in target.iter_mut().zip(start..) {
                            let inside = (0..side as isize).contains(&at);
                            *value = if inside { row[at as usize] } else { 0.0 };
                        }
                    }
                }
            }
        }
    }

    fn row(&self, channel: usize, row: usize) -> &[f32] {
        &self.values[(channel * self.rows + row) * self.width..][..self.width]
    }
}

/// Working memory of one band.
pub(super) struct Scratch {
    /// Squares of k rows, then their sums from each to the last; for each group.
    block: Lines,
    /// Sums from the block's end on, and the whole window's.
    head: Lines,
    window: Lines,
    /// Distances of one row of pixels.
    distance: Lines,
    /// For each group: infinity where pixel and shift may not meet, else zero; empty where all may.
    barred: Vec<Vec<f32>>,
}

impl Scratch {
    pub fn new(frame: &Frame<'_>, groups: usize, lanes: usize) -> Self {
        let span = frame.span() * lanes;
        let barred = |group: usize| {
            let lane_allows = |x: usize, lane: usize| {
                let shift = group * lanes + lane;
                shift < frame.shifts.count && frame.allows(x, frame.shifts.first + shift as isize)
            };
            let cells = (0..frame.side).flat_map(|x| (0..lanes).map(move |lane| (x, lane)));
            let values: Vec<f32> =
                cells.map(|(x, lane)| if lane_allows(x, lane) { 0.0 } else { f32::INFINITY }).collect();
            if values.iter().all(|value| *value == 0.0) { Vec::new() } else { values }
        };
        Self {
            block: Lines::new(0.0, GROUPS * frame.k * span),
            head: Lines::new(0.0, GROUPS * span),
            window: Lines::new(0.0, GROUPS * span),
            distance: Lines::new(0.0, GROUPS * frame.side * lanes),
            barred: (0..groups).map(barred).collect(),
        }
    }

    /// Bytes that [`Scratch::new`] and [`Sums::new`] take.
    pub fn bytes(frame: &Frame<'_>, terms: usize, lanes: usize) -> u64 {
        let groups = frame.shifts.count.div_ceil(lanes);
        let numbers = (GROUPS * (frame.k + 2) * frame.span() + (GROUPS + groups) * frame.side) * lanes;
        4 * numbers as u64 + (frame.rows * frame.side * (terms * (lanes * 4 + 8) + 20)) as u64
    }
}

/// An image at one vertical shift.
pub(super) struct Visit<'a> {
    pub frame: &'a Frame<'a>,
    pub image: &'a Extended,
    pub number: u32,
    pub shift: isize,
}

impl Visit<'_> {
    /// Adds the patches that the pixels meet under all horizontal shifts to `sums`.
    #[inline(always)]
    pub fn add<S: Simd, const C: usize, const POSTERIOR: bool>(&self, simd: S, sums: &mut Sums, scratch: &mut Scratch) {
        let frame = self.frame;
        let (k, rows, lanes) = (frame.k, frame.rows, S::f32s::LEN);
        let span = frame.span() * lanes;
        if !(0..rows).any(|y| frame.allows(frame.first + y, self.shift)) {
            return;
        }
        for first in (0..self.image.groups).step_by(GROUPS) {
            let groups = GROUPS.min(self.image.groups - first);
            for group in 0..groups {
                for row in 0..k {
                    let target = &mut scratch.block[(group * k + row) * span..][..span];
                    self.squares::<S, C>(simd, row, first + group, target);
                }
            }
            let mut start = 0;
            while start < rows {
                for group in 0..groups {
                    tails(simd, &mut scratch.block[group * k * span..][..k * span], frame.columns(), span);
                }
                for step in 0..k.min(rows - start) {
                    if step > 0 {
                        for group in 0..groups {
                            self.next_row::<S, C>(simd, (start, step), first, group, scratch);
                        }
                    }
                    let y = start + step;
                    if !frame.allows(frame.first + y, self.shift) {
                        continue;
                    }
                    for group in 0..groups {
                        let distance = &mut scratch.distance[group * frame.side * lanes..][..frame.side * lanes];
                        let window = if step == 0 {
                            &mut scratch.block[group * k * span..][..span]
                        } else {
                            &mut scratch.window[group * span..][..span]
                        };
                        let columns = frame.columns() * lanes;
                        for at in (columns..span).step_by(lanes) {
                            window.copy_within(at - columns..at - columns + lanes, at);
                        }
                        across(simd, window, distance, k);
                    }
                    let barred = scratch.barred[first..first + groups].iter().any(|barred| !barred.is_empty());
                    match (groups, barred) {
                        (1, false) => self.weigh::<S, C, POSTERIOR, 1, false>(simd, y, first, sums, scratch),
                        (1, true) => self.weigh::<S, C, POSTERIOR, 1, true>(simd, y, first, sums, scratch),
                        (_, false) => self.weigh::<S, C, POSTERIOR, GROUPS, false>(simd, y, first, sums, scratch),
                        (_, true) => self.weigh::<S, C, POSTERIOR, GROUPS, true>(simd, y, first, sums, scratch),
                    }
                }
                start += k;
                if start < rows {
                    for group in 0..groups {
                        let target = &mut scratch.block[(group * k + k - 1) * span..][..span];
                        self.squares::<S, C>(simd, start + k - 1, first + group, target);
                    }
                }
            }
        }
    }

    /// Rows of grid and image that meet in row `row` of the band's windows, cut to what group `group` reads.
    #[inline(always)]
    fn rows<const C: usize>(&self, row: usize, group: usize, lanes: usize) -> ([&[f32]; C], [&[f32]; C]) {
        let frame = self.frame;
        let (columns, span) = (frame.columns(), frame.span());
        let place = frame.first as isize + row as isize - (frame.k / 2) as isize + self.shift;
        let side = frame.image_side as isize;
        let image_row = match frame.border {
            Border::Circular => place.rem_euclid(side) as usize,
            Border::Zero if (0..side).contains(&place) => place as usize,
            Border::Zero => frame.image_side,
        };
        let (mut phi, mut image): ([&[f32]; C], [&[f32]; C]) = ([&[]; C], [&[]; C]);
        for c in 0..C {
            phi[c] = &frame.padded[(c * span + frame.first + row) * span..][..columns];
            image[c] = &self.image.row(c, image_row)[group * lanes..][..columns + lanes - 1];
        }
        (phi, image)
    }

    /// Squared differences of one row.
    #[inline(always)]
    fn squares<S: Simd, const C: usize>(&self, simd: S, row: usize, group: usize, target: &mut [f32]) {
        let lanes = S::f32s::LEN;
        let (phi, image) = self.rows::<C>(row, group, lanes);
        let columns = phi[0].len();
        let target = &mut target[..columns * lanes];
        for column in 0..columns {
            let square = square_of(simd, &phi, &image, column, self.frame.signal);
            square.store_slice(&mut target[column * lanes..(column + 1) * lanes]);
        }
    }

    /// Brings the window of the pixels `step` rows below those of the block's top: the row that enters it, which is kept
    /// for the next block in the place of one no longer needed, and the sum of the whole.
    #[inline(always)]
    fn next_row<S: Simd, const C: usize>(
        &self,
        simd: S,
        (start, step): (usize, usize),
        first: usize,
        group: usize,
        scratch: &mut Scratch,
    ) {
        let (k, lanes) = (self.frame.k, S::f32s::LEN);
        let span = self.frame.span() * lanes;
        let (phi, image) = self.rows::<C>(start + k + step - 1, first + group, lanes);
        let (before, after) = scratch.block[group * k * span..].split_at_mut(step * span);
        let used = self.frame.columns() * lanes;
        let kept = before[(step - 1) * span..][..used].chunks_exact_mut(lanes);
        let tail = after[..used].chunks_exact(lanes);
        let head = scratch.head[group * span..][..used].chunks_exact_mut(lanes);
        let window = scratch.window[group * span..][..used].chunks_exact_mut(lanes);
        for (column, ((kept, tail), (head, window))) in kept.zip(tail).zip(head.zip(window)).enumerate() {
            let square = square_of(simd, &phi, &image, column, self.frame.signal);
            square.store_slice(kept);
            let sum = if step == 1 { square } else { S::f32s::from_slice(simd, head) + square };
            sum.store_slice(head);
            (S::f32s::from_slice(simd, tail) + sum).store_slice(window);
        }
    }

    /// Adds the patches met in row `y` of the band by `G` vectors of shifts, from number `first` on.
    #[inline(always)]
    fn weigh<S: Simd, const C: usize, const POSTERIOR: bool, const G: usize, const BARRED: bool>(
        &self,
        simd: S,
        y: usize,
        first: usize,
        sums: &mut Sums,
        scratch: &Scratch,
    ) {
        let frame = self.frame;
        let (side, lanes) = (frame.side, S::f32s::LEN);
        let terms = 1 + C + if POSTERIOR { 2 } else { 0 };
        let Some(centre_row) = frame.place(frame.first + y, self.shift) else { return };
        let offset = frame.k / 2 + first * lanes;
        let mut centres: [&[f32]; C] = [&[]; C];
        for (c, centres) in centres.iter_mut().enumerate() {
            *centres = &self.image.row(c, centre_row)[offset..];
        }
        let (mut distances, mut barred): ([&[f32]; G], [&[f32]; G]) = ([&[]; G], [&[]; G]);
        for g in 0..G {
            distances[g] = &scratch.distance[g * side * lanes..][..side * lanes];
            barred[g] = &scratch.barred[first + g];
        }
        let row = y * side;
        let nearest = &mut sums.nearest[row..row + side];
        let parts = sums.parts[row * terms * lanes..].chunks_exact_mut(terms * lanes);
        let first_distances = distances[0].chunks_exact(lanes);
        let last_distances = distances[G - 1].chunks_exact(lanes);
        let rows = nearest.iter_mut().zip(parts).zip(first_distances.zip(last_distances)).enumerate();
        for (x, ((nearest, parts), (first_distance, last_distance))) in rows {
            let mut distance = [S::f32s::from_slice(simd, first_distance); G];
            if G > 1 {
                distance[G - 1] = S::f32s::from_slice(simd, last_distance);
            }
            for g in 0..G {
                if BARRED && !barred[g].is_empty() {
                    distance[g] += S::f32s::from_slice(simd, &barred[g][x * lanes..(x + 1) * lanes]);
                }
            }
            let mut least = distance[0];
            for other in &distance[1..] {
                least = least.min(*other);
            }
            if !least.simd_lt(*nearest + frame.cut).any_true() {
                continue;
            }
            let nearer = if POSTERIOR { least.simd_le(*nearest) } else { least.simd_lt(*nearest - LAG) };
            if nearer.any_true() {
                let mut lane = [0.0_f32; 64];
                for (vector, lane) in distance.iter().zip(lane.chunks_exact_mut(lanes)) {
                    vector.store_slice(lane);
                }
                let lane = &lane[..(G * lanes).min(64)];
                let source = if POSTERIOR { Some(&mut sums.source[row + x]) } else { None };
                self.approach(lane, (frame.first + y, x, first * lanes), nearest, source, parts, lanes);
            }
            let mut total = [S::f32s::splat(simd, 0.0); 6];
            for t in 0..terms {
                total[t] = S::f32s::from_slice(simd, &parts[t * lanes..(t + 1) * lanes]);
            }
            for g in 0..G {
                let exponent = -distance[g] + *nearest;
                let weight = math::exp2_of_weight(simd, exponent);
                total[0] += weight;
                for c in 0..C {
                    let centre = S::f32s::from_slice(simd, &centres[c][x + g * lanes..x + (g + 1) * lanes]);
                    total[1 + c] = weight.mul_add(centre, total[1 + c]);
                }
                if POSTERIOR {
                    total[1 + C] = weight.mul_add(exponent.max(LOWEST_EXPONENT as f32), total[1 + C]);
                    total[2 + C] = weight.mul_add(weight, total[2 + C]);
                }
            }
            for t in 0..terms {
                total[t].store_slice(&mut parts[t * lanes..(t + 1) * lanes]);
            }
        }
    }

    /// Takes note of a patch that is as near as any before: `lane` holds the distances of consecutive shifts, the first of
    /// them number `first`. Makes the parts of the sums relative to it.
    #[cold]
    fn approach(
        &self,
        lane: &[f32],
        (y, x, first): (usize, usize, usize),
        nearest: &mut f32,
        source: Option<&mut (u32, u32)>,
        parts: &mut [f32],
        lanes: usize,
    ) {
        let least = lane.iter().copied().fold(f32::INFINITY, f32::min);
        let posterior = source.is_some();
        if let Some(source) = source {
            let row = self.frame.place(y, self.shift).unwrap_or_default();
            let position = |shift: usize| {
                let column = self.frame.place(x, self.frame.shifts.first + (first + shift) as isize);
                (row * self.frame.image_side + column.unwrap_or_default()) as u32
            };
            let best = (0..lane.len()).filter(|shift| lane[*shift] == least).map(position).min();
            let found = (self.number, best.unwrap_or(u32::MAX));
            if least < *nearest || found < *source {
                *source = found;
            }
        }
        if least >= *nearest {
            return;
        }
        if *nearest < f32::MAX {
            let shift = (f64::from(least) - f64::from(*nearest)).max(LOWEST_EXPONENT);
            let factor = shift.exp2();
            let terms = parts.len() / lanes;
            if posterior {
                let (weights, rest) = parts.split_at_mut((terms - 2) * lanes);
                let (logs, squares) = rest.split_at_mut(lanes);
                logs.iter_mut().zip(&*weights).for_each(|(log, w)| *log += w * shift as f32);
                squares.iter_mut().for_each(|square| *square *= factor as f32);
            }
            parts.iter_mut().for_each(|part| *part *= factor as f32);
        }
        *nearest = least;
    }
}
