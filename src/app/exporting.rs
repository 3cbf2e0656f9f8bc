//! Exporting from the window: one piece of work at a time, on a thread of its own, drawn anew from the scene, so that the
//! window goes on and the file is the one that the command line writes.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::{ColorImage, Context};

use super::document::Document;
use super::messages::Weight;
use super::{App, sheets};
use crate::engine::background::{Background, GoOn};
use crate::export::{self, Caption, Kind, Picture, Request, Subject};
use crate::labs::Stopped;
use crate::labs::scene_file::LoadedScene;
use crate::ui::theme::ThemeChoice;

/// Longest text that is copied, in bytes: other programs choke on more.
const MOST_TEXT: usize = 64 << 20;
/// Seconds that the end of the program waits for work to clean up.
const PATIENCE_SECS: f64 = 10.0;

/// What is exported next, as the sheet shows it.
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// Identifier of the [`Kind`].
    pub kind: &'static str,
    pub picture: Picture,
    pub frames: usize,
}

/// The work in hand and what belongs to it.
pub(super) struct Exporting {
    pub form: Form,
    work: Background<Task, Done>,
    running: Option<Task>,
    /// Waits for the user to choose a place.
    placing: Option<(&'static Kind, Request)>,
    next: u64,
}

#[derive(Clone)]
struct Task {
    number: u64,
    what: Arc<What>,
}

impl PartialEq for Task {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

enum What {
    File { kind: &'static Kind, request: Request, to: PathBuf },
    CopyPicture(Request),
    CopyData(Request),
}

#[derive(Clone)]
enum Done {
    Written(PathBuf),
    Picture(Arc<ColorImage>),
    Text(Arc<str>),
    TooLong,
}

fn work(task: &Task, go_on: GoOn<'_, Done>) -> Result<Option<Done>, String> {
    let go_on = RefCell::new(go_on);
    let tell = |fraction: f64| {
        let mut go_on = go_on.borrow_mut();
        (*go_on)(fraction, None)
    };
    let done = match &*task.what {
        What::File { kind, request, to } => kind.export(request, to, &tell).map(|()| Done::Written(to.clone())),
        What::CopyPicture(request) => export::picture(request, &tell).map(|picture| {
            let size = [picture.width() as usize, picture.height() as usize];
            Done::Picture(Arc::new(ColorImage::from_rgba_unmultiplied(size, &picture)))
        }),
        What::CopyData(request) => export::csv_text(request, MOST_TEXT, &tell)
            .map(|text| text.map_or(Done::TooLong, |text| Done::Text(text.into()))),
    };
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.is::<Stopped>() => Ok(None),
        Err(error) => Err(format!("{error:#}")),
    }
}

impl Exporting {
    pub fn new(ctx: &Context) -> Self {
        let window = ctx.clone();
        let picture = Picture { scale: 2.0, ..Picture::default() };
        Self {
            form: Form { kind: export::ALL[0].id, picture, frames: 60 },
            work: Background::new("export", work, move || window.request_repaint()),
            running: None,
            placing: None,
            next: 0,
        }
    }

    /// How far the work in hand is, from 0 to 1.
    pub fn fraction(&self) -> Option<f64> {
        self.running.as_ref().map(|_| self.work.fraction())
    }

    /// Ends the work in hand; nothing of it stays.
    pub fn cancel(&mut self) {
        self.work.stop();
    }

    fn start(&mut self, what: What) {
        self.next += 1;
        let task = Task { number: self.next, what: Arc::new(what) };
        self.work.follow(&task);
        self.running = Some(task);
    }
}

impl Drop for Exporting {
    /// The program waits for the work to clean up behind it.
    fn drop(&mut self) {
        const NAP: Duration = Duration::from_millis(10);
        self.work.stop();
        let naps = (PATIENCE_SECS / NAP.as_secs_f64()) as usize;
        for _ in 0..naps {
            if self.running.is_none() || !self.work.is_busy() {
                return;
            }
            std::thread::sleep(NAP);
        }
    }
}

impl App {
    /// Brings up the sheet, for one kind of file or one pane if they are given.
    pub(super) fn ask_to_export(&mut self, kind: Option<&'static str>, pane: Option<&str>) {
        let shown = if self.theme == ThemeChoice::System {
            if self.ctx.global_style().visuals.dark_mode { ThemeChoice::Dark } else { ThemeChoice::Light }
        } else {
            self.theme
        };
        let form = &mut self.exporting.form;
        form.kind = kind.unwrap_or(form.kind);
        form.picture.theme = shown.id().to_owned();
        form.picture.pane = pane.map(str::to_owned);
        self.sheet = Some(&sheets::EXPORT);
    }

    /// Brings up the sheet as it was.
    pub(super) fn ask_to_see_export(&mut self) {
        self.sheet = Some(&sheets::EXPORT);
    }

    /// The scene in sight as it is now.
    fn loaded(&self) -> Option<LoadedScene> {
        self.document.as_ref().map(|document| LoadedScene { lab: document.lab, scene: document.view.scene() })
    }

    /// The caption of the scene in sight.
    pub(super) fn caption(&self) -> Option<Caption> {
        Caption::of(&self.loaded()?).ok()
    }

    fn request(&self, picture: Picture) -> Option<Request> {
        let (scene, engine) = (self.loaded()?, Arc::clone(&self.engine.engine));
        Some(Request { scene, engine, picture, frames: self.exporting.form.frames })
    }

    /// Asks where the form's file should go; it is written once that is known.
    pub(super) fn export_form(&mut self) {
        let form = &self.exporting.form;
        let Some(kind) = Kind::find(form.kind) else { return };
        let (Some(request), Some(document)) = (self.request(form.picture.clone()), &self.document) else { return };
        let suggested = suggested(document, kind, form.picture.pane.as_deref());
        self.exporting.placing = Some((kind, request));
        self.files.ask_to_export(suggested, kind);
    }

