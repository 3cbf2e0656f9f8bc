//! Local score machines against their definitions, and their ensembles against theory.
//!
//! What holds exactly is checked in double precision; ensembles are carried by the fast engine. `engines_agree` holds
//! engines against the theory; here theory and engines are held against what the machines are meant to be.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, LazyLock};

use diffuscope::core::els::machine::{self, MachineKind};
use diffuscope::core::els::snapping::snapping;
use diffuscope::core::els::stepper::{self, Step};
use diffuscope::core::els::theory::{self, Kernel};
use diffuscope::core::els::window::Window;
use diffuscope::core::els::{Grids, Level, Machine, abar_grid, correlation};
use diffuscope::core::image_set::{self, ImageSet};
use diffuscope::core::param::Choice;
use diffuscope::core::philox::Stream;
use diffuscope::engine::Engine;
use diffuscope::engine::select::{EngineChoice, select};
use diffuscope::labs::patches::physics::{Measurement, measure};
use diffuscope::labs::patches::setup::Setup;
use proptest::prelude::*;

static CPU: LazyLock<Arc<dyn Engine>> = LazyLock::new(|| select(EngineChoice::Cpu).unwrap().engine);

/// Every machine with its parameters at their defaults, and with each at its largest value.
fn choices() -> Vec<Choice> {
    let each = |kind: &MachineKind| {
        let plain = Choice::new(kind.info.id);
        let set = kind.info.params.iter().map(|param| plain.clone().with(param.key, param.max));
        std::iter::once(plain.clone()).chain(set).collect::<Vec<_>>()
    };
    machine::ALL.iter().flat_map(each).collect()
}

/// `count` images of noise within ±1.
fn noise_images(seed: u64, count: usize, channels: usize, side: usize) -> Arc<ImageSet> {
    Arc::new(ImageSet::noise(seed, count, channels, side).unwrap())
}

fn drawn(choice: &Choice) -> Arc<ImageSet> {
    Arc::new(image_set::draw(choice, 1).unwrap())
}

fn two_pattern(side: usize) -> Machine {
    Machine::new(&Choice::new("two_pattern"), drawn(&Choice::new("black_white")), side).unwrap()
}

/// One grid of noise.
fn noise(seed: u64, channels: usize, side: usize) -> Vec<f64> {
    Grids::noise(seed, Stream::Start, 1, channels, side).map(f64::from).values
}

fn furthest(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let apart = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    apart.map(|d| if d.is_nan() { f64::INFINITY } else { d }).fold(0.0, f64::max)
}

// ---- Identities ----

#[test]
fn els_of_black_and_white_is_the_two_pattern_machine() {
    let side = 9;
    for image_side in [4.0, 9.0] {
        let set = drawn(&Choice::new("black_white").with("side", image_side));
        for inside in [0.0, 1.0] {
            let els = Machine::new(&Choice::new("els").with("inside", inside), Arc::clone(&set), side).unwrap();
            for k in [3, 5] {
                if els.check_window(k).is_err() {
                    continue;
                }
                for abar in [0.0, 0.01, 0.1, 0.5, 0.9, 0.99] {
                    let (level, phi) = (Level { abar, k }, noise(3, 1, side));
                    let (general, closed) = (els.denoise(level, &phi), two_pattern(side).denoise(level, &phi));
                    let apart = furthest(&general, &closed);
                    assert!(apart < 1e-11, "images of {image_side}, inside {inside}, k = {k}, ᾱ = {abar}: {apart:e}");
                    // Neither is trivially flat.
                    let largest = closed.iter().fold(0.0, |m: f64, d| m.max(d.abs()));
                    assert!(if abar == 0.0 { largest == 0.0 } else { largest > 0.1 }, "{largest}");
                }
            }
        }
    }
}

