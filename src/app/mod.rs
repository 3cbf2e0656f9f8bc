//! The window: menus, gallery, files, undo, recovery. The lab that is open fills what they leave.
//!
//! [`App`] needs no window: it draws into any egui context, so that tests click it and [`offscreen`] photographs it.
//! [`run_window`] puts it into a real one.

mod actions;
mod commands;
mod dialogs;
mod document;
mod document_strip;
mod documents;
mod engine;
pub mod exercise;
mod exporting;
mod files;
mod fuzzy;
mod history;
mod layouts;
mod lessons;
mod messages;
pub mod offscreen;
mod presentation;
mod recovery;
mod saving;
mod scenes;
mod settings;
mod sheets;
mod status_bar;
pub mod store;
mod survival;
mod top_bar;
mod window;

use std::path::PathBuf;
use std::sync::Arc;

use egui::Ui;
use serde_json::Value;

pub use dialogs::{Answer, Ask, DesktopDialogs, FileDialogs};
pub use messages::{Message, Messages, Weight};
pub use survival::Survivors;
pub use window::{Window, WindowError, run_window};

use crate::engine::select::EngineChoice;
use crate::engine::{Engine, EngineError};
use crate::labs;
use crate::labs::scene_file::LoadedScene;
use crate::ui::notation;
use crate::ui::theme::{self, ThemeChoice};
use document::Document;
use documents::Neighbours;
use engine::Active;
use files::Files;
use presentation::Presentation;
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
    /// The lesson to open, and the name under which its progress is remembered.
    pub lesson: Option<(crate::lessons::Lesson, String)>,
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
            lesson: None,
            engine: EngineChoice::Auto,
            theme: None,
            data_folder: None,
            dialogs: Box::new(DesktopDialogs),
        }
    }
}

/// The whole program but its window.
pub struct App {
    ctx: egui::Context,
    /// The document in sight.
    document: Option<Document>,
    neighbours: Neighbours,
    engine: Active,
    /// What the window is drawn with, if it is not a graphics processor.
    drawing_note: Option<String>,
    files: Files,
    messages: Messages,
    settings: Settings,
    /// Document and layout that the settings know of.
    layout_stamp: Option<(u64, u64)>,
    data_folder: Option<PathBuf>,
    recovery: Option<Recovery>,
    leftovers: Vec<Leftover>,
    sheet: Option<&'static Sheet>,
    gallery: sheets::gallery::Cards,
    palette: sheets::palette::Palette,
    theme: ThemeChoice,
    presentation: Option<Presentation>,
    memory: status_bar::Memory,
    exporting: exporting::Exporting,
    closing: Closing,
    pace: Pace,
    window_title: String,
    lessons: lessons::Lessons,
}

