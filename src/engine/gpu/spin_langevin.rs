//! Kernel `spin_langevin` on the GPU: plans the passes of `shaders/spin_langevin.wgsl`.

use super::GpuEngine;
use super::context::{Context, Kernel, Reusable, Staging};
use super::layout::shader_struct;
use super::pace::Pace;
use super::sequence::{Ranged, Sequence};
use super::shader::{Binding, KernelShader, compose};
use crate::EngineError;
use crate::cpu::CpuEngine;
use crate::kernel::{NOISE_BLOCK, NOISE_COUNTERS, SpinLangevin, SpinRequest, SpinSums, first_counter};
use diffuscope_core::curie_weiss::product_states::ProductStates;

shader_struct! {
    /// See the shader.
    struct Params {
        seed: [u32; 2],
        stream: u32,
        step: u32,
        first_counter: u32,
        counters: u32,
        spins: u32,
        blocks: u32,
        states: u32,
        has_error: u32,
        of_states: u32,
        weights: u32,
        results: u32,
        tilt: f32,
        keep: f32,
        pull: f32,
        error: f32,
        noise: f32,
        r: f32,
        one_minus_r: f32,
        one_minus_r2: f32,
        half_log_odds: f32,
        first: u32,
        count: u32,
    }
}

impl Ranged for Params {
    fn with_range(self, first: u32, count: u32) -> Self {
        Self { first, count, ..self }
    }
}

pub(super) static SHADER: KernelShader = KernelShader {
    name: "spin_langevin",
    source: include_str!("../../../shaders/spin_langevin.wgsl"),
    entry_points: &["gather", "weigh", "gather_states", "weigh_states", "move_spins"],
    bindings: &[Binding::Params, Binding::Write, Binding::Read, Binding::Write, Binding::Write],
    layouts: &[Params::LAYOUT],
    needs_quantity: false,
};

const GATHER: usize = 0;
const WEIGH: usize = 1;
const GATHER_STATES: usize = 2;
const WEIGH_STATES: usize = 3;
const MOVE: usize = 4;

/// Spins of a block.
const BLOCK: usize = 1024;
/// Most runs of loops in one invocation.
const LOOPS: usize = 16_384;
/// Lanes of a workgroup.
const LANES: u64 = 64;
/// Bytes of the spins, and of everything else, that go to the device together, unless one system needs more.
const BATCH_BYTES: u64 = 64 << 20;

/// The compiled kernel with its buffers.
#[derive(Debug)]
pub(super) struct SpinLangevinKernel {
    kernel: Kernel,
    pace: Pace,
    spins: Reusable,
    constants: Reusable,
    sums: Reusable,
    results: Reusable,
    staging: Staging,
}

impl SpinLangevin for GpuEngine {
    /// Mixtures of more product states, or with more spins, than one invocation can sum over go to the CPU engine; pairs
    /// of states never do.
    fn spin_langevin(&self, request: &SpinRequest<'_>, x: &mut [f32]) -> Result<SpinSums, EngineError> {
        if request.steps.is_empty() || x.is_empty() {
            return Ok(SpinSums::default());
        }
        let pair = request.states.symmetric_pair().is_some();
        let (states, blocks) = (request.states.states().len(), request.spins.div_ceil(BLOCK));
        if !pair && (states > LOOPS / 4 || states.div_ceil(LANES as usize) * (blocks + blocks / 32 + 1) > LOOPS) {
            return CpuEngine::new().spin_langevin(request, x);
        }
        let (moved, sums) = self.context.guarded(|| self.kernels().spin_langevin.run(&self.context, request, x))?;
        x.copy_from_slice(&moved);
        Ok(sums)
    }
}

impl SpinLangevinKernel {
    pub(super) fn new(context: &Context) -> Result<Self, EngineError> {
        let source = compose(SHADER.source).map_err(|error| EngineError::Unavailable(error.to_string()))?;
        Ok(Self {
            kernel: context.kernel(&SHADER, &source)?,
            pace: Pace::new(),
            spins: Reusable::default(),
            constants: Reusable::default(),
            sums: Reusable::default(),
            results: Reusable::default(),
            staging: Staging::default(),
        })
    }

