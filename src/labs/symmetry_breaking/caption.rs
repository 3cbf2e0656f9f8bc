//! What a scene is, in words.

use serde_json::Value;

use super::finite_data;
use super::scene::{Panel, Scene, Start};
use crate::core::curie_weiss::spin_model;
use crate::labs::caption::{count, member, number, numbers};
use crate::labs::scene_file::{self, SceneError};

/// The magnet, the time, and what is done with it in the pane in front.
pub(super) fn describe(value: &Value) -> Result<String, SceneError> {
    let scene: Scene = scene_file::typed(value)?;
    let (model, kind) = spin_model::resolve(&scene.model).map_err(|e| SceneError::new("model", e.to_string()))?;
    let mut text = format!(
        "{}, Ornstein–Uhlenbeck noise; t = {}, τ = t − ½ log N = {}; m* = {}",
        member(&scene.model, &kind.info),
        number(scene.time),
        number(scene.time - model.speciation_time()),
        number(model.magnetization()),
    );
    let ensemble = scene.ensemble;
    if ensemble.count > 0 {
        let start = match ensemble.start {
            Start::Noise => "noise",
            Start::Exact => "the exact density",
        };
        let (count, steps) = (count(ensemble.count, "particle"), ensemble.steps);
        let [from, to] = [ensemble.tau_start, ensemble.tau_end].map(number);
        text += &format!(". {count} from {start}, {steps} steps from τ = {from} to {to}");
    }
    match (scene.show, &scene.spins, &scene.clones, &scene.finite_data, &scene.pure_states) {
        (Panel::Spins, Some(spins), ..) => {
            text += &format!(". {} of real spins, {} steps", count(spins.systems, "system"), spins.steps);
        }
        (Panel::Clones, _, Some(clones), ..) => {
            let tau = numbers(clones.tau.iter().copied());
            text += &format!(". {} of clones, split at τ = {tau}", count(clones.pairs, "pair"));
        }
        (Panel::FiniteData, .., Some(data), _) => {
            let names = data.scores.iter().filter_map(|id| finite_data::find(id)).map(|source| source.info.name);
            let list = |values: &[u64]| numbers(values.iter().map(|n| *n as f64));
            let (spins, samples) = (list(&data.spins), list(&data.samples));
            text += &format!(
                ". {}; N = {spins}; P = {samples}; {} data sets, {} generated from each in {} steps",
                names.collect::<Vec<_>>().join(", "),
                data.data_sets,
                data.generated,
                data.steps
            );
        }
        (Panel::PureStates, .., Some(states)) => {
            let overlaps = states.overlaps.iter().map(|row| numbers(row.iter().copied()));
            text += &format!(
                ". Pure states of weights {} and overlaps [{}], {}",
                numbers(states.weights.iter().copied()),
                overlaps.collect::<Vec<_>>().join("; "),
                count(states.particles, "particle")
            );
        }
        _ => {}
    }
    Ok(text)
}
