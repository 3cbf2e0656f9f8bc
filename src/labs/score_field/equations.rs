//! Equations of the score-field lab.

use crate::core::mixture::FieldValue;
use crate::core::notation::Symbol;
use crate::core::param::Choice;
use crate::core::sampler::Direction;
use crate::core::{process, sym2};
use crate::labs::equations::{Defining, Equation, Sheet, defining};
use crate::labs::notes;
use crate::labs::score_field::scene::Scene;
use crate::labs::score_field::setup::Setup;

/// Symbols of this lab.
pub static SYMBOLS: &[Symbol] = &[
    Symbol::new(
        "k",
        "k",
        "k",
        "Component",
        "Number of a data point or Gaussian component; with a hand, its colour on the canvas.",
        "[GAUSS] (7)",
    )
    .linked("layer:Data and handles"),
    Symbol::new(
        "prior",
        r"\pi_k",
        "π_k",
        "Weight",
        "Share of component k in the data; all add up to one.",
        "[GAUSS] (8)",
    )
    .linked("layer:Data and handles"),
    Symbol::new(
        "mean",
        r"\boldsymbol\mu_k",
        "μ_k",
        "Mean of a component",
        "Where component k lies: the data point itself, or the centre of a Gaussian.",
        "[GAUSS] (7)",
    )
    .in_units("units of the data")
    .linked("layer:Data and handles"),
    Symbol::new(
        "covariance",
        r"\Sigma_k",
        "Σ_k",
        "Covariance of a component",
        "Spread of component k before noise; zero for a data point.",
        "[GAUSS] (7)",
    )
    .in_units("units of the data, squared")
    .linked("layer:Data and handles"),
    Symbol::new(
        "total",
        "C_k",
        "C_k",
        "Covariance with noise",
        "Spread of component k at time t: its own, shrunk with the signal, and the noise.",
        "[GAUSS] (7)",
    )
    .in_units("units of the data, squared"),
    Symbol::new(
        "weight",
        "w_k",
        "w_k",
        "Posterior weight",
        "Probability that the noised sample came from component k; all add up to one. The value is the largest.",
        "[GAUSS] (8)",
    ),
    Symbol::new(
        "component_mean",
        r"\mathbf m_k",
        "m_k",
        "Posterior mean of a component",
        "Mean of the clean sample, given the noised one and that it came from component k.",
        "[GAUSS] (7)",
    )
    .in_units("units of the data"),
    Symbol::new(
        "component_cov",
        "V_k",
        "V_k",
        "Posterior covariance of a component",
        "Spread of the clean sample, given the noised one and component k: Σ − α²ΣC⁻¹Σ.",
        "[GAUSS] (7)",
    )
    .in_units("units of the data, squared"),
    Symbol::new(
        "posterior_cov",
        r"\mathrm{Cov}[\mathbf x_0|\mathbf x_t]",
        "Cov[x₀|x]",
        "Posterior covariance",
        "Spread of the clean samples that may lie behind the noised one. The value is its trace.",
        "[GTV] (5)",
    )
    .in_units("units of the data, squared")
    .linked("layer:Posterior at the probe"),
    Symbol::new(
        "proxy_cov",
        "C",
        "C",
        "Covariance of the proxy score",
        "Spread of the training target of denoising score matching at one place. The value is its trace.",
        "[GTV] (5)",
    )
    .in_units("per squared unit of the data"),
    Symbol::new(
        "data_mean",
        r"\boldsymbol\mu",
        "μ",
        "Mean of the data",
        "Mean of all data, weights included.",
        "[GAUSS] (5)",
    )
    .in_units("units of the data"),
    Symbol::new(
        "data_cov",
        r"\Sigma",
        "Σ",
        "Covariance of the data",
        "Covariance of all data, divided by N. The value lists its entries xx, xy, yy.",
        "[GAUSS] (5)",
    )
    .in_units("units of the data, squared"),
    Symbol::new(
        "lambda",
        r"\lambda_k",
        "λ_k",
        "Variance along an axis",
        "Eigenvalues of the data's covariance, measured in the noise's own shape.",
        "[GAUSS] (13)",
    )
    .in_units("units of the data, squared"),
    Symbol::new(
        "axis_vector",
        r"\mathbf u_k",
        "u_k",
        "Principal axis",
        "Unit vector along which the data spread with variance λ_k.",
        "[GAUSS] (13)",
    ),
    Symbol::new(
        "coordinate",
        "c_k",
        "c_k",
        "Coordinate at the start",
        "Coordinate of the starting noise along axis k, from the shrunk mean.",
        "[GAUSS] (18)",
    )
    .in_units("units of the data"),
    Symbol::new(
        "step",
        r"\Delta t",
        "Δt",
        "Step",
        "Length of the step from the time shown to the next.",
        "[PHYS] (54)",
    )
    .in_units("units of t"),
    Symbol::new(
        "slope",
        r"\mathbf v",
        "v",
        "Velocity",
        "Velocity of a particle along the probability-flow ODE.",
        "[GAUSS] (2), [PHYS] (82)",
    )
    .linked("layer:Particles and trails"),
    Symbol::new(
        "beta",
        r"\beta(t)",
        "β",
        "Noise rate",
        "Rate of the variance-preserving process: it grows linearly with time.",
        "[GTV] Table 1",
    )
    .in_units("per unit of t"),
    Symbol::new("temperature", "T", "T", "Temperature", "Variance of the noise at the end of the process.", "[CW] (1)")
        .in_units("units of the data, squared"),
    Symbol::new(
        "end_noise",
        r"\sigma_\infty^2",
        "σ∞²",
        "End variance",
        "Variance that the chain settles at.",
        "[PHYS] (54)",
    )
    .in_units("units of the data, squared"),
];

