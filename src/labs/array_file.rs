//! The arrays of a headless run, as `.npy` files that NumPy reads.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::Context;
use npyz::{AutoSerialize, NpyWriter, WriterBuilder};
use serde::Serialize;

use crate::faults;

/// What documentation says of an array.
#[derive(Debug, Clone, Copy)]
pub struct ArrayInfo {
    /// File name.
    pub file: &'static str,
    /// Axes in C order, as in "[ny, nx, 2]".
    pub axes: &'static str,
    /// What its numbers are.
    pub about: &'static str,
}

/// What the summary of a run says of an array.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WrittenArray {
    /// File name.
    pub file: String,
    /// Lengths of the axes, C order.
    pub shape: Vec<u64>,
    /// Number of values that are not finite.
    pub not_finite: u64,
}

/// An array being written, piece by piece in storage order.
pub struct ArrayFile<T: npyz::Serialize> {
    writer: NpyWriter<T, BufWriter<File>>,
    path: PathBuf,
    written: WrittenArray,
}

impl<T: AutoSerialize + Copy + Into<f64>> ArrayFile<T> {
    /// Creates `folder/file`, replacing an older one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(folder: &Path, file: &str, shape: &[usize]) -> anyhow::Result<Self> {
        let path = folder.join(file);
        let shape: Vec<u64> = shape.iter().map(|n| *n as u64).collect();
        let begin = || -> io::Result<_> {
            let target = BufWriter::new(File::create(&path)?);
            npyz::WriteOptions::new().default_dtype().shape(&shape).writer(target).begin_nd()
        };
        let writer = begin().with_context(|| cannot_write(&path))?;
        Ok(Self { writer, written: WrittenArray { file: file.to_owned(), shape, not_finite: 0 }, path })
    }

    /// Appends values.
    ///
    /// # Errors
    /// The disk is full, or the file cannot be written for another reason.
    pub fn extend(&mut self, values: impl IntoIterator<Item = T>) -> anyhow::Result<()> {
        faults::check(&faults::ARRAY).with_context(|| cannot_write(&self.path))?;
        let not_finite = &mut self.written.not_finite;
        let counted = values.into_iter().inspect(|value| *not_finite += u64::from(!(*value).into().is_finite()));
        self.writer.extend(counted).with_context(|| cannot_write(&self.path))
    }

    /// Completes the file.
    ///
    /// # Errors
    /// As [`ArrayFile::extend`].
    pub fn finish(self) -> anyhow::Result<WrittenArray> {
        self.writer.finish().with_context(|| cannot_write(&self.path))?;
        Ok(self.written)
    }
}

/// Writes a whole array.
///
/// # Errors
/// The file cannot be written.
pub fn write<T: AutoSerialize + Copy + Into<f64>>(
    folder: &Path,
    file: &str,
    shape: &[usize],
    values: impl IntoIterator<Item = T>,
) -> anyhow::Result<WrittenArray> {
    let mut array = ArrayFile::create(folder, file, shape)?;
    array.extend(values)?;
    array.finish()
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