#[test]
fn local_score_is_ideal_score_once_windows_see_everything() {
    // (zero border, side, k, whether LS = IS)
    let cases = [
        (1.0, 4, 7, true),
        (1.0, 5, 9, true),
        (1.0, 5, 13, true),
        (1.0, 5, 7, false), // a corner does not see the opposite corner
        (0.0, 5, 5, true),
        (0.0, 7, 7, true),
        (0.0, 5, 3, false),
        (0.0, 5, 7, false), // pixels counted twice
        (0.0, 4, 5, false), // an even side has no window of its own
    ];
    for (zero_border, side, k, equal) in cases {
        for channels in [1, 3] {
            let set = noise_images(5, 6, channels, side);
            let ls = Machine::new(&Choice::new("ls").with("zero_border", zero_border), Arc::clone(&set), side).unwrap();
            let is = Machine::new(&Choice::new("is"), set, side).unwrap();
            for abar in [0.05, 0.3, 0.6] {
                let (level, phi) = (Level { abar, k }, noise(4, channels, side));
                let apart = furthest(&ls.denoise(level, &phi), &is.denoise(level, &phi));
                let what = format!("border {zero_border}, L = {side}, k = {k}, ᾱ = {abar}: {apart:e}");
                assert!(if equal { apart < 1e-11 } else { apart > 1e-6 }, "{what}");
            }
        }
    }
}

#[test]
fn one_constant_image_is_returned() {
    let side = 6;
    for channels in [1, 3] {
        let colours = &[0.37_f32, -0.8, 0.11][..channels];
        let image: Vec<f32> = colours.iter().flat_map(|&colour| vec![colour; side * side]).collect();
        let set = Arc::new(ImageSet::new(1, channels, side, image.clone()).unwrap());
        let exact: Vec<f64> = image.iter().map(|v| f64::from(*v)).collect();
        // The two-pattern machine has images of its own.
        for choice in choices().iter().filter(|choice| choice.kind != "two_pattern") {
            let machine = Machine::new(choice, Arc::clone(&set), side).unwrap();
            for (abar, k) in [(0.0, 1), (0.2, 3), (0.9, 5), (0.999, 5), (1.0, 3)] {
                let level = Level { abar, k };
                // The weights' sum rounds, no more.
                let core = furthest(&machine.denoise(level, &noise(6, channels, side)), &exact);
                assert!(core < 1e-14, "{choice:?}, {channels} channels, {level:?}: {core:e}");
                let phi = Grids::noise(6, Stream::Start, 2, channels, side);
                let found = CPU.els_denoise(&machine, level, &phi).unwrap();
                for b in 0..2 {
                    let found: Vec<f64> = found.grid(b).iter().map(|v| f64::from(*v)).collect();
                    assert!(furthest(&found, &exact) < 1e-6, "{choice:?}, {channels} channels, {level:?}: {found:?}");
                }
            }
            let mut phi = Grids::noise(7, Stream::Start, 2, channels, side);
            CPU.els_step(&machine, &plan("ddim", "sqrt", [0.0, 1.0], 10, 3), &mut phi).unwrap();
            for b in 0..2 {
                let end: Vec<f64> = phi.grid(b).iter().map(|v| f64::from(*v)).collect();
                assert!(furthest(&end, &exact) < 1e-6, "{choice:?}: {end:?}");
            }
        }
    }
}

/// The planes of `grid` moved round the border by `shift` rows and columns.
fn shifted(grid: &[f64], side: usize, shift: [usize; 2]) -> Vec<f64> {
    let moved = |i: usize| {
        let (plane, y, x) = (i / (side * side), i / side % side, i % side);
        (plane * side + (y + side - shift[0]) % side) * side + (x + side - shift[1]) % side
    };
    (0..grid.len()).map(|i| grid[moved(i)]).collect()
}

/// Number of pixels whose estimate does not move along with φ.
fn left_behind(machine: &Machine, level: Level, shift: [usize; 2]) -> usize {
    let side = machine.side();
    let phi = noise(8, machine.channels(), side);
    let moved_after = shifted(&machine.denoise(level, &phi), side, shift);
    let moved_before = machine.denoise(level, &shifted(&phi, side, shift));
    moved_after.iter().zip(&moved_before).filter(|(a, b)| (*a - *b).abs() > 1e-12).count()
}

