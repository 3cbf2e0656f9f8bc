//! Equations of the patch lab.

use crate::core::els::theory::Kernel;
use crate::core::notation::{Symbol, form};
use crate::labs::equations::{Defining, Equation, Sheet, defining};
use crate::labs::notes;

/// Symbols of this lab.
pub static SYMBOLS: &[Symbol] = &[
    Symbol::new(
        "phi",
        r"\phi",
        "φ",
        "Field",
        "The image that is being made: one number a pixel and channel.",
        "[EFT] (1)",
    )
    .also(&[
        ("gtv", form(r"\mathbf x", "x")),
        ("gauss", form(r"\mathbf x", "x")),
        ("cw", form(r"\vec x", "x")),
        ("phys", form(r"\mathbf x_t", "x_t")),
        ("ddpm", form(r"\mathbf x_t", "x_t")),
        ("edm", form(r"\mathbf x", "x")),
    ]),
    Symbol::new(
        "window",
        r"\phi_{\Omega_x}",
        "φ_Ω",
        "Patch of the field",
        "The k × k pixels round the pixel x.",
        "[EFT] (2)",
    ),
    Symbol::new(
        "patch",
        r"\varphi",
        "p",
        "Training patch",
        "A k × k patch of a training image; p(0) is its centre.",
        "[EFT] (2)",
    ),
    Symbol::new(
        "abar",
        r"\bar\alpha",
        "ᾱ",
        "Share of the signal",
        "The clock: 0 is noise, 1 is the image.",
        "[EFT] (1)",
    )
    .also(&[
        ("gtv", form(r"\alpha_t^2", "α²")),
        ("gauss", form(r"\alpha_t^2", "α²")),
        ("cw", form(r"e^{-2t}", "exp(−2t)")),
        ("edm", form(r"s_t^2", "s²")),
        ("ddpm", form(r"\bar\alpha_t", "ᾱ_t")),
        ("phys", form(r"\bar\alpha_t", "ᾱ_t")),
    ]),
    Symbol::new("epsilon", r"\epsilon", "ε", "Noise variance", "Share of the noise, 1 − ᾱ.", "[EFT] (7)"),
    Symbol::new("d", "D", "D", "Denoised pixel", "Mean of the clean pixel, given its patch of noise.", "[EFT] (2)"),
    Symbol::new(
        "weight",
        r"W_\varphi",
        "W",
        "Weight of a patch",
        "Probability that the pixel comes from this training patch.",
        "[EFT] (14)",
    ),
    Symbol::new("push", r"\pi", "π", "Score", "The machine's score at one pixel.", "[EFT] (1), (2)").also(&[
        ("gtv", form(r"\mathbf s", "s")),
        ("gauss", form(r"\mathbf s", "s")),
        ("cw", form(r"\vec{\mathcal F}", "F")),
        ("phys", form(r"\nabla\!\log\rho", "∇ log ρ")),
        ("ddpm", form(r"\nabla\!\log q_t", "∇ log q")),
        ("edm", form(r"\nabla\!\log p", "∇ log p")),
    ]),
    Symbol::new(
        "omega",
        r"\Omega_x",
        "Ω",
        "Window",
        "The k × k pixels that a pixel sees; the value is their number.",
        "[EFT] (2)",
    ),
    Symbol::new(
        "neff",
        r"N_{\mathrm{eff}}",
        "N_eff",
        "Patches in the running",
        "Effective number of patches that share the weight.",
        "re-derived",
    ),
    Symbol::new("g", "G", "G(r)", "Two-point function", "Covariance of two pixels at displacement r.", "[EFT] (4)")
        .linked("chart:Correlation chart"),
    Symbol::new("rho", r"\rho", "ρ(r)", "Correlation", "Correlation of two pixels at displacement r.", "[EFT] (6)")
        .linked("chart:Correlation chart"),
    Symbol::new(
        "information",
        "I",
        "I(r)",
        "Mutual information",
        "What one pixel tells of another, in nats.",
        "[EFT] (5)",
    )
    .in_units("nats")
    .linked("chart:Information chart"),
    Symbol::new("r", "r", "r", "Displacement", "Distance of two pixels.", "[EFT] (10)").in_units("pixels"),
    Symbol::new(
        "kernel",
        r"\hat K(q)",
        "K(q)",
        "Response",
        "How a wave of the field is answered at weak signal: Σ κ(y) cos q·y.",
        "[EFT] A.2, re-derived",
    ),
    Symbol::new(
        "kappa",
        r"\kappa(y)",
        "κ(y)",
        "Covariance of patches",
        "Covariance of a patch's centre and its pixel y; 1 for two patterns.",
        "[EFT] A.2, re-derived",
    ),
    Symbol::new(
        "c",
        "c",
        "c",
        "Diffusion constant",
        "⅛ of the sum of κ(y)|y|² over the window.",
        "[EFT] (9), re-derived",
    )
    .in_units("pixels²"),
    Symbol::new(
        "clock",
        "h",
        "h(ᾱ)",
        "Slower clock",
        "The clock on which linear theory holds: pixels that decide stop answering.",
        "Gaussian closure, this program",
    ),
    Symbol::new(
        "gamma",
        r"\gamma(v)",
        "γ(v)",
        "Mean response",
        "E[sech²(√v z)], z a standard normal number.",
        "Gaussian closure, this program",
    ),
    Symbol::new(
        "v",
        "v",
        "v",
        "Variance of the argument",
        "Variance of what stands in the tanh.",
        "Gaussian closure, this program",
    ),
    Symbol::new(
        "spectrum",
        "P(q)",
        "P(q)",
        "Spectrum",
        "Power of the field's waves.",
        "Gaussian closure, this program",
    )
    .linked("chart:Structure factor chart"),
    Symbol::new(
        "nearest",
        r"\varphi^*(0)",
        "p*",
        "Nearest patch",
        "Centre of the training patch of largest weight.",
        "[EFT] (8)",
    )
    .linked("chart:Snapping chart"),
    Symbol::new("a00", "a_{00}", "a₀₀", "Constant", "The score of a blank field.", "[EFT] (29)"),
    Symbol::new("a10", "a_{10}", "a₁₀", "Linear coefficient", "Answer of the score to a uniform field.", "[EFT] A.2"),
    Symbol::new(
        "a11",
        r"a_{11}^\mu",
        "a₁₁",
        "Gradient coefficient",
        "Answer to a slope; zero for mirror-symmetric data.",
        "[EFT] A.2",
    ),
    Symbol::new(
        "a12",
        r"a_{12}^{\mu\nu}",
        "a₁₂",
        "Laplacian coefficient",
        "Answer to a curvature: what spreads information.",
        "[EFT] A.2",
    ),
];

