//! The machines that compare windows with patches: how the patches are cut into chunks, and the chunks into waves.

use super::stage::{self, ElsStage};
use super::{Images, batch};
use crate::EngineError;
use crate::gpu::context::{Context, Kernel, Reusable, Staging};
use crate::gpu::layout::shader_struct;
use crate::gpu::pace::Pace;
use crate::gpu::sequence::{Ranged, Sequence};
use crate::gpu::shader::{Binding, KernelShader, compose};
use crate::kernel::PosteriorMap;
use diffuscope_core::els::machine::{Border, Candidates, Machine, Plan};
use diffuscope_core::els::stepper::Step;
use diffuscope_core::els::{Grids, Level};

shader_struct! {
    /// See the shader.
    struct Params {
        stage: ElsStage,
        side: u32,
        image_side: u32,
        radius: u32,
        channels: u32,
        pixels: u32,
        groups: u32,
        images: u32,
        first_image: u32,
        signal: f32,
        sharpness: f32,
        candidates: u32,
        flags: u32,
        chunk_length: u32,
        first_chunk: u32,
        chunks: u32,
        distance: u32,
        carried: u32,
        first: u32,
        count: u32,
        _after_count: u32,
    }
}

impl Ranged for Params {
    fn with_range(self, first: u32, count: u32) -> Self {
        Self { first, count, ..self }
    }
}

pub(in crate::gpu) static SHADER: KernelShader = KernelShader {
    name: "els_patches",
    source: include_str!("../../../../shaders/els_patches.wgsl"),
    entry_points: &["gather", "merge", "finish"],
    bindings: &[Binding::Params, Binding::Write, Binding::Read, Binding::Write, Binding::Write],
    layouts: &[Params::LAYOUT, ElsStage::LAYOUT],
    needs_quantity: false,
};

const GATHER: usize = 0;
const MERGE: usize = 1;
const FINISH: usize = 2;

const ZERO_BORDER: u32 = 1;
const POSTERIOR: u32 = 2;
const RESUME: u32 = 4;
const SUSPEND: u32 = 8;

/// Pixels of a group, above one another.
const GROUP: usize = 4;
/// Patches whose sums are taken in one go.
const RUN: u64 = 32;
/// Chunks merged by one invocation.
const MERGED: u64 = 32;
/// Numbers kept for each chunk and pixel.
const PLANES: u64 = 6;
/// Arrays of the map.
const MAP_PLANES: u64 = 5;
/// Runs of loops of an invocation that goes through several patches; software drivers stop at 65,535 without a word.
const LOOPS: u64 = 16_384;
/// Most runs of loops that a single patch may take.
pub(super) const MOST_LOOPS: u64 = 49_152;
/// Bytes of the sums of chunks.
const PARTIAL_BYTES: u64 = 64 << 20;
/// Fewest chunks between two mergings, as long as a single grid leaves room for them.
const FEWEST_CHUNKS: u64 = 8;
/// Invocations that keep a device busy: a program that imitates one, and a graphics processor.
const BUSY: [u64; 2] = [1 << 8, 1 << 18];

/// Runs of loops that one patch takes.
pub(super) fn loops(border: Border, side: usize, radius: usize) -> u64 {
    let cut = |length: usize| if border == Border::Zero { length.min(side) } else { length } as u64;
    2 + cut(2 * radius + GROUP) * (1 + cut(2 * radius + 1))
}

/// The compiled kernel with its buffers.
#[derive(Debug)]
pub(super) struct PatchesKernel {
    kernel: Kernel,
    pace: Pace,
    busy: u64,
    fields: Reusable,
    images: Images,
    partials: Reusable,
    map: Reusable,
    staging: Staging,
}

/// Sizes of one call.
struct Sizes {
    /// Grids that go to the device together.
    together: usize,
    /// Bytes of φ and what belongs to it, of the sums of chunks, and of the map, for so many grids.
    fields: u64,
    partials: u64,
    map: u64,
    /// Chunks that the sums have room for, besides those carried on.
    capacity: u64,
}

