//! Steppers: how φ is carried from one ᾱ to the next.
//!
//! Every stepper writes each of its steps as a [`Step`], a short list of numbers that all engines execute alike. The flow is
//! `dφ/dᾱ = (D/√ᾱ − φ)/(2 (1 − ᾱ))`, the probability-flow ODE of the ᾱ clock ([EFT] (1) with the factor ½ that is missing
//! there). A step that starts at ᾱ = 0 or ends at ᾱ = 1, where this slope has no value, is a DDIM step.

use super::Level;
use super::grids::Grids;
use super::window::Window;
use crate::param::KindInfo;

/// Most stages a step may have.
pub const MAX_STAGES: usize = 4;

/// One evaluation of the denoiser: the slope `k_i = linear · φ_i + denoiser · D(φ_i)` with `φ_i = φ + Σ_{j<i} weights[j] k_j`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// Signal power and patch size at which D is taken.
    pub level: Level,
    /// Factor of φ_i in the slope.
    pub linear: f64,
    /// Factor of D in the slope.
    pub denoiser: f64,
    /// Factors of the earlier slopes in φ_i, step length included.
    pub weights: [f64; MAX_STAGES - 1],
}

/// One step: `φ' = keep · φ + Σ combine[i] k_i`.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The stages, 1 to [`MAX_STAGES`].
    pub stages: Vec<Stage>,
    /// Factor of φ.
    pub keep: f64,
    /// Factors of the slopes, step length included.
    pub combine: [f64; MAX_STAGES],
}

/// One stepper of the family.
pub struct StepperKind {
    /// Names; steppers have no parameters.
    pub info: KindInfo,
    /// Evaluations of D a step.
    pub evaluations: usize,
    /// Writes the step from one ᾱ to a larger one, both strictly between 0 and 1.
    step: fn(f64, f64, usize) -> Step,
}

/// Every stepper.
pub static ALL: &[StepperKind] = &[DDIM, EULER, EULER_ANGLE, HEUN, RK4];

const DDIM: StepperKind = StepperKind {
    info: KindInfo {
        id: "ddim",
        name: "DDIM",
        about: "Exact solution of the probability-flow ODE while D does not change.",
        params: &[],
    },
    evaluations: 1,
    step: ddim,
};

const EULER: StepperKind = StepperKind {
    info: KindInfo { id: "euler", name: "Euler", about: "First order in ᾱ, one denoising a step.", params: &[] },
    evaluations: 1,
    step: |from, to, k| runge_kutta(from, to, k, &Tableau { nodes: &[0.0], rows: &[[0.0; 3]], combine: &[1.0] }),
};

const EULER_ANGLE: StepperKind = StepperKind {
    info: KindInfo {
        id: "euler_angle",
        name: "Euler in θ",
        about: "First order in the angle θ = arcsin √ᾱ, in which the flow is gentle near ᾱ = 1.",
        params: &[],
    },
    evaluations: 1,
    step: |from, to, k| {
        let (angle, end) = (from.sqrt().asin(), to.sqrt().asin());
        let stage = Stage {
            level: Level { abar: from, k },
            linear: -angle.tan(),
            denoiser: angle.cos().recip(),
            weights: [0.0; MAX_STAGES - 1],
        };
        Step { stages: vec![stage], keep: 1.0, combine: [end - angle, 0.0, 0.0, 0.0] }
    },
};

const HEUN: StepperKind = StepperKind {
    info: KindInfo { id: "heun", name: "Heun", about: "Second order in ᾱ, two denoisings a step.", params: &[] },
    evaluations: 2,
    step: |from, to, k| {
        let tableau = Tableau { nodes: &[0.0, 1.0], rows: &[[0.0; 3], [1.0, 0.0, 0.0]], combine: &[0.5, 0.5] };
        runge_kutta(from, to, k, &tableau)
    },
};

const RK4: StepperKind = StepperKind {
    info: KindInfo {
        id: "rk4",
        name: "Runge–Kutta 4",
        about: "Fourth order in ᾱ, four denoisings a step.",
        params: &[],
    },
    evaluations: 4,
    step: |from, to, k| {
        let tableau = Tableau {
            nodes: &[0.0, 0.5, 0.5, 1.0],
            rows: &[[0.0; 3], [0.5, 0.0, 0.0], [0.0, 0.5, 0.0], [0.0, 0.0, 1.0]],
            combine: &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0],
        };
        runge_kutta(from, to, k, &tableau)
    },
};

/// The stepper with this identifier.
pub fn find(id: &str) -> Option<&'static StepperKind> {
    ALL.iter().find(|kind| kind.info.id == id)
}

impl StepperKind {
    /// The step from `from` to `to`, 0 ≤ from < to ≤ 1, with patches of side `k`.
    pub fn step(&self, from: f64, to: f64, k: usize) -> Step {
        if from == 0.0 || to == 1.0 { ddim(from, to, k) } else { (self.step)(from, to, k) }
    }

    /// The steps along consecutive values of ᾱ.
    pub fn plan(&self, abars: &[f64], window: &Window) -> Vec<Step> {
        let steps = abars.len().saturating_sub(1);
        let step = |(i, pair): (usize, &[f64])| self.step(pair[0], pair[1], window.at(i, steps, pair[0]));
        abars.windows(2).enumerate().map(step).collect()
    }
}

