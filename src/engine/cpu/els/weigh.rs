//! Weights of the patches that one row of pixels meets, given their distances.

use fearless_simd::prelude::*;

use super::distances::Found;
use super::shift::{Frame, Stream, Visit};
use super::sums::{LOWEST_EXPONENT, Sums};
use crate::cpu::math;

/// How much nearer than d₀ a patch must be for the sums to be made relative to it, if its place is not asked for: single
/// precision leaves room for it, and nearer patches turn up less often.
pub(super) const LAG: f32 = 16.0;

/// `G` vectors of distances for each pixel of a row of the band.
pub(super) struct Row<'a, const G: usize> {
    pub y: usize,
    pub streams: [Stream; G],
    pub distance: &'a [f32],
}

impl Visit<'_> {
    /// Adds the patches of the pixels in `list` to `sums`.
    #[inline(always)]
    pub(super) fn weigh<S: Simd, const C: usize, const POSTERIOR: bool, const G: usize>(
        &self,
        simd: S,
        row: &Row<'_, G>,
        found: Found,
        list: &[u32],
        sums: &mut Sums,
    ) {
        let frame = self.frame;
        let (columns, lanes) = (frame.columns, S::f32s::LEN);
        let terms = 1 + C + if POSTERIOR { 2 } else { 0 };
        let Some(centre_row) = frame.place(frame.first + row.y, self.shift) else { return };
        let first = row.y * columns;
        let parts = &mut sums.parts[first * terms * lanes..][..columns * terms * lanes];
        let nearest = &mut sums.nearest[first..][..columns];
        let distance = &row.distance[..columns * G * lanes];
        let (list, nearer) = list.split_at(columns);
        for x in &nearer[..found.nearer] {
            let x = *x as usize;
            let distance = &distance[x * G * lanes..][..G * lanes];
            let source = if POSTERIOR { Some(&mut sums.source[first + x]) } else { None };
            let parts = &mut parts[x * terms * lanes..][..terms * lanes];
            self.approach((row, x), distance, &mut nearest[x], source, parts);
        }
        let mut centres: [[&[f32]; C]; G] = [[&[]; C]; G];
        for (centres, &Stream { slot, group }) in centres.iter_mut().zip(&row.streams) {
            for (c, centres) in centres.iter_mut().enumerate() {
                let row = self.image.row(slot, c, centre_row);
                *centres = &row[frame.k / 2 + group * lanes..][..columns + lanes - 1];
            }
        }
        add::<S, C, POSTERIOR, G>(simd, &list[..found.listed], distance, nearest, &centres, parts);
    }

    /// Takes note of a patch of pixel `x` of a row, whose distances these are, if it is as near as any before, or much nearer.
    /// Makes the parts of the sums relative to it.
    #[cold]
    fn approach<const G: usize>(
        &self,
        (row, x): (&Row<'_, G>, usize),
        distance: &[f32],
        nearest: &mut f32,
        source: Option<&mut (u32, u32)>,
        parts: &mut [f32],
    ) {
        let lanes = distance.len() / G;
        let least = distance.iter().copied().fold(f32::INFINITY, f32::min);
        let posterior = source.is_some();
        if least + if posterior { 0.0 } else { LAG } > *nearest {
            return;
        }
        if let Some(source) = source {
            let found = self.found(least, (row, x), distance);
            if least < *nearest || found < *source {
                *source = found;
            }
        }
        if least == *nearest {
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

    /// Image and place of the first of the patches at distance `least`.
    fn found<const G: usize>(&self, least: f32, (row, x): (&Row<'_, G>, usize), distance: &[f32]) -> (u32, u32) {
        let frame: &Frame<'_> = self.frame;
        let lanes = distance.len() / G;
        let image_row = frame.place(frame.first + row.y, self.shift).unwrap_or_default();
        let place = |number: usize| {
            let Stream { slot, group } = row.streams[number / lanes];
            let shift = frame.shifts.first + (group * lanes + number % lanes) as isize;
            let column = frame.place(frame.left + x, shift).unwrap_or_default();
            (self.number + slot as u32, (image_row * frame.image_side + column) as u32)
        };
        let nearest = (0..distance.len()).filter(|number| distance[*number] == least);
        nearest.map(place).min().unwrap_or((u32::MAX, u32::MAX))
    }
}

/// Adds the patches of the pixels in `list` to their parts of the sums.
#[inline(never)]
fn add<S: Simd, const C: usize, const POSTERIOR: bool, const G: usize>(
    simd: S,
    list: &[u32],
    distance: &[f32],
    nearest: &[f32],
    centres: &[[&[f32]; C]; G],
    parts: &mut [f32],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let lanes = S::f32s::LEN;
            let terms = 1 + C + if POSTERIOR { 2 } else { 0 };
            for x in list {
                let x = *x as usize;
                let nearest = S::f32s::splat(simd, nearest[x]);
                let distance = &distance[x * G * lanes..(x + 1) * G * lanes];
                let parts = &mut parts[x * terms * lanes..(x + 1) * terms * lanes];
                let mut exponent = [nearest; G];
                for g in 0..G {
                    exponent[g] = nearest - S::f32s::from_slice(simd, &distance[g * lanes..(g + 1) * lanes]);
                }
                let weight = math::exp2_of_weights(simd, exponent);
                let mut total = [S::f32s::splat(simd, 0.0); 6];
                for t in 0..terms {
                    total[t] = S::f32s::from_slice(simd, &parts[t * lanes..(t + 1) * lanes]);
                }
                for g in 0..G {
                    total[0] += weight[g];
                    for c in 0..C {
                        let centre = S::f32s::from_slice(simd, &centres[g][c][x..x + lanes]);
                        total[1 + c] = weight[g].mul_add(centre, total[1 + c]);
                    }
                    if POSTERIOR {
                        let log = exponent[g].max(LOWEST_EXPONENT as f32);
                        total[1 + C] = weight[g].mul_add(log, total[1 + C]);
                        total[2 + C] = weight[g].mul_add(weight[g], total[2 + C]);
                    }
                }
                for t in 0..terms {
                    total[t].store_slice(&mut parts[t * lanes..(t + 1) * lanes]);
                }
            }
        },
    );
}
