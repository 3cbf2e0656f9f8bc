//! The training images: drawn by the program, by hand, or loaded; and what their patches are like.

use std::sync::Arc;

use egui::{Button, Color32, ColorImage, DragValue, Rect, RichText, ScrollArea, Sense, Slider, Ui, pos2, vec2};

use super::{PaneContext, PaneEntry, explain, note, warn};
use crate::core::image_set::{self, ImageSet};
use crate::labs::patches::image_files::{Crop, Loaded, MOST_KEPT};
use crate::labs::patches::scene::GivenImages;
use crate::labs::patches::training;
use crate::labs::patches::view::mosaic::Mosaic;
use crate::labs::patches::view::statistics_slot::Statistics;
use crate::labs::patches::view::{colours, fitting, loading};
use crate::ui::chart::{Axis, Chart, Mark, Series};
use crate::ui::pixel_editor::pixel_editor;
use crate::ui::pixels::paint_small;
use crate::ui::tiles::Pane;
use crate::ui::{Section, choice_editor, format, theme};

pub const PANE: PaneEntry = PaneEntry {
    pane: Pane {
        id: "training",
        name: "Training set",
        about: "The images whose patches the machine knows: choose, load or draw them, and see what their patches are like",
    },
    show,
};

/// Training images shown at most.
const MOST_SHOWN: usize = 64;
/// Sides of images drawn by hand.
const HAND_SIDES: [usize; 2] = [8, 32];
/// Most images drawn by hand.
const MOST_BY_HAND: usize = 64;
/// Side of a drawn component, in points.
const COMPONENT: f32 = 34.0;

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        explain(ui, "All that the machine knows are the patches of these images. What it makes is a mosaic of them.");
        Section::new("Images").show(ui, |ui| images(ui, cx));
        Section::new("Load")
            .help("Pictures and arrays from files")
            .open(!cx.state.loaded.is_empty())
            .show(ui, |ui| load(ui, cx));
        Section::new("Draw").help("Edit the images pixel by pixel").open(false).show(ui, |ui| by_hand(ui, cx));
        Section::new("Patches").show(ui, |ui| statistics(ui, cx));
        Section::new("Field theory")
            .help("Coefficients of the score at weak fields ([EFT] A.2)")
            .show(ui, |ui| theory(ui, cx));
    });
}

/// Notes that the training images have changed.
fn changed(cx: &mut PaneContext<'_>, edit: &'static str) {
    *cx.images_stamp += 1;
    fitting::fit_to_images(cx.scene);
    cx.edits.note(edit);
}

