//! `export`: writes a scene's figure, run or data to a file.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args, Command};

use super::given::Given;
use super::progress::Progress;
use super::{Subcommand, failure, files, interrupt};
use crate::engine::select::select_steadfast;
use crate::export::{self, Caption, FRAMES, Kind, Picture, Request, SCALES, SIDES};
use crate::labs::Stopped;
use crate::labs::scene_file::LoadedScene;

pub(super) static SUBCOMMAND: Subcommand =
    Subcommand { name: "export", about: "Write a scene's figure, run or data to a file", describe, run };

#[derive(Args)]
struct Arguments {
    #[command(flatten)]
    given: Given,
    /// File to write, whose ending says what; without an ending, a folder of numbered PNG files
    #[arg(long, short, value_name = "FILE")]
    to: PathBuf,
    /// What to write, whatever the ending of the name
    #[arg(long = "as", value_name = "KIND")]
    kind: Option<String>,
    #[command(flatten)]
    drawing: Drawing,
    /// Pixels per point: 1, 2, 4, or any number from 0.5 to 4
    #[arg(long, default_value_t = 1.0)]
    scale: f32,
    /// One pane in place of the figure, by its identifier or name
    #[arg(long, value_name = "PANE")]
    pane: Option<String>,
    /// The caption below the picture; it is in the file in any case
    #[arg(long)]
    caption: bool,
    /// Moments of the run, from its first to its last; 2 to 1000
    #[arg(long, default_value_t = 60)]
    frames: usize,
}

/// How pictures are drawn, in `export` and `render`.
#[derive(Args)]
pub(super) struct Drawing {
    /// Width and height in points
    #[arg(long, value_name = "WxH", default_value = "960x720")]
    pub size: String,
    /// light, dark or high_contrast
    #[arg(long, default_value = "dark")]
    pub theme: String,
}

impl Drawing {
    /// The two sides of `--size`.
    pub fn size(&self) -> anyhow::Result<[u32; 2]> {
        let text = &self.size;
        let sides = text.split_once('x').and_then(|(width, height)| Some([width.parse().ok()?, height.parse().ok()?]));
        sides.filter(|sides: &[u32; 2]| sides.iter().all(|side| SIDES.contains(side))).ok_or_else(|| {
            failure::bad_arguments(format!(
                "--size {text} must be width x height, each a whole number from {} to {}, as in 960x720",
                SIDES.start(),
                SIDES.end()
            ))
        })
    }

    /// The picture that the arguments ask for.
    pub fn picture(&self, scale: f32, pane: Option<String>, caption: bool) -> anyhow::Result<Picture> {
        let size = self.size()?;
        if !SCALES.contains(&scale) {
            let (least, most) = (SCALES.start(), SCALES.end());
            return Err(failure::bad_arguments(format!("--scale {scale} must be a number from {least} to {most}")));
        }
        Ok(Picture { pane, size, scale, theme: self.theme.clone(), caption })
    }
}

fn describe(command: Command) -> Command {
    let mut help = "KIND, and the endings of names that stand for it:\n".to_owned();
    for kind in export::ALL {
        let endings: Vec<_> = kind.extensions.iter().map(|extension| format!(".{extension}")).collect();
        let endings = if kind.is_folder() { "a folder".to_owned() } else { endings.join(", ") };
        help.push_str(&format!("  {:<8} {endings:<14} {}\n", kind.id, kind.about));
    }
    help.push_str("\nThe caption is printed when the file is complete. Ctrl+C cancels and leaves nothing behind.");
    Arguments::augment_args(command).after_help(help)
}

fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let arguments: Arguments = super::parsed(matches)?;
    let kind = kind(arguments.kind.as_deref(), &arguments.to)?;
    let picture = arguments.drawing.picture(arguments.scale, arguments.pane.clone(), arguments.caption)?;
    frames(arguments.frames, "--frames")?;
    let scene = arguments.given.scene()?;
    let caption = write(kind, scene, picture, arguments.frames, &arguments.given, &arguments.to)?;
    files::emit(None, &format!("{}\n", caption.text))
}

/// Checks a number of frames.
pub(super) fn frames(frames: usize, argument: &str) -> anyhow::Result<()> {
    if FRAMES.contains(&frames) {
        return Ok(());
    }
    let (least, most) = (FRAMES.start(), FRAMES.end());
    Err(failure::bad_arguments(format!("{argument} {frames} must be a whole number from {least} to {most}")))
}

fn kind(id: Option<&str>, to: &Path) -> anyhow::Result<&'static Kind> {
    if let Some(id) = id {
        let known = || export::ALL.iter().map(|kind| kind.id).collect::<Vec<_>>().join(", ");
        return Kind::find(id).ok_or_else(|| failure::bad_arguments(format!("--as {id} must be one of {}", known())));
    }
    let found = if to.extension().is_none() { Kind::find("frames") } else { Kind::of_path(to) };
    found.ok_or_else(|| {
        let known: Vec<_> = export::ALL.iter().flat_map(|kind| kind.extensions).map(|e| format!(".{e}")).collect();
        let hint = if cfg!(feature = "gui") { "" } else { "; this build cannot draw" };
        failure::bad_arguments(format!("the name {} must end in one of {}{hint}", to.display(), known.join(", ")))
    })
}

/// Writes one file with a progress bar, and returns the scene's caption. Ctrl+C cancels.
pub(super) fn write(
    kind: &Kind,
    scene: LoadedScene,
    picture: Picture,
    frames: usize,
    given: &Given,
    to: &Path,
) -> anyhow::Result<Caption> {
    let caption = Caption::of(&scene)?;
    let engine = select_steadfast(given.engine()?)?.engine;
    let request = Request { scene, engine, picture, frames };
    interrupt::watch();
    let progress = Progress::new(kind.id);
    let result = kind.export(&request, to, &|fraction| {
        progress.set(fraction);
        !interrupt::interrupted()
    });
    drop(progress);
    match result {
        Ok(()) => Ok(caption),
        Err(error) if error.is::<Stopped>() => Err(anyhow::anyhow!("cancelled; nothing was written")),
        Err(error) => Err(given.blame(error)),
    }
}
