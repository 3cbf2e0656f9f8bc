//! The magnet itself: m over β and H, the large-deviation function Φ(m), and m = tanh(βm + H) solved graphically.

use std::sync::Arc;

use egui::{Align2, DragValue, Ui, vec2};
use egui_plot::{Line, MarkerShape, PlotImage, PlotPoint, PlotPoints, PlotTransform, Points};

use super::{LabPane, PaneContext, PaneEntry, Wake};
use crate::core::curie_weiss::mean_field::{Roots, spinodal_field};
use crate::core::curie_weiss::spin_model::{BETA, FIELD};
use crate::core::curie_weiss::{CurieWeiss, log_cosh};
use crate::engine::colour_map;
use crate::engine::kernel::ValueScale;
use crate::labs::symmetry_breaking::scene::Panel;
use crate::labs::symmetry_breaking::view::heat::{HeatRequest, HeatSlot};
use crate::labs::symmetry_breaking::view::plot::{Frame, Key, caption, legend, note};
use crate::ui::canvas_node::canvas_node;
use crate::ui::colour_bar::{self, colour_bar};
use crate::ui::tiles::Pane;
use crate::ui::{format, theme};

pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane {
        id: "phase_diagram",
        name: "Phase diagram",
        about: "Magnetization m over β and the field per spin H = h/N, Φ(m) of [CW] (15), and m = tanh(βm + H)",
    },
    panel: Some(Panel::PhaseDiagram),
    open: |wake: &Wake| {
        let wake = Arc::clone(wake);
        Box::new(PhaseDiagram { heat: HeatSlot::new(move || wake()), reach: 0.5 })
    },
};

struct PhaseDiagram {
    heat: HeatSlot,
    /// Largest H in sight.
    reach: f64,
}

/// Columns (β) and rows (H) of the map.
const SIZE: [usize; 2] = [200, 161];
/// Largest β in sight unless the operating point lies beyond.
const BETA_SHOWN: f64 = 3.0;
/// Nodes of curves over m.
const NODES: usize = 241;

impl LabPane for PhaseDiagram {
    fn show(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        caption(
            ui,
            "Drag the operating point. Beyond β = 1 the sign of H decides between two magnets, and between the dashed lines the \
             other one is metastable. A field h of order 1 is H = h/N: invisible here, decisive for the weights.",
        );
        ui.horizontal(|ui| {
            let label = ui.label("H shown up to");
            let speed = 0.01 * self.reach;
            let number = DragValue::new(&mut self.reach)
                .range(1e-9..=2.0)
                .speed(speed)
                .custom_formatter(|value, _| format::number(value, 3))
                .custom_parser(format::parse);
            ui.add(number).labelled_by(label.id).on_hover_text("Half the height of the diagram");
            let field = cx.model.field / cx.model.n();
            let words = format!(
                "β = {}   H = h/N = {}   m = {}",
                format::number(cx.model.beta, 4),
                format::number(field, 3),
                format::number(CurieWeiss::phase_diagram(cx.model.beta, field).stable, 4)
            );
            ui.label(words);
        });
        self.draw(ui, cx);
    }

    fn figure(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        self.draw(ui, cx);
    }

    fn is_busy(&self) -> bool {
        self.heat.is_busy()
    }
}

impl PhaseDiagram {
    fn draw(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>) {
        let room = ui.available_size();
        let beside = room.x > 1.25 * room.y;
        let (main, small) = if beside {
            (vec2(0.56 * room.x, room.y), vec2(0.44 * room.x - 8.0, 0.5 * room.y - 30.0))
        } else {
            (vec2(room.x, 0.54 * room.y), vec2(0.5 * room.x - 8.0, 0.46 * room.y - 40.0))
        };
        let field = cx.model.field / cx.model.n();
        if beside {
            ui.horizontal_top(|ui| {
                ui.allocate_ui(main, |ui| self.diagram(ui, cx, main));
                ui.vertical(|ui| {
                    large_deviation(ui, cx.model.beta, field, small);
                    graphical(ui, cx.model.beta, field, small);
                });
            });
        } else {
            self.diagram(ui, cx, main);
            ui.horizontal_top(|ui| {
                ui.allocate_ui(small, |ui| ui.vertical(|ui| large_deviation(ui, cx.model.beta, field, small)));
                ui.vertical(|ui| graphical(ui, cx.model.beta, field, small));
            });
        }
    }

