//! Pictures made of pixels: a camera that several pictures share, sharp-edged pixels, and which pixel is where.

use std::sync::Arc;

use egui::{
    Color32, ColorImage, Context, Painter, PointerButton, Pos2, Rect, Response, Sense, Stroke, StrokeKind,
    TextureHandle, TextureOptions, Ui, Vec2, pos2, vec2,
};

use super::theme;

/// Largest magnification.
const MOST_ZOOM: f32 = 64.0;

/// What part of a picture is in sight; the same for pictures side by side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PixelCamera {
    /// Middle of what is in sight, as fractions of the picture's width and height.
    centre: [f32; 2],
    /// 1 shows all of the picture.
    zoom: f32,
}

impl Default for PixelCamera {
    fn default() -> Self {
        Self { centre: [0.5; 2], zoom: 1.0 }
    }
}

impl PixelCamera {
    /// Magnification; 1 shows all of the picture.
    pub fn zoom(&self) -> f32 {
        self.zoom
    }

    fn keep_in_range(&mut self) {
        self.zoom = self.zoom.clamp(1.0, MOST_ZOOM);
        let half = 0.5 / self.zoom;
        self.centre = self.centre.map(|c| c.clamp(half, 1.0 - half));
    }
}

/// A texture with sharp pixel edges, uploaded only when its picture changes.
#[derive(Default)]
pub struct PixelTexture {
    handle: Option<TextureHandle>,
    stamp: Option<u64>,
}

impl PixelTexture {
    /// Shows the picture of number `stamp`, which is painted only if it is not the one shown already.
    pub fn set(&mut self, ctx: &Context, name: &str, stamp: u64, paint: impl FnOnce() -> Arc<ColorImage>) {
        if self.stamp == Some(stamp) {
            return;
        }
        let image = paint();
        let options = TextureOptions::NEAREST;
        match &mut self.handle {
            Some(handle) if handle.size() == image.size => handle.set(egui::ImageData::Color(image), options),
            handle => *handle = Some(ctx.load_texture(name, egui::ImageData::Color(image), options)),
        }
        self.stamp = Some(stamp);
    }

    /// Forgets the picture, and the window it was uploaded to.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The texture.
    pub fn handle(&self) -> Option<&TextureHandle> {
        self.handle.as_ref()
    }
}

/// A picture as it is on screen in this frame.
pub struct ShownPixels {
    /// The pointer's doings on it.
    pub response: Response,
    /// Draws within it only.
    pub painter: Painter,
    /// Where all of the picture would be, beyond what is in sight.
    whole: Rect,
    /// Columns and rows.
    size: [usize; 2],
}

/// Takes all the room that `ui` has and shows a picture of `size` = [columns, rows] in it. `name` is for screen readers
/// and unique in its window.
pub fn pixels(
    ui: &mut Ui,
    name: &str,
    camera: &PixelCamera,
    size: [usize; 2],
    texture: Option<&TextureHandle>,
) -> ShownPixels {
    let room = ui.available_rect_before_wrap();
    ui.allocate_rect(room, Sense::hover());
    let [columns, rows] = size.map(|n| n.max(1) as f32);
    let scale = (room.width() / columns).min(room.height() / rows).max(0.01);
    let frame = Rect::from_center_size(room.center(), vec2(columns * scale, rows * scale)).intersect(room);
    let response = ui.interact(frame, ui.scope_id().with(name), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, name));
    let painter = ui.painter().with_clip_rect(frame.intersect(ui.clip_rect()));
    let tokens = theme::tokens(ui.visuals());
    painter.rect_filled(frame, 0.0, tokens.canvas_background);
    let whole_size = frame.size() * camera.zoom;
    let corner = frame.center() - vec2(camera.centre[0] * whole_size.x, camera.centre[1] * whole_size.y);
    let whole = Rect::from_min_size(corner, whole_size);
    if let Some(texture) = texture {
        painter.image(texture.id(), whole, Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0)), Color32::WHITE);
    }
    ui.painter().rect_stroke(frame, 0.0, Stroke::new(1.0, tokens.axis.gamma_multiply(0.5)), StrokeKind::Outside);
    ShownPixels { response, painter, whole, size }
}

impl ShownPixels {
    /// Points on screen for each pixel.
    pub fn scale(&self) -> f32 {
        self.whole.width() / self.size[0].max(1) as f32
    }

    /// Where on screen the place ([column, row], in pixels from the upper left corner) is.
    pub fn to_screen(&self, at: [f32; 2]) -> Pos2 {
        self.whole.min + vec2(at[0], at[1]) * self.scale()
    }

