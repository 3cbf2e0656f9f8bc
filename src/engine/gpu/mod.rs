//! The WGSL engine.
//!
//! | file | what it holds |
//! |---|---|
//! | `context` | the device: errors, loss, buffers, submissions |
//! | `pace` | how much work goes into one submission |
//! | `shader`, `layout` | putting shaders together; structs they share with Rust |
//! | `sequence` | dispatches of several entry points that follow one another |
//! | `mixture_field`, `mixture_particles`, `field_to_rgba`, `els/…`, `spin_langevin` | the kernels, each beside the shader of its name |
//! | `self_test` | whether the device computes what the kernels rely on |
//!
//! Everything is single precision. A call blocks until its result has been read back; calls from several threads follow
//! one another.

mod context;
mod els;
mod field_to_rgba;
mod layout;
mod mixture_field;
mod mixture_particles;
mod pace;
mod self_test;
mod sequence;
pub mod shader;
mod spin_langevin;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use context::ShaderChecks;
pub use field_to_rgba::compose_with;
pub use layout::StructLayout;
pub use self_test::SelfTest;

use context::Context;
use els::ElsKernels;
use field_to_rgba::FieldToRgbaKernel;
use mixture_field::MixtureFieldKernel;
use mixture_particles::MixtureParticlesKernel;
use spin_langevin::SpinLangevinKernel;

use super::kernel::{
    Colouring, Field, FieldRequest, FieldToRgba, MixtureField, MixtureParticles, ParticleRequest, Particles,
};
use super::{Engine, EngineError};

/// Engine "gpu".
#[derive(Debug)]
pub struct GpuEngine {
    context: Context,
    info: wgpu::AdapterInfo,
    kernels: Mutex<Kernels>,
}

#[derive(Debug)]
struct Kernels {
    mixture_field: MixtureFieldKernel,
    mixture_particles: MixtureParticlesKernel,
    field_to_rgba: FieldToRgbaKernel,
    els: ElsKernels,
    spin_langevin: SpinLangevinKernel,
}

impl GpuEngine {
    /// Works on a device that the window may be drawing with. Takes over the device's callbacks for loss and for errors
    /// that nobody caught.
    ///
    /// # Errors
    /// The device cannot compute, or refuses the kernels.
    pub fn from_device(device: wgpu::Device, queue: wgpu::Queue, info: wgpu::AdapterInfo) -> Result<Self, EngineError> {
        Self::with_checks(device, queue, info, ShaderChecks::Trusted)
    }

    /// As [`GpuEngine::from_device`], with the choice of checks inside shaders.
    ///
    /// # Errors
    /// As [`GpuEngine::from_device`].
    pub fn with_checks(
        device: wgpu::Device,
        queue: wgpu::Queue,
        info: wgpu::AdapterInfo,
        checks: ShaderChecks,
    ) -> Result<Self, EngineError> {
        if !can_compute(&device.limits()) {
            return Err(EngineError::Unavailable(format!("{} cannot compute, only draw", info.name)));
        }
        let context = Context::new(device, queue, checks);
        let kernels = Kernels {
            mixture_field: MixtureFieldKernel::new(&context)?,
            mixture_particles: MixtureParticlesKernel::new(&context)?,
            field_to_rgba: FieldToRgbaKernel::new(),
            els: ElsKernels::new(&context, is_real(&info))?,
            spin_langevin: SpinLangevinKernel::new(&context)?,
        };
        Ok(Self { context, info, kernels: Mutex::new(kernels) })
    }

    /// Opens a device of its own on the fastest adapter.
    ///
    /// # Errors
    /// There is no adapter, or none whose device accepts the kernels.
    pub fn headless() -> Result<Self, EngineError> {
        Self::headless_with_checks(ShaderChecks::Trusted)
    }

    /// As [`GpuEngine::headless`], with the choice of checks inside shaders.
    ///
    /// # Errors
    /// As [`GpuEngine::headless`].
    pub fn headless_with_checks(checks: ShaderChecks) -> Result<Self, EngineError> {
        let (adapter, info) = best_adapter()?;
        Self::on_adapter(&adapter, info, checks)
    }

