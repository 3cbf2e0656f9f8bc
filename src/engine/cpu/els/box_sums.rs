//! Squared differences under one shift, and their sums over windows: each sum is a tail of one block of values and a head of
//! the next, so that only additions are needed and their number hardly depends on the window.
//!
//! Rows hold one vector a column, a lane for each of the neighbouring shifts.

use fearless_simd::prelude::*;

/// What meets in one row of windows: `C` planes of the grid and of an image, from the window of the first pixel on.
#[derive(Clone, Copy)]
pub(super) struct Meeting<'a, const C: usize> {
    pub phi: [&'a [f32]; C],
    pub image: [&'a [f32]; C],
}

impl<const C: usize> Default for Meeting<'_, C> {
    fn default() -> Self {
        Self { phi: [&[]; C], image: [&[]; C] }
    }
}

impl<'a, const C: usize> Meeting<'a, C> {
    /// `count` columns from `first` on. Checked once, whatever lies within needs no checks.
    #[inline(always)]
    fn part<S: Simd>(&self, first: usize, count: usize) -> Self {
        let mut part = *self;
        for c in 0..C {
            part.phi[c] = &self.phi[c][first..first + count];
            part.image[c] = &self.image[c][first..first + count + S::f32s::LEN - 1];
        }
        part
    }

    /// `Σ_c (φ − √ᾱ p)²` of one pixel and the image's columns from `column` on; `signal` is −√ᾱ.
    #[inline(always)]
    fn square<S: Simd>(&self, simd: S, signal: S::f32s, column: usize) -> S::f32s {
        let mut sum = S::f32s::splat(simd, 0.0);
        for c in 0..C {
            let image = S::f32s::from_slice(simd, &self.image[c][column..column + S::f32s::LEN]);
            let difference = image.mul_add(signal, S::f32s::splat(simd, self.phi[c][column]));
            sum = if c == 0 { difference * difference } else { difference.mul_add(difference, sum) };
        }
        sum
    }
}

/// Sums of k squares along the row for each of `pixels` pixels and the shifts of `G` vectors, which alternate in `sums`.
///
/// A function of its own, as are the others that are not inlined here: the compiler runs out of registers where it has to
/// survey all loops at once.
#[inline(never)]
pub(super) fn row_sums<S: Simd, const C: usize, const G: usize>(
    simd: S,
    meetings: &[Meeting<'_, C>; G],
    signal: f32,
    k: usize,
    sums: &mut [f32],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let signal = S::f32s::splat(simd, -signal);
            for g in 0..G {
                let (meeting, sums) = (&meetings[g], &mut sums[g * S::f32s::LEN..]);
                match k {
                    1 => narrow::<S, C, G, 1>(simd, meeting, signal, sums),
                    3 => narrow::<S, C, G, 3>(simd, meeting, signal, sums),
                    5 => narrow::<S, C, G, 5>(simd, meeting, signal, sums),
                    7 => narrow::<S, C, G, 7>(simd, meeting, signal, sums),
                    17.. if S::f32s::LEN == 16 => wide::<S, C, G, 8>(simd, meeting, signal, k, sums),
                    _ => wide::<S, C, G, 4>(simd, meeting, signal, k, sums),
                }
            }
        },
    );
}

/// Windows of `K` columns, cut into blocks as wide.
#[inline(always)]
fn narrow<S: Simd, const C: usize, const G: usize, const K: usize>(
    simd: S,
    meeting: &Meeting<'_, C>,
    signal: S::f32s,
    sums: &mut [f32],
) {
    let (lanes, stride) = (S::f32s::LEN, G * S::f32s::LEN);
    let pixels = meeting.phi[0].len() + 1 - K;
    let mut own = [S::f32s::splat(simd, 0.0); K];
    let part = meeting.part::<S>(0, K);
    for (j, own) in own.iter_mut().enumerate() {
        *own = part.square(simd, signal, j);
    }
    let mut first = 0;
    while first + K < pixels {
        let sums = &mut sums[first * stride..][..(K - 1) * stride + lanes];
        let part = meeting.part::<S>(first + K, K);
        for j in (1..K).rev() {
            own[j - 1] += own[j];
        }
        own[0].store_slice(&mut sums[..lanes]);
        let mut came = own;
        let mut head = part.square(simd, signal, 0);
        came[0] = head;
        for j in 1..K {
            (own[j] + head).store_slice(&mut sums[j * stride..j * stride + lanes]);
            came[j] = part.square(simd, signal, j);
            head += came[j];
        }
        own = came;
        first += K;
    }
    // The last block needs no squares beyond the last window.
    for j in (1..K).rev() {
        own[j - 1] += own[j];
    }
    let sums = &mut sums[first * stride..];
    own[0].store_slice(&mut sums[..lanes]);
    let part = meeting.part::<S>(first + K, pixels - first - 1);
    let mut head = S::f32s::splat(simd, 0.0);
    for j in 1..K {
        if j <= part.phi[0].len() {
            head += part.square(simd, signal, j - 1);
            (own[j] + head).store_slice(&mut sums[j * stride..j * stride + lanes]);
        }
    }
}

