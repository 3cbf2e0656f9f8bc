//! What the denoiser knows at the probe: mean and covariance of x_0 given x_t.

use egui::{Shape, Stroke, Ui, Vec2};

use super::{DrawContext, Layer, LayerInfo, ellipse, faded};
use crate::core::sym2;
use crate::labs::score_field::scene::Layers;

/// The layer.
pub struct Posterior;

impl Layer for Posterior {
    fn info(&self) -> LayerInfo {
        LayerInfo {
            name: "Posterior at the probe",
            about: "Mean D(x) = E[x₀|x_t] and covariance of the clean point that may lie behind the place under the pointer: \
                    ellipses at one and two standard deviations.",
        }
    }

    fn is_on(&self, layers: &Layers) -> bool {
        layers.posterior.on
    }

    fn switch<'a>(&self, layers: &'a mut Layers) -> &'a mut bool {
        &mut layers.posterior.on
    }

    fn settings(&self, _ui: &mut Ui, _layers: &mut Layers, _compares: bool) -> bool {
        false
    }

    fn draw(&self, cx: &DrawContext<'_>) {
        let Some(reading) = cx.probe else { return };
        let mean = [reading.value.denoiser.x, reading.value.denoiser.y];
        let covariance = sym2::entries(&reading.value.posterior_covariance);
        if !mean.iter().chain(&covariance).all(|v| v.is_finite()) {
            return;
        }
        let colour = cx.tokens.posterior;
        for (radius, opacity) in [(2.0, 0.45), (1.0, 1.0)] {
            let points: Vec<_> =
                ellipse::outline(mean, covariance, radius).into_iter().map(|at| cx.plane.to_screen(at)).collect();
            cx.painter.add(Shape::convex_polygon(
                points,
                faded(colour, 0.12),
                Stroke::new(1.6, faded(colour, opacity)),
            ));
        }
        let (from, to) = (cx.plane.to_screen(reading.at), cx.plane.to_screen(mean));
        cx.painter.extend(Shape::dashed_line(&[from, to], Stroke::new(1.4, colour), 6.0, 4.0));
        cx.painter.circle_filled(to, 3.5, colour);
        for arm in [Vec2::new(5.0, 0.0), Vec2::new(0.0, 5.0)] {
            cx.painter.line_segment([from - arm, from + arm], Stroke::new(1.5, cx.tokens.probe));
        }
    }
}
