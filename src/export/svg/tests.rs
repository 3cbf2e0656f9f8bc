//! Documents drawn by another renderer, compared with the stage's own pictures.

use egui::{Align2, Color32, FontId, Shape, Stroke, pos2, vec2};
use image::RgbaImage;
use resvg::{tiny_skia, usvg};

use super::*;
use crate::engine::select::{EngineChoice, select};
use crate::export::Picture;
use crate::export::drawing::Drawing;
use crate::labs::scene_file;
use crate::ui::theme::{self, ThemeChoice};

fn draw(svg: &str, scale: f32) -> RgbaImage {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).unwrap();
    let [width, height] = [tree.size().width(), tree.size().height()].map(|side| (side * scale).round() as u32);
    let mut map = tiny_skia::Pixmap::new(width, height).unwrap();
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut map.as_mut());
    RgbaImage::from_raw(width, height, map.take()).unwrap()
}

/// What the stage draws but for its text, for which the other renderer here has no fonts.
fn without_text(stage: &Stage) -> RgbaImage {
    fn keep(shape: &Shape) -> Shape {
        match shape {
            Shape::Text(_) => Shape::Noop,
            Shape::Vec(shapes) => Shape::Vec(shapes.iter().map(keep).collect()),
            other => other.clone(),
        }
    }
    let shapes = stage.shapes().iter().map(|clipped| ClippedShape { shape: keep(&clipped.shape), ..clipped.clone() });
    stage.picture_of(shapes.collect(), stage.ctx().global_style().visuals.panel_fill).unwrap()
}

/// Mean difference of channels, and share of pixels that differ much, once both pictures are a little blurred: the two
/// renderers soften edges differently.
fn differences(a: &RgbaImage, b: &RgbaImage) -> (f64, f64) {
    assert_eq!(a.dimensions(), b.dimensions());
    let [a, b] = [a, b].map(|picture| image::imageops::blur(picture, 1.2));
    let (mut sum, mut far) = (0.0, 0);
    for (a, b) in a.pixels().zip(b.pixels()) {
        let difference = (0..3).map(|i| f64::from(a.0[i].abs_diff(b.0[i]))).sum::<f64>() / 3.0;
        sum += difference;
        far += usize::from(difference > 40.0);
    }
    let count = f64::from(a.width() * a.height());
    (sum / count, far as f64 / count)
}

/// Compares, and keeps both pictures for eyes if they differ.
fn compare(stage: &Stage, svg: &str, name: &str) {
    let scale = stage.pixels_per_point();
    let (drawn, expected) = (draw(svg, scale), without_text(stage));
    let (mean, far) = differences(&drawn, &expected);
    if mean > 1.5 || far > 0.005 {
        let place = |what: &str| std::env::temp_dir().join(format!("diffuscope_{name}_{what}.png"));
        drawn.save(place("svg")).unwrap();
        expected.save(place("stage")).unwrap();
        panic!("{name}: mean {mean:.2}, far {far:.4}; see {}", place("svg").display());
    }
}

fn nothing() -> Caption {
    Caption { title: "a & b".to_owned(), text: "a < b".to_owned() }
}

#[test]
fn figures_of_every_lab_are_the_same_picture() {
    let scenes =
        ["ring_of_eight", "patches_two_patterns", "magnet_one_becomes_two", "magnet_three_states", "spectrum_spike"];
    for (number, id) in scenes.into_iter().enumerate() {
        let scene = scene_file::load(&format!("gallery:{id}")).unwrap();
        let mut view = (scene.lab.open)(&scene.scene, select(EngineChoice::Cpu).unwrap().engine).unwrap();
        let theme = if number % 2 == 0 { "light" } else { "dark" }.to_owned();
        let picture = Picture { size: [420, 320], scale: 2.0, theme, ..Picture::default() };
        let mut drawing = Drawing::new(view.as_mut(), &picture, &nothing()).unwrap();
        drawing.settle(&|| true).unwrap();
        compare(drawing.stage(), &document(drawing.stage(), &nothing()).unwrap(), id);
    }
}