impl PatchesKernel {
    pub(super) fn new(context: &Context, real: bool) -> Result<Self, EngineError> {
        let source = compose(SHADER.source).map_err(|error| EngineError::Unavailable(error.to_string()))?;
        Ok(Self {
            kernel: context.kernel(&SHADER, &source)?,
            pace: Pace::new(),
            busy: BUSY[usize::from(real)],
            fields: Reusable::default(),
            images: Images::default(),
            partials: Reusable::default(),
            map: Reusable::default(),
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
        let sizes = sizes(context, phi, stage::arrays(steps), 0);
        let window = Images::window(context, machine.images());
        let size = phi.channels * phi.area();
        let copies = (4 * (sizes.together * size + phi.values.len())) as u64;
        let buffers = [sizes.fields, window.bytes, sizes.partials];
        context.check_memory("moving the grids", &buffers, copies)?;
        let mut moved = Vec::with_capacity(phi.values.len());
        for values in phi.values.chunks(sizes.together * size) {
            let fields = context.reserve(&mut self.fields, sizes.fields);
            context.write(&fields, values);
            for step in steps {
                for (number, stage) in step.stages.iter().enumerate() {
                    let encoded = stage::encode(step, number, values.len() as u32);
                    self.stage(context, machine, stage.level, encoded, &fields, values.len() / size, &sizes, 0)?;
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
        let sizes = sizes(context, phi, 1, MAP_PLANES);
        let window = Images::window(context, machine.images());
        let size = phi.channels * phi.area();
        let result = (20 * phi.count * phi.area()) as u64;
        let buffers = [sizes.fields, window.bytes, sizes.partials, sizes.map];
        context.check_memory("the posterior", &buffers, sizes.map + result)?;
        let mut found = PosteriorMap::default();
        for values in phi.values.chunks(sizes.together * size) {
            let fields = context.upload(&mut self.fields, values);
            let grids = values.len() / size;
            self.stage(context, machine, level, ElsStage::default(), &fields, grids, &sizes, POSTERIOR)?;
            let map = context.reserve(&mut self.map, sizes.map);
            let pixels = grids * phi.area();
            context.read(&map, &mut self.staging, MAP_PLANES as usize * pixels, |bits: &[u32]| {
                found.image.extend_from_slice(&bits[..pixels]);
                found.position.extend_from_slice(&bits[pixels..2 * pixels]);
                super::extend_floats(&mut found, &bits[2 * pixels..], pixels);
            })?;
        }
        Ok(found)
    }

    /// One evaluation of the posterior for all pixels of `grids` grids.
    #[expect(clippy::too_many_arguments, reason = "the parts of one call, which only its callers have together")]
    fn stage(
        &mut self,
        context: &Context,
        machine: &Machine,
        level: Level,
        stage: ElsStage,
        fields: &wgpu::Buffer,
        grids: usize,
        sizes: &Sizes,
        flags: u32,
    ) -> Result<(), EngineError> {
        let Plan::Patches(border, candidates) = machine.plan() else { return Ok(()) };
        let (side, set, radius) = (machine.side(), machine.images(), level.k / 2);
        let window = Images::window(context, set);
        let images = self.images.first(context, set, &window);
        let partials = context.reserve(&mut self.partials, sizes.partials);
        let map = context.reserve(&mut self.map, sizes.map);
        let buffers = vec![fields, &images, &partials, &map];
        let mut sequence = Sequence::new(context, &self.kernel, buffers, &mut self.pace);

        let groups = (grids * side * side.div_ceil(GROUP)) as u64;
        let pixels = (grids * side * side) as u64;
        let per_patch = loops(border, side, radius);
        let params = Params {
            stage,
            side: side as u32,
            image_side: set.side() as u32,
            radius: radius as u32,
            channels: set.channels() as u32,
            pixels: pixels as u32,
            groups: groups as u32,
            signal: level.abar.sqrt() as f32,
            sharpness: level.sharpness() as f32,
            candidates: match candidates {
                Candidates::Everywhere => 0,
                Candidates::Inside => 1,
                Candidates::SameOverhang => 2,
                Candidates::SamePixel => 3,
            },
            carried: sizes.capacity as u32,
            ..Params::default()
        };
        let flags = flags | if border == Border::Zero { ZERO_BORDER } else { 0 };
        for first_image in (0..set.count()).step_by(window.images) {
            let count = window.images.min(set.count() - first_image);
            if first_image > 0 {
                sequence.flush()?;
                self.images.next(context, set, &window, first_image);
            }
            let patches = count as u64 * patches_of_an_image(candidates, set.side(), radius);
            let longest = (LOOPS / per_patch).max(1);
            let wanted = patches.div_ceil(self.busy.div_ceil(groups)).max(RUN);
            let chunk_length = wanted.min(longest);
            let chunks = patches.div_ceil(chunk_length);
            for first_chunk in (0..chunks).step_by(sizes.capacity as usize) {
                let wave = sizes.capacity.min(chunks - first_chunk);
                let params = Params {
                    images: count as u32,
                    first_image: first_image as u32,
                    chunk_length: chunk_length as u32,
                    first_chunk: first_chunk as u32,
                    chunks: wave as u32,
                    flags,
                    ..params
                };
                sequence.push(GATHER, params, groups * wave, per_patch * chunk_length.min(patches))?;
                let (mut left, mut distance) = (wave, 1);
                while left > MERGED {
                    left = left.div_ceil(MERGED);
                    sequence.push(MERGE, Params { distance, ..params }, pixels * left, 4 * MERGED)?;
                    distance *= MERGED as u32;
                }
                let mut flags = flags;
                if (first_image, first_chunk) != (0, 0) {
                    flags |= RESUME;
                }
                if first_image + count < set.count() || first_chunk + wave < chunks {
                    flags |= SUSPEND;
                }
                sequence.push(FINISH, Params { distance, flags, ..params }, pixels, 4 * MERGED)?;
            }
        }
        sequence.flush()
    }
}

/// Patches of one image that a pixel is compared with at most.
fn patches_of_an_image(candidates: Candidates, side: usize, radius: usize) -> u64 {
    let inside = (side + 1).saturating_sub(2 * radius + 1) as u64;
    // A group's rows are compared with patches that begin up to three rows earlier.
    let grouped = inside * (inside + GROUP as u64 - 1);
    match candidates {
        Candidates::Everywhere => (side * side) as u64,
        Candidates::Inside => grouped,
        Candidates::SameOverhang => grouped.max(inside).max(1),
        Candidates::SamePixel => 1,
    }
}

fn sizes(context: &Context, phi: &Grids<f32>, arrays: u64, map_planes: u64) -> Sizes {
    let area = phi.area() as u64;
    let chunk = 4 * PLANES * area;
    let fields = 4 * arrays * area * phi.channels as u64;
    let most = context.batch_bytes();
    let for_partials = PARTIAL_BYTES.min(most) / (FEWEST_CHUNKS + 1);
    let together = batch(phi.count, chunk, for_partials).min(batch(phi.count, fields, most));
    let grids = together as u64;
    // One place more is for sums that are carried on.
    let capacity = (PARTIAL_BYTES.min(most) / (grids * chunk)).saturating_sub(1).max(1);
    Sizes {
        together,
        fields: grids * fields,
        partials: (capacity + 1) * grids * chunk,
        map: grids * 4 * map_planes * area,
        capacity,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_of_a_patch_are_counted() {
        assert_eq!(loops(Border::Circular, 32, 2), 2 + 8 * 6);
        assert_eq!(loops(Border::Zero, 10, 9), 2 + 10 * 11);
        assert!(loops(Border::Circular, 512, 100) <= MOST_LOOPS);
    }
}
