//! Plots with fixed ranges whose x may run backwards, as time does in generation.

use egui::{Color32, FontId, Label, Sense, Stroke, TextStyle, Ui, Vec2, Vec2b, vec2};
use egui_plot::{GridInput, GridMark, HoverPosition, Plot, PlotPoint, PlotTransform, PlotUi, Text, VLine};

use crate::ui::{chart, format, indices, theme};

/// A plot's axes and place.
pub struct Frame {
    /// Name for screen readers, unique in its window.
    pub name: &'static str,
    /// Width and height in points.
    pub size: Vec2,
    /// What x is, with its symbol.
    pub x_label: &'static str,
    /// What y is, with its symbol and unit.
    pub y_label: &'static str,
    /// Smallest and largest x.
    pub x: [f64; 2],
    /// Lowest and highest y.
    pub y: [f64; 2],
    /// Whether large x is at the left. Items are then placed at −x: see [`Frame::at`].
    pub falling: bool,
}

impl Frame {
    /// Where on the plot's own axes x is.
    pub fn at(&self, x: f64) -> f64 {
        if self.falling { -x } else { x }
    }

    /// Points on the plot's own axes; those that are not numbers are left out, and high ones end far outside.
    pub fn places(&self, points: impl IntoIterator<Item = [f64; 2]>) -> Vec<[f64; 2]> {
        let span = self.y[1] - self.y[0];
        let (low, high) = (self.y[0] - 20.0 * span, self.y[1] + 20.0 * span);
        let finite = points.into_iter().filter(|p| p[0].is_finite() && p[1].is_finite());
        finite.map(|p| [self.at(p[0]), p[1].clamp(low, high)]).collect()
    }

    /// Draws the plot. Returns the place that the user points at while the button is held.
    pub fn show<'p>(self, ui: &mut Ui, draw: impl FnOnce(&mut PlotUi<'p>) + 'p) -> Option<[f64; 2]> {
        self.show_placed(ui, draw).0
    }

    /// As [`Frame::show`], with where things are on screen, on the plot's own axes.
    pub fn show_placed<'p>(
        self,
        ui: &mut Ui,
        draw: impl FnOnce(&mut PlotUi<'p>) + 'p,
    ) -> (Option<[f64; 2]>, PlotTransform) {
        let tokens = theme::tokens(ui.visuals());
        let size = self.size.max(vec2(60.0, 50.0));
        let text = |text: &str| indices::job(text, FontId::proportional(11.5), tokens.muted_text);
        let few = |length: f32, each: f32| ((length / each) as usize).clamp(2, 9);
        let (most_x, most_y) = (few(size.x, 64.0), few(size.y, 30.0));
        let sign = if self.falling { -1.0 } else { 1.0 };
        let marks = |input: GridInput, most: usize| -> Vec<GridMark> {
            let (low, high) = input.bounds;
            let mark = |value| GridMark { value, step_size: high - low };
            format::ticks_linear([low, high], most).into_iter().map(mark).collect()
        };
        let (x_label, y_label) = (self.x_label, self.y_label);
        let ends = if self.falling { [-self.x[1], -self.x[0]] } else { self.x };
        let y = self.y;
        let plot = Plot::new(self.name)
            .width(size.x)
            .height(size.y)
            .allow_zoom(false)
            .allow_drag(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_axis_zoom_drag(false)
            .allow_double_click_reset(false)
            .sense(Sense::click_and_drag())
            .show_axes(Vec2b::TRUE)
            .x_axis_label(text(x_label))
            .y_axis_label(text(chart::fitting(y_label, size.y)))
            .y_axis_min_width(38.0)
            .x_grid_spacer(move |input| marks(input, most_x))
            .y_grid_spacer(move |input| marks(input, most_y))
            .x_axis_formatter(move |mark, _| format::number(sign * mark.value, 3))
            .y_axis_formatter(move |mark, _| format::number(mark.value, 3))
            .grid_color(tokens.grid)
            .grid_spacing(egui::Rangef::new(4.0, 12.0))
            .show_crosshair(false)
            .cursor_color(Color32::TRANSPARENT)
            .label_formatter(move |position| match position {
                HoverPosition::NearDataPoint { plot_name, position, .. } => Some(format!(
                    "{plot_name}\n{x_label}: {}\n{y_label}: {}",
                    format::number(sign * position.x, 4),
                    format::number(position.y, 4)
                )),
                HoverPosition::Elsewhere { .. } => None,
            });
        let shown = plot.show(ui, move |plot| {
            plot.set_plot_bounds_x(ends[0]..=ends[1]);
            plot.set_plot_bounds_y(y[0]..=y[1]);
            draw(plot);
            plot.pointer_coordinate()
        });
        let response = shown.response;
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Figure, true, self.name));
        let held = response.dragged() || response.clicked() || response.is_pointer_button_down_on();
        (shown.inner.filter(|_| held).map(|at: PlotPoint| [sign * at.x, at.y]), shown.transform)
    }
}

