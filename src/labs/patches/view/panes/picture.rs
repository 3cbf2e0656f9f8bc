//! The pictures side by side: what is shown, what is selected, and painting.

use egui::{
    Align2, Button, ComboBox, DragValue, FontId, Key, Modifiers, Pos2, Rect, Sense, Stroke, Ui, UiBuilder, pos2, vec2,
};

use super::{PaneContext, PaneEntry, explain};
use crate::core::els::Grids;
use crate::labs::patches::view::brush::{BRUSHES, Tool};
use crate::labs::patches::view::colours::{self, Seams};
use crate::labs::patches::view::mosaic::{Mosaic, Pixel};
use crate::labs::patches::view::picture_slot::Cell;
use crate::labs::patches::view::pictures::{self, Legend, PictureKind};
use crate::labs::patches::view::run_slot::LanePicture;
use crate::labs::patches::view::setup_slot::Lane;
use crate::ui::pixels::{PixelCamera, ShownPixels, pixels};
use crate::ui::tiles::Pane;
use crate::ui::{format, theme};

pub const PANE: PaneEntry = PaneEntry {
    pane: Pane {
        id: "picture",
        name: "Picture",
        about: "The field, its denoised estimate, its score, and where every pixel comes from",
    },
    show,
};

/// Height of the line above a picture, in points.
const CAPTION: f32 = 20.0;
/// Height of the legend below it.
const LEGEND: f32 = 30.0;
/// Space between pictures.
const GAP: f32 = 10.0;
/// Seams drawn as lines at most; where there are more, pixels are too small for lines anyway.
const MOST_SEAMS: usize = 20_000;
/// Pixels smaller than this on screen get no seams, in points.
const SEAM_SCALE: f32 = 3.0;
/// Side of a label of a source in the legend.
const CHIP: f32 = 9.0;

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    toolbar(ui, cx);
    explain(
        ui,
        "Noise turns into a mosaic of patches. Click a pixel to see what it is made of; Paint disturbs φ: watch it heal or spread.",
    );
    draw(ui, cx, true);
}

/// Pictures alone, as for the figure.
pub fn figure(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    draw(ui, cx, false);
}

fn toolbar(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        for kind in pictures::ALL {
            let on = cx.state.shown.contains(&kind.id);
            if kind.of_painting && !cx.is_painted() {
                continue;
            }
            let name = format!("{} {}", kind.symbol, kind.name);
            let button = ui.add(Button::selectable(on, kind.symbol)).on_hover_text(format!("{name}\n{}", kind.about));
            button.widget_info(|| {
                egui::WidgetInfo::selected(egui::Role::Button, true, on, format!("Show {}", kind.name))
            });
            if button.clicked() {
                // At least one picture stays.
                if !on {
                    cx.state.shown.push(kind.id);
                } else if cx.state.shown.len() > 1 {
                    cx.state.shown.retain(|id| *id != kind.id);
                }
            }
        }
        ui.separator();
        let count = cx.run.and_then(|run| run.lanes.first()).map_or(1, |lane| lane.phi.count);
        if count > 1 {
            for (tiles, name, about) in [
                (false, "One grid", "Show one grid of the ensemble"),
                (true, "Ensemble", "Show the grids of the ensemble as tiles"),
            ] {
                if ui.add(Button::selectable(cx.state.tiles == tiles, name)).on_hover_text(about).clicked() {
                    cx.state.tiles = tiles;
                    cx.state.camera = PixelCamera::default();
                }
            }
            if !cx.state.tiles {
                let mut number = cx.state.grid.min(count - 1) + 1;
                let field = DragValue::new(&mut number).range(1..=count).speed(0.1);
                let response = ui.add(field).on_hover_text("Number of the grid shown");
                response.widget_info(|| egui::WidgetInfo::drag_value(true, number as f64));
                response.accessible_name("Grid shown");
                cx.state.grid = number - 1;
            }
            ui.separator();
        }
        for (tool, name, about) in Tool::ALL {
            if ui.add(Button::selectable(cx.state.tool == tool, name)).on_hover_text(about).clicked() {
                cx.state.tool = tool;
            }
        }
        if cx.state.tool == Tool::Paint {
            for (index, kind) in BRUSHES.iter().enumerate() {
                let on = cx.state.brush.kind == index;
                if ui.add(Button::selectable(on, kind.name)).on_hover_text(kind.about).clicked() {
                    cx.state.brush.kind = index;
                }
            }
            let label = ui.label("radius");
            let field = DragValue::new(&mut cx.state.brush.radius).range(0.5..=64.0).speed(0.1).max_decimals(1);
            ui.add(field.suffix(" px"))
                .labelled_by(label.id)
                .on_hover_text("Radius of the brush, in pixels of the grid");
        }
        if cx.is_painted() {
            let hint = "Take everything away that was painted (can be undone)";
            if ui.button("Clear painting").on_hover_text(hint).clicked() {
                cx.clear_painting();
            }
        }
        if cx.state.shown.contains(&"source") {
            let now = Seams::ALL.iter().find(|(seams, ..)| *seams == cx.state.seams).map_or("", |(_, name, _)| name);
            let combo = ComboBox::from_id_salt("seams").width(96.0).selected_text(format!("seams: {now}"));
            let shown = combo.show_ui(ui, |ui| {
                for (seams, name, about) in Seams::ALL {
                    if ui.selectable_label(cx.state.seams == seams, name).on_hover_text(about).clicked() {
                        cx.state.seams = seams;
                    }
                }
            });
            shown.response.accessible_name("Seams").on_hover_text("Lines on the picture of sources");
        }
    });
}

