//! Random matrices and linear scores against closed forms, and the two transitions of [CW] at N = 400.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use approx::assert_relative_eq;
use diffuscope::core::high_dimensions::linear_score::{self, Samples};
use diffuscope::core::high_dimensions::{distance, eigen, random, spectral_density, spectrum, wishart};
use diffuscope::core::param::Choice;
use diffuscope::core::process::Forward;
use diffuscope::core::{sampler, time_grid};
use diffuscope::labs::high_dimensions::run::{distances, samples, spectra};
use diffuscope::labs::high_dimensions::scene::{Focus, Scene};
use faer::Mat;

fn falling(n: usize) -> Vec<f64> {
    spectrum::build(&Choice::new("power_law"), n).unwrap()
}

fn norm2(matrix: &Mat<f64>) -> f64 {
    (0..matrix.ncols()).map(|j| (0..matrix.nrows()).map(|i| matrix[(i, j)].powi(2)).sum::<f64>()).sum()
}

#[test]
fn spectra_are_positive_and_fall() {
    for kind in spectrum::ALL {
        for n in [2, 37, 1000] {
            let values = spectrum::build(&Choice::new(kind.info.id), n).unwrap();
            assert_eq!(values.len(), n);
            assert!(values.windows(2).all(|pair| pair[0] >= pair[1]) && values[n - 1] > 0.0, "{}", kind.info.id);
        }
    }
    let bulk = spectrum::build(&Choice::new("marchenko_pastur").with("ratio", 0.3), 1000).unwrap();
    // mean 1 and variance c
    let mean = bulk.iter().sum::<f64>() / 1000.0;
    let variance = bulk.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 1000.0;
    assert_relative_eq!(mean, 1.0, epsilon = 1e-3);
    assert_relative_eq!(variance, 0.3, epsilon = 3e-3);
}

#[test]
fn sample_covariances_scatter_as_wishart_matrices_do_at_any_number_of_samples() {
    let truth = falling(30);
    for count in [10.0, 30.0, 900.0, 1e9] {
        let repeats = 60;
        let (mut error2, mut trace) = (0.0, 0.0);
        for seed in 0..repeats {
            let covariance = wishart::gram(&wishart::covariance_factor(seed, &truth, count));
            error2 += distance::relative_error2(&truth, covariance.as_ref()) / repeats as f64;
            trace += (0..30).map(|i| covariance[(i, i)] / truth[i]).sum::<f64>() / (30 * repeats) as f64;
        }
        assert_relative_eq!(error2, (30.0 * 30.0 + 30.0) / count, max_relative = 0.1);
        assert!((trace - 1.0).abs() < 5.0 * (2.0 / (count * 30.0 * repeats as f64)).sqrt(), "P = {count}: {trace}");
    }
    // fewer samples than dimensions: as many eigenvalues as samples
    let few = wishart::gram(&wishart::covariance_factor(1, &truth, 10.0));
    let values = eigen::values(few.as_ref()).unwrap();
    assert_eq!(values.iter().filter(|v| **v > 1e-10).count(), 10);
}

#[test]
fn eigenvalues_follow_marchenko_and_pastur() {
    let (n, ratio) = (400, 0.25);
    let covariance = wishart::gram(&wishart::covariance_factor(5, &vec![1.0; n], n as f64 / ratio));
    let values = eigen::values(covariance.as_ref()).unwrap();
    let mut quantiles = spectral_density::marchenko_pastur_quantiles(ratio, n);
    quantiles.reverse();
    for (value, quantile) in values.iter().zip(&quantiles) {
        assert!((value - quantile).abs() < 0.05, "{value} against {quantile}");
    }
    let (pairs, vectors) = eigen::vectors(covariance.as_ref()).unwrap();
    let residual = &covariance * &vectors - Mat::from_fn(n, n, |i, j| vectors[(i, j)] * pairs[j]);
    assert!(norm2(&residual) < 1e-20);
    // the general law, smoothed, against the closed form, and its mass
    let places: Vec<f64> = (0..400).map(|i| 0.01 * (f64::from(i) + 0.5)).collect();
    let density = spectral_density::generalised(&[1.0; 7], ratio, &places, 1e-4);
    for (x, density) in places.iter().zip(&density) {
        let [low, high] = spectral_density::edges(ratio);
        if (x - low).abs() > 0.02 && (x - high).abs() > 0.02 {
            assert_relative_eq!(*density, spectral_density::marchenko_pastur(ratio, *x), epsilon = 3e-3);
        }
    }
    assert_relative_eq!(density.iter().sum::<f64>() * 0.01, 1.0, epsilon = 2e-3);
}

