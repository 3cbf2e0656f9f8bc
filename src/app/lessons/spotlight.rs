//! Points a widget out: a ring round it, and for a while everything else is dimmed.
//!
//! Widgets are found by what screen readers are told of them, in the pass that was just drawn.

use std::collections::HashMap;

use egui::accesskit::{Action, ActionRequest, NodeId, Role, TreeId};
use egui::{Color32, Context, CornerRadius, Id, LayerId, Order, Rect, Stroke, StrokeKind};

use super::Running;
use crate::lessons::Target;
use crate::ui::theme;

/// Seconds for which everything else is dimmed.
const DIMMED_SECS: f64 = 2.6;
/// Seconds in which it comes and goes.
const FADE_SECS: f64 = 0.35;
/// How dark the rest becomes, of 255.
const DARKEST: f32 = 120.0;
/// Free space between widget and ring, in points.
const MARGIN: f32 = 5.0;

/// A widget on screen.
struct Found {
    id: Id,
    /// Its place.
    rect: Rect,
    /// What of it is in sight.
    visible: Rect,
}

/// Draws the ring round what the present step points at. Returns the widget if it has to be scrolled to first.
pub(super) fn show(running: &mut Running, ctx: &Context) -> Option<Id> {
    let now = ctx.input(|input| input.time);
    let since = *running.since_secs.get_or_insert(now);
    let target = running.step().setup.spotlight.clone();
    let Some(target) = target.filter(|_| !running.is_away() && !running.finished) else {
        running.pointed = None;
        return None;
    };
    // Names are only collected for whoever reads them: from the next frame on.
    ctx.enable_accesskit();
    let found = find(ctx, &target);
    let first = running.pointed.is_none();
    running.pointed = Some(found.is_some());
    if first {
        ctx.request_repaint();
    }
    let found = found?;
    let in_sight = found.visible.is_positive() && found.visible.height() >= 0.6 * found.rect.height().min(20.0);
    if !in_sight {
        // Once for every step: whoever scrolls away wants to.
        let fresh = now - since < 1.0;
        return (fresh && found.rect.is_finite()).then_some(found.id);
    }
    let age = now - since;
    let dim = (age / FADE_SECS).min((DIMMED_SECS - age) / FADE_SECS).clamp(0.0, 1.0) as f32;
    draw(ctx, found.visible.expand(MARGIN), running.place, dim);
    if age < DIMMED_SECS {
        ctx.request_repaint();
    }
    None
}

/// Asks that the widget be scrolled to, as a screen reader would.
pub(super) fn scroll(to: &mut Option<Id>, ctx: &Context) {
    let Some(id) = to.take() else { return };
    let request = ActionRequest {
        action: Action::ScrollIntoView,
        target_tree: TreeId::ROOT,
        target_node: id.accesskit_id(),
        data: None,
    };
    ctx.input_mut(|input| input.events.push(egui::Event::AccessKitActionRequest(request)));
    ctx.request_repaint();
}

fn draw(ctx: &Context, ring: Rect, panel: Rect, dim: f32) {
    let screen = ctx.content_rect();
    let ring = ring.intersect(screen.shrink(2.0));
    // Above panels, below menus and sheets.
    let painter = ctx.layer_painter(LayerId::new(Order::Middle, Id::unique("spotlight")));
    if dim > 0.0 {
        let shade = Color32::from_black_alpha((DARKEST * dim) as u8);
        let beside_panel = |rect: Rect| {
            // The panel lies at one side of the window: what is beside it is one rectangle, and what is above it another.
            let right = rect.intersect(Rect::everything_right_of(panel.right()));
            let left = rect.intersect(Rect::everything_left_of(panel.left()));
            let over = rect.intersect(Rect::from_x_y_ranges(panel.x_range(), f32::NEG_INFINITY..=panel.top()));
            let under = rect.intersect(Rect::from_x_y_ranges(panel.x_range(), panel.bottom()..=f32::INFINITY));
            [right, left, over, under]
        };
        let around = [
            screen.with_max_y(ring.top()),
            screen.with_min_y(ring.bottom()),
            screen.with_max_x(ring.left()).with_min_y(ring.top()).with_max_y(ring.bottom()),
            screen.with_min_x(ring.right()).with_min_y(ring.top()).with_max_y(ring.bottom()),
        ];
        for rect in around.into_iter().flat_map(beside_panel).filter(|rect| rect.is_positive()) {
            painter.rect_filled(rect, CornerRadius::ZERO, shade);
        }
    }
    let tokens = theme::tokens(&ctx.global_style().visuals);
    painter.rect_stroke(ring, 6.0, Stroke::new(5.0, tokens.selection.gamma_multiply(0.35)), StrokeKind::Outside);
    painter.rect_stroke(ring, 6.0, Stroke::new(2.0, tokens.selection), StrokeKind::Outside);
}

/// A widget as screen readers are told of it.
struct Told {
    found: Found,
    role: Role,
    name: Option<String>,
    /// The label beside it that names it.
    label: Option<NodeId>,
}

/// The widget that is meant, the first that is in sight, else the first: with its label, and with whatever else has that
/// label, as the number beside a slider has.
fn find(ctx: &Context, target: &Target) -> Option<Found> {
    let told = told(ctx);
    let names: HashMap<NodeId, &String> =
        told.iter().filter_map(|widget| Some((widget.found.id.accesskit_id(), widget.name.as_ref()?))).collect();
    let is_meant = |widget: &&Told| {
        let name = widget.label.and_then(|label| names.get(&label).copied()).or(widget.name.as_ref());
        name.is_some_and(|name| target.is(&format!("{:?}", widget.role), name))
    };
    let first = told.iter().find(is_meant)?;
    let in_sight = told.iter().filter(is_meant).find(|widget| widget.found.visible.is_positive());
    let meant = in_sight.unwrap_or(first);
    let Found { id, rect, mut visible } = meant.found;
    if let Some(label) = meant.label.filter(|_| visible.is_positive()) {
        let is_part = |part: &&Told| part.found.id.accesskit_id() == label || part.label == Some(label);
        for part in told.iter().filter(is_part).filter(|part| part.found.visible.is_positive()) {
            visible |= part.found.visible;
        }
    }
    Some(Found { id, rect, visible })
}

fn told(ctx: &Context) -> Vec<Told> {
    let widgets: Vec<Found> = ctx.viewport(|viewport| {
        let all = viewport.this_pass.widgets.layers().flat_map(|(_, widgets)| widgets);
        all.map(|widget| Found { id: widget.id, rect: widget.rect, visible: widget.interact_rect }).collect()
    });
    let told = widgets.into_iter().filter(|found| ctx.has_accesskit_node(found.id)).filter_map(|found| {
        ctx.accesskit_node_builder(found.id, |node| {
            let name = node.label().or(node.value()).map(str::to_owned);
            (node.role(), name, node.labelled_by().first().copied())
        })
        .map(|(role, name, label)| Told { found, role, name, label })
    });
    told.collect()
}
