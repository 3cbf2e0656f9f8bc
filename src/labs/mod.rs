//! The labs, one folder each: what a scene holds, what its run does, how it is shown.
//!
//! To add a lab, write its folder and add its entry to [`ALL`]. Menus, the gallery, the command line, files and tests
//! loop over that list.

pub mod array_file;
pub mod caption;
pub mod equations;
pub mod high_dimensions;
pub mod notes;
pub mod npy;
pub mod patches;
#[cfg(feature = "gui")]
pub mod readings;
pub mod scene_file;
pub mod score_field;
pub mod symmetry_breaking;

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::core::param::KindInfo;
use crate::engine::Engine;
use array_file::{ArrayInfo, WrittenArray};
use scene_file::SceneError;

/// One lab of the family.
pub struct LabEntry {
    /// Names. `id` is the value of "lab" in scene files.
    pub info: KindInfo,
    /// Version of its scene files that this program writes.
    pub version: u64,
    /// One paragraph for the about box and `list`.
    pub about: &'static str,
    /// Built-in scenes, in the order in which the gallery shows them.
    pub gallery: &'static [GalleryScene],
    /// Checks a scene, fills in what it leaves out, and returns it as it would be saved.
    pub check: fn(&Value) -> Result<Value, SceneError>,
    /// Puts what a scene's other files hold, which lie in the given folder or below, into the scene.
    pub inline: fn(&mut Value, &Path) -> Result<(), SceneError>,
    /// What a checked scene is, in sentences for captions: process and parameters, without title, seed and version.
    pub describe: fn(&Value) -> Result<String, SceneError>,
    /// Extensions of the files besides scenes that its view takes; none if it takes no data.
    pub data_files: &'static [&'static str],
    /// Every array that a run may write, for `--help` and the README.
    pub arrays: &'static [ArrayInfo],
    /// Runs a scene to its end and writes its arrays.
    pub run: fn(&Value, &RunContext<'_>) -> anyhow::Result<RunReport>,
    /// Opens a scene in the window.
    #[cfg(feature = "gui")]
    pub open: OpenLab,
    /// The panes of its view.
    #[cfg(feature = "gui")]
    pub panes: fn() -> &'static [crate::ui::tiles::Pane],
    /// The live readings of its view.
    #[cfg(feature = "gui")]
    pub readings: fn() -> Vec<readings::ReadingInfo>,
}

/// Opens a scene in the window, computing with the given engine.
#[cfg(feature = "gui")]
pub type OpenLab = fn(&Value, Arc<dyn Engine>) -> Result<Box<dyn LabView>, SceneError>;

/// A scene that comes with the program.
pub struct GalleryScene {
    /// File name without extension, also on the command line: `gallery:two_points`.
    pub id: &'static str,
    /// The file's text.
    pub text: &'static str,
    /// Its card's picture, a JPEG file drawn by `assets/make_thumbnails.sh`.
    #[cfg(feature = "gui")]
    pub thumbnail: &'static [u8],
}

/// Every lab.
pub static ALL: &[&LabEntry] =
    &[&score_field::ENTRY, &patches::ENTRY, &symmetry_breaking::ENTRY, &high_dimensions::ENTRY];

/// What a headless run may use.
pub struct RunContext<'a> {
    /// Who computes.
    pub engine: &'a Arc<dyn Engine>,
    /// Folder for the arrays; it exists.
    pub out: &'a Path,
    /// Told how far the run is, from 0 to 1; says whether to go on.
    pub progress: &'a dyn Fn(f64) -> bool,
    /// Seconds since some fixed moment: labs have no clock of their own.
    pub clock: &'a dyn Fn() -> f64,
}

impl RunContext<'_> {
    /// Tells how far the run is, from 0 to 1.
    ///
    /// # Errors
    /// The run is to end here.
    pub fn at(&self, fraction: f64) -> Result<(), Stopped> {
        if (self.progress)(fraction) { Ok(()) } else { Err(Stopped) }
    }
}

/// A run was told to end before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the run was stopped")]
pub struct Stopped;

