//! Level lines of the log density.

use contour::ContourBuilder;
use egui::{Shape, Slider, Stroke, Ui};

use super::{DrawContext, Layer, LayerInfo, PrepareInput, Prepared, faded};
use crate::core::grid::Grid;
use crate::engine::EngineError;
use crate::labs::score_field::scene::Layers;
use crate::labs::score_field::view::slider_row::slider_row;

/// Nodes along an axis beyond which every second, third … is left out: lines need no more.
const MOST_NODES: usize = 320;
/// Share of the picture that may lie below the lowest line.
const BELOW: f64 = 0.02;

/// The layer.
pub struct Contours;

impl Layer for Contours {
    fn info(&self) -> LayerInfo {
        LayerInfo { name: "Level lines", about: "Lines of equal log density log p_t, evenly spaced in log p_t." }
    }

    fn is_on(&self, layers: &Layers) -> bool {
        layers.contours.on
    }

    fn switch<'a>(&self, layers: &'a mut Layers) -> &'a mut bool {
        &mut layers.contours.on
    }

    fn settings(&self, ui: &mut Ui, layers: &mut Layers, _compares: bool) -> bool {
        slider_row(ui, "lines", "", Slider::new(&mut layers.contours.count, 1..=40)).changed()
    }

    fn prepare(&self, input: &PrepareInput<'_>) -> Result<Prepared, EngineError> {
        let shown = &input.fields[input.pane];
        let lines = level_lines(&shown.grid, &shown.field.log_density, input.layers.contours.count);
        Ok(Prepared { lines, ..Prepared::default() })
    }

    fn draw(&self, cx: &DrawContext<'_>) {
        // A dark line under a light one is seen on every colour map.
        let under = Stroke::new(2.2, faded(cx.tokens.data_outline, 0.3));
        let stroke = Stroke::new(1.0, faded(cx.tokens.contour, 0.85));
        for line in cx.prepared.iter().flat_map(|prepared| &prepared.lines) {
            let points: Vec<_> = line.iter().map(|at| cx.plane.to_screen(*at)).collect();
            if cx.texture.is_some() {
                cx.painter.add(Shape::line(points.clone(), under));
            }
            cx.painter.add(Shape::line(points, stroke));
        }
    }
}

/// `count` levels evenly between nearly the lowest and the highest value, as open and closed lines.
fn level_lines(grid: &Grid, values: &[f32], count: usize) -> Vec<Vec<[f64; 2]>> {
    let skip = grid.nx.max(grid.ny).div_ceil(MOST_NODES);
    let (nx, ny) = (grid.nx.div_ceil(skip), grid.ny.div_ceil(skip));
    let mut thinned: Vec<f64> =
        (0..ny).flat_map(|j| (0..nx).map(move |i| f64::from(values[j * skip * grid.nx + i * skip]))).collect();
    let mut sorted: Vec<f64> = thinned.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let (Some(lowest), Some(highest)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let low = sorted[(BELOW * (sorted.len() - 1) as f64) as usize];
    let levels: Vec<f64> = (0..count).map(|i| low + (highest - low) * (i as f64 + 0.5) / count as f64).collect();
    if low >= *highest {
        return Vec::new();
    }
    for value in &mut thinned {
        if !value.is_finite() {
            *value = *lowest;
        }
    }
    let Ok(found) = ContourBuilder::new(nx, ny, true).lines(&thinned, &levels) else { return Vec::new() };
    let [sx, sy] = grid.spacing().map(|s| s * skip as f64);
    // The crate puts node (i, j) at (i + ½, j + ½) and closes lines along the border of the grid, where there is no level.
    let inside = |x: f64, y: f64| x > 0.5 && y > 0.5 && x < nx as f64 - 0.5 && y < ny as f64 - 0.5;
    let mut lines = Vec::new();
    for line in found.iter().flat_map(|level| level.geometry()) {
        let mut piece = Vec::new();
        for at in line.coords() {
            if inside(at.x, at.y) {
                piece.push([grid.x[0] + (at.x - 0.5) * sx, grid.y[0] + (at.y - 0.5) * sy]);
            } else if !piece.is_empty() {
                lines.push(std::mem::take(&mut piece));
            }
        }
        lines.push(piece);
    }
    lines.retain(|line| line.len() > 1);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_lines_of_a_paraboloid_are_circles() {
        let grid = Grid { x: [-2.0, 3.0], y: [-2.5, 2.0], nx: 140, ny: 120 };
        let values: Vec<f32> = (0..grid.len()).map(|i| -grid.node(i).norm_squared() as f32).collect();
        let lines = level_lines(&grid, &values, 6);
        assert!(lines.len() >= 6);
        for line in &lines {
            let radii: Vec<f64> = line.iter().map(|at| at[0].hypot(at[1])).collect();
            let (low, high) = radii.iter().fold((f64::MAX, 0.0f64), |(l, h), r| (l.min(*r), h.max(*r)));
            assert!(high - low < 0.02, "{low} {high}");
        }
    }

    #[test]
    fn a_flat_or_empty_field_has_no_lines() {
        let grid = Grid { x: [0.0, 1.0], y: [0.0, 1.0], nx: 8, ny: 8 };
        assert!(level_lines(&grid, &[1.0; 64], 5).is_empty());
        assert!(level_lines(&grid, &[f32::NAN; 64], 5).is_empty());
    }
}
