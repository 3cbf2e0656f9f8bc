//! The device, and all that can go wrong with it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::pace::Pace;
use super::shader::{Binding, KernelShader};
use crate::EngineError;
use diffuscope_faults as faults;

/// Longest wait for one submission. Far beyond any that [`Pace`] allows: a device this late is gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// Largest sum of all buffers and results of one call, in bytes.
pub(super) const MEMORY_BUDGET: u64 = 2 << 30;

/// Invocations of one workgroup, as in every shader.
pub(super) const WORKGROUP: u32 = 64;

/// Bytes from one dispatch's parameters to the next's: the largest alignment that WebGPU allows a device to ask for.
const PARAMS_STRIDE: usize = 256;

/// Which run-time checks are compiled into the shaders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShaderChecks {
    /// Indices and loops are checked on the device.
    Checked,
    /// They are not: the shaders are our own and stay within bounds.
    Trusted,
}

/// A device with what is known about its health.
#[derive(Debug)]
pub(super) struct Context {
    device: wgpu::Device,
    queue: wgpu::Queue,
    checks: ShaderChecks,
    memory_budget: u64,
    health: Arc<Health>,
}

#[derive(Debug, Default)]
struct Health {
    lost: AtomicBool,
    reason: Mutex<String>,
}

impl Health {
    fn lose(&self, reason: String) {
        tracing::warn!("graphics device lost: {reason}");
        *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = reason;
        self.lost.store(true, Ordering::Release);
    }
}

/// A kernel's compiled entry points.
#[derive(Debug)]
pub(super) struct Kernel {
    layout: wgpu::BindGroupLayout,
    pipelines: Vec<wgpu::ComputePipeline>,
    bindings: &'static [Binding],
    params_size: u64,
}

/// One dispatch: its parameters, how many invocations it needs and how much work they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dispatch<P> {
    pub(super) params: P,
    pub(super) invocations: u32,
    pub(super) work: u64,
}

impl Context {
    pub(super) fn new(device: wgpu::Device, queue: wgpu::Queue, checks: ShaderChecks) -> Self {
        let health = Arc::new(Health::default());
        let seen = Arc::clone(&health);
        device.set_device_lost_callback(move |reason, message| seen.lose(format!("{reason:?}: {message}")));
        // Errors of engine calls are caught in scopes, see `guarded`; whatever arrives here must not end the program.
        device.on_uncaptured_error(Arc::new(|error| tracing::error!("graphics device: {error}")));
        Self { device, queue, checks, memory_budget: MEMORY_BUDGET, health }
    }

    pub(super) fn set_memory_budget(&mut self, bytes: u64) {
        self.memory_budget = bytes;
    }

    pub(super) fn limits(&self) -> wgpu::Limits {
        self.device.limits()
    }

    /// Bytes of the largest buffer that a kernel may bind.
    pub(super) fn largest_buffer(&self) -> u64 {
        let limits = self.limits();
        limits.max_storage_buffer_binding_size.min(limits.max_buffer_size)
    }

    /// Bytes that one buffer should have at most where work can be done in parts: a share of the budget.
    pub(super) fn batch_bytes(&self) -> u64 {
        self.largest_buffer().min(self.memory_budget / 8)
    }

    pub(super) fn is_lost(&self) -> bool {
        self.health.lost.load(Ordering::Acquire)
    }

    /// Destroys the device; the callback comes with the poll.
    pub(super) fn lose(&self) {
        self.device.destroy();
        if self.poll(wgpu::PollType::Poll).is_err() || !self.is_lost() {
            self.health.lose("destroyed".to_owned());
        }
    }

    fn lose_if_ordered(&self) {
        if faults::strikes(&faults::DEVICE) {
            self.lose();
        }
    }

    fn lost_error(&self) -> EngineError {
        let reason = self.health.reason.lock().unwrap_or_else(PoisonError::into_inner);
        EngineError::Device(format!("it was lost ({reason})"))
    }

