//! The kernel against the theory, node by node.

use nalgebra::{Matrix2, Vector2};

use super::*;
use crate::cpu::tests::levels;
use crate::reference::ReferenceEngine;
use diffuscope_core::mixture::{Component, Mixture, NoisedMixture};
use diffuscope_core::philox::{self, Stream};
use diffuscope_core::process::NoiseLevel;
use diffuscope_core::sym2;

/// Errors of one array: the 99th percentile of the relative ones, and the largest over the array's largest value.
#[derive(Debug, Clone, Copy)]
struct Errors {
    percentile: f64,
    largest: f64,
}

/// Errors of `found` relative to `sizes`, which for most arrays are the exact values themselves.
fn errors(exact: &[f64], found: &[f64], sizes: &[f64]) -> Errors {
    assert_eq!(exact.len(), found.len());
    assert!(found.iter().all(|v| v.is_finite()), "not finite");
    let scale = sizes.iter().fold(0.0_f64, |scale, v| scale.max(v.abs()));
    let differences = || exact.iter().zip(found).map(|(a, b)| (a - b).abs()).zip(sizes);
    // Entries that are zero but for rounding have no relative error.
    let floor = 1e-13 * scale;
    let counted = differences().filter(|(_, size)| size.abs() > floor);
    let mut relative: Vec<f64> = counted.map(|(difference, size)| difference / size.abs()).collect();
    relative.sort_by(f64::total_cmp);
    let percentile = relative.get(relative.len() * 99 / 100).copied().unwrap_or_default();
    let largest = differences().fold(0.0_f64, |largest, (difference, _)| largest.max(difference));
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

/// Bounds on [`Errors`] of every array.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    wide: Errors,
    narrow: Errors,
}

/// Holds both precisions of `engine` against the theory.
fn compare(engine: &CpuEngine, name: &str, mixture: &NoisedMixture, grid: Grid, bounds: Bounds) {
    let request = FieldRequest { mixture, grid, colours: &[] };
    let exact = ReferenceEngine.mixture_field_wide(&request).unwrap();
    let wide = engine.mixture_field_wide(&request).unwrap();
    let narrow = engine.mixture_field(&request).unwrap().map(f64::from);
    let [xx, xy, yy] = &exact.proxy_covariance;
    let natural = xx.iter().zip(xy).zip(yy).map(|((xx, xy), yy)| xy.abs().max(0.1 * (xx * yy).sqrt()));
    let natural: Vec<f64> = natural.collect();
    for (found, bound, single) in [(wide, bounds.wide, false), (narrow, bounds.narrow, true)] {
        for ((array, exact), (_, found)) in arrays(&exact).into_iter().zip(arrays(&found)) {
            // Single precision holds C xy against the variances, beside which it may be small.
            let sizes = if single && array == "C xy" { &natural } else { exact };
            let found = errors(exact, found, sizes);
            let close = found.percentile <= bound.percentile && found.largest <= bound.largest;
            assert!(close, "{engine:?} {name}, {array}: {found:?}, not {bound:?}");
        }
    }
}

/// What a grid that resolves the noise allows.
const RESOLVED: Bounds =
    Bounds { wide: Errors { percentile: 1e-11, largest: 1e-11 }, narrow: Errors { percentile: 2e-5, largest: 2e-5 } };
/// Where neighbouring nodes are many σ apart, weights change by e¹⁰⁰⁰ within a tile.
const SHARP: Bounds =
    Bounds { wide: Errors { percentile: 1e-9, largest: 1e-9 }, narrow: Errors { percentile: 2e-5, largest: 2e-5 } };

