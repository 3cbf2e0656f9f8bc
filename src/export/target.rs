//! The place that an export is written to before it takes its name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};

use crate::{disk, faults};

/// A file or folder beside the one that is wanted, and a folder for whatever else the work needs. Both are gone when this
/// is dropped; [`Target::keep`] gives the first its name.
pub(crate) struct Target {
    wanted: PathBuf,
    temporary: PathBuf,
    workshop: PathBuf,
    is_folder: bool,
}

impl Target {
    /// Makes a place beside `wanted`, so that the two are on one disk.
    ///
    /// # Errors
    /// The folder does not exist or cannot be written to; `wanted` is marked read-only or a folder that holds something.
    pub fn beside(wanted: &Path, is_folder: bool) -> anyhow::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let Some(name) = wanted.file_name() else { bail!("{} is no name for a file", wanted.display()) };
        if !is_folder && wanted.is_dir() {
            bail!("{} is a folder: choose another name", wanted.display());
        }
        if is_folder && wanted.exists() && !is_empty_folder(wanted) {
            bail!("{} holds something already: choose a new or an empty folder", wanted.display());
        }
        disk::refuse_read_only(wanted).with_context(|| format!("cannot write {}", wanted.display()))?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let place = |end: &str| {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(format!(".{}-{number}.{end}", std::process::id()));
            wanted.with_file_name(hidden)
        };
        let target = Self { wanted: wanted.to_owned(), temporary: place("part"), workshop: place("work"), is_folder };
        let made = if is_folder {
            fs::create_dir(&target.temporary)
        } else {
            fs::File::create_new(&target.temporary).map(drop)
        };
        made.with_context(|| format!("cannot write {}", wanted.display()))?;
        Ok(target)
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.temporary
    }

    /// A folder for files that are gone afterwards.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn workshop(&self) -> anyhow::Result<&Path> {
        fs::create_dir_all(&self.workshop).with_context(|| self.trouble())?;
        Ok(&self.workshop)
    }

    /// What is said of a failure to write.
    pub fn trouble(&self) -> String {
        format!("cannot write {}", self.wanted.display())
    }

    /// Puts what was written in the place of the target.
    ///
    /// # Errors
    /// The file system's.
    pub fn keep(self) -> anyhow::Result<()> {
        let place = || -> io::Result<()> {
            faults::check(&faults::WRITE)?;
            if self.is_folder && self.wanted.exists() {
                fs::remove_dir(&self.wanted)?;
            }
            disk::put_in_place(&self.temporary, &self.wanted)
        };
        place().with_context(|| self.trouble())
    }
}

fn is_empty_folder(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

impl Drop for Target {
    fn drop(&mut self) {
        let remove = |path: &Path| if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        for path in [&self.temporary, &self.workshop] {
            if let Err(error) = remove(path)
                && error.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!("{} could not be removed: {error}", path.display());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_is_left_of_what_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("a.png");
        fs::write(&wanted, "old").unwrap();
        let target = Target::beside(&wanted, false).unwrap();
        fs::write(target.path(), "half").unwrap();
        fs::write(target.workshop().unwrap().join("scrap"), "scrap").unwrap();
        assert_eq!(names(folder.path()).len(), 3);
        drop(target);
        assert_eq!(names(folder.path()), ["a.png"]);
        assert_eq!(fs::read_to_string(&wanted).unwrap(), "old");
    }

    #[test]
    fn what_is_kept_takes_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("a.png");
        fs::write(&wanted, "old").unwrap();
        let target = Target::beside(&wanted, false).unwrap();
        fs::write(target.path(), "new").unwrap();
        target.workshop().unwrap();
        target.keep().unwrap();
        assert_eq!(names(folder.path()), ["a.png"]);
        assert_eq!(fs::read_to_string(&wanted).unwrap(), "new");

        let frames = folder.path().join("frames");
        fs::create_dir(&frames).unwrap();
        let target = Target::beside(&frames, true).unwrap();
        fs::write(target.path().join("1.png"), "one").unwrap();
        target.keep().unwrap();
        assert_eq!(names(&frames), ["1.png"]);
        let error = Target::beside(&frames, true).err().unwrap();
        assert!(error.to_string().contains("holds something"), "{error}");
        assert_eq!(names(folder.path()), ["a.png", "frames"]);
    }

    #[test]
    fn a_place_that_takes_no_file_is_told_of_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let locked = folder.path().join("locked.png");
        fs::write(&locked, "old").unwrap();
        let mut permissions = fs::metadata(&locked).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&locked, permissions).unwrap();
        for wanted in [folder.path().join("missing").join("a.png"), folder.path().to_owned(), locked] {
            let error = Target::beside(&wanted, false).err().unwrap();
            assert!(format!("{error:#}").contains(&wanted.display().to_string()), "{error:#}");
        }
        assert_eq!(names(folder.path()), ["locked.png"]);
    }
}
