//! The theory of the Curie–Weiss lab against independent routes: closed forms, enumeration, finite differences, golden
//! numbers and simulation.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use approx::assert_relative_eq;
use diffuscope::core::curie_weiss::hubbard_stratonovich::BiasDensity;
use diffuscope::core::curie_weiss::potential::Potential;
use diffuscope::core::curie_weiss::product_states::{ProductState, ProductStates, SymmetricPair};
use diffuscope::core::curie_weiss::pure_states::PureStates;
use diffuscope::core::curie_weiss::{CurieWeiss, clones, log_cosh, mean_field, order_parameter};
use diffuscope::core::philox::{self, Stream};

fn magnet() -> CurieWeiss {
    CurieWeiss { beta: 1.5, field: 0.4, spins: 1000, temperature: 1.0 }
}

#[test]
fn magnetization_solves_the_mean_field_equation() {
    for beta in [1.000_001, 1.001, 1.0099, 1.0101, 1.2, 1.5, 3.0, 10.0] {
        let m = CurieWeiss { beta, ..magnet() }.magnetization();
        assert!(m > 0.0);
        // artanh m = βm holds to rounding relative to the distance from the trivial root.
        let residual = if m < 0.5 { m * m / 3.0 + m.powi(4) / 5.0 + m.powi(6) / 7.0 } else { m.atanh() / m - 1.0 };
        let allowed = 1e-9 * beta + if m < 0.5 { m.powi(8) / 5.0 } else { 0.0 };
        assert!((residual - (beta - 1.0)).abs() < allowed, "β = {beta}: {residual}");
    }
    let near = CurieWeiss { beta: 1.0 + 1e-10, ..magnet() }.magnetization();
    assert_relative_eq!(near, 3e-10_f64.sqrt(), max_relative = 1e-6);
    assert_relative_eq!(magnet().magnetization(), 0.858_559_636_640_7, max_relative = 1e-12);
    for beta in [0.0, 0.5, 1.0] {
        assert_eq!(CurieWeiss { beta, ..magnet() }.magnetization(), 0.0);
    }
}

#[test]
fn roots_are_roots_and_the_spinodal_separates_one_from_three() {
    for kappa in [0.3, 1.0, 1.05, 1.7, 4.0, 60.0, 2e9] {
        for c in [-5.0, -0.3, -1e-3, 0.0, 1e-6, 0.02, 0.5, 3.0, 40.0] {
            let roots = mean_field::solve(kappa, c);
            let all = [Some(roots.stable), roots.metastable, roots.unstable];
            for y in all.into_iter().flatten() {
                assert!((y - c - kappa * y.tanh()).abs() <= 1e-12 * (kappa + c.abs()), "κ = {kappa}, c = {c}, y = {y}");
            }
            assert!(roots.stable * c >= 0.0);
            assert_eq!(roots.metastable.is_some(), kappa > 1.0 && mean_field::spinodal_field(kappa) > f64::abs(c));
            // Counting sign changes is a route of its own.
            let reach = kappa.min(100.0) + f64::abs(c) + 1.0;
            let f = |i: i32| {
                let y = reach * (f64::from(i) + 0.37) / 20_000.0;
                y - c - kappa * y.tanh()
            };
            if kappa < 100.0 && c.abs() > 1e-5 {
                let changes = (-20_000..20_000).filter(|&i| f(i) * f(i + 1) < 0.0).count();
                assert_eq!(changes, if roots.metastable.is_some() { 3 } else { 1 }, "κ = {kappa}, c = {c}");
            }
        }
    }
}

#[test]
fn phase_diagram_agrees_with_the_large_deviation_function() {
    let model = CurieWeiss { beta: 1.4, field: 3.0, spins: 50, temperature: 1.0 };
    let roots = CurieWeiss::phase_diagram(1.4, 3.0 / 50.0);
    for m in [Some(roots.stable), roots.metastable, roots.unstable].into_iter().flatten() {
        let slope = (model.large_deviation(m + 1e-5) - model.large_deviation(m - 1e-5)) / 2e-5;
        assert!(slope.abs() < 1e-9, "Φ'({m}) = {slope}");
    }
    assert!(roots.metastable.is_some());
}

