//! Equations of the high-dimensions lab.

use super::run::{Point, samples};
use super::scene::Scene;
use crate::core::high_dimensions::spectral_density;
use crate::core::notation::{Symbol, form};
use crate::labs::equations::{Defining, Equation, Sheet, defining};
use crate::labs::notes;

/// Symbols of this lab.
pub static SYMBOLS: &[Symbol] = &[
    Symbol::new("dimension", "N", "N", "Dimension", "Dimensions of the data, at the focus.", "[CW] (7)"),
    Symbol::new("samples", "P", "P", "Samples", "Training samples, at the focus: N^(1+a).", "[CW] (11)"),
    Symbol::new(
        "exponent",
        "a",
        "a",
        "Exponent",
        "How the number of samples grows with the dimension: P = N^(1+a).",
        "[CW] SI 1.2",
    ),
    Symbol::new("bath", "T", "T", "Temperature", "Variance of the noise at the end of the process.", "[CW] (1)"),
    Symbol::new(
        "delta",
        r"\Delta_t",
        "Δ_t",
        "Noise variance",
        "Variance of the noise at time t, T(1 − e^−2t).",
        "[CW] (2)",
    )
    .also(&[
        ("gtv", form(r"\sigma_t^2", "σ²")),
        ("gauss", form(r"\sigma_t^2", "σ²")),
        ("eft", form(r"(1-\bar\alpha_t)", "1−ᾱ")),
        ("phys", form(r"\sigma^2(1-\bar\alpha_t)", "σ²(1−ᾱ)")),
        ("ddpm", form(r"(1-\bar\alpha_t)", "1−ᾱ")),
        ("edm", form(r"s_t^2\sigma_t^2", "s²σ²")),
    ]),
    Symbol::new("decay", "e^{-t}", "e^−t", "Signal", "Factor of the clean sample in the noised one.", "[CW] (2)").also(
        &[
            ("gtv", form(r"\alpha_t", "α")),
            ("gauss", form(r"\alpha_t", "α")),
            ("eft", form(r"\sqrt{\bar\alpha_t}", "√ᾱ")),
            ("phys", form(r"\sqrt{\bar\alpha_t}", "√ᾱ")),
            ("ddpm", form(r"\sqrt{\bar\alpha_t}", "√ᾱ")),
            ("edm", form(r"s_t", "s")),
        ],
    ),
    Symbol::new(
        "w",
        "W",
        "W",
        "Matrix of the score",
        "The linear score is −Wx − b; W is learned at every time.",
        "[CW] (7)",
    ),
    Symbol::new("b", "b", "b", "Offset of the score", "Zero here: the data's mean is known to be zero.", "[CW] (9)"),
    Symbol::new("truth", "C", "C", "Covariance of the data", "The true covariance, a diagonal matrix.", "[CW] (8)")
        .linked("chart:Eigenvalues"),
    Symbol::new("generated", "D", "D", "Generated covariance", "Covariance of what generation makes.", "[CW] SI 1.3")
        .linked("chart:Eigenvalues"),
    Symbol::new(
        "second",
        "D_t",
        "D_t",
        "Second moment",
        "Mean of x x^T over the noised training samples.",
        "[CW] (35)",
    ),
    Symbol::new(
        "memory",
        "B_t",
        "B_t",
        "Memory",
        "Mean of a x^T over the training samples: what the noised sample still knows of the clean one.",
        "[CW] (36)",
    ),
    Symbol::new(
        "symmetric",
        "M_t",
        "M_t",
        "Symmetrised memory",
        "Half of the memory and its transpose, as printed.",
        "[CW] (36)",
    ),
    Symbol::new(
        "w2",
        "W_2^2",
        "W₂²",
        "Wasserstein distance",
        "Squared distance of the two Gaussians a dimension, at the focus.",
        "[CW] SI 1.3",
    ),
    Symbol::new(
        "tv",
        r"d_{TV}",
        "d_TV",
        "Total variation",
        "Half of the integral of |p − q|; the value lists its bounds.",
        "[CW] SI 1.3",
    ),
    Symbol::new(
        "relative",
        r"\lambda_i",
        "λ_i",
        "Relative errors",
        "Eigenvalues of C⁻¹D − 1: errors relative to the truth.",
        "[CW] SI 1.3",
    ),
    Symbol::new(
        "ratio",
        "q",
        "q",
        "Ratio N/P",
        "Dimensions for each sample: how crowded the space of samples is.",
        "Marchenko & Pastur 1967",
    ),
    Symbol::new(
        "edges",
        r"\lambda_\pm",
        "λ±",
        "Edges",
        "Ends of the spectrum of a sample covariance of white data, (1 ± √q)².",
        "Marchenko & Pastur 1967",
    )
    .linked("chart:Eigenvalues"),
    Symbol::new(
        "eigenvalue",
        r"\lambda",
        "λ",
        "Eigenvalue",
        "An eigenvalue of the sample covariance.",
        "Marchenko & Pastur 1967",
    ),
    Symbol::new(
        "spectral",
        r"\rho(\lambda)",
        "ρ(λ)",
        "Spectral density",
        "Density of eigenvalues for N → ∞.",
        "Marchenko & Pastur 1967",
    )
    .linked("chart:Eigenvalues"),
];

