//! The machine that compares whole images.

use super::stage::{self, ElsStage};
use super::{Images, batch};
use crate::EngineError;
use crate::gpu::context::{Context, Kernel, Reusable, Staging};
use crate::gpu::layout::shader_struct;
use crate::gpu::pace::Pace;
use crate::gpu::sequence::{Ranged, Sequence};
use crate::gpu::shader::{Binding, KernelShader, compose};
use crate::kernel::PosteriorMap;
use diffuscope_core::els::machine::Machine;
use diffuscope_core::els::stepper::Step;
use diffuscope_core::els::{Grids, Level};

shader_struct! {
    /// See the shader.
    struct Params {
        stage: ElsStage,
        size: u32,
        grids: u32,
        images: u32,
        first_image: u32,
        part_start: u32,
        part_end: u32,
        signal: f32,
        sharpness: f32,
        flags: u32,
        first: u32,
        count: u32,
        present: u32,
    }
}

impl Ranged for Params {
    fn with_range(self, first: u32, count: u32) -> Self {
        Self { first, count, ..self }
    }
}

pub(in crate::gpu) static SHADER: KernelShader = KernelShader {
    name: "els_whole_image",
    source: include_str!("../../../../shaders/els_whole_image.wgsl"),
    entry_points: &["compare", "weigh", "average"],
    bindings: &[Binding::Params, Binding::Write, Binding::Read, Binding::Write, Binding::Write],
    layouts: &[Params::LAYOUT, ElsStage::LAYOUT],
    needs_quantity: false,
};

const COMPARE: usize = 0;
const WEIGH: usize = 1;
const AVERAGE: usize = 2;
const RESUME: u32 = 1;
const SUSPEND: u32 = 2;

/// Most images: a lane of `weigh` goes through a 64th of them twice.
pub(super) const MOST_IMAGES: usize = 1 << 18;
/// Images that one dispatch of `average` adds up.
const PART: usize = 8192;
/// Bytes of weights.
const WEIGHT_BYTES: u64 = 64 << 20;
/// Lanes of a workgroup.
const LANES: u64 = 64;
/// Numbers that stand behind the weights for each grid.
const RESULTS: usize = 4;

/// The compiled kernel with its buffers.
#[derive(Debug)]
pub(super) struct WholeImageKernel {
    kernel: Kernel,
    pace: Pace,
    fields: Reusable,
    images: Images,
    weights: Reusable,
    averages: Reusable,
    staging: Staging,
}

/// Sizes of one call.
struct Sizes {
    /// Grids that go to the device together.
    together: usize,
    fields: u64,
    weights: u64,
    averages: u64,
}

impl WholeImageKernel {
    pub(super) fn new(context: &Context) -> Result<Self, EngineError> {
        let source = compose(SHADER.source).map_err(|error| EngineError::Unavailable(error.to_string()))?;
        Ok(Self {
            kernel: context.kernel(&SHADER, &source)?,
            pace: Pace::new(),
            fields: Reusable::default(),
            images: Images::default(),
            weights: Reusable::default(),
            averages: Reusable::default(),
            staging: Staging::default(),
        })
    }

    pub(super) fn steps(
        &mut self,
        context: &Context,
        machine: &Machine,
        steps: &[Step],
        phi: &Grids<f32>,
    ) -> Result<Grids<f32>, EngineError> {
        let sizes = sizes(context, machine, phi, stage::arrays(steps));
        let window = Images::window(context, machine.images());
        let size = phi.channels * phi.area();
        let copies = (4 * (sizes.together * size + phi.values.len())) as u64;
        let buffers = [sizes.fields, window.bytes, sizes.weights, sizes.averages];
        context.check_memory("moving the grids", &buffers, copies)?;
        let mut moved = Vec::with_capacity(phi.values.len());
        for values in phi.values.chunks(sizes.together * size) {
            let fields = context.reserve(&mut self.fields, sizes.fields);
            context.write(&fields, values);
            for step in steps {
                for (number, stage) in step.stages.iter().enumerate() {
                    let encoded = stage::encode(step, number, values.len() as u32);
                    self.stage(context, machine, stage.level, Some(encoded), &fields, values.len() / size, &sizes)?;
                }
            }
            context.read(&fields, &mut self.staging, values.len(), |values: &[f32]| moved.extend_from_slice(values))?;
        }
        Ok(Grids { values: moved, ..*phi })
    }

