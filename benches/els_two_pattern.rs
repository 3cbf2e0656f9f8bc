//! The WGSL step of the two-pattern machine beside a shader that adds up all k² values of every window, on one adapter.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench may panic")]

use std::time::{Duration, Instant};

use diffuscope::core::els::stepper::{self, Step};
use diffuscope::core::els::window::Window;
use diffuscope::core::els::{Grids, Machine};
use diffuscope::core::image_set;
use diffuscope::core::param::Choice;
use diffuscope::core::philox::Stream;
use diffuscope::engine::gpu::{GpuEngine, shader};
use diffuscope::engine::kernel::ElsStep;
use wgpu::util::DeviceExt;

const STEPS: usize = 8;

/// One step of the direct sum from one buffer to the other.
const DIRECT: &str = "
//!import math
struct Params { side: u32, radius: u32, scale: f32, keep: f32, gain: f32, padding: vec3<u32>, }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> from_phi: array<f32>;
@group(0) @binding(2) var<storage, read_write> to_phi: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let side = params.side;
    if id.x >= side * side { return; }
    let back = side - params.radius;
    let left = (id.x % side + back) % side;
    var y = (id.x / side + back) % side;
    var sum = 0.0;
    for (var j = 0u; j < 2u * params.radius + 1u; j++) {
        var x = left;
        for (var i = 0u; i < 2u * params.radius + 1u; i++) {
            sum += from_phi[y * side + x];
            x = select(x + 1u, 0u, x + 1u == side);
        }
        y = select(y + 1u, 0u, y + 1u == side);
    }
    to_phi[id.x] = params.keep * from_phi[id.x] + params.gain * math_tanh(params.scale * sum);
}
";

/// Carries grids by the direct sum; seconds a step, and where they end.
fn direct(side: usize, steps: &[Step], phi: &[f32]) -> (f64, Vec<f32>) {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
    let options = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..wgpu::RequestAdapterOptions::default()
    };
    let adapter = pollster::block_on(instance.request_adapter(&options)).expect("this bench needs a Vulkan driver");
    let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default())).unwrap();
    let source = shader::compose(DIRECT).unwrap();
    let description = wgpu::ShaderModuleDescriptor { label: None, source: wgpu::ShaderSource::Wgsl(source.into()) };
    #[expect(unsafe_code, reason = "without checks, as the kernels run; each index lies within the grid")]
    // SAFETY: see the reason above.
    let module = unsafe { device.create_shader_module_trusted(description, wgpu::ShaderRuntimeChecks::unchecked()) };
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: None,
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    let grids = [0, 1].map(|_| {
        let contents = bytemuck::cast_slice(phi);
        device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: None, contents, usage })
    });
    let groups: Vec<_> = steps
        .iter()
        .enumerate()
        .map(|(i, step)| {
            let level = step.stages[0].level;
            let scale = (level.abar.sqrt() / (1.0 - level.abar)) as f32;
            let numbers = [scale, step.keep as f32, step.combine[0] as f32].map(f32::to_bits);
            let mut params = vec![side as u32, level.k as u32 / 2];
            params.extend(numbers);
            params.resize(12, 0);
            let params = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
                label: None,
                contents: bytemuck::cast_slice(&params),
                usage: wgpu::BufferUsages::UNIFORM,
            });
            fn entry(binding: u32, buffer: &wgpu::Buffer) -> wgpu::BindGroupEntry<'_> {
                wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() }
            }
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: None,
                layout: &pipeline.get_bind_group_layout(0),
                entries: &[entry(0, &params), entry(1, &grids[i % 2]), entry(2, &grids[(i + 1) % 2])],
            })
        })
        .collect();
    let run = || {
        queue.write_buffer(&grids[0], 0, bytemuck::cast_slice(phi));
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            for group in &groups {
                pass.set_bind_group(0, group, &[]);
                pass.dispatch_workgroups((side * side).div_ceil(64) as u32, 1, 1);
            }
        }
        queue.submit([encoder.finish()]);
        device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
    };
    let time = best(run);
    let staging = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: 4 * (side * side) as u64,
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    encoder.copy_buffer_to_buffer(&grids[steps.len() % 2], 0, &staging, 0, staging.size());
    queue.submit([encoder.finish()]);
    staging.slice(..).map_async(wgpu::MapMode::Read, |_| ());
    device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
    let view = staging.slice(..).get_mapped_range().unwrap();
    (time / steps.len() as f64, bytemuck::cast_slice(&view).to_vec())
}

/// Seconds of the best of several runs, the first not counted.
#[expect(clippy::disallowed_methods, reason = "timing is what a bench is for")]
fn best(mut run: impl FnMut()) -> f64 {
    let mut best = Duration::MAX;
    for i in 0..6 {
        let start = Instant::now();
        run();
        if i > 0 {
            best = best.min(start.elapsed());
        }
    }
    best.as_secs_f64()
}

#[expect(clippy::disallowed_methods, reason = "timing is what a bench is for")]
fn main() {
    let start = Instant::now();
    let engine = GpuEngine::headless().expect("this bench needs a Vulkan driver");
    let opened = start.elapsed();
    engine.self_test().unwrap();
    println!("{}: opened in {opened:.0?}, with the self-test {:.0?}", engine.info().name, start.elapsed());
    for (count, side, k) in [(1, 512, 3), (1, 512, 7), (1, 512, 11), (1, 1024, 7), (256, 256, 5)] {
        let images = image_set::draw(&Choice::new("black_white"), 0).unwrap();
        let machine = Machine::new(&Choice::new("two_pattern"), images.into(), side).unwrap();
        let abars: Vec<f64> = (0..=STEPS).map(|i| 0.1 + 0.05 * i as f64).collect();
        let steps = stepper::find("ddim").unwrap().plan(&abars, &Window::K(k));
        let phi = Grids::noise(1, Stream::Start, count, 1, side);
        let mut moved = phi.clone();
        let time = best(|| {
            moved.values.copy_from_slice(&phi.values);
            engine.els_step(&machine, &steps, &mut moved).unwrap();
        }) / STEPS as f64;
        let per_pixel = time * 1e9 / phi.values.len() as f64;
        print!("{count} × {side}², k = {k}: {:.3} ms a step, {per_pixel:.2} ns per pixel", time * 1e3);
        if count == 1 {
            let (direct, wanted) = direct(side, &steps, &phi.values);
            let apart = moved.values.iter().zip(&wanted).filter(|(a, b)| (*a - *b).abs() > 1e-4).count();
            assert!(apart * 1000 < wanted.len(), "{apart} pixels differ");
            print!("; direct sum {:.3} ms, {:.1} times as long", direct * 1e3, direct / time);
        }
        println!();
    }
}
