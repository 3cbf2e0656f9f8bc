//! How tabs and panes look, and what is done with them by pointer.

use egui::{
    Align2, Color32, CornerRadius, Frame, Id, Margin, Rect, Response, Role, Sense, Stroke, TextStyle, Ui, Visuals,
    WidgetInfo, WidgetText, vec2,
};
use egui_tiles::{Behavior, EditAction, SimplificationOptions, TabState, Tile, TileId, UiResponse};

use super::{Pane, Wish};
use crate::ui::{highlight, theme};

/// Height of a tab bar, in points.
const TAB_HEIGHT: f32 = 27.0;
/// Room between two panes, which their border is dragged by.
pub(super) const GAP: f32 = 6.0;
/// Least side of a pane that has room for anything, in points.
const LEAST_SIZE: f32 = 40.0;
/// Height of the line on the tab in front.
const MARK: f32 = 2.0;

/// The tiles while they are drawn.
pub(super) struct Drawn<'a> {
    pub panes: &'static [Pane],
    pub draw: &'a mut dyn FnMut(&mut Ui, &'static str),
    /// Set when the user changes the layout.
    pub edited: &'a mut bool,
    /// Set to the pane that the pointer is over.
    pub under_pointer: &'a mut Option<&'static str>,
    /// Set to what the menu of a tab was asked for.
    pub wish: &'a mut Option<Wish>,
}

/// Draws a pane with its background and margin.
pub(super) fn pane(ui: &mut Ui, draw: impl FnOnce(&mut Ui)) {
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, CornerRadius::ZERO, ui.visuals().panel_fill);
    if rect.width() < LEAST_SIZE || rect.height() < LEAST_SIZE {
        return;
    }
    Frame::new().inner_margin(Margin::symmetric(8, 6)).show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        ui.shrink_clip_rect(rect);
        draw(ui);
    });
}

/// Number of panes that are laid out.
pub(super) fn count_open(tiles: &egui_tiles::Tiles<String>) -> usize {
    tiles.iter().filter(|(id, tile)| tile.is_pane() && tiles.is_visible(**id)).count()
}

impl Drawn<'_> {
    fn find(&self, id: &str) -> Option<&'static Pane> {
        self.panes.iter().find(|pane| pane.id == id)
    }

    fn hide(&mut self, tiles: &mut egui_tiles::Tiles<String>, tile: TileId) {
        if count_open(tiles) > 1 {
            tiles.set_visible(tile, false);
            *self.edited = true;
        }
    }
}

