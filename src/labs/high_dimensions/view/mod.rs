//! The lab in the window. Everything it shows is computed in the background; panes draw what there is so far.

mod live;
mod panes;

use std::sync::{Arc, Mutex, PoisonError};

use egui::{CentralPanel, Context, Ui};
use serde_json::Value;

use super::run::{self, Losses, Point, Spectra};
use super::scene::{Focus, Scene};
use crate::engine::Engine;
use crate::engine::background::Background;
use crate::labs::LabView;
use crate::labs::readings::{self, ReadingInfo};
use crate::labs::scene_file::{self, SceneError};
use crate::ui::edits::Edits;
use crate::ui::pixels::{PixelCamera, PixelTexture};
use crate::ui::tiles::{Pane, Tiles};
use panes::PaneContext;

/// What is computed.
struct Results {
    distances: Background<Scene, Vec<Point>>,
    spectra: Background<Scene, Spectra>,
    losses: Background<Scene, Vec<Losses>>,
}

/// The high-dimensions lab in the window.
struct HighDimensionsView {
    scene: Scene,
    edits: Edits,
    results: Results,
    tiles: Tiles,
    overlaps: panes::OverlapPicture,
    /// Where the view is shown, known from the first frame on; threads ask it for a repaint.
    window: Arc<Mutex<Option<Context>>>,
}

/// Opens a scene. The linear algebra runs in double precision on the processor, whichever engine is in use.
pub(super) fn open(scene: &Value, _: Arc<dyn Engine>) -> Result<Box<dyn LabView>, SceneError> {
    Ok(Box::new(HighDimensionsView::new(scene_file::typed(scene)?)))
}

/// The panes of the view.
pub(super) fn pane_list() -> &'static [Pane] {
    &panes::PANES
}

/// The live readings of the view.
pub(super) fn reading_list() -> Vec<ReadingInfo> {
    readings::infos(live::ALL)
}

impl HighDimensionsView {
    fn new(scene: Scene) -> Self {
        let window: Arc<Mutex<Option<Context>>> = Arc::default();
        let wake = || {
            let window = Arc::clone(&window);
            move || {
                if let Some(ctx) = &*window.lock().unwrap_or_else(PoisonError::into_inner) {
                    ctx.request_repaint();
                }
            }
        };
        let results = Results {
            distances: Background::new(
                "distances",
                |scene, go_on| {
                    let mut go_on = |fraction: f64, points: &[Point]| go_on(fraction, Some(&points.to_vec()));
                    run::distances_as_they_come(scene, &mut go_on).map_err(|error| error.to_string())
                },
                wake(),
            ),
            spectra: Background::new(
                "spectra",
                |scene, go_on| {
                    run::spectra(scene, &mut |fraction| go_on(fraction, None)).map_err(|error| error.to_string())
                },
                wake(),
            ),
            losses: Background::new(
                "losses",
                |scene, go_on| {
                    let mut go_on = |fraction: f64, losses: &[Losses]| go_on(fraction, Some(&losses.to_vec()));
                    run::losses(scene, &mut go_on).map_err(|error| error.to_string())
                },
                wake(),
            ),
        };
        Self {
            edits: Edits::default(),
            results,
            tiles: Tiles::new("high dimensions", &panes::PANES, panes::STANDARD),
            overlaps: panes::OverlapPicture {
                camera: PixelCamera::default(),
                texture: PixelTexture::default(),
                shown: None,
                stamp: 0,
            },
            scene,
            window,
        }
    }