/// An empty stage of this size.
fn light(size: [u32; 2]) -> Stage {
    let ctx = egui::Context::default();
    theme::install(&ctx);
    ThemeChoice::Light.apply(&ctx);
    Stage::new(ctx, size, 2.0).unwrap()
}

/// A stage on which `paint` has painted.
fn painted(paint: impl Fn(&egui::Painter)) -> Stage {
    let mut stage = light([200, 160]);
    for _ in 0..2 {
        stage.frame(|ui| paint(ui.painter())).unwrap();
    }
    stage
}

#[test]
fn every_shape_is_the_same_picture() {
    let stage = painted(|painter| {
        let at = |x: f32, y: f32| pos2(x, y);
        let line = Stroke::new(2.0, Color32::RED);
        painter.circle(at(30.0, 30.0), 18.0, Color32::LIGHT_BLUE, line);
        painter
            .add(egui::epaint::EllipseShape::filled(at(80.0, 30.0), vec2(22.0, 9.0), Color32::GREEN).with_angle(0.6));
        painter.line_segment([at(110.0, 10.0), at(150.0, 50.0)], line);
        painter.add(Shape::convex_polygon(
            vec![at(160.0, 10.0), at(190.0, 20.0), at(165.0, 50.0)],
            Color32::BLUE,
            line,
        ));
        painter.add(Shape::line(vec![at(10.0, 60.0), at(30.0, 90.0), at(50.0, 60.0), at(70.0, 90.0)], line));
        for (i, kind) in
            [egui::StrokeKind::Inside, egui::StrokeKind::Middle, egui::StrokeKind::Outside].into_iter().enumerate()
        {
            let rect = Rect::from_min_size(at(80.0 + 40.0 * i as f32, 60.0), vec2(26.0, 26.0));
            painter.rect(rect, 6.0 * i as f32, Color32::YELLOW, Stroke::new(4.0, Color32::BLACK), kind);
        }
        let corners = egui::CornerRadius { nw: 12, ne: 0, sw: 4, se: 9 };
        painter.rect_filled(
            Rect::from_min_size(at(10.0, 100.0), vec2(40.0, 24.0)),
            corners,
            Color32::from_black_alpha(120),
        );
        let curve = [at(60.0, 130.0), at(70.0, 90.0), at(110.0, 150.0), at(120.0, 105.0)];
        painter.add(egui::epaint::CubicBezierShape::from_points_stroke(curve, false, Color32::TRANSPARENT, line));
        let curve = [at(130.0, 130.0), at(140.0, 90.0), at(160.0, 130.0)];
        painter.add(egui::epaint::QuadraticBezierShape::from_points_stroke(curve, true, Color32::BROWN, line));
        // A gradient, which SVG is given as a picture, and what lies above it.
        let rect = Rect::from_min_size(at(165.0, 95.0), vec2(30.0, 40.0));
        painter.add(Shape::gradient_rect(rect, egui::Direction::TopDown, [Color32::RED, Color32::BLUE]));
        painter.circle_filled(at(180.0, 115.0), 6.0, Color32::WHITE);
        // Half of this is cut off.
        let clip = Rect::from_min_max(at(0.0, 140.0), at(100.0, 160.0));
        painter.with_clip_rect(clip).circle_filled(at(100.0, 150.0), 9.0, Color32::DARK_GREEN);
    });
    let svg = document(&stage, &nothing()).unwrap();
    compare(&stage, &svg, "shapes");
    for element in ["circle", "ellipse", "line", "path", "rect", "image", "clipPath"] {
        assert!(svg.contains(&format!("<{element} ")), "no {element} in {svg}");
    }
}