impl Behavior<String> for Drawn<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, id: &mut String) -> UiResponse {
        if let Some(known) = self.find(id) {
            let word = format!("pane:{}", known.id);
            let place = ui.max_rect();
            // Said first, so that what is within the pane may say something more exact.
            if ui.rect_contains_pointer(place) {
                highlight::set(ui.ctx(), &word);
                *self.under_pointer = Some(known.id);
            }
            pane(ui, |ui| (self.draw)(ui, known.id));
            if highlight::is(ui.ctx(), &word) && !ui.rect_contains_pointer(place) {
                highlight::outline(ui, place.shrink(1.0));
            }
        }
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, id: &String) -> WidgetText {
        self.find(id).map_or("", |pane| pane.name).into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut egui_tiles::Tiles<String>,
        ui: &mut Ui,
        id: Id,
        tile: TileId,
        state: &TabState,
    ) -> Response {
        let pane = tiles.get_pane(&tile).and_then(|id| self.find(id));
        // A container within a tab bar goes by the names of what it holds.
        let name = pane.map_or_else(|| names_within(self, tiles, tile), |pane| pane.name.to_owned());
        let font = TextStyle::Body.resolve(ui.style());
        let galley = ui.painter().layout_no_wrap(name.clone(), font, Color32::PLACEHOLDER);
        let (_, rect) = ui.allocate_space(vec2(galley.size().x + 24.0, ui.available_height()));
        let response = ui.interact(rect, id, Sense::click_and_drag()).on_hover_cursor(egui::CursorIcon::Grab);
        response.widget_info(|| WidgetInfo::selected(Role::Tab, ui.is_enabled(), state.active, &name));
        if ui.is_rect_visible(rect) && !state.is_being_dragged {
            paint_tab(ui, rect, &response, state.active, galley);
        }
        let Some(pane) = pane else { return response };
        if response.middle_clicked() {
            self.hide(tiles, tile);
        }
        response.context_menu(|ui| {
            let items = [("Export", Wish::Export(pane.id), "…"), ("Copy picture of", Wish::Copy(pane.id), "")];
            for (does, wish, end) in items {
                if ui.button(format!("{does} {}{end}", pane.name)).clicked() {
                    *self.wish = Some(wish);
                    ui.close();
                }
            }
            ui.separator();
            if ui.add_enabled(count_open(tiles) > 1, egui::Button::new(format!("Hide {}", pane.name))).clicked() {
                self.hide(tiles, tile);
                ui.close();
            }
            ui.weak("The View menu brings it back.");
        });
        let hint = if pane.about.is_empty() { "Drag to put the pane elsewhere" } else { pane.about };
        response.on_hover_text(hint)
    }

    fn retain_pane(&mut self, id: &String) -> bool {
        self.find(id).is_some()
    }

    fn tab_bar_height(&self, _: &egui::Style) -> f32 {
        TAB_HEIGHT
    }

    fn gap_width(&self, _: &egui::Style) -> f32 {
        GAP
    }

    fn min_size(&self) -> f32 {
        96.0
    }

    fn tab_bar_color(&self, visuals: &Visuals) -> Color32 {
        bar_colour(visuals)
    }

    fn tab_bar_hline_stroke(&self, visuals: &Visuals) -> Stroke {
        Stroke::new(1.0, visuals.widgets.noninteractive.bg_stroke.color)
    }

    fn drag_preview_stroke(&self, visuals: &Visuals) -> Stroke {
        Stroke::new(2.0, theme::tokens(visuals).accent)
    }

    fn drag_preview_color(&self, visuals: &Visuals) -> Color32 {
        theme::tokens(visuals).accent.gamma_multiply(0.25)
    }

    /// Panes are dragged, not whole tab bars: their bare background would be a nameless stop for the keyboard.
    fn is_tile_draggable(&self, tiles: &egui_tiles::Tiles<String>, tile: TileId) -> bool {
        tiles.get_pane(&tile).is_some()
    }

    /// Borders are dragged by widgets of our own, which have names and take arrow keys.
    fn is_container_resizable(&self, _: &egui_tiles::Tiles<String>, _: TileId) -> bool {
        false
    }

    fn resize_stroke(&self, _: &egui::Style, _: egui_tiles::ResizeState) -> Stroke {
        Stroke::NONE
    }

    /// Ctrl+Tab goes to the next scene.
    fn cycle_tabs_with_keyboard(&self) -> bool {
        false
    }

    fn on_edit(&mut self, action: EditAction) {
        *self.edited |= action != EditAction::TileDragged;
    }

    fn simplification_options(&self) -> SimplificationOptions {
        // Every pane has a tab, so that it can be dragged wherever the user wants it.
        SimplificationOptions { all_panes_must_have_tabs: true, ..SimplificationOptions::default() }
    }
}

fn bar_colour(visuals: &Visuals) -> Color32 {
    visuals.panel_fill.lerp_to_gamma(visuals.widgets.inactive.bg_fill, 0.55)
}

fn paint_tab(ui: &Ui, rect: Rect, response: &Response, active: bool, galley: std::sync::Arc<egui::Galley>) {
    let visuals = ui.visuals();
    let tokens = theme::tokens(visuals);
    let lit = response.hovered() || response.has_focus();
    let painter = ui.painter();
    if active {
        painter.rect_filled(rect, CornerRadius::ZERO, visuals.panel_fill);
        painter.rect_filled(rect.with_max_y(rect.top() + MARK), CornerRadius::ZERO, tokens.accent);
        let line = Stroke::new(1.0, visuals.widgets.noninteractive.bg_stroke.color);
        painter.vline(rect.left() + 0.5, rect.y_range(), line);
        painter.vline(rect.right() - 0.5, rect.y_range(), line);
    } else if lit {
        painter.rect_filled(rect, CornerRadius::ZERO, visuals.widgets.hovered.bg_fill.gamma_multiply(0.6));
    }
    if response.has_focus() {
        let inner = rect.shrink(2.0);
        painter.rect_stroke(inner, 2.0, Stroke::new(1.5, tokens.selection), egui::StrokeKind::Inside);
    }
    let colour = match (active, lit) {
        (true, _) => visuals.strong_text_color(),
        (false, true) => visuals.text_color(),
        (false, false) => tokens.muted_text,
    };
    let place = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect);
    painter.galley(place.min, galley, colour);
}

/// Names of the panes within a container: "Data, Model".
fn names_within(drawn: &Drawn<'_>, tiles: &egui_tiles::Tiles<String>, tile: TileId) -> String {
    match tiles.get(tile) {
        Some(Tile::Pane(id)) => drawn.find(id).map_or("", |pane| pane.name).to_owned(),
        Some(Tile::Container(container)) => {
            let names: Vec<String> = container.children().map(|child| names_within(drawn, tiles, *child)).collect();
            names.join(", ")
        }
        None => String::new(),
    }
}
