//! The gallery: a card for every built-in scene of every lab.

use egui::text::LayoutJob;
use egui::{
    Align, ColorImage, CornerRadius, Label, Layout, Rect, RichText, ScrollArea, Sense, Stroke, TextEdit, TextStyle,
    TextureHandle, TextureOptions, Ui, UiBuilder, vec2,
};

use super::{App, Sheet};
use crate::labs::{self, LabEntry};
use crate::ui::{indices, theme};

pub(in crate::app) static SHEET: Sheet =
    Sheet { title: "Gallery", width: 980.0, show, dismissed: |app| app.gallery.open = false };

/// Least width of a card, in points.
const CARD_WIDTH: f32 = 220.0;
/// Height of a card's text, in points.
const TEXT_HEIGHT: f32 = 64.0;
const GAP: f32 = 12.0;
/// Height of a thumbnail relative to its width.
const ASPECT: f32 = 0.625;
/// Thumbnails decoded in one frame: more would make it late.
const DECODED_A_FRAME: usize = 2;

/// The cards and the text that narrows them down.
pub(in crate::app) struct Cards {
    labs: Vec<(&'static LabEntry, Vec<Card>)>,
    search: String,
    /// Whether the search field has been given the keyboard.
    open: bool,
}

struct Card {
    id: &'static str,
    title: String,
    about: String,
    thumbnail: &'static [u8],
    texture: Option<TextureHandle>,
}

impl Cards {
    /// A card for every scene there is.
    pub(in crate::app) fn new() -> Self {
        let card = |scene: &labs::GalleryScene| {
            // What does not parse is told when it is opened; a test holds that all do.
            let value: serde_json::Value = serde_json::from_str(scene.text).unwrap_or_default();
            let text = |key: &str| value.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            let title = Some(text("title")).filter(|title| !title.is_empty());
            Card {
                id: scene.id,
                title: title.unwrap_or_else(|| scene.id.replace('_', " ")),
                about: text("about"),
                thumbnail: scene.thumbnail,
                texture: None,
            }
        };
        let labs = labs::ALL.iter().map(|lab| (*lab, lab.gallery.iter().map(card).collect())).collect();
        Self { labs, search: String::new(), open: false }
    }

    /// Identifier, title and text of every scene.
    pub(in crate::app) fn scenes(&self) -> impl Iterator<Item = (&'static str, &str, &str)> {
        let cards = self.labs.iter().flat_map(|(_, cards)| cards);
        cards.map(|card| (card.id, card.title.as_str(), card.about.as_str()))
    }

    /// Decodes some of the thumbnails that are not there yet.
    fn decode_some(&mut self, ctx: &egui::Context) {
        let cards = self.labs.iter_mut().flat_map(|(_, cards)| cards);
        let mut waiting = cards.filter(|card| card.texture.is_none());
        for card in waiting.by_ref().take(DECODED_A_FRAME) {
            let image = match image::load_from_memory(card.thumbnail) {
                Ok(image) => {
                    let image = image.into_rgb8();
                    let size = [image.width() as usize, image.height() as usize];
                    ColorImage::from_rgb(size, image.as_raw())
                }
                // Built in, so this would be a fault of ours, held by a test; an empty picture is the least harm.
                Err(_) => ColorImage::filled([1, 1], egui::Color32::TRANSPARENT),
            };
            card.texture = Some(ctx.load_texture(card.id, image, TextureOptions::LINEAR));
        }
        if waiting.next().is_some() {
            ctx.request_repaint();
        }
    }
}

/// Cards of a lab that have the words in title or text, or all of them if the lab has the words in its name.
fn found<'a>(lab: &LabEntry, cards: &'a [Card], search: &str) -> impl Iterator<Item = &'a Card> {
    let search = search.trim().to_lowercase();
    let has = move |text: &str| text.to_lowercase().contains(&search);
    let all = has(lab.info.name);
    cards.iter().filter(move |card| all || has(&card.title) || has(&card.about))
}