    fn diagram(&mut self, ui: &mut Ui, cx: &mut PaneContext<'_>, size: egui::Vec2) {
        let reach = self.reach;
        let beta = cx.model.beta;
        let most = if beta > BETA_SHOWN { (1.25 * beta).min(BETA.max) } else { BETA_SHOWN };
        self.heat.follow(HeatRequest {
            key: vec![reach, most],
            size: SIZE,
            x: [0.0, most],
            y: [-reach, reach],
            column: Arc::new(|beta, fields, values| {
                for (field, value) in fields.iter().zip(values) {
                    *value = CurieWeiss::phase_diagram(beta, *field).stable as f32;
                }
            }),
        });
        let frame = Frame {
            name: "Phase diagram",
            size: size - vec2(colour_bar::WIDTH + 12.0, 4.0),
            x_label: "inverse temperature β",
            y_label: "field per spin H = h/N",
            x: [0.0, most],
            y: [-reach, reach],
            falling: false,
        };
        let map = &colour_map::ALL[5];
        let tokens = theme::tokens(ui.visuals());
        let dark = tokens.data_outline;
        let picture = self.heat.picture(ui.ctx(), map, [-1.0, 1.0]).map(|(map, texture)| {
            let [x0, x1] = map.request.x;
            let [y0, y1] = map.request.y;
            let size = vec2((x1 - x0) as f32, (y1 - y0) as f32);
            (texture.id(), PlotPoint::new(0.5 * (x0 + x1), 0.5 * (y0 + y1)), size)
        });
        let nodes = (0..160).map(|i| 1.0 + (most - 1.0) * f64::from(i) / 159.0);
        let spinodal: Vec<[f64; 2]> = nodes.map(|beta| [beta, spinodal_field(beta)]).collect();
        let upper = frame.places(spinodal.iter().copied());
        let lower = frame.places(spinodal.iter().map(|p| [p[0], -p[1]]));
        let first_order = frame.places([[1.0, 0.0], [most, 0.0]]);
        let field = cx.model.field / cx.model.n();
        let point = [beta, field.clamp(-reach, reach)];
        let held = ui
            .horizontal(|ui| {
                let (held, places) = frame.show_placed(ui, move |plot| {
                    if let Some((id, centre, size)) = picture {
                        plot.image(PlotImage::new("m", id, centre, size).allow_hover(false));
                    }
                    for spinodal in [upper, lower] {
                        let line = Line::new("limit of the metastable state", PlotPoints::from(spinodal)).color(dark);
                        plot.line(line.width(1.4).style(egui_plot::LineStyle::dashed_loose()));
                    }
                    let line = Line::new("m jumps here", PlotPoints::from(first_order)).color(dark).width(1.6);
                    plot.line(line);
                    let critical = Points::new("critical point β = 1, H = 0", PlotPoints::from(vec![[1.0, 0.0]]));
                    plot.points(critical.color(dark).radius(4.0).shape(MarkerShape::Diamond));
                    for (radius, colour) in [(9.0, dark), (6.5, tokens.selection)] {
                        let mark = Points::new("operating point", PlotPoints::from(vec![point])).color(colour);
                        plot.points(mark.radius(radius).shape(MarkerShape::Circle));
                    }
                });
                colour_bar(ui, map, [-1.0, 1.0], ValueScale::Linear, "magnetization m");
                held.or(self.by_keys(ui, &places, point, field))
            })
            .inner;
        if let Some([beta, field]) = held {
            let beta = beta.clamp(BETA.min, most);
            let field = (field.clamp(-reach, reach) * cx.model.n()).clamp(FIELD.min, FIELD.max);
            let params = &mut cx.scene.model.params;
            let before = (params.insert(BETA.key.to_owned(), beta), params.insert(FIELD.key.to_owned(), field));
            if before != (Some(beta), Some(field)) {
                cx.edits.note("move operating point");
            }
        }
    }

    /// Where the arrow keys carry the operating point `point`, if they do.
    fn by_keys(&self, ui: &Ui, places: &PlotTransform, point: [f64; 2], field: f64) -> Option<[f64; 2]> {
        let at = places.position_from_point(&PlotPoint::new(point[0], point[1]));
        let number = |value: f64| format::number(value, 4);
        let name = format!("Operating point at β = {}, H = {}", number(point[0]), number(field));
        let moved = canvas_node(ui, ui.scope_id().with("operating point"), at, &name, false).moved;
        (moved != egui::Vec2::ZERO).then(|| {
            let to = places.value_from_position(at + moved);
            [to.x, to.y]
        })
    }
}

