//! Several steps in one passage over the grids: a row that a step has finished goes on to the next step while it is still in
//! the cache.
//!
//! Down a column the sum over k rows moves on by one row added and one taken away, starting afresh now and then, so that
//! rounding cannot pile up. Strips of rows are worked on in parallel; each step but the last also makes the rows next to the
//! strip that later steps look at.

use fearless_simd::{Level as Simds, Simd, dispatch};
use rayon::prelude::*;

use super::narrow::{self, Narrow};
use super::rows::Ring;
use super::wide::Wide;
use super::{Finish, Window};
use crate::cpu::math;
use diffuscope_core::els::Grids;

/// Rows of a strip. Not a matter of how many cores there are: the strips decide how sums are rounded.
const STRIP: usize = 128;
/// Rows after which sums start afresh.
const AFRESH: usize = 64;
/// Strips are lengthened by at most one row in so many.
const LENGTHENED: usize = 12;

/// Most steps in one passage.
const MOST: usize = 8;

/// A step: the window's width, and what is made of its sums.
pub(super) struct Link<F> {
    pub k: usize,
    pub finish: F,
}

/// Writes to `out` what the first few `links` make of the grids, and tells how many.
pub(super) fn transform<F: Finish>(simds: Simds, links: &[Link<F>], phi: &Grids<f32>, out: &mut [f32]) -> usize {
    let (side, area) = (phi.side, phi.area());
    // Small grids stay in the cache by themselves.
    let (rows, count) = if area <= 64 * 64 { (side, 1) } else { (STRIP, together(links)) };
    let links = &links[..count];
    let strips: Vec<_> = out
        .chunks_mut(area)
        .zip(phi.values.chunks(area))
        .flat_map(|(out, grid)| {
            out.chunks_mut(rows * side).enumerate().map(move |(strip, out)| (grid, strip * rows, out))
        })
        .collect();
    if math::has_shifts(simds) && links.iter().all(|link| link.k <= narrow::MOST.min(side)) {
        pass(simds, strips, || Chain::new(side, links, Narrow::new));
    } else {
        pass(simds, strips, || Chain::new(side, links, Wide::new));
    }
    count
}

/// A strip: its grid, its first row, and where what becomes of it goes.
type Strip<'a> = (&'a [f32], usize, &'a mut [f32]);

/// Takes every strip through a chain of its thread's own.
fn pass<'a, F: Finish + 'a, W: Window>(
    simds: Simds,
    strips: Vec<Strip<'_>>,
    chain: impl Fn() -> Chain<'a, F, W> + Sync + Send,
) {
    strips.into_par_iter().for_each_init(chain, |chain, (grid, first, out)| {
        dispatch!(simds, simd => chain.strip(simd, grid, first, out));
    });
}

/// How many steps lengthen the strips by no more than is worth while.
fn together<F>(links: &[Link<F>]) -> usize {
    let mut beyond = 0;
    let fits = |link: &&Link<F>| {
        // On average over the steps strips are lengthened by half of what the first one is, at both ends.
        beyond += link.k / 2;
        beyond <= STRIP / LENGTHENED
    };
    1 + links[1..].iter().take(MOST - 1).take_while(fits).count()
}

/// Working memory of the steps.
struct Chain<'a, F, W> {
    side: usize,
    links: &'a [Link<F>],
    windows: Vec<W>,
    /// The latest rows that came to each step.
    rings: Vec<Ring>,
}

impl<'a, F: Finish, W: Window> Chain<'a, F, W> {
    fn new(side: usize, links: &'a [Link<F>], window: fn(usize, usize) -> W) -> Self {
        let windows = links.iter().map(|link| window(side, link.k)).collect();
        let rings = links.iter().map(|link| Ring::new(side, link.k)).collect();
        Self { side, links, windows, rings }
    }

    /// Writes to `out` what has become of rows `first` … of `grid`.
    #[inline(always)]
    fn strip<S: Simd>(&mut self, simd: S, grid: &[f32], first: usize, out: &mut [f32]) {
        let side = self.side;
        let beyond: usize = self.links.iter().map(|link| link.k / 2).sum();
        // The first row that counts, kept positive by full turns round the border.
        let top = first + beyond.next_multiple_of(side) - beyond;
        let mut outs = out.chunks_exact_mut(side);
        // How many rows have come to each step.
        let mut came = [0; MOST];
        for window in &mut self.windows {
            window.clear();
        }
        for y in top..top + outs.len() + 2 * beyond {
            let from = y % side * side;
            self.rings[0].room(came[0])[..side].copy_from_slice(&grid[from..from + side]);
            for (index, link) in self.links.iter().enumerate() {
                let (rings, later) = self.rings.split_at_mut(index + 1);
                let (ring, window, n) = (&mut rings[index], &mut self.windows[index], came[index]);
                came[index] += 1;
                ring.close(n);
                let mut change = None;
                if n < link.k {
                    window.add(ring.row(n));
                } else if n % AFRESH == 0 {
                    window.clear();
                    for n in n + 1 - link.k..=n {
                        window.add(ring.row(n));
                    }
                } else {
                    change = Some([ring.row(n), ring.row(n - link.k)]);
                }
                if n + 1 < link.k {
                    break;
                }
                let middle = ring.row(n - link.k / 2);
                if let Some(next) = later.first_mut() {
                    window.finish(simd, change, middle, next.room(came[index + 1]), &link.finish);
                } else if let Some(out) = outs.next() {
                    window.finish(simd, change, middle, out, &link.finish);
                }
            }
        }
    }
}
