//! Scene files: from untrusted bytes to a checked scene, and back.
//!
//! A scene is a JSON object `{"lab": "score_field", "version": 1, …}`. Nothing from a file is executed; sizes are checked
//! before memory is taken; every fault is told in one sentence that names file, field, value and range.

pub mod checks;
mod json;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{ALL, LabEntry};

pub use json::{parse as parse_json, to_text};

/// Largest scene file, in bytes.
pub const MAX_BYTES: u64 = 64 << 20;

/// Prefix of the names of built-in scenes on the command line.
pub const GALLERY: &str = "gallery:";

/// Why a scene was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub struct SceneError {
    /// File or gallery name, if known.
    pub file: Option<String>,
    /// Path of the field, as in `data.points[3]`; empty where the fault is in the file as a whole.
    pub field: String,
    /// What is wrong, with value and range.
    pub message: String,
}

impl SceneError {
    /// A fault in `field`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: None, field: field.into(), message: message.into() }
    }

    /// The same fault, with the file's name.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }
}

impl fmt::Display for SceneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        write!(f, "{}", self.message)
    }
}

/// What a lab's scene type tells of its files. With it, [`typed`] and [`checked`] read them.
pub trait SceneFormat: Serialize + DeserializeOwned {
    /// The value of "lab".
    const LAB: &'static str;

    /// The k-th entry (from 0) turns a scene of version k + 1 into one of version k + 2.
    const MIGRATIONS: &'static [fn(&mut Map<String, Value>)];

    /// Checks what types cannot: that numbers are finite and within their ranges, and that names are known.
    ///
    /// # Errors
    /// The first field at fault.
    fn check(&self) -> Result<(), SceneError>;
}

/// The version of files that this program writes for `S`.
pub const fn version<S: SceneFormat>() -> u64 {
    S::MIGRATIONS.len() as u64 + 1
}

/// Reads a scene of lab `S` from its JSON object: migrates older versions, refuses unknown ones and unknown fields, and
/// checks every number.
///
/// # Errors
/// The first field at fault.
pub fn typed<S: SceneFormat>(value: &Value) -> Result<S, SceneError> {
    let Some(object) = value.as_object() else {
        return Err(SceneError::new("", format!("a scene must be a JSON object, but this is {}", json::kind(value))));
    };
    if object.get("lab").and_then(Value::as_str) != Some(S::LAB) {
        return Err(SceneError::new("lab", format!("must be \"{}\"", S::LAB)));
    }
    let newest = version::<S>();
    let found = object.get("version").ok_or_else(|| {
        SceneError::new("version", format!("is missing; this program writes version {newest} of \"{}\"", S::LAB))
    })?;
    let Some(found) = found.as_u64().filter(|v| (1..=newest).contains(v)) else {
        let range = if newest == 1 { "must be 1".to_owned() } else { format!("must be from 1 to {newest}") };
        return Err(SceneError::new("version", format!("{found} is not known to this program; it {range}")));
    };
    let mut object = object.clone();
    for migration in &S::MIGRATIONS[found as usize - 1..] {
        migration(&mut object);
    }
    object.insert("version".to_owned(), newest.into());
    let scene: S = serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| {
        let message = error.inner().to_string();
        SceneError::new(json::field(error.path()), json::plain(&message))
    })?;
    scene.check()?;
    Ok(scene)
}

/// Checks a scene of lab `S`, fills in what it leaves out, and returns it as it would be saved.
///
/// # Errors
/// As [`typed`].
pub fn checked<S: SceneFormat>(value: &Value) -> Result<Value, SceneError> {
    to_value(&typed::<S>(value)?)
}

/// The JSON object of a scene.
///
/// # Errors
/// The scene holds something that JSON cannot: a number that is not finite never gets past [`SceneFormat::check`].
pub fn to_value<S: SceneFormat>(scene: &S) -> Result<Value, SceneError> {
    serde_json::to_value(scene).map_err(|error| SceneError::new("", format!("cannot be written as JSON: {error}")))
}

