//! A piece of the plane on screen: equal scales on both axes, pan and zoom, axes with numbers.

use egui::{
    Align2, Color32, CornerRadius, FontId, Painter, PointerButton, Pos2, Rect, Response, Sense, Stroke, Ui, Vec2,
};

use super::theme::{self, Tokens};

/// Smallest and largest extent of the plane that can be brought in sight, in units of length.
const SPAN_RANGE: [f64; 2] = [1e-6, 1e8];
/// Farthest place that the middle of the picture may have.
const FARTHEST_CENTRE: f64 = 1e7;
/// Room for numbers and names left of and below the picture, in points.
const MARGIN: Vec2 = Vec2::new(44.0, 34.0);
/// Room right of and above it.
const FAR_MARGIN: Vec2 = Vec2::new(8.0, 8.0);
/// Least distance of neighbouring ticks on screen, in points.
const TICK_DISTANCE: f32 = 64.0;

/// Which part of the plane is meant to be in sight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    centre: [f64; 2],
    half: [f64; 2],
}

impl Camera {
    /// Shows the whole of `region` = [x_min, x_max, y_min, y_max]; an empty or endless region becomes the nearest that
    /// can be shown.
    pub fn new(region: [f64; 4]) -> Self {
        let [x0, x1, y0, y1] = region.map(|v| if v.is_finite() { v } else { 0.0 });
        let half = |low: f64, high: f64| (0.5 * (high - low).abs()).clamp(0.5 * SPAN_RANGE[0], 0.5 * SPAN_RANGE[1]);
        let mut camera = Self { centre: [0.5 * (x0 + x1), 0.5 * (y0 + y1)], half: [half(x0, x1), half(y0, y1)] };
        camera.keep_in_range();
        camera
    }

    /// Shows all of `places` with some room about them; `None` if there are none.
    pub fn around(places: impl IntoIterator<Item = [f64; 2]>) -> Option<Self> {
        let mut places = places.into_iter();
        let first = places.next()?;
        let (low, high) = places.fold((first, first), |(low, high), at| {
            ([low[0].min(at[0]), low[1].min(at[1])], [high[0].max(at[0]), high[1].max(at[1])])
        });
        let span = (high[0] - low[0]).max(high[1] - low[1]);
        let room = if span > 0.0 { 0.35 * span } else { 1.0 };
        Some(Self::new([low[0] - room, high[0] + room, low[1] - room, high[1] + room]))
    }

    /// The region that is wholly in sight: [x_min, x_max, y_min, y_max].
    pub fn region(&self) -> [f64; 4] {
        let ([cx, cy], [hx, hy]) = (self.centre, self.half);
        [cx - hx, cx + hx, cy - hy, cy + hy]
    }

    /// Moves the middle by `delta` units of length.
    pub fn pan(&mut self, delta: [f64; 2]) {
        self.centre = [self.centre[0] + delta[0], self.centre[1] + delta[1]];
        self.keep_in_range();
    }

    /// Magnifies by `factor` about the place `about`, which stays where it is on screen.
    pub fn zoom(&mut self, factor: f64, about: [f64; 2]) {
        let largest = self.half[0].max(self.half[1]);
        let least = (2.0 * largest / SPAN_RANGE[1]).max(1e-12);
        let factor = factor.clamp(least, 2.0 * self.half[0].min(self.half[1]) / SPAN_RANGE[0]);
        for (axis, place) in about.into_iter().enumerate() {
            self.centre[axis] = place + (self.centre[axis] - place) / factor;
            self.half[axis] /= factor;
        }
        self.keep_in_range();
    }

    fn keep_in_range(&mut self) {
        self.centre = self.centre.map(|c| c.clamp(-FARTHEST_CENTRE, FARTHEST_CENTRE));
    }
}

/// The transform between the plane and one rectangle of the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    rect: Rect,
    centre: [f64; 2],
    scale: f64,
}

