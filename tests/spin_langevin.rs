//! Kernel `spin_langevin`: the fast engine against the f64 theory, and the full process against the distribution it
//! should make.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use diffuscope::core::curie_weiss::CurieWeiss;
use diffuscope::core::curie_weiss::hubbard_stratonovich::BiasDensity;
use diffuscope::core::curie_weiss::product_states::ProductStates;
use diffuscope::core::param::Choice;
use diffuscope::core::philox::{self, Stream};
use diffuscope::core::process::Forward;
use diffuscope::core::{sampler, time_grid};
use diffuscope::engine::cpu::CpuEngine;
use diffuscope::engine::kernel::{SpinLangevin, SpinRequest, SpinStep, spin_noise};
use diffuscope::engine::reference::ReferenceEngine;
use fearless_simd::{Level, Simd};

fn levels() -> Vec<Level> {
    let best = Level::new();
    #[cfg(target_arch = "x86_64")]
    let lower = [best.as_avx2().map(Simd::level), best.as_sse2().map(Simd::level)];
    #[cfg(not(target_arch = "x86_64"))]
    let lower = [None];
    std::iter::once(best).chain(lower.into_iter().flatten()).collect()
}

fn request<'a>(states: &'a ProductStates, spins: usize, steps: &'a [SpinStep]) -> SpinRequest<'a> {
    SpinRequest {
        states,
        spins,
        steps,
        first_step: 3,
        first_system: 2,
        seed: 77,
        stream: Stream::SpinReverse,
        score_error: &[],
    }
}

fn normal(i: usize) -> f32 {
    philox::normals(5, Stream::Start, i as u32, 0)[0]
}

/// A step at tilt `tilt`, and the same with an error of the score and without noise.
fn steps(tilt: f64) -> [SpinStep; 2] {
    let step = SpinStep { tilt, keep: 0.93, pull: 0.2, error: 0.0, noise: 0.1 };
    [step, SpinStep { error: 0.3, noise: 0.0, ..step }]
}

