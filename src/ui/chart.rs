//! Charts of measured and computed curves: axes with symbols and units, linear or logarithmic, a legend above.

use egui::{Color32, FontId, Sense, Stroke, Ui, Vec2b, pos2, vec2};
use egui_plot::{
    GridInput, GridMark, HoverPosition, Line, LineStyle, MarkerShape, Plot, PlotPoint, PlotPoints, PlotTransform,
    Points, Span, VLine,
};

use super::{format, highlight, indices, notation, theme};

/// How the points of a series are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Joined by a line.
    Line,
    /// Joined by a dashed line: theory, by custom.
    Dashed,
    /// Dots: measurements.
    Dots,
    /// Dots joined by a thin line.
    LineDots,
    /// Upright bars, each from one point to the next: error bars, two points apiece.
    Bars,
}

/// The ends of error bars for [`Mark::Bars`] from places, values and errors.
pub fn bars(points: impl IntoIterator<Item = ([f64; 2], f64)>) -> Vec<[f64; 2]> {
    points.into_iter().flat_map(|([x, y], error)| [[x, y - error], [x, y + error]]).collect()
}

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name in legend and read-outs.
    pub name: String,
    /// What it is, shown when the pointer rests on the legend.
    pub about: String,
    /// Its colour.
    pub colour: Color32,
    /// How it is drawn.
    pub mark: Mark,
    /// Its points; those that the axes cannot show are left out.
    pub points: Vec<[f64; 2]>,
}

/// A vertical line with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// Its name; empty for the play head.
    pub name: String,
    /// Where it is.
    pub x: f64,
    /// Its colour.
    pub colour: Color32,
}

/// A shaded range of x with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Its name, written at its top.
    pub name: String,
    /// First and last x.
    pub x: [f64; 2],
    /// Colour, translucent.
    pub colour: Color32,
}

/// One axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis<'a> {
    /// Symbol, name and unit.
    pub label: &'a str,
    /// Whether it is logarithmic.
    pub log: bool,
    /// Range shown; as the points ask for if left out.
    pub range: Option<[f64; 2]>,
}

/// A chart.
pub struct Chart<'a> {
    /// Name for screen readers, unique in its window.
    pub name: &'a str,
    /// Height in points, legend apart.
    pub height: f32,
    /// The axes.
    pub axes: [Axis<'a>; 2],
    /// The curves, in the order of the legend.
    pub series: Vec<Series>,
    /// Vertical lines.
    pub cursors: Vec<Cursor>,
    /// Shaded ranges.
    pub regions: Vec<Region>,
}

impl<'a> Axis<'a> {
    /// A linear axis that shows whatever there is.
    pub fn linear(label: &'a str) -> Self {
        Self { label, log: false, range: None }
    }

    /// A logarithmic axis that shows whatever is positive.
    pub fn log(label: &'a str) -> Self {
        Self { label, log: true, range: None }
    }

    /// The same axis with a fixed range.
    #[must_use]
    pub fn over(mut self, low: f64, high: f64) -> Self {
        self.range = Some([low, high]);
        self
    }

    /// Where on the plot's own linear axis `value` is.
    fn place(&self, value: f64) -> f64 {
        if self.log { value.log10() } else { value }
    }

    fn value(&self, place: f64) -> f64 {
        if self.log { 10f64.powf(place) } else { place }
    }

    fn marks(&self, input: GridInput, most: usize) -> Vec<GridMark> {
        let (low, high) = input.bounds;
        if !self.log {
            let step_size = high - low;
            let mark = |value| GridMark { value, step_size };
            return format::ticks_linear([low, high], most).into_iter().map(mark).collect();
        }
        let range = [self.value(low), self.value(high)];
        let mark = |value: f64| GridMark { value: value.log10(), step_size: high - low };
        format::ticks_log(range, most).into_iter().filter(|v| *v > 0.0).map(mark).collect()
    }
}

