//! What is read at a place: log density, score, denoiser, covariance, weights.

use std::sync::Arc;

use nalgebra::Vector2;

use super::setup_slot::Numbered;
use crate::core::mixture::{FieldValue, NoisedMixture};

/// Weights that are listed.
const TOP: usize = 4;

/// The theory's answer at one place and time.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The place x.
    pub at: [f64; 2],
    /// Density, score, denoiser and covariances.
    pub value: FieldValue,
    /// The largest posterior weights w_i(x) with the components' numbers, largest first.
    pub top: Vec<(usize, f64)>,
}

/// Reads `mixture` at `at`.
pub fn read(mixture: &NoisedMixture, at: [f64; 2]) -> Reading {
    let x = Vector2::from(at);
    let (weights, _) = mixture.weights(x);
    let mut top: Vec<(usize, f64)> = Vec::with_capacity(TOP + 1);
    for (k, w) in weights.into_iter().enumerate() {
        if top.len() < TOP || top.last().is_some_and(|(_, least)| w > *least) {
            let place = top.partition_point(|(_, other)| *other >= w);
            top.insert(place, (k, w));
            top.truncate(TOP);
        }
    }
    Reading { at, value: mixture.at(x), top }
}

/// The models noised to the time shown, kept from frame to frame.
#[derive(Default)]
pub struct NoisedModels {
    of: Option<(u64, f64)>,
    models: Vec<Arc<NoisedMixture>>,
}

impl NoisedModels {
    /// Makes the models follow `setup` and `time`.
    pub fn follow(&mut self, setup: Option<&Numbered>, time: f64) {
        let wanted = setup.map(|setup| (setup.stamp, time));
        if self.of != wanted {
            self.of = wanted;
            self.models.clear();
            if let Some(Numbered { setup, .. }) = setup {
                let level = setup.forward.level(time);
                let models = std::iter::once(&setup.model).chain(&setup.compare);
                self.models.extend(models.map(|model| Arc::new(model.noised(level))));
            }
        }
    }

    /// Score model A, and B if there is one.
    pub fn models(&self) -> &[Arc<NoisedMixture>] {
        &self.models
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::Matrix2;

    use super::*;
    use crate::core::mixture::{Component, Mixture};
    use crate::core::process::NoiseLevel;

    fn mixture() -> NoisedMixture {
        let point = |x: f64, weight| Component { weight, mean: Vector2::new(x, 0.0), covariance: Matrix2::zeros() };
        let components = (0..9).map(|i| point(f64::from(i), if i == 3 { 5.0 } else { 1.0 })).collect();
        let level = NoiseLevel { alpha: 1.0, sigma: 0.8, shape: Matrix2::identity() };
        Mixture::new(components).unwrap().noised(level)
    }

    #[test]
    fn the_largest_weights_are_listed_in_order() {
        let mixture = mixture();
        let reading = read(&mixture, [3.4, 0.2]);
        let (weights, _) = mixture.weights(Vector2::new(3.4, 0.2));
        let mut sorted = weights.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        assert_eq!(reading.top.iter().map(|(_, w)| *w).collect::<Vec<_>>(), sorted[..TOP]);
        assert!(reading.top.iter().all(|(k, w)| weights[*k] == *w));
        assert_eq!(reading.top[0].0, 3);
    }

    #[test]
    fn a_probe_far_away_reads_finite_numbers() {
        let reading = read(&mixture(), [1e6, -1e6]);
        assert!(reading.value.log_density.is_finite());
        assert!(reading.value.score.iter().chain(reading.value.denoiser.iter()).all(|v| v.is_finite()));
    }
}
