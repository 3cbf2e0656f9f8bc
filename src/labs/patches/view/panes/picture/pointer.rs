//! What pointer and keys do on a picture: moving it, selecting pixels, painting, and read-outs.

use egui::{Key, Modifiers, Pos2, Stroke, Ui};

use crate::core::els::Grids;
use crate::labs::patches::view::brush::Tool;
use crate::labs::patches::view::mosaic::{Mosaic, Pixel};
use crate::labs::patches::view::panes::PaneContext;
use crate::labs::patches::view::pictures::{self, PictureKind};
use crate::labs::patches::view::run_slot::LanePicture;
use crate::labs::patches::view::setup_slot::Lane;
use crate::ui::pixels::ShownPixels;
use crate::ui::{format, theme};

/// What the pointer does on one picture.
pub(super) fn interact(
    ui: &mut Ui,
    cx: &mut PaneContext<'_>,
    shown: &ShownPixels,
    mosaic: &Mosaic,
    lane: &LanePicture,
    kind: &PictureKind,
) {
    let response = &shown.response;
    let paints = cx.state.tool == Tool::Paint && lane.lane == Lane::Main;
    let mut camera = cx.state.camera;
    shown.navigate(ui, &mut camera, !paints);
    cx.state.camera = camera;
    if response.is_pointer_button_down_on()
        && let Some(focused) = ui.memory(egui::Memory::focused)
    {
        // Keys mean the run again: Space plays, arrows step.
        ui.memory_mut(|memory| memory.surrender_focus(focused));
    }
    let under = |pos: Option<Pos2>| pos.and_then(|pos| shown.pixel_at(pos)).and_then(|at| mosaic.locate(at));
    if paints {
        if (response.dragged_by(egui::PointerButton::Primary) || response.clicked())
            && let Some(pixel) = under(response.interact_pointer_pos())
        {
            cx.paint_at(pixel, response.drag_started() || response.clicked());
        }
        if let Some(pos) = response.hover_pos() {
            let radius = cx.state.brush.radius as f32 * shown.scale();
            let colour = theme::tokens(ui.visuals()).selection;
            shown.painter.circle_stroke(pos, radius, Stroke::new(3.0, theme::tokens(ui.visuals()).data_outline));
            shown.painter.circle_stroke(pos, radius, Stroke::new(1.5, colour));
        }
    } else if response.clicked()
        && let Some(pixel) = under(response.interact_pointer_pos())
    {
        let second = ui.input(|input| input.modifiers.shift) && cx.state.selected[0].is_some();
        cx.state.selected[usize::from(second)] = Some(pixel);
    }
    if response.has_focus() {
        let filter = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        move_selected(ui, cx, &lane.phi, mosaic, Modifiers::NONE);
        shown.painter.rect_stroke(
            response.rect,
            0.0,
            Stroke::new(2.0, theme::tokens(ui.visuals()).accent),
            egui::StrokeKind::Inside,
        );
    }
    if let Some(pixel) = under(response.hover_pos()) {
        let value = |c: usize| lane.phi.grid(pixel.grid).get(c * lane.phi.area() + pixel.index(lane.phi.side)).copied();
        let values: Vec<String> =
            (0..lane.phi.channels).filter_map(value).map(|value| format::number(f64::from(value), 3)).collect();
        let place = if lane.phi.count > 1 { format!("grid {}, ", pixel.grid + 1) } else { String::new() };
        let text = format!("{place}row {}, column {}\nφ = {}", pixel.row, pixel.column, values.join(", "));
        let more = source_words(cx, lane, kind, pixel).unwrap_or_default();
        response.clone().on_hover_text_at_pointer(format!("{text}{more}"));
    }
}

/// What the source picture knows of a pixel.
fn source_words(cx: &PaneContext<'_>, lane: &LanePicture, kind: &PictureKind, pixel: Pixel) -> Option<String> {
    let cell = cx.pictures.iter().flatten().find_map(|pictures| pictures.cell(&cx.mosaic, lane.lane, kind.id))?;
    let (map, first) = cell.posterior.as_ref()?;
    let index = pixel.grid.checked_sub(*first)? * lane.phi.area() + pixel.index(lane.phi.side);
    let side = cell.image_side.max(1) as u32;
    let position = *map.position.get(index)?;
    Some(format!(
        "\nfrom image {}, row {}, column {}\nweight {}, N_eff {}",
        map.image.get(index)? + 1,
        position / side,
        position % side,
        format::number(f64::from(*map.weight.get(index)?), 3),
        format::number(f64::from(*map.effective.get(index)?), 3)
    ))
}

/// Arrow keys with `held` move the selected pixel, with Shift as well the second one.
fn move_selected(ui: &Ui, cx: &mut PaneContext<'_>, phi: &Grids<f32>, mosaic: &Mosaic, held: Modifiers) {
    // The longer combination first: consuming a key ignores a Shift held besides.
    for (shift, index) in [(held | Modifiers::SHIFT, 1), (held, 0)] {
        for (key, row, column) in
            [(Key::ArrowUp, -1, 0), (Key::ArrowDown, 1, 0), (Key::ArrowLeft, 0, -1), (Key::ArrowRight, 0, 1_isize)]
        {
            if !ui.input_mut(|input| input.consume_key(shift, key)) {
                continue;
            }
            let middle = Pixel { grid: mosaic.grids().start, row: phi.side / 2, column: phi.side / 2 };
            let from = cx.state.selected[index].or(cx.state.selected[0]).unwrap_or(middle);
            let moved = |v: usize, by: isize| (v as isize + by).rem_euclid(phi.side.max(1) as isize) as usize;
            let pixel = Pixel { row: moved(from.row, row), column: moved(from.column, column), ..from };
            cx.state.selected[index] = Some(pixel);
        }
    }
}

/// What keys do, wherever the pointer is.
pub(super) fn keys(ui: &Ui, cx: &mut PaneContext<'_>, phi: &Grids<f32>) {
    if ui.ctx().text_edit_focused() {
        return;
    }
    let mosaic = cx.mosaic.clone();
    move_selected(ui, cx, phi, &mosaic, Modifiers::ALT);
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Escape) {
        cx.state.selected = [None, None];
        cx.state.tool = Tool::Select;
    }
    if pressed(Key::B) {
        cx.state.tool = if cx.state.tool == Tool::Paint { Tool::Select } else { Tool::Paint };
    }
    if pressed(Key::P) {
        let middle = Pixel { grid: cx.mosaic.grids().start, row: phi.side / 2, column: phi.side / 2 };
        cx.state.selected[0] = Some(cx.state.selected[0].unwrap_or(middle));
    }
    for (kind, key) in pictures::ALL.iter().zip([Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5]) {
        if pressed(key) {
            if !cx.state.shown.contains(&kind.id) {
                cx.state.shown.push(kind.id);
            } else if cx.state.shown.len() > 1 {
                cx.state.shown.retain(|id| *id != kind.id);
            }
        }
    }
}
