//! `render`: draws a scene's figure, or the whole window, without a display. A shorthand for `export` with pictures.

use std::path::PathBuf;

use clap::{ArgMatches, Args};

use super::Subcommand;
use super::export::Drawing;
use super::given::Given;

pub(super) static SUBCOMMAND: Subcommand = Subcommand {
    name: "render",
    about: "Draw a scene into a picture, without a display",
    describe: Arguments::augment_args,
    run,
};

#[derive(Args)]
struct Arguments {
    #[command(flatten)]
    given: Given,
    /// Picture to write, .png or .jpg; with --animate .png (APNG) or .gif
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    drawing: Drawing,
    /// Pixels per point, from 0.5 to 4
    #[arg(long, default_value_t = 1.0)]
    scale: f32,
    /// The whole window instead of the figure alone
    #[arg(long)]
    window: bool,
    /// As many moments of the run, from its first to its last, as an animation; 2 to 1000
    #[arg(long, value_name = "FRAMES", num_args = 0..=1, default_missing_value = "60", conflicts_with = "window")]
    animate: Option<usize>,
}

#[cfg(not(feature = "gui"))]
fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let _: Arguments = super::parsed(matches)?;
    Err(super::failure::missing(
        "this build cannot draw: build it with default features, or compute with 'diffuscope run'",
    ))
}

#[cfg(feature = "gui")]
fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let arguments: Arguments = super::parsed(matches)?;
    drawing::run(&arguments)
}

#[cfg(feature = "gui")]
mod drawing {
    use super::Arguments;
    use crate::app::{App, Options, offscreen};
    use crate::cli::{export, failure, files};
    use crate::export::{self as exporting, Caption, Kind, Picture};
    use crate::labs::scene_file::LoadedScene;
    use crate::ui::theme::ThemeChoice;

    /// Longest wait for a picture to be complete.
    const PATIENCE_SECS: f64 = 300.0;
    /// Kinds of pictures and of animations, by the ending of the name.
    const PICTURES: [(&str, &str); 3] = [("png", "png"), ("jpg", "jpeg"), ("jpeg", "jpeg")];
    const ANIMATIONS: [(&str, &str); 3] = [("png", "apng"), ("apng", "apng"), ("gif", "gif")];

    pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
        let picture = arguments.drawing.picture(arguments.scale, None, false)?;
        let kind = kind(arguments)?;
        if let Some(frames) = arguments.animate {
            export::frames(frames, "--animate")?;
        }
        let scene = arguments.given.scene()?;
        if arguments.window {
            return window(arguments, &picture, scene);
        }
        let (frames, to) = (arguments.animate.unwrap_or(2), &arguments.output);
        export::write(kind, scene, picture, frames, &arguments.given, to).map(drop)
    }

    fn window(arguments: &Arguments, picture: &Picture, scene: LoadedScene) -> anyhow::Result<()> {
        let theme = ThemeChoice::find(&picture.theme)
            .ok_or_else(|| failure::bad_arguments(format!("there is no theme \"{}\"", picture.theme)))?;
        let engine = arguments.given.engine()?;
        let caption = Caption::of(&scene)?;
        let options = Options { scene: Some(scene), engine, theme: Some(theme), ..Options::default() };
        let ctx = egui::Context::default();
        let mut app = App::new(options, &ctx)?;
        let drawn = offscreen::window(&mut app, &ctx, picture.size, picture.scale, PATIENCE_SECS)?;
        let ending = ending(arguments).unwrap_or_default();
        files::replace(&arguments.output, &exporting::encode(&drawn, &ending, Some(&caption), picture.scale)?)
    }

    fn ending(arguments: &Arguments) -> Option<String> {
        Some(arguments.output.extension()?.to_str()?.to_lowercase())
    }

    fn kind(arguments: &Arguments) -> anyhow::Result<&'static Kind> {
        let animated = arguments.animate.is_some();
        let known = if animated { &ANIMATIONS } else { &PICTURES };
        let ending = ending(arguments).unwrap_or_default();
        let found = known.iter().find(|(known, _)| *known == ending).and_then(|(_, id)| Kind::find(id));
        found.ok_or_else(|| {
            let name = arguments.output.display();
            failure::bad_arguments(if animated {
                format!("the animation's name {name} must end in .png, .apng or .gif")
            } else {
                format!("the picture's name {name} must end in .png or .jpg")
            })
        })
    }
}
