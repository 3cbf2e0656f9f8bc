//! Presentation: the picture and the transport bar alone, large, light, on the whole screen, with a halo about the pointer.

use egui::{Context, Id, Key, LayerId, Modifiers, Order, Stroke, ViewportCommand};

use super::App;
use super::messages::Weight;
use crate::ui::theme::{self, ThemeChoice};

/// How much larger everything is.
const MAGNIFICATION: f32 = 1.4;
/// Radius of the halo, in points.
const HALO: f32 = 22.0;

/// What the window was like before, to go back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Presentation {
    full_screen: bool,
}

impl App {
    /// Whether the picture is presented.
    pub fn is_presenting(&self) -> bool {
        self.presentation.is_some()
    }

    pub(super) fn toggle_presentation(&mut self, ctx: &Context) {
        if self.presentation.is_some() { self.end_presentation(ctx) } else { self.begin_presentation(ctx) }
    }

    fn begin_presentation(&mut self, ctx: &Context) {
        let full_screen = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
        self.presentation = Some(Presentation { full_screen });
        ThemeChoice::Light.apply(ctx);
        ctx.set_zoom_factor((self.settings.zoom * MAGNIFICATION).min(3.0));
        ctx.send_viewport_cmd(ViewportCommand::Fullscreen(true));
        self.messages.add(Weight::Done, "Esc or F11 ends the presentation; Ctrl+K finds everything else.");
    }

    fn end_presentation(&mut self, ctx: &Context) {
        let Some(before) = self.presentation.take() else { return };
        // The settings were left alone, so they say what everything was like.
        self.theme.apply(ctx);
        ctx.set_zoom_factor(self.settings.zoom);
        ctx.send_viewport_cmd(ViewportCommand::Fullscreen(before.full_screen));
    }

    /// Escape ends the presentation, and panes follow it.
    pub(super) fn follow_presentation(&mut self, ctx: &Context) {
        let free = self.sheet.is_none() && !ctx.any_popup_open();
        if self.is_presenting() && free && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.end_presentation(ctx);
        }
        let presenting = self.is_presenting();
        if let Some(tiles) = self.view().and_then(|view| view.tiles()) {
            tiles.present(presenting);
        }
    }

    /// Shows a lecture hall where the pointer is.
    pub(super) fn draw_halo(&self, ctx: &Context) {
        let Some(pos) = ctx.pointer_hover_pos().filter(|_| self.is_presenting()) else { return };
        // Of the dark palette: it glows on bright and dark pictures alike.
        let glow = theme::tokens(&egui::Visuals::dark()).warning;
        let painter = ctx.layer_painter(LayerId::new(Order::Tooltip, Id::unique("pointer halo")));
        let down = ctx.input(|input| input.pointer.any_down());
        let radius = if down { 0.7 * HALO } else { HALO };
        painter.circle_stroke(pos, radius, Stroke::new(4.5, egui::Color32::from_black_alpha(110)));
        painter.circle(pos, radius, glow.gamma_multiply(0.22), Stroke::new(3.0, glow));
    }
}
