//! Kernel `mixture_field`.

use diffuscope::core::grid::Grid;
use diffuscope::core::mixture::{Mixture, NoisedMixture};
use diffuscope::core::process::NoiseLevel;
use diffuscope::core::sym2;
use diffuscope::engine::kernel::{Field, FieldRequest, MixtureField};
use diffuscope::engine::reference::ReferenceEngine;
use nalgebra::{Matrix2, Vector2};

use crate::{EPS, SIZES, engines, mixture};

/// What one node's values may be off by: log p, score x, y, proxy xx, xy, yy.
pub type Bounds = [f64; 6];

/// 4ε Σ|terms|. A weight's relative error is that of its exponent, whose terms are as large as |x|²/σ². Those of an engine
/// that expands exponents about another place, up to `reach` away, are larger.
pub fn bounds(mixture: &NoisedMixture, x: Vector2<f64>, reach: f64) -> Bounds {
    let value = mixture.at(x);
    let (weights, log_density) = mixture.weights(x);
    let score = value.score;
    let stiffest = mixture.components().iter().map(|c| c.precision.trace()).fold(0.0, f64::max);
    let mut bounds = [4.0 * EPS * (1.0 + log_density.abs()), 0.0, 0.0, 0.0, 0.0, 0.0];
    for (c, w) in mixture.components().iter().zip(weights).filter(|(_, w)| *w > 0.0) {
        // Weights smaller than any f32 may become zero.
        let vanishing = if w < 2e-38 { 2e-38 } else { 0.0 };
        let d = (c.mean - x).abs();
        // Coordinates may be rounded before they are subtracted.
        let rounded = d + 0.5 * (c.mean.abs() + x.abs());
        let size = c.precision.abs();
        let expansion = stiffest * reach * (reach + d.norm());
        let exponent = 4.0 * EPS * (1.0 + c.log_weight.abs() + rounded.dot(&(size * d)) + expansion);
        let slope = 4.0 * EPS * (size * rounded).add_scalar(stiffest * reach);
        let away = (c.score(x) - score).abs();
        let proxy = sym2::entries(&c.proxy_covariance.abs());
        let spread = [away.x * away.x, away.x * away.y, away.y * away.y];
        let spread_error = [2.0 * away.x * slope.x, away.x * slope.y + away.y * slope.x, 2.0 * away.y * slope.y];
        bounds[0] += w * exponent;
        for axis in 0..2 {
            bounds[1 + axis] += w * (slope[axis] + exponent * away[axis]);
        }
        for entry in 0..3 {
            let terms = proxy[entry] + spread[entry];
            bounds[3 + entry] += w * ((4.0 * EPS + 2.0 * exponent) * terms + spread_error[entry]);
            bounds[3 + entry] += vanishing * terms;
        }
    }
    bounds
}

fn values(field: &Field<f32>, index: usize) -> [f64; 6] {
    let [sx, sy] = &field.score;
    let [xx, xy, yy] = &field.proxy_covariance;
    [&field.log_density, sx, sy, xx, xy, yy].map(|plane| f64::from(plane[index]))
}

/// Whether `found` is the field of `request`, to the bounds.
fn check(request: &FieldRequest<'_>, found: &Field<f32>, reach: f64) -> Result<(), String> {
    const NAMES: [&str; 6] = ["log density", "score x", "score y", "proxy xx", "proxy xy", "proxy yy"];
    let nodes = request.grid.len();
    let lengths = [&found.log_density].into_iter().chain(&found.score).chain(&found.proxy_covariance).map(Vec::len);
    let colours = if request.colours.is_empty() { 0 } else { nodes };
    if lengths.into_iter().any(|length| length != nodes) || found.colour.iter().any(|c| c.len() != colours) {
        return Err("wrong number of values".to_owned());
    }
    let wanted = ReferenceEngine.mixture_field_wide(request).map_err(|error| error.to_string())?;
    let [sx, sy] = &wanted.score;
    let [xx, xy, yy] = &wanted.proxy_covariance;
    let planes = [&wanted.log_density, sx, sy, xx, xy, yy];
    for index in 0..nodes {
        let bounds = bounds(request.mixture, request.grid.node(index), reach);
        for (entry, value) in values(found, index).into_iter().enumerate() {
            let exact = planes[entry][index];
            // So may values themselves.
            let bound = bounds[entry] + 1e-37;
            let within = (value - exact).abs() <= bound; // false for NaN
            if !within {
                return Err(format!("{} at node {index}: {value:e} instead of {exact:e} ± {bound:e}", NAMES[entry]));
            }
        }
        for (channel, exact) in found.colour.iter().zip(&wanted.colour).filter(|(_, exact)| !exact.is_empty()) {
            // Colours end as 8 bits; on a ridge between points they inherit the weights' error.
            let bound = bounds[0].max(1e-6);
            let within = (f64::from(channel[index]) - exact[index]).abs() <= bound;
            if !within {
                return Err(format!("colour at node {index}: {} instead of {}", channel[index], exact[index]));
            }
        }
    }
    Ok(())
}

fn grid(nodes: usize) -> Grid {
    let nx = (1..=nodes).rev().find(|nx| nodes.is_multiple_of(*nx) && nx * nx <= nodes).unwrap_or(1);
    Grid { x: [-1.7, 1.3], y: [-1.1, 1.9], nx, ny: nodes / nx }
}

fn level(alpha: f64, sigma: f64) -> NoiseLevel {
    NoiseLevel { alpha, sigma, shape: Matrix2::identity() }
}

fn agree(mixture: &Mixture, level: NoiseLevel, grid: Grid, colours: &[[f32; 3]]) {
    agree_within(mixture, level, grid, colours, |_| 0.0);
}