fn images(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    match &cx.scene.training.images {
        None => {
            if choice_editor(ui, "training set", &mut cx.scene.training.set, image_set::ALL, |kind| &kind.info) {
                changed(cx, "change training set");
            }
        }
        Some(given) => {
            ui.label(format!(
                "{} (kept in the scene)",
                if given.name.is_empty() { "Drawn by hand" } else { &given.name }
            ));
            if ui.button("Back to a built-in set").on_hover_text("Drop these images (can be undone)").clicked() {
                cx.scene.training.images = None;
                cx.state.loaded.clear();
                changed(cx, "use built-in set");
            }
        }
    }
    let Some(setup) = cx.setup else { return };
    let images = Arc::clone(setup.setup.machine.images());
    let shown = images.count().min(MOST_SHOWN);
    let text = format!(
        "{} of {} × {} pixels, {}",
        counted(images.count(), "image", "images"),
        images.side(),
        images.side(),
        counted(images.channels(), "channel", "channels")
    );
    note(ui, &text);
    let mosaic = Mosaic::tiles(shown, images.side());
    let between = ui.visuals().panel_fill;
    let stamp = Arc::as_ptr(&images) as u64 ^ u64::from(ui.visuals().dark_mode);
    cx.textures.training.set(ui.ctx(), "training images", stamp, || Arc::new(thumbnails(&images, &mosaic, between)));
    let [columns, rows] = mosaic.size();
    let width = ui.available_width();
    let scale = (width / columns as f32).min(150.0 / rows as f32);
    let size = vec2(columns as f32, rows as f32) * scale;
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Training images"));
    if let Some(texture) = cx.textures.training.handle() {
        ui.painter().image(texture.id(), rect, Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)), Color32::WHITE);
    }
    let under = response.hover_pos().and_then(|pos| {
        let at = (pos - rect.min) / scale;
        mosaic.locate([at.x.max(0.0) as usize, at.y.max(0.0) as usize])
    });
    if let Some(pixel) = under {
        if response.clicked() {
            cx.state.image = pixel.grid;
        }
        let values: Vec<String> = (0..images.channels())
            .map(|c| format::number(f64::from(images.plane(pixel.grid, c)[pixel.index(images.side())]), 3))
            .collect();
        response.on_hover_text_at_pointer(format!(
            "image {}, row {}, column {}: {}",
            pixel.grid + 1,
            pixel.row,
            pixel.column,
            values.join(", ")
        ));
    }
    if shown < images.count() {
        note(ui, &format!("The first {shown} are shown."));
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn thumbnails(images: &ImageSet, mosaic: &Mosaic, between: Color32) -> ColorImage {
    let table = colours::table(colours::field_map());
    let side = images.side();
    mosaic.paint(between, |n, row, out| {
        if n >= images.count() {
            return;
        }
        for (column, colour) in out.iter_mut().enumerate() {
            let value = |c: usize| images.plane(n, c)[row * side + column];
            *colour = if images.channels() == 3 {
                colours::mixed(colours::FIELD_RANGE, [0, 1, 2].map(value))
            } else {
                colours::shade(&table, colours::FIELD_RANGE, value(0))
            };
        }
    })
}

fn load(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    ui.horizontal_wrapped(|ui| {
        for (name, about, folder) in [
            ("Load files…", "One or several png, jpeg, npy, npz or IDX files", false),
            ("Load folder…", "Every picture in a folder", true),
        ] {
            if ui.button(name).on_hover_text(about).clicked() {
                loading::ask(folder, &cx.state.inbox, ui.ctx());
            }
        }
    });
    note(ui, "Or drop files on the window. Values become −1 (black) to +1 (white); transparency shows white.");
    for words in &cx.state.loading {
        warn(ui, words);
    }
    let Some(first) = cx.state.loaded.first() else { return };
    let text = format!(
        "{} loaded, the first one {} × {} pixels",
        counted(cx.state.loaded.len(), "picture", "pictures"),
        first.size[0],
        first.size[1]
    );
    ui.label(text);
    let before = cx.state.crop;
    crop_picture(ui, cx);
    let crop = &mut cx.state.crop;
    let row = |ui: &mut Ui, label: &str, about: &str, slider: Slider<'_>| {
        ui.horizontal(|ui| {
            let name = ui.label(label).on_hover_text(about);
            ui.spacing_mut().slider_width = (ui.available_width() - 70.0).max(40.0);
            ui.add(slider).labelled_by(name.id).on_hover_text(about);
        });
    };
    row(ui, "side", "Side of the training images, in pixels", Slider::new(&mut crop.side, 4..=128).logarithmic(true));
    row(
        ui,
        "size of crop",
        "Share of the shorter side that is kept",
        Slider::new(&mut crop.zoom, 0.05..=1.0).max_decimals(2),
    );
    row(
        ui,
        "across",
        "Where the crop lies from left to right",
        Slider::new(&mut crop.at[0], 0.0..=1.0).max_decimals(2),
    );
    row(ui, "down", "Where the crop lies from top to bottom", Slider::new(&mut crop.at[1], 0.0..=1.0).max_decimals(2));
    ui.checkbox(&mut crop.grey, "grey").on_hover_text("One channel of brightness instead of three of colour");
    if *crop != before {
        match cut(&cx.state.crop, &cx.state.loaded) {
            Ok((images, remark)) => {
                cx.scene.training.images = Some(images);
                cx.state.loading = remark.into_iter().collect();
                changed(cx, "crop images");
            }
            Err(fault) => cx.state.loading = vec![fault],
        }
    }
}