impl Chart<'_> {
    /// Draws it over the whole width; returns the x that the user points at while the button is held.
    ///
    /// Names of axes and curves may hold shared symbols, see [`notation::written`].
    pub fn show(mut self, ui: &mut Ui) -> Option<f64> {
        for series in &mut self.series {
            series.name = notation::written(ui.ctx(), &series.name).into_owned();
        }
        let tokens = theme::tokens(ui.visuals());
        legend(ui, &self.series);
        let [x, y] = self.axes;
        let named = [x.label, y.label].map(|label| notation::written(ui.ctx(), label).into_owned());
        let [x_log, y_log] = [x.log, y.log];
        let back = |log: bool, place: f64| if log { 10f64.powf(place) } else { place };
        let axis_text = |text: &str| indices::job(text, FontId::proportional(11.5), tokens.muted_text);
        let width = ui.available_width();
        let most = [((width / 70.0) as usize).clamp(2, 8), ((self.height / 34.0) as usize).clamp(2, 8)];
        let own = |axis: Axis<'_>| Axis { label: "", ..axis };
        let (own_x, own_y) = (own(x), own(y));
        let (own_x, own_y): (Axis<'static>, Axis<'static>) = (
            Axis { label: "", log: own_x.log, range: own_x.range },
            Axis { label: "", log: own_y.log, range: own_y.range },
        );
        let mut plot = Plot::new(self.name)
            .height(self.height)
            .width(width)
            .allow_zoom(false)
            .allow_drag(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_axis_zoom_drag(false)
            .allow_double_click_reset(false)
            .sense(Sense::click_and_drag())
            .show_axes(Vec2b::TRUE)
            .show_grid(Vec2b::TRUE)
            .x_axis_label(axis_text(&named[0]))
            .y_axis_label(axis_text(fitting(&named[1], self.height)))
            .y_axis_min_width(34.0)
            .x_grid_spacer(move |input| own_x.marks(input, most[0]))
            .y_grid_spacer(move |input| own_y.marks(input, most[1]))
            .x_axis_formatter(move |mark, _| format::number(back(x_log, mark.value), 3))
            .y_axis_formatter(move |mark, _| format::number(back(y_log, mark.value), 3))
            .grid_color(tokens.grid)
            .grid_spacing(egui::Rangef::new(4.0, 12.0))
            .show_crosshair(false)
            .cursor_color(Color32::TRANSPARENT)
            .set_margin_fraction(vec2(0.02, 0.06))
            .label_formatter(move |position| match position {
                HoverPosition::NearDataPoint { plot_name, position, .. } => Some(format!(
                    "{plot_name}\n{}: {}\n{}: {}",
                    named[0],
                    format::number(back(x_log, position.x), 4),
                    named[1],
                    format::number(back(y_log, position.y), 4)
                )),
                HoverPosition::Elsewhere { .. } => None,
            });
        if let Some([low, high]) = x.range {
            plot = plot.include_x(x.place(low)).include_x(x.place(high));
        }
        if let Some([low, high]) = y.range {
            plot = plot.include_y(y.place(low)).include_y(y.place(high));
        }
        let placed = |points: Vec<[f64; 2]>| -> Vec<[f64; 2]> {
            points
                .into_iter()
                .map(|p| [x.place(p[0]), y.place(p[1])])
                .filter(|p| p.iter().all(|v| v.is_finite()))
                .collect()
        };
        // Bars that reach down to zero end below everything else that a logarithmic axis shows.
        let heights = self.series.iter().flat_map(|s| &s.points).map(|p| y.place(p[1])).filter(|v| v.is_finite());
        let lowest = heights.fold(f64::INFINITY, f64::min);
        let placed_bars = |points: Vec<[f64; 2]>| -> Vec<[f64; 2]> {
            let ends = points.chunks_exact(2).filter(|bar| y.place(bar[1][1]).is_finite());
            let place = |p: &[f64; 2]| [x.place(p[0]), y.place(p[1])];
            ends.flat_map(|bar| {
                let [low, high] = [place(&bar[0]), place(&bar[1])];
                [[low[0], if low[1].is_finite() { low[1] } else { lowest.min(high[1]) }], high]
            })
            .filter(|p| p[0].is_finite())
            .collect()
        };
        let place_series = |series: Series| {
            let points = if series.mark == Mark::Bars { placed_bars(series.points) } else { placed(series.points) };
            Series { points, ..series }
        };
        let series: Vec<Series> = self.series.into_iter().map(place_series).collect();
        let cursors: Vec<Cursor> = self.cursors.into_iter().map(|c| Cursor { x: x.place(c.x), ..c }).collect();
        let regions: Vec<Region> =
            self.regions.into_iter().map(|r| Region { x: r.x.map(|v| x.place(v)), ..r }).collect();
        let regions: Vec<Region> = regions.into_iter().filter(|r| r.x.iter().all(|v| v.is_finite())).collect();
        let fixed = [x, y].map(|axis| axis.range.map(|range| range.map(|v| axis.place(v))));
        let shown = plot.show(ui, |plot| {
            for (axis, range) in fixed.into_iter().enumerate() {
                if let Some([low, high]) = range {
                    let margin = 0.02 * (high - low);
                    let range = low - margin..=high + margin;
                    if axis == 0 { plot.set_plot_bounds_x(range) } else { plot.set_plot_bounds_y(range) }
                }
            }
            for region in &regions {
                plot.span(Span::new("", region.x[0]..=region.x[1]).fill(region.colour));
            }
            for series in series {
                draw(plot, series);
            }
            for cursor in cursors.iter().filter(|cursor| cursor.x.is_finite()) {
                let line = VLine::new(cursor.name.clone(), cursor.x).color(cursor.colour).width(1.2);
                plot.vline(line.allow_hover(false));
            }
            plot.pointer_coordinate().map(|at| at.x)
        });
        // Names are no items of the plot: what lies at its upper edge would push that edge up, frame after frame.
        for region in &regions {
            name_region(ui, region, &shown.transform);
        }
        for cursor in cursors.iter().filter(|cursor| cursor.x.is_finite() && !cursor.name.is_empty()) {
            name_cursor(ui, cursor, &shown.transform);
        }
        shown.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Figure, true, self.name));
        highlight::link(ui, &format!("chart:{}", self.name), shown.response.rect);
        let held = shown.response.dragged() || shown.response.clicked();
        shown.inner.filter(|_| held).map(|place| x.value(place))
    }
}

