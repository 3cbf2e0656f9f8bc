//! Samplers against closed forms: order of their error by slope, laws of their particles by Kolmogorov–Smirnov.

use std::sync::Arc;

use diffuscope::core::mixture::{Component, Mixture};
use diffuscope::core::param::Choice;
use diffuscope::core::philox::Stream;
use diffuscope::core::process::{self, Forward};
use diffuscope::core::sampler::{self, Direction};
use diffuscope::core::{gaussian_flow, sym2, time_grid};
use diffuscope::engine::kernel::{ParticleRequest, Particles};
use diffuscope::engine::reference::ReferenceEngine;
use diffuscope::engine::{Engine, kernel::MixtureParticles};
use diffuscope::labs::score_field::run::Run;
use diffuscope::labs::score_field::scene::{Point, Scene, Start};
use nalgebra::Vector2;
use statrs::distribution::{ContinuousCDF, Normal};

fn gaussian() -> (Mixture, Component) {
    let component = Component { weight: 1.0, mean: Vector2::new(0.4, -0.7), covariance: sym2::new(0.9, 0.3, 0.25) };
    (Mixture::new(vec![component]).unwrap(), component)
}

fn forward(kind: &str) -> Forward {
    Forward::new(&Choice::new(kind), sym2::new(1.2, -0.3, 0.8)).unwrap()
}

#[test]
fn deterministic_samplers_have_their_order() {
    let (mixture, component) = gaussian();
    for kind in sampler::ALL.iter().filter(|kind| !kind.stochastic) {
        let order = f64::from(kind.order.unwrap());
        for process in process::ALL.iter().filter(|p| p.info.id != "ddpm_chain") {
            let forward = forward(process.info.id);
            // A middle stretch of time, where steps are smooth.
            let (from, to) = (forward.time_at_log_snr(-1.0).unwrap(), forward.time_at_log_snr(2.0).unwrap());
            let start = Vector2::new(1.1, 0.6);
            let exact = gaussian_flow::transport(
                component.mean,
                &component.covariance,
                &forward.level(from),
                &forward.level(to),
                start,
            );
            let error = |steps: u32| {
                let times: Vec<f64> =
                    (0..=steps).map(|i| from + (to - from) * f64::from(i) / f64::from(steps)).collect();
                let mut x = [start];
                let plan = kind.plan(&forward, &times);
                sampler::advance(&mut x, &mixture, &forward, &plan, 0, 0, Stream::Reverse);
                (x[0] - exact).norm()
            };
            let coarse = if order > 3.0 { 16 } else { 64 };
            let slope = (error(coarse) / error(2 * coarse)).log2();
            let name = format!("{} on {}", kind.info.id, process.info.id);
            assert!((slope - order).abs() < 0.25, "{name}: order {slope}, expected {order}");
        }
    }
}

#[test]
fn closed_form_flow_obeys_its_equation() {
    // dx/dt = f x − ½ g² S s along the closed form, by differences.
    let (mixture, component) = gaussian();
    for process in process::ALL {
        let forward = forward(process.info.id);
        let t = forward.time_at_log_snr(0.3).unwrap();
        let x = Vector2::new(0.5, 1.4);
        let h = 1e-6 * t;
        let at = |to: f64| {
            let (from, to) = (forward.level(t), forward.level(to));
            gaussian_flow::transport(component.mean, &component.covariance, &from, &to, x)
        };
        let moved = (at(t + h) - at(t - h)) / (2.0 * h);
        let score = mixture.noised(forward.level(t)).score(x);
        let expected = forward.drift(t) * x - 0.5 * forward.diffusion(t) * (forward.shape() * score);
        assert!((moved - expected).norm() < 1e-5 * (1.0 + expected.norm()), "{}", process.info.id);
    }
}

