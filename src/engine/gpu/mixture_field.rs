//! Kernel `mixture_field` on the GPU: plans batches and dispatches of `shaders/mixture_field.wgsl`.

use nalgebra::Matrix2;

use super::context::{Context, Dispatch, Kernel, Reusable, Staging};
use super::layout::shader_struct;
use super::pace::Pace;
use super::shader::{Binding, KernelShader, compose};
use crate::EngineError;
use crate::kernel::{Field, FieldRequest};
use diffuscope_core::sym2;

shader_struct! {
    /// See the shader.
    struct Params {
        batch_start: u32,
        batch_nodes: u32,
        first_node: u32,
        node_count: u32,
        first_component: u32,
        component_count: u32,
        columns: u32,
        flags: u32,
    }
}

shader_struct! {
    /// See the shader.
    struct Component {
        mean: [f32; 2],
        mean_low: [f32; 2],
        factor: [f32; 3],
        log_weight: f32,
        proxy: [f32; 3],
        _after_proxy: f32,
        colour: [f32; 3],
        _after_colour: f32,
    }
}

shader_struct! {
    /// Never leaves the device; declared for its size.
    struct Sums {
        proxy: [f32; 3],
        total: f32,
        second: [f32; 3],
        reference: u32,
        colour: [f32; 3],
        _after_colour: f32,
        first: [f32; 2],
        _after_first: [f32; 2],
    }
}

pub(super) static SHADER: KernelShader = KernelShader {
    name: "mixture_field",
    source: include_str!("../../../shaders/mixture_field.wgsl"),
    entry_points: &["mixture_field"],
    bindings: &[Binding::Params, Binding::Read, Binding::Read, Binding::Write, Binding::Write],
    layouts: &[Params::LAYOUT, Component::LAYOUT, Sums::LAYOUT],
    needs_quantity: false,
};

const START: u32 = 1;
const FINISH: u32 = 2;

/// Nodes that one pass over all buffers serves.
const BATCH: usize = 1 << 18;
/// Components of one dispatch. Software drivers stop at 65,535 runs of a loop without a word.
const CHUNK: usize = 8192;
/// Values of one node.
const PLANES: usize = 9;

/// The compiled kernel with its buffers.
#[derive(Debug)]
pub(super) struct MixtureFieldKernel {
    kernel: Kernel,
    pace: Pace,
    components: Reusable,
    places: Reusable,
    carried: Reusable,
    values: Reusable,
    staging: Staging,
}

impl MixtureFieldKernel {
    pub(super) fn new(context: &Context) -> Result<Self, EngineError> {
        let source = compose(SHADER.source).map_err(|error| EngineError::Unavailable(error.to_string()))?;
        Ok(Self {
            kernel: context.kernel(&SHADER, &source)?,
            pace: Pace::new(),
            components: Reusable::default(),
            places: Reusable::default(),
            carried: Reusable::default(),
            values: Reusable::default(),
            staging: Staging::default(),
        })
    }

    pub(super) fn run(&mut self, context: &Context, request: &FieldRequest<'_>) -> Result<Field<f32>, EngineError> {
        let nodes = request.grid.len();
        let coloured = !request.colours.is_empty();
        let planes = if coloured { PLANES } else { PLANES - 3 };
        check_memory(context, request, planes)?;
        let mut results = vec![Vec::with_capacity(nodes); planes];
        if nodes > 0 {
            let components = components(request);
            let component_buffer = context.upload(&mut self.components, &components);
            let place_buffer = context.upload(&mut self.places, &places(request));
            let batch = nodes.min(BATCH);
            let carried_bytes = if components.len() > CHUNK { batch * size_of::<Sums>() } else { 0 };
            let carried = context.reserve(&mut self.carried, carried_bytes as u64);
            let values = context.reserve(&mut self.values, (batch * PLANES * size_of::<f32>()) as u64);
            let buffers = [&component_buffer, &place_buffer, &carried, &values];
            for start in (0..nodes).step_by(BATCH) {
                let count = BATCH.min(nodes - start);
                let dispatches = plan(start, count, components.len(), request.grid.nx, self.pace.budget());
                context.run(&self.kernel, 0, &buffers, &dispatches, &mut self.pace)?;
                context.read(&values, &mut self.staging, planes * count, |values: &[f32]| {
                    for (result, plane) in results.iter_mut().zip(values.chunks_exact(count)) {
                        result.extend_from_slice(plane);
                    }
                })?;
            }
        }
        let mut results = results.into_iter();
        let mut next = || results.next().unwrap_or_default();
        Ok(Field {
            log_density: next(),
            score: [next(), next()],
            proxy_covariance: [next(), next(), next()],
            colour: [next(), next(), next()],
        })
    }
}

