//! The lab in the window.
//!
//! [`PatchesView`] owns the scene. Panes edit it; setups, runs, pictures, measurements and probes follow it on threads of
//! their own, each behind a slot that holds only the latest request.

mod brush;
mod colours;
mod fitting;
mod live;
mod loading;
mod mosaic;
mod panes;
mod physics_slot;
mod picture_slot;
mod pictures;
mod posterior;
mod probe_slot;
mod run_slot;
#[cfg(test)]
mod same_numbers;
mod setup_slot;
mod state;
mod statistics_slot;
mod textures;
mod timeline;
mod warnings;

use std::sync::{Arc, Mutex, PoisonError};

use egui::{Context, Panel, Ui};
use serde_json::Value;

use crate::engine::Engine;
use crate::engine::numbered::NumberedEngine;
use crate::labs::LabView;
use crate::labs::patches::scene::Scene;
use crate::labs::readings::{self, ReadingInfo};
use crate::labs::scene_file::{self, SceneError};
use crate::ui::edits::Edits;
use crate::ui::tiles::{Pane, Tiles};
use crate::ui::transport::Transport;
use mosaic::Mosaic;
use panes::PaneContext;
use physics_slot::PhysicsSlot;
use picture_slot::PictureSlot;
use pictures::PictureKind;
use probe_slot::{ProbeJob, ProbeSlot};
use run_slot::{RunSlot, nearest_step};
use setup_slot::SetupSlot;
use state::ViewState;
use statistics_slot::StatisticsSlot;
use textures::Textures;

/// Seconds of a frame that may be spent waiting for a picture that is nearly there: then it answers in the same frame.
const PATIENCE_SECS: f64 = 0.003;
/// Share of the figure's height that the chart takes.
const FIGURE_CHART: f32 = 0.38;

/// What keys and gestures do.
const KEYS: &[(&str, &str)] = &[
    ("Select a pixel", "click"),
    ("Select a second pixel", "Shift+click"),
    ("Select the middle pixel", "P"),
    ("Move the selected pixel", "Alt+arrow keys"),
    ("Move the second pixel", "Alt+Shift+arrow keys"),
    ("Paint, or put the brush away", "B"),
    ("Select nothing", "Esc"),
    ("Show or hide a picture", "1 to 5"),
    ("Zoom all pictures", "wheel"),
    ("Move all pictures", "drag"),
];

/// The patch lab in the window.
struct PatchesView {
    scene: Scene,
    edits: Edits,
    images_stamp: u64,
    state: ViewState,
    tiles: Tiles,
    transport: Transport,
    engine: NumberedEngine,
    /// Values of ᾱ that the play head was last fitted to.
    fitted: Vec<f64>,
    setups: SetupSlot,
    run: RunSlot,
    plain: PictureSlot,
    read: PictureSlot,
    physics: PhysicsSlot,
    probes: ProbeSlot,
    statistics: StatisticsSlot,
    textures: Textures,
    /// Panes drawn in the latest frame, by id: what nobody sees is not computed.
    seen: Vec<&'static str>,
    /// Where the view is shown, known from the first frame on; threads ask it for a repaint.
    window: Arc<Mutex<Option<Context>>>,
}

/// Opens a scene.
pub(super) fn open(scene: &Value, engine: Arc<dyn Engine>) -> Result<Box<dyn LabView>, SceneError> {
    Ok(Box::new(PatchesView::new(scene_file::typed(scene)?, engine)))
}

/// The panes of the view.
pub(super) fn pane_list() -> &'static [Pane] {
    &panes::PANES
}

/// The live readings of the view.
pub(super) fn reading_list() -> Vec<ReadingInfo> {
    readings::infos(live::ALL)
}