    /// Runs `work` with every error of the device caught and returned.
    pub(super) fn guarded<T>(&self, work: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
        self.lose_if_ordered();
        if self.is_lost() {
            return Err(self.lost_error());
        }
        let filters = [wgpu::ErrorFilter::Validation, wgpu::ErrorFilter::Internal, wgpu::ErrorFilter::OutOfMemory];
        let scopes = filters.map(|filter| self.device.push_error_scope(filter));
        let result = work();
        // Scopes are a stack: the last pushed is popped first.
        let caught = scopes.into_iter().rev().filter_map(|scope| pollster::block_on(scope.pop())).last();
        if self.is_lost() {
            return Err(self.lost_error());
        }
        match caught {
            Some(error) => Err(EngineError::Device(error.to_string())),
            None => result,
        }
    }

    /// Refuses a call that needs more than the budget before anything is allocated. `buffers` are the sizes in bytes of
    /// the buffers it binds, `other` all else it allocates.
    pub(super) fn check_memory(&self, what: &str, buffers: &[u64], other: u64) -> Result<(), EngineError> {
        let refuse = |needed: u64, budget: u64| EngineError::OutOfMemory {
            what: what.to_owned(),
            needed_mib: needed.div_ceil(1 << 20),
            budget_mib: budget >> 20,
        };
        let largest = self.largest_buffer();
        if let Some(&buffer) = buffers.iter().find(|&&buffer| buffer > largest) {
            return Err(refuse(buffer, largest));
        }
        let needed = buffers.iter().fold(other, |sum, &bytes| sum.saturating_add(bytes));
        if needed > self.memory_budget { Err(refuse(needed, self.memory_budget)) } else { Ok(()) }
    }

