//! What the theory says about single pixels and steps, and by how much an engine may miss it.
//!
//! An engine's weights are those of the theory with every exponent off by at most what rounding of its squared distance
//! allows, [`Pixel::slack`]; what that does to D, entropy and so on is worked out patch by patch.

use std::cell::OnceCell;
use std::sync::Arc;

use diffuscope::core::els::machine::{self, Border, Candidates, Machine, Plan};
use diffuscope::core::els::posterior::PatchWeight;
use diffuscope::core::els::stepper::Step;
use diffuscope::core::els::{Grids, Level};
use diffuscope::core::image_set::ImageSet;
use diffuscope::core::param::Choice;
use diffuscope::core::philox::Stream;
use diffuscope::engine::kernel::PosteriorMap;

use crate::EPS;

/// Log weights below this count as none.
pub(super) const NEGLIGIBLE: f64 = -40.0;

/// `count` images of noise within ±1.
pub(super) fn images(count: usize, channels: usize, side: usize) -> Arc<ImageSet> {
    Arc::new(ImageSet::noise(300, count, channels, side).unwrap())
}

/// Every machine with its parameters at their defaults, and with each at its largest value.
pub(super) fn choices() -> Vec<Choice> {
    let each = |kind: &machine::MachineKind| {
        let plain = Choice::new(kind.info.id);
        let set = kind.info.params.iter().map(|param| plain.clone().with(param.key, param.max));
        std::iter::once(plain.clone()).chain(set).collect::<Vec<_>>()
    };
    machine::ALL.iter().flat_map(each).collect()
}

/// The machine, with images of another size than the grid's where it allows that; `None` for more channels than it takes.
pub(super) fn machine(
    choice: &Choice,
    count: usize,
    channels: usize,
    side: usize,
    image_side: usize,
) -> Option<Machine> {
    let build = |image_side| Machine::new(choice, images(count, channels, image_side), side);
    build(image_side).or_else(|_| build(side)).ok()
}

/// Grids on the way from noise to the first training image, repeated.
pub(super) fn grids(machine: &Machine, abar: f64, count: usize) -> Grids<f32> {
    let (side, channels, images) = (machine.side(), machine.channels(), machine.images());
    let mut phi = Grids::noise(11, Stream::Start, count, channels, side);
    for (i, value) in phi.values.iter_mut().enumerate() {
        let (x, y, plane) = (i % side, i / side % side, i / (side * side));
        let (row, column) = (y % images.side(), x % images.side());
        let image = f64::from(images.plane(0, plane % channels)[row * images.side() + column]);
        *value = (abar.sqrt() * image + (1.0 - abar).sqrt() * f64::from(*value)) as f32;
    }
    phi
}

/// Σ over a window, in all channels, of `term(value)`; whole images have one window.
pub(super) fn window_sum<T: Copy + Into<f64>>(
    planes: &[T],
    side: usize,
    border: Border,
    center: usize,
    k: usize,
    term: fn(f64) -> f64,
) -> f64 {
    let (r, n) = ((k / 2) as isize, side as isize);
    let (row, column) = ((center / side) as isize, (center % side) as isize);
    let mut sum = 0.0;
    for plane in planes.chunks_exact(side * side) {
        for y in row - r..=row + r {
            for x in column - r..=column + r {
                if border == Border::Circular || ((0..n).contains(&y) && (0..n).contains(&x)) {
                    sum += term(plane[(y.rem_euclid(n) * n + x.rem_euclid(n)) as usize].into());
                }
            }
        }
    }
    sum
}

/// Σp² of the patches of the training images, by image and position, each computed when first asked for.
pub(super) struct Energies {
    k: usize,
    known: Vec<OnceCell<f64>>,
}

impl Energies {
    pub(super) fn new(machine: &Machine, k: usize) -> Self {
        let images = machine.images();
        Self { k, known: vec![OnceCell::new(); images.count() * images.side() * images.side()] }
    }

    pub(super) fn of(&self, machine: &Machine, patch: &PatchWeight) -> f64 {
        let images = machine.images();
        let (area, image) = (images.side() * images.side(), images.image(patch.image));
        *self.known[patch.image * area + patch.position].get_or_init(|| match machine.plan() {
            Plan::TwoPattern => 0.0,
            Plan::WholeImage => image.iter().map(|p| f64::from(*p).powi(2)).sum(),
            Plan::Patches(border, _) => window_sum(image, images.side(), border, patch.position, self.k, |p| p * p),
        })
    }
}

/// What the theory says about one pixel.
pub(super) struct Pixel {
    patches: Vec<PatchWeight>,
    /// Logarithm of each patch's weight.
    log_weight: Vec<f64>,
    /// By how much rounding may change each exponent.
    slack: Vec<f64>,
    /// Value of each patch's centre, by channel.
    values: Vec<Vec<f64>>,
}

