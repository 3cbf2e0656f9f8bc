//! Typeset formulas: the outlines that their pictures were made of.

use std::sync::Arc;

use egui::epaint::Mesh;
use egui::{Color32, Pos2, Stroke, pos2};
use resvg::tiny_skia::{Path, PathSegment, Point};

use super::Document;
use super::style::{self, fill, stroke};
use crate::ui::formula::{self, Typeset};

impl Document<'_> {
    /// The formula whose picture `mesh` shows, if it shows a whole one in one colour.
    pub(super) fn formula_of(&self, mesh: &Mesh) -> Option<Arc<Typeset>> {
        let [first, rest @ ..] = mesh.vertices.as_slice() else { return None };
        let is_whole = rest.len() == 3 && rest.iter().all(|vertex| vertex.color == first.color);
        if is_whole { formula::of_texture(self.stage.ctx(), mesh.texture_id) } else { None }
    }

    pub(super) fn formula(&mut self, typeset: &Typeset, mesh: &Mesh) {
        let colour = mesh.vertices.first().map_or(Color32::TRANSPARENT, |vertex| vertex.color);
        let place = mesh.calc_bounds();
        for outline in typeset.outlines(place.min.into(), place.size().into()) {
            self.xml.start_element("path");
            self.xml.write_attribute("d", &data(&outline.path).0);
            match outline.width {
                None => fill(&mut self.xml, colour),
                Some(width) => {
                    fill(&mut self.xml, Color32::TRANSPARENT);
                    stroke(&mut self.xml, Stroke::new(width, colour));
                }
            }
            if outline.even_odd {
                self.xml.write_attribute("fill-rule", "evenodd");
            }
            self.xml.end_element();
        }
    }
}

fn data(path: &Path) -> style::Path {
    let at = |point: Point| -> Pos2 { pos2(point.x, point.y) };
    path.segments().fold(style::Path::default(), |data, segment| match segment {
        PathSegment::MoveTo(to) => data.to(at(to)),
        PathSegment::LineTo(to) => data.straight(at(to)),
        PathSegment::QuadTo(control, to) => data.quadratic(at(control), at(to)),
        PathSegment::CubicTo(first, second, to) => data.cubic(at(first), at(second), at(to)),
        PathSegment::Close => data.closed(true),
    })
}
