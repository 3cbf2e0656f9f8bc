//! Runs: the figure at one moment after the other, as APNG, GIF, MP4 or numbered PNG files.
//!
//! Frames are written as they are drawn, so that a long run needs no more memory than a short one.

mod apng;
mod frames;
mod gif_film;
mod mp4;

use image::RgbaImage;

use super::{Caption, Job, Kind, Subject, figure};

pub(super) static APNG: Kind = Kind {
    id: "apng",
    name: "Run (APNG)",
    about: "The run as a film in all colours, which browsers show like a picture",
    subject: Subject::Run,
    extensions: &["apng"],
    write: |job| shoot(job, apng::begin),
};

pub(super) static GIF: Kind = Kind {
    id: "gif",
    name: "Run (GIF)",
    about: "The run as a film in 256 colours a frame, which everything shows",
    subject: Subject::Run,
    extensions: &["gif"],
    write: |job| shoot(job, gif_film::begin),
};

pub(super) static MP4: Kind = Kind {
    id: "mp4",
    name: "Run (MP4)",
    about: "The run as a video for slides; needs ffmpeg on the PATH",
    subject: Subject::Run,
    extensions: &["mp4"],
    write: |job| shoot(job, mp4::begin),
};

pub(super) static FRAMES: Kind = Kind {
    id: "frames",
    name: "Run (numbered PNG files)",
    about: "Every frame of the run as a PNG file in a folder",
    subject: Subject::Run,
    extensions: &[],
    write: |job| shoot(job, frames::begin),
};

/// What is known of a film before its first frame.
struct Film<'a> {
    frames: usize,
    /// Width and height in pixels.
    size: [u32; 2],
    caption: &'a Caption,
}

/// Takes the frames of a film, one after the other.
trait Reel {
    fn frame(&mut self, picture: &RgbaImage) -> anyhow::Result<()>;

    /// Completes the film.
    fn finish(self: Box<Self>) -> anyhow::Result<()>;
}

/// Starts a film in the job's target.
type Begin = for<'a> fn(&'a Job<'_>, &Film<'_>) -> anyhow::Result<Box<dyn Reel + 'a>>;

/// Draws the run from its first moment to its last. A lab without a run gives one frame.
fn shoot(job: &Job<'_>, begin: Begin) -> anyhow::Result<()> {
    let wanted = job.request.frames;
    // Before its setup is known a lab cannot tell how long its run is, so it is drawn once where it stands.
    figure::drawn(job.request, &|| (job.go_on)(0.0), |drawing, caption| {
        let mut reel: Option<Box<dyn Reel + '_>> = None;
        let mut frames = wanted;
        let mut frame = 0;
        while frame < frames {
            let moves = drawing.seek(frame as f64 / (wanted - 1) as f64);
            if !moves {
                frames = 1;
            }
            let done = frame as f64 / frames as f64;
            drawing.settle(&|| (job.go_on)(done))?;
            job.at(done)?;
            let picture = drawing.picture()?;
            if reel.is_none() {
                let size = [picture.width(), picture.height()];
                reel = Some(begin(job, &Film { frames, size, caption })?);
            }
            if let Some(reel) = &mut reel {
                reel.frame(&picture)?;
            }
            frame += 1;
        }
        reel.map_or(Ok(()), |reel| reel.finish())
    })
}