/// What a headless run leaves behind besides its arrays.
#[derive(Debug, Clone)]
pub struct RunReport {
    /// Numbers that sum the run up, as a JSON object.
    pub results: Value,
    /// The arrays written.
    pub arrays: Vec<WrittenArray>,
    /// Seconds of pure computing, reading and writing files apart.
    pub compute_secs: f64,
}

/// Something a lab can do, for the command palette.
#[cfg(feature = "gui")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabAction {
    /// Name within the lab, given back to [`LabView::act`].
    pub id: &'static str,
    /// "Reset view".
    pub name: &'static str,
    /// The key that does it, in words; empty if none does.
    pub keys: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
}

/// A lab in the window. It owns its scene and the scene's run.
#[cfg(feature = "gui")]
pub trait LabView {
    /// The scene as it would be saved, the time shown included.
    fn scene(&self) -> Value;

    /// A number that changes whenever the user edits the scene; moving the play head is no edit.
    fn edit_stamp(&self) -> u64;

    /// Name of the latest edit, as in "Undo move point".
    fn last_edit(&self) -> &str;

    /// Replaces the scene (undo, redo, reset), keeping what belongs to the view: zoom, selection, open panels.
    ///
    /// # Errors
    /// The scene does not fit this lab; the running scene stays.
    fn restore(&mut self, scene: &Value) -> Result<(), SceneError>;

    /// Moves the run on by `dt` seconds of wall time and asks for a repaint if anything changes. Called once a frame,
    /// before [`LabView::ui`], also while the window is hidden.
    fn logic(&mut self, ctx: &egui::Context, dt: f32);

    /// Draws the lab's panels and canvas into the space that the window leaves it.
    fn ui(&mut self, ui: &mut egui::Ui);

    /// Draws only the figure, for `render` and export: canvas, axes, colour bar, no controls.
    fn figure(&mut self, ui: &mut egui::Ui);

    /// Draws only the pane of this id, for export: without controls where it can do without them.
    fn pane_figure(&mut self, ui: &mut egui::Ui, pane: &str);

    /// Takes text pasted or a file dropped on the lab. Returns what was done, or why not, in one sentence.
    ///
    /// # Errors
    /// The sentence to show.
    fn import(&mut self, name: &str, bytes: &[u8]) -> Result<String, String>;

    /// Seconds the last step and the last picture took to compute, for the status bar.
    fn compute_secs(&self) -> [f32; 2];

    /// What the user should know about the numbers on screen: clipped ranges, too large steps, too few samples.
    fn warnings(&self) -> Vec<String>;

    /// Whether computing is still under way, so that the picture on screen is not the final one.
    fn is_busy(&self) -> bool;

    /// Whether there is something to see in the pane in front, if not yet all of it.
    fn has_picture(&self) -> bool;

    /// What the lab's own keys and gestures do, each with its name: ("Delete what is selected", "Del").
    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// What the command palette offers besides what every lab has.
    fn actions(&self) -> &'static [LabAction] {
        &[]
    }

    /// Does the action of this identifier.
    fn act(&mut self, action: &str) {
        let _ = action;
    }

    /// Plays the run from its beginning again and again, as the program does with the scene it starts on.
    fn start_playing(&mut self) {}

    /// The lab's panes, if the user may arrange them.
    fn tiles(&mut self) -> Option<&mut crate::ui::Tiles> {
        None
    }

    /// Moves the play head to this share of the run, from 0 to 1. Says whether the lab has one; what it needs to know about
    /// the run must have been computed.
    fn seek(&mut self, share: f64) -> bool {
        let _ = share;
        false
    }

    /// The value now of a live reading of the lab, by its name; see [`readings`].
    fn reading(&self, id: &str) -> Option<f64> {
        let _ = id;
        None
    }

    /// The play head, if the lab has one.
    fn transport(&mut self) -> Option<&mut crate::ui::transport::Transport> {
        None
    }

    /// Uses another engine from now on; the run goes on where it is.
    fn set_engine(&mut self, engine: Arc<dyn Engine>);
}
