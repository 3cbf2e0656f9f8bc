//! LaTeX to a picture that scales, with the box of every marked symbol.

use std::collections::BTreeMap;

use ratex_layout::{LayoutOptions, layout, to_display_list};
use ratex_svg::{SvgOptions, render_to_svg};
use ratex_types::color::Color;
use ratex_types::display_item::{DisplayItem, DisplayList};
use resvg::tiny_skia::{Path, Pixmap, Transform};
use resvg::usvg;

/// Units of the picture for one em.
const UNITS_PER_EM: f64 = 40.0;
/// Units left free on every side: strokes reach a little beyond their boxes.
const MARGIN: f64 = 2.0;

/// Why a formula cannot be typeset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the formula cannot be typeset: {0}")]
pub struct FormulaError(String);

/// The box of a marked symbol, in em from the picture's upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// The marker, from 1.
    pub marker: u8,
    /// Left, top, right, bottom.
    pub edges: [f32; 4],
}

/// One of the strokes and areas that a formula is drawn of.
#[derive(Debug, Clone)]
pub struct Outline {
    /// Where it is.
    pub path: Path,
    /// Width of the line along it; `None` where it is filled.
    pub width: Option<f32>,
    /// Whether what is enclosed twice is left out.
    pub even_odd: bool,
}

/// A typeset formula.
#[derive(Debug)]
pub struct Typeset {
    tree: usvg::Tree,
    /// Width and height in em, margin included.
    pub size: [f32; 2],
    /// Height of the baseline above the lower edge, in em.
    pub depth: f32,
    /// The marked symbols, by marker.
    pub regions: Vec<Region>,
}

impl Typeset {
    /// Lays the formula out in display style.
    ///
    /// # Errors
    /// It is no LaTeX, or nothing that RaTeX knows.
    pub fn new(latex: &str) -> Result<Self, FormulaError> {
        let nodes = ratex_parser::parser::parse(latex).map_err(|error| FormulaError(error.to_string()))?;
        let mut list = to_display_list(&layout(&nodes, &LayoutOptions::default()));
        let marked = tree(&list)?;
        for item in &mut list.items {
            *colour_of(item) = Color::WHITE;
        }
        let tree = tree(&list)?;
        // Readers of SVG turn its points into pixels of their own: what an em is now, the height tells.
        let em = ((list.height + list.depth) + 2.0 * MARGIN / UNITS_PER_EM) as f32 / tree.size().height();
        let size = [tree.size().width(), tree.size().height()].map(|units| units * em);
        let regions = regions(&marked, em);
        let depth = (list.depth + MARGIN / UNITS_PER_EM) as f32;
        Ok(Self { tree, size, depth, regions })
    }

    /// The formula in white on nothing, `pixels_per_em` large: width, height and premultiplied bytes.
    pub fn rasterize(&self, pixels_per_em: f32) -> Option<([usize; 2], Vec<u8>)> {
        let pixels = self.size.map(|em| (em * pixels_per_em).ceil().clamp(1.0, 8192.0) as u32);
        let mut map = Pixmap::new(pixels[0], pixels[1])?;
        let scale =
            [0, 1].map(|axis| pixels[axis] as f32 / [self.tree.size().width(), self.tree.size().height()][axis]);
        resvg::render(&self.tree, Transform::from_scale(scale[0], scale[1]), &mut map.as_mut());
        Some((pixels.map(|pixels| pixels as usize), map.take()))
    }

    /// What [`Typeset::rasterize`] draws, in a rectangle from `corner` of width and height `size`.
    pub fn outlines(&self, corner: [f32; 2], size: [f32; 2]) -> Vec<Outline> {
        let (sx, sy) = (size[0] / self.tree.size().width(), size[1] / self.tree.size().height());
        let mut found = Vec::new();
        let place = Transform::from_row(sx, 0.0, 0.0, sy, corner[0], corner[1]);
        for_each_path(self.tree.root(), &mut |path| outline(path, place, &mut found));
        found
    }
}

fn outline(path: &usvg::Path, place: Transform, found: &mut Vec<Outline>) {
    let to_place = place.pre_concat(path.abs_transform());
    let Some(data) = path.data().clone().transform(to_place) else { return };
    if let Some(fill) = path.fill() {
        let even_odd = fill.rule() == usvg::FillRule::EvenOdd;
        found.push(Outline { path: data.clone(), width: None, even_odd });
    }
    if let Some(stroke) = path.stroke() {
        let (across, along) = to_place.get_scale();
        let width = Some(stroke.width().get() * (across * along).sqrt());
        found.push(Outline { path: data, width, even_odd: false });
    }
}