    /// Compiles `source`, the composed text of `shader`.
    pub(super) fn kernel(&self, shader: &KernelShader, source: &str) -> Result<Kernel, EngineError> {
        self.guarded(|| {
            let module = self.module(shader.name, source);
            let params_size = shader.layouts.iter().find(|l| l.name == "Params").map_or(0, |l| l.size as u64);
            let entries: Vec<_> = (0..)
                .zip(shader.bindings)
                .map(|(binding, kind)| wgpu::BindGroupLayoutEntry {
                    binding,
                    visibility: wgpu::ShaderStages::COMPUTE,
                    ty: wgpu::BindingType::Buffer {
                        ty: match kind {
                            Binding::Params => wgpu::BufferBindingType::Uniform,
                            Binding::Read => wgpu::BufferBindingType::Storage { read_only: true },
                            Binding::Write => wgpu::BufferBindingType::Storage { read_only: false },
                        },
                        has_dynamic_offset: *kind == Binding::Params,
                        min_binding_size: None,
                    },
                    count: None,
                })
                .collect();
            let layout = self.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some(shader.name),
                entries: &entries,
            });
            let pipeline_layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(shader.name),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            let pipeline = |entry_point: &&str| {
                self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: Some(entry_point),
                    layout: Some(&pipeline_layout),
                    module: &module,
                    entry_point: Some(entry_point),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    cache: None,
                })
            };
            let pipelines = shader.entry_points.iter().map(pipeline).collect();
            Ok(Kernel { layout, pipelines, bindings: shader.bindings, params_size })
        })
    }

    fn module(&self, label: &str, source: &str) -> wgpu::ShaderModule {
        let description =
            wgpu::ShaderModuleDescriptor { label: Some(label), source: wgpu::ShaderSource::Wgsl(source.into()) };
        match self.checks {
            ShaderChecks::Checked => self.device.create_shader_module(description),
            ShaderChecks::Trusted => {
                #[expect(
                    unsafe_code,
                    reason = "every source comes from shaders/: each invocation returns beyond its count, each index is \
                              bounded by counts that the callers hold within their buffers, each loop has a fixed end; \
                              tests run the same kernels with checks and without"
                )]
                // SAFETY: see the reason above.
                unsafe {
                    self.device.create_shader_module_trusted(description, wgpu::ShaderRuntimeChecks::unchecked())
                }
            }
        }
    }

    /// Runs `dispatches` of entry point `entry` in order, as many in one submission as `pace` allows. `buffers` are those
    /// behind the parameters, in the order of the bindings.
    pub(super) fn run<P: bytemuck::Pod>(
        &self,
        kernel: &Kernel,
        entry: usize,
        buffers: &[&wgpu::Buffer],
        dispatches: &[Dispatch<P>],
        pace: &mut Pace,
    ) -> Result<(), EngineError> {
        let dispatches: Vec<_> = dispatches.iter().map(|dispatch| (entry, *dispatch)).collect();
        self.run_mixed(kernel, buffers, &dispatches, pace)
    }

    /// The same for dispatches of several entry points, each with its own.
    pub(super) fn run_mixed<P: bytemuck::Pod>(
        &self,
        kernel: &Kernel,
        buffers: &[&wgpu::Buffer],
        dispatches: &[(usize, Dispatch<P>)],
        pace: &mut Pace,
    ) -> Result<(), EngineError> {
        let mut rest = dispatches;
        while !rest.is_empty() {
            let mut work = 0_u64;
            let fitting = rest.iter().take_while(|(_, dispatch)| {
                work += dispatch.work;
                work <= pace.budget()
            });
            let (group, later) = rest.split_at(fitting.count().clamp(1, 1024));
            let started = now();
            self.lose_if_ordered();
            let index = self.submit(kernel, buffers, group);
            self.wait(index)?;
            pace.observe(group.iter().map(|(_, dispatch)| dispatch.work).sum(), started.elapsed());
            rest = later;
        }
        Ok(())
    }

    fn submit<P: bytemuck::Pod>(
        &self,
        kernel: &Kernel,
        buffers: &[&wgpu::Buffer],
        group: &[(usize, Dispatch<P>)],
    ) -> wgpu::SubmissionIndex {
        let mut bytes = vec![0; group.len() * PARAMS_STRIDE];
        for (slot, (_, dispatch)) in bytes.chunks_exact_mut(PARAMS_STRIDE).zip(group) {
            slot[..size_of::<P>()].copy_from_slice(bytemuck::bytes_of(&dispatch.params));
        }
        let params = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("params"),
            size: bytes.len() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.queue.write_buffer(&params, 0, &bytes);
        let params =
            wgpu::BufferBinding { buffer: &params, offset: 0, size: std::num::NonZeroU64::new(kernel.params_size) };
        let mut storage = buffers.iter();
        let entries: Vec<_> = (0..)
            .zip(kernel.bindings)
            .filter_map(|(binding, kind)| {
                let resource = match kind {
                    Binding::Params => wgpu::BindingResource::Buffer(params.clone()),
                    Binding::Read | Binding::Write => storage.next()?.as_entire_binding(),
                };
                Some(wgpu::BindGroupEntry { binding, resource })
            })
            .collect();
        let bind_group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &kernel.layout,
            entries: &entries,
        });
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            let mut current = None;
            for (offset, (entry, dispatch)) in (0..).step_by(PARAMS_STRIDE).zip(group) {
                if current != Some(entry) {
                    pass.set_pipeline(&kernel.pipelines[*entry]);
                    current = Some(entry);
                }
                pass.set_bind_group(0, &bind_group, &[offset]);
                pass.dispatch_workgroups(dispatch.invocations.div_ceil(WORKGROUP), 1, 1);
            }
        }
        self.queue.submit([encoder.finish()])
    }

    fn wait(&self, index: wgpu::SubmissionIndex) -> Result<(), EngineError> {
        let waited = self.poll(wgpu::PollType::Wait { submission_index: Some(index), timeout: Some(PATIENCE) });
        let Err(reason) = waited else { return Ok(()) };
        // A submission that was refused cannot be waited for: the error scopes know why, or the callback of a loss that
        // this poll delivers.
        let refused = matches!(reason, Some(wgpu::PollError::WrongSubmissionIndex(..)));
        if !refused || self.poll(wgpu::PollType::Poll).is_err() {
            let reason = reason.map_or_else(|| "waiting for it failed".to_owned(), |error| error.to_string());
            self.health.lose(reason);
        }
        Err(EngineError::Device("it refused the work".to_owned()))
    }

    /// Polls the device. The error is `None` where the driver reports a loss, on which `wgpu` panics.
    fn poll(&self, kind: wgpu::PollType) -> Result<(), Option<wgpu::PollError>> {
        match catch_unwind(AssertUnwindSafe(|| self.device.poll(kind))) {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Some(error)),
            Err(_) => Err(None),
        }
    }

    /// Copies `data` to the start of `buffer`, made or enlarged if need be, and returns it.
    pub(super) fn upload<T: bytemuck::Pod>(&self, buffer: &mut Reusable, data: &[T]) -> wgpu::Buffer {
        let bytes: &[u8] = bytemuck::cast_slice(data);
        let buffer = self.reserve(buffer, bytes.len() as u64);
        self.write(&buffer, bytes);
        buffer
    }

    /// Copies `data` to the start of `buffer`, which has room for it.
    pub(super) fn write<T: bytemuck::Pod>(&self, buffer: &wgpu::Buffer, data: &[T]) {
        if !data.is_empty() {
            self.queue.write_buffer(buffer, 0, bytemuck::cast_slice(data));
        }
    }

    /// The buffer, of at least `bytes` bytes; what it held is lost if it has to grow.
    pub(super) fn reserve(&self, buffer: &mut Reusable, bytes: u64) -> wgpu::Buffer {
        // Bindings must hold at least one element of their array; the largest element has 160 bytes.
        let wanted = bytes.max(256).next_multiple_of(4);
        match &buffer.0 {
            Some(present) if present.size() >= wanted => present.clone(),
            _ => {
                let made = self.device.create_buffer(&wgpu::BufferDescriptor {
                    label: None,
                    size: wanted,
                    usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                });
                buffer.0 = Some(made.clone());
                made
            }
        }
    }

    /// Reads the first `count` elements of `buffer` through `staging`, and passes them to `take`.
    pub(super) fn read<T: bytemuck::Pod, R>(
        &self,
        buffer: &wgpu::Buffer,
        staging: &mut Staging,
        count: usize,
        take: impl FnOnce(&[T]) -> R,
    ) -> Result<R, EngineError> {
        let bytes = (count * size_of::<T>()) as u64;
        // Taken out, and put back only once unmapped: after a failure its state is unknown.
        let staged = staging.0.take().filter(|present| present.size() >= bytes).unwrap_or_else(|| {
            self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("staging"),
                size: bytes,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        });
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staged, 0, bytes);
        self.lose_if_ordered();
        let index = self.queue.submit([encoder.finish()]);
        let slice = staged.slice(0..bytes);
        // Whether it worked shows when the range is asked for.
        slice.map_async(wgpu::MapMode::Read, |_| ());
        self.wait(index)?;
        let view = slice.get_mapped_range().map_err(|error| EngineError::Device(error.to_string()))?;
        let taken = take(bytemuck::cast_slice(&view));
        drop(view);
        staged.unmap();
        staging.0 = Some(staged);
        Ok(taken)
    }
}

/// A storage buffer that is kept from call to call and grows when it must.
#[derive(Debug, Default)]
pub(super) struct Reusable(Option<wgpu::Buffer>);

/// A buffer for reading back, kept likewise.
#[derive(Debug, Default)]
pub(super) struct Staging(Option<wgpu::Buffer>);

/// Reads the clock that paces submissions.
#[expect(clippy::disallowed_methods, reason = "submissions are sized by how long they take")]
fn now() -> Instant {
    Instant::now()
}
