//! Running text with formulas and live numbers in its lines, as lessons have it.
//!
//! Words and formulas are set on a common baseline, line by line; egui's own wrapping knows neither.

use std::sync::Arc;

use egui::{Color32, FontId, FontSelection, Galley, Response, RichText, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::formula::{self, Formula, Inline};
use super::{format, theme};
use crate::lessons::text::{self, Block, Span};

/// Digits of live numbers.
const DIGITS: usize = 3;
/// Space between lines relative to the text's size.
const LEADING: f32 = 0.3;
/// Width of an em of a formula that is not typeset yet, for each letter of its LaTeX.
const GUESS: f32 = 0.45;

/// Live readings, by name.
pub type Values<'a> = &'a dyn Fn(&str) -> Option<f64>;

/// How running text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Its size in points.
    pub size: f32,
    /// Its colour; the theme's if left out.
    pub colour: Option<Color32>,
    /// Whether all of it is strong.
    pub strong: bool,
}

impl Look {
    /// The text of a panel.
    pub fn body(ui: &Ui) -> Self {
        Self { size: TextStyle::Body.resolve(ui.style()).size, colour: None, strong: false }
    }

    /// The same in another colour.
    #[must_use]
    pub fn coloured(self, colour: Color32) -> Self {
        Self { colour: Some(colour), ..self }
    }
}

/// Shows blocks one below the other.
pub fn blocks(ui: &mut Ui, blocks: &[Block], values: Values<'_>) {
    let look = Look::body(ui);
    let mut last_was_item = false;
    for (number, block) in blocks.iter().enumerate() {
        let is_item = matches!(block, Block::Item { .. });
        if number > 0 {
            ui.add_space(if is_item && last_was_item { 1.0 } else { 6.0 });
        }
        last_was_item = is_item;
        ui.push_id(("block", number), |ui| show_block(ui, block, look, values));
    }
}

fn show_block(ui: &mut Ui, block: &Block, look: Look, values: Values<'_>) {
    let tokens = theme::tokens(ui.visuals());
    match block {
        Block::Paragraph(text) => drop(paragraph(ui, text, look, values)),
        Block::Heading(text) => {
            ui.add_space(4.0);
            paragraph(ui, text, Look { size: look.size * 1.1, strong: true, ..look }, values);
        }
        Block::Item { depth, number, text } => {
            let indent = 14.0 * depth.saturating_sub(1) as f32;
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 5.0;
                ui.add_space(indent);
                let marker = number.map_or("•".to_owned(), |number| format!("{number}."));
                ui.label(RichText::new(marker).size(look.size).color(tokens.accent));
                ui.vertical(|ui| paragraph(ui, text, look, values));
            });
        }
        Block::Quote(text) => {
            let frame = egui::Frame::new().inner_margin(egui::Margin { left: 10, right: 4, top: 2, bottom: 2 });
            let shown = frame.show(ui, |ui| paragraph(ui, text, look, values));
            let bar = shown.response.rect;
            ui.painter().rect_filled(bar.with_max_x(bar.left() + 3.0), 1.5, tokens.accent);
        }
        Block::Formula(latex) => {
            let marked = formula::mark(latex, |_| None);
            Formula::new(&marked, latex).show(ui, |_| false);
        }
        Block::Code(code) => {
            let frame = egui::Frame::new().fill(ui.visuals().code_bg_color).corner_radius(4.0).inner_margin(8.0);
            frame.show(ui, |ui| {
                egui::ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| {
                    ui.add(egui::Label::new(RichText::new(code).monospace()).extend());
                });
            });
        }
    }
}

/// A word or a formula, set in a line.
struct Piece {
    drawn: Drawn,
    width: f32,
    ascent: f32,
    descent: f32,
    /// Space before it, and so whether a line may end there; none within a word.
    gap: Option<f32>,
    /// What the pointer opens, and the underline.
    link: Option<String>,
}

enum Drawn {
    Words(Arc<Galley>, Color32),
    Formula(Inline, Color32),
    /// A formula that is not there yet.
    Nothing,
    /// The end of a line.
    Break,
}

