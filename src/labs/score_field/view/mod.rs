//! The lab in the window.
//!
//! [`ScoreFieldView`] owns the scene. Panels and pointer edit it; setup, particles, field and curves follow it on threads
//! of their own, and the canvas draws the latest of each.

mod actions;
mod curves;
mod edit;
mod field;
mod layers;
mod live;
mod nodes;
mod panels;
mod panes;
mod picture;
mod probe;
mod run_slot;
mod setup_slot;
mod slider_row;
mod small_plot;
mod state;
mod toolbar;

use std::sync::{Arc, Mutex, PoisonError};

use egui::{Context, Panel, ScrollArea, Ui};
use serde_json::Value;

use crate::core::process::Forward;
use crate::core::sampler::Direction;
use crate::engine::Engine;
use crate::engine::numbered::NumberedEngine;
use crate::labs::readings::{self, ReadingInfo};
use crate::labs::scene_file::{self, SceneError};
use crate::labs::score_field::check::MAX_POINTS;
use crate::labs::score_field::import;
use crate::labs::score_field::scene::Scene;
use crate::labs::{LabAction, LabView};
use crate::ui::Tiles;
use crate::ui::canvas::Camera;
use crate::ui::notation;
use crate::ui::tiles::Pane;
use crate::ui::transport::{Mark, Reading, Timeline, Transport};
use curves::CurvesSlot;
use edit::Edits;
use field::FieldSlot;
use panels::PanelContext;
use probe::NoisedModels;
use run_slot::RunSlot;
use setup_slot::{Numbered, SetupSlot};
use state::ViewState;

/// A step that changes log-SNR by more than this is called large.
const LARGE_STEP: f64 = 2.0;

/// The score-field lab in the window.
struct ScoreFieldView {
    scene: Scene,
    edits: Edits,
    state: ViewState,
    transport: Transport,
    engine: NumberedEngine,
    /// Times and process that the play head was last fitted to.
    fitted: Option<Numbered>,
    setup: SetupSlot,
    run: RunSlot,
    field: FieldSlot,
    curves: CurvesSlot,
    noised: NoisedModels,
    /// Where the panes are; taken out while they are drawn.
    tiles: Option<Tiles>,
    /// Whether the picture is in sight, so that there is a field to compute.
    in_sight: bool,
    /// Where the view is shown, known from the first frame on; threads ask it for a repaint.
    window: Arc<Mutex<Option<Context>>>,
}

/// Opens a scene.
pub(super) fn open(scene: &Value, engine: Arc<dyn Engine>) -> Result<Box<dyn LabView>, SceneError> {
    Ok(Box::new(ScoreFieldView::new(scene_file::typed(scene)?, engine)))
}

/// The panes of the view.
pub(super) fn pane_list() -> &'static [Pane] {
    &panes::PANES
}

/// The live readings of the view.
pub(super) fn reading_list() -> Vec<ReadingInfo> {
    readings::infos(live::ALL)
}

impl ScoreFieldView {
    fn new(scene: Scene, engine: Arc<dyn Engine>) -> Self {
        let window: Arc<Mutex<Option<Context>>> = Arc::default();
        let wake = || {
            let window = Arc::clone(&window);
            move || {
                if let Some(ctx) = &*window.lock().unwrap_or_else(PoisonError::into_inner) {
                    ctx.request_repaint();
                }
            }
        };
        Self {
            state: ViewState::new(&scene),
            edits: Edits::default(),
            transport: Transport::default(),
            engine: NumberedEngine::new(engine),
            fitted: None,
            setup: SetupSlot::new(wake()),
            run: RunSlot::new(wake()),
            field: FieldSlot::new(wake()),
            curves: CurvesSlot::new(wake()),
            noised: NoisedModels::default(),
            tiles: Some(panes::tiles()),
            in_sight: true,
            scene,
            window,
        }
    }

