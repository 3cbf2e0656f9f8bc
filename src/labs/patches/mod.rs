//! The patch lab: local score machines turn noise into mosaics of training patches ([EFT]; Kamb & Ganguli).

mod beside;
mod caption;
pub mod check;
pub mod equations;
mod findings;
mod gallery;
pub mod image_files;
mod noise;
mod output;
pub mod physics;
pub mod run;
pub mod scene;
pub mod setup;
mod summary;
pub mod training;
pub mod training_files;
#[cfg(feature = "gui")]
mod view;

use super::{LabEntry, scene_file};
use crate::core::param::KindInfo;
use scene::Scene;

/// The lab as the program lists it.
pub static ENTRY: LabEntry = LabEntry {
    info: KindInfo {
        id: "patches",
        name: "Patches",
        about: "Watch noise turn into a mosaic of training patches, ask every pixel where it came from, and measure how information spreads.",
        params: &[],
    },
    version: scene_file::version::<Scene>(),
    about: "Local score machines denoise an image pixel by pixel, comparing the patch around each with the patches of the training images. Their mosaics, sources and correlations are computed live.",
    gallery: gallery::ALL,
    check: scene_file::checked::<Scene>,
    inline: |scene, folder| {
        noise::inline(scene, folder)?;
        training_files::inline(scene, folder)
    },
    describe: caption::describe,
    data_files: image_files::EXTENSIONS,
    arrays: output::ARRAYS,
    run: output::run,
    #[cfg(feature = "gui")]
    open: view::open,
    #[cfg(feature = "gui")]
    panes: view::pane_list,
    #[cfg(feature = "gui")]
    readings: view::reading_list,
};
