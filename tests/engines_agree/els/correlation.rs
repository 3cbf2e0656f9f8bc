//! Kernel `grid_correlation`.

use diffuscope::core::els::Grids;
use diffuscope::core::els::correlation::Correlation;
use diffuscope::core::param::Choice;
use diffuscope::core::philox::Stream;
use diffuscope::engine::kernel::GridCorrelation;
use diffuscope::engine::reference::ReferenceEngine;

use super::oracle::{grids, machine};
use crate::{EPS, engines};

/// Whether `found` is the two-point function of `phi`.
fn check_correlation(phi: &Grids<f32>, found: &Correlation) -> Result<(), String> {
    let exact = Correlation::measure(&phi.map(f64::from));
    let shape = (found.count, found.side, found.mean.len(), found.covariance.len());
    if shape != (exact.count, exact.side, exact.mean.len(), exact.covariance.len()) {
        return Err(format!("shape {shape:?}"));
    }
    let square = phi.values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / (phi.count * phi.area()) as f64;
    // Every layer of a Fourier transform rounds once more.
    let layers = 1.0 + (phi.area() as f64).log2();
    let pairs = exact.covariance.iter().zip(&found.covariance).map(|pair| (pair, 4.0 * EPS * layers * square));
    let means = exact.mean.iter().zip(&found.mean).map(|pair| (pair, 4.0 * EPS * square.sqrt()));
    for (i, ((exact, found), bound)) in pairs.chain(means).enumerate() {
        let within = (exact - found).abs() <= bound; // false for NaN
        if !within {
            return Err(format!("number {i}: {found} for {exact}, allowed {bound:e}"));
        }
    }
    Ok(())
}

#[test]
fn correlations_agree() {
    for side in [1, 2, 5, 16, 31, 64, 100, 128] {
        for (count, channels) in [(1, 1), (3, 1), (2, 3)] {
            let machine = machine(&Choice::new("els"), 1, channels, side, 6).unwrap();
            let mut phi = grids(&machine, 0.3, count);
            phi.values.iter_mut().for_each(|value| *value += 0.2);
            for (name, engine) in engines() {
                let found = engine.grid_correlation(&phi).unwrap();
                check_correlation(&phi, &found)
                    .unwrap_or_else(|fault| panic!("{name}, {count} grids, {channels} channels, side {side}: {fault}"));
            }
        }
    }
}

#[test]
fn a_perturbed_correlation_is_noticed() {
    let phi = Grids::noise(3, Stream::Start, 2, 1, 16);
    let mut found = ReferenceEngine.grid_correlation(&phi).unwrap();
    check_correlation(&phi, &found).unwrap();
    found.covariance[40] += 1e-4;
    assert!(check_correlation(&phi, &found).is_err());
    found.covariance[40] = f64::NAN;
    assert!(check_correlation(&phi, &found).is_err());
}
