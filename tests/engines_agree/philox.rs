//! Random numbers on the device.

use diffuscope::core::philox::{self, Stream};
use diffuscope::core::process::Forward;
use diffuscope::core::sampler::Step;
use diffuscope::engine::gpu::shader;
use diffuscope::engine::kernel::{ParticleRequest, Particles};

use crate::{engines, mixture};

const WORDS: u32 = 65_536;

/// The words that `shaders/shared/philox.wgsl` makes, on a device of this test's own.
fn device_words(seed: u64, stream: u32, step: u32) -> Vec<[u32; 4]> {
    let source = format!(
        "//!import philox
        @group(0) @binding(0) var<storage, read_write> words: array<vec4<u32>>;
        @compute @workgroup_size(64)
        fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
            words[id.x] = philox_words(vec2<u32>({}u, {}u), {stream}u, id.x, {step}u);
        }}",
        seed as u32,
        seed >> 32
    );
    let source = shader::compose(&source).unwrap();
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
    let adapter = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default()))
        .expect("these tests need a Vulkan driver");
    let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default())).unwrap();
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(source.into()),
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: None,
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let buffer = |usage| {
        let size = u64::from(WORDS) * 16;
        device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
    };
    let words = buffer(wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC);
    let staging = buffer(wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: words.as_entire_binding() }],
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &bind_group, &[]);
        pass.dispatch_workgroups(WORDS / 64, 1, 1);
    }
    encoder.copy_buffer_to_buffer(&words, 0, &staging, 0, words.size());
    queue.submit([encoder.finish()]);
    staging.slice(..).map_async(wgpu::MapMode::Read, |_| ());
    device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
    let view = staging.slice(..).get_mapped_range().unwrap();
    bytemuck::cast_slice(&view).to_vec()
}

#[test]
fn words_do_not_differ_in_a_single_bit() {
    let (seed, stream, step) = (0xdead_beef_1234_5678, 3, 4_000_000_000);
    let found = device_words(seed, stream, step);
    for (item, words) in (0..WORDS).zip(found) {
        assert_eq!(words, philox::words(seed, stream, item, step), "item {item}");
    }
}

/// A step that keeps nothing and adds noise of size one shows the normal numbers themselves.
#[test]
fn normal_numbers_agree() {
    let (forward, mixture) = (Forward::isotropic(&choice()).unwrap(), mixture(1, |_| false));
    let steps = [Step { stages: Vec::new(), keep: 0.0, combine: [0.0; 4], noise: 1.0 }];
    let (seed, stream, first_step) = (99, Stream::Forward, 12);
    let request = ParticleRequest { mixture: &mixture, forward: &forward, steps: &steps, first_step, seed, stream };
    for (name, engine) in engines() {
        let mut particles = Particles { x: vec![0.0; 100_000], y: vec![0.0; 100_000] };
        engine.mixture_particles(&request, &mut particles).unwrap();
        for (item, found) in particles.x.iter().zip(&particles.y).enumerate() {
            let [x, y] = philox::normals(seed, stream, item as u32, first_step);
            // The length is √(−2 ln u): a few units in the last place of it, more where ln u nearly vanishes.
            let limit = 8.0 * f32::EPSILON * (0.1 + x.hypot(y));
            assert!((found.0 - x).abs() <= limit && (found.1 - y).abs() <= limit, "{name}, item {item}");
        }
    }
}

fn choice() -> diffuscope::core::param::Choice {
    diffuscope::core::param::Choice { kind: "edm".to_owned(), params: Default::default() }
}
