//! `--set FIELD=VALUE`: fields of a scene given on the command line.

use serde_json::Value;

use super::failure;
use crate::labs::scene_file::LoadedScene;

/// The scene with each `field=value` set, checked again. A value is JSON, or else a text.
pub(super) fn apply(mut loaded: LoadedScene, settings: &[String]) -> anyhow::Result<LoadedScene> {
    for setting in settings {
        let (field, value) = pair(setting)?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        set(&mut loaded.scene, field, value).ok_or_else(|| {
            failure::bad_arguments(format!("--set {setting}: the scene has no place for a field \"{field}\""))
        })?;
    }
    if !settings.is_empty() {
        loaded.scene = (loaded.lab.check)(&loaded.scene).map_err(|fault| fault.in_file("--set"))?;
    }
    Ok(loaded)
}

/// The two sides of `FIELD=VALUE`.
pub(super) fn pair(setting: &str) -> anyhow::Result<(&str, &str)> {
    setting.split_once('=').ok_or_else(|| {
        failure::bad_arguments(format!("--set {setting} must have the form FIELD=VALUE, as in --set time=0.2"))
    })
}

/// Sets the field at a path like `particles.time_grid.rho`; numbers name places in lists.
fn set(scene: &mut Value, path: &str, value: Value) -> Option<()> {
    let mut place = scene;
    for step in path.split('.') {
        place = match place {
            Value::Array(list) => list.get_mut(step.parse::<usize>().ok()?)?,
            Value::Object(object) => object.entry(step).or_insert(Value::Null),
            _ => return None,
        };
    }
    *place = value;
    Some(())
}
