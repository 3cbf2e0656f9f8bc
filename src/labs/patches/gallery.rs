//! The built-in scenes, each a file in assets/scenes.

use crate::labs::GalleryScene;

/// The scene whose file has this name.
macro_rules! scene {
    ($id:literal) => {
        GalleryScene {
            id: $id,
            text: include_str!(concat!("../../../assets/scenes/", $id, ".json")),
            #[cfg(feature = "gui")]
            thumbnail: include_bytes!(concat!("../../../assets/thumbnails/", $id, ".jpg")),
        }
    };
}

/// In the order in which the gallery shows them.
pub(super) static ALL: &[GalleryScene] = &[
    scene!("patches_two_patterns"),
    scene!("patches_large_mosaic"),
    scene!("patches_digits"),
    scene!("patches_stripes_defect"),
    scene!("patches_faces"),
    scene!("patches_corners"),
    scene!("patches_k"),
    scene!("patches_step_too_large"),
    scene!("patches_creativity_memory"),
];