const NOISING: Equation = Equation {
    id: "noising",
    name: "Noising",
    template: r"<state> = <signal>\,<clean> + <noise>\,<shape>^{1/2}\,<xi>",
    source: "[GTV] (1), [GAUSS] §3.2",
    about: "Noise is added and the signal shrinks: drag the time to see the data melt.",
    spoken: "The state is the signal times the clean sample, plus the noise times the root of the noise shape times \
             standard normal noise.",
};

/// Signal and noise of each process.
pub static PROCESSES: &[Defining] = &[
    (
        "variance_preserving",
        Equation {
            id: "variance_preserving",
            name: "Variance-preserving process",
            template: r"<signal> = \exp\Bigl(-\!\int_0^{t}\! <beta>\,dt\Bigr),\quad <noise2> = 1 - <signal2>",
            source: "[GTV] Table 1",
            about: "Signal and noise share one variance: as the first fades, the second takes its place.",
            spoken: "The signal is e to the minus integral of beta; the noise variance is one minus the signal squared.",
        },
    ),
    (
        "signal_time",
        Equation {
            id: "signal_time",
            name: "Signal time",
            template: r"<signal2> = 1 - <time>,\quad <noise2> = <time>",
            source: "[EFT] (3)",
            about: "The share of the noise is the time: the paths are those of every variance-preserving process.",
            spoken: "The share of the signal is one minus the time; the noise variance is the time.",
        },
    ),
    (
        "edm",
        Equation {
            id: "edm",
            name: "Variance-exploding process",
            template: r"<signal> = 1,\quad <noise> = <time>",
            source: "[GAUSS] (2)",
            about: "The signal stays; noise is heaped on it until it drowns.",
            spoken: "The signal is one; the noise is the time.",
        },
    ),
    (
        "ornstein_uhlenbeck",
        Equation {
            id: "ornstein_uhlenbeck",
            name: "Ornstein–Uhlenbeck process",
            template: r"<signal> = e^{-<time>},\quad <noise2> = <temperature>\,(1 - e^{-2<time>})",
            source: "[CW] (1)–(2)",
            about: "A spring pulls the sample to zero while heat of temperature T shakes it.",
            spoken: "The signal is e to the minus time; the noise variance is the temperature times one minus e to the \
                     minus two times the time.",
        },
    ),
    (
        "cosine",
        Equation {
            id: "cosine",
            name: "Cosine schedule",
            template: r"<signal2> = \cos^2\!\Bigl(\tfrac{\pi}{2}\,\tfrac{<time>}{1.008}\Bigr),\quad <noise2> = 1 - <signal2>",
            source: "Kamb & Ganguli 2024",
            about: "Signal and noise turn into each other like the sides of a rotating hand.",
            spoken: "The share of the signal is the squared cosine of a quarter turn times the time; the noise variance is \
                     the rest.",
        },
    ),
    (
        "ddpm_chain",
        Equation {
            id: "ddpm_chain",
            name: "DDPM chain",
            template: r"<signal2> = \prod_{i\le t}(1-\beta_i),\quad <noise2> = <end_noise>\,(1 - <signal2>)",
            source: "[PHYS] §3",
            about: "A thousand small steps, each of which takes a little signal and adds a little noise.",
            spoken: "The share of the signal is the product of one minus beta; the noise variance is the end variance times \
                     one minus that share.",
        },
    ),
];

