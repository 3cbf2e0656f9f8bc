//! The kernel against the theory, node by node.

use nalgebra::{Matrix2, Vector2};

use super::*;
use crate::core::mixture::{Component, Mixture, NoisedMixture};
use crate::core::philox::{self, Stream};
use crate::core::process::NoiseLevel;
use crate::core::sym2;
use crate::engine::cpu::tests::levels;
use crate::engine::reference::ReferenceEngine;

/// Errors of one array: the 99th percentile of the relative ones, and the largest over the array's largest value.
#[derive(Debug, Clone, Copy)]
struct Errors {
    percentile: f64,
    largest: f64,
}

fn errors(exact: &[f64], found: &[f64]) -> Errors {
    assert_eq!(exact.len(), found.len());
    assert!(found.iter().all(|v| v.is_finite()), "not finite");
    let scale = exact.iter().fold(0.0_f64, |scale, v| scale.max(v.abs()));
    let differences = || exact.iter().zip(found).map(|(a, b)| ((a - b).abs(), a.abs()));
    // Entries that are zero but for rounding have no relative error.
    let floor = 1e-13 * scale;
    let mut relative: Vec<f64> = differences().filter(|(_, a)| *a > floor).map(|(d, a)| d / a).collect();
    relative.sort_by(f64::total_cmp);
    let percentile = relative.get(relative.len() * 99 / 100).copied().unwrap_or_default();
    let largest = differences().fold(0.0_f64, |largest, (d, _)| largest.max(d));
    Errors { percentile, largest: if largest == 0.0 { 0.0 } else { largest / scale } }
}

fn arrays(field: &Field<f64>) -> [(&'static str, &[f64]); 6] {
    let ([sx, sy], [xx, xy, yy]) = (&field.score, &field.proxy_covariance);
    [("log p", &field.log_density), ("s x", sx), ("s y", sy), ("C xx", xx), ("C xy", xy), ("C yy", yy)]
}

fn uniform(item: u32, step: u32) -> f64 {
    f64::from(philox::uniform(philox::words(7, Stream::Pick as u32, item, step)[0]))
}

fn normal(item: u32, step: u32) -> Vector2<f64> {
    let [x, y] = philox::normals(7, Stream::Start, item, step);
    Vector2::new(f64::from(x), f64::from(y))
}

fn points(count: u32, weight: impl Fn(u32) -> f64) -> Mixture {
    let point = |item| Component { weight: weight(item), mean: normal(item, 0), covariance: Matrix2::zeros() };
    Mixture::new((0..count).map(point).collect()).unwrap()
}

/// Gaussians of all shapes, needles and points among them.
fn gaussians(count: u32) -> Mixture {
    let component = |item| {
        let (angle, long, short) = (6.0 * uniform(item, 1), 0.6 * uniform(item, 2), 0.2 * uniform(item, 3).powi(3));
        let turn = Matrix2::new(angle.cos(), -angle.sin(), angle.sin(), angle.cos());
        let covariance = turn * Matrix2::from_diagonal(&Vector2::new(long * long, short * short)) * turn.transpose();
        let covariance = if item % 5 == 4 { Matrix2::zeros() } else { sym2::symmetrized(&covariance) };
        Component { weight: uniform(item, 4), mean: normal(item, 0), covariance }
    };
    Mixture::new((0..count).map(component).collect()).unwrap()
}

fn noised(mixture: &Mixture, sigma: f64, shape: Matrix2<f64>) -> NoisedMixture {
    mixture.noised(NoiseLevel { alpha: 0.9, sigma, shape })
}

fn square(nodes: [usize; 2]) -> Grid {
    Grid { x: [-3.1, 2.9], y: [-2.7, 3.0], nx: nodes[0], ny: nodes[1] }
}

fn report(name: &str, mixture: &NoisedMixture, grid: Grid) {
    let request = FieldRequest { mixture, grid, colours: &[] };
    let exact = ReferenceEngine.mixture_field_wide(&request).unwrap();
    let engine = CpuEngine::new();
    let wide = engine.mixture_field_wide(&request).unwrap();
    let narrow = engine.mixture_field(&request).unwrap().map(f64::from);
    for ((name_of, e), ((_, w), (_, n))) in
        arrays(&exact).into_iter().zip(arrays(&wide).into_iter().zip(arrays(&narrow)))
    {
        let (w, n) = (errors(e, w), errors(e, n));
        println!(
            "{name:28} {name_of:6} f64 {:8.1e} {:8.1e}   f32 {:8.1e} {:8.1e}",
            w.percentile, w.largest, n.percentile, n.largest
        );
    }
}

#[test]
fn look() {
    let iso = Matrix2::identity();
    let tilted = sym2::new(1.5, 0.6, 0.7);
    for sigma in [0.01, 0.05, 0.2, 0.7, 3.0, 50.0] {
        report(&format!("points 8 s{sigma}"), &noised(&points(8, |_| 1.0), sigma, iso), square([63, 65]));
        report(
            &format!("points 300 s{sigma}"),
            &noised(&points(300, |i| uniform(i, 9)), sigma, tilted),
            square([63, 65]),
        );
        report(&format!("gmm 6 s{sigma}"), &noised(&gaussians(6), sigma, iso), square([63, 65]));
        report(&format!("gmm 100 s{sigma}"), &noised(&gaussians(100), sigma, tilted), square([63, 65]));
    }
}
