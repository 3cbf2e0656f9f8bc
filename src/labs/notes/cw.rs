//! [CW]: Generative diffusion in very large dimensions.

use faer::Mat;
use faer::linalg::solvers::Solve as _;

use super::numerics::{gaussian, integral};
use super::row;
use crate::core::curie_weiss::CurieWeiss;
use crate::core::curie_weiss::potential::Potential;
use crate::core::high_dimensions::linear_score::{self, Samples};
use crate::core::high_dimensions::{distance, eigen};
use crate::labs::equations::{Comparison, Note};

/// The notes.
pub static NOTES: &[Note] = &[
    Note {
        id: "cw_26",
        source: "[CW] (26)",
        printed: r"\Delta V \simeq N e^{-2t}",
        corrected: r"\Delta V \simeq 2m^{*2}N e^{-2t} - 2T\log 2",
        evidence: "(26) has its wells at ±2m*√N e^−t, so that their depth is 2m*²N e^−2t; the logarithm of the cosh takes 2T log 2 off.",
        compare: Some(barrier),
    },
    Note {
        id: "cw_27",
        source: "[CW] (27)",
        printed: r"\text{centre}\ m^*\tanh(hm^*)\frac{\sqrt N e^{-t}}{T}",
        corrected: r"\text{centre}\ 2m^*\tanh(hm^*)\sqrt N e^{-t}",
        evidence: "Where the slope (24) vanishes: the factor 2 is missing, and 1/T is one too many.",
        compare: Some(centre),
    },
    Note {
        id: "cw_37",
        source: "[CW] (37)",
        printed: r"W = \frac{1}{\Delta}\bigl(1 - e^{-t}D^{-1}M\bigr),\quad M = \tfrac12(B + B^{\!\top})",
        corrected: r"W = \frac{1}{\Delta}\bigl(1 - e^{-t}B D^{-1}\bigr)",
        evidence: "The optimum of the empirical loss (33) is not symmetric: with the symmetrised memory the loss is higher.",
        compare: Some(loss),
    },
    Note {
        id: "cw_pn",
        source: "[CW] P >> N",
        printed: r"P \gg N\ \text{for any empirical score}",
        corrected: r"P \gg N\ \text{for errors of one common sign}",
        evidence: "The empirical score and fitted weights miss W₊ by √(W₊W₋/P) whatever N: the lab's panel of finite data runs \
                   all of them on the same samples.",
        compare: None,
    },
    Note {
        id: "cw_si_perturbation",
        source: "[CW] SI 1.2",
        printed: r"\text{corrections of order}\ N^{a/2}",
        corrected: r"\text{corrections of order}\ N^{-a/2}",
        evidence: "P = N^{1+a} samples leave an error √(N/P) = N^−a/2 in every eigenvalue.",
        compare: Some(perturbation),
    },
    Note {
        id: "cw_si_w2",
        source: "[CW] SI 1.3, W₂",
        printed: r"W_2 = \tfrac1N\operatorname{tr}\bigl[C + D - 2(C^{1/2}DC^{1/2})^{2}\bigr],\ N\to0",
        corrected: r"W_2^2 = \tfrac1N\operatorname{tr}\bigl[C + D - 2(C^{1/2}DC^{1/2})^{1/2}\bigr],\ N\to\infty",
        evidence: "As printed two equal distributions have a negative distance, unless C is the identity.",
        compare: Some(wasserstein),
    },
    Note {
        id: "cw_si_tv",
        source: "[CW] SI 1.3, total variation",
        printed: r"d_{TV} \le \tfrac32\min\bigl\{1, \textstyle\sum\lambda_i^2\bigr\}",
        corrected: r"d_{TV} \le \tfrac32\min\bigl\{1, \sqrt{\textstyle\sum\lambda_i^2}\bigr\}",
        evidence: "The cited theorem has the root. Without it, the bound lies below the true distance of two close Gaussians.",
        compare: Some(total_variation),
    },
];

fn barrier() -> Comparison {
    let model = CurieWeiss { beta: 1.5, field: 0.0, spins: 10_000, temperature: 1.0 };
    let m = model.magnetization();
    let rows = [1.0_f64, 2.0, 3.0].map(|t| {
        let decay = (-2.0 * t).exp();
        let exact = Potential::new(&model, t).wells().barrier.unwrap_or(0.0);
        row(
            format!("barrier at t = {t}"),
            model.n() * decay,
            2.0 * m * m * model.n() * decay - 2.0 * model.temperature * std::f64::consts::LN_2,
            exact,
        )
    });
    Comparison {
        about: "N = 10,000 spins, β = 1.5, T = 1, no field: height of the barrier between the wells.".to_owned(),
        truth: "potential (25)",
        rows: rows.to_vec(),
    }
}

