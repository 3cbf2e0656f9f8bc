//! What `run` writes for a scene: the potential and the order parameter over time, real spins, the experiments, a summary.

use serde_json::{Map, Value, json};

use super::run::{Run, SpinRun, Statistics, model, notices, potential_nodes};
use super::scene::{FiniteData, PureStatesSpec, Scene};
use super::{check, clones, finite_data};
use crate::core::curie_weiss::CurieWeiss;
use crate::core::curie_weiss::clones as clone_theory;
use crate::core::curie_weiss::potential::Potential;
use crate::labs::array_file::{self, ArrayInfo, WrittenArray};
use crate::labs::{RunContext, RunReport, Stopped, scene_file};

/// The arrays of a run.
pub static ARRAYS: &[ArrayInfo] = &[
    ArrayInfo { file: "time.npy", axes: "[T]", about: "times t, falling: the rows of the tables below" },
    ArrayInfo { file: "potential_mu.npy", axes: "[M]", about: "places μ of the potential" },
    ArrayInfo { file: "potential.npy", axes: "[T, M]", about: "V(μ, t) of [CW] (25)" },
    ArrayInfo { file: "density.npy", axes: "[T, M]", about: "P_t(μ), which (25) reverses exactly" },
    ArrayInfo { file: "mu.npy", axes: "[T, n]", about: "order parameter μ of every particle" },
    ArrayInfo { file: "mean_mu.npy", axes: "[T, 2]", about: "mean of μ over particles, and its value in theory" },
    ArrayInfo { file: "r_plus.npy", axes: "[T]", about: "share of particles with μ > 0" },
    ArrayInfo { file: "r_plus_error.npy", axes: "[T]", about: "its standard error" },
    ArrayInfo { file: "r_plus_theory.npy", axes: "[T]", about: "R₊(τ) of [CW] (28)" },
    ArrayInfo { file: "spin_time.npy", axes: "[S]", about: "times of the run of real spins, falling" },
    ArrayInfo { file: "spin_mu.npy", axes: "[S, m]", about: "Σx/√N of every system of real spins" },
    ArrayInfo { file: "spin_r_plus.npy", axes: "[S]", about: "share of systems with Σx > 0" },
    ArrayInfo { file: "spins.npy", axes: "[m, N]", about: "the real spins at the end" },
    ArrayInfo { file: "clone_tau.npy", axes: "[K]", about: "τ at which pairs were split" },
    ArrayInfo {
        file: "clone_agreement.npy",
        axes: "[K, 3]",
        about: "share of pairs that end alike, its standard error, φ by quadrature",
    },
    ArrayInfo { file: "finite_spins.npy", axes: "[A]", about: "numbers of spins N of the experiment with finite data" },
    ArrayInfo { file: "finite_samples.npy", axes: "[B]", about: "numbers of samples P" },
    ArrayInfo {
        file: "weight_error.npy",
        axes: "[C, A, B]",
        about: "error of the + weight, by score source (in the order of the scene), N and P",
    },
    ArrayInfo { file: "weight_error_se.npy", axes: "[C, A, B]", about: "its standard error" },
    ArrayInfo { file: "plus_weight.npy", axes: "[C, A, B]", about: "mean + weight" },
    ArrayInfo { file: "typical_overlap.npy", axes: "[C, A, B]", about: "mean of |M|; the model has m*" },
    ArrayInfo { file: "copies.npy", axes: "[C, A, B]", about: "share of configurations that copy a sample" },
    ArrayInfo { file: "pure_axis.npy", axes: "[G]", about: "coordinates along both axes of the plane of two states" },
    ArrayInfo {
        file: "pure_potential.npy",
        axes: "[G, G]",
        about: "potential on that plane at the scene's time; y, x",
    },
    ArrayInfo { file: "pure_particles.npy", axes: "[n, d]", about: "particles among the pure states at the end" },
    ArrayInfo { file: "pure_centres.npy", axes: "[K, d]", about: "centres of the pure states at the end" },
];

/// Nodes along either axis of the plane of two pure states.
const PLANE_NODES: usize = 129;

