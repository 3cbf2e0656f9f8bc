//! Symbols of the score-field lab.

use crate::core::notation::Symbol;

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