#[test]
fn els_moves_along_with_its_input_and_border_breaking_does_not() {
    let (side, k, shift) = (8, 3, [1, 2]);
    let level = Level { abar: 0.4, k };
    let set = noise_images(9, 2, 1, side);
    let build = |choice: &Choice| Machine::new(choice, Arc::clone(&set), side).unwrap();
    for choice in [Choice::new("two_pattern"), Choice::new("els"), Choice::new("els").with("inside", 1.0)] {
        assert_eq!(left_behind(&build(&choice), level, shift), 0, "{choice:?}");
    }
    // Under bbELS only pixels that lie a window's radius inside both before and after move along: rows 2 to 6 of 1 to 6,
    // columns 3 to 6.
    assert_eq!(left_behind(&build(&Choice::new("bbels")), level, shift), side * side - 5 * 4);
    assert_eq!(left_behind(&build(&Choice::new("ls")), level, shift), side * side);
}

// ---- The definitions, pixel by pixel and patch by patch ----

/// What a window misses along one axis: with both axes, the nine regions of a grid wider than the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Overhang {
    Nothing,
    Before(usize),
    After(usize),
    Both(usize, usize),
}

fn overhang(at: usize, side: usize, k: usize) -> Overhang {
    let r = k / 2;
    match (r.saturating_sub(at), (at + r).saturating_sub(side - 1)) {
        (0, 0) => Overhang::Nothing,
        (before, 0) => Overhang::Before(before),
        (0, after) => Overhang::After(after),
        (before, after) => Overhang::Both(before, after),
    }
}

/// The value at a place that may lie beyond the border.
fn value<T: Copy + Into<f64>>(planes: &[T], side: usize, wraps: bool, channel: usize, [y, x]: [i64; 2]) -> f64 {
    let n = side as i64;
    if !wraps && (y < 0 || x < 0 || y >= n || x >= n) {
        return 0.0;
    }
    planes[channel * side * side + (y.rem_euclid(n) * n + x.rem_euclid(n)) as usize].into()
}

/// D(φ) of one grid: every patch, its squared distance, the softmax of −|φ_Ω − √ᾱ p|²/(2(1 − ᾱ)), the mean of the centres.
fn definition(choice: &Choice, images: &ImageSet, phi: &[f64], side: usize, level: Level) -> Vec<f64> {
    let (channels, image_side, k) = (images.channels(), images.side(), level.k);
    let (signal, noise) = (level.abar.sqrt(), 1.0 - level.abar);
    let toggled = |key: &str| choice.params.get(key).is_some_and(|v| *v == 1.0);
    let wraps = match choice.kind.as_str() {
        "bbels" => false,
        "ls" => !toggled("zero_border"),
        _ => true,
    };
    let window = || {
        let r = (k / 2) as i64;
        (0..channels).flat_map(move |c| (-r..=r).flat_map(move |dy| (-r..=r).map(move |dx| (c, dy, dx))))
    };
    let regions = |[y, x]: [usize; 2], side| [overhang(y, side, k), overhang(x, side, k)];
    let mut denoised = vec![0.0; phi.len()];
    for pixel in 0..side * side {
        let here = [pixel / side, pixel % side];
        let own = |c, dy, dx| value(phi, side, wraps, c, [here[0] as i64 + dy, here[1] as i64 + dx]);
        // Logarithm of each patch's weight, and its centre.
        let mut patches: Vec<(f64, Vec<f64>)> = Vec::new();
        let mut add = |distance: f64, centre: Vec<f64>| patches.push((-distance / (2.0 * noise), centre));
        match choice.kind.as_str() {
            "two_pattern" => {
                for sign in [1.0, -1.0] {
                    let distance = window().map(|(c, dy, dx)| (own(c, dy, dx) - signal * sign).powi(2)).sum();
                    add(distance, vec![sign]);
                }
            }
            "is" => {
                for n in 0..images.count() {
                    let image = images.image(n);
                    let distance = phi.iter().zip(image).map(|(v, p)| (v - signal * f64::from(*p)).powi(2)).sum();
                    add(distance, (0..channels).map(|c| f64::from(image[c * side * side + pixel])).collect());
                }
            }
            kind => {
                for (n, there) in (0..images.count())
                    .flat_map(|n| (0..image_side * image_side).map(move |p| (n, [p / image_side, p % image_side])))
                {
                    let compared = match kind {
                        "els" => !toggled("inside") || regions(there, image_side) == [Overhang::Nothing; 2],
                        "bbels" => regions(there, image_side) == regions(here, side),
                        "ls" => there == here,
                        other => panic!("no definition of machine {other}"),
                    };
                    if compared {
                        let [y, x] = there.map(|v| v as i64);
                        let patch = |c, dy, dx| value(images.image(n), image_side, wraps, c, [y + dy, x + dx]);
                        let term = |(c, dy, dx)| (own(c, dy, dx) - signal * patch(c, dy, dx)).powi(2);
                        add(window().map(term).sum(), (0..channels).map(|c| patch(c, 0, 0)).collect());
                    }
                }
            }
        }
        let best = patches.iter().map(|(log, _)| *log).fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = patches.iter().map(|(log, _)| (log - best).exp()).sum();
        for c in 0..channels {
            let mean: f64 = patches.iter().map(|(log, centre)| (log - best).exp() * centre[c]).sum();
            denoised[c * side * side + pixel] = mean / total;
        }
    }
    denoised
}