/// The name of an upright axis, or its last word, the symbol, where the axis is too short for all of it.
pub fn fitting(label: &str, height: f32) -> &str {
    const LETTER: f32 = 6.2;
    // Below the axis stands the other axis, with its name.
    let fits = label.chars().count() as f32 * LETTER <= height - 40.0;
    let last = label.rsplit(' ').next().unwrap_or(label);
    let symbol = last.contains(|c: char| c.is_uppercase() || !c.is_ascii());
    if fits || !symbol || !label.starts_with(char::is_lowercase) { label } else { last }
}

/// Writes a region's name at its top: in its middle, or where the frame leaves room for all of it.
fn name_region(ui: &Ui, region: &Region, transform: &PlotTransform) {
    let frame = transform.frame().shrink(3.0);
    let edge = |x: f64| transform.position_from_point(&PlotPoint::new(x, 0.0)).x;
    let middle = 0.5 * (edge(region.x[0]) + edge(region.x[1]));
    let colour = theme::tokens(ui.visuals()).muted_text;
    let galley = ui.painter().layout_no_wrap(region.name.clone(), FontId::proportional(10.5), colour);
    let left = (middle - 0.5 * galley.size().x).min(frame.right() - galley.size().x).max(frame.left());
    if frame.x_range().contains(middle) {
        ui.painter().with_clip_rect(frame).galley(pos2(left, frame.top()), galley, colour);
    }
}

/// Writes a cursor's name at its upper end: right of it, or left of it where there is no room.
fn name_cursor(ui: &Ui, cursor: &Cursor, transform: &PlotTransform) {
    const GAP: f32 = 4.0;
    let frame = transform.frame().shrink(2.0);
    let x = transform.position_from_point(&PlotPoint::new(cursor.x, 0.0)).x;
    let galley = ui.painter().layout_job(indices::job(&cursor.name, FontId::proportional(11.5), cursor.colour));
    let fits = x + GAP + galley.size().x <= frame.right();
    let left = if fits { x + GAP } else { x - GAP - galley.size().x };
    if frame.x_range().contains(x) {
        ui.painter().with_clip_rect(frame).galley(pos2(left, frame.top()), galley, cursor.colour);
    }
}

