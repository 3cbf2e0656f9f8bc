//! The clone experiment: particles of the order parameter are split in two at τ; do both copies end on the same side?

use super::scene::Clones;
use crate::core::curie_weiss::{CurieWeiss, clones, order_parameter};
use crate::core::philox::{self, Stream};

/// The result at one time of splitting.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Agreement {
    /// τ at which pairs were split.
    pub tau: f64,
    /// Share of pairs that end on the same side.
    pub measured: f64,
    /// Its standard error.
    pub error: f64,
    /// φ by quadrature.
    pub theory: f64,
}

/// Length of a step in τ.
const STEP: f64 = 0.02;
/// τ at which sides are settled, less the τ of decision: the states are then 12 widths of noise from the middle.
const END: f64 = -2.5;
/// How long both copies run where there are no states to settle in: they forget where they were.
const FORGETTING: f64 = 8.0;

/// τ at which sides are settled for a pair split at `tau`. In a small magnet it lies beyond t = 0, where there are no spins
/// any more; the one-dimensional process knows no such end.
fn settled(model: &CurieWeiss, tau: f64) -> f64 {
    match model.decision_tau() {
        Some(decision) => (decision + END).min(tau - 1.0),
        None => tau - FORGETTING,
    }
}

/// Makes the experiment, one result for each τ. `go_on` is told how far it is, from 0 to 1, and says whether to go on; if
/// not, the results so far are returned.
pub fn measure(spec: &Clones, model: &CurieWeiss, seed: u64, go_on: &mut dyn FnMut(f64) -> bool) -> Vec<Agreement> {
    measure_from(spec, 0, model, seed, go_on)
}

/// As [`measure`], from number `first` of the times on.
pub fn measure_from(
    spec: &Clones,
    first: usize,
    model: &CurieWeiss,
    seed: u64,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Vec<Agreement> {
    let mut results = Vec::new();
    let count = spec.tau.len().saturating_sub(first);
    for (index, &tau) in (0_u32..).zip(&spec.tau).skip(first) {
        if !go_on((index as usize - first) as f64 / count as f64) {
            return results;
        }
        let seed = philox::sub_seed(seed, 1, index);
        // P_t is exact for the one-dimensional process, so pairs may start where they are split.
        let t = model.speciation_time() + tau;
        let end = model.speciation_time() + settled(model, tau);
        let steps = ((t - end) / STEP).ceil().max(1.0) as u32;
        let times: Vec<f64> = (0..=steps).map(|i| t + (end - t) * f64::from(i) / f64::from(steps)).collect();
        let mut first = vec![0.0; spec.pairs];
        order_parameter::start(model, t, seed, &mut first);
        let mut second = first.clone();
        order_parameter::advance(model, &times, 0, seed, Stream::OrderParameter, &mut first);
        order_parameter::advance(model, &times, 0, seed, Stream::OrderParameterClone, &mut second);
        let same = first.iter().zip(&second).filter(|(a, b)| **a * **b > 0.0).count();
        let measured = same as f64 / spec.pairs as f64;
        results.push(Agreement {
            tau,
            measured,
            error: (measured * (1.0 - measured) / spec.pairs as f64).sqrt(),
            theory: clones::agreement(model, t),
        });
    }
    go_on(1.0);
    results
}
