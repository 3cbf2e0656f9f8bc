//! Linear scores s(x) = −Wx − b learned from P samples ([CW] (7)–(9), (32)–(37)).

use faer::linalg::solvers::Solve;
use faer::{Mat, MatRef};

use super::random;
use super::wishart;
use crate::param::KindInfo;
use crate::philox;
use crate::sampler::{MAX_STAGES, Step};

/// P samples of Gaussian data, as far as linear scores see them.
pub struct Samples {
    /// F with F Fᵀ the sample covariance; N rows.
    factor: Mat<f64>,
    /// F Fᵀ.
    covariance: Mat<f64>,
    samples: f64,
    seed: u64,
}

impl Samples {
    /// P = `samples` vectors of covariance diag(`spectrum`) and mean zero.
    pub fn new(seed: u64, spectrum: &[f64], samples: f64) -> Self {
        let factor = wishart::covariance_factor(seed, spectrum, samples);
        Self { covariance: wishart::gram(&factor), factor, samples, seed }
    }

    /// The sample covariance (1/P) Σ a aᵀ.
    pub fn covariance(&self) -> &Mat<f64> {
        &self.covariance
    }

    /// Whether there are at least as many samples as dimensions, so that D of (11) has an inverse.
    pub fn fill_the_space(&self) -> bool {
        self.factor.ncols() == self.factor.nrows()
    }

    /// D = (1/P) Σ x xᵀ and B = (1/P) Σ a xᵀ of the samples noised to `alpha` and `sigma`, one draw of noise for each sample,
    /// independent for each `draw`; needs [`Samples::fill_the_space`].
    ///
    /// With a = √P F Q, Q of orthonormal rows, the noise enters as Z Qᵀ, a square normal matrix G, and as the rest of Z,
    /// whose outer products add up to a Wishart matrix of P − N samples. So this too costs the same at every P.
    pub fn noised(&self, alpha: f64, sigma: f64, draw: u32) -> (Mat<f64>, Mat<f64>) {
        let n = self.factor.nrows();
        let normals = random::normal_matrix(philox::sub_seed(self.seed, 3, draw), n, n);
        let rest = self.samples - n as f64;
        let mut noise = wishart::gram(&normals);
        if rest >= 1.0 {
            noise += wishart::gram(&wishart::bartlett(philox::sub_seed(self.seed, 4, draw), n, rest));
        }
        // (1/P) Σ a zᵀ
        let cross = &self.factor * normals.transpose() * faer::Scale(1.0 / self.samples.sqrt());
        let memory = &self.covariance * faer::Scale(alpha) + &cross * faer::Scale(sigma);
        let second = &self.covariance * faer::Scale(alpha * alpha)
            + (&cross + cross.transpose()) * faer::Scale(alpha * sigma)
            + noise * faer::Scale(sigma * sigma / self.samples);
        (second, memory)
    }
}

/// The matrix W learned from samples at signal α and noise σ, with the number of the step.
type WeightsAt = fn(&Samples, f64, f64, u32) -> Mat<f64>;

/// One way to learn a linear score.
pub struct LearningKind {
    /// Names.
    pub info: KindInfo,
    /// Whether it needs at least as many samples as dimensions.
    pub needs_full_rank: bool,
    /// W at signal α and noise σ, step number; `None` for the way whose generated covariance is known in closed form.
    weights: Option<WeightsAt>,
}

/// Every way.
pub static ALL: &[LearningKind] = &[AVERAGED, LEAST_SQUARES, SYMMETRISED];

/// The way with this identifier.
pub fn find(id: &str) -> Option<&'static LearningKind> {
    ALL.iter().find(|kind| kind.info.id == id)
}

const AVERAGED: LearningKind = LearningKind {
    info: KindInfo {
        id: "averaged",
        name: "All noise seen",
        about: "Each sample is noised infinitely often: W of [CW] (8) with the sample covariance, which generation returns.",
        params: &[],
    },
    needs_full_rank: false,
    weights: None,
};

const LEAST_SQUARES: LearningKind = LearningKind {
    info: KindInfo {
        id: "least_squares",
        name: "One draw, least squares",
        about: "Each sample is noised once per time; W = (1 − e^(−t) B D⁻¹)/Δ is the least-squares solution.",
        params: &[],
    },
    needs_full_rank: true,
    weights: Some(|samples, alpha, sigma, draw| {
        let (second, memory) = samples.noised(alpha, sigma, draw);
        least_squares(&second, &memory, alpha, sigma)
    }),
};

