//! Windows not much wider than a vector, by AVX-512.
//!
//! Sums over 1, 2, 4, … columns stay in registers: from the last vector of a row to the first, each is put together from its
//! own numbers and those of the vector to its right.

use fearless_simd::prelude::*;

use super::rows::{MARGIN, WIDEST};
use super::{Finish, Window};
use crate::cpu::lines::Lines;
use crate::cpu::math;

/// For each pixel of a row, and beyond both ends, the sum over as many rows as the window has.
pub(super) struct Narrow {
    k: usize,
    /// The sum at column −k/2 first.
    columns: Lines,
    /// A row of whole vectors.
    row: Lines,
    /// A row of zeros.
    zeros: Lines,
}

/// Vectors worked on together.
const TOGETHER: usize = 4;
/// Widest window.
pub(super) const MOST: usize = WIDEST + 1;
/// Powers of two in it: the sum over as many columns as a vector holds, and one in the vector to the right.
const WHOLE: usize = MOST.ilog2() as usize + 1;

impl Narrow {
    /// For odd k up to [`MOST`] and the side.
    pub fn new(side: usize, k: usize) -> Self {
        let length = side.next_multiple_of(WIDEST);
        Self {
            k,
            columns: Lines::new(0.0, length + WIDEST),
            row: Lines::new(0.0, length),
            zeros: Lines::new(0.0, length + 2 * MARGIN),
        }
    }

    /// Writes to `out`, whole vectors, when one row has come and another gone.
    #[inline(always)]
    fn row<S: Simd>(&mut self, simd: S, change: [&[f32]; 2], middle: &[f32], out: &mut [f32], finish: &impl Finish) {
        match self.k.ilog2() {
            0 => self.pass::<S, 1>(simd, change, middle, out, finish),
            1 => self.pass::<S, 2>(simd, change, middle, out, finish),
            2 => self.pass::<S, 3>(simd, change, middle, out, finish),
            3 => self.pass::<S, 4>(simd, change, middle, out, finish),
            _ => self.pass::<S, WHOLE>(simd, change, middle, out, finish),
        }
    }

    #[inline(always)]
    fn pass<S: Simd, const POWERS: usize>(
        &mut self,
        simd: S,
        [come, gone]: [&[f32]; 2],
        middle: &[f32],
        out: &mut [f32],
        finish: &impl Finish,
    ) {
        let (lanes, finish) = (S::f32s::LEN, *finish);
        let mut right = Right::<S, POWERS> { k: self.k, sums: [S::f32s::splat(simd, 0.0); POWERS] };
        let columns = &mut self.columns;
        let mut x = out.len();
        let [columns_beyond] =
            moved_on::<S, 1>(simd, &mut columns[x..x + lanes], &come[x..x + lanes], &gone[x..x + lanes]);
        right.window(simd, columns_beyond);
        while x > 0 {
            // The vectors at the row's start that are too few to be worked on together come last.
            if x >= TOGETHER * lanes {
                let range = x - TOGETHER * lanes..x;
                x = range.start;
                let columns = moved_on::<S, TOGETHER>(
                    simd,
                    &mut columns[range.clone()],
                    &come[range.clone()],
                    &gone[range.clone()],
                );
                right.vectors(simd, columns, &middle[range.clone()], &mut out[range], finish);
            } else {
                let range = x - lanes..x;
                x = range.start;
                let columns =
                    moved_on::<S, 1>(simd, &mut columns[range.clone()], &come[range.clone()], &gone[range.clone()]);
                right.vectors(simd, columns, &middle[range.clone()], &mut out[range], finish);
            }
        }
    }
}

/// The columns' sums when one row has come and another gone.
#[inline(always)]
fn moved_on<S: Simd, const G: usize>(simd: S, columns: &mut [f32], come: &[f32], gone: &[f32]) -> [S::f32s; G] {
    let lanes = S::f32s::LEN;
    let mut sums = [S::f32s::splat(simd, 0.0); G];
    for (g, sum) in sums.iter_mut().enumerate() {
        let range = g * lanes..(g + 1) * lanes;
        let change = S::f32s::from_slice(simd, &come[range.clone()]) - S::f32s::from_slice(simd, &gone[range.clone()]);
        *sum = S::f32s::from_slice(simd, &columns[range.clone()]) + change;
        sum.store_slice(&mut columns[range]);
    }
    sums
}

/// Sums over 1, 2, 4, … columns of the vector to the right.
struct Right<S: Simd, const POWERS: usize> {
    k: usize,
    sums: [S::f32s; POWERS],
}

impl<S: Simd, const POWERS: usize> Right<S, POWERS> {
    /// The sums over windows of k columns, and the vector of columns becomes the one to the right.
    #[inline(always)]
    fn window(&mut self, simd: S, columns: S::f32s) -> S::f32s {
        let (mut sums, beyond) = (columns, self.sums[0]);
        let (mut window, mut offset) = (sums, 1);
        for power in 1..POWERS {
            let wider = sums + math::shifted(simd, sums, self.sums[power - 1], 1 << (power - 1));
            self.sums[power - 1] = sums;
            sums = wider;
            if POWERS < WHOLE && self.k & 1 << power != 0 {
                window += math::shifted(simd, sums, self.sums[power], offset);
                offset += 1 << power;
            }
        }
        self.sums[POWERS - 1] = sums;
        // The widest window needs no more shifts: its last column is the same lane of the vector to the right.
        if POWERS == WHOLE { sums + beyond } else { window }
    }

    /// Writes `out`, `G` vectors, from columns and values of the same pixels.
    #[inline(always)]
    fn vectors<const G: usize>(
        &mut self,
        simd: S,
        columns: [S::f32s; G],
        middle: &[f32],
        out: &mut [f32],
        finish: impl Finish,
    ) {
        let lanes = S::f32s::LEN;
        let (mut windows, mut values) = (columns, columns);
        for g in (0..G).rev() {
            windows[g] = self.window(simd, columns[g]);
            values[g] = S::f32s::from_slice(simd, &middle[g * lanes..(g + 1) * lanes]);
        }
        let moved = finish.pixels(simd, windows, values);
        for g in 0..G {
            moved[g].store_slice(&mut out[g * lanes..(g + 1) * lanes]);
        }
    }
}

impl Window for Narrow {
    fn clear(&mut self) {
        self.columns.fill(0.0);
    }

    #[inline(always)]
    fn add(&mut self, come: &[f32]) {
        for (sum, value) in self.columns.iter_mut().zip(&come[MARGIN - self.k / 2..]) {
            *sum += value;
        }
    }

    #[inline(always)]
    fn finish<S: Simd>(
        &mut self,
        simd: S,
        change: Option<[&[f32]; 2]>,
        middle: &[f32],
        out: &mut [f32],
        finish: &impl Finish,
    ) {
        let (mut row, zeros) = (std::mem::take(&mut self.row), std::mem::take(&mut self.zeros));
        let change = change.unwrap_or([&zeros; 2]).map(|row| &row[MARGIN - self.k / 2..]);
        let middle = &middle[MARGIN..];
        if out.len().is_multiple_of(WIDEST) {
            self.row(simd, change, middle, out, finish);
        } else {
            self.row(simd, change, middle, &mut row, finish);
            out.copy_from_slice(&row[..out.len()]);
        }
        (self.row, self.zeros) = (row, zeros);
    }
}
