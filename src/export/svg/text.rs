//! Text as text: every stretch of one style starts where egui put it and is as wide as egui made it, whatever font the
//! reader has.

use egui::epaint::text::{Galley, Glyph, LayoutSection, PlacedRow};
use egui::epaint::{Mesh, TextShape};
use egui::{Color32, FontFamily, Pos2, Vec2};

use super::Document;
use super::style::{self, Place, fill, printable};

/// egui's fonts first, then what systems have in their place.
const PROPORTIONAL: &str = "Ubuntu, 'Ubuntu Light', Hack, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";
const MONOSPACE: &str = "Hack, 'Ubuntu Mono', Menlo, Consolas, monospace";
/// Ubuntu Light's weight.
const LIGHT: &str = "300";

/// Glyphs of one style beside each other.
struct Stretch<'a> {
    section: &'a LayoutSection,
    glyphs: Vec<Glyph>,
}

impl Document<'_> {
    pub(super) fn text(&mut self, shape: &TextShape) {
        if shape.angle != 0.0 {
            self.xml.start_element("g");
            style::turn(&mut self.xml, shape.angle, shape.pos);
        }
        let colour = |colour: Color32| {
            let shown = if colour == Color32::PLACEHOLDER { shape.fallback_color } else { colour };
            shown.gamma_multiply(shape.opacity_factor)
        };
        let mut sections = Sections::new(&shape.galley);
        for row in &shape.galley.rows {
            let origin = shape.pos + row.pos.to_vec2();
            let [below, above] = lines_of(row);
            self.flat(&moved(&below, origin, &colour));
            for stretch in stretches(row, &mut sections) {
                self.stretch(
                    &stretch,
                    origin,
                    colour(shape.override_text_color.unwrap_or(stretch.section.format.color)),
                );
            }
            self.flat(&moved(&above, origin, &colour));
        }
        if shape.angle != 0.0 {
            self.xml.end_element();
        }
    }

    fn stretch(&mut self, stretch: &Stretch<'_>, origin: Pos2, colour: Color32) {
        let (Some(first), Some(last)) = (stretch.glyphs.first(), stretch.glyphs.last()) else { return };
        let words: String = stretch.glyphs.iter().map(|glyph| glyph.chr).collect();
        let font = &stretch.section.format.font_id;
        let at = origin + first.pos.to_vec2();
        self.xml.start_element("text");
        self.xml.write_attribute("x", &Place(at.x));
        self.xml.write_attribute("y", &Place(at.y));
        let mono = font.family == FontFamily::Monospace;
        self.xml.write_attribute("font-family", if mono { MONOSPACE } else { PROPORTIONAL });
        self.xml.write_attribute("font-size", &Place(font.size));
        if !mono {
            self.xml.write_attribute("font-weight", LIGHT);
        }
        if stretch.section.format.italics {
            self.xml.write_attribute("font-style", "italic");
        }
        fill(&mut self.xml, colour);
        if stretch.glyphs.len() > 1 {
            let width = last.pos.x + last.advance_width - first.pos.x;
            self.xml.write_attribute("textLength", &Place(width));
            self.xml.write_attribute("lengthAdjust", "spacingAndGlyphs");
        }
        self.xml.set_preserve_whitespaces(true);
        self.xml.write_text(&printable(&words));
        self.xml.end_element();
        self.xml.set_preserve_whitespaces(false);
    }
}

/// Finds the section of one glyph after the other. egui lays out a glyph for every character but the end of a line.
struct Sections<'a> {
    galley: &'a Galley,
    next_byte: usize,
    current: usize,
}

impl<'a> Sections<'a> {
    fn new(galley: &'a Galley) -> Self {
        Self { galley, next_byte: 0, current: 0 }
    }

    fn of(&mut self, glyph: &Glyph) -> Option<&'a LayoutSection> {
        let job = &self.galley.job;
        let rest = job.text.get(self.next_byte..).unwrap_or_default();
        let skipped = rest.len() - rest.trim_start_matches(['\n', '\r']).len();
        // Where text was cut off, a character stands there that the text lacks.
        if rest[skipped..].starts_with(glyph.chr) {
            let at = self.next_byte + skipped;
            self.next_byte = at + glyph.chr.len_utf8();
            let holds = |section: &LayoutSection| section.byte_range.start.0 <= at && at < section.byte_range.end.0;
            self.current = job.sections.iter().position(holds).unwrap_or(self.current);
        }
        job.sections.get(self.current)
    }
}

fn stretches<'a>(row: &PlacedRow, sections: &mut Sections<'a>) -> Vec<Stretch<'a>> {
    let mut stretches: Vec<Stretch<'a>> = Vec::new();
    for glyph in &row.row.glyphs {
        let Some(section) = sections.of(glyph) else { continue };
        let same = |stretch: &Stretch<'_>| {
            std::ptr::eq(stretch.section, section)
                && stretch.glyphs.last().is_some_and(|last| last.pos.y == glyph.pos.y && last.chr != '\t')
        };
        match stretches.last_mut().filter(|stretch| same(stretch)) {
            Some(stretch) => stretch.glyphs.push(*glyph),
            None => stretches.push(Stretch { section, glyphs: vec![*glyph] }),
        }
    }
    for stretch in &mut stretches {
        let blank = |glyph: &Glyph| glyph.chr.is_whitespace();
        let ends = stretch.glyphs.iter().rposition(|glyph| !blank(glyph)).map_or(0, |last| last + 1);
        stretch.glyphs.truncate(ends);
        let starts = stretch.glyphs.iter().position(|glyph| !blank(glyph)).unwrap_or(0);
        stretch.glyphs.drain(..starts);
    }
    stretches.retain(|stretch| !stretch.glyphs.is_empty());
    stretches
}

/// What lies below the glyphs of a row, backgrounds, and above them, lines under and through them.
fn lines_of(row: &PlacedRow) -> [Mesh; 2] {
    let visuals = &row.row.visuals;
    let glyphs = &visuals.glyph_vertex_range;
    let part = |keep: &dyn Fn(u32) -> bool| {
        let triangles = visuals.mesh.indices.chunks_exact(3);
        let indices = triangles.filter(|triangle| triangle.iter().all(|i| keep(*i))).flatten().copied().collect();
        Mesh { indices, vertices: visuals.mesh.vertices.clone(), ..Mesh::default() }
    };
    [part(&|i| (i as usize) < glyphs.start), part(&|i| i as usize >= glyphs.end)]
}

fn moved(mesh: &Mesh, by: Pos2, colour: &impl Fn(Color32) -> Color32) -> Mesh {
    let mut mesh = mesh.clone();
    if mesh.indices.is_empty() {
        return mesh;
    }
    mesh.translate(Vec2::new(by.x, by.y));
    for vertex in &mut mesh.vertices {
        vertex.color = colour(vertex.color);
    }
    mesh
}
