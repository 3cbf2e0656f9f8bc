//! Reading and writing off the window's thread. What comes of it arrives as an [`Event`] at the next frame.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::dialogs::{Ask, FileDialogs};
use super::history::Snapshot;
use super::store;
use crate::export::Kind;
use crate::labs::scene_file::{self, LoadedScene};
use crate::lessons::{self, Lesson};

/// Something that came of a file.
pub(super) enum Event {
    /// The user picked a file to open, or dropped one.
    OpenChosen(PathBuf),
    /// The user picked a place to save the document of this number at.
    SaveChosen { path: PathBuf, document: u64 },
    /// The user picked a place to export to.
    ExportChosen(PathBuf),
    /// The user closed a dialog without picking.
    Cancelled,
    /// A scene was read.
    Scene { path: Option<PathBuf>, scene: Box<LoadedScene> },
    /// A lesson was read.
    Lesson { path: PathBuf, lesson: Box<Lesson> },
    /// The user picked a place for a text that is no scene.
    TextChosen { path: PathBuf, text: &'static str },
    /// A text was written.
    Written(PathBuf),
    /// A file was read that is no scene; the lab may know it.
    Data { name: String, bytes: Vec<u8> },
    /// A scene was saved; an unreadable file in its place was kept as `kept`.
    Saved { path: PathBuf, snapshot: Snapshot, kept: Option<PathBuf> },
    /// Something did not work.
    Failed(String),
}

/// Starts work on files and collects what comes of it.
pub(super) struct Files {
    dialogs: Box<dyn FileDialogs>,
    sender: Sender<Event>,
    receiver: Receiver<Event>,
    ctx: egui::Context,
}

impl Files {
    pub fn new(dialogs: Box<dyn FileDialogs>, ctx: egui::Context) -> Self {
        let (sender, receiver) = channel();
        Self { dialogs, sender, receiver, ctx }
    }

    /// What has come of files since the last call.
    pub fn take(&self) -> Option<Event> {
        self.receiver.try_recv().ok()
    }

    /// Asks for a file to open.
    pub fn ask_to_open(&mut self) {
        self.ask(Ask::Open, Event::OpenChosen);
    }

    /// Asks for a place to save the document of this number at.
    pub fn ask_to_save(&mut self, suggested: String, document: u64) {
        self.ask(Ask::Save { suggested }, move |path| Event::SaveChosen { path: with_extension(path), document });
    }

    /// Asks for a place to export a file of this kind to.
    pub fn ask_to_export(&mut self, suggested: String, kind: &'static Kind) {
        let ask = Ask::Export { suggested, kind: kind.name, extensions: kind.extensions };
        self.ask(ask, Event::ExportChosen);
    }

    /// Asks for a lesson to open.
    pub fn ask_to_open_lesson(&mut self) {
        self.ask(Ask::OpenLesson, Event::OpenChosen);
    }

    /// Asks for a place to save a lesson at.
    pub fn ask_to_save_lesson(&mut self, suggested: String, text: &'static str) {
        let chosen = move |path: PathBuf| {
            let path = if path.extension().is_some() { path } else { path.with_extension("md") };
            Event::TextChosen { path, text }
        };
        self.ask(Ask::SaveLesson { suggested }, chosen);
    }

    /// Writes a text to `path`.
    pub fn write(&self, path: PathBuf, text: &'static str) {
        self.work("writing", move || match crate::disk::replace(&path, text.as_bytes()) {
            Ok(()) => Event::Written(path),
            Err(error) => Event::Failed(format!("{} cannot be written: {error}.", path.display())),
        });
    }

    fn ask(&mut self, ask: Ask, chosen: impl FnOnce(PathBuf) -> Event + Send + 'static) {
        let post = self.post();
        let answer = move |path: Option<PathBuf>| post(path.map_or(Event::Cancelled, chosen));
        self.dialogs.ask(ask, Box::new(answer));
    }

    /// Reads `path`: a scene if it is one, else data.
    pub fn read(&self, path: PathBuf) {
        self.work("reading", move || read(path));
    }

    /// Reads several files one after the other, so that data keeps their order, and of a folder the files in it.
    pub fn read_all(&self, paths: Vec<PathBuf>) {
        let post = self.post();
        let work = move || {
            for path in paths {
                match files_of(&path) {
                    Ok(files) => files.into_iter().for_each(|file| post(read(file))),
                    Err(error) => post(Event::Failed(format!("{} cannot be read: {error}.", path.display()))),
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().name("reading".to_owned()).spawn(work) {
            self.post()(Event::Failed(format!("The system gave no thread for reading: {error}.")));
        }
    }

    /// Looks at bytes that came from elsewhere, such as the clipboard.
    pub fn look_at(&self, name: &str, bytes: Vec<u8>) {
        let name = name.to_owned();
        self.work("reading", move || recognise(None, &name, bytes));
    }

    /// Writes a scene to `path`.
    pub fn save(&self, path: PathBuf, snapshot: Snapshot) {
        self.work("saving", move || match store::save_scene(&path, &scene_file::to_text(&snapshot.scene)) {
            Ok(kept) => Event::Saved { path, snapshot, kept },
            Err(error) => Event::Failed(format!("{} cannot be written: {error}.", path.display())),
        });
    }

    fn work(&self, name: &str, work: impl FnOnce() -> Event + Send + 'static) {
        let post = self.post();
        let done = std::thread::Builder::new().name(name.to_owned()).spawn(move || post(work()));
        if let Err(error) = done {
            self.post()(Event::Failed(format!("The system gave no thread for {name}: {error}.")));
        }
    }

    fn post(&self) -> impl Fn(Event) + Send + use<> {
        let (sender, ctx) = (self.sender.clone(), self.ctx.clone());
        move |event| {
            // The receiver is gone only when the window is.
            if sender.send(event).is_ok() {
                ctx.request_repaint();
            }
        }
    }
}

fn read(path: PathBuf) -> Event {
    let name = path.display().to_string();
    match store::read_limited(&path) {
        Ok(bytes) => recognise(Some(path), &name, bytes),
        Err(error) => Event::Failed(format!("{name} cannot be read: {error}.")),
    }
}

/// The file itself, or the files of a folder in the order of their names.
fn files_of(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?.path();
        if entry.is_file() {
            files.push(entry);
        }
    }
    files.sort();
    Ok(files)
}

/// A scene if `bytes` look like one, so that its faults are told; otherwise data for the lab.
fn recognise(path: Option<PathBuf>, name: &str, bytes: Vec<u8>) -> Event {
    if let Some(path) = path.as_ref().filter(|path| is_lesson(path)) {
        let read = lessons::parse(name, &bytes).and_then(|lesson| match lessons::check::check(&lesson) {
            Ok(()) => Ok(lesson),
            Err(error) => Err(error.in_file(name)),
        });
        return match read {
            Ok(lesson) => Event::Lesson { path: path.clone(), lesson: Box::new(lesson) },
            Err(error) => Event::Failed(sentence(&error.to_string())),
        };
    }
    let is_json = Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if !is_json && first != Some(&b'{') {
        return Event::Data { name: name.to_owned(), bytes };
    }
    match scene_file::parse(name, &bytes) {
        Ok(scene) => Event::Scene { path, scene: Box::new(scene) },
        Err(error) => Event::Failed(sentence(&error.to_string())),
    }
}

fn is_lesson(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| ["md", "markdown"].iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

fn with_extension(path: PathBuf) -> PathBuf {
    if path.extension().is_some() { path } else { path.with_extension("json") }
}

/// `text` with a full stop.
pub(super) fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
