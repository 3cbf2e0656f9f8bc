//! [PHYS]: The physics of diffusion generative models.

use super::numerics::{gaussian, integral};
use super::row;
use crate::labs::equations::{Comparison, Note};

/// The notes.
pub static NOTES: &[Note] = &[
    Note {
        id: "phys_13",
        source: "[PHYS] after (13), text of Fig. 4",
        printed: r"\Sigma_t = (1-\bar\alpha_t)\,\Sigma_0 + \bar\alpha_t\,\sigma^2 I",
        corrected: r"\Sigma_t = \bar\alpha_t\,\Sigma_0 + (1-\bar\alpha_t)\,\sigma^2 I",
        evidence: "The text swaps the two weights; the formula (13) has them right.",
        compare: Some(weights),
    },
    Note {
        id: "phys_39",
        source: "[PHYS] (39)–(47)",
        printed: r"\mathbf x_t = \sqrt{\bar\alpha_t}\,\mathbf x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon,\quad \text{noise}\ \sqrt{\sigma^2}\,\epsilon",
        corrected: r"\mathbf x_t = \sqrt{\bar\alpha_t}\,\mathbf x_0 + \sigma\sqrt{1-\bar\alpha_t}\,\epsilon,\quad \text{variance of (31)}",
        evidence: "The end variance is missing in the noise, and a reverse step adds the posterior's variance (31), not σ².",
        compare: Some(reverse_noise),
    },
    Note {
        id: "phys_53",
        source: "[PHYS] after (53)",
        printed: r"\text{reverse noise larger if}\ \sigma^2 > \sigma_0^2",
        corrected: r"\text{reverse noise smaller if}\ \sigma^2 > \sigma_0^2",
        evidence: "The factor is 1/√(1 + β(σ²/σ₀² − 1)): below one as soon as σ² exceeds σ₀². The last column is the \
                   conditional spread of the joint Gaussian (49).",
        compare: Some(reverse_factor),
    },
    Note {
        id: "phys_81",
        source: "[PHYS] (81)",
        printed: r"\partial_t\rho = \beta_t\Bigl(\tfrac d2 - \tfrac{\sigma^2}{2}\nabla^2\Bigr)\rho",
        corrected: r"\partial_t\rho = \tfrac{\beta_t}{2}\bigl(\nabla\!\cdot(\mathbf x\rho) + \sigma^2\nabla^2\rho\bigr)",
        evidence: "The drift transports the density, and diffusion spreads it: the sign of ∇² is plus.",
        compare: Some(fokker_planck),
    },
    Note {
        id: "phys_97",
        source: "[PHYS] (97), (99)",
        printed: r"k_h \propto e^{-\mathbf x^2/2h}\ \text{with bias}\ \tfrac{h^2}{2}\nabla^2\rho",
        corrected: r"k_h \propto e^{-\mathbf x^2/2h^2}\ \text{with bias}\ \tfrac{h^2}{2}\nabla^2\rho",
        evidence: "The bias belongs to a kernel of standard deviation h; the printed one has the variance h.",
        compare: Some(kernel_bias),
    },
];

fn weights() -> Comparison {
    let (start, end, beta) = (4.0_f64, 1.0_f64, 0.01_f64);
    let rows = [20, 100, 300].map(|steps| {
        let abar = (1.0 - beta).powi(steps);
        // (58), step by step.
        let chain = (0..steps).fold(start, |variance, _| (1.0 - beta) * variance + beta * end);
        row(
            format!("variance after {steps} steps"),
            (1.0 - abar) * start + abar * end,
            abar * start + (1.0 - abar) * end,
            chain,
        )
    });
    Comparison {
        about: "A chain from variance 4 to 1, β = 0.01.".to_owned(),
        truth: "step by step",
        rows: rows.to_vec(),
    }
}

fn reverse_noise() -> Comparison {
    let (end, beta) = (2.0_f64, 0.05_f64);
    let rows = [2, 10, 50].map(|t| {
        let before = (1.0 - beta).powi(t - 1);
        let abar = before * (1.0 - beta);
        // Given x_0, x_{t−1} has variance v and x_t = √(1−β) x_{t−1} + √(βσ²) ε: condition the one on the other.
        let v = (1.0 - before) * end;
        let total = (1.0 - beta) * v + beta * end;
        row(
            format!("variance added at step {t}"),
            end,
            beta * (1.0 - before) * end / (1.0 - abar),
            v - (1.0 - beta) * v * v / total,
        )
    });
    Comparison {
        about: "A chain with β = 0.05 and end variance σ² = 2: the noise of one reverse step.".to_owned(),
        truth: "conditional variance",
        rows: rows.to_vec(),
    }
}

fn reverse_factor() -> Comparison {
    let (beta, end) = (0.2_f64, 1.0_f64);
    let rows = [0.25_f64, 1.0, 4.0].map(|data| {
        let factor = 1.0 / (1.0 + beta * (end / data - 1.0)).sqrt();
        // Variance of x_0 given x_1 in the joint Gaussian (49), over the forward noise βσ².
        let total = (1.0 - beta) * data + beta * end;
        let conditional = data - (1.0 - beta) * data * data / total;
        row(
            format!("noise factor, σ² = {end}, σ₀² = {data}"),
            1.0 / factor,
            factor,
            (conditional / (beta * end)).sqrt(),
        )
    });
    Comparison {
        about: "One step with β = 0.2: reverse noise over forward noise; the printed reading turns it over.".to_owned(),
        truth: "joint Gaussian",
        rows: rows.to_vec(),
    }
}

fn fokker_planck() -> Comparison {
    let (beta, end, data, t) = (0.8_f64, 1.5_f64, 0.3_f64, 0.4_f64);
    let variance = |t: f64| data * (-beta * t).exp() + end * (1.0 - (-beta * t).exp());
    let rho = |x: f64, t: f64| gaussian(x, 0.0, variance(t));
    let step = 1e-4;
    let rows = [0.0_f64, 0.8, 1.6].map(|x| {
        let second = |f: &dyn Fn(f64) -> f64| (f(x + step) - 2.0 * f(x) + f(x - step)) / (step * step);
        let laplacian = second(&|x| rho(x, t));
        let flux = ((x + step) * rho(x + step, t) - (x - step) * rho(x - step, t)) / (2.0 * step);
        row(
            format!("∂ρ/∂t at x = {x}"),
            beta * (0.5 * rho(x, t) - 0.5 * end * laplacian),
            0.5 * beta * (flux + end * laplacian),
            (rho(x, t + step) - rho(x, t - step)) / (2.0 * step),
        )
    });
    Comparison {
        about: "A Gaussian of variance 0.3 on a line on its way to 1.5: how its density changes at three places."
            .to_owned(),
        truth: "exact path",
        rows: rows.to_vec(),
    }
}

fn kernel_bias() -> Comparison {
    let rows = [0.1_f64, 0.2, 0.3].map(|h| {
        let expected = |kernel: f64| integral(-8.0, 8.0, 4000, |y| gaussian(y, 0.0, 1.0) * gaussian(y, 0.0, kernel));
        let bias = |kernel: f64| expected(kernel) - gaussian(0.0, 0.0, 1.0);
        // ∇²ρ of the standard normal density at 0 is −ρ.
        row(format!("bias at 0, h = {h}"), bias(h), bias(h * h), -0.5 * h * h * gaussian(0.0, 0.0, 1.0))
    });
    Comparison {
        about: "Kernel estimate of a standard normal density at its top, by both kernels, beside the bias of (99)."
            .to_owned(),
        truth: "(99), leading order",
        rows: rows.to_vec(),
    }
}
