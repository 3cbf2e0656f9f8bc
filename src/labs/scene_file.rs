//! Scene files: from untrusted bytes to a checked scene, and back.
//!
//! A scene is a JSON object `{"lab": "score_field", "version": 1, …}`. Nothing from a file is executed; sizes are checked
//! before memory is taken; every fault is told in one sentence that names file, field, value and range.

use std::fmt;

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
