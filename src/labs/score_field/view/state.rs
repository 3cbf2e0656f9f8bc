//! What belongs to the view alone and is no part of the scene.

use egui::TextureHandle;

use super::edit::{Item, Pointer, Selection, Tool};
use crate::core::data_set;
use crate::core::param::Choice;
use crate::labs::score_field::scene::{Data, Scene};
use crate::ui::canvas::Camera;

/// State of the view.
pub struct ViewState {
    /// What is in sight.
    pub camera: Camera,
    /// What was in sight at first.
    pub home: Camera,
    /// What the primary button does.
    pub tool: Tool,
    /// What is selected.
    pub selection: Selection,
    /// What the pointer is doing.
    pub pointer: Pointer,
    /// Last place of the pointer on the canvas.
    pub hover: Option<[f64; 2]>,
    /// Whether two score models have a canvas each.
    pub beside: bool,
    /// Whether grid lines are drawn.
    pub grid: bool,
    /// Pixels for each node of the field, along an axis.
    pub pixels_per_node: f32,
    /// Point set to be added next.
    pub adding: Choice,
    /// How often points were added, so that random sets differ.
    pub added: u64,
    /// Sampler last used for noising and for generating.
    pub samplers: [String; 2],
    /// A white disc.
    pub disc: Option<TextureHandle>,
}

impl ViewState {
    /// The state a scene is opened with.
    pub fn new(scene: &Scene) -> Self {
        let camera = Camera::new(scene.region);
        let first = data_set::ALL.first().map_or("", |set| set.info.id);
        Self {
            camera,
            home: camera,
            tool: Tool::default(),
            selection: Selection::new(),
            pointer: Pointer::default(),
            hover: None,
            beside: true,
            grid: false,
            pixels_per_node: 2.0,
            adding: Choice::new(first),
            added: 0,
            samplers: ["forward_sde".to_owned(), "heun".to_owned()],
            disc: None,
        }
    }

    /// Drops from the selection what is no longer there.
    pub fn keep_existing(&mut self, data: &Data) {
        self.selection.retain(|item| match item {
            Item::Point(i) => *i < data.points.len(),
            Item::Component(i) => *i < data.components.len(),
        });
    }
}
