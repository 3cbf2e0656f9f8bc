//! Noise that a scene gives instead of having it drawn, so that others can follow a run step by step.
//!
//! A scene file may name an `.npy` file beside it; when the scene is loaded, its values become part of the scene, which
//! then stands on its own.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use serde_json::{Map, Value, json};

use super::beside::beside;
use super::scene::{Ensemble, GivenNoise, MAX_VALUES, Scene};
use super::training::{base64, bytes_of, floats, to_base64};
use crate::core::els::Grids;
use crate::labs::npy::{self, HeaderError};
use crate::labs::scene_file::SceneError;

/// Puts the values of the file that the scene names into the scene; `folder` is the scene's own, which no path may leave.
///
/// # Errors
/// The file cannot be read or is no array of [B, L, L] or [B, L, L, C] numbers.
pub(super) fn inline(scene: &mut Value, folder: &Path) -> Result<(), SceneError> {
    // A faulty ensemble is told when the scene is checked; its file has no shape to be compared with.
    let ensemble = scene.get("ensemble").cloned().unwrap_or_else(|| json!({}));
    let ensemble = serde_json::from_value::<Ensemble>(ensemble).ok();
    let Some(noise) = scene.get_mut("noise").and_then(Value::as_object_mut) else { return Ok(()) };
    let Some(file) = noise.get("file").and_then(Value::as_str).map(str::to_owned) else { return Ok(()) };
    let fault = |message: String| SceneError::new("noise.file", format!("{file}: {message}"));
    let path = beside(folder, &file).map_err(fault)?;
    let values = read(&path, ensemble).map_err(fault)?;
    let mut given = Map::new();
    given.insert("values".to_owned(), json!(to_base64(&bytes_of(&values))));
    *noise = given;
    Ok(())
}

/// All values of an array of single or double precision, in C order, whose axes are those of `ensemble`, if it is known.
fn read(path: &Path, ensemble: Option<Ensemble>) -> Result<Vec<f32>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let mut file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut start = Vec::new();
    (&mut file).take(npy::START as u64).read_to_end(&mut start).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;
    npy::check_header(&start, length).map_err(|error| match error {
        HeaderError::Unknown => "is no .npy file of version 1, 2 or 3".to_owned(),
        HeaderError::Damaged => "is truncated or damaged".to_owned(),
    })?;
    let file = npyz::NpyFile::new(BufReader::new(file)).map_err(|_| "is truncated or damaged".to_owned())?;
    let shape = file.shape().to_vec();
    let count = shape.iter().try_fold(1_u64, |count, side| count.checked_mul(*side)).unwrap_or(u64::MAX);
    let square = matches!(*shape, [_, rows, columns] | [_, rows, columns, 1 | 3] if rows == columns);
    if !square || count > MAX_VALUES as u64 {
        return Err(format!(
            "has shape {shape:?}, but must be [B, L, L] or [B, L, L, C] with at most {MAX_VALUES} values"
        ));
    }
    if let Some(Ensemble { count, side }) = ensemble.filter(|e| shape[..2] != [e.count as u64, e.side as u64]) {
        return Err(format!(
            "has shape {shape:?}, but the scene's ensemble is {count} grids of {side} × {side} pixels"
        ));
    }
    if file.order() != npyz::Order::C {
        return Err("is stored in Fortran order; C order is needed".to_owned());
    }
    let truncated = |_| "is truncated or damaged".to_owned();
    // Values are taken one by one, so that a file that promises more than it holds costs no memory.
    let file = match file.try_data::<f32>() {
        Ok(values) => return values.collect::<Result<_, _>>().map_err(truncated),
        Err(file) => file,
    };
    match file.try_data::<f64>() {
        Ok(values) => values.map(|value| value.map(|value| value as f32)).collect::<Result<_, _>>().map_err(truncated),
        Err(file) => Err(format!("has type {}, but must be of single or double precision", file.dtype().descr())),
    }
}

/// The noise that the scene gives, for its ensemble and `channels` channels; `None` if it is drawn.
///
/// # Errors
/// The values do not fit, or are not finite.
pub(super) fn given(scene: &Scene, channels: usize) -> Result<Option<Grids<f32>>, SceneError> {
    let Some(GivenNoise { values, file }) = &scene.noise else { return Ok(None) };
    if file.is_some() {
        let message = "is read only when the scene is opened from its file or by the command line";
        return Err(SceneError::new("noise.file", message));
    }
    let fault = |message: String| SceneError::new("noise.values", message);
    let values = floats(&base64(values.as_deref().unwrap_or_default()).map_err(fault)?);
    if let Some(value) = values.iter().find(|value| !value.is_finite() || value.abs() > 1e3) {
        return Err(fault(format!("hold {value}, but must be finite and within ±1000")));
    }
    let (count, side) = (scene.ensemble.count, scene.ensemble.side);
    let found = values.len();
    Grids::from_interleaved(count, channels, side, &values).map(Some).ok_or_else(|| {
        fault(format!(
            "are {found} numbers, but {count} grids of {side} × {side} pixels and {channels} channels have {}",
            count * channels * side * side
        ))
    })
}