#[test]
fn weights_and_clocks() {
    let model = magnet();
    let m = model.magnetization();
    let [plus, minus] = model.weights();
    assert_relative_eq!(plus, (0.4 * m).exp() / (2.0 * (0.4 * m).cosh()), max_relative = 1e-14);
    assert_relative_eq!(plus + minus, 1.0, max_relative = 1e-14);
    assert_relative_eq!(model.critical_time().unwrap(), 0.5 * (2.0 * m * m * 1000.0).ln(), max_relative = 1e-14);
    for (d, golden) in [(256, 2.7726), (1024, 3.4657), (4096, 4.1589), (16384, 4.8520)] {
        assert!((CurieWeiss { spins: d, ..model }.speciation_time() - golden).abs() < 5e-5);
    }
    assert_eq!(CurieWeiss { beta: 1.0, ..model }.critical_time(), None);
    assert_eq!(CurieWeiss { beta: 0.7, ..model }.weights(), [0.5, 0.5]);
}

#[test]
fn curvature_vanishes_at_the_critical_time() {
    let model = CurieWeiss { field: 0.0, temperature: 0.7, ..magnet() };
    let t = model.critical_time().unwrap();
    assert!(Potential::new(&model, t).curvature(0.0).abs() < 1e-12);
    assert!(Potential::new(&model, t + 0.01).wells().shallow.is_none());
    assert!(Potential::new(&model, t - 0.01).wells().shallow.is_some());
}

#[test]
fn second_well_appears_when_it_is_said_to() {
    for field in [0.0, 0.01, 0.4, -2.0, 30.0] {
        let model = CurieWeiss { field, ..magnet() };
        let t = model.second_well_time().unwrap();
        for (t, wells) in [(t + 1e-3, 1), (t - 1e-3, 2)] {
            let v = Potential::new(&model, t);
            let reach = 3.0 * model.amplitude(t) + 1.0;
            let slope = |i: i32| v.slope(reach * (f64::from(i) + 0.41) / 40_000.0);
            let minima = (-40_000..40_000).filter(|&i| slope(i) < 0.0 && slope(i + 1) >= 0.0).count();
            assert_eq!(minima, wells, "h = {field}, t = {t}");
            assert_eq!(1 + usize::from(v.wells().shallow.is_some()), wells);
        }
    }
}

#[test]
fn slope_and_curvature_are_derivatives_and_minus_the_drift() {
    for (t, field) in [(1.0, 0.4), (3.5, -0.3), (6.0, 2.0)] {
        let model = CurieWeiss { field, temperature: 1.3, ..magnet() };
        let v = Potential::new(&model, t);
        for mu in [-40.0, -3.0, -0.2, 0.0, 0.7, 5.0, 60.0] {
            let h = 1e-5 * (1.0 + f64::abs(mu));
            let slope = (v.value(mu + h) - v.value(mu - h)) / (2.0 * h);
            assert_relative_eq!(slope, v.slope(mu), max_relative = 1e-7, epsilon = 2e-7);
            let curvature = (v.slope(mu + h) - v.slope(mu - h)) / (2.0 * h);
            assert_relative_eq!(curvature, v.curvature(mu), max_relative = 1e-6, epsilon = 1e-6);
            // drift of the reverse SDE: μ + 2T ∂ log P_t(μ)/∂μ with the density of the one-dimensional process
            let log_density = |mu: f64| model.density(mu, t).ln();
            if model.density(mu, t) > 1e-280 {
                let score = (log_density(mu + h) - log_density(mu - h)) / (2.0 * h);
                assert_relative_eq!(
                    mu + 2.0 * model.temperature * score,
                    -v.slope(mu),
                    max_relative = 1e-6,
                    epsilon = 1e-6
                );
            }
        }
    }
}

