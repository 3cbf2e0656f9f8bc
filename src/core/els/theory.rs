//! What theory says about the correlations of an ELS machine that starts from noise.

use super::correlation::{distances, inverse_of_even, transform};
use super::posterior::offsets;
use crate::param::KindInfo;

/// The linear response of the denoiser at weak signal: `D(x) ≈ E[p(0)] + (√ᾱ/(1−ᾱ)) Σ_y κ(y) φ(x + y)`, with
/// κ(y) = Cov(p(0), p(y)) over all training patches p; κ = 1 for the two patterns ±1.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel {
    /// Side k of the window.
    pub k: usize,
    /// κ, row by row, k² values.
    pub weights: Vec<f64>,
}

/// One theory of the family.
pub struct TheoryKind {
    /// Names; theories have no parameters.
    pub info: KindInfo,
    /// Where it holds, in words.
    pub range: &'static str,
    /// Whether it is made for the two-pattern machine alone.
    pub two_pattern_only: bool,
    /// ρ(Δ) in FFT order on a grid of the given side, for each of rising ᾱ < 1.
    correlation: fn(&Kernel, usize, &[f64]) -> Vec<Vec<f64>>,
}

/// Every theory.
pub static ALL: &[TheoryKind] = &[LINEAR, CLOSURE, CONTINUUM];

const LINEAR: TheoryKind = TheoryKind {
    info: KindInfo {
        id: "linear",
        name: "Linear theory",
        about: "On the lattice, exact as ᾱ → 0: the spectrum is ∝ exp(ᾱ K(q)), K(q) = Σ κ(y) cos q·y.",
        params: &[],
    },
    range: "ᾱ|Ω| ≪ 1; relative error about ½ᾱ|Ω|",
    two_pattern_only: false,
    correlation: |kernel, side, abars| {
        let spectrum = kernel.spectrum(side);
        abars.iter().map(|&abar| on_clock(&spectrum, side, abar)).collect()
    },
};

const CLOSURE: TheoryKind = TheoryKind {
    info: KindInfo {
        id: "gaussian_closure",
        name: "Gaussian closure",
        about: "Linear theory on a slower clock: the spectrum is ∝ exp(h K(q)), dh/dᾱ = E[sech²(√v z)]/(1−ᾱ)².",
        params: &[],
    },
    range: "ᾱ up to about .7, before pixels decide",
    two_pattern_only: true,
    correlation: |kernel, side, abars| {
        let spectrum = kernel.spectrum(side);
        closure_clock(kernel, side, abars).iter().map(|&h| on_clock(&spectrum, side, h)).collect()
    },
};

const CONTINUUM: TheoryKind = TheoryKind {
    info: KindInfo {
        id: "continuum",
        name: "Continuum diffusion",
        about: "ρ = exp(−r²/(8cᾱ)), c = ⅛ Σ κ(y)|y|²: explains the form of the collapse, not its scale.",
        params: &[],
    },
    range: "would need ᾱ|Ω| >> 1, where linear theory no longer holds",
    two_pattern_only: false,
    correlation: |kernel, side, abars| {
        let c = 0.125 * kernel.second_moment();
        let at = |r: f64, abar: f64| if r == 0.0 { 1.0 } else { (-r * r / (8.0 * c * abar)).exp() };
        abars.iter().map(|&abar| distances(side).map(|r| at(r, abar)).collect()).collect()
    },
};

/// The theory with this identifier.
pub fn find(id: &str) -> Option<&'static TheoryKind> {
    ALL.iter().find(|kind| kind.info.id == id)
}

impl TheoryKind {
    /// ρ(Δ) in FFT order on a grid of side L, for each of the rising values `abars` in [0, 1).
    pub fn correlation(&self, kernel: &Kernel, side: usize, abars: &[f64]) -> Vec<Vec<f64>> {
        (self.correlation)(kernel, side, abars)
    }
}

impl Kernel {
    /// κ = 1: the patterns ±1.
    pub fn two_pattern(k: usize) -> Self {
        Self { k, weights: vec![1.0; k * k] }
    }

    /// K(q) = Σ κ(y) cos q·y in FFT order; windows larger than the grid are wrapped.
    pub fn spectrum(&self, side: usize) -> Vec<f64> {
        let mut plane = vec![0.0; side * side];
        let wrap = |d: isize| d.rem_euclid(side as isize) as usize;
        for ((dy, dx), &weight) in offsets(self.k).zip(&self.weights) {
            plane[wrap(dy) * side + wrap(dx)] += weight;
        }
        transform(&plane, side).iter().map(|amplitude| amplitude.re).collect()
    }

    /// Σ κ(y)|y|².
    pub fn second_moment(&self) -> f64 {
        offsets(self.k).zip(&self.weights).map(|((dy, dx), w)| w * (dy * dy + dx * dx) as f64).sum()
    }
}

/// ρ(Δ) for the spectrum exp(h K(q)).
fn on_clock(spectrum: &[f64], side: usize, h: f64) -> Vec<f64> {
    let largest = spectrum.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let power: Vec<f64> = spectrum.iter().map(|&k| (h * (k - largest)).exp()).collect();
    let mut rho = inverse_of_even(&power, side);
    let variance = rho[0];
    rho.iter_mut().for_each(|r| *r /= variance);
    rho
}

/// Largest grid on which the closure's mean over wave vectors is taken; larger grids have it to all digits that matter,
/// as long as correlations do not reach across half of this one.
const CLOCK_SIDE: usize = 128;
/// Step of the integration in log(ᾱ/(1−ᾱ)).
const CLOCK_STEP: f64 = 0.2;
/// Signal-to-noise ratio from which on the integration starts; up to there h = ᾱ/(1−ᾱ).
const CLOCK_START: f64 = 1e-4;