impl Pixel {
    /// Pixel `position` of `grid`, whose values may each be off by `input`.
    pub(super) fn new(
        machine: &Machine,
        level: Level,
        energies: &Energies,
        grid: &[f64],
        position: usize,
        input: f64,
    ) -> Self {
        let (side, k, signal, sharpness) = (machine.side(), level.k, level.abar.sqrt(), level.sharpness());
        let patches = machine.patches(level, grid, position / side, position % side);
        let nearest = patches.iter().map(|p| p.distance).fold(f64::INFINITY, f64::min);
        let exponent = |p: &PatchWeight| -sharpness * (p.distance - nearest);
        let norm = patches.iter().map(|p| exponent(p).exp()).sum::<f64>().ln();
        let (own, size) = match machine.plan() {
            Plan::TwoPattern => (window_sum(grid, side, Border::Circular, position, k, f64::abs), k * k),
            Plan::WholeImage => (grid.iter().map(|v| v * v).sum(), grid.len()),
            Plan::Patches(border, _) => {
                (window_sum(grid, side, border, position, k, |v| v * v), k * k * machine.channels())
            }
        };
        let slack = |p: &PatchWeight| {
            // Σ(|φ| + √ᾱ|p|)² bounds the terms of the distance; the two patterns differ by 4√ᾱ Σφ alone.
            let terms = match machine.plan() {
                Plan::TwoPattern => 4.0 * signal * own,
                _ => 2.0 * (own + level.abar * energies.of(machine, p)),
            };
            let inherited = 2.0 * input * (size as f64 * p.distance).sqrt() + size as f64 * input * input;
            sharpness * (4.0 * EPS * terms + inherited)
        };
        let values = (0..machine.channels()).map(|c| {
            let value = |p: &PatchWeight| match machine.plan() {
                Plan::TwoPattern => 1.0 - 2.0 * p.image as f64,
                _ => f64::from(machine.images().plane(p.image, c)[p.position]),
            };
            patches.iter().map(value).collect()
        });
        Self {
            log_weight: patches.iter().map(|p| exponent(p) - norm).collect(),
            slack: patches.iter().map(slack).collect(),
            values: values.collect(),
            patches,
        }
    }

    /// Patches that may have a weight.
    pub(super) fn plausible(&self) -> impl Iterator<Item = usize> {
        let best = (0..self.patches.len()).max_by(|a, b| self.log_weight[*a].total_cmp(&self.log_weight[*b])).unwrap();
        let room = self.slack[best];
        (0..self.patches.len()).filter(move |i| self.log_weight[*i] + self.slack[*i] + room > NEGLIGIBLE)
    }

    /// Whether rounding can only change weights a little.
    pub(super) fn is_steady(&self) -> bool {
        self.plausible().all(|i| self.slack[i] < 0.3)
    }

    /// Σ W (e^slack − 1) f over Σ W e^−slack: how far rounding may move Σ W f, f being zero on average.
    pub(super) fn moved(&self, f: impl Fn(usize) -> f64) -> f64 {
        let weight = |i: usize| self.log_weight[i].exp();
        let up: f64 = self.plausible().map(|i| weight(i) * self.slack[i].exp_m1() * f(i).abs()).sum();
        up / self.plausible().map(|i| weight(i) * (-self.slack[i]).exp()).sum::<f64>()
    }

    /// Mean over the posterior.
    pub(super) fn mean(&self, f: impl Fn(usize) -> f64) -> f64 {
        (0..self.patches.len()).map(|i| self.log_weight[i].exp() * f(i)).sum()
    }

    /// D of a channel, and its bound.
    pub(super) fn denoised(&self, channel: usize) -> (f64, f64) {
        let values = &self.values[channel];
        let exact = self.mean(|i| values[i]);
        let rounding = 4.0 * EPS * (self.mean(|i| values[i].abs()) + exact.abs());
        let moved = if self.is_steady() {
            self.moved(|i| values[i] - exact)
        } else {
            self.plausible().map(|i| (values[i] - exact).abs()).fold(0.0, f64::max)
        };
        (exact, moved + rounding)
    }

