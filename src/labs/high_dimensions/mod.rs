//! The high-dimensions lab: Gaussian data, a linear score learned from P = N^(1+a) samples, and what of the data it keeps.

mod caption;
pub mod check;
pub mod equations;
pub mod gallery;
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
        id: "high_dimensions",
        name: "High dimensions",
        about: "How many samples does a linear score need before its spectrum is right, and how many before everything is?",
        params: &[],
    },
    version: scene_file::version::<Scene>(),
    about: "Gaussian data in N dimensions and a linear score learned from P = N^(1+a) samples: the spectrum is right for P >> N, the whole distribution only for P >> N².",
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