/// The slower clock h(ᾱ) of the Gaussian closure on a grid of side L, for each of the rising values `abars` in [0, 1). The
/// kernel must stay the same when mirrored and when its axes change places, as that of two patterns does.
///
/// For Gaussian φ, tanh u acts as `γ(v) u` with `γ(v) = E[sech²(√v z)]` (Bussgang), v the variance of u:
/// `v = ᾱ/(1−ᾱ) · mean_q K² e^{hK}`. In τ = ᾱ/(1−ᾱ) the equation is `dh/dτ = γ(v)`.
pub fn closure_clock(kernel: &Kernel, side: usize, abars: &[f64]) -> Vec<f64> {
    let side = side.min(CLOCK_SIDE);
    let spectrum = kernel.spectrum(side);
    // K is even along both axes and does not tell them apart: an eighth of the wave vectors stands for all.
    let axis = |i: usize| if i == 0 || 2 * i == side { 1.0 } else { 2.0 };
    let share = |y: usize, x: usize| axis(y) * axis(x) * if x == y { 1.0 } else { 2.0 } / (side * side) as f64;
    let eighth = (0..=side / 2).flat_map(|y| (y..=side / 2).map(move |x| (y, x)));
    let modes: Vec<(f64, f64)> = eighth.map(|(y, x)| (share(y, x), spectrum[y * side + x])).collect();
    let slope = |log_tau: f64, h: f64| {
        let tau = log_tau.exp();
        tau * mean_sech2(tau * modes.iter().map(|&(w, k)| w * k * k * (h * k).exp()).sum::<f64>())
    };
    let (mut at, mut h) = (CLOCK_START.ln(), CLOCK_START);
    let clock = abars.iter().map(|&abar| {
        let tau = abar / (1.0 - abar);
        if tau <= CLOCK_START {
            return tau;
        }
        let steps = ((tau.ln() - at) / CLOCK_STEP).ceil().max(1.0);
        let step = (tau.ln() - at) / steps;
        for _ in 0..steps as usize {
            let a = slope(at, h);
            let b = slope(at + 0.5 * step, h + 0.5 * step * a);
            let c = slope(at + 0.5 * step, h + 0.5 * step * b);
            let d = slope(at + step, h + step * c);
            h += step / 6.0 * (a + 2.0 * (b + c) + d);
            at += step;
        }
        h
    });
    clock.collect()
}

/// γ(v) = E[sech²(√v z)] for standard normal z, by the trapezoid rule, which converges exponentially here.
fn mean_sech2(v: f64) -> f64 {
    let root = v.sqrt();
    // Integrate over z while the Gaussian is the narrower factor, over u = √v z otherwise.
    let (step, to_z, to_u) = if root < 1.0 { (0.1, 1.0, root) } else { (0.1, 1.0 / root, 1.0) };
    let term = |i: i32| {
        let s = step * f64::from(i);
        let (z, u) = (s * to_z, s * to_u);
        (-0.5 * z * z).exp() / u.cosh().powi(2)
    };
    let sum = term(0) + 2.0 * (1..=200).map(term).sum::<f64>();
    sum * step * to_z / std::f64::consts::TAU.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::els::correlation::{radial, radius_at};

    #[test]
    fn mean_sech2_limits() {
        assert_eq!(mean_sech2(0.0), mean_sech2(1e-300));
        assert!((mean_sech2(1e-4) - (1.0 - 1e-4 + 2e-8)).abs() < 1e-9); // sech² u = 1 − u² + ⅔u⁴
        // Large v: ∫ sech² = 2 over a density of 1/√(2πv).
        assert!((mean_sech2(1e6) * 1e3 * std::f64::consts::TAU.sqrt() / 2.0 - 1.0).abs() < 1e-5);
        assert!((mean_sech2(0.999_999) - mean_sech2(1.000_001)).abs() < 1e-6);
    }

    #[test]
    fn closure_golden_numbers() {
        let (kernel, abars) = (Kernel::two_pattern(5), [0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99]);
        let clock = closure_clock(&kernel, 128, &abars);
        // The last from a midpoint rule with 600 steps and 400,001 nodes for γ, where v is so large that few nodes mislead.
        for (h, golden) in clock.iter().zip([0.0556, 0.0843, 0.1057, 0.1418, 0.1797, 0.2413, 0.3505]) {
            assert!((h - golden).abs() < 6e-5, "{h} {golden}");
        }
        let rho = CLOSURE.correlation(&kernel, 128, &abars[1..6]);
        for ((rho, abar), golden) in rho.iter().zip(&abars[1..6]).zip([33.3, 33.9, 36.7, 40.2, 51.5]) {
            let r = radius_at(&radial(rho, 128), 0.1).unwrap();
            assert!((r * r / abar - golden).abs() < 0.06, "ᾱ = {abar}: {} {golden}", r * r / abar);
        }
    }

    #[test]
    fn clocks_agree_early_and_kernels_sum() {
        let kernel = Kernel::two_pattern(5);
        assert!((closure_clock(&kernel, 64, &[1e-5])[0] / 1e-5 - 1.0).abs() < 1e-3);
        assert_eq!(0.125 * kernel.second_moment(), 12.5);
        let spectrum = kernel.spectrum(16);
        let dirichlet = |q: f64| 1.0 + 2.0 * q.cos() + 2.0 * (2.0 * q).cos();
        let [a, b] = [3.0, 5.0].map(|i: f64| dirichlet(std::f64::consts::TAU * i / 16.0));
        assert!((spectrum[3 * 16 + 5] - a * b).abs() < 1e-12);
        assert!((spectrum[0] - 25.0).abs() < 1e-12);
    }
}
