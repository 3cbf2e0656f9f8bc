//! What the user should know about the numbers of a scene: where the theory's picture ends, and what a run cannot show.

use super::scene::{Scene, Start};
use crate::core::curie_weiss::CurieWeiss;

/// Below so many spins the one-dimensional process is a caricature.
const FEW_SPINS: u64 = 10;
/// Beyond such a distance in τ between decision and t_S the clock of ½ log N misleads.
const FAR_TAU: f64 = 1.5;
/// What a start from noise may miss of the data, in widths of the noise.
const MISSED: f64 = 0.0067;
/// Longest safe step in t.
const LONGEST_STEP: f64 = 0.05;

/// Every notice, as phrases without a full stop.
pub fn notices(scene: &Scene, model: &CurieWeiss) -> Vec<String> {
    let mut notices = Vec::new();
    let ensemble = &scene.ensemble;
    let last = (model.speciation_time() + ensemble.tau_end).max(0.0);
    let first = model.speciation_time() + ensemble.tau_start;
    wells(model, last, &mut notices);
    scales(model, &mut notices);
    let step = (first - last) / ensemble.steps as f64;
    if ensemble.count > 0 && step > LONGEST_STEP {
        notices.push(format!("steps of {step:.3} in t are too long: R₊ will be biased; 0.01 is safe"));
    }
    let left = model.amplitude(first) / model.temperature.sqrt();
    if ensemble.count > 0 && ensemble.start == Start::Noise && left > MISSED {
        // e^{−τ} m*/√T at the limit
        let safe = ensemble.tau_start + (left / MISSED).ln();
        notices.push(format!(
            "starting from noise at τ = {} misses what is left of the data there, {left:.2} of the noise's width: start at τ = \
             {safe:.1} or from the exact density",
            ensemble.tau_start
        ));
    }
    if scene.time > first {
        notices.push(format!(
            "t = {} lies before the start of the run at t = {first:.3}: nothing but noise is there, and particles are shown as they \
             start",
            scene.time
        ));
    }
    experiments(scene, model, &mut notices);
    notices
}

/// One well or two.
fn wells(model: &CurieWeiss, last: f64, notices: &mut Vec<String>) {
    match model.second_well_time() {
        None => notices.push(format!(
            "β = {} ≤ 1: m* = 0, and the potential has one well for ever: there is nothing to decide, R₊ stays ½",
            model.beta
        )),
        Some(t) if t <= 0.0 => notices.push(if model.critical_time().is_some_and(|t| t > 0.0) {
            format!("the field h = {} removes the second well at every time", model.field)
        } else {
            format!(
                "N = {} is too small or T = {} too large for a second well: t_c = {:.2} lies beyond t = 0",
                model.spins,
                model.temperature,
                model.critical_time().unwrap_or_default()
            )
        }),
        Some(t) if t < last => notices.push(format!(
            "the second well comes at t = {t:.3} only, after the end of the run of μ at t = {last:.3}: lower the last τ to see it"
        )),
        Some(_) => {}
    }
}

/// Sizes at which the picture of many spins at a temperature near 1 is no good guide.
fn scales(model: &CurieWeiss, notices: &mut Vec<String>) {
    if model.spins == 1 {
        notices.push(
            "N = 1: a single spin follows no majority, and t_S = 0. Wells and R₊ are those of the one-dimensional process, which \
             stands for many spins"
                .to_owned(),
        );
    } else if model.spins < FEW_SPINS {
        notices.push(format!(
            "N = {} spins are few: the one-dimensional process stands for many; real spins show the difference",
            model.spins
        ));
    }
    if let Some(decision) = model.decision_tau().filter(|tau| tau.abs() > FAR_TAU) {
        let way =
            if decision > 0.0 { "so little noise lets it fall early" } else { "so much noise makes it fall late" };
        notices.push(format!(
            "T = {} against m*² = {:.3}: the decision falls near τ = ½ log(m*²/T) = {decision:.2}, far from 0: {way}",
            model.temperature,
            model.magnetization().powi(2)
        ));
    }
}

/// What experiments cannot tell.
fn experiments(scene: &Scene, model: &CurieWeiss, notices: &mut Vec<String>) {
    if let Some(spec) = &scene.finite_data {
        if spec.samples.contains(&1) {
            notices.push(
                "P = 1: one sample knows one state, so the empirical score and fitted weights give W₊ = 0 or 1, and a run \
                 belongs to that sample from the start: t_C is infinite"
                    .to_owned(),
            );
        }
        if spec.spins.contains(&1) {
            notices.push("N = 1 in the experiment: a single spin is both the state and all of the sample".to_owned());
        }
        if model.magnetization() == 0.0 {
            notices.push(
                "the experiment with finite data has one state only: W₊ counts the sign of a sum by chance".to_owned(),
            );
        }
    }
    if let Some(spec) = &scene.pure_states {
        let own: Vec<f64> = spec.overlaps.iter().enumerate().filter_map(|(i, row)| row.get(i).copied()).collect();
        if own.iter().any(|q| (q - own[0]).abs() > 1e-9) {
            notices.push(
                "self-overlaps q_αα differ, but (31) takes them for equal: states of larger q_αα come out too often"
                    .to_owned(),
            );
        }
    }
    if let Some(spec) = &scene.clones {
        let earliest = -model.speciation_time();
        if spec.tau.iter().any(|tau| *tau < earliest - 1e-9) {
            notices.push(format!(
                "clones split at τ < {earliest:.2} lie beyond t = 0, where there are no spins: only the one-dimensional process goes \
                 there"
            ));
        }
    }
}
