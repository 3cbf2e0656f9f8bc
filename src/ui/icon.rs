//! Icons drawn as strokes, and buttons that carry them. Drawn rather than taken from a font, they are sharp at any size
//! and look the same everywhere.

use egui::{Color32, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::theme;

/// An icon: its strokes and fills within the unit square, x to the right, y down.
pub type Icon = fn(&mut Pen);

/// Draws an icon's strokes into a square of the screen.
pub struct Pen {
    square: Rect,
    colour: Color32,
    shapes: Vec<Shape>,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> Pos2 {
        self.square.lerp_inside(vec2(x, y))
    }

    fn stroke(&self) -> Stroke {
        Stroke::new((self.square.width() * 0.1).max(1.2), self.colour)
    }

    /// An open line through `points`.
    pub fn line(&mut self, points: &[[f32; 2]]) {
        let points = points.iter().map(|&[x, y]| self.at(x, y)).collect();
        self.shapes.push(Shape::line(points, self.stroke()));
    }

    /// A filled convex polygon.
    pub fn fill(&mut self, points: &[[f32; 2]]) {
        let points = points.iter().map(|&[x, y]| self.at(x, y)).collect();
        self.shapes.push(Shape::convex_polygon(points, self.colour, Stroke::NONE));
    }

    /// A circular arc, angles in turns, clockwise from the right.
    pub fn arc(&mut self, centre: [f32; 2], radius: f32, from: f32, to: f32) {
        let points = (0..=24)
            .map(|i| {
                let angle = std::f32::consts::TAU * (from + (to - from) * i as f32 / 24.0);
                self.at(centre[0] + radius * angle.cos(), centre[1] + radius * angle.sin())
            })
            .collect();
        self.shapes.push(Shape::line(points, self.stroke()));
    }

    /// A rounded outline.
    pub fn outline(&mut self, min: [f32; 2], max: [f32; 2]) {
        let rect = Rect::from_min_max(self.at(min[0], min[1]), self.at(max[0], max[1]));
        self.shapes.push(Shape::rect_stroke(rect, self.square.width() * 0.1, self.stroke(), StrokeKind::Middle));
    }
}

/// Triangle to the right.
pub fn play(pen: &mut Pen) {
    pen.fill(&[[0.22, 0.1], [0.9, 0.5], [0.22, 0.9]]);
}

/// Two bars.
pub fn pause(pen: &mut Pen) {
    for x in [0.2, 0.58] {
        pen.fill(&[[x, 0.12], [x + 0.22, 0.12], [x + 0.22, 0.88], [x, 0.88]]);
    }
}

/// Bar and triangle to the right.
pub fn step_forward(pen: &mut Pen) {
    pen.fill(&[[0.16, 0.2], [0.26, 0.2], [0.26, 0.8], [0.16, 0.8]]);
    pen.fill(&[[0.4, 0.18], [0.9, 0.5], [0.4, 0.82]]);
}

/// Triangle to the left and bar.
pub fn step_back(pen: &mut Pen) {
    pen.fill(&[[0.84, 0.2], [0.74, 0.2], [0.74, 0.8], [0.84, 0.8]]);
    pen.fill(&[[0.6, 0.18], [0.1, 0.5], [0.6, 0.82]]);
}

/// Bar at the left that a triangle points at.
pub fn to_start(pen: &mut Pen) {
    pen.fill(&[[0.12, 0.15], [0.24, 0.15], [0.24, 0.85], [0.12, 0.85]]);
    pen.fill(&[[0.86, 0.15], [0.32, 0.5], [0.86, 0.85]]);
}

/// Triangle that points at a bar at the right.
pub fn to_end(pen: &mut Pen) {
    pen.fill(&[[0.88, 0.15], [0.76, 0.15], [0.76, 0.85], [0.88, 0.85]]);
    pen.fill(&[[0.14, 0.15], [0.68, 0.5], [0.14, 0.85]]);
}

/// Open circle with an arrow head.
pub fn repeat(pen: &mut Pen) {
    pen.arc([0.5, 0.52], 0.36, 0.0, 0.78);
    pen.fill(&[[0.46, 0.0], [0.76, 0.17], [0.46, 0.36]]);
}

/// Arrow bent to the left.
pub fn undo(pen: &mut Pen) {
    pen.arc([0.55, 0.58], 0.3, -0.27, 0.3);
    pen.line(&[[0.5, 0.28], [0.2, 0.28]]);
    pen.fill(&[[0.34, 0.04], [0.04, 0.28], [0.34, 0.52]]);
}

/// Arrow bent to the right.
pub fn redo(pen: &mut Pen) {
    pen.arc([0.45, 0.58], 0.3, 0.77, 0.2);
    pen.line(&[[0.5, 0.28], [0.8, 0.28]]);
    pen.fill(&[[0.66, 0.04], [0.96, 0.28], [0.66, 0.52]]);
}

/// Four tiles.
pub fn gallery(pen: &mut Pen) {
    for [x, y] in [[0.1, 0.1], [0.58, 0.1], [0.1, 0.58], [0.58, 0.58]] {
        pen.outline([x, y], [x + 0.32, y + 0.32]);
    }
}

/// Back to the default: circle with a bar.
pub fn reset(pen: &mut Pen) {
    pen.arc([0.5, 0.52], 0.36, -0.2, 0.58);
    pen.fill(&[[0.02, 0.36], [0.34, 0.36], [0.14, 0.04]]);
}

/// Small triangle to the right: something is folded.
pub fn closed(pen: &mut Pen) {
    pen.fill(&[[0.3, 0.1], [0.8, 0.5], [0.3, 0.9]]);
}

/// Small triangle downwards: something is unfolded.
pub fn open(pen: &mut Pen) {
    pen.fill(&[[0.1, 0.3], [0.9, 0.3], [0.5, 0.8]]);
}

/// Triangle with a point to be minded.
pub fn warning(pen: &mut Pen) {
    pen.line(&[[0.5, 0.1], [0.95, 0.88], [0.05, 0.88], [0.5, 0.1], [0.95, 0.88]]);
    pen.line(&[[0.5, 0.38], [0.5, 0.62]]);
    pen.line(&[[0.5, 0.72], [0.5, 0.78]]);
}

/// A plus.
pub fn add(pen: &mut Pen) {
    pen.line(&[[0.5, 0.15], [0.5, 0.85]]);
    pen.line(&[[0.15, 0.5], [0.85, 0.5]]);
}

/// Two crossing lines.
pub fn close(pen: &mut Pen) {
    pen.line(&[[0.2, 0.2], [0.8, 0.8]]);
    pen.line(&[[0.8, 0.2], [0.2, 0.8]]);
}

/// The program's emblem: a ring of noise with the data point it came from.
pub fn emblem(painter: &egui::Painter, square: Rect, visuals: &egui::Visuals) {
    let tokens = theme::tokens(visuals);
    let side = square.width();
    for i in 0..9 {
        let angle = std::f32::consts::TAU * i as f32 / 9.0;
        let radius = 0.42 * side * (1.0 - 0.16 * (i % 3) as f32);
        let size = side * (0.05 + 0.022 * (i % 3) as f32);
        let centre = square.center() + radius * vec2(angle.cos(), angle.sin());
        painter.circle_filled(centre, size, tokens.accent.gamma_multiply(0.55 + 0.2 * (i % 3) as f32));
    }
    painter.circle_filled(square.center(), 0.13 * side, tokens.particle_a);
}

/// Draws `icon` into `square`.
pub fn paint(painter: &egui::Painter, square: Rect, colour: Color32, icon: Icon) {
    let mut pen = Pen { square, colour, shapes: Vec::new() };
    icon(&mut pen);
    painter.extend(pen.shapes);
}

/// How an icon button looks beyond its icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// Without a frame until pointed at.
    #[default]
    Plain,
    /// Without a frame, but lit: a switch that is on.
    On,
    /// Filled with the accent: the one action that matters most here.
    Primary,
}