#[test]
fn ddim_lands_on_a_single_point_in_one_step() {
    let target = Vector2::new(-0.3, 0.8);
    let mixture = Mixture::new(vec![Component { weight: 1.0, mean: target, covariance: sym2::new(0.0, 0.0, 0.0) }]);
    let forward = forward("cosine");
    let (clean, noisy) = forward.range();
    let plan = sampler::find("ddim").unwrap().plan(&forward, &[noisy, clean]);
    let start = Vector2::new(1.0, 2.0);
    let mut x = [start];
    sampler::advance(&mut x, &mixture.unwrap(), &forward, &plan, 0, 0, Stream::Reverse);
    let noise = (start - forward.alpha(noisy) * target) / forward.sigma(noisy);
    assert!((x[0] - forward.alpha(clean) * target - forward.sigma(clean) * noise).norm() < 1e-12);
}

/// Largest distance between the empirical distribution of `values` and `cdf`, times √n.
fn kolmogorov_smirnov(mut values: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let gap = |(i, v): (usize, &f64)| {
        let expected = cdf(*v);
        (expected - i as f64 / n).abs().max((expected - (i + 1) as f64 / n).abs())
    };
    values.iter().enumerate().map(gap).fold(0.0, f64::max) * n.sqrt()
}

/// A threshold of √n D that a true law exceeds once in 10⁶ runs: 2 exp(−2 x²) = 10⁻⁶.
const KS_LIMIT: f64 = 2.7;

/// Three well-separated Gaussians of unequal weight.
fn three() -> Mixture {
    let component =
        |weight, x, y, s| Component { weight, mean: Vector2::new(x, y), covariance: sym2::new(s, 0.3 * s, 0.8 * s) };
    Mixture::new(vec![component(0.5, -1.0, 0.0, 0.05), component(0.3, 1.0, 0.5, 0.08), component(0.2, 0.2, -1.0, 0.03)])
        .unwrap()
}

/// √n D of the particles' projections on three directions against the exact law at the last time.
fn distance(kind: &str, process: &str, steps: usize, count: usize) -> f64 {
    let (mixture, forward) = (three(), forward(process));
    let kind = sampler::find(kind).unwrap();
    let mut times = time_grid::times(&Choice::new("log_snr"), &forward, steps).unwrap();
    if kind.direction == Direction::Noising {
        times.reverse();
    }
    // Start from the exact law of the first time.
    let mut particles = Particles::default();
    let components = mixture.components();
    for item in 0..count as u32 {
        let pick = diffuscope::core::philox::words(9, Stream::Pick as u32, item, 0);
        let u = f64::from(diffuscope::core::philox::uniform(pick[0]));
        let chosen = components[if u < 0.5 {
            0
        } else if u < 0.8 {
            1
        } else {
            2
        }];
        let normal = |step| {
            let [a, b] = diffuscope::core::philox::normals(9, Stream::Start, item, step);
            Vector2::new(f64::from(a), f64::from(b))
        };
        let x0 = chosen.mean + sym2::sqrt(&chosen.covariance) * normal(1);
        let x = forward.noised(times[0], x0, normal(0));
        particles.x.push(x.x as f32);
        particles.y.push(x.y as f32);
    }
    let plan = kind.plan(&forward, &times);
    let request = ParticleRequest {
        mixture: &mixture,
        forward: &forward,
        steps: &plan,
        first_step: 0,
        seed: 9,
        stream: Stream::Reverse,
    };
    ReferenceEngine.mixture_particles(&request, &mut particles).unwrap();

    let level = forward.level(times[steps]);
    let directions = [Vector2::new(1.0, 0.0), Vector2::new(0.0, 1.0), Vector2::new(0.6, 0.8)];
    let worst = directions.map(|direction| {
        let parts: Vec<(f64, Normal)> = components
            .iter()
            .map(|c| {
                let covariance = level.alpha.powi(2) * c.covariance + level.sigma.powi(2) * level.shape;
                let spread = direction.dot(&(covariance * direction)).sqrt();
                (c.weight, Normal::new(level.alpha * direction.dot(&c.mean), spread).unwrap())
            })
            .collect();
        let values = particles.x.iter().zip(&particles.y);
        let values = values.map(|(x, y)| direction.dot(&Vector2::new(f64::from(*x), f64::from(*y)))).collect();
        kolmogorov_smirnov(values, |v| parts.iter().map(|(weight, normal)| weight * normal.cdf(v)).sum())
    });
    worst.into_iter().fold(0.0, f64::max)
}

