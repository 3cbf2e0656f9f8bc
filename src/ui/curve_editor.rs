//! A curve through a few points that are dragged by hand.

use egui::{Align2, FontId, Key, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::{format, theme};

/// Distance within which a point is grabbed, in points of screen.
const REACH: f32 = 12.0;
/// Room for numbers and names left of and below the curve, in points of screen.
const MARGIN: [f32; 2] = [34.0, 30.0];

/// What the editor looks like.
pub struct CurveEditor<'a> {
    /// Name for screen readers, unique in its window.
    pub name: &'a str,
    /// Names of the axes, with symbols.
    pub axes: [&'a str; 2],
    /// Lowest and highest value of either axis.
    pub range: [[f64; 2]; 2],
    /// Values are whole steps of this from the lowest y on; 0 for none.
    pub y_step: f64,
    /// Most points.
    pub most: usize,
    /// Height in points of screen.
    pub height: f32,
    /// A place along x to mark: the play head.
    pub cursor: Option<f64>,
}

impl CurveEditor<'_> {
    /// Edits `points`, whose x rise strictly. Drag a point; double-click to add one; drag it out below or press Delete
    /// over it to remove it. Arrow keys move the point nearest to the pointer. Returns whether anything changed.
    pub fn show(&self, ui: &mut Ui, points: &mut Vec<[f64; 2]>) -> bool {
        let before = points.clone();
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), self.height), Sense::click_and_drag());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, self.name));
        let inner = Rect::from_min_max(rect.min + vec2(MARGIN[0], 6.0), rect.max - vec2(8.0, MARGIN[1]));
        let held = response.id.with("held");
        let pointer = response.interact_pointer_pos().or(response.hover_pos());
        let near = pointer.and_then(|pointer| self.nearest(inner, points, pointer));
        if response.drag_started()
            && let Some(origin) = ui.input(|input| input.pointer.press_origin())
        {
            ui.data_mut(|data| data.insert_temp(held, self.nearest(inner, points, origin)));
        }
        if response.dragged()
            && let Some(pointer) = pointer
            && let Some(index) = ui.data(|data| data.get_temp::<Option<usize>>(held)).flatten()
        {
            self.put(points, index, self.value(inner, pointer));
        }
        if response.drag_stopped() {
            ui.data_mut(|data| data.remove_temp::<Option<usize>>(held));
        }
        if response.double_clicked()
            && let Some(pointer) = pointer
        {
            match near {
                Some(index) if points.len() > 1 => drop(points.remove(index)),
                _ => self.add(points, self.value(inner, pointer)),
            }
        }
        if response.hovered() || response.has_focus() {
            self.keys(ui, points, near);
        }
        self.paint(ui, inner, points, near.filter(|_| response.hovered()));
        response
            .on_hover_text("Drag the points; a double click adds one or takes one away; arrow keys move the nearest.");
        *points != before
    }

    fn keys(&self, ui: &Ui, points: &mut Vec<[f64; 2]>, near: Option<usize>) {
        let Some(index) = near.filter(|index| *index < points.len()) else { return };
        let pressed = |key| ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key));
        let [x, y] = points[index];
        let step = if self.y_step > 0.0 { self.y_step } else { 0.02 * (self.range[1][1] - self.range[1][0]) };
        let across = 0.01 * (self.range[0][1] - self.range[0][0]);
        for (key, moved) in [
            (Key::ArrowUp, [x, y + step]),
            (Key::ArrowDown, [x, y - step]),
            (Key::ArrowLeft, [x - across, y]),
            (Key::ArrowRight, [x + across, y]),
        ] {
            if pressed(key) {
                self.put(points, index, moved);
            }
        }
        if points.len() > 1 && (pressed(Key::Delete) || pressed(Key::Backspace)) {
            points.remove(index);
        }
    }

    fn at(&self, inner: Rect, [x, y]: [f64; 2]) -> Pos2 {
        let share = |value: f64, [low, high]: [f64; 2]| ((value - low) / (high - low)) as f32;
        let [sx, sy] = [share(x, self.range[0]), share(y, self.range[1])];
        pos2(inner.left() + sx * inner.width(), inner.bottom() - sy * inner.height())
    }

    fn value(&self, inner: Rect, pos: Pos2) -> [f64; 2] {
        let value = |share: f32, [low, high]: [f64; 2]| low + (high - low) * f64::from(share.clamp(0.0, 1.0));
        let [sx, sy] = [(pos.x - inner.left()) / inner.width(), (inner.bottom() - pos.y) / inner.height()];
        [value(sx, self.range[0]), value(sy, self.range[1])]
    }

    fn nearest(&self, inner: Rect, points: &[[f64; 2]], pointer: Pos2) -> Option<usize> {
        let distance = |point: &[f64; 2]| self.at(inner, *point).distance(pointer);
        let (index, far) = points.iter().map(distance).enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
        (far <= REACH).then_some(index)
    }

    /// Moves a point, between its neighbours and on a whole step.
    fn put(&self, points: &mut [[f64; 2]], index: usize, [x, y]: [f64; 2]) {
        let [low, high] = self.range[0];
        let gap = 1e-3 * (high - low);
        let left = if index == 0 { low } else { points[index - 1][0] + gap };
        let right = points.get(index + 1).map_or(high, |next| next[0] - gap);
        let x = if left <= right { x.clamp(left, right) } else { points[index][0] };
        points[index] = [x, self.stepped(y)];
    }

    fn stepped(&self, y: f64) -> f64 {
        let [low, high] = self.range[1];
        let y = if self.y_step > 0.0 { low + ((y - low) / self.y_step).round() * self.y_step } else { y };
        y.clamp(low, high)
    }

    fn add(&self, points: &mut Vec<[f64; 2]>, [x, y]: [f64; 2]) {
        let gap = 1e-3 * (self.range[0][1] - self.range[0][0]);
        if points.len() < self.most && points.iter().all(|point| (point[0] - x).abs() > gap) {
            let index = points.partition_point(|point| point[0] < x);
            points.insert(index, [x, self.stepped(y)]);
        }
    }

    fn paint(&self, ui: &Ui, inner: Rect, points: &[[f64; 2]], near: Option<usize>) {
        let tokens = theme::tokens(ui.visuals());
        let painter = ui.painter();
        painter.rect_filled(inner, 2.0, tokens.canvas_background);
        painter.rect_stroke(inner, 2.0, Stroke::new(1.0, tokens.grid), StrokeKind::Outside);
        let font = FontId::proportional(11.0);
        for x in format::ticks_linear(self.range[0], (inner.width() / 60.0) as usize) {
            let top = self.at(inner, [x, self.range[1][1]]);
            painter.vline(top.x, inner.y_range(), Stroke::new(1.0, tokens.grid));
            let foot = pos2(top.x, inner.bottom() + 3.0);
            painter.text(foot, Align2::CENTER_TOP, format::number(x, 3), font.clone(), tokens.muted_text);
        }
        for y in format::ticks_linear(self.range[1], (inner.height() / 26.0) as usize) {
            let left = self.at(inner, [self.range[0][0], y]);
            painter.hline(inner.x_range(), left.y, Stroke::new(1.0, tokens.grid));
            let foot = pos2(inner.left() - 5.0, left.y);
            painter.text(foot, Align2::RIGHT_CENTER, format::number(y, 3), font.clone(), tokens.muted_text);
        }
        let below = pos2(inner.center().x, inner.bottom() + MARGIN[1]);
        painter.text(below, Align2::CENTER_BOTTOM, self.axes[0], font.clone(), tokens.muted_text);
        let beside = pos2(inner.left() - MARGIN[0], inner.top() - 2.0);
        painter.text(beside, Align2::LEFT_TOP, self.axes[1], font, tokens.muted_text);
        if let Some(x) = self.cursor {
            let at = self.at(inner, [x, self.range[1][0]]);
            painter.vline(at.x, inner.y_range(), Stroke::new(1.2, tokens.accent));
        }
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let ends = [[self.range[0][0], first[1]], [self.range[0][1], last[1]]];
        let line: Vec<Pos2> = std::iter::once(&ends[0])
            .chain(points)
            .chain(std::iter::once(&ends[1]))
            .map(|point| self.at(inner, *point))
            .collect();
        painter.line(line, Stroke::new(1.8, tokens.accent));
        for (index, point) in points.iter().enumerate() {
            let radius = if near == Some(index) { 6.5 } else { 5.0 };
            let at = self.at(inner, *point);
            painter.circle(at, radius, tokens.selection, Stroke::new(1.5, tokens.canvas_background));
            if near == Some(index) {
                let text = format!("{} {}", format::number(point[0], 3), format::number(point[1], 3));
                let place = at + vec2(0.0, if at.y < inner.top() + 22.0 { 10.0 } else { -10.0 });
                let align = if at.y < inner.top() + 22.0 { Align2::CENTER_TOP } else { Align2::CENTER_BOTTOM };
                painter.text(place, align, text, FontId::proportional(11.5), ui.visuals().strong_text_color());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editor() -> CurveEditor<'static> {
        CurveEditor {
            name: "test",
            axes: ["x", "y"],
            range: [[0.0, 1.0], [1.0, 15.0]],
            y_step: 2.0,
            most: 3,
            height: 100.0,
            cursor: None,
        }
    }

    #[test]
    fn points_stay_in_order_and_on_steps() {
        let mut points = vec![[0.2, 9.0], [0.8, 3.0]];
        editor().put(&mut points, 0, [0.95, 7.9]);
        assert!(points[0][0] < points[1][0]);
        assert_eq!(points[0][1], 7.0);
        editor().put(&mut points, 1, [2.0, 99.0]);
        assert_eq!(points[1], [1.0, 15.0]);
        editor().put(&mut points, 0, [-1.0, -5.0]);
        assert_eq!(points[0], [0.0, 1.0]);
    }

    #[test]
    fn no_more_points_than_allowed_and_none_twice() {
        let mut points = vec![[0.2, 9.0], [0.8, 3.0]];
        editor().add(&mut points, [0.2, 5.0]);
        assert_eq!(points.len(), 2);
        editor().add(&mut points, [0.5, 5.2]);
        assert_eq!(points, [[0.2, 9.0], [0.5, 5.0], [0.8, 3.0]]);
        editor().add(&mut points, [0.6, 5.0]);
        assert_eq!(points.len(), 3);
    }

    #[test]
    fn screen_and_value_are_inverse() {
        let inner = Rect::from_min_max(pos2(10.0, 20.0), pos2(110.0, 90.0));
        let back = editor().value(inner, editor().at(inner, [0.25, 7.0]));
        assert!((back[0] - 0.25).abs() < 1e-6 && (back[1] - 7.0).abs() < 1e-5, "{back:?}");
    }
}
