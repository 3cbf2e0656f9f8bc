//! Things on a canvas for keyboard and screen reader: each a named node that can be focused and moved.
//!
//! The pointer is left to the canvas, which knows better what lies under it.

use egui::{EventFilter, Id, Key, Modifiers, Pos2, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo};

use super::theme;

/// Nodes that a canvas should have at most: more would only be in the way of whoever tabs through them.
pub const MOST_NODES: usize = 200;
/// How far an arrow key moves a node, in points; with Shift, one point.
const STEP: f32 = 8.0;
/// Radius of a node's rectangle, in points.
const RADIUS: f32 = 9.0;

/// What the keyboard did to a node in this frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NodeResponse {
    /// The node has the keyboard.
    pub focused: bool,
    /// It was not so before.
    pub gained_focus: bool,
    /// By how much to move it on screen, in points; y points down.
    pub moved: Vec2,
    /// Delete it.
    pub deleted: bool,
}

/// Shows the node for something that is drawn at `pos`. `name` says what and where it is: "Point 3 at (1.5, −0.2)".
/// `fixed` nodes are read, not moved: arrow keys pass them by.
pub fn canvas_node(ui: &Ui, id: Id, pos: Pos2, name: &str, fixed: bool) -> NodeResponse {
    let rect = Rect::from_center_size(pos, Vec2::splat(2.0 * RADIUS));
    let response = ui.interact(rect, id, Sense::focusable_noninteractive());
    response.widget_info(|| WidgetInfo::labeled(Role::GraphicsSymbol, ui.is_enabled(), name));
    if !response.has_focus() {
        return NodeResponse::default();
    }
    let tokens = theme::tokens(ui.visuals());
    for (width, colour) in [(4.0, tokens.data_outline), (2.0, tokens.selection)] {
        ui.painter().circle_stroke(pos, RADIUS, Stroke::new(width, colour));
    }
    let mut found = NodeResponse { focused: true, gained_focus: response.gained_focus(), ..NodeResponse::default() };
    if fixed {
        return found;
    }
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let pressed = |modifiers, key| ui.input_mut(|input| input.count_and_consume_key(modifiers, key)) as f32;
    for (key, way) in [
        (Key::ArrowLeft, Vec2::LEFT),
        (Key::ArrowRight, Vec2::RIGHT),
        (Key::ArrowUp, Vec2::UP),
        (Key::ArrowDown, Vec2::DOWN),
    ] {
        // With Shift first: a key without modifiers would take it too.
        found.moved += way * (pressed(Modifiers::SHIFT, key) + STEP * pressed(Modifiers::NONE, key));
    }
    found.deleted = [Key::Delete, Key::Backspace].into_iter().any(|key| pressed(Modifiers::NONE, key) > 0.0);
    found
}
