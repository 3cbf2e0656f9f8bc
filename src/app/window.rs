//! The real window, by eframe.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use etcetera::AppStrategy as _;

use super::{App, Closing, DesktopDialogs, Options, Survivors};
use crate::faults;
use crate::ui::graphics;

/// The program in a window.
pub struct Window {
    app: App,
    /// Set when the device that draws is lost.
    lost: Option<Arc<AtomicBool>>,
    /// Where the documents go then.
    refuge: Refuge,
}

/// What goes from one window to the next.
type Refuge = Rc<RefCell<Option<Survivors>>>;

/// Windows opened one after the other because the device that draws was lost: beyond that, something is wrong for good.
const MOST_WINDOWS: usize = 4;

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// There is no display to open it on.
    #[error(
        "there is no display to open a window on; draw a figure with 'diffuscope render SCENE -o figure.png' or compute \
         with 'diffuscope run SCENE --out DIR'"
    )]
    NoDisplay,
    /// The engine that was asked for does not exist on this machine.
    #[error("{0}")]
    NoEngine(crate::engine::EngineError),
    /// There is nothing to draw with.
    #[error("no graphics adapter was found to draw a window with: install a Vulkan driver, such as Mesa's ({0})")]
    NoAdapter(String),
    /// Something else.
    #[error("the window could not be opened: {0}")]
    Other(String),
}

/// Smallest window in which everything has room, in points.
const LEAST_SIZE: [f32; 2] = [800.0, 560.0];

/// Opens the window and returns when it is closed.
///
/// # Errors
/// There is no display, no adapter to draw with, or no such engine.
pub fn run_window(options: Options) -> Result<(), WindowError> {
    if !has_display() {
        return Err(WindowError::NoDisplay);
    }
    let refuge = Refuge::default();
    let (engine, theme, data_folder) = (options.engine, options.theme, options.data_folder.clone());
    let mut options = options;
    for _ in 0..MOST_WINDOWS {
        let ended = open_window(options, &refuge);
        if ended.is_err()
            && let Some(survivors) = refuge.take()
        {
            survivors.keep();
        }
        ended?;
        if refuge.borrow().is_none() {
            return Ok(());
        }
        let (scene, path, data_folder) = (None, None, data_folder.clone());
        options = Options { scene, path, lesson: None, engine, theme, data_folder, dialogs: Box::new(DesktopDialogs) };
    }
    if let Some(survivors) = refuge.take() {
        survivors.keep();
    }
    Err(WindowError::Other("the device that draws it fails again and again".to_owned()))
}

/// One window, from its opening to its end. Documents that it is to go on with lie in `refuge`, and so do its own if its
/// device is lost.
fn open_window(options: Options, refuge: &Refuge) -> Result<(), WindowError> {
    let folder = options.data_folder.clone();
    let refuge = Rc::clone(refuge);
    let viewport = egui::ViewportBuilder::default()
        .with_title("Diffuscope")
        .with_app_id("diffuscope")
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size(LEAST_SIZE)
        .with_icon(icon());
    let native = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Wgpu,
        wgpu_options: graphics::configuration().with_surface_config(eframe::egui_wgpu::SurfaceConfig::LOW_LATENCY),
        persist_window: folder.is_some(),
        persistence_path: folder.map(|folder| folder.join("window.ron")),
        ..Default::default()
    };
    let create: eframe::AppCreator<'_> = Box::new(move |context| {
        let window = Window::going_on(options, context, refuge)?;
        Ok(Box::new(window) as Box<dyn eframe::App>)
    });
    eframe::run_native("Diffuscope", native, create).map_err(|error| match error {
        eframe::Error::AppCreation(error) => match error.downcast::<crate::engine::EngineError>() {
            Ok(error) => WindowError::NoEngine(*error),
            Err(error) => WindowError::Other(error.to_string()),
        },
        eframe::Error::WinitEventLoop(error) => no_display(&error),
        eframe::Error::Winit(error) => no_display(&error),
        eframe::Error::Wgpu(error) => WindowError::NoAdapter(error.to_string()),
    })
}

impl Options {
    /// Options of the real window: the desktop's dialogs, and the user's own folder for what is remembered.
    pub fn for_user() -> Self {
        Self { data_folder: data_folder(), ..Self::default() }
    }
}

