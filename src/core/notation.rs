//! How the papers write what they share: one quantity, one symbol in each notation ([GAUSS] Table 7, extended).
//!
//! To add a notation, add it to [`ALL`] and give those symbols of [`SHARED`] a form that it writes differently. Whatever
//! has no form of its own is written as this program writes it.

/// One way of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notation {
    /// Name in settings.
    pub id: &'static str,
    /// Name on screen.
    pub name: &'static str,
    /// Whose it is.
    pub about: &'static str,
}

/// Every notation; the first one is this program's own.
pub static ALL: &[Notation] = &[
    Notation {
        id: "diffuscope",
        name: "Diffuscope",
        about: "One notation for every process: signal α, noise σ, ᾱ = α²",
    },
    Notation {
        id: "gtv",
        name: "[GTV]",
        about: "Generalization through variance: drift −β, diffusion D, noise covariance S",
    },
    Notation { id: "gauss", name: "[GAUSS]", about: "Gaussian score approximation: as in its Table 7, last line" },
    Notation { id: "eft", name: "[EFT]", about: "Effective field theory: field φ, score π, time told by ᾱ" },
    Notation {
        id: "cw", name: "[CW]", about: "Very large dimensions: Ornstein–Uhlenbeck, signal e^−t, noise Δ_t"
    },
    Notation {
        id: "phys",
        name: "[PHYS]",
        about: "The physics of diffusion models: density ρ, noise variance σ² of the end state",
    },
    Notation { id: "ddpm", name: "DDPM", about: "Ho, Jain and Abbeel 2020: ᾱ_t and β_t of a chain" },
    Notation { id: "edm", name: "EDM", about: "Karras et al. 2022: scaling s and noise σ before scaling" },
];

/// The notation with this identifier; the program's own if there is none.
pub fn find(id: &str) -> &'static Notation {
    ALL.iter().find(|notation| notation.id == id).unwrap_or(&ALL[0])
}

/// A symbol as one notation writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// LaTeX, for formulas.
    pub latex: &'static str,
    /// Plain text, for axes and labels.
    pub plain: &'static str,
}

/// One quantity with its symbols.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Symbol {
    /// What formulas call it: `<noise>`.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// One sentence that defines it.
    pub definition: &'static str,
    /// Where it is defined: paper and equation.
    pub source: &'static str,
    /// Its unit; empty for a pure number.
    pub unit: &'static str,
    /// What it is elsewhere on screen, see `ui::highlight`: a layer, a curve, a reading.
    pub link: Option<&'static str>,
    /// As this program writes it.
    pub own: Form,
    /// As others write it, by the notation's identifier.
    pub forms: &'static [(&'static str, Form)],
}

impl Symbol {
    /// A symbol that every notation writes alike, without a view of its own.
    pub const fn new(
        id: &'static str,
        latex: &'static str,
        plain: &'static str,
        name: &'static str,
        definition: &'static str,
        source: &'static str,
    ) -> Self {
        Self { id, name, definition, source, unit: "", link: None, own: Form { latex, plain }, forms: &[] }
    }

    /// The symbol, shown elsewhere as `link`.
    #[must_use]
    pub const fn linked(mut self, link: &'static str) -> Self {
        self.link = Some(link);
        self
    }

    /// The symbol with its unit.
    #[must_use]
    pub const fn in_units(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// The symbol with other notations' forms.
    #[must_use]
    pub const fn also(mut self, forms: &'static [(&'static str, Form)]) -> Self {
        self.forms = forms;
        self
    }

    /// As `notation` writes it.
    pub fn form(&self, notation: &Notation) -> Form {
        self.forms.iter().find(|(id, _)| *id == notation.id).map_or(self.own, |(_, form)| *form)
    }
}

/// A form, for lists.
pub const fn form(latex: &'static str, plain: &'static str) -> Form {
    Form { latex, plain }
}

const LENGTH: &str = "units of the data";

