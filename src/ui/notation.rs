//! The notation that formulas, axes and the transport bar are written in.

use std::borrow::Cow;

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

/// `text` with every shared symbol in it, `<signal2>`, as plain text: for axes, legends and labels. What is no symbol stays.
pub fn written<'a>(ctx: &Context, text: &'a str) -> Cow<'a, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let notation = current(ctx);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let symbol = rest.find('>').and_then(|end| notation::shared(&rest[1..end]).map(|symbol| (symbol, end)));
        match symbol {
            Some((symbol, end)) => {
                out.push_str(symbol.form(notation).plain);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_written_in_the_notation_in_use() {
        let ctx = Context::default();
        assert_eq!(written(&ctx, "<signal2> = 0.3"), "ᾱ = 0.3");
        set(&ctx, "edm");
        assert_eq!(written(&ctx, "share <signal2>, noise <noise>"), "share s², noise sσ");
        assert_eq!(written(&ctx, "a < b, <unknown>, <"), "a < b, <unknown>, <");
        assert!(matches!(written(&ctx, "distance r (pixels)"), Cow::Borrowed(_)));
    }
}