/// Where the pictures go: the side of each, and how many beside one another.
fn arrange(count: usize, size: egui::Vec2, columns: impl Iterator<Item = usize>) -> (usize, egui::Vec2) {
    let cell = |columns: usize| {
        let rows = count.div_ceil(columns).max(1);
        let width = (size.x - GAP * (columns - 1) as f32) / columns as f32;
        let height = (size.y - GAP * (rows - 1) as f32) / rows as f32;
        vec2(width, height)
    };
    let side = |columns: usize| cell(columns).x.min(cell(columns).y - CAPTION - LEGEND);
    // A full last row looks better than a slightly larger picture.
    let worth = |columns: usize| side(columns) * if count.is_multiple_of(columns) { 1.0 } else { 0.8 };
    let best = columns.max_by(|a, b| worth(*a).total_cmp(&worth(*b))).unwrap_or(1);
    (best, cell(best))
}

fn draw(ui: &mut Ui, cx: &mut PaneContext<'_>, interactive: bool) {
    let area = ui.available_rect_before_wrap();
    ui.allocate_rect(area, Sense::hover());
    let Some(run) = cx.run.cloned() else {
        return say(ui, area, cx.notice.as_deref().unwrap_or("Preparing the run …"));
    };
    let kinds = cx.kinds();
    let lanes: Vec<&LanePicture> = run.lanes.iter().filter(|lane| lane.lane != Lane::Unpainted).collect();
    let mut order: Vec<(&LanePicture, &'static PictureKind)> = Vec::new();
    let painted_only = |lane: &LanePicture, kind: &PictureKind| !kind.of_painting || lane.lane == Lane::Main;
    let (columns, cell) = if lanes.len() > 1 {
        // Runs as rows or as columns, so that the same pictures face one another.
        let (as_rows, as_columns) = (kinds.len().max(1), 2);
        arrange(2 * kinds.len(), area.size(), [as_rows, as_columns].into_iter())
    } else {
        arrange(kinds.len(), area.size(), 1..=kinds.len().max(1))
    };
    if lanes.len() > 1 && columns == 2 && kinds.len() != 2 {
        for kind in &kinds {
            order.extend(lanes.iter().map(|lane| (*lane, *kind)));
        }
    } else {
        for lane in &lanes {
            order.extend(kinds.iter().map(|kind| (*lane, *kind)));
        }
    }
    for (index, (lane, kind)) in order.into_iter().enumerate() {
        if !painted_only(lane, kind) {
            continue;
        }
        let at = vec2((index % columns) as f32 * (cell.x + GAP), (index / columns) as f32 * (cell.y + GAP));
        let rect = Rect::from_min_size(area.min + at, cell);
        picture(ui, cx, rect, lane, kind, lanes.len() > 1, interactive);
    }
    if interactive {
        keys(ui, cx, &run.lanes[0].phi);
    }
    if let Some(notice) = &cx.notice {
        say(ui, area, notice);
    }
}

fn say(ui: &Ui, area: Rect, words: &str) {
    let tokens = theme::tokens(ui.visuals());
    let galley = ui.painter().layout(words.to_owned(), FontId::proportional(15.0), ui.visuals().text_color(), 360.0);
    let rect = Rect::from_center_size(area.center(), galley.size());
    ui.painter().rect_filled(rect.expand(10.0), 6.0, tokens.label_background);
    ui.painter().galley(rect.min, galley, ui.visuals().text_color());
}

fn picture(
    ui: &mut Ui,
    cx: &mut PaneContext<'_>,
    rect: Rect,
    lane: &LanePicture,
    kind: &'static PictureKind,
    several: bool,
    interactive: bool,
) {
    let tokens = theme::tokens(ui.visuals());
    let mosaic = cx.mosaic.clone();
    let size = mosaic.size();
    let room = Rect::from_min_max(rect.min + vec2(0.0, CAPTION), rect.max - vec2(0.0, LEGEND));
    let scale = (room.width() / size[0] as f32).min(room.height() / size[1] as f32).max(0.01);
    let frame = Rect::from_center_size(
        pos2(room.center().x, room.top() + 0.5 * scale * size[1] as f32),
        vec2(size[0] as f32, size[1] as f32) * scale,
    );
    let caption = if several {
        format!("{}: {} {}", lane.lane.letter(), kind.symbol, kind.name)
    } else {
        format!("{} {}", kind.symbol, kind.name)
    };
    let galley = ui.painter().layout_no_wrap(caption, FontId::proportional(12.5), ui.visuals().strong_text_color());
    ui.painter().galley(pos2(frame.left(), rect.top() + 2.0), galley.clone(), ui.visuals().strong_text_color());
    let described = cx.describe(lane);
    let left = frame.left() + galley.size().x + 10.0;
    let aside = ui.painter().layout_no_wrap(described, FontId::proportional(11.0), tokens.muted_text);
    if several && left + aside.size().x < rect.right() {
        ui.painter().galley(pos2(left, rect.top() + 3.5), aside, tokens.muted_text);
    }
    let name = if lane.lane == Lane::Main {
        format!("Picture of {}", kind.name)
    } else {
        format!("Picture of {}, B", kind.name)
    };
    let texture = cx.textures.picture(ui.ctx(), cx.pictures, &mosaic, lane.lane, kind);
    let mut child = ui.new_child(UiBuilder::new().max_rect(frame).id_salt(&name));
    let shown = pixels(&mut child, &name, &cx.state.camera, size, texture.as_ref());
    let cell = cx.pictures.iter().flatten().find_map(|pictures| pictures.cell(lane.lane, kind.id));
    if let Some(cell) = cell {
        if let Some((map, first)) = &cell.posterior {
            seams(ui, &shown, &mosaic, cx.state.seams, cell, map, *first);
        }
        let place =
            Rect::from_min_max(pos2(frame.left(), frame.bottom() + 4.0), pos2(frame.right(), frame.bottom() + LEGEND));
        match &cell.painted {
            Some(painted) => legend(ui, place, &painted.legend, kind),
            None if kind.id == "score" => say(ui, frame, "At ᾱ = 1 the score is unbounded."),
            None => (),
        }
    }
    if interactive {
        interact(ui, cx, &shown, &mosaic, lane, kind);
        marks(ui, cx, &shown, &mosaic, lane);
    }
}

fn interact(
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
    let cell = cx.pictures.iter().flatten().find_map(|pictures| pictures.cell(lane.lane, kind.id))?;
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

fn keys(ui: &Ui, cx: &mut PaneContext<'_>, phi: &Grids<f32>) {
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

/// Outlines of the selected pixels and of the windows they see.
fn marks(ui: &Ui, cx: &PaneContext<'_>, shown: &ShownPixels, mosaic: &Mosaic, lane: &LanePicture) {
    let tokens = theme::tokens(ui.visuals());
    let k = lane.setup.setup.level_at(lane.step).k;
    for (index, pixel) in cx.state.selected.iter().enumerate() {
        let Some(pixel) = pixel else { continue };
        let Some([left, top]) = mosaic.corner(pixel.grid) else { continue };
        let colour = if index == 0 { tokens.selection } else { tokens.particle_b };
        let corner = |row: isize, column: isize| [(left as isize + column) as f32, (top as isize + row) as f32];
        let (row, column) = (pixel.row as isize, pixel.column as isize);
        let tile = shown.rect_of([left as f32, top as f32], [mosaic.side() as f32; 2]);
        let inside = shown.painter.with_clip_rect(tile.intersect(shown.painter.clip_rect()));
        let r = (k / 2) as isize;
        let side = mosaic.side() as isize;
        // The window goes round the border: what overhangs is drawn at the other side too.
        for shift_row in [-side, 0, side] {
            for shift_column in [-side, 0, side] {
                let window = shown.rect_of(corner(row - r + shift_row, column - r + shift_column), [k as f32; 2]);
                if window.intersects(tile) && (k as isize) < side {
                    inside.rect_stroke(
                        window,
                        0.0,
                        Stroke::new(3.0, tokens.data_outline.gamma_multiply(0.6)),
                        egui::StrokeKind::Middle,
                    );
                    inside.rect_stroke(window, 0.0, Stroke::new(1.2, colour), egui::StrokeKind::Middle);
                }
            }
        }
        let own = shown.rect_of(corner(row, column), [1.0; 2]);
        let own = Rect::from_center_size(own.center(), own.size().max(vec2(4.0, 4.0)));
        shown.outline(own, 2.0, colour, tokens.data_outline);
    }
}

fn seams(
    ui: &Ui,
    shown: &ShownPixels,
    mosaic: &Mosaic,
    seams: Seams,
    cell: &Cell,
    map: &crate::engine::kernel::PosteriorMap,
    first: usize,
) {
    if seams == Seams::None || shown.scale() < SEAM_SCALE {
        return;
    }
    let side = mosaic.side();
    let [left, right, top, bottom] = shown.visible();
    let colour = theme::tokens(ui.visuals()).data_outline;
    let width = (0.16 * shown.scale()).clamp(1.0, 2.5);
    let mut mesh = egui::Mesh::default();
    let mut count = 0;
    for row in top..=bottom {
        for column in left..=right {
            let Some(pixel) = mosaic.locate([column, row]) else { continue };
            let Some(grid) = pixel.grid.checked_sub(first) else { continue };
            let index = grid * side * side + pixel.index(side);
            if index >= map.image.len() || count >= MOST_SEAMS {
                continue;
            }
            let (x, y) = (column as f32, row as f32);
            if pixel.column + 1 < side && seams.between(map, index, index + 1, true, cell.image_side) {
                let line = shown.rect_of([x + 1.0, y], [0.0, 1.0]).expand2(vec2(0.5 * width, 0.0));
                mesh.add_colored_rect(line, colour);
                count += 1;
            }
            if pixel.row + 1 < side && seams.between(map, index, index + side, false, cell.image_side) {
                let line = shown.rect_of([x, y + 1.0], [1.0, 0.0]).expand2(vec2(0.0, 0.5 * width));
                mesh.add_colored_rect(line, colour);
                count += 1;
            }
        }
    }
    shown.painter.add(mesh);
}

fn legend(ui: &mut Ui, rect: Rect, legend: &Legend, kind: &PictureKind) {
    let tokens = theme::tokens(ui.visuals());
    let response = ui.interact(
        rect,
        ui.scope_id().with(("legend", kind.id, rect.min.x as i32, rect.min.y as i32)),
        Sense::hover(),
    );
    let font = FontId::proportional(10.5);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let words = match legend {
        Legend::Map { range, .. } | Legend::Mixed { range } => {
            let bar = Rect::from_min_size(rect.min, vec2(rect.width(), 7.0));
            match legend {
                Legend::Map { map, .. } => {
                    let mut mesh = egui::Mesh::default();
                    for column in 0..=64_u32 {
                        let share = column as f32 / 64.0;
                        let (x, colour) = (egui::lerp(bar.x_range(), share), theme::from_bytes(map.at(share)));
                        mesh.colored_vertex(pos2(x, bar.top()), colour);
                        mesh.colored_vertex(pos2(x, bar.bottom()), colour);
                        if column > 0 {
                            let i = 2 * column;
                            mesh.add_triangle(i - 2, i - 1, i);
                            mesh.add_triangle(i - 1, i, i + 1);
                        }
                    }
                    painter.add(mesh);
                }
                _ => {
                    painter.text(
                        bar.left_center(),
                        Align2::LEFT_CENTER,
                        "red, green, blue:",
                        font.clone(),
                        tokens.muted_text,
                    );
                }
            }
            painter.rect_stroke(bar, 0.0, Stroke::new(1.0, tokens.axis.gamma_multiply(0.5)), egui::StrokeKind::Inside);
            let number = |share: f32| format::number(f64::from(range[0] + share * (range[1] - range[0])), 3);
            let below = bar.bottom() + 2.0;
            for (share, align) in [(0.0, Align2::LEFT_TOP), (0.5, Align2::CENTER_TOP), (1.0, Align2::RIGHT_TOP)] {
                let x = egui::lerp(bar.x_range(), share);
                painter.text(pos2(x, below), align, number(share), font.clone(), tokens.muted_text);
            }
            format!("Colours of {}: from {} to {}", kind.name, number(0.0), number(1.0))
        }
        Legend::Sources(shares) => {
            let mut x = rect.left();
            let y = rect.top() + 8.0;
            for (image, share) in shares {
                let percent = (100.0 * share).round();
                let text =
                    format!("{} {}", image + 1, if percent < 1.0 { "<1 %".to_owned() } else { format!("{percent} %") });
                let galley = painter.layout_no_wrap(text, font.clone(), tokens.muted_text);
                let width = CHIP + 4.0 + galley.size().x + 9.0;
                if x + width > rect.right() {
                    break;
                }
                let chip = Rect::from_center_size(pos2(x + 0.5 * CHIP, y), vec2(CHIP, CHIP));
                painter.rect_filled(chip, 2.0, colours::source(*image));
                painter.galley(pos2(x + CHIP + 4.0, y - 0.5 * galley.size().y), galley, tokens.muted_text);
                x += width;
            }
            let told =
                shares.iter().take(6).map(|(image, share)| format!("image {} {:.0} %", image + 1, 100.0 * share));
            format!("Sources: {}", told.collect::<Vec<_>>().join(", "))
        }
    };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
    response.on_hover_text(format!("{}\n{words}", kind.about));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_take_the_room_there_is() {
        let columns = |count: usize, width: f32, height: f32| arrange(count, vec2(width, height), 1..=count).0;
        assert_eq!(columns(4, 1200.0, 340.0), 4);
        assert_eq!(columns(4, 700.0, 700.0), 2);
        assert_eq!(columns(4, 250.0, 1200.0), 1);
        assert_eq!(columns(1, 700.0, 700.0), 1);
    }
}
