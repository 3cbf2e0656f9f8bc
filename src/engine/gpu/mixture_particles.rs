//! Kernel `mixture_particles` on the GPU: writes the steps for `shaders/mixture_particles.wgsl` and plans its dispatches.

use std::collections::HashMap;

use rayon::prelude::*;

use super::context::{Context, Dispatch, Kernel, Reusable, Staging};
use super::layout::shader_struct;
use super::mixture_field::cholesky;
use super::pace::Pace;
use super::shader::{Binding, KernelShader, compose};
use crate::EngineError;
use crate::kernel::{ParticleRequest, Particles};
use diffuscope_core::mixture::Component as Data;
use diffuscope_core::sampler::{self, MAX_STAGES};
use diffuscope_core::sym2;

shader_struct! {
    /// See the shader.
    struct Params {
        shape: [f32; 3],
        first_particle: u32,
        sqrt_shape: [f32; 3],
        particle_count: u32,
        seed: [u32; 2],
        stream: u32,
        first_item: u32,
        first_step: u32,
        step_count: u32,
        first_number: u32,
        level_size: u32,
        stage: u32,
        first_component: u32,
        component_count: u32,
        flags: u32,
    }
}

shader_struct! {
    /// See the shader.
    struct Component {
        mean: [f32; 2],
        log_weight: f32,
        _after_log_weight: f32,
        factor: [f32; 3],
        _after_factor: f32,
    }
}

shader_struct! {
    /// See the shader.
    struct Stage {
        weights: [f32; MAX_STAGES - 1],
        linear: f32,
        score: f32,
        level: u32,
        _after_level: [u32; 2],
    }
}

shader_struct! {
    /// See the shader.
    struct Step {
        stages: [Stage; MAX_STAGES],
        combine: [f32; MAX_STAGES],
        keep: f32,
        noise: f32,
        stage_count: u32,
        _after_stage_count: u32,
    }
}

shader_struct! {
    /// Never leaves the device; declared for its size.
    struct Sums {
        score: [f32; 2],
        largest: f32,
        total: f32,
    }
}

shader_struct! {
    /// Never leaves the device; declared for its size.
    struct Carried {
        slopes_x: [f32; MAX_STAGES],
        slopes_y: [f32; MAX_STAGES],
        sums: Sums,
    }
}

pub(super) static SHADER: KernelShader = KernelShader {
    name: "mixture_particles",
    source: include_str!("../../../shaders/mixture_particles.wgsl"),
    entry_points: &["advance", "accumulate"],
    bindings: &[Binding::Params, Binding::Read, Binding::Read, Binding::Write, Binding::Write],
    layouts: &[Params::LAYOUT, Component::LAYOUT, Stage::LAYOUT, Step::LAYOUT, Sums::LAYOUT, Carried::LAYOUT],
    needs_quantity: false,
};

const ADVANCE: usize = 0;
const ACCUMULATE: usize = 1;
const START: u32 = 1;
const FINISH: u32 = 2;

/// Particles that one pass over all steps serves.
const BATCH: usize = 1 << 20;
/// Components of one dispatch of `accumulate`.
const CHUNK: usize = 8192;
/// Most runs of loops in one invocation of `advance`; software drivers stop at 65,535 without a word.
const LOOPS: u64 = 49_152;
/// Runs of loops that a step takes besides those over components, and the work it is in units of one component.
const STEP_LOOPS: u64 = 16;
/// Bytes of components that are uploaded together, unless a single step needs more.
const WINDOW_BYTES: usize = 16 << 20;

/// The compiled kernel with its buffers.
#[derive(Debug)]
pub(super) struct MixtureParticlesKernel {
    kernel: Kernel,
    pace: Pace,
    components: Reusable,
    steps: Reusable,
    carried: Reusable,
    places: Reusable,
    staging: Staging,
}

/// Consecutive steps whose components are uploaded together.
struct Window<'a> {
    /// Index of the first step in the request.
    first: usize,
    steps: &'a [sampler::Step],
    /// Signal and noise of each level.
    levels: Vec<[f64; 2]>,
    encoded: Vec<Step>,
}

impl MixtureParticlesKernel {
    pub(super) fn new(context: &Context) -> Result<Self, EngineError> {
        let source = compose(SHADER.source).map_err(|error| EngineError::Unavailable(error.to_string()))?;
        Ok(Self {
            kernel: context.kernel(&SHADER, &source)?,
            pace: Pace::new(),
            components: Reusable::default(),
            steps: Reusable::default(),
            carried: Reusable::default(),
            places: Reusable::default(),
            staging: Staging::default(),
        })
    }

