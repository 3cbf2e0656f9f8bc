//! Stages of a step, as `shaders/shared/els.wgsl` executes them.

use crate::gpu::layout::shader_struct;
use diffuscope_core::els::Level;
use diffuscope_core::els::stepper::{self, MAX_STAGES, Step};

shader_struct! {
    /// See the shader.
    struct ElsStage {
        factors: [f32; MAX_STAGES],
        linear: f32,
        denoiser: f32,
        keep: f32,
        number: u32,
        place: u32,
        next: u32,
        slopes: u32,
        stride: u32,
    }
}

/// Arrays that the grids, the place of the next stage and the slopes take.
pub(super) fn arrays(steps: &[Step]) -> u64 {
    let stages = steps.iter().map(|step| step.stages.len()).max().unwrap_or(0);
    if stages > 1 { 1 + stages as u64 } else { 1 }
}

/// Stage `number` of `step` for arrays of `stride` values.
pub(super) fn encode(step: &Step, number: usize, stride: u32) -> ElsStage {
    let stage = &step.stages[number];
    let (factors, keep, next) = match step.stages.get(number + 1) {
        Some(following) => {
            let [a, b, c] = following.weights;
            ([a, b, c, 0.0], 1.0, stride)
        }
        None => (step.combine, step.keep, 0),
    };
    ElsStage {
        factors: factors.map(|factor| factor as f32),
        linear: stage.linear as f32,
        denoiser: stage.denoiser as f32,
        keep: keep as f32,
        number: number as u32,
        place: if number == 0 { 0 } else { stride },
        next,
        slopes: 2 * stride,
        stride,
    }
}

/// A step that ends at D itself.
pub(super) fn estimate(level: Level) -> Step {
    let stage = stepper::Stage { level, linear: 0.0, denoiser: 1.0, weights: [0.0; MAX_STAGES - 1] };
    Step { stages: vec![stage], keep: 0.0, combine: [1.0, 0.0, 0.0, 0.0] }
}
