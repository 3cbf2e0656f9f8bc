//! What belongs to the view alone and is no part of the scene.

use super::brush::{Brush, Tool};
use super::colours::Seams;
use super::mosaic::Pixel;
use super::panes;
use super::pictures::{self, PictureKind};
use crate::core::els::theory;
use crate::labs::patches::image_files::{Crop, Loaded};
use crate::ui::pixels::PixelCamera;

/// What ρ is drawn against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Against {
    /// Distance.
    Distance,
    /// Squared distance over signal power.
    Scaled,
    /// Both, in two charts.
    #[default]
    Both,
}

impl Against {
    /// Every choice, with its name and what it means.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Both, "both", "Two charts: against distance, and against squared distance over signal power"),
        (Self::Distance, "r", "Distance r in pixels"),
        (Self::Scaled, "r²/ᾱ", "Squared distance over signal power: curves of a diffusion fall onto one another"),
    ];

    /// The charts: whether each is against r²/ᾱ.
    pub fn charts(self) -> &'static [bool] {
        match self {
            Self::Distance => &[false],
            Self::Scaled => &[true],
            Self::Both => &[false, true],
        }
    }
}

/// State of the view.
pub struct ViewState {
    /// What is in sight of every picture.
    pub camera: PixelCamera,
    /// Pictures that are shown, by id.
    pub shown: Vec<&'static str>,
    /// Whether the ensemble is shown as tiles.
    pub tiles: bool,
    /// Number of the grid shown otherwise.
    pub grid: usize,
    /// The selected pixels.
    pub selected: [Option<Pixel>; 2],
    /// What the first button does on a picture.
    pub tool: Tool,
    /// The brush in hand.
    pub brush: Brush,
    /// Lines on the picture of sources.
    pub seams: Seams,
    /// What ρ is drawn against.
    pub against: Against,
    /// Curves of ρ at past times.
    pub curves: usize,
    /// Theories that are drawn, in the order of `theory::ALL`.
    pub theories: Vec<bool>,
    /// The training image in hand.
    pub image: usize,
    /// Value that the pixel editor draws.
    pub ink: f32,
    /// How loaded images are cut.
    pub crop: Crop,
    /// Images that were loaded, whole.
    pub loaded: Vec<Loaded>,
    /// Whether some of them are not among the training images yet.
    pub uncut: bool,
    /// What came of loading them.
    pub loading: Vec<String>,
    /// Files that were read and wait to be looked at.
    pub inbox: super::loading::Inbox,
}

impl Default for ViewState {
    fn default() -> Self {
        Self {
            camera: PixelCamera::default(),
            shown: panes::shown_at_first(),
            tiles: false,
            grid: 0,
            selected: [None, None],
            tool: Tool::default(),
            brush: Brush::default(),
            seams: Seams::default(),
            against: Against::default(),
            curves: 5,
            theories: theory::ALL.iter().map(|kind| kind.info.id == "gaussian_closure").collect(),
            image: 0,
            ink: 1.0,
            crop: Crop::default(),
            loaded: Vec::new(),
            uncut: false,
            loading: Vec::new(),
            inbox: super::loading::Inbox::default(),
        }
    }
}

impl ViewState {
    /// The pictures shown, in their order; those of a painting only where something `is_painted`.
    pub fn kinds(&self, is_painted: bool) -> Vec<&'static PictureKind> {
        let shown = |kind: &&PictureKind| self.shown.contains(&kind.id) && (is_painted || !kind.of_painting);
        pictures::ALL.iter().filter(shown).collect()
    }

    /// Drops what points at pixels that are no longer there.
    pub fn keep_existing(&mut self, count: usize, side: usize) {
        for slot in &mut self.selected {
            *slot = slot.filter(|pixel| pixel.grid < count && pixel.row < side && pixel.column < side);
        }
        if self.selected[0].is_none() {
            self.selected.swap(0, 1);
        }
        self.grid = self.grid.min(count.saturating_sub(1));
    }
}