#[test]
fn wells_and_barrier_reach_their_limits() {
    let model = CurieWeiss { field: 0.0, spins: 1_000_000_000, temperature: 0.8, ..magnet() };
    let (m, t) = (model.magnetization(), 2.0);
    let wells = Potential::new(&model, t).wells();
    let scale = model.n().sqrt() * (-t).exp();
    assert_relative_eq!(wells.deep, 2.0 * m * scale, max_relative = 1e-12);
    let barrier = 2.0 * m * m * scale * scale - 2.0 * 0.8 * std::f64::consts::LN_2;
    assert_relative_eq!(wells.barrier.unwrap(), barrier, max_relative = 1e-12);
    // long before the transition: one well at 2m* tanh(m*h)√N e^{−t}
    let model = CurieWeiss { field: 0.4, ..model };
    let v = Potential::new(&model, model.speciation_time() + 7.0);
    assert_relative_eq!(v.wells().deep, v.early_centre(), max_relative = 1e-5);
    assert!(v.wells().top.is_none());
    // the cloud is half way to the well
    let t = model.speciation_time() + 7.0;
    assert_relative_eq!(2.0 * model.mean_order_parameter(t), v.wells().deep, max_relative = 1e-5);
}

#[test]
fn extreme_parameters_give_defined_results() {
    let tiny = CurieWeiss { spins: 1, ..magnet() };
    assert!(Potential::new(&tiny, 0.5).wells().deep.is_finite());
    for (spins, temperature, t) in [(1_000_000_000, 1e-3, 0.0), (1, 1e-3, 40.0), (1_000_000_000, 100.0, 1e-6)] {
        for field in [-1e3, 0.0, 1e3] {
            let model = CurieWeiss { beta: 20.0, field, spins, temperature };
            let v = Potential::new(&model, t);
            let wells = v.wells();
            for value in [wells.deep, v.value(wells.deep), v.slope(0.0), v.curvature(1.0), model.plus_probability(-9.0)]
            {
                assert!(value.is_finite(), "N = {spins}, T = {temperature}, t = {t}, h = {field}");
            }
            assert!(v.slope(wells.deep).abs() <= 1e-9 * (1.0 + wells.deep.abs()));
        }
    }
    let hot = CurieWeiss { beta: 0.9, ..magnet() };
    assert_eq!(Potential::new(&hot, 1.0).wells().deep, 0.0);
    assert_eq!(hot.second_well_time(), None);
    assert_eq!(hot.plus_probability(-20.0), 0.5);
    assert_relative_eq!(log_cosh(1e-9), 5e-19, max_relative = 1e-12);
    assert_relative_eq!(log_cosh(1e9), 1e9 - std::f64::consts::LN_2, max_relative = 1e-15);
    let pair = SymmetricPair::new(400.0);
    for u in [-1e6, -399.0, 0.0, 3.0, 1e6] {
        assert!(pair.log_ratio(u).is_finite() && pair.mean(u, 0.3).abs() <= 1.0, "u = {u}");
    }
}

/// Seeds and sizes of tilts.
const SCALES: [(u64, f64); 4] = [(1, 0.01), (2, 0.4), (3, 2.0), (4, 9.0)];
/// Numbers of spins that are summed over.
const ENUMERATED: [u64; 5] = [1, 2, 5, 11, 12];

/// Tilts like those of x drawn round a configuration of `n` spins.
fn tilts(seed: u64, scale: f64, n: u64) -> Vec<f64> {
    (0..n as u32).map(|i| scale * f64::from(philox::normals(seed, Stream::Start, i, 0)[0])).collect()
}

/// ⟨a_i⟩ by summing over all 2^N configurations of `log_p0`.
fn enumerated_means(tilts: &[f64], log_p0: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let n = tilts.len();
    let configurations: Vec<Vec<f64>> =
        (0..1_u32 << n).map(|bits| (0..n).map(|i| if bits >> i & 1 == 1 { 1.0 } else { -1.0 }).collect()).collect();
    let log = |a: &[f64]| log_p0(a) + a.iter().zip(tilts).map(|(a, u)| a * u).sum::<f64>();
    let max = configurations.iter().map(|a| log(a)).fold(f64::NEG_INFINITY, f64::max);
    let (mut norm, mut sums) = (0.0, vec![0.0; n]);
    for a in &configurations {
        let weight = (log(a) - max).exp();
        norm += weight;
        for (sum, a) in sums.iter_mut().zip(a) {
            *sum += weight * a;
        }
    }
    sums.iter().map(|sum| sum / norm).collect()
}

