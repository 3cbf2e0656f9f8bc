//! Files that are never half written.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::faults;

/// Puts `bytes` in the place of `path`: written to a temporary file in the same folder, synced, renamed, folder synced.
/// Whatever happens, `path` holds either the old bytes or the new ones. A temporary file that a program which was killed
/// left behind there is tidied up.
///
/// # Errors
/// The file system's; the old file is then untouched.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    refuse_read_only(path)?;
    // Two threads may be at the same file.
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let temporary = beside(path, &format!(".{}-{number}.tmp", std::process::id()));
    let write = || -> io::Result<()> {
        let mut file = File::create(&temporary)?;
        // Held as long as the file is in use: whoever finds it unlocked may throw it away. Not every file system can.
        drop(file.try_lock());
        let (first, rest) = bytes.split_at(bytes.len() / 2);
        file.write_all(first)?;
        faults::check(&faults::WRITE)?;
        file.write_all(rest)?;
        put_in_place(&temporary, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&temporary)))?;
    tidy(path);
    Ok(())
}

/// Gives the finished file or folder `temporary` the name `path`, on the same disk, so that it lasts through a power cut.
///
/// # Errors
/// The file system's; what had the name is then untouched.
pub fn put_in_place(temporary: &Path, path: &Path) -> io::Result<()> {
    if temporary.is_file() {
        File::open(temporary)?.sync_all()?;
    }
    faults::check(&faults::RENAME)?;
    fs::rename(temporary, path)?;
    sync_folder(path);
    Ok(())
}

/// Whoever took the right to write a file away means it, though its folder would let the file be replaced.
///
/// # Errors
/// The file is there and marked read-only.
pub fn refuse_read_only(path: &Path) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|present| present.is_file() && present.permissions().readonly()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is marked read-only"));
    }
    Ok(())
}

/// `path` with `suffix` appended to its file name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a rename last through a power cut. Folders cannot be opened everywhere; there the system does this itself.
fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(folder_of(path))
        && let Err(error) = folder.sync_all()
    {
        tracing::debug!("the folder of {} was not synced: {error}", path.display());
    }
}

/// Removes temporary files of `path` that nobody writes any more.
fn tidy(path: &Path) {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return };
    let is_ours = |file: &str| {
        let number = file.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(".tmp"));
        number.is_some_and(|number| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        })
    };
    let Ok(entries) = fs::read_dir(folder_of(path)) else { return };
    for file in entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_ours)) {
        // Two programs may save the same file at once.
        let abandoned = File::open(file.path()).is_ok_and(|file| file.try_lock().is_ok());
        if abandoned && let Err(error) = fs::remove_file(file.path()) {
            tracing::debug!("{} stays: {error}", file.path().display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("a.json");
        assert!(replace(&path, b"new").is_err());
        assert!(!path.exists());
    }

    #[test]
    fn a_file_marked_read_only_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "old").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let error = replace(&path, b"new").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_program_left_is_tidied_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let names = ["a.json.1-0.tmp", "a.json.2-7.tmp", "a.json.x.tmp", "b.json.3.tmp", "a.json.tmp"];
        for name in names {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let in_use = File::open(folder.path().join("a.json.2-7.tmp")).unwrap();
        in_use.lock().unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let left = names.map(|name| folder.path().join(name).exists());
        assert_eq!(left, [false, true, true, true, true], "only the file nobody uses");
    }
}
