//! Score models: what is taken for the distribution of one data set ([GAUSS] §2.2, App. A.5).
//!
//! Each model turns the data, themselves a [`Mixture`] of points and hand-made components, into the mixture whose exact
//! score is used.

mod delta;
mod gaussian;
mod gmm;
mod isotropic;

use super::mixture::Mixture;
use super::param::{Choice, ChoiceError, KindInfo};

/// One score model of the family.
pub struct ScoreModelKind {
    /// Names and parameters.
    pub info: KindInfo,
    /// Builds the mixture of the model from that of the data.
    build: fn(&Choice, &Mixture) -> Mixture,
}

/// Every score model.
pub static ALL: &[ScoreModelKind] = &[delta::KIND, gmm::KIND, gaussian::KIND, isotropic::KIND];

/// The mixture that `choice` makes of `data`.
///
/// # Errors
/// An unknown model or a parameter out of range.
pub fn build(choice: &Choice, data: &Mixture) -> Result<Mixture, ChoiceError> {
    let kind = choice.resolve(ALL, |kind| &kind.info)?;
    Ok((kind.build)(choice, data))
}