    /// Whether `map` is right about this pixel, its number `index`.
    pub(super) fn check(&self, map: &PosteriorMap, index: usize) -> Result<(), String> {
        let source = (map.image[index] as usize, map.position[index] as usize);
        let [weight, entropy, effective] = [map.weight[index], map.entropy[index], map.effective[index]].map(f64::from);
        let found = self.patches.iter().position(|p| (p.image, p.position) == source);
        let Some(found) = found else { return Err(format!("{source:?} is no patch of this pixel")) };
        let best = (0..self.patches.len()).rev().max_by(|a, b| self.log_weight[*a].total_cmp(&self.log_weight[*b]));
        let best = best.unwrap();
        let tie = self.log_weight[best] - self.log_weight[found];
        let allowed = self.slack[best] + self.slack[found];
        if found != best && (tie > allowed || tie.is_nan()) {
            return Err(format!("source {source:?}, {tie:e} behind the best, allowed {allowed:e}"));
        }
        let close = |what: &str, found: f64, exact: f64, bound: f64| {
            let within = (found - exact).abs() <= bound; // false for NaN
            if within { Ok(()) } else { Err(format!("{what} {found} instead of {exact}, allowed {bound:e}")) }
        };
        let exact_entropy = -self.mean(|i| self.log_weight[i].max(-1e300));
        let squares = self.mean(|i| self.log_weight[i].exp());
        if self.is_steady() {
            let average = self.mean(|i| self.slack[i]);
            let heaviest = self.log_weight[best].exp();
            let slack = (self.slack[best].max(self.slack[found]) + average).exp_m1() + 8.0 * EPS;
            close("weight", weight, heaviest, heaviest * slack)?;
            let moved = self.moved(|i| self.log_weight[i] + exact_entropy);
            let terms = 1.0 + self.log_weight[best].abs() + self.mean(|i| self.log_weight[i].abs());
            close("entropy", entropy, exact_entropy, 1.5 * moved + 4.0 * EPS * terms)?;
            let moved = 2.0 * self.mean(|i| self.log_weight[i].exp() * (self.slack[i] + average).exp_m1()) / squares;
            close("effective number", effective, 1.0 / squares, (1.5 * moved + 8.0 * EPS) / squares)
        } else {
            // Weights shift between all plausible patches.
            let most = self.plausible().count() as f64;
            close("weight", weight, 0.5 * (1.0 + 1.0 / most), 0.5 * (1.0 - 1.0 / most) + 8.0 * EPS)?;
            close("entropy", entropy, 0.5 * most.ln(), 0.5 * most.ln() + 4.0 * EPS * (1.0 + most.ln()))?;
            close("effective number", effective, 0.5 * (1.0 + most), 0.5 * (most - 1.0) + 8.0 * EPS * most)
        }
    }
}

/// Pixels to look at: the corners, and others all over the grid.
pub(super) fn sample(side: usize, most: usize) -> Vec<usize> {
    let area = side * side;
    let mut pixels = vec![0, side - 1, area - side, area - 1];
    let stride = (area / most).max(1);
    pixels.extend((0..area).step_by(stride));
    pixels
}

/// Operations of the theory for all pixels of `count` grids.
pub(super) fn cost(machine: &Machine, k: usize, count: usize) -> usize {
    let (images, side) = (machine.images(), machine.side());
    let window = k * k * machine.channels();
    let inside = (side + 1).saturating_sub(k);
    let pairs = match machine.plan() {
        Plan::TwoPattern => return count * side * side * 2 * window,
        Plan::WholeImage => return count * images.count() * images.values().len(),
        Plan::Patches(_, Candidates::SamePixel) => side * side,
        Plan::Patches(_, Candidates::SameOverhang) => (inside * inside + side - inside).pow(2),
        Plan::Patches(..) => (side * images.side()).pow(2),
    };
    count * images.count() * pairs * window
}

/// Where one step takes one grid, and by how much an engine may miss it.
pub(super) fn exact_step(machine: &Machine, step: &Step, grid: &[f64]) -> Vec<(f64, f64)> {
    let (area, size) = (machine.side() * machine.side(), grid.len());
    let mut slopes: Vec<Vec<(f64, f64)>> = Vec::new();
    for stage in &step.stages {
        let energies = Energies::new(machine, stage.level.k);
        let place: Vec<f64> = (0..size)
            .map(|i| grid[i] + (0..slopes.len()).map(|j| stage.weights[j] * slopes[j][i].0).sum::<f64>())
            .collect();
        let inherited = |i: usize| {
            let of = |j: usize| {
                let (slope, error): (f64, f64) = slopes[j][i];
                stage.weights[j].abs() * (error + 4.0 * EPS * slope.abs())
            };
            (0..slopes.len()).map(of).sum::<f64>() + 4.0 * EPS * grid[i].abs() * f64::from(u8::from(!slopes.is_empty()))
        };
        let worst = (0..size).map(inherited).fold(0.0, f64::max);
        let mut slope = vec![(0.0, 0.0); size];
        for p in 0..area {
            let pixel = Pixel::new(machine, stage.level, &energies, &place, p, worst);
            for c in 0..machine.channels() {
                let i = c * area + p;
                let (denoised, bound) = pixel.denoised(c);
                let (linear, denoiser) = (stage.linear * place[i], stage.denoiser * denoised);
                let error = stage.linear.abs() * inherited(i)
                    + stage.denoiser.abs() * bound
                    + 4.0 * EPS * (linear.abs() + denoiser.abs());
                slope[i] = (linear + denoiser, error);
            }
        }
        slopes.push(slope);
    }
    let finished = |i: usize| {
        let kept = step.keep * grid[i];
        let start = (kept, 4.0 * EPS * kept.abs());
        slopes.iter().zip(&step.combine).fold(start, |(value, bound), (slope, factor)| {
            let (slope, error) = slope[i];
            (value + factor * slope, bound + factor.abs() * (error + 4.0 * EPS * slope.abs()))
        })
    };
    (0..size).map(finished).collect()
}
