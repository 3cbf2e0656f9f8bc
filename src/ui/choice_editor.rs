//! Picks a member of a family and sets its parameters.

use egui::{ComboBox, Ui};

use super::indices::caption;
use super::param_slider::param_slider;
use crate::core::param::{Choice, KindInfo};

/// A combo box over `family` and a slider for every parameter of the member chosen. A parameter that the new member has
/// too keeps its value if that is allowed there. Returns whether `choice` changed.
pub fn choice_editor<T>(
    ui: &mut Ui,
    label: &str,
    choice: &mut Choice,
    family: &[T],
    info: impl Fn(&T) -> &KindInfo,
) -> bool {
    let mut changed = false;
    ui.push_id(("choice", label), |ui| {
        let chosen = family.iter().map(&info).find(|info| info.id == choice.kind);
        let name = chosen.map_or(choice.kind.as_str(), |info| info.name);
        caption(ui, label);
        let combo = ComboBox::from_id_salt("kind").width(ui.available_width()).selected_text(name).truncate();
        let response = combo.show_ui(ui, |ui| {
            for member in family.iter().map(&info) {
                let picked = ui.selectable_label(member.id == choice.kind, member.name).on_hover_text(member.about);
                if picked.clicked() && member.id != choice.kind {
                    *choice = switched(choice, member);
                    changed = true;
                }
            }
        });
        response.response.accessible_name(label).on_hover_text(chosen.map_or("", |info| info.about));
        let Some(chosen) = family.iter().map(&info).find(|info| info.id == choice.kind) else { return };
        for param in chosen.params {
            let mut value = choice.get(param);
            if param_slider(ui, &mut value, param) {
                choice.params.insert(param.key.to_owned(), value);
                changed = true;
            }
        }
    });
    changed
}

fn switched(old: &Choice, member: &KindInfo) -> Choice {
    let mut new = Choice::new(member.id);
    for param in member.params {
        if let Some(&value) = old.params.get(param.key).filter(|&&value| param.check(value).is_ok()) {
            new.params.insert(param.key.to_owned(), value);
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::param::{ParamInfo, Scale};

    #[test]
    fn parameters_that_fit_survive_a_change_of_kind() {
        const fn param(key: &'static str, max: f64) -> ParamInfo {
            ParamInfo { key, label: key, about: "", min: 0.0, max, default: 0.5, scale: Scale::Linear }
        }
        const PARAMS: &[ParamInfo] = &[param("shared", 10.0), param("narrow", 1.0)];
        let member = KindInfo { id: "b", name: "B", about: "", params: PARAMS };
        let old = Choice::new("a").with("shared", 3.0).with("narrow", 3.0).with("other", 1.0);
        assert_eq!(switched(&old, &member), Choice::new("b").with("shared", 3.0));
    }
}
