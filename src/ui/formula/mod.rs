//! Typeset formulas whose symbols can be pointed at.

mod markup;
mod store;
mod typeset;

pub use markup::{MOST_SYMBOLS, Marked, mark, symbols};
pub use store::{Counts, counts, is_busy, of_texture};
pub use typeset::{FormulaError, Outline, Region, Typeset};

use egui::emath::GuiRounding as _;
use egui::{
    Color32, EventFilter, Key, Modifiers, Pos2, Rect, Response, RichText, Sense, Stroke, TextStyle, Ui, WidgetInfo,
    pos2, vec2,
};

use super::theme;
use store::Layout;

/// Size of formulas relative to the text around them.
const SIZE: f32 = 1.16;
/// How small a formula may become to fit its place, relative to [`SIZE`], before it scrolls.
const LEAST_FIT: f32 = 0.74;
/// Free space around a symbol that still belongs to it, in points.
const REACH: f32 = 1.5;

/// A formula.
pub struct Formula<'a> {
    marked: &'a Marked<'a>,
    spoken: &'a str,
}

/// A formula's symbol on screen.
pub struct SymbolOnScreen<'a> {
    /// Its identifier.
    pub id: &'a str,
    /// Its place, which the pointer may be over.
    pub response: Response,
    /// The keyboard has chosen it.
    pub chosen: bool,
}

impl<'a> Formula<'a> {
    /// A formula that reads aloud as `spoken`.
    pub fn new(marked: &'a Marked<'a>, spoken: &'a str) -> Self {
        Self { marked, spoken }
    }

    /// Draws the formula, as large as fits; a longer one scrolls sideways. Each symbol is a place of its own, which the
    /// caller names and explains; Tab reaches the formula, and arrow keys its symbols. `highlit` tells whether a symbol stands out.
    pub fn show(self, ui: &mut Ui, highlit: impl Fn(&str) -> bool) -> Vec<SymbolOnScreen<'a>> {
        let em = TextStyle::Body.resolve(ui.style()).size * SIZE;
        match store::layout(ui.ctx(), &self.marked.latex) {
            Layout::Ready(typeset) => {
                let room = ui.available_width();
                let fit = (room / (typeset.size[0] * em)).clamp(LEAST_FIT, 1.0);
                let em = em * fit;
                if typeset.size[0] * em <= room + 0.5 {
                    return self.draw(ui, &typeset, em, &highlit);
                }
                let area = egui::ScrollArea::horizontal().id_salt(&self.marked.latex).auto_shrink([false, true]);
                area.show(ui, |ui| self.draw(ui, &typeset, em, &highlit)).inner
            }
            Layout::Pending => {
                let (_, response) = ui.allocate_exact_size(vec2(ui.available_width(), 2.5 * em), Sense::hover());
                response.widget_info(|| info(self.spoken));
                Vec::new()
            }
            Layout::Failed(error) => {
                let colour = theme::tokens(ui.visuals()).error;
                let label = ui.label(RichText::new(&self.marked.latex).monospace().small().color(colour));
                label.on_hover_text(error.to_string());
                Vec::new()
            }
        }
    }

    fn draw(
        &self,
        ui: &mut Ui,
        typeset: &std::sync::Arc<Typeset>,
        em: f32,
        highlit: &impl Fn(&str) -> bool,
    ) -> Vec<SymbolOnScreen<'a>> {
        let size = vec2(typeset.size[0], typeset.size[1]) * em;
        let (place, response) = ui.allocate_exact_size(size, Sense::focusable_noninteractive());
        response.widget_info(|| info(self.spoken));
        let chosen = chosen(ui, &response, typeset.regions.len());
        if response.gained_focus() {
            response.scroll_to_me(None);
        }
        if !ui.is_rect_visible(place) {
            return Vec::new();
        }
        let scale = ui.ctx().pixels_per_point();
        // On whole pixels a picture made for this size is shown as it is.
        let corner: Pos2 = place.min.round_to_pixels(scale);
        let symbols: Vec<_> = typeset
            .regions
            .iter()
            .enumerate()
            .filter_map(|(index, region)| {
                let id = *self.marked.symbols.get(usize::from(region.marker).checked_sub(1)?)?;
                let [left, top, right, bottom] = region.edges.map(|edge| edge * em);
                let area = Rect::from_min_max(corner + vec2(left, top), corner + vec2(right, bottom)).expand(REACH);
                let response = ui.interact(area, response.id.with(region.marker), Sense::hover());
                Some(SymbolOnScreen { id, response, chosen: chosen == Some(index) })
            })
            .collect();
        let tokens = theme::tokens(ui.visuals());
        let stands_out =
            |symbol: &&SymbolOnScreen<'_>| symbol.response.hovered() || symbol.chosen || highlit(symbol.id);
        for symbol in symbols.iter().filter(stands_out) {
            ui.painter().rect(
                symbol.response.rect,
                2.0,
                tokens.selection.gamma_multiply(0.22),
                Stroke::new(1.0, tokens.selection),
                egui::StrokeKind::Outside,
            );
        }
        if let Some(texture) = store::picture(ui.ctx(), &self.marked.latex, typeset, em * scale) {
            let pixels = texture.size_vec2() / scale;
            let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
            let colour: Color32 = ui.visuals().strong_text_color();
            ui.painter().image(texture.id(), Rect::from_min_size(corner, pixels), whole, colour);
        }
        symbols
    }
}