const VARIANCE_PRESERVING_HALF: Equation = Equation {
    id: "variance_preserving_half",
    name: "Variance-preserving process",
    template: r"<signal> = \exp\Bigl(-\tfrac12\!\int_0^{t}\! <beta>\,dt\Bigr),\quad <noise2> = 1 - <signal2>",
    source: "Song et al. 2021, [GAUSS] Table 7",
    about: "Signal and noise share one variance: as the first fades, the second takes its place.",
    spoken: "The signal is e to the minus half the integral of beta; the noise variance is one minus the signal squared.",
};

/// What each score model takes the data for.
pub static MODELS: &[Defining] = &[
    (
        "delta",
        Equation {
            id: "delta",
            name: "Model: the data themselves",
            template: r"p_0 = \sum_{<k>} <prior>\,\mathcal N\!\bigl(<mean>, <covariance>\bigr),\quad <covariance> = 0\ \text{for points}",
            source: "[GAUSS] (9)",
            about: "The exact score of the data: generation ends on the points themselves.",
            spoken: "The data are a sum of components with their weights, means and covariances; points have none.",
        },
    ),
    (
        "gmm",
        Equation {
            id: "gmm",
            name: "Model: Gaussian mixture",
            template: r"p_0 = \sum_{<k>} <prior>\,\mathcal N\!\bigl(<mean>, <covariance>\bigr)",
            source: "[GAUSS] (7)",
            about: "Clusters of the data, each with its mean and covariance: generation fills them.",
            spoken: "The data are taken for a sum of Gaussians with weights, means and covariances.",
        },
    ),
    (
        "gaussian",
        Equation {
            id: "gaussian",
            name: "Model: one Gaussian",
            template: r"p_0 = \mathcal N\bigl(<data_mean>, <data_cov>\bigr)",
            source: "[GAUSS] (5)",
            about: "Mean and covariance of the data, and nothing else: what every model looks like early on.",
            spoken: "The data are taken for one Gaussian with their mean and covariance.",
        },
    ),
    (
        "isotropic",
        Equation {
            id: "isotropic",
            name: "Model: a single point",
            template: r"p_0 = \delta\bigl(<clean> - <data_mean>\bigr)",
            source: "[GAUSS] §4.1",
            about: "The mean alone: what every model looks like from far away.",
            spoken: "The data are taken for a single point at their mean.",
        },
    ),
];

const DENSITY: Equation = Equation {
    id: "density",
    name: "Noised density",
    template: r"<density>(<state>) = \sum_{<k>} <prior>\,\mathcal N\bigl(<state>;\,<signal><mean>,\,<total>\bigr),\quad <total> = <signal2>\,<covariance> + <noise2>\,<shape>",
    source: "[GAUSS] (7), [GTV] (26)",
    about: "Every component moves towards zero and spreads: the heat map and its level lines show the sum.",
    spoken: "The density at the state is the sum over components of weight times a Gaussian at the signal times the mean, \
             whose covariance is the component's own shrunk by the signal squared, plus the noise variance.",
};