/// Runs a scene to its end and writes its arrays.
///
/// # Errors
/// The scene is at fault, the engine failed, or a file cannot be written.
pub fn run(value: &Value, context: &RunContext<'_>) -> anyhow::Result<RunReport> {
    let scene: Scene = scene_file::typed(value)?;
    let model = model(&scene)?;
    let parts =
        [true, scene.spins.is_some(), scene.clones.is_some(), scene.finite_data.is_some(), scene.pure_states.is_some()];
    let share = 1.0 / parts.iter().filter(|part| **part).count() as f64;
    let mut report = Report { context, arrays: Vec::new(), compute_secs: 0.0, done: 0.0, share };
    let mut results = theory(&scene, &model);
    report.ensemble(&scene)?;
    if scene.spins.is_some() {
        results.insert("spins".to_owned(), report.spins(&scene)?);
    }
    if let Some(spec) = &scene.clones {
        let (done, share) = (report.done, report.share);
        let measured = report.timed(|| {
            clones::measure(spec, &model, scene.seed, &mut |fraction| (context.progress)(done + share * fraction))
        });
        report.done += share;
        context.at(report.done)?;
        report.write("clone_tau.npy", &[measured.len()], measured.iter().map(|row| row.tau))?;
        let rows = measured.iter().flat_map(|row| [row.measured, row.error, row.theory]);
        report.write("clone_agreement.npy", &[measured.len(), 3], rows)?;
    }
    if let Some(spec) = &scene.finite_data {
        results.insert("finite_data".to_owned(), report.finite_data(spec, &model, scene.seed)?);
    }
    if let Some(spec) = &scene.pure_states {
        results.insert("pure_states".to_owned(), report.pure_states(spec, &model, &scene)?);
    }
    context.at(1.0)?;
    Ok(RunReport { results: Value::Object(results), arrays: report.arrays, compute_secs: report.compute_secs })
}

