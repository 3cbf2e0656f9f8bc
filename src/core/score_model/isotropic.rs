//! The isotropic model: a single point at the data's mean.

use nalgebra::Matrix2;

use super::ScoreModelKind;
use super::gaussian::single;
use crate::mixture::Component;
use crate::param::KindInfo;

/// Score `S⁻¹(αμ − x)/σ²`.
pub(super) const KIND: ScoreModelKind = ScoreModelKind {
    info: KindInfo {
        id: "isotropic",
        name: "Isotropic",
        about: "A single point at the mean: what every model looks like from far away.",
        params: &[],
    },
    build: |_, data| single(Component { weight: 1.0, mean: data.mean(), covariance: Matrix2::zeros() }, data),
};
