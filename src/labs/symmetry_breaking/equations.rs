//! Equations of the symmetry-breaking lab.

use super::scene::{Panel, Scene};
use crate::core::curie_weiss::potential::Potential;
use crate::core::curie_weiss::{CurieWeiss, clones};
use crate::core::notation::{Symbol, form};
use crate::labs::equations::{Equation, Sheet};
use crate::labs::notes;

/// Symbols of this lab.
pub static SYMBOLS: &[Symbol] = &[
    Symbol::new("spin", "a_i", "a_i", "Spin", "One spin of a magnet, +1 or −1.", "[CW] (13)"),
    Symbol::new("spins", "N", "N", "Number of spins", "Spins of one magnet: the dimension of the data.", "[CW] (13)"),
    Symbol::new(
        "beta",
        r"\beta",
        "β",
        "Inverse temperature",
        "How strongly the spins of the data hold together; two pure states above 1.",
        "[CW] (13)",
    ),
    Symbol::new("field", "h", "h", "Field", "Total field on the data: each spin feels h/N of it.", "[CW] (13)"),
    Symbol::new(
        "bath",
        "T",
        "T",
        "Bath temperature",
        "Temperature of the noising process: variance of the noise at its end.",
        "[CW] (1)",
    ),
    Symbol::new("magnetization", "m", "m", "Magnetization", "Mean of a magnet's spins.", "[CW] (14)"),
    Symbol::new(
        "mstar",
        "m^*",
        "m*",
        "Spontaneous magnetization",
        "Positive root of m* = tanh(βm*): the magnetization of the two pure states.",
        "[CW] (16)",
    ),
    Symbol::new(
        "phi",
        r"\Phi",
        "Φ",
        "Large-deviation function",
        "Cost per spin of a magnetization; its minima are the pure states.",
        "[CW] (15)",
    ),
    Symbol::new(
        "weights",
        r"W_\pm",
        "W±",
        "Weights of the states",
        "Probability of the + and of the − state in the data; the value lists both.",
        "[CW] (16)",
    )
    .linked("pane:r_plus"),
    Symbol::new(
        "plus_weight",
        "W_+",
        "W₊",
        "Weight of the + state",
        "Probability of the + state in the data.",
        "[CW] (16)",
    ),
    Symbol::new(
        "minus_weight",
        "W_-",
        "W₋",
        "Weight of the − state",
        "Probability of the − state in the data.",
        "[CW] (16)",
    ),
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
    ])
    .linked("reading:Variance of the noise, T(1 − e^{−2t})"),
    Symbol::new("decay", "e^{-t}", "e^−t", "Signal", "Factor of the clean spins in the noised ones.", "[CW] (2)")
        .also(&[
            ("gtv", form(r"\alpha_t", "α")),
            ("gauss", form(r"\alpha_t", "α")),
            ("eft", form(r"\sqrt{\bar\alpha_t}", "√ᾱ")),
            ("phys", form(r"\sqrt{\bar\alpha_t}", "√ᾱ")),
            ("ddpm", form(r"\sqrt{\bar\alpha_t}", "√ᾱ")),
            ("edm", form(r"s_t", "s")),
        ])
        .linked("reading:Scale on which the wells move apart, e^{−τ}"),
    Symbol::new("x_i", "x_i", "x_i", "Noised spin", "One component of the noised magnet.", "[CW] (2)"),
    Symbol::new(
        "mean_spin",
        r"\langle a_i\rangle",
        "⟨a_i⟩",
        "Denoised spin",
        "Mean of the clean spin, given the whole noised magnet.",
        "[CW] (19)",
    ),
    Symbol::new("tilt", "u_i", "u_i", "Tilt", "What one noised spin says of the clean one: x_i e^−t/Δ_t.", "[CW] (19)"),
    Symbol::new(
        "likelihood",
        r"Q_\pm",
        "Q±",
        "Likelihood of a state",
        "How well the noised magnet fits the + or the − state.",
        "[CW] (20)",
    ),
    Symbol::new(
        "overlap",
        "M(x)",
        "M(x)",
        "Magnetization of the noised magnet",
        "Mean of the noised spins.",
        "[CW] (21)",
    ),
    Symbol::new(
        "mu",
        r"\mu",
        "μ",
        "Order parameter",
        "Sum of the noised spins over √N: the one coordinate in which the magnet decides.",
        "[CW] (24)",
    )
    .linked("pane:trajectories"),
    Symbol::new(
        "potential",
        "V",
        "V",
        "Potential",
        "The landscape that the order parameter runs down while a magnet is generated.",
        "[CW] (25)",
    )
    .linked("pane:double_well"),
    Symbol::new(
        "kappa",
        r"\kappa",
        "κ",
        "Control parameter",
        "2m*²(N/T)e^−2t: without field, one well becomes two where it passes 1.",
        "[CW] (25)",
    ),
    Symbol::new(
        "critical",
        "t_c",
        "t_c",
        "Critical time",
        "Time at which one well becomes two, without field.",
        "[CW] (26)",
    ),
    Symbol::new(
        "barrier",
        r"\Delta V",
        "ΔV",
        "Barrier",
        "Height between the deeper well and the maximum.",
        "[CW] (26)",
    )
    .linked("pane:double_well"),
    Symbol::new(
        "centre",
        r"\mu_c",
        "μ_c",
        "Centre",
        "Place of the single well long before the transition.",
        "[CW] (27)",
    ),
    Symbol::new(
        "tau",
        r"\tau",
        "τ",
        "Time from speciation",
        "Time on the clock of speciation: t − ½ log N.",
        "[CW] (28)",
    )
    .linked("reading:Time from the moment of decision, t − ½ log N"),
    Symbol::new("t", "t", "t", "Time", "Time of the process: it grows with the noise.", "[CW] (1)")
        .linked("reading:Time of the noising process"),
    Symbol::new(
        "share",
        "R_+",
        "R₊",
        "Share at μ > 0",
        "Probability that the order parameter is positive at time τ.",
        "[CW] (28)",
    )
    .linked("pane:r_plus"),
    Symbol::new("heat", r"\eta", "η", "Heat noise", "White noise of unit strength.", "[CW] (24)"),
    Symbol::new(
        "agreement",
        r"\phi",
        "φ",
        "Agreement of clones",
        "Probability that two copies split at time t end in the same state.",
        "Biroli et al. 2024",
    ),
    Symbol::new(
        "posterior",
        "p",
        "p",
        "Posterior weight",
        "Probability of the + state, given the order parameter.",
        "[CW] (19)",
    ),
    Symbol::new(
        "pure_weight",
        r"w_\alpha",
        "w_α",
        "Weight of a pure state",
        "Probability of pure state α in the data.",
        "[CW] (31)",
    ),
    Symbol::new(
        "pure_overlap",
        r"M_\alpha",
        "M_α",
        "Overlap with a pure state",
        "How much the noised magnet looks like pure state α.",
        "[CW] (31)",
    ),
    Symbol::new(
        "score_i",
        "s_i",
        "s_i",
        "Score of a spin",
        "Derivative of the log density by one noised spin.",
        "[CW] (3)",
    ),
];

