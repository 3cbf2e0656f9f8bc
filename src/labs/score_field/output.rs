//! What `run` writes for a scene: fields on its grid at its time, particles at both ends of the run, and a summary.

use std::path::Path;

use nalgebra::{Matrix2, Vector2};
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::run::Run;
use super::scene::Scene;
use super::setup::Setup;
use super::statistics;
use crate::core::grid::Grid;
use crate::core::mixture::{Mixture, NoisedMixture};
use crate::core::sym2;
use crate::engine::kernel::{Field, FieldRequest, Particles};
use crate::labs::array_file::{self, ArrayFile, ArrayInfo, WrittenArray};
use crate::labs::{RunContext, RunReport, Stopped, scene_file};

/// Weights are written for at most so many components.
pub const MAX_WEIGHTS: usize = 64;

/// Numbers held at a time (128 MiB of them): bounds the memory of a run whatever the size of its grid.
const CHUNK_VALUES: usize = 1 << 24;

/// Numbers held for each node besides its weights: the field, in both precisions, and the posterior.
const VALUES_PER_NODE: usize = 16;

/// Nodes times components up to which the denoiser comes from the f64 theory at every node.
const THEORY_WORK: usize = 1 << 30;

/// Pieces in which particles are carried, so that progress shows.
const PARTICLE_PIECES: usize = 50;

/// The arrays of a run.
pub static ARRAYS: &[ArrayInfo] = &[
    ArrayInfo { file: "x.npy", axes: "[nx]", about: "x of the grid's columns" },
    ArrayInfo { file: "y.npy", axes: "[ny]", about: "y of the grid's rows" },
    ArrayInfo {
        file: "components.npy",
        axes: "[K, 6]",
        about: "weight, mean x, y and covariance xx, xy, yy of the score model's components at no noise",
    },
    ArrayInfo { file: "log_density.npy", axes: "[ny, nx]", about: "log p_t at the scene's time" },
    ArrayInfo { file: "score.npy", axes: "[ny, nx, 2]", about: "x and y component of the score s = ∇ log p_t" },
    ArrayInfo { file: "denoiser.npy", axes: "[ny, nx, 2]", about: "x and y of D = E[x_0 | x_t]" },
    ArrayInfo { file: "posterior_covariance.npy", axes: "[ny, nx, 3]", about: "entries xx, xy, yy of Cov[x_0 | x_t]" },
    ArrayInfo {
        file: "proxy_covariance.npy",
        axes: "[ny, nx, 3]",
        about: "entries xx, xy, yy of the proxy score's covariance (α/σ²)² S⁻¹ Cov[x_0 | x_t] S⁻¹",
    },
    ArrayInfo {
        file: "weights.npy",
        axes: "[ny, nx, K]",
        about: "posterior weights w_k of the score model's K components; only for K ≤ 64",
    },
    ArrayInfo { file: "particles_start.npy", axes: "[n, 2]", about: "particles at the first step of the run" },
    ArrayInfo { file: "particles_end.npy", axes: "[n, 2]", about: "particles at its last step" },
    ArrayInfo {
        file: "compare_*.npy",
        axes: "as above",
        about: "the same of score model B, if the scene compares two: components to weights, and particles_end",
    },
];

/// Runs a scene to its end and writes its arrays.
///
/// # Errors
/// The scene has no data, the engine failed, or a file cannot be written.
pub(super) fn run(value: &Value, context: &RunContext<'_>) -> anyhow::Result<RunReport> {
    let scene: Scene = scene_file::typed(value)?;
    let setup = Setup::new(&scene)?;
    let mut report = Report { context, arrays: Vec::new(), compute_secs: 0.0, work: Work::new(&scene, &setup) };

    let grid = Grid { x: scene.grid.x, y: scene.grid.y, nx: scene.grid.nx, ny: scene.grid.ny };
    report.write("x.npy", &[grid.nx], (0..grid.nx).map(|i| grid.x_at(i)))?;
    report.write("y.npy", &[grid.ny], (0..grid.ny).map(|j| grid.y_at(j)))?;
    report.fields("", &setup.model, &setup, &scene, grid)?;
    if let Some(compare) = &setup.compare {
        report.fields("compare_", compare, &setup, &scene, grid)?;
    }
    let particles = report.particles(&scene, setup.clone())?;
    context.at(1.0)?;

    let level = setup.forward.level(scene.time);
    let results = json!({
        "at_time": {
            "time": scene.time,
            "alpha": level.alpha,
            "sigma": level.sigma,
            "abar": setup.forward.abar(scene.time),
            "log_snr": setup.forward.log_snr(scene.time),
        },
        "components": setup.model.components().len(),
        "particles": particles,
    });
    Ok(RunReport { results, arrays: report.arrays, compute_secs: report.compute_secs })
}