fn centre() -> Comparison {
    let model = CurieWeiss { beta: 1.5, field: 0.4, spins: 100, temperature: 2.0 };
    let m = model.magnetization();
    let side = (model.field * m).tanh();
    let rows = [5.0_f64, 6.0, 7.0].map(|t| {
        let scale = model.n().sqrt() * (-t).exp();
        let potential = Potential::new(&model, t);
        row(
            format!("centre at t = {t}"),
            m * side * scale / model.temperature,
            potential.early_centre(),
            minimum(-1.0, 1.0, |mu| potential.value(mu)),
        )
    });
    Comparison {
        about: "N = 100 spins, β = 1.5, h = 0.4, T = 2, long before the transition: place of the single well."
            .to_owned(),
        truth: "minimum of (25)",
        rows: rows.to_vec(),
    }
}

/// The place of the only minimum of `f` between `low` and `high`, by thirds.
fn minimum(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..100 {
        let third = (high - low) / 3.0;
        if f(low + third) < f(high - third) {
            high -= third;
        } else {
            low += third;
        }
    }
    0.5 * (low + high)
}

fn loss() -> Comparison {
    let mut rows = Vec::new();
    for (n, samples) in [(20_usize, 40.0), (20, 100.0), (40, 400.0)] {
        let (alpha, sigma) = ((-0.5_f64).exp(), (1.0 - (-1.0_f64).exp()).sqrt());
        let spectrum: Vec<f64> = (0..n).map(|i| 0.2 + 2.0 * i as f64 / n as f64).collect();
        let data = Samples::new(7, &spectrum, samples);
        let (second, memory) = data.noised(alpha, sigma, 0);
        let variance = sigma * sigma;
        // The loss (33) is a sum of squares: what (34) leaves out.
        let trace = |matrix: &Mat<f64>| (0..n).map(|i| matrix[(i, i)]).sum::<f64>();
        let rest = trace(&second) - 2.0 * alpha * trace(&memory) + alpha * alpha * trace(data.covariance());
        let total = |weights: &Mat<f64>| {
            (linear_score::loss(weights, &second, &memory, alpha, sigma) + rest / (variance * variance)) / n as f64
        };
        // Completing the square: the least value is what is left of it, without any W.
        let gain = &second - &memory * faer::Scale(alpha);
        let solved = second.partial_piv_lu().solve(gain.transpose());
        let least = (rest - trace(&(&gain * solved))) / (variance * variance) / n as f64;
        rows.push(row(
            format!("loss a dimension, N = {n}, P = {samples}"),
            total(&linear_score::printed(&second, &memory, alpha, sigma)),
            total(&linear_score::least_squares(&second, &memory, alpha, sigma)),
            least,
        ));
    }
    Comparison {
        about: "Gaussian data noised to t = ½, the same samples and noise for both: the empirical loss (33)."
            .to_owned(),
        truth: "least possible",
        rows,
    }
}

fn perturbation() -> Comparison {
    let mut rows = Vec::new();
    for (n, a) in [(100_usize, 0.5), (100, 1.0), (200, 0.5)] {
        let samples = (n as f64).powf(1.0 + a).round();
        let covariance = Samples::new(11, &vec![1.0; n], samples);
        let Ok(values) = eigen::values(covariance.covariance().as_ref()) else { continue };
        let spread = (values.iter().map(|value| (value - 1.0).powi(2)).sum::<f64>() / n as f64).sqrt();
        let half = 0.5 * a;
        let name = format!("error of eigenvalues, N = {n}, a = {a}");
        rows.push(row(name, (n as f64).powf(half), (n as f64).powf(-half), spread));
    }
    Comparison {
        about: "Sample covariances of white data with P = N^(1+a): root mean square error of an eigenvalue.".to_owned(),
        truth: "measured",
        rows,
    }
}

fn wasserstein() -> Comparison {
    let rows = [(1.0_f64, 1.21_f64), (2.0, 2.0), (0.5, 2.0)].map(|(c, d)| {
        let generated = Mat::from_fn(1, 1, |_, _| d);
        let corrected = distance::wasserstein2(&[c], generated.as_ref()).unwrap_or(f64::NAN);
        // On a line the best plan keeps the order: every quantile of one goes to the same quantile of the other.
        let transport = integral(-9.0, 9.0, 400, |z| gaussian(z, 0.0, 1.0) * (z * c.sqrt() - z * d.sqrt()).powi(2));
        row(format!("N(0, {c}) to N(0, {d})"), c + d - 2.0 * (c * d).powi(2), corrected, transport)
    });
    Comparison {
        about: "Gaussians on a line, where the best transport plan is known.".to_owned(),
        truth: "transport plan",
        rows: rows.to_vec(),
    }
}

fn total_variation() -> Comparison {
    let rows = [0.01_f64, 0.1, 0.3].map(|lambda| {
        let generated = Mat::from_fn(1, 1, |_, _| 1.0 + lambda);
        let [_, upper] = distance::total_variation_bounds(&[1.0], generated.as_ref());
        let exact =
            0.5 * integral(-12.0, 12.0, 20_000, |x| (gaussian(x, 0.0, 1.0) - gaussian(x, 0.0, 1.0 + lambda)).abs());
        row(format!("upper bound, λ = {lambda}"), 1.5 * lambda.powi(2).min(1.0), upper, exact)
    });
    Comparison {
        about: "N(0, 1) and N(0, 1 + λ): the bounds must not lie below the distance itself.".to_owned(),
        truth: "distance",
        rows: rows.to_vec(),
    }
}
