//! Short texts with subscripts and superscripts: "t_S", "e^−τ", "P_{t+1}".
//!
//! For names in charts, legends and read-outs; whole formulas are set by [`super::formula`].

use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Color32, FontId, Label, Response, TextStyle, Ui};

use super::theme;

/// Size of an index, relative to the text's.
const SMALL: f32 = 0.74;

/// Where a piece of text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Line,
    Below,
    Above,
}

/// The text as a job of one paragraph.
///
/// `_` and `^` after a letter or closing bracket lower and raise what stands in braces or brackets behind them, or else a sign
/// and the letters and digits that follow. Other text is left as it is.
pub fn job(text: &str, font: FontId, colour: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (piece, place) in pieces(text) {
        let (share, valign) = match place {
            Place::Line => (1.0, Align::Center),
            Place::Below => (SMALL, Align::BOTTOM),
            Place::Above => (SMALL, Align::TOP),
        };
        let size = font.size * share;
        let font_id = FontId::new(size, font.family.clone());
        // A line lower than the letters lets indices hang out of the text's line, by half of the difference.
        let line_height = (place != Place::Line).then_some(0.8 * size);
        job.append(piece, 0.0, TextFormat { font_id, color: colour, valign, line_height, ..Default::default() });
    }
    job
}

/// The text in the style's font, in the colour of running text.
pub fn styled(ui: &Ui, text: &str, style: &TextStyle) -> LayoutJob {
    job(text, style.resolve(ui.style()), ui.visuals().text_color())
}

/// A muted text in small letters.
pub fn muted(ui: &Ui, text: &str) -> LayoutJob {
    job(text, TextStyle::Small.resolve(ui.style()), theme::tokens(ui.visuals()).muted_text)
}

/// A muted line of small text, as below headings.
pub fn caption(ui: &mut Ui, text: &str) -> Response {
    let text = muted(ui, text);
    ui.add(Label::new(text).wrap())
}

fn pieces(text: &str) -> Vec<(&str, Place)> {
    let mut pieces = Vec::new();
    let (mut start, mut at, mut before) = (0, 0, ' ');
    while let Some(letter) = text[at..].chars().next() {
        let place = match letter {
            '_' => Place::Below,
            '^' => Place::Above,
            _ => Place::Line,
        };
        let behind = at + letter.len_utf8();
        let found = (place != Place::Line && has_index(before)).then(|| index(&text[behind..])).flatten();
        before = letter;
        let Some((piece, length)) = found else {
            at = behind;
            continue;
        };
        if start < at {
            pieces.push((&text[start..at], Place::Line));
        }
        pieces.push((piece, place));
        at = behind + length;
        start = at;
        before = ')';
    }
    if start < text.len() {
        pieces.push((&text[start..], Place::Line));
    }
    pieces
}

/// Whether an index may follow.
fn has_index(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, ')' | ']' | '*' | '\'')
}

/// The index at the start of `text`, and how many bytes it takes with its braces.
fn index(text: &str) -> Option<(&str, usize)> {
    for (open, close) in [('{', '}'), ('(', ')')] {
        if let Some(held) = text.strip_prefix(open) {
            let end = held.find(close)?;
            return (end > 0).then(|| (&held[..end], end + 2));
        }
    }
    let sign = text.chars().next().filter(|c| matches!(c, '+' | '−' | '-' | '±')).map_or(0, char::len_utf8);
    let letters = text[sign..].find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len() - sign);
    let length = sign + letters;
    (length > 0).then(|| (&text[..length], length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_found_and_other_text_is_left() {
        use Place::{Above, Below, Line};
        assert_eq!(pieces("t_S = 3"), [("t", Line), ("S", Below), (" = 3", Line)]);
        assert_eq!(pieces("±m*e^−τ."), [("±m*e", Line), ("−τ", Above), (".", Line)]);
        assert_eq!(pieces("P_{t+1}(μ)"), [("P", Line), ("t+1", Below), ("(μ)", Line)]);
        assert_eq!(pieces("N^(1+a)"), [("N", Line), ("1+a", Above)]);
        assert_eq!(pieces("R_+^2"), [("R", Line), ("+", Below), ("2", Above)]);
        assert_eq!(pieces("_a ^b x_ y^{} z_{"), [("_a ^b x_ y^{} z_{", Line)]);
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn every_letter_is_kept_but_the_marks() {
        let job = job("t_c, e^{−τ}", FontId::proportional(10.0), Color32::WHITE);
        assert_eq!(job.text, "tc, e−τ");
        assert_eq!(job.sections.len(), 4);
    }
}
