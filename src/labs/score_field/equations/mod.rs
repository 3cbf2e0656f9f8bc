//! Equations of the score-field lab: which of them are on screen, and what their symbols are worth.

use crate::core::mixture::FieldValue;
use crate::core::param::Choice;
use crate::core::sampler::Direction;
use crate::core::{process, sym2};
use crate::labs::equations::{Equation, Sheet, defining};
use crate::labs::notes;
use crate::labs::score_field::scene::Scene;
use crate::labs::score_field::setup::Setup;

mod formulas;
mod symbols;

use formulas::{
    ANISOTROPY, CRITICAL, DENOISER, DENSITY, DIFFERENCE, GAUSSIAN_PATH, NOISING, POSTERIOR, PROXY, PROXY_SHARE, SCORE,
    VARIANCE_PRESERVING_HALF, WEIGHTS,
};
pub use formulas::{MODELS, PROCESSES, SAMPLERS, all};
pub use symbols::SYMBOLS;

/// The equation of a process with its parameters.
fn process_equation(choice: &Choice) -> Option<&'static Equation> {
    if choice.kind == "variance_preserving" && choice.params.get("half").is_some_and(|half| *half != 0.0) {
        return Some(&VARIANCE_PRESERVING_HALF);
    }
    defining(PROCESSES, &choice.kind)
}

/// What is read at the place under the pointer or at the latest pinned probe.
#[derive(Debug, Clone, Copy)]
pub struct Probed<'a> {
    /// The place.
    pub at: [f64; 2],
    /// What the theory says about it.
    pub value: &'a FieldValue,
    /// The largest posterior weight.
    pub weight: f64,
}

/// The equations of what is on screen now.
pub fn sheet(scene: &Scene, setup: &Setup, probed: Option<Probed<'_>>) -> Sheet {
    let mut sheet = Sheet { symbols: SYMBOLS, ..Sheet::default() };
    let quantity = if scene.layers.heat.on { scene.layers.heat.quantity.as_str() } else { "" };
    let generates = setup.sampler.direction == Direction::Generating;
    let shown = [
        (Some(&NOISING), true),
        (process_equation(&scene.process), true),
        (defining(MODELS, &scene.model.kind), true),
        (Some(&DENSITY), true),
        (Some(&SCORE), true),
        (Some(&WEIGHTS), true),
        (Some(&DENOISER), true),
        (Some(&POSTERIOR), scene.layers.posterior.on),
        (Some(&PROXY), ["proxy_variance", "variance_fraction", "anisotropy"].contains(&quantity)),
        (Some(&PROXY_SHARE), quantity == "variance_fraction"),
        (Some(&ANISOTROPY), quantity == "anisotropy"),
        (Some(&DIFFERENCE), quantity == "score_difference"),
        (defining(SAMPLERS, setup.sampler.info.id), true),
        (Some(&GAUSSIAN_PATH), generates && scene.model.kind == "gaussian"),
        (Some(&CRITICAL), !setup.critical_steps.is_empty()),
    ];
    sheet.equations = shown.into_iter().filter_map(|(equation, is)| equation.filter(|_| is)).collect();
    sheet.notes = notes::select(noted(scene, setup, quantity));
    values(&mut sheet, scene, setup);
    if let Some(Probed { at, value, weight }) = probed {
        sheet.list("state", at);
        sheet.number("density", value.log_density.exp());
        sheet.list("score", value.score.iter().copied());
        sheet.list("denoiser", value.denoiser.iter().copied());
        sheet.number("posterior_cov", value.posterior_covariance.trace());
        sheet.number("proxy_cov", value.proxy_covariance.trace());
        sheet.number("weight", weight);
        let t = scene.time;
        let velocity = setup.forward.drift(t) * nalgebra::Vector2::from(at)
            - 0.5 * setup.forward.diffusion(t) * (setup.forward.shape() * value.score);
        sheet.list("slope", velocity.iter().copied());
    }
    sheet
}

/// The slips in the papers that matter for the scene.
fn noted(scene: &Scene, setup: &Setup, quantity: &str) -> Vec<&'static str> {
    let (model, process, sampler) = (scene.model.kind.as_str(), scene.process.kind.as_str(), setup.sampler.info.id);
    let shrinks = process != "edm";
    [
        ("gtv_st", shrinks || quantity == "proxy_variance"),
        ("eft_1", process == "signal_time"),
        ("gauss_11", model == "delta"),
        ("gauss_18", model == "gaussian"),
        ("gauss_107", model == "gaussian" && shrinks),
        ("gauss_136", model == "gmm" && shrinks),
        ("gauss_149", model == "gmm"),
        ("gauss_a8", sampler == "heun"),
        ("phys_13", process == "ddpm_chain"),
        ("phys_39", sampler == "ancestral" || process == "ddpm_chain"),
        ("phys_53", sampler == "ancestral"),
        ("phys_81", sampler == "forward_sde"),
        ("phys_97", quantity == "density"),
    ]
    .into_iter()
    .filter_map(|(id, shown)| shown.then_some(id))
    .collect()
}

/// What the process, the data and the run say at the time shown.
fn values(sheet: &mut Sheet, scene: &Scene, setup: &Setup) {
    let (forward, t) = (&setup.forward, scene.time);
    sheet.number("time", t);
    sheet.number("signal", forward.alpha(t));
    sheet.number("signal2", forward.abar(t));
    sheet.number("noise", forward.sigma(t));
    sheet.number("noise2", forward.sigma(t).powi(2));
    sheet.number("logsnr", forward.log_snr(t));
    sheet.number("drift", forward.drift(t));
    sheet.number("diffusion2", forward.diffusion(t));
    sheet.list("shape", sym2::entries(forward.shape()));
    let components = setup.model.components().len();
    sheet.words("k", if components == 1 { "one component".to_owned() } else { format!("1 … {components}") });
    sheet.list("data_mean", setup.data.mean().iter().copied());
    sheet.list("data_cov", sym2::entries(&setup.data.covariance()));
    let whiten = sym2::inverse(forward.sqrt_shape());
    let lambda = sym2::symmetrized(&(whiten * setup.data.covariance() * whiten)).symmetric_eigenvalues();
    sheet.list("lambda", [lambda.max(), lambda.min()]);
    let step = setup.nearest_step(t);
    if let Some([from, to]) = setup.times.get(step..step + 2) {
        sheet.number("step", to - from);
    }
    let Some(kind) = process::ALL.iter().find(|kind| kind.info.id == scene.process.kind) else { return };
    let parameter = |key: &str| {
        let info = kind.info.params.iter().find(|info| info.key == key)?;
        Some(scene.process.get(info))
    };
    if let Some(temperature) = parameter("temperature") {
        sheet.number("temperature", temperature);
    }
    if let Some(end) = parameter("sigma_infinity") {
        sheet.number("end_noise", end * end);
    }
    if let (Some(least), Some(growth)) = (parameter("beta_min"), parameter("beta_growth")) {
        sheet.number("beta", least + growth * t);
    }
}
