//! Runge–Kutta methods on the probability-flow ODE `dx/dt = f x − ½ g² S s`.

use super::{Direction, MAX_STAGES, SamplerKind, Stage, Step};
use crate::param::KindInfo;
use crate::process::Forward;

pub(super) const EULER: SamplerKind = SamplerKind {
    info: KindInfo {
        id: "euler",
        name: "PF-ODE, Euler",
        about: "Probability-flow ODE, one score a step, error of first order.",
        params: &[],
    },
    direction: Direction::Generating,
    stochastic: false,
    order: Some(1),
    step: |forward, from, to| step(forward, from, to, &Tableau { nodes: &[0.0], rows: &[[0.0; 3]], combine: &[1.0] }),
};

pub(super) const HEUN: SamplerKind = SamplerKind {
    info: KindInfo {
        id: "heun",
        name: "PF-ODE, Heun",
        about: "Probability-flow ODE, two scores a step, error of second order.",
        params: &[],
    },
    direction: Direction::Generating,
    stochastic: false,
    order: Some(2),
    step: |forward, from, to| {
        let tableau = Tableau { nodes: &[0.0, 1.0], rows: &[[0.0; 3], [1.0, 0.0, 0.0]], combine: &[0.5, 0.5] };
        step(forward, from, to, &tableau)
    },
};

pub(super) const RK4: SamplerKind = SamplerKind {
    info: KindInfo {
        id: "rk4",
        name: "PF-ODE, Runge–Kutta 4",
        about: "Probability-flow ODE, four scores a step, error of fourth order.",
        params: &[],
    },
    direction: Direction::Generating,
    stochastic: false,
    order: Some(4),
    step: |forward, from, to| {
        let tableau = Tableau {
            nodes: &[0.0, 0.5, 0.5, 1.0],
            rows: &[[0.0; 3], [0.5, 0.0, 0.0], [0.0, 0.5, 0.0], [0.0, 0.0, 1.0]],
            combine: &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0],
        };
        step(forward, from, to, &tableau)
    },
};

/// A Butcher tableau: where in the step each slope is taken, from which earlier slopes, and how they combine.
struct Tableau<'a> {
    nodes: &'a [f64],
    rows: &'a [[f64; MAX_STAGES - 1]],
    combine: &'a [f64],
}

fn step(forward: &Forward, from: f64, to: f64, tableau: &Tableau<'_>) -> Step {
    let dt = to - from;
    let mut combine = [0.0; MAX_STAGES];
    for (slot, c) in combine.iter_mut().zip(tableau.combine) {
        *slot = dt * c;
    }
    let stages = tableau.nodes.iter().zip(tableau.rows).map(|(node, row)| {
        // The last node must be `to` itself, not `from + dt` with its rounding.
        let t = if *node == 1.0 { to } else { from + node * dt };
        Stage {
            alpha: forward.alpha(t),
            sigma: forward.sigma(t),
            linear: forward.drift(t),
            score: -0.5 * forward.diffusion(t),
            weights: row.map(|a| a * dt),
        }
    });
    Step { stages: stages.collect(), keep: 1.0, combine, noise: 0.0 }
}
