//! Arrows along the score.

use egui::{Pos2, Shape, Slider, Stroke, Ui, Vec2};

use super::{DrawContext, Layer, LayerInfo, faded};
use crate::labs::score_field::scene::{ArrowLength, Layers};
use crate::labs::score_field::view::slider_row::slider_row;

/// Lengths of arrows with their names and what they mean.
const LENGTHS: [(ArrowLength, &str, &str); 3] = [
    (ArrowLength::Linear, "linear", "Length proportional to |s|; the longest fills its cell"),
    (ArrowLength::Log, "log", "Length proportional to log(1 + |s|)"),
    (ArrowLength::Unit, "unit", "All arrows have the same length and show the direction alone"),
];
/// Longest arrow as a share of the spacing.
const LONGEST: f64 = 0.85;
/// Arrows shorter than this on screen are not drawn, in points.
const SHORTEST: f64 = 0.75;

/// The layer.
pub struct Arrows;

impl Layer for Arrows {
    fn info(&self) -> LayerInfo {
        LayerInfo { name: "Arrows", about: "The score s = ∇ log p_t: where the density rises fastest, and how fast." }
    }

    fn is_on(&self, layers: &Layers) -> bool {
        layers.arrows.on
    }

    fn switch<'a>(&self, layers: &'a mut Layers) -> &'a mut bool {
        &mut layers.arrows.on
    }

    fn settings(&self, ui: &mut Ui, layers: &mut Layers, _compares: bool) -> bool {
        let before = layers.arrows.clone();
        ui.horizontal(|ui| {
            ui.label("length");
            for (length, name, about) in LENGTHS {
                ui.selectable_value(&mut layers.arrows.length, length, name).on_hover_text(about);
            }
        });
        let slider = Slider::new(&mut layers.arrows.spacing, 12.0..=120.0).suffix(" px").max_decimals(0);
        slider_row(ui, "spacing", "Distance of neighbouring arrows on screen", slider);
        layers.arrows != before
    }

    fn draw(&self, cx: &DrawContext<'_>) {
        let Some(field) = cx.field else { return };
        let arrows = &cx.scene.layers.arrows;
        let spacing = arrows.spacing / cx.plane.scale();
        let [x0, x1, y0, y1] = cx.plane.visible();
        // The lattice belongs to the plane, so that arrows move with it when it is panned.
        let lattice = |low: f64, high: f64| ((low / spacing).ceil() as i64)..=((high / spacing).floor() as i64);
        let places =
            lattice(y0, y1).flat_map(|j| lattice(x0, x1).map(move |i| [i as f64 * spacing, j as f64 * spacing]));
        let drawn: Vec<([f64; 2], [f64; 2], f64)> = places
            .filter_map(|at| {
                let [u, v] = field.score(at)?;
                let length = u.hypot(v);
                (length > 0.0).then(|| (at, [u / length, v / length], measure(arrows.length, length)))
            })
            .collect();
        let longest = drawn.iter().map(|(_, _, length)| *length).fold(0.0, f64::max);
        let colour = faded(cx.tokens.arrow, 0.85);
        for (at, [u, v], length) in drawn {
            let on_screen = LONGEST * arrows.spacing * length / longest;
            if on_screen >= SHORTEST {
                let along = Vec2::new(u as f32, -v as f32) * on_screen as f32;
                arrow(cx, cx.plane.to_screen(at), along, Stroke::new(1.2, colour));
            }
        }
    }
}

fn measure(kind: ArrowLength, length: f64) -> f64 {
    match kind {
        ArrowLength::Linear => length,
        ArrowLength::Log => length.ln_1p(),
        ArrowLength::Unit => 1.0,
    }
}

/// An arrow about `middle`.
fn arrow(cx: &DrawContext<'_>, middle: Pos2, along: Vec2, stroke: Stroke) {
    let (tail, tip) = (middle - 0.5 * along, middle + 0.5 * along);
    let unit = along.normalized();
    let head = (0.42 * along.length()).min(7.0);
    let side = Vec2::new(-unit.y, unit.x) * head * 0.5;
    cx.painter.line_segment([tail, tip - unit * head * 0.7], stroke);
    cx.painter.add(Shape::convex_polygon(
        vec![tip, tip - unit * head + side, tip - unit * head - side],
        stroke.color,
        Stroke::NONE,
    ));
}
