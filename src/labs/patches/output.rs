//! What `run` writes for a scene: the ensemble at both ends, what was measured on the way, a summary.

use std::sync::Arc;

use super::physics::{self, Measurement};
use super::run::Run;
use super::scene::Scene;
use super::summary;
use crate::labs::array_file::{self, ArrayInfo};
use crate::labs::{RunContext, RunReport, scene_file};

/// Steps at which the ensemble is measured at most.
const MOST_MEASURED: usize = 40;

/// The arrays of a run.
pub static ARRAYS: &[ArrayInfo] = &[
    ArrayInfo { file: "phi_start.npy", axes: "[B, L, L, C]", about: "the ensemble before the first step" },
    ArrayInfo { file: "phi_end.npy", axes: "[B, L, L, C]", about: "the ensemble after the last step" },
    ArrayInfo { file: "abar_grid.npy", axes: "[n + 1]", about: "signal power ᾱ before and after every step" },
    ArrayInfo { file: "abar.npy", axes: "[T]", about: "ᾱ of the measured times" },
    ArrayInfo {
        file: "radius.npy", axes: "[R]", about: "rings ⌊|Δ| + ½⌋ = 0 … L/2 of the radial tables, in pixels"
    },
    ArrayInfo { file: "rho_radial.npy", axes: "[T, R]", about: "correlation ρ(r)" },
    ArrayInfo {
        file: "mutual_information.npy",
        axes: "[T, R]",
        about: "mutual information I(r) in nats, r = 0 left out (0)",
    },
    ArrayInfo { file: "rho_2d.npy", axes: "[T, L, L]", about: "ρ(Δy, Δx) in FFT order" },
    ArrayInfo { file: "local_consistency.npy", axes: "[T]", about: "share of locally consistent pixels" },
    ArrayInfo { file: "source_image.npy", axes: "[B, L, L]", about: "training image that won each pixel at the end" },
    ArrayInfo {
        file: "source_position.npy",
        axes: "[B, L, L]",
        about: "place of the winning patch's centre in it, row · side + column",
    },
];

/// Runs a scene to its end and writes its arrays.
///
/// # Errors
/// The engine failed, or a file cannot be written.
pub(super) fn run(value: &serde_json::Value, context: &RunContext<'_>) -> anyhow::Result<RunReport> {
    let scene: Scene = scene_file::typed(value)?;
    let mut run = Run::new(&scene, Arc::clone(context.engine))?;
    let setup = Arc::clone(run.setup());
    let out = context.out;
    let mut arrays = Vec::new();
    let (side, channels) = (setup.machine.side(), setup.machine.channels());
    let shape = [setup.count, side, side, channels];
    arrays.push(array_file::write(out, "phi_start.npy", &shape, run.phi().interleaved())?);
    arrays.push(array_file::write(out, "abar_grid.npy", &[setup.abars.len()], setup.abars.iter().copied())?);
    let steps = run.steps();
    let most = MOST_MEASURED.min(steps + 1);
    let mut measured: Vec<Measurement> = Vec::new();
    let mut compute_secs = 0.0;
    for i in 0..most {
        let step = (i * steps + (most - 1) / 2) / (most - 1).max(1);
        let start = (context.clock)();
        run.seek(step)?;
        measured.push(physics::measure(&setup, &**context.engine, step, run.phi())?);
        compute_secs += (context.clock)() - start;
        context.at(0.95 * (i + 1) as f64 / most as f64)?;
    }
    let times = measured.len();
    let rings = side / 2 + 1;
    arrays.push(array_file::write(out, "phi_end.npy", &shape, run.phi().interleaved())?);
    arrays.push(array_file::write(out, "abar.npy", &[times], measured.iter().map(|m| m.abar))?);
    arrays.push(array_file::write(out, "radius.npy", &[rings], (0..rings).map(|r| r as f64))?);
    let all = |of: fn(&Measurement) -> &Vec<f64>| measured.iter().flat_map(of).copied().collect::<Vec<f64>>();
    arrays.push(array_file::write(out, "rho_radial.npy", &[times, rings], all(|m| &m.rho))?);
    arrays.push(array_file::write(out, "mutual_information.npy", &[times, rings], all(|m| &m.information))?);
    arrays.push(array_file::write(out, "rho_2d.npy", &[times, side, side], all(|m| &m.rho_2d))?);
    arrays.push(array_file::write(
        out,
        "local_consistency.npy",
        &[times],
        measured.iter().map(|m| m.local_consistency),
    )?);
    let posterior = context.engine.els_posterior(&setup.machine, setup.level_at(steps), run.phi())?;
    let sources = [setup.count, side, side];
    arrays.push(array_file::write(out, "source_image.npy", &sources, posterior.image.iter().map(|i| *i as i32))?);
    arrays.push(array_file::write(out, "source_position.npy", &sources, posterior.position.iter().map(|i| *i as i32))?);
    context.at(1.0)?;
    let results = summary::summary(&setup, &measured);
    Ok(RunReport { results, arrays, compute_secs })
}
