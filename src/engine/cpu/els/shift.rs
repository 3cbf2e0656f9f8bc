//! The inner loop of the patch machines: some training images, shifted by (δy, δx), against a band of pixels.
//!
//! Under a shift, pixel (y, x) meets the patch centred on (y + δy, x + δx) of the image, so that all squared distances of the
//! shift are box sums of one field of squared differences. A vector holds as many images under one shift or, where there are
//! fewer images, one of them under as many neighbouring δx: see [`Lanes`]. A window of k values spans two blocks of k: its
//! sum is that of a tail of the first and of a head of the second, so sums of squares are only ever added. Distances then
//! keep their relative accuracy, which running sums would lose, and their cost hardly depends on k.
//!
//! Grid and images are scaled so that a squared distance d is an exponent of 2. Weights are sums of 2^(d₀ − d), d₀ the
//! distance of the nearest patch so far from the pixel, or of one up to [`super::weigh::LAG`] further. Patches so far behind
//! that all of them together would not change the last bit are skipped; see [`Frame::cut`].

use fearless_simd::prelude::*;

use super::box_sums::{Meeting, add_row, row_sums, tails};
use super::sums::Sums;
use super::weigh::Row;
use crate::cpu::lines::Lines;
use diffuscope_core::els::machine::{Border, Candidates};

/// Most vectors of shifts that are weighed together: the more, the less often a pixel's sums go to and fro.
pub(super) const STREAMS: usize = 4;

/// What the lanes of a vector hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lanes {
    /// As many images under one shift, stored side by side: no vector then lies across two cache lines.
    Images,
    /// One image under neighbouring horizontal shifts.
    Shifts,
}

impl Lanes {
    /// Numbers from one column of a stored row to the next.
    #[inline(always)]
    pub const fn step(self, lanes: usize) -> usize {
        match self {
            Self::Images => lanes,
            Self::Shifts => 1,
        }
    }

    /// Which of the images side by side, and which of the horizontal shifts, a lane of the `group`th vector stands for.
    #[inline(always)]
    pub const fn meaning(self, group: usize, lane: usize, lanes: usize) -> (usize, usize) {
        match self {
            Self::Images => (lane, group),
            Self::Shifts => (0, group * lanes + lane),
        }
    }

    /// Vectors that hold all horizontal shifts of the images at hand, and how many images these are.
    pub fn shape(self, shifts: Shifts, lanes: usize) -> (usize, usize) {
        match self {
            Self::Images => (shifts.count, lanes),
            Self::Shifts => {
                let groups = shifts.count.div_ceil(lanes);
                (groups, (STREAMS / groups).max(1))
            }
        }
    }
}

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
    /// First column of the band, and its columns.
    pub left: usize,
    pub columns: usize,
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

    /// Those under which some of `columns` pixels from `left` on may meet a patch, or the first one where there are none.
    pub fn reaching(self, border: Border, left: usize, columns: usize, image_side: usize) -> Self {
        if border == Border::Circular {
            return self;
        }
        let first = self.first.max(1 - (left + columns) as isize);
        let end = (self.first + self.count as isize).min(image_side as isize - left as isize);
        if first < end { Self { first, count: (end - first) as usize } } else { Self { first: self.first, count: 1 } }
    }
}

impl Frame<'_> {
    /// Place on the image that a pixel meets along one axis; `None` beyond a zero border.
    #[inline(always)]
    pub fn place(&self, pixel: usize, shift: isize) -> Option<usize> {
        place(self.border, pixel as isize + shift, self.image_side)
    }

    /// Whether the pixel may be compared with the patch it meets, along one axis.
    #[inline(always)]
    pub fn allows(&self, pixel: usize, shift: isize) -> bool {
        let place = self.place(pixel, shift);
        place.is_some_and(|place| self.candidates.allow(pixel, self.side, place, self.image_side, self.k / 2))
    }

    /// Columns of the padded grid.
    fn span(&self) -> usize {
        self.side + self.k - 1
    }
}

/// A vector of patches that each pixel meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stream {
    /// Which of the images, if there is one in a vector.
    pub slot: usize,
    /// Which of the vectors.
    pub group: usize,
}

/// How large [`Extended`] images are.
struct Extent {
    /// Vectors that hold all horizontal shifts.
    groups: usize,
    /// Images, or sets of images side by side.
    slots: usize,
    /// Rows of a plane, with one of zeros.
    rows: usize,
    /// Numbers of a row.
    width: usize,
}