    /// Notes where the view is shown. Textures belong to one window: in another they are made anew.
    fn appear_in(&mut self, ctx: &Context) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.as_ref() != Some(ctx) {
            *window = Some(ctx.clone());
            self.state.disc = None;
            self.field.clear();
        }
    }

    /// Steps of the run; none without a setup.
    fn steps(&self) -> usize {
        self.setup.current().map_or(0, |numbered| numbered.setup.times.len() - 1)
    }

    /// Makes the setup follow the scene, and the play head the setup.
    fn follow_scene(&mut self) {
        if !self.setup.follow(&self.scene) {
            return;
        }
        let Some(numbered) = self.setup.current().cloned() else {
            self.run.clear();
            self.field.clear();
            self.curves.clear();
            self.noised.follow(None, 0.0);
            return;
        };
        let same_times = self.fitted.as_ref().is_some_and(|last| last.setup.times == numbered.setup.times);
        if !same_times {
            if let Some(last) = &self.fitted
                && last.scene.process != numbered.scene.process
            {
                self.scene.time = same_noise(&last.setup.forward, self.scene.time, &numbered.setup.forward);
            }
            self.transport.position = panels::position(&numbered.setup.times, self.scene.time);
        }
        self.fitted = Some(numbered);
    }

    /// Makes the time shown follow the play head.
    fn follow_transport(&mut self) {
        let Some(numbered) = self.setup.current() else { return };
        let times = &numbered.setup.times;
        let step = (self.transport.position.max(0.0) as usize).min(times.len() - 1);
        let next = (step + 1).min(times.len() - 1);
        let fraction = self.transport.position - step as f64;
        self.scene.time = times[step] + fraction.clamp(0.0, 1.0) * (times[next] - times[step]);
    }

    /// Whether the particles on screen lag behind the play head.
    fn lags(&self) -> bool {
        let wanted = self.transport.position.floor() as usize;
        self.run.is_busy() && self.run.picture().is_none_or(|picture| picture.step != wanted)
    }

    /// A word about what cannot be shown.
    fn notice(&self) -> Option<String> {
        if let Some(error) = self.setup.error() {
            let empty = self.scene.data.points.is_empty() && self.scene.data.components.is_empty();
            return Some(if empty {
                "There is no data.\nDouble-click to add a point, or choose a point set under Data.".to_owned()
            } else {
                error.to_string()
            });
        }
        if self.setup.current().is_none() && self.setup.is_busy() {
            return Some("Fitting the score model …".to_owned());
        }
        self.field.error().or(self.run.error()).map(ToString::to_string)
    }

    fn show_transport(&mut self, ui: &mut Ui) {
        let plain = |id| notation::plain(ui.ctx(), id);
        let forward = self.setup.current().map(|numbered| &numbered.setup.forward);
        let t = self.scene.time;
        let readings = forward.map_or(Vec::new(), |forward| {
            let reading = |symbol, name, value| Reading { symbol, name, value };
            vec![
                reading(plain("time"), "Time of the process", t),
                reading(plain("noise"), "Noise", forward.sigma(t)),
                reading(plain("signal2"), "Share of the signal, α²", forward.abar(t)),
                reading(plain("logsnr"), "Natural logarithm of the signal-to-noise ratio α²/σ²", forward.log_snr(t)),
            ]
        });
        let caption = self.setup.current().map_or(String::new(), |numbered| {
            let way = match numbered.setup.sampler.direction {
                Direction::Noising => "data → noise",
                Direction::Generating => "noise → data",
            };
            format!("{way}, {}", numbered.setup.sampler.info.name)
        });
        let critical = self.setup.current().map_or(&[][..], |numbered| &numbered.setup.critical_steps);
        let marks: Vec<Mark> =
            critical.iter().map(|critical| Mark { step: critical.step, label: critical.label.to_owned() }).collect();
        let timeline = Timeline { steps: self.steps(), readings: &readings, marks: &marks, caption: &caption };
        let before = self.transport.position;
        self.transport.show(ui, &timeline);
        if self.transport.position != before {
            self.follow_transport();
        }
    }

    fn show_sections(&mut self, ui: &mut Ui, sections: &[fn(&mut Ui, &mut PanelContext<'_>)]) {
        let before = self.transport.position;
        self.noised.follow(self.setup.current(), self.scene.time);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.add_space(4.0);
            let mut cx = PanelContext {
                scene: &mut self.scene,
                edits: &mut self.edits,
                state: &mut self.state,
                transport: &mut self.transport,
                setup: self.setup.current(),
                noised: self.noised.models(),
                run: self.run.picture(),
                curves: self.curves.curves(),
            };
            for section in sections {
                section(ui, &mut cx);
            }
        });
        if self.transport.position != before {
            self.follow_transport();
        }
    }
}

/// The time of `new` at which there is as much noise as at `time` of `old`, or the nearest that there is.
fn same_noise(old: &Forward, time: f64, new: &Forward) -> f64 {
    let wanted = old.log_snr(time);
    new.time_at_log_snr(wanted).unwrap_or_else(|| {
        let (clean, noisy) = new.range();
        if wanted > new.log_snr(clean) { clean } else { noisy }
    })
}

impl LabView for ScoreFieldView {
    fn scene(&self) -> Value {
        let mut scene = self.scene.clone();
        scene.region = self.state.camera.region();
        // A scene is plain data with names for keys: there is nothing in it that JSON could not say.
        serde_json::to_value(scene).unwrap_or_default()
    }

    fn edit_stamp(&self) -> u64 {
        self.edits.stamp()
    }

    fn last_edit(&self) -> &str {
        self.edits.last()
    }

    fn restore(&mut self, scene: &Value) -> Result<(), SceneError> {
        let time = self.scene.time;
        self.scene = scene_file::typed(scene)?;
        // Moving the play head is no edit, so undo does not move it either, unless the process is another.
        if self.fitted.as_ref().is_some_and(|last| last.scene.process == self.scene.process) {
            self.scene.time = time;
        }
        self.state.keep_existing(&self.scene.data);
        Ok(())
    }

    fn logic(&mut self, ctx: &Context, dt: f32) {
        self.appear_in(ctx);
        self.follow_scene();
        // The play head waits for the particles rather than run away from them.
        let dt = if self.lags() { 0.0 } else { dt };
        if self.transport.advance(dt, self.steps()) {
            self.follow_transport();
        }
        if self.transport.playing {
            ctx.request_repaint();
        }
    }