#[test]
fn simplified_posterior_means_against_enumeration() {
    for (spins, (seed, scale)) in ENUMERATED.into_iter().flat_map(|n| SCALES.map(|case| (n, case))) {
        let model = CurieWeiss { spins, ..magnet() };
        let m = model.magnetization();
        let [plus, minus] = model.weights();
        let tilts = tilts(seed, scale, spins);
        let exact = enumerated_means(&tilts, |a| {
            let product = |sign: f64| a.iter().map(|a| 0.5 * (1.0 + sign * m * a)).product::<f64>();
            (plus * product(1.0) + minus * product(-1.0)).ln()
        });
        let mut means = vec![0.0; tilts.len()];
        let states = model.simplified();
        assert!(states.symmetric_pair().is_some());
        states.posterior_means(&tilts, &mut means);
        // the general route, which sees no pair: the same states with a third of no weight
        let mut three = states.states().to_vec();
        three.push(ProductState { bias: 0.1, log_weight: -2000.0 });
        let mut general = vec![0.0; tilts.len()];
        ProductStates::new(three).posterior_means(&tilts, &mut general);
        for ((mean, general), exact) in means.iter().zip(&general).zip(&exact) {
            assert!((mean - exact).abs() < 1e-12, "N = {spins}, scale {scale}: {mean} against {exact}");
            assert!((general - exact).abs() < 1e-12, "general, N = {spins}, scale {scale}");
        }
    }
}

#[test]
fn original_posterior_means_against_enumeration() {
    for beta in [0.0, 0.6, 1.5, 3.0] {
        for spins in ENUMERATED {
            let model = CurieWeiss { beta, spins, ..magnet() };
            let states = BiasDensity::new(&model, 0.5, 700.0).product_states();
            for (seed, scale) in SCALES {
                let tilts = tilts(seed, scale, spins);
                let exact = enumerated_means(&tilts, |a| {
                    let sum: f64 = a.iter().sum();
                    beta / (2.0 * model.n()) * sum * sum + model.field / model.n() * sum
                });
                let mut means = vec![0.0; tilts.len()];
                states.posterior_means(&tilts, &mut means);
                for (mean, exact) in means.iter().zip(&exact) {
                    assert!((mean - exact).abs() < 1e-12, "β = {beta}, N = {spins}: {mean} against {exact}");
                }
            }
        }
    }
}

#[test]
fn score_is_the_gradient_of_the_log_density_and_has_the_late_limit() {
    let model = CurieWeiss { spins: 5, temperature: 0.7, ..magnet() };
    let (t, n) = (0.6_f64, 5);
    let (alpha, variance) = ((-t).exp(), model.noise_variance(t));
    let m = model.magnetization();
    let log_density = |x: &[f64]| {
        let one = |x: f64, mean: f64| (-(x - mean).powi(2) / (2.0 * variance)).exp();
        let state = |sign: f64| {
            x.iter().map(|&x| (1.0 + sign * m) * one(x, alpha) + (1.0 - sign * m) * one(x, -alpha)).product::<f64>()
        };
        let [plus, minus] = model.weights();
        (plus * state(1.0) + minus * state(-1.0)).ln()
    };
    let x: Vec<f64> = (0..n).map(|i| 0.8 * f64::from(philox::normals(9, Stream::Start, i, 0)[0])).collect();
    let mut score = vec![0.0; 5];
    model.simplified().score(&x, alpha, variance, &mut score);
    for i in 0..5 {
        let shifted = |by: f64| {
            let mut y = x.clone();
            y[i] += by;
            log_density(&y)
        };
        assert_relative_eq!((shifted(1e-5) - shifted(-1e-5)) / 2e-5, score[i], max_relative = 1e-7, epsilon = 1e-8);
    }
    // (23): the difference falls like e^{−2t} relative to the tanh term
    let model = CurieWeiss { spins: 400, ..magnet() };
    let t = model.speciation_time() + 1.0;
    let x: Vec<f64> = (0..400).map(|i| f64::from(philox::normals(3, Stream::Start, i, 0)[0])).collect();
    let (mut exact, mut late) = (vec![0.0; 400], vec![0.0; 400]);
    model.simplified().score(&x, (-t).exp(), model.noise_variance(t), &mut exact);
    model.late_time_score(&x, t, &mut late);
    for (a, b) in exact.iter().zip(&late) {
        assert!((a - b).abs() < 0.02, "{a} against {b}");
    }
}

