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
pub static ALL: &[GalleryScene] =
    &[scene!("spectrum_when_is_p_enough"), scene!("spectrum_spike"), scene!("spectrum_one_draw")];
