//! The score-field lab: points and Gaussians in the plane, the score of their noised density, and particles that follow it.

mod caption;
pub mod check;
pub mod equations;
mod gallery;
pub mod import;
mod output;
pub mod run;
pub mod scene;
pub mod setup;
pub mod statistics;
#[cfg(feature = "gui")]
mod view;

use super::{LabEntry, scene_file};
use crate::core::param::KindInfo;
use scene::Scene;

/// The lab as the program lists it.
pub static ENTRY: LabEntry = LabEntry {
    info: KindInfo {
        id: "score_field",
        name: "Score field",
        about: "Drag data points and watch the score, its uncertainty and the trajectories answer.",
        params: &[],
    },
    version: scene_file::version::<Scene>(),
    about: "Points and Gaussians in the plane are noised; the score of their density is known exactly at every place and time.",
    gallery: gallery::ALL,
    check: scene_file::checked::<Scene>,
    inline: scene_file::nothing_to_inline,
    describe: caption::describe,
    data_files: &["csv", "npy"],
    arrays: output::ARRAYS,
    run: output::run,
    #[cfg(feature = "gui")]
    open: view::open,
    #[cfg(feature = "gui")]
    panes: view::pane_list,
    #[cfg(feature = "gui")]
    readings: view::reading_list,
};
