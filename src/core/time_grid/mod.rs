//! Time grids: at which times a run of n steps stops.

use super::param::{Choice, ChoiceError, KindInfo, ParamInfo, Scale};
use super::process::Forward;

/// One time grid of the family.
pub struct TimeGridKind {
    /// Names and parameters.
    pub info: KindInfo,
    /// The time at `progress` ∈ (0, 1) from the noisy end to the clean end.
    time: fn(&Choice, &Forward, f64) -> f64,
}

/// Every time grid.
pub static ALL: &[TimeGridKind] = &[UNIFORM, LOG_SNR, EDM_RHO];

const UNIFORM: TimeGridKind = TimeGridKind {
    info: KindInfo { id: "uniform", name: "Uniform in t", about: "Steps of equal length in t.", params: &[] },
    time: |_, forward, progress| {
        let (clean, noisy) = forward.range();
        noisy + (clean - noisy) * progress
    },
};

const LOG_SNR: TimeGridKind = TimeGridKind {
    info: KindInfo {
        id: "log_snr",
        name: "Uniform in log-SNR",
        about: "Steps of equal length in the logarithm of the signal-to-noise ratio.",
        params: &[],
    },
    time: |_, forward, progress| {
        let (clean, noisy) = forward.range();
        let (low, high) = (forward.log_snr(noisy), forward.log_snr(clean));
        at_log_snr(forward, low + (high - low) * progress)
    },
};

const RHO: ParamInfo = ParamInfo {
    key: "rho",
    label: "ρ",
    about: "Larger ρ puts more steps near the clean end.",
    min: 1.0,
    max: 20.0,
    default: 7.0,
    scale: Scale::Linear,
};

/// [GAUSS] (40), with σ/α in place of σ so that it means the same for every process.
const EDM_RHO: TimeGridKind = TimeGridKind {
    info: KindInfo {
        id: "edm_rho",
        name: "EDM, power ρ",
        about: "Steps of equal length in (σ/α)^(1/ρ) ([GAUSS] (40)).",
        params: &[RHO],
    },
    time: |choice, forward, progress| {
        let rho = choice.get(&RHO);
        let (clean, noisy) = forward.range();
        let root = |t: f64| (-0.5 * forward.log_snr(t) / rho).exp();
        let value = root(noisy) + (root(clean) - root(noisy)) * progress;
        at_log_snr(forward, -2.0 * rho * value.ln())
    },
};

fn at_log_snr(forward: &Forward, log_snr: f64) -> f64 {
    // Values strictly between the ends are always found; the fallback only guards against rounding there.
    forward.time_at_log_snr(log_snr).unwrap_or(forward.range().0)
}

/// `steps` + 1 times from the noisy end of the process to its clean end, both included exactly.
///
/// # Errors
/// An unknown grid or a parameter out of range.
pub fn times(choice: &Choice, forward: &Forward, steps: usize) -> Result<Vec<f64>, ChoiceError> {
    let kind = choice.resolve(ALL, |kind| &kind.info)?;
    let (clean, noisy) = forward.range();
    let inner = (1..steps).map(|i| (kind.time)(choice, forward, i as f64 / steps as f64));
    Ok(std::iter::once(noisy).chain(inner).chain(std::iter::once(clean)).collect())
}
