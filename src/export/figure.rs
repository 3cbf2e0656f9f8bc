//! Figures: PNG, SVG, JPEG.

use std::fs;
use std::io::{BufWriter, Cursor, Write};

use anyhow::Context;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, RgbaImage};

use super::drawing::Drawing;
use super::{Caption, Job, Kind, Request, Subject, png_file, svg};
use crate::labs::Stopped;

pub(super) static PNG: Kind = Kind {
    id: "png",
    name: "Figure (PNG)",
    about: "The figure in pixels, with its caption in the file",
    subject: Subject::Figure,
    extensions: &["png"],
    write: |job| {
        let bytes = drawn(job.request, &|| (job.go_on)(0.0), |drawing, caption| {
            encode(&drawing.picture()?, "png", Some(caption), job.request.picture.scale)
        })?;
        write(job, &bytes)
    },
};

pub(super) static SVG: Kind = Kind {
    id: "svg",
    name: "Figure (SVG)",
    about: "The figure in lines and text that can be scaled and edited, with its caption in the file",
    subject: Subject::Figure,
    extensions: &["svg"],
    write: |job| {
        let text =
            drawn(job.request, &|| (job.go_on)(0.0), |drawing, caption| svg::document(drawing.stage(), caption))?;
        write(job, text.as_bytes())
    },
};

pub(super) static JPEG: Kind = Kind {
    id: "jpeg",
    name: "Figure (JPEG)",
    about: "The figure in pixels, small, without its caption",
    subject: Subject::Figure,
    extensions: &["jpg", "jpeg"],
    write: |job| {
        let bytes = drawn(job.request, &|| (job.go_on)(0.0), |drawing, _| {
            encode(&drawing.picture()?, "jpg", None, job.request.picture.scale)
        })?;
        write(job, &bytes)
    },
};

fn write(job: &Job<'_>, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(job.target.path(), bytes).with_context(|| job.target.trouble())
}

/// Opens the lab of `request`, draws it, and hands the drawing to `take` once all of it has been computed.
pub(super) fn drawn<T>(
    request: &Request,
    go_on: &dyn Fn() -> bool,
    take: impl FnOnce(&mut Drawing<'_>, &Caption) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let scene = &request.scene;
    let caption = Caption::of(scene)?;
    let mut view = (scene.lab.open)(&scene.scene, request.engine.clone())?;
    let mut drawing = Drawing::new(view.as_mut(), &request.picture, &caption)?;
    drawing.settle(go_on)?;
    if !go_on() {
        return Err(Stopped.into());
    }
    take(&mut drawing, &caption)
}

/// The figure as pixels, for the clipboard.
///
/// # Errors
/// As [`Kind::export`].
pub fn picture(request: &Request, go_on: &dyn Fn(f64) -> bool) -> anyhow::Result<RgbaImage> {
    request.check(&PNG)?;
    drawn(request, &|| go_on(0.0), |drawing, _| Ok(drawing.picture()?))
}

/// The bytes of a PNG or JPEG file, by the ending of its name. A PNG file holds the caption, if there is one; `scale` are
/// the pixels for a point.
///
/// # Errors
/// The format cannot hold the picture.
pub fn encode(picture: &RgbaImage, extension: &str, caption: Option<&Caption>, scale: f32) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    // Neither needs transparency here, and JPEG has none.
    if PNG.extensions.contains(&extension) {
        let mut file = BufWriter::new(&mut bytes);
        png_file::write(&mut file, picture, caption, scale)?;
        file.flush()?;
        drop(file);
    } else {
        DynamicImage::from(picture.clone())
            .into_rgb8()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 92))?;
    }
    Ok(bytes.into_inner())
}
