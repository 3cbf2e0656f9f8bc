//! The engines compute what the theory says: every kernel, on every engine, at awkward sizes.
//!
//! One evaluation must lie within 4ε Σ|terms| of the double-precision value, where the terms include what rounding of the
//! exponents does to the weights; whole runs are compared particle by particle and by distribution. Needs an adapter: a
//! machine without a graphics processor needs a software Vulkan driver.

#![cfg(feature = "gpu")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod device;
mod els;
mod field;
mod particles;
mod philox;
mod rgba;
mod spins;

use std::sync::{Arc, LazyLock};

use diffuscope::core::mixture::{Component, Mixture};
use diffuscope::core::sym2;
use diffuscope::engine::Engine;
use diffuscope::engine::gpu::{GpuEngine, ShaderChecks};
use diffuscope::engine::select::{EngineChoice, select};
use nalgebra::Vector2;

/// Rounding of single precision.
const EPS: f64 = f32::EPSILON as f64;
/// Sizes around those of workgroups, dispatches and chunks.
const SIZES: [usize; 7] = [1, 63, 64, 65, 65_535, 65_536, 100_000];

static TRUSTED: LazyLock<Arc<GpuEngine>> =
    LazyLock::new(|| Arc::new(GpuEngine::headless().expect("these tests need a Vulkan driver")));
static CHECKED: LazyLock<Arc<GpuEngine>> = LazyLock::new(|| {
    let engine = GpuEngine::headless_with_checks(ShaderChecks::Checked);
    Arc::new(engine.expect("these tests need a Vulkan driver"))
});

/// Every engine that is held against the theory.
fn engines() -> Vec<(&'static str, Arc<dyn Engine>)> {
    let cpu = select(EngineChoice::Cpu).unwrap().engine;
    vec![("cpu", cpu), ("gpu, trusted shaders", TRUSTED.clone()), ("gpu, checked shaders", CHECKED.clone())]
}

/// Numbers in [0, 1), the same at every run.
fn uniform(index: usize, stream: u32) -> f64 {
    let [word, ..] = diffuscope::core::philox::words(2026, stream, index as u32, 0);
    f64::from(word) / 4_294_967_296.0
}

/// `count` components on [-1, 1]²: points, or Gaussians that are long and thin in all directions, or both by turns.
fn mixture(count: usize, gaussian: impl Fn(usize) -> bool) -> Mixture {
    let component = |k: usize| {
        let [x, y, weight, angle, long, thin] = std::array::from_fn(|stream| uniform(k, 100 + stream as u32));
        let covariance = if gaussian(k) {
            let axis = Vector2::new((6.3 * angle).cos(), (6.3 * angle).sin());
            let across = Vector2::new(-axis.y, axis.x);
            let (long, thin) = (0.3 * long, 1e-4 * thin);
            sym2::symmetrized(&(long * axis * axis.transpose() + thin * across * across.transpose()))
        } else {
            sym2::new(0.0, 0.0, 0.0)
        };
        Component { weight: 0.1 + weight, mean: Vector2::new(2.0 * x - 1.0, 2.0 * y - 1.0), covariance }
    };
    Mixture::new((0..count).map(component).collect()).unwrap()
}
