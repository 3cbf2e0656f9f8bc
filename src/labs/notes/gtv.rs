//! [GTV]: Generalization through variance.

use super::numerics::integral;
use super::row;
use crate::core::param::Choice;
use crate::core::process::Forward;
use crate::labs::equations::{Comparison, Note};

/// The notes.
pub static NOTES: &[Note] = &[Note {
    id: "gtv_st",
    source: "[GTV] definition of S_t",
    printed: r"S_t = \int_0^t 2D_{t'}\,\alpha_{t'}^2\,dt'",
    corrected: r"S_t = \int_0^t 2D_{t'}\Bigl(\frac{\alpha_t}{\alpha_{t'}}\Bigr)^{\!2}dt'",
    evidence: "Noise added at t′ shrinks from then on with the signal. The integral must give σ² of every process.",
    compare: Some(noise_variance),
}];

fn noise_variance() -> Comparison {
    let mut rows = Vec::new();
    for (name, choice, times) in [
        ("variance preserving", Choice::new("variance_preserving"), [0.1, 0.3]),
        ("Ornstein–Uhlenbeck", Choice::new("ornstein_uhlenbeck"), [0.3, 1.0]),
        ("EDM", Choice::new("edm"), [0.5, 2.0]),
    ] {
        // The choices name processes of the program with their defaults.
        let Ok(forward) = Forward::isotropic(&choice) else { continue };
        for t in times {
            // From a time just above zero, where some processes begin with a little noise already.
            let start = forward.range().0.min(0.01 * t);
            let first = forward.sigma(start).powi(2) * (forward.alpha(t) / forward.alpha(start)).powi(2);
            let sum = |weight: &dyn Fn(f64) -> f64| integral(start, t, 4000, |u| forward.diffusion(u) * weight(u));
            rows.push(row(
                format!("S, {name}, t = {t}"),
                first + sum(&|u| forward.abar(u)),
                first + sum(&|u| forward.abar(t) / forward.abar(u)),
                forward.sigma(t).powi(2),
            ));
        }
    }
    Comparison {
        about: "Both integrals for three processes, beside the variance of their noise.".to_owned(),
        truth: "σ²",
        rows,
    }
}