const SCORE: Equation = Equation {
    id: "score",
    name: "Score",
    template: r"<score> = \nabla_{\!\mathbf x}\log <density>(<state>) = \sum_{<k>} <weight>\,<total>^{-1}\bigl(<signal><mean> - <state>\bigr)",
    source: "[GAUSS] (7)",
    about: "Each component pulls towards itself, in proportion to how likely the sample came from it: the arrows.",
    spoken: "The score is the gradient of the log density: the sum over components of posterior weight times inverse \
             covariance times the way to the shrunk mean.",
};

const WEIGHTS: Equation = Equation {
    id: "weights",
    name: "Posterior weights",
    template: r"<weight> = \operatorname{softmax}_{<k>}\Bigl(\log <prior> + \log\mathcal N\bigl(<state>;\,<signal><mean>,\,<total>\bigr)\Bigr)",
    source: "[GAUSS] (8)",
    about: "Which component the sample came from: a soft choice in heavy noise, a hard one in little.",
    spoken: "The posterior weight is the softmax over components of the log weight plus the log Gaussian.",
};

const DENOISER: Equation = Equation {
    id: "denoiser",
    name: "Denoiser",
    template: r"<denoiser> = \mathbb E\bigl[<clean>\,|\,<state>\bigr] = \frac{<state> + <noise2>\,<shape>\,<score>}{<signal>}",
    source: "[GAUSS] (4)",
    about: "The best guess of the clean sample is the score in other units: where the posterior's ellipse is centred.",
    spoken: "The denoiser is the mean of the clean sample given the state: state plus noise variance times score, divided by \
             the signal.",
};

const POSTERIOR: Equation = Equation {
    id: "posterior",
    name: "Posterior covariance",
    template: r"<posterior_cov> = \sum_{<k>} <weight>\Bigl(<component_cov> + (<component_mean> - <denoiser>)(<component_mean> - <denoiser>)^{\!\top}\Bigr)",
    source: "[GTV] (5)",
    about: "How unsure the guess is: the posterior's ellipse at the probe.",
    spoken: "The posterior covariance is the sum over components of posterior weight times the component's posterior \
             covariance plus the square of its distance from the denoiser.",
};

const PROXY: Equation = Equation {
    id: "proxy",
    name: "Variance of the training target",
    template: r"<proxy_cov> = \Bigl(\frac{<signal>}{<noise2>}\Bigr)^{\!2}<shape>^{-1}<posterior_cov>\,<shape>^{-1} = (<noise2>\,<shape>)^{-1} + \nabla\nabla\log <density>",
    source: "[GTV] (5), (34)",
    about: "Where the training target is noisy a network fills the gap its own way: the ridge between the data.",
    spoken: "The covariance of the proxy score is the squared signal over the fourth power of the noise, times the posterior \
             covariance between two inverse noise shapes: inverse noise covariance plus the curvature of the log density.",
};

const PROXY_SHARE: Equation = Equation {
    id: "proxy_share",
    name: "Share of the target's variance",
    template: r"\frac{\operatorname{tr} <proxy_cov>}{\operatorname{tr} <proxy_cov> + |<score>|^2}",
    source: "[GTV] Fig. 1",
    about: "Near one the target is noise, near zero it is the score: the heat map.",
    spoken: "Trace of the proxy covariance over itself plus the squared length of the score.",
};

const ANISOTROPY: Equation = Equation {
    id: "anisotropy",
    name: "Anisotropy of the target's noise",
    template: r"\frac{\lambda_1 - \lambda_2}{\lambda_1 + \lambda_2},\quad \lambda_{1,2}\ \text{of}\ <proxy_cov>",
    source: "[GTV] (5)",
    about: "One where the training target scatters along a line only, as it does between two points.",
    spoken: "The difference of the eigenvalues of the proxy covariance over their sum.",
};

const DIFFERENCE: Equation = Equation {
    id: "difference",
    name: "Difference of the two models",
    template: r"\bigl|<score>_A - <score>_B\bigr|",
    source: "[GAUSS] (28)",
    about: "In heavy noise the models agree: move the time and watch where they part.",
    spoken: "The length of the difference of the scores of models A and B.",
};