#[test]
fn a_grid_wider_than_the_window_has_nine_regions() {
    let count = |side: usize, k: usize| {
        let all = (0..side * side).map(|p| [overhang(p / side, side, k), overhang(p % side, side, k)]);
        all.collect::<std::collections::HashSet<_>>().len()
    };
    assert_eq!(count(6, 3), 9);
    assert_eq!(count(6, 5), 25); // two depths at each border
    assert_eq!(count(4, 5), 16); // one region a pixel: LS
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_machine_is_its_definition(
        side in 2..7_usize, free_side in 1..7_usize, count in 1..4_usize, radius in 0..4_usize, abar in 0.0..0.9_f64,
        on_the_way: bool, seed: u64,
    ) {
        let level = Level { abar, k: 2 * radius + 1 };
        let mut seen = 0;
        for (choice, channels) in choices().iter().flat_map(|choice| [1, 3].map(|channels| (choice, channels))) {
            let build = |s| Machine::new(choice, noise_images(seed, count, channels, s), side);
            let Ok(machine) = build(free_side).or_else(|_| build(side)) else { continue };
            if machine.check_window(level.k).is_err() {
                continue;
            }
            seen += 1;
            let mut phi = Grids::noise(seed, Stream::Start, 1, channels, side);
            if on_the_way {
                let image = machine.images().image(0);
                let toward = |(v, p): (&mut f32, &f32)| *v = (abar.sqrt() as f32) * p + ((1.0 - abar).sqrt() as f32) * *v;
                phi.values.iter_mut().zip(image.iter().cycle()).for_each(toward);
            }
            let wide = phi.map(f64::from);
            let exact = definition(choice, machine.images(), &wide.values, side, level);
            let core = furthest(&machine.denoise(level, &wide.values), &exact);
            prop_assert!(core < 1e-11, "{:?}, {} channels: {:e}", choice, channels, core);
            let cpu = CPU.els_denoise(&machine, level, &phi).unwrap().map(f64::from);
            let apart = furthest(&cpu.values, &exact);
            prop_assert!(apart < 2e-4, "CPU, {:?}, {} channels: {:e}", choice, channels, apart);
        }
        prop_assert!(seen >= 9, "{} machines", seen);
    }
}

// ---- Ensembles against theory ----

fn plan(stepper: &str, grid: &str, [from, to]: [f64; 2], steps: usize, k: usize) -> Vec<Step> {
    let abars = abar_grid::find(grid).unwrap().points(from, to, steps);
    stepper::find(stepper).unwrap().plan(&abars, &Window::K(k))
}

/// ρ(Δ) of an ensemble of two-pattern machines with k = 5 at each of the rising signal powers, and the standard deviation of
/// ρ between independent pixels, 1/√(BL²).
fn measured_rho(count: usize, side: usize, abars: &[f64], steps: usize) -> (Vec<Vec<f64>>, f64) {
    let mut phi = Grids::noise(21, Stream::Start, count, 1, side);
    let machine = two_pattern(side);
    let mut at = 0.0;
    let rho = abars.iter().map(|&abar| {
        // Short steps early: a DDIM step from ᾱ = 0 sees D = 0.
        CPU.els_step(&machine, &plan("heun", "sqrt", [at, abar], steps, 5), &mut phi).unwrap();
        at = abar;
        CPU.grid_correlation(&phi).unwrap().rho()
    });
    (rho.collect(), 1.0 / ((count * side * side) as f64).sqrt())
}

