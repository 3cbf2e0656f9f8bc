//! Collapsible sections of side panels, and switches.

use egui::collapsing_header::CollapsingState;
use egui::{Response, RichText, Ui};

use super::{icon, theme};

/// A part of a side panel under a heading, optionally with a switch in the heading.
pub struct Section<'a> {
    heading: &'a str,
    help: &'a str,
    open: bool,
    switch: Option<&'a mut bool>,
}

/// What happened to a [`Section`].
pub struct SectionResponse<R> {
    /// The switch was turned.
    pub switched: bool,
    /// What the body returned, if it was open.
    pub body: Option<R>,
}

impl<'a> Section<'a> {
    /// A section, open at first. `heading` must differ from those of the same panel.
    pub fn new(heading: &'a str) -> Self {
        Self { heading, help: "", open: true, switch: None }
    }

    /// What the section is for, shown when the pointer rests on the heading.
    #[must_use]
    pub fn help(mut self, help: &'a str) -> Self {
        self.help = help;
        self
    }

    /// Whether it is open at first; afterwards the user decides.
    #[must_use]
    pub fn open(mut self, open: bool) -> Self {
        self.open = open;
        self
    }

    /// Adds a switch at the right end of the heading.
    #[must_use]
    pub fn switch(mut self, on: &'a mut bool) -> Self {
        self.switch = Some(on);
        self
    }

    /// Draws the heading and, if open, the body.
    pub fn show<R>(self, ui: &mut Ui, body: impl FnOnce(&mut Ui) -> R) -> SectionResponse<R> {
        let Self { heading, help, open, switch } = self;
        ui.push_id(("section", heading), |ui| {
            let id = ui.scope_id().with("open");
            let mut state = CollapsingState::load_with_default_open(ui.ctx(), id, open);
            let mut switched = false;
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                let title = RichText::new(heading).strong().size(14.5);
                let arrow = if state.is_open() { icon::open } else { icon::closed };
                let colour = theme::tokens(ui.visuals()).muted_text;
                let (square, _) = ui.allocate_exact_size(egui::vec2(10.0, 10.0), egui::Sense::hover());
                icon::paint(ui.painter(), square, colour, arrow);
                let header = ui.add(egui::Button::new(title).frame(false));
                let header = if help.is_empty() { header } else { header.on_hover_text(help) };
                if header.clicked() {
                    state.toggle(ui);
                }
                if let Some(on) = switch {
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        switched = switch_widget(ui, on, &format!("Show {}", heading.to_lowercase()), help).changed();
                    });
                }
            });
            let shown = state.show_body_unindented(ui, |ui| {
                egui::Frame::new()
                    .inner_margin(egui::Margin { left: 2, right: 0, top: 2, bottom: 6 })
                    .show(ui, body)
                    .inner
            });
            state.store(ui.ctx());
            ui.add_space(2.0);
            ui.separator();
            SectionResponse { switched, body: shown.map(|shown| shown.inner) }
        })
        .inner
    }
}

/// A check box with its label and an explanation on hover. Returns whether it was turned.
pub fn toggle(ui: &mut Ui, on: &mut bool, label: &str, hint: &str) -> bool {
    ui.checkbox(on, label).on_hover_text(hint).changed()
}

/// A small sliding switch. `name` is what a screen reader says.
pub fn switch_widget(ui: &mut Ui, on: &mut bool, name: &str, hint: &str) -> Response {
    let size = egui::vec2(30.0, 17.0);
    let (rect, mut response) = ui.allocate_exact_size(size, egui::Sense::click());
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, ui.is_enabled(), *on, name));
    if ui.is_rect_visible(rect) {
        let tokens = theme::tokens(ui.visuals());
        let visuals = ui.style().interact(&response);
        let along = ui.ctx().animate_bool_responsive(response.id, *on);
        let radius = rect.height() / 2.0;
        let rail = visuals.bg_fill.lerp_to_gamma(tokens.accent, along);
        ui.painter().rect_filled(rect, radius, rail);
        if response.has_focus() {
            let stroke = egui::Stroke::new(1.5, tokens.selection);
            ui.painter().rect_stroke(rect, radius, stroke, egui::StrokeKind::Outside);
        }
        let x = egui::lerp(rect.left() + radius..=rect.right() - radius, along);
        let knob = if *on { theme::readable_on(rail) } else { tokens.muted_text };
        ui.painter().circle_filled(egui::pos2(x, rect.center().y), radius - 3.5, knob);
    }
    if hint.is_empty() { response } else { response.on_hover_text(hint) }
}
