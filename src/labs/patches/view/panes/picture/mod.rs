//! The pictures side by side.

mod overlay;
mod pointer;
mod toolbar;

use egui::{FontId, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use super::{PaneContext, PaneEntry, explain};
use crate::labs::patches::view::pictures::PictureKind;
use crate::labs::patches::view::run_slot::LanePicture;
use crate::labs::patches::view::setup_slot::Lane;
use crate::ui::pixels::pixels;
use crate::ui::theme;
use crate::ui::tiles::Pane;

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

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    toolbar::toolbar(ui, cx);
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

/// Where picture `index` of `count` goes; a last row that is not full is in the middle.
fn place(index: usize, count: usize, columns: usize, cell: egui::Vec2) -> egui::Vec2 {
    let (row, column) = (index / columns, index % columns);
    let missing = columns - (count - row * columns).min(columns);
    vec2((column as f32 + 0.5 * missing as f32) * (cell.x + GAP), row as f32 * (cell.y + GAP))
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
    // Rows stand close together, whatever room is left below them.
    let [width, height] = cx.mosaic.size().map(|pixels| pixels as f32);
    let cell = vec2(cell.x, cell.y.min(cell.x * height / width.max(1.0) + CAPTION + LEGEND));
    if lanes.len() > 1 && columns == 2 && kinds.len() != 2 {
        for kind in &kinds {
            order.extend(lanes.iter().map(|lane| (*lane, *kind)));
        }
    } else {
        for lane in &lanes {
            order.extend(kinds.iter().map(|kind| (*lane, *kind)));
        }
    }
    let count = order.len();
    // In a figure they stand in the middle of their part of it.
    let rows = count.div_ceil(columns) as f32;
    let left_over = (area.height() - rows * (cell.y + GAP) + GAP).max(0.0);
    let corner = area.min + vec2(0.0, if interactive { 0.0 } else { 0.5 * left_over });
    for (index, (lane, kind)) in order.into_iter().enumerate() {
        if !painted_only(lane, kind) {
            continue;
        }
        let at = place(index, count, columns, cell);
        let rect = Rect::from_min_size(corner + at, cell);
        picture(ui, cx, rect, lane, kind, lanes.len() > 1, interactive);
    }
    if interactive {
        pointer::keys(ui, cx, &run.lanes[0].phi);
    }
    if let Some(notice) = &cx.notice {
        say(ui, area, notice);
    }
}

fn say(ui: &Ui, area: Rect, words: &str) {
    let tokens = theme::tokens(ui.visuals());
    let (font, width) = (FontId::proportional(15.0), (area.width() - 28.0).clamp(80.0, 360.0));
    let galley = ui.painter().layout(words.to_owned(), font, ui.visuals().text_color(), width);
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
    let cell = cx.pictures.iter().flatten().find_map(|pictures| pictures.cell(&mosaic, lane.lane, kind.id));
    if let Some(cell) = cell {
        if let Some((map, first)) = &cell.posterior {
            overlay::seams(ui, &shown, &mosaic, cx.state.seams, cell, map, *first);
        }
        let place =
            Rect::from_min_max(pos2(frame.left(), frame.bottom() + 4.0), pos2(frame.right(), frame.bottom() + LEGEND));
        if let Some(painted) = &cell.painted {
            overlay::legend(ui, place, &painted.legend, kind);
        }
    }
    let has_picture = cell.is_none_or(|cell| cell.painted.is_some());
    if interactive {
        pointer::interact(ui, cx, &shown, &mosaic, lane, kind);
        if has_picture {
            overlay::marks(ui, cx, &shown, &mosaic, lane);
        }
    }
    if !has_picture && let Some(why) = kind.absent {
        say(ui, frame, why);
    }
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

    #[test]
    fn a_last_row_that_is_not_full_is_in_the_middle() {
        let cell = vec2(90.0, 50.0);
        let x: Vec<f32> = (0..5).map(|index| place(index, 5, 3, cell).x).collect();
        assert_eq!(x, [0.0, 100.0, 200.0, 50.0, 150.0]);
        assert_eq!(place(4, 5, 3, cell).y, 60.0);
        assert_eq!(place(3, 4, 2, cell), vec2(100.0, 60.0));
    }
}
