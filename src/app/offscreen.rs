//! Photographs the whole window, without a display.

use image::RgbaImage;

use super::App;
use crate::ui::formula;
use crate::ui::stage::FRAME_SECS;
pub use crate::ui::stage::{OffscreenError, Stage, render};

/// The whole window, once all of it has been computed (or `patience_secs` are over).
///
/// # Errors
/// See [`OffscreenError`].
pub fn window(
    app: &mut App,
    ctx: &egui::Context,
    size_points: [u32; 2],
    pixels_per_point: f32,
    patience_secs: f64,
) -> Result<RgbaImage, OffscreenError> {
    let mut stage = Stage::new(ctx.clone(), size_points, pixels_per_point)?;
    stage.settle(patience_secs, |ui| {
        app.logic(ctx, FRAME_SECS as f32);
        app.show(ui);
        app.view().is_some_and(|view| view.is_busy()) || formula::is_busy(ctx)
    })?;
    stage.picture()
}
