//! A slider for one parameter of a family member.

use egui::Ui;

use super::format;
use super::number_slider::{NumberSlider, Rail};
use crate::core::param::{ParamInfo, Scale};

/// Edits `value` within the range of `info`. Returns whether the value changed.
pub fn param_slider(ui: &mut Ui, value: &mut f64, info: &ParamInfo) -> bool {
    let before = *value;
    if info.scale == Scale::Toggle {
        let mut on = *value != 0.0;
        ui.checkbox(&mut on, info.label).on_hover_text(info.about);
        *value = f64::from(u8::from(on));
        return *value != before;
    }
    let step = (info.max - info.min) / 400.0;
    let (rail, speed) = match info.scale {
        Scale::Log if info.min > 0.0 => (Rail::Log, value.abs().max(info.min) * 0.01),
        Scale::Log => (Rail::Linear, value.abs().max(info.min.abs()) * 0.01),
        Scale::Integer => (Rail::Integer, step.clamp(0.05, 10.0)),
        Scale::Linear | Scale::Toggle => (Rail::Linear, step),
    };
    let slider = NumberSlider {
        key: info.key,
        label: info.label,
        about: &explanation(info),
        range: [info.min, info.max],
        rail,
        speed,
        text,
        default: Some(info.default),
    };
    slider.show(ui, value);
    if rail == Rail::Integer {
        *value = value.round();
    }
    *value = value.clamp(info.min, info.max);
    *value != before
}

fn explanation(info: &ParamInfo) -> String {
    let [min, max, default] = [info.min, info.max, info.default].map(text);
    format!("{}\nFrom {min} to {max}; {default} unless chosen otherwise (double click).", info.about)
}

/// A parameter's value as text.
fn text(value: f64) -> String {
    format::number(value, format::DIGITS)
}
