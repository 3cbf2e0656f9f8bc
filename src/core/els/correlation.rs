//! Two-point functions of an ensemble: covariance G, correlation ρ and mutual information I of two pixels.
//!
//! `G(r) = E[φ(x) φ(x + r)] − E[φ]²`, the mean taken over grids and places x (circular border), channel by channel, and
//! summed over channels; `ρ = G(r)/G(0)`; `I = −½ log(1 − ρ²)`, the mutual information of two Gaussian variables ([EFT] (5)).

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::grids::Grids;

/// The two-point function of an ensemble of B grids.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// Number of grids B.
    pub count: usize,
    /// Side L.
    pub side: usize,
    /// E[φ] of each channel.
    pub mean: Vec<f64>,
    /// G(Δ), `Δy · L + Δx` in FFT order (Δ = L − 1 means −1).
    pub covariance: Vec<f64>,
}

impl Correlation {
    /// Measures `grids` in double precision.
    pub fn measure(grids: &Grids<f64>) -> Self {
        let area = grids.area();
        let mut mean = vec![0.0; grids.channels];
        let mut power = vec![0.0; area];
        for plane in 0..grids.count * grids.channels {
            let values = &grids.values[plane * area..(plane + 1) * area];
            mean[plane % grids.channels] += values.iter().sum::<f64>() / (grids.count * area) as f64;
            let spectrum = transform(values, grids.side);
            power.iter_mut().zip(&spectrum).for_each(|(sum, amplitude)| *sum += amplitude.norm_sqr());
        }
        let scale = 1.0 / (grids.count * area) as f64;
        let square: f64 = mean.iter().map(|m| m * m).sum();
        let covariance = inverse_of_even(&power, grids.side).iter().map(|g| g * scale - square).collect();
        Self { count: grids.count, side: grids.side, mean, covariance }
    }

    /// ρ(Δ) in FFT order; zero everywhere if φ does not vary.
    pub fn rho(&self) -> Vec<f64> {
        let variance = self.covariance[0];
        self.covariance.iter().map(|&g| if variance > 0.0 { g / variance } else { 0.0 }).collect()
    }

    /// Structure factor, the Fourier transform of G, in FFT order of the wave vector.
    pub fn structure_factor(&self) -> Vec<f64> {
        transform(&self.covariance, self.side).iter().map(|amplitude| amplitude.re.max(0.0)).collect()
    }
}

/// I(Δ) for ρ(Δ), in nats; Δ = 0, where it is infinite, is left out and holds zero.
pub fn mutual_information(rho: &[f64]) -> Vec<f64> {
    // |ρ| = 1 at Δ ≠ 0 is rounding or a perfectly ordered grid; the largest finite value stands for it.
    let information = |r: &f64| -0.5 * (-(r * r).min(1.0 - f64::EPSILON)).ln_1p();
    rho.iter().enumerate().map(|(i, r)| if i == 0 { 0.0 } else { information(r) }).collect()
}

/// Mean over all displacements Δ of each ring `⌊|Δ| + ½⌋ = 0, 1, … ⌊L/2⌋`, distances taken round the border.
pub fn radial(values: &[f64], side: usize) -> Vec<f64> {
    let mut sums = vec![(0.0, 0_usize); side / 2 + 1];
    for (value, distance) in values.iter().zip(distances(side)) {
        // Half a ring is no square root of a whole number, so that rounding decides nothing.
        if let Some((sum, count)) = sums.get_mut((distance + 0.5) as usize) {
            *sum += value;
            *count += 1;
        }
    }
    sums.iter().map(|&(sum, count)| sum / count as f64).collect()
}

/// |Δ| of element `index` of an array in FFT order.
pub fn distance(index: usize, side: usize) -> f64 {
    let axis = |i: usize| i.min(side - i) as f64;
    axis(index / side).hypot(axis(index % side))
}

/// |Δ| of all elements of an array in FFT order.
pub fn distances(side: usize) -> impl Iterator<Item = f64> {
    let axis = move |i: usize| i.min(side - i);
    (0..side).flat_map(move |y| {
        let square = axis(y) * axis(y);
        (0..side).map(move |x| ((square + axis(x) * axis(x)) as f64).sqrt())
    })
}

/// Mutual information of a pixel with all others, ΣI(Δ), and with one of its four neighbours.
pub fn total_and_neighbour(information: &[f64], side: usize) -> (f64, f64) {
    let total = information.iter().sum();
    let neighbours = [1 % side, (side - 1) % side, (side % (side * side)), side * (side - 1)];
    (total, neighbours.iter().map(|&i| information[i]).sum::<f64>() / 4.0)
}