fn show(app: &mut App, ui: &mut Ui) -> bool {
    let mut picked = None;
    let mut fresh = None;
    app.gallery.decode_some(ui.ctx());
    let search =
        TextEdit::singleline(&mut app.gallery.search).hint_text("Search the scenes").desired_width(f32::INFINITY);
    let search = ui.add(search);
    if !std::mem::replace(&mut app.gallery.open, true) {
        search.request_focus();
    }
    // Enter opens the first that is found.
    if search.lost_focus()
        && ui.input(|input| input.key_pressed(egui::Key::Enter))
        && !app.gallery.search.trim().is_empty()
    {
        let mut all = app.gallery.labs.iter().flat_map(|(lab, cards)| found(lab, cards, &app.gallery.search));
        picked = all.next().map(|card| card.id);
    }
    ui.add_space(6.0);
    let to_lessons = app.gallery.search.trim().is_empty() && super::lessons::banner(app, ui);
    ScrollArea::vertical().auto_shrink([false, true]).max_height(ui.available_height().max(200.0)).show(ui, |ui| {
        let searching = !app.gallery.search.trim().is_empty();
        let mut nothing = true;
        for (lab, cards) in &app.gallery.labs {
            let shown: Vec<&Card> = found(lab, cards, &app.gallery.search).collect();
            if shown.is_empty() && searching {
                continue;
            }
            nothing = false;
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
            indices::caption(ui, lab.about);
            ui.add_space(4.0);
            picked = rows(ui, &shown).or(picked);
            ui.add_space(8.0);
        }
        if nothing {
            ui.weak("No scene has these words.");
        }
    });
    if let Some(id) = picked {
        app.open_gallery(id);
    } else if let Some(lab) = fresh {
        app.open_default(lab);
    }
    if to_lessons {
        app.sheet = Some(&super::LESSONS);
    }
    let done = picked.is_some() || fresh.is_some() || to_lessons;
    app.gallery.open &= !done;
    done
}

/// Cards side by side, as many as fit. Returns the one that was picked.
fn rows(ui: &mut Ui, cards: &[&Card]) -> Option<&'static str> {
    let width = ui.available_width() - 12.0;
    let columns = ((width + GAP) / (CARD_WIDTH + GAP)).floor().max(1.0);
    let side = (width - GAP * (columns - 1.0)) / columns;
    let size = vec2(side, ASPECT * side + TEXT_HEIGHT);
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
        let accent = theme::tokens(ui.visuals()).accent;
        let lit = response.hovered() || response.has_focus();
        let fill = if lit { ui.visuals().widgets.hovered.weak_bg_fill } else { ui.visuals().faint_bg_color };
        let line = if lit { accent } else { ui.visuals().widgets.noninteractive.bg_stroke.color };
        ui.painter().rect(rect, 8.0, fill, Stroke::new(1.0, line), egui::StrokeKind::Inside);
        let picture = Rect::from_min_size(rect.min, vec2(rect.width(), ASPECT * rect.width())).shrink(1.0);
        if let Some(texture) = &card.texture {
            let corners = CornerRadius { nw: 7, ne: 7, sw: 0, se: 0 };
            egui::Image::from_texture(texture).corner_radius(corners).paint_at(ui, picture);
        }
        let room = rect.with_min_y(picture.bottom()).shrink2(vec2(12.0, 8.0));
        let mut inside = ui.new_child(UiBuilder::new().max_rect(room).layout(Layout::top_down(Align::Min)));
        inside.set_clip_rect(room.intersect(ui.clip_rect()));
        inside.spacing_mut().item_spacing.y = 3.0;
        inside.add(Label::new(RichText::new(&card.title).strong()).truncate());
        let job = about(&inside, card, room.width());
        inside.add(Label::new(job));
    }
    response.on_hover_text(&card.about).clicked()
}

/// The first two lines of what there is to see in a scene.
fn about(ui: &Ui, card: &Card, width: f32) -> LayoutJob {
    let colour = theme::tokens(ui.visuals()).muted_text;
    let mut job = LayoutJob::simple(card.about.clone(), TextStyle::Small.resolve(ui.style()), colour, width);
    job.wrap.max_rows = 2;
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_has_a_title_a_text_and_a_picture() {
        let ctx = egui::Context::default();
        let mut cards = Cards::new();
        let count = cards.labs.iter().map(|(_, cards)| cards.len()).sum::<usize>();
        for _ in 0..count {
            cards.decode_some(&ctx);
        }
        for card in cards.labs.iter().flat_map(|(_, cards)| cards) {
            assert!(!card.title.is_empty() && !card.about.is_empty(), "{}", card.id);
            let [width, height] = card.texture.as_ref().unwrap().size();
            assert!(width >= 200 && height >= 100, "{} has no picture", card.id);
        }
        assert_eq!(cards.labs.len(), labs::ALL.len());
    }
}
