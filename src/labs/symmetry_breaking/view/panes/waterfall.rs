//! V − min V over time and μ as a heat map, with trajectories on top.

use std::sync::Arc;

use egui::{Ui, vec2};
use egui_plot::{Line, PlotImage, PlotPoint, PlotPoints};

use super::{LabPane, PaneContext, PaneEntry, Wake};
use crate::core::curie_weiss::CurieWeiss;
use crate::core::curie_weiss::potential::Potential;
use crate::engine::colour_map;
use crate::engine::kernel::ValueScale;
use crate::labs::symmetry_breaking::scene::Panel;
use crate::labs::symmetry_breaking::view::ensemble;
use crate::labs::symmetry_breaking::view::heat::{HeatRequest, HeatSlot};
use crate::labs::symmetry_breaking::view::plot::{Frame, Key, caption_above_plot, legend, note, upright};
use crate::ui::colour_bar::{self, colour_bar};
use crate::ui::theme;
use crate::ui::tiles::Pane;

pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane {
        id: "waterfall",
        name: "Waterfall",
        about: "V(μ, t) − min V as colours over time and μ, with trajectories on top",
    },
    panel: Some(Panel::Waterfall),
    open: |wake: &Wake| {
        let wake = Arc::clone(wake);
        Box::new(Waterfall { heat: HeatSlot::new(move || wake()) })
    },
};

struct Waterfall {
    heat: HeatSlot,
}

/// Columns (times) and rows (places) of the map.
const SIZE: [usize; 2] = [360, 240];
/// Upper end of the colours, in units of T.
const TOP: f64 = 12.0;
/// Last τ drawn: beyond it the wells are far apart and nothing changes any more.
const LAST_TAU: f64 = -1.6;

impl LabPane for Waterfall {
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        caption_above_plot(
            ui,
            "Dark is deep. Follow the dark valley from the left: where it forks, near t_c, every trajectory takes one branch — \
             and trails it by a factor of 2.",
        );
        let model = cx.model;
        // On the map itself the palette of dark pictures is used, whatever the window's.
        let on_map = theme::tokens(&egui::Visuals::dark());
        legend(
            ui,
            &[
                (Key::Line, on_map.particle_b, "trajectories μ(t)", "The first particles of the run"),
                (Key::Dashed, theme::component_colour(3), "wells", "Minima of V"),
                (
                    Key::Dashed,
                    on_map.data_point,
                    "t_c, t₂, t_S",
                    "One well becomes two without field, with it, and ½ log N",
                ),
            ],
        );
        let shift = model.speciation_time();
        let [first, last] = cx.tau_range();
        let low = last.max(LAST_TAU);
        let first = first.max(low + 1e-3);
        let reach = cx.scene.potential.reach.unwrap_or_else(|| ensemble::reach(&model, low + shift));
        self.heat.follow(request(&model, [low, first], reach));
        let room = ui.available_size();
        let bar = colour_bar::WIDTH + 10.0;
        let frame = Frame {
            name: "Waterfall",
            size: vec2(room.x - bar, room.y),
            x_label: "τ = t − ½ log N  (generation →)",
            y_label: "order parameter μ",
            x: [low, first],
            y: [-reach, reach],
            falling: true,
        };
        let map = &colour_map::ALL[1];
        let top = TOP * model.temperature;
        let picture = self.heat.picture(ui.ctx(), map, [0.0, top as f32]).map(|(map, texture)| {
            let [x0, x1] = map.request.x;
            let [y0, y1] = map.request.y;
            let size = vec2((x1 - x0) as f32, (y1 - y0) as f32);
            (texture.id(), PlotPoint::new(0.5 * (x0 + x1), 0.5 * (y0 + y1)), size)
        });
        let taus: Vec<f64> = cx.curves.times.iter().map(|t| t - shift).collect();
        let paths: Vec<_> = cx
            .curves
            .paths
            .iter()
            .take(30)
            .map(|path| frame.places(taus.iter().copied().zip(path).map(|(tau, mu)| [tau, *mu])))
            .collect();
        let nodes = (0..160).map(|i| low + (first - low) * f64::from(i) / 159.0);
        let wells: Vec<_> = nodes.map(|tau| (tau, Potential::new(&model, tau + shift).wells())).collect();
        let deep = frame.places(wells.iter().map(|(tau, wells)| [*tau, wells.deep]));
        let shallow = frame.places(wells.iter().filter_map(|(tau, wells)| Some([*tau, wells.shallow?])));
        let now = frame.at(cx.tau());
        let second = model.second_well_time().filter(|_| model.field != 0.0);
        let marks: Vec<(f64, &str)> = [(model.critical_time(), " t_c"), (second, " t₂"), (Some(shift), " t_S")]
            .into_iter()
            .filter_map(|(t, name)| Some((t? - shift, name)))
            .filter(|(tau, _)| (low..first).contains(tau))
            .map(|(tau, name)| (frame.at(tau), name))
            .collect();
        let held = ui
            .horizontal(|ui| {
                let held = frame.show(ui, move |plot| {
                    if let Some((id, centre, size)) = picture {
                        plot.image(PlotImage::new("V − min V", id, centre, size).allow_hover(false));
                    }
                    let colour = on_map.particle_b.gamma_multiply(0.7);
                    for path in paths {
                        let line = Line::new("trajectory", PlotPoints::from(path)).color(colour).width(1.0);
                        plot.line(line.allow_hover(false));
                    }
                    for well in [deep, shallow] {
                        let line =
                            Line::new("well", PlotPoints::from(well)).color(theme::component_colour(3)).width(1.8);
                        plot.line(line.style(egui_plot::LineStyle::dashed_dense()));
                    }
                    for (row, (at, name)) in marks.into_iter().enumerate() {
                        upright(plot, at, 1.0, on_map.data_point, true);
                        let y = reach * (0.98 - 0.12 * row as f64);
                        note(plot, [at, y], egui::Align2::LEFT_TOP, name, on_map.data_outline);
                    }
                    upright(plot, now, 1.6, on_map.accent, false);
                });
                colour_bar(ui, map, [0.0, top as f32], ValueScale::Linear, "V − min V, clipped at 12 T");
                held
            })
            .inner;
        if let Some([tau, _]) = held {
            cx.set_time(tau + shift);
        }
    }

    fn has_picture(&self) -> bool {
        self.heat.has_map()
    }

    fn is_busy(&self) -> bool {
        self.heat.is_busy()
    }
}

fn request(model: &CurieWeiss, tau: [f64; 2], reach: f64) -> HeatRequest {
    let model = *model;
    let shift = model.speciation_time();
    HeatRequest {
        key: vec![model.beta, model.field, model.n(), model.temperature, tau[0], tau[1], reach],
        size: SIZE,
        // As the plot places them: time falls to the right.
        x: [-tau[1], -tau[0]],
        y: [-reach, reach],
        column: Arc::new(move |x, places, values| {
            let potential = Potential::new(&model, shift - x);
            let bottom = potential.value(potential.wells().deep);
            for (mu, value) in places.iter().zip(values) {
                *value = (potential.value(*mu) - bottom) as f32;
            }
        }),
    }
}
