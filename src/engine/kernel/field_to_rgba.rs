//! Kernel `field_to_rgba`: turns one quantity of a field into a picture.

use super::mixture_field::Field;
use super::quantity::Quantity;
use crate::EngineError;
use crate::colour_map::ColourMap;

/// How values are spread over a colour map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueScale {
    /// Evenly.
    Linear,
    /// Evenly in the logarithm; values ≤ 0 take the lowest colour.
    Log,
}

/// What to draw.
#[derive(Debug, Clone, Copy)]
pub struct Colouring<'a> {
    /// The quantity shown.
    pub quantity: &'static Quantity,
    /// Values of the lowest and highest colour; low < high, and low > 0 on a logarithmic scale.
    pub range: [f32; 2],
    /// How values are spread between them.
    pub scale: ValueScale,
    /// The colours.
    pub map: &'static ColourMap,
    /// The field of a second score model, for quantities that compare two.
    pub other: Option<&'a Field<f32>>,
}

/// Draws a field.
pub trait FieldToRgba {
    /// Returns 4 bytes a node: gamma-encoded red, green, blue, and opacity 255, in the field's storage order. Values that
    /// are not finite become transparent black.
    ///
    /// # Errors
    /// [`EngineError`] if memory or the device fails.
    fn field_to_rgba(&self, field: &Field<f32>, colouring: &Colouring<'_>) -> Result<Vec<u8>, EngineError>;
}
