//! Any number of product states, as the original Curie–Weiss model needs them.
//!
//! With q = e^{−2|u|}, p = 1 and n = q for u ≥ 0 and the other way round for u < 0, and c± = (1 ± tanh b)/2:
//! `cosh(u + b)/cosh b = e^{|u|} (c₊p + c₋n)` and `tanh(u + b) = (c₊p − c₋n)/(c₊p + c₋n)`. The factor e^{|u|} is common to
//! all states and dropped.

use fearless_simd::prelude::*;

use super::{Posterior, across};
use crate::cpu::math;
use crate::kernel::NOISE_BLOCK;
use diffuscope_core::curie_weiss::product_states::{ProductStates, log_odds};

/// Prepared constants.
pub(super) struct Mixture {
    states: Vec<State>,
    /// Factors multiplied before a logarithm is taken, few enough not to underflow.
    batch: usize,
}

struct State {
    plus: f32,
    minus: f32,
    sign: f64,
    log_weight: f64,
}

/// States that matter to one system: c₊, c₋ and posterior weight.
pub(super) type Active = Vec<[f32; 3]>;

/// Posterior weight below which a state is left out of ⟨a⟩: together they change it by less than a unit in the last place.
const NEGLIGIBLE: f64 = 1e-10;
const LARGEST: f32 = 40.0;

impl Mixture {
    pub(super) fn new(states: &ProductStates) -> Self {
        let widest = states.states().iter().fold(0.0, |max: f64, state| max.max(state.bias.abs()));
        let half = |bias: f64| 1.0 / (1.0 + (-2.0 * bias).exp());
        Self {
            states: states
                .states()
                .iter()
                .map(|state| State {
                    plus: half(state.bias) as f32,
                    minus: half(-state.bias) as f32,
                    sign: if state.bias == 0.0 { 0.0 } else { state.bias.signum() },
                    log_weight: state.log_weight,
                })
                .collect(),
            // A factor is at least e^{−2b}/2 or so; normal numbers reach down to e^{−87}.
            batch: ((80.0 / (2.0 * widest + 1.0)) as usize).clamp(1, NOISE_BLOCK),
        }
    }
}

#[inline(always)]
fn split<S: Simd>(simd: S, x: S::f32s, q: S::f32s) -> (S::f32s, S::f32s) {
    let one = S::f32s::splat(simd, 1.0);
    let negative = x.simd_lt(0.0);
    (negative.select(q, one), negative.select(one, q))
}

impl Posterior for Mixture {
    fn sums(&self) -> usize {
        self.states.len()
    }

    type Weights = Active;

    #[inline(always)]
    fn gather<S: Simd>(&self, simd: S, tilt: f32, x: &[f32], q: &mut [f32], sums: &mut [f64]) {
        let lanes = S::f32s::LEN;
        let zero = S::f32s::splat(simd, 0.0);
        for (x, q) in x.chunks(NOISE_BLOCK).zip(q.chunks_mut(NOISE_BLOCK)) {
            // Spins beyond the end count as p = n = 1, for which every state has the factor 1.
            let mut parts = [(zero + 1.0, zero + 1.0); NOISE_BLOCK];
            let mut used = 0;
            for (x, q) in x.chunks(lanes).zip(q.chunks_mut(lanes)) {
                let place = S::f32s::from_fn(simd, |lane| x.get(lane).copied().unwrap_or_default());
                let y = (place * tilt).abs().min(LARGEST) * 2.0;
                let value = math::exp2::<S, f32>(simd, y * -std::f32::consts::LOG2_E);
                q.copy_from_slice(&value.as_slice()[..q.len()]);
                parts[used] = split(simd, place, value);
                used += 1;
            }
            for (state, sum) in self.states.iter().zip(&mut *sums) {
                let mut log = zero;
                for batch in parts[..used].chunks(self.batch) {
                    let mut product = zero + 1.0;
                    for (p, n) in batch {
                        product *= n.mul_add(state.minus, *p * state.plus);
                    }
                    log += math::ln::<S, f32>(simd, product);
                }
                *sum += across::<S>(log);
            }
        }
    }

    fn weigh(&self, sums: &[f64]) -> (f64, Active) {
        let log = |(state, sum): (&State, &f64)| state.log_weight + sum;
        let max = self.states.iter().zip(sums).map(log).fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = self.states.iter().zip(sums).map(|pair| (log(pair) - max).exp()).collect();
        let total: f64 = weights.iter().sum();
        let side = |sign: f64| -> f64 {
            self.states.iter().zip(&weights).filter(|(state, _)| state.sign == sign).map(|(_, weight)| weight).sum()
        };
        let active = self.states.iter().zip(&weights).filter(|(_, weight)| **weight > NEGLIGIBLE * total);
        let active = active.map(|(state, weight)| [state.plus, state.minus, (weight / total) as f32]).collect();
        (log_odds(side(1.0), side(-1.0)), active)
    }

    #[inline(always)]
    fn mean<S: Simd>(&self, simd: S, weights: &Active, x: S::f32s, q: S::f32s) -> S::f32s {
        let (p, n) = split(simd, x, q);
        let mut sum = S::f32s::splat(simd, 0.0);
        for [plus, minus, weight] in weights {
            let (up, down) = (p * *plus, n * *minus);
            sum = ((up - down) / (up + down)).mul_add(*weight, sum);
        }
        sum
    }
}