/// Length of typical domains: 2π over the mean wave number of the structure factor; `None` if φ does not vary.
pub fn domain_size(structure_factor: &[f64], side: usize) -> Option<f64> {
    let step = std::f64::consts::TAU / side as f64;
    let (mut total, mut first) = (0.0, 0.0);
    for (power, distance) in structure_factor.iter().zip(distances(side)).skip(1) {
        total += power;
        first += power * distance * step;
    }
    (first > 0.0).then(|| std::f64::consts::TAU * total / first)
}

/// Where the falling curve `rho` (one value a ring) first passes `level`, by straight lines; `None` if it does not.
pub fn radius_at(rho: &[f64], level: f64) -> Option<f64> {
    let ring = rho.iter().position(|&r| r <= level)?;
    if ring == 0 {
        return None;
    }
    let (before, after) = (rho[ring - 1], rho[ring]);
    Some((ring - 1) as f64 + (before - level) / (before - after))
}

/// Unnormalised Fourier transform of a real array of L × L.
pub(super) fn transform(values: &[f64], side: usize) -> Vec<Complex<f64>> {
    let plan = FftPlanner::new().plan_fft_forward(side);
    let mut rows: Vec<Complex<f64>> = values.iter().map(|&v| Complex::new(v, 0.0)).collect();
    plan.process(&mut rows);
    let mut columns = transposed(&rows, side);
    plan.process(&mut columns);
    transposed(&columns, side)
}

/// Inverse transform of an even real spectrum, normalised by 1/L².
pub(super) fn inverse_of_even(spectrum: &[f64], side: usize) -> Vec<f64> {
    // Forward and inverse transform of an even array agree but for the factor.
    let scale = 1.0 / (side * side) as f64;
    transform(spectrum, side).iter().map(|value| value.re * scale).collect()
}

fn transposed(values: &[Complex<f64>], side: usize) -> Vec<Complex<f64>> {
    (0..side).flat_map(|x| values[x..].iter().step_by(side.max(1)).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::philox::Stream;

    #[test]
    fn equals_the_defining_sums() {
        let (count, channels, side) = (3, 2, 7);
        let grids = Grids::noise(5, Stream::Start, count, channels, side).map(|v| f64::from(v) + 0.3);
        let measured = Correlation::measure(&grids);
        for (dy, dx) in [(0, 0), (0, 1), (3, 5), (6, 2)] {
            let mut direct = 0.0;
            for c in 0..channels {
                let value = |b: usize, y: usize, x: usize| grids.grid(b)[c * side * side + y % side * side + x % side];
                let n = (count * side * side) as f64;
                let all = || (0..count * side * side).map(|i| (i / (side * side), i / side % side, i % side));
                let mean: f64 = all().map(|(b, y, x)| value(b, y, x)).sum::<f64>() / n;
                direct +=
                    all().map(|(b, y, x)| value(b, y, x) * value(b, y + dy, x + dx)).sum::<f64>() / n - mean * mean;
            }
            assert!((measured.covariance[dy * side + dx] - direct).abs() < 1e-12);
        }
    }

    #[test]
    fn rings_and_radii() {
        let side = 6;
        let rings = radial(&distances(side).collect::<Vec<_>>(), side);
        assert_eq!(rings.len(), 4);
        assert_eq!(rings[0], 0.0);
        assert!((rings[1] - (4.0 + 4.0 * 2_f64.sqrt()) / 8.0).abs() < 1e-12);
        assert_eq!(radius_at(&[1.0, 0.6, 0.2, 0.0], 0.4), Some(1.5));
        assert_eq!(radius_at(&[1.0, 0.6], 0.4), None);
    }

    #[test]
    fn information() {
        let i = mutual_information(&[1.0, 0.5, 0.0, 1.0]);
        assert_eq!((i[0], i[2]), (0.0, 0.0));
        assert!((i[1] + 0.5 * 0.75_f64.ln()).abs() < 1e-15);
        assert!(i[3].is_finite() && i[3] > 15.0);
    }

    #[test]
    fn domain_size_of_a_wave_is_its_length() {
        let side = 32;
        let wave = (0..side * side).map(|i| (std::f64::consts::TAU * (i % side) as f64 / 8.0).sin()).collect();
        let correlation = Correlation::measure(&Grids::new(1, 1, side, wave).unwrap());
        let size = domain_size(&correlation.structure_factor(), side).unwrap();
        assert!((size - 8.0).abs() < 1e-9, "{size}");
    }
}
