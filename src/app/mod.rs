//! The window: menus, gallery, files, undo, recovery. The lab that is open fills what they leave.
//!
//! [`App`] needs no window: it draws into any egui context, so that tests click it and [`offscreen`] photographs it.
//! [`run_window`] puts it into a real one.

mod commands;
mod dialogs;
mod document;
mod engine;
mod files;
mod graphics;
mod history;
mod messages;
pub mod offscreen;
mod recovery;
mod settings;
mod sheets;
mod status_bar;
pub mod store;
mod top_bar;
mod window;

use std::path::PathBuf;
use std::sync::Arc;

use egui::Ui;
use serde_json::Value;

pub use dialogs::{Answer, Ask, DesktopDialogs, FileDialogs};
pub use messages::{Message, Messages, Weight};
pub use window::{Window, WindowError, run_window};

use crate::engine::EngineError;
use crate::engine::select::EngineChoice;
use crate::labs::scene_file::{self, LoadedScene};
use crate::labs::{self, LabEntry};
use crate::ui::theme::{self, ThemeChoice};
use document::Document;
use engine::Active;
use files::{Event, Files};
use history::{History, Snapshot};
use recovery::{Leftover, Recovery};
use settings::Settings;
use sheets::Sheet;
use status_bar::Pace;

/// What the window starts with.
pub struct Options {
    /// The scene to open; the first of the gallery if left out.
    pub scene: Option<LoadedScene>,
    /// The file that scene is from.
    pub path: Option<PathBuf>,
    /// Who computes.
    pub engine: EngineChoice,
    /// The theme, in place of the one remembered.
    pub theme: Option<ThemeChoice>,
    /// Folder for settings and unsaved work; nothing is remembered if left out.
    pub data_folder: Option<PathBuf>,
    /// How files are asked for.
    pub dialogs: Box<dyn FileDialogs>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scene: None,
            path: None,
            engine: EngineChoice::Auto,
            theme: None,
            data_folder: None,
            dialogs: Box::new(DesktopDialogs),
        }
    }
}

/// The whole program but its window.
pub struct App {
    document: Option<Document>,
    history: History,
    engine: Active,
    /// What the window is drawn with, if it is not a graphics processor.
    drawing_note: Option<String>,
    files: Files,
    messages: Messages,
    settings: Settings,
    data_folder: Option<PathBuf>,
    recovery: Option<Recovery>,
    /// Stamp of the edit that is kept for recovery, and when a later one was noticed.
    kept_stamp: Option<u64>,
    unkept_since_secs: Option<f64>,
    leftovers: Vec<Leftover>,
    sheet: Option<&'static Sheet>,
    gallery: sheets::gallery::Cards,
    closing: Closing,
    pace: Pace,
    window_title: String,
}

/// Whether the window is about to close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closing {
    No,
    AfterSaving,
    Yes,
}

impl App {
    /// The program in `ctx`, whose fonts and style it sets.
    ///
    /// # Errors
    /// The engine that was asked for does not exist on this machine.
    pub fn new(options: Options, ctx: &egui::Context) -> Result<Self, EngineError> {
        theme::install(ctx);
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let engine = Active::select(options.engine)?;
        let folder = options.data_folder;
        let settings = folder.as_deref().map(Settings::load).unwrap_or_default();
        options.theme.unwrap_or_else(|| settings.theme()).apply(ctx);
        ctx.set_zoom_factor(settings.zoom);
        let unsaved = folder.as_deref().map(|folder| folder.join("unsaved"));
        let leftovers = unsaved.as_deref().map(Leftover::find).unwrap_or_default();
        let recovery = unsaved.and_then(|folder| {
            Recovery::claim(&folder).inspect_err(|error| tracing::warn!("unsaved work will not be kept: {error}")).ok()
        });
        let mut app = Self {
            document: None,
            history: History::default(),
            engine,
            drawing_note: None,
            files: Files::new(options.dialogs, ctx.clone()),
            messages: Messages::default(),
            settings,
            data_folder: folder,
            recovery,
            kept_stamp: None,
            unkept_since_secs: None,
            sheet: if leftovers.is_empty() { None } else { Some(&sheets::RECOVERY) },
            leftovers,
            gallery: sheets::gallery::Cards::new(),
            closing: Closing::No,
            pace: Pace::default(),
            window_title: String::new(),
        };
        match options.scene {
            Some(scene) => app.open(&scene, options.path, "open"),
            None => app.open_first(),
        }
        Ok(app)
    }

