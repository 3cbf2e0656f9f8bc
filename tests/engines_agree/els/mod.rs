//! Kernels `els_step` and `els_posterior`, and `grid_correlation` in a file of its own.

mod correlation;
mod oracle;

use std::sync::Arc;

use diffuscope::core::els::machine::Machine;
use diffuscope::core::els::stepper::{self, Step};
use diffuscope::core::els::window::Window;
use diffuscope::core::els::{Grids, Level, abar_grid};
use diffuscope::core::image_set::ImageSet;
use diffuscope::core::param::Choice;
use diffuscope::engine::EngineError;
use diffuscope::engine::gpu::GpuEngine;
use diffuscope::engine::kernel::{ElsPosterior, ElsStep, PosteriorMap};
use diffuscope::engine::reference::ReferenceEngine;

use crate::{TRUSTED, engines};
use oracle::{Energies, Pixel, choices, cost, exact_step, grids, images, machine, sample};

/// Side of the grids, side of the images where it is free, number of images, patch sizes. Some images are more than a vector
/// has lanes, and not a multiple.
const SIZES: [(usize, usize, usize, &[usize]); 7] = [
    (5, 7, 3, &[1, 3, 5, 9]),
    (5, 6, 37, &[3, 9]),
    (16, 8, 20, &[3]),
    (16, 16, 2, &[3, 9]),
    (31, 12, 1, &[5, 7]),
    (64, 7, 1, &[7, 57]),
    (100, 7, 1, &[3, 97]),
];
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
    let machines = choices().into_iter().filter(|choice| choice.kind != "two_pattern");
    for (choice, count) in machines.flat_map(|choice| [3, 20].map(|count| (choice.clone(), count))) {
        let set = Arc::new(ImageSet::new(count, 1, 8, images(1, 1, 8).values().repeat(count)).unwrap());
        let machine = Machine::new(&choice, set, 8).unwrap();
        for abar in [0.3, 0.9, 1.0] {
            let phi = grids(&machine, abar, 1);
            for (name, engine) in engines() {
                let map = engine.els_posterior(&machine, Level { abar, k: 3 }, &phi).unwrap();
                assert!(map.image.iter().all(|image| *image == 0), "{name}, {choice:?}: {:?}", map.image);
                let most = 1.001 / count as f32;
                assert!(map.weight.iter().all(|weight| *weight < most), "{name}, {choice:?}, {count}");
            }
        }
    }
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
