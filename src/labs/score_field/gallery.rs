//! The built-in scenes, each a file in assets/scenes.

use crate::labs::GalleryScene;

/// The scene whose file has this name.
macro_rules! scene {
    ($id:literal) => {
        GalleryScene { id: $id, text: include_str!(concat!("../../../assets/scenes/", $id, ".json")) }
    };
}

/// In the order in which the gallery shows them; the program starts on the first.
pub(super) static ALL: &[GalleryScene] = &[
    scene!("ring_of_eight"),
    scene!("two_points"),
    scene!("gtv_hexagon"),
    scene!("gtv_diagonal"),
    scene!("gtv_blend"),
    scene!("gtv_random"),
    scene!("gauss_gaussian"),
    scene!("gauss_gmm"),
    scene!("gauss_delta"),
    scene!("two_moons"),
    scene!("spiral"),
    scene!("checkerboard"),
    scene!("anisotropic_noise"),
    scene!("memory_or_generalisation"),
    scene!("far_field"),
];
