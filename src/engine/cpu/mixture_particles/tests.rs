//! The kernel against the theory, particle by particle.

use nalgebra::{Matrix2, Vector2};

use super::*;
use crate::cpu::tests::levels;
use diffuscope_core::mixture::{Component, Mixture};
use diffuscope_core::param::Choice;
use diffuscope_core::philox::{self as twin, Stream};
use diffuscope_core::process::Forward;
use diffuscope_core::sampler::{self, Direction};

fn normal(item: u32) -> Vector2<f64> {
    let [x, y] = twin::normals(3, Stream::Start, item, 0);
    Vector2::new(f64::from(x), f64::from(y))
}

fn points(count: u32) -> Mixture {
    let point = |item: u32| Component {
        weight: f64::from(item % 4),
        mean: 1.5 * normal(1000 + item),
        covariance: Matrix2::zeros(),
    };
    Mixture::new((0..count).map(point).collect()).unwrap()
}

fn gaussians(count: u32) -> Mixture {
    let gaussian = |item: u32| {
        let [a, b] = [normal(2000 + item), normal(3000 + item)].map(|v| 0.4 * v);
        let covariance = a * a.transpose() + 0.2 * b * b.transpose();
        Component { weight: 1.0, mean: 1.5 * normal(1000 + item), covariance }
    };
    Mixture::new((0..count).map(gaussian).collect()).unwrap()
}

fn start(count: usize) -> Particles {
    let places: Vec<Vector2<f64>> = (0..count as u32).map(normal).collect();
    Particles { x: places.iter().map(|p| p.x as f32).collect(), y: places.iter().map(|p| p.y as f32).collect() }
}

/// Carries particles with the engine and with the theory; returns the distances at the end, in order of size.
fn distances(engine: &CpuEngine, request: &ParticleRequest<'_>, count: usize) -> Vec<f64> {
    let mut ours = start(count);
    let pairs = ours.x.iter().zip(&ours.y);
    let mut exact: Vec<Vector2<f64>> = pairs.map(|(x, y)| Vector2::new(f64::from(*x), f64::from(*y))).collect();
    engine.mixture_particles(request, &mut ours).unwrap();
    let ParticleRequest { mixture, forward, steps, first_step, seed, stream } = *request;
    sampler::advance(&mut exact, mixture, forward, steps, first_step, seed, stream);
    let pairs = ours.x.iter().zip(&ours.y).zip(&exact);
    let mut distances: Vec<f64> =
        pairs.map(|((x, y), exact)| (Vector2::new(f64::from(*x), f64::from(*y)) - exact).norm()).collect();
    distances.sort_by(f64::total_cmp);
    distances
}

fn forwards() -> [Forward; 2] {
    let tilted = Matrix2::new(1.2, 0.4, 0.4, 0.6);
    [
        Forward::isotropic(&Choice::new("variance_preserving")).unwrap(),
        Forward::new(&Choice::new("edm").with("sigma_max", 5.0), tilted).unwrap(),
    ]
}

/// Times of a run in the sampler's direction that stops where noise is still resolved.
fn times(forward: &Forward, direction: Direction, steps: usize) -> Vec<f64> {
    let (low, high) = forward.range();
    let clean = low + 0.1 * (high - low);
    let (from, to) = if direction == Direction::Generating { (high, clean) } else { (clean, high) };
    (0..=steps).map(|i| from + (to - from) * i as f64 / steps as f64).collect()
}

#[test]
fn every_sampler_agrees_with_the_theory() {
    for forward in forwards() {
        for mixture in [points(8), gaussians(5), points(70), gaussians(40)] {
            for kind in sampler::ALL {
                let steps = kind.plan(&forward, &times(&forward, kind.direction, 20));
                let request = ParticleRequest {
                    mixture: &mixture,
                    forward: &forward,
                    steps: &steps,
                    first_step: 5,
                    seed: 0xfeed_beef_0123,
                    stream: Stream::Reverse,
                };
                // Particles on a ridge between two points part from the theory at a rounding error.
                let distances = distances(&CpuEngine::new(), &request, 1500);
                let (median, percentile) = (distances[750], distances[1485]);
                assert!(median < 2e-6 && percentile < 1e-4, "{}: {median:e}, {percentile:e}", kind.info.id);
            }
        }
    }
}

#[test]
fn every_instruction_set_and_count_agrees_with_the_theory() {
    let forward = &forwards()[0];
    let mixture = &gaussians(3);
    let kind = sampler::find("reverse_sde").unwrap();
    let steps = kind.plan(forward, &times(forward, kind.direction, 10));
    let request = ParticleRequest { mixture, forward, steps: &steps, first_step: 0, seed: 9, stream: Stream::Reverse };
    for level in levels() {
        for count in [1, 5, 63, 1024, 1025] {
            let distances = distances(&CpuEngine::with_level(level), &request, count);
            assert!(distances[count / 2] < 2e-6, "{level:?}, {count} particles: {:e}", distances[count / 2]);
        }
    }
}

#[test]
fn no_particles_and_no_steps_change_nothing() {
    let (forward, mixture) = (&forwards()[0], &points(3));
    let request = ParticleRequest { mixture, forward, steps: &[], first_step: 0, seed: 9, stream: Stream::Reverse };
    let mut particles = start(7);
    CpuEngine::new().mixture_particles(&request, &mut particles).unwrap();
    assert_eq!(particles, start(7));
    let mut none = Particles::default();
    CpuEngine::new().mixture_particles(&request, &mut none).unwrap();
    assert_eq!(none, Particles::default());
}

#[test]
fn runs_repeat_whatever_the_threads_and_however_the_steps_are_cut() {
    let (forward, mixture) = (&forwards()[1], &points(20));
    let kind = sampler::find("ancestral").unwrap();
    let steps = kind.plan(forward, &times(forward, kind.direction, 12));
    let run = |threads: usize, cuts: &[usize], seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut particles = start(5000);
        for cut in cuts.windows(2) {
            let (steps, first_step) = (&steps[cut[0]..cut[1]], cut[0] as u32);
            let request = ParticleRequest { mixture, forward, steps, first_step, seed, stream: Stream::Reverse };
            pool.install(|| CpuEngine::new().mixture_particles(&request, &mut particles)).unwrap();
        }
        particles
    };
    let once = run(1, &[0, 12], 4);
    assert_eq!(once, run(3, &[0, 12], 4));
    assert_eq!(once, run(2, &[0, 1, 7, 12], 4));
    assert_ne!(once, run(1, &[0, 12], 5));
}