/// A scene that has been read and checked.
#[derive(Clone)]
pub struct LoadedScene {
    /// Its lab.
    pub lab: &'static LabEntry,
    /// The scene as it would be saved.
    pub scene: Value,
}

impl fmt::Debug for LoadedScene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadedScene").field("lab", &self.lab.info.id).field("scene", &self.scene).finish()
    }
}

/// Reads the scene that `source` names: a file, `-` for standard input, or `gallery:ID` for a built-in one.
///
/// # Errors
/// The file cannot be read or is too large, or its first fault.
pub fn load(source: &str) -> Result<LoadedScene, SceneError> {
    if let Some(id) = source.strip_prefix(GALLERY) {
        return built_in(id);
    }
    let name = if source == "-" { "standard input" } else { source };
    let folder = Path::new(source).parent().filter(|folder| source != "-" && !folder.as_os_str().is_empty());
    let bytes = read(source).map_err(|error| error.in_file(name))?;
    parse_bytes(&bytes, Some(folder.unwrap_or(Path::new(".")))).map_err(|error| error.in_file(name))
}

/// For labs whose scenes name no other files.
///
/// # Errors
/// None.
pub fn nothing_to_inline(_: &mut Value, _: &Path) -> Result<(), SceneError> {
    Ok(())
}

/// Reads a scene from a file's bytes; `name` is for messages.
///
/// # Errors
/// The first fault.
pub fn parse(name: &str, bytes: &[u8]) -> Result<LoadedScene, SceneError> {
    parse_bytes(bytes, None).map_err(|error| error.in_file(name))
}

/// `folder` is where the scene's other files are, if they may be read.
fn parse_bytes(bytes: &[u8], folder: Option<&Path>) -> Result<LoadedScene, SceneError> {
    check_size(bytes.len() as u64)?;
    let mut value = json::parse(bytes)?;
    if !value.is_object() {
        return Err(SceneError::new("", format!("a scene must be a JSON object, but this is {}", json::kind(&value))));
    }
    let labs = || ALL.iter().map(|lab| lab.info.id).collect::<Vec<_>>().join(", ");
    let id = match &value["lab"] {
        Value::String(id) => id,
        Value::Null => return Err(SceneError::new("lab", format!("is missing; it must be one of {}", labs()))),
        other => return Err(SceneError::new("lab", format!("{other} is not a name; it must be one of {}", labs()))),
    };
    let lab = ALL
        .iter()
        .find(|lab| lab.info.id == id)
        .ok_or_else(|| SceneError::new("lab", format!("there is no lab \"{id}\"; it must be one of {}", labs())))?;
    if let Some(folder) = folder {
        (lab.inline)(&mut value, folder)?;
    }
    Ok(LoadedScene { lab, scene: (lab.check)(&value)? })
}

fn built_in(id: &str) -> Result<LoadedScene, SceneError> {
    let scenes = || ALL.iter().flat_map(|lab| lab.gallery);
    let name = format!("{GALLERY}{id}");
    match scenes().find(|scene| scene.id == id) {
        Some(scene) => parse(&name, scene.text.as_bytes()),
        None => {
            let known: Vec<_> = scenes().map(|scene| scene.id).collect();
            let message = format!("there is no such built-in scene; it must be one of {}", known.join(", "));
            Err(SceneError::new("", message).in_file(name))
        }
    }
}

fn read(source: &str) -> Result<Vec<u8>, SceneError> {
    let failed = |error: std::io::Error| SceneError::new("", format!("cannot be read: {error}"));
    // Standard input has no length, and a file may grow: what is read is limited as well.
    let (input, size): (Box<dyn Read>, u64) = if source == "-" {
        (Box::new(std::io::stdin().lock()), 0)
    } else {
        let file = File::open(source).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        (Box::new(file), size)
    };
    check_size(size)?;
    let mut bytes = Vec::new();
    input.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn check_size(bytes: u64) -> Result<(), SceneError> {
    if bytes > MAX_BYTES {
        let found = bytes as f64 / f64::from(1 << 20);
        let message = format!("the file has {found:.1} MiB, but a scene may have at most {} MiB", MAX_BYTES >> 20);
        return Err(SceneError::new("", message));
    }
    Ok(())
}
