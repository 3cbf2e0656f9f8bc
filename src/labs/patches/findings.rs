//! What measurements along a run say together: how correlations collapse and grow, how pixels snap, and which theories there
//! are to be compared with them.

use super::physics::{Measurement, SNAPPING_NOISE};
use super::setup::Setup;
use crate::core::els::machine::Plan;
use crate::core::els::snapping::{self, Collapse, Fit};
use crate::core::els::theory::{self, Kernel, TheoryKind};
use crate::core::els::{Level, eft};

/// Pixel–window pairs of a training set that response kernels and statistics may look at.
pub const MOST_WORK: usize = 400_000_000;
/// Shortest correlation length that tells anything, in pixels: below it, ρ falls to 1/e before the first neighbour, and
/// where it does so is interpolation alone.
const SHORTEST_LENGTH: f64 = 1.0;

/// How the correlations of a run grow.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Growth {
    /// How well they collapse, and when.
    pub collapse: Option<Collapse>,
    /// Growth of the correlation length with ᾱ within the window of the collapse.
    pub correlation_length: Option<Fit>,
    /// Growth of the domain size with ᾱ there.
    pub domain_size: Option<Fit>,
    /// The snapping law.
    pub snapping: Option<Fit>,
}

impl Growth {
    /// What `measured` says, by rising step.
    pub fn of<'a>(measured: impl Iterator<Item = &'a Measurement>) -> Self {
        let measured: Vec<&Measurement> = measured.collect();
        let abars: Vec<f64> = measured.iter().map(|m| m.abar).collect();
        let rho: Vec<&[f64]> = measured.iter().map(|m| m.rho.as_slice()).collect();
        let medians: Vec<f64> = measured.iter().map(|m| m.median_distance).collect();
        let collapse = snapping::collapse(&abars, &rho);
        let growth = |of: fn(&Measurement) -> Option<f64>| {
            let [from, to] = collapse.as_ref()?.window;
            let within = measured.iter().filter(|m| (from..=to).contains(&m.abar));
            snapping::fit_power(within.filter_map(|m| Some([m.abar, of(m)?])))
        };
        Self {
            correlation_length: growth(|m| m.correlation_length.filter(|length| *length >= SHORTEST_LENGTH)),
            domain_size: growth(|m| m.domain_size),
            snapping: snapping::snapping(&abars, &medians, SNAPPING_NOISE),
            collapse,
        }
    }
}

/// The response kernel of the run's one window, for the theories.
///
/// # Errors
/// Why there is no theory of this run, in one sentence.
pub fn kernel(setup: &Setup) -> Result<Kernel, &'static str> {
    let k = setup.k_at(0);
    if (0..setup.plan.len()).any(|step| setup.k_at(step) != k) {
        return Err("k changes along this run; the theories are made for one k.");
    }
    if !setup.is_equivariant() || setup.machine.channels() != 1 {
        return Err("The theories are made for ELS with a circular border and one channel.");
    }
    if setup.machine.plan() == Plan::TwoPattern {
        return Ok(Kernel::two_pattern(k));
    }
    let images = setup.machine.images();
    if images.values().len().saturating_mul(k * k) > MOST_WORK {
        return Err("This training set is too large for the response kernel of the theories.");
    }
    let expansion = eft::expand(images, Level { abar: 0.0, k });
    expansion.into_iter().next().map(|found| found.kernel).ok_or("There are no training patches.")
}

/// The theories made for this machine.
pub fn theories(setup: &Setup) -> impl Iterator<Item = &'static TheoryKind> + use<> {
    let two_patterns = setup.machine.plan() == Plan::TwoPattern;
    theory::ALL.iter().filter(move |kind| two_patterns || !kind.two_pattern_only)
}

/// The largest |Δρ| over the rings but the first, which is 1 by definition; zero where either says nothing.
pub fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).skip(1).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measurement(abar: f64, length: f64) -> Measurement {
        Measurement {
            step: 0,
            abar,
            side: 64,
            magnetization: 0.0,
            variance: 1.0,
            // Falls to 0.1 at r² = 36 ᾱ.
            rho: (0..33).map(|r| (-f64::from(r * r) / (36.0 * abar) * 10f64.ln()).exp()).collect(),
            rho_2d: Vec::new(),
            information: Vec::new(),
            information_floor: 0.0,
            total_information: 0.0,
            neighbour_information: 0.0,
            correlation_length: Some(length),
            domain_size: Some(4.0 * abar.powf(0.25)),
            structure_factor: Vec::new(),
            local_consistency: 0.0,
            median_distance: (1.0 - abar).sqrt(),
        }
    }

    #[test]
    fn exponents_are_those_planted_and_lengths_below_a_pixel_do_not_count() {
        let times = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.92, 0.96, 0.99];
        let mut measured: Vec<Measurement> = times.iter().map(|abar| measurement(*abar, 5.0 * abar.sqrt())).collect();
        measured[0].correlation_length = Some(0.2);
        let growth = Growth::of(measured.iter());
        let near = |fit: Option<Fit>, slope: f64| (fit.unwrap().slope - slope).abs() < 1e-9;
        assert!(near(growth.correlation_length, 0.5), "{growth:?}");
        assert!(near(growth.domain_size, 0.25) && near(growth.snapping, 0.5), "{growth:?}");
        let fits = growth.correlation_length.zip(growth.domain_size).unwrap();
        assert_eq!(fits.0.points + 1, fits.1.points);
        assert_eq!(Growth::of(measured.iter().take(0)), Growth::default());
    }
}
