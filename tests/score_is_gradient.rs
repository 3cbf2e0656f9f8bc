//! The score, the denoiser and the covariances against independent routes, for every process and score model.

use diffuscope::core::mixture::{Component, Mixture, NoisedMixture};
use diffuscope::core::param::Choice;
use diffuscope::core::process::{self, Forward};
use diffuscope::core::{score_model, sym2};
use nalgebra::{Matrix2, Vector2};
use proptest::prelude::*;

const SHAPES: [[f64; 3]; 2] = [[1.0, 0.0, 1.0], [1.3, 0.4, 0.6]];

/// Nine weighted points and one hand-made Gaussian.
fn data() -> Mixture {
    let mut components: Vec<Component> = (0..9)
        .map(|i| Component {
            weight: 1.0 + f64::from(i % 3),
            mean: Vector2::new(f64::from(i * 7 % 9) / 4.0 - 1.0, f64::from(i * 5 % 9) / 4.0 - 1.1),
            covariance: Matrix2::zeros(),
        })
        .collect();
    components.push(Component { weight: 2.0, mean: Vector2::new(0.3, 0.9), covariance: sym2::new(0.2, -0.1, 0.1) });
    Mixture::new(components).unwrap()
}

/// Every process with both noise shapes, every score model, at five times of its range.
fn cases() -> Vec<(String, NoisedMixture)> {
    let mut cases = Vec::new();
    for kind in process::ALL {
        for shape in SHAPES {
            let forward = Forward::new(&Choice::new(kind.info.id), sym2::new(shape[0], shape[1], shape[2])).unwrap();
            for model in score_model::ALL {
                let mixture = score_model::build(&Choice::new(model.info.id), &data()).unwrap();
                for log_snr in [-3.0, -1.0, 0.5, 2.0, 4.0] {
                    let t = forward.time_at_log_snr(log_snr).unwrap();
                    let name = format!("{} {shape:?} {} log-SNR {log_snr}", kind.info.id, model.info.id);
                    cases.push((name, mixture.noised(forward.level(t))));
                }
            }
        }
    }
    cases
}

fn places(noised: &NoisedMixture) -> impl Iterator<Item = Vector2<f64>> {
    let alpha = noised.level().alpha;
    [[0.1, 0.2], [-0.9, 0.4], [0.8, -1.3], [1.9, 1.2]].map(|[x, y]| alpha * Vector2::new(x, y)).into_iter()
}

/// Fourth-order central difference along `axis`.
fn slope<T>(f: impl Fn(Vector2<f64>) -> T, x: Vector2<f64>, axis: usize, h: f64) -> T
where
    T: std::ops::Sub<Output = T> + std::ops::Mul<f64, Output = T> + std::ops::Add<Output = T>,
{
    let at = |steps: f64| {
        let mut place = x;
        place[axis] += steps * h;
        f(place)
    };
    (at(1.0) - at(-1.0)) * (8.0 / (12.0 * h)) - (at(2.0) - at(-2.0)) * (1.0 / (12.0 * h))
}

#[test]
fn score_is_the_gradient_of_the_log_density() {
    for (name, noised) in cases() {
        let h = 1e-3 * noised.level().sigma;
        for x in places(&noised) {
            let score = noised.score(x);
            for axis in 0..2 {
                let difference = slope(|x| noised.log_density(x), x, axis, h);
                let scale = score.norm() + 1.0 / noised.level().sigma;
                assert!((score[axis] - difference).abs() < 1e-8 * scale, "{name} at {x}: {} {difference}", score[axis]);
            }
        }
    }
}

#[test]
fn proxy_covariance_is_the_hessian_plus_the_noise_precision() {
    // [GTV] (34): C = (σ² S)⁻¹ + ∇∇ log p_t.
    for (name, noised) in cases() {
        let level = *noised.level();
        let precision = sym2::inverse(&(level.sigma.powi(2) * level.shape));
        for x in places(&noised) {
            let value = noised.at(x);
            for axis in 0..2 {
                let hessian = slope(|x| noised.score(x), x, axis, 1e-3 * level.sigma);
                let error = (value.proxy_covariance.column(axis) - precision.column(axis) - hessian).norm();
                assert!(error < 1e-7 * precision.norm(), "{name} at {x}: off by {error}");
            }
        }
    }
}

#[test]
fn denoiser_obeys_tweedie() {
    // D = (x + σ² S s)/α.
    for (name, noised) in cases() {
        let level = *noised.level();
        for x in places(&noised) {
            let value = noised.at(x);
            let tweedie = (x + level.sigma.powi(2) * (level.shape * value.score)) / level.alpha;
            assert!((value.denoiser - tweedie).norm() < 1e-11 * (1.0 + x.norm() / level.alpha), "{name} at {x}");
        }
    }
}

