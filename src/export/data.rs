//! The arrays that a run writes, for the files that hold all of them.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use npyz::NpyFile;

use super::{Job, Request, csv_file};
use crate::labs::array_file::{ArrayInfo, WrittenArray};
use crate::labs::{RunContext, RunReport, Stopped};

/// Share of the work that the run takes, for the progress bar.
pub(super) const RUN: f64 = 0.8;

/// A run that has come to its end, its arrays in a folder.
pub(super) struct Arrays<'a> {
    pub folder: &'a Path,
    pub report: RunReport,
    infos: &'static [ArrayInfo],
}

/// One value of an array.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Double(f64),
    Single(f32),
    Whole(i32),
}

impl std::fmt::Display for Number {
    /// The shortest text that reads back as the same number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Double(value) => write!(f, "{value:?}"),
            Self::Single(value) => write!(f, "{value:?}"),
            Self::Whole(value) => write!(f, "{value}"),
        }
    }
}

impl<'a> Arrays<'a> {
    /// Runs the scene of `request` to its end and writes its arrays into `folder`.
    pub fn compute(request: &Request, folder: &'a Path, go_on: &dyn Fn(f64) -> bool) -> anyhow::Result<Self> {
        let lab = request.scene.lab;
        let context = RunContext {
            engine: &request.engine,
            out: folder,
            progress: &|fraction| go_on(RUN * fraction),
            // What a file says should not depend on how long it took.
            clock: &|| 0.0,
        };
        Ok(Self { folder, report: (lab.run)(&request.scene.scene, &context)?, infos: lab.arrays })
    }

    /// The file of an array.
    pub fn path(&self, array: &WrittenArray) -> PathBuf {
        self.folder.join(&array.file)
    }

    /// What documentation says of an array.
    pub fn info(&self, array: &WrittenArray) -> Option<&'static ArrayInfo> {
        let find = |name: &str| self.infos.iter().find(|info| info.file == name);
        find(&array.file).or_else(|| {
            // "compare_*.npy" stands for the arrays of a second model.
            let starred = self.infos.iter().find_map(|info| info.file.split_once('*'))?;
            find(array.file.strip_prefix(starred.0)?)
        })
    }

    /// Every value of an array in storage order.
    pub fn values(&self, array: &WrittenArray) -> anyhow::Result<Values<'static>> {
        let path = self.path(array);
        let trouble = format!("cannot read {}", array.file);
        let read = || NpyFile::new(BufReader::new(File::open(&path)?));
        let mut npy = read().with_context(|| trouble.clone())?;
        macro_rules! try_as {
            ($type:ty, $number:path) => {
                match npy.try_data::<$type>() {
                    Ok(values) => {
                        return Ok(Box::new(
                            values.map(move |value| value.map($number).with_context(|| trouble.clone())),
                        ));
                    }
                    Err(other) => npy = other,
                }
            };
        }
        try_as!(f64, Number::Double);
        try_as!(f32, Number::Single);
        try_as!(i32, Number::Whole);
        anyhow::bail!("{} holds numbers of an unknown type, {:?}", array.file, npy.dtype())
    }
}

/// The values of an array, one after the other.
pub(super) type Values<'a> = Box<dyn Iterator<Item = anyhow::Result<Number>> + 'a>;

impl Job<'_> {
    /// The run of the request, its arrays in the target's workshop.
    pub(super) fn arrays(&self) -> anyhow::Result<Arrays<'_>> {
        Arrays::compute(self.request, self.target.workshop()?, self.go_on)
    }

    /// Reads `from` as its bytes are asked for, telling how far it is, and stops where told to.
    pub(super) fn watched<R: Read>(&self, from: R, progress: &RefCell<Progress>) -> impl Read {
        Watched { from, tell: move |bytes| self.at(progress.borrow_mut().add(bytes)) }
    }
}

/// How much has been written after the run.
pub(super) struct Progress {
    done: u64,
    total: u64,
}

impl Progress {
    /// Nothing of `total` yet.
    pub fn of(total: u64) -> Self {
        Self { done: 0, total }
    }

    /// Adds what was done; the share of the whole work that is done now.
    pub fn add(&mut self, amount: u64) -> f64 {
        self.done += amount;
        RUN + (1.0 - RUN) * (self.done as f64 / self.total.max(1) as f64).min(1.0)
    }
}

struct Watched<R, F> {
    from: R,
    tell: F,
}

impl<R: Read, F: FnMut(u64) -> Result<(), Stopped>> Read for Watched<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        (self.tell)(count as u64).map_err(io::Error::other)?;
        Ok(count)
    }
}

/// The data of `request` as the text of a CSV file, for the clipboard, if it has at most `most` bytes; `None` if it has
/// more.
///
/// # Errors
/// As [`Kind::export`](super::Kind::export).
pub fn csv_text(request: &Request, most: usize, go_on: &dyn Fn(f64) -> bool) -> anyhow::Result<Option<String>> {
    let place = std::env::temp_dir().join(format!("diffuscope-{}.csv", std::process::id()));
    let target = super::Target::beside(&place, false)?;
    let job = Job { request, target: &target, go_on };
    csv_file::write(&job)?;
    let size = std::fs::metadata(target.path()).with_context(|| target.trouble())?.len();
    if size > most as u64 {
        return Ok(None);
    }
    Ok(Some(std::fs::read_to_string(target.path()).with_context(|| target.trouble())?))
}
