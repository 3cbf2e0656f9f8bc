//! DDPM's ancestral sampler: draws from q(x_to | x_from, x_0 = D(x_from)) ([PHYS] (26)–(31)).

use super::{Direction, SamplerKind, Stage, Step};
use crate::param::KindInfo;

/// Between signal ratio r = α/α' and noise gained v = σ² − r²σ'², the posterior has mean `(r σ'²/σ²) x + (α' v/σ²) D` and
/// variance `v σ'²/σ²`; with `D = (x + σ² S s)/α` that is `x/r + (v/r) S s`.
pub(super) const KIND: SamplerKind = SamplerKind {
    info: KindInfo {
        id: "ancestral",
        name: "DDPM ancestral",
        about: "Draws each step from the posterior given the denoised point, as in DDPM.",
        params: &[],
    },
    direction: Direction::Generating,
    stochastic: true,
    order: Some(1),
    step: |forward, from, to| {
        let (alpha, sigma) = (forward.alpha(from), forward.sigma(from));
        let ratio = alpha / forward.alpha(to);
        let sigma_to = forward.sigma(to);
        let gained = (sigma * sigma - ratio * ratio * sigma_to * sigma_to).max(0.0);
        let stage = Stage { alpha, sigma, score: gained / ratio, ..Stage::default() };
        let noise = gained.sqrt() * sigma_to / sigma;
        Step { stages: vec![stage], keep: 1.0 / ratio, combine: [1.0, 0.0, 0.0, 0.0], noise }
    },
};
