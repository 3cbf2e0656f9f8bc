//! What the pointer does on the canvas.

use egui::{CursorIcon, PointerButton, Pos2, Rect, Response, Ui};

use super::brush::Stroke;
use super::{Edits, Handle, Item, Selection, Tool, actions, hit};
use crate::labs::score_field::scene::{Data, Point, Scene};
use crate::labs::score_field::view::layers::ellipse;
use crate::ui::canvas::Plane;

/// Shortest half axis that can be made by dragging, in units of length.
const SHORTEST_AXIS: f64 = 1e-4;
/// Radius of a new Gaussian on screen, in points.
const NEW_RADIUS: f64 = 40.0;

/// What is being dragged.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Drag {
    /// Everything selected; last place of the pointer.
    Items([f64; 2]),
    /// An end of a component's half axis; the other one keeps its length.
    Axis { component: usize, other: f64 },
    /// A box; where it began on screen.
    Box(Pos2),
    /// The brush.
    Brush(Stroke),
    /// The canvas.
    Pan,
}

/// The pointer's doings from one frame to the next.
#[derive(Debug, Default)]
pub struct Pointer {
    drag: Option<Drag>,
    /// What is under the pointer.
    pub hovered: Option<Handle>,
}

/// What the pointer acts on.
pub struct PointerInput<'a> {
    /// The canvas's response.
    pub response: &'a Response,
    /// The transform.
    pub plane: Plane,
    /// What the primary button does.
    pub tool: Tool,
    /// The scene.
    pub scene: &'a mut Scene,
    /// What is selected.
    pub selection: &'a mut Selection,
    /// Where edits are noted.
    pub edits: &'a mut Edits,
}

/// What is left for the canvas to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leave {
    /// The primary button pans.
    pub pan: bool,
    /// The wheel zooms.
    pub zoom: bool,
}

impl Pointer {
    /// Does what the pointer asks for in this frame.
    pub fn act(&mut self, ui: &Ui, mut on: PointerInput<'_>) -> Leave {
        let shift = ui.input(|input| input.modifiers.shift);
        let pos = on.response.interact_pointer_pos().or_else(|| on.response.hover_pos());
        if self.drag.is_none() {
            let hover = on.response.hover_pos();
            self.hovered =
                hover.and_then(|pos| hit(&on.scene.data, &on.plane, pos)).filter(|_| on.scene.layers.data.on);
        }
        if on.response.drag_started_by(PointerButton::Primary) {
            let origin = ui.input(|input| input.pointer.press_origin()).or(pos);
            self.drag = origin.map(|origin| self.begin(&mut on, origin, shift));
        }
        if on.response.dragged_by(PointerButton::Primary)
            && let Some(pos) = pos
        {
            self.go_on(&mut on, pos);
        }
        if on.response.drag_stopped() {
            if let (Some(Drag::Box(from)), Some(pos)) = (self.drag, pos) {
                select_within(&on.scene.data, &on.plane, Rect::from_two_pos(from, pos), on.selection);
            }
            self.drag = None;
        }
        if let Some(pos) = pos {
            self.click(&mut on, pos, shift);
        }
        let weighed = self.weigh(ui, &mut on);
        self.show_cursor(ui, &on);
        Leave { pan: self.drag == Some(Drag::Pan), zoom: !weighed }
    }

    /// The box being drawn, on screen.
    pub fn selection_box(&self, ui: &Ui) -> Option<Rect> {
        let Some(Drag::Box(from)) = self.drag else { return None };
        ui.input(|input| input.pointer.latest_pos()).map(|to| Rect::from_two_pos(from, to))
    }

    fn begin(&mut self, on: &mut PointerInput<'_>, origin: Pos2, shift: bool) -> Drag {
        let at = on.plane.to_world(origin);
        if on.tool == Tool::Brush {
            on.edits.note("spray points");
            on.selection.clear();
            return Drag::Brush(Stroke::begin(&mut on.scene.data, on.scene.seed, at, on.plane.scale()));
        }
        let grabbed = hit(&on.scene.data, &on.plane, origin).filter(|_| on.scene.layers.data.on);
        match grabbed {
            Some(Handle::Axis(component, axis)) => {
                *on.selection = Selection::from([Item::Component(component)]);
                let [u, v] = ellipse::axes(on.scene.data.components[component].covariance)[1 - axis];
                Drag::Axis { component, other: u.hypot(v) }
            }
            Some(Handle::Body(item)) => {
                if !on.selection.contains(&item) {
                    if !shift {
                        on.selection.clear();
                    }
                    on.selection.insert(item);
                }
                Drag::Items(at)
            }
            None if shift => Drag::Box(origin),
            None => Drag::Pan,
        }
    }

