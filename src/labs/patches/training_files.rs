//! Training images from files: those that a scene file names, and those that the user picks.
//!
//! A scene file may name files and folders beside it; when the scene is loaded, the images cut from them become part of
//! the scene, which then stands on its own.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::beside::beside;
use super::image_files::{self, Crop};
use super::scene::GivenFiles;
use super::training;
use crate::labs::scene_file::SceneError;

/// Files read at once.
const MOST_FILES: usize = 10_000;
/// Largest file, in bytes.
const MOST_BYTES: u64 = 256 << 20;
/// Bytes that the images of a scene's files take at most: 60,000 images of 28 × 28 and 8 bits fit.
const MOST_KEPT: usize = 48_000_000;
/// Longest list of files left out that is told, in characters.
const LONGEST_REMARK: usize = 240;

/// A file's name and its bytes, or why it could not be read.
pub type Delivery = Result<(String, Vec<u8>), String>;

/// Files, and the files of folders, in the order of their names; and what is wrong with folders.
fn listed(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<String>) {
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        match std::fs::read_dir(path) {
            Ok(entries) => files.extend(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file())),
            Err(error) => faults.push(format!("{} cannot be read: {error}", path.display())),
        }
    }
    files.sort();
    if files.len() > MOST_FILES {
        faults.push(format!("Only the first {MOST_FILES} of {} files are read", files.len()));
        files.truncate(MOST_FILES);
    }
    (files, faults)
}

/// Reads files and the files of folders, in the order of their names.
pub fn read_all(paths: &[PathBuf]) -> Vec<Delivery> {
    let (files, faults) = listed(paths);
    faults.into_iter().map(Err).chain(files.iter().map(|path| read_one(path))).collect()
}

fn read_one(path: &Path) -> Delivery {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let unreadable = |error: std::io::Error| format!("{name} cannot be read: {error}");
    let kind = std::fs::metadata(path).map_err(unreadable)?;
    if !kind.is_file() {
        // A pipe may never end, and a device never does.
        return Err(format!("{name} is no file"));
    }
    if kind.len() > MOST_BYTES {
        return Err(format!("{name} has {} MiB, but at most {} are read", kind.len() >> 20, MOST_BYTES >> 20));
    }
    let mut bytes = Vec::new();
    // The file may grow while it is read.
    File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes)).map_err(unreadable)?;
    Ok((name, bytes))
}

/// Puts the images of the files that the scene names into the scene; `folder` is the scene's own, which no path may leave.
///
/// # Errors
/// A named file holds no images, a folder holds none at all, or there are too many.
pub(super) fn inline(scene: &mut Value, folder: &Path) -> Result<(), SceneError> {
    let Some(training) = scene.get_mut("training").and_then(Value::as_object_mut) else { return Ok(()) };
    let Some(given) = training.get("files").filter(|files| !files.is_null()) else { return Ok(()) };
    let fault = |message: String| SceneError::new("training.files", message);
    if training.get("images").is_some_and(|images| !images.is_null()) {
        return Err(fault("the scene holds images already: give either files or images".to_owned()));
    }
    let given: GivenFiles = serde_json::from_value(given.clone()).map_err(|error| fault(error.to_string()))?;
    check(&given)?;
    let images = collected(&given, folder).map_err(fault)?;
    training.insert("images".to_owned(), json!(images));
    training.remove("files");
    Ok(())
}

/// Checks the numbers and the length of what a scene says of its files.
///
/// # Errors
/// The field at fault.
pub(super) fn check(given: &GivenFiles) -> Result<(), SceneError> {
    use crate::core::image_set::MAX_SIDE;
    use crate::labs::scene_file::checks;
    if given.paths.is_empty() {
        return Err(SceneError::new("training.files.paths", "names no file"));
    }
    checks::length("training.files.paths", given.paths.len(), MOST_FILES)?;
    checks::number("training.files.zoom", given.zoom, 0.05..=1.0)?;
    checks::numbers("training.files.at", &given.at, 0.0..=1.0)?;
    given.side.map_or(Ok(()), |side| checks::count("training.files.side", side, 1..=MAX_SIDE))
}

fn collected(given: &GivenFiles, folder: &Path) -> Result<super::scene::GivenImages, String> {
    let mut loaded = Vec::new();
    let mut left_out = Vec::new();
    for named in &given.paths {
        let path = beside(folder, named).map_err(|fault| format!("{named}: {fault}"))?;
        let whole_folder = path.is_dir();
        let (files, faults) = listed(&[path]);
        left_out.extend(faults);
        for file in files {
            let held: usize = loaded.iter().map(|picture: &image_files::Loaded| picture.values.len()).sum();
            let room = image_files::MOST_VALUES.saturating_sub(held);
            let pictures = read_one(&file).and_then(|(name, bytes)| image_files::pictures(&name, &bytes, room));
            match pictures {
                Ok((pictures, _)) => loaded.extend(pictures),
                // Whoever names a file means it; a folder may hold other things too.
                Err(fault) if whole_folder => left_out.push(fault),
                Err(fault) => return Err(fault),
            }
        }
    }
    let Some(first) = loaded.first() else {
        return Err(format!("there are no images in {}{}", given.paths.join(", "), remark(&left_out)));
    };
    let side = given.side.unwrap_or_else(|| image_files::suitable_side(first));
    let crop = Crop { side, zoom: given.zoom, at: given.at, grey: given.grey };
    let images = crop.cut(&loaded, MOST_KEPT)?;
    drop(loaded);
    left_out.iter().for_each(|fault| tracing::warn!("left out of the training images: {fault}"));
    let mut name: String = given.paths.join(", ").chars().take(100).collect();
    name.push_str(&remark(&left_out));
    Ok(training::encode(&name, &images))
}

/// What was left out, in a few words.
fn remark(left_out: &[String]) -> String {
    if left_out.is_empty() {
        return String::new();
    }
    let all = left_out.join("; ");
    let told: String = all.chars().take(LONGEST_REMARK).collect();
    let more = if told.len() < all.len() { " …" } else { "" };
    format!(" ({} left out: {told}{more})", left_out.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.png", "a.txt", "c.npy"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let read = read_all(&[folder.path().to_owned(), folder.path().join("none.png")]);
        let names: Vec<String> = read.iter().flatten().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, ["a.txt", "b.png", "c.npy"]);
        assert!(read.iter().any(|delivery| matches!(delivery, Err(fault) if fault.starts_with("none.png"))));
    }
}
