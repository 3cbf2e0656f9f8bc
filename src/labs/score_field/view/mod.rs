//! The lab in the window.

use std::sync::Arc;

use serde_json::Value;

use crate::engine::Engine;
use crate::labs::LabView;
use crate::labs::scene_file::SceneError;

/// Opens a scene.
pub(super) fn open(_scene: &Value, _engine: Arc<dyn Engine>) -> Result<Box<dyn LabView>, SceneError> {
    Err(SceneError::new("", "not yet"))
}
