//! Kernel `mixture_particles`.

use diffuscope::core::mixture::Mixture;
use diffuscope::core::param::Choice;
use diffuscope::core::philox::Stream;
use diffuscope::core::process::{Forward, NoiseLevel};
use diffuscope::core::sampler::{self, MAX_STAGES, PreparedStep, Step};
use diffuscope::core::{philox, sym2};
use diffuscope::engine::kernel::{MixtureParticles, ParticleRequest, Particles};
use diffuscope::engine::reference::ReferenceEngine;
use nalgebra::Vector2;

use crate::field::bounds;
use crate::{EPS, SIZES, engines, mixture, uniform};

fn forward() -> Forward {
    let choice = Choice { kind: "edm".to_owned(), params: Default::default() };
    Forward::new(&choice, sym2::new(1.2, 0.3, 0.8)).unwrap()
}

fn particles(count: usize, spread: f64) -> Particles {
    let coordinate = |stream| (0..count).map(|i| (spread * (2.0 * uniform(i, stream) - 1.0)) as f32).collect();
    Particles { x: coordinate(1), y: coordinate(2) }
}

fn request<'a>(mixture: &'a Mixture, forward: &'a Forward, steps: &'a [Step]) -> ParticleRequest<'a> {
    ParticleRequest { mixture, forward, steps, first_step: 17, seed: 0x1234_5678_9abc_def0, stream: Stream::Reverse }
}

/// Where one step takes a particle, and what rounding may add: that of every term, and what an error made in an earlier
/// stage becomes through the slope's own slope.
fn exact_step(request: &ParticleRequest<'_>, x: Vector2<f64>, item: usize) -> (Vector2<f64>, f64) {
    let step = &request.steps[0];
    let [a, b] = philox::normals(request.seed, request.stream, item as u32, request.first_step);
    let xi = Vector2::new(f64::from(a), f64::from(b));
    let next = PreparedStep::new(step, request.mixture, request.forward).apply(x, xi);

    let shape = request.forward.shape();
    let spread = shape.trace();
    let mut slopes = [Vector2::zeros(); MAX_STAGES];
    let mut errors = [0.0; MAX_STAGES];
    let mut bound =
        4.0 * EPS * ((step.keep * x).norm() + x.norm() + 4.0 * step.noise * spread.sqrt() * (1.0 + xi.norm()));
    for (i, stage) in step.stages.iter().enumerate() {
        let level = request.mixture.noised(NoiseLevel { alpha: stage.alpha, sigma: stage.sigma, shape: *shape });
        let place = (0..i).fold(x, |place, j| place + stage.weights[j] * slopes[j]);
        let inherited: f64 = (0..i).map(|j| stage.weights[j].abs() * (errors[j] + 4.0 * EPS * slopes[j].norm())).sum();
        let inherited = inherited + 4.0 * EPS * x.norm();
        let value = level.at(place);
        let [_, score_x, score_y, ..] = bounds(&level, place, 0.0);
        let steepness = value.proxy_covariance.trace() + sym2::inverse(&(stage.sigma * stage.sigma * shape)).trace();
        slopes[i] = stage.linear * place + stage.score * (shape * value.score);
        errors[i] = stage.linear.abs() * (inherited + 4.0 * EPS * place.norm())
            + stage.score.abs() * spread * (score_x + score_y + 4.0 * EPS * value.score.norm() + steepness * inherited);
        bound += step.combine[i].abs() * (errors[i] + 4.0 * EPS * slopes[i].norm());
    }
    (next, bound)
}

/// Whether `moved` is where the first step of `request` takes `start`; looks at `sample` of the particles.
fn check(request: &ParticleRequest<'_>, start: &Particles, moved: &Particles, sample: usize) -> Result<(), String> {
    let count = start.x.len();
    if moved.x.len() != count || moved.y.len() != count {
        return Err("wrong number of particles".to_owned());
    }
    let stride = count.div_ceil(sample).max(1);
    for item in (0..count).rev().step_by(stride) {
        let place = |p: &Particles| Vector2::new(f64::from(p.x[item]), f64::from(p.y[item]));
        let (exact, bound) = exact_step(request, place(start), item);
        let error = (place(moved) - exact).norm();
        let within = error <= bound; // false for NaN
        if !within {
            return Err(format!("particle {item}: off by {error:e}, allowed {bound:e}"));
        }
    }
    Ok(())
}

fn agree(mixture: &Mixture, sampler: &sampler::SamplerKind, count: usize, times: [f64; 2], sample: usize) {
    let forward = forward();
    let steps = sampler.plan(&forward, &times);
    let request = request(mixture, &forward, &steps);
    let start = particles(count, 2.0);
    for (name, engine) in engines() {
        let mut moved = start.clone();
        engine.mixture_particles(&request, &mut moved).unwrap();
        let what = format!("{name}, {}, {count} particles", sampler.info.id);
        check(&request, &start, &moved, sample).unwrap_or_else(|difference| panic!("{what}: {difference}"));
    }
}

fn times(sampler: &sampler::SamplerKind) -> [f64; 2] {
    if sampler.direction == sampler::Direction::Noising { [0.4, 0.5] } else { [0.5, 0.4] }
}

#[test]
fn one_step_of_every_sampler() {
    for sampler in sampler::ALL {
        agree(&mixture(8, |k| k % 2 == 0), sampler, 1000, times(sampler), 1000);
    }
}

