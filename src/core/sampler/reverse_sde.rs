//! Euler–Maruyama on the reverse SDE `dx = [f x − g² S s] dt + g √S dW̄`.

use super::{Direction, SamplerKind, Stage, Step};
use crate::param::KindInfo;

pub(super) const KIND: SamplerKind = SamplerKind {
    info: KindInfo {
        id: "reverse_sde",
        name: "Reverse SDE",
        about: "Euler–Maruyama on the reverse SDE: fresh noise at every step, same distribution as the ODE.",
        params: &[],
    },
    direction: Direction::Generating,
    stochastic: true,
    order: Some(1),
    step: |forward, from, to| {
        let dt = to - from;
        let diffusion = forward.diffusion(from);
        let stage = Stage {
            alpha: forward.alpha(from),
            sigma: forward.sigma(from),
            linear: forward.drift(from),
            score: -diffusion,
            ..Stage::default()
        };
        Step { stages: vec![stage], keep: 1.0, combine: [dt, 0.0, 0.0, 0.0], noise: (diffusion * dt.abs()).sqrt() }
    },
};