impl Extent {
    fn new(frame: &Frame<'_>, across: Lanes, lanes: usize) -> Self {
        let (groups, together) = across.shape(frame.shifts, lanes);
        let columns = frame.columns + frame.k - 1;
        let (slots, width) = match across {
            Lanes::Images => (1, (columns + groups) * lanes),
            Lanes::Shifts => (together, columns + groups * lanes),
        };
        Self { groups, slots, rows: frame.image_side + 1, width }
    }
}

/// Some training images, continued so that every shift is a contiguous read.
pub(super) struct Extended {
    pub across: Lanes,
    /// For each image, or for all of them side by side, planes of H rows and one of zeros, each as wide as shifts and windows
    /// reach.
    values: Lines,
    channels: usize,
    width: usize,
    rows: usize,
    lanes: usize,
    groups: usize,
    slots: usize,
    /// Images at hand, each in vectors of its own.
    present: usize,
}

impl Extended {
    /// Room for images read by vectors of `lanes` numbers.
    pub fn new(frame: &Frame<'_>, across: Lanes, channels: usize, lanes: usize) -> Self {
        let Extent { groups, slots, rows, width } = Extent::new(frame, across, lanes);
        let values = Lines::new(0.0, slots * channels * rows * width);
        Self { across, values, channels, width, rows, lanes, groups, slots, present: 0 }
    }

    /// Bytes that [`Extended::new`] takes.
    pub fn bytes(frame: &Frame<'_>, across: Lanes, channels: usize, lanes: usize) -> u64 {
        let Extent { slots, rows, width, .. } = Extent::new(frame, across, lanes);
        4 * (slots * channels * rows * width) as u64
    }

    /// Vectors of patches that each pixel meets under one vertical shift.
    pub fn streams(&self) -> usize {
        self.present * self.groups
    }

    /// The vector of this number.
    #[inline(always)]
    pub fn stream(&self, number: usize) -> Stream {
        Stream { slot: number / self.groups, group: number % self.groups }
    }

    /// Takes over the planes of images: as many as there is room for, which must be there where lanes are images.
    pub fn fill<'a>(&mut self, frame: &Frame<'_>, images: impl Iterator<Item = &'a [f32]>) {
        let (side, r) = (frame.image_side, frame.k / 2);
        let start = frame.left as isize + frame.shifts.first - r as isize;
        if self.across == Lanes::Images {
            let images: Vec<&[f32]> = images.take(self.lanes).collect();
            self.fill_lanes(frame, start, &images);
            return;
        }
        self.present = 0;
        let slots = self.values.chunks_exact_mut(self.channels * self.rows * self.width);
        for (slot, image) in slots.take(self.slots).zip(images) {
            self.present += 1;
            let planes = slot.chunks_exact_mut(self.rows * self.width);
            for (target, plane) in planes.zip(image.chunks_exact(side * side)) {
                for (target, row) in target.chunks_exact_mut(self.width).zip(plane.chunks_exact(side)) {
                    continue_row(frame.border, start, row, target);
                }
            }
        }
    }

    fn fill_lanes(&mut self, frame: &Frame<'_>, start: isize, images: &[&[f32]]) {
        let (side, lanes) = (frame.image_side, self.lanes);
        let count = self.width / lanes;
        // Beyond one turn a row repeats itself.
        let own = if frame.border == Border::Circular { side.min(count) } else { count };
        let columns: Vec<Option<usize>> = (start..).take(own).map(|at| place(frame.border, at, side)).collect();
        let planes = self.values.chunks_exact_mut(self.rows * self.width);
        for (plane, target) in planes.enumerate() {
            for (row, target) in target.chunks_exact_mut(self.width).take(side).enumerate() {
                let from = (plane * side + row) * side;
                for (column, target) in columns.iter().zip(target.chunks_exact_mut(lanes)) {
                    match column {
                        Some(column) => {
                            for (target, image) in target.iter_mut().zip(images) {
                                *target = image[from + column];
                            }
                        }
                        None => target.fill(0.0),
                    }
                }
                let (turn, more) = target.split_at_mut(own * lanes);
                for target in more.chunks_mut(own * lanes) {
                    target.copy_from_slice(&turn[..target.len()]);
                }
            }
        }
        self.present = 1;
    }

    /// What `columns` pixels meet of row `row`, from column `left` of the band's first window on: vectors at a distance of
    /// [`Lanes::step`].
    #[inline(always)]
    pub fn row(&self, stream: Stream, channel: usize, row: usize, left: usize, columns: usize) -> &[f32] {
        let row = ((stream.slot * self.channels + channel) * self.rows + row) * self.width;
        let step = self.across.step(self.lanes);
        // Neighbouring vectors are neighbouring columns of images side by side, and a vector's shifts apart otherwise.
        &self.values[row + stream.group * self.lanes + left * step..][..(columns - 1) * step + self.lanes]
    }
}

