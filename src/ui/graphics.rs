//! The graphics device that egui draws with, in a window and without one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew, wgpu};

/// egui's usual set-up with all that the adapter allows: a surface above a device's limit would end the program (egui
/// issue 8361).
pub(crate) fn configuration() -> WgpuConfiguration {
    configuration_on(wgpu::Backends::from_env().unwrap_or(wgpu::Backends::PRIMARY | wgpu::Backends::GL))
}

/// [`configuration`] with a choice of drivers.
pub(crate) fn configuration_on(backends: wgpu::Backends) -> WgpuConfiguration {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.instance_descriptor.backends = backends;
    setup.device_descriptor = Arc::new(|adapter| wgpu::DeviceDescriptor {
        label: Some("diffuscope"),
        required_limits: adapter.limits(),
        ..Default::default()
    });
    WgpuConfiguration { wgpu_setup: WgpuSetup::CreateNew(setup), ..WgpuConfiguration::default() }
}

/// Keeps a fault of the driver from ending the program. The flag returned is set when the device is lost; `wake` is called
/// then.
pub(crate) fn catch_errors(device: &wgpu::Device, wake: impl Fn() + Send + Sync + 'static) -> Arc<AtomicBool> {
    let lost = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&lost);
    device.on_uncaptured_error(Arc::new(|error: wgpu::Error| tracing::error!("drawing: {error}")));
    device.set_device_lost_callback(move |reason, message| {
        tracing::error!("drawing device lost ({reason:?}): {message}");
        seen.store(true, Ordering::Release);
        wake();
    });
    lost
}

/// A sentence for the user if the adapter is slow to draw with.
pub(crate) fn drawing_note(info: &wgpu::AdapterInfo) -> Option<String> {
    (info.device_type == wgpu::DeviceType::Cpu)
        .then(|| format!("The window is drawn in software ({}): large windows are slow.", info.name))
}
