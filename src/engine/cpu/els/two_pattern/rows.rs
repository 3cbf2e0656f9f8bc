//! Rows with what lies beyond their ends, round the border.

use crate::cpu::lines::Lines;

/// Most numbers in a vector of any instruction set.
pub(super) const WIDEST: usize = 16;
/// Numbers before the first pixel of a row, and at least as many after the last.
pub(super) const MARGIN: usize = WIDEST;

/// The latest few rows that came to a step.
pub(super) struct Ring {
    side: usize,
    /// As many numbers next to a row's ends continue it round the border; the others may hold anything.
    reach: usize,
    count: usize,
    /// From one row to the next, whole lines of the cache.
    stride: usize,
    rows: Lines,
}

impl Ring {
    /// Room for one row more than the window has.
    pub fn new(side: usize, k: usize) -> Self {
        let (count, stride) = (k + 1, side.next_multiple_of(WIDEST) + 2 * MARGIN);
        Self { side, reach: (k / 2).min(MARGIN).min(side), count, stride, rows: Lines::new(0.0, count * stride) }
    }

    /// The row that came after `n` others, its first pixel at [`MARGIN`].
    #[inline(always)]
    pub fn row(&self, n: usize) -> &[f32] {
        &self.rows[n % self.count * self.stride..][..self.stride]
    }

    /// Where that row is to be written: whole vectors, of which the pixels are kept.
    #[inline(always)]
    pub fn room(&mut self, n: usize) -> &mut [f32] {
        &mut self.rows[n % self.count * self.stride..][MARGIN..self.stride - MARGIN]
    }

    /// Continues that row round the border.
    #[inline(always)]
    pub fn close(&mut self, n: usize) {
        let row = &mut self.rows[n % self.count * self.stride..][..self.stride];
        let (first, last) = (MARGIN, MARGIN + self.side);
        row.copy_within(last - self.reach..last, first - self.reach);
        row.copy_within(first..first + self.reach, last);
    }
}