    fn ui(&mut self, ui: &mut Ui) {
        let before = self.transport.position;
        self.transport.keys(ui.ctx(), self.steps());
        if self.transport.position != before {
            self.follow_transport();
        }
        Panel::bottom("score field transport").resizable(false).show(ui, |ui| {
            ui.add_space(4.0);
            self.show_transport(ui);
            ui.add_space(4.0);
        });
        let edits = self.edits.stamp();
        egui::CentralPanel::default().frame(egui::Frame::new()).show(ui, |ui| self.show_panes(ui));
        if self.edits.stamp() != edits {
            // Panes drawn before the one that was edited still show the scene as it was.
            ui.ctx().request_repaint();
        }
    }

    fn figure(&mut self, ui: &mut Ui) {
        self.appear_in(ui.ctx());
        self.show_figure(ui);
    }

    fn pane_figure(&mut self, ui: &mut Ui, pane: &str) {
        self.appear_in(ui.ctx());
        self.show_pane_figure(ui, pane);
    }

    fn import(&mut self, name: &str, bytes: &[u8]) -> Result<String, String> {
        let points = import::points(name, bytes)?;
        let room = MAX_POINTS - self.scene.data.points.len().min(MAX_POINTS);
        if points.len() > room {
            return Err(format!(
                "{name} has {} points, but there is room for {room} more: a scene holds at most {MAX_POINTS}",
                points.len()
            ));
        }
        let added = edit::add_points(&mut self.scene.data, &mut self.state.selection, &points);
        self.edits.note("import points");
        let [x0, x1, y0, y1] = self.state.camera.region();
        let seen = |at: [f64; 2]| (x0..=x1).contains(&at[0]) && (y0..=y1).contains(&at[1]);
        if !points.iter().any(|point| seen(point.at))
            && let Some(camera) = Camera::around(self.scene.data.points.iter().map(|point| point.at))
        {
            self.state.camera = camera;
        }
        Ok(format!("Added {added} {} from {name}.", if added == 1 { "point" } else { "points" }))
    }

    fn compute_secs(&self) -> [f32; 2] {
        let step = self.run.picture().map_or(0.0, |picture| picture.secs_per_step);
        let picture = self.field.picture().map_or(0.0, |picture| picture.secs);
        [step as f32, picture as f32]
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(run) = self.run.picture() {
            if run.lost > 0 {
                warnings.push(format!("{} of {} particles have left the numbers.", run.lost, run.total));
            }
            if run.total > run_slot::MOST_DRAWN {
                warnings.push(format!("Only the first {} of {} particles are drawn.", run_slot::MOST_DRAWN, run.total));
            }
        }
        if let Some(numbered) = self.setup.current() {
            let setup = &numbered.setup;
            let log_snr: Vec<f64> = setup.times.iter().map(|t| setup.forward.log_snr(*t)).collect();
            let largest = log_snr.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
            if largest > LARGE_STEP && setup.sampler.order.is_some() {
                warnings.push(format!(
                    "The largest step changes log-SNR by {largest:.1}: more steps would follow the score more closely."
                ));
            }
        }
        if let Some(clipped) = self.clipped().filter(|share| *share > picture::CLIPPED) {
            warnings.push(format!("{:.0} % of the picture lies beyond the colour scale.", 100.0 * clipped));
        }
        warnings.extend(self.field.error().or(self.run.error()).map(ToString::to_string));
        warnings
    }

    fn has_picture(&self) -> bool {
        self.field.picture().is_some()
    }

    fn is_busy(&self) -> bool {
        let unfinished =
            self.in_sight && self.field.picture().is_none_or(|picture| picture.coarse) && self.setup.error().is_none();
        let typesetting = self
            .window
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(crate::ui::formula::is_busy);
        unfinished
            || typesetting
            || self.setup.is_busy()
            || self.run.is_busy()
            || self.field.is_busy()
            || self.curves.is_busy()
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        picture::KEYS
    }

    fn actions(&self) -> &'static [LabAction] {
        &actions::ACTIONS
    }

    fn act(&mut self, action: &str) {
        actions::act(self, action);
    }

    fn start_playing(&mut self) {
        self.transport.position = 0.0;
        self.transport.playing = true;
        self.transport.looping = true;
        self.follow_transport();
    }

    fn tiles(&mut self) -> Option<&mut Tiles> {
        self.tiles.as_mut()
    }

    fn seek(&mut self, share: f64) -> bool {
        self.transport.position = share.clamp(0.0, 1.0) * self.steps() as f64;
        self.follow_transport();
        true
    }

    fn reading(&self, id: &str) -> Option<f64> {
        readings::value(live::ALL, self, id)
    }

    fn transport(&mut self) -> Option<&mut Transport> {
        Some(&mut self.transport)
    }

    fn set_engine(&mut self, engine: Arc<dyn Engine>) {
        self.engine.replace(engine);
    }
}
