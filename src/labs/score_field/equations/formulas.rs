//! Formulas of the score-field lab.

use crate::labs::equations::{Defining, Equation};

pub(super) static NOISING: Equation = Equation {
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

pub(super) static VARIANCE_PRESERVING_HALF: Equation = Equation {
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

pub(super) static DENSITY: Equation = Equation {
    id: "density",
    name: "Noised density",
    template: r"<density>(<state>) = \sum_{<k>} <prior>\,\mathcal N\bigl(<state>;\,<signal><mean>,\,<total>\bigr),\quad <total> = <signal2>\,<covariance> + <noise2>\,<shape>",
    source: "[GAUSS] (7), [GTV] (26)",
    about: "Every component moves towards zero and spreads: the heat map and its level lines show the sum.",
    spoken: "The density at the state is the sum over components of weight times a Gaussian at the signal times the mean, \
             whose covariance is the component's own shrunk by the signal squared, plus the noise variance.",
};

pub(super) static SCORE: Equation = Equation {
    id: "score",
    name: "Score",
    template: r"<score> = \nabla_{\!\mathbf x}\log <density>(<state>) = \sum_{<k>} <weight>\,<total>^{-1}\bigl(<signal><mean> - <state>\bigr)",
    source: "[GAUSS] (7)",
    about: "Each component pulls towards itself, in proportion to how likely the sample came from it: the arrows.",
    spoken: "The score is the gradient of the log density: the sum over components of posterior weight times inverse \
             covariance times the way to the shrunk mean.",
};

pub(super) static WEIGHTS: Equation = Equation {
    id: "weights",
    name: "Posterior weights",
    template: r"<weight> = \operatorname{softmax}_{<k>}\Bigl(\log <prior> + \log\mathcal N\bigl(<state>;\,<signal><mean>,\,<total>\bigr)\Bigr)",
    source: "[GAUSS] (8)",
    about: "Which component the sample came from: a soft choice in heavy noise, a hard one in little.",
    spoken: "The posterior weight is the softmax over components of the log weight plus the log Gaussian.",
};

pub(super) static DENOISER: Equation = Equation {
    id: "denoiser",
    name: "Denoiser",
    template: r"<denoiser> = \mathbb E\bigl[<clean>\,|\,<state>\bigr] = \frac{<state> + <noise2>\,<shape>\,<score>}{<signal>}",
    source: "[GAUSS] (4)",
    about: "The best guess of the clean sample is the score in other units: where the posterior's ellipse is centred.",
    spoken: "The denoiser is the mean of the clean sample given the state: state plus noise variance times score, divided by \
             the signal.",
};

pub(super) static POSTERIOR: Equation = Equation {
    id: "posterior",
    name: "Posterior covariance",
    template: r"<posterior_cov> = \sum_{<k>} <weight>\Bigl(<component_cov> + (<component_mean> - <denoiser>)(<component_mean> - <denoiser>)^{\!\top}\Bigr)",
    source: "[GTV] (5)",
    about: "How unsure the guess is: the posterior's ellipse at the probe.",
    spoken: "The posterior covariance is the sum over components of posterior weight times the component's posterior \
             covariance plus the square of its distance from the denoiser.",
};

pub(super) static PROXY: Equation = Equation {
    id: "proxy",
    name: "Variance of the training target",
    template: r"<proxy_cov> = \Bigl(\frac{<signal>}{<noise2>}\Bigr)^{\!2}<shape>^{-1}<posterior_cov>\,<shape>^{-1} = (<noise2>\,<shape>)^{-1} + \nabla\nabla\log <density>",
    source: "[GTV] (5), (34)",
    about: "Where the training target is noisy a network fills the gap its own way: the ridge between the data.",
    spoken: "The covariance of the proxy score is the squared signal over the fourth power of the noise, times the posterior \
             covariance between two inverse noise shapes: inverse noise covariance plus the curvature of the log density.",
};

pub(super) static PROXY_SHARE: Equation = Equation {
    id: "proxy_share",
    name: "Share of the target's variance",
    template: r"\frac{\operatorname{tr} <proxy_cov>}{\operatorname{tr} <proxy_cov> + |<score>|^2}",
    source: "[GTV] Fig. 1",
    about: "Near one the target is noise, near zero it is the score: the heat map.",
    spoken: "Trace of the proxy covariance over itself plus the squared length of the score.",
};

pub(super) static ANISOTROPY: Equation = Equation {
    id: "anisotropy",
    name: "Anisotropy of the target's noise",
    template: r"\frac{\lambda_1 - \lambda_2}{\lambda_1 + \lambda_2},\quad \lambda_{1,2}\ \text{of}\ <proxy_cov>",
    source: "[GTV] (5)",
    about: "One where the training target scatters along a line only, as it does between two points.",
    spoken: "The difference of the eigenvalues of the proxy covariance over their sum.",
};

pub(super) static DIFFERENCE: Equation = Equation {
    id: "difference",
    name: "Difference of the two models",
    template: r"\bigl|<score>_A - <score>_B\bigr|",
    source: "[GAUSS] (28)",
    about: "In heavy noise the models agree: move the time and watch where they part.",
    spoken: "The length of the difference of the scores of models A and B.",
};

pub(super) static GAUSSIAN_PATH: Equation = Equation {
    id: "gaussian_path",
    name: "Path in closed form",
    template: r"<state> = <signal><data_mean> + \sum_{<k>}\sqrt{\frac{<noise2> + <lambda>\,<signal2>}{\sigma_T^2 + <lambda>\,\alpha_T^2}}\;<coordinate>\,<axis_vector>",
    source: "[GAUSS] (18)",
    about: "A Gaussian's particles need no solver: each axis shrinks by a known factor.",
    spoken: "The state is the signal times the mean plus the sum over axes of the root of noise variance plus variance times \
             signal squared, over the same at the start, times the starting coordinate along the axis.",
};

pub(super) static CRITICAL: Equation = Equation {
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
