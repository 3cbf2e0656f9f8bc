//! Squared differences under one shift, and their sums over windows: each sum is a tail of one block of values and a head of
//! the next, so that only additions are needed and their number hardly depends on the window.
//!
//! Rows hold one vector a column. `IMAGES` says what its lanes are; see [`Lanes`].

use fearless_simd::prelude::*;

use super::shift::Lanes;

/// What meets in one row of windows: `C` planes of the grid and of an image, from the window of the first pixel on.
#[derive(Clone, Copy)]
pub(super) struct Meeting<'a, const C: usize, const IMAGES: bool> {
    pub phi: [&'a [f32]; C],
    pub image: [&'a [f32]; C],
}

impl<const C: usize, const IMAGES: bool> Default for Meeting<'_, C, IMAGES> {
    fn default() -> Self {
        Self { phi: [&[]; C], image: [&[]; C] }
    }
}

impl<const C: usize, const IMAGES: bool> Meeting<'_, C, IMAGES> {
    /// Numbers from one column of the image to the next.
    #[inline(always)]
    fn step<S: Simd>() -> usize {
        if IMAGES { Lanes::Images.step(S::f32s::LEN) } else { Lanes::Shifts.step(S::f32s::LEN) }
    }

    /// `count` columns from `first` on. Checked once, whatever lies within needs no checks.
    #[inline(always)]
    fn part<S: Simd>(&self, first: usize, count: usize) -> Self {
        let mut part = *self;
        for c in 0..C {
            part.phi[c] = &self.phi[c][first..first + count];
            let end = if count == 0 { 0 } else { (count - 1) * Self::step::<S>() + S::f32s::LEN };
            part.image[c] = &self.image[c][first * Self::step::<S>()..][..end];
        }
        part
    }

    /// `sum + Σ_c (φ − √ᾱ p)²` of one pixel and the image's columns from `column` on; `signal` is −√ᾱ.
    #[inline(always)]
    fn added<S: Simd>(&self, simd: S, signal: S::f32s, column: usize, sum: S::f32s) -> S::f32s {
        let mut sum = sum;
        for c in 0..C {
            let difference = self.difference(simd, signal, c, column);
            sum = difference.mul_add(difference, sum);
        }
        sum
    }

    /// `Σ_c (φ − √ᾱ p)²`: see [`Self::added`].
    #[inline(always)]
    fn square<S: Simd>(&self, simd: S, signal: S::f32s, column: usize) -> S::f32s {
        let difference = self.difference(simd, signal, 0, column);
        let mut sum = difference * difference;
        for c in 1..C {
            let difference = self.difference(simd, signal, c, column);
            sum = difference.mul_add(difference, sum);
        }
        sum
    }

    #[inline(always)]
    fn difference<S: Simd>(&self, simd: S, signal: S::f32s, c: usize, column: usize) -> S::f32s {
        let at = column * Self::step::<S>();
        let image = S::f32s::from_slice(simd, &self.image[c][at..at + S::f32s::LEN]);
        image.mul_add(signal, S::f32s::splat(simd, self.phi[c][column]))
    }
}