const GAUSSIAN_PATH: Equation = Equation {
    id: "gaussian_path",
    name: "Path in closed form",
    template: r"<state> = <signal><data_mean> + \sum_{<k>}\sqrt{\frac{<noise2> + <lambda>\,<signal2>}{\sigma_T^2 + <lambda>\,\alpha_T^2}}\;<coordinate>\,<axis_vector>",
    source: "[GAUSS] (18)",
    about: "A Gaussian's particles need no solver: each axis shrinks by a known factor.",
    spoken: "The state is the signal times the mean plus the sum over axes of the root of noise variance plus variance times \
             signal squared, over the same at the start, times the starting coordinate along the axis.",
};

const CRITICAL: Equation = Equation {
    id: "critical",
    name: "When an axis is decided",
    template: r"<noise> = <signal>\sqrt{<lambda>}",
    source: "[GAUSS] §3.3",
    about: "Before, the particle knows only the mean along that axis; after, it has its place. Marked on the timeline.",
    spoken: "Noise equals signal times the root of the variance along the axis.",
};

/// The equation of motion of each sampler.
pub static SAMPLERS: &[Defining] = &[
    ("euler", PF_ODE_EULER),
    ("heun", PF_ODE_HEUN),
    ("rk4", PF_ODE_RK4),
    (
        "ddim",
        Equation {
            id: "ddim",
            name: "DDIM step",
            template: r"<state>' = \alpha_{t'}<denoiser> + \frac{\sigma_{t'}}{<noise>}\bigl(<state> - <signal><denoiser>\bigr)",
            source: "Song et al. 2021",
            about: "Along the line to the denoised point: exact while the denoiser stays put.",
            spoken: "The new state is the new signal times the denoiser, plus the ratio of noises times the state minus the \
                     signal times the denoiser.",
        },
    ),
    (
        "reverse_sde",
        Equation {
            id: "reverse_sde",
            name: "Reverse SDE",
            template: r"d<state> = \bigl[<drift>\,<state> - <diffusion2>\,<shape>\,<score>\bigr]\,dt + \sqrt{<diffusion2>}\,<shape>^{1/2}\,d\overline{\mathbf W}",
            source: "[GTV] (2), [CW] (6)",
            about: "Twice the pull of the score, and fresh noise at every step: the same clouds by rougher paths.",
            spoken: "The change of the state is drift times state minus diffusion times score, times d t, plus the root of the \
                     diffusion times noise.",
        },
    ),
    (
        "ancestral",
        Equation {
            id: "ancestral",
            name: "Ancestral step",
            template: r"<state>' \sim q\bigl(<state>'\,|\,<state>,\ <clean> = <denoiser>\bigr)",
            source: "[PHYS] (26)–(31)",
            about: "Each step is drawn as if the denoised point were the truth.",
            spoken: "The new state is drawn from its distribution given the state and the clean sample, taken to be the \
                     denoiser.",
        },
    ),
    (
        "forward_sde",
        Equation {
            id: "forward_sde",
            name: "Forward SDE",
            template: r"d<state> = <drift>\,<state>\,dt + \sqrt{<diffusion2>}\,<shape>^{1/2}\,d\mathbf W",
            source: "[GTV] (1)",
            about: "From data to noise: no score is needed, every step is drawn exactly.",
            spoken: "The change of the state is drift times state times d t plus the root of the diffusion times noise.",
        },
    ),
];

const PF_ODE_EULER: Equation = Equation {
    id: "euler",
    name: "Probability-flow ODE, Euler",
    template: r"<slope>(<state>,t) = <drift>\,<state> - \tfrac12 <diffusion2>\,<shape>\,<score>,\quad <state>' = <state> + <step>\,<slope>",
    source: "[GTV] (2), [GAUSS] (2)",
    about: "Particles flow without noise; one step follows the tangent.",
    spoken: "The velocity is drift times state minus half the diffusion times score; the new state is the state plus step \
             times velocity.",
};