/// How much there is to do, in score evaluations, for the progress bar.
struct Work {
    done: f64,
    fields: f64,
    particles: f64,
}

impl Work {
    fn new(scene: &Scene, setup: &Setup) -> Self {
        let components: usize = setup.models().map(|model| model.components().len()).sum();
        // Samplers differ; Heun's two scores a step are typical.
        let per_step = 2.0;
        Self {
            done: 0.0,
            fields: (scene.grid.nx * scene.grid.ny * components) as f64,
            particles: per_step * (scene.particles.count * scene.particles.steps * components) as f64,
        }
    }
}

impl Setup {
    /// The score models: A, and B if the scene compares two.
    fn models(&self) -> impl Iterator<Item = &Mixture> {
        std::iter::once(&self.model).chain(&self.compare)
    }
}

struct Report<'a> {
    context: &'a RunContext<'a>,
    arrays: Vec<WrittenArray>,
    compute_secs: f64,
    work: Work,
}

impl Report<'_> {
    fn out(&self) -> &Path {
        self.context.out
    }

    fn write(&mut self, file: &str, shape: &[usize], values: impl Iterator<Item = f64>) -> anyhow::Result<()> {
        self.arrays.push(array_file::write(self.out(), file, shape, values)?);
        Ok(())
    }

    /// Runs `compute` and adds its time to the total.
    fn timed<T>(&mut self, compute: impl FnOnce() -> T) -> T {
        let start = (self.context.clock)();
        let result = compute();
        self.compute_secs += (self.context.clock)() - start;
        result
    }

    fn advance(&mut self, work: f64) -> Result<(), Stopped> {
        self.work.done += work;
        self.context.at(self.work.done / (self.work.fields + self.work.particles))
    }

    /// Writes the fields of one score model, some rows at a time.
    fn fields(
        &mut self,
        prefix: &str,
        model: &Mixture,
        setup: &Setup,
        scene: &Scene,
        grid: Grid,
    ) -> anyhow::Result<()> {
        let entries = model.components().iter().flat_map(|c| {
            let [xx, xy, yy] = sym2::entries(&c.covariance);
            [c.weight, c.mean.x, c.mean.y, xx, xy, yy]
        });
        self.write(&format!("{prefix}components.npy"), &[model.components().len(), 6], entries)?;
        let mixture = model.noised(setup.forward.level(scene.time));
        let components = model.components().len();
        let theory_everywhere = grid.len() * components <= THEORY_WORK;
        let mut files = FieldFiles::create(self.out(), prefix, grid, components)?;
        for rows in chunks(grid, components) {
            let (field, posterior, weights) = self.timed(|| {
                let request = FieldRequest { mixture: &mixture, grid: rows, colours: &[] };
                let field = self.context.engine.mixture_field_wide(&request)?;
                let posterior = posterior(&mixture, rows, &field, theory_everywhere);
                let weights = if components <= MAX_WEIGHTS { weights(&mixture, rows) } else { Vec::new() };
                Ok::<_, anyhow::Error>((field, posterior, weights))
            })?;
            files.extend(&field, &posterior, &weights)?;
            self.advance((rows.len() * components) as f64)?;
        }
        self.arrays.extend(files.finish()?);
        Ok(())
    }

    /// Carries the particles to the end of the run and writes where they start and end.
    fn particles(&mut self, scene: &Scene, setup: Setup) -> anyhow::Result<Value> {
        if scene.particles.count == 0 {
            return Ok(Value::Null);
        }
        let mut run = self.timed(|| Run::from_setup(setup, scene, self.context.engine.clone()));
        let statistics = |run: &Run| {
            let level = run.setup().forward.level(run.time());
            let measure = |particles: &Particles, model: &Mixture| {
                let mut measured = statistics::measure(particles, &model.noised(level), &run.setup().data)?;
                if measured.shares.len() > MAX_WEIGHTS {
                    measured.shares.clear();
                }
                Some(measured)
            };
            let mut entry = Map::new();
            entry.insert("time".to_owned(), run.time().into());
            entry.insert("statistics".to_owned(), json!(measure(run.particles(), &run.setup().model)));
            if let (Some(particles), Some(model)) = (run.compare_particles(), &run.setup().compare) {
                entry.insert("compare_statistics".to_owned(), json!(measure(particles, model)));
            }
            Value::Object(entry)
        };
        self.write_particles("particles_start.npy", run.particles())?;
        let start = statistics(&run);
        let steps = run.steps();
        for piece in 1..=PARTICLE_PIECES {
            self.timed(|| run.seek(steps * piece / PARTICLE_PIECES))?;
            self.advance(self.work.particles / PARTICLE_PIECES as f64)?;
        }
        self.write_particles("particles_end.npy", run.particles())?;
        if let Some(particles) = run.compare_particles() {
            self.write_particles("compare_particles_end.npy", particles)?;
        }
        Ok(json!({ "start": start, "end": statistics(&run) }))
    }

    fn write_particles(&mut self, file: &str, particles: &Particles) -> anyhow::Result<()> {
        let places = particles.x.iter().zip(&particles.y).flat_map(|(x, y)| [*x, *y]);
        self.arrays.push(array_file::write(self.out(), file, &[particles.x.len(), 2], places)?);
        Ok(())
    }
}

