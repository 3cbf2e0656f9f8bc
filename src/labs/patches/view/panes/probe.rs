//! What one pixel sees: its patch, the training patches it is compared with, and its posterior along the run.

use egui::{Color32, Rect, RichText, ScrollArea, Sense, Ui, pos2, vec2};

use super::{PaneContext, PaneEntry, explain, note};
use crate::core::els::machine::{Border, Plan};
use crate::core::els::posterior::PatchWeight;
use crate::core::els::{Grids, correlation};
use crate::core::image_set::ImageSet;
use crate::labs::patches::view::colours;
use crate::labs::patches::view::mosaic::Pixel;
use crate::labs::patches::view::physics_slot::Physics;
use crate::labs::patches::view::probe_slot::{Moment, PixelProbe};
use crate::ui::chart::{Axis, Chart, Cursor, Mark, Series};
use crate::ui::pixels::paint_small;
use crate::ui::tiles::Pane;
use crate::ui::{format, theme};

pub const PANE: PaneEntry = PaneEntry {
    pane: Pane {
        id: "probe",
        name: "Pixel probe",
        about: "Which training patches the selected pixel is compared with, and how its mind is made up",
    },
    show,
};

/// Side of a drawn patch, in points.
const PATCH: f32 = 40.0;
/// Height of a chart, in points.
const HEIGHT: f32 = 120.0;

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        explain(
            ui,
            "A pixel compares its window with training patches and moves towards the centres of those that fit. Early it listens to \
             many; watch N_eff fall to 1 as it decides.",
        );
        let Some(probes) = cx.probes.filter(|probes| !probes.pixels.is_empty()) else {
            note(ui, "Click a pixel of a picture to select it; Shift+click selects a second one.");
            return;
        };
        for (index, probe) in probes.pixels.iter().enumerate() {
            pixel(ui, cx, index, probe);
        }
        history(ui, cx, &probes.pixels);
        if let [first, second] = probes.pixels.as_slice() {
            pair(ui, cx, first.pixel, second.pixel, &probes.pair);
        }
        if ui.button("Select nothing").on_hover_text("Esc").clicked() {
            cx.state.selected = [None, None];
        }
    });
}

fn pixel(ui: &mut Ui, cx: &PaneContext<'_>, index: usize, probe: &PixelProbe) {
    let Some(lane) = cx.run.and_then(|run| run.lanes.first()) else { return };
    let machine = &lane.setup.setup.machine;
    let tokens = theme::tokens(ui.visuals());
    let Pixel { grid, row, column } = probe.pixel;
    if index > 0 {
        ui.separator();
    }
    ui.horizontal(|ui| {
        let border = if machine.plan() == Plan::TwoPattern { Border::Circular } else { border(machine.plan()) };
        patch_of_phi(ui, &lane.phi, probe, border);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let mark = if index == 0 { "●" } else { "○" };
            let of = if lane.phi.count > 1 { format!(" of grid {}", grid + 1) } else { String::new() };
            let title = format!("{mark} row {row}, column {column}{of}");
            ui.label(RichText::new(title).strong());
            let value =
                |c: usize| lane.phi.grid(grid).get(c * lane.phi.area() + probe.pixel.index(lane.phi.side)).copied();
            let values: Vec<String> =
                (0..lane.phi.channels).filter_map(value).map(|v| format::number(f64::from(v), 3)).collect();
            ui.label(format!("φ = {}", values.join(", "))).on_hover_text("Value of the field at the pixel");
            let text = format!(
                "N_eff = {}   entropy = {} nats",
                format::number(probe.now.effective, 3),
                format::number(probe.now.entropy, 3)
            );
            ui.label(text).on_hover_text("Effective number of patches 1/ΣW², and entropy −ΣW log W of the posterior");
            let text = format!("k = {}, {} patches compared", probe.k, probe.now.patches);
            ui.label(RichText::new(text).small().color(tokens.muted_text));
        });
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        for (rank, patch) in probe.now.top.iter().enumerate() {
            training_patch(ui, machine.plan(), machine.images(), probe, rank, patch);
        }
    });
}

fn border(plan: Plan) -> Border {
    match plan {
        Plan::Patches(border, _) => border,
        Plan::TwoPattern | Plan::WholeImage => Border::Circular,
    }
}

/// The value at (row + dy, column + dx) of a plane, by the border's rule.
fn value_at(plane: &[f32], side: usize, border: Border, [row, column]: [usize; 2], [dy, dx]: [isize; 2]) -> f32 {
    let n = side as isize;
    let [y, x] = [row as isize + dy, column as isize + dx];
    let inside = (0..n).contains(&y) && (0..n).contains(&x);
    if border == Border::Zero && !inside {
        return 0.0;
    }
    plane.get((y.rem_euclid(n) * n + x.rem_euclid(n)) as usize).copied().unwrap_or(0.0)
}