#[test]
fn bias_density_sums_to_the_exact_distribution_of_the_magnetization() {
    let model = CurieWeiss { beta: 1.2, field: 0.8, spins: 20, temperature: 1.0 };
    let states = BiasDensity::new(&model, 0.5, 40.0).product_states();
    let choose = |k: u32| (0..k).map(|i| f64::from(20 - i) / f64::from(i + 1)).product::<f64>();
    let exact: Vec<f64> = (0..=20)
        .map(|k| {
            let sum = 2.0 * f64::from(k) - 20.0;
            choose(k) * (1.2 / 40.0 * sum * sum + 0.8 / 20.0 * sum).exp()
        })
        .collect();
    let norm: f64 = exact.iter().sum();
    for k in 0..=20 {
        let mixed: f64 = states
            .states()
            .iter()
            .map(|state| {
                let p = 0.5 * (1.0 + state.bias.tanh());
                state.log_weight.exp() * choose(k) * p.powi(k as i32) * (1.0 - p).powi(20 - k as i32)
            })
            .sum();
        assert_relative_eq!(mixed, exact[k as usize] / norm, max_relative = 1e-10);
    }
}

#[test]
fn plus_probability_is_measured_by_the_backward_langevin_equation() {
    let model = magnet();
    let particles = 100_000;
    let mut mu = vec![0.0; particles];
    let mut t = model.speciation_time() + 6.0;
    order_parameter::start(&model, t, 11, &mut mu);
    let mut number = 0;
    for tau in [2.0, 1.5, 1.0, 0.6, 0.3, 0.0, -0.3, -0.6, -1.0, -1.5] {
        let end = model.speciation_time() + tau;
        let steps = ((t - end) / 0.01_f64).ceil() as u32;
        let times: Vec<f64> = (0..=steps).map(|i| t + (end - t) * f64::from(i) / f64::from(steps)).collect();
        order_parameter::advance(&model, &times, number, 11, Stream::OrderParameter, &mut mu);
        (t, number) = (end, number + steps);
        let measured = mu.iter().filter(|mu| **mu > 0.0).count() as f64 / particles as f64;
        let expected = model.plus_probability(tau);
        let sigma = (expected * (1.0 - expected) / particles as f64).sqrt();
        assert!((measured - expected).abs() < 3.0 * sigma, "τ = {tau}: {measured} against {expected} ± {sigma}");
        let mean = mu.iter().sum::<f64>() / particles as f64;
        let spread = (1.0 + model.amplitude(t).powi(2)) / particles as f64;
        assert!((mean - model.mean_order_parameter(t)).abs() < 4.0 * spread.sqrt(), "mean at τ = {tau}");
    }
}

#[test]
fn clone_agreement_has_its_golden_values() {
    let model = |d| CurieWeiss { beta: 30.0, field: 0.0, spins: d, temperature: 1.0 };
    for (d, t, golden) in [(256, 2.5, 0.8621), (1024, 3.5, 0.7644), (16384, 5.0, 0.7297)] {
        assert!((clones::agreement(&model(d), t) - golden).abs() < 5e-5, "d = {d}");
    }
    for d in [256, 1024, 4096, 16384] {
        assert!((clones::agreement(&model(d), model(d).speciation_time()) - 0.775).abs() < 5e-4);
    }
    assert_relative_eq!(clones::agreement(&model(256), -5.0), 1.0, max_relative = 1e-12);
    assert_relative_eq!(clones::agreement(&model(256), 20.0), 0.5, max_relative = 1e-6);
}

