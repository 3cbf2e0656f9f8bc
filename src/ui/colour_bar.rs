//! The legend of a heat map: a vertical bar with numbers and a label.

use egui::epaint::TextShape;
use egui::{Align2, Color32, FontId, Mesh, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, TextStyle, Ui, pos2, vec2};

use super::{format, indices, theme};
use crate::engine::colour_map::ColourMap;
use crate::engine::kernel::ValueScale;

/// Width of the coloured bar, in points.
const BAR: f32 = 12.0;
/// Room for numbers right of the bar, in points.
const NUMBERS: f32 = 52.0;
/// Room for the label, which runs upwards along the numbers, in points.
const LABEL: f32 = 20.0;

/// The label moves by whole steps of this width, in points.
const STEP: f32 = 12.0;

/// Width that [`colour_bar`] takes, in points.
pub const WIDTH: f32 = BAR + NUMBERS + LABEL;

/// A vertical bar as high as the space there is: low values at the bottom, numbers at round places, and `label` (quantity
/// and unit) running upwards beside it.
pub fn colour_bar(ui: &mut Ui, map: &ColourMap, range: [f32; 2], scale: ValueScale, label: &str) {
    let size = vec2(WIDTH, ui.available_height().max(40.0));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| {
        let [low, high] = range.map(|value| format::number(f64::from(value), format::DIGITS));
        let text = format!("Colours: {label} from {low} to {high}, {}", map.name);
        egui::WidgetInfo::labeled(egui::Role::Label, true, text)
    });
    if !ui.is_rect_visible(rect) {
        return;
    }
    let font = TextStyle::Small.resolve(ui.style());
    // Half a line of numbers sticks out above and below.
    let bar = Rect::from_min_size(rect.min + vec2(0.0, 7.0), vec2(BAR, rect.height() - 14.0));
    let tokens = theme::tokens(ui.visuals());
    let (low, high) = ([bar.left_bottom(), bar.right_bottom()], [bar.left_top(), bar.right_top()]);
    ui.painter().add(gradient(low, high, 128, |share| theme::from_bytes(map.at(share))));
    ui.painter().rect_stroke(bar, 0.0, Stroke::new(1.0, tokens.axis.gamma_multiply(0.6)), StrokeKind::Outside);
    let mut widest: f32 = 0.0;
    for (tick, share) in ticks(range, scale, (bar.height() / 44.0) as usize) {
        let y = egui::lerp(bar.bottom()..=bar.top(), share);
        let end = bar.right() + 4.0;
        ui.painter().line_segment([pos2(bar.right(), y), pos2(end, y)], Stroke::new(1.0, tokens.axis));
        let text = format::number(tick, 3);
        let drawn = ui.painter().text(pos2(end + 3.0, y), Align2::LEFT_CENTER, text, font.clone(), tokens.axis);
        widest = widest.max(drawn.right() - rect.left());
    }
    // Next to the numbers, but not following every change of theirs.
    let taken = (widest / STEP).ceil() * STEP + 2.0;
    upright(ui, rect.with_max_x(rect.right().min(rect.left() + taken + LABEL)), label, font, tokens.axis);
}

/// A band between two edges, `from` and `to`, whose colour goes in so many steps from that of share 0 to that of share 1.
pub fn gradient(from: [Pos2; 2], to: [Pos2; 2], steps: u32, colour: impl Fn(f32) -> Color32) -> Shape {
    let mut mesh = Mesh::default();
    for step in 0..=steps {
        let share = step as f32 / steps as f32;
        for side in 0..2 {
            mesh.colored_vertex(from[side].lerp(to[side], share), colour(share));
        }
        if step > 0 {
            let i = 2 * step;
            mesh.add_triangle(i - 2, i - 1, i);
            mesh.add_triangle(i - 1, i, i + 1);
        }
    }
    Shape::mesh(mesh)
}

/// Values of ticks and how far up the bar they are, from 0 to 1.
fn ticks(range: [f32; 2], scale: ValueScale, most: usize) -> Vec<(f64, f32)> {
    let [low, high] = range.map(f64::from);
    if !low.is_finite() || !high.is_finite() || low >= high {
        return Vec::new();
    }
    let logarithmic = scale == ValueScale::Log && low > 0.0;
    let values =
        if logarithmic { format::ticks_log([low, high], most) } else { format::ticks_linear([low, high], most) };
    let share = |value: f64| {
        if logarithmic { (value / low).ln() / (high / low).ln() } else { (value - low) / (high - low) }
    };
    values.into_iter().map(|value| (value, share(value).clamp(0.0, 1.0) as f32)).collect()
}

/// Draws `text` running upwards, centred on the right edge of `rect`.
fn upright(ui: &Ui, rect: Rect, text: &str, font: FontId, colour: egui::Color32) {
    let galley = ui.painter().layout_job(indices::job(text, font, colour));
    let at = pos2(rect.right() - galley.size().y - 2.0, rect.center().y + galley.size().x / 2.0);
    ui.painter().add(TextShape::new(at, galley, colour).with_angle(-std::f32::consts::FRAC_PI_2));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_sit_where_their_value_is() {
        for (range, scale) in
            [([-2.0, 3.0], ValueScale::Linear), ([1e-4, 1e2], ValueScale::Log), ([0.3, 0.9], ValueScale::Log)]
        {
            let ticks = ticks(range, scale, 6);
            assert!(ticks.len() >= 2, "{range:?}");
            for (value, share) in ticks {
                let [low, high] = range.map(f64::from);
                let back = match scale {
                    ValueScale::Linear => low + (high - low) * f64::from(share),
                    ValueScale::Log => low * (high / low).powf(f64::from(share)),
                };
                assert!((back - value).abs() < 1e-4 * high.abs(), "{value} drawn at {back}");
            }
        }
        assert!(ticks([1.0, 1.0], ValueScale::Linear, 5).is_empty());
        assert!(ticks([f32::NAN, 1.0], ValueScale::Log, 5).is_empty());
    }
}