/// Shows one paragraph over the width there is. The response is named by its words.
pub fn paragraph(ui: &mut Ui, spans: &[Span], look: Look, values: Values<'_>) -> Response {
    let pieces = pieces(ui, spans, look, values);
    let width = ui.available_width().max(40.0);
    let lines = lines(&pieces, width);
    let leading = LEADING * look.size;
    let least = [0.95 * look.size, 0.25 * look.size];
    let metrics: Vec<[f32; 2]> = lines
        .iter()
        .map(|line| {
            line.iter().fold(least, |[up, down], (index, _)| {
                let piece = &pieces[*index];
                [up.max(piece.ascent), down.max(piece.descent)]
            })
        })
        .collect();
    let height: f32 = metrics.iter().map(|[up, down]| up + down + leading).sum();
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let spoken = || {
        let value = |name: &str| values(name).map_or("no value".to_owned(), |value| format::number(value, DIGITS));
        text::spoken(spans, value)
    };
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, spoken()));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let mut top = rect.top();
    for (line, [up, down]) in lines.iter().zip(&metrics) {
        let baseline = top + up + leading / 2.0;
        for (index, x) in line {
            draw(ui, &pieces[*index], *index, pos2(rect.left() + x, baseline), &response);
        }
        top += up + down + leading;
    }
    response
}

fn draw(ui: &Ui, piece: &Piece, index: usize, place: egui::Pos2, paragraph: &Response) {
    match &piece.drawn {
        Drawn::Words(galley, colour) => {
            let corner = place - vec2(0.0, piece.ascent);
            ui.painter().galley(corner, Arc::clone(galley), *colour);
            if let Some(url) = &piece.link {
                let area = egui::Rect::from_min_size(corner, galley.size());
                let response = ui.interact(area, paragraph.id.with(index), Sense::click());
                response.widget_info(|| WidgetInfo::labeled(egui::Role::Link, true, galley.text()));
                ui.painter().hline(area.x_range(), place.y + 2.0, egui::Stroke::new(1.0, *colour));
                if response.on_hover_text(url).clicked() {
                    ui.ctx().open_url(egui::OpenUrl::new_tab(url));
                }
            }
        }
        Drawn::Formula(inline, colour) => inline.paint(ui, place, *colour),
        Drawn::Nothing | Drawn::Break => {}
    }
}

/// Which pieces are in which line, each with its place along it.
fn lines(pieces: &[Piece], width: f32) -> Vec<Vec<(usize, f32)>> {
    let mut lines = vec![Vec::new()];
    let mut x = 0.0;
    let mut index = 0;
    while index < pieces.len() {
        if matches!(pieces[index].drawn, Drawn::Break) {
            lines.push(Vec::new());
            x = 0.0;
            index += 1;
            continue;
        }
        // What no line may end in goes together.
        let glued =
            pieces[index + 1..].iter().take_while(|piece| piece.gap.is_none() && !matches!(piece.drawn, Drawn::Break));
        let end = index + 1 + glued.count();
        let together: f32 = pieces[index..end].iter().map(|piece| piece.width).sum();
        let gap = pieces[index].gap.unwrap_or(0.0);
        if x > 0.0 && x + gap + together > width {
            lines.push(Vec::new());
            x = 0.0;
        } else if x > 0.0 {
            x += gap;
        }
        for (offset, piece) in pieces[index..end].iter().enumerate() {
            if let Some(line) = lines.last_mut() {
                line.push((index + offset, x));
            }
            x += piece.width;
        }
        index = end;
    }
    lines
}

fn pieces(ui: &Ui, spans: &[Span], look: Look, values: Values<'_>) -> Vec<Piece> {
    let tokens = theme::tokens(ui.visuals());
    let strong_colour = ui.visuals().strong_text_color();
    let plain = look.colour.unwrap_or(if look.strong { strong_colour } else { ui.visuals().text_color() });
    let mut setter = Setter { ui, pieces: Vec::new(), gap: None, space: 0.27 * look.size };
    for span in spans {
        match span {
            Span::Words { text, strong, emphasis, code } => {
                let style = WordStyle {
                    font: if *code { FontId::monospace(0.92 * look.size) } else { FontId::proportional(look.size) },
                    colour: if *strong && look.colour.is_none() { strong_colour } else { plain },
                    italics: *emphasis,
                    background: if *code { ui.visuals().code_bg_color } else { Color32::TRANSPARENT },
                    heavy: *strong || look.strong,
                };
                setter.words(text, &style, None);
            }
            Span::Link { text, url } => {
                let style = WordStyle {
                    font: FontId::proportional(look.size),
                    colour: ui.visuals().hyperlink_color,
                    italics: false,
                    background: Color32::TRANSPARENT,
                    heavy: false,
                };
                setter.words(text, &style, Some(url));
            }
            Span::Reading(name) => {
                let text = values(name).map_or("–".to_owned(), |value| format::number(value, DIGITS));
                let style = WordStyle {
                    font: FontId::monospace(0.95 * look.size),
                    colour: tokens.accent,
                    italics: false,
                    background: ui.visuals().code_bg_color,
                    heavy: false,
                };
                setter.words(&text, &style, None);
            }
            Span::Formula(latex) => setter.formula(latex, look.size, plain, tokens.error),
            Span::Break => setter.push(Drawn::Break, [0.0; 3], None),
        }
    }
    setter.pieces
}

