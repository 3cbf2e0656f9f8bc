//! Small plots of curves, with a cursor.

use egui::{Color32, Sense, Ui, Vec2b};
use egui_plot::{GridInput, GridMark, Line, LineStyle, Plot, PlotPoints, VLine};

use crate::ui::{format, theme};

/// One curve.
pub struct Curve {
    /// Its name.
    pub name: String,
    /// Its colour.
    pub colour: Color32,
    /// Whether it is dashed.
    pub dashed: bool,
    /// Its points.
    pub points: Vec<[f64; 2]>,
}

/// A small plot.
pub struct SmallPlot<'a> {
    /// Name for screen readers, unique in its window.
    pub name: &'a str,
    /// Height in points.
    pub height: f32,
    /// The curves.
    pub curves: Vec<Curve>,
    /// Where along x the cursor stands.
    pub cursor: f64,
    /// First and last x.
    pub x: [f64; 2],
    /// What x is.
    pub x_name: &'a str,
    /// Whether zero is always in sight.
    pub from_zero: bool,
}

impl SmallPlot<'_> {
    /// Draws it over the whole width; returns the x that the user points the cursor at.
    pub fn show(self, ui: &mut Ui) -> Option<f64> {
        let tokens = theme::tokens(ui.visuals());
        let x_name = self.x_name.to_owned();
        let mut plot = Plot::new(self.name)
            .height(self.height)
            .width(ui.available_width())
            .allow_zoom(false)
            .allow_drag(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_axis_zoom_drag(false)
            .allow_double_click_reset(false)
            .sense(Sense::click_and_drag())
            .show_axes(Vec2b::new(false, true))
            .show_grid(Vec2b::new(false, true))
            .y_axis_min_width(34.0)
            .y_grid_spacer(few_marks)
            .grid_color(tokens.grid)
            .grid_spacing(egui::Rangef::new(4.0, 12.0))
            .y_axis_formatter(|mark, _| format::number(mark.value, 3))
            .show_crosshair(false)
            .cursor_color(Color32::TRANSPARENT)
            .set_margin_fraction(egui::vec2(0.0, 0.08))
            .include_x(self.x[0])
            .include_x(self.x[1])
            .label_formatter(move |position| match position {
                egui_plot::HoverPosition::NearDataPoint { plot_name, position, .. } => Some(format!(
                    "{plot_name} {}\n{x_name} {}",
                    format::number(position.y, 4),
                    format::number(position.x, 4)
                )),
                egui_plot::HoverPosition::Elsewhere { .. } => None,
            });
        if self.from_zero {
            plot = plot.include_y(0.0);
        }
        let (curves, cursor) = (self.curves, self.cursor);
        let shown = plot.show(ui, |plot| {
            for curve in curves {
                let points: Vec<[f64; 2]> = curve.points.into_iter().filter(|p| p[1].is_finite()).collect();
                let style = if curve.dashed { LineStyle::dashed_loose() } else { LineStyle::Solid };
                let line = Line::new(curve.name, PlotPoints::from(points)).color(curve.colour).width(1.6).style(style);
                plot.line(line);
            }
            plot.vline(VLine::new("now", cursor).color(tokens.accent).width(1.2).allow_hover(false));
            plot.pointer_coordinate().map(|at| at.x)
        });
        shown.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Figure, true, self.name));
        let held = shown.response.dragged() || shown.response.clicked();
        shown.inner.filter(|_| held).map(|x| x.clamp(self.x[0].min(self.x[1]), self.x[1].max(self.x[0])))
    }
}

/// Two or three round values within the plot's range.
fn few_marks(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let step_size = high - low;
    let mark = |value| GridMark { value, step_size };
    format::ticks_linear([low, high], 3).into_iter().map(mark).collect()
}
