//! Scalar quantities of a field that can be drawn as a heat map.

/// The values at one node.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sample {
    /// log p_t(x).
    pub log_density: f32,
    /// s = ∇ log p_t.
    pub score: [f32; 2],
    /// Entries xx, xy, yy of the proxy score's covariance C.
    pub proxy: [f32; 3],
    /// Score of the second model, equal to `score` where there is none.
    pub other_score: [f32; 2],
}

/// One quantity of the family.
#[derive(Debug)]
pub struct Quantity {
    /// Name in scene files; also that of its shader `shaders/quantity/ID.wgsl`.
    pub id: &'static str,
    /// Name on screen.
    pub name: &'static str,
    /// Symbol, with unit of length ℓ where it has one.
    pub symbol: &'static str,
    /// One sentence of explanation.
    pub about: &'static str,
    /// Whether values spread over many orders of magnitude, so that a logarithmic scale is the better start.
    pub logarithmic: bool,
    /// Whether values may be negative, so that there is no logarithmic scale for them.
    pub signed: bool,
    /// A range that fits every data set, if the quantity has one.
    pub fixed_range: Option<[f32; 2]>,
    /// Whether it needs a second score model.
    pub compares: bool,
    /// The quantity at one node.
    pub at: fn(&Sample) -> f32,
    /// WGSL source of `fn quantity(sample: Sample) -> f32`.
    pub wgsl: &'static str,
}

/// Every quantity.
pub static ALL: &[Quantity] = &[
    Quantity {
        id: "density",
        name: "Density",
        symbol: "p_t(x)  [ℓ⁻²]",
        about: "Probability density of noised data.",
        logarithmic: false,
        signed: false,
        fixed_range: None,
        compares: false,
        at: |s| s.log_density.exp(),
        wgsl: include_str!("../../../shaders/quantity/density.wgsl"),
    },
    Quantity {
        id: "log_density",
        name: "Log density",
        symbol: "log p_t(x)",
        about: "Natural logarithm of the density: its slope is the score.",
        logarithmic: false,
        signed: true,
        fixed_range: None,
        compares: false,
        at: |s| s.log_density,
        wgsl: include_str!("../../../shaders/quantity/log_density.wgsl"),
    },
    Quantity {
        id: "score_norm",
        name: "Length of the score",
        symbol: "|s|  [ℓ⁻¹]",
        about: "How hard the score pulls.",
        logarithmic: true,
        signed: false,
        fixed_range: None,
        compares: false,
        at: |s| norm(s.score),
        wgsl: include_str!("../../../shaders/quantity/score_norm.wgsl"),
    },
    Quantity {
        id: "proxy_variance",
        name: "Proxy-score variance",
        symbol: "tr C  [ℓ⁻²]",
        about: "Variance of the training target of denoising score matching at this place ([GTV] (5)).",
        logarithmic: true,
        signed: false,
        fixed_range: None,
        compares: false,
        at: trace,
        wgsl: include_str!("../../../shaders/quantity/proxy_variance.wgsl"),
    },
    Quantity {
        id: "variance_fraction",
        name: "Share of variance",
        symbol: "tr C / (tr C + |s|²)",
        about: "Share of the training target's second moment that is noise ([GTV] Fig. 1): 1 between points, 0 near one.",
        logarithmic: false,
        signed: false,
        fixed_range: Some([0.0, 1.0]),
        compares: false,
        at: |s| {
            let (noise, signal) = (trace(s), norm(s.score));
            let total = noise + signal * signal;
            if total > 0.0 { noise / total } else { 0.0 }
        },
        wgsl: include_str!("../../../shaders/quantity/variance_fraction.wgsl"),
    },
    Quantity {
        id: "anisotropy",
        name: "Anisotropy of C",
        symbol: "(λ₁ − λ₂)/(λ₁ + λ₂)",
        about: "0 where the proxy score scatters equally in all directions, 1 where along one line only.",
        logarithmic: false,
        signed: false,
        fixed_range: Some([0.0, 1.0]),
        compares: false,
        at: |s| {
            let total = trace(s);
            let gap = norm([s.proxy[0] - s.proxy[2], 2.0 * s.proxy[1]]);
            if total > 0.0 { (gap / total).min(1.0) } else { 0.0 }
        },
        wgsl: include_str!("../../../shaders/quantity/anisotropy.wgsl"),
    },
    Quantity {
        id: "score_difference",
        name: "Difference of two models",
        symbol: "|s_A − s_B|  [ℓ⁻¹]",
        about: "How far the scores of models A and B are apart.",
        logarithmic: true,
        signed: false,
        fixed_range: None,
        compares: true,
        at: |s| norm([s.score[0] - s.other_score[0], s.score[1] - s.other_score[1]]),
        wgsl: include_str!("../../../shaders/quantity/score_difference.wgsl"),
    },
];

fn norm(v: [f32; 2]) -> f32 {
    v[0].hypot(v[1])
}

fn trace(s: &Sample) -> f32 {
    s.proxy[0] + s.proxy[2]
}

/// The quantity with this identifier.
pub fn find(id: &str) -> Option<&'static Quantity> {
    ALL.iter().find(|quantity| quantity.id == id)
}
