//! The forward SDE `dx = f x dt + g √S dW`, whose transition is known exactly.

use super::{Direction, SamplerKind, Step};
use crate::param::KindInfo;

/// `x' = r x + √(σ'² − r²σ²) √S ξ` with r = α'/α: no score and no error of discretisation.
pub(super) const KIND: SamplerKind = SamplerKind {
    info: KindInfo {
        id: "forward_sde",
        name: "Forward SDE",
        about: "Turns data into noise, each step drawn from the exact transition.",
        params: &[],
    },
    direction: Direction::Noising,
    stochastic: true,
    order: None,
    step: |forward, from, to| {
        let ratio = forward.alpha(to) / forward.alpha(from);
        let gained = (forward.sigma(to).powi(2) - (ratio * forward.sigma(from)).powi(2)).max(0.0);
        Step { stages: Vec::new(), keep: ratio, combine: [0.0; 4], noise: gained.sqrt() }
    },
};