/// Everything a formula is drawn of, in order: it has neither text nor images.
fn for_each_path(group: &usvg::Group, take: &mut impl FnMut(&usvg::Path)) {
    for node in group.children() {
        match node {
            usvg::Node::Group(group) => for_each_path(group, take),
            usvg::Node::Path(path) => take(path),
            usvg::Node::Image(_) | usvg::Node::Text(_) => {}
        }
    }
}

fn tree(list: &DisplayList) -> Result<usvg::Tree, FormulaError> {
    let options = SvgOptions { font_size: UNITS_PER_EM, padding: MARGIN, embed_glyphs: true, ..SvgOptions::default() };
    let svg = render_to_svg(list, &options);
    usvg::Tree::from_str(&svg, &usvg::Options::default()).map_err(|error| FormulaError(error.to_string()))
}

fn colour_of(item: &mut DisplayItem) -> &mut Color {
    match item {
        DisplayItem::GlyphPath { color, .. }
        | DisplayItem::Line { color, .. }
        | DisplayItem::Rect { color, .. }
        | DisplayItem::Path { color, .. } => color,
    }
}

/// The box round everything of each marker.
fn regions(tree: &usvg::Tree, em: f32) -> Vec<Region> {
    let mut found = BTreeMap::new();
    for_each_path(tree.root(), &mut |path| collect(path, &mut found));
    found.into_iter().map(|(marker, edges)| Region { marker, edges: edges.map(|edge| edge * em) }).collect()
}

fn collect(path: &usvg::Path, found: &mut BTreeMap<u8, [f32; 4]>) {
    let paint = path.fill().map(usvg::Fill::paint).or(path.stroke().map(usvg::Stroke::paint));
    let Some(usvg::Paint::Color(colour)) = paint else { return };
    if colour.blue == 0 {
        return;
    }
    let place = path.abs_bounding_box();
    let edges = found.entry(colour.blue).or_insert([f32::MAX, f32::MAX, f32::MIN, f32::MIN]);
    edges[0] = edges[0].min(place.left());
    edges[1] = edges[1].min(place.top());
    edges[2] = edges[2].max(place.right());
    edges[3] = edges[3].max(place.bottom());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_symbols_are_found_from_left_to_right() {
        let formula =
            Typeset::new(r"\textcolor{#000001}{x} = \frac{\textcolor{#000002}{y}}{\textcolor{#000003}{\sqrt z}}")
                .unwrap();
        let boxes: Vec<_> = formula.regions.iter().map(|region| (region.marker, region.edges)).collect();
        assert_eq!(boxes.iter().map(|(marker, _)| *marker).collect::<Vec<_>>(), [1, 2, 3]);
        let [x, y, z] = [boxes[0].1, boxes[1].1, boxes[2].1];
        assert!(x[2] < y[0], "x lies left of the fraction: {x:?} {y:?}");
        assert!(y[3] < z[1], "the numerator lies above the denominator: {y:?} {z:?}");
        for edges in [x, y, z] {
            assert!(edges[0] >= 0.0 && edges[1] >= 0.0, "{edges:?}");
            assert!(edges[2] <= formula.size[0] && edges[3] <= formula.size[1], "{edges:?} in {:?}", formula.size);
            assert!(edges[2] - edges[0] > 0.3 && edges[3] - edges[1] > 0.2, "{edges:?}");
        }
    }

    #[test]
    fn markers_leave_the_layout_alone() {
        let plain = Typeset::new(r"a + x_t^2 = 2 \log x").unwrap();
        let marked = Typeset::new(r"a + \textcolor{#000001}{x_t^2} = 2 \log \textcolor{#000002}{x}").unwrap();
        assert_eq!(plain.size, marked.size);
        assert_eq!(plain.rasterize(20.0), marked.rasterize(20.0));
    }

    #[test]
    fn twice_the_pixels_are_twice_the_picture() {
        let formula = Typeset::new(r"\int_0^t \beta").unwrap();
        let [(one, coarse), (two, fine)] = [16.0, 32.0].map(|em| formula.rasterize(em).unwrap());
        assert!((0..2).all(|axis| two[axis].abs_diff(2 * one[axis]) <= 1), "{one:?} {two:?}");
        // White with coverage as opacity: every byte of a pixel is the same.
        assert!(fine.chunks(4).all(|pixel| pixel.iter().all(|byte| *byte == pixel[3])));
        assert!(coarse.contains(&255), "strokes cover whole pixels");
    }

    #[test]
    fn what_is_no_latex_is_refused_in_words() {
        let error = Typeset::new(r"\frac{1}{").unwrap_err();
        assert!(error.to_string().starts_with("the formula cannot be typeset: "), "{error}");
    }
}
