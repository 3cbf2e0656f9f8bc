//! `render`: draws a scene's figure, or the whole window, without a display.

use std::path::PathBuf;

use clap::{ArgMatches, Args};

use super::Subcommand;

pub(super) static SUBCOMMAND: Subcommand = Subcommand {
    name: "render",
    about: "Draw a scene into a picture, without a display",
    describe: Arguments::augment_args,
    run,
};

#[derive(Args)]
#[cfg_attr(not(feature = "gui"), expect(dead_code, reason = "read only where there is something to draw with"))]
struct Arguments {
    /// Scene file, '-', or 'gallery:ID'
    scene: String,
    /// Picture to write, .png or .jpg
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// A field of the scene in place of the file's, as in 'time=0.2' or 'layers.heat.quantity=density'
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// Width and height in points
    #[arg(long, value_name = "WxH", default_value = "960x720")]
    size: String,
    /// Pixels per point, from 0.5 to 4
    #[arg(long, default_value_t = 1.0)]
    scale: f32,
    /// light, dark or high_contrast
    #[arg(long, default_value = "dark")]
    theme: String,
    /// The whole window instead of the figure alone
    #[arg(long)]
    window: bool,
    /// Who computes: auto, cpu, gpu, or core (the theory in double precision, slow)
    #[arg(long, default_value = "auto")]
    engine: String,
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
    use std::io::Cursor;

    use anyhow::Context;
    use image::{DynamicImage, ImageFormat, RgbaImage};

    use super::Arguments;
    use crate::app::{App, Options, offscreen};
    use crate::cli::{engine_choice, failure, files, overrides};
    use crate::engine::select::select;
    use crate::labs::scene_file::{self, LoadedScene};
    use crate::ui::theme::ThemeChoice;

    /// Longest wait for a picture to be complete.
    const PATIENCE_SECS: f64 = 300.0;
    /// Longest side of a picture, in points.
    const MAX_SIDE: u32 = 8192;

    pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
        let format = format(arguments)?;
        let size = size(&arguments.size)?;
        let theme = ThemeChoice::find(&arguments.theme).ok_or_else(|| {
            let known: Vec<_> = ThemeChoice::ALL.iter().map(|theme| theme.id()).collect();
            let known = known.join(", ");
            failure::bad_arguments(format!("there is no theme \"{}\"; it must be one of {known}", arguments.theme))
        })?;
        if !(0.5..=4.0).contains(&arguments.scale) {
            return Err(failure::bad_arguments(format!("--scale {} must be a number from 0.5 to 4", arguments.scale)));
        }
        let loaded = overrides::apply(scene_file::load(&arguments.scene)?, &arguments.set)?;
        let picture = if arguments.window {
            window(arguments, loaded, size, theme)?
        } else {
            let selected = select(engine_choice(&arguments.engine)?)?;
            let mut view =
                (loaded.lab.open)(&loaded.scene, selected.engine).map_err(|fault| fault.in_file(&arguments.scene))?;
            offscreen::figure(view.as_mut(), size, arguments.scale, theme, PATIENCE_SECS)?
        };
        write(arguments, &picture, format)
    }

    fn window(
        arguments: &Arguments,
        loaded: LoadedScene,
        size: [u32; 2],
        theme: ThemeChoice,
    ) -> anyhow::Result<RgbaImage> {
        let engine = engine_choice(&arguments.engine)?;
        let options = Options { scene: Some(loaded), engine, theme: Some(theme), ..Options::default() };
        let ctx = egui::Context::default();
        let mut app = App::new(options, &ctx)?;
        Ok(offscreen::window(&mut app, &ctx, size, arguments.scale, PATIENCE_SECS)?)
    }

    fn format(arguments: &Arguments) -> anyhow::Result<ImageFormat> {
        let format = ImageFormat::from_path(&arguments.output).ok();
        format.filter(|format| matches!(format, ImageFormat::Png | ImageFormat::Jpeg)).ok_or_else(|| {
            let name = arguments.output.display();
            failure::bad_arguments(format!("the picture's name {name} must end in .png or .jpg"))
        })
    }

    fn size(text: &str) -> anyhow::Result<[u32; 2]> {
        let sides = text.split_once('x').and_then(|(width, height)| Some([width.parse().ok()?, height.parse().ok()?]));
        sides.filter(|sides: &[u32; 2]| sides.iter().all(|side| (16..=MAX_SIDE).contains(side))).ok_or_else(|| {
            failure::bad_arguments(format!(
                "--size {text} must be width x height, each a whole number from 16 to {MAX_SIDE}, as in 960x720"
            ))
        })
    }

    fn write(arguments: &Arguments, picture: &RgbaImage, format: ImageFormat) -> anyhow::Result<()> {
        let mut bytes = Cursor::new(Vec::new());
        // Neither format needs transparency here, and JPEG has none.
        let opaque = DynamicImage::from(picture.clone()).into_rgb8();
        opaque.write_to(&mut bytes, format).with_context(|| format!("cannot encode {}", arguments.output.display()))?;
        files::replace(&arguments.output, bytes.get_ref())
    }
}
