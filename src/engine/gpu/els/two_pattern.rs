//! The machine of two patterns: box sums and a tanh.

use super::batch;
use super::stage::{self, ElsStage};
use crate::EngineError;
use crate::gpu::context::{Context, Kernel, Reusable, Staging};
use crate::gpu::layout::shader_struct;
use crate::gpu::pace::Pace;
use crate::gpu::sequence::{Ranged, Sequence};
use crate::gpu::shader::{Binding, KernelShader, compose};
use crate::kernel::PosteriorMap;
use diffuscope_core::els::stepper::Step;
use diffuscope_core::els::{Grids, Level, SMALLEST_NOISE};

shader_struct! {
    /// See the shader.
    struct Params {
        stage: ElsStage,
        side: u32,
        radius: u32,
        run: u32,
        scale: f32,
        first: u32,
        count: u32,
        pixels: u32,
        _after_pixels: u32,
    }
}

impl Ranged for Params {
    fn with_range(self, first: u32, count: u32) -> Self {
        Self { first, count, ..self }
    }
}

pub(in crate::gpu) static SHADER: KernelShader = KernelShader {
    name: "els_two_pattern",
    source: include_str!("../../../../shaders/els_two_pattern.wgsl"),
    entry_points: &["columns", "rows", "rows_posterior"],
    bindings: &[Binding::Params, Binding::Write, Binding::Write, Binding::Write],
    layouts: &[Params::LAYOUT, ElsStage::LAYOUT],
    needs_quantity: false,
};

const COLUMNS: usize = 0;
const ROWS: usize = 1;
const ROWS_POSTERIOR: usize = 2;

/// Largest k: an invocation runs along as many values.
pub(super) const LARGEST_K: usize = 16_000;
/// Arrays of the map.
const PLANES: usize = 4;
/// Pixels of a column along which an invocation runs: rounding of a running sum grows with its length.
const DOWN: u32 = 32;
/// Pixels of a row along which an invocation runs: on a graphics processor few, so that neighbours read near one another.
const ALONG: [u32; 2] = [32, 4];

/// The compiled kernel with its buffers.
#[derive(Debug)]
pub(super) struct TwoPatternKernel {
    kernel: Kernel,
    pace: Pace,
    along: u32,
    fields: Reusable,
    sums: Reusable,
    map: Reusable,
    staging: Staging,
}

impl TwoPatternKernel {
    pub(super) fn new(context: &Context, real: bool) -> Result<Self, EngineError> {
        let source = compose(SHADER.source).map_err(|error| EngineError::Unavailable(error.to_string()))?;
        Ok(Self {
            kernel: context.kernel(&SHADER, &source)?,
            pace: Pace::new(),
            along: ALONG[usize::from(real)],
            fields: Reusable::default(),
            sums: Reusable::default(),
            map: Reusable::default(),
            staging: Staging::default(),
        })
    }

    pub(super) fn steps(
        &mut self,
        context: &Context,
        steps: &[Step],
        phi: &Grids<f32>,
    ) -> Result<Grids<f32>, EngineError> {
        let (area, arrays) = (phi.area(), stage::arrays(steps));
        let bytes = 4 * area as u64;
        let together = batch(phi.count, arrays * bytes, context.batch_bytes());
        let batch_bytes = together as u64 * bytes;
        let result = 4 * phi.values.len() as u64;
        context.check_memory("moving the grids", &[arrays * batch_bytes, batch_bytes], batch_bytes + result)?;
        let mut moved = Vec::with_capacity(phi.values.len());
        for values in phi.values.chunks(together * area) {
            let fields = context.reserve(&mut self.fields, arrays * 4 * values.len() as u64);
            context.write(&fields, values);
            let sums = context.reserve(&mut self.sums, 4 * values.len() as u64);
            let map = context.reserve(&mut self.map, 0);
            let mut sequence = Sequence::new(context, &self.kernel, vec![&fields, &sums, &map], &mut self.pace);
            for step in steps {
                for (number, stage) in step.stages.iter().enumerate() {
                    let stride = values.len() as u32;
                    let params = Params { stage: stage::encode(step, number, stride), ..Params::default() };
                    push(&mut sequence, params, stage.level, phi.side, self.along, ROWS, stride)?;
                }
            }
            sequence.flush()?;
            context.read(&fields, &mut self.staging, values.len(), |values: &[f32]| moved.extend_from_slice(values))?;
        }
        Ok(Grids { values: moved, ..*phi })
    }

    pub(super) fn posterior(
        &mut self,
        context: &Context,
        level: Level,
        phi: &Grids<f32>,
    ) -> Result<PosteriorMap, EngineError> {
        let area = phi.area();
        let bytes = 4 * area as u64;
        let together = batch(phi.count, PLANES as u64 * bytes, context.batch_bytes());
        let batch_bytes = together as u64 * bytes;
        let map_bytes = PLANES as u64 * batch_bytes;
        let result = 20 * phi.values.len() as u64;
        context.check_memory("the posterior", &[batch_bytes, batch_bytes, map_bytes], map_bytes + result)?;
        let mut found = PosteriorMap::default();
        for values in phi.values.chunks(together * area) {
            let fields = context.upload(&mut self.fields, values);
            let sums = context.reserve(&mut self.sums, 4 * values.len() as u64);
            let map = context.reserve(&mut self.map, (4 * PLANES * values.len()) as u64);
            let mut sequence = Sequence::new(context, &self.kernel, vec![&fields, &sums, &map], &mut self.pace);
            let pixels = values.len();
            push(&mut sequence, Params::default(), level, phi.side, self.along, ROWS_POSTERIOR, pixels as u32)?;
            sequence.flush()?;
            context.read(&map, &mut self.staging, PLANES * pixels, |bits: &[u32]| {
                let (image, rest) = bits.split_at(pixels);
                found.image.extend_from_slice(image);
                found.position.extend((0..pixels).map(|i| (i % area) as u32));
                super::extend_floats(&mut found, rest, pixels);
            })?;
        }
        Ok(found)
    }
}

/// The two passes of one stage.
fn push(
    sequence: &mut Sequence<'_, Params>,
    params: Params,
    level: Level,
    side: usize,
    along: u32,
    last: usize,
    pixels: u32,
) -> Result<(), EngineError> {
    let params = Params {
        side: side as u32,
        radius: (level.k / 2) as u32,
        scale: (level.abar.sqrt() / (1.0 - level.abar).max(SMALLEST_NOISE)) as f32,
        pixels,
        ..params
    };
    let lines = pixels as usize / side;
    let mut pass = |entry: usize, run: u32| {
        let invocations = lines as u64 * side.div_ceil(run as usize) as u64;
        sequence.push(entry, Params { run, ..params }, invocations, u64::from(2 * run) + level.k as u64)
    };
    pass(COLUMNS, DOWN)?;
    pass(last, along)
}
