//! Triangles: areas of one colour, and clouds of dots and lines.

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Color32, Pos2, Stroke, TextureId};

use super::Document;
use super::style::{self, Place, fill, stroke};
use crate::ui::dots::{self, Part};

/// Triangles that are still written as such.
const MOST_TRIANGLES: usize = 40_000;

impl Document<'_> {
    pub(super) fn is_vector_mesh(&self, mesh: &Mesh) -> bool {
        mesh.indices.len() <= 3 * MOST_TRIANGLES
            && (self.is_cloud(mesh) || is_flat(mesh) || self.formula_of(mesh).is_some())
    }

    fn is_cloud(&self, mesh: &Mesh) -> bool {
        let textures = self.stage.ctx().tex_manager();
        let textures = textures.read();
        textures.meta(mesh.texture_id).is_some_and(|meta| meta.name == dots::TEXTURE)
    }

    pub(super) fn mesh(&mut self, mesh: &Mesh) {
        if let Some(typeset) = self.formula_of(mesh) {
            return self.formula(&typeset, mesh);
        }
        if !self.is_cloud(mesh) {
            return self.flat(mesh);
        }
        let seen = self.page;
        for part in dots::parts(mesh) {
            match part {
                Part::Dot(centre, radius, colour) if seen.expand(radius).contains(centre) => {
                    self.dot(centre, radius, colour);
                }
                Part::Dot(..) => {}
                Part::Line(ends, width, [start, end]) => {
                    let colour = start.lerp_to_gamma(end, 0.5);
                    self.line(ends, Stroke::new(width, colour));
                }
            }
        }
    }

    fn dot(&mut self, centre: Pos2, radius: f32, colour: Color32) {
        // The rim lies between where white ends and where dark has faded by half.
        let middle = 0.5 * (dots::WHITE + dots::DARK) * radius;
        let rim = Color32::BLACK.gamma_multiply(dots::RIM_OPACITY * f32::from(colour.a()) / 255.0);
        self.xml.start_element("circle");
        self.xml.write_attribute("cx", &Place(centre.x));
        self.xml.write_attribute("cy", &Place(centre.y));
        self.xml.write_attribute("r", &Place(middle));
        fill(&mut self.xml, colour);
        stroke(&mut self.xml, Stroke::new((dots::DARK - dots::WHITE) * radius, rim));
        self.xml.end_element();
    }

    /// Writes triangles of one colour each; neighbours of one colour become one element.
    pub(super) fn flat(&mut self, mesh: &Mesh) {
        let triangles: Vec<[Vertex; 3]> = corners(mesh).collect();
        let mut rest = triangles.as_slice();
        while let Some(first) = rest.first() {
            let colour = first[0].color;
            let alike = rest.iter().take_while(|triangle| triangle[0].color == colour).count();
            self.area(&rest[..alike], colour);
            rest = &rest[alike..];
        }
    }

    fn area(&mut self, mut triangles: &[[Vertex; 3]], colour: Color32) {
        if colour == Color32::TRANSPARENT {
            return;
        }
        let mut data = style::Path::default();
        while let Some(first) = triangles.first() {
            let points = first.map(|vertex| vertex.pos);
            // Two triangles of a rectangle become one outline, without a seam between them.
            let four = triangles.get(1).and_then(|second| quadrangle(points, second.map(|vertex| vertex.pos)));
            data = match four {
                Some(outline) => data.lines(&outline),
                None => data.lines(&points),
            }
            .closed(true);
            triangles = &triangles[if four.is_some() { 2 } else { 1 }..];
        }
        self.xml.start_element("path");
        self.xml.write_attribute("d", &data.0);
        fill(&mut self.xml, colour);
        self.xml.end_element();
    }
}

fn corners(mesh: &Mesh) -> impl Iterator<Item = [Vertex; 3]> {
    let vertex = |i: u32| mesh.vertices.get(i as usize).copied();
    mesh.indices
        .chunks_exact(3)
        .filter_map(move |triangle| Some([vertex(triangle[0])?, vertex(triangle[1])?, vertex(triangle[2])?]))
}

/// Whether there is neither texture nor gradient.
fn is_flat(mesh: &Mesh) -> bool {
    mesh.texture_id == TextureId::default()
        && corners(mesh)
            .all(|corners| corners.iter().all(|corner| corner.uv == WHITE_UV && corner.color == corners[0].color))
}

/// The outline of two triangles that share an edge.
fn quadrangle(a: [Pos2; 3], b: [Pos2; 3]) -> Option<[Pos2; 4]> {
    let alone = |of: &[Pos2; 3], other: &[Pos2; 3]| {
        let mut outside = of.iter().enumerate().filter(|(_, point)| !other.contains(point)).map(|(i, _)| i);
        outside.next().filter(|_| outside.next().is_none())
    };
    let (tip, far) = (alone(&a, &b)?, alone(&b, &a)?);
    Some([a[tip], a[(tip + 1) % 3], b[far], a[(tip + 2) % 3]])
}

#[cfg(test)]
mod tests {
    use egui::{Rect, pos2};

    use super::*;

    #[test]
    fn a_rectangle_is_one_outline() {
        let mut mesh = Mesh::default();
        mesh.add_colored_rect(Rect::from_min_max(pos2(1.0, 2.0), pos2(3.0, 5.0)), Color32::RED);
        assert!(is_flat(&mesh));
        let [one, other] = corners(&mesh).collect::<Vec<_>>()[..] else { panic!("two triangles") };
        let outline = quadrangle(one.map(|v| v.pos), other.map(|v| v.pos)).unwrap();
        // Neighbours in the outline share a coordinate: no diagonal.
        for i in 0..4 {
            let (here, next) = (outline[i], outline[(i + 1) % 4]);
            assert!((here.x == next.x) != (here.y == next.y), "{outline:?}");
        }
        assert_eq!(quadrangle(one.map(|v| v.pos), [pos2(9.0, 9.0); 3]), None);
    }

    #[test]
    fn gradients_are_not_flat() {
        let mut mesh = Mesh::default();
        mesh.add_colored_rect(Rect::from_min_max(pos2(1.0, 2.0), pos2(3.0, 5.0)), Color32::RED);
        mesh.vertices[0].color = Color32::BLUE;
        assert!(!is_flat(&mesh));
    }
}
