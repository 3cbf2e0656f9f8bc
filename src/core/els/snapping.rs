//! Straight-line fits: the snapping law, growth exponents, and how well correlations collapse.

/// A line fitted to points by least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Slope.
    pub slope: f64,
    /// Standard error of the slope; zero for two points.
    pub error: f64,
    /// Value at 0.
    pub intercept: f64,
    /// Number of points.
    pub points: usize,
}

/// Fits a line; `None` for fewer than two distinct x.
pub fn fit_line(points: &[[f64; 2]]) -> Option<Fit> {
    let n = points.len() as f64;
    let mean = |axis: usize| points.iter().map(|p| p[axis]).sum::<f64>() / n;
    let [mx, my] = [mean(0), mean(1)];
    let sum = |f: &dyn Fn(&[f64; 2]) -> f64| points.iter().map(f).sum::<f64>();
    let sxx = sum(&|p| (p[0] - mx).powi(2));
    if points.len() < 2 || sxx <= 0.0 {
        return None;
    }
    let slope = sum(&|p| (p[0] - mx) * (p[1] - my)) / sxx;
    let residual = sum(&|p| (p[1] - my - slope * (p[0] - mx)).powi(2));
    let error = if points.len() > 2 { (residual / (n - 2.0) / sxx).sqrt() } else { 0.0 };
    Some(Fit { slope, error, intercept: my - slope * mx, points: points.len() })
}

/// Fits y ∝ xᵃ to the points with positive, finite coordinates.
pub fn fit_power(points: impl IntoIterator<Item = [f64; 2]>) -> Option<Fit> {
    let positive = |p: &[f64; 2]| p.iter().all(|v| v.is_finite() && *v > 0.0);
    fit_line(&points.into_iter().filter(positive).map(|p| p.map(f64::ln)).collect::<Vec<_>>())
}

/// The snapping law: the exponent of the median pixel's distance |φ − √ᾱφ*| from its patch against the noise variance 1 − ᾱ,
/// over points of at most `largest_noise`. Theory says ½.
pub fn snapping(abars: &[f64], medians: &[f64], largest_noise: f64) -> Option<Fit> {
    let points = abars.iter().zip(medians).map(|(abar, median)| [1.0 - abar, *median]);
    fit_power(points.filter(|p| p[0] <= largest_noise))
}

/// The median of `values`, which it reorders; `None` if there are none.
pub fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// How well the curves ρ(r) of several times fall onto one function of u = r²/ᾱ.
#[derive(Debug, Clone, PartialEq)]
pub struct Collapse {
    /// 1 − (variance between times at equal u) / (whole variance); 1 is a perfect collapse.
    pub quality: f64,
    /// First and last ᾱ of the window.
    pub window: [f64; 2],
    /// Mean of r²/ᾱ at ρ = .1 within the window.
    pub scale: f64,
}

/// Relative deviation of r²/ᾱ at ρ = .1 from its median that still counts as collapsed.
pub const COLLAPSE_TOLERANCE: f64 = 0.15;
const COLLAPSE_LEVEL: f64 = 0.1;
const COLLAPSE_POINTS: usize = 60;

/// Finds the longest run of times whose r²/ᾱ at ρ = .1 stays within [`COLLAPSE_TOLERANCE`] of the run's median, and measures
/// the collapse there. `rho[t]` is the radial correlation at `abars[t]`. `None` if fewer than three times collapse.
pub fn collapse<R: AsRef<[f64]>>(abars: &[f64], rho: &[R]) -> Option<Collapse> {
    let scales: Vec<Option<f64>> = abars
        .iter()
        .zip(rho)
        .map(|(&abar, rho)| {
            super::correlation::radius_at(rho.as_ref(), COLLAPSE_LEVEL).filter(|&r| r >= 1.0).map(|r| r * r / abar)
        })
        .collect();
    let mut best = 0..0;
    for start in 0..scales.len() {
        let mut within = Vec::new();
        for (end, scale) in scales.iter().enumerate().skip(start) {
            let Some(scale) = scale else { break };
            within.push(*scale);
            let centre = median(&mut within.clone())?;
            if within.iter().any(|s| (s / centre - 1.0).abs() > COLLAPSE_TOLERANCE) {
                break;
            }
            if end + 1 - start > best.len() {
                best = start..end + 1;
            }
        }
    }
    if best.len() < 3 {
        return None;
    }
    let scale = scales[best.clone()].iter().flatten().sum::<f64>() / best.len() as f64;
    // From the first ring of the earliest time, so that all curves are known at every u, to three times the scale.
    let (first, last) = ((1.0 / abars[best.start]).sqrt(), (3.0 * scale).sqrt());
    let curve = |t: usize, s: f64| interpolate(rho[t].as_ref(), s * abars[t].sqrt());
    let (mut between, mut all) = (0.0, Vec::new());
    for i in 0..COLLAPSE_POINTS {
        let s = first + (last - first).max(0.0) * i as f64 / (COLLAPSE_POINTS - 1) as f64;
        let values: Vec<f64> = best.clone().map(|t| curve(t, s)).collect();
        between += variance(&values) / COLLAPSE_POINTS as f64;
        all.extend(values);
    }
    let whole = variance(&all);
    let quality = if whole > 0.0 { 1.0 - between / whole } else { 0.0 };
    Some(Collapse { quality, window: [abars[best.start], abars[best.end - 1]], scale })
}

fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64
}

fn interpolate(curve: &[f64], at: f64) -> f64 {
    let ring = at.floor() as usize;
    match (curve.get(ring), curve.get(ring + 1)) {
        (Some(a), Some(b)) => a + (b - a) * (at - ring as f64),
        _ => curve.last().copied().unwrap_or(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_powers() {
        let fit = fit_line(&[[0.0, 1.0], [1.0, 3.0], [2.0, 5.0]]).unwrap();
        assert!((fit.slope - 2.0).abs() < 1e-15 && fit.error < 1e-12 && (fit.intercept - 1.0).abs() < 1e-15);
        let noisy = fit_line(&[[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [3.0, 1.0]]).unwrap();
        // Slope .2; residual .8 in sum of squares over two degrees of freedom and Sxx = 5.
        assert!((noisy.slope - 0.2).abs() < 1e-15 && (noisy.error - (0.8_f64 / 2.0 / 5.0).sqrt()).abs() < 1e-12);
        let power = fit_power([[1.0, 2.0], [4.0, 4.0], [9.0, 6.0], [0.0, 1.0], [1.0, f64::NAN]]).unwrap();
        assert!((power.slope - 0.5).abs() < 1e-12 && power.points == 3);
        assert_eq!(fit_line(&[[1.0, 1.0], [1.0, 2.0]]), None);
    }

    #[test]
    fn collapse_of_a_diffusing_gaussian_is_perfect_and_ends_where_planted() {
        let abars: Vec<f64> = (1..=20).map(|i| 0.05 * f64::from(i)).collect();
        let curve = |abar: &f64| {
            let width = if *abar < 0.82 { 16.0 * abar } else { 40.0 * abar };
            (0..64).map(|r| (-f64::from(r * r) / width).exp()).collect()
        };
        let rho: Vec<Vec<f64>> = abars.iter().map(curve).collect();
        let found = collapse(&abars, &rho).unwrap();
        assert!(found.quality > 0.995, "{found:?}");
        assert!((found.window[1] - 0.8).abs() < 1e-9);
        assert!((found.scale / (16.0 * 10_f64.ln()) - 1.0).abs() < 0.05);
    }
}