const DATA: Equation = Equation {
    id: "data",
    name: "The data: a magnet",
    template: r"P_0(a) \propto \exp\Bigl(\frac{<beta>}{2<spins>}\bigl(\textstyle\sum_i <spin>\bigr)^2 + \frac{<field>}{<spins>}\sum_i <spin>\Bigr)",
    source: "[CW] (13)",
    about: "Spins that like to agree, and a field that prefers one side.",
    spoken: "The probability of the spins is proportional to e to the beta over two N times the squared sum of spins, plus h \
             over N times the sum.",
};
const LARGE_DEVIATION: Equation = Equation {
    id: "large_deviation",
    name: "Two pure states",
    template: r"<phi>(<magnetization>) = \frac{<magnetization>^2}{2} - \frac{1}{<beta>}\log\cosh\Bigl(<beta><magnetization> + \frac{<field>}{<spins>}\Bigr)",
    source: "[CW] (15)",
    about: "Above β = 1 the function has two minima, ±m*: two kinds of magnets.",
    spoken: "Phi of m is m squared over two minus one over beta times the log cosh of beta m plus h over N.",
};
const WEIGHTS: Equation = Equation {
    id: "weights",
    name: "Weights of the states",
    template: r"<weights> = \frac{e^{\pm <field><mstar>}}{2\cosh(<field><mstar>)},\quad <mstar> = \tanh(<beta><mstar>)",
    source: "[CW] (16)",
    about: "The field decides how often each kind occurs: the share that generation must get right.",
    spoken: "The weights are e to the plus or minus h m star over two cosh h m star; m star is the hyperbolic tangent of beta m \
             star.",
};
const DENOISED: Equation = Equation {
    id: "denoised",
    name: "Denoised spin",
    template: r"<mean_spin> = \frac{<plus_weight>Q_+\tanh(<beta><mstar> + <tilt>) + <minus_weight>Q_-\tanh(-<beta><mstar> + <tilt>)}{<plus_weight>Q_+ + <minus_weight>Q_-}",
    source: "[CW] (19)",
    about: "Each spin asks its own noise and, through Q, all the others.",
    spoken: "The mean spin is the weighted mean over both states of the hyperbolic tangent of plus or minus beta m star plus \
             the tilt.",
};
const LIKELIHOOD: Equation = Equation {
    id: "likelihood",
    name: "Likelihood of a state",
    template: r"<likelihood> = \prod_i\bigl[1 \pm <mstar>\tanh <tilt>\bigr],\quad <tilt> = <x_i>\frac{<decay>}{<delta>}",
    source: "[CW] (20)",
    about: "N small hints multiply: a large magnet is sure of its state long before any spin is.",
    spoken: "Q plus or minus is the product over spins of one plus or minus m star times the hyperbolic tangent of the tilt; \
             the tilt is the noised spin times e to the minus t over the noise variance.",
};
const LATE_SCORE: Equation = Equation {
    id: "late_score",
    name: "Score at large times",
    template: r"<score_i> = -\frac{<x_i>}{<delta>} + <mstar>\frac{<decay>}{<delta>}\tanh\Bigl[<mstar>\Bigl(<field> + <spins><overlap>\frac{<decay>}{<delta>}\Bigr)\Bigr]",
    source: "[CW] (23)",
    about: "Every spin is pulled towards the side of the majority.",
    spoken: "The score is minus x over the noise variance plus m star times e to the minus t over the variance times the \
             hyperbolic tangent of m star times h plus N times the magnetization.",
};
const LANGEVIN: Equation = Equation {
    id: "langevin",
    name: "Motion of the order parameter",
    template: r"-\frac{d<mu>}{d<t>} = -\frac{\partial <potential>}{\partial <mu>} + \sqrt{2<bath>}\,<heat>",
    source: "[CW] (24)",
    about: "Generation is a walk in a landscape that changes under the walker's feet.",
    spoken: "Minus d mu by d t is minus the slope of the potential plus the root of two T times noise.",
};
const POTENTIAL: Equation = Equation {
    id: "potential",
    name: "Potential",
    template: r"<potential> = \tfrac12 <mu>^2 - 2<bath>\log\cosh\Bigl[<mstar>\Bigl(<field> + \frac{\sqrt{<spins>}}{<bath>}<decay><mu>\Bigr)\Bigr]",
    source: "[CW] (25)",
    about: "One well at first, two later: watch the barrier rise, and who is caught on which side.",
    spoken: "The potential is half mu squared minus two T times the log cosh of m star times h plus root N over T times e to \
             the minus t times mu.",
};
const TWO_WELLS: Equation = Equation {
    id: "two_wells",
    name: "Birth of the wells",
    template: r"<kappa> = 2{<mstar>}^2\frac{<spins>}{<bath>}e^{-2<t>} = 1\ \text{at}\ <critical> = \tfrac12\log\frac{2{<mstar>}^2<spins>}{<bath>}",
    source: "[CW] (25), re-derived",
    about: "Without field the middle of the landscape turns from valley to hill at this time.",
    spoken: "Kappa is two m star squared N over T e to the minus two t; it is one at half the log of two m star squared N over \
             T.",
};
const BARRIER: Equation = Equation {
    id: "barrier",
    name: "Barrier",
    template: r"<barrier> \simeq 2{<mstar>}^2<spins>e^{-2<t>} - 2<bath>\log 2",
    source: "[CW] (26), corrected",
    about: "Soon no particle crosses any more: the choice is made.",
    spoken: "The barrier is about two m star squared N e to the minus two t minus two T log two.",
};
const CENTRE: Equation = Equation {
    id: "centre",
    name: "Centre before the transition",
    template: r"<centre> = 2<mstar>\tanh(<field><mstar>)\sqrt{<spins>}\,<decay>",
    source: "[CW] (27), corrected",
    about: "A field moves the single well: the weights are settled here, before there are two sides.",
    spoken: "The centre is two m star times the hyperbolic tangent of h m star times root N e to the minus t.",
};
const SHARE: Equation = Equation {
    id: "share",
    name: "Share at μ > 0",
    template: r"<share>(<tau>) = \tfrac12\Bigl[<plus_weight>\operatorname{erfc}\Bigl(-\frac{<mstar>e^{-<tau>}}{\sqrt{2<bath>}}\Bigr) + <minus_weight>\operatorname{erfc}\Bigl(\frac{<mstar>e^{-<tau>}}{\sqrt{2<bath>}}\Bigr)\Bigr]",
    source: "[CW] (28)",
    about: "One curve for every N on the clock τ: the collapse of the curves is the proof.",
    spoken: "R plus is half of W plus times erfc of minus m star e to the minus tau over root two T, plus W minus times erfc of \
             the same with plus.",
};
const CLONES: Equation = Equation {
    id: "clones",
    name: "Agreement of clones",
    template: r"<agreement>(<t>) = \mathbb E\bigl[<posterior>^2 + (1-<posterior>)^2\bigr]",
    source: "Biroli et al. 2024",
    about: "Copies split early end anywhere, copies split late together: the step between is speciation.",
    spoken: "The agreement is the mean of p squared plus one minus p squared.",
};
const PURE_STATES: Equation = Equation {
    id: "pure_states",
    name: "Many pure states",
    template: r"<score_i> = -\frac{<x_i>}{<delta>} + \frac{\partial}{\partial <x_i>}\log\sum_\alpha <pure_weight>\,e^{<spins><pure_overlap>(x)<decay>/<delta>}",
    source: "[CW] (31)",
    about: "The same story with more than two kinds: a tree of decisions.",
    spoken: "The score is minus x over the noise variance plus the derivative of the log of the sum over pure states of weight \
             times e to the N times overlap times e to the minus t over the variance.",
};