fn mixtures() -> [(&'static str, Mixture); 4] {
    [
        ("8 points", points(8, |_| 1.0)),
        ("300 weighted points, some of no weight", points(300, |item| (uniform(item, 9) - 0.2).max(0.0))),
        ("6 Gaussians", gaussians(6)),
        ("100 Gaussians", gaussians(100)),
    ]
}

#[test]
fn agrees_with_the_theory_at_every_noise() {
    let shapes = [Matrix2::identity(), sym2::new(1.5, 0.6, 0.7)];
    for (name, mixture) in mixtures() {
        for (sigma, bounds) in [(0.01, SHARP), (0.05, RESOLVED), (0.2, RESOLVED), (0.7, RESOLVED), (50.0, RESOLVED)] {
            for shape in shapes {
                let name = format!("{name} at σ = {sigma}");
                compare(&CpuEngine::new(), &name, &noised(&mixture, sigma, shape), square([63, 65]), bounds);
            }
        }
    }
}

#[test]
fn every_instruction_set_and_grid_size_agrees_with_the_theory() {
    for level in levels() {
        for nodes in [[2, 2], [3, 40], [17, 16], [64, 2]] {
            for (name, mixture) in mixtures() {
                let name = format!("{name} on {nodes:?} nodes");
                let mixture = noised(&mixture, 0.3, Matrix2::identity());
                compare(&CpuEngine::with_level(level), &name, &mixture, square(nodes), RESOLVED);
            }
        }
    }
}

#[test]
fn one_component_alone() {
    for covariance in [Matrix2::zeros(), sym2::new(0.5, -0.2, 0.3)] {
        let component = Component { weight: 3.0, mean: Vector2::new(0.3, -0.4), covariance };
        let mixture = noised(&Mixture::new(vec![component]).unwrap(), 0.1, Matrix2::identity());
        compare(&CpuEngine::new(), "one component", &mixture, square([33, 20]), RESOLVED);
    }
}

#[test]
fn points_on_top_of_one_another_count_as_one() {
    let single = noised(&points(3, |_| 1.0), 0.2, Matrix2::identity());
    let double = |item: u32| Component { weight: 1.0, mean: normal(item / 2, 0), covariance: Matrix2::zeros() };
    let double = noised(&Mixture::new((0..6).map(double).collect()).unwrap(), 0.2, Matrix2::identity());
    let engine = CpuEngine::new();
    let field = |mixture| engine.mixture_field_wide(&FieldRequest { mixture, grid: square([40, 40]), colours: &[] });
    let (single, double) = (field(&single).unwrap(), field(&double).unwrap());
    for ((name, a), (_, b)) in arrays(&single).into_iter().zip(arrays(&double)) {
        let found = errors(a, b, a);
        assert!(found.percentile < 1e-11 && found.largest < 1e-12, "{name}: {found:?}");
    }
}

#[test]
fn a_hundred_thousand_points_agree_with_the_theory() {
    // With weights spread over all points, the heaviest may lie far from the mean, and single precision loses two digits.
    let flat = Bounds { narrow: Errors { percentile: 2e-4, largest: 2e-4 }, ..SHARP };
    for (sigma, bounds) in [(0.003, SHARP), (2.0, flat)] {
        let mixture = noised(&points(100_000, |_| 1.0), sigma, Matrix2::identity());
        compare(&CpuEngine::new(), &format!("σ = {sigma}"), &mixture, square([18, 7]), bounds);
    }
}

/// The covariance between two points follows from the distance to their bisector alone: `w₁w₂ (Δ/σ²)²`. Far from it the
/// weights leave the range of f32, then that of f64.
#[test]
fn covariance_keeps_its_digits_where_one_point_holds_nearly_all_weight() {
    let point = |x| Component { weight: 1.0, mean: Vector2::new(x, 0.0), covariance: Matrix2::zeros() };
    let mixture = Mixture::new(vec![point(-0.5), point(0.5)]).unwrap();
    let sigma = 0.1;
    let mixture = mixture.noised(NoiseLevel { alpha: 1.0, sigma, shape: Matrix2::identity() });
    let grid = Grid { x: [-8.0, 8.0], y: [0.0, 1.0], nx: 321, ny: 2 };
    let request = FieldRequest { mixture: &mixture, grid, colours: &[] };
    let engine = CpuEngine::new();
    let (narrow, wide) = (engine.mixture_field(&request).unwrap(), engine.mixture_field_wide(&request).unwrap());
    let mut tiny = 0;
    for node in 0..grid.nx {
        let logit = grid.x_at(node) / sigma.powi(2);
        let exact = (1.0 / sigma.powi(2)).powi(2) / (2.0 + 2.0 * logit.cosh());
        let (narrow, wide) = (f64::from(narrow.proxy_covariance[0][node]), wide.proxy_covariance[0][node]);
        assert!((wide - exact).abs() <= 1e-12 * exact + 1e-290, "{logit}: {wide} {exact}");
        assert!((narrow - exact).abs() <= 1e-4 * exact + 1e-37, "{logit}: {narrow} {exact}");
        tiny += u32::from(exact < 1e-60 && exact > 1e-290);
    }
    assert!(tiny > 50);
}

#[test]
fn extremes_stay_finite_and_right() {
    let engine = CpuEngine::new();
    let far = Grid { x: [1e6, 1e6 + 3.0], y: [-1e6, -1e6 + 3.0], nx: 20, ny: 20 };
    for mixture in [points(40, |_| 1.0), gaussians(40)] {
        for sigma in [1e-4, 1.0, 1e3] {
            let mixture = noised(&mixture, sigma, Matrix2::identity());
            for grid in [far, square([40, 40])] {
                let request = FieldRequest { mixture: &mixture, grid, colours: &[] };
                let exact = ReferenceEngine.mixture_field_wide(&request).unwrap();
                let wide = engine.mixture_field_wide(&request).unwrap();
                let narrow = engine.mixture_field(&request).unwrap().map(f64::from);
                for found in [wide, narrow] {
                    for ((name, exact), (_, found)) in arrays(&exact).into_iter().zip(arrays(&found)) {
                        assert!(found.iter().all(|v| v.is_finite()), "{name} at σ = {sigma}");
                        if !name.starts_with('C') {
                            let found = errors(exact, found, exact);
                            assert!(found.largest < 1e-3, "{name} at σ = {sigma}: {found:?}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn colours_are_mixed_by_posterior_weights() {
    for (count, mixture) in [(300, points(300, |item| (uniform(item, 9) - 0.2).max(0.0))), (6, gaussians(6))] {
        let colours: Vec<[f32; 3]> = (0..count).map(|i| [10, 11, 12].map(|step| uniform(i, step) as f32)).collect();
        let mixture = noised(&mixture, 0.3, Matrix2::identity());
        let request = FieldRequest { mixture: &mixture, grid: square([33, 31]), colours: &colours };
        let exact = ReferenceEngine.mixture_field_wide(&request).unwrap();
        let narrow = CpuEngine::new().mixture_field(&request).unwrap().map(f64::from);
        for (exact, found) in exact.colour.iter().zip(&narrow.colour) {
            let found = errors(exact, found, exact);
            assert!(found.percentile < 1e-5 && found.largest < 1e-5, "{found:?}");
        }
    }
}
