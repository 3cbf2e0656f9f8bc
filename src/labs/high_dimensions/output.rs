//! What `run` writes for a scene: distances over (N, a), and the spectrum and eigenvectors at its focus.

use serde_json::{Value, json};

use super::run::{Point, distances, notices, spectra};
use super::scene::Scene;
use crate::labs::array_file::{self, ArrayInfo};
use crate::labs::{RunContext, RunReport, Stopped, scene_file};

/// The arrays of a run.
pub static ARRAYS: &[ArrayInfo] = &[
    ArrayInfo { file: "sizes.npy", axes: "[S]", about: "dimensions N" },
    ArrayInfo { file: "exponents.npy", axes: "[A]", about: "exponents a of P = N^(1+a)" },
    ArrayInfo { file: "samples.npy", axes: "[S, A]", about: "numbers of samples P" },
    ArrayInfo { file: "w2.npy", axes: "[S, A]", about: "squared Wasserstein distance per dimension" },
    ArrayInfo { file: "w2_error.npy", axes: "[S, A]", about: "its standard error over repetitions" },
    ArrayInfo { file: "tv_lower.npy", axes: "[S, A]", about: "lower bound on the total variation distance" },
    ArrayInfo { file: "tv_upper.npy", axes: "[S, A]", about: "upper bound, which may exceed 1" },
    ArrayInfo {
        file: "spectrum_true.npy",
        axes: "[N]",
        about: "eigenvalues of the data's covariance at the focus, falling",
    },
    ArrayInfo {
        file: "spectrum_generated.npy",
        axes: "[N]",
        about: "eigenvalues of the generated covariance, falling",
    },
    ArrayInfo { file: "density_x.npy", axes: "[D]", about: "places of the density of eigenvalues" },
    ArrayInfo { file: "density.npy", axes: "[D]", about: "Marchenko–Pastur density for this spectrum and N/P" },
    ArrayInfo { file: "overlaps.npy", axes: "[N, N]", about: "(u_i · v_j)² of true and generated eigenvectors" },
];

/// Part of the work that the distances take, for the progress bar.
const DISTANCES: f64 = 0.9;

/// Runs a scene to its end and writes its arrays.
///
/// # Errors
/// Numbers overflowed, or a file cannot be written.
pub fn run(value: &Value, context: &RunContext<'_>) -> anyhow::Result<RunReport> {
    let scene: Scene = scene_file::typed(value)?;
    let start = (context.clock)();
    let points = distances(&scene, &mut |fraction| (context.progress)(DISTANCES * fraction))?.ok_or(Stopped)?;
    let spectra = spectra(&scene, &mut |fraction| (context.progress)(DISTANCES + (1.0 - DISTANCES) * fraction))?;
    context.at(1.0)?;
    let compute_secs = (context.clock)() - start;

    let mut arrays = Vec::new();
    let mut write = |file: &str, shape: &[usize], values: Vec<f64>| -> anyhow::Result<()> {
        arrays.push(array_file::write(context.out, file, shape, values)?);
        Ok(())
    };
    let shape = [scene.sizes.len(), scene.exponents.len()];
    let all = |value: fn(&Point) -> f64| points.iter().map(value).collect::<Vec<f64>>();
    write("sizes.npy", &shape[..1], scene.sizes.iter().map(|n| *n as f64).collect())?;
    write("exponents.npy", &shape[1..], scene.exponents.clone())?;
    write("samples.npy", &shape, all(|point| point.samples))?;
    write("w2.npy", &shape, all(|point| point.w2))?;
    write("w2_error.npy", &shape, all(|point| point.w2_error))?;
    write("tv_lower.npy", &shape, all(|point| point.tv_lower))?;
    write("tv_upper.npy", &shape, all(|point| point.tv_upper))?;
    let mut focus = Value::Null;
    if let Some(spectra) = spectra {
        let n = spectra.truth.len();
        focus = json!({
            "size": n,
            "samples": spectra.samples,
            "trace_true": spectra.truth.iter().sum::<f64>() / n as f64,
            "trace_generated": spectra.generated.iter().sum::<f64>() / n as f64,
            "mean_diagonal_overlap": spectra.mean_diagonal_overlap(),
        });
        write("spectrum_true.npy", &[n], spectra.truth)?;
        write("spectrum_generated.npy", &[n], spectra.generated)?;
        write("density_x.npy", &[spectra.places.len()], spectra.places)?;
        write("density.npy", &[spectra.density.len()], spectra.density)?;
        arrays.push(array_file::write(context.out, "overlaps.npy", &[n, n], spectra.overlaps)?);
    }
    let results = json!({ "focus": focus, "notices": notices(&scene) });
    Ok(RunReport { results, arrays, compute_secs })
}
