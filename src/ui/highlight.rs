//! What the user points at, known to every view of it: a symbol in a formula, a layer of the picture, a curve of a plot.
//!
//! Whoever is pointed at says so in each frame with [`set`]; whoever shows the same thing asks [`is`]. A thing is known by
//! a word, such as "layer:Arrows", "chart:Correlation" or "reading:Noise". The answer is that of the latest frame, so that the order of drawing does not matter.

use egui::{Context, Id, Rect, Stroke, StrokeKind, Ui};

use super::theme;

/// A word, and the pass in which it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pointed {
    what: String,
    pass: u64,
}

fn key() -> Id {
    Id::unique("what is pointed at")
}

/// Says that `what` is pointed at in this frame.
pub fn set(ctx: &Context, what: &str) {
    let pass = ctx.cumulative_pass_nr();
    let before = current(ctx);
    ctx.data_mut(|data| data.insert_temp(key(), Pointed { what: what.to_owned(), pass }));
    if before.as_deref() != Some(what) {
        // What was drawn earlier in this frame does not know yet.
        ctx.request_repaint();
    }
}

/// What is pointed at, if anything.
pub fn current(ctx: &Context) -> Option<String> {
    let pass = ctx.cumulative_pass_nr();
    let pointed = ctx.data(|data| data.get_temp::<Pointed>(key()))?;
    (pointed.pass + 1 >= pass).then_some(pointed.what)
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
        let stroke = Stroke::new(1.0, theme::tokens(ui.visuals()).selection);
        ui.painter().rect_stroke(place.expand(2.0), 3.0, stroke, StrokeKind::Outside);
    }
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
