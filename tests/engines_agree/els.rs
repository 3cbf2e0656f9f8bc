//! Kernels `els_step`, `els_posterior` and `grid_correlation`.
//!
//! An engine's weights are those of the theory with every exponent off by at most what rounding of its squared distance
//! allows, [`Pixel::slack`]; what that does to D, entropy and so on is worked out patch by patch.

use std::cell::OnceCell;
use std::sync::Arc;

use diffuscope::core::els::correlation::Correlation;
use diffuscope::core::els::machine::{self, Border, Candidates, Machine, Plan};
use diffuscope::core::els::posterior::PatchWeight;
use diffuscope::core::els::stepper::{self, Step};
use diffuscope::core::els::window::Window;
use diffuscope::core::els::{Grids, Level, abar_grid};
use diffuscope::core::image_set::ImageSet;
use diffuscope::core::param::Choice;
use diffuscope::core::philox::Stream;
use diffuscope::engine::EngineError;
use diffuscope::engine::gpu::GpuEngine;
use diffuscope::engine::kernel::{ElsPosterior, ElsStep, GridCorrelation, PosteriorMap};
use diffuscope::engine::reference::ReferenceEngine;

use crate::{EPS, TRUSTED, engines, uniform};

/// Log weights below this count as none.
const NEGLIGIBLE: f64 = -40.0;

/// `count` images of noise within ±1.
fn images(count: usize, channels: usize, side: usize) -> Arc<ImageSet> {
    let values = (0..count * channels * side * side).map(|i| (2.0 * uniform(i, 300) - 1.0) as f32).collect();
    Arc::new(ImageSet::new(count, channels, side, values).unwrap())
}

/// Every machine with its parameters at their defaults, and with each at its largest value.
fn choices() -> Vec<Choice> {
    let each = |kind: &machine::MachineKind| {
        let plain = Choice::new(kind.info.id);
        let set = kind.info.params.iter().map(|param| plain.clone().with(param.key, param.max));
        std::iter::once(plain.clone()).chain(set).collect::<Vec<_>>()
    };
    machine::ALL.iter().flat_map(each).collect()
}

/// The machine, with images of another size than the grid's where it allows that; `None` for more channels than it takes.
fn machine(choice: &Choice, count: usize, channels: usize, side: usize, image_side: usize) -> Option<Machine> {
    let build = |image_side| Machine::new(choice, images(count, channels, image_side), side);
    build(image_side).or_else(|_| build(side)).ok()
}

