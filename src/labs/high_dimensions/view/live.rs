//! The lab's live readings.

use std::sync::Arc;

use super::HighDimensionsView;
use crate::labs::high_dimensions::run::{self, Point, Spectra};
use crate::labs::readings::{Live, live};

type View = HighDimensionsView;

/// Every reading of the lab.
pub(super) static ALL: &[Live<View>] = &[
    live("size", "Dimension N that is looked at", |view| Some(view.scene.focus.size as f64)),
    live("exponent", "Exponent a that is looked at, P = N^(1+a)", |view| Some(view.scene.focus.exponent)),
    live("samples", "Number of samples P at the point that is looked at", |view| {
        Some(run::samples(view.scene.focus.size, view.scene.focus.exponent))
    }),
    live("overlap", "Mean (u_i·v_i)² of true and generated eigenvectors at the point that is looked at", |view| {
        Some(view.spectra()?.mean_diagonal_overlap())
    }),
    live("largest", "Largest eigenvalue of the generated covariance", |view| {
        view.spectra()?.generated.first().copied()
    }),
    live("smallest", "Smallest eigenvalue of the generated covariance", |view| {
        view.spectra()?.generated.last().copied()
    }),
    live("distance", "Wasserstein distance per dimension at the computed point nearest to the one looked at", |view| {
        Some(view.point()?.w2)
    }),
    live("variation_lower", "Lower bound on the total variation there", |view| Some(view.point()?.tv_lower)),
    live("variation_upper", "Upper bound on the total variation there, which may exceed 1", |view| {
        Some(view.point()?.tv_upper)
    }),
];

impl View {
    fn spectra(&self) -> Option<&Arc<Spectra>> {
        self.results.spectra.value().filter(|_| self.results.spectra.is_finished())
    }

    /// The point of the computed curves that is nearest to the one looked at.
    fn point(&self) -> Option<&Point> {
        let focus = self.scene.focus;
        let far = |point: &Point| {
            let size = (point.size as f64 / focus.size as f64).ln().abs();
            (size, (point.exponent - focus.exponent).abs())
        };
        let points = self.results.distances.value()?;
        points.iter().min_by(|a, b| far(a).partial_cmp(&far(b)).unwrap_or(std::cmp::Ordering::Equal))
    }
}