const SYMMETRISED: LearningKind = LearningKind {
    info: KindInfo {
        id: "symmetrised",
        name: "One draw, as printed",
        about: "As least squares, but with the symmetrised memory M of [CW] (36) as printed in (37): not optimal.",
        params: &[],
    },
    needs_full_rank: true,
    weights: Some(|samples, alpha, sigma, draw| {
        let (second, memory) = samples.noised(alpha, sigma, draw);
        printed(&second, &memory, alpha, sigma)
    }),
};

/// W = (Δ + e^{−2t} C)⁻¹ for a covariance C known exactly ([CW] (8)).
pub fn exact(covariance: MatRef<'_, f64>, alpha: f64, sigma: f64) -> Mat<f64> {
    let n = covariance.nrows();
    let noised = covariance * faer::Scale(alpha * alpha) + Mat::<f64>::identity(n, n) * faer::Scale(sigma * sigma);
    noised.partial_piv_lu().solve(Mat::<f64>::identity(n, n))
}

/// b = −e^{−t} W m for data of mean m ([CW] (9)).
pub fn bias(weights: MatRef<'_, f64>, mean: &[f64], alpha: f64) -> Vec<f64> {
    (0..weights.nrows())
        .map(|i| -alpha * mean.iter().enumerate().map(|(j, m)| weights[(i, j)] * m).sum::<f64>())
        .collect()
}

/// W = (1 − e^{−t} B D⁻¹)/Δ: minimises the empirical loss (33).
pub fn least_squares(second: &Mat<f64>, memory: &Mat<f64>, alpha: f64, sigma: f64) -> Mat<f64> {
    // B D⁻¹ = (D⁻¹ Bᵀ)ᵀ, D being symmetric.
    let solved = second.partial_piv_lu().solve(memory.transpose());
    from_ratio(solved.transpose(), alpha, sigma)
}

/// W = (1 − e^{−t} D⁻¹ M)/Δ with M = (B + Bᵀ)/2, as printed in (37).
pub fn printed(second: &Mat<f64>, memory: &Mat<f64>, alpha: f64, sigma: f64) -> Mat<f64> {
    let symmetric = (memory + memory.transpose()) * faer::Scale(0.5);
    from_ratio(second.partial_piv_lu().solve(symmetric).as_ref(), alpha, sigma)
}

fn from_ratio(ratio: MatRef<'_, f64>, alpha: f64, sigma: f64) -> Mat<f64> {
    let n = ratio.nrows();
    (Mat::<f64>::identity(n, n) - ratio * faer::Scale(alpha)) * faer::Scale(1.0 / (sigma * sigma))
}

/// The empirical loss (33) up to a constant, `tr(W D Wᵀ) − (2/Δ)[tr(DW) − e^{−t} tr(BᵀW)]` ([CW] (34)).
pub fn loss(weights: &Mat<f64>, second: &Mat<f64>, memory: &Mat<f64>, alpha: f64, sigma: f64) -> f64 {
    let n = weights.nrows();
    let quadratic = weights * second;
    let mut sum = 0.0;
    for j in 0..n {
        for i in 0..n {
            let linear = second[(i, j)] - alpha * memory[(i, j)];
            sum += quadratic[(i, j)] * weights[(i, j)] - 2.0 / (sigma * sigma) * linear * weights[(i, j)];
        }
    }
    sum
}

/// Covariance of what generation makes along `steps` of any sampler, from noise of variance `temperature`. `go_on` is told
/// how far it is, from 0 to 1; if it says no, the result is `None`.
pub fn generated_covariance(
    kind: &LearningKind,
    samples: &Samples,
    steps: &[Step],
    temperature: f64,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Option<Mat<f64>> {
    let Some(weights) = kind.weights else { return Some(samples.covariance.clone()) };
    let n = samples.factor.nrows();
    let identity = Mat::<f64>::identity(n, n);
    let mut covariance = &identity * faer::Scale(temperature);
    for (number, step) in (0_u32..).zip(steps) {
        if !go_on(f64::from(number) / steps.len() as f64) {
            return None;
        }
        // Every slope of a step is a linear map of x, and so is the whole step.
        let mut map = &identity * faer::Scale(step.keep);
        let mut slopes: Vec<Mat<f64>> = Vec::new();
        for (i, stage) in step.stages.iter().enumerate() {
            let learned = weights(samples, stage.alpha, stage.sigma, number * MAX_STAGES as u32 + i as u32);
            let mut place = identity.clone();
            for (slope, weight) in slopes.iter().zip(stage.weights) {
                place += slope * faer::Scale(weight);
            }
            let slope = &place * faer::Scale(stage.linear) - learned * place * faer::Scale(stage.score);
            map += &slope * faer::Scale(step.combine[i]);
            slopes.push(slope);
        }
        covariance = &map * &covariance * map.transpose() + &identity * faer::Scale(step.noise * step.noise);
    }
    Some(covariance)
}
