//! A slider for one parameter of a family member: typed entry, logarithmic scale, a mark at the default.

use egui::{Color32, DragValue, Label, Response, Role, Sense, Slider, SliderClamping, TextStyle, Ui, WidgetInfo, pos2};

use super::{format, icon, indices, theme};
use crate::core::param::{ParamInfo, Scale};

/// Edits `value` within the range of `info`: label and number in one line, the rail below. A double click on label or
/// rail, or the small arrow, goes back to the default. Returns whether the value changed.
pub fn param_slider(ui: &mut Ui, value: &mut f64, info: &ParamInfo) -> bool {
    let before = *value;
    if info.scale == Scale::Toggle {
        let mut on = *value != 0.0;
        ui.checkbox(&mut on, info.label).on_hover_text(explanation(info));
        *value = f64::from(u8::from(on));
        return *value != before;
    }
    ui.push_id(info.key, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        let label = heading(ui, value, info);
        rail(ui, value, info, label);
        ui.add_space(3.0);
    });
    if info.scale == Scale::Integer {
        *value = value.round();
    }
    *value = value.clamp(info.min, info.max);
    *value != before
}

/// Width of the button that goes back to the default, in points.
const RESET: f32 = 20.0;
/// A label is never narrower than this, in points.
const LEAST_LABEL: f32 = 24.0;

/// A label that ends in dots before it reaches what stands at the right end of the line: a field with `number` in it, and
/// as many points `more`.
pub fn label_before(ui: &mut Ui, label: Label, number: &str, more: f32) -> Response {
    let font = TextStyle::Button.resolve(ui.style());
    let number = ui.painter().layout_no_wrap(number.to_owned(), font, Color32::PLACEHOLDER).size().x;
    let spacing = ui.spacing();
    let field = (number + 2.0 * spacing.button_padding.x).max(spacing.interact_size.x);
    let room = ui.available_width() - field - more - spacing.item_spacing.x;
    ui.scope(|ui| {
        ui.set_max_width(room.max(LEAST_LABEL));
        ui.add(label.truncate())
    })
    .inner
}

/// The line with label, reset and number. Returns the label's identifier.
fn heading(ui: &mut Ui, value: &mut f64, info: &ParamInfo) -> egui::Id {
    ui.horizontal(|ui| {
        let text = indices::styled(ui, info.label, &TextStyle::Body);
        let reset = if *value == info.default { 0.0 } else { RESET };
        let number = format::number(*value, format::DIGITS);
        let label = label_before(ui, Label::new(text).sense(Sense::click()), &number, reset);
        label.widget_info(|| WidgetInfo::labeled(Role::Label, true, info.label));
        let label = label.on_hover_text(explanation(info));
        if label.double_clicked() {
            *value = info.default;
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let speed = match info.scale {
                Scale::Log => value.abs().max(info.min.abs()) * 0.01,
                Scale::Integer => ((info.max - info.min) / 400.0).clamp(0.05, 10.0),
                Scale::Linear | Scale::Toggle => (info.max - info.min) / 400.0,
            };
            let field = DragValue::new(value)
                .range(info.min..=info.max)
                .speed(speed)
                .custom_formatter(|value, _| format::number(value, format::DIGITS))
                .custom_parser(format::parse);
            ui.add(field).labelled_by(label.id).on_hover_text(explanation(info));
            if *value != info.default {
                let name = format!("Reset {}", info.label);
                let hint = format!("Back to {}", format::number(info.default, format::DIGITS));
                ui.spacing_mut().interact_size.y = 16.0;
                if icon::icon_button(ui, icon::reset, icon::Look::Plain, &name, &hint).clicked() {
                    *value = info.default;
                }
            }
        });
        label.id
    })
    .inner
}

/// The rail with a tick at the default.
fn rail(ui: &mut Ui, value: &mut f64, info: &ParamInfo, label: egui::Id) {
    ui.spacing_mut().slider_width = ui.available_width();
    ui.spacing_mut().interact_size.y = 16.0;
    let logarithmic = info.scale == Scale::Log && info.min > 0.0;
    let mut slider = Slider::new(value, info.min..=info.max)
        .show_value(false)
        .clamping(SliderClamping::Always)
        .logarithmic(logarithmic);
    if info.scale == Scale::Integer {
        slider = slider.integer();
    }
    let response = ui.add(slider).labelled_by(label).on_hover_text(explanation(info));
    if response.hovered() && ui.input(|input| input.pointer.button_double_clicked(egui::PointerButton::Primary)) {
        *value = info.default;
    }
    let share = |value: f64| {
        if logarithmic {
            (value / info.min).ln() / (info.max / info.min).ln()
        } else {
            (value - info.min) / (info.max - info.min)
        }
    };
    // Handles are circles of this radius, inset so that they stay on the rail (egui's `SliderGeometry`).
    let inset = response.rect.height() / 2.5;
    let x = egui::lerp(response.rect.left() + inset..=response.rect.right() - inset, share(info.default) as f32);
    let stroke = egui::Stroke::new(1.0, theme::tokens(ui.visuals()).muted_text);
    let bottom = response.rect.bottom();
    if x.is_finite() {
        ui.painter().line_segment([pos2(x, bottom - 3.0), pos2(x, bottom)], stroke);
    }
}

fn explanation(info: &ParamInfo) -> String {
    let number = |value| format::number(value, format::DIGITS);
    if info.scale == Scale::Toggle {
        return info.about.to_owned();
    }
    format!(
        "{}\nFrom {} to {}; {} unless chosen otherwise (double click).",
        info.about,
        number(info.min),
        number(info.max),
        number(info.default)
    )
}