#[test]
fn at_every_number_of_particles() {
    let sampler = sampler::find("reverse_sde").unwrap();
    for count in SIZES.into_iter().chain([0]) {
        agree(&mixture(3, |_| false), sampler, count, [0.5, 0.4], 500);
    }
}

#[test]
fn at_every_number_of_components() {
    // Four stages of 20,000 components are too long for one invocation, as is one of 65,535.
    for (id, components) in [("euler", 1), ("rk4", 65), ("rk4", 20_000), ("heun", 65_535), ("ddim", 100_000)] {
        let sampler = sampler::find(id).unwrap();
        agree(&mixture(components, |k| k % 3 == 0), sampler, 65, [0.5, 0.4], 20);
    }
}

#[test]
fn long_mixtures_mix_steps_with_and_without_stages() {
    let (forward, mixture) = (forward(), mixture(50_000, |_| false));
    let noising = sampler::find("forward_sde").unwrap().plan(&forward, &[0.4, 0.5]);
    let generating = sampler::find("ddim").unwrap().plan(&forward, &[0.5, 0.4]);
    let steps = [noising, generating].concat();
    let request = request(&mixture, &forward, &steps);
    compare_runs(&request, &particles(64, 1.0), 1.0);
}

/// Runs all engines and the theory; at least `share` of the particles must end together, and the laws must agree.
fn compare_runs(request: &ParticleRequest<'_>, start: &Particles, share: f64) {
    let mut wanted = start.clone();
    ReferenceEngine.mixture_particles(request, &mut wanted).unwrap();
    for (name, engine) in engines() {
        let mut moved = start.clone();
        engine.mixture_particles(request, &mut moved).unwrap();
        let count = start.x.len();
        let together =
            (0..count).filter(|&i| (moved.x[i] - wanted.x[i]).hypot(moved.y[i] - wanted.y[i]) < 1e-3).count();
        assert!(together as f64 >= share * count as f64, "{name}: {together} of {count} end together");
        let limit = 1.95 * (2.0 / count as f64).sqrt();
        for (found, exact) in [(&moved.x, &wanted.x), (&moved.y, &wanted.y)] {
            let distance = kolmogorov_smirnov(found, exact);
            assert!(distance <= limit, "{name}: distance {distance}, limit {limit}");
        }
    }
}

/// Largest difference of two samples' distribution functions.
fn kolmogorov_smirnov(a: &[f32], b: &[f32]) -> f64 {
    let sorted = |values: &[f32]| {
        let mut values = values.to_vec();
        values.sort_unstable_by(f32::total_cmp);
        values
    };
    let (a, b) = (sorted(a), sorted(b));
    let below = |values: &[f32], v: f32| values.partition_point(|x| *x <= v) as f64 / values.len() as f64;
    a.iter().chain(&b).map(|&v| (below(&a, v) - below(&b, v)).abs()).fold(0.0, f64::max)
}

#[test]
fn whole_runs_end_together() {
    let (forward, mixture) = (forward(), mixture(8, |k| k % 2 == 0));
    let times: Vec<f64> = (0..=60).map(|i| 10.0 * (-f64::from(i) * 0.1).exp()).collect();
    for id in ["heun", "reverse_sde", "ancestral"] {
        let steps = sampler::find(id).unwrap().plan(&forward, &times);
        compare_runs(&request(&mixture, &forward, &steps), &particles(5000, 15.0), 0.99);
    }
}

#[test]
fn a_run_may_be_cut_anywhere() {
    let (forward, mixture) = (forward(), mixture(8, |_| false));
    let times: Vec<f64> = (0..=20).map(|i| 5.0 * (-f64::from(i) * 0.2).exp()).collect();
    let steps = sampler::find("reverse_sde").unwrap().plan(&forward, &times);
    let whole = request(&mixture, &forward, &steps);
    for (name, engine) in engines() {
        let start = particles(100, 5.0);
        let (mut at_once, mut in_parts) = (start.clone(), start);
        engine.mixture_particles(&whole, &mut at_once).unwrap();
        let (first, second) = steps.split_at(7);
        engine.mixture_particles(&ParticleRequest { steps: first, ..whole }, &mut in_parts).unwrap();
        let later = ParticleRequest { steps: second, first_step: whole.first_step + 7, ..whole };
        engine.mixture_particles(&later, &mut in_parts).unwrap();
        assert_eq!(at_once, in_parts, "{name}");
    }
}

#[test]
fn a_perturbed_particle_is_noticed() {
    let (forward, mixture) = (forward(), mixture(8, |_| false));
    let steps = sampler::find("ancestral").unwrap().plan(&forward, &[0.5, 0.4]);
    let request = request(&mixture, &forward, &steps);
    let start = particles(100, 2.0);
    let mut moved = start.clone();
    ReferenceEngine.mixture_particles(&request, &mut moved).unwrap();
    assert_eq!(check(&request, &start, &moved, 100), Ok(()));
    let mut wrong = moved.clone();
    wrong.y[50] += 1e-4;
    assert!(check(&request, &start, &wrong, 100).is_err());
    wrong.y[50] = f32::NAN;
    assert!(check(&request, &start, &wrong, 100).is_err());
    let other_noise = ParticleRequest { first_step: 18, ..request };
    assert!(check(&other_noise, &start, &moved, 100).is_err());

    let shifted: Vec<f32> = moved.x.iter().map(|x| x + 1.0).collect();
    assert!(kolmogorov_smirnov(&moved.x, &shifted) > 1.95 * (2.0_f64 / 100.0).sqrt());
}