/// The colour of a pixel of one or three planes.
fn colour_of(table: &[Color32], channels: usize, value: impl Fn(usize) -> f32) -> Color32 {
    if channels == 3 {
        colours::mixed(colours::FIELD_RANGE, [0, 1, 2].map(value))
    } else {
        colours::shade(table, colours::FIELD_RANGE, value(0))
    }
}

fn patch_of_phi(ui: &mut Ui, phi: &Grids<f32>, probe: &PixelProbe, border: Border) {
    let size = 1.6 * PATCH;
    let (rect, response) = ui.allocate_exact_size(vec2(size, size), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Window of the pixel"));
    let table = colours::table(colours::field_map());
    let r = (probe.k / 2) as isize;
    let at = [probe.pixel.row, probe.pixel.column];
    paint_small(ui.painter(), rect, [probe.k, probe.k], |x, y| {
        let offset = [y as isize - r, x as isize - r];
        let plane = |c: usize| &phi.grid(probe.pixel.grid)[c * phi.area()..(c + 1) * phi.area()];
        colour_of(&table, phi.channels, |c| value_at(plane(c), phi.side, border, at, offset))
    });
    frame(ui, rect, probe.k, theme::tokens(ui.visuals()).selection);
    response.on_hover_text("The window that the pixel, outlined in the middle, compares with training patches");
}

fn training_patch(ui: &mut Ui, plan: Plan, images: &ImageSet, probe: &PixelProbe, rank: usize, patch: &PatchWeight) {
    let tokens = theme::tokens(ui.visuals());
    let (rect, response) = ui.allocate_exact_size(vec2(PATCH, PATCH + 22.0), Sense::hover());
    let picture = Rect::from_min_size(rect.min, vec2(PATCH, PATCH));
    let side = images.side();
    let [row, column] = [patch.position / side.max(1), patch.position % side.max(1)];
    let name =
        format!("Training patch {}: image {}, weight {}", rank + 1, patch.image + 1, format::number(patch.weight, 3));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
    let table = colours::table(colours::field_map());
    if plan == Plan::TwoPattern {
        let value = if patch.image == 0 { 1.0 } else { -1.0 };
        ui.painter().rect_filled(picture, 0.0, colours::shade(&table, colours::FIELD_RANGE, value));
    } else {
        let whole = plan == Plan::WholeImage;
        let size = if whole { side } else { probe.k };
        let r = (probe.k / 2) as isize;
        paint_small(ui.painter(), picture, [size, size], |x, y| {
            let (centre, offset) =
                if whole { ([y, x], [0, 0]) } else { ([row, column], [y as isize - r, x as isize - r]) };
            let plane = |c: usize| images.plane(patch.image, c);
            colour_of(&table, images.channels(), |c| value_at(plane(c), side, border(plan), centre, offset))
        });
        if !whole {
            frame(ui, picture, probe.k, tokens.axis);
        }
    }
    ui.painter().rect_stroke(picture, 0.0, egui::Stroke::new(1.0, tokens.grid), egui::StrokeKind::Outside);
    let bar = Rect::from_min_size(pos2(rect.left(), picture.bottom() + 3.0), vec2(PATCH, 5.0));
    ui.painter().rect_filled(bar, 2.0, ui.visuals().widgets.inactive.bg_fill);
    let filled = bar.with_max_x(bar.left() + bar.width() * patch.weight as f32);
    ui.painter().rect_filled(filled, 2.0, colours::source(patch.image));
    let percent = if patch.weight >= 0.0995 {
        format!("{:.0} %", 100.0 * patch.weight)
    } else {
        format!("{} %", format::number(100.0 * patch.weight, 2))
    };
    let font = egui::FontId::proportional(10.0);
    ui.painter().text(
        pos2(rect.center().x, rect.bottom()),
        egui::Align2::CENTER_BOTTOM,
        percent,
        font,
        tokens.muted_text,
    );
    response.on_hover_text(format!(
        "Image {}, row {row}, column {column}\nweight W = {}\n|φ_Ω − √ᾱ p|² = {}",
        patch.image + 1,
        format::number(patch.weight, 4),
        format::number(patch.distance, 4)
    ));
}

/// Outlines the middle pixel of a patch of side `k`.
fn frame(ui: &Ui, rect: Rect, k: usize, colour: Color32) {
    let cell = rect.width() / k.max(1) as f32;
    let middle = Rect::from_center_size(rect.center(), vec2(cell, cell));
    ui.painter().rect_stroke(middle, 0.0, egui::Stroke::new(1.5, colour), egui::StrokeKind::Middle);
}

fn history(ui: &mut Ui, cx: &mut PaneContext<'_>, probes: &[PixelProbe]) {
    let tokens = theme::tokens(ui.visuals());
    if probes.iter().all(|probe| probe.history.len() < 2) {
        return note(ui, "Play the run to see the posterior along it.");
    }
    let colours = [tokens.accent, tokens.particle_a];
    let several = probes.len() > 1;
    let series = |of: fn(&Moment) -> f64, name: &str, mark: Mark| -> Vec<Series> {
        probes
            .iter()
            .enumerate()
            .map(|(index, probe)| Series {
                name: if several { format!("{name} {}", ["●", "○"][index.min(1)]) } else { name.to_owned() },
                about: String::new(),
                colour: colours[index.min(1)],
                mark,
                points: probe.history.iter().map(|moment| [moment.abar, of(moment)]).collect(),
            })
            .collect()
    };
    let mut chosen = None;
    ui.add_space(4.0);
    let counted: Vec<Series> = series(|m| m.effective, "N_eff", Mark::LineDots)
        .into_iter()
        .chain(series(|m| m.entropy.exp(), "exp(entropy)", Mark::Dashed))
        .collect();
    for (name, axis, series) in [
        ("Effective patches chart", Axis::log("number of patches"), counted),
        ("Top weight chart", Axis::linear("weight W").over(0.0, 1.0), series(|m| m.top, "top weight", Mark::LineDots)),
    ] {
        let chart = Chart {
            name,
            height: HEIGHT,
            axes: [Axis::linear("<signal2>").over(0.0, 1.0), axis],
            series,
            cursors: vec![Cursor { name: String::new(), x: cx.abar, colour: tokens.accent }],
            regions: Vec::new(),
        };
        chosen = chart.show(ui).or(chosen);
    }
    if let Some(abar) = chosen {
        cx.go_to_abar(abar);
    }
}

/// The displacement from one pixel to the other, in FFT order.
pub fn displacement(first: Pixel, second: Pixel, side: usize) -> usize {
    let side = side.max(1);
    let axis = |a: usize, b: usize| (b + side - a % side) % side;
    axis(first.row, second.row) * side + axis(first.column, second.column)
}

fn pair(ui: &mut Ui, cx: &mut PaneContext<'_>, first: Pixel, second: Pixel, over_grids: &[[f64; 2]]) {
    let tokens = theme::tokens(ui.visuals());
    let Some(side) = cx.run.and_then(|run| run.lanes.first()).map(|lane| lane.phi.side) else { return };
    let delta = displacement(first, second, side);
    ui.separator();
    let shift = |v: usize| if 2 * v > side { v as isize - side as isize } else { v as isize };
    let title = format!("The two pixels: Δx = {}, Δy = {}", shift(delta % side), shift(delta / side));
    ui.label(RichText::new(title).strong());
    let measured = |physics: &Physics| -> Vec<[f64; 2]> {
        physics.measured.iter().filter_map(|m| Some([m.abar, *m.rho_2d.get(delta)?])).collect()
    };
    let rho = cx.physics.map_or(Vec::new(), measured);
    let information = |rho: f64| {
        let both = correlation::mutual_information(&[1.0, rho]);
        both.get(1).copied().unwrap_or(0.0)
    };
    let mut series = vec![Series {
        name: "ρ".to_owned(),
        about: "Correlation at this displacement, over all places and grids".to_owned(),
        colour: tokens.accent,
        mark: Mark::LineDots,
        points: rho.clone(),
    }];
    series.push(Series {
        name: "I (nats)".to_owned(),
        about: "−½ log(1 − ρ²)".to_owned(),
        colour: tokens.particle_a,
        mark: Mark::LineDots,
        points: rho.iter().map(|[abar, rho]| [*abar, information(*rho)]).collect(),
    });
    if !over_grids.is_empty() {
        series.push(Series {
            name: "ρ at these places".to_owned(),
            about: "Over the grids of the ensemble alone: noisy, but right also where places differ".to_owned(),
            colour: tokens.muted_text,
            mark: Mark::Dots,
            points: over_grids.to_vec(),
        });
    }
    let chosen = Chart {
        name: "Pair chart",
        height: HEIGHT,
        axes: [Axis::linear("<signal2>").over(0.0, 1.0), Axis::linear("ρ, I")],
        series,
        cursors: vec![Cursor { name: String::new(), x: cx.abar, colour: tokens.accent }],
        regions: Vec::new(),
    }
    .show(ui);
    if let Some(abar) = chosen {
        cx.go_to_abar(abar);
    }
    note(ui, "Over all places at this displacement; where the machine knows the border, places differ.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displacements_go_round_the_border() {
        let at = |row, column| Pixel { grid: 0, row, column };
        assert_eq!(displacement(at(0, 0), at(0, 3), 8), 3);
        assert_eq!(displacement(at(0, 3), at(0, 0), 8), 5);
        assert_eq!(displacement(at(7, 7), at(0, 0), 8), 9);
    }

    #[test]
    fn borders_have_their_rules() {
        let plane = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(value_at(&plane, 2, Border::Circular, [0, 0], [-1, 0]), 3.0);
        assert_eq!(value_at(&plane, 2, Border::Zero, [0, 0], [-1, 0]), 0.0);
        assert_eq!(value_at(&plane, 2, Border::Zero, [0, 0], [1, 1]), 4.0);
    }
}
