//! Heat map of a quantity of the field, or of the components' colours.

use egui::{Color32, ColorImage, ComboBox, Rect, Slider, Ui, pos2};

use super::{DrawContext, Layer, LayerInfo, PrepareInput, Prepared};
use crate::engine::EngineError;
use crate::engine::colour_map::{self, ColourMap};
use crate::engine::kernel::quantity::{self, Quantity};
use crate::engine::kernel::{Colouring, ValueScale};
use crate::engine::reference::sample;
use crate::labs::score_field::scene::{HeatLayer, Layers};
use crate::labs::score_field::view::slider_row::slider_row;

/// Value of `HeatLayer::quantity` that stands for colours mixed by posterior weights.
pub const COMPONENT_COLOURS: &str = "component_colours";
const COMPONENT_COLOURS_NAME: &str = "Component colours";
const COMPONENT_COLOURS_ABOUT: &str = "Each component has a colour; a place shows them mixed by the weights w_i(x) with which it came from them ([GAUSS] Fig. 2).";
/// Maps whose middle means zero.
const DIVERGING: [&str; 1] = ["coolwarm"];
/// Share of the picture allowed beyond each end of a range chosen from the data.
const BEYOND: f32 = 0.005;
/// A logarithmic scale chosen from the data spans at most this factor.
const LOG_SPAN: f32 = 1e6;
/// Values that a range is chosen from.
const SAMPLES: usize = 20_000;

/// What the colours of a heat map mean.
#[derive(Debug, Clone)]
pub struct ColourScale {
    /// The quantity; `None` for the components' colours.
    pub quantity: &'static Quantity,
    /// The colours.
    pub map: &'static ColourMap,
    /// Values of the lowest and highest colour.
    pub range: [f32; 2],
    /// How values are spread between them.
    pub scale: ValueScale,
    /// Shares of the picture below and above the range.
    pub beyond: [f32; 2],
}

/// The layer.
pub struct Heat;

/// Whether `layers` ask for components' colours.
pub fn wants_colours(layers: &Layers) -> bool {
    layers.heat.on && layers.heat.quantity == COMPONENT_COLOURS
}

impl Layer for Heat {
    fn info(&self) -> LayerInfo {
        LayerInfo { name: "Heat map", about: "A quantity of the field as colours, explained by the colour bar." }
    }

    fn is_on(&self, layers: &Layers) -> bool {
        layers.heat.on
    }

    fn switch<'a>(&self, layers: &'a mut Layers) -> &'a mut bool {
        &mut layers.heat.on
    }

    fn settings(&self, ui: &mut Ui, layers: &mut Layers, compares: bool) -> bool {
        let heat = &mut layers.heat;
        let before = heat.clone();
        quantity_picker(ui, heat, compares);
        if heat.quantity != COMPONENT_COLOURS {
            colour_settings(ui, heat);
        }
        slider_row(ui, "opacity", "", Slider::new(&mut heat.opacity, 0.0..=1.0).max_decimals(2));
        *heat != before
    }

    fn prepare(&self, input: &PrepareInput<'_>) -> Result<Prepared, EngineError> {
        let heat = &input.layers.heat;
        let shown = &input.fields[input.pane];
        let size = [shown.grid.nx, shown.grid.ny];
        if heat.quantity == COMPONENT_COLOURS {
            let colour = &shown.field.colour;
            let pixel = |i: usize| Color32::from(egui::Rgba::from_rgb(colour[0][i], colour[1][i], colour[2][i]));
            let known = colour[0].len() == shown.grid.len();
            let image = known.then(|| ColorImage::new(size, (0..shown.grid.len()).map(pixel).collect()));
            return Ok(Prepared { image, ..Prepared::default() });
        }
        let (Some(quantity), Some(map)) = (quantity::find(&heat.quantity), colour_map::find(&heat.colour_map)) else {
            return Ok(Prepared::default());
        };
        let other = input.fields.get(1).map(|other| &other.field);
        // Two models beside one another share one scale, or their colours could not be compared.
        let mut values = Vec::new();
        for field in if quantity.compares { &input.fields[..1] } else { input.fields } {
            let stride = field.grid.len().div_ceil(SAMPLES);
            values
                .extend((0..field.grid.len()).step_by(stride).map(|i| (quantity.at)(&sample(&field.field, other, i))));
        }
        let colours = colour_scale(heat, quantity, map, values);
        let colouring = Colouring {
            quantity,
            range: colours.range,
            scale: colours.scale,
            map,
            other: if quantity.compares { other } else { None },
        };
        let field = if quantity.compares { &input.fields[0].field } else { &shown.field };
        let bytes = input.engine.field_to_rgba(field, &colouring)?;
        let image = ColorImage::from_rgba_unmultiplied(size, &bytes);
        Ok(Prepared { image: Some(image), colours: Some(colours), ..Prepared::default() })
    }

    fn draw(&self, cx: &DrawContext<'_>) {
        let Some(texture) = cx.texture else { return };
        // Rows are stored upwards, pictures downwards.
        let upside_down = Rect::from_min_max(pos2(0.0, 1.0), pos2(1.0, 0.0));
        let tint = super::faded(Color32::WHITE, cx.scene.layers.heat.opacity as f32);
        cx.painter.image(texture.id(), cx.plane.rect_of(cx.region), upside_down, tint);
    }
}

