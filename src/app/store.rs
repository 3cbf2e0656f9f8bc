//! Files that are never half written and never lost.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::labs::scene_file::{self, MAX_BYTES};

/// Puts `bytes` in the place of `path`: written to a temporary file in the same folder, synced, renamed, folder synced.
/// Whatever happens, `path` holds either the old bytes or the new ones.
///
/// # Errors
/// The file system's; the old file is then untouched.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = beside(path, &format!(".{}.tmp", std::process::id()));
    let write = || -> io::Result<()> {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&temporary)))?;
    sync_folder(path);
    Ok(())
}

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
            fs::copy(path, &other)?;
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

/// `path` with `suffix` appended to its file name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

fn free_name(path: &Path, suffix: &str) -> PathBuf {
    let first = beside(path, suffix);
    let numbered = (2..).map(|n| beside(path, &format!("{suffix}-{n}")));
    std::iter::once(first).chain(numbered).find(|path| !path.exists()).unwrap_or_else(|| beside(path, suffix))
}

/// Makes a rename last through a power cut. Folders cannot be opened everywhere; there the system does this itself.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder)
        && let Err(error) = folder.sync_all()
    {
        tracing::debug!("the folder of {} was not synced: {error}", path.display());
    }
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

    #[test]
    fn a_failed_save_leaves_the_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("a.json");
        assert!(save_scene(&path, SCENE).is_err());
        assert!(!path.exists());
    }
}
