//! Numbers, colours and outlines as SVG writes them.

use std::fmt::{self, Write as _};

use egui::epaint::{ColorMode, PathStroke};
use egui::{Color32, Pos2, Rect, Stroke};
use xmlwriter::XmlWriter;

/// A coordinate or length, to a hundredth of a point.
pub(super) struct Place(pub f32);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Negative zero would be written as such.
        let hundredths = (f64::from(self.0) * 100.0).round() + 0.0;
        let (whole, rest) = ((hundredths / 100.0).trunc(), (hundredths % 100.0).abs());
        let sign = if hundredths < 0.0 { "-" } else { "" };
        write!(f, "{sign}{}", whole.abs())?;
        match rest as u32 {
            0 => Ok(()),
            rest if rest % 10 == 0 => write!(f, ".{}", rest / 10),
            rest => write!(f, ".{rest:02}"),
        }
    }
}

/// "#1f77b4" and opacity.
fn paint(xml: &mut XmlWriter, name: &str, colour: Color32) {
    let [r, g, b, a] = colour.to_srgba_unmultiplied();
    if a == 0 {
        xml.write_attribute(name, "none");
        return;
    }
    xml.write_attribute_fmt(name, format_args!("#{r:02x}{g:02x}{b:02x}"));
    if a < 255 {
        let opacity = (f32::from(a) / 255.0 * 1000.0).round() / 1000.0;
        xml.write_attribute_fmt(&format!("{name}-opacity"), format_args!("{opacity}"));
    }
}

/// What an element is filled with.
pub(super) fn fill(xml: &mut XmlWriter, colour: Color32) {
    paint(xml, "fill", colour);
}

/// What an element is drawn with; nothing is written where there is no line.
pub(super) fn stroke(xml: &mut XmlWriter, stroke: Stroke) {
    if !stroke.is_empty() {
        paint(xml, "stroke", stroke.color);
        xml.write_attribute("stroke-width", &Place(stroke.width));
    }
}

/// Where a rectangle is.
pub(super) fn position(xml: &mut XmlWriter, rect: Rect) {
    xml.write_attribute("x", &Place(rect.left()));
    xml.write_attribute("y", &Place(rect.top()));
    xml.write_attribute("width", &Place(rect.width()));
    xml.write_attribute("height", &Place(rect.height()));
}

/// Turned by an angle in radians, clockwise, about `pivot`.
pub(super) fn turn(xml: &mut XmlWriter, angle: f32, pivot: Pos2) {
    if angle != 0.0 {
        let degrees = Place(angle.to_degrees());
        xml.write_attribute_fmt("transform", format_args!("rotate({degrees} {} {})", Place(pivot.x), Place(pivot.y)));
    }
}

/// Whether the line has one colour.
pub(super) fn is_plain(stroke: &PathStroke) -> bool {
    matches!(stroke.color, ColorMode::Solid(_))
}

/// A line of one colour.
pub(super) fn plain(stroke: &PathStroke) -> Stroke {
    match stroke.color {
        ColorMode::Solid(colour) => Stroke::new(stroke.width, colour),
        ColorMode::UV(_) => Stroke::NONE,
    }
}

/// The data of a path.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Path(pub String);

impl Path {
    fn push(mut self, letter: char, points: &[Pos2]) -> Self {
        self.0.push(letter);
        for (i, point) in points.iter().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            // A String takes everything.
            let _ = write!(self.0, "{gap}{} {}", Place(point.x), Place(point.y));
        }
        self
    }

    /// Goes to `point` without drawing.
    pub fn to(self, point: Pos2) -> Self {
        self.push('M', &[point])
    }

    /// A straight line to `point`.
    pub fn straight(self, point: Pos2) -> Self {
        self.push('L', &[point])
    }

    /// Straight lines through `points`.
    pub fn lines(self, points: &[Pos2]) -> Self {
        match points {
            [] => self,
            [only] => self.push('M', &[*only]),
            [first, rest @ ..] => self.push('M', &[*first]).push('L', rest),
        }
    }

    /// A curve by one control point.
    pub fn quadratic(self, control: Pos2, end: Pos2) -> Self {
        self.push('Q', &[control, end])
    }

    /// A curve by two control points.
    pub fn cubic(self, first: Pos2, second: Pos2, end: Pos2) -> Self {
        self.push('C', &[first, second, end])
    }

    /// A straight line back to where it began, if `closed`.
    pub fn closed(mut self, closed: bool) -> Self {
        if closed {
            self.0.push('Z');
        }
        self
    }
}

/// `text` without the characters that XML has no place for, and with `&` as XML writes it; `<` is left to the writer.
pub(super) fn printable(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    kept.collect::<String>().replace('&', "&amp;")
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn numbers_are_short() {
        let texts: Vec<String> =
            [0.0, -0.0, -0.001, 1.0, 2.5, -3.456, 10.05, 1e6, 0.999, -0.5].map(|x| Place(x).to_string()).into();
        assert_eq!(texts, ["0", "0", "0", "1", "2.5", "-3.46", "10.05", "1000000", "1", "-0.5"]);
    }

    #[test]
    fn paths_are_written_in_order() {
        let points = [pos2(0.0, 1.0), pos2(2.0, 3.0), pos2(4.5, 5.0)];
        assert_eq!(Path::default().lines(&points).closed(true).0, "M0 1L2 3 4.5 5Z");
        assert_eq!(Path::default().to(points[0]).quadratic(points[1], points[2]).0, "M0 1Q2 3 4.5 5");
    }

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        assert_eq!(printable("a\u{0}b\u{7}<&>é\u{ffff}"), "ab<&amp;>é");
    }
}
