//! What can be drawn on the canvas, one file a layer. [`ALL`] is drawn in its order, bottom to top.

mod arrows;
mod contours;
mod data;
pub mod ellipse;
pub mod heat;
mod particles;
mod posterior;
mod streamline_tracing;
mod streamlines;

use egui::{Color32, ColorImage, Painter, TextureHandle, TextureId, Ui};

use super::edit::{Handle, Selection};
use super::field::GridField;
use super::probe::Reading;
use super::run_slot::RunPicture;
use crate::engine::{Engine, EngineError};
use crate::labs::score_field::scene::{Layers, Scene};
use crate::labs::score_field::setup::Setup;
use crate::ui::canvas::Plane;
use crate::ui::theme::Tokens;

/// Names of a layer.
#[derive(Debug, Clone, Copy)]
pub struct LayerInfo {
    /// Name on screen.
    pub name: &'static str,
    /// One sentence of explanation.
    pub about: &'static str,
}

/// One layer of the family.
pub trait Layer: Sync {
    /// Its names.
    fn info(&self) -> LayerInfo;
    /// Whether it is drawn.
    fn is_on(&self, layers: &Layers) -> bool;
    /// Its switch.
    fn switch<'a>(&self, layers: &'a mut Layers) -> &'a mut bool;
    /// Its further settings; returns whether one was changed.
    fn settings(&self, ui: &mut Ui, layers: &mut Layers, compares: bool) -> bool;
    /// What it draws of a field, computed on the field's thread.
    ///
    /// # Errors
    /// The engine failed.
    fn prepare(&self, _input: &PrepareInput<'_>) -> Result<Prepared, EngineError> {
        Ok(Prepared::default())
    }
    /// Draws it.
    fn draw(&self, cx: &DrawContext<'_>);
}

/// Every layer, bottom to top.
pub static ALL: &[&dyn Layer] = &[
    &heat::Heat,
    &contours::Contours,
    &streamlines::Streamlines,
    &arrows::Arrows,
    &particles::ParticleCloud,
    &data::DataPoints,
    &posterior::Posterior,
];

/// What a layer is prepared from.
pub struct PrepareInput<'a> {
    /// Fields of score model A, and of B if there is one, on one grid.
    pub fields: &'a [GridField],
    /// Which of them is drawn.
    pub pane: usize,
    /// All settings.
    pub layers: &'a Layers,
    /// Points on screen per unit of length.
    pub scale: f64,
    /// Who computes.
    pub engine: &'a dyn Engine,
}

/// What a layer draws of a field.
#[derive(Debug, Default)]
pub struct Prepared {
    /// A picture of the region, top row first; moved into a texture by the window.
    pub image: Option<ColorImage>,
    /// What the picture's colours mean.
    pub colours: Option<heat::ColourScale>,
    /// Lines in the plane.
    pub lines: Vec<Vec<[f64; 2]>>,
}

/// What layers draw with.
pub struct DrawContext<'a> {
    /// Draws within the picture.
    pub painter: &'a Painter,
    /// The transform.
    pub plane: Plane,
    /// Colours, chosen for what lies below.
    pub tokens: &'static Tokens,
    /// The scene.
    pub scene: &'a Scene,
    /// What it defines; `None` where it defines nothing, as without points.
    pub setup: Option<&'a Setup>,
    /// Which score model is shown: 0 is A, 1 is B.
    pub pane: usize,
    /// Whether there is a canvas for each model, so that this one shows only its own.
    pub beside: bool,
    /// Region that the field covers.
    pub region: [f64; 4],
    /// The field.
    pub field: Option<&'a GridField>,
    /// What this layer prepared.
    pub prepared: Option<&'a Prepared>,
    /// The heat map.
    pub texture: Option<&'a TextureHandle>,
    /// A white disc, for meshes of many dots.
    pub disc: TextureId,
    /// The particles.
    pub run: Option<&'a RunPicture>,
    /// How far the play head is from the particles' step to the next, from 0 to 1.
    pub fraction: f32,
    /// What is read at the probe.
    pub probe: Option<&'a Reading>,
    /// What is selected.
    pub selection: &'a Selection,
    /// What is under the pointer.
    pub hovered: Option<Handle>,
}

/// `colour` with its opacity multiplied by `opacity`.
pub fn faded(colour: Color32, opacity: f32) -> Color32 {
    colour.gamma_multiply(opacity.clamp(0.0, 1.0))
}

/// The word by which a layer is known to whoever points at it, see [`crate::ui::highlight`].
pub fn word(layer: &str) -> String {
    format!("layer:{layer}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::notation;
    use crate::labs::score_field::equations;

    #[test]
    fn symbols_point_at_layers_that_there_are() {
        let layers: Vec<String> = ALL.iter().map(|layer| word(layer.info().name)).collect();
        let links = notation::SHARED.iter().chain(equations::SYMBOLS).filter_map(|symbol| symbol.link);
        let pointed: Vec<&str> = links.filter(|link| link.starts_with("layer:")).collect();
        assert!(pointed.len() > 4);
        for link in pointed {
            assert!(layers.iter().any(|layer| layer == link), "{link} is none of {layers:?}");
        }
    }
}
