//! Dispatches of a kernel's entry points that follow one another, cut to the pace of the device.

use super::context::{Context, Dispatch, Kernel, WORKGROUP};
use super::pace::Pace;
use crate::EngineError;

/// Most workgroups of one dispatch.
const WORKGROUPS: u64 = 65_535;
/// Most dispatches that wait for submission.
const PENDING: usize = 1024;

/// Parameters that say which invocations a dispatch does.
pub(super) trait Ranged: bytemuck::Pod {
    /// The same for `count` invocations from `first` on.
    fn with_range(self, first: u32, count: u32) -> Self;
}

/// Collects dispatches and submits them as the pace allows; nothing is read back in between.
pub(super) struct Sequence<'a, P> {
    context: &'a Context,
    kernel: &'a Kernel,
    buffers: Vec<&'a wgpu::Buffer>,
    pace: &'a mut Pace,
    pending: Vec<(usize, Dispatch<P>)>,
    work: u64,
}

impl<'a, P: Ranged> Sequence<'a, P> {
    /// Nothing yet. `buffers` are those behind the parameters, in the order of the bindings.
    pub(super) fn new(
        context: &'a Context,
        kernel: &'a Kernel,
        buffers: Vec<&'a wgpu::Buffer>,
        pace: &'a mut Pace,
    ) -> Self {
        Self { context, kernel, buffers, pace, pending: Vec::new(), work: 0 }
    }

    /// Appends `invocations` of entry point `entry`, each of `work` units, in as many dispatches as needed.
    pub(super) fn push(&mut self, entry: usize, params: P, invocations: u64, work: u64) -> Result<(), EngineError> {
        let group = u64::from(WORKGROUP);
        let fitting = self.pace.budget() / work.max(1) / group;
        let range = fitting.clamp(1, WORKGROUPS) * group;
        let mut first = 0;
        while first < invocations {
            let count = range.min(invocations - first);
            let params = params.with_range(first as u32, count as u32);
            let dispatch = Dispatch { params, invocations: count as u32, work: count * work };
            self.work += dispatch.work;
            self.pending.push((entry, dispatch));
            first += count;
            if self.work >= self.pace.budget() || self.pending.len() >= PENDING {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Submits what is still waiting, and waits for all of it.
    pub(super) fn flush(&mut self) -> Result<(), EngineError> {
        self.work = 0;
        let pending = std::mem::take(&mut self.pending);
        self.context.run_mixed(self.kernel, &self.buffers, &pending, self.pace)
    }
}