/// Quantities that several labs and papers share.
pub static SHARED: &[Symbol] = &[
    Symbol::new(
        "state",
        r"\mathbf x",
        "x",
        "State",
        "The noised sample x_t: where a particle is, or the place that is probed.",
        "[GTV] (1), [GAUSS] (2)",
    )
    .in_units(LENGTH)
    .also(&[
        ("eft", form(r"\phi", "φ")),
        ("cw", form(r"\vec x", "x")),
        ("ddpm", form(r"\mathbf x_t", "x_t")),
        ("phys", form(r"\mathbf x_t", "x_t")),
    ]),
    Symbol::new("clean", r"\mathbf x_0", "x₀", "Clean sample", "The sample before any noise was added.", "[GTV] (1)")
        .in_units(LENGTH)
        .also(&[("eft", form(r"\varphi", "φ₀")), ("cw", form(r"\vec a", "a")), ("edm", form(r"\mathbf y", "y"))]),
    Symbol::new("time", "t", "t", "Time", "Time of the process: it grows with the noise.", "[GTV] (1)"),
    Symbol::new(
        "signal",
        r"\alpha_t",
        "α",
        "Signal",
        "Factor of the clean sample in the noised one.",
        "[GAUSS] Table 7, A_t",
    )
    .linked("reading:Share of the signal, α²")
    .also(&[
        ("eft", form(r"\sqrt{\bar\alpha_t}", "√ᾱ")),
        ("cw", form("e^{-t}", "exp(−t)")),
        ("phys", form(r"\sqrt{\bar\alpha_t}", "√ᾱ")),
        ("ddpm", form(r"\sqrt{\bar\alpha_t}", "√ᾱ")),
        ("edm", form("s_t", "s")),
    ]),
    Symbol::new(
        "signal2",
        r"\bar\alpha_t",
        "ᾱ",
        "Share of the signal",
        "Square of the signal: the share of the data's variance that is left.",
        "[GAUSS] Table 7, A_t²",
    )
    .linked("reading:Share of the signal, α²")
    .also(&[
        ("gtv", form(r"\alpha_t^2", "α²")),
        ("gauss", form(r"\alpha_t^2", "α²")),
        ("cw", form("e^{-2t}", "exp(−2t)")),
        ("edm", form("s_t^2", "s²")),
    ]),
    Symbol::new(
        "noise",
        r"\sigma_t",
        "σ",
        "Noise",
        "Standard deviation of the noise in the noised sample.",
        "[GAUSS] Table 7, √B_t",
    )
    .in_units(LENGTH)
    .linked("reading:Noise")
    .also(&[
        ("eft", form(r"\sqrt{1-\bar\alpha_t}", "√(1−ᾱ)")),
        ("cw", form(r"\sqrt{\Delta_t}", "√Δ")),
        ("phys", form(r"\sigma\sqrt{1-\bar\alpha_t}", "σ√(1−ᾱ)")),
        ("ddpm", form(r"\sqrt{1-\bar\alpha_t}", "√(1−ᾱ)")),
        ("edm", form(r"s_t\sigma_t", "sσ")),
    ]),
    Symbol::new(
        "noise2",
        r"\sigma_t^2",
        "σ²",
        "Noise variance",
        "Variance of the noise in the noised sample.",
        "[GAUSS] Table 7, B_t",
    )
    .in_units("units of the data, squared")
    .linked("reading:Noise")
    .also(&[
        ("eft", form(r"(1-\bar\alpha_t)", "1−ᾱ")),
        ("cw", form(r"\Delta_t", "Δ")),
        ("phys", form(r"\sigma^2(1-\bar\alpha_t)", "σ²(1−ᾱ)")),
        ("ddpm", form(r"(1-\bar\alpha_t)", "1−ᾱ")),
        ("edm", form(r"s_t^2\sigma_t^2", "s²σ²")),
    ]),
    Symbol::new(
        "logsnr",
        r"\log\mathrm{SNR}_t",
        "log-SNR",
        "Log signal-to-noise ratio",
        "Natural logarithm of the squared ratio of signal to noise.",
        "[GAUSS] App. C",
    )
    .linked("reading:Natural logarithm of the signal-to-noise ratio α²/σ²"),
    Symbol::new(
        "drift",
        "f_t",
        "f",
        "Drift rate",
        "Rate at which the forward process shrinks the state: f = α′/α.",
        "[GAUSS] Table 7, −C_t",
    )
    .in_units("per unit of t")
    .also(&[
        ("gtv", form(r"(-\beta_t)", "−β")),
        ("gauss", form(r"(-\beta(t))", "−β")),
        ("eft", form(r"\tfrac12\,\partial_t\!\log\bar\alpha_t\;", "½ ∂log ᾱ")),
        ("cw", form("(-1)", "−1")),
        ("phys", form(r"(-\tfrac{\beta_t}{2})", "−β/2")),
        ("ddpm", form(r"(-\tfrac{\beta_t}{2})", "−β/2")),
        ("edm", form(r"\tfrac{\dot s_t}{s_t}", "s′/s")),
    ]),
    Symbol::new(
        "diffusion2",
        "g_t^2",
        "g²",
        "Diffusion",
        "Variance that the forward process adds per unit of time: g² = (σ²)′ − 2fσ².",
        "[GAUSS] Table 7, D_t²",
    )
    .in_units("units of the data, squared, per unit of t")
    .also(&[
        ("gtv", form("2D_t", "2D")),
        ("gauss", form("g(t)^2", "g²")),
        ("eft", form(r"(-\partial_t\!\log\bar\alpha_t)", "−∂log ᾱ")),
        ("cw", form("2T", "2T")),
        ("phys", form(r"\beta_t\sigma^2", "βσ²")),
        ("ddpm", form(r"\beta_t", "β")),
        ("edm", form(r"2 s_t^2\dot\sigma_t\sigma_t", "2s²σ′σ")),
    ]),
    Symbol::new(
        "shape",
        "S",
        "S",
        "Noise shape",
        "Shape of the noise: the identity unless the scene says otherwise.",
        "[GTV] (5)",
    ),
    Symbol::new(
        "xi",
        r"\boldsymbol\xi",
        "ξ",
        "Standard normal noise",
        "Independent standard normal numbers, drawn from the scene's seed.",
        "[GTV] (1)",
    )
    .also(&[
        ("cw", form(r"\vec\eta", "η")),
        ("gtv", form(r"\boldsymbol\eta", "η")),
        ("ddpm", form(r"\boldsymbol\epsilon", "ε")),
        ("phys", form(r"\boldsymbol\epsilon", "ε")),
        ("edm", form(r"\mathbf n", "n")),
    ]),
    Symbol::new(
        "density",
        "p_t",
        "p",
        "Density",
        "Density of the noised samples at time t.",
        "[GTV] (26), [GAUSS] (9)",
    )
    .linked("layer:Heat map")
    .also(&[("phys", form(r"\rho_t", "ρ")), ("cw", form("P_t", "P")), ("ddpm", form("q_t", "q"))]),
    Symbol::new(
        "score",
        r"\mathbf s",
        "s",
        "Score",
        "Gradient of the log density: which way, and how fast, the density grows.",
        "[GTV] (2), [GAUSS] (2)",
    )
    .in_units("per unit of the data")
    .linked("layer:Arrows")
    .also(&[
        ("eft", form(r"\pi", "π")),
        ("cw", form(r"\vec{\mathcal F}", "F")),
        ("phys", form(r"\nabla\!\log\rho", "∇ log ρ")),
        ("ddpm", form(r"\nabla\!\log q_t", "∇ log q")),
        ("edm", form(r"\nabla\!\log p", "∇ log p")),
    ]),
    Symbol::new(
        "denoiser",
        r"\mathbf D",
        "D",
        "Denoiser",
        "Mean of the clean samples that may lie behind the noised one, E[x₀ | x_t].",
        "[GAUSS] (4)",
    )
    .in_units(LENGTH)
    .linked("layer:Posterior at the probe")
    .also(&[
        ("cw", form(r"\langle\vec a\rangle", "⟨a⟩")),
        ("eft", form(r"\langle\varphi\rangle", "⟨φ⟩")),
        ("ddpm", form(r"\hat{\mathbf x}_0", "E[x₀|x]")),
        ("edm", form(r"D_\theta", "D")),
    ]),
];

