//! Writing files so that a crash leaves either the old one or the new one.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

use crate::disk;

/// Writes `bytes` to a temporary file beside `path` and then puts it in its place.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    disk::replace(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Writes `text` to the file, or to standard output if there is none.
pub(super) fn emit(path: Option<&Path>, text: &str) -> anyhow::Result<()> {
    match path {
        Some(path) => replace(path, text.as_bytes()),
        None => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write to standard output")
        }
    }
}
