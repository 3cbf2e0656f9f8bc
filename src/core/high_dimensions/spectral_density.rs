//! The density of eigenvalues of a sample covariance at ratio c = N/P, for N and P large.

use std::f64::consts::{PI, TAU};

use faer::c64;

/// Marchenko and Pastur's density for C = 1: √((x₊ − x)(x − x₋))/(2πcx) between x± = (1 ± √c)². For c > 1 a share 1 − 1/c of
/// the eigenvalues is 0 besides.
pub fn marchenko_pastur(ratio: f64, x: f64) -> f64 {
    let [low, high] = edges(ratio);
    if x <= low || x >= high { 0.0 } else { ((high - x) * (x - low)).sqrt() / (TAU * ratio * x) }
}

/// Where the density for C = 1 starts and ends.
pub fn edges(ratio: f64) -> [f64; 2] {
    [(1.0 - ratio.sqrt()).powi(2), (1.0 + ratio.sqrt()).powi(2)]
}

/// The N quantiles (k + ½)/N of the law for c < 1, falling.
pub fn marchenko_pastur_quantiles(ratio: f64, count: usize) -> Vec<f64> {
    const CELLS: usize = 8192;
    let [low, high] = edges(ratio);
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    // x = middle − half·cos θ takes the square roots out of the integrand.
    let place = |i: f64| middle - half * (PI * i / CELLS as f64).cos();
    let mut cumulative = vec![0.0; CELLS + 1];
    for i in 0..CELLS {
        let theta = PI * (i as f64 + 0.5) / CELLS as f64;
        let mass = (half * theta.sin()).powi(2) / (TAU * ratio * place(i as f64 + 0.5)) * PI / CELLS as f64;
        cumulative[i + 1] = cumulative[i] + mass;
    }
    let total = cumulative[CELLS];
    (0..count)
        .rev()
        .map(|k| {
            let target = total * (k as f64 + 0.5) / count as f64;
            let cell = cumulative.partition_point(|mass| *mass < target).clamp(1, CELLS) - 1;
            let inside = (target - cumulative[cell]) / (cumulative[cell + 1] - cumulative[cell]);
            place(cell as f64 + inside)
        })
        .collect()
}

/// The density at each of `places` > 0 for a covariance of any `spectrum`, smoothed over `width` (positive; a hundredth of the
/// spectrum's width shows what a histogram shows).
///
/// The companion transform m(z) solves `z = −1/m + c ⟨λ/(1 + λm)⟩`, and the density is Im m(x + i·width)/(πc), less what
/// smoothing makes of the 1 − c zero eigenvalues that the companion matrix has for c < 1. For c > 1 the share 1 − 1/c of
/// eigenvalues at zero is left out.
pub fn generalised(spectrum: &[f64], ratio: f64, places: &[f64], width: f64) -> Vec<f64> {
    let (eigenvalues, share) = thinned(spectrum);
    let mut m = c64::new(0.0, 1.0);
    places
        .iter()
        .map(|x| {
            let z = c64::new(*x, width);
            // Damped fixed point: it maps the upper half plane into itself and contracts there.
            for _ in 0..4000 {
                let sum: c64 = eigenvalues.iter().map(|l| l / (1.0 + l * m)).sum();
                let next = 0.5 * (m + 1.0 / (ratio * share * sum - z));
                let change = (next - m).norm();
                m = next;
                if change < 1e-9 * m.norm() {
                    break;
                }
            }
            let zeros = (1.0 - ratio).max(0.0) * width / (x * x + width * width);
            ((m.im - zeros) / (PI * ratio)).max(0.0)
        })
        .collect()
}

/// At most 256 eigenvalues that stand for the spectrum, and the share of each.
fn thinned(spectrum: &[f64]) -> (Vec<f64>, f64) {
    const MOST: usize = 256;
    if spectrum.len() <= MOST {
        return (spectrum.to_vec(), 1.0 / spectrum.len() as f64);
    }
    let mean = |chunk: usize| {
        let part = &spectrum[spectrum.len() * chunk / MOST..spectrum.len() * (chunk + 1) / MOST];
        part.iter().sum::<f64>() / part.len() as f64
    };
    ((0..MOST).map(mean).collect(), 1.0 / MOST as f64)
}
