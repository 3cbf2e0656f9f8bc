//! What `run` writes for a scene: the ensemble at both ends, what was measured on the way, a summary; and the same of the
//! machine that it is compared with.

use std::sync::Arc;

use npyz::AutoSerialize;

use super::physics::{self, MOST_MEASURED, Measurement};
use super::run::Run;
use super::scene::Scene;
use super::setup::Setup;
use super::{summary, training};
use crate::core::els::Grids;
use crate::labs::array_file::{self, ArrayInfo, WrittenArray};
use crate::labs::{RunContext, RunReport, scene_file};

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
    ArrayInfo {
        file: "compare_*.npy",
        axes: "as above",
        about: "all of these but the radius for the machine that is compared, if there is one",
    },
];

/// Runs a scene to its end and writes its arrays.
///
/// # Errors
/// The engine failed, or a file cannot be written.
pub(super) fn run(value: &serde_json::Value, context: &RunContext<'_>) -> anyhow::Result<RunReport> {
    let scene: Scene = scene_file::typed(value)?;
    let images = training::images(&scene)?;
    let setup = Arc::new(Setup::with_images(&scene, &images)?);
    let compared = match scene.compared() {
        Some(scene) => Some(Arc::new(Setup::with_images(&scene, &images)?)),
        None => None,
    };
    drop(scene);
    let mut report = Report { context, arrays: Vec::new(), compute_secs: 0.0, done: 0.0 };
    let share = if compared.is_some() { 0.5 } else { 1.0 };
    let side = setup.machine.side();
    report.write("", "radius.npy", &[side / 2 + 1], (0..=side / 2).map(|r| r as f64))?;
    let (end, measured) = report.carry("", &setup, share)?;
    let mut results = summary::summary(&setup, &measured);
    if let Some(compared) = compared {
        let (other, measured) = report.carry("compare_", &compared, share)?;
        results["compare"] = summary::summary(&compared, &measured);
        results["compare"]["difference"] = summary::difference(&end, &other, setup.tolerance);
    }
    context.at(1.0)?;
    Ok(RunReport { results, arrays: report.arrays, compute_secs: report.compute_secs })
}

/// What has been written so far.
struct Report<'a> {
    context: &'a RunContext<'a>,
    arrays: Vec<WrittenArray>,
    compute_secs: f64,
    /// Share of the work that is done.
    done: f64,
}

impl Report<'_> {
    fn write<T: AutoSerialize + Copy + Into<f64>>(
        &mut self,
        prefix: &str,
        file: &str,
        shape: &[usize],
        values: impl IntoIterator<Item = T>,
    ) -> anyhow::Result<()> {
        self.arrays.push(array_file::write(self.context.out, &format!("{prefix}{file}"), shape, values)?);
        Ok(())
    }

    /// Does `work` and counts its seconds.
    fn timed<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let start = (self.context.clock)();
        let result = work();
        self.compute_secs += (self.context.clock)() - start;
        result
    }

    /// Carries an ensemble from noise to images, writing it and what is measured on the way under names that begin with
    /// `prefix`; it is `share` of all work.
    fn carry(
        &mut self,
        prefix: &str,
        setup: &Arc<Setup>,
        share: f64,
    ) -> anyhow::Result<(Grids<f32>, Vec<Measurement>)> {
        let engine = Arc::clone(self.context.engine);
        let mut run = Run::from_setup(Arc::clone(setup), Arc::clone(&engine));
        let side = setup.machine.side();
        let shape = [setup.count, side, side, setup.machine.channels()];
        self.write(prefix, "phi_start.npy", &shape, run.phi().interleaved())?;
        self.write(prefix, "abar_grid.npy", &[setup.abars.len()], setup.abars.iter().copied())?;
        let times = physics::spread(run.steps(), MOST_MEASURED);
        let mut measured: Vec<Measurement> = Vec::new();
        for step in &times {
            let measurement = self.timed(|| {
                run.seek(*step)?;
                physics::measure(setup, &*engine, *step, run.phi())
            })?;
            measured.push(measurement);
            self.done += 0.95 * share / times.len() as f64;
            self.context.at(self.done)?;
        }
        let (times, rings) = (measured.len(), side / 2 + 1);
        self.write(prefix, "phi_end.npy", &shape, run.phi().interleaved())?;
        self.write(prefix, "abar.npy", &[times], measured.iter().map(|m| m.abar))?;
        let all = |of: fn(&Measurement) -> &Vec<f64>| measured.iter().flat_map(of).copied();
        self.write(prefix, "rho_radial.npy", &[times, rings], all(|m| &m.rho))?;
        self.write(prefix, "mutual_information.npy", &[times, rings], all(|m| &m.information))?;
        self.write(prefix, "rho_2d.npy", &[times, side, side], all(|m| &m.rho_2d))?;
        self.write(prefix, "local_consistency.npy", &[times], measured.iter().map(|m| m.local_consistency))?;
        let last = setup.level_at(run.steps());
        let posterior = self.timed(|| engine.els_posterior(&setup.machine, last, run.phi()))?;
        let sources = [setup.count, side, side];
        self.write(prefix, "source_image.npy", &sources, posterior.image.iter().map(|i| *i as i32))?;
        self.write(prefix, "source_position.npy", &sources, posterior.position.iter().map(|i| *i as i32))?;
        Ok((run.phi().clone(), measured))
    }
}
