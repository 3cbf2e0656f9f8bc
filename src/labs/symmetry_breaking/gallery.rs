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
pub static ALL: &[GalleryScene] = &[
    scene!("magnet_one_becomes_two"),
    scene!("magnet_tiny_field"),
    scene!("magnet_hot"),
    scene!("magnet_ten_spins"),
    scene!("magnet_million_spins"),
    scene!("magnet_wrong_weights"),
    scene!("magnet_clones"),
    scene!("magnet_three_states"),
];