    /// Moves the run on by `dt` seconds of wall time. Called before [`App::show`], and also while the window is hidden.
    pub fn logic(&mut self, ctx: &egui::Context, dt: f32) {
        if self.engine.has_failed() {
            let fallback = Active::fallback();
            self.use_engine(fallback);
            self.messages.add(Weight::Warning, "The graphics device failed; the CPU computes now.");
        }
        while let Some(event) = self.files.take() {
            self.handle(event, ctx);
        }
        let deaf = self.sheet.is_some();
        if let Some(document) = &mut self.document {
            deaf_to_keys(ctx, deaf, || document.view.logic(ctx, dt));
        }
    }

    /// Draws everything into `ui`, and does what the user asks.
    pub fn show(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        self.pace.begin(&ctx);
        self.watch_closing(&ctx);
        if self.sheet.is_none() {
            commands::keys(self, &ctx);
            self.take_pasted_and_dropped(&ctx);
        }
        top_bar::show(self, ui);
        status_bar::show(self, ui);
        let deaf = self.sheet.is_some();
        match &mut self.document {
            Some(document) => deaf_to_keys(&ctx, deaf, || document.view.ui(ui)),
            None => {
                egui::CentralPanel::default().show(ui, |ui| {
                    ui.centered_and_justified(|ui| ui.weak("Open a scene from the gallery or from a file."));
                });
            }
        }
        drop_hint(ui);
        self.messages.show(ui);
        sheets::show(self, &ctx);
        self.take_edit(&ctx);
        self.keep_unsaved_work(&ctx);
        self.set_window_title(&ctx);
        self.pace.end(&ctx);
    }

    /// The scene that is open, as it would be saved.
    pub fn scene(&self) -> Option<Value> {
        self.document.as_ref().map(|document| document.view.scene())
    }

    /// The view of the lab that is open.
    pub fn view(&mut self) -> Option<&mut dyn labs::LabView> {
        // Written out: the closure of `map` would not let go of the box's own lifetime.
        match &mut self.document {
            Some(document) => Some(document.view.as_mut()),
            None => None,
        }
    }

    /// The messages on screen.
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// Whether there are edits that no file holds.
    pub fn is_changed(&self) -> bool {
        self.document.as_ref().is_some_and(Document::is_changed)
    }

    /// Tells the user that the window is drawn by something slow.
    pub fn set_drawing_note(&mut self, note: impl Into<String>) {
        self.drawing_note = Some(note.into());
    }

    fn open_first(&mut self) {
        let scenes = || labs::ALL.iter().flat_map(|lab| lab.gallery);
        if let Some(first) = scenes().next() {
            self.open_gallery(first.id);
        } else if let Some(lab) = labs::ALL.first() {
            self.open_default(lab);
        }
    }

