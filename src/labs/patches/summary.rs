//! What the summary of a run says: how correlations collapse and grow, how pixels snap, what theory says and how far it is
//! from the measurement, and what the training patches are like.

use serde_json::{Value, json};

use super::findings::{self, Growth, MOST_WORK, largest_difference};
use super::physics::Measurement;
use super::setup::Setup;
use crate::core::els::snapping::Fit;
use crate::core::els::theory::{Kernel, TheoryKind};
use crate::core::els::{Grids, Level, correlation, eft, patch_statistics};

/// Largest ᾱ of the expansion of the score, which has no value at 1.
const MOST_ABAR: f64 = 0.999;

/// All of it, as a JSON object.
pub(super) fn summary(setup: &Setup, measured: &[Measurement]) -> Value {
    let growth = Growth::of(measured.iter());
    let window = growth.collapse.as_ref().map(|collapse| collapse.window);
    let last = measured.last();
    let (theories, no_theory) = theories(setup, measured);
    json!({
        "grids": setup.count,
        "side": setup.machine.side(),
        "channels": setup.machine.channels(),
        "steps": setup.plan.len(),
        "collapse": growth.collapse.map(|c| json!({"quality": c.quality, "window": c.window, "r2_over_abar": c.scale})),
        "growth": {"window": window, "correlation_length": growth.correlation_length.map(fitted),
                   "domain_size": growth.domain_size.map(fitted)},
        "snapping": growth.snapping.map(fitted),
        "local_consistency": last.map(|m| m.local_consistency),
        "magnetization": last.map(|m| m.magnetization),
        "total_information": last.map(|m| m.total_information),
        "neighbour_information": last.map(|m| m.neighbour_information),
        "theories": theories,
        "no_theory": no_theory,
        "training": training(setup),
    })
}

/// How far two ensembles of one shape are from one another: the root of the mean square difference, and the share of pixels
/// that differ by more than `tolerance` in some channel.
pub(super) fn difference(a: &Grids<f32>, b: &Grids<f32>, tolerance: f64) -> Value {
    let far = |i: usize| f64::from((a.values[i] - b.values[i]).abs());
    let values = a.values.len().min(b.values.len());
    let square = (0..values).map(|i| far(i).powi(2)).sum::<f64>() / values.max(1) as f64;
    let (area, channels) = (a.area(), a.channels.max(1));
    let differs = |pixel: &usize| {
        let start = pixel / area * channels * area + pixel % area;
        (0..channels).any(|channel| far(start + channel * area) > tolerance)
    };
    let pixels = values / channels;
    let differing = (0..pixels).filter(differs).count();
    json!({"root_mean_square": square.sqrt(), "share_of_pixels": differing as f64 / pixels.max(1) as f64})
}

/// An exponent with its standard error; two points leave no error to be told.
fn fitted(fit: Fit) -> Value {
    json!({"exponent": fit.slope, "error": (fit.points > 2).then_some(fit.error), "points": fit.points})
}

/// The theories that apply, or why none does.
fn theories(setup: &Setup, measured: &[Measurement]) -> (Vec<Value>, Option<&'static str>) {
    match findings::kernel(setup) {
        Ok(kernel) => {
            let compared = |kind| compared(kind, &kernel, setup.machine.side(), measured);
            (findings::theories(setup).map(compared).collect(), None)
        }
        Err(why) => (Vec::new(), Some(why)),
    }
}

/// A theory and the largest |Δρ| over the rings from r = 1 at every measured 0 < ᾱ < 1.
fn compared(kind: &TheoryKind, kernel: &Kernel, side: usize, measured: &[Measurement]) -> Value {
    let inner: Vec<&Measurement> = measured.iter().filter(|m| m.abar > 0.0 && m.abar < 1.0).collect();
    let abars: Vec<f64> = inner.iter().map(|m| m.abar).collect();
    let far = |(theory, m): (Vec<f64>, &&Measurement)| largest_difference(&correlation::radial(&theory, side), &m.rho);
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