/// Sums of k squares along the row for each of `pixels` pixels and the shifts of `G` vectors, which alternate in `sums`.
///
/// A function of its own, as are the others that are not inlined here: the compiler runs out of registers where it has to
/// survey all loops at once.
#[inline(never)]
pub(super) fn row_sums<S: Simd, const C: usize, const IMAGES: bool, const G: usize>(
    simd: S,
    meetings: &[Meeting<'_, C, IMAGES>; G],
    signal: f32,
    k: usize,
    sums: &mut [f32],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let signal = S::f32s::splat(simd, -signal);
            // AVX-512 has 32 registers, enough for blocks of two or four vectors of shifts or for blocks of up to 15 columns.
            let many = S::f32s::LEN == 16;
            match k {
                1 => narrow::<S, C, IMAGES, G, 1, 1>(simd, meetings, signal, sums),
                3 if many && G == 4 => narrow::<S, C, IMAGES, G, 4, 3>(simd, meetings, signal, sums),
                5 if many && G == 4 => narrow::<S, C, IMAGES, G, 4, 5>(simd, meetings, signal, sums),
                7 if many && G > 1 => narrow::<S, C, IMAGES, G, 2, 7>(simd, meetings, signal, sums),
                9 if many && G > 1 => narrow::<S, C, IMAGES, G, 2, 9>(simd, meetings, signal, sums),
                11 if many => narrow::<S, C, IMAGES, G, 1, 11>(simd, meetings, signal, sums),
                13 if many => narrow::<S, C, IMAGES, G, 1, 13>(simd, meetings, signal, sums),
                15 if many => narrow::<S, C, IMAGES, G, 1, 15>(simd, meetings, signal, sums),
                3 => narrow::<S, C, IMAGES, G, 1, 3>(simd, meetings, signal, sums),
                5 => narrow::<S, C, IMAGES, G, 1, 5>(simd, meetings, signal, sums),
                7 => narrow::<S, C, IMAGES, G, 1, 7>(simd, meetings, signal, sums),
                17 if many => paired::<S, C, IMAGES, G, 8>(simd, meetings, signal, sums),
                19.. if many => wide::<S, C, IMAGES, G, 8>(simd, meetings, signal, k, sums),
                _ => wide::<S, C, IMAGES, G, 4>(simd, meetings, signal, k, sums),
            }
        },
    );
}