#[test]
fn one_step_agrees_with_the_theory() {
    let epsilon = f64::from(f32::EPSILON);
    let magnet = |beta| CurieWeiss { beta, field: 0.4, spins: 100, temperature: 1.0 };
    let original = |beta| BiasDensity::new(&magnet(beta), 0.8, 30.0).product_states();
    let models = [
        ("β = 1.05", magnet(1.05).simplified()),
        ("β = 1.5", magnet(1.5).simplified()),
        ("β = 9", magnet(9.0).simplified()),
        ("β = 20", magnet(20.0).simplified()),
        ("hot", magnet(0.5).simplified()),
        ("original, β = 0.8", original(0.8)),
        ("original, β = 1.5", original(1.5)),
        ("original, β = 9", original(9.0)),
    ];
    for (name, states) in &models {
        let pair = states.symmetric_pair().is_some();
        for spins in [1, 15, 16, 17, 63, 64, 65, 100, 4095, 4097, 65_535, 65_537, 100_000] {
            if !pair && spins > 4097 {
                continue; // the theory's sums over all states take long
            }
            for tilt in [1e-3, 0.3, 4.0, 500.0] {
                for step in steps(tilt) {
                    let systems = if spins > 1000 { 1 } else { 3 };
                    let start: Vec<f32> = (0..systems * spins).map(normal).collect();
                    let error: Vec<f32> = (0..spins).map(|i| normal(i + 9)).collect();
                    let list = [step];
                    let request = SpinRequest {
                        score_error: if step.error == 0.0 { &[] } else { &error },
                        ..request(states, spins, &list)
                    };
                    let mut exact = start.clone();
                    let sums = ReferenceEngine.spin_langevin(&request, &mut exact).unwrap();
                    for level in levels() {
                        let mut fast = start.clone();
                        let fast_sums = CpuEngine::with_level(level).spin_langevin(&request, &mut fast).unwrap();
                        for m in 0..systems {
                            let own = &start[m * spins..(m + 1) * spins];
                            // Σ|terms| of the log odds: a spin of tilt u speaks for one sign with at most 2 min(|u|, b).
                            let size = |x: &f32| {
                                let widest = states.states().iter().fold(0.0, |w: f64, s| w.max(s.bias.abs()));
                                if pair { 2.0 * (tilt * f64::from(x.abs())).min(widest) } else { 1.0 + 2.0 * widest }
                            };
                            let terms: f64 = own.iter().map(size).sum();
                            let allowed = 4.0 * epsilon * (terms + 1.0);
                            let (a, b) = (sums.log_odds[m], fast_sums.log_odds[m]);
                            let context = format!("{name}, N = {spins}, tilt {tilt}, {level:?}");
                            if a.abs() < 30.0 {
                                assert!((a - b).abs() <= allowed, "{context}: log odds {a} against {b}, {allowed}");
                            } else {
                                assert!(a.signum() == b.signum() && b.abs() > 25.0, "{context}: {a} against {b}");
                            }
                            let sum: f64 = own.iter().map(|x| f64::from(x.abs())).sum();
                            assert!((sums.sum[m] - fast_sums.sum[m]).abs() <= 4.0 * epsilon * sum);
                            for i in m * spins..(m + 1) * spins {
                                let size = 1.3 * f64::from(start[i].abs()) + 0.2 + 0.5 + 0.3 * 4.0;
                                let through_odds = if pair { 0.2 * 0.5 } else { 0.4 } * allowed;
                                let difference = f64::from(exact[i]) - f64::from(fast[i]);
                                assert!(
                                    difference.abs() <= 4.0 * epsilon * size + through_odds,
                                    "{context}, spin {i}: {} against {}",
                                    exact[i],
                                    fast[i]
                                );
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn numbers_do_not_depend_on_the_number_of_threads() {
    let states = CurieWeiss { beta: 1.5, field: 0.4, spins: 100, temperature: 1.0 }.simplified();
    let list = steps(0.4);
    for (systems, spins) in [(1, 100_000), (9, 1000), (2, 65_600)] {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut x: Vec<f32> = (0..systems * spins).map(normal).collect();
            let sums =
                pool.install(|| CpuEngine::new().spin_langevin(&request(&states, spins, &list), &mut x)).unwrap();
            (x, sums)
        };
        let one = run(1);
        assert!(one == run(2) && one == run(3), "{systems} × {spins}");
        // and systems may be carried one at a time
        let mut parts: Vec<f32> = (0..systems * spins).map(normal).collect();
        for (system, x) in parts.chunks_mut(spins).enumerate() {
            let request = SpinRequest { first_system: 2 + system as u32, ..request(&states, spins, &list) };
            CpuEngine::new().spin_langevin(&request, x).unwrap();
        }
        assert!(parts == one.0);
    }
}

#[test]
fn every_spin_has_noise_of_its_own() {
    let mut seen = std::collections::HashSet::new();
    for system in 0..3 {
        for spin in 0..130 {
            let xi = spin_noise(1, Stream::SpinReverse, 130, system, spin, 0);
            assert!(seen.insert(xi.to_bits()), "system {system}, spin {spin}");
        }
    }
}

#[test]
fn nothing_is_carried_nowhere() {
    let states = CurieWeiss { beta: 1.5, field: 0.4, spins: 100, temperature: 1.0 }.simplified();
    let sums = CpuEngine::new().spin_langevin(&request(&states, 10, &steps(1.0)), &mut []).unwrap();
    assert!(sums.log_odds.is_empty());
    let mut x = vec![0.5; 20];
    let sums = CpuEngine::new().spin_langevin(&request(&states, 10, &[]), &mut x).unwrap();
    assert!(sums.sum.is_empty() && x == vec![0.5; 20]);
}

/// Generates `systems` systems from noise; returns how many spins of each point up.
fn generated(model: &CurieWeiss, states: &ProductStates, systems: usize) -> Vec<usize> {
    let forward = Forward::isotropic(
        &Choice::new("ornstein_uhlenbeck")
            .with("temperature", model.temperature)
            .with("t_min", 1e-3)
            .with("t_max", model.speciation_time() + 6.0),
    )
    .unwrap();
    let times = time_grid::times(&Choice::new("log_snr"), &forward, 200).unwrap();
    let kind = sampler::find("ancestral").unwrap();
    let steps: Vec<SpinStep> = kind.plan(&forward, &times).iter().map(|step| SpinStep::new(step).unwrap()).collect();
    let spins = model.spins as usize;
    let mut x: Vec<f32> = (0..systems * spins)
        .map(|i| spin_noise(4, Stream::SpinStart, spins, (i / spins) as u32, i % spins, 0))
        .map(|xi| xi * model.temperature.sqrt() as f32)
        .collect();
    let request = SpinRequest { first_step: 0, first_system: 0, ..request(states, spins, &steps) };
    CpuEngine::new().spin_langevin(&request, &mut x).unwrap();
    x.chunks(spins).map(|x| x.iter().filter(|x| **x > 0.0).count()).collect()
}

/// χ² per degree of freedom of `counts` against probabilities `expected`, cells of less than 8 expected put together.
fn chi_squared(counts: &[usize], expected: &[f64]) -> (f64, f64) {
    let mut cells = vec![0.0; expected.len()];
    for count in counts {
        cells[*count] += 1.0;
    }
    let (mut sum, mut freedom) = (0.0, -1.0);
    let (mut observed, mut wanted) = (0.0, 0.0);
    for (cell, p) in cells.iter().zip(expected) {
        observed += cell;
        wanted += p * counts.len() as f64;
        if wanted >= 8.0 {
            sum += (observed - wanted).powi(2) / wanted;
            freedom += 1.0;
            (observed, wanted) = (0.0, 0.0);
        }
    }
    (sum, freedom)
}

fn choose(n: usize, k: usize) -> f64 {
    (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product()
}

#[test]
fn the_full_process_ends_in_the_simplified_model() {
    let model = CurieWeiss { beta: 1.3, field: 0.5, spins: 24, temperature: 0.8 };
    let counts = generated(&model, &model.simplified(), 8000);
    let m = model.magnetization();
    let [plus, minus] = model.weights();
    let binomial = |k: usize, p: f64| choose(24, k) * p.powi(k as i32) * (1.0 - p).powi(24 - k as i32);
    let expected: Vec<f64> =
        (0..=24).map(|k| plus * binomial(k, 0.5 * (1.0 + m)) + minus * binomial(k, 0.5 * (1.0 - m))).collect();
    let (chi, freedom) = chi_squared(&counts, &expected);
    assert!(chi < freedom + 3.0 * (2.0 * freedom).sqrt(), "χ² = {chi} for {freedom} degrees of freedom");
    // The test can fail: other weights are told apart.
    let swapped: Vec<f64> = expected.iter().rev().copied().collect();
    assert!(chi_squared(&counts, &swapped).0 > 10.0 * freedom);
}

#[test]
fn the_full_process_ends_in_the_original_model() {
    let model = CurieWeiss { beta: 1.3, field: 0.5, spins: 24, temperature: 1.0 };
    let counts = generated(&model, &BiasDensity::new(&model, 0.7, 25.0).product_states(), 4000);
    let weight = |k: usize| {
        let sum = 2.0 * k as f64 - 24.0;
        choose(24, k) * (model.beta / 48.0 * sum * sum + model.field / 24.0 * sum).exp()
    };
    let norm: f64 = (0..=24).map(weight).sum();
    let expected: Vec<f64> = (0..=24).map(|k| weight(k) / norm).collect();
    let (chi, freedom) = chi_squared(&counts, &expected);
    assert!(chi < freedom + 3.0 * (2.0 * freedom).sqrt(), "χ² = {chi} for {freedom} degrees of freedom");
}