/// `φ' = √ᾱ' D + √(1−ᾱ') (φ − √ᾱ D)/√(1−ᾱ)`.
fn ddim(from: f64, to: f64, k: usize) -> Step {
    let keep = ((1.0 - to) / (1.0 - from)).sqrt();
    let stage = Stage { level: Level { abar: from, k }, linear: 0.0, denoiser: 1.0, weights: [0.0; MAX_STAGES - 1] };
    Step { stages: vec![stage], keep, combine: [to.sqrt() - from.sqrt() * keep, 0.0, 0.0, 0.0] }
}

/// A Butcher tableau.
struct Tableau<'a> {
    nodes: &'a [f64],
    rows: &'a [[f64; MAX_STAGES - 1]],
    combine: &'a [f64],
}

fn runge_kutta(from: f64, to: f64, k: usize, tableau: &Tableau<'_>) -> Step {
    let length = to - from;
    let mut combine = [0.0; MAX_STAGES];
    for (slot, c) in combine.iter_mut().zip(tableau.combine) {
        *slot = length * c;
    }
    let stages = tableau.nodes.iter().zip(tableau.rows).map(|(node, row)| {
        let abar = if *node == 1.0 { to } else { from + node * length };
        let noise = 1.0 - abar;
        Stage {
            level: Level { abar, k },
            linear: -0.5 / noise,
            denoiser: 0.5 / (abar.sqrt() * noise),
            weights: row.map(|a| a * length),
        }
    });
    Step { stages: stages.collect(), keep: 1.0, combine }
}

/// Carries `phi` along one step, given the denoiser: the meaning of a [`Step`] in any precision.
///
/// # Errors
/// Those of `denoise`; `phi` is then unchanged.
pub fn apply<T, E>(
    step: &Step,
    phi: &mut Grids<T>,
    mut denoise: impl FnMut(Level, &Grids<T>) -> Result<Grids<T>, E>,
) -> Result<(), E>
where
    T: nalgebra::RealField + Copy + Default,
{
    let number = |value: f64| nalgebra::convert::<f64, T>(value);
    let add = |sum: &mut [T], factor: f64, terms: &[T]| {
        if factor != 0.0 {
            let factor = number(factor);
            sum.iter_mut().zip(terms).for_each(|(sum, &term)| *sum += factor * term);
        }
    };
    let mut slopes: Vec<Vec<T>> = Vec::with_capacity(step.stages.len());
    for stage in &step.stages {
        let mut place = phi.clone();
        for (slope, &weight) in slopes.iter().zip(&stage.weights) {
            add(&mut place.values, weight, slope);
        }
        let mut slope = denoise(stage.level, &place)?.values;
        let (linear, denoiser) = (number(stage.linear), number(stage.denoiser));
        slope.iter_mut().zip(&place.values).for_each(|(d, &x)| *d = linear * x + denoiser * *d);
        slopes.push(slope);
    }
    let keep = number(step.keep);
    phi.values.iter_mut().for_each(|value| *value *= keep);
    for (slope, &factor) in slopes.iter().zip(&step.combine) {
        add(&mut phi.values, factor, slope);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Carries one pixel along `steps` steps from ᾱ = .1 to .8 with the denoiser D = φ/2.
    fn run(kind: &StepperKind, steps: usize) -> f64 {
        let mut phi = Grids::new(1, 1, 1, vec![1.0]).unwrap();
        for i in 0..steps {
            let at = |i: usize| 0.1 + 0.7 * i as f64 / steps as f64;
            let half = |_: Level, phi: &Grids<f64>| Ok::<_, ()>(phi.map(|x| 0.5 * x));
            apply(&kind.step(at(i), at(i + 1), 1), &mut phi, half).unwrap();
        }
        phi.values[0]
    }

    #[test]
    fn orders() {
        // dφ/φ = (1/(2√ᾱ) − 1)/(2 (1−ᾱ)) dᾱ: log φ = ½ artanh √ᾱ + ½ log(1 − ᾱ).
        let log_phi = |abar: f64| 0.5 * abar.sqrt().atanh() + 0.5 * (1.0 - abar).ln();
        let exact = (log_phi(0.8) - log_phi(0.1)).exp();
        for (id, order) in [("ddim", 1), ("euler", 1), ("euler_angle", 1), ("heun", 2), ("rk4", 4)] {
            let kind = find(id).unwrap();
            let errors = [40, 80].map(|steps| (run(kind, steps) - exact).abs());
            let measured = (errors[0] / errors[1]).log2();
            assert!((measured - f64::from(order)).abs() < 0.2, "{id}: order {measured}");
        }
    }

    #[test]
    fn ends_are_ddim() {
        for kind in ALL {
            assert_eq!(kind.step(0.0, 0.3, 3), ddim(0.0, 0.3, 3));
            let last = kind.step(0.9, 1.0, 3);
            assert_eq!((last.keep, last.combine[0]), (0.0, 1.0));
            assert_eq!(kind.step(0.2, 0.3, 3).stages.len(), kind.evaluations);
        }
    }
}
