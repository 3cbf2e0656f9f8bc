//! Kernel `field_to_rgba` on the GPU: one pipeline for each quantity, made when it is first asked for.

use std::collections::HashMap;

use super::context::{Context, Dispatch, Kernel, Reusable, Staging};
use super::layout::shader_struct;
use super::pace::Pace;
use super::shader::{Binding, KernelShader, UnknownImport, compose};
use crate::EngineError;
use crate::kernel::quantity::Quantity;
use crate::kernel::{Colouring, Field, ValueScale};

shader_struct! {
    /// See the shader.
    struct Params {
        low: f32,
        high: f32,
        logarithmic: u32,
        node_count: u32,
        first_node: u32,
        dispatch_count: u32,
    }
}

pub(super) static SHADER: KernelShader = KernelShader {
    name: "field_to_rgba",
    source: include_str!("../../../shaders/field_to_rgba.wgsl"),
    entry_points: &["field_to_rgba"],
    bindings: &[Binding::Params, Binding::Read, Binding::Read, Binding::Write],
    layouts: &[Params::LAYOUT],
    needs_quantity: true,
};

/// Nodes coloured together.
const BATCH: usize = 1 << 18;
/// Values of one node.
const PLANES: usize = 8;
/// What a node costs, in pairs of node and component of the other kernels: chiefly the way there and back.
const WORK: u64 = 4;

/// The shader of `quantity`, complete.
///
/// # Errors
/// The kernel imports a file that does not exist.
pub fn compose_with(quantity: &Quantity) -> Result<String, UnknownImport> {
    Ok(compose(SHADER.source)? + quantity.wgsl)
}

/// The compiled kernels with their buffers.
#[derive(Debug)]
pub(super) struct FieldToRgbaKernel {
    kernels: HashMap<&'static str, Kernel>,
    pace: Pace,
    planes: Reusable,
    colours: Reusable,
    picture: Reusable,
    staging: Staging,
}

impl FieldToRgbaKernel {
    pub(super) fn new() -> Self {
        Self {
            kernels: HashMap::new(),
            pace: Pace::new(),
            planes: Reusable::default(),
            colours: Reusable::default(),
            picture: Reusable::default(),
            staging: Staging::default(),
        }
    }

    /// Compiles the kernel of `quantity` unless that has been done.
    pub(super) fn prepare(&mut self, context: &Context, quantity: &'static Quantity) -> Result<(), EngineError> {
        if !self.kernels.contains_key(quantity.id) {
            let source = compose_with(quantity).map_err(|error| EngineError::Unavailable(error.to_string()))?;
            self.kernels.insert(quantity.id, context.kernel(&SHADER, &source)?);
        }
        Ok(())
    }

    pub(super) fn run(
        &mut self,
        context: &Context,
        field: &Field<f32>,
        colouring: &Colouring<'_>,
    ) -> Result<Vec<u8>, EngineError> {
        let nodes = field.log_density.len();
        check_memory(context, nodes)?;
        self.prepare(context, colouring.quantity)?;
        let Some(kernel) = self.kernels.get(colouring.quantity.id) else {
            return Err(EngineError::Unavailable(format!("there is no kernel for {}", colouring.quantity.id)));
        };
        let colours: Vec<[u8; 4]> = colouring.map.table().iter().map(|&[r, g, b]| [r, g, b, 255]).collect();
        let colours = context.upload(&mut self.colours, &colours);
        let mut picture = Vec::with_capacity(4 * nodes);
        for start in (0..nodes).step_by(BATCH) {
            let count = BATCH.min(nodes - start);
            let planes = context.upload(&mut self.planes, &planes(field, colouring.other, start..start + count));
            let pixels = context.reserve(&mut self.picture, (count * size_of::<u32>()) as u64);
            let dispatches = plan(colouring, count, self.pace.budget());
            context.run(kernel, 0, &[&planes, &colours, &pixels], &dispatches, &mut self.pace)?;
            context.read(&pixels, &mut self.staging, 4 * count, |bytes: &[u8]| picture.extend_from_slice(bytes))?;
        }
        Ok(picture)
    }
}

fn check_memory(context: &Context, nodes: usize) -> Result<(), EngineError> {
    let batch = nodes.min(BATCH) as u64;
    let buffers = [batch * (PLANES * size_of::<f32>()) as u64, batch * size_of::<u32>() as u64];
    context.check_memory("the picture", &buffers, 2 * buffers[0] + buffers[1] + 4 * nodes as u64)
}

/// The values of the nodes in `range`, plane after plane.
fn planes(field: &Field<f32>, other: Option<&Field<f32>>, range: std::ops::Range<usize>) -> Vec<f32> {
    let [score_x, score_y] = &field.score;
    let [xx, xy, yy] = &field.proxy_covariance;
    let [other_x, other_y] = &other.unwrap_or(field).score;
    [&field.log_density, score_x, score_y, xx, xy, yy, other_x, other_y]
        .iter()
        .flat_map(|plane| &plane[range.clone()])
        .copied()
        .collect()
}

fn plan(colouring: &Colouring<'_>, count: usize, budget: u64) -> Vec<Dispatch<Params>> {
    let logarithmic = colouring.scale == ValueScale::Log;
    let [low, high] = colouring.range.map(|value| if logarithmic { f64::from(value).ln() as f32 } else { value });
    let range = usize::try_from(budget / WORK).unwrap_or(usize::MAX).clamp(64, BATCH);
    (0..count)
        .step_by(range)
        .map(|first_node| {
            let dispatch_count = range.min(count - first_node) as u32;
            Dispatch {
                params: Params {
                    low,
                    high,
                    logarithmic: logarithmic.into(),
                    node_count: count as u32,
                    first_node: first_node as u32,
                    dispatch_count,
                },
                invocations: dispatch_count,
                work: WORK * u64::from(dispatch_count),
            }
        })
        .collect()
}