    fn open_gallery(&mut self, id: &str) {
        match scene_file::load(&format!("{}{id}", scene_file::GALLERY)) {
            Ok(scene) => self.open(&scene, None, "open from gallery"),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Opens the scene that a lab makes of an empty file.
    fn open_default(&mut self, lab: &'static LabEntry) {
        match (lab.check)(&serde_json::json!({ "lab": lab.info.id, "version": lab.version })) {
            Ok(scene) => self.open(&LoadedScene { lab, scene }, None, "new scene"),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Opens `scene` in place of the one that is open; undoing goes back.
    fn open(&mut self, scene: &LoadedScene, path: Option<PathBuf>, name: &str) {
        match Document::open(scene, path, Arc::clone(&self.engine.engine)) {
            Ok(document) => {
                if let Some(old) = self.document.replace(document) {
                    self.history.part();
                    self.history.record(name, old.snapshot(), f64::NEG_INFINITY);
                }
                self.kept_stamp = None;
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    fn fail(&mut self, text: &str) {
        self.messages.add(Weight::Error, files::sentence(text));
    }

    fn undo(&mut self) {
        self.finish_edit();
        let Some(present) = self.document.as_ref().map(Document::snapshot) else { return };
        if let Some((name, snapshot)) = self.history.undo(present) {
            self.go_to(&snapshot, &format!("Undid {name}."));
        }
    }

    fn redo(&mut self) {
        self.finish_edit();
        let Some(present) = self.document.as_ref().map(Document::snapshot) else { return };
        if let Some((name, snapshot)) = self.history.redo(present) {
            self.go_to(&snapshot, &format!("Redid {name}."));
        }
    }

    fn go_to(&mut self, snapshot: &Snapshot, done: &str) {
        let result = match &mut self.document {
            Some(document) if document.lab.info.id == snapshot.lab.info.id && document.path == snapshot.path => {
                document.restore(&snapshot.scene)
            }
            _ => {
                let scene = LoadedScene { lab: snapshot.lab, scene: Value::clone(&snapshot.scene) };
                let engine = Arc::clone(&self.engine.engine);
                Document::open(&scene, snapshot.path.clone(), engine).map(|document| self.document = Some(document))
            }
        };
        match result {
            Ok(()) => self.messages.add(Weight::Done, done),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Goes back to the scene as it was opened, which can be undone.
    fn reset(&mut self) {
        self.finish_edit();
        let Some(document) = &mut self.document else { return };
        let before = document.snapshot();
        match document.restore(&document.opened()) {
            Ok(()) => {
                self.history.part();
                self.history.record("reset", before, f64::NEG_INFINITY);
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Records an edit once the pointer is let go.
    fn take_edit(&mut self, ctx: &egui::Context) {
        if ctx.input(|input| input.pointer.any_down()) {
            return;
        }
        if ctx.input(|input| input.pointer.any_released()) {
            let pending = self.document.as_ref().is_some_and(Document::has_edit);
            self.record_edit(ctx.input(|input| input.time));
            if pending {
                self.history.part();
            }
        } else {
            self.record_edit(ctx.input(|input| input.time));
        }
    }

    fn record_edit(&mut self, now_secs: f64) {
        if let Some((name, before)) = self.document.as_mut().and_then(Document::take_edit) {
            self.history.record(&name, before, now_secs);
        }
    }

    /// Records an edit that is under way, before something else is done to the scene.
    fn finish_edit(&mut self) {
        self.record_edit(f64::NEG_INFINITY);
        self.history.part();
    }

    fn save(&mut self) {
        self.finish_edit();
        let Some(document) = &self.document else { return };
        match document.path.clone() {
            Some(path) => self.files.save(path, Arc::new(document.view.scene())),
            None => self.save_as(),
        }
    }

    fn save_as(&mut self) {
        self.finish_edit();
        if let Some(document) = &self.document {
            self.files.ask(Ask::Save { suggested: document.file_name() });
        }
    }

    fn handle(&mut self, event: Event, ctx: &egui::Context) {
        match event {
            Event::OpenChosen(path) => self.files.read(path),
            Event::SaveChosen(path) => {
                if let Some(document) = &self.document {
                    self.files.save(path, Arc::new(document.view.scene()));
                }
            }
            Event::Cancelled => self.closing = Closing::No,
            Event::Scene { path, scene } => {
                self.finish_edit();
                if let Some(path) = &path {
                    self.remember(path.clone());
                }
                self.open(&scene, path, "open");
            }
            Event::Data { name, bytes } => {
                let Some(document) = &mut self.document else { return };
                match document.view.import(&name, &bytes) {
                    Ok(done) => self.messages.add(Weight::Done, done),
                    Err(error) => self.fail(&error),
                }
            }
            Event::Saved { path, scene, kept } => {
                if let Some(kept) = kept {
                    let text = format!("The file that was there is no scene; it is kept as {}.", kept.display());
                    self.messages.add(Weight::Warning, text);
                }
                self.messages.add(Weight::Done, format!("Saved {}.", path.display()));
                if let Some(document) = &mut self.document {
                    document.mark_saved(&path, scene);
                }
                self.remember(path);
                if self.closing == Closing::AfterSaving {
                    self.close(ctx);
                }
            }
            Event::Failed(text) => {
                self.closing = Closing::No;
                self.fail(&text);
            }
        }
    }

    fn remember(&mut self, path: PathBuf) {
        let path = std::path::absolute(&path).unwrap_or(path);
        self.settings.remember(&path);
        self.save_settings();
    }

    fn save_settings(&mut self) {
        if let Some(folder) = &self.data_folder
            && let Err(error) = self.settings.save(folder)
        {
            self.messages.add(Weight::Warning, format!("The settings could not be saved: {error}."));
        }
    }

    fn set_theme(&mut self, choice: ThemeChoice, ctx: &egui::Context) {
        choice.apply(ctx);
        choice.id().clone_into(&mut self.settings.theme);
        self.save_settings();
    }

    fn set_zoom(&mut self, zoom: f32, ctx: &egui::Context) {
        self.settings.zoom = zoom.clamp(0.5, 3.0);
        ctx.set_zoom_factor(self.settings.zoom);
        self.save_settings();
    }

    fn use_engine(&mut self, selected: Result<Active, EngineError>) {
        match selected {
            Ok(active) => {
                self.engine = active;
                if let Some(document) = &mut self.document {
                    document.view.set_engine(Arc::clone(&self.engine.engine));
                }
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    fn take_pasted_and_dropped(&mut self, ctx: &egui::Context) {
        for file in ctx.input_mut(|input| std::mem::take(&mut input.raw.dropped_files)) {
            self.files.read(file.path().to_owned());
        }
        if ctx.text_edit_focused() {
            return;
        }
        let mut pasted = Vec::new();
        ctx.input_mut(|input| {
            input.events.retain(|event| match event {
                egui::Event::Paste(text) => {
                    pasted.push(text.clone());
                    false
                }
                _ => true,
            });
        });
        for text in pasted {
            self.files.look_at("the clipboard", text.into_bytes());
        }
    }

    /// Asks before unsaved edits are lost with the window.
    fn watch_closing(&mut self, ctx: &egui::Context) {
        if ctx.input(|input| input.viewport().close_requested()) && self.closing != Closing::Yes {
            self.finish_edit();
            if self.is_changed() {
                ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
                self.sheet = Some(&sheets::CLOSING);
            }
        }
    }

    fn close(&mut self, ctx: &egui::Context) {
        self.closing = Closing::Yes;
        if let Some(recovery) = &mut self.recovery {
            recovery.clear();
        }
        ctx.send_viewport_cmd(egui::ViewportCommand::Close);
    }

    fn keep_unsaved_work(&mut self, ctx: &egui::Context) {
        let (Some(recovery), Some(document)) = (&mut self.recovery, &self.document) else { return };
        let now = ctx.input(|input| input.time);
        if !document.is_changed() {
            if self.kept_stamp.take().is_some() {
                recovery.clear();
            }
            self.unkept_since_secs = None;
        } else if self.kept_stamp == Some(document.stamp()) {
            self.unkept_since_secs = None;
        } else {
            let since = *self.unkept_since_secs.get_or_insert(now);
            let due = since + recovery::DELAY_SECS;
            if now >= due {
                recovery.keep(&document.view.scene(), document.path.as_deref());
                self.kept_stamp = Some(document.stamp());
                self.unkept_since_secs = None;
            } else {
                ctx.request_repaint_after_secs((due - now) as f32 + 0.01);
            }
        }
    }

    /// Takes over work that a crash left behind.
    fn recover(&mut self, leftover: &Leftover) {
        match scene_file::parse("the recovered scene", leftover.scene.to_string().as_bytes()) {
            Ok(scene) => {
                self.open(&scene, leftover.path.clone(), "recover");
                if let Some(document) = &mut self.document {
                    document.mark_unsaved();
                }
                leftover.discard();
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    fn set_window_title(&mut self, ctx: &egui::Context) {
        let title = match &self.document {
            Some(document) => {
                let mark = if document.is_changed() { "● " } else { "" };
                format!("{mark}{} – Diffuscope", document.title())
            }
            None => "Diffuscope".to_owned(),
        };
        if title != self.window_title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.window_title = title;
        }
    }
}

/// Does `work`, to which no key is pressed if `deaf`: keys pressed over a sheet are the sheet's.
fn deaf_to_keys(ctx: &egui::Context, deaf: bool, work: impl FnOnce()) {
    if !deaf {
        return work();
    }
    let all = ctx.input_mut(|input| std::mem::take(&mut input.events));
    let is_key = |event: &egui::Event| matches!(event, egui::Event::Key { .. } | egui::Event::Text(_));
    ctx.input_mut(|input| input.events = all.iter().filter(|event| !is_key(event)).cloned().collect());
    work();
    ctx.input_mut(|input| input.events = all);
}

/// Says that a file held over the window can be dropped.
fn drop_hint(ui: &Ui) {
    if ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let tokens = theme::tokens(ui.visuals());
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop hint"));
    let painter = ui.ctx().layer_painter(layer);
    let rect = ui.ctx().content_rect();
    painter.rect_filled(rect, 0.0, tokens.label_background);
    painter.text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        "Drop a scene (JSON) or data (CSV, npy)",
        egui::TextStyle::Heading.resolve(ui.style()),
        tokens.accent,
    );
}
