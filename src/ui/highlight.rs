//! What the user points at, known to every view of it: a symbol in a formula, a layer of the picture, a curve of a plot.
//!
//! Whoever is pointed at says so in each frame with [`set`]; whoever shows the same thing asks [`is`]. A thing is known by
//! a word, such as "layer:Arrows", "pane:growth", "chart:Correlation chart" or "reading:Noise". The answer is that of the latest frame, so that the order of drawing does not matter.

use egui::{Context, Id, Rect, Stroke, StrokeKind, Ui};

use super::theme;

/// A word, and the pass in which it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pointed {
    what: String,
    pass: u64,
}

/// The latest word, and that of the pass before it: while a frame is drawn, everybody is told the word of the frame before.
#[derive(Debug, Clone, Default)]
struct Words {
    now: Option<Pointed>,
    last: Option<Pointed>,
}

fn key() -> Id {
    Id::unique("what is pointed at")
}

/// Says that `what` is pointed at in this frame. Of several words in one frame the latest holds: what lies within something
/// else speaks after it.
pub fn set(ctx: &Context, what: &str) {
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| {
        let words = data.get_temp_mut_or_default::<Words>(key());
        if words.now.as_ref().is_none_or(|now| now.pass != pass) {
            words.last = words.now.take();
        }
        words.now = Some(Pointed { what: what.to_owned(), pass });
    });
}

/// What was pointed at in the latest frame, if anything. An event is always followed by a frame without one, so that this
/// is up to date on screen without a repaint of our own.
pub fn current(ctx: &Context) -> Option<String> {
    let pass = ctx.cumulative_pass_nr();
    let words = ctx.data(|data| data.get_temp::<Words>(key()))?;
    let latest = if words.now.as_ref().is_some_and(|now| now.pass == pass) { words.last } else { words.now };
    latest.filter(|word| word.pass + 1 >= pass).map(|word| word.what)
}

/// Whether `what` is pointed at.
pub fn is(ctx: &Context, what: &str) -> bool {
    current(ctx).is_some_and(|current| current == what)
}

/// Ties `place`, already drawn, to `what`: over it the pointer points at it, and it is outlined where something else does.
pub fn link(ui: &Ui, what: &str, place: Rect) {
    if ui.rect_contains_pointer(place) {
        set(ui.ctx(), what);
    } else if is(ui.ctx(), what) {
        outline(ui, place.expand(2.0));
    }
}

/// Marks `place` as what is pointed at elsewhere.
pub fn outline(ui: &Ui, place: Rect) {
    let stroke = Stroke::new(1.5, theme::tokens(ui.visuals()).selection);
    ui.painter().rect_stroke(place, 3.0, stroke, StrokeKind::Inside);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_holds_for_the_next_frame_and_no_longer() {
        let ctx = Context::default();
        let mut seen = Vec::new();
        for frame in 0..5 {
            let mut now = (false, false);
            let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
                now.0 = is(ui.ctx(), "curve:a");
                if frame == 1 || frame == 2 {
                    set(ui.ctx(), "curve:a");
                }
                now.1 = is(ui.ctx(), "curve:b");
            });
            output.textures_delta.clear();
            seen.push(now);
        }
        assert_eq!(seen, [(false, false), (false, false), (true, false), (true, false), (false, false)]);
    }
}
