//! The lab in the window: panes that the user arranges, and the play head they share.
//!
//! [`SymmetryBreakingView`] owns the scene. Panes edit it; the particles follow it on threads of their own.

mod clock;
mod curves;
mod ensemble;
mod heat;
mod limits;
mod live;
mod panes;
mod plot;
mod spin_slot;

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use egui::{CentralPanel, Context, Panel, Ui};
use serde_json::Value;

use super::run;
use super::scene::Scene;
use crate::core::curie_weiss::CurieWeiss;
use crate::engine::Engine;
use crate::engine::numbered::NumberedEngine;
use crate::labs::LabView;
use crate::labs::readings::{self, ReadingInfo};
use crate::labs::scene_file::{self, SceneError};
use crate::ui::edits::Edits;
use crate::ui::tiles::{Arrangement, Pane, Tiles};
use crate::ui::transport::{Timeline, Transport};
use clock::Clock;
use curves::CurvesSlot;
use ensemble::{EnsembleSlot, Numbered};
use limits::Wanted;
use panes::{LabPane, PaneContext, PaneEntry, Wake};

/// Seconds of a frame that may be spent waiting for particles that are nearly there.
const PATIENCE_SECS: f64 = 0.003;

/// Panes by name, for the tiles.
static PANES: LazyLock<Vec<Pane>> = LazyLock::new(|| panes::ALL.iter().map(|entry| entry.pane).collect());

/// Where panes are at first.
const STANDARD: Arrangement = Arrangement::Row(&[
    (1.0, Arrangement::Tabs(&[Arrangement::Pane("controls"), Arrangement::Pane("equations")])),
    (
        3.4,
        Arrangement::Column(&[
            (
                1.75,
                Arrangement::Tabs(&[
                    Arrangement::Pane("double_well"),
                    Arrangement::Pane("waterfall"),
                    Arrangement::Pane("phase_diagram"),
                    Arrangement::Pane("spins"),
                    Arrangement::Pane("clones"),
                    Arrangement::Pane("finite_data"),
                    Arrangement::Pane("pure_states"),
                ]),
            ),
            (1.0, Arrangement::Row(&[(1.0, Arrangement::Pane("trajectories")), (1.0, Arrangement::Pane("r_plus"))])),
        ]),
    ),
]);

/// The symmetry-breaking lab in the window.
struct SymmetryBreakingView {
    scene: Scene,
    edits: Edits,
    /// The magnet of `scene`.
    model: CurieWeiss,
    clock: Clock,
    engine: NumberedEngine,
    run: Numbered,
    particles: EnsembleSlot,
    curves: CurvesSlot,
    wanted: Wanted,
    tiles: Tiles,
    panes: Vec<(&'static PaneEntry, Box<dyn LabPane>)>,
    /// Where the view is shown, known from the first frame on; threads ask it for a repaint.
    window: Arc<Mutex<Option<Context>>>,
}

/// Opens a scene.
pub(super) fn open(scene: &Value, engine: Arc<dyn Engine>) -> Result<Box<dyn LabView>, SceneError> {
    Ok(Box::new(SymmetryBreakingView::new(scene_file::typed(scene)?, engine)?))
}

/// The panes of the view.
pub(super) fn pane_list() -> &'static [Pane] {
    &PANES
}

/// The live readings of the view.
pub(super) fn reading_list() -> Vec<ReadingInfo> {
    readings::infos(live::ALL)
}

impl SymmetryBreakingView {
    fn new(scene: Scene, engine: Arc<dyn Engine>) -> Result<Self, SceneError> {
        let model = run::model(&scene)?;
        let window: Arc<Mutex<Option<Context>>> = Arc::default();
        let inside = Arc::clone(&window);
        let wake: Wake = Arc::new(move || {
            if let Some(ctx) = &*inside.lock().unwrap_or_else(PoisonError::into_inner) {
                ctx.request_repaint();
            }
        });
        let calling = || {
            let wake = Arc::clone(&wake);
            move || wake()
        };
        let mut view = Self {
            edits: Edits::default(),
            model,
            clock: Clock::default(),
            engine: NumberedEngine::new(engine),
            run: Numbered { stamp: 0, scene: Arc::new(scene.clone()) },
            particles: EnsembleSlot::new(calling()),
            curves: CurvesSlot::new(calling()),
            wanted: Wanted::of(&scene),
            tiles: Tiles::new("symmetry breaking", &PANES, STANDARD),
            panes: panes::ALL.iter().map(|entry| (entry, (entry.open)(&wake))).collect(),
            scene,
            window,
        };
        view.clock.follow(&view.scene, &model);
        view.bring_to_front();
        Ok(view)
    }

