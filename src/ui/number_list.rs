//! A list of numbers as text: "25, 100, 400".

use egui::{Id, Label, RichText, TextEdit, TextStyle, Ui, WidgetInfo};

use super::{format, theme};

/// What is being typed, and why it was not taken.
#[derive(Clone, Default)]
struct Draft {
    text: String,
    fault: Option<String>,
}

/// Shows `values` for editing over the width that there is, with `name` before them; they are taken on Enter or when the field is left, if they are numbers
/// and `check` lets them pass. What is refused stays in the field, with the reason below. Returns whether they changed.
pub fn number_list(
    ui: &mut Ui,
    name: &str,
    about: &str,
    values: &mut Vec<f64>,
    check: impl FnOnce(&[f64]) -> Result<(), String>,
) -> bool {
    let id: Id = ui.scope_id().with(name);
    let draft: Option<Draft> = ui.data(|data| data.get_temp(id));
    let held = draft.is_some();
    let mut draft = draft.unwrap_or_else(|| Draft { text: written(values), fault: None });
    let response = ui
        .horizontal(|ui| {
            ui.add(Label::new(name)).on_hover_text(about);
            let field = TextEdit::singleline(&mut draft.text).desired_width(f32::INFINITY).font(TextStyle::Small);
            ui.add(field).on_hover_text(format!("{about}\nNumbers separated by commas or spaces; Enter takes them."))
        })
        .inner;
    response.widget_info(|| WidgetInfo::text_edit(true, &draft.text, &draft.text, name));
    let response = response.accessible_name(name);
    let mut changed = false;
    if response.lost_focus() {
        match taken(&draft.text).and_then(|typed| check(&typed).map(|()| typed)) {
            Ok(typed) => {
                changed = typed != *values;
                *values = typed;
                ui.data_mut(|data| data.remove_temp::<Draft>(id));
                return changed;
            }
            Err(fault) => draft.fault = Some(fault),
        }
        ui.data_mut(|data| data.insert_temp(id, draft.clone()));
    } else if response.has_focus() {
        if response.changed() {
            draft.fault = None;
        }
        ui.data_mut(|data| data.insert_temp(id, draft.clone()));
    } else if held && draft.fault.is_none() {
        ui.data_mut(|data| data.remove_temp::<Draft>(id));
    }
    if let Some(fault) = &draft.fault {
        let colour = theme::tokens(ui.visuals()).warning;
        ui.add(Label::new(RichText::new(format!("Not taken: {fault}.")).small().color(colour)).wrap());
    }
    changed
}

fn written(values: &[f64]) -> String {
    values.iter().map(|value| format::number(*value, 12)).collect::<Vec<_>>().join(", ")
}

fn taken(text: &str) -> Result<Vec<f64>, String> {
    let words = text.split([',', ';', ' ', '\t']).filter(|word| !word.is_empty());
    words.map(|word| format::parse(word).ok_or_else(|| format!("\"{word}\" is not a number"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_they_are_written() {
        for list in [vec![], vec![25.0], vec![-1.5, 0.0, 1e-7, 123_456.0]] {
            assert_eq!(taken(&written(&list)).unwrap(), list);
        }
        assert_eq!(taken(" 1,2 ;3  4").unwrap(), [1.0, 2.0, 3.0, 4.0]);
        assert!(taken("1, two").unwrap_err().contains("two"));
    }
}
