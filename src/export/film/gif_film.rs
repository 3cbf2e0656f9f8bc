//! GIF.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::Context;
use image::RgbaImage;

use super::{Film, Reel};
use crate::export::{BadRequest, Job, RATE};

/// Of the format: a text for people who read the file.
const COMMENT: u8 = 0xFE;

struct Gif<'a> {
    encoder: gif::Encoder<BufWriter<File>>,
    size: [u16; 2],
    job: &'a Job<'a>,
}

pub(super) fn begin<'a>(job: &'a Job<'_>, film: &Film<'_>) -> anyhow::Result<Box<dyn Reel + 'a>> {
    let [Ok(width), Ok(height)] = film.size.map(u16::try_from) else {
        let text = format!("a GIF has at most {} pixels each way: choose a smaller scale", u16::MAX);
        return Err(BadRequest(text).into());
    };
    let start = || -> anyhow::Result<_> {
        let file = BufWriter::new(File::create(job.target.path())?);
        let mut encoder = gif::Encoder::new(file, width, height, &[])?;
        encoder.set_repeat(gif::Repeat::Infinite)?;
        encoder.write_raw_extension(gif::AnyExtension(COMMENT), &[film.caption.text.as_bytes()])?;
        Ok(encoder)
    };
    let encoder = start().with_context(|| job.target.trouble())?;
    Ok(Box::new(Gif { encoder, size: [width, height], job }))
}

impl Reel for Gif<'_> {
    fn frame(&mut self, picture: &RgbaImage) -> anyhow::Result<()> {
        let mut pixels = picture.as_raw().clone();
        let mut frame = gif::Frame::from_rgba_speed(self.size[0], self.size[1], &mut pixels, 10);
        // In hundredths of a second.
        frame.delay = 100 / RATE;
        self.encoder.write_frame(&frame).with_context(|| self.job.target.trouble())
    }

    fn finish(self: Box<Self>) -> anyhow::Result<()> {
        let Self { encoder, job, .. } = *self;
        // The last byte is written now; only flushing tells whether the disk took it.
        let finish = || -> anyhow::Result<()> { Ok(encoder.into_inner()?.flush()?) };
        finish().with_context(|| job.target.trouble())
    }
}
