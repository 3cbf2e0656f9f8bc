//! A Gaussian mixture fitted by k-means ([GAUSS] App. A.5).

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use linfa_clustering::KMeans;
use nalgebra::Matrix2;
use ndarray::Array2;

use super::ScoreModelKind;
use crate::mixture::{Component, Mixture};
use crate::param::{Choice, KindInfo, ParamInfo, Scale};
use crate::sym2;

const CLUSTERS: ParamInfo = ParamInfo {
    key: "clusters",
    label: "clusters K",
    about: "Number of Gaussians fitted to the points; at most one for each distinct point.",
    min: 1.0,
    max: 64.0,
    default: 3.0,
    scale: Scale::Integer,
};
const RANK: ParamInfo = ParamInfo {
    key: "rank",
    label: "rank r",
    about: "Principal axes kept of each cluster's covariance: 2 keeps all, 1 a line, 0 a point.",
    min: 0.0,
    max: 2.0,
    default: 2.0,
    scale: Scale::Integer,
};

pub(super) const KIND: ScoreModelKind = ScoreModelKind {
    info: KindInfo {
        id: "gmm",
        name: "Gaussian mixture (k-means)",
        about: "k-means clusters with their means, covariances cut to rank r, and weights; hand-made components stay.",
        params: &[CLUSTERS, RANK],
    },
    build,
};

fn build(choice: &Choice, data: &Mixture) -> Mixture {
    let (points, mut fitted): (Vec<Component>, Vec<Component>) =
        data.components().iter().partition(|c| c.covariance == Matrix2::zeros());
    let members = clusters(&points, choice.get(&CLUSTERS) as usize);
    let rank = choice.get(&RANK) as usize;
    for cluster in members {
        let weight: f64 = cluster.iter().map(|c| c.weight).sum();
        if let Ok(cluster) = Mixture::new(cluster) {
            let covariance = truncated(&cluster.covariance(), rank);
            fitted.push(Component { weight, mean: cluster.mean(), covariance });
        }
    }
    Mixture::new(fitted).unwrap_or_else(|_| data.clone())
}

/// Splits `points` into at most `count` clusters. The split itself does not look at weights.
fn clusters(points: &[Component], count: usize) -> Vec<Vec<Component>> {
    let mut distinct: Vec<[u64; 2]> = points.iter().map(|c| [c.mean.x.to_bits(), c.mean.y.to_bits()]).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let count = count.min(distinct.len());
    if count <= 1 {
        return vec![points.to_vec()];
    }
    let places = Array2::from_shape_fn((points.len(), 2), |(i, axis)| points[i].mean[axis]);
    let records = DatasetBase::from(places);
    // The default generator has a fixed seed, so the same points give the same clusters.
    let Ok(model) = KMeans::params(count).n_runs(if points.len() > 2000 { 2 } else { 10 }).fit(&records) else {
        return vec![points.to_vec()];
    };
    let labels = model.predict(&records);
    let mut members = vec![Vec::new(); count];
    for (point, label) in points.iter().zip(labels.iter()) {
        members[*label].push(*point);
    }
    members.retain(|cluster| !cluster.is_empty());
    members
}

/// The covariance with all but its `rank` largest eigenvalues set to zero.
fn truncated(covariance: &Matrix2<f64>, rank: usize) -> Matrix2<f64> {
    if rank >= 2 {
        return *covariance;
    }
    let eigen = covariance.symmetric_eigen();
    let largest = eigen.eigenvalues.imax();
    let axis = eigen.eigenvectors.column(largest);
    if rank == 0 {
        Matrix2::zeros()
    } else {
        sym2::symmetrized(&(eigen.eigenvalues[largest] * axis * axis.transpose()))
    }
}