/// The shared symbol with this identifier.
pub fn shared(id: &str) -> Option<&'static Symbol> {
    SHARED.iter().find(|symbol| symbol.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_belongs_to_a_notation_and_says_something() {
        for symbol in SHARED {
            for (id, form) in symbol.forms.iter().chain(&[("diffuscope", symbol.own)]) {
                assert!(ALL.iter().any(|notation| notation.id == *id), "{}: {id}", symbol.id);
                assert!(!form.latex.is_empty() && !form.plain.is_empty(), "{}: {id}", symbol.id);
            }
            assert_eq!(SHARED.iter().filter(|other| other.id == symbol.id).count(), 1, "{}", symbol.id);
        }
    }

    #[test]
    fn notations_write_signal_and_noise_as_in_table_7() {
        let written = |id: &str, notation: &str| shared(id).unwrap().form(find(notation)).latex;
        assert_eq!(written("signal", "gauss"), r"\alpha_t");
        assert_eq!(written("signal", "ddpm"), r"\sqrt{\bar\alpha_t}");
        assert_eq!(written("noise2", "ddpm"), r"(1-\bar\alpha_t)");
        assert_eq!(written("noise2", "edm"), r"s_t^2\sigma_t^2");
        assert_eq!(written("noise2", "cw"), r"\Delta_t");
        assert_eq!(written("signal", "no such notation"), r"\alpha_t");
    }
}
