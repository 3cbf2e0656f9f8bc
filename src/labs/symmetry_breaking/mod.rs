//! The symmetry-breaking lab: when does a generative process decide which magnet it makes, and what does it need to know?

mod caption;
pub mod check;
pub mod clones;
pub mod equations;
pub mod finite_data;
pub mod gallery;
mod notices;
pub mod output;
pub mod run;
pub mod scene;
#[cfg(feature = "gui")]
mod view;

use super::{LabEntry, scene_file};
use crate::core::param::KindInfo;
use scene::Scene;

/// The lab as the program lists it.
pub static ENTRY: LabEntry = LabEntry {
    info: KindInfo {
        id: "symmetry_breaking",
        name: "Symmetry breaking",
        about: "Watch one well become two and find the moment at which a generated magnet takes its side.",
        params: &[],
    },
    version: scene_file::version::<Scene>(),
    about: "A Curie–Weiss magnet is generated from noise. At t = ½ log N its order parameter has to choose between two wells, long before any single spin shows which.",
    gallery: gallery::ALL,
    check: scene_file::checked::<Scene>,
    inline: scene_file::nothing_to_inline,
    describe: caption::describe,
    data_files: &[],
    arrays: output::ARRAYS,
    run: output::run,
    #[cfg(feature = "gui")]
    open: view::open,
    #[cfg(feature = "gui")]
    panes: view::pane_list,
    #[cfg(feature = "gui")]
    readings: view::reading_list,
};
