//! Data points, components with their handles, and what the score model made of them.

use egui::{Mesh, Rect, Shape, Stroke, Ui, Vec2};

use super::{DrawContext, Layer, LayerInfo, ellipse, faded};
use crate::core::mixture::Mixture;
use crate::core::sym2;
use crate::labs::score_field::scene::Layers;
use crate::labs::score_field::view::edit::{Handle, Item};
use crate::ui::{dots, theme};

/// More points than this are drawn as one mesh of plain dots.
const MANY: usize = 2000;
/// Radius of a point of average weight on screen, in points.
const RADIUS: f32 = 4.5;
/// Radius of one of many points on screen, in points.
const SMALL: f32 = 2.4;
/// Components of a fitted model that are drawn.
const MOST_FITTED: usize = 64;

/// The layer.
pub struct DataPoints;

impl Layer for DataPoints {
    fn info(&self) -> LayerInfo {
        LayerInfo {
            name: "Data and handles",
            about: "The points and Gaussians of p_0 (drag them), and the components that the score model fitted to them.",
        }
    }

    fn is_on(&self, layers: &Layers) -> bool {
        layers.data.on
    }

    fn switch<'a>(&self, layers: &'a mut Layers) -> &'a mut bool {
        &mut layers.data.on
    }

    fn settings(&self, _ui: &mut Ui, _layers: &mut Layers, _compares: bool) -> bool {
        false
    }

    fn draw(&self, cx: &DrawContext<'_>) {
        if let Some(setup) = cx.setup {
            let model = if cx.pane == 0 { Some(&setup.model) } else { setup.compare.as_ref() };
            if let Some(model) = model.filter(|model| **model != setup.data) {
                draw_fitted(cx, model);
            }
        }
        let points = &cx.scene.data.points;
        if points.len() > MANY {
            draw_many(cx);
        } else {
            let total: f64 = points.iter().map(|p| p.weight).sum();
            let average = total / points.len().max(1) as f64;
            for (index, point) in points.iter().enumerate() {
                draw_point(cx, index, point.at, crowded(points.len()) * radius(point.weight, average));
            }
        }
        for index in 0..cx.scene.data.components.len() {
            draw_component(cx, index);
        }
    }
}

/// Factor that shrinks the points of larger sets, so that they do not hide the picture: 1 up to 40 points, then down to ½.
fn crowded(points: usize) -> f32 {
    (40.0 / points.max(1) as f32).sqrt().clamp(0.5, 1.0)
}

/// Area grows with the weight, within limits that keep points visible and apart.
fn radius(weight: f64, average: f64) -> f32 {
    let ratio = if average > 0.0 { (weight / average).sqrt() as f32 } else { 1.0 };
    RADIUS * ratio.clamp(0.5, 2.5)
}

fn draw_point(cx: &DrawContext<'_>, index: usize, at: [f64; 2], radius: f32) {
    let pos = cx.plane.to_screen(at);
    if !cx.plane.rect().expand(3.0 * radius).contains(pos) {
        return;
    }
    let selected = cx.selection.contains(&Item::Point(index));
    let hovered = cx.hovered == Some(Handle::Body(Item::Point(index)));
    if selected || hovered {
        cx.painter.circle_stroke(pos, radius + 3.5, Stroke::new(2.0, cx.tokens.selection));
    }
    cx.painter.circle(pos, radius, cx.tokens.data_point, Stroke::new(1.4, cx.tokens.data_outline));
}

fn draw_many(cx: &DrawContext<'_>) {
    let mut mesh = Mesh::with_texture(cx.disc);
    let seen = cx.plane.rect();
    for (index, point) in cx.scene.data.points.iter().enumerate() {
        let pos = cx.plane.to_screen(point.at);
        if seen.contains(pos) {
            let selected = cx.selection.contains(&Item::Point(index));
            let colour = if selected { cx.tokens.selection } else { cx.tokens.data_point };
            dots::add_dot(&mut mesh, pos, SMALL, colour);
        }
    }
    cx.painter.add(mesh);
}

fn draw_component(cx: &DrawContext<'_>, index: usize) {
    let component = &cx.scene.data.components[index];
    let item = Item::Component(index);
    let selected = cx.selection.contains(&item);
    let active = selected || cx.hovered.is_some_and(|handle| handle.item() == item);
    let line = if active { cx.tokens.selection } else { cx.tokens.data_point };
    for (radius, opacity) in [(2.0, 0.4), (1.0, 1.0)] {
        let outline = ellipse::outline(component.mean, component.covariance, radius);
        // A dark line under a light one stays visible on every colour map.
        closed(cx, &outline, Stroke::new(3.0, faded(cx.tokens.data_outline, 0.5 * opacity)));
        closed(cx, &outline, Stroke::new(1.5, faded(line, opacity)));
    }
    let mean = cx.plane.to_screen(component.mean);
    for (axis, [u, v]) in ellipse::axes(component.covariance).into_iter().enumerate() {
        let end = cx.plane.to_screen([component.mean[0] + u, component.mean[1] + v]);
        cx.painter.line_segment([mean, end], Stroke::new(1.0, faded(line, 0.8)));
        let grown = if cx.hovered == Some(Handle::Axis(index, axis)) { 10.0 } else { 7.5 };
        let knob = Rect::from_center_size(end, Vec2::splat(grown));
        cx.painter.rect(knob, 1.5, line, Stroke::new(1.2, cx.tokens.data_outline), egui::StrokeKind::Middle);
    }
    cx.painter.circle(mean, RADIUS, line, Stroke::new(1.4, cx.tokens.data_outline));
    cx.painter.circle_filled(mean, 1.5, cx.tokens.data_outline);
}

fn draw_fitted(cx: &DrawContext<'_>, model: &Mixture) {
    for (index, component) in model.components().iter().enumerate().take(MOST_FITTED) {
        let colour = theme::component_colour(index);
        let mean = [component.mean.x, component.mean.y];
        let covariance = sym2::entries(&component.covariance);
        for radius in [1.0, 2.0] {
            let outline = ellipse::outline(mean, covariance, radius);
            closed(cx, &outline, Stroke::new(2.8, faded(cx.tokens.data_outline, 0.5)));
            closed(cx, &outline, Stroke::new(1.6, colour));
        }
        let pos = cx.plane.to_screen(mean);
        for arm in [Vec2::new(4.5, 4.5), Vec2::new(4.5, -4.5)] {
            cx.painter.line_segment([pos - arm, pos + arm], Stroke::new(3.4, cx.tokens.data_outline));
            cx.painter.line_segment([pos - arm, pos + arm], Stroke::new(1.8, colour));
        }
    }
}

fn closed(cx: &DrawContext<'_>, outline: &[[f64; 2]], stroke: Stroke) {
    let points = outline.iter().map(|at| cx.plane.to_screen(*at)).collect();
    cx.painter.add(Shape::closed_line(points, stroke));
}
