//! Which scenes are valid: every documented range of [`Scene`], checked.

use serde_json::{Map, Value};

use super::finite_data;
use super::scene::{Clones, FiniteData, PureStatesSpec, Scene};
use crate::core::curie_weiss::CurieWeiss;
use crate::core::curie_weiss::pure_states::{MAX_STATES, PureStates};
use crate::core::curie_weiss::spin_model;
use crate::labs::scene_file::checks;
use crate::labs::scene_file::{SceneError, SceneFormat};

/// Most spins in flight, M · N, and most spins of a data set, N · P.
pub const MAX_SPINS: u64 = 100_000_000;
/// Most numbers of a table over time.
pub const MAX_TABLE: usize = 50_000_000;
/// Most entries of the lists N and P.
pub const MAX_SIZES: usize = 20;

impl SceneFormat for Scene {
    const LAB: &'static str = "symmetry_breaking";
    const MIGRATIONS: &'static [fn(&mut Map<String, Value>)] = &[];

    fn check(&self) -> Result<(), SceneError> {
        checks::length("title", self.title.chars().count(), 200)?;
        checks::length("about", self.about.chars().count(), 4000)?;
        checks::choice("model", &self.model, spin_model::ALL, |kind| &kind.info)?;
        let (model, _) = spin_model::resolve(&self.model).map_err(|error| checks::choice_fault("model", error))?;
        checks::number("time", self.time, 0.0..=60.0)?;
        checks::number("ensemble.tau_start", self.ensemble.tau_start, 0.0..=12.0)?;
        checks::number("ensemble.tau_end", self.ensemble.tau_end, -12.0..=0.0)?;
        if let Some(reach) = self.potential.reach {
            checks::number("potential.reach", reach, 1e-3..=1e9)?;
        }
        let widest = self.ensemble.count.max(self.potential.nodes);
        if self.potential.rows * widest > MAX_TABLE {
            let message = format!(
                "{} times {widest} particles or nodes are more than {MAX_TABLE} numbers: take fewer rows or particles",
                self.potential.rows
            );
            return Err(SceneError::new("potential.rows", message));
        }
        if let Some(spins) = &self.spins {
            checks::number("spins.t_min", spins.t_min, 1e-6..=0.1)?;
            product("spins.systems", spins.systems as u64, model.spins, "N")?;
            if spins.systems * spins.steps > MAX_TABLE {
                let message = format!("{} times {} steps are more than {MAX_TABLE}", spins.systems, spins.steps);
                return Err(SceneError::new("spins.systems", message));
            }
        }
        self.clones.as_ref().map_or(Ok(()), check_clones)?;
        self.finite_data.as_ref().map_or(Ok(()), check_finite_data)?;
        self.pure_states.as_ref().map_or(Ok(()), |spec| pure_states(spec, &model).map(|_| ()))
    }
}

fn product(field: &str, count: u64, other: u64, name: &str) -> Result<(), SceneError> {
    if count.saturating_mul(other) <= MAX_SPINS {
        return Ok(());
    }
    let message = format!("{count} times {name} = {other} spins are more than {MAX_SPINS}");
    Err(SceneError::new(field, message))
}

/// Whether the clone experiment can be made.
///
/// # Errors
/// The field at fault.
pub fn check_clones(spec: &Clones) -> Result<(), SceneError> {
    checks::length("clones.tau", spec.tau.len(), 100)?;
    checks::numbers("clones.tau", &spec.tau, -6.0..=6.0)
}

/// Whether the experiment with finite data can be made.
///
/// # Errors
/// The field at fault.
pub fn check_finite_data(spec: &FiniteData) -> Result<(), SceneError> {
    for (field, list, most) in
        [("finite_data.spins", &spec.spins, 100_000), ("finite_data.samples", &spec.samples, 1_000_000)]
    {
        checks::length(field, list.len(), MAX_SIZES)?;
        checks::count(format_args!("number of entries of {field}"), list.len(), 1..=MAX_SIZES)?;
        for (i, value) in list.iter().enumerate() {
            checks::count(format_args!("{field}[{i}]"), *value as usize, 1..=most)?;
        }
    }
    let largest = |list: &[u64]| list.iter().copied().max().unwrap_or_default();
    product("finite_data.samples", largest(&spec.samples), largest(&spec.spins), "N")?;
    product("finite_data.generated", spec.generated as u64, largest(&spec.spins), "N")?;
    checks::count("number of entries of finite_data.scores", spec.scores.len(), 1..=finite_data::ALL.len())?;
    for (i, score) in spec.scores.iter().enumerate() {
        let known = finite_data::ALL.iter().map(|source| source.info.id);
        checks::name(format_args!("finite_data.scores[{i}]"), score, known)?;
    }
    Ok(())
}

/// The pure states of a scene.
///
/// # Errors
/// The field at fault.
pub fn pure_states(spec: &PureStatesSpec, model: &CurieWeiss) -> Result<PureStates, SceneError> {
    checks::length("pure_states.weights", spec.weights.len(), MAX_STATES)?;
    checks::numbers("pure_states.weights", &spec.weights, 0.0..=1e12)?;
    checks::length("pure_states.overlaps", spec.overlaps.len(), MAX_STATES)?;
    for (i, row) in spec.overlaps.iter().enumerate() {
        checks::length(format_args!("pure_states.overlaps[{i}]"), row.len(), MAX_STATES)?;
        checks::numbers(format_args!("pure_states.overlaps[{i}]"), row, -1.0..=1.0)?;
    }
    let states = PureStates::new(&spec.weights, &spec.overlaps, model.spins, model.temperature)
        .map_err(|error| SceneError::new("pure_states", error.to_string()))?;
    for (i, state) in spec.plane.iter().enumerate() {
        checks::count(format_args!("pure_states.plane[{i}]"), *state, 0..=states.len() - 1)?;
    }
    Ok(states)
}