    pub(super) fn run(
        &mut self,
        context: &Context,
        request: &ParticleRequest<'_>,
        particles: &Particles,
    ) -> Result<Particles, EngineError> {
        let count = particles.x.len();
        let data: Vec<Data> = request.mixture.components().iter().filter(|c| c.weight > 0.0).copied().collect();
        let windows = windows(request.steps, data.len());
        check_memory(context, &windows, data.len(), count)?;
        if request.steps.is_empty() {
            return Ok(particles.clone());
        }
        let mut moved = Particles { x: Vec::with_capacity(count), y: Vec::with_capacity(count) };
        for start in (0..count).step_by(BATCH) {
            let end = count.min(start + BATCH);
            let pairs = particles.x[start..end].iter().zip(&particles.y[start..end]);
            let places: Vec<[f32; 2]> = pairs.map(|(&x, &y)| [x, y]).collect();
            let place_buffer = context.upload(&mut self.places, &places);
            for window in &windows {
                self.run_window(context, request, &data, window, start, &place_buffer, places.len())?;
            }
            context.read(&place_buffer, &mut self.staging, places.len(), |places: &[[f32; 2]]| {
                moved.x.extend(places.iter().map(|place| place[0]));
                moved.y.extend(places.iter().map(|place| place[1]));
            })?;
        }
        Ok(moved)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one call, which only this function has together")]
    fn run_window(
        &mut self,
        context: &Context,
        request: &ParticleRequest<'_>,
        data: &[Data],
        window: &Window<'_>,
        start: usize,
        places: &wgpu::Buffer,
        count: usize,
    ) -> Result<(), EngineError> {
        let components = context.upload(&mut self.components, &components(request, data, &window.levels));
        let steps = context.upload(&mut self.steps, &window.encoded);
        let longest = window.steps.iter().map(|step| loops(step, data.len())).max().unwrap_or(0);
        let split = longest > LOOPS;
        let carried_bytes = if split { count * size_of::<Carried>() } else { 0 };
        let carried = context.reserve(&mut self.carried, carried_bytes as u64);
        let buffers = [&components, &steps, &carried, places];
        let params = Params {
            shape: sym2::entries(request.forward.shape()).map(|entry| entry as f32),
            sqrt_shape: sym2::entries(request.forward.sqrt_shape()).map(|entry| entry as f32),
            seed: [request.seed as u32, (request.seed >> 32) as u32],
            stream: request.stream as u32,
            first_item: start as u32,
            first_number: request.first_step.wrapping_add(window.first as u32),
            level_size: data.len() as u32,
            ..Params::default()
        };
        if split {
            let dispatches = plan_parts(params, window.steps, data.len(), count, self.pace.budget());
            context.run(&self.kernel, ACCUMULATE, &buffers, &dispatches, &mut self.pace)
        } else {
            let dispatches = plan_steps(params, window.steps.len(), longest, count, self.pace.budget());
            context.run(&self.kernel, ADVANCE, &buffers, &dispatches, &mut self.pace)
        }
    }
}

/// Runs of loops in one step.
fn loops(step: &sampler::Step, components: usize) -> u64 {
    STEP_LOOPS + step.stages.len() as u64 * (1 + components as u64)
}

fn check_memory(context: &Context, windows: &[Window<'_>], components: usize, count: usize) -> Result<(), EngineError> {
    let bytes = |count: usize, size: usize| (count as u64).saturating_mul(size as u64);
    let levels = windows.iter().map(|window| window.levels.len()).max().unwrap_or(0);
    let steps = windows.iter().map(|window| window.steps.len()).max().unwrap_or(0);
    let batch = count.min(BATCH);
    let buffers = [
        bytes(levels.saturating_mul(components), size_of::<Component>()),
        bytes(steps, size_of::<Step>()),
        bytes(batch, size_of::<Carried>()),
        bytes(batch, size_of::<[f32; 2]>()),
    ];
    // Besides: reading back, the host's copy of the components, and the result.
    let other = bytes(batch + count, size_of::<[f32; 2]>()).saturating_add(buffers[0]);
    context.check_memory("moving the particles", &buffers, other)
}

/// Cuts the steps into windows; stages at the same noise share one level.
fn windows(steps: &[sampler::Step], components: usize) -> Vec<Window<'_>> {
    let most = (WINDOW_BYTES / size_of::<Component>() / components.max(1)).max(MAX_STAGES);
    let mut windows = Vec::new();
    let mut first = 0;
    while first < steps.len() {
        let mut levels = Vec::new();
        let mut known = HashMap::new();
        let mut encoded = Vec::new();
        for step in &steps[first..] {
            if levels.len() + step.stages.len() > most && !encoded.is_empty() {
                break;
            }
            encoded.push(encode(step, |level| {
                *known.entry(level.map(f64::to_bits)).or_insert_with(|| {
                    levels.push(level);
                    levels.len() as u32 - 1
                })
            }));
        }
        let end = first + encoded.len();
        windows.push(Window { first, steps: &steps[first..end], levels, encoded });
        first = end;
    }
    windows
}

fn encode(step: &sampler::Step, mut level: impl FnMut([f64; 2]) -> u32) -> Step {
    let mut stages = [Stage::default(); MAX_STAGES];
    for (slot, stage) in stages.iter_mut().zip(&step.stages) {
        *slot = Stage {
            weights: stage.weights.map(|weight| weight as f32),
            linear: stage.linear as f32,
            score: stage.score as f32,
            level: level([stage.alpha, stage.sigma]),
            ..Stage::default()
        };
    }
    Step {
        stages,
        combine: step.combine.map(|factor| factor as f32),
        keep: step.keep as f32,
        noise: step.noise as f32,
        stage_count: step.stages.len().min(MAX_STAGES) as u32,
        ..Step::default()
    }
}

/// The mixture noised to each level, as far as the score needs it.
fn components(request: &ParticleRequest<'_>, data: &[Data], levels: &[[f64; 2]]) -> Vec<Component> {
    let shape = request.forward.shape();
    let at_level = |&[alpha, sigma]: &[f64; 2]| {
        let noise = sigma * sigma * shape;
        data.par_iter().map(move |c| {
            let precision = sym2::inverse(&(alpha * alpha * c.covariance + noise));
            Component {
                mean: [(alpha * c.mean.x) as f32, (alpha * c.mean.y) as f32],
                log_weight: (c.weight.ln() + 0.5 * sym2::determinant(&precision).ln()) as f32,
                factor: cholesky(&precision),
                ..Component::default()
            }
        })
    };
    levels.par_iter().flat_map(at_level).collect()
}

/// Whole steps, as many in a dispatch as the loop limit and `budget` allow.
fn plan_steps(params: Params, steps: usize, longest: u64, count: usize, budget: u64) -> Vec<Dispatch<Params>> {
    let range = usize::try_from(budget / longest).unwrap_or(usize::MAX).clamp(64, BATCH).min(count.max(1));
    let together = (budget / longest / range as u64).clamp(1, LOOPS / longest) as usize;
    let mut dispatches = Vec::new();
    for first_step in (0..steps).step_by(together) {
        let step_count = together.min(steps - first_step);
        for first_particle in (0..count).step_by(range) {
            let particle_count = range.min(count - first_particle);
            dispatches.push(Dispatch {
                params: Params {
                    first_particle: first_particle as u32,
                    particle_count: particle_count as u32,
                    first_step: first_step as u32,
                    step_count: step_count as u32,
                    ..params
                },
                invocations: particle_count as u32,
                work: particle_count as u64 * step_count as u64 * longest,
            });
        }
    }
    dispatches
}

/// Parts of evaluations of the score, for mixtures too long for whole steps.
fn plan_parts(
    params: Params,
    steps: &[sampler::Step],
    components: usize,
    count: usize,
    budget: u64,
) -> Vec<Dispatch<Params>> {
    let range = usize::try_from(budget / CHUNK as u64).unwrap_or(usize::MAX).clamp(64, BATCH);
    let mut dispatches = Vec::new();
    for first_particle in (0..count).step_by(range) {
        let particle_count = range.min(count - first_particle);
        for (first_step, step) in steps.iter().enumerate() {
            if step.stages.is_empty() {
                let params = Params {
                    first_particle: first_particle as u32,
                    particle_count: particle_count as u32,
                    first_step: first_step as u32,
                    ..params
                };
                dispatches.push(Dispatch {
                    params: Params { flags: START | FINISH, ..params },
                    invocations: particle_count as u32,
                    work: particle_count as u64,
                });
            }
            for stage in 0..step.stages.len() {
                for first_component in (0..components).step_by(CHUNK) {
                    let component_count = CHUNK.min(components - first_component);
                    let mut flags = 0;
                    if first_component == 0 {
                        flags |= START;
                    }
                    if first_component + component_count == components {
                        flags |= FINISH;
                    }
                    dispatches.push(Dispatch {
                        params: Params {
                            first_particle: first_particle as u32,
                            particle_count: particle_count as u32,
                            first_step: first_step as u32,
                            stage: stage as u32,
                            first_component: first_component as u32,
                            component_count: component_count as u32,
                            flags,
                            ..params
                        },
                        invocations: particle_count as u32,
                        work: particle_count as u64 * component_count as u64,
                    });
                }
            }
        }
    }
    dispatches
}