    fn run(
        &mut self,
        context: &Context,
        request: &SpinRequest<'_>,
        x: &[f32],
    ) -> Result<(Vec<f32>, SpinSums), EngineError> {
        let (spins, steps) = (request.spins, request.steps);
        let pair = request.states.symmetric_pair();
        let states = if pair.is_some() { 0 } else { request.states.states().len() };
        let blocks = spins.div_ceil(BLOCK);
        let systems = x.len() / spins;
        // Numbers for each system.
        let [partial, of_states, weights, results] = [2 * blocks, states * blocks, states.max(1), 2 * steps.len()];
        let largest = [spins, partial + of_states + weights, results].into_iter().max().unwrap_or(1);
        let most = BATCH_BYTES.min(context.batch_bytes());
        let together = usize::try_from(most / (4 * largest as u64)).unwrap_or(usize::MAX).clamp(1, systems);
        let bytes = |numbers: usize| 4 * (together as u64).saturating_mul(numbers as u64);
        let constants = constants(request.states, states, request.score_error);
        let buffers = [bytes(spins), 4 * constants.len() as u64, bytes(partial + of_states + weights), bytes(results)];
        let other = bytes(spins) + 4 * x.len() as u64 + 8 * (results * systems) as u64;
        context.check_memory("moving the spins", &buffers, other)?;

        let constants = context.upload(&mut self.constants, &constants);
        let counters = spins.div_ceil(NOISE_BLOCK) * NOISE_COUNTERS;
        let (bias, half_log_odds) = pair.unwrap_or_default();
        let (r, one_minus_r) = ((-2.0 * bias).exp(), -(-2.0 * bias).exp_m1());
        let signs = request.states.states().iter().map(|state| state.bias);
        let (up, down) = (signs.clone().any(|bias| bias > 0.0), signs.clone().any(|bias| bias < 0.0));
        let mut moved = Vec::with_capacity(x.len());
        let mut found = SpinSums { log_odds: vec![0.0; systems * steps.len()], sum: vec![0.0; systems * steps.len()] };
        for start in (0..systems).step_by(together) {
            let count = together.min(systems - start);
            let values = &x[start * spins..(start + count) * spins];
            let places = context.upload(&mut self.spins, values);
            let sums = context.reserve(&mut self.sums, buffers[2]);
            let result_buffer = context.reserve(&mut self.results, buffers[3]);
            let list = vec![&places, &constants, &sums, &result_buffer];
            let mut sequence = Sequence::new(context, &self.kernel, list, &mut self.pace);
            for (index, step) in steps.iter().enumerate() {
                let params = Params {
                    seed: [request.seed as u32, (request.seed >> 32) as u32],
                    stream: request.stream as u32,
                    step: request.first_step.wrapping_add(index as u32),
                    first_counter: first_counter(request.first_system.wrapping_add(start as u32), spins),
                    counters: counters as u32,
                    spins: spins as u32,
                    blocks: blocks as u32,
                    states: states as u32,
                    has_error: u32::from(!request.score_error.is_empty()),
                    of_states: (partial * count) as u32,
                    weights: ((partial + of_states) * count) as u32,
                    results: (2 * index * count) as u32,
                    tilt: step.tilt as f32,
                    keep: step.keep as f32,
                    pull: step.pull as f32,
                    error: step.error as f32,
                    noise: step.noise as f32,
                    r: r as f32,
                    one_minus_r: one_minus_r as f32,
                    one_minus_r2: (one_minus_r * (1.0 + r)) as f32,
                    half_log_odds: half_log_odds as f32,
                    ..Params::default()
                };
                let (all, of_block) = (count as u64, (spins.min(BLOCK) as u64).div_ceil(LANES));
                sequence.push(GATHER, params, LANES * all * blocks as u64, 8 + of_block)?;
                if states == 0 {
                    sequence.push(WEIGH, params, LANES * all, 8 + blocks as u64 / LANES)?;
                } else {
                    let work = 4 + spins.min(BLOCK) as u64;
                    sequence.push(GATHER_STATES, params, all * (blocks * states) as u64, work)?;
                    let work = 16 + (blocks * states) as u64 / LANES;
                    sequence.push(WEIGH_STATES, params, LANES * all, work)?;
                }
                sequence.push(MOVE, params, all * counters as u64, 16 + 4 * states as u64)?;
            }
            sequence.flush()?;
            context.read(&places, &mut self.staging, values.len(), |places: &[f32]| moved.extend_from_slice(places))?;
            context.read(&result_buffer, &mut self.staging, 2 * count * steps.len(), |numbers: &[f32]| {
                for (i, pair) in numbers.chunks_exact(2).enumerate() {
                    let at = i / count * systems + start + i % count;
                    found.log_odds[at] = match (up, down) {
                        (true, false) => f64::INFINITY,
                        (false, true) => f64::NEG_INFINITY,
                        _ => f64::from(pair[0]),
                    };
                    found.sum[at] = f64::from(pair[1]);
                }
            })?;
        }
        Ok((moved, found))
    }
}

/// c₊, c₋, sign and log weight of each of `states` states, and the errors of the score.
fn constants(mixture: &ProductStates, states: usize, errors: &[f32]) -> Vec<f32> {
    let half = |bias: f64| 1.0 / (1.0 + (-2.0 * bias).exp());
    let sign = |bias: f64| if bias == 0.0 { 0.0 } else { bias.signum() };
    let of = mixture.states()[..states]
        .iter()
        .flat_map(|state| [half(state.bias), half(-state.bias), sign(state.bias), state.log_weight])
        .map(|number| number as f32);
    of.chain(errors.iter().copied()).collect()
}
