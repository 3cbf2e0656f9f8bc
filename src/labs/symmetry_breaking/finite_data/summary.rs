//! What generation from many data sets adds up to: errors of weights, overlaps, copies, and how the errors scale.

use nalgebra::{DMatrix, DVector};

use crate::core::curie_weiss::CurieWeiss;

/// Sums over configurations generated from one data set.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    /// Number of configurations.
    pub configurations: f64,
    /// Those with M > 0.
    pub plus: f64,
    /// Sum of |M|.
    pub overlap: f64,
    /// Those that are one of the samples, spin by spin.
    pub copies: f64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.configurations += other.configurations;
        self.plus += other.plus;
        self.overlap += other.overlap;
        self.copies += other.copies;
    }
}

/// What one score source makes of one pair (N, P).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Cell {
    /// N.
    pub spins: u64,
    /// P.
    pub samples: u64,
    /// Mean of the + weight over data sets.
    pub plus: f64,
    /// Its standard deviation over data sets, the generation's own sampling noise removed.
    pub plus_spread: f64,
    /// Root mean square error of the + weight over data sets, the generation's own sampling noise removed.
    pub weight_error: f64,
    /// Standard error of `weight_error`.
    pub weight_error_se: f64,
    /// Mean square error of the + weight, the generation's own sampling noise removed: negative where that is larger.
    pub mean_square: f64,
    /// Its standard error.
    pub mean_square_se: f64,
    /// Mean square of the generation's own sampling noise.
    pub own_square: f64,
    /// Typical overlap: mean of |M|. The model has about m*.
    pub overlap: f64,
    /// Its standard error.
    pub overlap_se: f64,
    /// Share of configurations that copy a sample.
    pub copies: f64,
    /// Its standard error.
    pub copies_se: f64,
}

/// The results of one score source.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Table {
    /// Identifier of the source.
    pub score: &'static str,
    /// One cell for each pair measured, N by N, in each all P.
    pub cells: Vec<Cell>,
    /// How the weights' error scales; `None` with too few cells in which there is a clear one.
    pub exponents: Option<Exponents>,
}

/// `error ∝ P^in_samples · N^in_spins`, with standard errors.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Exponents {
    /// Exponent of P, if P was varied.
    pub in_samples: Option<[f64; 2]>,
    /// Exponent of N, if N was varied.
    pub in_spins: Option<[f64; 2]>,
}

/// Sums up what was generated from at least two data sets.
pub(super) fn summary(measured: &[Counts], model: &CurieWeiss, samples: u64) -> Cell {
    let sets = measured.len() as f64;
    let mean = |value: &dyn Fn(&Counts) -> f64| measured.iter().map(value).sum::<f64>() / sets;
    let error_of_mean = |value: &dyn Fn(&Counts) -> f64| {
        let centre = mean(value);
        (mean(&|m| (value(m) - centre).powi(2)) / (sets - 1.0)).sqrt()
    };
    let share = |m: &Counts| m.plus / m.configurations;
    let [target, _] = model.weights();
    let plus = mean(&share);
    // A share p̂ of n configurations scatters by p(1 − p)/n on its own.
    let own = |m: &Counts| share(m) * (1.0 - share(m)) / (m.configurations - 1.0);
    let square = |m: &Counts| (share(m) - target).powi(2) - own(m);
    let (error2, error2_se) = (mean(&square), error_of_mean(&square));
    let weight_error = error2.max(0.0).sqrt();
    let weight_error_se =
        if weight_error > 0.0 { (0.5 * error2_se / weight_error).min(error2_se.sqrt()) } else { error2_se.sqrt() };
    let spread2 = mean(&|m| (share(m) - plus).powi(2)) * sets / (sets - 1.0) - mean(&own);
    let (overlap, copies) = (|m: &Counts| m.overlap / m.configurations, |m: &Counts| m.copies / m.configurations);
    Cell {
        spins: model.spins,
        samples,
        plus,
        plus_spread: spread2.max(0.0).sqrt(),
        weight_error,
        weight_error_se,
        mean_square: error2,
        mean_square_se: error2_se,
        own_square: mean(&own),
        overlap: mean(&overlap),
        overlap_se: error_of_mean(&overlap),
        copies: mean(&copies),
        copies_se: error_of_mean(&copies),
    }
}

/// Rounds of Fisher's scoring.
const ROUNDS: usize = 200;

/// Fits `error² = A P^2α N^2β` to all cells.
///
/// The mean square measured over data sets, own noise included, scatters in proportion to its expectation, as a sum of squares
/// does. Its quasi-likelihood uses cells below the noise, too, with the weight that they deserve: leaving them out, or
/// taking logarithms first, would make the law seem flatter than it is. Standard errors follow from the measured scatter.
/// `None` where fewer cells than parameters show a clear error.
pub(super) fn exponents(cells: &[Cell]) -> Option<Exponents> {
    let clear = cells.iter().filter(|cell| cell.weight_error > 2.0 * cell.weight_error_se).count();
    let varied = |value: &dyn Fn(&Cell) -> u64| cells.iter().any(|cell| value(cell) != value(&cells[0]));
    let (by_samples, by_spins) = (varied(&|cell| cell.samples), varied(&|cell| cell.spins));
    let columns = 1 + usize::from(by_samples) + usize::from(by_spins);
    if columns == 1 || clear < columns {
        return None;
    }
    let row = |cell: &Cell| {
        let mut row = vec![1.0];
        row.extend(by_samples.then(|| 2.0 * (cell.samples as f64).ln()));
        row.extend(by_spins.then(|| 2.0 * (cell.spins as f64).ln()));
        DVector::from_vec(row)
    };
    // At first the same error everywhere: the largest.
    let mut solution = DVector::zeros(columns);
    solution[0] = cells.iter().map(|cell| cell.mean_square).fold(f64::MIN, f64::max).ln();
    let mut covariance = None;
    for _ in 0..ROUNDS {
        let mut information = DMatrix::zeros(columns, columns);
        let mut scatter = DMatrix::zeros(columns, columns);
        let mut gradient = DVector::zeros(columns);
        for cell in cells {
            let row = row(cell);
            let law = row.dot(&solution).exp();
            let variance = (law + cell.own_square).powi(2).max(f64::MIN_POSITIVE);
            let slope = law * &row;
            gradient += &slope * ((cell.mean_square - law) / variance);
            information += &slope * slope.transpose() / variance;
            scatter += &slope * slope.transpose() * (cell.mean_square_se / variance).powi(2);
        }
        let inverse = information.try_inverse()?;
        let mut step = &inverse * gradient;
        // Far from the solution the law is steeper than the step knows.
        let longest = step.amax();
        if !longest.is_finite() {
            return None;
        }
        step *= 1.0 / longest.max(1.0);
        solution += step;
        covariance = Some(&inverse * scatter * &inverse);
        if longest < 1e-10 {
            break;
        }
    }
    let covariance = covariance?;
    let entry = |column: usize| [solution[column], covariance[(column, column)].max(0.0).sqrt()];
    Some(Exponents { in_samples: by_samples.then(|| entry(1)), in_spins: by_spins.then(|| entry(columns - 1)) })
}
