//! Short messages that come up in a corner: what was done, or what did not work and why.

use egui::{Align2, Area, Frame, Label, Order, RichText, Stroke, Ui, vec2};

use crate::ui::icon::{self, Look, icon_button};
use crate::ui::theme;

/// How much a message matters, and so how long it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Something was done.
    Done,
    /// Something the user should know.
    Warning,
    /// Something did not work; nothing was changed.
    Error,
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// How much it matters.
    pub weight: Weight,
    /// One plain sentence.
    pub text: String,
    until_secs: Option<f64>,
}

/// The messages on screen, oldest first.
#[derive(Debug, Default)]
pub struct Messages {
    shown: Vec<Message>,
}

/// More than this would cover the picture.
const MOST: usize = 5;

impl Weight {
    fn secs(self) -> f64 {
        match self {
            Self::Done => 4.0,
            Self::Warning => 10.0,
            Self::Error => 15.0,
        }
    }
}

impl Messages {
    /// Shows `text`, once: a sentence that is already there stays longer instead.
    pub fn add(&mut self, weight: Weight, text: impl Into<String>) {
        let text = text.into();
        self.shown.retain(|message| message.text != text);
        self.shown.push(Message { weight, text, until_secs: None });
        let surplus = self.shown.len().saturating_sub(MOST);
        self.shown.drain(..surplus);
    }

    /// The messages on screen, oldest first.
    pub fn shown(&self) -> &[Message] {
        &self.shown
    }

    /// Draws them at the lower right of `ui`'s rectangle and drops those whose time is up.
    pub(super) fn show(&mut self, ui: &Ui) {
        let now = ui.input(|input| input.time);
        for message in &mut self.shown {
            message.until_secs.get_or_insert(now + message.weight.secs());
        }
        self.shown.retain(|message| message.until_secs.is_none_or(|until| until > now));
        let Some(next) = self.shown.iter().filter_map(|message| message.until_secs).reduce(f64::min) else { return };
        ui.ctx().request_repaint_after_secs((next - now) as f32 + 0.01);

        let corner = ui.max_rect().right_bottom() - vec2(16.0, 16.0);
        let area = Area::new(egui::Id::unique("messages")).order(Order::Foreground);
        area.pivot(Align2::RIGHT_BOTTOM).fixed_pos(corner).show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            ui.set_max_width(420.0);
            self.shown.retain(|message| !card(ui, message));
        });
    }
}

/// Draws one message; returns whether it was closed.
fn card(ui: &mut Ui, message: &Message) -> bool {
    let tokens = theme::tokens(ui.visuals());
    let colour = match message.weight {
        Weight::Done => tokens.ok,
        Weight::Warning => tokens.warning,
        Weight::Error => tokens.error,
    };
    let frame = Frame::popup(ui.style()).stroke(Stroke::new(1.0, colour)).inner_margin(10.0);
    let shown = frame.show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().interact_size.y = 16.0;
            let (dot, _) = ui.allocate_exact_size(vec2(8.0, 18.0), egui::Sense::hover());
            ui.painter().circle_filled(dot.center(), 4.0, colour);
            ui.add_sized_label(&message.text);
            icon_button(ui, icon::close, Look::Plain, "Dismiss message", "Dismiss").clicked()
        })
        .inner
    });
    shown.inner
}

trait SizedLabel {
    fn add_sized_label(&mut self, text: &str);
}

impl SizedLabel for Ui {
    /// A label that wraps at the card's width and takes no more than it needs.
    fn add_sized_label(&mut self, text: &str) {
        let width = 340.0;
        self.scope(|ui| {
            ui.set_max_width(width);
            ui.add(Label::new(RichText::new(text)).wrap());
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_sentence_is_shown_once() {
        let mut messages = Messages::default();
        for _ in 0..3 {
            messages.add(Weight::Error, "The disk is full.");
        }
        assert_eq!(messages.shown().len(), 1);
        for i in 0..20 {
            messages.add(Weight::Done, format!("Saved {i}."));
        }
        assert_eq!(messages.shown().len(), MOST);
        assert_eq!(messages.shown()[MOST - 1].text, "Saved 19.");
    }
}
