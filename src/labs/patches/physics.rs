//! What is measured of an ensemble: correlations, information, lengths, order.

use super::setup::Setup;
use crate::core::els::{Grids, correlation, snapping};
use crate::engine::{Engine, EngineError};

/// Noise variance below which pixels are taken to snap to their patches.
pub const SNAPPING_NOISE: f64 = 0.1;
/// Steps of a run that are measured at most.
pub const MOST_MEASURED: usize = 40;
/// ρ at the correlation length, 1/e.
const LENGTH_LEVEL: f64 = 0.367_879_441_171_442_3;

/// Share of locally consistent pixels below which the steps of a finished run were too large.
pub const CONSISTENT: f64 = 0.9;

/// The ensemble at one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// The step.
    pub step: usize,
    /// Its signal power.
    pub abar: f64,
    /// Side of the grids.
    pub side: usize,
    /// Mean of φ over channels, pixels and grids.
    pub magnetization: f64,
    /// G(0): variance of φ, summed over channels.
    pub variance: f64,
    /// ρ(r) of each ring.
    pub rho: Vec<f64>,
    /// ρ(Δ) in FFT order.
    pub rho_2d: Vec<f64>,
    /// I(r) of each ring, in nats.
    pub information: Vec<f64>,
    /// What independent pixels seem to know of one another: 1/(2BL²).
    pub information_floor: f64,
    /// ΣI(Δ) without the floor, in nats.
    pub total_information: f64,
    /// I of nearest neighbours without the floor, in nats.
    pub neighbour_information: f64,
    /// Distance at which ρ falls to 1/e, in pixels.
    pub correlation_length: Option<f64>,
    /// 2π over the mean wave number, in pixels.
    pub domain_size: Option<f64>,
    /// S(q) of each ring of wave vectors.
    pub structure_factor: Vec<f64>,
    /// Share of pixels within the tolerance of √ᾱ times the centre of their heaviest patch.
    pub local_consistency: f64,
    /// Median of max_c |φ − √ᾱφ*| over pixels.
    pub median_distance: f64,
}

/// At most `most` of the steps of a run of `steps` steps: evenly spaced, both ends included.
pub fn spread(steps: usize, most: usize) -> Vec<usize> {
    let most = most.min(steps + 1);
    let mut spread: Vec<usize> = (0..most).map(|i| (i * steps + (most - 1) / 2) / (most - 1).max(1)).collect();
    spread.dedup();
    spread
}

/// Measures the ensemble of step `step`.
///
/// # Errors
/// The engine failed.
pub fn measure(setup: &Setup, engine: &dyn Engine, step: usize, phi: &Grids<f32>) -> Result<Measurement, EngineError> {
    let level = setup.level_at(step);
    let measured = engine.grid_correlation(phi)?;
    let rho_2d = measured.rho();
    let side = phi.side;
    let all = correlation::mutual_information(&rho_2d);
    let floor = 0.5 / (phi.count * phi.area()) as f64;
    let (total, neighbour) = correlation::total_and_neighbour(&all, side);
    let factor = measured.structure_factor();
    let rho = correlation::radial(&rho_2d, side);
    let mut distances = snapped_distances(setup, engine, step, phi)?;
    let tolerance = setup.tolerance as f32;
    let consistent = distances.iter().filter(|distance| **distance <= tolerance).count();
    Ok(Measurement {
        step,
        abar: level.abar,
        side,
        magnetization: measured.mean.iter().sum::<f64>() / measured.mean.len().max(1) as f64,
        variance: measured.covariance.first().copied().unwrap_or(0.0),
        correlation_length: correlation::radius_at(&rho, LENGTH_LEVEL),
        rho,
        information: correlation::radial(&all, side),
        information_floor: floor,
        total_information: total - floor * (phi.area() - 1) as f64,
        neighbour_information: neighbour - floor,
        domain_size: correlation::domain_size(&factor, side),
        structure_factor: correlation::radial(&factor, side),
        rho_2d,
        local_consistency: consistent as f64 / distances.len().max(1) as f64,
        median_distance: f64::from(median(&mut distances)),
    })
}

/// max_c |φ − √ᾱφ*| of every pixel, φ* the centre of its heaviest patch.
fn snapped_distances(
    setup: &Setup,
    engine: &dyn Engine,
    step: usize,
    phi: &Grids<f32>,
) -> Result<Vec<f32>, EngineError> {
    let level = setup.level_at(step);
    let posterior = engine.els_posterior(&setup.machine, level, phi)?;
    let (area, images) = (phi.area(), setup.machine.images());
    let two_pattern = setup.machine.plan() == crate::core::els::machine::Plan::TwoPattern;
    let signal = level.abar.sqrt() as f32;
    let distance = |index: usize| {
        let (grid, pixel) = (phi.grid(index / area), index % area);
        let (image, position) = (posterior.image[index] as usize, posterior.position[index] as usize);
        let far = |channel: usize| {
            let centre = match (two_pattern, image) {
                (true, 0) => 1.0,
                (true, _) => -1.0,
                _ => images.plane(image, channel)[position],
            };
            (grid[channel * area + pixel] - signal * centre).abs()
        };
        (0..phi.channels).map(far).fold(0.0, f32::max)
    };
    Ok((0..phi.count * area).map(distance).collect())
}

/// The median; zero of nothing.
fn median(values: &mut [f32]) -> f32 {
    let mut wide: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
    snapping::median(&mut wide).unwrap_or(0.0) as f32
}
