//! Kernel `spin_langevin`.

use diffuscope::core::curie_weiss::CurieWeiss;
use diffuscope::core::curie_weiss::hubbard_stratonovich::BiasDensity;
use diffuscope::core::curie_weiss::product_states::ProductStates;
use diffuscope::core::philox::{self, Stream};
use diffuscope::engine::kernel::{SpinLangevin, SpinRequest, SpinStep, SpinSums, spin_noise};
use diffuscope::engine::reference::ReferenceEngine;

use crate::{EPS, engines};

fn magnet(beta: f64) -> CurieWeiss {
    CurieWeiss { beta, field: 0.4, spins: 100, temperature: 1.0 }
}

/// Pairs of states from hot to cold, and mixtures of many.
fn models() -> Vec<(String, ProductStates)> {
    let simplified =
        [0.5, 1.05, 1.5, 9.0, 20.0].map(|beta| (format!("simplified, β = {beta}"), magnet(beta).simplified()));
    let original = [0.8, 1.5, 9.0]
        .map(|beta| (format!("original, β = {beta}"), BiasDensity::new(&magnet(beta), 0.8, 30.0).product_states()));
    simplified.into_iter().chain(original).collect()
}

fn normal(i: usize) -> f32 {
    philox::normals(5, Stream::Start, i as u32, 0)[0]
}

fn request<'a>(states: &'a ProductStates, spins: usize, steps: &'a [SpinStep], error: &'a [f32]) -> SpinRequest<'a> {
    SpinRequest {
        states,
        spins,
        steps,
        first_step: 3,
        first_system: 2,
        seed: 0x1234_5678_9abc_def0,
        stream: Stream::SpinReverse,
        score_error: error,
    }
}

/// Whether one step of an engine took `start` to where the theory says, and found the same sums.
fn check(
    request: &SpinRequest<'_>,
    start: &[f32],
    moved: (&[f32], &SpinSums),
    exact: (&[f32], &SpinSums),
) -> Result<(), String> {
    let (&[step], spins) = (request.steps, request.spins) else { return Err("not one step".to_owned()) };
    let pair = request.states.symmetric_pair().is_some();
    let widest = request.states.states().iter().fold(0.0, |w: f64, state| w.max(state.bias.abs()));
    if moved.0.len() != start.len() || moved.1.sum.len() != exact.1.sum.len() {
        return Err("wrong number of values".to_owned());
    }
    for (m, own) in start.chunks(spins).enumerate() {
        // Σ|terms| of the log odds: a spin of tilt u speaks for one sign with at most 2 min(|u|, b).
        let size = |x: &f32| {
            if pair { 2.0 * (step.tilt * f64::from(x.abs())).min(widest) } else { 1.0 + 2.0 * widest }
        };
        let allowed = 4.0 * EPS * (own.iter().map(size).sum::<f64>() + 1.0);
        let (a, b) = (exact.1.log_odds[m], moved.1.log_odds[m]);
        // Beyond ±30 nothing depends on the value.
        let agree = if a.abs() < 30.0 { (a - b).abs() <= allowed } else { a.signum() == b.signum() && b.abs() > 25.0 };
        if !agree {
            return Err(format!("system {m}: log odds {b} for {a}, allowed {allowed:e}"));
        }
        let bound = 4.0 * EPS * own.iter().map(|x| f64::from(x.abs())).sum::<f64>();
        let within = (exact.1.sum[m] - moved.1.sum[m]).abs() <= bound; // false for NaN
        if !within {
            return Err(format!("system {m}: sum {} for {}", moved.1.sum[m], exact.1.sum[m]));
        }
        for (i, &x) in own.iter().enumerate() {
            let at = m * spins + i;
            let xi =
                spin_noise(request.seed, request.stream, spins, request.first_system + m as u32, i, request.first_step);
            let error = request.score_error.get(i).copied().unwrap_or_default();
            let terms = (step.keep * f64::from(x)).abs()
                + step.pull.abs()
                + (step.error * f64::from(error)).abs()
                // Normal numbers are good to a few units of √(−2 ln u) where they nearly vanish.
                + step.noise.abs() * (2.0 + f64::from(xi.abs()));
            // ⟨a⟩ follows the log odds by at most half their error, and a tilt by its own rounding.
            let through_odds = step.pull.abs() * if pair { 0.5 } else { 2.0 } * allowed;
            let tilted = step.pull.abs() * 4.0 * EPS * (1.0 + widest.min(2.0));
            let difference = (f64::from(moved.0[at]) - f64::from(exact.0[at])).abs();
            let bound = 4.0 * EPS * terms + through_odds + tilted;
            let within = difference <= bound; // false for NaN
            if !within {
                return Err(format!("system {m}, spin {i}: {} for {}, allowed {bound:e}", moved.0[at], exact.0[at]));
            }
        }
    }
    Ok(())
}

#[test]
fn one_step_agrees() {
    for (name, states) in &models() {
        let pair = states.symmetric_pair().is_some();
        for (systems, spins) in [(1, 1), (7, 1), (3, 63), (2, 64), (3, 65), (2, 1000), (1, 1025), (1, 65_536)] {
            if !pair && spins > 2000 {
                continue; // the theory's sums over all states take long
            }
            for tilt in [1e-3, 0.3, 4.0, 500.0] {
                let plain = SpinStep { tilt, keep: 0.93, pull: 0.2, error: 0.0, noise: 0.1 };
                for step in [plain, SpinStep { error: 0.3, noise: 0.0, ..plain }] {
                    let error: Vec<f32> =
                        if step.error == 0.0 { Vec::new() } else { (0..spins).map(|i| normal(i + 9)).collect() };
                    let list = [step];
                    let request = request(states, spins, &list, &error);
                    let start: Vec<f32> = (0..systems * spins).map(normal).collect();
                    let mut exact = start.clone();
                    let exact_sums = ReferenceEngine.spin_langevin(&request, &mut exact).unwrap();
                    for (engine_name, engine) in engines() {
                        let mut moved = start.clone();
                        let sums = engine.spin_langevin(&request, &mut moved).unwrap();
                        let checked = check(&request, &start, (&moved, &sums), (&exact, &exact_sums));
                        checked.unwrap_or_else(|fault| {
                            panic!("{engine_name}, {name}, {systems} × {spins}, tilt {tilt}: {fault}")
                        });
                    }
                }
            }
        }
    }
}

