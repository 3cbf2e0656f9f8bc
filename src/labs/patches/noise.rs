//! Noise that a scene gives instead of having it drawn, so that others can follow a run step by step.
//!
//! A scene file may name an `.npy` file beside it; when the scene is loaded, its values become part of the scene, which
//! then stands on its own.

use std::fs::File;
use std::io::BufReader;
use std::path::{Component, Path};

use serde_json::{Map, Value, json};

use super::scene::{GivenNoise, MAX_VALUES, Scene};
use super::training::{base64, to_base64};
use crate::core::els::Grids;
use crate::labs::scene_file::SceneError;

/// Puts the values of the file that the scene names into the scene; `folder` is the scene's own, which no path may leave.
///
/// # Errors
/// The file cannot be read or is no array of [B, L, L] or [B, L, L, C] numbers.
pub(super) fn inline(scene: &mut Value, folder: &Path) -> Result<(), SceneError> {
    let Some(noise) = scene.get_mut("noise").and_then(Value::as_object_mut) else { return Ok(()) };
    let Some(file) = noise.get("file").and_then(Value::as_str).map(str::to_owned) else { return Ok(()) };
    let fault = |message: String| SceneError::new("noise.file", format!("{file}: {message}"));
    let inside = Path::new(&file).components().all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return Err(fault("must name a file in the scene's folder or below".to_owned()));
    }
    let values = read(&folder.join(&file)).map_err(fault)?;
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let mut given = Map::new();
    given.insert("values".to_owned(), json!(to_base64(&bytes)));
    *noise = given;
    Ok(())
}

/// All values of an array of single or double precision, in C order.
fn read(path: &Path) -> Result<Vec<f32>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let file = npyz::NpyFile::new(BufReader::new(File::open(path).map_err(unreadable)?)).map_err(unreadable)?;
    let shape = file.shape().to_vec();
    let count = shape.iter().try_fold(1_u64, |count, side| count.checked_mul(*side)).unwrap_or(u64::MAX);
    if !(3..=4).contains(&shape.len()) || count > MAX_VALUES as u64 {
        return Err(format!(
            "has shape {shape:?}, but must be [B, L, L] or [B, L, L, C] with at most {MAX_VALUES} values"
        ));
    }
    if file.order() != npyz::Order::C {
        return Err("is stored in Fortran order; C order is needed".to_owned());
    }
    let single = matches!(file.dtype(), npyz::DType::Plain(ref kind) if kind.size_field() == 4);
    if single {
        file.into_vec::<f32>().map_err(unreadable)
    } else {
        Ok(file.into_vec::<f64>().map_err(unreadable)?.into_iter().map(|value| value as f32).collect())
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
    let bytes = base64(values.as_deref().unwrap_or_default()).map_err(fault)?;
    let values: Vec<f32> =
        bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
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