/// The grid in pieces of whole rows, small enough for the numbers of a model with so many components.
fn chunks(grid: Grid, components: usize) -> impl Iterator<Item = Grid> {
    let weights = if components <= MAX_WEIGHTS { components } else { 0 };
    let nodes = CHUNK_VALUES / (VALUES_PER_NODE + weights);
    let pieces = grid.len().div_ceil(nodes).min(grid.ny / 2).max(1);
    (0..pieces).map(move |piece| {
        let (first, end) = (grid.ny * piece / pieces, grid.ny * (piece + 1) / pieces);
        Grid { y: [grid.y_at(first), grid.y_at(end - 1)], ny: end - first, ..grid }
    })
}

/// D and Cov[x_0 | x_t] at every node.
///
/// From an engine's single-precision score they would be `D = (x + σ²S s)/α` and `(σ²/α)² S C S`, but that D cancels where
/// noise is large: at α = 1e-4 nothing of it is left. So the theory computes them wherever `everywhere` is set or the
/// cancellation would cost more than two of the seven digits.
fn posterior(
    mixture: &NoisedMixture,
    grid: Grid,
    field: &Field<f64>,
    everywhere: bool,
) -> Vec<(Vector2<f64>, [f64; 3])> {
    let level = mixture.level();
    let noise = level.sigma * level.sigma * level.shape;
    let derive = |index: usize| {
        let x = grid.node(index);
        let pull = noise * Vector2::new(field.score[0][index], field.score[1][index]);
        let denoiser = (x + pull) / level.alpha;
        if everywhere || x.amax() + pull.amax() > 100.0 * level.alpha * denoiser.amin() {
            let value = mixture.at(x);
            return (value.denoiser, sym2::entries(&value.posterior_covariance));
        }
        let [xx, xy, yy] = field.proxy_covariance.each_ref().map(|entry| entry[index]);
        let scaled: Matrix2<f64> = noise / level.alpha;
        (denoiser, sym2::entries(&(scaled * sym2::new(xx, xy, yy) * scaled)))
    };
    (0..grid.len()).into_par_iter().map(derive).collect()
}

/// Posterior weights at every node, one node after the other.
fn weights(mixture: &NoisedMixture, grid: Grid) -> Vec<f64> {
    (0..grid.len()).into_par_iter().flat_map_iter(|index| mixture.weights(grid.node(index)).0).collect()
}

/// The files of one score model's fields.
struct FieldFiles {
    log_density: ArrayFile<f64>,
    score: ArrayFile<f64>,
    denoiser: ArrayFile<f64>,
    posterior_covariance: ArrayFile<f64>,
    proxy_covariance: ArrayFile<f64>,
    weights: Option<ArrayFile<f64>>,
}

