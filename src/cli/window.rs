//! Without a subcommand: the window.

use clap::Args;

use super::failure;

#[derive(Args)]
pub(super) struct Arguments {
    /// Scene to open; the program's first built-in scene if left out
    scene: Option<String>,
    /// Who computes: auto, cpu, gpu, or core (the theory in double precision, slow)
    #[arg(long, default_value = "auto")]
    engine: String,
}

/// Opens the window and returns when it is closed.
pub(super) fn open(arguments: &Arguments) -> anyhow::Result<()> {
    let _ = (&arguments.scene, &arguments.engine);
    Err(failure::missing("this build has no window: use 'diffuscope run' or 'diffuscope render'"))
}
