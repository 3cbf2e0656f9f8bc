//! What egui drew, as SVG: lines and areas as such, text as text, and everything else as pictures.
//!
//! The document is drawn from the shapes of one frame of a [`Stage`], so it knows nothing of labs. What has no counterpart
//! in SVG (textures but those of formulas, colour gradients, drawing of the graphics processor's own) is drawn by the stage
//! and embedded as PNG.

mod formula;
mod mesh;
mod raster;
mod shapes;
mod style;
#[cfg(test)]
mod tests;
mod text;

use egui::emath::TSTransform;
use egui::epaint::ClippedShape;
use egui::{Rect, Shape};
use xmlwriter::{Indent, Options, XmlWriter};

use super::Caption;
use super::caption::SOFTWARE;
use crate::ui::stage::Stage;
use style::{Place, fill};

/// The latest frame of `stage` as an SVG document with a title and a description.
pub(super) fn document(stage: &Stage, caption: &Caption) -> anyhow::Result<String> {
    let options = Options { use_single_quote: false, indent: Indent::Spaces(1), attributes_indent: Indent::None };
    let mut xml = XmlWriter::new(options);
    xml.write_declaration();
    let size = stage.size_points();
    xml.start_element("svg");
    xml.write_attribute("xmlns", "http://www.w3.org/2000/svg");
    xml.write_attribute("xmlns:xlink", "http://www.w3.org/1999/xlink");
    xml.write_attribute("width", &Place(size.x));
    xml.write_attribute("height", &Place(size.y));
    xml.write_attribute_fmt("viewBox", format_args!("0 0 {} {}", Place(size.x), Place(size.y)));
    for (element, words) in [("title", caption.title.as_str()), ("desc", caption.text.as_str()), ("metadata", SOFTWARE)]
    {
        xml.start_element(element);
        xml.set_preserve_whitespaces(true);
        xml.write_text(&style::printable(words));
        xml.end_element();
        xml.set_preserve_whitespaces(false);
    }
    let page = Rect::from_min_size(egui::Pos2::ZERO, size);
    let mut document = Document { stage, xml, page, clips: Vec::new(), open: None, waiting: Vec::new() };
    document.background();
    for shape in stage.shapes() {
        document.add(shape)?;
    }
    document.finish()
}

/// A document being written.
struct Document<'a> {
    stage: &'a Stage,
    xml: XmlWriter,
    page: Rect,
    /// What elements were clipped to so far, each known by its number.
    clips: Vec<Rect>,
    /// What the elements written now are clipped to.
    open: Option<usize>,
    /// Shapes for the next picture: what lies together is drawn together.
    waiting: Vec<ClippedShape>,
}

impl Document<'_> {
    fn background(&mut self) {
        let colour = self.stage.ctx().global_style().visuals.panel_fill;
        self.xml.start_element("rect");
        self.xml.write_attribute("width", &Place(self.page.width()));
        self.xml.write_attribute("height", &Place(self.page.height()));
        fill(&mut self.xml, colour);
        self.xml.end_element();
    }

    fn add(&mut self, clipped: &ClippedShape) -> anyhow::Result<()> {
        if let Shape::Vec(shapes) = &clipped.shape {
            return shapes.iter().try_for_each(|shape| self.add(&ClippedShape { shape: shape.clone(), ..*clipped }));
        }
        let clip = clipped.clip_rect.intersect(self.page);
        let bounds = clipped.shape.visual_bounding_rect();
        // A line along an axis is an empty rectangle, which still may be seen.
        if !clip.is_positive() || !bounds.expand(0.5).intersects(clip) {
            return Ok(());
        }
        if clipped.transform_after_tessellation != TSTransform::IDENTITY || !self.is_vector(&clipped.shape) {
            self.waiting.push(clipped.clone());
            return Ok(());
        }
        self.flush()?;
        self.clip((!clip.contains_rect(bounds)).then_some(clip));
        self.shape(&clipped.shape);
        Ok(())
    }

    /// Whether [`Document::shape`] can write it.
    fn is_vector(&self, shape: &Shape) -> bool {
        match shape {
            Shape::Noop
            | Shape::Vec(_)
            | Shape::Circle(_)
            | Shape::Ellipse(_)
            | Shape::LineSegment { .. }
            | Shape::Text(_) => true,
            Shape::Path(path) => style::is_plain(&path.stroke),
            Shape::QuadraticBezier(curve) => style::is_plain(&curve.stroke),
            Shape::CubicBezier(curve) => style::is_plain(&curve.stroke),
            Shape::Rect(rect) => rect.brush.is_none() && rect.blur_width == 0.0,
            Shape::Mesh(mesh) => self.is_vector_mesh(mesh),
            Shape::Band(_) | Shape::Callback(_) => false,
        }
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Circle(circle) => self.circle(circle),
            Shape::Ellipse(ellipse) => self.ellipse(ellipse),
            Shape::LineSegment { points, stroke } => self.line(*points, *stroke),
            Shape::Path(path) => self.path(path),
            Shape::Rect(rect) => self.rect(rect),
            Shape::Text(text) => self.text(text),
            Shape::Mesh(mesh) => self.mesh(mesh),
            Shape::QuadraticBezier(curve) => {
                let [a, b, c] = curve.points;
                let data = style::Path::default().to(a).quadratic(b, c).closed(curve.closed);
                self.curve(&data, curve.fill, &curve.stroke);
            }
            Shape::CubicBezier(curve) => {
                let [a, b, c, d] = curve.points;
                let data = style::Path::default().to(a).cubic(b, c, d).closed(curve.closed);
                self.curve(&data, curve.fill, &curve.stroke);
            }
            Shape::Noop | Shape::Vec(_) | Shape::Band(_) | Shape::Callback(_) => {}
        }
    }

    /// Clips the elements that follow.
    fn clip(&mut self, clip: Option<Rect>) {
        let known = clip.and_then(|clip| self.clips.iter().position(|known| *known == clip));
        if self.open.is_some() && self.open == known {
            return;
        }
        if self.open.take().is_some() {
            self.xml.end_element();
        }
        let Some(clip) = clip else { return };
        let number = known.unwrap_or_else(|| {
            self.clips.push(clip);
            let number = self.clips.len() - 1;
            self.xml.start_element("clipPath");
            self.xml.write_attribute_fmt("id", format_args!("clip{number}"));
            self.xml.start_element("rect");
            style::position(&mut self.xml, clip);
            self.xml.end_element();
            self.xml.end_element();
            number
        });
        self.xml.start_element("g");
        self.xml.write_attribute_fmt("clip-path", format_args!("url(#clip{number})"));
        self.open = Some(number);
    }

    fn finish(mut self) -> anyhow::Result<String> {
        self.flush()?;
        self.clip(None);
        self.xml.end_element();
        Ok(self.xml.end_document())
    }
}