    fn appear_in(&mut self, ctx: &Context) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.as_ref() != Some(ctx) {
            *window = Some(ctx.clone());
            self.overlaps.texture.clear();
            self.overlaps.shown = None;
        }
    }

    fn refresh(&mut self) {
        // Each follows what it depends on: the rest of the scene is set to its default.
        let scene = Scene { title: String::new(), about: String::new(), ..self.scene.clone() };
        self.results.distances.follow(&Scene { focus: Focus::default(), ..scene.clone() });
        self.results.losses.follow(&Scene {
            spectrum: scene.spectrum.clone(),
            focus: scene.focus,
            temperature: scene.temperature,
            seed: scene.seed,
            ..Scene::default()
        });
        self.results.spectra.follow(&Scene { sizes: Vec::new(), exponents: Vec::new(), repeats: 1, ..scene });
    }

    fn with_panes(&mut self, ui: &mut Ui, draw: impl FnOnce(&mut Ui, &mut Tiles, &mut PaneContext<'_>)) {
        let stamp = self.edits.stamp();
        let mut cx = PaneContext {
            scene: &mut self.scene,
            edits: &mut self.edits,
            results: &mut self.results,
            overlaps: &mut self.overlaps,
        };
        draw(ui, &mut self.tiles, &mut cx);
        if self.edits.stamp() != stamp {
            ui.ctx().request_repaint();
        }
    }
}

impl LabView for HighDimensionsView {
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
        self.scene = scene_file::typed(scene)?;
        Ok(())
    }

    fn logic(&mut self, ctx: &Context, _: f32) {
        self.appear_in(ctx);
        self.refresh();
    }

    fn ui(&mut self, ui: &mut Ui) {
        CentralPanel::default().show(ui, |ui| {
            self.with_panes(ui, |ui, tiles, cx| {
                tiles.show(ui, &mut |ui, id| {
                    if let Some(entry) = panes::ALL.iter().find(|entry| entry.pane.id == id) {
                        egui::Frame::new().inner_margin(6.0).show(ui, |ui| (entry.show)(ui, cx));
                    }
                });
            });
        });
    }

    fn figure(&mut self, ui: &mut Ui) {
        self.appear_in(ui.ctx());
        self.refresh();
        self.with_panes(ui, |ui, _, cx| {
            egui::Frame::new().inner_margin(8.0).show(ui, |ui| panes::figure(ui, cx));
        });
    }

    fn pane_figure(&mut self, ui: &mut Ui, pane: &str) {
        self.appear_in(ui.ctx());
        self.refresh();
        self.with_panes(ui, |ui, _, cx| {
            if let Some(entry) = panes::ALL.iter().find(|entry| entry.pane.id == pane) {
                egui::Frame::new().inner_margin(8.0).show(ui, |ui| (entry.show)(ui, cx));
            }
        });
    }

    fn import(&mut self, name: &str, _: &[u8]) -> Result<String, String> {
        Err(format!("{name}: this lab makes its own data and takes only scenes."))
    }

    fn compute_secs(&self) -> [f32; 2] {
        [0.0; 2]
    }

    fn warnings(&self) -> Vec<String> {
        let capital = |text: String| {
            let mut letters = text.chars();
            letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect::<String>() + ".")
        };
        let faults = [self.results.distances.fault(), self.results.spectra.fault(), self.results.losses.fault()];
        run::notices(&self.scene)
            .into_iter()
            .chain(faults.into_iter().flatten().map(str::to_owned))
            .map(capital)
            .collect()
    }

    fn has_picture(&self) -> bool {
        let results = &self.results;
        results.distances.value().is_some() || results.spectra.value().is_some() || results.losses.value().is_some()
    }

    fn is_busy(&self) -> bool {
        let window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        window.as_ref().is_some_and(crate::ui::formula::is_busy)
            || self.results.distances.is_busy()
            || self.results.spectra.is_busy()
            || self.results.losses.is_busy()
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[("Look at another a", "click in the distances")]
    }

    fn tiles(&mut self) -> Option<&mut Tiles> {
        Some(&mut self.tiles)
    }

    fn reading(&self, id: &str) -> Option<f64> {
        readings::value(live::ALL, self, id)
    }

    fn set_engine(&mut self, _: Arc<dyn Engine>) {}
}