impl Plane {
    /// Fits the camera's region into `rect`, with equal scales on both axes.
    pub fn new(camera: &Camera, rect: Rect) -> Self {
        let room = [f64::from(rect.width().max(1.0)), f64::from(rect.height().max(1.0))];
        let scale = (room[0] / (2.0 * camera.half[0])).min(room[1] / (2.0 * camera.half[1]));
        Self { rect, centre: camera.centre, scale }
    }

    /// Where it is on screen.
    pub fn rect(&self) -> Rect {
        self.rect
    }

    /// Points on screen per unit of length.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Where on screen the place `at` is.
    pub fn to_screen(&self, at: [f64; 2]) -> Pos2 {
        let [x, y] = [(at[0] - self.centre[0]) * self.scale, (self.centre[1] - at[1]) * self.scale];
        self.rect.center() + Vec2::new(x as f32, y as f32)
    }

    /// The place shown at `pos`.
    pub fn to_world(&self, pos: Pos2) -> [f64; 2] {
        let offset = pos - self.rect.center();
        [self.centre[0] + f64::from(offset.x) / self.scale, self.centre[1] - f64::from(offset.y) / self.scale]
    }

    /// A difference of places that shows as `delta` on screen.
    pub fn to_world_delta(&self, delta: Vec2) -> [f64; 2] {
        [f64::from(delta.x) / self.scale, -f64::from(delta.y) / self.scale]
    }

    /// Everything in sight: [x_min, x_max, y_min, y_max].
    pub fn visible(&self) -> [f64; 4] {
        let ([x0, y0], [x1, y1]) = (self.to_world(self.rect.left_bottom()), self.to_world(self.rect.right_top()));
        [x0, x1, y0, y1]
    }

    /// The rectangle that `region` takes on screen.
    pub fn rect_of(&self, region: [f64; 4]) -> Rect {
        let [x0, x1, y0, y1] = region;
        Rect::from_two_pos(self.to_screen([x0, y1]), self.to_screen([x1, y0]))
    }
}

/// The canvas before it is shown.
pub struct Canvas<'a> {
    name: &'a str,
    axes: [&'a str; 2],
}

/// The canvas as it is on screen in this frame.
pub struct ShownCanvas {
    /// The pointer's doings inside the picture.
    pub response: Response,
    /// The transform.
    pub plane: Plane,
    /// Draws within the picture only.
    pub painter: Painter,
    /// Whether an axis was double-clicked, which asks for the first view again.
    pub reset: bool,
    axes: [String; 2],
    around: Painter,
    tokens: &'static Tokens,
}

impl<'a> Canvas<'a> {
    /// A canvas with a name for screen readers, unique in its window, and names of its axes.
    pub fn new(name: &'a str, axes: [&'a str; 2]) -> Self {
        Self { name, axes }
    }

    /// Takes all the room that `ui` has left. Nothing but the background is drawn yet.
    pub fn show(self, ui: &mut Ui, camera: &Camera) -> ShownCanvas {
        let outer = ui.available_rect_before_wrap();
        ui.allocate_rect(outer, Sense::hover());
        let mut inner = outer;
        inner.min += Vec2::new(MARGIN.x, FAR_MARGIN.y);
        inner.max -= Vec2::new(FAR_MARGIN.x, MARGIN.y);
        inner.max = inner.max.max(inner.min + Vec2::splat(16.0));

        let id = ui.scope_id().with(self.name);
        let on_axes = [
            Rect::from_min_max(outer.min, Pos2::new(inner.left(), outer.bottom())),
            Rect::from_min_max(Pos2::new(inner.left(), inner.bottom()), outer.max),
        ];
        let mut reset = false;
        for (axis, rect) in on_axes.into_iter().enumerate() {
            let strip = ui.interact(rect, id.with(axis), Sense::CLICK);
            strip.widget_info(|| info(&format!("{}: axis {}", self.name, self.axes[axis])));
            reset |= strip.on_hover_text("Double-click to reset the view").double_clicked();
        }
        let response = ui.interact(inner, id, Sense::click_and_drag());
        response.widget_info(|| info(self.name));
        let plane = Plane::new(camera, inner);
        let painter = ui.painter().with_clip_rect(inner.intersect(ui.clip_rect()));
        let tokens = theme::tokens(ui.visuals());
        painter.rect_filled(inner, CornerRadius::ZERO, tokens.canvas_background);
        let axes = self.axes.map(str::to_owned);
        ShownCanvas { response, plane, painter, reset, axes, around: ui.painter().clone(), tokens }
    }
}