const PF_ODE_HEUN: Equation = Equation {
    id: "heun",
    name: "Probability-flow ODE, Heun",
    template: r"<slope>(<state>,t) = <drift>\,<state> - \tfrac12 <diffusion2>\,<shape>\,<score>,\quad <state>' = <state> + \tfrac12<step>\bigl(<slope>_1 + <slope>_2\bigr)",
    source: "[GTV] (2), [GAUSS] (2)",
    about: "Particles flow without noise; the mean of the tangents at both ends makes the error of second order.",
    spoken: "The velocity is drift times state minus half the diffusion times score; the new state is the state plus step \
             times the mean of the velocities at both ends.",
};

const PF_ODE_RK4: Equation = Equation {
    id: "rk4",
    name: "Probability-flow ODE, Runge–Kutta",
    template: r"<slope>(<state>,t) = <drift>\,<state> - \tfrac12 <diffusion2>\,<shape>\,<score>,\quad <state>' = <state> + \tfrac16<step>\bigl(<slope>_1 + 2<slope>_2 + 2<slope>_3 + <slope>_4\bigr)",
    source: "[GTV] (2), [GAUSS] (2)",
    about: "Particles flow without noise; four tangents make the error of fourth order.",
    spoken: "The velocity is drift times state minus half the diffusion times score; the new state is the state plus a sixth \
             of the step times the four velocities, the middle two counted twice.",
};

/// Every equation of the lab, for tests and lists.
pub fn all() -> Vec<&'static Equation> {
    let single = [
        &NOISING,
        &DENSITY,
        &SCORE,
        &WEIGHTS,
        &DENOISER,
        &POSTERIOR,
        &PROXY,
        &PROXY_SHARE,
        &ANISOTROPY,
        &DIFFERENCE,
        &VARIANCE_PRESERVING_HALF,
        &GAUSSIAN_PATH,
        &CRITICAL,
    ];
    let families = [PROCESSES, MODELS, SAMPLERS];
    single.into_iter().chain(families.into_iter().flatten().map(|(_, equation)| equation)).collect()
}

/// The equation of a process with its parameters.
fn process_equation(choice: &Choice) -> Option<&'static Equation> {
    if choice.kind == "variance_preserving" && choice.params.get("half").is_some_and(|half| *half != 0.0) {
        return Some(&VARIANCE_PRESERVING_HALF);
    }
    defining(PROCESSES, &choice.kind)
}

/// What is read at the place under the pointer or at the latest pinned probe.
#[derive(Debug, Clone, Copy)]
pub struct Probed<'a> {
    /// The place.
    pub at: [f64; 2],
    /// What the theory says about it.
    pub value: &'a FieldValue,
    /// The largest posterior weight.
    pub weight: f64,
}

/// The equations of what is on screen now.
pub fn sheet(scene: &Scene, setup: &Setup, probed: Option<Probed<'_>>) -> Sheet {
    let mut sheet = Sheet { symbols: SYMBOLS, ..Sheet::default() };
    let quantity = if scene.layers.heat.on { scene.layers.heat.quantity.as_str() } else { "" };
    let generates = setup.sampler.direction == Direction::Generating;
    let shown = [
        (Some(&NOISING), true),
        (process_equation(&scene.process), true),
        (defining(MODELS, &scene.model.kind), true),
        (Some(&DENSITY), true),
        (Some(&SCORE), true),
        (Some(&WEIGHTS), true),
        (Some(&DENOISER), true),
        (Some(&POSTERIOR), scene.layers.posterior.on),
        (Some(&PROXY), ["proxy_variance", "variance_fraction", "anisotropy"].contains(&quantity)),
        (Some(&PROXY_SHARE), quantity == "variance_fraction"),
        (Some(&ANISOTROPY), quantity == "anisotropy"),
        (Some(&DIFFERENCE), quantity == "score_difference"),
        (defining(SAMPLERS, setup.sampler.info.id), true),
        (Some(&GAUSSIAN_PATH), generates && scene.model.kind == "gaussian"),
        (Some(&CRITICAL), !setup.critical_steps.is_empty()),
    ];
    sheet.equations = shown.into_iter().filter_map(|(equation, is)| equation.filter(|_| is)).collect();
    sheet.notes = notes::select(noted(scene, setup, quantity));
    values(&mut sheet, scene, setup);
    if let Some(Probed { at, value, weight }) = probed {
        sheet.list("state", at);
        sheet.number("density", value.log_density.exp());
        sheet.list("score", value.score.iter().copied());
        sheet.list("denoiser", value.denoiser.iter().copied());
        sheet.number("posterior_cov", value.posterior_covariance.trace());
        sheet.number("proxy_cov", value.proxy_covariance.trace());
        sheet.number("weight", weight);
        let t = scene.time;
        let velocity = setup.forward.drift(t) * nalgebra::Vector2::from(at)
            - 0.5 * setup.forward.diffusion(t) * (setup.forward.shape() * value.score);
        sheet.list("slope", velocity.iter().copied());
    }
    sheet
}