/// The roots with the words for them.
fn named(roots: &Roots) -> Vec<(&'static str, f64)> {
    let mut all = vec![("stable", roots.stable)];
    all.extend(roots.metastable.map(|m| ("metastable", m)));
    all.extend(roots.unstable.map(|m| ("unstable", m)));
    all
}

fn over_m(value: impl Fn(f64) -> f64) -> Vec<[f64; 2]> {
    (0..NODES).map(|i| 2.0 * i as f64 / (NODES - 1) as f64 - 1.0).map(|m| [m, value(m)]).collect()
}

fn large_deviation(ui: &mut Ui, beta: f64, field: f64, size: egui::Vec2) {
    let tokens = theme::tokens(ui.visuals());
    legend(
        ui,
        &[
            (Key::Line, tokens.accent, "Φ(m) − min Φ  (15)", "m²/2 − (1/β) log cosh(βm + H): P(m) falls as e^{−βNΦ}"),
            (Key::Dots, theme::component_colour(3), "roots", "Solutions of m = tanh(βm + H)"),
        ],
    );
    if beta <= 0.0 {
        caption(ui, "Φ is defined for β > 0.");
        return;
    }
    let phi = |m: f64| 0.5 * m * m - log_cosh(beta * m + field) / beta;
    let roots = CurieWeiss::phase_diagram(beta, field);
    let bottom = phi(roots.stable);
    let curve = over_m(|m| phi(m) - bottom);
    let middle = phi(roots.unstable.unwrap_or(0.0)) - bottom;
    let end = curve.iter().map(|p| p[1]).fold(1e-9, f64::max);
    let top = if middle > 0.0 { (3.0 * middle).min(end) } else { end };
    let frame = Frame {
        name: "Large deviations",
        size,
        x_label: "magnetization m",
        y_label: "Φ(m) − min Φ",
        x: [-1.0, 1.0],
        y: [-0.08 * top, top],
        falling: false,
    };
    let curve = frame.places(curve);
    let dots =
        named(&roots).into_iter().map(|(name, m)| (name, frame.places([[m, phi(m) - bottom]]))).collect::<Vec<_>>();
    frame.show(ui, move |plot| {
        plot.line(Line::new("Φ − min Φ", PlotPoints::from(curve)).color(tokens.accent).width(2.0));
        for (name, at) in dots {
            let dot = Points::new(name, PlotPoints::from(at)).color(theme::component_colour(3)).radius(4.5);
            plot.points(dot.shape(MarkerShape::Diamond));
        }
    });
}

fn graphical(ui: &mut Ui, beta: f64, field: f64, size: egui::Vec2) {
    let tokens = theme::tokens(ui.visuals());
    legend(
        ui,
        &[
            (Key::Line, tokens.accent, "tanh(βm + H)", "The mean of a spin that feels the others' magnetization m"),
            (Key::Dashed, tokens.muted_text, "m", "Magnets where both agree"),
        ],
    );
    let frame = Frame {
        name: "Self-consistency",
        size,
        x_label: "magnetization m",
        y_label: "mean of a spin",
        x: [-1.0, 1.0],
        y: [-1.1, 1.1],
        falling: false,
    };
    let curve = frame.places(over_m(|m| (beta * m + field).tanh()));
    let line = frame.places([[-1.0, -1.0], [1.0, 1.0]]);
    let roots = named(&CurieWeiss::phase_diagram(beta, field));
    let text = ui.visuals().text_color();
    frame.show(ui, move |plot| {
        let dashed = egui_plot::LineStyle::dashed_loose();
        plot.line(Line::new("m", PlotPoints::from(line)).color(tokens.muted_text).width(1.4).style(dashed));
        plot.line(Line::new("tanh(βm + H)", PlotPoints::from(curve)).color(tokens.accent).width(2.0));
        for (name, m) in roots {
            let dot = Points::new(name, PlotPoints::from(vec![[m, m]])).color(theme::component_colour(3)).radius(4.5);
            plot.points(dot.shape(MarkerShape::Diamond));
            if size.y < 150.0 {
                continue;
            }
            let (anchor, side) = if m > 0.0 { (Align2::RIGHT_TOP, -0.06) } else { (Align2::LEFT_BOTTOM, 0.06) };
            note(plot, [m, m + side], anchor, format!("{name} {}", format::number(m, 3)), text);
        }
    });
}
