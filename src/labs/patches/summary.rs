//! What the summary of a run says: how correlations collapse and grow, how pixels snap, what theory says and how far it is
//! from the measurement, and what the training patches are like.

use serde_json::{Value, json};

use super::physics::{self, Measurement};
use super::setup::Setup;
use crate::core::els::machine::Plan;
use crate::core::els::snapping::{self, Fit};
use crate::core::els::theory::{self, Kernel, TheoryKind};
use crate::core::els::{Level, correlation, eft, patch_statistics};

/// Pixel–window pairs of a training set that statistics and response kernels may look at.
const MOST_WORK: usize = 400_000_000;
/// Largest ᾱ of the expansion of the score, which has no value at 1.
const MOST_ABAR: f64 = 0.999;

/// All of it, as a JSON object.
pub(super) fn summary(setup: &Setup, measured: &[Measurement]) -> Value {
    let abars: Vec<f64> = measured.iter().map(|m| m.abar).collect();
    let rho: Vec<Vec<f64>> = measured.iter().map(|m| m.rho.clone()).collect();
    let medians: Vec<f64> = measured.iter().map(|m| m.median_distance).collect();
    let collapse = snapping::collapse(&abars, &rho);
    let window = collapse.as_ref().map(|collapse| collapse.window);
    let growth = |of: fn(&Measurement) -> Option<f64>| {
        let within = |m: &&Measurement| window.is_some_and(|[from, to]| (from..=to).contains(&m.abar));
        snapping::fit_power(measured.iter().filter(within).filter_map(|m| Some([m.abar, of(m)?]))).map(fitted)
    };
    let last = measured.last();
    let (theories, no_theory) = theories(setup, measured);
    json!({
        "grids": setup.count,
        "side": setup.machine.side(),
        "channels": setup.machine.channels(),
        "steps": setup.plan.len(),
        "collapse": collapse.map(|c| json!({"quality": c.quality, "window": c.window, "r2_over_abar": c.scale})),
        "growth": {"window": window, "correlation_length": growth(|m| m.correlation_length),
                   "domain_size": growth(|m| m.domain_size)},
        "snapping": snapping::snapping(&abars, &medians, physics::SNAPPING_NOISE).map(fitted),
        "local_consistency": last.map(|m| m.local_consistency),
        "magnetization": last.map(|m| m.magnetization),
        "total_information": last.map(|m| m.total_information),
        "neighbour_information": last.map(|m| m.neighbour_information),
        "theories": theories,
        "no_theory": no_theory,
        "training": training(setup),
    })
}

/// An exponent with its standard error; two points leave no error to be told.
fn fitted(fit: Fit) -> Value {
    json!({"exponent": fit.slope, "error": (fit.points > 2).then_some(fit.error), "points": fit.points})
}

/// The theories that apply, or why none does.
fn theories(setup: &Setup, measured: &[Measurement]) -> (Vec<Value>, Option<&'static str>) {
    let kernel = match kernel(setup) {
        Ok(kernel) => kernel,
        Err(why) => return (Vec::new(), Some(why)),
    };
    let two_patterns = setup.machine.plan() == Plan::TwoPattern;
    let apply = theory::ALL.iter().filter(|kind| two_patterns || !kind.two_pattern_only);
    (apply.map(|kind| compared(kind, &kernel, setup.machine.side(), measured)).collect(), None)
}

/// The response kernel of the run's one window.
fn kernel(setup: &Setup) -> Result<Kernel, &'static str> {
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

/// A theory and the largest |Δρ| over the rings from r = 1 at every measured 0 < ᾱ < 1.
fn compared(kind: &TheoryKind, kernel: &Kernel, side: usize, measured: &[Measurement]) -> Value {
    let inner: Vec<&Measurement> = measured.iter().filter(|m| m.abar > 0.0 && m.abar < 1.0).collect();
    let abars: Vec<f64> = inner.iter().map(|m| m.abar).collect();
    let far = |(theory, m): (Vec<f64>, &&Measurement)| {
        let theory = correlation::radial(&theory, side);
        theory.iter().zip(&m.rho).skip(1).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let error: Vec<f64> = kind.correlation(kernel, side, &abars).into_iter().zip(&inner).map(far).collect();
    json!({"name": kind.info.id, "valid_for": kind.range, "abar": abars, "largest_rho_error": error})
}

/// Patches, symmetries, and the expansion of the score halfway through the run.
fn training(setup: &Setup) -> Value {
    let middle = setup.level_at(setup.plan.len() / 2);
    let level = Level { abar: middle.abar.min(MOST_ABAR), k: middle.k };
    let images = setup.machine.images();
    let shape = json!({"images": images.count(), "channels": images.channels(), "side": images.side()});
    if images.values().len().saturating_mul(level.k * level.k) > MOST_WORK {
        return json!({"set": shape, "left_out": "the set is too large for statistics of its patches"});
    }
    let statistics = patch_statistics::measure(images, level.k).map(|found| {
        let variances: Vec<f64> = found.variances.iter().copied().take(patch_statistics::COMPONENTS).collect();
        json!({"patches": found.patches, "distinct": found.distinct, "largest_variances": variances})
    });
    let mean = images.values().iter().map(|v| f64::from(*v)).sum::<f64>() / images.values().len() as f64;
    let symmetries = eft::symmetries(images, level.k);
    let symmetries: Vec<Value> =
        symmetries.iter().map(|symmetry| json!({"name": symmetry.id, "meaning": symmetry.meaning})).collect();
    let expansion: Vec<Value> = eft::expand(images, level)
        .iter()
        .map(|found| json!({"a00": found.a00, "a10": found.a10, "a11": found.a11, "a12": found.a12}))
        .collect();
    json!({"set": shape, "k": level.k, "mean": mean, "mean_is_zero": mean.abs() < 1e-6,
           "patches": statistics, "symmetries": symmetries,
           "expansion": {"abar": level.abar, "channels": expansion}})
}
