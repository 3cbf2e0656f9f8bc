//! Without a subcommand: the window.

use clap::Args;

/// Arguments of the window.
#[derive(Args)]
pub(super) struct Arguments {
    /// Scene to open; the program's first built-in scene if left out
    scene: Option<String>,
    /// Who computes: auto, cpu, gpu, or core (the theory in double precision, slow)
    #[arg(long, default_value = "auto")]
    engine: String,
}

/// Opens the window and returns when it is closed.
#[cfg(feature = "gui")]
pub(super) fn open(arguments: &Arguments) -> anyhow::Result<()> {
    use std::path::PathBuf;

    use crate::app::{self, Options, WindowError};
    use crate::labs::scene_file;

    let engine = super::engine_choice(&arguments.engine)?;
    let scene = arguments.scene.as_deref().map(scene_file::load).transpose()?;
    let path = arguments.scene.as_ref().map(PathBuf::from).filter(|path| path.is_file());
    app::run_window(Options { scene, path, engine, ..Options::for_user() }).map_err(|error| match error {
        WindowError::NoEngine(error) => error.into(),
        other => other.into(),
    })
}

/// Says that there is no window.
#[cfg(not(feature = "gui"))]
pub(super) fn open(arguments: &Arguments) -> anyhow::Result<()> {
    let _ = (&arguments.scene, &arguments.engine);
    Err(super::failure::missing("this build has no window: use 'diffuscope run' or 'diffuscope render'"))
}