/// What is about to close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closing {
    No,
    AfterSaving,
    /// Not the window, but the scene of this number, once it is saved.
    SceneAfterSaving(u64),
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
        let theme = options.theme.unwrap_or_else(|| settings.theme());
        theme.apply(ctx);
        ctx.set_zoom_factor(settings.zoom);
        notation::set(ctx, &settings.notation);
        let unsaved = folder.as_deref().map(|folder| folder.join("unsaved"));
        let leftovers = unsaved.as_deref().map(Leftover::find).unwrap_or_default();
        let mut messages = Messages::default();
        let recovery = unsaved.and_then(|folder| {
            let told = |error: &std::io::Error| {
                let text = format!("Unsaved work would be lost in a crash: {} ({error}).", folder.display());
                messages.add(Weight::Warning, text);
            };
            Recovery::claim(&folder).inspect_err(told).ok()
        });
        let mut app = Self {
            ctx: ctx.clone(),
            document: None,
            neighbours: Neighbours::default(),
            engine,
            drawing_note: None,
            files: Files::new(options.dialogs, ctx.clone()),
            messages,
            settings,
            layout_stamp: None,
            data_folder: folder,
            recovery,
            sheet: if leftovers.is_empty() { None } else { Some(&sheets::RECOVERY) },
            leftovers,
            gallery: sheets::gallery::Cards::new(),
            palette: sheets::palette::Palette::default(),
            theme,
            presentation: None,
            memory: status_bar::Memory::default(),
            exporting: exporting::Exporting::new(ctx),
            closing: Closing::No,
            pace: Pace::default(),
            window_title: String::new(),
            lessons: lessons::Lessons::default(),
        };
        match options.scene {
            Some(scene) => app.open(&scene, options.path),
            None => app.open_first(),
        }
        if let Some((lesson, key)) = options.lesson {
            app.start_lesson(Arc::new(lesson), key);
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
        self.follow_export(ctx);
        let deaf = self.sheet.is_some();
        if let Some(document) = &mut self.document {
            deaf_to_keys(ctx, deaf, || document.view.logic(ctx, dt));
        }
        self.lesson_logic(ctx);
    }

    /// Draws everything into `ui`, and does what the user asks.
    pub fn show(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        self.pace.begin(&ctx);
        self.watch_closing(&ctx);
        if self.sheet.is_none() {
            commands::keys(self, &ctx);
            self.take_copy(&ctx);
            self.take_pasted_and_dropped(&ctx);
        }
        self.follow_presentation(&ctx);
        if !self.is_presenting() {
            top_bar::show(self, ui);
            document_strip::show(self, ui);
            status_bar::show(self, ui);
        }
        self.show_lesson(ui);
        let deaf = self.sheet.is_some();
        match &mut self.document {
            Some(document) => deaf_to_keys(&ctx, deaf, || document.view.ui(ui)),
            None => {
                egui::CentralPanel::default().show(ui, |ui| {
                    ui.centered_and_justified(|ui| ui.weak("Open a scene from the gallery or from a file."));
                });
            }
        }
        drop_hint(ui, self.document.as_ref().map_or(&[], |document| document.lab.data_files));
        self.messages.show(ui);
        sheets::show(self, &ctx);
        self.watch_lesson(&ctx);
        self.draw_halo(&ctx);
        self.take_pane_wish();
        self.take_edit(&ctx);
        self.keep_layout(&ctx);
        self.keep_unsaved_work(&ctx);
        self.keep_notation(&ctx);
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

    /// Who computes.
    pub fn engine(&self) -> &dyn Engine {
        self.engine.engine.as_ref()
    }

    /// The messages on screen.
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// Titles of the open scenes in the order of their tabs, each with whether it is in sight.
    pub fn open_scenes(&self) -> Vec<(String, bool)> {
        self.documents().map(|document| (document.title(), self.is_in_sight(document.number()))).collect()
    }

    /// Whether the scene in sight has edits that no file holds.
    pub fn is_changed(&self) -> bool {
        self.document.as_ref().is_some_and(Document::is_changed)
    }

    /// Tells the user that the window is drawn by something slow.
    pub fn set_drawing_note(&mut self, note: impl Into<String>) {
        self.drawing_note = Some(note.into());
    }

    /// Plays the run on screen from its start, over and over.
    pub fn start_playing(&mut self) {
        if let Some(document) = &mut self.document {
            document.view.start_playing();
        }
    }

    /// Number of the edit that made the scene in sight what it is; `None` without one.
    fn revision(&self) -> Option<u64> {
        self.document.as_ref().map(Document::revision)
    }

    /// Closes every scene, whatever it holds.
    fn close_everything(&mut self) {
        let numbers: Vec<u64> = self.documents().map(Document::number).collect();
        for number in numbers {
            self.close_document(number);
        }
    }

    /// Whether a lesson is open.
    pub fn has_lesson(&self) -> bool {
        self.lessons.running.is_some()
    }

    fn fail(&mut self, text: &str) {
        self.messages.add(Weight::Error, files::sentence(text));
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
        self.theme = choice;
        if !self.is_presenting() {
            choice.apply(ctx);
        }
        choice.id().clone_into(&mut self.settings.theme);
        self.save_settings();
    }

    /// Remembers the notation that was chosen beside the formulas.
    fn keep_notation(&mut self, ctx: &egui::Context) {
        let now = notation::current(ctx).id;
        if now != self.settings.notation {
            now.clone_into(&mut self.settings.notation);
            self.save_settings();
        }
    }

    fn set_zoom(&mut self, zoom: f32, ctx: &egui::Context) {
        self.settings.zoom = zoom.clamp(0.5, 3.0);
        if !self.is_presenting() {
            ctx.set_zoom_factor(self.settings.zoom);
        }
        self.save_settings();
    }

    fn use_engine(&mut self, selected: Result<Active, EngineError>) {
        match selected {
            Ok(active) => {
                self.engine = active;
                let engine = Arc::clone(&self.engine.engine);
                for document in self.documents_mut() {
                    document.view.set_engine(Arc::clone(&engine));
                }
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    fn take_pasted_and_dropped(&mut self, ctx: &egui::Context) {
        let dropped = ctx.input_mut(|input| std::mem::take(&mut input.raw.dropped_files));
        if !dropped.is_empty() {
            self.files.read_all(dropped.iter().map(|file| file.path().to_owned()).collect());
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
            self.files.look_at("The clipboard", text.into_bytes());
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

/// Says that a file held over the window can be dropped, and which data the lab in sight takes.
fn drop_hint(ui: &Ui, data_files: &[&str]) {
    if ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let words = match data_files {
        [] => "Drop a scene (json) or a lesson (md)".to_owned(),
        _ => format!("Drop a scene (json), a lesson (md) or data ({})", data_files.join(", ")),
    };
    let tokens = theme::tokens(ui.visuals());
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop hint"));
    let painter = ui.ctx().layer_painter(layer);
    let rect = ui.ctx().content_rect();
    painter.rect_filled(rect, 0.0, tokens.label_background);
    painter.text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        words,
        egui::TextStyle::Heading.resolve(ui.style()),
        tokens.accent,
    );
}