/// Windows of more than `2 * HALF` columns: as many pixels share the middle of theirs, and their tails stay in registers.
#[inline(always)]
fn wide<S: Simd, const C: usize, const G: usize, const HALF: usize>(
    simd: S,
    meeting: &Meeting<'_, C>,
    signal: S::f32s,
    k: usize,
    sums: &mut [f32],
) {
    let pixels = meeting.phi[0].len() + 1 - k;
    let mut first = 0;
    while first < pixels {
        let count = (pixels - first).min(2 * HALF);
        let part = meeting.part::<S>(first, count + k - 1);
        let sums = &mut sums[first * G * S::f32s::LEN..];
        if count == 2 * HALF {
            wide_block::<S, C, G, HALF, true>(simd, &part, signal, k, sums);
        } else {
            wide_block::<S, C, G, HALF, false>(simd, &part, signal, k, sums);
        }
        first += count;
    }
}

/// `2 * HALF` pixels of a row, or, unless `FULL`, fewer. Their halves are added up side by side, as each sum has to wait for the
/// one before it.
#[inline(always)]
fn wide_block<S: Simd, const C: usize, const G: usize, const HALF: usize, const FULL: bool>(
    simd: S,
    meeting: &Meeting<'_, C>,
    signal: S::f32s,
    k: usize,
    sums: &mut [f32],
) {
    let (lanes, stride) = (S::f32s::LEN, G * S::f32s::LEN);
    let count = if FULL { 2 * HALF } else { meeting.phi[0].len() + 1 - k };
    let zero = S::f32s::splat(simd, 0.0);
    let (mut early, mut late) = ([zero; HALF], [zero; HALF]);
    let part = meeting.part::<S>(2 * HALF, k - 2 * HALF);
    let mut middle = [zero; 2];
    let mut column = 0;
    while column + 1 < part.phi[0].len() {
        middle[0] += part.square(simd, signal, column);
        middle[1] += part.square(simd, signal, column + 1);
        column += 2;
    }
    // An odd window less an even number of columns.
    if column < part.phi[0].len() {
        middle[0] += part.square(simd, signal, column);
    }
    let part = meeting.part::<S>(0, 2 * HALF);
    let mut sum = [zero, middle[0] + middle[1]];
    for j in (0..HALF).rev() {
        sum[0] += part.square(simd, signal, j);
        sum[1] += part.square(simd, signal, HALF + j);
        early[j] = sum[0];
        late[j] = sum[1];
    }
    let part = meeting.part::<S>(k, count - 1);
    let sums = &mut sums[..(count - 1) * stride + lanes];
    let mut head = [zero; 2];
    for j in 0..HALF {
        if FULL || j < count {
            (early[j] + sum[1] + head[0]).store_slice(&mut sums[j * stride..j * stride + lanes]);
        }
        late[j] += head[1];
        if FULL || j + 1 < count {
            head[0] += part.square(simd, signal, j);
        }
        if j + 1 < HALF && (FULL || HALF + j + 1 < count) {
            head[1] += part.square(simd, signal, HALF + j);
        }
    }
    for (j, late) in late.iter().enumerate() {
        if FULL || HALF + j < count {
            let at = (HALF + j) * stride;
            (*late + head[0]).store_slice(&mut sums[at..at + lanes]);
        }
    }
}

/// Replaces each row of a block by the sum from it to the block's last row.
#[inline(never)]
pub(super) fn tails<S: Simd>(simd: S, block: &mut [f32], row: usize) {
    simd.vectorize(
        #[inline(always)]
        || {
            let lanes = S::f32s::LEN;
            let mut end = block.len() - row;
            while end > 0 {
                let (before, last) = block[..end + row].split_at_mut(end);
                let before = &mut before[end - row..];
                let mut at = 0;
                while at < row {
                    let sum = S::f32s::from_slice(simd, &last[at..at + lanes]);
                    let target = &mut before[at..at + lanes];
                    (S::f32s::from_slice(simd, target) + sum).store_slice(target);
                    at += lanes;
                }
                end -= row;
            }
        },
    );
}
