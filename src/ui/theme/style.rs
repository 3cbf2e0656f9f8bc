//! From a palette to egui's style: sizes, spacing, corners and widget colours.

use std::collections::BTreeMap;

use egui::epaint::Shadow;
use egui::style::{HandleShape, ScrollStyle, Selection, WidgetVisuals, Widgets};
use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, Style, TextStyle, Visuals, vec2};

use super::palette::Palette;

/// Rounding of buttons and fields.
const WIDGET_RADIUS: u8 = 5;
/// Rounding of windows, menus and cards.
const WINDOW_RADIUS: u8 = 8;

pub(super) fn style(palette: &Palette) -> Style {
    let mut style = Style { text_styles: text_styles(), visuals: visuals(palette), ..Style::default() };
    style.animation_time = 0.12;
    style.interaction.tooltip_delay = 0.35;
    style.interaction.selectable_labels = false;
    style.explanation_tooltips = false;

    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 6.0);
    spacing.button_padding = vec2(9.0, 4.0);
    spacing.interact_size = vec2(36.0, 24.0);
    spacing.slider_rail_height = 4.0;
    spacing.slider_width = 140.0;
    spacing.combo_width = 120.0;
    spacing.combo_height = 420.0;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = 6.0;
    spacing.indent = 14.0;
    spacing.window_margin = Margin::same(14);
    spacing.menu_margin = Margin::same(6);
    spacing.tooltip_width = 340.0;
    spacing.scroll = ScrollStyle::thin();
    style
}

fn text_styles() -> BTreeMap<TextStyle, FontId> {
    [
        (TextStyle::Small, FontId::new(11.5, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(14.0, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(14.0, FontFamily::Proportional)),
        (TextStyle::Heading, FontId::new(18.0, FontFamily::Proportional)),
        (TextStyle::Monospace, FontId::new(13.0, FontFamily::Monospace)),
    ]
    .into()
}

fn visuals(palette: &Palette) -> Visuals {
    let base = if palette.dark { Visuals::dark() } else { Visuals::light() };
    let shadow = |offset: i8, blur: u8, alpha: u8| Shadow {
        offset: [0, offset],
        blur,
        spread: 0,
        color: Color32::from_black_alpha(if palette.dark { alpha.saturating_mul(2) } else { alpha }),
    };
    Visuals {
        weak_text_color: Some(palette.tokens.muted_text),
        widgets: widgets(palette),
        selection: Selection { bg_fill: palette.selected, stroke: Stroke::new(1.0, palette.strong_text) },
        hyperlink_color: palette.tokens.accent,
        faint_bg_color: palette.button[0].gamma_multiply(0.35),
        extreme_bg_color: palette.sunken,
        code_bg_color: palette.button[0],
        warn_fg_color: palette.tokens.warning,
        error_fg_color: palette.tokens.error,
        window_corner_radius: CornerRadius::same(WINDOW_RADIUS),
        window_shadow: shadow(8, 28, 60),
        window_fill: palette.raised,
        window_stroke: Stroke::new(1.0, palette.line),
        window_highlight_topmost: false,
        menu_corner_radius: CornerRadius::same(WINDOW_RADIUS),
        popup_shadow: shadow(4, 14, 45),
        panel_fill: palette.panel,
        indent_has_left_vline: false,
        slider_trailing_fill: true,
        handle_shape: HandleShape::Circle,
        interact_cursor: None,
        ..base
    }
}

fn widgets(palette: &Palette) -> Widgets {
    let corner_radius = CornerRadius::same(WIDGET_RADIUS);
    let at = |fill: Color32, line: Color32, text: Color32, width: f32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, line),
        corner_radius,
        fg_stroke: Stroke::new(width, text),
        expansion: 0.0,
    };
    let [rest, hovered, pressed] = palette.button;
    Widgets {
        noninteractive: at(palette.panel, palette.line, palette.text, 1.0),
        inactive: at(rest, palette.button_line, palette.text, 1.2),
        hovered: at(hovered, palette.button_line, palette.strong_text, 1.4),
        active: at(pressed, palette.tokens.accent, palette.strong_text, 1.6),
        open: at(hovered, palette.button_line, palette.strong_text, 1.2),
    }
}