const FLOW: Equation = Equation {
    id: "flow",
    name: "Generation",
    template: r"\frac{\partial <phi>}{\partial <abar>} = \frac{<phi> + <push>}{2<abar>} = \frac{<d>/\sqrt{<abar>} - <phi>}{2(1-<abar>)}",
    source: "[EFT] (1), corrected",
    about: "Every pixel flows towards its own denoised value.",
    spoken: "The derivative of the field by alpha bar is field plus score over two alpha bar: the denoised pixel over root alpha \
             bar, minus the field, over two times one minus alpha bar.",
};
const SCORE: Equation = Equation {
    id: "score",
    name: "Score and denoised pixel",
    template: r"<push>(x) = \frac{\sqrt{<abar>}\,<d>(x) - <phi>(x)}{1-<abar>}",
    source: "[EFT] (2)",
    about: "Two ways to say one thing: where the pixel should go.",
    spoken: "The score is root alpha bar times the denoised pixel minus the field, over one minus alpha bar.",
};

/// What each machine takes for the denoised pixel.
pub static MACHINES: &[Defining] = &[
    (
        "two_pattern",
        Equation {
            id: "two_pattern",
            name: "Two patterns",
            template: r"<d>(x) = \tanh\Bigl(\frac{\sqrt{<abar>}}{1-<abar>}\sum_{y\in <omega>}<phi>(y)\Bigr)",
            source: "[EFT] (11)",
            about: "All black or all white: each pixel follows the majority of its window.",
            spoken: "The denoised pixel is the hyperbolic tangent of root alpha bar over one minus alpha bar times the sum of the \
                     field over the window.",
        },
    ),
    (
        "els",
        Equation {
            id: "els",
            name: "ELS machine",
            template: r"<d>(x) = \sum_{<patch>}<weight>\,<patch>(0),\quad <weight> = \operatorname{softmax}_{<patch>}\Bigl(-\frac{|<window> - \sqrt{<abar>}<patch>|^2}{2(1-<abar>)}\Bigr)",
            source: "[EFT] (2), (14)",
            about: "Patches of every training image, from anywhere, compete for each pixel: that is where new images come from.",
            spoken: "The denoised pixel is the sum over training patches of weight times the patch's centre; the weight is the \
                     softmax of minus the squared distance over two times one minus alpha bar.",
        },
    ),
    (
        "bbels",
        Equation {
            id: "bbels",
            name: "Boundary-broken ELS machine",
            template: r"<d>(x) = \sum_{<patch>\in P(x)}<weight>\,<patch>(0),\quad P(x)\ \text{with the overhang of}\ <omega>",
            source: "Kamb & Ganguli 2024",
            about: "A pixel near a border knows it: only patches that overhang alike compete.",
            spoken: "The denoised pixel is the weighted sum over patches that overhang the border as the pixel's own window does.",
        },
    ),
    (
        "ls",
        Equation {
            id: "ls",
            name: "Local machine",
            template: r"<d>(x) = \sum_{<patch>\ \text{at}\ x}<weight>\,<patch>(0)",
            source: "Kamb & Ganguli 2024",
            about: "Patches from the pixel's own place only: it is local, but it knows where it is.",
            spoken: "The denoised pixel is the weighted sum over patches at its own place.",
        },
    ),
    (
        "is",
        Equation {
            id: "is",
            name: "Ideal machine",
            template: r"<d> = \sum_i W_i\,\varphi_i,\quad W_i = \operatorname{softmax}_i\Bigl(-\frac{|<phi> - \sqrt{<abar>}\varphi_i|^2}{2(1-<abar>)}\Bigr)",
            source: "Kamb & Ganguli 2024",
            about: "Whole images compete: nothing new can come out.",
            spoken: "The denoised image is the sum over training images of weight times image.",
        },
    ),
];

