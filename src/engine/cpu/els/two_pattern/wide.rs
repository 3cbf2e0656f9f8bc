//! Windows of any width, by every instruction set.
//!
//! The sum over k columns is put together from sums over 1, 2, 4, … columns, each a row of working memory.

use fearless_simd::prelude::*;

use super::rows::{MARGIN, WIDEST};
use super::{Finish, Window};
use crate::cpu::lines::Lines;

/// Vectors worked on together.
const TOGETHER: usize = 4;

/// For each pixel of a row the sums over as many rows as the window has and 1, 2, 4, … columns.
pub(super) struct Wide {
    side: usize,
    k: usize,
    /// Columns round the border before column 0.
    lead: usize,
    /// Where column −`lead` stands in each of `powers`, so that column 0 begins a line of the cache.
    start: usize,
    /// Sums over 2⁰, 2¹, … columns to the right; after the last column of the last window they may hold anything.
    powers: Vec<Lines>,
}

impl Wide {
    pub fn new(side: usize, k: usize) -> Self {
        let lead = (k / 2) % side;
        let start = lead.next_multiple_of(WIDEST) - lead;
        // Loops over vectors go beyond the end by as much as a vector, and read on from there.
        let length = start + (side + k).next_multiple_of(WIDEST) + 2 * WIDEST;
        let powers = (0..=k.ilog2()).map(|power| Lines::new(0.0, length + (1 << power))).collect();
        Self { side, k, lead, start, powers }
    }

    /// The columns' sums over the rows of the window.
    fn columns(&mut self) -> &mut [f32] {
        let first = self.start + self.lead;
        &mut self.powers[0][first..first + self.side]
    }

    /// Sums over 2, 4, … columns, round the border.
    #[inline(always)]
    fn across<S: Simd>(&mut self, simd: S) {
        let lanes = S::f32s::LEN;
        let columns = &mut self.powers[0][self.start..];
        columns.copy_within(self.side..self.side + self.lead, 0);
        for x in self.lead + self.side..self.side + self.k - 1 {
            columns[x] = columns[x - self.side];
        }
        let length = (self.start + self.side + self.k).next_multiple_of(lanes);
        for power in 1..self.powers.len() {
            let (below, above) = self.powers.split_at_mut(power);
            let (near, far) = (&below[power - 1][..length], &below[power - 1][1 << (power - 1)..]);
            let sums = above[0][..length].chunks_exact_mut(lanes);
            for ((sum, near), far) in sums.zip(near.chunks_exact(lanes)).zip(far.chunks_exact(lanes)) {
                (S::f32s::from_slice(simd, near) + S::f32s::from_slice(simd, far)).store_slice(sum);
            }
        }
    }

    /// The sums whose total, pixel by pixel, is that over the window.
    #[inline(always)]
    fn parts(&self) -> ([&[f32]; usize::BITS as usize], usize) {
        let mut parts = [&[][..]; usize::BITS as usize];
        let (mut count, mut column) = (0, self.start);
        for (power, sums) in self.powers.iter().enumerate() {
            if self.k & 1 << power != 0 {
                parts[count] = &sums[column..];
                column += 1 << power;
                count += 1;
            }
        }
        (parts, count)
    }
}

impl Window for Wide {
    fn clear(&mut self) {
        self.columns().fill(0.0);
    }

    #[inline(always)]
    fn add(&mut self, come: &[f32]) {
        for (sum, value) in self.columns().iter_mut().zip(&come[MARGIN..]) {
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
        if let Some([come, gone]) = change {
            for ((sum, come), gone) in self.columns().iter_mut().zip(&come[MARGIN..]).zip(&gone[MARGIN..]) {
                *sum += come - gone;
            }
        }
        self.across(simd);
        let (lanes, middle) = (S::f32s::LEN, &middle[MARGIN..]);
        let (parts, count) = self.parts();
        let parts = &parts[..count];
        let mut x = 0;
        while x + TOGETHER * lanes <= out.len() {
            let (phi, out) = (&middle[x..x + TOGETHER * lanes], &mut out[x..x + TOGETHER * lanes]);
            vectors::<S, TOGETHER>(simd, parts, x, phi, out, finish);
            x += TOGETHER * lanes;
        }
        while x < out.len() {
            let (mut moved, rest) = ([0.0; WIDEST], lanes.min(out.len() - x));
            vectors::<S, 1>(simd, parts, x, &middle[x..x + lanes], &mut moved[..lanes], finish);
            out[x..x + rest].copy_from_slice(&moved[..rest]);
            x += rest;
        }
    }
}

/// Writes `out`, `G` vectors from column `x` on.
#[inline(always)]
fn vectors<S: Simd, const G: usize>(
    simd: S,
    parts: &[&[f32]],
    x: usize,
    phi: &[f32],
    out: &mut [f32],
    finish: &impl Finish,
) {
    let lanes = S::f32s::LEN;
    let mut sums = [S::f32s::splat(simd, 0.0); G];
    for part in parts {
        let part = &part[x..x + G * lanes];
        for g in 0..G {
            sums[g] += S::f32s::from_slice(simd, &part[g * lanes..(g + 1) * lanes]);
        }
    }
    let mut values = sums;
    for g in 0..G {
        values[g] = S::f32s::from_slice(simd, &phi[g * lanes..(g + 1) * lanes]);
    }
    let moved = finish.pixels(simd, sums, values);
    for g in 0..G {
        moved[g].store_slice(&mut out[g * lanes..(g + 1) * lanes]);
    }
}
