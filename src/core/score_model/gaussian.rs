//! One Gaussian with the data's mean and covariance.

use super::ScoreModelKind;
use crate::mixture::{Component, Mixture};
use crate::param::KindInfo;

pub(super) const KIND: ScoreModelKind = ScoreModelKind {
    info: KindInfo {
        id: "gaussian",
        name: "Gaussian",
        about: "One Gaussian with the mean and covariance of the data: the linear score.",
        params: &[],
    },
    build: |_, data| single(Component { weight: 1.0, mean: data.mean(), covariance: data.covariance() }, data),
};

/// The mixture of this one component; moments of valid data always pass the checks.
pub(super) fn single(component: Component, data: &Mixture) -> Mixture {
    Mixture::new(vec![component]).unwrap_or_else(|_| data.clone())
}
