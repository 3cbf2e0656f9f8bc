//! Files that lie beside a scene file.

use std::path::{Component, Path, PathBuf};

/// The path of `file`, which must lie in `folder` or below, links followed.
///
/// # Errors
/// It lies elsewhere, or there is none.
pub(super) fn beside(folder: &Path, file: &str) -> Result<PathBuf, String> {
    let outside = || "must lie in the scene's folder or below".to_owned();
    if !Path::new(file).components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(outside());
    }
    let found = |path: &Path| path.canonicalize().map_err(|error| format!("cannot be read: {error}"));
    let (folder, path) = (found(folder)?, found(&folder.join(file))?);
    if path.starts_with(&folder) { Ok(path) } else { Err(outside()) }
}
