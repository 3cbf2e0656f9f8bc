//! Kernel `mixture_field`: density, score and proxy covariance of a noised mixture on a grid.

use crate::EngineError;
use diffuscope_core::grid::Grid;
use diffuscope_core::mixture::NoisedMixture;

/// What to compute.
#[derive(Debug, Clone, Copy)]
pub struct FieldRequest<'a> {
    /// The mixture at one noise level.
    pub mixture: &'a NoisedMixture,
    /// Where.
    pub grid: Grid,
    /// One linear RGB colour in [0, 1] for each component, to be mixed by the posterior weights ([GAUSS] Fig. 2); empty
    /// if colours are not wanted.
    pub colours: &'a [[f32; 3]],
}

/// Values at the grid's nodes, row by row, x fastest; every array has `nx · ny` elements.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Field<T> {
    /// log p_t(x).
    pub log_density: Vec<T>,
    /// Components x and y of s = ∇ log p_t.
    pub score: [Vec<T>; 2],
    /// Entries xx, xy, yy of the proxy score's covariance C ([GTV] (5)).
    pub proxy_covariance: [Vec<T>; 3],
    /// Red, green, blue: colours mixed by posterior weights; empty if they were not asked for.
    pub colour: [Vec<T>; 3],
}

/// Computes a [`Field`].
pub trait MixtureField {
    /// Computes the field in single precision.
    ///
    /// # Errors
    /// [`EngineError`] if memory or the device fails.
    fn mixture_field(&self, request: &FieldRequest<'_>) -> Result<Field<f32>, EngineError>;

    /// Computes the field in double precision where the engine has it, else widens the single-precision one.
    ///
    /// # Errors
    /// As [`MixtureField::mixture_field`].
    fn mixture_field_wide(&self, request: &FieldRequest<'_>) -> Result<Field<f64>, EngineError> {
        Ok(self.mixture_field(request)?.map(f64::from))
    }
}

impl<T: Copy> Field<T> {
    /// The field with every value converted.
    pub fn map<U>(&self, convert: impl Fn(T) -> U) -> Field<U> {
        let all = |values: &Vec<T>| values.iter().map(|&v| convert(v)).collect::<Vec<U>>();
        Field {
            log_density: all(&self.log_density),
            score: self.score.each_ref().map(all),
            proxy_covariance: self.proxy_covariance.each_ref().map(all),
            colour: self.colour.each_ref().map(all),
        }
    }
}
