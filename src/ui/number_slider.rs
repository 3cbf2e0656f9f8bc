//! A number to be dragged or typed: label and number in one line, the rail below.

use egui::{
    Align, Color32, DragValue, Id, Label, Layout, PointerButton, Response, Role, Sense, Slider, SliderClamping, Stroke,
    TextStyle, Ui, WidgetInfo, lerp, pos2,
};

use super::{format, icon, indices, theme};

/// How places on the rail belong to numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rail {
    /// Evenly.
    Linear,
    /// Evenly, whole numbers only.
    Integer,
    /// By their logarithms; the range is positive.
    Log,
    /// By the logarithms of their magnitudes, on either side of zero, down to this one.
    BothWays(f64),
}

/// A slider with its label and number.
pub struct NumberSlider<'a> {
    /// Name of the widget among its neighbours.
    pub key: &'a str,
    /// What the number is; subscripts and superscripts are set as such.
    pub label: &'a str,
    /// What it means, shown above the pointer.
    pub about: &'a str,
    /// The range, ends included.
    pub range: [f64; 2],
    /// The rail.
    pub rail: Rail,
    /// What the number changes by when it is dragged by a point.
    pub speed: f64,
    /// The number as text.
    pub text: fn(f64) -> String,
    /// Where a double click on label or rail, or the small arrow, goes back to; the rail has a tick there.
    pub default: Option<f64>,
}

/// Width of the button that goes back to the default, in points.
const RESET: f32 = 20.0;
/// A label is never narrower than this, in points.
const LEAST_LABEL: f32 = 24.0;

impl NumberSlider<'_> {
    /// Edits `value`. Returns whether it changed.
    pub fn show(&self, ui: &mut Ui, value: &mut f64) -> bool {
        self.show_beside(ui, value, 0.0, |_, _| {})
    }

    /// The same with something more, as many points wide, before the number.
    pub fn show_beside(&self, ui: &mut Ui, value: &mut f64, width: f32, more: impl FnOnce(&mut Ui, &mut f64)) -> bool {
        let before = *value;
        ui.push_id(self.key, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            let label = self.heading(ui, value, width, more);
            self.slider(ui, value, label);
            ui.add_space(3.0);
        });
        *value != before
    }

    /// The line with label and number. Returns the label's identifier.
    fn heading(&self, ui: &mut Ui, value: &mut f64, width: f32, more: impl FnOnce(&mut Ui, &mut f64)) -> Id {
        ui.horizontal(|ui| {
            let changed = self.default.is_some_and(|default| default != *value);
            let label = self.label(ui, *value, width + if changed { RESET } else { 0.0 });
            if let Some(default) = self.default.filter(|_| label.double_clicked()) {
                *value = default;
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                let number = DragValue::new(value)
                    .range(self.range[0]..=self.range[1])
                    .speed(self.speed)
                    .custom_formatter(|value, _| (self.text)(value))
                    .custom_parser(format::parse);
                ui.add(number).labelled_by(label.id).on_hover_text(self.about);
                if let Some(default) = self.default.filter(|default| default != value) {
                    let name = format!("Reset {}", self.label);
                    let hint = format!("Back to {}", (self.text)(default));
                    ui.spacing_mut().interact_size.y = 16.0;
                    if icon::icon_button(ui, icon::reset, icon::Look::Plain, &name, &hint).clicked() {
                        *value = default;
                    }
                }
                more(ui, value);
            });
            label.id
        })
        .inner
    }

    /// The label, which ends in dots before it reaches the number and as many points `more`.
    fn label(&self, ui: &mut Ui, value: f64, more: f32) -> Response {
        let font = TextStyle::Button.resolve(ui.style());
        let number = ui.painter().layout_no_wrap((self.text)(value), font, Color32::PLACEHOLDER).size().x;
        let spacing = ui.spacing();
        let field = (number + 2.0 * spacing.button_padding.x).max(spacing.interact_size.x);
        let room = ui.available_width() - field - more - spacing.item_spacing.x;
        let mut label = Label::new(indices::styled(ui, self.label, &TextStyle::Body)).truncate();
        if self.default.is_some() {
            label = label.sense(Sense::click());
        }
        let label = ui.scope(|ui| {
            ui.set_max_width(room.max(LEAST_LABEL));
            ui.add(label)
        });
        label.inner.widget_info(|| WidgetInfo::labeled(Role::Label, true, self.label));
        label.inner.on_hover_text(self.about)
    }

    /// The rail, with a tick at the default.
    fn slider(&self, ui: &mut Ui, value: &mut f64, label: Id) {
        ui.spacing_mut().slider_width = ui.available_width();
        ui.spacing_mut().interact_size.y = 16.0;
        let [first, last] = self.range;
        let slider = Slider::new(value, first..=last).show_value(false).clamping(SliderClamping::Always);
        let slider = match self.rail {
            Rail::Linear => slider,
            Rail::Integer => slider.integer(),
            Rail::Log => slider.logarithmic(true),
            Rail::BothWays(least) => slider.logarithmic(true).smallest_positive(least).largest_finite(last),
        };
        let response = ui.add(slider).labelled_by(label).on_hover_text(self.about);
        let Some(default) = self.default else { return };
        if response.hovered() && ui.input(|input| input.pointer.button_double_clicked(PointerButton::Primary)) {
            *value = default;
        }
        let share = match self.rail {
            Rail::Linear | Rail::Integer => (default - first) / (last - first),
            Rail::Log => (default / first).ln() / (last / first).ln(),
            Rail::BothWays(_) => return,
        };
        // Handles are circles of this radius, inset so that they stay on the rail (egui's `SliderGeometry`).
        let inset = response.rect.height() / 2.5;
        let x = lerp(response.rect.left() + inset..=response.rect.right() - inset, share as f32);
        let stroke = Stroke::new(1.0, theme::tokens(ui.visuals()).muted_text);
        let bottom = response.rect.bottom();
        if x.is_finite() {
            ui.painter().line_segment([pos2(x, bottom - 3.0), pos2(x, bottom)], stroke);
        }
    }
}
