//! Figures, runs and data as files, for the window and the command line alike.
//!
//! A [`Kind`] of file is one entry of [`ALL`]. Whatever it writes goes to a temporary place beside the target, which takes
//! the target's name only when it is complete: an export that fails or is cancelled leaves nothing behind.

pub mod caption;
mod csv_file;
mod data;
#[cfg(feature = "gui")]
pub mod drawing;
#[cfg(feature = "gui")]
mod figure;
#[cfg(feature = "gui")]
mod film;
mod npz_file;
#[cfg(feature = "gui")]
mod png_file;
#[cfg(feature = "gui")]
mod svg;
mod tables;
mod target;

use std::path::Path;
use std::sync::Arc;

pub use caption::Caption;
pub use data::csv_text;
#[cfg(feature = "gui")]
pub use figure::{encode, picture};
use target::Target;

use crate::engine::Engine;
use crate::labs::Stopped;
use crate::labs::scene_file::LoadedScene;

/// One kind of file of the family.
pub struct Kind {
    /// Name on the command line.
    pub id: &'static str,
    /// Name on screen: "Figure (PNG)".
    pub name: &'static str,
    /// What it is good for, in one sentence.
    pub about: &'static str,
    /// What of a scene it holds.
    pub subject: Subject,
    /// Endings of its files' names, the usual one first; none if it is a folder.
    pub extensions: &'static [&'static str],
    /// Writes it.
    write: fn(&Job<'_>) -> anyhow::Result<()>,
}

/// What of a scene is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The figure, or one pane, at the scene's time.
    Figure,
    /// The figure, or one pane, all along the run.
    Run,
    /// The arrays that a run writes.
    Data,
}

/// Every kind, in the order of the menu.
pub static ALL: &[&Kind] = &[
    #[cfg(feature = "gui")]
    &figure::PNG,
    #[cfg(feature = "gui")]
    &figure::SVG,
    #[cfg(feature = "gui")]
    &figure::JPEG,
    #[cfg(feature = "gui")]
    &film::APNG,
    #[cfg(feature = "gui")]
    &film::GIF,
    #[cfg(feature = "gui")]
    &film::MP4,
    #[cfg(feature = "gui")]
    &film::FRAMES,
    &csv_file::CSV,
    &tables::TABLES,
    &npz_file::NPZ,
];

/// What is exported, and how.
#[derive(Clone)]
pub struct Request {
    /// The scene.
    pub scene: LoadedScene,
    /// Who computes.
    pub engine: Arc<dyn Engine>,
    /// How it is drawn.
    pub picture: Picture,
    /// Moments of the run that a [`Subject::Run`] shows, from its first to its last.
    pub frames: usize,
}

/// How a scene is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The pane, by its identifier or name; the lab's figure if left out.
    pub pane: Option<String>,
    /// Width and height, in points.
    pub size: [u32; 2],
    /// Pixels for a point.
    pub scale: f32,
    /// Identifier of the theme.
    pub theme: String,
    /// Whether the caption stands below the picture.
    pub caption: bool,
}

/// Numbers of frames that a run may have.
pub const FRAMES: std::ops::RangeInclusive<usize> = 2..=1000;
/// Width and height that a picture may have, in points.
pub const SIDES: std::ops::RangeInclusive<u32> = 16..=8192;
/// Pixels for a point that a picture may have.
pub const SCALES: std::ops::RangeInclusive<f32> = 0.5..=4.0;
/// Frames of a second.
pub const RATE: u16 = 20;

impl Default for Picture {
    fn default() -> Self {
        Self { pane: None, size: [960, 720], scale: 1.0, theme: "dark".to_owned(), caption: false }
    }
}

/// Something in a request that cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadRequest(pub String);

/// A piece of exporting work.
pub(crate) struct Job<'a> {
    pub request: &'a Request,
    /// Where to write: nothing else is ever there.
    pub target: &'a Target,
    /// Told how far it is; says whether to go on.
    pub go_on: &'a (dyn Fn(f64) -> bool + 'a),
}

impl Job<'_> {
    /// Tells how far the work is, from 0 to 1.
    pub fn at(&self, fraction: f64) -> Result<(), Stopped> {
        if (self.go_on)(fraction) { Ok(()) } else { Err(Stopped) }
    }

    /// The scene's caption.
    pub fn caption(&self) -> anyhow::Result<Caption> {
        Ok(Caption::of(&self.request.scene)?)
    }
}

impl Kind {
    /// Whether it is a folder of files.
    pub fn is_folder(&self) -> bool {
        self.extensions.is_empty()
    }

    /// The kind whose files end like `path`.
    pub fn of_path(path: &Path) -> Option<&'static Self> {
        let extension = path.extension()?.to_str()?;
        ALL.iter().copied().find(|kind| kind.extensions.iter().any(|known| known.eq_ignore_ascii_case(extension)))
    }

    /// The kind of this identifier.
    pub fn find(id: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|kind| kind.id == id)
    }

    /// Writes `request` to `to`. `go_on` is told how far it is, from 0 to 1, and says whether to go on.
    ///
    /// # Errors
    /// [`Stopped`] if `go_on` said no, [`BadRequest`], or what the lab, the drawing or the file system says. Nothing new is
    /// left behind then, and a file that was there is as it was.
    pub fn export(&self, request: &Request, to: &Path, go_on: &dyn Fn(f64) -> bool) -> anyhow::Result<()> {
        request.check(self)?;
        let target = Target::beside(to, self.is_folder())?;
        let job = Job { request, target: &target, go_on };
        job.at(0.0)?;
        (self.write)(&job)?;
        job.at(1.0)?;
        target.keep()
    }
}

impl Request {
    fn check(&self, kind: &Kind) -> Result<(), BadRequest> {
        let Picture { size, scale, .. } = &self.picture;
        let bad = |text: String| Err(BadRequest(text));
        if kind.subject == Subject::Data {
            return Ok(());
        }
        if !size.iter().all(|side| SIDES.contains(side)) {
            let (least, most) = (SIDES.start(), SIDES.end());
            return bad(format!("the size {} × {} must be from {least} to {most} each way", size[0], size[1]));
        }
        if !SCALES.contains(scale) {
            return bad(format!("the scale {scale} must be a number from {} to {}", SCALES.start(), SCALES.end()));
        }
        if kind.subject == Subject::Run && !FRAMES.contains(&self.frames) {
            let (least, most) = (FRAMES.start(), FRAMES.end());
            return bad(format!("the number of frames, {}, must be from {least} to {most}", self.frames));
        }
        Ok(())
    }
}