fn draw<'a>(plot: &mut egui_plot::PlotUi<'a>, series: Series) {
    let Series { name, colour, mark, points, .. } = series;
    let dots = |points: Vec<[f64; 2]>, name: String| {
        Points::new(name, PlotPoints::from(points)).color(colour).radius(2.2).shape(MarkerShape::Circle)
    };
    match mark {
        Mark::Dots => plot.points(dots(points, name)),
        Mark::LineDots => {
            let line = Line::new(name.clone(), PlotPoints::from(points.clone())).color(colour.gamma_multiply(0.6));
            plot.line(line.width(1.2).allow_hover(false));
            plot.points(dots(points, name));
        }
        Mark::Line => plot.line(Line::new(name, PlotPoints::from(points)).color(colour).width(1.8)),
        Mark::Bars => {
            for bar in points.chunks_exact(2) {
                let line = Line::new(name.clone(), PlotPoints::from(bar.to_vec())).color(colour).width(1.4);
                plot.line(line.allow_hover(false));
            }
        }
        Mark::Dashed => {
            let line = Line::new(name, PlotPoints::from(points)).color(colour).width(1.6);
            plot.line(line.style(LineStyle::Dashed { length: 6.0 }));
        }
    }
}

/// One entry a series: how it is drawn, and its name; as many to a line as fit.
fn legend(ui: &mut Ui, series: &[Series]) {
    const SWATCH: f32 = 16.0;
    let text = theme::tokens(ui.visuals()).muted_text;
    let font = egui::TextStyle::Small.resolve(ui.style());
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(10.0, 1.0);
        let mut told: Vec<&str> = Vec::new();
        for series in series.iter().filter(|series| !series.name.is_empty()) {
            if told.contains(&series.name.as_str()) {
                continue;
            }
            told.push(&series.name);
            let galley = ui.painter().layout_job(indices::job(&series.name, font.clone(), text));
            let size = vec2(SWATCH + 4.0 + galley.size().x, galley.size().y.max(12.0));
            let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &series.name));
            let (left, y) = (rect.left(), rect.center().y);
            let stroke = Stroke::new(2.0, series.colour);
            match series.mark {
                Mark::Line => drop(ui.painter().hline(left..=left + SWATCH, y, stroke)),
                Mark::Dashed => {
                    for at in [0.0, 6.0, 12.0] {
                        ui.painter().hline(left + at..=left + at + 4.0, y, stroke);
                    }
                }
                Mark::Bars => drop(ui.painter().vline(left + 0.5 * SWATCH, y - 5.0..=y + 5.0, stroke)),
                Mark::Dots | Mark::LineDots => {
                    ui.painter().circle_filled(pos2(left + 0.5 * SWATCH, y), 3.0, series.colour);
                }
            }
            ui.painter().galley(pos2(left + SWATCH + 4.0, y - 0.5 * galley.size().y), galley, text);
            if !series.about.is_empty() {
                response.on_hover_text(&series.about);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_too_short_for_its_name_shows_the_symbol() {
        assert_eq!(fitting("order parameter μ", 200.0), "order parameter μ");
        assert_eq!(fitting("order parameter μ", 90.0), "μ");
        assert_eq!(fitting("density P_t(μ)", 90.0), "P_t(μ)");
        assert_eq!(fitting("mean of a spin", 90.0), "mean of a spin");
        assert_eq!(fitting("V − min V", 60.0), "V − min V");
    }

    #[test]
    fn places_and_values_are_inverse() {
        for axis in [Axis::linear(""), Axis::log("")] {
            for value in [1e-6, 0.3, 1.0, 250.0] {
                assert!((axis.value(axis.place(value)) / value - 1.0).abs() < 1e-12);
            }
        }
        assert!(!Axis::log("").place(-1.0).is_finite());
    }

    #[test]
    fn marks_of_logarithmic_axes_are_powers_of_ten() {
        let marks = Axis::log("").marks(GridInput { bounds: (-3.2, 0.1), base_step_size: 0.1 }, 6);
        let values: Vec<f64> = marks.iter().map(|mark| mark.value.round()).collect();
        assert_eq!(values, [-3.0, -2.0, -1.0, 0.0]);
    }
}