/// Coordinate `at` of an image of `side`; `None` beyond a zero border.
#[inline(always)]
fn place(border: Border, at: isize, side: usize) -> Option<usize> {
    match border {
        Border::Circular => Some(at.rem_euclid(side as isize) as usize),
        Border::Zero => (0..side as isize).contains(&at).then_some(at as usize),
    }
}

/// The row from column `start` on, which may lie beyond its border, as may the end.
fn continue_row(border: Border, start: isize, row: &[f32], target: &mut [f32]) {
    let side = row.len();
    match border {
        Border::Circular => {
            let (mut at, mut done) = (start.rem_euclid(side as isize) as usize, 0);
            while done < target.len() {
                let count = (side - at).min(target.len() - done);
                target[done..done + count].copy_from_slice(&row[at..at + count]);
                (at, done) = (0, done + count);
            }
        }
        Border::Zero => {
            let inside = |at: isize| at.clamp(0, side as isize) as usize;
            let (from, to) = (inside(start), inside(start + target.len() as isize));
            target.fill(0.0);
            if from < to {
                let first = (from as isize - start) as usize;
                target[first..first + to - from].copy_from_slice(&row[from..to]);
            }
        }
    }
}

/// Working memory of one band.
pub(super) struct Scratch {
    /// Sums along k rows of the windows, then their sums from each to the last; then, as one more row, the sums from the
    /// block's end on. See [`row_of`].
    block: Lines,
    /// For each group: infinity where pixel and shift may not meet, else zero; empty where all may.
    barred: Vec<Vec<f32>>,
}

/// Numbers of a row of [`Scratch`] with so many for each pixel. Rows begin at multiples of 512 bytes from one another. Where
/// the address of a read agrees with that of a write just before it in the last 12 bits, processors take one for the other
/// and wait; rows that lie a few vectors off one another make that happen at every pixel, and cost up to twice the time.
fn row_of(frame: &Frame<'_>, of_pixel: usize) -> usize {
    (frame.columns * of_pixel).next_multiple_of(512 / size_of::<f32>())
}

impl Scratch {
    pub fn new(frame: &Frame<'_>, across: Lanes, lanes: usize) -> Self {
        let (groups, _) = across.shape(frame.shifts, lanes);
        let all_meet = frame.border == Border::Circular && frame.candidates == Candidates::Everywhere;
        let barred = |group: usize| {
            // Beyond the last shift there are lanes to spare.
            if all_meet && (across == Lanes::Images || (group + 1) * lanes <= frame.shifts.count) {
                return Vec::new();
            }
            let lane_allows = |x: usize, lane: usize| {
                let (_, shift) = across.meaning(group, lane, lanes);
                shift < frame.shifts.count && frame.allows(frame.left + x, frame.shifts.first + shift as isize)
            };
            let cells = (0..frame.columns).flat_map(|x| (0..lanes).map(move |lane| (x, lane)));
            let values: Vec<f32> =
                cells.map(|(x, lane)| if lane_allows(x, lane) { 0.0 } else { f32::INFINITY }).collect();
            if values.iter().all(|value| *value == 0.0) { Vec::new() } else { values }
        };
        Self {
            block: Lines::new(0.0, (frame.k + 1) * row_of(frame, STREAMS * lanes)),
            barred: (0..groups).map(barred).collect(),
        }
    }

    /// Bytes that [`Scratch::new`] and [`Sums::new`] take.
    pub fn bytes(frame: &Frame<'_>, across: Lanes, terms: usize, lanes: usize) -> u64 {
        let (groups, _) = across.shape(frame.shifts, lanes);
        let numbers = (frame.k + 1) * row_of(frame, STREAMS * lanes) + groups * frame.columns * lanes;
        4 * numbers as u64 + (frame.rows * frame.columns * (terms * (lanes * 4 + 8) + 16)) as u64
    }
}

/// The images at hand at one vertical shift.
pub(super) struct Visit<'a> {
    pub frame: &'a Frame<'a>,
    pub image: &'a Extended,
    /// Number of the first image.
    pub number: u32,
    pub shift: isize,
}