/// Windows of `K` columns, cut into blocks as wide; `P` vectors of shifts side by side, as each sum has to wait for the one
/// before it.
#[inline(always)]
fn narrow<S: Simd, const C: usize, const IMAGES: bool, const G: usize, const P: usize, const K: usize>(
    simd: S,
    meetings: &[Meeting<'_, C, IMAGES>; G],
    signal: S::f32s,
    sums: &mut [f32],
) {
    let (lanes, stride) = (S::f32s::LEN, G * S::f32s::LEN);
    let pixels = meetings[0].phi[0].len() + 1 - K;
    let zero = S::f32s::splat(simd, 0.0);
    for (group, meetings) in meetings.chunks_exact(P).enumerate() {
        let mut own = [[zero; P]; K];
        let mut part = [Meeting::default(); P];
        for p in 0..P {
            part[p] = meetings[p].part::<S>(0, K);
        }
        for (j, own) in own.iter_mut().enumerate() {
            for (own, part) in own.iter_mut().zip(&part) {
                *own = part.square(simd, signal, j);
            }
        }
        let mut first = 0;
        while first < pixels {
            // The last block needs no squares beyond the last window.
            for p in 0..P {
                part[p] = meetings[p].part::<S>(first + K, K.min(pixels - 1 - first));
            }
            let sums = &mut sums[first * stride + group * P * lanes..];
            if pixels - 1 - first >= K {
                block::<S, C, IMAGES, G, P, K, true>(simd, &part, signal, &mut own, sums);
            } else {
                block::<S, C, IMAGES, G, P, K, false>(simd, &part, signal, &mut own, sums);
            }
            first += K;
        }
    }
}

/// The sums of as many windows as begin in a block whose squares are `own`, and the squares of the next block, `FULL` or not.
#[inline(always)]
fn block<
    S: Simd,
    const C: usize,
    const IMAGES: bool,
    const G: usize,
    const P: usize,
    const K: usize,
    const FULL: bool,
>(
    simd: S,
    next: &[Meeting<'_, C, IMAGES>; P],
    signal: S::f32s,
    own: &mut [[S::f32s; P]; K],
    sums: &mut [f32],
) {
    let (lanes, stride) = (S::f32s::LEN, G * S::f32s::LEN);
    let come = if FULL { K } else { next[0].phi[0].len() };
    let sums = &mut sums[..come.min(K - 1) * stride + P * lanes];
    for j in (1..K).rev() {
        let later = own[j];
        for (own, later) in own[j - 1].iter_mut().zip(later) {
            *own += later;
        }
    }
    for (p, own) in own[0].iter().enumerate() {
        own.store_slice(&mut sums[p * lanes..(p + 1) * lanes]);
    }
    let mut head = [S::f32s::splat(simd, 0.0); P];
    for j in 0..K {
        if FULL || j < come {
            for p in 0..P {
                own[j][p] = next[p].square(simd, signal, j);
                head[p] = next[p].added(simd, signal, j, head[p]);
                if j + 1 < K {
                    let at = (j + 1) * stride + p * lanes;
                    (own[j + 1][p] + head[p]).store_slice(&mut sums[at..at + lanes]);
                }
            }
        }
    }
}

/// Windows of `2 * HALF + 1` columns. Those of two neighbouring pixels have all columns but the ends in common: pairs of
/// squares, cut into blocks of `HALF`.
#[inline(always)]
fn paired<S: Simd, const C: usize, const IMAGES: bool, const G: usize, const HALF: usize>(
    simd: S,
    meetings: &[Meeting<'_, C, IMAGES>; G],
    signal: S::f32s,
    sums: &mut [f32],
) {
    let k = 2 * HALF + 1;
    let pixels = meetings[0].phi[0].len() + 1 - k;
    let zero = S::f32s::splat(simd, 0.0);
    for (g, meeting) in meetings.iter().enumerate() {
        let part = meeting.part::<S>(0, k);
        let mut own = Pairs { sums: [zero; HALF], evens: [zero; HALF], beyond: part.square(simd, signal, 0) };
        for i in 0..HALF {
            own.evens[i] = own.beyond;
            own.beyond = part.square(simd, signal, 2 * i + 2);
            own.sums[i] = part.square(simd, signal, 2 * i + 1) + own.beyond;
        }
        let mut first = 0;
        while first < pixels {
            let come = (2 * HALF).min(pixels - 1 - first);
            let part = meeting.part::<S>(first + k, come);
            let sums = &mut sums[(first * G + g) * S::f32s::LEN..];
            if come == 2 * HALF {
                pairs::<S, C, IMAGES, G, HALF, true>(simd, &part, signal, &mut own, sums);
            } else {
                pairs::<S, C, IMAGES, G, HALF, false>(simd, &part, signal, &mut own, sums);
            }
            first += 2 * HALF;
        }
    }
}

/// A block of pairs of squares.
struct Pairs<V, const HALF: usize> {
    /// The pairs' sums.
    sums: [V; HALF],
    /// The square just before each pair, and the one before the next block.
    evens: [V; HALF],
    beyond: V,
}

/// The sums of as many windows as begin in a block, and the next block, `FULL` or not.
#[inline(always)]
fn pairs<S: Simd, const C: usize, const IMAGES: bool, const G: usize, const HALF: usize, const FULL: bool>(
    simd: S,
    next: &Meeting<'_, C, IMAGES>,
    signal: S::f32s,
    own: &mut Pairs<S::f32s, HALF>,
    sums: &mut [f32],
) {
    let (lanes, stride) = (S::f32s::LEN, G * S::f32s::LEN);
    let come = if FULL { 2 * HALF } else { next.phi[0].len() };
    let sums = &mut sums[..come.min(2 * HALF - 1) * stride + lanes];
    for i in (1..HALF).rev() {
        let later = own.sums[i];
        own.sums[i - 1] += later;
    }
    let mut head = S::f32s::splat(simd, 0.0);
    for i in 0..HALF {
        let (at, beside) = (2 * i * stride, (2 * i + 1) * stride);
        let middle = own.sums[i] + head;
        if FULL || 2 * i <= come {
            (own.evens[i] + middle).store_slice(&mut sums[at..at + lanes]);
        }
        own.evens[i] = own.beyond;
        if FULL || 2 * i < come {
            let odd = next.square(simd, signal, 2 * i);
            (middle + odd).store_slice(&mut sums[beside..beside + lanes]);
            if FULL || 2 * i + 1 < come {
                own.beyond = next.square(simd, signal, 2 * i + 1);
                own.sums[i] = odd + own.beyond;
                head += own.sums[i];
            }
        }
    }
}

/// Windows of more than `2 * HALF` columns: as many pixels share the middle of theirs, and their tails stay in registers.
#[inline(always)]
fn wide<S: Simd, const C: usize, const IMAGES: bool, const G: usize, const HALF: usize>(
    simd: S,
    meetings: &[Meeting<'_, C, IMAGES>; G],
    signal: S::f32s,
    k: usize,
    sums: &mut [f32],
) {
    let pixels = meetings[0].phi[0].len() + 1 - k;
    for (g, meeting) in meetings.iter().enumerate() {
        let mut first = 0;
        while first < pixels {
            let count = (pixels - first).min(2 * HALF);
            let part = meeting.part::<S>(first, count + k - 1);
            let sums = &mut sums[(first * G + g) * S::f32s::LEN..];
            if count == 2 * HALF {
                wide_block::<S, C, IMAGES, G, HALF, true>(simd, &part, signal, k, sums);
            } else {
                wide_block::<S, C, IMAGES, G, HALF, false>(simd, &part, signal, k, sums);
            }
            first += count;
        }
    }
}

/// `2 * HALF` pixels of a row, or, unless `FULL`, fewer. Their halves are added up side by side, as each sum has to wait for the
/// one before it.
#[inline(always)]
fn wide_block<S: Simd, const C: usize, const IMAGES: bool, const G: usize, const HALF: usize, const FULL: bool>(
    simd: S,
    meeting: &Meeting<'_, C, IMAGES>,
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
        middle[0] = part.added(simd, signal, column, middle[0]);
        middle[1] = part.added(simd, signal, column + 1, middle[1]);
        column += 2;
    }
    // An odd window less an even number of columns.
    if column < part.phi[0].len() {
        middle[0] = part.added(simd, signal, column, middle[0]);
    }
    let part = meeting.part::<S>(0, 2 * HALF);
    let mut sum = [zero, middle[0] + middle[1]];
    for j in (0..HALF).rev() {
        sum[0] = part.added(simd, signal, j, sum[0]);
        sum[1] = part.added(simd, signal, HALF + j, sum[1]);
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
            head[0] = part.added(simd, signal, j, head[0]);
        }
        if j + 1 < HALF && (FULL || HALF + j + 1 < count) {
            head[1] = part.added(simd, signal, HALF + j, head[1]);
        }
    }
    for (j, late) in late.iter().enumerate() {
        if FULL || HALF + j < count {
            let at = (HALF + j) * stride;
            (*late + head[0]).store_slice(&mut sums[at..at + lanes]);
        }
    }
}

/// Replaces each row of a block by the sum from it to the block's last row. All rows but the last are read from `rows`, where
/// there are any.
#[inline(never)]
pub(super) fn tails<S: Simd>(simd: S, rows: &[f32], block: &mut [f32], width: usize) {
    simd.vectorize(
        #[inline(always)]
        || {
            let mut end = block.len() - width;
            while end > 0 {
                let (before, last) = block[..end + width].split_at_mut(end);
                let target = &mut before[end - width..];
                if rows.is_empty() {
                    add::<S, true>(simd, last, &[], target);
                } else {
                    add::<S, false>(simd, last, &rows[end - width..end], target);
                }
                end -= width;
            }
        },
    );
}

/// Adds a row to another.
#[inline(never)]
pub(super) fn add_row<S: Simd>(simd: S, row: &[f32], target: &mut [f32]) {
    simd.vectorize(
        #[inline(always)]
        || add::<S, true>(simd, row, &[], target),
    );
}

/// `target` becomes the sum of `row` and, if `IN_PLACE`, itself, else `other`.
#[inline(always)]
fn add<S: Simd, const IN_PLACE: bool>(simd: S, row: &[f32], other: &[f32], target: &mut [f32]) {
    let lanes = S::f32s::LEN;
    let mut at = 0;
    while at < target.len() {
        let sum = S::f32s::from_slice(simd, &row[at..at + lanes]);
        let target = &mut target[at..at + lanes];
        let other = if IN_PLACE { &*target } else { &other[at..at + lanes] };
        (S::f32s::from_slice(simd, other) + sum).store_slice(target);
        at += lanes;
    }
}
