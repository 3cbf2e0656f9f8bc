//! The three palettes.

#![expect(clippy::disallowed_methods, reason = "the home of colours")]

use egui::Color32;

/// Colours of what the labs draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Fill of data points.
    pub data_point: Color32,
    /// Outline of data points and other marks, so that they stand out from any heat map.
    pub data_outline: Color32,
    /// What is selected.
    pub selection: Color32,
    /// What can be acted on: play head, handles, active switches.
    pub accent: Color32,
    /// Particles that follow model A.
    pub particle_a: Color32,
    /// Particles that follow model B.
    pub particle_b: Color32,
    /// Trails behind particles.
    pub trail: Color32,
    /// Arrows of the score.
    pub arrow: Color32,
    /// Level lines.
    pub contour: Color32,
    /// Streamlines.
    pub streamline: Color32,
    /// The probe and pinned probes.
    pub probe: Color32,
    /// The posterior's mean and ellipse.
    pub posterior: Color32,
    /// Axes and their numbers.
    pub axis: Color32,
    /// Grid lines.
    pub grid: Color32,
    /// Text of lesser weight: help, units, captions.
    pub muted_text: Color32,
    /// Something the user should know about the numbers on screen.
    pub warning: Color32,
    /// Something that did not work.
    pub error: Color32,
    /// Something that did.
    pub ok: Color32,
    /// Behind the picture.
    pub canvas_background: Color32,
    /// Behind text that lies on a picture; translucent.
    pub label_background: Color32,
}

/// Everything a palette decides.
#[derive(Debug)]
pub(super) struct Palette {
    pub dark: bool,
    /// Behind side panels and bars.
    pub panel: Color32,
    /// Behind windows, menus and cards.
    pub raised: Color32,
    /// Behind text fields and rails.
    pub sunken: Color32,
    /// Hairlines between panels.
    pub line: Color32,
    /// Fill of buttons at rest, under the pointer, and pressed.
    pub button: [Color32; 3],
    /// Outline of buttons at rest; visible only where contrast matters more than calm.
    pub button_line: Color32,
    pub text: Color32,
    pub strong_text: Color32,
    /// Fill behind selected text and selected rows.
    pub selected: Color32,
    pub tokens: Tokens,
}

/// Okabe and Ito's list, ordered so that the first three go together, and a violet.
pub(super) const COMPONENTS: [Color32; 8] = [
    Color32::from_rgb(0, 114, 178),
    Color32::from_rgb(230, 159, 0),
    Color32::from_rgb(0, 158, 115),
    Color32::from_rgb(204, 121, 167),
    Color32::from_rgb(86, 180, 233),
    Color32::from_rgb(213, 94, 0),
    Color32::from_rgb(240, 228, 66),
    Color32::from_rgb(136, 101, 190),
];

pub(super) static DARK: Palette = Palette {
    dark: true,
    panel: Color32::from_rgb(22, 25, 31),
    raised: Color32::from_rgb(30, 34, 42),
    sunken: Color32::from_rgb(13, 15, 19),
    line: Color32::from_rgb(44, 50, 61),
    button: [Color32::from_rgb(41, 47, 58), Color32::from_rgb(53, 61, 75), Color32::from_rgb(65, 75, 92)],
    button_line: Color32::TRANSPARENT,
    text: Color32::from_rgb(205, 211, 221),
    strong_text: Color32::from_rgb(244, 247, 251),
    selected: Color32::from_rgb(36, 84, 122),
    tokens: Tokens {
        data_point: Color32::from_rgb(255, 255, 255),
        data_outline: Color32::from_rgb(10, 12, 16),
        selection: Color32::from_rgb(255, 214, 92),
        accent: Color32::from_rgb(92, 176, 238),
        particle_a: Color32::from_rgb(255, 176, 102),
        particle_b: Color32::from_rgb(126, 214, 255),
        trail: Color32::from_rgb(255, 206, 158),
        arrow: Color32::from_rgb(232, 236, 243),
        contour: Color32::from_rgb(208, 216, 230),
        streamline: Color32::from_rgb(190, 203, 222),
        probe: Color32::from_rgb(255, 255, 255),
        posterior: Color32::from_rgb(255, 121, 168),
        axis: Color32::from_rgb(165, 173, 187),
        grid: Color32::from_rgb(44, 50, 61),
        muted_text: Color32::from_rgb(143, 152, 168),
        warning: Color32::from_rgb(243, 184, 84),
        error: Color32::from_rgb(255, 122, 112),
        ok: Color32::from_rgb(104, 208, 145),
        canvas_background: Color32::from_rgb(13, 15, 19),
        label_background: Color32::from_rgba_unmultiplied_const(13, 15, 19, 200),
    },
};

