//! Spectra of the data's covariance.

use super::spectral_density;
use crate::param::{Choice, ChoiceError, KindInfo, ParamInfo, Scale};

/// One spectrum of the family.
pub struct SpectrumKind {
    /// Names and parameters.
    pub info: KindInfo,
    /// N eigenvalues, falling.
    values: fn(&Choice, usize) -> Vec<f64>,
}

/// Every spectrum.
pub static ALL: &[SpectrumKind] = &[FLAT, POWER_LAW, SPIKED, MARCHENKO_PASTUR];

const FLAT: SpectrumKind = SpectrumKind {
    info: KindInfo { id: "flat", name: "Flat", about: "All eigenvalues are 1.", params: &[] },
    values: |_, n| vec![1.0; n],
};

const EXPONENT: ParamInfo = ParamInfo {
    key: "exponent",
    label: "exponent γ",
    about: "The k-th eigenvalue is ∝ k^(−γ).",
    min: 0.1,
    max: 3.0,
    default: 1.0,
    scale: Scale::Linear,
};

const POWER_LAW: SpectrumKind = SpectrumKind {
    info: KindInfo {
        id: "power_law",
        name: "Power law",
        about: "Eigenvalues ∝ k^(−γ) of mean 1, as natural images have them.",
        params: &[EXPONENT],
    },
    values: |choice, n| {
        let values: Vec<f64> = (1..=n).map(|k| (k as f64).powf(-choice.get(&EXPONENT))).collect();
        let mean = values.iter().sum::<f64>() / n as f64;
        values.iter().map(|v| v / mean).collect()
    },
};

const SPIKES: ParamInfo = ParamInfo {
    key: "spikes",
    label: "spikes",
    about: "Number of large eigenvalues.",
    min: 1.0,
    max: 20.0,
    default: 1.0,
    scale: Scale::Integer,
};
const HEIGHT: ParamInfo = ParamInfo {
    key: "height",
    label: "height θ",
    about: "Spikes are 1 + θ; P samples show them once θ > √(N/P).",
    min: 0.01,
    max: 1000.0,
    default: 4.0,
    scale: Scale::Log,
};

const SPIKED: SpectrumKind = SpectrumKind {
    info: KindInfo {
        id: "spiked",
        name: "Spiked",
        about: "A few eigenvalues 1 + θ above a flat bulk of 1.",
        params: &[SPIKES, HEIGHT],
    },
    values: |choice, n| {
        let spikes = choice.get(&SPIKES) as usize;
        (0..n).map(|k| if k < spikes { 1.0 + choice.get(&HEIGHT) } else { 1.0 }).collect()
    },
};

const RATIO: ParamInfo = ParamInfo {
    key: "ratio",
    label: "ratio c",
    about: "Width of the law: eigenvalues lie between (1 − √c)² and (1 + √c)².",
    min: 0.01,
    max: 0.95,
    default: 0.25,
    scale: Scale::Linear,
};

const MARCHENKO_PASTUR: SpectrumKind = SpectrumKind {
    info: KindInfo {
        id: "marchenko_pastur",
        name: "Marchenko–Pastur",
        about: "Eigenvalues spread like those of a sample covariance at N/P = c: a bulk of spacing 1/N.",
        params: &[RATIO],
    },
    values: |choice, n| spectral_density::marchenko_pastur_quantiles(choice.get(&RATIO), n),
};

/// The N = `size` eigenvalues, falling and positive, that `choice` names.
///
/// # Errors
/// An unknown spectrum or a parameter out of range.
pub fn build(choice: &Choice, size: usize) -> Result<Vec<f64>, ChoiceError> {
    let kind = choice.resolve(ALL, |kind| &kind.info)?;
    Ok((kind.values)(choice, size))
}
