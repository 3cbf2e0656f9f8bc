//! A small image drawn by hand, pixel by pixel.

use egui::{Key, Modifiers, PointerButton, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, vec2};

use super::{pixels, theme};

/// Edits `values`, `side` × `side` of them row by row, whose colours `colour` tells. The first button draws `ink`, the second
/// `paper`; arrow keys move a cursor and Enter draws at it. `name` is for screen readers and unique in its window. Returns
/// whether anything changed.
pub fn pixel_editor(
    ui: &mut Ui,
    name: &str,
    values: &mut [f32],
    side: usize,
    [ink, paper]: [f32; 2],
    colour: impl Fn(f32) -> egui::Color32,
) -> bool {
    let length = ui.available_width().min(ui.available_height().max(120.0)).min(340.0);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(length), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, name));
    if side == 0 || values.len() != side * side {
        return false;
    }
    let tokens = theme::tokens(ui.visuals());
    let cell = length / side as f32;
    let mut changed = false;
    let mut draw = |values: &mut [f32], [column, row]: [usize; 2], value: f32| {
        let slot = &mut values[row * side + column];
        changed |= *slot != value;
        *slot = value;
    };
    let cell_at = |pos: egui::Pos2| {
        let at = (pos - rect.min) / cell;
        let inside = |v: f32| (v >= 0.0 && v < side as f32).then_some(v as usize);
        Some([inside(at.x)?, inside(at.y)?])
    };
    let value = if response.dragged_by(PointerButton::Secondary) || response.secondary_clicked() { paper } else { ink };
    if (response.dragged() || response.clicked() || response.secondary_clicked())
        && let Some(pos) = response.interact_pointer_pos()
    {
        // A fast pointer skips pixels: all on its way are drawn.
        let delta = if response.dragged() { response.drag_delta() } else { Vec2::ZERO };
        let steps = (delta.length() / (0.5 * cell)).ceil().max(1.0);
        for step in 0..=steps as usize {
            let back = pos - delta * (step as f32 / steps);
            if let Some(at) = cell_at(back) {
                draw(values, at, value);
            }
        }
    }
    let memory = response.id.with("cursor");
    let mut cursor: [usize; 2] = ui.data(|data| data.get_temp(memory)).unwrap_or([0, 0]);
    cursor = cursor.map(|v| v.min(side - 1));
    if response.has_focus() {
        // Arrow keys move the cursor within the picture rather than the keyboard's focus.
        let filter = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        for (key, [x, y]) in [
            (Key::ArrowLeft, [-1, 0]),
            (Key::ArrowRight, [1, 0]),
            (Key::ArrowUp, [0, -1]),
            (Key::ArrowDown, [0, 1_isize]),
        ] {
            if pressed(key) {
                let moved = |v: usize, by: isize| v.saturating_add_signed(by).min(side - 1);
                cursor = [moved(cursor[0], x), moved(cursor[1], y)];
            }
        }
        if pressed(Key::Enter) {
            let now = values[cursor[1] * side + cursor[0]];
            draw(values, cursor, if now == ink { paper } else { ink });
        }
        ui.data_mut(|data| data.insert_temp(memory, cursor));
    }
    let painter = ui.painter();
    pixels::paint_small(painter, rect, [side, side], |column, row| colour(values[row * side + column]));
    if cell >= 6.0 {
        let stroke = Stroke::new(0.5, tokens.axis.gamma_multiply(0.35));
        for line in 1..side {
            let at = line as f32 * cell;
            painter.vline(rect.left() + at, rect.y_range(), stroke);
            painter.hline(rect.x_range(), rect.top() + at, stroke);
        }
    }
    painter.rect_stroke(rect, 0.0, Stroke::new(1.0, tokens.axis), StrokeKind::Outside);
    let marked = if response.has_focus() { Some(cursor) } else { response.hover_pos().and_then(cell_at) };
    if let Some([column, row]) = marked {
        let corner = rect.min + vec2(column as f32, row as f32) * cell;
        let stroke = Stroke::new(1.5, tokens.selection);
        painter.rect_stroke(Rect::from_min_size(corner, Vec2::splat(cell)), 0.0, stroke, StrokeKind::Inside);
    }
    response.on_hover_text("Drag to draw, with the second button to erase; arrow keys and Enter do it too");
    changed
}
