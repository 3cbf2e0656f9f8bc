//! Distances of the patches that one row of pixels meets, and their weights.
//!
//! Distances stay in registers: writing them down would cost about as much time as weighing them.

use fearless_simd::prelude::*;

use super::band::Visit;
use super::shift::{Frame, STREAMS, Stream};
use super::sums::{LOWEST_EXPONENT, Sums};
use crate::cpu::{lines, math};

/// How much nearer than d₀ a patch must be for the sums to be made relative to it, if its place is not asked for: single
/// precision leaves room for it, and nearer patches turn up less often.
const LAG: f32 = 32.0;

/// What one row of pixels of the band meets: `G` vectors of patches, which alternate in `came`, `tail` and heads.
pub(super) struct Row<'a, const G: usize> {
    pub y: usize,
    pub streams: [Stream; G],
    /// Sums along the row that enters the windows; nothing in the first row of a block.
    pub came: &'a [f32],
    /// Whether `came` is to be added to the head, or begins it.
    pub goes_on: bool,
    /// Sums from the windows' first row to the end of the block.
    pub tail: &'a [f32],
    /// What makes the distances of pixels and patches that may not meet infinite; nothing where all may.
    pub bars: [&'a [f32]; G],
}

impl Visit<'_> {
    /// Completes the windows by `head`, the sums of the rows beyond the block, and adds their patches to `sums`.
    #[inline(always)]
    pub(super) fn weigh<S: Simd, const C: usize, const POSTERIOR: bool, const G: usize>(
        &self,
        simd: S,
        row: &Row<'_, G>,
        head: &mut [f32],
        sums: &mut Sums,
    ) {
        if row.came.is_empty() {
            self.weigh_row::<S, C, POSTERIOR, false, G>(simd, row, head, sums);
        } else {
            self.weigh_row::<S, C, POSTERIOR, true, G>(simd, row, head, sums);
        }
    }

    #[inline(never)]
    fn weigh_row<S: Simd, const C: usize, const POSTERIOR: bool, const HEAD: bool, const G: usize>(
        &self,
        simd: S,
        row: &Row<'_, G>,
        head: &mut [f32],
        sums: &mut Sums,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let frame = self.frame;
                let (columns, lanes, stride) = (frame.columns, S::f32s::LEN, G * S::f32s::LEN);
                let terms = 1 + C + if POSTERIOR { 2 } else { 0 };
                let Some(centre_row) = frame.place(frame.first + row.y, self.shift) else { return };
                let first = row.y * columns;
                let parts = &mut sums.parts[first * terms * lanes..][..columns * terms * lanes];
                let nearest = &mut sums.nearest[first..][..columns];
                let step = self.image.across.step(lanes);
                let mut centres: [[&[f32]; C]; G] = [[&[]; C]; G];
                for (centres, stream) in centres.iter_mut().zip(&row.streams) {
                    for (c, centres) in centres.iter_mut().enumerate() {
                        *centres = self.image.row(*stream, c, centre_row, frame.k / 2, columns);
                    }
                }
                let barred = row.bars.iter().any(|bars| !bars.is_empty());
                let lag = S::f32s::splat(simd, if POSTERIOR { 0.0 } else { LAG });
                let cut = S::f32s::splat(simd, frame.cut);
                let came = if HEAD { row.came } else { row.tail };
                let pixels = nearest.iter_mut().zip(parts.chunks_exact_mut(terms * lanes));
                let rows =
                    row.tail.chunks_exact(stride).zip(came.chunks_exact(stride)).zip(head.chunks_exact_mut(stride));
                for (x, ((nearest, parts), ((tail, came), head))) in pixels.zip(rows).enumerate() {
                    let mut distance = [S::f32s::splat(simd, 0.0); G];
                    for (g, distance) in distance.iter_mut().enumerate() {
                        let at = g * lanes..(g + 1) * lanes;
                        *distance = S::f32s::from_slice(simd, &tail[at.clone()]);
                        if HEAD {
                            let mut beyond = S::f32s::from_slice(simd, &came[at.clone()]);
                            if row.goes_on {
                                beyond += S::f32s::from_slice(simd, &head[at.clone()]);
                            }
                            beyond.store_slice(&mut head[at]);
                            *distance += beyond;
                        }
                    }
                    if barred {
                        for (distance, bars) in distance.iter_mut().zip(&row.bars) {
                            if !bars.is_empty() {
                                *distance += S::f32s::from_slice(simd, &bars[x * lanes..(x + 1) * lanes]);
                            }
                        }
                    }
                    let mut least = distance[0];
                    for distance in &distance[1..] {
                        least = least.min(*distance);
                    }
                    let mut origin = S::f32s::splat(simd, *nearest);
                    if !(least - cut).simd_le(origin).any_true() {
                        continue;
                    }
                    if (least + lag).simd_le(origin).any_true() {
                        let mut written = [0.0; STREAMS * lines::WIDTH];
                        for (distance, written) in distance.iter().zip(written.chunks_exact_mut(lanes)) {
                            distance.store_slice(written);
                        }
                        let source = if POSTERIOR { Some(&mut sums.source[first + x]) } else { None };
                        self.approach((row, x), &written[..stride], nearest, source, parts);
                        origin = S::f32s::splat(simd, *nearest);
                    }
                    let mut exponent = [origin; G];
                    for g in 0..G {
                        exponent[g] = origin - distance[g];
                    }
                    let weight = math::exp2_of_weights(simd, exponent);
                    let mut total = [S::f32s::splat(simd, 0.0); 6];
                    for t in 0..terms {
                        total[t] = S::f32s::from_slice(simd, &parts[t * lanes..(t + 1) * lanes]);
                    }
                    for g in 0..G {
                        total[0] += weight[g];
                        for c in 0..C {
                            let centre = S::f32s::from_slice(simd, &centres[g][c][x * step..x * step + lanes]);
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
            let Stream { slot, group, .. } = row.streams[number / lanes];
            let (lane_image, shift) = self.image.across.meaning(group, number % lanes, lanes);
            let column = frame.place(frame.left + x, frame.shifts.first + shift as isize).unwrap_or_default();
            (self.number + (slot + lane_image) as u32, (image_row * frame.image_side + column) as u32)
        };
        let nearest = (0..distance.len()).filter(|number| distance[*number] == least);
        nearest.map(place).min().unwrap_or((u32::MAX, u32::MAX))
    }
}
