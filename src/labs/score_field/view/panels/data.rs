//! The data: what is selected, and point sets to add.

use egui::{DragValue, Grid, RichText, Ui};

use super::PanelContext;
use crate::core::data_set;
use crate::core::sym2;
use crate::labs::score_field::scene::{GaussianComponent, Point};
use crate::labs::score_field::view::edit::{self, Item};
use crate::ui::canvas::Camera;
use crate::ui::{Section, choice_editor, theme};

/// Copies are moved by this much on screen, in points.
const COPY_OFFSET: f64 = 18.0;
/// Points of a scene's width on screen, for offsets and speeds, where the canvas is not at hand.
const NOMINAL_WIDTH: f64 = 600.0;

/// Shows the section.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    Section::new("Data").help("The points and Gaussians whose noised density p_t is shown").show(ui, |ui| {
        let data = &cx.scene.data;
        let muted = theme::tokens(ui.visuals()).muted_text;
        let count = format!(
            "{}, {}",
            counted(data.points.len(), "point", "points"),
            counted(data.components.len(), "Gaussian", "Gaussians")
        );
        ui.label(RichText::new(count).small().color(muted));
        selection(ui, cx);
        ui.add_space(2.0);
        egui::CollapsingHeader::new("Add points").id_salt("add points").show(ui, |ui| add(ui, cx));
    });
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn selection(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let [x0, x1, ..] = cx.state.camera.region();
    let unit = (x1 - x0) / NOMINAL_WIDTH;
    match (cx.state.selection.len(), cx.state.selection.first().copied()) {
        (0, _) | (_, None) => {
            let muted = theme::tokens(ui.visuals()).muted_text;
            let hint = "Click a point to select it; the wheel over it then changes its weight. Double-click adds one, Shift-drag \
                        selects several.";
            ui.label(RichText::new(hint).small().color(muted));
        }
        (1, Some(Item::Point(i))) => {
            if let Some(point) = cx.scene.data.points.get_mut(i)
                && point_fields(ui, i, point, unit)
            {
                cx.edits.note("edit point");
            }
        }
        (1, Some(Item::Component(i))) => {
            if let Some(component) = cx.scene.data.components.get_mut(i)
                && component_fields(ui, i, component, unit)
            {
                cx.edits.note("edit Gaussian");
            }
        }
        (count, _) => {
            ui.label(format!("{count} selected"));
            ui.horizontal(|ui| {
                let common = edit::selected_weight(&cx.scene.data, &cx.state.selection);
                let mut weight = common.unwrap_or(1.0);
                let label = ui.label("weight").on_hover_text(WEIGHT);
                let field = weight_field(&mut weight);
                let field = if common.is_some() { field } else { field.custom_formatter(|_, _| "mixed".to_owned()) };
                if ui.add(field).labelled_by(label.id).changed() {
                    edit::set_weight(&mut cx.scene.data, &cx.state.selection, weight);
                    cx.edits.note("change weight");
                }
            });
        }
    }
    ui.horizontal_wrapped(|ui| {
        let any = !cx.state.selection.is_empty();
        if ui.add_enabled(any, egui::Button::new("Delete")).on_hover_text("Delete what is selected (Del)").clicked()
            && edit::delete(&mut cx.scene.data, &mut cx.state.selection)
        {
            cx.edits.note("delete");
        }
        let copy = ui.add_enabled(any, egui::Button::new("Duplicate")).on_hover_text("Copy what is selected (Ctrl+D)");
        let offset = [COPY_OFFSET * unit, -COPY_OFFSET * unit];
        if copy.clicked() && edit::duplicate(&mut cx.scene.data, &mut cx.state.selection, offset) {
            cx.edits.note("duplicate");
        }
        if ui
            .button("Select all")
            .on_hover_text("Select everything (Ctrl+A); Shift and drag selects in a box")
            .clicked()
        {
            cx.state.selection = edit::select_all(&cx.scene.data);
        }
    });
}

