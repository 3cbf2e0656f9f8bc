//! Kernel `spin_langevin` for callers of this engine: computed by the SIMD engine.

use super::GpuEngine;
use crate::engine::EngineError;
use crate::engine::cpu::CpuEngine;
use crate::engine::kernel::{SpinLangevin, SpinRequest, SpinSums};

impl SpinLangevin for GpuEngine {
    fn spin_langevin(&self, request: &SpinRequest<'_>, x: &mut [f32]) -> Result<SpinSums, EngineError> {
        CpuEngine::new().spin_langevin(request, x)
    }
}