#[test]
fn early_correlations_are_those_of_linear_theory() {
    let (side, abars) = (128, [0.001, 0.002, 0.004, 0.006, 0.00799]);
    let (measured, floor) = measured_rho(256, side, &abars, 16);
    let linear = theory::find("linear").unwrap();
    // The largest deviation in units of what is allowed.
    let deviation = |clock: f64| -> Vec<f64> {
        let theory = linear.correlation(&Kernel::two_pattern(5), side, &abars.map(|abar| clock * abar));
        let worst = |((measured, theory), abar): ((&Vec<f64>, &Vec<f64>), &f64)| {
            let allowed = |rho: f64| 5.0 * floor + 0.5 * abar * 25.0 * rho.abs();
            measured.iter().zip(theory).map(|(m, t)| (m - t).abs() / allowed(*t)).fold(0.0, f64::max)
        };
        measured.iter().zip(&theory).zip(&abars).map(worst).collect()
    };
    let at = deviation(1.0);
    assert!(at.iter().all(|d| *d < 1.0), "{at:?}");
    // A clock that is wrong by a quarter, and one without the factor ½ of the flow, would be noticed.
    let (quarter, double) = (deviation(1.25), deviation(2.0));
    assert!(quarter[4] > 1.0 && double[4] > 2.0, "{quarter:?} {double:?}");
}

#[test]
fn later_correlations_are_those_of_the_gaussian_closure() {
    let (side, abars) = (128, [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7]);
    let (measured, _) = measured_rho(64, side, &abars, 16);
    let errors = |id: &str| -> Vec<f64> {
        let theory = theory::find(id).unwrap().correlation(&Kernel::two_pattern(5), side, &abars);
        measured.iter().zip(&theory).map(|(m, t)| furthest(m, t)).collect()
    };
    let (closure, linear) = (errors("gaussian_closure"), errors("linear"));
    assert!(closure.iter().all(|e| *e < 0.03), "{closure:?}");
    // Where the closure is needed.
    assert!(linear[2..].iter().all(|e| *e > 0.1), "{linear:?}");
    // The radius where ρ = .1, squared and divided by ᾱ, as an independent simulation with 48 grids found it.
    for ((rho, abar), known) in measured[3..].iter().zip(&abars[3..]).zip([33.8, 35.2, 36.8, 37.7]) {
        let radius = correlation::radius_at(&correlation::radial(rho, side), 0.1).unwrap();
        let scale = radius * radius / abar;
        assert!((scale / known - 1.0).abs() < 0.05, "ᾱ = {abar}: {scale}");
    }
}

/// E φ² and E φ⁴, each with its standard error.
fn moments(phi: &Grids<f32>) -> [(f64, f64); 2] {
    let n = phi.values.len() as f64;
    let mean = |power: i32| phi.values.iter().map(|v| f64::from(*v).powi(power)).sum::<f64>() / n;
    [2, 4].map(|power| (mean(power), ((mean(2 * power) - mean(power).powi(2)) / n).sqrt()))
}

