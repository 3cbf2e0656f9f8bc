//! Evenly spaced streamlines of the score.

use egui::{Shape, Slider, Stroke, Ui, Vec2};

use super::{DrawContext, Layer, LayerInfo, PrepareInput, Prepared, faded, streamline_tracing};
use crate::engine::EngineError;
use crate::labs::score_field::scene::Layers;
use crate::labs::score_field::view::slider_row::slider_row;

/// The layer.
pub struct Streamlines;

impl Layer for Streamlines {
    fn info(&self) -> LayerInfo {
        LayerInfo {
            name: "Streamlines",
            about: "Lines along the score s = ∇ log p_t, evenly spaced; each leads uphill in density.",
        }
    }

    fn is_on(&self, layers: &Layers) -> bool {
        layers.streamlines.on
    }

    fn switch<'a>(&self, layers: &'a mut Layers) -> &'a mut bool {
        &mut layers.streamlines.on
    }

    fn settings(&self, ui: &mut Ui, layers: &mut Layers, _compares: bool) -> bool {
        let slider = Slider::new(&mut layers.streamlines.spacing, 6.0..=80.0).suffix(" px").max_decimals(0);
        slider_row(ui, "spacing", "Distance of neighbouring lines on screen", slider).changed()
    }

    fn prepare(&self, input: &PrepareInput<'_>) -> Result<Prepared, EngineError> {
        let shown = &input.fields[input.pane];
        let [[x0, x1], [y0, y1]] = [shown.grid.x, shown.grid.y];
        let separation = input.layers.streamlines.spacing / input.scale;
        let lines = streamline_tracing::evenly_spaced(|at| shown.score(at), [x0, x1, y0, y1], separation);
        Ok(Prepared { lines, ..Prepared::default() })
    }

    fn draw(&self, cx: &DrawContext<'_>) {
        let stroke = Stroke::new(1.0, faded(cx.tokens.streamline, 0.75));
        for line in cx.prepared.iter().flat_map(|prepared| &prepared.lines) {
            let points: Vec<_> = line.iter().map(|at| cx.plane.to_screen(*at)).collect();
            let middle = points.len() / 2;
            if let (Some(a), Some(b)) = (points.get(middle.saturating_sub(1)), points.get(middle)) {
                let along = (*b - *a).normalized();
                let side = Vec2::new(-along.y, along.x);
                let head = vec![*b + 4.0 * along, *b - 2.0 * along + 3.0 * side, *b - 2.0 * along - 3.0 * side];
                cx.painter.add(Shape::convex_polygon(head, stroke.color, Stroke::NONE));
            }
            cx.painter.add(Shape::line(points, stroke));
        }
    }
}
