//! Overlaps of true and generated eigenvectors, as a picture.

use std::sync::Arc;

use egui::{ColorImage, Ui, vec2};

use super::{PaneContext, PaneEntry, caption};
use crate::engine::colour_map;
use crate::engine::kernel::ValueScale;
use crate::labs::high_dimensions::run::Spectra;
use crate::ui::pixels::{PixelCamera, PixelTexture, pixels};
use crate::ui::tiles::Pane;
use crate::ui::{colour_bar, format, theme};

pub const PANE: PaneEntry = PaneEntry {
    pane: Pane {
        id: "overlaps",
        name: "Eigenvectors",
        about: "How much of each generated eigenvector lies along each of the data's: (u_i · v_j)²",
    },
    show,
};

/// Smallest overlap that has a colour of its own.
const LOWEST: f32 = 1e-4;

/// The picture with what it was made from.
pub struct OverlapPicture {
    pub camera: PixelCamera,
    pub texture: PixelTexture,
    pub shown: Option<Arc<Spectra>>,
    pub stamp: u64,
}

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    let Some(spectra) = cx.results.spectra.value().cloned() else {
        caption(ui, "The eigenvectors are being computed, or the score is not determined by so few samples.");
        return;
    };
    let text = format!(
        "Row i: the data's i-th eigenvector, the largest variance first; column j: the generated one's. A bright diagonal means \
         that directions are learned, too: mean (u_i · v_i)² = {}.",
        format::number(spectra.mean_diagonal_overlap(), 3)
    );
    caption(ui, &text);
    let Some(map) = colour_map::find("viridis") else { return };
    let picture = &mut *cx.overlaps;
    if picture.shown.as_ref().is_none_or(|shown| !Arc::ptr_eq(shown, &spectra)) {
        picture.shown = Some(Arc::clone(&spectra));
        picture.stamp += 1;
    }
    let n = spectra.truth.len();
    picture.texture.set(ui.ctx(), "overlaps", picture.stamp, || {
        let share = |v: &f32| (v.max(LOWEST).ln() - LOWEST.ln()) / -LOWEST.ln();
        let colours = spectra.overlaps.iter().map(|v| theme::from_bytes(map.at(share(v)))).collect();
        Arc::new(ColorImage::new([n, n], colours))
    });
    let room = ui.available_size();
    let size = vec2((room.x - colour_bar::WIDTH - 8.0).max(40.0), room.y.max(60.0));
    ui.horizontal_top(|ui| {
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            let shown = pixels(ui, "Eigenvector overlaps", &picture.camera, [n, n], picture.texture.handle());
            shown.navigate(ui, &mut picture.camera, true);
            let under = shown.response.hover_pos().and_then(|pos| shown.pixel_at(pos));
            if let Some([j, i]) = under {
                let value = format::number(f64::from(spectra.overlaps[i * n + j]), 3);
                shown.response.on_hover_text_at_pointer(format!("(u_{} · v_{})² = {value}", i + 1, j + 1));
            }
        });
        colour_bar::colour_bar(ui, map, [LOWEST, 1.0], ValueScale::Log, "(u_i · v_j)²");
    });
}