/// The step of each stepper.
pub static STEPPERS: &[Defining] = &[
    (
        "ddim",
        Equation {
            id: "ddim",
            name: "DDIM step",
            template: r"<phi>' = \sqrt{\bar\alpha'}\,<d> + \sqrt{\frac{1-\bar\alpha'}{1-<abar>}}\,\bigl(<phi> - \sqrt{<abar>}\,<d>\bigr)",
            source: "Song et al. 2021",
            about: "Exact while the denoised pixel stays put.",
            spoken: "The new field is root alpha bar prime times the denoised pixel plus the ratio of noises times the field minus \
                     root alpha bar times the denoised pixel.",
        },
    ),
    (
        "euler",
        Equation {
            id: "euler",
            name: "Euler step in ᾱ",
            template: r"<phi>' = <phi> + (\bar\alpha' - <abar>)\,\frac{<d>/\sqrt{<abar>} - <phi>}{2(1-<abar>)}",
            source: "re-derived",
            about: "Steep at both ends: few pixels arrive.",
            spoken: "The new field is the field plus the step in alpha bar times the slope.",
        },
    ),
    (
        "euler_angle",
        Equation {
            id: "euler_angle",
            name: "Euler step in θ",
            template: r"<phi>' = <phi> + (\theta' - \theta)\,\frac{<d> - <phi>\sin\theta}{\cos\theta},\quad \theta = \arcsin\sqrt{<abar>}",
            source: "re-derived",
            about: "On the angle θ the flow is gentle, and nearly every pixel arrives.",
            spoken: "The new field is the field plus the step in theta times the denoised pixel minus the field times sine theta, \
                     over cosine theta.",
        },
    ),
    (
        "heun",
        Equation {
            id: "heun",
            name: "Heun step in ᾱ",
            template: r"<phi>' = <phi> + \tfrac12(\bar\alpha' - <abar>)\bigl(\dot\phi_1 + \dot\phi_2\bigr)",
            source: "re-derived",
            about: "The mean of the slopes at both ends.",
            spoken: "The new field is the field plus half the step times the slopes at both ends.",
        },
    ),
    (
        "rk4",
        Equation {
            id: "rk4",
            name: "Runge–Kutta step in ᾱ",
            template: r"<phi>' = <phi> + \tfrac16(\bar\alpha' - <abar>)\bigl(\dot\phi_1 + 2\dot\phi_2 + 2\dot\phi_3 + \dot\phi_4\bigr)",
            source: "re-derived",
            about: "Four slopes a step.",
            spoken: "The new field is the field plus a sixth of the step times four slopes, the middle two counted twice.",
        },
    ),
];

