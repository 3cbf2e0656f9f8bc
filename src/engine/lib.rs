//! What can be computed, and who computes it.
//!
//! A kernel is a trait in [`kernel`], implemented under the same name by [`reference`] (the f64 theory), [`cpu`] (SIMD, all
//! cores) and `gpu` (WGSL). An engine is anything that implements all of them.

pub mod background;
pub mod bench;
pub mod colour_map;
pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod kernel;
pub mod numbered;
pub mod reference;
pub mod select;
pub mod steadfast;
pub mod worker;

/// Something that computes every kernel.
pub trait Engine:
    kernel::MixtureField
    + kernel::MixtureParticles
    + kernel::FieldToRgba
    + kernel::SpinLangevin
    + kernel::ElsStep
    + kernel::ElsPosterior
    + kernel::GridCorrelation
    + Send
    + Sync
{
    /// Name on the command line: "cpu", "gpu" or "core".
    fn id(&self) -> &'static str;
    /// What it runs on, for the status bar: "CPU, AVX-512, 2 threads".
    fn description(&self) -> String;
}

/// Why an engine did not deliver.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// There is no such engine on this machine.
    #[error("{0}")]
    Unavailable(String),
    /// The request needs more memory than the budget allows.
    #[error("{what} needs {needed_mib} MiB, but {budget_mib} MiB are allowed")]
    OutOfMemory {
        /// What was to be computed.
        what: String,
        /// Its need.
        needed_mib: u64,
        /// The budget.
        budget_mib: u64,
    },
    /// The device was lost or the driver failed.
    #[error("the graphics device failed: {0}")]
    Device(String),
}