/// A label inside a plot.
pub fn note(plot: &mut PlotUi<'_>, at: [f64; 2], anchor: egui::Align2, words: impl Into<String>, colour: Color32) {
    let words: String = words.into();
    let text = indices::job(&words, FontId::proportional(12.0), colour);
    plot.text(Text::new(words, PlotPoint::new(at[0], at[1]), text).anchor(anchor).allow_hover(false));
}

/// A vertical line that the pointer does not catch on.
pub fn upright(plot: &mut PlotUi<'_>, x: f64, width: f32, colour: Color32, dashed: bool) {
    let style = if dashed { egui_plot::LineStyle::dashed_dense() } else { egui_plot::LineStyle::Solid };
    plot.vline(VLine::new("", x).color(colour).width(width).style(style).allow_hover(false));
}

/// How an entry of a legend is drawn.
#[derive(Clone, Copy, PartialEq)]
pub enum Key {
    /// A line.
    Line,
    /// A dashed line.
    Dashed,
    /// Dots.
    Dots,
    /// A filled area.
    Area,
}

/// Contrast with the panel below which a colour is not seen there.
const FAINT: f32 = 1.5;

/// Says what the colours mean, above a plot.
pub fn legend(ui: &mut Ui, entries: &[(Key, Color32, &str, &str)]) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(10.0, 1.0);
        for (key, colour, name, about) in entries {
            let entry = ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                let (rect, _) = ui.allocate_exact_size(vec2(16.0, 12.0), Sense::hover());
                let stroke = Stroke::new(2.0, *colour);
                // Colours meant for a dark map are seen on a plate of its kind.
                if theme::contrast(*colour, ui.visuals().panel_fill) < FAINT {
                    ui.painter().rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, theme::readable_on(*colour));
                }
                match key {
                    Key::Line => drop(ui.painter().line_segment([rect.left_center(), rect.right_center()], stroke)),
                    Key::Dashed => {
                        for start in [0.0, 6.0, 12.0] {
                            let from = rect.left_center() + vec2(start, 0.0);
                            ui.painter().line_segment([from, from + vec2(4.0, 0.0)], stroke);
                        }
                    }
                    Key::Dots => drop(ui.painter().circle_filled(rect.center(), 3.0, *colour)),
                    Key::Area => drop(ui.painter().rect_filled(rect.shrink2(vec2(1.0, 2.0)), 2.0, *colour)),
                }
                ui.add(Label::new(indices::muted(ui, name)).extend());
            });
            if !about.is_empty() {
                entry.response.on_hover_ui(|ui| drop(ui.label(indices::styled(ui, about, &TextStyle::Body))));
            }
        }
    });
}

/// A muted sentence that tells what to look at.
pub fn caption(ui: &mut Ui, text: &str) {
    indices::caption(ui, text);
}

/// The same in a pane that a plot fills, unless the plot needs all of the room.
pub fn caption_above_plot(ui: &mut Ui, text: &str) {
    const LOW: f32 = 170.0;
    if ui.available_height() >= LOW {
        caption(ui, text);
    }
}
