//! One pixel's posterior over all training patches, the heaviest ones first.
//!
//! Patches are visited a few images at a time, so that memory stays small for any training set. With Z = Σ w and
//! w = exp(−(d − d_min)/(2(1 − ᾱ))), the entropy is log Z + ⟨d − d_min⟩/(2(1 − ᾱ)) and N_eff = Z²/Σ w².

use std::sync::Arc;

use super::mosaic::Pixel;
use crate::core::els::machine::Plan;
use crate::core::els::posterior::PatchWeight;
use crate::core::els::{Grids, Level, Machine};
use crate::core::image_set::ImageSet;
use crate::core::param::Choice;

/// Patches listed.
pub const LISTED: usize = 10;
/// Patches of one chunk of training images.
const CHUNK: usize = 1 << 18;

/// What one pixel's posterior says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The heaviest patches, at most [`LISTED`], heaviest first.
    pub top: Vec<PatchWeight>,
    /// Number of patches compared.
    pub patches: usize,
    /// Entropy in nats.
    pub entropy: f64,
    /// 1/ΣW².
    pub effective: f64,
}

/// Reads the posterior of `pixel`; `None` if `is_stale` said that nobody waits for it any more.
pub fn read(
    machine: &Machine,
    choice: &Choice,
    level: Level,
    phi: &Grids<f32>,
    pixel: Pixel,
    is_stale: &dyn Fn() -> bool,
) -> Option<Reading> {
    let grid: Vec<f64> = phi.grid(pixel.grid).iter().map(|v| f64::from(*v)).collect();
    let images = machine.images();
    let area = images.side() * images.side();
    let per_chunk = match machine.plan() {
        Plan::TwoPattern => images.count(),
        Plan::WholeImage => images.count().min(4096),
        Plan::Patches(..) => (CHUNK / area.max(1)).clamp(1, images.count()),
    };
    let mut sum = Sum { sharpness: level.sharpness(), ..Sum::default() };
    let mut first = 0;
    while first < images.count().max(1) {
        let count = per_chunk.min(images.count() - first);
        let whole = count == images.count();
        let part = if whole { machine.clone() } else { chunk(machine, choice, first, count)? };
        sum.take(part.patches(level, &grid, pixel.row, pixel.column), first);
        if machine.plan() == Plan::TwoPattern {
            break;
        }
        first += count;
        if first < images.count() && is_stale() {
            return None;
        }
    }
    Some(sum.reading())
}

/// The same machine with some of its training images.
fn chunk(machine: &Machine, choice: &Choice, first: usize, count: usize) -> Option<Machine> {
    let images = machine.images();
    let size = images.channels() * images.side() * images.side();
    let values = images.values()[first * size..(first + count) * size].to_vec();
    let set = ImageSet::new(count, images.channels(), images.side(), values).ok()?;
    Machine::new(choice, Arc::new(set), machine.side()).ok()
}

/// Sums over the patches seen so far, weights relative to the nearest.
#[derive(Default)]
struct Sum {
    sharpness: f64,
    nearest: f64,
    total: f64,
    squares: f64,
    /// Σ w (d − d_min).
    distances: f64,
    patches: usize,
    top: Vec<PatchWeight>,
}

impl Sum {
    fn take(&mut self, patches: Vec<PatchWeight>, first: usize) {
        let nearest = patches.iter().map(|patch| patch.distance).fold(f64::INFINITY, f64::min);
        if self.patches == 0 {
            self.nearest = nearest;
        } else if nearest < self.nearest {
            let shift = self.nearest - nearest;
            let factor = (-shift * self.sharpness).exp();
            self.distances = factor * (self.distances + shift * self.total);
            self.total *= factor;
            self.squares *= factor * factor;
            self.nearest = nearest;
        }
        self.patches += patches.len();
        for patch in &patches {
            let far = patch.distance - self.nearest;
            let weight = (-far * self.sharpness).exp();
            self.total += weight;
            self.squares += weight * weight;
            if weight > 0.0 {
                self.distances += weight * far;
            }
        }
        let moved = patches.into_iter().map(|patch| PatchWeight { image: patch.image + first, ..patch });
        let mut all: Vec<PatchWeight> = self.top.drain(..).chain(moved).collect();
        // Of equally near ones the first comes first, as the kernels have it.
        let order = |a: &PatchWeight, b: &PatchWeight| {
            a.distance.total_cmp(&b.distance).then(a.image.cmp(&b.image)).then(a.position.cmp(&b.position))
        };
        if all.len() > LISTED {
            all.select_nth_unstable_by(LISTED - 1, order);
            all.truncate(LISTED);
        }
        all.sort_by(order);
        self.top = all;
    }

    fn reading(mut self) -> Reading {
        for patch in &mut self.top {
            patch.weight = (-(patch.distance - self.nearest) * self.sharpness).exp() / self.total;
        }
        Reading {
            top: self.top,
            patches: self.patches,
            entropy: (self.total.ln() + self.sharpness * self.distances / self.total).max(0.0),
            effective: self.total * self.total / self.squares,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::image_set;
    use crate::core::philox::Stream;

    fn machine(kind: &str) -> (Machine, Choice) {
        let images = image_set::draw(&Choice::new("digits"), 3).unwrap();
        let side = images.side();
        let choice = Choice::new(kind);
        (Machine::new(&choice, Arc::new(images), side).unwrap(), choice)
    }

    #[test]
    fn agrees_with_the_theory_term_by_term() {
        for kind in ["els", "bbels", "ls", "is", "two_pattern"] {
            let (machine, choice) = machine(kind);
            let phi = Grids::noise(1, Stream::Start, 2, 1, machine.side());
            let pixel = Pixel { grid: 1, row: 2, column: 5 };
            let level = Level { abar: 0.4, k: 3 };
            let wide: Vec<f64> = phi.grid(1).iter().map(|v| f64::from(*v)).collect();
            let expected = machine.posterior(level, &wide, 2, 5);
            let reading = read(&machine, &choice, level, &phi, pixel, &|| false).unwrap();
            assert!(
                (reading.entropy - expected.entropy).abs() < 1e-9,
                "{kind} {} {}",
                reading.entropy,
                expected.entropy
            );
            assert!((reading.effective / expected.effective - 1.0).abs() < 1e-9, "{kind}");
            assert!((reading.top[0].weight - expected.weight).abs() < 1e-9, "{kind}");
            assert!(reading.top.windows(2).all(|pair| pair[0].weight >= pair[1].weight));
        }
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let (machine, choice) = machine("els");
        let grid = Grids::noise(2, Stream::Start, 1, 1, machine.side());
        let wide: Vec<f64> = grid.values.iter().map(|v| f64::from(*v)).collect();
        let level = Level { abar: 0.6, k: 3 };
        let mut whole = Sum { sharpness: level.sharpness(), ..Sum::default() };
        whole.take(machine.patches(level, &wide, 0, 0), 0);
        let mut parts = Sum { sharpness: level.sharpness(), ..Sum::default() };
        for first in 0..machine.images().count() {
            parts.take(super::chunk(&machine, &choice, first, 1).unwrap().patches(level, &wide, 0, 0), first);
        }
        let (whole, parts) = (whole.reading(), parts.reading());
        assert_eq!(whole.patches, parts.patches);
        assert!((whole.entropy - parts.entropy).abs() < 1e-9);
        assert!((whole.effective / parts.effective - 1.0).abs() < 1e-9);
        let places = |reading: &Reading| reading.top.iter().map(|p| (p.image, p.position)).collect::<Vec<_>>();
        assert_eq!(places(&whole), places(&parts));
    }
}