const WEIGHT: &str = "Share π before normalisation; points and Gaussians share one scale";

fn weight_field(weight: &mut f64) -> DragValue<'_> {
    let speed = 0.01 * weight.abs().max(0.01);
    DragValue::new(weight).speed(speed).range(0.0..=1e12).max_decimals(4)
}

fn coordinate(value: &mut f64, unit: f64) -> DragValue<'_> {
    DragValue::new(value).speed(unit).range(-1e6..=1e6).max_decimals(4)
}

fn point_fields(ui: &mut Ui, index: usize, point: &mut Point, unit: f64) -> bool {
    let before = *point;
    ui.label(RichText::new(format!("Point {}", index + 1)).strong());
    Grid::new("point").num_columns(2).spacing([8.0, 4.0]).show(ui, |ui| {
        place_row(ui, &mut point.at, unit);
        let label = ui.label("weight").on_hover_text(WEIGHT);
        ui.add(weight_field(&mut point.weight)).labelled_by(label.id);
        ui.end_row();
    });
    *point != before
}

fn place_row(ui: &mut Ui, at: &mut [f64; 2], unit: f64) {
    ui.label("x, y");
    ui.horizontal(|ui| {
        let [x, y] = at;
        ui.add(coordinate(x, unit)).accessible_name("x");
        ui.add(coordinate(y, unit)).accessible_name("y");
    });
    ui.end_row();
}

fn component_fields(ui: &mut Ui, index: usize, component: &mut GaussianComponent, unit: f64) -> bool {
    let before = *component;
    ui.label(RichText::new(format!("Gaussian {}", index + 1)).strong());
    Grid::new("component").num_columns(2).spacing([8.0, 4.0]).show(ui, |ui| {
        place_row(ui, &mut component.mean, unit);
        ui.label("Σ").on_hover_text("Covariance: Σ_xx, Σ_xy, Σ_yy; must be positive semidefinite");
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let mut entries = component.covariance;
            let speed = 0.01 * (entries[0] + entries[2]).max(1e-3);
            for (entry, (name, low)) in
                entries.iter_mut().zip([("covariance xx", 0.0), ("covariance xy", -1e12), ("covariance yy", 0.0)])
            {
                let field = DragValue::new(entry).speed(speed).range(low..=1e12).max_decimals(4);
                ui.add(field).accessible_name(name);
            }
            let [xx, xy, yy] = entries;
            if sym2::is_positive_semidefinite(&sym2::new(xx, xy, yy)) {
                component.covariance = entries;
            }
        });
        ui.end_row();
        let label = ui.label("weight").on_hover_text(WEIGHT);
        ui.add(weight_field(&mut component.weight)).labelled_by(label.id);
        ui.end_row();
    });
    *component != before
}

fn add(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    choice_editor(ui, "point set", &mut cx.state.adding, data_set::ALL, |set| &set.info);
    ui.horizontal(|ui| {
        let add = ui.button("Add").on_hover_text("Add these points to the data").clicked();
        let replace = ui.button("Replace").on_hover_text("Take these points in place of all data").clicked();
        if !(add || replace) {
            return;
        }
        let Ok(places) = data_set::draw(&cx.state.adding, cx.scene.seed.wrapping_add(cx.state.added)) else { return };
        cx.state.added += 1;
        let points: Vec<Point> = places.into_iter().map(|at| Point { at: [at.x, at.y], weight: 1.0 }).collect();
        if replace {
            cx.scene.data = Default::default();
        }
        edit::add_points(&mut cx.scene.data, &mut cx.state.selection, &points);
        cx.edits.note(if replace { "replace data" } else { "add points" });
        if replace && let Some(camera) = Camera::around(cx.scene.data.points.iter().map(|point| point.at)) {
            cx.state.camera = camera;
        }
    });
    let muted = theme::tokens(ui.visuals()).muted_text;
    let hint = "Or paste, or drop a file of, CSV rows x, y[, weight] or a .npy array [n, 2].";
    ui.label(RichText::new(hint).small().color(muted));
}
