//! DDIM: the probability-flow ODE solved exactly for a denoiser that stays put during the step.

use super::{Direction, SamplerKind, Stage, Step};
use crate::param::KindInfo;

/// `x' = α' D + (σ'/σ)(x − α D)`, with the denoiser `D = (x + σ² S s)/α` written out in x and S s.
pub(super) const KIND: SamplerKind = SamplerKind {
    info: KindInfo {
        id: "ddim",
        name: "DDIM",
        about: "Moves along the line to the denoised point: exact where the denoiser does not change during the step.",
        params: &[],
    },
    direction: Direction::Generating,
    stochastic: false,
    order: Some(1),
    step: |forward, from, to| {
        let (alpha, sigma) = (forward.alpha(from), forward.sigma(from));
        let scale = forward.alpha(to) / alpha;
        let stage = Stage { alpha, sigma, score: sigma * (sigma * scale - forward.sigma(to)), ..Stage::default() };
        Step { stages: vec![stage], keep: scale, combine: [1.0, 0.0, 0.0, 0.0], noise: 0.0 }
    },
};