const RUNNING: Equation = Equation {
    id: "running",
    name: "Patches in the running",
    template: r"<neff> = \frac{1}{\sum_{<patch>} <weight>^2}",
    source: "re-derived",
    about: "Many at first, one in the end: then the pixel has chosen.",
    spoken: "N effective is one over the sum of squared weights.",
};
const TWO_POINT: Equation = Equation {
    id: "two_point",
    name: "Correlation of two pixels",
    template: r"<g>(r) = \mathbb E[<phi>(x)<phi>(x+r)] - \mathbb E[<phi>]^2,\quad <rho>(r) = \frac{<g>(r)}{<g>(0)}",
    source: "[EFT] (4), (6)",
    about: "How far pixels have heard of one another.",
    spoken: "G of r is the mean of the product of two pixels minus the squared mean; rho is G of r over G of zero.",
};
const INFORMATION: Equation = Equation {
    id: "information",
    name: "Mutual information",
    template: r"<information>(r) = -\tfrac12\log\bigl(1 - <rho>(r)^2\bigr)",
    source: "[EFT] (5)",
    about: "In nats, as if the field were Gaussian; the floor is what chance alone gives.",
    spoken: "I of r is minus half the log of one minus rho squared.",
};
const COLLAPSE: Equation = Equation {
    id: "collapse",
    name: "Collapse",
    template: r"<rho>(<r>;<abar>) = \rho\bigl(<r>^2/<abar>\bigr)",
    source: "[EFT] (10)",
    about: "Plotted against r²/ᾱ, all times fall on one curve: information diffuses.",
    spoken: "Rho depends on r squared over alpha bar alone.",
};

/// The equation of each theory.
pub static THEORIES: &[Defining] = &[
    (
        "linear",
        Equation {
            id: "linear",
            name: "Linear theory",
            template: r"\hat\rho(q) \propto e^{<abar><kernel>},\quad <kernel> = \sum_{y\in <omega>}<kappa>\cos q\cdot y",
            source: "[EFT] A.3, re-derived",
            about: "Exact as ᾱ → 0: every pixel answers its window.",
            spoken: "The spectrum of the correlation is proportional to e to the alpha bar times K of q.",
        },
    ),
    (
        "gaussian_closure",
        Equation {
            id: "gaussian_closure",
            name: "Gaussian closure",
            template: r"<spectrum> = (1-<abar>)\,e^{<clock><kernel>},\quad \frac{d<clock>}{d<abar>} = \frac{<gamma>}{(1-<abar>)^2},\quad <gamma> = \mathbb E\bigl[\operatorname{sech}^2(\sqrt{<v>}\,z)\bigr]",
            source: "this program",
            about: "Linear theory on a slower clock: a pixel that has decided answers no more.",
            spoken: "The spectrum is one minus alpha bar times e to the h K; the clock h runs at gamma over one minus alpha bar \
                     squared; gamma is the mean of sech squared of root v z.",
        },
    ),
    (
        "continuum",
        Equation {
            id: "continuum",
            name: "Continuum diffusion",
            template: r"<rho> = e^{-<r>^2/8<c><abar>},\quad <c> = \tfrac18\sum_{y\in <omega>}<kappa>|y|^2",
            source: "[EFT] (9), (41), corrected",
            about: "Explains the form of the collapse, never its scale: it would need ᾱ|Ω| >> 1, where linear theory is gone.",
            spoken: "Rho is e to the minus r squared over eight c alpha bar; c is an eighth of the sum of kappa times y squared.",
        },
    ),
];

