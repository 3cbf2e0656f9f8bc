//! Scene files that are never lost.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::disk::{beside, replace};
use crate::labs::scene_file::{self, MAX_BYTES};

/// Saves a scene. The file that was there stays as `NAME.bak`; one that is no readable scene stays as `NAME.unreadable`,
/// whose path is then returned.
///
/// # Errors
/// The file system's; the old file is then untouched.
pub fn save_scene(path: &Path, text: &str) -> io::Result<Option<PathBuf>> {
    let mut kept = None;
    match read_limited(path) {
        Ok(old) if scene_file::parse("", &old).is_ok() => replace(&beside(path, ".bak"), &old)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Ok(_) | Err(_) => {
            let other = free_name(path, ".unreadable");
            fs::copy(path, &other).inspect_err(|_| drop(fs::remove_file(&other)))?;
            kept = Some(other);
        }
    }
    replace(path, text.as_bytes())?;
    Ok(kept)
}

/// Reads a file of at most [`MAX_BYTES`].
///
/// # Errors
/// The file system's, or the file is larger.
pub fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let too_large = |mib: u64| {
        let message = format!("it has {mib} MiB, but at most {} are read", MAX_BYTES >> 20);
        io::Error::new(io::ErrorKind::FileTooLarge, message)
    };
    let size = file.metadata()?.len();
    if size > MAX_BYTES {
        return Err(too_large(size >> 20));
    }
    let mut bytes = Vec::new();
    // The file may grow while it is read.
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES { Err(too_large((bytes.len() as u64) >> 20)) } else { Ok(bytes) }
}

fn free_name(path: &Path, suffix: &str) -> PathBuf {
    let first = beside(path, suffix);
    let numbered = (2..).map(|n| beside(path, &format!("{suffix}-{n}")));
    std::iter::once(first).chain(numbered).find(|path| !path.exists()).unwrap_or_else(|| beside(path, suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENE: &str = r#"{"lab": "score_field", "version": 1}"#;

    #[test]
    fn saving_keeps_the_file_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        assert_eq!(save_scene(&path, SCENE).unwrap(), None);
        let second = SCENE.replace('}', r#", "title": "two"}"#);
        assert_eq!(save_scene(&path, &second).unwrap(), None);
        assert_eq!(fs::read_to_string(&path).unwrap(), second);
        assert_eq!(fs::read_to_string(folder.path().join("a.json.bak")).unwrap(), SCENE);
        let names = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 2, "no temporary file is left");
    }

    #[test]
    fn an_unreadable_file_is_kept_under_another_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        for (n, name) in ["a.json.unreadable", "a.json.unreadable-2"].into_iter().enumerate() {
            let notes = format!("my notes {n}");
            fs::write(&path, &notes).unwrap();
            assert_eq!(save_scene(&path, SCENE).unwrap(), Some(folder.path().join(name)));
            assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), notes);
        }
    }
}
