//! The gallery: a card for every built-in scene of every lab.

use egui::{Label, RichText, ScrollArea, Sense, Stroke, TextEdit, Ui, UiBuilder, vec2};

use super::{App, Sheet, nothing};
use crate::labs::{self, LabEntry};
use crate::ui::theme;

pub(in crate::app) static SHEET: Sheet = Sheet { title: "Gallery", width: 980.0, show, dismissed: nothing };

/// Least width of a card, in points.
const CARD_WIDTH: f32 = 220.0;
const CARD_HEIGHT: f32 = 104.0;
const GAP: f32 = 12.0;

/// The cards and the text that narrows them down.
pub(in crate::app) struct Cards {
    labs: Vec<(&'static LabEntry, Vec<Card>)>,
    search: String,
}

struct Card {
    id: &'static str,
    title: String,
    about: String,
}

impl Cards {
    /// A card for every scene there is.
    pub(in crate::app) fn new() -> Self {
        let card = |scene: &labs::GalleryScene| {
            // What does not parse is told when it is opened; a test holds that all do.
            let value: serde_json::Value = serde_json::from_str(scene.text).unwrap_or_default();
            let text = |key: &str| value.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            let title = Some(text("title")).filter(|title| !title.is_empty());
            Card { id: scene.id, title: title.unwrap_or_else(|| scene.id.replace('_', " ")), about: text("about") }
        };
        let labs = labs::ALL.iter().map(|lab| (*lab, lab.gallery.iter().map(card).collect())).collect();
        Self { labs, search: String::new() }
    }
}

impl Card {
    fn matches(&self, search: &str) -> bool {
        let search = search.trim().to_lowercase();
        search.is_empty() || self.title.to_lowercase().contains(&search) || self.about.to_lowercase().contains(&search)
    }
}

fn show(app: &mut App, ui: &mut Ui) -> bool {
    let mut picked = None;
    let mut fresh = None;
    let search =
        TextEdit::singleline(&mut app.gallery.search).hint_text("Search the scenes").desired_width(f32::INFINITY);
    ui.add(search);
    ui.add_space(6.0);
    ScrollArea::vertical().auto_shrink([false, true]).max_height(ui.available_height().max(200.0)).show(ui, |ui| {
        for (lab, cards) in &app.gallery.labs {
            let shown: Vec<&Card> = cards.iter().filter(|card| card.matches(&app.gallery.search)).collect();
            ui.add_space(6.0);
            ui.horizontal(|ui| {
                ui.label(RichText::new(lab.info.name).strong().size(15.0));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let hint = format!("An empty scene of the lab \"{}\"", lab.info.name);
                    if ui.small_button("Start empty").on_hover_text(hint).clicked() {
                        fresh = Some(*lab);
                    }
                });
            });
            ui.add(Label::new(RichText::new(lab.about).small().color(theme::tokens(ui.visuals()).muted_text)).wrap());
            ui.add_space(4.0);
            picked = rows(ui, &shown).or(picked);
            if shown.is_empty() && !cards.is_empty() {
                ui.weak("No scene here has these words.");
            }
            ui.add_space(8.0);
        }
    });
    if let Some(id) = picked {
        app.finish_edit();
        app.open_gallery(id);
    } else if let Some(lab) = fresh {
        app.finish_edit();
        app.open_default(lab);
    }
    picked.is_some() || fresh.is_some()
}

/// Cards side by side, as many as fit. Returns the one that was picked.
fn rows(ui: &mut Ui, cards: &[&Card]) -> Option<&'static str> {
    let width = ui.available_width() - 12.0;
    let columns = ((width + GAP) / (CARD_WIDTH + GAP)).floor().max(1.0);
    let size = vec2((width - GAP * (columns - 1.0)) / columns, CARD_HEIGHT);
    let mut picked = None;
    ui.spacing_mut().item_spacing = vec2(GAP, GAP);
    for row in cards.chunks(columns as usize) {
        ui.horizontal(|ui| {
            for card in row {
                if draw(ui, card, size) {
                    picked = Some(card.id);
                }
            }
        });
    }
    picked
}

fn draw(ui: &mut Ui, card: &Card, size: egui::Vec2) -> bool {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), &card.title));
    if ui.is_rect_visible(rect) {
        let tokens = theme::tokens(ui.visuals());
        let lit = response.hovered() || response.has_focus();
        let fill = if lit { ui.visuals().widgets.hovered.weak_bg_fill } else { ui.visuals().faint_bg_color };
        let line = if lit { tokens.accent } else { ui.visuals().widgets.noninteractive.bg_stroke.color };
        ui.painter().rect(rect, 8.0, fill, Stroke::new(1.0, line), egui::StrokeKind::Inside);
        let mut inside = ui.new_child(UiBuilder::new().max_rect(rect.shrink2(vec2(12.0, 10.0))));
        inside.spacing_mut().item_spacing.y = 4.0;
        inside.add(Label::new(RichText::new(&card.title).strong()).truncate());
        let about = RichText::new(&card.about).small().color(tokens.muted_text);
        let room = inside.available_rect_before_wrap();
        let mut text = inside.new_child(UiBuilder::new().max_rect(room));
        text.set_clip_rect(room.intersect(ui.clip_rect()));
        text.add(Label::new(about).wrap());
    }
    response.on_hover_text(&card.about).clicked()
}
