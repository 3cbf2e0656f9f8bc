//! The notation that formulas, axes and the transport bar are written in.

use egui::{ComboBox, Context, Id, Ui};

use crate::core::notation::{self, Notation};

fn key() -> Id {
    Id::unique("notation")
}

/// The notation in use.
pub fn current(ctx: &Context) -> &'static Notation {
    ctx.data(|data| data.get_temp::<&'static str>(key())).map_or(&notation::ALL[0], notation::find)
}

/// Uses the notation with this identifier from now on.
pub fn set(ctx: &Context, id: &str) {
    ctx.data_mut(|data| data.insert_temp(key(), notation::find(id).id));
}

/// The shared symbol `id` as plain text, for axes and labels.
pub fn plain(ctx: &Context, id: &str) -> &'static str {
    notation::shared(id).map_or("", |symbol| symbol.form(current(ctx)).plain)
}

/// Chooses the notation.
pub fn picker(ui: &mut Ui) {
    let now = current(ui.ctx());
    let about = "How symbols are written, in formulas and on the timeline; the quantities stay the same";
    let combo = ComboBox::from_id_salt("notation").selected_text(now.name).width(110.0);
    let shown = combo.show_ui(ui, |ui| {
        for choice in notation::ALL {
            if ui.selectable_label(choice.id == now.id, choice.name).on_hover_text(choice.about).clicked() {
                set(ui.ctx(), choice.id);
            }
        }
    });
    let response = shown.response.on_hover_text(about);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, format!("Notation: {}", now.name)));
}
