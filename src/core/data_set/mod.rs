//! Point sets drawn by the program itself.

mod gtv;
mod shapes;

use nalgebra::Vector2;

use super::param::{Choice, ChoiceError, KindInfo};

/// One point set of the family.
pub struct DataSetKind {
    /// Names and parameters.
    pub info: KindInfo,
    /// Draws the points; the same choice and seed give the same points.
    draw: fn(&Choice, u64) -> Vec<Vector2<f64>>,
}

/// Every point set.
pub static ALL: &[DataSetKind] = &[
    shapes::RING,
    shapes::TWO_MOONS,
    shapes::SPIRAL,
    shapes::CHECKERBOARD,
    shapes::BLOB,
    gtv::HEXAGON,
    gtv::DIAGONAL,
    gtv::BLEND,
    gtv::RANDOM,
];

/// The points of the set that `choice` names.
///
/// # Errors
/// An unknown set or a parameter out of range.
pub fn draw(choice: &Choice, seed: u64) -> Result<Vec<Vector2<f64>>, ChoiceError> {
    let kind = choice.resolve(ALL, |kind| &kind.info)?;
    Ok((kind.draw)(choice, seed))
}
