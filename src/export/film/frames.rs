//! Numbered PNG files.

use std::fs::{self, File};
use std::io::{BufWriter, Write};

use anyhow::Context;
use image::RgbaImage;

use super::{Film, Reel};
use crate::export::{Caption, Job, png_file};

/// Name of the file that holds the caption.
const CAPTION: &str = "caption.txt";

struct Frames<'a> {
    next: usize,
    caption: Caption,
    job: &'a Job<'a>,
}

pub(super) fn begin<'a>(job: &'a Job<'_>, film: &Film<'_>) -> anyhow::Result<Box<dyn Reel + 'a>> {
    let text = format!("{}\n", film.caption.text);
    fs::write(job.target.path().join(CAPTION), text).with_context(|| job.target.trouble())?;
    Ok(Box::new(Frames { next: 0, caption: film.caption.clone(), job }))
}

impl Reel for Frames<'_> {
    fn frame(&mut self, picture: &RgbaImage) -> anyhow::Result<()> {
        // As many digits as the longest film needs, so that names sort.
        let path = self.job.target.path().join(format!("frame_{:04}.png", self.next));
        self.next += 1;
        let write = || -> anyhow::Result<()> {
            let mut file = BufWriter::new(File::create(path)?);
            png_file::write(&mut file, picture, Some(&self.caption), self.job.request.picture.scale)?;
            Ok(file.flush()?)
        };
        write().with_context(|| self.job.target.trouble())
    }

    fn finish(self: Box<Self>) -> anyhow::Result<()> {
        Ok(())
    }
}