/// `reach` is that of the engine with this name, see [`bounds`].
fn agree_within(mixture: &Mixture, level: NoiseLevel, grid: Grid, colours: &[[f32; 3]], reach: impl Fn(&str) -> f64) {
    let noised = mixture.noised(level);
    let request = FieldRequest { mixture: &noised, grid, colours };
    for (name, engine) in engines() {
        let found = engine.mixture_field(&request).unwrap();
        let what = format!("{name}, {} components, {}×{} nodes", noised.components().len(), grid.nx, grid.ny);
        check(&request, &found, reach(name)).unwrap_or_else(|difference| panic!("{what}: {difference}"));
    }
}

#[test]
fn at_every_number_of_nodes() {
    let mixture = mixture(3, |k| k == 1);
    for nodes in SIZES {
        agree(&mixture, level(0.9, 0.3), grid(nodes), &[]);
    }
}

#[test]
fn at_every_number_of_components() {
    for components in SIZES {
        agree(&mixture(components, |k| k % 3 == 0), level(0.7, 0.2), grid(65), &[]);
    }
}

#[test]
fn at_every_level_of_noise() {
    // The CPU engine expands about the centres of tiles of 16 × 16 nodes, here a quarter of the picture.
    let reach = |name: &str| if name == "cpu" { 1.1 } else { 0.0 };
    for sigma in [0.002, 0.02, 0.2, 2.0, 80.0] {
        agree_within(&mixture(20, |_| false), level(1.0, sigma), grid(1024), &[], reach);
        agree_within(&mixture(20, |k| k % 2 == 0), level(1.0, sigma), grid(1024), &[], reach);
    }
}

#[test]
fn with_anisotropic_noise_and_colours() {
    let shape = sym2::new(2.0, 0.9, 0.5);
    let colours: Vec<[f32; 3]> = (0..7).map(|k| [k as f32 / 7.0, 1.0 - k as f32 / 7.0, 0.5]).collect();
    agree(&mixture(7, |k| k % 2 == 0), NoiseLevel { alpha: 0.8, sigma: 0.3, shape }, grid(4096), &colours);
}

#[test]
fn far_away_and_on_top_of_one_another() {
    let far = Grid { x: [-1e6, 1e6], y: [-1e6, 1e6], nx: 8, ny: 8 };
    agree(&mixture(5, |_| false), level(1.0, 0.5), far, &[]);
    let point = mixture(1, |_| false).components()[0];
    let same = Mixture::new(vec![point; 10]).unwrap();
    agree(&same, level(0.9, 0.1), grid(256), &[]);
}

#[test]
fn components_of_weight_zero_do_not_matter() {
    let mut components = mixture(6, |k| k % 2 == 0).components().to_vec();
    components[0].weight = 0.0;
    components[3].weight = 0.0;
    let colours = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0; 3], [0.5; 3], [0.2; 3]];
    agree(&Mixture::new(components).unwrap(), level(0.9, 0.3), grid(1024), &colours);
}

/// The percentiles that results are judged by, on scenes as they are met in practice. Where long Gaussians and points
/// compete, their exponents have nothing in common, and single precision shows sooner.
#[test]
fn differences_are_small_in_practice() {
    for (mixture, allowed) in [(mixture(50, |_| false), 1e-5), (mixture(50, |k| k % 5 == 0), 4e-5)] {
        for sigma in [0.05, 0.3, 1.0] {
            let noised = mixture.noised(level(0.9, sigma));
            let request = FieldRequest { mixture: &noised, grid: grid(16_384), colours: &[] };
            let wanted = ReferenceEngine.mixture_field_wide(&request).unwrap();
            for (name, engine) in engines() {
                let found = engine.mixture_field_wide(&request).unwrap();
                for (found, wanted) in found.score.iter().zip(&wanted.score) {
                    let largest = wanted.iter().fold(0.0_f64, |largest, v| largest.max(v.abs()));
                    let mut relative: Vec<f64> =
                        found.iter().zip(wanted).map(|(a, b)| (a - b).abs() / b.abs()).collect();
                    relative.sort_unstable_by(f64::total_cmp);
                    let differences = found.iter().zip(wanted).map(|(a, b)| (a - b).abs());
                    let worst = differences.fold(0.0, f64::max) / largest;
                    let percentile = relative[relative.len() * 99 / 100];
                    println!("{name}, σ = {sigma}: {percentile:e}, {worst:e}");
                    assert!(percentile <= allowed && worst <= 1e-3, "{name}, σ = {sigma}: {percentile:e}, {worst:e}");
                }
            }
        }
    }
}

#[test]
fn a_perturbed_value_is_noticed() {
    let mixture = mixture(7, |k| k % 2 == 0).noised(level(0.8, 0.3));
    let request = FieldRequest { mixture: &mixture, grid: grid(65), colours: &[[0.2, 0.4, 0.6]; 7] };
    let exact = ReferenceEngine.mixture_field(&request).unwrap();
    assert_eq!(check(&request, &exact, 0.0), Ok(()));
    type Plane = fn(&mut Field<f32>) -> &mut Vec<f32>;
    let perturbations: [Plane; 5] = [
        |f| &mut f.log_density,
        |f| &mut f.score[1],
        |f| &mut f.proxy_covariance[0],
        |f| &mut f.proxy_covariance[1],
        |f| &mut f.colour[2],
    ];
    for plane in perturbations {
        let mut wrong = exact.clone();
        plane(&mut wrong)[40] *= 1.001;
        assert!(check(&request, &wrong, 0.0).is_err());
        plane(&mut wrong)[40] = f32::NAN;
        assert!(check(&request, &wrong, 0.0).is_err());
        plane(&mut wrong).pop();
        assert!(check(&request, &wrong, 0.0).is_err());
    }
}
