//! What the program remembers from one start to the next: theme, zoom, recent files, layouts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::store;
use crate::core::notation;
use crate::disk;
use crate::ui::theme::ThemeChoice;

/// The settings, as saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Identifier of the [`ThemeChoice`].
    pub theme: String,
    /// Size of everything relative to the usual one, from 0.5 to 3.
    pub zoom: f32,
    /// Identifier of the notation, see `core::notation`.
    pub notation: String,
    /// Files opened or saved, latest first.
    pub recent: Vec<PathBuf>,
    /// Where the panes are, by lab; checked by [`Tiles::restore`](crate::ui::Tiles::restore).
    pub layouts: BTreeMap<String, serde_json::Value>,
    /// How far the user has come in each lesson, by its identifier or file.
    pub lessons: BTreeMap<String, Progress>,
    /// Whether the panel of a lesson is at the left of the window.
    pub lesson_on_the_left: bool,
}

/// How far the user has come in a lesson.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The step that was in sight last, from 0.
    pub at: usize,
    /// The farthest step that was in sight.
    pub reached: usize,
    /// Whether the end is in sight, so that the lesson begins anew when it is opened.
    pub finished: bool,
    /// Whether its end was ever reached.
    pub done: bool,
}

/// Lessons remembered.
const MOST_LESSONS: usize = 200;
/// Files remembered.
const MOST_RECENT: usize = 10;
const FILE: &str = "settings.json";

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default().id().to_owned(),
            zoom: 1.0,
            notation: notation::ALL[0].id.to_owned(),
            recent: Vec::new(),
            layouts: BTreeMap::new(),
            lessons: BTreeMap::new(),
            lesson_on_the_left: false,
        }
    }
}

impl Settings {
    /// Reads the settings in `folder`; what cannot be read is as at the first start.
    pub fn load(folder: &Path) -> Self {
        let read = store::read_limited(&folder.join(FILE)).ok();
        let mut settings: Self = read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        settings.zoom = if settings.zoom.is_finite() { settings.zoom.clamp(0.5, 3.0) } else { 1.0 };
        settings.recent.truncate(MOST_RECENT);
        settings
    }

    /// Writes the settings into `folder`.
    ///
    /// # Errors
    /// The file system's.
    pub fn save(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        disk::replace(&folder.join(FILE), &serde_json::to_vec_pretty(self)?)
    }

    /// Remembers how far the user has come in a lesson.
    pub fn keep_progress(&mut self, lesson: &str, progress: Progress) {
        if self.lessons.len() >= MOST_LESSONS && !self.lessons.contains_key(lesson) {
            self.lessons.pop_last();
        }
        self.lessons.insert(lesson.to_owned(), progress);
    }

    /// The theme.
    pub fn theme(&self) -> ThemeChoice {
        ThemeChoice::find(&self.theme).unwrap_or_default()
    }

    /// Puts `path` at the head of the recent files.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|recent| recent != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(MOST_RECENT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_restart_and_nonsense() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Settings::load(folder.path()), Settings::default());
        let mut settings =
            Settings { theme: "dark".to_owned(), zoom: 1.5, notation: "ddpm".to_owned(), ..Settings::default() };
        for n in 0..20 {
            settings.remember(Path::new(&format!("{n}.json")));
        }
        settings.remember(Path::new("15.json"));
        assert_eq!(settings.recent.len(), MOST_RECENT);
        assert_eq!(settings.recent[0], Path::new("15.json"));
        settings.save(folder.path()).unwrap();
        assert_eq!(Settings::load(folder.path()), settings);

        std::fs::write(folder.path().join(FILE), "{\"zoom\": 1e9, \"theme\": \"pink\"}").unwrap();
        let read = Settings::load(folder.path());
        assert_eq!((read.zoom, read.theme()), (3.0, ThemeChoice::System));
        std::fs::write(folder.path().join(FILE), "not json").unwrap();
        assert_eq!(Settings::load(folder.path()), Settings::default());
    }
}