#[test]
fn the_flow_needs_the_factor_one_half() {
    // One pixel, two points: at ᾱ = ½ φ is drawn from ½N(√½, ½) + ½N(−√½, ½), E φ² = 1 and E φ⁴ = ¼ + 6/4 + 3/4 = 5/2.
    let machine = two_pattern(256);
    let start = Grids::noise(31, Stream::Start, 64, 1, 256);
    // From noise that is right to a millionth, so that no step is DDIM.
    let flow = plan("rk4", "sqrt", [1e-6, 0.5], 40, 1);
    let mut phi = start.clone();
    CPU.els_step(&machine, &flow, &mut phi).unwrap();
    let [(variance, error), (fourth, fourth_error)] = moments(&phi);
    assert!((variance - 1.0).abs() < 3.0 * error, "{variance} ± {error}");
    assert!((fourth - 2.5).abs() < 3.0 * fourth_error && fourth_error < 0.005, "{fourth} ± {fourth_error}");

    // As [EFT] (1) is printed: slopes twice as steep.
    let printed: Vec<Step> = flow
        .into_iter()
        .map(|mut step| {
            step.stages.iter_mut().for_each(|stage| {
                stage.linear *= 2.0;
                stage.denoiser *= 2.0;
            });
            step
        })
        .collect();
    let mut phi = start;
    CPU.els_step(&machine, &printed, &mut phi).unwrap();
    let [(variance, _), (fourth, fourth_error)] = moments(&phi);
    assert!((fourth - 2.5).abs() > 30.0 * fourth_error, "{fourth} ± {fourth_error}");
    let normalised = fourth / (variance * variance);
    assert!((variance - 1.015).abs() < 0.003 && (normalised - 2.158).abs() < 0.01, "{variance}, {normalised}");
}

// ---- Snapping and local consistency, as the lab measures them ----

/// What the lab measures of a run along `abars`, at the steps from `first` on.
fn run(machine: Machine, count: usize, stepper: &str, abars: Vec<f64>, k: usize, first: usize) -> Vec<Measurement> {
    let plan = stepper::find(stepper).unwrap().plan(&abars, &Window::K(k));
    let setup = Setup { machine, abars, plan, count, painting: Vec::new(), tolerance: 0.05, seed: 41, noise: None };
    let mut phi = Grids::noise(setup.seed, Stream::Start, count, setup.machine.channels(), setup.machine.side());
    CPU.els_step(&setup.machine, &setup.plan[..first], &mut phi).unwrap();
    let mut measured = vec![measure(&setup, &**CPU, first, &phi).unwrap()];
    for step in first..setup.plan.len() {
        CPU.els_step(&setup.machine, &setup.plan[step..=step], &mut phi).unwrap();
        measured.push(measure(&setup, &**CPU, step + 1, &phi).unwrap());
    }
    measured
}

#[test]
fn decided_pixels_snap_with_the_root_of_the_noise() {
    let stripes = Machine::new(&Choice::new("els"), drawn(&Choice::new("stripes")), 24).unwrap();
    for (name, machine, count) in [("two patterns", two_pattern(64), 4), ("stripes", stripes, 2)] {
        // To ᾱ = .9, then with 1 − ᾱ falling by a constant factor to 10⁻⁴; not by DDIM, which has the law built in.
        let mut abars = abar_grid::find("sqrt").unwrap().points(0.0, 0.9, 30);
        abars.extend((1..=30).map(|i| 1.0 - 0.1 * 0.001_f64.powf(f64::from(i) / 30.0)));
        let measured = run(machine, count, "heun", abars, 3, 30);
        let (abars, medians): (Vec<f64>, Vec<f64>) = measured.iter().map(|m| (m.abar, m.median_distance)).unzip();
        let fit = snapping(&abars, &medians, 0.02).unwrap();
        assert!((fit.slope - 0.5).abs() < 0.02 && fit.points > 15, "{name}: {fit:?}");
    }
}

#[test]
fn finer_steps_are_more_consistent() {
    let share = |stepper: &str, grid: &str, steps: usize| {
        let abars = abar_grid::find(grid).unwrap().points(0.0, 1.0, steps);
        run(two_pattern(128), 4, stepper, abars, 3, steps)[0].local_consistency
    };
    for (stepper, grid) in [("ddim", "cosine"), ("euler_angle", "cosine"), ("euler", "uniform")] {
        let shares = [2, 5, 20, 100].map(|steps| share(stepper, grid, steps));
        assert!(shares.windows(2).all(|pair| pair[0] < pair[1]), "{stepper}: {shares:?}");
        // Two steps are far too coarse, a hundred leave only the slow rest of undecided pixels.
        assert!(shares[0] < 0.9 && shares[3] > 0.98, "{stepper}: {shares:?}");
        if stepper == "ddim" {
            // An independent simulation has .984 after 20 steps.
            assert!((shares[2] - 0.984).abs() < 0.004, "{shares:?}");
        }
    }
}
