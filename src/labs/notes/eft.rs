//! [EFT]: Information spreading in diffusion models from effective field theory.

use super::numerics::{gaussian, integral, rk4};
use super::row;
use crate::core::philox::{self, Stream};
use crate::labs::equations::{Comparison, Note};

/// The notes.
pub static NOTES: &[Note] = &[
    Note {
        id: "eft_1",
        source: "[EFT] (1), (11)",
        printed: r"\partial_t\phi = \frac{\partial_t\bar\alpha_t}{\bar\alpha_t}\,(\phi + \pi)",
        corrected: r"\partial_t\phi = \tfrac12\,\frac{\partial_t\bar\alpha_t}{\bar\alpha_t}\,(\phi + \pi)",
        evidence: "The factor ½ of the probability-flow ODE is missing. One pixel, two patterns: halfway, the fourth moment \
                   must be exactly 5/2.",
        compare: Some(moments),
    },
    Note {
        id: "eft_8",
        source: "[EFT] (7), (8)",
        printed: r"\partial_t\phi \approx -\frac{\partial_t\epsilon_t}{\epsilon_t}\,(\phi - \varphi^*)",
        corrected: r"\partial_t\phi \approx +\tfrac12\,\frac{\partial_t\epsilon_t}{\epsilon_t}\,(\phi - \varphi^*)",
        evidence: "As printed a pixel runs away from its patch. It closes in like the root of ε.",
        compare: Some(snapping),
    },
    Note {
        id: "eft_15",
        source: "[EFT] (15)",
        printed: r"\mathcal N \propto \exp\Bigl[-\frac{1}{1-\bar\alpha_t}\sum_{y}(\phi-\sqrt{\bar\alpha_t}\varphi)^2\Bigr]",
        corrected: r"\mathcal N \propto \exp\Bigl[-\frac{1}{2(1-\bar\alpha_t)}\sum_{y}(\phi-\sqrt{\bar\alpha_t}\varphi)^2\Bigr]",
        evidence: "The Gaussian's ½ is missing in the exponent; with it the weights of two patterns give the tanh of (11).",
        compare: Some(weights),
    },
    Note {
        id: "eft_21",
        source: "[EFT] (21)–(24)",
        printed: r"b_{11}^\mu = \tfrac{2 b_{00}}{1-\bar\alpha_t}\int\! y^\mu\sqrt{\bar\alpha_t}\varphi,\quad b_{12}^{\mu\nu} = \tfrac{b_{00}}{1-\bar\alpha_t}\int\! y^\mu y^\nu\sqrt{\bar\alpha_t}\varphi",
        corrected: r"b_{11}^\mu = \tfrac{b_{00}}{1-\bar\alpha_t}\int\! y^\mu\sqrt{\bar\alpha_t}\varphi,\quad b_{12}^{\mu\nu} = \tfrac{b_{00}}{2(1-\bar\alpha_t)}\int\! y^\mu y^\nu\sqrt{\bar\alpha_t}\varphi",
        evidence: "They follow (15) without its ½; the derivative of the weight by a slope and a curvature of φ tells.",
        compare: Some(expansion),
    },
    Note {
        id: "eft_27",
        source: "[EFT] (27)",
        printed: r"[a]_c = a - Z^{-1}\sum a",
        corrected: r"[a]_c = a - b_{00}(\varphi)\,Z^{-1}\sum a",
        evidence: "The weight is a ratio: expanding its denominator multiplies the mean by the leading weight b₀₀(φ).",
        compare: None,
    },
    Note {
        id: "eft_3_linear",
        source: "[EFT] §3",
        printed: r"\text{no term}\ \propto\phi",
        corrected: r"\partial_{\bar\alpha}\phi = \tfrac12(\#\Omega - 1)\,\phi + \dots",
        evidence: "A uniform field grows from the first step on; rescaling φ absorbs the term, which leaves ρ alone.",
        compare: Some(growth),
    },
    Note {
        id: "eft_41",
        source: "[EFT] (41)",
        printed: r"\sqrt{\frac{\pi}{2t}}\;e^{-\pi^2 z^2/2t}",
        corrected: r"\frac{1}{\sqrt{8\pi t}}\,e^{-z^2/8t}\ \text{(1-D)},\quad \frac{1}{8\pi t}\,e^{-z^2/8t}\ \text{(2-D)}",
        evidence: "The Fourier integral of the decaying modes, done by numbers.",
        compare: Some(fourier),
    },
];

/// dφ/dᾱ of one pixel with the patterns ±1: `(D/√ᾱ − φ)/(2(1 − ᾱ))`, smooth down to ᾱ = 0.
fn slope(abar: f64, phi: f64) -> f64 {
    let root = abar.sqrt();
    let u = phi / (1.0 - abar);
    let denoised = if root < 1e-9 { u } else { (root * u).tanh() / root };
    0.5 * (denoised - phi) / (1.0 - abar)
}

fn moments() -> Comparison {
    // Every start from −9 to 9, weighed by its probability: no sampling error.
    let moment = |factor: f64, power: i32| {
        integral(-9.0, 9.0, 360, |start| {
            let end = rk4(start, 0.0, 0.5, 60, |abar, phi| factor * slope(abar, phi));
            gaussian(start, 0.0, 1.0) * end.powi(power)
        })
    };
    let [printed, corrected] = [2.0, 1.0].map(|factor| [moment(factor, 2), moment(factor, 4)]);
    let kurtosis = |[second, fourth]: [f64; 2]| fourth / (second * second);
    Comparison {
        about:
            "One pixel carried from the same noise to ᾱ = ½ by both equations, every start weighed by its probability."
                .to_owned(),
        truth: "exact",
        rows: vec![
            row("variance ⟨φ²⟩", printed[0], corrected[0], 1.0),
            row("fourth moment ⟨φ⁴⟩", printed[1], corrected[1], 2.5),
            row("kurtosis ⟨φ⁴⟩/⟨φ²⟩²", kurtosis(printed), kurtosis(corrected), 2.5),
        ],
    }
}

