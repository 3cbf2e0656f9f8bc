//! The borders between panes: dragged with the pointer, or moved with arrow keys.

use egui::{CursorIcon, Id, Key, Modifiers, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2};
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tree};

use super::Pane;
use super::drawn::GAP;
use crate::ui::theme;

/// No pane is made smaller than this with its border, in points.
const LEAST: f32 = 96.0;
/// How far an arrow key moves a border, in points.
const KEY_STEP: f32 = 16.0;

/// A border between two neighbours of one row or column.
struct Border {
    container: TileId,
    dir: LinearDir,
    sides: [TileId; 2],
    rects: [Rect; 2],
}

/// Shows every border; returns whether one was moved.
pub(super) fn show(ui: &Ui, tree: &mut Tree<String>, panes: &[Pane]) -> bool {
    let mut moved = false;
    for border in borders(tree) {
        let delta = handle(ui, tree.id(), &border, &name(tree, panes, &border));
        if delta != 0.0
            && let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get_mut(border.container)
        {
            moved |= shift(linear, &border, delta);
        }
    }
    moved
}

fn borders(tree: &Tree<String>) -> Vec<Border> {
    let mut found = Vec::new();
    for (&container, tile) in tree.tiles.iter() {
        let Tile::Container(Container::Linear(linear)) = tile else { continue };
        // Where there is no rectangle, the tile is away or behind a tab.
        let shown: Vec<(TileId, Rect)> =
            linear.children.iter().filter_map(|child| Some((*child, tree.tiles.rect(*child)?))).collect();
        found.extend(shown.windows(2).map(|pair| Border {
            container,
            dir: linear.dir,
            sides: [pair[0].0, pair[1].0],
            rects: [pair[0].1, pair[1].1],
        }));
    }
    // The tiles come in no order; the keyboard needs one.
    found.sort_by(|a, b| {
        let place = |border: &Border| border.rects[1].min;
        place(a).x.total_cmp(&place(b).x).then(place(a).y.total_cmp(&place(b).y))
    });
    found
}

/// The border's widget; returns by how many points it is to be moved.
fn handle(ui: &Ui, tree: Id, border: &Border, name: &str) -> f32 {
    let [before, after] = border.rects;
    let horizontal = border.dir == LinearDir::Horizontal;
    let rect = if horizontal {
        Rect::from_min_max(pos2(before.right(), before.top()), pos2(after.left(), after.bottom()))
    } else {
        Rect::from_min_max(pos2(before.left(), before.bottom()), pos2(after.right(), after.top()))
    };
    let id = tree.with(("border", border.sides));
    let cursor = if horizontal { CursorIcon::ResizeHorizontal } else { CursorIcon::ResizeVertical };
    let response = ui.interact(rect.expand(1.0), id, Sense::click_and_drag()).on_hover_and_drag_cursor(cursor);
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, ui.is_enabled(), name));

    let tokens = theme::tokens(ui.visuals());
    let lit = response.hovered() || response.dragged() || response.has_focus();
    let line = ui.visuals().widgets.noninteractive.bg_stroke.color;
    let stroke = if lit { Stroke::new(3.0, tokens.accent) } else { Stroke::new(1.0, line) };
    if horizontal {
        ui.painter().vline(rect.center().x, rect.y_range(), stroke);
    } else {
        ui.painter().hline(rect.x_range(), rect.center().y, stroke);
    }
    let mut delta = if horizontal { response.drag_delta().x } else { response.drag_delta().y };
    if response.has_focus() {
        let filter = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let (less, more) = if horizontal { (Key::ArrowLeft, Key::ArrowRight) } else { (Key::ArrowUp, Key::ArrowDown) };
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        delta += if pressed(more) { KEY_STEP } else { 0.0 } - if pressed(less) { KEY_STEP } else { 0.0 };
    }
    delta
}

/// Moves `delta` points of extent from one side to the other; whether anything changed.
fn shift(linear: &mut Linear, border: &Border, delta: f32) -> bool {
    let extent = |rect: Rect| if border.dir == LinearDir::Horizontal { rect.width() } else { rect.height() };
    let sizes = border.rects.map(extent);
    // Of what is below the least already, nothing more is taken.
    let most = |side: usize| (sizes[side] - LEAST).max(0.0);
    let delta = delta.clamp(-most(0), most(1));
    let shares = border.sides.map(|side| linear.shares[side]);
    let both = sizes[0] + sizes[1];
    if delta == 0.0 || both <= GAP {
        return false;
    }
    let first = (shares[0] + shares[1]) * (sizes[0] + delta) / both;
    linear.shares.set_share(border.sides[0], first);
    linear.shares.set_share(border.sides[1], shares[0] + shares[1] - first);
    true
}

fn name(tree: &Tree<String>, panes: &[Pane], border: &Border) -> String {
    let [a, b] = border.sides.map(|side| first_name(tree, panes, side));
    format!("Border between {a} and {b}")
}

/// Name of the first pane in sight within a tile.
fn first_name<'a>(tree: &Tree<String>, panes: &'a [Pane], tile: TileId) -> &'a str {
    match tree.tiles.get(tile) {
        Some(Tile::Pane(id)) => panes.iter().find(|pane| pane.id == id).map_or("", |pane| pane.name),
        Some(Tile::Container(container)) => {
            let shown = container.active_children(&tree.tiles).map(|child| first_name(tree, panes, child));
            shown.into_iter().find(|name| !name.is_empty()).unwrap_or("")
        }
        None => "",
    }
}
