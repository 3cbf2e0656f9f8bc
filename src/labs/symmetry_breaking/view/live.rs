//! The lab's live readings.

use super::SymmetryBreakingView;
use crate::core::curie_weiss::potential::Potential;
use crate::labs::readings::{Live, live};

type View = SymmetryBreakingView;

/// Every reading of the lab.
pub(super) static ALL: &[Live<View>] = &[
    live("step", "Whole steps of the run up to the play head", |view| Some(view.clock.transport.position.floor())),
    live("steps", "Steps of the run", |view| Some(view.clock.steps() as f64).filter(|steps| *steps > 0.0)),
    live("playing", "1 while the run plays, else 0", |view| Some(f64::from(u8::from(view.clock.transport.playing)))),
    live("time", "Time t of the noising process", |view| Some(view.scene.time)),
    live("tau", "Time from the moment of decision, τ = t − ½ log N", |view| {
        Some(view.scene.time - view.model.speciation_time())
    }),
    live("speciation_time", "t_S = ½ log N", |view| Some(view.model.speciation_time())),
    live("critical_time", "t_c = ½ log(2m*²N/T), when one well splits at h = 0; none for β ≤ 1", |view| {
        view.model.critical_time()
    }),
    live("spins", "Number of spins N", |view| Some(view.model.spins as f64)),
    live("beta", "Inverse temperature β of the magnet", |view| Some(view.model.beta)),
    live("field", "Total field h", |view| Some(view.model.field)),
    live("magnetization", "m*, the largest root of m = tanh βm", |view| Some(view.model.magnetization())),
    live("weight_plus", "W₊, the share of + magnets in the data", |view| Some(view.model.weights()[0])),
    live("wells", "Wells of the potential V at this moment: 1 or 2", |view| {
        Some(if view.potential().wells().shallow.is_some() { 2.0 } else { 1.0 })
    }),
    live("well", "Place μ of the deeper well", |view| Some(view.potential().wells().deep)),
    live("barrier", "Height ΔV of the barrier above the deeper well; none with one well", |view| {
        view.potential().wells().barrier
    }),
    live("kappa", "κ = 2m*²(N/T)e^{−2t}", |view| Some(view.potential().kappa())),
    live("curvature", "V''(0): negative once the middle is a maximum", |view| Some(view.potential().curvature(0.0))),
    live("r_plus_theory", "R₊(τ) of (28): probability that μ > 0", |view| {
        Some(view.model.plus_probability(view.scene.time - view.model.speciation_time()))
    }),
    live("r_plus", "Share of the particles with μ > 0 at the play head", |view| {
        let picture = view.particles.picture().filter(|picture| picture.total > 0)?;
        Some(picture.statistics.plus)
    }),
    live("mean_plus", "Mean of μ over the particles with μ > 0", |view| view.particles.picture()?.sides[0]),
];

impl View {
    fn potential(&self) -> Potential {
        Potential::new(&self.model, self.scene.time)
    }
}