fn quantity_picker(ui: &mut Ui, heat: &mut HeatLayer, compares: bool) {
    let shown = quantity::find(&heat.quantity);
    let label = ui.label("quantity");
    let chosen = shown.map_or(COMPONENT_COLOURS_NAME, |q| q.name);
    let combo =
        ComboBox::from_id_salt("heat quantity").selected_text(chosen).width(ui.available_width()).show_ui(ui, |ui| {
            for entry in quantity::ALL.iter().filter(|q| compares || !q.compares) {
                let about = format!("{}\n{}", entry.symbol, entry.about);
                if ui.selectable_label(heat.quantity == entry.id, entry.name).on_hover_text(about).clicked() {
                    entry.id.clone_into(&mut heat.quantity);
                    heat.logarithmic = entry.logarithmic;
                    heat.range = None;
                }
            }
            let mixed = ui.selectable_label(heat.quantity == COMPONENT_COLOURS, COMPONENT_COLOURS_NAME);
            if mixed.on_hover_text(COMPONENT_COLOURS_ABOUT).clicked() {
                COMPONENT_COLOURS.clone_into(&mut heat.quantity);
            }
        });
    let about = shown.map_or(COMPONENT_COLOURS_ABOUT.to_owned(), |q| format!("{}\n{}", q.symbol, q.about));
    combo.response.labelled_by(label.id).on_hover_text(about);
}

fn colour_settings(ui: &mut Ui, heat: &mut HeatLayer) {
    ui.horizontal(|ui| {
        let label = ui.label("colours");
        let chosen = colour_map::find(&heat.colour_map).map_or("", |map| map.name);
        let combo = ComboBox::from_id_salt("heat colours").selected_text(chosen).show_ui(ui, |ui| {
            for map in &colour_map::ALL {
                if ui.selectable_label(heat.colour_map == map.id, map.name).clicked() {
                    map.id.clone_into(&mut heat.colour_map);
                }
            }
        });
        combo.response.labelled_by(label.id);
        ui.checkbox(&mut heat.logarithmic, "log")
            .on_hover_text("Spread the colours evenly over the logarithm of the value");
    });
    let mut fixed = heat.range.is_some();
    ui.horizontal(|ui| {
        let hint =
            "Keep the values of the lowest and highest colour, so that pictures at different times can be compared";
        if ui.checkbox(&mut fixed, "fixed range").on_hover_text(hint).changed() {
            let start = quantity::find(&heat.quantity).and_then(|q| q.fixed_range).unwrap_or([0.0, 1.0]);
            heat.range = fixed.then_some(start.map(f64::from));
        }
        if let Some([low, high]) = &mut heat.range {
            let speed = 0.005 * (*high - *low).abs().max(1e-6);
            let lowest = if heat.logarithmic { 1e-12 } else { -1e12 };
            if heat.logarithmic {
                *low = low.max(lowest);
            }
            let least = *low + 1e-9 * low.abs().max(1e-6);
            let field = |value, range| egui::DragValue::new(value).speed(speed).range(range).max_decimals(6);
            ui.add(field(low, lowest..=1e12)).accessible_name("lowest value of the heat map");
            ui.add(field(high, least..=1e13)).accessible_name("highest value of the heat map");
        }
    });
}