fn info(name: &str) -> egui::WidgetInfo {
    egui::WidgetInfo::labeled(egui::Role::Canvas, true, name)
}

impl ShownCanvas {
    /// Pans by dragging with the second or third button, and with the first if `primary_pans`; zooms by wheel or pinch
    /// if `wheel_zooms`. Returns whether the camera moved.
    pub fn navigate(&mut self, ui: &Ui, camera: &mut Camera, primary_pans: bool, wheel_zooms: bool) -> bool {
        let before = *camera;
        let pans = |button| self.response.dragged_by(button);
        if pans(PointerButton::Middle)
            || pans(PointerButton::Secondary)
            || (primary_pans && pans(PointerButton::Primary))
        {
            let [dx, dy] = self.plane.to_world_delta(self.response.drag_delta());
            camera.pan([-dx, -dy]);
        }
        if let Some(pos) = self.response.hover_pos()
            && wheel_zooms
        {
            let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
            let factor = f64::from(pinch) * (f64::from(scroll) / 240.0).exp();
            if factor != 1.0 {
                camera.zoom(factor, self.plane.to_world(pos));
            }
        }
        let moved = *camera != before;
        if moved {
            self.look(camera);
        }
        moved
    }

    /// Looks elsewhere from now on, in this frame already.
    pub fn look(&mut self, camera: &Camera) {
        self.plane = Plane::new(camera, self.plane.rect);
    }

    /// Draws a line across the picture at every tick.
    pub fn draw_grid(&self, colour: Color32) {
        let [x0, x1, y0, y1] = self.plane.visible();
        let rect = self.plane.rect;
        let stroke = Stroke::new(1.0, colour);
        for &x in &ticks(x0, x1, rect.width()).places {
            self.painter.vline(self.plane.to_screen([x, 0.0]).x, rect.y_range(), stroke);
        }
        for &y in &ticks(y0, y1, rect.height()).places {
            self.painter.hline(rect.x_range(), self.plane.to_screen([0.0, y]).y, stroke);
        }
    }

    /// Draws frame, ticks, numbers and names of the axes.
    pub fn draw_axes(&self) {
        let Self { around: painter, tokens, .. } = self;
        let rect = self.plane.rect;
        let [x0, x1, y0, y1] = self.plane.visible();
        let stroke = Stroke::new(1.0, tokens.axis);
        painter.rect_stroke(rect, CornerRadius::ZERO, stroke, egui::StrokeKind::Outside);
        let font = FontId::proportional(11.0);
        let along_x = ticks(x0, x1, rect.width());
        for &x in &along_x.places {
            let foot = Pos2::new(self.plane.to_screen([x, 0.0]).x, rect.bottom());
            painter.vline(foot.x, foot.y..=foot.y + 4.0, stroke);
            painter.text(
                foot + Vec2::new(0.0, 5.0),
                Align2::CENTER_TOP,
                along_x.label(x),
                font.clone(),
                tokens.muted_text,
            );
        }
        let along_y = ticks(y0, y1, rect.height());
        for &y in &along_y.places {
            let foot = Pos2::new(rect.left(), self.plane.to_screen([0.0, y]).y);
            painter.hline(foot.x - 4.0..=foot.x, foot.y, stroke);
            painter.text(
                foot - Vec2::new(6.0, 0.0),
                Align2::RIGHT_CENTER,
                along_y.label(y),
                font.clone(),
                tokens.muted_text,
            );
        }
        let name =
            |pos, anchor, text: &str| painter.text(pos, anchor, text, FontId::proportional(12.0), tokens.muted_text);
        name(Pos2::new(rect.center().x, rect.bottom() + MARGIN.y), Align2::CENTER_BOTTOM, &self.axes[0]);
        name(Pos2::new(rect.left() - MARGIN.x + 2.0, rect.center().y), Align2::LEFT_CENTER, &self.axes[1]);
    }
}