/// The training images that loaded pictures make, as a scene holds them, and what is to be said if there are too many.
///
/// # Errors
/// Not even one fits.
pub fn cut(crop: &Crop, loaded: &[Loaded]) -> Result<(GivenImages, Option<String>), String> {
    let kept = &loaded[..crop.room(loaded, MOST_KEPT).clamp(1.min(loaded.len()), loaded.len())];
    let set = crop.cut(kept, MOST_KEPT)?;
    let remark = (kept.len() < loaded.len()).then(|| {
        format!(
            "Only the first {} of {} pictures are training images: more of {} × {} pixels do not fit into a scene.",
            kept.len(),
            loaded.len(),
            crop.side,
            crop.side
        )
    });
    let name = match loaded {
        [only] => only.name.clone(),
        [first, ..] => format!("{} and {} more", first.name, loaded.len() - 1),
        [] => String::new(),
    };
    Ok((training::encode(&name, &set), remark))
}

/// The first loaded picture with the square that is kept.
fn crop_picture(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    let Some(first) = cx.state.loaded.first() else { return };
    let [width, height] = first.size;
    let stride = width.max(height).div_ceil(256).max(1);
    let [columns, rows] = [width.div_ceil(stride), height.div_ceil(stride)];
    let stamp = first.values.as_ptr() as u64 ^ first.values.len() as u64;
    let table = colours::table(colours::field_map());
    cx.textures.loaded.set(ui.ctx(), "loaded picture", stamp, || {
        let pixel = |i: usize| {
            let at = i / columns * stride * width + i % columns * stride;
            let value = |c: usize| first.values[c * width * height + at];
            if first.channels == 3 {
                colours::mixed(colours::FIELD_RANGE, [0, 1, 2].map(value))
            } else {
                colours::shade(&table, colours::FIELD_RANGE, value(0))
            }
        };
        Arc::new(ColorImage::new([columns, rows], (0..columns * rows).map(pixel).collect()))
    });
    let scale = (ui.available_width() / width as f32).min(160.0 / height as f32);
    let (rect, response) = ui.allocate_exact_size(vec2(width as f32, height as f32) * scale, Sense::drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Crop of the loaded picture"));
    if let Some(texture) = cx.textures.loaded.handle() {
        ui.painter().image(texture.id(), rect, Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)), Color32::WHITE);
    }
    if response.dragged() {
        let delta = response.drag_delta() / scale;
        let [_, _, side] = cx.state.crop.square(first.size);
        for (axis, (moved, length)) in [(delta.x, width), (delta.y, height)].into_iter().enumerate() {
            let room = length as f64 - side;
            if room > 0.0 {
                cx.state.crop.at[axis] = (cx.state.crop.at[axis] + f64::from(moved) / room).clamp(0.0, 1.0);
            }
        }
    }
    let [left, top, side] = cx.state.crop.square(first.size).map(|v| v as f32 * scale);
    let square = Rect::from_min_size(rect.min + vec2(left, top), vec2(side, side));
    let tokens = theme::tokens(ui.visuals());
    let shade = tokens.canvas_background.gamma_multiply(0.6);
    for outside in [
        rect.with_max_y(square.top()),
        rect.with_min_y(square.bottom()),
        Rect::from_min_max(pos2(rect.left(), square.top()), square.left_bottom()),
        Rect::from_min_max(square.right_top(), pos2(rect.right(), square.bottom())),
    ] {
        ui.painter().rect_filled(outside, 0.0, shade);
    }
    ui.painter().rect_stroke(square, 0.0, egui::Stroke::new(2.0, tokens.selection), egui::StrokeKind::Inside);
    response.on_hover_text("Drag to move the crop; all loaded pictures are cut alike");
}

