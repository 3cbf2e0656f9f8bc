//! Animated PNG.

use std::fs::File;
use std::io::BufWriter;

use anyhow::Context;
use image::RgbaImage;

use super::{Film, Reel};
use crate::export::{Job, RATE, png_file};

struct Apng<'a> {
    writer: png::Writer<BufWriter<File>>,
    job: &'a Job<'a>,
}

pub(super) fn begin<'a>(job: &'a Job<'_>, film: &Film<'_>) -> anyhow::Result<Box<dyn Reel + 'a>> {
    let start = || -> anyhow::Result<_> {
        let file = BufWriter::new(File::create(job.target.path())?);
        let scale = job.request.picture.scale;
        let mut encoder = png_file::encoder(file, film.size, Some(film.caption), scale)?;
        encoder.set_animated(film.frames as u32, 0)?;
        encoder.set_frame_delay(1, RATE)?;
        Ok(encoder.write_header()?)
    };
    Ok(Box::new(Apng { writer: start().with_context(|| job.target.trouble())?, job }))
}

impl Reel for Apng<'_> {
    fn frame(&mut self, picture: &RgbaImage) -> anyhow::Result<()> {
        self.writer.write_image_data(&png_file::opaque(picture)).with_context(|| self.job.target.trouble())
    }

    fn finish(self: Box<Self>) -> anyhow::Result<()> {
        self.writer.finish().with_context(|| self.job.target.trouble())
    }
}