    /// The pixel [column, row] under `pos`, if it is in sight.
    pub fn pixel_at(&self, pos: Pos2) -> Option<[usize; 2]> {
        if !self.response.rect.contains(pos) {
            return None;
        }
        let at = (pos - self.whole.min) / self.scale();
        let inside = |v: f32, n: usize| (v >= 0.0 && v < n as f32).then_some(v as usize);
        Some([inside(at.x, self.size[0])?, inside(at.y, self.size[1])?])
    }

    /// The rectangle of the pixels from [column, row] on, `size` of them each way.
    pub fn rect_of(&self, corner: [f32; 2], size: [f32; 2]) -> Rect {
        Rect::from_min_size(self.to_screen(corner), vec2(size[0], size[1]) * self.scale())
    }

    /// Pixels in sight: [first column, last column, first row, last row].
    pub fn visible(&self) -> [usize; 4] {
        let rect = self.response.rect;
        let scale = self.scale();
        let at =
            |pos: f32, origin: f32, n: usize| (((pos - origin) / scale).max(0.0) as usize).min(n.saturating_sub(1));
        [
            at(rect.left(), self.whole.left(), self.size[0]),
            at(rect.right(), self.whole.left(), self.size[0]),
            at(rect.top(), self.whole.top(), self.size[1]),
            at(rect.bottom(), self.whole.top(), self.size[1]),
        ]
    }

    /// Zooms by wheel and pinch, pans with the second or third button and, if `primary_pans`, the first. A double click
    /// with the second button shows all.
    pub fn navigate(&self, ui: &Ui, camera: &mut PixelCamera, primary_pans: bool) {
        let pans = |button| self.response.dragged_by(button);
        let dragged = pans(PointerButton::Middle)
            || pans(PointerButton::Secondary)
            || (primary_pans && pans(PointerButton::Primary));
        if dragged {
            let delta: Vec2 = self.response.drag_delta();
            camera.centre[0] -= delta.x / self.whole.width().max(1.0);
            camera.centre[1] -= delta.y / self.whole.height().max(1.0);
        }
        if let Some(pos) = self.response.hover_pos() {
            let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
            let factor = (pinch * (scroll / 240.0).exp()).clamp(0.1, 10.0);
            if factor != 1.0 {
                let before = camera.zoom;
                camera.zoom = (before * factor).clamp(1.0, MOST_ZOOM);
                let place = (pos - self.whole.min) / self.whole.size().max(Vec2::splat(1.0));
                for (axis, at) in [place.x, place.y].into_iter().enumerate() {
                    camera.centre[axis] = at + (camera.centre[axis] - at) * before / camera.zoom;
                }
            }
        }
        if self.response.double_clicked_by(PointerButton::Secondary) {
            *camera = PixelCamera::default();
        }
        camera.keep_in_range();
    }

    /// Outlines pixels so that the outline is seen on any picture.
    pub fn outline(&self, rect: Rect, width: f32, colour: Color32, around: Color32) {
        self.painter.rect_stroke(rect, 0.0, Stroke::new(width + 2.0, around.gamma_multiply(0.7)), StrokeKind::Middle);
        self.painter.rect_stroke(rect, 0.0, Stroke::new(width, colour), StrokeKind::Middle);
    }
}

/// A small picture of `size` = [columns, rows] drawn as squares within `rect`: for patches of a few pixels.
pub fn paint_small(painter: &Painter, rect: Rect, size: [usize; 2], colour: impl Fn(usize, usize) -> Color32) {
    let [columns, rows] = size;
    let cell = vec2(rect.width() / columns.max(1) as f32, rect.height() / rows.max(1) as f32);
    let mut mesh = egui::Mesh::default();
    for row in 0..rows {
        for column in 0..columns {
            let corner = rect.min + vec2(column as f32 * cell.x, row as f32 * cell.y);
            mesh.add_colored_rect(Rect::from_min_size(corner, cell), colour(column, row));
        }
    }
    painter.add(mesh);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_camera_never_leaves_the_picture() {
        let mut camera = PixelCamera { centre: [2.0, -1.0], zoom: 0.1 };
        camera.keep_in_range();
        assert_eq!(camera, PixelCamera::default());
        let mut camera = PixelCamera { centre: [2.0, -1.0], zoom: 4.0 };
        camera.keep_in_range();
        assert_eq!(camera.centre, [0.875, 0.125]);
    }
}