impl FieldFiles {
    fn create(out: &Path, prefix: &str, grid: Grid, components: usize) -> anyhow::Result<Self> {
        let create = |name: &str, values: &[usize]| {
            ArrayFile::create(out, &format!("{prefix}{name}.npy"), &[&[grid.ny, grid.nx], values].concat())
        };
        Ok(Self {
            log_density: create("log_density", &[])?,
            score: create("score", &[2])?,
            denoiser: create("denoiser", &[2])?,
            posterior_covariance: create("posterior_covariance", &[3])?,
            proxy_covariance: create("proxy_covariance", &[3])?,
            weights: (components <= MAX_WEIGHTS).then(|| create("weights", &[components])).transpose()?,
        })
    }

    fn extend(
        &mut self,
        field: &Field<f64>,
        posterior: &[(Vector2<f64>, [f64; 3])],
        weights: &[f64],
    ) -> anyhow::Result<()> {
        self.log_density.extend(field.log_density.iter().copied())?;
        self.score.extend(interleaved(&field.score))?;
        self.denoiser.extend(posterior.iter().flat_map(|(denoiser, _)| [denoiser.x, denoiser.y]))?;
        self.posterior_covariance.extend(posterior.iter().flat_map(|(_, covariance)| *covariance))?;
        self.proxy_covariance.extend(interleaved(&field.proxy_covariance))?;
        if let Some(file) = &mut self.weights {
            file.extend(weights.iter().copied())?;
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<Vec<WrittenArray>> {
        let fields = [self.log_density, self.score, self.denoiser, self.posterior_covariance, self.proxy_covariance];
        fields.into_iter().chain(self.weights).map(ArrayFile::finish).collect()
    }
}

/// The values of several arrays, node by node.
fn interleaved<const N: usize>(arrays: &[Vec<f64>; N]) -> impl Iterator<Item = f64> {
    (0..arrays[0].len()).flat_map(move |index| arrays.each_ref().map(|array| array[index]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::mixture::Component;
    use crate::core::process::NoiseLevel;
    use crate::engine::kernel::MixtureField;
    use crate::engine::reference::ReferenceEngine;

    #[test]
    fn chunks_are_the_grid() {
        let grid = Grid { x: [-1.0, 2.0], y: [0.1, 0.9], nx: 4096, ny: 1001 };
        let pieces: Vec<_> = chunks(grid, 64).collect();
        assert!(pieces.len() > 10);
        let mut row = 0;
        for piece in pieces {
            assert!(piece.ny >= 2 && piece.len() * 80 <= CHUNK_VALUES + 80 * grid.nx);
            for j in 0..piece.ny {
                assert!((piece.y_at(j) - grid.y_at(row)).abs() < 1e-15);
                row += 1;
            }
        }
        assert_eq!(row, grid.ny);
    }

    /// Both routes to the denoiser agree at little noise, and at much noise the cancelling one is not taken.
    #[test]
    fn the_posterior_does_not_depend_on_its_route() {
        let component =
            |x, weight| Component { weight, mean: Vector2::new(x, 0.3), covariance: sym2::new(0.1, 0.02, 0.2) };
        let mixture = Mixture::new(vec![component(-1.0, 1.0), component(1.0, 2.0)]).unwrap();
        let grid = Grid { x: [-2.0, 2.0], y: [-1.0, 1.5], nx: 9, ny: 7 };
        for (alpha, sigma) in [(1.0, 0.3), (0.9, 0.5), (1e-5, 1.0), (1.0, 80.0)] {
            let level = NoiseLevel { alpha, sigma, shape: sym2::new(1.0, 0.2, 0.7) };
            let noised = mixture.noised(level);
            let request = FieldRequest { mixture: &noised, grid, colours: &[] };
            // Single precision, as an engine would have it.
            let field = ReferenceEngine.mixture_field(&request).unwrap().map(f64::from);
            let exact = posterior(&noised, grid, &field, true);
            let derived = posterior(&noised, grid, &field, false);
            for ((d, v), (exact_d, exact_v)) in derived.iter().zip(&exact) {
                assert!((d - exact_d).norm() < 1e-4, "{alpha} {sigma}: {d} {exact_d}");
                for (v, exact_v) in v.iter().zip(exact_v) {
                    assert!((v - exact_v).abs() < 1e-4, "{alpha} {sigma}: {v} {exact_v}");
                }
            }
        }
    }
}
