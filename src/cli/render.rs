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
struct Arguments {
    /// Scene file, '-', or 'gallery:ID'
    scene: String,
    /// Picture to write, .png or .jpg; with --animate .png (APNG) or .gif
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
    /// As many moments of the run, from its first to its last, as an animation; 2 to 1000
    #[arg(long, value_name = "FRAMES", num_args = 0..=1, default_missing_value = "60", conflicts_with = "window")]
    animate: Option<usize>,
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

    use super::{Arguments, animation};
    use crate::app::{App, Options, offscreen};
    use crate::cli::{engine_choice, failure, files, overrides};
    use crate::engine::select::select_steadfast;
    use crate::labs::scene_file::{self, LoadedScene};
    use crate::ui::theme::ThemeChoice;

    /// Longest wait for a picture to be complete.
    pub(super) const PATIENCE_SECS: f64 = 300.0;
    /// Longest side of a picture, in points.
    const MAX_SIDE: u32 = 8192;

    pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
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
        if let Some(frames) = arguments.animate {
            return animation::write(arguments, frames, &loaded, size, theme);
        }
        let format = format(arguments)?;
        let picture = if arguments.window {
            window(arguments, loaded, size, theme)?
        } else {
            let selected = select_steadfast(engine_choice(&arguments.engine)?)?;
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

#[cfg(feature = "gui")]
mod animation {
    use image::RgbaImage;

    use super::Arguments;
    use super::drawing::PATIENCE_SECS;
    use crate::app::offscreen;
    use crate::cli::{engine_choice, failure, files};
    use crate::engine::select::select_steadfast;
    use crate::labs::scene_file::LoadedScene;
    use crate::ui::theme::ThemeChoice;

    /// Frames per second.
    const RATE: u16 = 20;
    /// Pixels of a whole animation: they are kept until all are there.
    const MAX_PIXELS: u64 = 1 << 30;

    /// Draws the run of a scene and writes it as APNG or GIF, by the output's name.
    pub(super) fn write(
        arguments: &Arguments,
        frames: usize,
        loaded: &LoadedScene,
        size: [u32; 2],
        theme: ThemeChoice,
    ) -> anyhow::Result<()> {
        let name = arguments.output.display();
        let encode: fn(&[RgbaImage]) -> anyhow::Result<Vec<u8>> =
            match arguments.output.extension().and_then(std::ffi::OsStr::to_str) {
                Some("png" | "apng") => apng,
                Some("gif") => gif,
                _ => {
                    let words = format!("the animation's name {name} must end in .png, .apng or .gif");
                    return Err(failure::bad_arguments(words));
                }
            };
        if !(2..=1000).contains(&frames) {
            return Err(failure::bad_arguments(format!("--animate {frames} must be a whole number from 2 to 1000")));
        }
        if frames as u64 * u64::from(size[0]) * u64::from(size[1]) > MAX_PIXELS {
            let words = format!("{frames} frames of {} × {} are too many pixels: ask for fewer", size[0], size[1]);
            return Err(failure::bad_arguments(words));
        }
        let selected = select_steadfast(engine_choice(&arguments.engine)?)?;
        let mut view =
            (loaded.lab.open)(&loaded.scene, selected.engine).map_err(|fault| fault.in_file(&arguments.scene))?;
        let mut pictures = Vec::new();
        offscreen::animation(view.as_mut(), size, theme, frames, PATIENCE_SECS, |_, picture| {
            pictures.push(picture);
            anyhow::Ok(())
        })?;
        files::replace(&arguments.output, &encode(&pictures)?)
    }

    fn apng(pictures: &[RgbaImage]) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let Some(first) = pictures.first() else { return Ok(bytes) };
        let mut encoder = png::Encoder::new(&mut bytes, first.width(), first.height());
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_animated(pictures.len() as u32, 0)?;
        encoder.set_frame_delay(1, RATE)?;
        let mut writer = encoder.write_header()?;
        for picture in pictures {
            writer.write_image_data(picture)?;
        }
        writer.finish()?;
        Ok(bytes)
    }

    fn gif(pictures: &[RgbaImage]) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let Some(first) = pictures.first() else { return Ok(bytes) };
        let [width, height] = [first.width(), first.height()].map(|side| u16::try_from(side).unwrap_or(u16::MAX));
        let mut encoder = gif::Encoder::new(&mut bytes, width, height, &[])?;
        encoder.set_repeat(gif::Repeat::Infinite)?;
        for picture in pictures {
            let mut pixels = picture.as_raw().clone();
            let mut frame = gif::Frame::from_rgba_speed(width, height, &mut pixels, 10);
            // In hundredths of a second.
            frame.delay = 100 / RATE;
            encoder.write_frame(&frame)?;
        }
        drop(encoder);
        Ok(bytes)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn animations_hold_every_frame() {
            let picture = |shade: u8| RgbaImage::from_pixel(6, 4, image::Rgba([shade, 40, 60, 255]));
            let pictures = [picture(0), picture(120), picture(240)];
            let bytes = apng(&pictures).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
            assert_eq!(reader.info().animation_control().unwrap().num_frames, 3);
            let mut frame = vec![0; reader.output_buffer_size().unwrap()];
            for expected in &pictures {
                reader.next_frame(&mut frame).unwrap();
                assert_eq!(&frame, expected.as_raw());
            }
            let mut decoder =
                gif::DecodeOptions::new().read_info(std::io::Cursor::new(gif(&pictures).unwrap())).unwrap();
            let mut frames = 0;
            while decoder.read_next_frame().unwrap().is_some() {
                frames += 1;
            }
            assert_eq!(frames, 3);
        }
    }
}