const SNAPPING: Equation = Equation {
    id: "snapping",
    name: "Snapping",
    template: r"<phi> - \sqrt{<abar>}\,<nearest> \propto \sqrt{1-<abar>}",
    source: "[EFT] (8), corrected",
    about: "In the end nothing new is made: each pixel closes in on its patch like the root of the noise.",
    spoken: "The field minus root alpha bar times the nearest patch is proportional to the root of one minus alpha bar.",
};
const EXPANSION: Equation = Equation {
    id: "expansion",
    name: "Effective field theory",
    template: r"<push> \approx <a00> + <a10>\,<phi> + <a11>\,\partial_\mu<phi> + <a12>\,\partial_\mu\partial_\nu<phi>",
    source: "[EFT] (17)",
    about: "What of the data matters at weak fields: a few numbers, several of them zero by symmetry.",
    spoken: "The score is about a zero zero plus a one zero times the field plus a one one times its gradient plus a one two times \
             its second derivatives.",
};
const COEFFICIENTS: Equation = Equation {
    id: "coefficients",
    name: "Its coefficients",
    template: r"<a10> = -\frac1\epsilon + \frac{<abar>}{\epsilon^2}\sum_y <kappa>,\quad <a12> = \frac{<abar>}{2\epsilon^2}\sum_y y^\mu y^\nu <kappa>,\quad <epsilon> = 1-<abar>",
    source: "[EFT] A.2, re-derived",
    about: "From the covariance of the training patches' pixels.",
    spoken: "a one zero is minus one over epsilon plus alpha bar over epsilon squared times the sum of kappa; a one two is alpha bar \
             over two epsilon squared times the sum of y y kappa.",
};

/// Every equation of the lab.
pub fn all() -> Vec<&'static Equation> {
    let single = [&FLOW, &SCORE, &RUNNING, &TWO_POINT, &INFORMATION, &COLLAPSE, &SNAPPING, &EXPANSION, &COEFFICIENTS];
    let families = [MACHINES, STEPPERS, THEORIES];
    single.into_iter().chain(families.into_iter().flatten().map(|(_, equation)| equation)).collect()
}

/// What the pane needs to know of the lab as it stands.
#[derive(Debug, Clone, Default)]
pub struct Shown<'a> {
    /// Identifier of the machine.
    pub machine: &'a str,
    /// Identifier of the stepper.
    pub stepper: &'a str,
    /// Identifiers of the theories drawn.
    pub theories: Vec<&'a str>,
    /// Share of the signal now.
    pub abar: f64,
    /// Side of the window now.
    pub k: usize,
    /// φ at the selected pixel.
    pub phi: Option<f64>,
    /// D at the selected pixel, where it is known.
    pub denoised: Option<f64>,
    /// N_eff of the selected pixel.
    pub running: Option<f64>,
    /// Correlation and information of nearest neighbours, if measured.
    pub neighbours: Option<[f64; 2]>,
    /// a₀₀ and a₁₀ of the first channel, if expanded.
    pub coefficients: Option<[f64; 2]>,
}

/// The equations of what is on screen.
pub fn sheet(shown: &Shown<'_>) -> Sheet {
    let mut sheet = Sheet { symbols: SYMBOLS, ..Sheet::default() };
    let first = [Some(&FLOW), Some(&SCORE), defining(MACHINES, shown.machine), defining(STEPPERS, shown.stepper)];
    let theories = shown.theories.iter().map(|id| defining(THEORIES, id));
    let rest = [&RUNNING, &TWO_POINT, &INFORMATION, &COLLAPSE, &SNAPPING, &EXPANSION, &COEFFICIENTS].map(Some);
    sheet.equations = first.into_iter().chain(rest).chain(theories).flatten().collect();
    sheet.notes = notes::select(notes::eft::NOTES.iter().map(|note| note.id));
    let area = (shown.k * shown.k) as f64;
    sheet.number("abar", shown.abar);
    sheet.number("epsilon", 1.0 - shown.abar);
    sheet.number("omega", area);
    if shown.machine == "two_pattern" {
        sheet.number("kappa", 1.0);
        sheet.number("c", 0.125 * Kernel::two_pattern(shown.k).second_moment());
    }
    for (id, value) in [("phi", shown.phi), ("d", shown.denoised), ("neff", shown.running)] {
        if let Some(value) = value {
            sheet.number(id, value);
        }
    }
    if let (Some(phi), Some(denoised)) = (shown.phi, shown.denoised) {
        sheet.number("push", (shown.abar.sqrt() * denoised - phi) / (1.0 - shown.abar).max(f64::MIN_POSITIVE));
    }
    if let Some([rho, information]) = shown.neighbours {
        sheet.number("rho", rho);
        sheet.number("information", information);
    }
    if let Some([a00, a10]) = shown.coefficients {
        sheet.number("a00", a00);
        sheet.number("a10", a10);
    }
    sheet
}