/// Which of a formula's `count` symbols the arrow keys have chosen, while the formula has the keyboard.
fn chosen(ui: &Ui, formula: &Response, count: usize) -> Option<usize> {
    if !formula.has_focus() || count == 0 {
        return None;
    }
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(formula.id, filter));
    let pressed = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
    let (back, on) = (pressed(Key::ArrowLeft), pressed(Key::ArrowRight));
    ui.data_mut(|data| {
        let index: &mut usize = data.get_temp_mut_or_default(formula.id);
        *index = (*index + on).saturating_sub(back).min(count - 1);
        Some(*index)
    })
}

/// A formula within a line of text.
pub struct Inline {
    latex: String,
    typeset: std::sync::Arc<Typeset>,
    em: f32,
}

/// The formula in text style, for text of this size in points; `None` until it is typeset. A formula that cannot be
/// typeset is told by its error.
pub fn inline(ctx: &egui::Context, latex: &str, text_size: f32) -> Result<Option<Inline>, FormulaError> {
    let latex = format!("\\textstyle {latex}");
    match store::layout(ctx, &latex) {
        Layout::Ready(typeset) => Ok(Some(Inline { latex, typeset, em: text_size * SIZE })),
        Layout::Pending => Ok(None),
        Layout::Failed(error) => Err(error),
    }
}

impl Inline {
    /// Width in points.
    pub fn width(&self) -> f32 {
        self.typeset.size[0] * self.em
    }

    /// Height above the baseline in points.
    pub fn ascent(&self) -> f32 {
        (self.typeset.size[1] - self.typeset.depth) * self.em
    }

    /// Depth below the baseline in points.
    pub fn descent(&self) -> f32 {
        self.typeset.depth * self.em
    }

    /// Draws it with its left end on the baseline at `place`, as soon as its picture is there.
    pub fn paint(&self, ui: &Ui, place: Pos2, colour: Color32) {
        let scale = ui.ctx().pixels_per_point();
        let corner = (place - vec2(0.0, self.ascent())).round_to_pixels(scale);
        if let Some(texture) = store::picture(ui.ctx(), &self.latex, &self.typeset, self.em * scale) {
            let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
            ui.painter().image(texture.id(), Rect::from_min_size(corner, texture.size_vec2() / scale), whole, colour);
        }
    }
}

fn info(spoken: &str) -> WidgetInfo {
    WidgetInfo::labeled(egui::Role::Image, true, spoken)
}
