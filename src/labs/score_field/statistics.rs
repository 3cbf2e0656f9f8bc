//! What a cloud of particles looks like in a few numbers.

use nalgebra::Vector2;
use rayon::prelude::*;

use crate::core::mixture::{Mixture, NoisedMixture};
use crate::engine::kernel::Particles;

/// Particles times components that one measurement may look at.
const WORK: usize = 200_000;

/// Numbers that describe a cloud of particles at one time.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Statistics {
    /// Mean of log p_t over the particles looked at.
    pub mean_log_density: f64,
    /// Root of the trace of the particles' covariance, in units of length; over all particles.
    pub spread: f64,
    /// Mean distance to the nearest noised data point αμ_k.
    pub nearest_distance: f64,
    /// Mean posterior weight of each component: its share of the particles. The shares add up to one.
    pub shares: Vec<f64>,
    /// Number of particles looked at, except for the spread.
    pub sampled: usize,
}

/// Measures `particles` against the score model noised to their time, and against the noised `data`; `None` if there are
/// no particles. Of many particles only the first ones are looked at: they are independent draws.
pub fn measure(particles: &Particles, model: &NoisedMixture, data: &Mixture) -> Option<Statistics> {
    let count = particles.x.len();
    if count == 0 {
        return None;
    }
    let components = model.components().len().max(data.components().len());
    let sampled = count.min((WORK / components).clamp(64, 1000));
    let alpha = model.level().alpha;
    let sums = (0..sampled)
        .into_par_iter()
        .map(|item| {
            let x = Vector2::new(f64::from(particles.x[item]), f64::from(particles.y[item]));
            let (weights, log_density) = model.weights(x);
            let nearest =
                data.components().iter().map(|c| (x - alpha * c.mean).norm_squared()).fold(f64::MAX, f64::min);
            (log_density, nearest.sqrt(), weights)
        })
        .collect::<Vec<_>>();
    let share = 1.0 / sampled as f64;
    let mut shares = vec![0.0; model.components().len()];
    for (_, _, weights) in &sums {
        for (sum, weight) in shares.iter_mut().zip(weights) {
            *sum += share * weight;
        }
    }
    Some(Statistics {
        mean_log_density: sums.iter().map(|s| share * s.0).sum(),
        spread: (variance(&particles.x) + variance(&particles.y)).sqrt(),
        nearest_distance: sums.iter().map(|s| share * s.1).sum(),
        shares,
        sampled,
    })
}

fn variance(values: &[f32]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / count;
    values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / count
}
