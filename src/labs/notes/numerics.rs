//! What several notes compute with.

use std::f64::consts::TAU;

/// Solves `dy/dt = slope(t, y)` from `from` to `to` by Runge–Kutta of fourth order.
pub fn rk4(y: f64, from: f64, to: f64, steps: usize, slope: impl Fn(f64, f64) -> f64) -> f64 {
    let dt = (to - from) / steps as f64;
    let mut y = y;
    for step in 0..steps {
        let t = from + dt * step as f64;
        let a = slope(t, y);
        let b = slope(t + 0.5 * dt, y + 0.5 * dt * a);
        let c = slope(t + 0.5 * dt, y + 0.5 * dt * b);
        let d = slope(t + dt, y + dt * c);
        y += dt / 6.0 * (a + 2.0 * b + 2.0 * c + d);
    }
    y
}

/// `∫ f` from `from` to `to` by Simpson's rule on an even number of slices.
pub fn integral(from: f64, to: f64, slices: usize, f: impl Fn(f64) -> f64) -> f64 {
    let slices = 2 * slices.div_ceil(2);
    let dx = (to - from) / slices as f64;
    let weight = |i: usize| if i == 0 || i == slices { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
    (0..=slices).map(|i| weight(i) * f(from + dx * i as f64)).sum::<f64>() * dx / 3.0
}

/// Density of N(`mean`, `variance`) at `x`.
pub fn gaussian(x: f64, mean: f64, variance: f64) -> f64 {
    (-0.5 * (x - mean).powi(2) / variance).exp() / (TAU * variance).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrals_and_paths_are_right() {
        assert!((integral(0.0, 1.0, 10, |x| x * x * x) - 0.25).abs() < 1e-12);
        assert!((integral(-9.0, 9.0, 400, |x| gaussian(x, 0.5, 2.0)) - 1.0).abs() < 1e-6);
        assert!((rk4(1.0, 0.0, 1.0, 50, |_, y| y) - 1_f64.exp()).abs() < 1e-6);
    }
}