/// Round numbers along an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticks {
    /// Where they are.
    pub places: Vec<f64>,
    /// Digits behind the point that tell them apart.
    decimals: usize,
    scientific: bool,
}

/// Multiples of 1, 2 or 5 times a power of ten within `low`..`high`, shown over `length` points of screen.
pub fn ticks(low: f64, high: f64, length: f32) -> Ticks {
    let most = f64::from((length / TICK_DISTANCE).floor().max(1.0));
    let rough = (high - low) / most;
    if !(rough.is_finite() && rough > 0.0) {
        return Ticks { places: Vec::new(), decimals: 0, scientific: false };
    }
    let power = 10f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough * (1.0 - 1e-9)).unwrap_or(rough);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    let decimals = (-step.log10().floor()).max(0.0) as usize;
    let scientific = decimals > 4 || low.abs().max(high.abs()) >= 1e5;
    Ticks { places: (first..=last).map(|i| i as f64 * step).collect(), decimals, scientific }
}

impl Ticks {
    /// The number written at `value`, with a true minus sign.
    pub fn label(&self, value: f64) -> String {
        let plain = if self.scientific && value != 0.0 {
            format!("{value:.1e}")
        } else {
            // Avoids "-0".
            format!("{:.*}", self.decimals, value + 0.0)
        };
        plain.replace('-', "−")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect() -> Rect {
        Rect::from_min_size(Pos2::new(10.0, 20.0), Vec2::new(400.0, 200.0))
    }

    #[test]
    fn the_transform_is_its_own_inverse_and_keeps_the_region_in_sight() {
        let camera = Camera::new([-1.0, 3.0, 0.5, 2.5]);
        let plane = Plane::new(&camera, rect());
        for pos in [Pos2::new(10.0, 20.0), Pos2::new(123.0, 77.0), Pos2::new(410.0, 220.0)] {
            assert!((plane.to_screen(plane.to_world(pos)) - pos).length() < 1e-3);
        }
        let [x0, x1, y0, y1] = plane.visible();
        assert!(x0 <= -1.0 && x1 >= 3.0 && y0 <= 0.5 && y1 >= 2.5);
        assert!(plane.to_screen([0.0, 2.0]).y < plane.to_screen([0.0, 1.0]).y, "y points up");
        let one = plane.to_screen([1.0, 1.0]) - plane.to_screen([0.0, 0.0]);
        assert!((one.x + one.y).abs() < 1e-3, "equal scales");
    }

    #[test]
    fn zoom_keeps_the_place_under_the_pointer() {
        let mut camera = Camera::new([-2.0, 2.0, -2.0, 2.0]);
        let pos = Pos2::new(300.0, 60.0);
        let place = Plane::new(&camera, rect()).to_world(pos);
        for factor in [1.7, 0.3, 8.0] {
            camera.zoom(factor, place);
            assert!((Plane::new(&camera, rect()).to_screen(place) - pos).length() < 1e-2);
        }
    }

    #[test]
    fn the_camera_survives_anything() {
        let mut camera = Camera::new([f64::NAN, f64::INFINITY, 1.0, 1.0]);
        for factor in [1e300, 0.0, 1e-300, 1e300] {
            camera.zoom(factor, [1.0, -1.0]);
            camera.pan([1e300, -1e300]);
            assert!(camera.region().iter().all(|v| v.is_finite()), "{camera:?}");
            let [x0, x1, ..] = camera.region();
            assert!(x1 > x0);
        }
    }

    #[test]
    fn ticks_are_round_numbers_within_the_range() {
        let marks = ticks(-3.1, 3.1, 640.0);
        assert_eq!(marks.places, [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]);
        assert_eq!(marks.label(-2.0), "−2");
        let fine = ticks(0.101, 0.109, 400.0);
        assert_eq!(
            fine.places.iter().map(|&v| fine.label(v)).collect::<Vec<_>>(),
            ["0.102", "0.104", "0.106", "0.108"]
        );
        assert!(ticks(1.0, 1.0, 100.0).places.is_empty());
    }
}
