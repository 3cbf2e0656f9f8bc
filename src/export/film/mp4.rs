//! MP4, by ffmpeg, which is handed raw frames.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context, bail};
use image::RgbaImage;

use super::{Film, Reel};
use crate::export::{Job, RATE};

const PROGRAM: &str = "ffmpeg";

/// A running ffmpeg; it is ended when this is dropped.
struct Mp4 {
    child: Child,
    /// Collects what ffmpeg complains about, so that it never waits for a reader.
    complaints: Option<JoinHandle<String>>,
}

pub(super) fn begin<'a>(job: &'a Job<'_>, film: &Film<'_>) -> anyhow::Result<Box<dyn Reel + 'a>> {
    let [width, height] = film.size;
    let mut output = std::ffi::OsString::from("file:");
    output.push(job.target.path());
    let spawned = Command::new(PROGRAM)
        .args(["-nostdin", "-loglevel", "error", "-y"])
        .args(["-f", "rawvideo", "-pix_fmt", "rgba", "-s", &format!("{width}x{height}")])
        .args(["-r", &RATE.to_string(), "-i", "pipe:0", "-an"])
        // Players want even sides and this way of storing colours.
        .args(["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-movflags", "+faststart"])
        .args(["-metadata", &format!("title={}", film.caption.title)])
        .args(["-metadata", &format!("comment={}", film.caption.text)])
        .args(["-f", "mp4"])
        .arg(output)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match spawned {
        Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
            "{PROGRAM}, which makes MP4 files, is not on the PATH: install it, or choose APNG, GIF or numbered PNG files"
        ),
        other => other.with_context(|| format!("{PROGRAM} cannot be started"))?,
    };
    let complaints = child.stderr.take().map(|stderr| std::thread::spawn(move || read(stderr)));
    Ok(Box::new(Mp4 { child, complaints }))
}

fn read(mut stderr: ChildStderr) -> String {
    let mut bytes = Vec::new();
    // What was read before a fault is all there is to tell.
    let _ = stderr.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Mp4 {
    /// Waits for ffmpeg to end, and says why it did not do its work.
    fn end(&mut self) -> anyhow::Result<()> {
        drop(self.child.stdin.take());
        let status = self.child.wait().with_context(|| format!("{PROGRAM} cannot be waited for"))?;
        if status.success() {
            return Ok(());
        }
        let said = self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it does not say why");
        bail!("{PROGRAM} could not make the video: {last}")
    }
}

impl Reel for Mp4 {
    fn frame(&mut self, picture: &RgbaImage) -> anyhow::Result<()> {
        let written = self.child.stdin.as_mut().map_or(Ok(()), |stdin| stdin.write_all(picture.as_raw()));
        match written {
            Ok(()) => Ok(()),
            // It ended before its time: it knows why.
            Err(error) => {
                self.end().and(Err::<(), _>(error).with_context(|| format!("{PROGRAM} takes no more frames")))
            }
        }
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        self.end()
    }
}

impl Drop for Mp4 {
    fn drop(&mut self) {
        // After a good end there is nothing to kill, and killing fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