#[test]
fn clouds_of_dots_become_circles_and_lines() {
    use crate::ui::dots;
    let stage = painted(|painter| {
        let texture = dots::texture(painter.ctx());
        let mut mesh = egui::Mesh::with_texture(texture.id());
        for i in 0..12 {
            let [a, b] = [pos2(10.0 + 15.0 * i as f32, 40.0), pos2(20.0 + 14.0 * i as f32, 120.0)];
            dots::add_line(&mut mesh, [a, b], 1.5, [Color32::DARK_BLUE, Color32::DARK_BLUE]);
            dots::add_dot(&mut mesh, a, 6.0, Color32::GOLD);
        }
        painter.add(mesh);
        // The texture lives as long as this frame's picture.
        painter.ctx().data_mut(|data| data.insert_temp(egui::Id::unique("kept"), texture));
    });
    let svg = document(&stage, &nothing()).unwrap();
    assert_eq!((svg.matches("<circle ").count(), svg.matches("<line ").count()), (12, 12));
    assert_eq!(svg.matches("<image ").count(), 0);
    compare(&stage, &svg, "dots");
}

#[test]
fn formulas_are_outlines() {
    use crate::ui::formula::{self, Formula};
    let mut stage = light([260, 120]);
    let marked = formula::mark(r"\nabla \log p = \frac{1}{2} \sum_k \sqrt{\bar\alpha_k}", |_| None);
    let show = |ui: &mut egui::Ui| {
        Formula::new(&marked, "a formula").show(ui, |_| false);
        formula::is_busy(ui.ctx())
    };
    stage.settle(20.0, show).unwrap();
    let svg = document(&stage, &nothing()).unwrap();
    assert!(svg.matches("<path ").count() >= 10, "{svg}");
    assert_eq!(svg.matches("<image ").count(), 0, "{svg}");
    compare(&stage, &svg, "formula");
}

#[test]
fn text_stands_where_egui_put_it() {
    let stage = painted(|painter| {
        painter.text(pos2(20.0, 50.0), Align2::LEFT_TOP, "5 < 6 & ∇x", FontId::proportional(15.0), Color32::RED);
        painter.text(pos2(20.0, 90.0), Align2::LEFT_TOP, "up", FontId::monospace(12.0), Color32::BLUE);
    });
    let svg = document(&stage, &nothing()).unwrap();
    let tree = usvg::roxmltree::Document::parse(&svg).unwrap();
    let texts: Vec<_> = tree.descendants().filter(|node| node.has_tag_name("text")).collect();
    assert_eq!(
        texts.iter().map(|text| text.text().unwrap()).collect::<Vec<_>>(),
        ["5 < 6 &", "∇", "x", "up"],
        "each font on its own"
    );
    let number =
        |node: usvg::roxmltree::Node<'_, '_>, name: &str| -> f32 { node.attribute(name).unwrap().parse().unwrap() };
    let galley = stage
        .ctx()
        .fonts_mut(|fonts| fonts.layout_no_wrap("5 < 6 &".to_owned(), FontId::proportional(15.0), Color32::RED));
    let first = texts[0];
    assert_eq!(number(first, "x"), 20.0);
    let baseline = number(first, "y") - 50.0;
    assert!((10.0..=16.0).contains(&baseline), "the baseline of 15 points lies {baseline} below the top");
    assert!((number(first, "textLength") - galley.size().x).abs() < 0.5);
    assert_eq!([first.attribute("fill"), first.attribute("font-size")], [Some("#ff0000"), Some("15")]);
    assert!(texts[3].attribute("font-family").unwrap().starts_with("Hack"));
    let words = |name: &str| tree.descendants().find(|node| node.has_tag_name(name)).unwrap().text().unwrap();
    assert_eq!([words("title"), words("desc")], ["a & b", "a < b"]);
}

#[test]
fn turned_text_is_turned() {
    let stage = painted(|painter| {
        let galley = painter.layout_no_wrap("axis".to_owned(), FontId::proportional(14.0), Color32::RED);
        let shape = egui::epaint::TextShape::new(pos2(50.0, 100.0), galley, Color32::RED);
        painter.add(shape.with_angle(-std::f32::consts::FRAC_PI_2));
    });
    let svg = document(&stage, &nothing()).unwrap();
    assert!(svg.contains("rotate(-90 50 100)"), "{svg}");
}