const SCORE: Equation = Equation {
    id: "score",
    name: "Linear score",
    template: r"\mathbf s(\mathbf x, t) = -<w>\,\mathbf x - <b>",
    source: "[CW] (7)",
    about: "For Gaussian data the best score is linear: a matrix is all that is learned.",
    spoken: "The score is minus W times x minus b.",
};
const EXACT: Equation = Equation {
    id: "exact",
    name: "With infinitely many samples",
    template: r"<w> = \bigl(<delta> + e^{-2t}\,<truth>\bigr)^{-1},\quad <b> = -<decay>\,<w>\,m^0,\quad <delta> = <bath>(1 - e^{-2t})",
    source: "[CW] (8), (9)",
    about: "The inverse of the noised covariance.",
    spoken: "W is the inverse of the noise variance plus e to the minus two t times the covariance; b is minus e to the minus t \
             times W times the mean.",
};

/// The matrix of each way of learning.
pub static LEARNING: &[Defining] = &[
    (
        "averaged",
        Equation {
            id: "averaged",
            name: "Learned, noise averaged",
            template: r"<w> = \bigl(<delta> + e^{-2t}\,\hat{C}\bigr)^{-1},\quad \hat{C} = \frac{1}{<samples>}\sum_\mu a^\mu a^{\mu\top}",
            source: "[CW] (8), (12)",
            about: "Each sample is noised infinitely often: generation gives back the sample covariance.",
            spoken: "W is the inverse of the noise variance plus e to the minus two t times the sample covariance.",
        },
    ),
    (
        "least_squares",
        Equation {
            id: "least_squares",
            name: "Learned by least squares",
            template: r"<w> = \frac{1}{<delta>}\bigl(1 - <decay>\,<memory><second>^{-1}\bigr)",
            source: "[CW] (37), corrected",
            about: "One draw of noise for each sample: the optimum of the empirical loss.",
            spoken: "W is one minus e to the minus t times the memory times the inverse second moment, over the noise variance.",
        },
    ),
    (
        "symmetrised",
        Equation {
            id: "symmetrised",
            name: "Learned as printed",
            template: r"<w> = \frac{1}{<delta>}\bigl(1 - <decay>\,<second>^{-1}<symmetric>\bigr)",
            source: "[CW] (37)",
            about: "The printed solution symmetrises the memory and loses a little.",
            spoken: "W is one minus e to the minus t times the inverse second moment times the symmetrised memory, over the noise \
                     variance.",
        },
    ),
];