fn check_memory(context: &Context, request: &FieldRequest<'_>, planes: usize) -> Result<(), EngineError> {
    let nodes = request.grid.len();
    let batch = nodes.min(BATCH);
    let bytes = |count: usize, size: usize| (count as u64).saturating_mul(size as u64);
    let value_bytes = bytes(batch, PLANES * size_of::<f32>());
    let buffers = [
        bytes(request.mixture.components().len(), size_of::<Component>()),
        bytes(request.grid.nx.saturating_add(request.grid.ny), size_of::<[f32; 2]>()),
        bytes(batch, size_of::<Sums>()),
        value_bytes,
    ];
    let results = bytes(nodes, planes * size_of::<f32>());
    context.check_memory("the field", &buffers, results.saturating_add(value_bytes))
}

/// Splits a batch so that no dispatch is more than `budget` pairs of node and component.
fn plan(start: usize, count: usize, components: usize, columns: usize, budget: u64) -> Vec<Dispatch<Params>> {
    let chunk = components.min(CHUNK);
    let range = usize::try_from(budget / chunk as u64).unwrap_or(usize::MAX).clamp(64, BATCH);
    let mut dispatches = Vec::new();
    for first_node in (0..count).step_by(range) {
        let node_count = range.min(count - first_node);
        for first_component in (0..components).step_by(chunk) {
            let component_count = chunk.min(components - first_component);
            let mut flags = 0;
            if first_component == 0 {
                flags |= START;
            }
            if first_component + component_count == components {
                flags |= FINISH;
            }
            dispatches.push(Dispatch {
                params: Params {
                    batch_start: start as u32,
                    batch_nodes: count as u32,
                    first_node: first_node as u32,
                    node_count: node_count as u32,
                    first_component: first_component as u32,
                    component_count: component_count as u32,
                    columns: columns as u32,
                    flags,
                },
                invocations: node_count as u32,
                work: node_count as u64 * component_count as u64,
            });
        }
    }
    dispatches
}

/// The components of positive weight as the shader reads them.
fn components(request: &FieldRequest<'_>) -> Vec<Component> {
    let colours = request.colours.iter().copied().chain(std::iter::repeat([0.0; 3]));
    let all = request.mixture.components().iter().zip(colours);
    all.filter(|(c, _)| c.log_weight > f64::NEG_INFINITY)
        .map(|(c, colour)| {
            let (x, y) = (split(c.mean.x), split(c.mean.y));
            Component {
                mean: [x[0], y[0]],
                mean_low: [x[1], y[1]],
                factor: cholesky(&c.precision),
                log_weight: c.log_weight as f32,
                proxy: sym2::entries(&c.proxy_covariance).map(|entry| entry as f32),
                colour,
                ..Component::default()
            }
        })
        .collect()
}

/// The grid's columns and rows.
fn places(request: &FieldRequest<'_>) -> Vec<[f32; 2]> {
    let grid = &request.grid;
    let columns = (0..grid.nx).map(|i| split(grid.x_at(i)));
    columns.chain((0..grid.ny).map(|j| split(grid.y_at(j)))).collect()
}

/// `value` as the sum of two f32, good to 48 bits.
fn split(value: f64) -> [f32; 2] {
    let high = value as f32;
    [high, (value - f64::from(high)) as f32]
}

/// The lower triangular L with L Lᵀ = `precision`, as xx, yx, yy.
pub(super) fn cholesky(precision: &Matrix2<f64>) -> [f32; 3] {
    let xx = precision.m11.sqrt();
    let yx = precision.m12 / xx;
    let yy = (sym2::determinant(precision).max(0.0)).sqrt() / xx;
    [xx as f32, yx as f32, yy as f32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_covers_every_pair_once() {
        let (count, components) = (1000, 20_000);
        let dispatches = plan(5, count, components, 10, 1 << 20);
        let pairs: u64 = dispatches.iter().map(|d| d.work).sum();
        assert_eq!(pairs, (count * components) as u64);
        for d in &dispatches {
            assert!(d.params.component_count as usize <= CHUNK && d.work <= 1 << 20);
            assert_eq!(d.params.flags & START != 0, d.params.first_component == 0);
            assert_eq!(d.params.flags & FINISH != 0, d.params.first_component + d.params.component_count == 20_000);
        }
    }

    #[test]
    fn cholesky_factors_multiply_to_the_matrix() {
        let matrix = sym2::new(3.0, -1.0, 0.5);
        let [xx, yx, yy] = cholesky(&matrix).map(f64::from);
        assert!((xx * xx - 3.0).abs() < 1e-6 && (xx * yx + 1.0).abs() < 1e-6);
        assert!((yx * yx + yy * yy - 0.5).abs() < 1e-6);
    }
}