#[test]
fn wasserstein_distance_of_commuting_and_of_turned_covariances() {
    let truth = [2.0, 0.5, 1.0];
    let other = [1.0, 3.0, 1.0];
    let diagonal = Mat::from_fn(3, 3, |i, j| if i == j { other[i] } else { 0.0 });
    let expected = truth.iter().zip(other).map(|(c, d): (&f64, f64)| (c.sqrt() - d.sqrt()).powi(2)).sum::<f64>() / 3.0;
    assert_relative_eq!(distance::wasserstein2(&truth, diagonal.as_ref()).unwrap(), expected, max_relative = 1e-12);
    // N = 2: tr (C^{1/2} D C^{1/2})^{1/2} = √(tr CD + 2√(det C det D))
    let turned = Mat::from_fn(2, 2, |i, j| [[1.3, 0.4], [0.4, 0.9]][i][j]);
    let (trace_product, determinants) = (2.0 * 1.3 + 0.5 * 0.9, 2.0 * 0.5 * (1.3 * 0.9 - 0.16_f64));
    let fidelity = (trace_product + 2.0 * determinants.sqrt()).sqrt();
    let expected = 0.5 * (2.5 + 2.2 - 2.0 * fidelity);
    assert_relative_eq!(distance::wasserstein2(&truth[..2], turned.as_ref()).unwrap(), expected, max_relative = 1e-12);
    // eigenvalues of C⁻¹D − I by the characteristic polynomial
    let (a, b, c, d) = (1.3 / 2.0 - 1.0, 0.4 / 2.0, 0.4 / 0.5, 0.9 / 0.5 - 1.0);
    let sum2: f64 = (a + d) * (a + d) - 2.0 * (a * d - b * c);
    assert_relative_eq!(distance::relative_error2(&truth[..2], turned.as_ref()), sum2, max_relative = 1e-12);
    let [lower, upper] = distance::total_variation_bounds(&truth[..2], turned.as_ref());
    assert_relative_eq!(lower, sum2.sqrt().min(1.0) / 100.0);
    assert_relative_eq!(upper, 1.5 * sum2.sqrt().min(1.0));
}

#[test]
fn noised_samples_have_the_moments_of_explicit_ones() {
    // Loss, D and B enter through `least_squares` only; their scatter is that of P independent pairs (a, x).
    let (n, count, alpha, sigma) = (12, 40.0, 0.6, 0.7);
    let truth = falling(n);
    let noised: Vec<f64> = truth.iter().map(|v| alpha * alpha * v + sigma * sigma).collect();
    let (trace, noised_trace): (f64, f64) = (truth.iter().sum(), noised.iter().sum());
    let (mut second2, mut memory2) = (0.0, 0.0);
    let repeats = 400;
    for seed in 0..repeats {
        let (second, memory) = Samples::new(seed, &truth, count).noised(alpha, sigma, 3);
        let centred = |matrix: &Mat<f64>, mean: &dyn Fn(usize) -> f64| {
            norm2(&Mat::from_fn(n, n, |i, j| matrix[(i, j)] - if i == j { mean(i) } else { 0.0 }))
        };
        second2 += centred(&second, &|i| noised[i]) / repeats as f64;
        memory2 += centred(&memory, &|i| alpha * truth[i]) / repeats as f64;
    }
    let square = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>();
    assert_relative_eq!(second2, (noised_trace.powi(2) + square(&noised)) / count, max_relative = 0.08);
    let expected = (trace * noised_trace + alpha * alpha * square(&truth)) / count;
    assert_relative_eq!(memory2, expected, max_relative = 0.08);
}

#[test]
fn least_squares_minimises_the_loss_and_the_printed_form_does_not() {
    let (alpha, sigma) = (0.5, 0.8);
    let (second, memory) = Samples::new(3, &falling(20), 60.0).noised(alpha, sigma, 0);
    let best = linear_score::least_squares(&second, &memory, alpha, sigma);
    let printed = linear_score::printed(&second, &memory, alpha, sigma);
    let loss = |weights: &Mat<f64>| linear_score::loss(weights, &second, &memory, alpha, sigma);
    assert!(loss(&printed) > loss(&best) + 1e-3, "{} against {}", loss(&printed), loss(&best));
    for seed in 0..5 {
        let direction = random::normal_matrix(seed, 20, 20);
        for size in [1e-3, -1e-3] {
            assert!(loss(&(&best + &direction * faer::Scale(size))) > loss(&best));
        }
    }
    // many samples: both become (8)
    let truth = falling(20);
    let exact =
        linear_score::exact(Mat::from_fn(20, 20, |i, j| if i == j { truth[i] } else { 0.0 }).as_ref(), alpha, sigma);
    let (second, memory) = Samples::new(3, &truth, 1e10).noised(alpha, sigma, 0);
    for learned in [
        linear_score::least_squares(&second, &memory, alpha, sigma),
        linear_score::printed(&second, &memory, alpha, sigma),
    ] {
        assert!(norm2(&(learned - &exact)) < 1e-5);
    }
    // (9)
    let bias = linear_score::bias(exact.as_ref(), &[1.0; 20], alpha);
    for (b, value) in bias.iter().zip(&truth) {
        assert_relative_eq!(*b, -alpha / (sigma * sigma + alpha * alpha * value), max_relative = 1e-10);
    }
}

