//! The command palette: every action there is, found by some letters of its name.

use egui::{
    Align2, Key, Modifiers, Rect, RichText, ScrollArea, Sense, Stroke, TextEdit, TextStyle, Ui, WidgetInfo, vec2,
};

use super::{App, Sheet};
use crate::app::{actions, fuzzy};
use crate::ui::theme;

pub(in crate::app) static SHEET: Sheet =
    Sheet { title: "Commands", width: 620.0, show, dismissed: |app| app.palette = Palette::default() };

/// Height of a row, in points.
const ROW: f32 = 28.0;
/// Rows in sight.
const ROWS: f32 = 13.0;

/// What was typed, and what is chosen.
#[derive(Debug, Default)]
pub(in crate::app) struct Palette {
    query: String,
    chosen: usize,
    /// Whether the field has been given the keyboard.
    open: bool,
}

fn show(app: &mut App, ui: &mut Ui) -> bool {
    // Taken before the field sees them: it would move its cursor.
    let pressed = |ui: &Ui, key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let (up, down, enter) = (pressed(ui, Key::ArrowUp), pressed(ui, Key::ArrowDown), pressed(ui, Key::Enter));
    let field = TextEdit::singleline(&mut app.palette.query).hint_text("Find a command, pane, scene or setting");
    let field = ui.add(field.desired_width(f32::INFINITY));
    if !app.palette.open {
        app.palette.open = true;
        field.request_focus();
    }
    let changed = field.changed();
    if changed {
        app.palette.chosen = 0;
    }
    let found = find(app);
    ui.add_space(6.0);
    if found.is_empty() {
        ui.weak("Nothing has these letters.");
        return false;
    }
    let last = found.len() - 1;
    let mut chosen = app.palette.chosen.min(last);
    if down {
        chosen = if chosen == last { 0 } else { chosen + 1 };
    }
    if up {
        chosen = chosen.checked_sub(1).unwrap_or(last);
    }
    app.palette.chosen = chosen;
    let mut picked = enter.then_some(chosen);
    let height = (ROW * ROWS).min(ui.available_height().max(ROW * 3.0));
    ScrollArea::vertical().auto_shrink([false, false]).max_height(height).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (i, entry) in found.iter().enumerate() {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
            let name = entry.full_name();
            response
                .widget_info(|| WidgetInfo::selected(egui::Role::ListBoxOption, ui.is_enabled(), i == chosen, &name));
            if i == chosen && (up || down || changed) {
                response.scroll_to_me(None);
            }
            if ui.is_rect_visible(rect) {
                row(ui, rect, entry, i == chosen, response.hovered() || response.has_focus());
            }
            if response.clicked() {
                picked = Some(i);
            }
            if !entry.about.is_empty() {
                response.on_hover_text(&entry.about);
            }
        }
    });
    ui.add_space(4.0);
    let about = &found[chosen].about;
    let hint = about.lines().next().filter(|line| !line.is_empty()).unwrap_or("↑ ↓ choose, Enter does it, Esc closes");
    ui.add(egui::Label::new(RichText::new(hint).small().color(theme::tokens(ui.visuals()).muted_text)).truncate());
    let Some(action) = picked.and_then(|picked| found.into_iter().nth(picked)) else { return false };
    // What is done may bring up another sheet, which must not find this one in its place.
    app.palette = Palette::default();
    app.sheet = None;
    let ctx = ui.ctx().clone();
    (action.run)(app, &ctx);
    true
}

/// Everything that fits what was typed, the best first.
fn find(app: &mut App) -> Vec<actions::Action> {
    let all = actions::all(app);
    let query = app.palette.query.trim();
    let mut found: Vec<(i32, actions::Action)> =
        all.into_iter().filter_map(|action| Some((fuzzy::score(query, &action.full_name())?, action))).collect();
    if !query.is_empty() {
        // Stable: of those that fit alike, the order of the menus decides.
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    }
    found.into_iter().map(|(_, action)| action).collect()
}

fn row(ui: &Ui, rect: Rect, action: &actions::Action, chosen: bool, lit: bool) {
    let visuals = ui.visuals();
    let tokens = theme::tokens(visuals);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    if chosen {
        painter.rect(rect, 4.0, visuals.selection.bg_fill, Stroke::new(1.0, tokens.accent), egui::StrokeKind::Inside);
    } else if lit {
        painter.rect_filled(rect, 4.0, visuals.widgets.hovered.bg_fill);
    }
    let (body, small) = (TextStyle::Body.resolve(ui.style()), TextStyle::Small.resolve(ui.style()));
    let muted = if chosen { visuals.strong_text_color() } else { tokens.muted_text };
    let inner = rect.shrink2(vec2(10.0, 0.0));
    let keys = painter.text(inner.right_center(), Align2::RIGHT_CENTER, &action.keys, small.clone(), muted);
    let end = if action.keys.is_empty() { inner.right() } else { keys.left() - 10.0 };
    let mut x = inner.left();
    if !action.group.is_empty() {
        let group = format!("{}  ›  ", action.group);
        x = painter.text(inner.left_center(), Align2::LEFT_CENTER, group, small.clone(), muted).right();
    }
    let state = match action.state {
        actions::State::Plain => "",
        actions::State::Choice(true) => "  ·  in force",
        actions::State::Switch(true) => "  ·  on",
        actions::State::Choice(false) => "",
        actions::State::Switch(false) => "  ·  off",
    };
    let room = Rect::from_min_max(egui::pos2(x, inner.top()), egui::pos2(end, inner.bottom()));
    let painter = painter.with_clip_rect(room.intersect(painter.clip_rect()));
    let strong = visuals.strong_text_color();
    let name = painter.text(room.left_center(), Align2::LEFT_CENTER, &action.name, body, strong);
    painter.text(name.right_center(), Align2::LEFT_CENTER, state, small, muted);
}