impl PatchesView {
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
            edits: Edits::default(),
            images_stamp: 0,
            state: ViewState { tiles: scene.ensemble.count > 1, ..ViewState::default() },
            tiles: Tiles::new("patches tiles", &panes::PANES, panes::STANDARD),
            transport: Transport::default(),
            engine: NumberedEngine::new(engine),
            fitted: Vec::new(),
            setups: SetupSlot::new(wake()),
            run: RunSlot::new(wake()),
            plain: PictureSlot::new("pictures", wake()),
            read: PictureSlot::new("read pictures", wake()),
            physics: PhysicsSlot::new(wake()),
            probes: ProbeSlot::new(wake()),
            statistics: StatisticsSlot::new(wake()),
            textures: Textures::default(),
            seen: Vec::new(),
            scene,
            window,
        }
    }

    /// Notes where the view is shown. Textures belong to one window: in another they are made anew.
    fn appear_in(&mut self, ctx: &Context) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.as_ref() != Some(ctx) {
            *window = Some(ctx.clone());
            self.textures = Textures::default();
        }
    }

    /// Whether formulas are still being typeset.
    fn is_typesetting(&self) -> bool {
        let window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        window.as_ref().is_some_and(crate::ui::formula::is_busy)
    }

    /// Steps of the run; none without a setup.
    fn steps(&self) -> usize {
        self.setups.main().map_or(0, |numbered| numbered.setup.plan.len())
    }

    /// Makes the setups follow the scene, and the play head the setups.
    fn follow_scene(&mut self) {
        if !self.setups.follow(&self.scene, self.images_stamp) {
            return;
        }
        let Some(main) = self.setups.main() else {
            self.run.clear();
            self.plain.clear();
            self.read.clear();
            self.physics.clear();
            self.probes.clear();
            return;
        };
        let setup = &main.setup;
        if self.fitted != setup.abars {
            // The same signal power, as near as the new steps come to it.
            self.transport.position = nearest_step(&setup.abars, self.scene.abar) as f64;
            self.fitted.clone_from(&setup.abars);
        }
        self.state.keep_existing(setup.count, setup.machine.side());
    }

    /// Makes the ᾱ shown follow the play head.
    fn follow_transport(&mut self) {
        let Some(main) = self.setups.main() else { return };
        let step = (self.transport.position.max(0.0) as usize).min(main.setup.abars.len().saturating_sub(1));
        self.scene.abar = main.setup.abars.get(step).copied().unwrap_or(0.0);
    }

    /// The step at the play head.
    fn step(&self) -> usize {
        (self.transport.position.floor().max(0.0) as usize).min(self.steps())
    }

    /// Whether the ensembles on screen lag behind the play head.
    fn lags(&self) -> bool {
        self.run.is_busy() && self.run.picture().is_none_or(|picture| picture.step != self.step())
    }

    /// Which grids are shown, and where.
    fn mosaic(&self) -> Mosaic {
        let (count, side) = match self.run.picture().and_then(|run| run.lanes.first()) {
            Some(lane) => (lane.phi.count, lane.phi.side),
            None => (self.scene.ensemble.count, self.scene.ensemble.side),
        };
        if self.state.tiles && count > 1 {
            Mosaic::tiles(count, side)
        } else {
            Mosaic::single(self.state.grid.min(count.saturating_sub(1)), side)
        }
    }

    /// A word about what cannot be shown.
    fn notice(&self) -> Option<String> {
        if let Some(error) = self.setups.error() {
            return Some(error.to_string());
        }
        if self.setups.main().is_none() {
            return Some("Preparing the training images …".to_owned());
        }
        self.run.error().or(self.plain.error()).or(self.read.error()).map(ToString::to_string)
    }

    /// Brings everything up to date with the scene and the play head, as far as it is ready. `seen` tells which panes need
    /// anything.
    fn refresh(&mut self, ui: &Ui, seen: &[&'static str]) {
        self.follow_scene();
        let Some(main) = self.setups.main().cloned() else { return };
        self.run.ask(self.setups.lanes(), &self.engine, self.step());
        self.run.receive(PATIENCE_SECS);
        let sees = |pane: &str| seen.contains(&pane);
        if let Some(run) = self.run.picture() {
            let current = run.lanes.first().is_some_and(|lane| lane.setup.base == main.base);
            if sees("picture") {
                let mosaic = self.mosaic();
                let between = ui.visuals().panel_fill;
                let kinds = self.state.kinds(!self.scene.painting.is_empty());
                let (plain, read): (Vec<&'static PictureKind>, Vec<_>) =
                    kinds.into_iter().partition(|kind| kind.wanted == pictures::Wanted::default());
                self.plain.ask(run, &self.engine, &mosaic, plain, between);
                self.read.ask(run, &self.engine, &mosaic, read, between);
            }
            let own = run.lanes.first().filter(|_| current);
            let theories = sees("correlations") && self.state.theories.iter().any(|on| *on);
            if let Some(lane) = own {
                if ["correlations", "growth", "probe", "machine", "equations"].into_iter().any(sees) {
                    self.physics.ask(&lane.setup, &self.engine, &run.kept, theories);
                }
                let selected: Vec<_> = self.state.selected.iter().flatten().copied().collect();
                if selected.is_empty() {
                    self.probes.clear();
                } else if sees("probe") || sees("equations") {
                    self.probes.ask(ProbeJob {
                        setup: lane.setup.clone(),
                        phi: Arc::clone(&lane.phi),
                        step: lane.step,
                        kept: run.kept.clone(),
                        pixels: selected,
                    });
                }
            }
        }
        if sees("training") || sees("equations") {
            self.statistics.ask(&main, self.step());
        }
        self.plain.receive(PATIENCE_SECS);
        self.read.receive(0.0);
        self.physics.receive();
        self.probes.receive();
        self.statistics.receive();
    }

    /// Runs `draw` with what panes read and edit.
    fn with_context<R>(&mut self, draw: impl FnOnce(&mut PaneContext<'_>, &mut Tiles) -> R) -> R {
        let mosaic = self.mosaic();
        let notice = self.notice();
        let before = self.transport.position;
        let mut cx = PaneContext {
            abar: self.scene.abar,
            scene: &mut self.scene,
            edits: &mut self.edits,
            images_stamp: &mut self.images_stamp,
            state: &mut self.state,
            transport: &mut self.transport,
            textures: &mut self.textures,
            setup: self.setups.main(),
            run: self.run.picture(),
            pictures: [self.plain.latest(), self.read.latest()],
            mosaic,
            physics: self.physics.latest().map(|physics| &**physics),
            probes: self.probes.latest(),
            statistics: self.statistics.latest(),
            notice,
        };
        let result = draw(&mut cx, &mut self.tiles);
        if self.transport.position != before {
            self.follow_transport();
        }
        result
    }

    /// Whether a pane is drawn that was not computed for.
    fn seen_changed(&self, drawn: &[&'static str], computed: &[&'static str]) -> bool {
        drawn.iter().any(|pane| !computed.contains(pane))
    }
}

impl LabView for PatchesView {
    fn scene(&self) -> Value {
        // A scene is plain data with names for keys: there is nothing in it that JSON could not say.
        serde_json::to_value(&self.scene).unwrap_or_default()
    }

    fn edit_stamp(&self) -> u64 {
        self.edits.stamp()
    }

    fn last_edit(&self) -> &str {
        self.edits.last()
    }

    fn restore(&mut self, scene: &Value) -> Result<(), SceneError> {
        let abar = self.scene.abar;
        let restored: Scene = scene_file::typed(scene)?;
        // Images and noise may be large: they are compared here, and not in every frame.
        if restored.training != self.scene.training || restored.noise != self.scene.noise {
            self.images_stamp += 1;
        }
        // Moving the play head is no edit, so undo does not move it either.
        self.scene = Scene { abar, ..restored };
        Ok(())
    }

    fn logic(&mut self, ctx: &Context, dt: f32) {
        self.appear_in(ctx);
        self.take_loaded();
        self.follow_scene();
        // The play head waits for the ensembles rather than run away from them.
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
        Panel::bottom("patches transport").resizable(false).show(ui, |ui| {
            ui.add_space(4.0);
            self.show_transport(ui);
            ui.add_space(4.0);
        });
        let seen = std::mem::take(&mut self.seen);
        // In the first frame nobody has seen anything yet; the picture is what matters.
        let wanted = if seen.is_empty() { vec!["picture"] } else { seen };
        self.refresh(ui, &wanted);
        let mut drawn = Vec::new();
        egui::CentralPanel::default().frame(egui::Frame::new().fill(ui.visuals().panel_fill)).show(ui, |ui| {
            self.with_context(|cx, tiles| {
                tiles.show(ui, &mut |ui, id| {
                    drawn.push(id);
                    let margin = egui::Margin { left: 8, right: 6, top: 6, bottom: 4 };
                    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
                        if let Some(entry) = panes::ALL.iter().find(|entry| entry.pane.id == id) {
                            (entry.show)(ui, cx);
                        }
                    });
                });
            });
        });
        if self.seen_changed(&drawn, &wanted) {
            ui.ctx().request_repaint();
        }
        self.seen = drawn;
    }

    fn figure(&mut self, ui: &mut Ui) {
        self.appear_in(ui.ctx());
        self.refresh(ui, &["picture", "correlations"]);
        let area = ui.available_rect_before_wrap().shrink(10.0);
        let chart = FIGURE_CHART * area.height();
        self.with_context(|cx, _| {
            let top = area.with_max_y(area.bottom() - chart);
            ui.scope_builder(egui::UiBuilder::new().max_rect(top), |ui| panes::picture::figure(ui, cx));
            let bottom = area.with_min_y(area.bottom() - chart + 6.0);
            ui.scope_builder(egui::UiBuilder::new().max_rect(bottom), |ui| panes::rho_figure(ui, cx));
        });
    }

    fn pane_figure(&mut self, ui: &mut Ui, pane: &str) {
        self.appear_in(ui.ctx());
        let Some(entry) = panes::ALL.iter().find(|entry| entry.pane.id == pane) else { return };
        // Nothing is complete without the picture.
        self.refresh(ui, &["picture", entry.pane.id]);
        let margin = egui::Margin::same(10);
        self.with_context(|cx, _| {
            egui::Frame::new().inner_margin(margin).show(ui, |ui| panes::figure(ui, cx, pane));
        });
    }

    fn import(&mut self, name: &str, bytes: &[u8]) -> Result<String, String> {
        self.take_file(name, bytes)
    }

    fn compute_secs(&self) -> [f32; 2] {
        let step = self.run.picture().map_or(0.0, |picture| picture.secs_per_step);
        let picture = |slot: &PictureSlot| slot.latest().map_or(0.0, |pictures| pictures.secs);
        [step as f32, (picture(&self.plain) + picture(&self.read)) as f32]
    }

    fn warnings(&self) -> Vec<String> {
        self.told()
    }

    fn has_picture(&self) -> bool {
        self.plain.latest().is_some()
    }

    fn is_busy(&self) -> bool {
        let unfinished = self.setups.error().is_none() && self.run.error().is_none() && self.plain.latest().is_none();
        unfinished
            || self.state.uncut
            || self.setups.is_busy()
            || self.run.is_busy()
            || self.plain.is_busy()
            || self.read.is_busy()
            || self.physics.is_busy()
            || self.probes.is_busy()
            || self.statistics.is_busy()
            || self.is_typesetting()
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        KEYS
    }

    fn start_playing(&mut self) {
        self.transport.position = 0.0;
        self.transport.playing = true;
        self.transport.looping = true;
        self.follow_transport();
    }

    fn tiles(&mut self) -> Option<&mut Tiles> {
        Some(&mut self.tiles)
    }

    fn seek(&mut self, share: f64) -> bool {
        self.transport.position = (share.clamp(0.0, 1.0) * self.steps() as f64).round();
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
