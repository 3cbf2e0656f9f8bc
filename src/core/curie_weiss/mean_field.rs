//! The mean-field equation y = c + κ tanh y.
//!
//! With κ = β and c = H it gives the magnetization m = tanh y of the magnet in a field H per spin; with κ = 2m*²(N/T)e^{−2t}
//! and c = m*h it gives the wells of the potential (25), μ = 2m*√N e^{−t} tanh y.

/// The solutions of y = c + κ tanh y.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Roots {
    /// The stable one: it has the sign of c (positive for c = 0, where its mirror image is as good).
    pub stable: f64,
    /// The metastable one on the other side, where it exists.
    pub metastable: Option<f64>,
    /// The unstable one between them.
    pub unstable: Option<f64>,
}

/// Coefficients of (y coth y − 1)/y² in powers of y².
const COTH_SERIES: [f64; 7] =
    [1.0 / 3.0, -1.0 / 45.0, 2.0 / 945.0, -1.0 / 4725.0, 2.0 / 93_555.0, -1382.0 / 638_512_875.0, 4.0 / 18_243_225.0];

/// The root y ≥ 0 of y = κ tanh y for κ ≥ 0: zero for κ ≤ 1, about √(3(κ − 1)) just above.
pub fn spontaneous(kappa: f64) -> f64 {
    if kappa.is_nan() || kappa <= 1.0 {
        return 0.0;
    }
    if kappa < 1.01 {
        // The equation itself cancels here; y coth y − 1 = κ − 1 in powers of s = y² does not.
        let mut s = 3.0 * (kappa - 1.0);
        for _ in 0..8 {
            let value = s * COTH_SERIES.iter().rev().fold(0.0, |sum, c| sum * s + c);
            let slope = COTH_SERIES.iter().enumerate().rev().fold(0.0, |sum, (i, c)| sum * s + (i + 1) as f64 * c);
            s -= (value - (kappa - 1.0)) / slope;
        }
        return s.sqrt();
    }
    newton(kappa, |y| y - kappa * y.tanh(), |y| 1.0 - kappa * sech2(y))
}

/// Largest |c| for which three roots exist: √(κ(κ − 1)) − arccosh √κ, zero for κ ≤ 1.
pub fn spinodal_field(kappa: f64) -> f64 {
    if kappa.is_nan() || kappa <= 1.0 {
        return 0.0;
    }
    let excess = kappa - 1.0;
    // arccosh √κ = arsinh √(κ − 1)
    (kappa * excess).sqrt() - excess.sqrt().asinh()
}

/// All roots for κ ≥ 0 and any finite c.
pub fn solve(kappa: f64, c: f64) -> Roots {
    if c == 0.0 {
        let y = spontaneous(kappa);
        let broken = y > 0.0;
        return Roots { stable: y, metastable: broken.then_some(-y), unstable: broken.then_some(0.0) };
    }
    let (sign, size) = (c.signum(), c.abs());
    let slope = |y: f64| 1.0 - kappa * sech2(y);
    let stable = newton(kappa + size, |y| y - size - kappa * y.tanh(), slope);
    let (mut metastable, mut unstable) = (None, None);
    if spinodal_field(kappa) > size {
        let opposite = |z: f64| z + size - kappa * z.tanh();
        // The residual is convex in z > 0 and has its minimum, below zero, between the two roots.
        metastable = Some(-sign * newton(kappa, opposite, slope));
        unstable = Some(-sign * newton(0.0, opposite, slope));
    }
    Roots { stable: sign * stable, metastable, unstable }
}

/// Newton's method from a side on which a convex function is positive: the steps then keep their direction.
fn newton(start: f64, f: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64) -> f64 {
    let mut y = start;
    let mut direction = 0.0;
    for _ in 0..200 {
        let step = -f(y) / slope(y);
        if !step.is_finite() || step == 0.0 || step * direction < 0.0 {
            break; // rounding has taken over
        }
        direction = step;
        let next = y + step;
        if next == y {
            break;
        }
        y = next;
    }
    y
}

/// sech² y = 1 − tanh² y without cancellation.
pub(super) fn sech2(y: f64) -> f64 {
    let q = (-2.0 * y.abs()).exp();
    4.0 * q / (1.0 + q).powi(2)
}
