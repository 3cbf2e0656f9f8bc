//! [GAUSS]: The unreasonable effectiveness of Gaussian score approximation.

use nalgebra::{Matrix2, Vector2};

use super::numerics::{gaussian, integral};
use super::row;
use crate::core::mixture::{Component, Mixture};
use crate::core::process::NoiseLevel;
use crate::labs::equations::{Comparison, Note};

/// The notes.
pub static NOTES: &[Note] = &[
    Note {
        id: "gauss_11",
        source: "[GAUSS] (11)",
        printed: r"w_i = \operatorname{softmax}\Bigl(\exp\bigl\{-\tfrac{1}{2\sigma^2}|\mathbf x-\boldsymbol\mu_i|^2\bigr\}\Bigr)",
        corrected: r"w_i = \operatorname{softmax}\Bigl(-\tfrac{1}{2\sigma^2}|\mathbf x-\boldsymbol\mu_i|^2\Bigr)",
        evidence: "The softmax holds the exponential already, as in the paper's own (39).",
        compare: Some(weights),
    },
    Note {
        id: "gauss_18",
        source: "[GAUSS] (18)–(19)",
        printed: r"(\mathbf I - \mathbf U^{\!\top}\mathbf U)(\mathbf x_T - \alpha_T\boldsymbol\mu)",
        corrected: r"(\mathbf I - \mathbf U\mathbf U^{\!\top})(\mathbf x_T - \alpha_T\boldsymbol\mu)",
        evidence: "U^T U is the identity of the subspace: the printed part off the subspace would always vanish; (15) has it right.",
        compare: None,
    },
    Note {
        id: "gauss_107",
        source: "[GAUSS] (107), (22)",
        printed: r"J \ge -2\bigl(1-\tfrac{\sqrt2}{2}\bigr) \approx -0.586",
        corrected: r"-\min(1,\sqrt\lambda) \lt J = \frac{-2\sigma\alpha\sqrt\lambda}{\sqrt{\sigma^2+\lambda\alpha^2}+\alpha\sqrt\lambda+\sigma} \le 0",
        evidence: "The bound is taken where α = σ only. Its least value over all α falls to −1 as λ grows.",
        compare: Some(rotation),
    },
    Note {
        id: "gauss_136",
        source: "[GAUSS] (136)–(146)",
        printed: r"p_t = \textstyle\sum_k \pi_k\,\mathcal N(\boldsymbol\mu_k,\ \sigma_t^2\mathbf I + \Sigma_k)",
        corrected: r"p_t = \textstyle\sum_k \pi_k\,\mathcal N(\alpha_t\boldsymbol\mu_k,\ \sigma_t^2\mathbf I + \alpha_t^2\Sigma_k)",
        evidence: "A variance-preserving process shrinks the data: means by α, covariances by α².",
        compare: Some(shrinking),
    },
    Note {
        id: "gauss_149",
        source: "[GAUSS] (149)",
        printed: r"\log p = \dots",
        corrected: r"\nabla\log p = \dots",
        evidence: "What stands on the right is the score, not the log density: it is a vector.",
        compare: None,
    },
    Note {
        id: "gauss_a8",
        source: "[GAUSS] App. A.8",
        printed: r"79\ \text{steps}",
        corrected: r"40\ \text{steps},\ 2\cdot 40 - 1 = 79\ \text{evaluations}",
        evidence: "Heun's method takes two scores a step, EDM's last step one: 40 steps cost 79.",
        compare: None,
    },
];

fn weights() -> Comparison {
    let points = [Vector2::new(-1.0, 0.0), Vector2::new(1.0, 0.0)];
    let component = |mean| Component { weight: 1.0, mean, covariance: Matrix2::zeros() };
    let x = Vector2::new(0.6, 0.3);
    let mut rows = Vec::new();
    // Two points are a mixture.
    if let Ok(mixture) = Mixture::new(points.map(component).to_vec()) {
        for sigma in [2.0_f64, 0.7, 0.3] {
            let log = points.map(|point| -(x - point).norm_squared() / (2.0 * sigma * sigma));
            let softmax = |values: [f64; 2]| 1.0 / (1.0 + (values[0] - values[1]).exp());
            let exact = mixture.noised(NoiseLevel { alpha: 1.0, sigma, shape: Matrix2::identity() }).weights(x).0[1];
            rows.push(row(
                format!("weight of the nearer point, σ = {sigma}"),
                softmax(log.map(f64::exp)),
                softmax(log),
                exact,
            ));
        }
    }
    Comparison {
        about: "Points at x = ±1, a sample at (0.6, 0.3): the weight of the nearer one.".to_owned(),
        truth: "Bayes",
        rows,
    }
}

fn rotation() -> Comparison {
    let rows = [1.0_f64, 25.0, 1e6].map(|lambda| {
        let angles = || (0..=20_000).map(|i| std::f64::consts::FRAC_PI_2 * f64::from(i) / 20_000.0);
        let least = |f: &dyn Fn(f64, f64) -> f64| angles().map(|a| f(a.cos(), a.sin())).fold(0.0, f64::min);
        let root = lambda.sqrt();
        let spread = |alpha: f64, sigma: f64| (sigma * sigma + lambda * alpha * alpha).sqrt();
        row(
            format!("least J, λ = {lambda}"),
            -2.0 * (1.0 - std::f64::consts::FRAC_1_SQRT_2) * (lambda / (lambda + 1.0)).sqrt(),
            least(&|alpha, sigma| -2.0 * sigma * alpha * root / (spread(alpha, sigma) + alpha * root + sigma)),
            least(&|alpha, sigma| spread(alpha, sigma) - alpha * root - sigma),
        )
    });
    Comparison {
        about: "How far a path leaves the rotation along an axis of variance λ, at worst over all times.".to_owned(),
        truth: "by definition",
        rows: rows.to_vec(),
    }
}

fn shrinking() -> Comparison {
    let (mean, variance, x) = (2.0, 0.5, 0.7);
    let rows = [0.9_f64, 0.6, 0.2].map(|alpha| {
        let noise = 1.0 - alpha * alpha;
        let density = |x: f64| {
            integral(mean - 8.0, mean + 8.0, 1600, |x0| gaussian(x0, mean, variance) * gaussian(x, alpha * x0, noise))
        };
        let step = 1e-4;
        row(
            format!("score at x = {x}, α = {alpha}"),
            (mean - x) / (noise + variance),
            (alpha * mean - x) / (noise + alpha * alpha * variance),
            ((density(x + step) / density(x - step)).ln()) / (2.0 * step),
        )
    });
    Comparison {
        about: "One Gaussian N(2, 0.5) on a line under the variance-preserving process.".to_owned(),
        truth: "by integration",
        rows: rows.to_vec(),
    }
}