/// Grids on the way from noise to the first training image, repeated.
fn grids(machine: &Machine, abar: f64, count: usize) -> Grids<f32> {
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
fn window_sum<T: Copy + Into<f64>>(
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
struct Energies {
    k: usize,
    known: Vec<OnceCell<f64>>,
}

impl Energies {
    fn new(machine: &Machine, k: usize) -> Self {
        let images = machine.images();
        Self { k, known: vec![OnceCell::new(); images.count() * images.side() * images.side()] }
    }

    fn of(&self, machine: &Machine, patch: &PatchWeight) -> f64 {
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
struct Pixel {
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
    fn new(machine: &Machine, level: Level, energies: &Energies, grid: &[f64], position: usize, input: f64) -> Self {
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
    fn plausible(&self) -> impl Iterator<Item = usize> {
        let best = (0..self.patches.len()).max_by(|a, b| self.log_weight[*a].total_cmp(&self.log_weight[*b])).unwrap();
        let room = self.slack[best];
        (0..self.patches.len()).filter(move |i| self.log_weight[*i] + self.slack[*i] + room > NEGLIGIBLE)
    }

    /// Whether rounding can only change weights a little.
    fn is_steady(&self) -> bool {
        self.plausible().all(|i| self.slack[i] < 0.3)
    }

    /// Σ W (e^slack − 1) f over Σ W e^−slack: how far rounding may move Σ W f, f being zero on average.
    fn moved(&self, f: impl Fn(usize) -> f64) -> f64 {
        let weight = |i: usize| self.log_weight[i].exp();
        let up: f64 = self.plausible().map(|i| weight(i) * self.slack[i].exp_m1() * f(i).abs()).sum();
        up / self.plausible().map(|i| weight(i) * (-self.slack[i]).exp()).sum::<f64>()
    }

    /// Mean over the posterior.
    fn mean(&self, f: impl Fn(usize) -> f64) -> f64 {
        (0..self.patches.len()).map(|i| self.log_weight[i].exp() * f(i)).sum()
    }

    /// D of a channel, and its bound.
    fn denoised(&self, channel: usize) -> (f64, f64) {
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
    fn check(&self, map: &PosteriorMap, index: usize) -> Result<(), String> {
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
fn sample(side: usize, most: usize) -> Vec<usize> {
    let area = side * side;
    let mut pixels = vec![0, side - 1, area - side, area - 1];
    let stride = (area / most).max(1);
    pixels.extend((0..area).step_by(stride));
    pixels
}

/// Operations of the theory for all pixels of `count` grids.
fn cost(machine: &Machine, k: usize, count: usize) -> usize {
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

/// Side of the grids, side of the images where it is free, number of images, patch sizes.
const SIZES: [(usize, usize, usize, &[usize]); 5] =
    [(5, 7, 3, &[1, 3, 5, 9]), (16, 16, 2, &[3, 9]), (31, 12, 1, &[5, 7]), (64, 7, 1, &[7, 57]), (100, 7, 1, &[3, 97])];
/// Most operations of one case.
const AFFORDABLE: usize = 1 << 24;

/// Calls `check` with every machine at every size that the theory can afford, at signal powers `abars`.
fn everywhere(abars: &[f64], mut check: impl FnMut(&str, &Machine, Level, usize)) {
    let mut seen = 0;
    for (side, image_side, images, ks) in SIZES {
        for choice in choices() {
            for channels in [1, 3] {
                let Some(machine) = machine(&choice, images, channels, side, image_side) else { continue };
                for (&k, &abar) in ks.iter().flat_map(|k| abars.iter().map(move |abar| (k, abar))) {
                    let count = if side < 31 { 3 } else { 1 };
                    if machine.check_window(k).is_err() || cost(&machine, k, count) > AFFORDABLE {
                        continue;
                    }
                    let what = format!("{choice:?}, {channels} channels, side {side}, k = {k}, ᾱ = {abar}");
                    check(&what, &machine, Level { abar, k }, count);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 40 * abars.len(), "{seen} cases");
}

#[test]
fn estimates_agree() {
    everywhere(&[0.0, 0.4, 0.9, 1.0], |what, machine, level, count| {
        if machine.side() > 31 && level.abar != 0.4 {
            return; // once is enough at the large sizes
        }
        let phi = grids(machine, level.abar, count);
        let energies = Energies::new(machine, level.k);
        let wide = phi.map(f64::from);
        let pixels = sample(machine.side(), 60);
        let exact: Vec<Pixel> = (0..count)
            .flat_map(|b| pixels.iter().map(move |&p| (b, p)))
            .map(|(b, p)| Pixel::new(machine, level, &energies, wide.grid(b), p, 0.0))
            .collect();
        for (name, engine) in engines() {
            let found = engine.els_denoise(machine, level, &phi).unwrap();
            let shape = (found.count, found.channels, found.side);
            assert_eq!(shape, (phi.count, phi.channels, phi.side), "{name}, {what}");
            for (i, pixel) in exact.iter().enumerate() {
                let (b, p) = (i / pixels.len(), pixels[i % pixels.len()]);
                for c in 0..machine.channels() {
                    let value = f64::from(found.grid(b)[c * phi.area() + p]);
                    let (exact, bound) = pixel.denoised(c);
                    let within = (value - exact).abs() <= bound; // false for NaN
                    assert!(within, "{name}, {what}: grid {b}, pixel {p}: {value} for {exact}, allowed {bound:e}");
                }
            }
        }
    });
}

#[test]
fn posteriors_agree() {
    everywhere(&[0.0, 0.4, 0.9, 1.0], |what, machine, level, count| {
        if machine.side() > 31 && level.abar != 0.4 {
            return;
        }
        let phi = grids(machine, level.abar, count);
        let energies = Energies::new(machine, level.k);
        let wide = phi.map(f64::from);
        for (name, engine) in engines() {
            let map = engine.els_posterior(machine, level, &phi).unwrap();
            let lengths =
                [map.image.len(), map.position.len(), map.weight.len(), map.entropy.len(), map.effective.len()];
            assert_eq!(lengths, [count * phi.area(); 5], "{name}, {what}");
            for (b, p) in (0..count).flat_map(|b| sample(phi.side, 40).into_iter().map(move |p| (b, p))) {
                let pixel = Pixel::new(machine, level, &energies, wide.grid(b), p, 0.0);
                let checked = pixel.check(&map, b * phi.area() + p);
                checked.unwrap_or_else(|fault| panic!("{name}, {what}: grid {b}, pixel {p}: {fault}"));
            }
        }
    });
}

/// Where one step takes one grid, and by how much an engine may miss it.
fn exact_step(machine: &Machine, step: &Step, grid: &[f64]) -> Vec<(f64, f64)> {
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

/// Whether `moved` is where `exact` says, grid by grid.
fn check_step(exact: &[Vec<(f64, f64)>], moved: &Grids<f32>) -> Result<(), String> {
    for (b, grid) in exact.iter().enumerate() {
        for (i, (&(value, bound), &found)) in grid.iter().zip(moved.grid(b)).enumerate() {
            let within = (f64::from(found) - value).abs() <= bound; // false for NaN
            if !within {
                return Err(format!("grid {b}, value {i}: {found} for {value}, allowed {bound:e}"));
            }
        }
    }
    Ok(())
}

#[test]
fn one_step_of_every_stepper() {
    for (side, image_side, count, channels) in [(5, 7, 3, 1), (5, 5, 1, 3), (16, 6, 1, 1)] {
        for choice in choices() {
            let Some(machine) = machine(&choice, 2, channels, side, image_side) else { continue };
            for kind in stepper::ALL {
                for [from, to] in [[0.0, 0.2], [0.3, 0.4], [0.85, 1.0]] {
                    let step = kind.step(from, to, 3);
                    let phi = grids(&machine, from, count);
                    let wide = phi.map(f64::from);
                    let exact: Vec<_> = (0..count).map(|b| exact_step(&machine, &step, wide.grid(b))).collect();
                    for (name, engine) in engines() {
                        let mut moved = phi.clone();
                        engine.els_step(&machine, std::slice::from_ref(&step), &mut moved).unwrap();
                        let what = format!("{name}, {choice:?}, {}, side {side}, {from} to {to}", kind.info.id);
                        check_step(&exact, &moved).unwrap_or_else(|fault| panic!("{what}: {fault}"));
                    }
                }
            }
        }
    }
}

#[test]
fn a_perturbed_value_is_noticed() {
    let machine = machine(&Choice::new("els"), 2, 1, 5, 7).unwrap();
    let phi = grids(&machine, 0.3, 1);
    let step = stepper::find("rk4").unwrap().step(0.3, 0.4, 3);
    let exact = vec![exact_step(&machine, &step, phi.map(f64::from).grid(0))];
    let mut moved = phi.clone();
    ReferenceEngine.els_step(&machine, &[step], &mut moved).unwrap();
    check_step(&exact, &moved).unwrap();
    moved.values[12] += 2e-4;
    assert!(check_step(&exact, &moved).is_err());

    let level = Level { abar: 0.3, k: 3 };
    let mut map = ReferenceEngine.els_posterior(&machine, level, &phi).unwrap();
    let pixel = Pixel::new(&machine, level, &Energies::new(&machine, 3), phi.map(f64::from).grid(0), 7, 0.0);
    pixel.check(&map, 7).unwrap();
    let spoilt = |spoil: fn(&mut PosteriorMap)| {
        let mut map = map.clone();
        spoil(&mut map);
        pixel.check(&map, 7).is_err()
    };
    assert!(spoilt(|map| map.image[7] ^= 1));
    assert!(spoilt(|map| map.position[7] = (map.position[7] + 1) % 49));
    assert!(spoilt(|map| map.weight[7] *= 1.0001));
    assert!(spoilt(|map| map.entropy[7] += 1e-4));
    assert!(spoilt(|map| map.effective[7] = f32::NAN));
    map.position[7] = 49;
    assert!(pixel.check(&map, 7).is_err());
}

/// A run of 20 steps, mixed patch sizes.
fn run_steps(id: &str) -> Vec<Step> {
    let abars = abar_grid::find("sqrt").unwrap().points(0.0, 1.0, 20);
    stepper::find(id).unwrap().plan(&abars, &Window::List(vec![3, 3, 5, 5, 7]))
}

#[test]
fn whole_runs_end_together() {
    for choice in choices() {
        for id in ["ddim", "heun"] {
            let machine = machine(&choice, 2, 1, 16, 8).unwrap();
            let phi = grids(&machine, 0.0, 3);
            let steps = run_steps(id);
            let mut wanted = phi.clone();
            ReferenceEngine.els_step(&machine, &steps, &mut wanted).unwrap();
            for (name, engine) in engines() {
                let mut moved = phi.clone();
                engine.els_step(&machine, &steps, &mut moved).unwrap();
                let together = moved.values.iter().zip(&wanted.values).filter(|(a, b)| (*a - *b).abs() < 1e-4).count();
                let share = together as f64 / wanted.values.len() as f64;
                assert!(share >= 0.985, "{name}, {choice:?}, {id}: {share} of the values end together");
            }
        }
    }
}

#[test]
fn a_run_may_be_cut_anywhere_and_has_no_steps_at_times() {
    for choice in choices() {
        let machine = machine(&choice, 2, 1, 5, 7).unwrap();
        let steps = run_steps("heun");
        for (name, engine) in engines() {
            let start = grids(&machine, 0.0, 3);
            let mut whole = start.clone();
            engine.els_step(&machine, &steps, &mut whole).unwrap();
            // The theory keeps double precision from step to step of one call.
            let mut parts = start.clone();
            engine.els_step(&machine, &[], &mut parts).unwrap();
            assert_eq!(parts, start, "{name}, {choice:?}");
            for part in steps.chunks(7) {
                engine.els_step(&machine, part, &mut parts).unwrap();
            }
            let apart = whole.values.iter().zip(&parts.values).filter(|(a, b)| (*a - *b).abs() >= 1e-4).count();
            assert!(apart <= 1, "{name}, {choice:?}: {apart} values differ");
        }
    }
}

#[test]
fn no_grids_give_nothing() {
    for choice in choices() {
        let machine = machine(&choice, 2, 1, 5, 7).unwrap();
        let level = Level { abar: 0.5, k: 3 };
        for (name, engine) in engines() {
            let mut none = Grids::zeros(0, 1, 5);
            engine.els_step(&machine, &run_steps("heun"), &mut none).unwrap();
            assert_eq!(none, Grids::zeros(0, 1, 5), "{name}");
            assert_eq!(engine.els_denoise(&machine, level, &none).unwrap(), none, "{name}");
            assert_eq!(engine.els_posterior(&machine, level, &none).unwrap(), PosteriorMap::default(), "{name}");
        }
    }
}

#[test]
fn of_equal_images_the_first_is_named() {
    for choice in choices().iter().filter(|choice| choice.kind != "two_pattern") {
        let one = images(1, 1, 8);
        let values = [one.values(), one.values(), one.values()].concat();
        let set = Arc::new(ImageSet::new(3, 1, 8, values).unwrap());
        let machine = Machine::new(choice, set, 8).unwrap();
        for abar in [0.3, 0.9, 1.0] {
            let phi = grids(&machine, abar, 1);
            for (name, engine) in engines() {
                let map = engine.els_posterior(&machine, Level { abar, k: 3 }, &phi).unwrap();
                assert!(map.image.iter().all(|image| *image == 0), "{name}, {choice:?}: {:?}", map.image);
                assert!(map.weight.iter().all(|weight| *weight < 0.334), "{name}, {choice:?}");
            }
        }
    }
}

/// Whether `found` is the two-point function of `phi`.
fn check_correlation(phi: &Grids<f32>, found: &Correlation) -> Result<(), String> {
    let exact = Correlation::measure(&phi.map(f64::from));
    let shape = (found.count, found.side, found.mean.len(), found.covariance.len());
    if shape != (exact.count, exact.side, exact.mean.len(), exact.covariance.len()) {
        return Err(format!("shape {shape:?}"));
    }
    let square = phi.values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / (phi.count * phi.area()) as f64;
    // Every layer of a Fourier transform rounds once more.
    let layers = 1.0 + (phi.area() as f64).log2();
    let pairs = exact.covariance.iter().zip(&found.covariance).map(|pair| (pair, 4.0 * EPS * layers * square));
    let means = exact.mean.iter().zip(&found.mean).map(|pair| (pair, 4.0 * EPS * square.sqrt()));
    for (i, ((exact, found), bound)) in pairs.chain(means).enumerate() {
        let within = (exact - found).abs() <= bound; // false for NaN
        if !within {
            return Err(format!("number {i}: {found} for {exact}, allowed {bound:e}"));
        }
    }
    Ok(())
}

#[test]
fn correlations_agree() {
    for side in [1, 2, 5, 16, 31, 64, 100, 128] {
        for (count, channels) in [(1, 1), (3, 1), (2, 3)] {
            let machine = machine(&Choice::new("els"), 1, channels, side, 6).unwrap();
            let mut phi = grids(&machine, 0.3, count);
            phi.values.iter_mut().for_each(|value| *value += 0.2);
            for (name, engine) in engines() {
                let found = engine.grid_correlation(&phi).unwrap();
                check_correlation(&phi, &found)
                    .unwrap_or_else(|fault| panic!("{name}, {count} grids, {channels} channels, side {side}: {fault}"));
            }
        }
    }
}

#[test]
fn a_perturbed_correlation_is_noticed() {
    let phi = Grids::noise(3, Stream::Start, 2, 1, 16);
    let mut found = ReferenceEngine.grid_correlation(&phi).unwrap();
    check_correlation(&phi, &found).unwrap();
    found.covariance[40] += 1e-4;
    assert!(check_correlation(&phi, &found).is_err());
    found.covariance[40] = f64::NAN;
    assert!(check_correlation(&phi, &found).is_err());
}

/// `count` grids of `side` pixels with as many images of `image_side`, held against the theory on `engine`.
fn hold(engine: &GpuEngine, choice: &Choice, [side, count, images, image_side, k]: [usize; 5]) {
    let machine = machine(choice, images, 1, side, image_side).unwrap();
    let level = Level { abar: 0.4, k };
    let phi = grids(&machine, 0.4, count);
    let (energies, wide) = (Energies::new(&machine, k), phi.map(f64::from));
    let found = engine.els_denoise(&machine, level, &phi).unwrap();
    let map = engine.els_posterior(&machine, level, &phi).unwrap();
    for (b, p) in (0..count).flat_map(|b| sample(side, 8).into_iter().map(move |p| (b, p))) {
        let pixel = Pixel::new(&machine, level, &energies, wide.grid(b), p, 0.0);
        let (exact, bound) = pixel.denoised(0);
        let value = f64::from(found.grid(b)[p]);
        assert!((value - exact).abs() <= bound, "{choice:?}: grid {b}, pixel {p}: {value} for {exact}");
        pixel
            .check(&map, b * phi.area() + p)
            .unwrap_or_else(|fault| panic!("{choice:?}: grid {b}, pixel {p}: {fault}"));
    }
}

#[test]
fn long_posteriors_are_merged_in_one_two_and_three_rounds() {
    // One group of pixels and 8192 patches: 256 chunks. Windows of 31 × 31 make chunks short: more than 1024 of them.
    for sizes in [[1, 1, 32, 16, 3], [2, 2, 64, 16, 31]] {
        hold(&TRUSTED, &Choice::new("els"), sizes);
    }
    // More images than one dispatch averages.
    hold(&TRUSTED, &Choice::new("is"), [3, 2, 9000, 3, 3]);
}

#[test]
fn little_memory_means_batches_windows_and_waves() {
    let engine = GpuEngine::headless().unwrap().with_memory_budget(256 << 10);
    for choice in choices() {
        // 32 KiB a buffer: 32 images at a time, eight grids at most, four chunks between mergings.
        let images = if choice.kind == "bbels" { 20 } else { 50 };
        hold(&engine, &choice, [16, 9, images, 16, 3]);
    }
    let machine = machine(&Choice::new("els"), 1, 1, 100, 8).unwrap();
    let phi = grids(&machine, 0.4, 5);
    let error = engine.els_denoise(&machine, Level { abar: 0.4, k: 3 }, &phi).unwrap_err();
    assert!(matches!(error, EngineError::OutOfMemory { .. }), "{error}");
    let mut unchanged = phi.clone();
    assert!(engine.els_step(&machine, &run_steps("ddim"), &mut unchanged).is_err());
    assert_eq!(unchanged, phi);
}

#[test]
fn windows_larger_than_the_grid_and_than_one_invocation() {
    // Sixty times round the border, and too much for one invocation: the device leaves that posterior to the processor.
    for (choice, k) in [("els", 33), ("ls", 301), ("bbels", 33), ("two_pattern", 301)] {
        hold(&TRUSTED, &Choice::new(choice), [5, 1, 2, 5, k]);
    }
}
