//! An ellipse whose half axes are dragged: the shape of the noise.

use egui::{Id, Rect, Sense, Shape, Stroke, Ui, Vec2};

use crate::labs::score_field::view::layers::ellipse;
use crate::ui::theme;

/// Side of the square, in points.
const SIDE: f32 = 108.0;
/// Half axis of S = 1 on screen, in points.
const UNIT: f32 = 24.0;
/// Half axes that can be made by dragging.
const AXES: [f64; 2] = [0.1, 2.0];
/// How near a handle the pointer must be, in points.
const REACH: f32 = 14.0;

/// The axis in hand, and the length of the other one.
#[derive(Clone, Copy)]
struct Held(f64);

/// Draws the ellipse of `shape` = [xx, xy, yy]; returns the shape it is dragged to.
pub fn show(ui: &mut Ui, shape: [f64; 3]) -> Option<[f64; 3]> {
    let tokens = theme::tokens(ui.visuals());
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(SIDE), Sense::drag());
    response.widget_info(|| {
        let [xx, xy, yy] = shape;
        egui::WidgetInfo::labeled(egui::Role::Canvas, true, format!("Noise shape S = {xx}, {xy}, {yy}"))
    });
    let centre = rect.center();
    let on_screen = |[u, v]: [f64; 2]| centre + Vec2::new(u as f32, -v as f32) * UNIT;
    let from_screen = |pos: egui::Pos2| {
        let offset = (pos - centre) / UNIT;
        [f64::from(offset.x), -f64::from(offset.y)]
    };
    let axes = ellipse::axes(shape);
    let id: Id = response.id;

    if response.drag_started()
        && let Some(pos) = ui.input(|input| input.pointer.press_origin())
    {
        let nearest = [0, 1].into_iter().map(|axis| (axis, distance(pos, centre, on_screen(axes[axis]))));
        if let Some((axis, _)) = nearest.filter(|(_, d)| *d <= REACH).min_by(|a, b| a.1.total_cmp(&b.1)) {
            let [u, v] = axes[1 - axis];
            ui.data_mut(|data| data.insert_temp(id, Held(u.hypot(v))));
        }
    }
    let held = ui.data(|data| data.get_temp::<Held>(id));
    let mut dragged = None;
    if let (Some(Held(other)), Some(pos)) = (held, response.interact_pointer_pos()) {
        let [u, v] = from_screen(pos);
        let length = u.hypot(v);
        if response.dragged() && length > 1e-3 {
            let scale = length.clamp(AXES[0], AXES[1]) / length;
            dragged = Some(ellipse::from_axes([u * scale, v * scale], other));
        }
    }
    if response.drag_stopped() {
        ui.data_mut(|data| data.remove::<Held>(id));
    }

    let painter = ui.painter_at(rect);
    painter.rect(
        rect.shrink(0.5),
        5.0,
        ui.visuals().extreme_bg_color,
        Stroke::new(1.0, tokens.grid),
        egui::StrokeKind::Inside,
    );
    painter.circle_stroke(centre, UNIT, Stroke::new(1.0, tokens.grid));
    let shown = dragged.unwrap_or(shape);
    let outline: Vec<_> = ellipse::outline([0.0; 2], shown, 1.0).into_iter().map(on_screen).collect();
    painter.add(Shape::convex_polygon(outline, tokens.accent.gamma_multiply(0.2), Stroke::new(1.5, tokens.accent)));
    for axis in ellipse::axes(shown) {
        for end in [axis, axis.map(|v| -v)] {
            painter.line_segment([centre, on_screen(end)], Stroke::new(1.0, tokens.accent.gamma_multiply(0.6)));
            let knob = Rect::from_center_size(on_screen(end), Vec2::splat(7.0));
            painter.rect(
                knob,
                1.5,
                tokens.accent,
                Stroke::new(1.0, ui.visuals().extreme_bg_color),
                egui::StrokeKind::Outside,
            );
        }
    }
    response.on_hover_text("Ellipse of the noise shape S: drag an end to turn and stretch it. The circle is S = 1.");
    dragged
}

/// Distance of `pos` from a handle or its mirror image.
fn distance(pos: egui::Pos2, centre: egui::Pos2, handle: egui::Pos2) -> f32 {
    let mirrored = centre - (handle - centre);
    pos.distance(handle).min(pos.distance(mirrored))
}
