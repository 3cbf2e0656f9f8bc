//! The score-field lab: points and Gaussians in the plane, the score of their noised density, and particles that follow it.

pub mod run;
pub mod scene;
pub mod setup;
pub mod statistics;
#[cfg(feature = "gui")]
mod view;

use super::LabEntry;
use crate::core::param::KindInfo;

/// The lab as the program lists it.
pub static ENTRY: LabEntry = LabEntry {
    info: KindInfo {
        id: "score_field",
        name: "Score field",
        about: "Drag data points and watch the score, its uncertainty and the trajectories answer.",
        params: &[],
    },
    version: 1,
    about: "Points and Gaussians in the plane are noised; the score of their density is known exactly at every place and time.",
    gallery: &[],
    check: |_| Err(super::scene_file::SceneError::new("", "not yet")),
    run: |_, _| anyhow::bail!("not yet"),
    #[cfg(feature = "gui")]
    open: view::open,
};
