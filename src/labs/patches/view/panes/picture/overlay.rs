//! What is drawn over and below a picture: selected pixels, seams of the mosaic, the legend.

use egui::{Align2, Color32, FontId, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use crate::labs::patches::view::colours::{self, Seams};
use crate::labs::patches::view::mosaic::Mosaic;
use crate::labs::patches::view::panes::PaneContext;
use crate::labs::patches::view::picture_slot::Cell;
use crate::labs::patches::view::pictures::{Legend, PictureKind};
use crate::labs::patches::view::run_slot::LanePicture;
use crate::ui::pixels::ShownPixels;
use crate::ui::{colour_bar, format, theme};

/// Side of a label of a source in the legend.
const CHIP: f32 = 9.0;
/// Seams drawn as lines at most; where there are more, pixels are too small for lines anyway.
const MOST_SEAMS: usize = 20_000;
/// Pixels smaller than this on screen get no seams, in points.
const SEAM_SCALE: f32 = 3.0;

/// Outlines of the selected pixels and of the windows they see.
pub(super) fn marks(ui: &Ui, cx: &PaneContext<'_>, shown: &ShownPixels, mosaic: &Mosaic, lane: &LanePicture) {
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

/// Lines where the source changes.
pub(super) fn seams(
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

/// A bar whose colour changes from left to right.
fn gradient(bar: Rect, colour: impl Fn(f32) -> Color32) -> Shape {
    colour_bar::gradient([bar.left_top(), bar.left_bottom()], [bar.right_top(), bar.right_bottom()], 64, colour)
}

/// What the colours of a picture mean.
pub(super) fn legend(ui: &mut Ui, rect: Rect, legend: &Legend, kind: &PictureKind) {
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
                Legend::Map { map, .. } => painter.add(gradient(bar, |share| theme::from_bytes(map.at(share)))),
                _ => {
                    // One strip for each channel.
                    let strips = (0..3).map(|channel| {
                        let height = bar.height() / 3.0;
                        let strip = Rect::from_min_size(
                            bar.min + vec2(0.0, channel as f32 * height),
                            vec2(bar.width(), height),
                        );
                        let colour = move |share: f32| {
                            let mut bytes = [0; 3];
                            bytes[channel] = (255.0 * share) as u8;
                            theme::from_bytes(bytes)
                        };
                        gradient(strip, colour)
                    });
                    painter.add(Shape::Vec(strips.collect()))
                }
            };
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