pub(super) static LIGHT: Palette = Palette {
    dark: false,
    panel: Color32::from_rgb(246, 247, 249),
    raised: Color32::from_rgb(255, 255, 255),
    sunken: Color32::from_rgb(255, 255, 255),
    line: Color32::from_rgb(216, 220, 227),
    button: [Color32::from_rgb(229, 232, 238), Color32::from_rgb(217, 222, 230), Color32::from_rgb(202, 209, 220)],
    button_line: Color32::TRANSPARENT,
    text: Color32::from_rgb(50, 57, 68),
    strong_text: Color32::from_rgb(18, 22, 29),
    selected: Color32::from_rgb(188, 219, 244),
    tokens: Tokens {
        data_point: Color32::from_rgb(255, 255, 255),
        data_outline: Color32::from_rgb(24, 28, 36),
        selection: Color32::from_rgb(222, 120, 0),
        accent: Color32::from_rgb(22, 110, 181),
        particle_a: Color32::from_rgb(214, 92, 20),
        particle_b: Color32::from_rgb(20, 118, 190),
        trail: Color32::from_rgb(224, 132, 72),
        arrow: Color32::from_rgb(46, 54, 66),
        contour: Color32::from_rgb(70, 80, 96),
        streamline: Color32::from_rgb(84, 96, 114),
        probe: Color32::from_rgb(16, 20, 27),
        posterior: Color32::from_rgb(190, 32, 100),
        axis: Color32::from_rgb(84, 93, 107),
        grid: Color32::from_rgb(224, 227, 233),
        muted_text: Color32::from_rgb(94, 103, 118),
        warning: Color32::from_rgb(143, 84, 0),
        error: Color32::from_rgb(184, 36, 30),
        ok: Color32::from_rgb(18, 115, 66),
        canvas_background: Color32::from_rgb(255, 255, 255),
        label_background: Color32::from_rgba_unmultiplied_const(255, 255, 255, 215),
    },
};

pub(super) static HIGH_CONTRAST: Palette = Palette {
    dark: true,
    panel: Color32::from_rgb(0, 0, 0),
    raised: Color32::from_rgb(0, 0, 0),
    sunken: Color32::from_rgb(0, 0, 0),
    line: Color32::from_rgb(170, 170, 170),
    button: [Color32::from_rgb(28, 28, 28), Color32::from_rgb(60, 60, 60), Color32::from_rgb(90, 90, 90)],
    button_line: Color32::from_rgb(190, 190, 190),
    text: Color32::from_rgb(255, 255, 255),
    strong_text: Color32::from_rgb(255, 255, 255),
    selected: Color32::from_rgb(0, 82, 158),
    tokens: Tokens {
        data_point: Color32::from_rgb(255, 255, 255),
        data_outline: Color32::from_rgb(0, 0, 0),
        selection: Color32::from_rgb(255, 230, 0),
        accent: Color32::from_rgb(80, 200, 255),
        particle_a: Color32::from_rgb(255, 150, 40),
        particle_b: Color32::from_rgb(90, 215, 255),
        trail: Color32::from_rgb(255, 190, 120),
        arrow: Color32::from_rgb(255, 255, 255),
        contour: Color32::from_rgb(255, 255, 255),
        streamline: Color32::from_rgb(230, 230, 230),
        probe: Color32::from_rgb(255, 255, 255),
        posterior: Color32::from_rgb(255, 110, 190),
        axis: Color32::from_rgb(255, 255, 255),
        grid: Color32::from_rgb(90, 90, 90),
        muted_text: Color32::from_rgb(215, 215, 215),
        warning: Color32::from_rgb(255, 200, 0),
        error: Color32::from_rgb(255, 130, 120),
        ok: Color32::from_rgb(90, 240, 150),
        canvas_background: Color32::from_rgb(0, 0, 0),
        label_background: Color32::from_rgba_unmultiplied_const(0, 0, 0, 235),
    },
};
