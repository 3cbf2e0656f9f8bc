//! Every colour of the program, and the sizes and spacing of its widgets.
//!
//! Three palettes: light, dark, and high contrast (for a weak projector or weak eyes). Widgets take their colours from
//! egui's visuals, which [`install`] sets; what the labs draw takes its colours from [`tokens`].

mod palette;
mod style;

pub use palette::Tokens;

use egui::{Color32, FontDefinitions, FontFamily, Theme, ThemePreference, Visuals};

/// Which palette the window uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// Light or dark, as the desktop says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// White and saturated colours on black, strong outlines.
    HighContrast,
}

impl ThemeChoice {
    /// Every choice, in the order of the menu.
    pub const ALL: [Self; 4] = [Self::System, Self::Light, Self::Dark, Self::HighContrast];

    /// Name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "As the desktop",
            Self::Light => "Light",
            Self::Dark => "Dark",
            Self::HighContrast => "High contrast",
        }
    }

    /// Name in settings and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::HighContrast => "high_contrast",
        }
    }

    /// The choice with this identifier.
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.id() == id)
    }

    /// Makes `ctx` use this palette from now on.
    pub fn apply(self, ctx: &egui::Context) {
        let (light, dark) = match self {
            Self::HighContrast => (&palette::HIGH_CONTRAST, &palette::HIGH_CONTRAST),
            Self::System | Self::Light | Self::Dark => (&palette::LIGHT, &palette::DARK),
        };
        ctx.set_style_of(Theme::Light, style::style(light));
        ctx.set_style_of(Theme::Dark, style::style(dark));
        ctx.set_theme(match self {
            Self::System => ThemePreference::System,
            Self::Light => ThemePreference::Light,
            Self::Dark | Self::HighContrast => ThemePreference::Dark,
        });
    }
}

/// Sets fonts, sizes and the palettes of `ctx`, leaving light or dark to the desktop. Called once, before the first frame.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    ThemeChoice::default().apply(ctx);
}

/// egui's fonts, with the monospaced one as last resort of the proportional one: it alone has ∇, ⁻, →, ⟨ and ∈.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let monospaced = fonts.families.get(&FontFamily::Monospace).and_then(|names| names.first()).cloned();
    if let (Some(name), Some(names)) = (monospaced, fonts.families.get_mut(&FontFamily::Proportional)) {
        names.push(name);
    }
    fonts
}

/// Colours of what the labs draw, for the palette that `visuals` belong to.
pub fn tokens(visuals: &Visuals) -> &'static Tokens {
    if visuals.panel_fill == palette::HIGH_CONTRAST.panel {
        &palette::HIGH_CONTRAST.tokens
    } else if visuals.dark_mode {
        &palette::DARK.tokens
    } else {
        &palette::LIGHT.tokens
    }
}

/// Colour number `index` of a list that colour-blind eyes can tell apart, cycling. The same in every palette, because
/// posterior weights mix these colours into pictures.
pub fn component_colour(index: usize) -> Color32 {
    palette::COMPONENTS[index % palette::COMPONENTS.len()]
}

/// Red, green and blue in [0, 1] on a scale linear in light, as pictures mix them.
pub fn linear_rgb(colour: Color32) -> [f32; 3] {
    let linear = egui::Rgba::from(colour);
    [linear.r(), linear.g(), linear.b()]
}

/// The opaque colour with these gamma-encoded bytes, for what comes out of a colour map.
#[expect(clippy::disallowed_methods, reason = "the home of colours: here the bytes come from a colour map")]
pub fn from_bytes([r, g, b]: [u8; 3]) -> Color32 {
    Color32::from_rgb(r, g, b)
}

/// Relative luminance by WCAG 2, in [0, 1].
fn luminance(colour: Color32) -> f32 {
    let [r, g, b] = linear_rgb(colour);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Contrast ratio of WCAG 2, from 1 to 21.
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Black or white, whichever is read better on `background`.
pub fn readable_on(background: Color32) -> Color32 {
    // Black and white have equal contrast there.
    if luminance(background) > 0.18 { Color32::BLACK } else { Color32::WHITE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_be_read_in_every_palette() {
        for palette in [&palette::LIGHT, &palette::DARK, &palette::HIGH_CONTRAST] {
            let tokens = &palette.tokens;
            for (what, colour, least) in [
                ("text", palette.text, 7.0),
                ("strong text", palette.strong_text, 10.0),
                ("muted text", tokens.muted_text, 4.5),
                ("warning", tokens.warning, 4.5),
                ("error", tokens.error, 4.5),
                ("ok", tokens.ok, 4.5),
                ("accent", tokens.accent, 3.0),
            ] {
                let ratio = contrast(colour, palette.panel);
                assert!(ratio >= least, "{what} on {:?}: {ratio:.2} < {least}", palette.panel);
            }
        }
    }

    #[test]
    fn tokens_follow_the_installed_palette() {
        let ctx = egui::Context::default();
        for (choice, expected) in [
            (ThemeChoice::Light, &palette::LIGHT.tokens),
            (ThemeChoice::Dark, &palette::DARK.tokens),
            (ThemeChoice::HighContrast, &palette::HIGH_CONTRAST.tokens),
        ] {
            choice.apply(&ctx);
            assert_eq!(tokens(&ctx.global_style().visuals), expected, "{}", choice.name());
            assert_eq!(ThemeChoice::find(choice.id()), Some(choice));
        }
    }

    #[test]
    fn component_colours_differ_and_cycle() {
        let n = palette::COMPONENTS.len();
        for i in 0..n {
            assert_eq!(component_colour(i), component_colour(i + n));
            for j in 0..i {
                assert_ne!(component_colour(i), component_colour(j));
            }
        }
    }

    #[test]
    fn linear_light_of_known_colours() {
        assert_eq!(linear_rgb(Color32::WHITE), [1.0; 3]);
        assert_eq!(linear_rgb(Color32::BLACK), [0.0; 3]);
        // sRGB 188 is half of the light of white.
        assert!((linear_rgb(from_bytes([188, 188, 188]))[0] - 0.5).abs() < 0.01);
        assert_eq!(readable_on(from_bytes([250, 240, 60])), Color32::BLACK);
        assert_eq!(readable_on(from_bytes([68, 1, 84])), Color32::WHITE);
    }

    #[test]
    fn the_fonts_have_the_symbols_of_the_field() {
        let ctx = egui::Context::default();
        install(&ctx);
        ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
        let font = egui::TextStyle::Body.resolve(&ctx.global_style());
        for symbol in "αᾱσρλμΣ∇ℓ₀₁₂₃⁰¹²³⁴⁵⁶⁷⁸⁹⁻·×→←−≤≥∈∞√∂∝≈±…⟨⟩ξθβτφ".chars()
        {
            assert!(ctx.fonts_mut(|fonts| fonts.has_glyph(&font, symbol)), "no glyph for {symbol}");
        }
    }
}