fn by_hand(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    let Some(setup) = cx.setup else { return };
    let images = Arc::clone(setup.setup.machine.images());
    let side = images.side();
    let editable = images.channels() == 1 && side <= HAND_SIDES[1] && images.count() <= MOST_BY_HAND;
    ui.horizontal_wrapped(|ui| {
        let label = ui.label("new set of side");
        let id = ui.scope_id().with("new side");
        let mut wanted: usize = ui.data(|data| data.get_temp(id)).unwrap_or(16);
        ui.add(DragValue::new(&mut wanted).range(HAND_SIDES[0]..=HAND_SIDES[1]).speed(0.1)).labelled_by(label.id);
        ui.data_mut(|data| data.insert_temp(id, wanted));
        if ui.button("Start").on_hover_text("One black image to draw on, in place of the present set").clicked()
            && let Ok(blank) = ImageSet::new(1, 1, wanted, vec![-1.0; wanted * wanted])
        {
            cx.scene.training.images = Some(training::encode("", &blank));
            cx.state.image = 0;
            changed(cx, "start drawing");
        }
    });
    if !editable {
        let text = format!(
            "Sets of one channel, of at most {} × {} pixels and {MOST_BY_HAND} images, can be drawn on.",
            HAND_SIDES[1], HAND_SIDES[1]
        );
        return note(ui, &text);
    }
    cx.state.image = cx.state.image.min(images.count() - 1);
    let image = cx.state.image;
    ui.horizontal(|ui| {
        let label = ui.label("image");
        let mut number = image + 1;
        ui.add(DragValue::new(&mut number).range(1..=images.count()).speed(0.1)).labelled_by(label.id);
        cx.state.image = number - 1;
        ui.label(format!("of {}", images.count()));
        for (ink, name) in [(1.0, "white"), (0.0, "grey"), (-1.0, "black")] {
            if ui.add(Button::selectable(cx.state.ink == ink, name)).on_hover_text("What the pointer draws").clicked() {
                cx.state.ink = ink;
            }
        }
    });
    let area = side * side;
    let mut values = images.values().to_vec();
    let mut edit = None;
    let table = colours::table(colours::field_map());
    let paper = if cx.state.ink < 0.0 { 1.0 } else { -1.0 };
    let drawn = pixel_editor(
        ui,
        "Pixel editor",
        &mut values[image * area..(image + 1) * area],
        side,
        [cx.state.ink, paper],
        |value| colours::shade(&table, colours::FIELD_RANGE, value),
    );
    if drawn {
        edit = Some("draw");
    }
    ui.horizontal_wrapped(|ui| {
        let room = images.count() < MOST_BY_HAND;
        if ui.add_enabled(room, Button::new("Add")).on_hover_text("A black image at the end").clicked() {
            values.extend(std::iter::repeat_n(-1.0, area));
            cx.state.image = images.count();
            edit = Some("add image");
        }
        if ui.add_enabled(room, Button::new("Duplicate")).on_hover_text("A copy of this image at the end").clicked() {
            let copy = values[image * area..(image + 1) * area].to_vec();
            values.extend(copy);
            cx.state.image = images.count();
            edit = Some("duplicate image");
        }
        let more = images.count() > 1;
        if ui.add_enabled(more, Button::new("Delete")).on_hover_text("Take this image away").clicked() {
            values.drain(image * area..(image + 1) * area);
            cx.state.image = image.saturating_sub(1);
            edit = Some("delete image");
        }
        if ui.button("Clear").on_hover_text("Make this image black").clicked() {
            values[image * area..(image + 1) * area].fill(-1.0);
            edit = Some("clear image");
        }
    });
    if let Some(edit) = edit
        && let Ok(set) = ImageSet::new(values.len() / area, 1, side, values)
    {
        cx.scene.training.images = Some(training::encode("", &set));
        changed(cx, edit);
    }
}