#[test]
fn a_perturbed_spin_is_noticed() {
    let states = magnet(1.5).simplified();
    let list = [SpinStep { tilt: 0.3, keep: 0.93, pull: 0.2, error: 0.0, noise: 0.1 }];
    let request = request(&states, 65, &list, &[]);
    let start: Vec<f32> = (0..130).map(normal).collect();
    let mut exact = start.clone();
    let sums = ReferenceEngine.spin_langevin(&request, &mut exact).unwrap();
    let spoilt = |spoil: fn(&mut [f32], &mut SpinSums)| {
        let (mut moved, mut moved_sums) = (exact.clone(), sums.clone());
        spoil(&mut moved, &mut moved_sums);
        check(&request, &start, (&moved, &moved_sums), (&exact, &sums)).is_err()
    };
    assert!(!spoilt(|_, _| ()));
    assert!(spoilt(|moved, _| moved[128] += 2e-4));
    assert!(spoilt(|moved, _| moved[3] = f32::NAN));
    assert!(spoilt(|_, sums| sums.log_odds[1] += 1e-3));
    assert!(spoilt(|_, sums| sums.sum[0] *= 1.001));
}

/// Several steps, in one call and in parts, all systems together and each alone.
#[test]
fn runs_and_ensembles_may_be_cut_anywhere() {
    let steps: Vec<SpinStep> = (0..9)
        .map(|i| SpinStep { tilt: 0.1 + 0.1 * f64::from(i), keep: 0.95, pull: 0.1, error: 0.0, noise: 0.3 })
        .collect();
    for states in [magnet(1.5).simplified(), BiasDensity::new(&magnet(1.3), 0.8, 30.0).product_states()] {
        let (systems, spins) = (5, 100);
        let start: Vec<f32> = (0..systems * spins).map(normal).collect();
        for (name, engine) in engines() {
            let whole = request(&states, spins, &steps, &[]);
            let mut together = start.clone();
            let sums = engine.spin_langevin(&whole, &mut together).unwrap();
            assert_eq!(sums.sum.len(), systems * steps.len(), "{name}");
            let mut parts = start.clone();
            let (early, late) = steps.split_at(4);
            engine.spin_langevin(&SpinRequest { steps: early, ..whole }, &mut parts).unwrap();
            let later = SpinRequest { steps: late, first_step: whole.first_step + 4, ..whole };
            let late_sums = engine.spin_langevin(&later, &mut parts).unwrap();
            assert_eq!(parts, together, "{name}");
            assert_eq!(late_sums.sum, sums.sum[4 * systems..], "{name}");
            let mut alone = start.clone();
            for (system, x) in (0..).zip(alone.chunks_mut(spins)) {
                let one = SpinRequest { first_system: whole.first_system + system, ..whole };
                let own = engine.spin_langevin(&one, x).unwrap();
                let wanted: Vec<f64> = (0..steps.len()).map(|s| sums.log_odds[s * systems + system as usize]).collect();
                assert_eq!(own.log_odds, wanted, "{name}");
            }
            assert_eq!(alone, together, "{name}");
        }
    }
}

/// A step that keeps nothing and adds noise of size one shows the noise itself.
#[test]
fn noise_is_the_one_documented() {
    let states = magnet(1.5).simplified();
    let list = [SpinStep { tilt: 1.0, keep: 0.0, pull: 0.0, error: 0.0, noise: 1.0 }];
    for (systems, spins) in [(1, 1), (3, 65), (2, 1000), (100, 640)] {
        let request = request(&states, spins, &list, &[]);
        for (name, engine) in engines() {
            let mut x = vec![0.0; systems * spins];
            engine.spin_langevin(&request, &mut x).unwrap();
            for (at, found) in x.iter().enumerate() {
                let (system, spin) = (request.first_system + (at / spins) as u32, at % spins);
                let xi = spin_noise(request.seed, request.stream, spins, system, spin, request.first_step);
                // A few units of √(−2 ln u), which the number itself does not show where its sine nearly vanishes.
                assert!((found - xi).abs() <= 8.0 * f32::EPSILON * (2.0 + xi.abs()), "{name}, {system}, {spin}");
            }
        }
    }
}

#[test]
fn nothing_is_carried_nowhere() {
    let states = magnet(1.5).simplified();
    let list = [SpinStep { tilt: 1.0, keep: 0.5, pull: 0.1, error: 0.0, noise: 1.0 }];
    for (name, engine) in engines() {
        let sums = engine.spin_langevin(&request(&states, 10, &list, &[]), &mut []).unwrap();
        assert_eq!(sums, SpinSums::default(), "{name}");
        let mut x = vec![0.5; 20];
        let sums = engine.spin_langevin(&request(&states, 10, &[], &[]), &mut x).unwrap();
        assert!(sums.sum.is_empty() && x == vec![0.5; 20], "{name}");
    }
}