    pub(super) fn on_adapter(
        adapter: &wgpu::Adapter,
        info: wgpu::AdapterInfo,
        checks: ShaderChecks,
    ) -> Result<Self, EngineError> {
        let descriptor = wgpu::DeviceDescriptor { label: Some("diffuscope"), ..wgpu::DeviceDescriptor::default() };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|error| EngineError::Unavailable(format!("{} gives no device: {error}", info.name)))?;
        Self::with_checks(device, queue, info, checks)
    }

    /// Allows calls to allocate at most `bytes` in all, buffers and results.
    #[must_use]
    pub fn with_memory_budget(mut self, bytes: u64) -> Self {
        self.context.set_memory_budget(bytes);
        self
    }

    /// The adapter.
    pub fn info(&self) -> &wgpu::AdapterInfo {
        &self.info
    }

    /// Whether the device is lost; every call then fails with [`EngineError::Device`].
    pub fn is_lost(&self) -> bool {
        self.context.is_lost()
    }

    /// Destroys the device, so that its loss can be tried out.
    pub fn lose(&self) {
        self.context.lose();
    }

    /// Checks that the device computes what the kernels rely on.
    ///
    /// # Errors
    /// The device failed altogether.
    pub fn self_test(&self) -> Result<SelfTest, EngineError> {
        self_test::run(&self.context, self)
    }

    fn kernels(&self) -> MutexGuard<'_, Kernels> {
        // A panic within a kernel leaves at worst buffers that are too small or unmapped, and those are replaced.
        self.kernels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a device with these limits has compute shaders large enough for the kernels.
fn can_compute(limits: &wgpu::Limits) -> bool {
    limits.max_compute_workgroups_per_dimension >= 65_535
        && limits.max_compute_invocations_per_workgroup >= context::WORKGROUP
        && limits.max_storage_buffers_per_shader_stage >= 4
        && limits.max_storage_buffer_binding_size >= 64 << 20
}

/// The fastest adapter of the machine.
pub(super) fn best_adapter() -> Result<(wgpu::Adapter, wgpu::AdapterInfo), EngineError> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
    let options = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..wgpu::RequestAdapterOptions::default()
    };
    let adapter = pollster::block_on(instance.request_adapter(&options))
        .map_err(|_| EngineError::Unavailable("no graphics adapter was found".to_owned()))?;
    let info = adapter.get_info();
    Ok((adapter, info))
}

/// Whether the adapter is a graphics processor and not a program that imitates one.
pub(super) fn is_real(info: &wgpu::AdapterInfo) -> bool {
    use wgpu::DeviceType::{DiscreteGpu, IntegratedGpu, VirtualGpu};
    matches!(info.device_type, DiscreteGpu | IntegratedGpu | VirtualGpu)
}

impl Engine for GpuEngine {
    fn id(&self) -> &'static str {
        "gpu"
    }

    fn description(&self) -> String {
        format!("GPU, {} ({})", self.info.name, self.info.backend)
    }
}

impl MixtureField for GpuEngine {
    fn mixture_field(&self, request: &FieldRequest<'_>) -> Result<Field<f32>, EngineError> {
        self.context.guarded(|| self.kernels().mixture_field.run(&self.context, request))
    }
}

impl MixtureParticles for GpuEngine {
    fn mixture_particles(&self, request: &ParticleRequest<'_>, particles: &mut Particles) -> Result<(), EngineError> {
        *particles =
            self.context.guarded(|| self.kernels().mixture_particles.run(&self.context, request, particles))?;
        Ok(())
    }
}

impl FieldToRgba for GpuEngine {
    fn field_to_rgba(&self, field: &Field<f32>, colouring: &Colouring<'_>) -> Result<Vec<u8>, EngineError> {
        self.context.guarded(|| self.kernels().field_to_rgba.run(&self.context, field, colouring))
    }
}
