//! All arrays of a run as one npz file, NumPy's archive of arrays.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};

use anyhow::Context;
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::caption::SOFTWARE;
use super::data::Progress;
use super::{Job, Kind, Subject};
use crate::labs::Stopped;
use crate::labs::scene_file;

pub(super) static NPZ: Kind = Kind {
    id: "npz",
    name: "Data (npz)",
    about: "Every array behind the figure, for numpy.load, with the scene and its results as summary.json",
    subject: Subject::Data,
    extensions: &["npz"],
    write,
};

fn write(job: &Job<'_>) -> anyhow::Result<()> {
    let arrays = job.arrays()?;
    let trouble = || job.target.trouble();
    let mut zip = ZipWriter::new(BufWriter::new(File::create(job.target.path()).with_context(trouble)?));
    let summary = json!({
        "software": SOFTWARE,
        "caption": job.caption()?.text,
        "lab": job.request.scene.lab.info.id,
        "engine": job.request.engine.id(),
        "seed": job.request.scene.scene["seed"],
        "parameters": job.request.scene.scene,
        "results": arrays.report.results,
        "arrays": arrays.report.arrays,
    });
    let options = || SimpleFileOptions::default().large_file(true);
    zip.start_file("summary.json", options()).with_context(trouble)?;
    zip.write_all(scene_file::to_text(&summary).as_bytes()).with_context(trouble)?;
    let sizes: io::Result<Vec<u64>> =
        arrays.report.arrays.iter().map(|array| Ok(fs::metadata(arrays.path(array))?.len())).collect();
    let progress = RefCell::new(Progress::of(sizes.with_context(trouble)?.iter().sum()));
    for array in &arrays.report.arrays {
        let from = File::open(arrays.path(array)).with_context(trouble)?;
        zip.start_file(array.file.as_str(), options()).with_context(trouble)?;
        io::copy(&mut job.watched(from, &progress), &mut zip).map_err(|error| plain(error, &trouble()))?;
    }
    zip.finish().with_context(trouble)?.into_inner().map_err(|error| error.into_error()).with_context(trouble)?;
    Ok(())
}

/// A stop is a stop, not a fault of the file.
fn plain(error: io::Error, trouble: &str) -> anyhow::Error {
    let stopped = error.get_ref().is_some_and(|inner| inner.is::<Stopped>());
    if stopped { Stopped.into() } else { anyhow::Error::new(error).context(trouble.to_owned()) }
}