fn snapping() -> Comparison {
    let (first, start) = (0.02_f64, 1.3);
    let distance = |epsilon: f64, phi: f64| phi - (1.0 - epsilon).sqrt();
    let from = distance(first, start);
    let rows = [0.01, 0.002, 0.000_2].map(|epsilon: f64| {
        // In ln ε the exact equation is gentle down to the data.
        let end = rk4(start, first.ln(), epsilon.ln(), 400, |log, phi| {
            let epsilon = log.exp();
            -epsilon * slope(1.0 - epsilon, phi)
        });
        row(
            format!("distance to the patch at ε = {epsilon}"),
            from * first / epsilon,
            from * (epsilon / first).sqrt(),
            distance(epsilon, end),
        )
    });
    Comparison {
        about:
            "One pixel at φ = 1.3 when ε = 0.02, its patch at +1: the distance as both equations say and as the whole \
                machine moves it."
                .to_owned(),
        truth: "machine",
        rows: rows.to_vec(),
    }
}

fn weights() -> Comparison {
    let patch: Vec<f64> = (0..9).map(|item| f64::from(philox::normals(1, Stream::Start, item, 0)[0])).collect();
    let rows = [0.02_f64, 0.1, 0.3].map(|abar| {
        let root = abar.sqrt();
        let square = |sign: f64| patch.iter().map(|phi| (phi - root * sign).powi(2)).sum::<f64>();
        // Mean of the centre under the two weights.
        let mean = |half: f64| {
            let difference = half * (square(-1.0) - square(1.0)) / (1.0 - abar);
            (0.5 * difference).tanh()
        };
        let exact = (root * patch.iter().sum::<f64>() / (1.0 - abar)).tanh();
        row(format!("denoised pixel at ᾱ = {abar}"), mean(1.0), mean(0.5), exact)
    });
    Comparison {
        about: "A 3 × 3 patch of noise and the patterns all +1, all −1: the mean of the centre under both weights."
            .to_owned(),
        truth: "tanh of (11)",
        rows: rows.to_vec(),
    }
}

fn expansion() -> Comparison {
    let (abar, half) = (0.3_f64, 1_i32);
    let places = || (-half..=half).flat_map(move |y| (-half..=half).map(move |x| [f64::from(x), f64::from(y)]));
    // A patch with a slope and a curvature of its own.
    let patch = |[x, _]: [f64; 2]| 0.4 + 0.5 * x - 0.3 * x * x;
    let log_weight = |slope: f64, bend: f64| {
        let square = |at: [f64; 2]| (slope * at[0] + 0.5 * bend * at[0] * at[0] - abar.sqrt() * patch(at)).powi(2);
        -0.5 / (1.0 - abar) * places().map(square).sum::<f64>()
    };
    let step = 1e-5;
    let derivative = |f: &dyn Fn(f64) -> f64| (f(step) - f(-step)) / (2.0 * step);
    let moment =
        |power: i32| places().map(|at| at[0].powi(power) * abar.sqrt() * patch(at)).sum::<f64>() / (1.0 - abar);
    Comparison {
        about:
            "A 3 × 3 patch at ᾱ = 0.3: how its weight changes with a slope and with a curvature of φ, over the weight."
                .to_owned(),
        truth: "difference quotient",
        rows: vec![
            row("b₁₁ / b₀₀", 2.0 * moment(1), moment(1), derivative(&|v| log_weight(v, 0.0))),
            row("b₁₂ / b₀₀", moment(2), 0.5 * moment(2), derivative(&|v| log_weight(0.0, v))),
        ],
    }
}

fn growth() -> Comparison {
    let rows = [3.0_f64, 5.0, 7.0].map(|k| {
        let size = k * k;
        let (phi, end) = (1e-4, 1e-4);
        let machine = rk4(phi, 0.0, end, 50, |abar: f64, phi| {
            let root = abar.sqrt();
            let u = size * phi / (1.0 - abar);
            let denoised = if root < 1e-9 { u } else { (root * u).tanh() / root };
            0.5 * (denoised - phi) / (1.0 - abar)
        });
        row(format!("growth rate in ᾱ, k = {k}"), 0.0, 0.5 * (size - 1.0), (machine / phi).ln() / end)
    });
    Comparison {
        about: "A faint uniform field at the start of the two-pattern machine: its growth rate.".to_owned(),
        truth: "machine",
        rows: rows.to_vec(),
    }
}

fn fourier() -> Comparison {
    use std::f64::consts::PI;
    let rows = [(0.5_f64, 0.0_f64), (0.5, 1.0), (0.5, 3.0), (2.0, 3.0)].map(|(t, z)| {
        let reach = 8.0 / t.sqrt();
        let exact = integral(-reach, reach, 2000, |q| (q * z).cos() * (-2.0 * t * q * q).exp()) / (2.0 * PI);
        row(
            format!("t = {t}, z = {z}"),
            (PI / (2.0 * t)).sqrt() * (-PI * PI * z * z / (2.0 * t)).exp(),
            (-z * z / (8.0 * t)).exp() / (8.0 * PI * t).sqrt(),
            exact,
        )
    });
    Comparison { about: "The kernel in one dimension.".to_owned(), truth: "Fourier integral", rows: rows.to_vec() }
}
