//! The words that belong to a figure: what it shows, by which process, with which parameters, seed and version.

use serde_json::Value;

use crate::labs::caption;
use crate::labs::scene_file::{LoadedScene, SceneError};

/// The program and its version.
pub const SOFTWARE: &str = concat!("Diffuscope ", env!("CARGO_PKG_VERSION"));

/// A figure's caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// The scene's title, or the lab's name.
    pub title: String,
    /// The whole caption, one paragraph that begins with the title.
    pub text: String,
}

impl Caption {
    /// The caption of a scene.
    ///
    /// # Errors
    /// The scene is not one of its lab.
    pub fn of(scene: &LoadedScene) -> Result<Self, SceneError> {
        let title = scene.scene["title"].as_str().map(str::trim).filter(|title| !title.is_empty());
        let title = title.unwrap_or(scene.lab.info.name).to_owned();
        let body = (scene.lab.describe)(&scene.scene)?;
        let seed = match &scene.scene["seed"] {
            Value::Null => String::new(),
            seed => format!(" Seed {seed}."),
        };
        let (lab, head) = (scene.lab.info.name, caption::sentence(&title));
        let text = format!("{head} {lab} lab. {}{seed} {SOFTWARE}.", caption::sentence(&body));
        Ok(Self { title, text })
    }
}