#[test]
fn clone_agreement_in_a_field_is_measured() {
    let model = magnet();
    let t = model.speciation_time() + 0.2;
    let particles = 40_000;
    let mut first = vec![0.0; particles];
    order_parameter::start(&model, t, 5, &mut first);
    let mut second = first.clone();
    let times: Vec<f64> = (0..=200).map(|i| t - 0.02 * f64::from(i)).collect();
    order_parameter::advance(&model, &times, 0, 5, Stream::OrderParameter, &mut first);
    order_parameter::advance(&model, &times, 0, 5, Stream::OrderParameterClone, &mut second);
    let agree = first.iter().zip(&second).filter(|(a, b)| **a * **b > 0.0).count() as f64 / particles as f64;
    let expected = clones::agreement(&model, t);
    let sigma = (expected * (1.0 - expected) / particles as f64).sqrt();
    assert!((agree - expected).abs() < 3.0 * sigma + 2e-3, "{agree} against {expected} ± {sigma}");
}

#[test]
fn collapse_time_has_its_golden_values() {
    for (n, golden) in [(256, 1.2988), (1024, 1.9775), (4096, 2.6671)] {
        assert!((clones::collapse_time(n, 20_000.0, 1.0) - golden).abs() < 5e-5);
    }
    assert_eq!(clones::collapse_time(256, 1.0, 1.0), f64::INFINITY);
}

#[test]
fn two_opposite_pure_states_are_the_double_well() {
    let model = CurieWeiss { temperature: 1.2, ..magnet() };
    let q = model.magnetization().powi(2);
    let states = PureStates::new(&model.weights(), &[vec![q, -q], vec![-q, q]], model.spins, 1.2).unwrap();
    assert_eq!(states.dimension(), 1);
    let t = model.speciation_time() - 0.3;
    let v = Potential::new(&model, t);
    let sign = states.centre(0, t)[0].signum();
    let difference = |mu: f64| states.potential(&[sign * mu], t) - v.value(mu);
    for mu in [-4.0, -0.5, 0.0, 1.0, 7.0] {
        assert_relative_eq!(difference(mu), difference(0.0), epsilon = 1e-10);
        let drift = mu + 2.0 * 1.2 * sign * states.score(&[sign * mu], t)[0];
        assert_relative_eq!(drift, -v.slope(mu), epsilon = 1e-10);
    }
}

#[test]
fn three_pure_states_are_reached_with_their_weights() {
    let weights = [0.5, 0.3, 0.2];
    let overlaps: Vec<Vec<f64>> = (0..3).map(|i| (0..3).map(|j| if i == j { 0.7 } else { 0.1 }).collect()).collect();
    let states = PureStates::new(&weights, &overlaps, 2500, 1.0).unwrap();
    assert_eq!(states.dimension(), 3);
    let start = 0.5 * 2500_f64.ln() + 6.0;
    let times: Vec<f64> = (0..=450).map(|i| start - 0.02 * f64::from(i)).collect();
    let particles = 10_000;
    let mut xi = vec![0.0; 3 * particles];
    states.start(3, &mut xi);
    states.advance(&times, 0, 3, &mut xi);
    let mut counts = [0.0; 3];
    for place in xi.chunks(3) {
        for (count, p) in counts.iter_mut().zip(states.posterior(place, times[450])) {
            *count += p;
        }
    }
    for (count, weight) in counts.iter().zip(weights) {
        let sigma = (weight * (1.0 - weight) / particles as f64).sqrt();
        assert!((count / particles as f64 - weight).abs() < 4.0 * sigma, "{counts:?}");
    }
    let skewed = PureStates::new(&[0.5, 0.5], &[vec![1.0, 2.0], vec![2.0, 1.0]], 10, 1.0);
    assert!(skewed.is_err(), "overlaps above 1 of unit vectors");
}
