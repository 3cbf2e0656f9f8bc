//! Distances of the patches that one row of pixels meets, and which of them are near.

use fearless_simd::prelude::*;

/// Where the distances of one row come from: `G` vectors of shifts alternate for each pixel.
pub(super) struct Windows<'a, const G: usize> {
    /// Sums along the row that enters the windows; nothing in the first row of a block.
    pub came: &'a [f32],
    /// Sums from the windows' first row to the end of the block.
    pub tail: &'a [f32],
    /// What makes the distances of pixels and shifts that may not meet infinite; nothing where all may.
    pub bars: [&'a [f32]; G],
}

/// Which distances are near.
pub(super) struct Near<'a> {
    /// Distance d₀ of each pixel.
    pub nearest: &'a [f32],
    /// How much nearer than d₀ a patch must be to be told of.
    pub lag: f32,
    /// How far behind d₀ a patch may be.
    pub cut: f32,
}

/// What there is in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Pixels in the first half of the list, those that have a patch of weight.
    pub listed: usize,
    /// Pixels in the second half, those that have a patch nearer than all before, or as near.
    pub nearer: usize,
}

/// Completes the windows by `head`, the sums of the rows beyond the block, and writes their distances down, unless they are the
/// tails themselves. Lists the pixels that have a patch of weight, and those that have a nearer one.
///
/// Which these are is found out before they are weighed: branches that depend on distances would be foretold wrongly too often.
#[inline(always)]
pub(super) fn distances<S: Simd, const G: usize>(
    simd: S,
    windows: &Windows<'_, G>,
    near: &Near<'_>,
    [head, distance]: [&mut [f32]; 2],
    list: &mut [u32],
) -> Found {
    let barred = windows.bars.iter().any(|bar| !bar.is_empty());
    match (windows.came.is_empty(), barred) {
        (true, false) => complete::<S, G, false, false>(simd, windows, near, [head, distance], list),
        (true, true) => complete::<S, G, false, true>(simd, windows, near, [head, distance], list),
        (false, false) => complete::<S, G, true, false>(simd, windows, near, [head, distance], list),
        (false, true) => complete::<S, G, true, true>(simd, windows, near, [head, distance], list),
    }
}

#[inline(never)]
fn complete<S: Simd, const G: usize, const HEAD: bool, const BARRED: bool>(
    simd: S,
    windows: &Windows<'_, G>,
    near: &Near<'_>,
    [head, distance]: [&mut [f32]; 2],
    list: &mut [u32],
) -> Found {
    simd.vectorize(
        #[inline(always)]
        || {
            let (lanes, stride) = (S::f32s::LEN, G * S::f32s::LEN);
            let &Windows { came, tail, bars } = windows;
            let nearest = near.nearest;
            let (list, nearer) = list.split_at_mut(nearest.len());
            let nearer = &mut nearer[..nearest.len()];
            let (lag, cut) = (S::f32s::splat(simd, near.lag), S::f32s::splat(simd, near.cut));
            let mut found = Found { listed: 0, nearer: 0 };
            for x in 0..nearest.len() {
                let at = x * stride..(x + 1) * stride;
                let tail = &tail[at.clone()];
                let came = if HEAD { &came[at.clone()] } else { &[] };
                let head = if HEAD { &mut head[at.clone()] } else { &mut [] };
                let distance = if HEAD || BARRED { &mut distance[at] } else { &mut [] };
                let mut least = S::f32s::splat(simd, f32::INFINITY);
                for (g, bars) in bars.iter().enumerate() {
                    let at = g * lanes..(g + 1) * lanes;
                    let mut sum = S::f32s::from_slice(simd, &tail[at.clone()]);
                    if HEAD {
                        let beyond =
                            S::f32s::from_slice(simd, &came[at.clone()]) + S::f32s::from_slice(simd, &head[at.clone()]);
                        beyond.store_slice(&mut head[at.clone()]);
                        sum += beyond;
                    }
                    if BARRED && !bars.is_empty() {
                        sum += S::f32s::from_slice(simd, &bars[x * lanes..(x + 1) * lanes]);
                    }
                    if HEAD || BARRED {
                        sum.store_slice(&mut distance[at]);
                    }
                    least = if g == 0 { sum } else { least.min(sum) };
                }
                let nearest = S::f32s::splat(simd, nearest[x]);
                nearer[found.nearer] = x as u32;
                found.nearer += usize::from((least + lag).simd_le(nearest).any_true());
                list[found.listed] = x as u32;
                found.listed += usize::from((least - cut).simd_le(nearest).any_true());
            }
            found
        },
    )
}
