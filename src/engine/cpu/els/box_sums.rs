//! Squared differences under one shift, and their sums over windows: each sum is a tail of one block of k values and a head of
//! the next, so that only additions are needed and their number does not depend on k.
//!
//! Rows hold one vector a column, a lane for each of the neighbouring shifts.

use fearless_simd::prelude::*;

/// `Σ_c (φ − √ᾱ p)²` of one pixel and the image's columns from `column` on.
#[inline(always)]
pub(super) fn square_of<S: Simd, const C: usize>(
    simd: S,
    phi: &[&[f32]; C],
    image: &[&[f32]; C],
    column: usize,
    signal: f32,
) -> S::f32s {
    let mut sum = S::f32s::splat(simd, 0.0);
    for c in 0..C {
        let image = S::f32s::from_slice(simd, &image[c][column..column + S::f32s::LEN]);
        let difference = image.mul_add(-signal, S::f32s::splat(simd, phi[c][column]));
        sum = if c == 0 { difference * difference } else { difference.mul_add(difference, sum) };
    }
    sum
}

/// Replaces each row of a block by the sum from it to the block's last row.
#[inline(always)]
pub(super) fn tails<S: Simd>(simd: S, block: &mut [f32], columns: usize, span: usize) {
    let lanes = S::f32s::LEN;
    let used = columns * lanes;
    let mut above: &mut [f32] = block;
    while above.len() > span {
        let at = above.len() - span;
        let (rest, last) = above.split_at_mut(at);
        let target = &mut rest[at - span..][..used];
        for (target, last) in target.chunks_exact_mut(lanes).zip(last[..used].chunks_exact(lanes)) {
            (S::f32s::from_slice(simd, target) + S::f32s::from_slice(simd, last)).store_slice(target);
        }
        above = rest;
    }
}

/// Sums `window` over k consecutive vectors, again as a tail of one block and a head of the next.
#[inline(always)]
pub(super) fn across<S: Simd>(simd: S, window: &[f32], distance: &mut [f32], k: usize) {
    match k {
        3 => across_few::<S, 3>(simd, window, distance),
        5 => across_few::<S, 5>(simd, window, distance),
        7 => across_few::<S, 7>(simd, window, distance),
        9 => across_few::<S, 9>(simd, window, distance),
        11 => across_few::<S, 11>(simd, window, distance),
        _ => across_any(simd, window, distance, k),
    }
}

/// [`across`] for windows of any width.
#[inline(always)]
fn across_any<S: Simd>(simd: S, window: &[f32], distance: &mut [f32], k: usize) {
    let lanes = S::f32s::LEN;
    let pixels = distance.len() / lanes;
    // Where in its block the last pixel stands; what its block has beyond it comes first.
    let mut place = (pixels + k - 1) % k;
    let mut tail = S::f32s::splat(simd, 0.0);
    for vector in window[pixels * lanes..(pixels + k - 1 - place) * lanes].rchunks_exact(lanes) {
        tail += S::f32s::from_slice(simd, vector);
    }
    for (distance, vector) in distance.rchunks_exact_mut(lanes).zip(window[..pixels * lanes].rchunks_exact(lanes)) {
        tail += S::f32s::from_slice(simd, vector);
        tail.store_slice(distance);
        if place == 0 {
            tail = S::f32s::splat(simd, 0.0);
            place = k;
        }
        place -= 1;
    }
    let mut head = S::f32s::splat(simd, 0.0);
    place = 0;
    for (distance, vector) in distance.chunks_exact_mut(lanes).zip(window[(k - 1) * lanes..].chunks_exact(lanes)) {
        if place == 0 {
            // A whole block: its head is empty, and the vector is its own.
            head = S::f32s::splat(simd, 0.0);
        } else {
            head += S::f32s::from_slice(simd, vector);
            (S::f32s::from_slice(simd, distance) + head).store_slice(distance);
        }
        place = if place + 1 == k { 0 } else { place + 1 };
    }
}

/// [`across`] for windows whose blocks fit into registers.
#[inline(always)]
fn across_few<S: Simd, const K: usize>(simd: S, window: &[f32], distance: &mut [f32]) {
    let lanes = S::f32s::LEN;
    let mut own = [S::f32s::splat(simd, 0.0); K];
    for (own, vector) in own.iter_mut().zip(window.chunks_exact(lanes)) {
        *own = S::f32s::from_slice(simd, vector);
    }
    let mut blocks = distance.chunks_exact_mut(K * lanes);
    let mut first = 0;
    for distance in blocks.by_ref() {
        for j in (0..K - 1).rev() {
            own[j] += own[j + 1];
        }
        own[0].store_slice(&mut distance[..lanes]);
        first += K * lanes;
        let next = &window[first..first + (K - 1) * lanes];
        let mut head = S::f32s::from_slice(simd, &next[..lanes]);
        let mut came = [head; K];
        for j in 1..K {
            (own[j] + head).store_slice(&mut distance[j * lanes..(j + 1) * lanes]);
            if j < K - 1 {
                came[j] = S::f32s::from_slice(simd, &next[j * lanes..(j + 1) * lanes]);
                head += came[j];
            }
        }
        own = came;
        // The last vector of a block lies within the window only if another pixel follows.
        if let Some(vector) = window.get(first + (K - 1) * lanes..first + K * lanes) {
            own[K - 1] = S::f32s::from_slice(simd, vector);
        }
    }
    across_any(simd, &window[first..], blocks.into_remainder(), K);
}