#[test]
fn generation_with_many_samples_returns_the_covariance() {
    let truth = falling(16);
    let known = Samples::new(2, &truth, 1e12);
    let forward = Forward::isotropic(&Choice::new("ornstein_uhlenbeck").with("t_max", 8.0)).unwrap();
    let times = time_grid::times(&Choice::new("log_snr"), &forward, 200).unwrap();
    for (sampler, allowed) in [("heun", 2e-3), ("rk4", 2e-3), ("reverse_sde", 0.1), ("ancestral", 0.1)] {
        let steps = sampler::find(sampler).unwrap().plan(&forward, &times);
        for kind in linear_score::ALL {
            let covariance = linear_score::generated_covariance(kind, &known, &steps, 1.0, &mut |_| true).unwrap();
            for i in 0..16 {
                assert_relative_eq!(covariance[(i, i)], truth[i], max_relative = allowed, epsilon = 3e-3);
            }
        }
    }
    let steps = sampler::find("heun").unwrap().plan(&forward, &times);
    assert!(linear_score::generated_covariance(&linear_score::ALL[1], &known, &steps, 1.0, &mut |f| f < 0.5).is_none());
}

#[test]
fn both_transitions_show_at_four_hundred_dimensions() {
    let scene =
        Scene { sizes: vec![400], exponents: vec![-0.5, 0.0, 0.5, 1.0, 1.5, 2.0], repeats: 1, ..Scene::default() };
    let points = distances(&scene, &mut |_| true).unwrap().unwrap();
    for pair in points.windows(2) {
        assert!(pair[1].w2 < pair[0].w2, "{pair:?}");
        assert!(pair[0].exponent < 0.0 || pair[1].tv_upper <= pair[0].tv_upper, "{pair:?}");
    }
    let at = |a: f64| *points.iter().find(|point| point.exponent == a).unwrap();
    // P ≫ N: W₂² vanishes at a = 0, while the bounds on the total variation still say nothing
    assert!(at(-0.5).w2 > 0.5 && at(0.0).w2 > 0.1 && at(0.5).w2 < 0.03 && at(1.0).w2 < 2e-3, "{points:?}");
    assert_eq!([at(-0.5).tv_lower, at(-0.5).tv_upper], [1.0, 1.0]);
    assert!(at(0.5).tv_upper == 1.5 && at(1.0).tv_upper > 1.4);
    // P ≫ N²: they vanish, as √((N² + N)/P)
    for a in [1.5, 2.0] {
        let expected = 1.5 * ((400.0_f64 * 400.0 + 400.0) / samples(400, a)).sqrt();
        assert_relative_eq!(at(a).tv_upper, expected, max_relative = 0.05);
    }
}

#[test]
fn eigenvalues_are_learned_before_eigenvectors() {
    let scene = |exponent| Scene { focus: Focus { size: 200, exponent }, ..Scene::default() };
    let at = |exponent| spectra(&scene(exponent), &mut |_| true).unwrap().unwrap();
    let error = |exponent| {
        let spectra = at(exponent);
        let pairs = spectra.truth.iter().zip(&spectra.generated);
        (pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>() / 200.0).sqrt()
    };
    assert!(error(0.0) > 0.3 && error(0.75) < 0.03, "{} {}", error(0.0), error(0.75));
    assert!(at(0.75).mean_diagonal_overlap() < 0.4 && at(2.2).mean_diagonal_overlap() > 0.9);
    let sums = at(0.75);
    for row in sums.overlaps.chunks(200) {
        assert_relative_eq!(row.iter().sum::<f32>(), 1.0, epsilon = 1e-4);
    }
    let mass: f32 =
        sums.density.windows(2).zip(sums.places.windows(2)).map(|(d, x)| (d[0] * (x[1] - x[0])) as f32).sum();
    assert_relative_eq!(mass, 1.0, epsilon = 0.05);
}

#[test]
fn undetermined_scores_and_cancelling_are_no_accidents() {
    let scene = Scene {
        sizes: vec![20],
        exponents: vec![-1.0, 0.5],
        learning: "least_squares".to_owned(),
        repeats: 2,
        steps: 20,
        ..Scene::default()
    };
    let points = distances(&scene, &mut |_| true).unwrap().unwrap();
    assert!(points[0].w2.is_nan() && points[0].samples == 1.0);
    assert!(points[1].w2.is_finite() && points[1].w2_error > 0.0);
    assert!(distances(&scene, &mut |fraction| fraction < 0.3).unwrap().is_none());
    assert!(spectra(&scene, &mut |_| false).unwrap().is_none());
}