    /// Brings the pane that the scene names to the front.
    fn bring_to_front(&mut self) {
        if let Some(entry) = panes::ALL.iter().find(|entry| entry.panel == Some(self.scene.show)) {
            self.tiles.focus(entry.pane.id);
        }
    }

    fn appear_in(&mut self, ctx: &Context) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.as_ref() != Some(ctx) {
            *window = Some(ctx.clone());
        }
    }

    /// Makes model, timeline and particles follow the scene.
    fn follow_scene(&mut self) {
        let same_timeline = self.run.scene.model == self.scene.model
            && self.run.scene.ensemble == self.scene.ensemble
            && self.run.scene.spins.is_some() == self.scene.spins.is_some();
        if same_timeline && self.run.scene.seed == self.scene.seed {
            return;
        }
        // Controls stay within the ranges that a scene may have, and files are checked.
        if let Ok(model) = run::model(&self.scene) {
            self.model = model;
        }
        self.run = Numbered { stamp: self.run.stamp + 1, scene: Arc::new(self.scene.clone()) };
        self.clock.follow(&self.scene, &self.model);
    }

    /// Asks for the particles at the play head and takes in what is there.
    fn refresh(&mut self, ctx: &Context) {
        if self.scene.ensemble.count > 0 {
            self.particles.ask(&self.run, self.clock.particle_step());
        }
        self.particles.receive(PATIENCE_SECS);
        let now = ctx.input(|input| input.time);
        if let Some(secs) = self.curves.follow(&self.run, now) {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64(secs));
        }
    }

    /// Whether the particles on screen lag behind the play head.
    fn lags(&self) -> bool {
        let wanted = self.clock.particle_step();
        self.scene.ensemble.count > 0
            && self.particles.is_busy()
            && self.particles.picture().is_none_or(|picture| picture.step != wanted)
    }

    fn show_transport(&mut self, ui: &mut Ui) {
        let readings = Clock::readings(&self.model, self.scene.time);
        let marks = self.clock.marks(&self.scene, &self.model);
        let timeline =
            Timeline { steps: self.clock.steps(), readings: &readings, marks: &marks, caption: "noise → magnets" };
        let before = self.clock.transport.position;
        self.clock.transport.show(ui, &timeline);
        if self.clock.transport.position != before {
            self.scene.time = self.clock.time();
        }
    }

    /// Calls `draw` with the tiles, the panes, and what these may use.
    fn with_panes(
        &mut self,
        ui: &mut Ui,
        draw: impl FnOnce(&mut Ui, &mut Tiles, &mut [(&'static PaneEntry, Box<dyn LabPane>)], &mut PaneContext<'_>),
    ) {
        let now_secs = ui.input(|input| input.time);
        let stamp = self.edits.stamp();
        let mut front = None;
        let mut cx = PaneContext {
            scene: &mut self.scene,
            edits: &mut self.edits,
            model: self.model,
            clock: &mut self.clock,
            engine: &self.engine,
            particles: self.particles.picture(),
            curves: self.curves.curves(),
            now_secs,
            front: &mut front,
        };
        draw(ui, &mut self.tiles, &mut self.panes, &mut cx);
        if self.edits.stamp() != stamp {
            self.wanted.note(&self.scene, self.edits.last());
            self.wanted.fit(&mut self.scene);
            ui.ctx().request_repaint();
        }
        if let Some(panel) = front {
            self.scene.show = panel;
            self.bring_to_front();
        }
    }
}

impl LabView for SymmetryBreakingView {
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
        let scene: Scene = scene_file::typed(scene)?;
        run::model(&scene)?;
        // Moving the play head is no edit, so undo does not move it either.
        self.scene = Scene { time: self.scene.time, ..scene };
        self.wanted = Wanted::of(&self.scene);
        self.follow_scene();
        Ok(())
    }

    fn logic(&mut self, ctx: &Context, dt: f32) {
        self.appear_in(ctx);
        self.follow_scene();
        // The play head waits for the particles rather than run away from them.
        let dt = if self.lags() { 0.0 } else { dt };
        if self.clock.transport.advance(dt, self.clock.steps()) {
            self.scene.time = self.clock.time();
        }
        if self.clock.transport.playing {
            ctx.request_repaint();
        }
        self.refresh(ctx);
    }

    fn ui(&mut self, ui: &mut Ui) {
        let before = self.clock.transport.position;
        self.clock.transport.keys(ui.ctx(), self.clock.steps());
        if self.clock.transport.position != before {
            self.scene.time = self.clock.time();
        }
        Panel::bottom("symmetry breaking transport").resizable(false).show(ui, |ui| {
            ui.add_space(4.0);
            self.show_transport(ui);
            ui.add_space(4.0);
        });
        CentralPanel::default().show(ui, |ui| {
            self.with_panes(ui, |ui, tiles, panes, cx| {
                tiles.show(ui, &mut |ui, id| {
                    if let Some((_, pane)) = panes.iter_mut().find(|(entry, _)| entry.pane.id == id) {
                        egui::Frame::new().inner_margin(6.0).show(ui, |ui| pane.show(ui, cx));
                    }
                });
            });
        });
    }

    fn figure(&mut self, ui: &mut Ui) {
        self.appear_in(ui.ctx());
        let panel = self.scene.show;
        self.with_panes(ui, |ui, _, panes, cx| {
            let named = panes.iter().position(|(entry, _)| entry.panel == Some(panel));
            let first = panes.iter().position(|(entry, _)| entry.panel.is_some());
            if let Some((_, pane)) = named.or(first).and_then(|index| panes.get_mut(index)) {
                egui::Frame::new().inner_margin(8.0).show(ui, |ui| pane.figure(ui, cx));
            }
        });
    }

    fn pane_figure(&mut self, ui: &mut Ui, pane: &str) {
        self.appear_in(ui.ctx());
        self.with_panes(ui, |ui, _, panes, cx| {
            if let Some((_, pane)) = panes.iter_mut().find(|(entry, _)| entry.pane.id == pane) {
                egui::Frame::new().inner_margin(8.0).show(ui, |ui| pane.figure(ui, cx));
            }
        });
    }

    fn import(&mut self, name: &str, _: &[u8]) -> Result<String, String> {
        Err(format!("{name}: this lab makes its own data and takes only scenes."))
    }

    fn compute_secs(&self) -> [f32; 2] {
        [self.particles.picture().map_or(0.0, |picture| picture.secs_per_step as f32), 0.0]
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = limits::sentences(run::notices(&self.scene, &self.model));
        warnings.extend(self.wanted.warnings(&self.scene, &self.model));
        warnings.extend(self.panes.iter().flat_map(|(_, pane)| pane.warnings()));
        warnings
    }

    fn has_picture(&self) -> bool {
        let front = self.panes.iter().find(|(entry, _)| entry.panel == Some(self.scene.show));
        front.is_none_or(|(_, pane)| pane.has_picture())
    }

    fn is_busy(&self) -> bool {
        let window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let typesetting = window.as_ref().is_some_and(crate::ui::formula::is_busy);
        typesetting
            || self.particles.is_busy()
            || self.curves.is_busy()
            || self.panes.iter().any(|(_, pane)| pane.is_busy())
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Move the play head", "drag in any plot over time"),
            ("Move the operating point", "drag in the phase diagram, or Tab to it and arrow keys"),
        ]
    }

    fn start_playing(&mut self) {
        self.clock.transport.position = 0.0;
        self.clock.transport.playing = true;
        self.clock.transport.looping = true;
        self.scene.time = self.clock.time();
    }

    fn tiles(&mut self) -> Option<&mut Tiles> {
        Some(&mut self.tiles)
    }

    fn seek(&mut self, share: f64) -> bool {
        self.clock.transport.position = share.clamp(0.0, 1.0) * self.clock.steps() as f64;
        self.scene.time = self.clock.time();
        true
    }

    fn reading(&self, id: &str) -> Option<f64> {
        readings::value(live::ALL, self, id)
    }

    fn transport(&mut self) -> Option<&mut Transport> {
        Some(&mut self.clock.transport)
    }

    fn set_engine(&mut self, engine: Arc<dyn Engine>) {
        self.engine.replace(engine);
    }
}
