//! What `run`, `render` and `export` are given alike: a scene, changes to it, and who computes.

use clap::Args;

use super::{engine_choice, overrides};
use crate::engine::select::EngineChoice;
use crate::labs::scene_file::{self, LoadedScene, SceneError};

#[derive(Args)]
pub(super) struct Given {
    /// Scene file, '-', or 'gallery:ID'
    scene: String,
    /// A field of the scene in place of the file's, as in 'time=0.2' or 'particles.steps=50'
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// Who computes: auto, cpu, gpu, or core (the theory in double precision, slow)
    #[arg(long, default_value = "auto")]
    engine: String,
}

impl Given {
    /// The scene with its changes.
    ///
    /// # Errors
    /// There is no such scene, or it cannot be what it was changed to.
    pub fn scene(&self) -> anyhow::Result<LoadedScene> {
        overrides::apply(scene_file::load(&self.scene)?, &self.set)
    }

    /// Who computes.
    ///
    /// # Errors
    /// There is no such engine.
    pub fn engine(&self) -> anyhow::Result<EngineChoice> {
        engine_choice(&self.engine)
    }

    /// What the scene lacks for some work is told with its file, like any other fault of it.
    pub fn blame(&self, error: anyhow::Error) -> anyhow::Error {
        match error.downcast() {
            Ok(fault) => SceneError::in_file(fault, &self.scene).into(),
            Err(error) => error,
        }
    }
}