/// The user's folder for settings and unsaved work.
fn data_folder() -> Option<PathBuf> {
    let name = etcetera::AppStrategyArgs { app_name: "diffuscope".to_owned(), ..Default::default() };
    etcetera::choose_app_strategy(name).ok().map(|folders| folders.data_dir())
}

/// The display that is named does not answer. Why not is for those who look for it: it speaks of files of libraries.
fn no_display(reason: &dyn std::error::Error) -> WindowError {
    tracing::info!("the display does not answer: {reason}");
    WindowError::NoDisplay
}

/// Whether there is anything to open a window on. Only X11 and Wayland can be told in advance.
fn has_display() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let may_lack = cfg!(all(unix, not(target_os = "macos")));
    !may_lack || named("DISPLAY") || named("WAYLAND_DISPLAY") || named("WAYLAND_SOCKET")
}

fn icon() -> egui::IconData {
    const PNG: &[u8] = include_bytes!("../../assets/icon.png");
    eframe::icon_data::from_png_bytes(PNG).unwrap_or_default()
}

impl Window {
    /// The program in the window that `context` describes.
    ///
    /// # Errors
    /// The engine that was asked for does not exist on this machine.
    pub fn new(options: Options, context: &eframe::CreationContext<'_>) -> Result<Self, crate::engine::EngineError> {
        Self::going_on(options, context, Refuge::default())
    }

    /// The program in the window that `context` describes, which goes on with the documents in `refuge`, if there are any.
    fn going_on(
        options: Options,
        context: &eframe::CreationContext<'_>,
        refuge: Refuge,
    ) -> Result<Self, crate::engine::EngineError> {
        let lost = context.wgpu_render_state.as_ref().map(|state| {
            let ctx = context.egui_ctx.clone();
            graphics::catch_errors(&state.device, move || ctx.request_repaint())
        });
        let unasked = options.scene.is_none() && options.lesson.is_none() && refuge.borrow().is_none();
        let mut app = App::new(options, &context.egui_ctx)?;
        // Whoever opens the program with nothing in mind is shown what it is about.
        if unasked {
            app.start_playing();
        }
        if let Some(state) = &context.wgpu_render_state {
            if let Some(note) = graphics::drawing_note(&state.adapter.get_info()) {
                app.set_drawing_note(note);
            }
            let most = state.device.limits().max_texture_dimension_2d as f32;
            let points = most / context.egui_ctx.pixels_per_point().max(1.0);
            context.egui_ctx.send_viewport_cmd(egui::ViewportCommand::MaxInnerSize(egui::vec2(points, points)));
        }
        if let Some(survivors) = refuge.take() {
            app.take_over(survivors);
        }
        Ok(Self { app, lost, refuge })
    }

    /// Hands the documents over, as is done when the device that draws is lost.
    pub fn leave(&mut self) -> Survivors {
        self.app.leave()
    }

    /// Goes on with the documents of another window.
    pub fn take_over(&mut self, survivors: Survivors) {
        self.app.take_over(survivors);
    }

    fn watch_the_device(&mut self, ctx: &egui::Context, frame: &eframe::Frame) {
        if faults::strikes(&faults::WINDOW)
            && let Some(state) = frame.wgpu_render_state()
        {
            state.device.destroy();
            // Its driver would tell of a loss by itself.
            drop(state.device.poll(eframe::egui_wgpu::wgpu::PollType::Poll));
        }
        let is_lost = self.lost.as_ref().is_some_and(|lost| lost.load(Ordering::Acquire));
        if is_lost && self.app.closing != Closing::Yes {
            *self.refuge.borrow_mut() = Some(self.app.leave());
            self.app.closing = Closing::Yes;
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    /// The program.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The program, to be changed.
    pub fn app_mut(&mut self) -> &mut App {
        &mut self.app
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        self.watch_the_device(ctx, frame);
        // After a rest the time since the last frame says nothing about the pace of a run.
        let dt = ctx.input(|input| input.stable_dt).min(0.1);
        self.app.logic(ctx, dt);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        self.app.show(ui);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    /// Only the window's place is eframe's to keep: it truncates its file in place.
    fn persist_egui_memory(&self) -> bool {
        false
    }
}