fn statistics(ui: &mut Ui, cx: &PaneContext<'_>) {
    let Some(Statistics { k, patches, .. }) = cx.statistics else {
        return note(ui, "Counting patches …");
    };
    let Some(patches) = patches else {
        return warn(ui, "This set is too large for its patches to be counted here.");
    };
    let text = format!("{} patches of {k} × {k} pixels, {} of them different.", patches.patches, patches.distinct);
    ui.label(text).on_hover_text("Patches around every pixel of every image, wrapped at the border");
    let total: f64 = patches.variances.iter().sum();
    if total > 0.0 {
        let mut so_far = 0.0;
        let needed = patches.variances.iter().take_while(|v| {
            let before = so_far;
            so_far += **v;
            before < 0.95 * total
        });
        let needed = needed.count();
        note(ui, &format!("{needed} of {} principal components hold 95 % of the variance.", patches.variances.len()));
    }
    let points = |values: &[f64]| -> Vec<[f64; 2]> {
        values
            .iter()
            .enumerate()
            .filter(|(_, v)| **v > 1e-12 * total.max(1e-300))
            .map(|(i, v)| [(i + 1) as f64, v / total])
            .collect()
    };
    Chart {
        name: "Patch spectrum",
        height: 110.0,
        axes: [Axis::linear("principal component"), Axis::log("share of variance")],
        series: vec![Series {
            name: String::new(),
            about: String::new(),
            colour: theme::tokens(ui.visuals()).accent,
            mark: Mark::LineDots,
            points: points(&patches.variances),
        }],
        cursors: Vec::new(),
        regions: Vec::new(),
    }
    .show(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(5.0, 5.0);
        let table = colours::table(colours::signed_map());
        for (index, component) in patches.components.iter().take(8).enumerate() {
            if patches.variances.get(index).is_none_or(|v| *v <= 1e-9 * total) {
                continue;
            }
            let (rect, response) = ui.allocate_exact_size(vec2(COMPONENT, COMPONENT), Sense::hover());
            let name = format!("Principal component {}", index + 1);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
            let most = component.iter().fold(1e-12_f64, |most, v| most.max(v.abs())) as f32;
            let first = component.get(..k * k).unwrap_or(&[]);
            paint_small(ui.painter(), rect, [*k, *k], |x, y| {
                let value = first.get(y * k + x).copied().unwrap_or(0.0) as f32;
                colours::shade(&table, [-most, most], value)
            });
            let share = patches.variances[index] / total.max(1e-300);
            response.on_hover_text(format!("{name}: {} of the variance", super::percent(share)));
        }
    });
    if patches.sampled < patches.patches {
        note(ui, &format!("Components from every {}th patch.", patches.patches.div_ceil(patches.sampled.max(1))));
    }
}

fn theory(ui: &mut Ui, cx: &PaneContext<'_>) {
    let muted = theme::tokens(ui.visuals()).muted_text;
    let Some(statistics) = cx.statistics else { return note(ui, "Expanding the score …") };
    let text = format!(
        "The score at weak fields, at ᾱ = {}: M(φ) ≈ a₀₀ + a₁₀φ + a₁₁·∇φ + a₁₂:∇∇φ",
        format::number(statistics.abar, 3)
    );
    ui.add(egui::Label::new(RichText::new(text).small()).wrap());
    let number = |value: f64| format::number(if value.abs() < 1e-12 { 0.0 } else { value }, 3);
    for (channel, expansion) in statistics.expansion.iter().enumerate() {
        if statistics.expansion.len() > 1 {
            ui.label(RichText::new(["red", "green", "blue"][channel.min(2)]).small().color(muted));
        }
        egui::Grid::new(("coefficients", channel)).num_columns(2).spacing([10.0, 3.0]).show(ui, |ui| {
            for (symbol, about, value) in [
                ("a₀₀", "Force where φ is zero", number(expansion.a00)),
                ("a₁₀", "Pull back to zero (negative) or growth (positive)", number(expansion.a10)),
                ("a₁₁", "Drift along x and y", expansion.a11.map(number).join(", ")),
                ("a₁₂", "Diffusion xx, xy, yy", expansion.a12.map(number).join(", ")),
            ] {
                ui.label(RichText::new(symbol).color(muted)).on_hover_text(about);
                ui.label(value).on_hover_text(about);
                ui.end_row();
            }
        });
    }
    if statistics.symmetries.is_empty() {
        note(ui, "No symmetry found: no coefficient has to vanish.");
    }
    for symmetry in &statistics.symmetries {
        note(ui, &format!("{}: {}.", capital(symmetry.id), symmetry.meaning));
    }
    let zero_mean = statistics.expansion.iter().all(|expansion| expansion.a00.abs() < 1e-9);
    if zero_mean && !statistics.expansion.is_empty() {
        note(ui, "Mean zero: no force where the field is zero.");
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
