//! Circles, ellipses, lines, outlines and rectangles.

use egui::emath::GuiRounding as _;
use egui::epaint::{CircleShape, EllipseShape, PathShape, PathStroke, RectShape};
use egui::{Color32, CornerRadius, Pos2, Rect, Stroke, StrokeKind, pos2};

use super::Document;
use super::style::{self, Place, fill, stroke};

/// Part of a quarter circle's radius at which its control points are.
const ARC: f32 = 0.552_284_8;

impl Document<'_> {
    pub(super) fn circle(&mut self, circle: &CircleShape) {
        self.xml.start_element("circle");
        self.xml.write_attribute("cx", &Place(circle.center.x));
        self.xml.write_attribute("cy", &Place(circle.center.y));
        self.xml.write_attribute("r", &Place(circle.radius + beyond(circle.stroke)));
        fill(&mut self.xml, circle.fill);
        stroke(&mut self.xml, circle.stroke);
        self.xml.end_element();
    }

    pub(super) fn ellipse(&mut self, ellipse: &EllipseShape) {
        self.xml.start_element("ellipse");
        self.xml.write_attribute("cx", &Place(ellipse.center.x));
        self.xml.write_attribute("cy", &Place(ellipse.center.y));
        self.xml.write_attribute("rx", &Place(ellipse.radius.x + beyond(ellipse.stroke)));
        self.xml.write_attribute("ry", &Place(ellipse.radius.y + beyond(ellipse.stroke)));
        style::turn(&mut self.xml, ellipse.angle, ellipse.center);
        fill(&mut self.xml, ellipse.fill);
        stroke(&mut self.xml, ellipse.stroke);
        self.xml.end_element();
    }

    pub(super) fn line(&mut self, mut points: [Pos2; 2], line: Stroke) {
        if line.is_empty() {
            return;
        }
        // As egui does: lines along an axis lie on pixels.
        let scale = self.stage.pixels_per_point();
        for axis in 0..2 {
            if points[0][axis] == points[1][axis] {
                let mut place = points[0][axis];
                line.round_center_to_pixel(scale, &mut place);
                points.iter_mut().for_each(|point| point[axis] = place);
            }
        }
        let [from, to] = points;
        self.xml.start_element("line");
        self.xml.write_attribute("x1", &Place(from.x));
        self.xml.write_attribute("y1", &Place(from.y));
        self.xml.write_attribute("x2", &Place(to.x));
        self.xml.write_attribute("y2", &Place(to.y));
        stroke(&mut self.xml, line);
        self.xml.end_element();
    }

    pub(super) fn path(&mut self, path: &PathShape) {
        let data = style::Path::default().lines(&path.points).closed(path.closed);
        self.curve(&data, path.fill, &path.stroke);
    }

    pub(super) fn curve(&mut self, data: &style::Path, area: Color32, line: &PathStroke) {
        let line = style::plain(line);
        if data.0.is_empty() || (area == Color32::TRANSPARENT && line.is_empty()) {
            return;
        }
        self.xml.start_element("path");
        self.xml.write_attribute("d", &data.0);
        fill(&mut self.xml, area);
        stroke(&mut self.xml, line);
        self.xml.end_element();
    }

    pub(super) fn rect(&mut self, shape: &RectShape) {
        let mut line = shape.stroke;
        let mut area = shape.fill;
        let mut rect = shape.rect;
        // SVG draws a line over the middle of an edge.
        let outwards = match shape.stroke_kind {
            StrokeKind::Inside => -0.5 * line.width,
            StrokeKind::Middle => 0.0,
            StrokeKind::Outside => 0.5 * line.width,
        };
        if !line.is_empty() && rect.expand(outwards + 0.5 * line.width).size().min_elem() <= 2.0 * line.width {
            // All of it is line.
            rect = rect.expand(outwards + 0.5 * line.width);
            (area, line) = (line.color, Stroke::NONE);
        }
        let scale = self.stage.pixels_per_point();
        let thin = line.is_empty() && rect.size().min_elem() * scale <= 2.0;
        if !thin && shape.angle == 0.0 && shape.round_to_pixels.unwrap_or(true) {
            rect = rect.round_to_pixels(scale);
        }
        let inner = rect.size();
        if !line.is_empty() {
            rect = rect.expand(outwards);
        }
        if area == Color32::TRANSPARENT && line.is_empty() {
            return;
        }
        let corners = shape.corner_radius;
        if corners.is_same() {
            self.xml.start_element("rect");
            style::position(&mut self.xml, rect);
            if corners.nw > 0 {
                // Of the corners' middle line, as the edges'.
                let radius = f32::from(corners.nw).min(0.5 * inner.min_elem());
                let radius = if line.is_empty() { radius } else { (radius + outwards).max(0.0) };
                self.xml.write_attribute("rx", &Place(radius));
            }
        } else {
            self.xml.start_element("path");
            self.xml.write_attribute("d", &rounded(rect, corners).0);
        }
        style::turn(&mut self.xml, shape.angle, rect.center());
        fill(&mut self.xml, area);
        stroke(&mut self.xml, line);
        self.xml.end_element();
    }
}

/// How far the middle of a circle's line lies beyond the circle: egui draws it outside.
fn beyond(line: Stroke) -> f32 {
    if line.is_empty() { 0.0 } else { 0.5 * line.width }
}

/// A rectangle whose corners are not all alike.
fn rounded(rect: Rect, corners: CornerRadius) -> style::Path {
    let most = 0.5 * rect.size().min_elem();
    let [nw, ne, se, sw] = [corners.nw, corners.ne, corners.se, corners.sw].map(|radius| f32::from(radius).min(most));
    let (l, t, r, b) = (rect.left(), rect.top(), rect.right(), rect.bottom());
    let rest = |radius: f32| (1.0 - ARC) * radius;
    let line = |path: style::Path, to: Pos2| style::Path(path.0 + &format!("L{} {}", Place(to.x), Place(to.y)));
    let path = style::Path::default().to(pos2(l + nw, t));
    let path = line(path, pos2(r - ne, t)).cubic(pos2(r - rest(ne), t), pos2(r, t + rest(ne)), pos2(r, t + ne));
    let path = line(path, pos2(r, b - se)).cubic(pos2(r, b - rest(se)), pos2(r - rest(se), b), pos2(r - se, b));
    let path = line(path, pos2(l + sw, b)).cubic(pos2(l + rest(sw), b), pos2(l, b - rest(sw)), pos2(l, b - sw));
    let path = line(path, pos2(l, t + nw)).cubic(pos2(l, t + rest(nw)), pos2(l + rest(nw), t), pos2(l + nw, t));
    path.closed(true)
}
