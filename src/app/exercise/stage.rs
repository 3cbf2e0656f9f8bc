//! The program on a stage without graphics: frame after frame with the input of a script.

use std::time::{Duration, Instant};

use cpu_time::{ProcessTime, ThreadTime};
use egui::{Event, Pos2, RawInput, Rect, ViewportId, ViewportInfo, pos2, vec2};

use super::report::Cost;
use super::{FRAME, FRAME_SECS};
use crate::app::{App, Options};
use crate::engine::EngineError;
use crate::ui::formula;

/// Size of the window, in points.
pub(super) const SIZE: [f32; 2] = [1280.0, 800.0];

/// The program, its input and what its frames cost.
pub(super) struct Stage {
    ctx: egui::Context,
    app: App,
    frames: u64,
    label: [&'static str; 3],
    /// Scenes and labs have names for ever, the names of files have not.
    costs: Vec<Cost>,
    last: Cost,
    due: Clocks,
    /// Whether frames follow one another as fast as they can.
    hurried: bool,
}

/// Moments on three clocks.
#[derive(Clone, Copy)]
pub(super) struct Clocks {
    wall: Instant,
    thread: ThreadTime,
    process: ProcessTime,
}

/// Seconds on three clocks: on the wall, of this thread, of all threads.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Elapsed {
    pub wall: f64,
    pub thread: f64,
    pub process: f64,
}

impl Clocks {
    pub fn now() -> Self {
        Self { wall: now(), thread: ThreadTime::now(), process: ProcessTime::now() }
    }

    pub fn elapsed(&self) -> Elapsed {
        Elapsed {
            wall: now().duration_since(self.wall).as_secs_f64(),
            thread: self.thread.elapsed().as_secs_f64(),
            process: self.process.elapsed().as_secs_f64(),
        }
    }
}

impl Stage {
    pub fn new(options: Options) -> Result<Self, EngineError> {
        let ctx = egui::Context::default();
        let app = App::new(options, &ctx)?;
        let label = ["", "", "start"];
        Ok(Self {
            ctx,
            app,
            frames: 0,
            label,
            costs: Vec::new(),
            last: Cost::default(),
            due: Clocks::now(),
            hurried: false,
        })
    }

    pub fn app(&mut self) -> &mut App {
        &mut self.app
    }

    pub fn ctx(&self) -> &egui::Context {
        &self.ctx
    }

    /// Names what the next frames are part of.
    pub fn label(&mut self, lab: &'static str, scene: &'static str, what: &'static str) {
        self.label = [lab, scene, what];
    }

    /// Names what is done in the next frames.
    pub fn doing(&mut self, what: &'static str) {
        self.label[2] = what;
    }

    /// What the frames cost so far.
    pub fn costs(&self) -> &[Cost] {
        &self.costs
    }

    pub fn forget_costs(&mut self) {
        self.costs = Vec::new();
    }

    /// Textures that egui holds.
    pub fn textures(&self) -> usize {
        self.ctx.tex_manager().read().num_allocated()
    }

    /// Whether frames from now on come as fast as they can, and not at the pace of a display.
    pub fn hurry(&mut self, hurried: bool) {
        self.hurried = hurried;
    }

    /// Runs one frame with these events; its cost in milliseconds of this thread.
    pub fn frame(&mut self, events: Vec<Event>) -> f64 {
        let input = self.input(events);
        let begun = Clocks::now();
        let app = &mut self.app;
        let ctx = self.ctx.clone();
        let mut parts = [0.0; 3];
        let mut output = self.ctx.run_ui(input, |ui| {
            let logic = ThreadTime::now();
            app.logic(&ctx, FRAME_SECS as f32);
            parts[0] += logic.elapsed().as_secs_f64();
            let show = ThreadTime::now();
            app.show(ui);
            parts[1] += show.elapsed().as_secs_f64();
        });
        // There is no graphics processor to take them.
        output.textures_delta.clear();
        let tessellating = ThreadTime::now();
        let meshes = self.ctx.tessellate(output.shapes, 1.0);
        parts[2] = tessellating.elapsed().as_secs_f64();
        drop(meshes);
        let spent = begun.elapsed();
        self.frames += 1;
        let [lab, scene, what] = self.label;
        self.last = Cost {
            lab,
            scene,
            what,
            ms: 1e3 * spent.thread,
            wall_ms: 1e3 * spent.wall,
            parts_ms: parts.map(|secs| 1e3 * secs),
        };
        self.costs.push(self.last);
        // A display would ask for the next frame at its own pace.
        let waited = self.due.elapsed().wall;
        if let Some(left) = FRAME.checked_sub(Duration::from_secs_f64(waited)).filter(|_| !self.hurried) {
            std::thread::sleep(left);
        }
        self.due = Clocks::now();
        self.last.ms
    }

    /// Frames without input.
    pub fn rest(&mut self, frames: usize) {
        for _ in 0..frames {
            self.frame(Vec::new());
        }
    }

    /// Frames until nothing is computed any more, or so many.
    pub fn calm(&mut self, most: usize) {
        let mut still = 0;
        for _ in 0..most {
            self.frame(Vec::new());
            let busy = self.app.view().is_some_and(|view| view.is_busy()) || formula::is_busy(&self.ctx);
            still = if busy { 0 } else { still + 1 };
            if still > 3 {
                return;
            }
        }
    }

    /// Whether there is something to see.
    pub fn has_picture(&mut self) -> bool {
        self.app.view().is_none_or(|view| view.has_picture())
    }

    fn input(&self, events: Vec<Event>) -> RawInput {
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(SIZE[0], SIZE[1]))),
            max_texture_side: Some(8192),
            time: Some(self.frames as f64 * FRAME_SECS),
            predicted_dt: FRAME_SECS as f32,
            focused: true,
            events,
            ..RawInput::default()
        };
        let info = ViewportInfo { native_pixels_per_point: Some(1.0), ..ViewportInfo::default() };
        input.viewports.insert(ViewportId::ROOT, info);
        input
    }
}

/// A place in the window, given by shares of its sides.
pub(super) fn at(x: f32, y: f32) -> Pos2 {
    pos2(SIZE[0] * x, SIZE[1] * y)
}

#[expect(clippy::disallowed_methods, reason = "measuring is what this module is for")]
fn now() -> Instant {
    Instant::now()
}