    /// The user chose a place.
    pub(super) fn export_to(&mut self, path: PathBuf) {
        if let Some((kind, request)) = self.exporting.placing.take() {
            self.start_export(What::File { kind, request, to: named(path, kind) });
        }
    }

    /// Copies the figure, or one pane, as a picture.
    pub(super) fn copy_picture(&mut self, pane: Option<&str>) {
        let mut picture = self.exporting.form.picture.clone();
        picture.pane = pane.map(str::to_owned);
        self.copy_picture_as(picture);
    }

    /// Copies what the form describes as a picture.
    pub(super) fn copy_form(&mut self) {
        self.copy_picture_as(self.exporting.form.picture.clone());
    }

    fn copy_picture_as(&mut self, picture: Picture) {
        if let Some(request) = self.request(picture) {
            self.start_export(What::CopyPicture(request));
        }
    }

    /// Copies the data behind the figure as CSV.
    pub(super) fn copy_data(&mut self) {
        if let Some(request) = self.request(Picture::default()) {
            self.start_export(What::CopyData(request));
        }
    }

    /// Copies the caption.
    pub(super) fn copy_caption(&mut self) {
        if let Some(caption) = self.caption() {
            self.ctx.copy_text(caption.text);
            self.messages.add(Weight::Done, "Copied the caption.");
        }
    }

    fn start_export(&mut self, what: What) {
        if self.exporting.running.is_some() {
            self.fail("Another export is still under way: wait for it, or cancel it under File, Export.");
        } else {
            self.exporting.start(what);
        }
    }

    /// Takes in what has come of the work in hand.
    pub(super) fn follow_export(&mut self, ctx: &Context) {
        let exporting = &mut self.exporting;
        let Some(task) = &exporting.running else { return };
        // Asked first: what was published before the work ended is then there to take.
        let busy = exporting.work.is_busy();
        exporting.work.follow(task);
        if busy {
            return;
        }
        let fault = exporting.work.fault().map(str::to_owned);
        let done = exporting.work.value().map(|done| Done::clone(done));
        exporting.running = None;
        if let Some(fault) = fault {
            return self.fail(&crate::labs::caption::sentence(&fault));
        }
        match done {
            None => self.messages.add(Weight::Warning, "Cancelled; nothing was written."),
            Some(Done::Written(path)) => self.messages.add(Weight::Done, format!("Exported {}.", path.display())),
            Some(Done::Picture(picture)) => {
                let [width, height] = picture.size;
                ctx.copy_image(ColorImage::clone(&picture));
                self.messages.add(Weight::Done, format!("Copied a picture of {width} × {height} pixels."));
            }
            Some(Done::Text(text)) => {
                ctx.copy_text(text.as_ref().to_owned());
                self.messages.add(Weight::Done, "Copied the data as CSV.");
            }
            Some(Done::TooLong) => self.fail(&format!(
                "The data have more than {} MiB as text, which is too much to copy: export them to a file.",
                MOST_TEXT >> 20
            )),
        }
    }

    /// Ctrl+C where no text has the keyboard or is selected copies the pane under the pointer.
    pub(super) fn take_copy(&mut self, ctx: &Context) {
        let of_text =
            ctx.text_edit_focused() || ctx.plugin::<egui::text_selection::LabelSelectionState>().lock().has_selection();
        let asked = ctx.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy)));
        if !of_text && asked {
            ctx.input_mut(|input| input.events.retain(|event| !matches!(event, egui::Event::Copy)));
            self.copy_pane_under_pointer();
        }
    }

    /// Copies the pane under the pointer as a picture, or the figure if the pointer is elsewhere.
    pub(super) fn copy_pane_under_pointer(&mut self) {
        let pane = self.view().and_then(|view| view.tiles()).and_then(|tiles| tiles.under_pointer());
        self.copy_picture(pane);
    }

    /// Does what the menu of a pane's tab was asked for.
    pub(super) fn take_pane_wish(&mut self) {
        use crate::ui::tiles::Wish;
        match self.view().and_then(|view| view.tiles()).and_then(|tiles| tiles.take_wish()) {
            Some(Wish::Export(pane)) => {
                let of_figure = Kind::find(self.exporting.form.kind).is_some_and(|kind| kind.subject != Subject::Data);
                let kind = if of_figure { None } else { Some(export::ALL[0].id) };
                self.ask_to_export(kind, Some(pane));
            }
            Some(Wish::Copy(pane)) => self.copy_picture(Some(pane)),
            None => {}
        }
    }
}

/// A name for the file: that of the scene, with the pane's.
fn suggested(document: &Document, kind: &Kind, pane: Option<&str>) -> String {
    let file = document.file_name();
    let stem = Path::new(&file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let pane = pane.filter(|_| kind.subject != Subject::Data).map(|pane| format!("_{pane}")).unwrap_or_default();
    match kind.extensions.first() {
        Some(extension) => format!("{stem}{pane}.{extension}"),
        None => format!("{stem}{pane}_{}", kind.id),
    }
}

/// `path` with an ending of the kind.
fn named(path: PathBuf, kind: &Kind) -> PathBuf {
    let Some(usual) = kind.extensions.first() else { return path };
    let fits = path.extension().and_then(|extension| extension.to_str());
    if fits.is_some_and(|extension| kind.extensions.iter().any(|known| known.eq_ignore_ascii_case(extension))) {
        return path;
    }
    crate::disk::beside(&path, &format!(".{usual}"))
}
