//! Grids of ᾱ: at which signal powers a run of n steps stops.

use std::f64::consts::FRAC_PI_2;

use crate::param::KindInfo;

/// One grid of the family: points evenly spaced in some function of ᾱ.
pub struct AbarGridKind {
    /// Names; the grids have no parameters.
    pub info: KindInfo,
    /// The function that is evenly spaced, rising or falling.
    forward: fn(f64) -> f64,
    /// Its inverse.
    inverse: fn(f64) -> f64,
}

/// Every grid.
pub static ALL: &[AbarGridKind] = &[SQRT, UNIFORM, COSINE, LOG_SNR];

/// Fewest and most steps.
pub const STEPS: [usize; 2] = [2, 1000];

const SQRT: AbarGridKind = AbarGridKind {
    info: KindInfo {
        id: "sqrt", name: "Uniform in √ᾱ", about: "Steps of equal length in the signal √ᾱ.", params: &[]
    },
    forward: f64::sqrt,
    inverse: |s| s * s,
};

const UNIFORM: AbarGridKind = AbarGridKind {
    info: KindInfo {
        id: "uniform",
        name: "Uniform in ᾱ",
        about: "Steps of equal length in ᾱ; from ᾱ = 0 the first step loses early correlations.",
        params: &[],
    },
    forward: |abar| abar,
    inverse: |abar| abar,
};

const COSINE: AbarGridKind = AbarGridKind {
    info: KindInfo {
        id: "cosine",
        name: "Cosine",
        about: "Steps of equal length in the time t of the cosine schedule, ᾱ = cos²(t/1.008 · π/2).",
        params: &[],
    },
    forward: |abar| 1.008 / FRAC_PI_2 * abar.sqrt().acos(),
    inverse: |t| (t / 1.008 * FRAC_PI_2).cos().powi(2),
};

/// Ends beyond `±LARGEST_LOG_SNR` are reached in one step from the nearest inner point.
const LARGEST_LOG_SNR: f64 = 13.8;

const LOG_SNR: AbarGridKind = AbarGridKind {
    info: KindInfo {
        id: "log_snr",
        name: "Uniform in log-SNR",
        about: "Steps of equal length in log(ᾱ/(1 − ᾱ)), within a millionth of ᾱ = 0 and 1.",
        params: &[],
    },
    forward: |abar| (abar.ln() - (-abar).ln_1p()).clamp(-LARGEST_LOG_SNR, LARGEST_LOG_SNR),
    inverse: |log_snr| 1.0 / (1.0 + (-log_snr).exp()),
};

/// The grid with this identifier.
pub fn find(id: &str) -> Option<&'static AbarGridKind> {
    ALL.iter().find(|kind| kind.info.id == id)
}

impl AbarGridKind {
    /// `steps` + 1 rising values from `start` to `end`, both included exactly; 0 ≤ start < end ≤ 1.
    pub fn points(&self, start: f64, end: f64, steps: usize) -> Vec<f64> {
        let (first, last) = ((self.forward)(start), (self.forward)(end));
        // Where an end is cut off (log-SNR), the cut value is a point of its own beside the end.
        let cut = |value: f64, end: f64| usize::from(((self.inverse)(value) - end).abs() > 1e-12 * end.max(1e-9));
        let [before, after] = if steps >= 4 { [cut(first, start), cut(last, end)] } else { [0, 0] };
        let inner = steps - before - after;
        let value = |i: usize| (self.inverse)(first + (last - first) * i as f64 / inner as f64);
        let points = (1 - before..inner + after).map(value);
        std::iter::once(start).chain(points).chain(std::iter::once(end)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_rise_from_start_to_end() {
        for kind in ALL {
            for [start, end] in [[0.0, 1.0], [1e-4, 0.999], [0.0, 0.5], [0.3, 1.0]] {
                for steps in [2, 3, 4, 20, 1000] {
                    let points = kind.points(start, end, steps);
                    assert_eq!(points.len(), steps + 1, "{}", kind.info.id);
                    assert_eq!([points[0], points[steps]], [start, end]);
                    assert!(points.windows(2).all(|w| w[0] < w[1]), "{} {start} {end} {steps}", kind.info.id);
                }
            }
        }
    }

    #[test]
    fn values() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(SQRT.points(0.0, 1.0, 4)[1], 0.0625);
        close(UNIFORM.points(0.0, 1.0, 4)[1], 0.25);
        close(COSINE.points(0.0, 1.0, 2)[1], 0.5);
        close(LOG_SNR.points(0.2, 0.8, 2)[1], 0.5);
    }
}