struct WordStyle {
    font: FontId,
    colour: Color32,
    italics: bool,
    background: Color32,
    heavy: bool,
}

/// Sets words and formulas one after the other.
struct Setter<'a> {
    ui: &'a Ui,
    pieces: Vec<Piece>,
    /// Space before the next piece, if there is any.
    gap: Option<f32>,
    space: f32,
}

impl Setter<'_> {
    fn push(&mut self, drawn: Drawn, [width, ascent, descent]: [f32; 3], link: Option<&String>) {
        let gap = self.gap.take();
        self.pieces.push(Piece { drawn, width, ascent, descent, gap, link: link.cloned() });
    }

    fn words(&mut self, text: &str, style: &WordStyle, link: Option<&String>) {
        if text.starts_with(char::is_whitespace) {
            self.gap = Some(self.space);
        }
        for (number, word) in text.split_whitespace().enumerate() {
            if number > 0 {
                self.gap = Some(self.space);
            }
            let mut job = egui::text::LayoutJob::default();
            let mut rich =
                RichText::new(word).font(style.font.clone()).color(style.colour).background_color(style.background);
            if style.italics {
                rich = rich.italics();
            }
            if style.heavy {
                rich = rich.strong().color(style.colour);
            }
            rich.append_to(&mut job, self.ui.style(), FontSelection::Default, egui::Align::Center);
            job.wrap.max_width = f32::INFINITY;
            let galley = self.ui.painter().layout_job(job);
            let first = galley.rows.first().and_then(|row| row.glyphs.first().map(|glyph| row.pos.y + glyph.pos.y));
            let ascent = first.unwrap_or(galley.size().y);
            let size = galley.size();
            self.push(Drawn::Words(galley, style.colour), [size.x, ascent, size.y - ascent], link);
        }
        if text.ends_with(char::is_whitespace) {
            self.gap = Some(self.space);
        }
    }

    fn formula(&mut self, latex: &str, size: f32, colour: Color32, error: Color32) {
        match formula::inline(self.ui.ctx(), latex, size) {
            Ok(Some(inline)) => {
                let measures = [inline.width(), inline.ascent(), inline.descent()];
                self.push(Drawn::Formula(inline, colour), measures, None);
            }
            Ok(None) => {
                let width = GUESS * size * latex.chars().filter(|c| c.is_alphanumeric()).count() as f32;
                self.push(Drawn::Nothing, [width, size, 0.3 * size], None);
            }
            Err(_) => {
                let style = WordStyle {
                    font: FontId::monospace(0.92 * size),
                    colour: error,
                    italics: false,
                    background: Color32::TRANSPARENT,
                    heavy: false,
                };
                self.words(latex, &style, None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(width: f32, gap: Option<f32>) -> Piece {
        Piece { drawn: Drawn::Nothing, width, ascent: 1.0, descent: 0.0, gap, link: None }
    }

    #[test]
    fn lines_end_only_at_spaces() {
        let pieces = [piece(30.0, None), piece(30.0, Some(5.0)), piece(10.0, None), piece(30.0, Some(5.0))];
        let lines = lines(&pieces, 70.0);
        let places: Vec<Vec<usize>> = lines.iter().map(|line| line.iter().map(|(index, _)| *index).collect()).collect();
        assert_eq!(places, [vec![0], vec![1, 2], vec![3]], "a comma stays with its word");
        assert_eq!(lines[1][1].1, 30.0);
    }

    #[test]
    fn what_is_wider_than_the_panel_has_a_line_of_its_own() {
        let lines = lines(&[piece(10.0, None), piece(200.0, Some(5.0)), piece(10.0, Some(5.0))], 70.0);
        assert_eq!(lines.len(), 3);
    }
}