#[test]
fn covariance_is_the_derivative_of_the_denoiser() {
    // ∂D/∂x = (α/σ²) Cov[x_0|x] S⁻¹.
    for (name, noised) in cases() {
        let level = *noised.level();
        let factor = level.alpha / level.sigma.powi(2) * sym2::inverse(&level.shape);
        for x in places(&noised) {
            let expected = noised.at(x).posterior_covariance * factor;
            for axis in 0..2 {
                let measured = slope(|x| noised.at(x).denoiser, x, axis, 1e-3 * level.sigma);
                assert!((expected.column(axis) - measured).norm() < 1e-7 / level.alpha, "{name} at {x}");
            }
        }
    }
}

#[test]
fn tiny_covariances_keep_their_digits() {
    // Two points, one of which holds all but e^(−Δ) of the weight: Cov = w (1 − w) (p − q)(p − q)ᵀ.
    let (p, q) = (Vector2::new(-1.0, 0.25), Vector2::new(1.0, -0.5));
    let point = |mean| Component { weight: 1.0, mean, covariance: Matrix2::zeros() };
    let mixture = Mixture::new(vec![point(p), point(q)]).unwrap();
    let forward = Forward::isotropic(&Choice::new("edm")).unwrap();
    for sigma in [0.5, 0.2, 0.1, 0.08] {
        let x = Vector2::new(0.9, -0.4);
        let gap = ((x - p).norm_squared() - (x - q).norm_squared()) / (2.0 * sigma * sigma);
        let weight = (-gap).exp() / (1.0 + (-gap).exp());
        let expected = weight * (1.0 - weight) * (p - q) * (p - q).transpose();
        let found = mixture.noised(forward.level(sigma)).at(x).posterior_covariance;
        assert!((found - expected).norm() < 1e-11 * expected.norm(), "σ = {sigma}: {found} {expected}");
    }
}

#[test]
fn all_score_models_agree_far_away() {
    // [GAUSS] §4.1: for σ ≫ √tr Σ the score forgets the data, fastest for the Gaussian model.
    let forward = Forward::isotropic(&Choice::new("edm").with("sigma_max", 1000.0)).unwrap();
    let error = |model: &str, sigma: f64| {
        let level = forward.level(sigma);
        let (a, b) = (score_model::build(&Choice::new(model), &data()).unwrap().noised(level), data().noised(level));
        let ring = (0..64).map(|i| f64::from(i) * std::f64::consts::TAU / 64.0);
        let places = ring.map(|angle| data().mean() + 1.3 * sigma * Vector2::new(angle.cos(), angle.sin()));
        let (difference, size) = places.fold((0.0, 0.0), |(difference, size), x| {
            (difference + (a.score(x) - b.score(x)).norm_squared(), size + b.score(x).norm_squared())
        });
        difference / size
    };
    // Falls as σ⁻⁴ (isotropic) and σ⁻⁶ (Gaussian).
    for (model, power) in [("isotropic", 4.0), ("gaussian", 6.0)] {
        let measured = (error(model, 20.0) / error(model, 40.0)).log2();
        assert!((measured - power).abs() < 0.2, "{model}: falls with power {measured}");
    }
}

proptest! {
    /// At equal SNR all processes are one, after x is rescaled by α.
    #[test]
    fn processes_are_equivalent(log_snr in -4.0..4.0_f64, x in -2.0..2.0_f64, y in -2.0..2.0_f64, shape in 0..2_usize) {
        let [xx, xy, yy] = SHAPES[shape];
        let values: Vec<_> = process::ALL.iter().map(|kind| {
            let forward = Forward::new(&Choice::new(kind.info.id), sym2::new(xx, xy, yy)).unwrap();
            let t = forward.time_at_log_snr(log_snr).unwrap();
            let alpha = forward.alpha(t);
            let value = data().noised(forward.level(t)).at(alpha * Vector2::new(x, y));
            (value.log_density + 2.0 * alpha.ln(), alpha * value.score, value.denoiser, value.posterior_covariance)
        }).collect();
        for other in &values[1..] {
            prop_assert!((other.0 - values[0].0).abs() < 1e-8 * (1.0 + values[0].0.abs()));
            prop_assert!((other.1 - values[0].1).norm() < 1e-8 * (1.0 + values[0].1.norm()));
            prop_assert!((other.2 - values[0].2).norm() < 1e-8);
            prop_assert!((other.3 - values[0].3).norm() < 1e-8);
        }
    }
}

#[test]
fn awkward_places_give_finite_numbers() {
    let forward = Forward::isotropic(&Choice::new("edm")).unwrap();
    let point = |x: f64| Component { weight: 1.0, mean: Vector2::new(x, 0.0), covariance: Matrix2::zeros() };
    let one = Mixture::new(vec![point(0.0)]).unwrap();
    let coincident = Mixture::new(vec![point(1.0), point(1.0), point(1.0)]).unwrap();
    for mixture in [one, coincident, data()] {
        for sigma in [0.002, 1.0, 80.0] {
            let noised = mixture.noised(forward.level(sigma));
            for x in [[0.0, 0.0], [1e6, -1e6], [1.0, 0.0]] {
                let value = noised.at(Vector2::from(x));
                assert!(value.log_density.is_finite() && value.score.iter().all(|v| v.is_finite()));
                assert!(value.proxy_covariance.iter().chain(&value.posterior_covariance).all(|v| v.is_finite()));
            }
        }
    }
}