impl Visit<'_> {
    /// Adds the patches that the pixels meet under all horizontal shifts to `sums`.
    #[inline(always)]
    pub fn add<S: Simd, const C: usize, const POSTERIOR: bool>(&self, simd: S, sums: &mut Sums, scratch: &mut Scratch) {
        let frame = self.frame;
        if !(0..frame.rows).any(|y| frame.allows(frame.first + y, self.shift)) {
            return;
        }
        match self.image.across {
            Lanes::Images => self.add_streams::<S, C, POSTERIOR, true>(simd, sums, scratch),
            Lanes::Shifts => self.add_streams::<S, C, POSTERIOR, false>(simd, sums, scratch),
        }
    }

    /// The same; `IMAGES` where lanes are images.
    #[inline(always)]
    fn add_streams<S: Simd, const C: usize, const POSTERIOR: bool, const IMAGES: bool>(
        &self,
        simd: S,
        sums: &mut Sums,
        scratch: &mut Scratch,
    ) {
        let mut first = 0;
        while first < self.image.streams() {
            let left = self.image.streams() - first;
            if left >= STREAMS {
                self.band::<S, C, POSTERIOR, IMAGES, STREAMS>(simd, first, sums, scratch);
                first += STREAMS;
            } else if left >= 2 {
                self.band::<S, C, POSTERIOR, IMAGES, 2>(simd, first, sums, scratch);
                first += 2;
            } else {
                self.band::<S, C, POSTERIOR, IMAGES, 1>(simd, first, sums, scratch);
                first += 1;
            }
        }
    }

    /// Adds the patches that the pixels meet under `G` vectors of shifts, from number `first` on.
    #[inline(always)]
    fn band<S: Simd, const C: usize, const POSTERIOR: bool, const IMAGES: bool, const G: usize>(
        &self,
        simd: S,
        first: usize,
        sums: &mut Sums,
        scratch: &mut Scratch,
    ) {
        let frame = self.frame;
        let (k, rows, lanes) = (frame.k, frame.rows, S::f32s::LEN);
        let mut streams = [self.image.stream(first); G];
        for (number, stream) in (first..).zip(&mut streams) {
            *stream = self.image.stream(number);
        }
        let width = row_of(frame, G * lanes);
        let Scratch { block, barred } = scratch;
        let (block, head) = block[..(k + 1) * width].split_at_mut(k * width);
        let mut bars: [&[f32]; G] = [&[]; G];
        for (bars, stream) in bars.iter_mut().zip(&streams) {
            *bars = &barred[stream.group];
        }
        for row in 0..k {
            self.sums::<S, C, IMAGES, G>(simd, row, &streams, &mut block[row * width..(row + 1) * width]);
        }
        for start in (0..rows).step_by(k) {
            tails(simd, block, width);
            for step in 0..k.min(rows - start) {
                let y = start + step;
                // The row that enters the windows takes the place, in the next block, of one no longer needed.
                let (before, tail) = block.split_at_mut(step * width);
                let tail = &tail[..width];
                let came = &mut before[step.saturating_sub(1) * width..];
                if step > 0 {
                    self.sums::<S, C, IMAGES, G>(simd, y + k - 1, &streams, came);
                }
                let came = &*came;
                if frame.allows(frame.first + y, self.shift) {
                    let row = Row { y, streams, came, goes_on: step > 1, tail, bars };
                    self.weigh::<S, C, POSTERIOR, G>(simd, &row, head, sums);
                } else if step > 1 {
                    add_row(simd, came, head);
                } else if step > 0 {
                    head.copy_from_slice(came);
                }
            }
            if start + k < rows {
                self.sums::<S, C, IMAGES, G>(simd, start + 2 * k - 1, &streams, &mut block[(k - 1) * width..]);
            }
        }
    }

    /// Sums along row `row` of the band's windows.
    #[inline(always)]
    fn sums<S: Simd, const C: usize, const IMAGES: bool, const G: usize>(
        &self,
        simd: S,
        row: usize,
        streams: &[Stream; G],
        target: &mut [f32],
    ) {
        let frame = self.frame;
        let (columns, span) = (frame.columns + frame.k - 1, frame.span());
        let place = frame.first as isize + row as isize - (frame.k / 2) as isize + self.shift;
        let side = frame.image_side as isize;
        let image_row = match frame.border {
            Border::Circular => place.rem_euclid(side) as usize,
            Border::Zero if (0..side).contains(&place) => place as usize,
            Border::Zero => frame.image_side,
        };
        let mut meetings = [Meeting::<C, IMAGES>::default(); G];
        for (meeting, stream) in meetings.iter_mut().zip(streams) {
            for c in 0..C {
                meeting.phi[c] = &frame.padded[(c * span + frame.first + row) * span + frame.left..][..columns];
                meeting.image[c] = self.image.row(*stream, c, image_row, 0, columns);
            }
        }
        row_sums::<S, C, IMAGES, G>(simd, &meetings, frame.signal, frame.k, target);
    }
}
