//! The pane "Equations": the formulas of what is on screen, with the live values of their symbols.

use egui::{Response, RichText, ScrollArea, Tooltip, Ui};

use super::formula::{self, Formula};
use super::{format, highlight, notation, paper_notes, theme};
use crate::core::notation::{Notation, Symbol};
use crate::labs::equations::{Equation, Live, Sheet};
use crate::ui::tiles::Pane;

/// The pane, for a lab's list.
pub const PANE: Pane = Pane {
    id: "equations",
    name: "Equations",
    about: "The formulas of what is on screen; point at a symbol for its meaning, value and source",
};

/// Digits of live values.
const DIGITS: usize = 4;
/// Numbers of a list that are shown.
const MOST_SHOWN: usize = 6;

/// Shows the pane, which scrolls by itself.
pub fn pane(ui: &mut Ui, sheet: &Sheet) {
    ScrollArea::vertical().id_salt("equations").auto_shrink(false).show(ui, |ui| {
        egui::Frame::NONE.inner_margin(8.0).show(ui, |ui| contents(ui, sheet));
    });
}

/// What [`pane`] shows, for a place that scrolls already.
pub fn contents(ui: &mut Ui, sheet: &Sheet) {
    let muted = theme::tokens(ui.visuals()).muted_text;
    ui.horizontal(|ui| {
        ui.label(RichText::new("written as in").small().color(muted));
        notation::picker(ui);
    });
    ui.label(
        RichText::new("Point at a symbol, or reach it by Tab and arrow keys: what it is, what it is worth now, and where to see it.").small().color(muted),
    );
    let notation = notation::current(ui.ctx());
    for equation in &sheet.equations {
        ui.add_space(8.0);
        show(ui, sheet, equation, notation);
    }
    paper_notes::show(ui, &sheet.notes);
}

fn show(ui: &mut Ui, sheet: &Sheet, equation: &Equation, notation: &Notation) {
    let muted = theme::tokens(ui.visuals()).muted_text;
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(equation.name).strong());
        ui.label(RichText::new(equation.source).small().color(muted));
    });
    formula(ui, sheet, equation.id, equation.template, equation.spoken, notation);
    ui.label(RichText::new(equation.about).small().color(muted));
}

/// A formula whose symbols explain themselves.
fn formula(ui: &mut Ui, sheet: &Sheet, id: &str, template: &str, spoken: &str, notation: &Notation) {
    let marked = formula::mark(template, |id| sheet.latex(id, notation));
    let pointed = highlight::current(ui.ctx());
    let stands_out = |id: &str| pointed.as_deref().is_some_and(|word| sheet.symbol(id).map(word_of) == Some(word));
    let symbols = ui.push_id(id, |ui| Formula::new(&marked, spoken).show(ui, stands_out)).inner;
    for on_screen in symbols {
        if let Some(symbol) = sheet.symbol(on_screen.id) {
            explain(on_screen.response, on_screen.chosen, symbol, sheet.value(on_screen.id), notation);
        }
    }
}

/// What a symbol is called wherever it is pointed at: its view, or itself.
fn word_of(symbol: &Symbol) -> &str {
    symbol.link.unwrap_or(symbol.id)
}

/// Names a symbol on screen, and tells everything of it to whom points at it or has `chosen` it by the keyboard.
fn explain(response: Response, chosen: bool, symbol: &Symbol, live: Option<&Live>, notation: &Notation) {
    let value = live.map(|live| format!("{} = {}", symbol.form(notation).plain, reading(live, symbol.unit)));
    let name = match &value {
        Some(value) => format!("{}: {value}", symbol.name),
        None => symbol.name.to_owned(),
    };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &name));
    if response.hovered() || chosen {
        highlight::set(&response.ctx, word_of(symbol));
    }
    let card = |ui: &mut Ui| {
        let muted = theme::tokens(ui.visuals()).muted_text;
        ui.set_max_width(300.0);
        ui.label(RichText::new(symbol.name).strong());
        ui.label(symbol.definition);
        match value {
            Some(value) => ui.label(RichText::new(value).monospace()),
            None => ui.label(RichText::new("No value at this moment: point at the picture to read one.").color(muted)),
        };
        ui.label(RichText::new(symbol.source).small().color(muted));
        if let Some((_, view)) = symbol.link.and_then(|link| link.split_once(':')) {
            ui.label(RichText::new(format!("On screen: {}", view.replace('_', " "))).small().color(muted));
        }
    };
    if chosen {
        Tooltip::always_open(response.ctx.clone(), response.layer_id, response.id, response.rect).show(card);
    } else {
        response.on_hover_ui(card);
    }
}

/// A live value in words and digits.
pub fn reading(live: &Live, unit: &str) -> String {
    let number = |value: &f64| format::number(*value, DIGITS);
    let mut text = match live {
        Live::Number(value) => number(value),
        Live::List(values) => {
            let mut shown: Vec<String> = values.iter().take(MOST_SHOWN).map(number).collect();
            if values.len() > MOST_SHOWN {
                shown.push("…".to_owned());
            }
            format!("({})", shown.join(", "))
        }
        Live::Words(words) => words.clone(),
    };
    if !unit.is_empty() {
        text.push_str("  [");
        text.push_str(unit);
        text.push(']');
    }
    text
}