    pub(super) fn posterior(
        &mut self,
        context: &Context,
        machine: &Machine,
        level: Level,
        phi: &Grids<f32>,
    ) -> Result<PosteriorMap, EngineError> {
        let sizes = sizes(context, machine, phi, 1);
        let window = Images::window(context, machine.images());
        let (size, area, images) = (phi.channels * phi.area(), phi.area(), machine.images().count());
        let buffers = [sizes.fields, window.bytes, sizes.weights, sizes.averages];
        context.check_memory("the posterior", &buffers, sizes.weights + (20 * phi.count * area) as u64)?;
        let mut found = PosteriorMap::default();
        for values in phi.values.chunks(sizes.together * size) {
            let fields = context.upload(&mut self.fields, values);
            let grids = values.len() / size;
            self.stage(context, machine, level, None, &fields, grids, &sizes)?;
            let weights = context.reserve(&mut self.weights, sizes.weights);
            let count = grids * (images + RESULTS);
            context.read(&weights, &mut self.staging, count, |numbers: &[f32]| {
                for of_grid in numbers[grids * images..].chunks_exact(RESULTS) {
                    let &[best, total, logs, squares] = of_grid else { continue };
                    // One posterior serves every pixel; the position is the pixel's own.
                    found.image.extend(std::iter::repeat_n(best as u32, area));
                    found.position.extend(0..area as u32);
                    found.weight.extend(std::iter::repeat_n(1.0 / total, area));
                    found.entropy.extend(std::iter::repeat_n(total.ln() - logs / total, area));
                    found.effective.extend(std::iter::repeat_n(total / squares * total, area));
                }
            })?;
        }
        Ok(found)
    }

    /// The weights of all images for `grids` grids and, where there is a stage, its estimate.
    #[expect(clippy::too_many_arguments, reason = "the parts of one call, which only its callers have together")]
    fn stage(
        &mut self,
        context: &Context,
        machine: &Machine,
        level: Level,
        stage: Option<ElsStage>,
        fields: &wgpu::Buffer,
        grids: usize,
        sizes: &Sizes,
    ) -> Result<(), EngineError> {
        let set = machine.images();
        let size = set.image(0).len();
        let window = Images::window(context, set);
        let images = self.images.first(context, set, &window);
        let weights = context.reserve(&mut self.weights, sizes.weights);
        let averages = context.reserve(&mut self.averages, sizes.averages);
        let buffers = vec![fields, &images, &weights, &averages];
        let mut sequence = Sequence::new(context, &self.kernel, buffers, &mut self.pace);
        let params = Params {
            stage: stage.unwrap_or_default(),
            size: size as u32,
            grids: grids as u32,
            images: set.count() as u32,
            signal: level.abar.sqrt() as f32,
            sharpness: level.sharpness() as f32,
            ..Params::default()
        };
        let windows = |first: usize| window.images.min(set.count() - first);
        for first in (0..set.count()).step_by(window.images) {
            let present = windows(first);
            if first > 0 {
                sequence.flush()?;
                self.images.next(context, set, &window, first);
            }
            let params = Params { first_image: first as u32, present: present as u32, ..params };
            let pairs = (grids * present) as u64;
            sequence.push(COMPARE, params, LANES * pairs, 8 + size as u64 / LANES)?;
        }
        sequence.push(WEIGH, params, LANES * grids as u64, 16 + 4 * set.count() as u64 / LANES)?;
        if stage.is_none() {
            return sequence.flush();
        }
        for first in (0..set.count()).step_by(window.images) {
            if window.images < set.count() {
                sequence.flush()?;
                self.images.next(context, set, &window, first);
            }
            let present = windows(first);
            for start in (0..present).step_by(PART) {
                let end = present.min(start + PART);
                let mut flags = 0;
                if first + start > 0 {
                    flags |= RESUME;
                }
                if first + end < set.count() {
                    flags |= SUSPEND;
                }
                let params = Params {
                    first_image: first as u32,
                    part_start: start as u32,
                    part_end: end as u32,
                    flags,
                    ..params
                };
                sequence.push(AVERAGE, params, (grids * size) as u64, 4 + (end - start) as u64)?;
            }
        }
        sequence.flush()
    }
}

fn sizes(context: &Context, machine: &Machine, phi: &Grids<f32>, arrays: u64) -> Sizes {
    let values = 4 * (phi.channels * phi.area()) as u64;
    let weights = 4 * (machine.images().count() + RESULTS) as u64;
    let most = context.batch_bytes();
    let together = batch(phi.count, arrays * values, most).min(batch(phi.count, weights, WEIGHT_BYTES.min(most)));
    let grids = together as u64;
    Sizes { together, fields: grids * arrays * values, weights: grids * weights, averages: grids * values }
}