/// Closed forms for the summary.
fn theory(scene: &Scene, model: &CurieWeiss) -> Map<String, Value> {
    let potential = Potential::new(model, scene.time);
    let wells = potential.wells();
    let [plus, minus] = model.weights();
    let tau = scene.time - model.speciation_time();
    let value = json!({
        "m_star": model.magnetization(),
        "weights": { "plus": plus, "minus": minus },
        "t_c": model.critical_time(),
        "t_second_well": model.second_well_time(),
        "t_s": model.speciation_time(),
        "at_time": {
            "time": scene.time,
            "tau": tau,
            "kappa": potential.kappa(),
            "curvature_at_0": potential.curvature(0.0),
            "wells": { "deep": wells.deep, "shallow": wells.shallow },
            "top": wells.top,
            "barrier": wells.barrier,
            "shallow_barrier": wells.shallow_barrier,
            "early_centre": potential.early_centre(),
            "mean_mu": model.mean_order_parameter(scene.time),
            "r_plus_theory": model.plus_probability(tau),
            "clone_agreement": clone_theory::agreement(model, scene.time),
        },
        "notices": notices(scene, model),
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

struct Report<'a> {
    context: &'a RunContext<'a>,
    arrays: Vec<WrittenArray>,
    compute_secs: f64,
    done: f64,
    /// Part of the progress bar that each section takes.
    share: f64,
}

impl Report<'_> {
    fn write(&mut self, file: &str, shape: &[usize], values: impl IntoIterator<Item = f64>) -> anyhow::Result<()> {
        self.arrays.push(array_file::write(self.context.out, file, shape, values)?);
        Ok(())
    }

    /// Runs `compute` and adds its time to the total.
    fn timed<T>(&mut self, compute: impl FnOnce() -> T) -> T {
        let start = (self.context.clock)();
        let result = compute();
        self.compute_secs += (self.context.clock)() - start;
        result
    }

    fn progress(&self, fraction: f64) -> Result<(), Stopped> {
        self.context.at(self.done + self.share * fraction)
    }

    /// The order parameter and its potential.
    fn ensemble(&mut self, scene: &Scene) -> anyhow::Result<()> {
        let mut run = Run::new(scene)?;
        let model = *run.model();
        let last = run.times().len() - 1;
        // Fewer steps than rows: every step once.
        let rows = scene.potential.rows.min(last + 1);
        let steps: Vec<usize> = (0..rows).map(|row| last * row / (rows - 1).max(1)).collect();
        let times: Vec<f64> = steps.iter().map(|step| run.times()[*step]).collect();
        let nodes = potential_nodes(scene, &run);
        let table = |value: &dyn Fn(f64, f64) -> f64| -> Vec<f64> {
            times.iter().flat_map(|t| nodes.iter().map(move |mu| value(*mu, *t))).collect()
        };
        let potential = self.timed(|| {
            let rows = times.iter().map(|t| Potential::new(&model, *t));
            rows.flat_map(|v| nodes.iter().map(move |mu| v.value(*mu)).collect::<Vec<_>>()).collect::<Vec<_>>()
        });
        let density = self.timed(|| table(&|mu, t| model.density(mu, t)));
        let (mut mu, mut statistics) = (Vec::new(), Vec::new());
        for (row, step) in steps.iter().enumerate() {
            self.timed(|| run.seek(*step));
            mu.extend_from_slice(run.particles());
            statistics.push(run.statistics());
            self.progress(row as f64 / rows as f64)?;
        }
        self.done += self.share;
        self.write("time.npy", &[rows], times.iter().copied())?;
        self.write("potential_mu.npy", &[nodes.len()], nodes.iter().copied())?;
        self.write("potential.npy", &[rows, nodes.len()], potential)?;
        self.write("density.npy", &[rows, nodes.len()], density)?;
        let theory = times.iter().map(|t| model.plus_probability(t - model.speciation_time()));
        self.write("r_plus_theory.npy", &[rows], theory)?;
        if scene.ensemble.count > 0 {
            self.write("mu.npy", &[rows, scene.ensemble.count], mu)?;
            let mean = |(s, t): (&Statistics, &f64)| [s.mean, model.mean_order_parameter(*t)];
            self.write("mean_mu.npy", &[rows, 2], statistics.iter().zip(&times).flat_map(mean))?;
            self.write("r_plus.npy", &[rows], statistics.iter().map(|s| s.plus))?;
            self.write("r_plus_error.npy", &[rows], statistics.iter().map(|s| s.plus_error))?;
        }
        Ok(())
    }

    /// Real spins.
    fn spins(&mut self, scene: &Scene) -> anyhow::Result<Value> {
        let Some(mut run) = SpinRun::new(scene, self.context.engine.clone())? else { return Ok(Value::Null) };
        let last = run.times().len() - 1;
        const PIECES: usize = 50;
        for piece in 1..=PIECES {
            self.timed(|| run.seek(last * piece / PIECES))?;
            self.progress(piece as f64 / PIECES as f64)?;
        }
        self.done += self.share;
        let end = run.order_parameters();
        let row = |step: usize| if step == last { end.as_slice() } else { run.trace(step).unwrap_or_default() };
        let plus: Vec<f64> = (0..=last).map(|step| Statistics::of(row(step)).plus).collect();
        self.write("spin_time.npy", &[last + 1], run.times().iter().copied())?;
        self.write("spin_mu.npy", &[last + 1, run.systems()], (0..=last).flat_map(row).copied())?;
        self.write("spin_r_plus.npy", &[last + 1], plus)?;
        let n = run.model().spins as usize;
        self.arrays.push(array_file::write(
            self.context.out,
            "spins.npy",
            &[run.systems(), n],
            run.spins().iter().copied(),
        )?);
        let root = run.model().n().sqrt();
        let magnetization = end.iter().map(|mu| mu.abs() / root).sum::<f64>() / end.len() as f64;
        let energy = end.iter().map(|mu| run.model().energy_per_spin(mu / root)).sum::<f64>() / end.len() as f64;
        let statistics = Statistics::of(&end);
        Ok(json!({
            "plus": statistics.plus,
            "plus_error": statistics.plus_error,
            "mean_magnetization_size": magnetization,
            "energy_per_spin": energy,
        }))
    }

    /// The experiment with finite data.
    fn finite_data(&mut self, spec: &FiniteData, model: &CurieWeiss, seed: u64) -> anyhow::Result<Value> {
        let context = self.context;
        let (done, share) = (self.done, self.share);
        let tables = self.timed(|| {
            finite_data::measure(spec, model, &**context.engine, seed, &mut |fraction| {
                (context.progress)(done + share * fraction)
            })
        })?;
        self.done += share;
        let tables = tables.ok_or(Stopped)?;
        let shape = [tables.len(), spec.spins.len(), spec.samples.len()];
        self.write("finite_spins.npy", &shape[1..2], spec.spins.iter().map(|n| *n as f64))?;
        self.write("finite_samples.npy", &shape[2..], spec.samples.iter().map(|p| *p as f64))?;
        let all = |value: fn(&finite_data::Cell) -> f64| -> Vec<f64> {
            tables.iter().flat_map(|table| table.cells.iter().map(value)).collect()
        };
        self.write("weight_error.npy", &shape, all(|cell| cell.weight_error))?;
        self.write("weight_error_se.npy", &shape, all(|cell| cell.weight_error_se))?;
        self.write("plus_weight.npy", &shape, all(|cell| cell.plus))?;
        self.write("typical_overlap.npy", &shape, all(|cell| cell.overlap))?;
        self.write("copies.npy", &shape, all(|cell| cell.copies))?;
        let [plus, minus] = model.weights();
        let clocks: Vec<Value> = spec
            .spins
            .iter()
            .flat_map(|n| {
                let magnet = CurieWeiss { spins: *n, ..*model };
                spec.samples.iter().map(move |p| {
                    let collapse = clone_theory::collapse_time(*n, *p as f64, 1.0 / magnet.temperature);
                    json!({
                        "spins": n,
                        "samples": p,
                        // One sample is all there is: its collapse time is infinite, which JSON has no number for.
                        "t_collapse": collapse.is_finite().then_some(collapse),
                        "t_s": magnet.speciation_time(),
                        "weight_error_theory": (plus * minus / *p as f64).sqrt(),
                    })
                })
            })
            .collect();
        Ok(json!({ "scores": tables, "theory": clocks }))
    }

    /// Many pure states.
    fn pure_states(&mut self, spec: &PureStatesSpec, model: &CurieWeiss, scene: &Scene) -> anyhow::Result<Value> {
        let states = check::pure_states(spec, model)?;
        let run = Run::new(scene)?;
        let times = run.times();
        let end = times.last().copied().unwrap_or_default();
        let d = states.dimension();
        let mut particles = vec![0.0; spec.particles * d];
        self.timed(|| {
            states.start(scene.seed, &mut particles);
            states.advance(times, 0, scene.seed, &mut particles);
        });
        let centres: Vec<f64> = (0..states.len()).flat_map(|alpha| states.centre(alpha, end)).collect();
        self.write("pure_centres.npy", &[states.len(), d], centres)?;
        let mut shares = vec![0.0; states.len()];
        if d > 0 {
            for place in particles.chunks(d) {
                for (share, p) in shares.iter_mut().zip(states.posterior(place, end)) {
                    *share += p / spec.particles as f64;
                }
            }
        }
        self.write("pure_particles.npy", &[spec.particles, d], particles)?;
        if let Some([first, second]) = states.plane(spec.plane[0], spec.plane[1]) {
            let norm = |alpha: usize| states.centre(alpha, scene.time).iter().map(|c| c * c).sum::<f64>().sqrt();
            let reach = 2.4 * norm(spec.plane[0]).max(norm(spec.plane[1])) + 4.0 * model.temperature.sqrt();
            let at = |i: usize| reach * (2.0 * i as f64 / (PLANE_NODES - 1) as f64 - 1.0);
            let values: Vec<f64> = self.timed(|| {
                let node = |index: usize| {
                    let (x, y) = (at(index % PLANE_NODES), at(index / PLANE_NODES));
                    let place: Vec<f64> = first.iter().zip(&second).map(|(a, b)| x * a + y * b).collect();
                    states.potential(&place, scene.time)
                };
                (0..PLANE_NODES * PLANE_NODES).map(node).collect()
            });
            self.write("pure_axis.npy", &[PLANE_NODES], (0..PLANE_NODES).map(at))?;
            self.write("pure_potential.npy", &[PLANE_NODES, PLANE_NODES], values)?;
        }
        self.done += self.share;
        Ok(json!({ "shares": shares, "dimension": d }))
    }
}