static EVERY: [&Equation; 14] = [
    &DATA,
    &LARGE_DEVIATION,
    &WEIGHTS,
    &DENOISED,
    &LIKELIHOOD,
    &LATE_SCORE,
    &LANGEVIN,
    &POTENTIAL,
    &TWO_WELLS,
    &BARRIER,
    &CENTRE,
    &SHARE,
    &CLONES,
    &PURE_STATES,
];

/// Every equation of the lab.
pub fn all() -> Vec<&'static Equation> {
    EVERY.to_vec()
}

/// The equations of what is in front now, at time `scene.time` of `model`; `mu` is the order parameter pointed at, if any.
pub fn sheet(scene: &Scene, model: &CurieWeiss, mu: Option<f64>) -> Sheet {
    let t = scene.time;
    let wells = [&DATA, &WEIGHTS, &LANGEVIN, &POTENTIAL, &TWO_WELLS, &BARRIER, &CENTRE, &SHARE];
    let (equations, noted): (&[&'static Equation], &[&str]) = match scene.show {
        Panel::DoubleWell | Panel::Waterfall => (&wells, &["cw_26", "cw_27"]),
        Panel::PhaseDiagram => (&[&DATA, &LARGE_DEVIATION, &WEIGHTS], &[]),
        Panel::Spins => (&[&DATA, &WEIGHTS, &DENOISED, &LIKELIHOOD, &LATE_SCORE, &SHARE], &["cw_27"]),
        Panel::Clones => (&[&WEIGHTS, &POTENTIAL, &CLONES, &SHARE], &["cw_26"]),
        Panel::FiniteData => (&[&DATA, &WEIGHTS, &DENOISED, &LIKELIHOOD], &["cw_pn"]),
        Panel::PureStates => (&[&PURE_STATES, &LIKELIHOOD], &["cw_pn"]),
    };
    let mut sheet = Sheet {
        equations: equations.to_vec(),
        symbols: SYMBOLS,
        notes: notes::select(noted.iter().copied()),
        ..Sheet::default()
    };
    let [plus, minus] = model.weights();
    let potential = Potential::new(model, t);
    let tau = t - model.speciation_time();
    sheet.number("spins", model.n());
    sheet.number("beta", model.beta);
    sheet.number("field", model.field);
    sheet.number("bath", model.temperature);
    sheet.number("mstar", model.magnetization());
    sheet.list("weights", [plus, minus]);
    sheet.number("plus_weight", plus);
    sheet.number("minus_weight", minus);
    sheet.number("delta", model.noise_variance(t));
    sheet.number("decay", (-t).exp());
    sheet.number("kappa", potential.kappa());
    sheet.number("centre", potential.early_centre());
    sheet.number("t", t);
    sheet.number("tau", tau);
    sheet.number("share", model.plus_probability(tau));
    sheet.number("agreement", clones::agreement(model, t));
    if let Some(critical) = model.critical_time() {
        sheet.number("critical", critical);
    }
    match potential.wells().barrier {
        Some(barrier) => sheet.number("barrier", barrier),
        None => sheet.words("barrier", "none: one well"),
    }
    if let Some(mu) = mu {
        sheet.number("mu", mu);
        sheet.number("potential", potential.value(mu));
    }
    sheet
}
