//! A band of pixels and the patches that it meets under one vertical shift: which rows are summed when, and where the sums
//! are kept.

use fearless_simd::prelude::*;

use super::box_sums::{Meeting, add_row, row_sums, tails};
use super::shift::{Extended, Frame, Lanes, STREAMS, Stream};
use super::sums::Sums;
use super::weigh::Row;
use crate::cpu::lines::Lines;
use diffuscope_core::els::machine::{Border, Candidates};

/// Working memory of one band.
pub(super) struct Scratch {
    /// Sums along k rows of the windows, then their sums from each to the last; then, as one more row, the sums from the
    /// block's end on; then, where they come round, the sums along the first k − 1 rows. See [`row_of`].
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

/// Rows of [`Scratch`].
fn rows_of(frame: &Frame<'_>) -> usize {
    frame.k + 1 + if frame.comes_round() { frame.k - 1 } else { 0 }
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
            block: Lines::new(0.0, rows_of(frame) * row_of(frame, STREAMS * lanes)),
            barred: (0..groups).map(barred).collect(),
        }
    }

    /// Bytes that [`Scratch::new`] and [`Sums::new`] take.
    pub fn bytes(frame: &Frame<'_>, across: Lanes, terms: usize, lanes: usize) -> u64 {
        let (groups, _) = across.shape(frame.shifts, lanes);
        let numbers = rows_of(frame) * row_of(frame, STREAMS * lanes) + groups * frame.columns * lanes;
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
        let (block, rest) = block[..rows_of(frame) * width].split_at_mut(k * width);
        let (head, kept) = rest.split_at_mut(width);
        let mut bars: [&[f32]; G] = [&[]; G];
        for (bars, stream) in bars.iter_mut().zip(&streams) {
            *bars = &barred[stream.group];
        }
        let come_round = frame.comes_round();
        for row in 0..k {
            let target = if come_round && row + 1 < k { &mut *kept } else { &mut *block };
            self.sums::<S, C, IMAGES, G>(simd, row, &streams, &mut target[row * width..(row + 1) * width]);
        }
        let kept = &*kept;
        let again = |row: usize| match row.checked_sub(frame.side) {
            Some(row) if come_round => Some(&kept[row * width..(row + 1) * width]),
            _ => None,
        };
        for start in (0..rows).step_by(k) {
            tails(simd, if start == 0 { kept } else { &[] }, block, width);
            let goes_on = start + k < rows;
            for step in 0..k.min(rows - start) {
                let y = start + step;
                // The row that enters the windows takes the place, in the next block, if there is one, of one no longer needed.
                let (before, tail) = block.split_at_mut(step * width);
                let tail = &tail[..width];
                let place = &mut before[step.saturating_sub(1) * width..];
                let mut came: &[f32] = &[];
                if step > 0 {
                    match again(y + k - 1) {
                        Some(row) if !goes_on => came = row,
                        Some(row) => {
                            place.copy_from_slice(row);
                            came = place;
                        }
                        None => {
                            self.sums::<S, C, IMAGES, G>(simd, y + k - 1, &streams, place);
                            came = place;
                        }
                    }
                }
                if frame.allows(frame.first + y, self.shift) {
                    let row = Row { y, streams, came, goes_on: step > 1, tail, bars };
                    self.weigh::<S, C, POSTERIOR, G>(simd, &row, head, sums);
                } else if step > 1 {
                    add_row(simd, came, head);
                } else if step > 0 {
                    head.copy_from_slice(came);
                }
            }
            if goes_on {
                let place = &mut block[(k - 1) * width..];
                match again(start + 2 * k - 1) {
                    Some(row) => place.copy_from_slice(row),
                    None => self.sums::<S, C, IMAGES, G>(simd, start + 2 * k - 1, &streams, place),
                }
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