/// The scale for `values`: what the layer fixes, else what suits quantity and values.
fn colour_scale(
    heat: &HeatLayer,
    quantity: &'static Quantity,
    map: &'static ColourMap,
    mut values: Vec<f32>,
) -> ColourScale {
    values.retain(|v| v.is_finite());
    values.sort_unstable_by(f32::total_cmp);
    let scale = if heat.logarithmic { ValueScale::Log } else { ValueScale::Linear };
    let chosen = heat.range.map(|range| range.map(|v| v as f32)).filter(|[low, high]| low < high);
    let chosen = chosen.filter(|[low, _]| scale == ValueScale::Linear || *low > 0.0);
    let range = chosen.unwrap_or_else(|| {
        let automatic = match scale {
            ValueScale::Log => log_range(&values),
            ValueScale::Linear => quantity.fixed_range.unwrap_or_else(|| linear_range(&values)),
        };
        if scale == ValueScale::Linear && DIVERGING.contains(&map.id) {
            let most = automatic[0].abs().max(automatic[1].abs());
            [-most, most]
        } else {
            automatic
        }
    });
    let share = |count: usize| count as f32 / values.len().max(1) as f32;
    let beyond =
        [share(values.partition_point(|v| *v < range[0])), 1.0 - share(values.partition_point(|v| *v <= range[1]))];
    let beyond = if values.is_empty() { [0.0; 2] } else { beyond };
    ColourScale { quantity, map, range, scale, beyond }
}

fn quantile(sorted: &[f32], share: f32) -> f32 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((share * last as f32).round() as usize).copied().unwrap_or(0.0)
}

/// From zero where nothing is negative, so that no colour means nothing.
fn linear_range(sorted: &[f32]) -> [f32; 2] {
    let low = if sorted.first().is_none_or(|v| *v >= 0.0) { 0.0 } else { quantile(sorted, BEYOND) };
    let high = quantile(sorted, 1.0 - BEYOND);
    widened([low, high])
}

fn log_range(sorted: &[f32]) -> [f32; 2] {
    let positive = &sorted[sorted.partition_point(|v| *v <= 0.0)..];
    if positive.is_empty() {
        return [0.1, 1.0];
    }
    let high = quantile(positive, 1.0 - BEYOND);
    let low = quantile(positive, BEYOND).max(high / LOG_SPAN).max(f32::MIN_POSITIVE);
    if low < high { [low, high] } else { [0.5 * high.max(1e-30), 2.0 * high.max(1e-30)] }
}

/// The same range, or one about it if it is empty.
fn widened([low, high]: [f32; 2]) -> [f32; 2] {
    if high - low > 1e-6 * low.abs().max(high.abs()) { [low, high] } else { [low - 0.5, low.max(high) + 0.5] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(heat: &HeatLayer, id: &str, values: &[f32]) -> ColourScale {
        let map = colour_map::find(&heat.colour_map).unwrap();
        colour_scale(heat, quantity::find(id).unwrap(), map, values.to_vec())
    }

    #[test]
    fn an_automatic_range_leaves_out_outliers_and_says_so() {
        let mut values: Vec<f32> = (0..1000).map(|i| i as f32 / 1000.0).collect();
        values.extend([f32::INFINITY, f32::NAN, 1e9]);
        let colours = scale(&HeatLayer::default(), "density", &values);
        assert_eq!(colours.range[0], 0.0);
        assert!(colours.range[1] < 1.0, "{:?}", colours.range);
        assert!(colours.beyond[1] > 0.0 && colours.beyond[1] < 0.01);
    }

    #[test]
    fn every_range_is_one_that_can_be_drawn() {
        for logarithmic in [false, true] {
            for values in [&[][..], &[0.0, 0.0], &[3.0], &[-2.0, -1.0], &[f32::NAN], &[0.0, 1e-20], &[1e30, 1e-30]] {
                for id in ["density", "log_density", "score_norm"] {
                    let heat = HeatLayer { logarithmic, ..HeatLayer::default() };
                    let [low, high] = scale(&heat, id, values).range;
                    assert!(low < high && low.is_finite() && high.is_finite(), "{id} {values:?}: {low} {high}");
                    assert!(!logarithmic || low > 0.0);
                }
            }
        }
    }

    #[test]
    fn zero_is_the_middle_of_a_signed_map() {
        let heat = HeatLayer { colour_map: "coolwarm".to_owned(), ..HeatLayer::default() };
        let [low, high] = scale(&heat, "log_density", &[-3.0, -1.0, 1.0]).range;
        assert_eq!(low, -high);
    }
}
