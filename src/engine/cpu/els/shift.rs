//! Shifts: some training images, shifted by (δy, δx), against a band of pixels.
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

    /// At most `count` of them, from the one that is least of a shift on.
    pub fn about_none(self, count: usize) -> Self {
        let end = self.first + self.count as isize;
        let first = 0.clamp(self.first, end - 1);
        Self { first, count: count.min((end - first) as usize) }
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

    /// Whether row i + L of the windows meets under every shift what row i does, so that the sums along k − 1 rows are worth
    /// keeping: for fewer than eight it would cost as much as it saves.
    pub fn comes_round(&self) -> bool {
        let whole = self.rows == self.side && self.side.is_multiple_of(self.image_side);
        self.border == Border::Circular && whole && (9..=self.side).contains(&self.k)
    }

    /// Columns of the padded grid.
    pub fn span(&self) -> usize {
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
    /// Where the vectors of its first row begin among the values of [`Extended`].
    start: usize,
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
        let (slot, group) = (number / self.groups, number % self.groups);
        // Neighbouring vectors are neighbouring columns of images side by side, and a vector's shifts apart otherwise.
        Stream { slot, group, start: slot * self.channels * self.rows * self.width + group * self.lanes }
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
        let step = self.across.step(self.lanes);
        let start = stream.start + (channel * self.rows + row) * self.width + left * step;
        &self.values[start..][..(columns - 1) * step + self.lanes]
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