#[test]
fn particles_follow_the_exact_law() {
    for kind in sampler::ALL {
        for process in ["edm", "cosine", "ornstein_uhlenbeck"] {
            let steps = if kind.order == Some(1) { 600 } else { 100 };
            let found = distance(kind.info.id, process, steps, 4000);
            assert!(found < KS_LIMIT, "{} on {process}: √n D = {found}", kind.info.id);
        }
    }
}

#[test]
fn the_test_of_laws_notices_coarse_steps() {
    // Eight Euler–Maruyama steps are far too few: a test that passed them would pass anything.
    assert!(distance("reverse_sde", "edm", 8, 4000) > KS_LIMIT);
}

fn scene(sampler: &str) -> Scene {
    let mut scene = Scene::default();
    scene.data.points = [[-1.0, 0.0], [1.0, 0.3], [0.0, 1.0]].map(|at| Point { at, weight: 1.0 }).to_vec();
    scene.particles.count = 300;
    scene.particles.steps = 24;
    scene.particles.sampler = sampler.to_owned();
    scene
}

#[test]
fn scrubbing_backwards_replays_identical_numbers() {
    let engine: Arc<dyn Engine> = Arc::new(ReferenceEngine);
    for kind in sampler::ALL {
        let mut scene = scene(kind.info.id);
        scene.compare = Some(Choice::new("gaussian"));
        let mut run = Run::new(&scene, Arc::clone(&engine)).unwrap();
        let mut seen = vec![run.particles().clone()];
        for step in 1..=run.steps() {
            run.seek(step).unwrap();
            seen.push(run.particles().clone());
        }
        for step in [20, 3, 24, 0, 7, 6] {
            run.seek(step).unwrap();
            assert_eq!((run.position(), run.particles()), (step, &seen[step]), "{} step {step}", kind.info.id);
            assert_eq!(run.history(step), Some(&seen[step]));
        }
        let mut fresh = Run::new(&scene, Arc::clone(&engine)).unwrap();
        while !fresh.seek_within(13, 5).unwrap() {}
        assert_eq!(fresh.particles(), &seen[13], "{}", kind.info.id);
    }
}

#[test]
fn both_models_start_from_the_same_noise() {
    let mut scene = scene("reverse_sde");
    scene.compare = Some(scene.model.clone());
    let mut run = Run::new(&scene, Arc::new(ReferenceEngine)).unwrap();
    run.seek(24).unwrap();
    assert_eq!(Some(run.particles()), run.compare_particles());
}

#[test]
fn noising_starts_at_the_data_and_generation_where_the_scene_says() {
    let near_data = |run: &Run| {
        let particles = run.particles();
        let close = |(x, y): (&f32, &f32)| {
            let at = Vector2::new(f64::from(*x), f64::from(*y));
            run.setup().data.components().iter().any(|c| (c.mean - at).norm() < 0.02)
        };
        particles.x.iter().zip(&particles.y).filter(|p| close(*p)).count()
    };
    let noising = Run::new(&scene("forward_sde"), Arc::new(ReferenceEngine)).unwrap();
    assert_eq!(near_data(&noising), 300);
    let mut scene = scene("heun");
    scene.data.points[0].at = [90.0, 0.0];
    let mean_x = |run: &Run| run.particles().x.iter().sum::<f32>() / 300.0;
    let prior = Run::new(&scene, Arc::new(ReferenceEngine)).unwrap();
    assert!(mean_x(&prior).abs() < 2.0);
    scene.particles.start = Start::Exact;
    let exact = Run::new(&scene, Arc::new(ReferenceEngine)).unwrap();
    assert!((mean_x(&exact) - 30.0).abs() < 10.0);
}