const SAMPLES: Equation = Equation {
    id: "samples",
    name: "How many samples",
    template: r"<samples> = <dimension>^{1+<exponent>}",
    source: "[CW] SI 1.2",
    about: "Move the exponent: which distance vanishes first?",
    spoken: "P is N to the one plus a.",
};
const WASSERSTEIN: Equation = Equation {
    id: "wasserstein",
    name: "Wasserstein distance",
    template: r"<w2> = \frac{1}{<dimension>}\operatorname{tr}\bigl[<truth> + <generated> - 2(<truth>^{1/2}<generated><truth>^{1/2})^{1/2}\bigr]",
    source: "[CW] SI 1.3, corrected",
    about: "Vanishes as soon as P >> N: the typical sample looks right.",
    spoken: "W two squared is one over N times the trace of C plus D minus two times the root of root C D root C.",
};
const TOTAL_VARIATION: Equation = Equation {
    id: "total_variation",
    name: "Bounds on the total variation",
    template: r"\tfrac{1}{100}\min\Bigl\{1, \sqrt{\textstyle\sum <relative>^2}\Bigr\} \le <tv> \le \tfrac32\min\Bigl\{1, \sqrt{\textstyle\sum <relative>^2}\Bigr\}",
    source: "[CW] SI 1.3, corrected",
    about: "Vanishes only for P >> N²: until then a detective with all samples in hand can tell them apart.",
    spoken: "The total variation lies between one hundredth and three halves of the lesser of one and the root of the sum of \
             squared relative errors.",
};
const MARCHENKO_PASTUR: Equation = Equation {
    id: "marchenko_pastur",
    name: "Spectrum of white noise",
    template: r"<spectral> = \frac{\sqrt{(\lambda_+-<eigenvalue>)(<eigenvalue>-\lambda_-)}}{2\pi\,<ratio>\,<eigenvalue>},\quad <edges> = \bigl(1\pm\sqrt{<ratio>}\bigr)^2,\quad <ratio> = \frac{<dimension>}{<samples>}",
    source: "Marchenko & Pastur 1967",
    about: "Even if the truth is flat, few samples spread the eigenvalues between two edges.",
    spoken: "The density of eigenvalues is the root of lambda plus minus lambda times lambda minus lambda minus, over two pi q \
             lambda; the edges are one plus or minus root q, squared.",
};

/// Every equation of the lab.
pub fn all() -> Vec<&'static Equation> {
    let single = [&SCORE, &EXACT, &SAMPLES, &WASSERSTEIN, &TOTAL_VARIATION, &MARCHENKO_PASTUR];
    single.into_iter().chain(LEARNING.iter().map(|(_, equation)| equation)).collect()
}

/// The equations of what is on screen; `point` is what was measured at the scene's focus, if it has been.
pub fn sheet(scene: &Scene, point: Option<&Point>) -> Sheet {
    let learned = defining(LEARNING, &scene.learning);
    let shown = [Some(&SCORE), Some(&EXACT), learned, Some(&SAMPLES), Some(&WASSERSTEIN), Some(&TOTAL_VARIATION)];
    let mut sheet = Sheet {
        equations: shown.into_iter().flatten().chain([&MARCHENKO_PASTUR]).collect(),
        symbols: SYMBOLS,
        notes: notes::select(["cw_37", "cw_si_w2", "cw_si_tv", "cw_si_perturbation"]),
        ..Sheet::default()
    };
    let samples = samples(scene.focus.size, scene.focus.exponent);
    let ratio = scene.focus.size as f64 / samples;
    sheet.number("dimension", scene.focus.size as f64);
    sheet.number("samples", samples);
    sheet.number("exponent", scene.focus.exponent);
    sheet.number("bath", scene.temperature);
    sheet.number("ratio", ratio);
    sheet.list("edges", spectral_density::edges(ratio));
    if let Some(point) = point {
        sheet.number("w2", point.w2);
        sheet.list("tv", [point.tv_lower, point.tv_upper.min(1.0)]);
    }
    sheet
}
