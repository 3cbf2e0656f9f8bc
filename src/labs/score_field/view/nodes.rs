//! The data on the canvas for keyboard and screen reader: every point and Gaussian is a node that arrow keys move.

use egui::Ui;

use super::ScoreFieldView;
use super::edit::{self, Item, Selection};
use crate::ui::canvas::ShownCanvas;
use crate::ui::canvas_node::{MOST_NODES, canvas_node};
use crate::ui::format;

impl ScoreFieldView {
    /// Shows the nodes and does what the keyboard asks of them.
    pub(super) fn show_nodes(&mut self, ui: &Ui, canvas: &ShownCanvas) {
        if !self.scene.layers.data.on {
            return;
        }
        let data = &self.scene.data;
        let points = data.points.iter().enumerate().map(|(i, point)| (Item::Point(i), point.at));
        let components = data.components.iter().enumerate().map(|(i, part)| (Item::Component(i), part.mean));
        let place = canvas.plane.rect();
        let mut wish = None;
        for (item, at) in components.chain(points).take(MOST_NODES) {
            let pos = canvas.plane.to_screen(at);
            let id = ui.scope_id().with(("data", item));
            // What is out of sight stays at the edge, so that it can be brought back.
            let node = canvas_node(ui, id, place.clamp(pos), &name(item, at), false);
            if node.focused {
                wish = Some((item, node));
            }
        }
        let Some((item, node)) = wish else { return };
        if node.gained_focus {
            self.state.selection = Selection::from([item]);
        }
        let alone = Selection::from([item]);
        if node.moved != egui::Vec2::ZERO {
            edit::translate(&mut self.scene.data, &alone, canvas.plane.to_world_delta(node.moved));
            self.edits.note(match item {
                Item::Point(_) => "move point",
                Item::Component(_) => "move Gaussian",
            });
        }
        if node.deleted {
            self.state.selection = alone;
            if edit::delete(&mut self.scene.data, &mut self.state.selection) {
                self.edits.note("delete");
            }
        }
    }
}

fn name(item: Item, [x, y]: [f64; 2]) -> String {
    let (what, index) = match item {
        Item::Point(i) => ("Point", i),
        Item::Component(i) => ("Gaussian", i),
    };
    format!("{what} {} at ({}, {})", index + 1, format::number(x, 3), format::number(y, 3))
}