/// The slips in the papers that matter for the scene.
fn noted(scene: &Scene, setup: &Setup, quantity: &str) -> Vec<&'static str> {
    let (model, process, sampler) = (scene.model.kind.as_str(), scene.process.kind.as_str(), setup.sampler.info.id);
    let shrinks = process != "edm";
    [
        ("gtv_st", shrinks || quantity == "proxy_variance"),
        ("eft_1", process == "signal_time"),
        ("gauss_11", model == "delta"),
        ("gauss_18", model == "gaussian"),
        ("gauss_107", model == "gaussian" && shrinks),
        ("gauss_136", model == "gmm" && shrinks),
        ("gauss_149", model == "gmm"),
        ("gauss_a8", sampler == "heun"),
        ("phys_13", process == "ddpm_chain"),
        ("phys_39", sampler == "ancestral" || process == "ddpm_chain"),
        ("phys_53", sampler == "ancestral"),
        ("phys_81", sampler == "forward_sde"),
        ("phys_97", quantity == "density"),
    ]
    .into_iter()
    .filter_map(|(id, shown)| shown.then_some(id))
    .collect()
}

/// What the process, the data and the run say at the time shown.
fn values(sheet: &mut Sheet, scene: &Scene, setup: &Setup) {
    let (forward, t) = (&setup.forward, scene.time);
    sheet.number("time", t);
    sheet.number("signal", forward.alpha(t));
    sheet.number("signal2", forward.abar(t));
    sheet.number("noise", forward.sigma(t));
    sheet.number("noise2", forward.sigma(t).powi(2));
    sheet.number("logsnr", forward.log_snr(t));
    sheet.number("drift", forward.drift(t));
    sheet.number("diffusion2", forward.diffusion(t));
    sheet.list("shape", sym2::entries(forward.shape()));
    let components = setup.model.components().len();
    sheet.words("k", if components == 1 { "one component".to_owned() } else { format!("1 … {components}") });
    sheet.list("data_mean", setup.data.mean().iter().copied());
    sheet.list("data_cov", sym2::entries(&setup.data.covariance()));
    let whiten = sym2::inverse(forward.sqrt_shape());
    let lambda = sym2::symmetrized(&(whiten * setup.data.covariance() * whiten)).symmetric_eigenvalues();
    sheet.list("lambda", [lambda.max(), lambda.min()]);
    let step = setup.nearest_step(t);
    if let Some([from, to]) = setup.times.get(step..step + 2) {
        sheet.number("step", to - from);
    }
    let Some(kind) = process::ALL.iter().find(|kind| kind.info.id == scene.process.kind) else { return };
    let parameter = |key: &str| {
        let info = kind.info.params.iter().find(|info| info.key == key)?;
        Some(scene.process.get(info))
    };
    if let Some(temperature) = parameter("temperature") {
        sheet.number("temperature", temperature);
    }
    if let Some(end) = parameter("sigma_infinity") {
        sheet.number("end_noise", end * end);
    }
    if let (Some(least), Some(growth)) = (parameter("beta_min"), parameter("beta_growth")) {
        sheet.number("beta", least + growth * t);
    }
}
