//! What the lab can do by name, for the command palette.

use super::ScoreFieldView;
use super::edit::{self, Tool};
use super::toolbar;
use crate::labs::LabAction;

/// Does one action.
type Act = fn(&mut ScoreFieldView);

const fn action(id: &'static str, name: &'static str, keys: &'static str, about: &'static str) -> LabAction {
    LabAction { id, name, keys, about }
}

/// Every action, for the palette.
pub(super) static ACTIONS: [LabAction; 11] = [
    action("reset_view", "Reset view", "", "Back to the part of the plane in sight at first (double-click an axis)"),
    action("fit", "Fit the view to the data", "", "Show all data"),
    action("grid", "Grid lines", "", "Lines at the ticks of the axes"),
    action("select_all", "Select all data", "Ctrl+A", "Select every point and Gaussian"),
    action("duplicate", "Duplicate what is selected", "Ctrl+D", "Copies beside the originals"),
    action("delete", "Delete what is selected", "Del", "Take the selected points and Gaussians out of the data"),
    action("unpin", "Remove all pinned probes", "", "Take every pinned probe off the picture"),
    action("tool_point", "Tool: add points", "", "Click to add a data point"),
    action("tool_gaussian", "Tool: add Gaussians", "", "Click to add a Gaussian component"),
    action("tool_brush", "Tool: brush", "", "Drag to spray data points"),
    action("tool_select", "Tool: select", "Esc", "Drag points, means and handles"),
];

/// How each of [`ACTIONS`] is done.
const ACTS: [(&str, Act); 11] = [
    ("reset_view", |view| view.state.camera = view.state.home),
    ("fit", |view| toolbar::fit(&view.scene, &mut view.state)),
    ("grid", |view| view.state.grid = !view.state.grid),
    ("select_all", |view| view.state.selection = edit::select_all(&view.scene.data)),
    ("duplicate", ScoreFieldView::duplicate_selection),
    ("delete", ScoreFieldView::delete_selection),
    ("unpin", |view| {
        if !view.scene.probes.is_empty() {
            view.scene.probes.clear();
            view.edits.note("remove probes");
        }
    }),
    ("tool_point", |view| view.state.tool = Tool::Point),
    ("tool_gaussian", |view| view.state.tool = Tool::Gaussian),
    ("tool_brush", |view| view.state.tool = Tool::Brush),
    ("tool_select", |view| view.state.tool = Tool::Select),
];

/// Does the action of this identifier.
pub(super) fn act(view: &mut ScoreFieldView, id: &str) {
    if let Some((_, act)) = ACTS.iter().find(|(known, _)| *known == id) {
        act(view);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_done_by_something() {
        assert!(ACTIONS.iter().zip(&ACTS).all(|(action, (id, _))| action.id == *id));
    }
}