    fn go_on(&mut self, on: &mut PointerInput<'_>, pos: Pos2) {
        let at = on.plane.to_world(pos);
        match &mut self.drag {
            Some(Drag::Items(last)) => {
                let delta = [at[0] - last[0], at[1] - last[1]];
                *last = at;
                if delta != [0.0; 2] {
                    actions::translate(&mut on.scene.data, on.selection, delta);
                    on.edits.note(match (on.selection.len(), on.selection.first()) {
                        (1, Some(Item::Point(_))) => "move point",
                        (1, Some(Item::Component(_))) => "move Gaussian",
                        _ => "move selection",
                    });
                }
            }
            Some(Drag::Axis { component, other }) => {
                if let Some(component) = on.scene.data.components.get_mut(*component) {
                    let [u, v] = [at[0] - component.mean[0], at[1] - component.mean[1]];
                    let length = u.hypot(v);
                    if length >= SHORTEST_AXIS {
                        let covariance = ellipse::from_axes([u, v], *other);
                        if covariance != component.covariance {
                            component.covariance = covariance;
                            on.edits.note("shape Gaussian");
                        }
                    }
                }
            }
            Some(Drag::Brush(stroke)) => {
                if stroke.go_on(&mut on.scene.data, on.scene.seed, at, on.plane.scale()) {
                    on.edits.note("spray points");
                }
            }
            Some(Drag::Box(_) | Drag::Pan) | None => (),
        }
    }

    fn click(&self, on: &mut PointerInput<'_>, pos: Pos2, shift: bool) {
        let at = on.plane.to_world(pos);
        let grabbed = hit(&on.scene.data, &on.plane, pos).filter(|_| on.scene.layers.data.on);
        if on.response.double_clicked() {
            if grabbed.is_none() && on.tool == Tool::Select {
                add_point(on, at);
            }
        } else if on.response.clicked() {
            match (on.tool, grabbed) {
                (Tool::Probe, _) => {
                    on.scene.probes.push(at);
                    on.edits.note("pin probe");
                }
                (_, Some(handle)) => {
                    let item = handle.item();
                    if shift && on.selection.contains(&item) {
                        on.selection.remove(&item);
                    } else {
                        if !shift {
                            on.selection.clear();
                        }
                        on.selection.insert(item);
                    }
                }
                (Tool::Point, None) => add_point(on, at),
                (Tool::Gaussian, None) => add_gaussian(on, at),
                (Tool::Brush, None) => {
                    Stroke::begin(&mut on.scene.data, on.scene.seed, at, on.plane.scale());
                    on.edits.note("spray points");
                }
                (Tool::Select, None) => on.selection.clear(),
            }
        }
    }

    /// The wheel with Ctrl or Alt over a point changes its weight, and that of all others selected with it.
    fn weigh(&self, ui: &Ui, on: &mut PointerInput<'_>) -> bool {
        let Some(handle) = self.hovered else { return false };
        let (scroll, zoom, alt) =
            ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta(), input.modifiers.alt));
        let factor = f64::from(zoom) * if alt { (f64::from(scroll) / 120.0).exp() } else { 1.0 };
        if factor == 1.0 {
            return false;
        }
        let alone = Selection::from([handle.item()]);
        let which = if on.selection.contains(&handle.item()) { &*on.selection } else { &alone };
        actions::scale_weight(&mut on.scene.data, which, factor);
        on.edits.note("change weight");
        true
    }

    fn show_cursor(&self, ui: &Ui, on: &PointerInput<'_>) {
        if !on.response.hovered() && self.drag.is_none() {
            return;
        }
        let cursor = match (self.drag, self.hovered, on.tool) {
            (Some(Drag::Items(_) | Drag::Axis { .. } | Drag::Pan), ..) => CursorIcon::Grabbing,
            (Some(Drag::Box(_)), ..) => CursorIcon::Crosshair,
            (None, Some(_), Tool::Select | Tool::Point | Tool::Gaussian) => CursorIcon::Grab,
            (_, _, Tool::Select) => CursorIcon::Default,
            _ => CursorIcon::Crosshair,
        };
        ui.ctx().set_cursor_icon(cursor);
    }
}

/// Adds a point of weight 1 at `at`.
fn add_point(on: &mut PointerInput<'_>, at: [f64; 2]) {
    if actions::add_points(&mut on.scene.data, on.selection, &[Point { at, weight: 1.0 }]) > 0 {
        on.edits.note("add point");
    }
}

fn add_gaussian(on: &mut PointerInput<'_>, at: [f64; 2]) {
    if actions::add_component(&mut on.scene.data, on.selection, at, NEW_RADIUS / on.plane.scale()) {
        on.edits.note("add Gaussian");
    }
}

fn select_within(data: &Data, plane: &Plane, rect: Rect, selection: &mut Selection) {
    let inside = |at: [f64; 2]| rect.contains(plane.to_screen(at));
    let points = data.points.iter().enumerate().filter(|(_, p)| inside(p.at)).map(|(i, _)| Item::Point(i));
    let components =
        data.components.iter().enumerate().filter(|(_, c)| inside(c.mean)).map(|(i, _)| Item::Component(i));
    selection.extend(points.chain(components));
}