/// A square button with an icon. `name` is what a screen reader says; `hint` explains on hover and names the key.
pub fn icon_button(ui: &mut Ui, icon: Icon, look: Look, name: &str, hint: &str) -> Response {
    let side = ui.spacing().interact_size.y + if look == Look::Primary { 6.0 } else { 2.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
    response.widget_info(|| match look {
        Look::Plain | Look::Primary => WidgetInfo::labeled(Role::Button, ui.is_enabled(), name),
        Look::On => WidgetInfo::selected(Role::Button, ui.is_enabled(), true, name),
    });
    if ui.is_rect_visible(rect) {
        let visuals = ui.style().interact(&response);
        let tokens = theme::tokens(ui.visuals());
        let lit = response.hovered() || response.has_focus() || response.is_pointer_button_down_on();
        let (fill, colour) = match look {
            Look::Primary if lit => (tokens.accent.lerp_to_gamma(visuals.text_color(), 0.2), None),
            Look::Primary => (tokens.accent, None),
            Look::On => (if lit { visuals.weak_bg_fill } else { Color32::TRANSPARENT }, Some(tokens.accent)),
            Look::Plain => (if lit { visuals.weak_bg_fill } else { Color32::TRANSPARENT }, Some(visuals.text_color())),
        };
        let colour = colour.unwrap_or_else(|| theme::readable_on(fill));
        let radius = if look == Look::Primary { side / 2.0 } else { f32::from(visuals.corner_radius.nw) };
        ui.painter().rect_filled(rect, radius, fill);
        if response.has_focus() {
            ui.painter().rect_stroke(rect, radius, Stroke::new(1.5, tokens.selection), StrokeKind::Outside);
        }
        let icon_side = side * if look == Look::Primary { 0.46 } else { 0.56 };
        paint(ui.painter(), Rect::from_center_size(rect.center(), vec2(icon_side, icon_side)), colour, icon);
    }
    response.on_hover_text(hint)
}
