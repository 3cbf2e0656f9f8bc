//! Kernels of local score machines: plans the dispatches of `shaders/els_*.wgsl`.
//!
//! Grids go to the device in batches; each batch makes all its steps there before it is read back. Two things are handed to
//! the CPU engine: correlations, whose Fourier transforms have no shader, and machines beyond what one invocation may do
//! (circular windows of more than 200 pixels or so, sets of more than 2¹⁸ whole images).

mod images;
pub(super) mod patches;
mod stage;
pub(super) mod two_pattern;
pub(super) mod whole_image;

use super::GpuEngine;
use super::context::Context;
use crate::EngineError;
use crate::cpu::CpuEngine;
use crate::kernel::{ElsPosterior, ElsStep, GridCorrelation, PosteriorMap};
use crate::reference::ReferenceEngine;
use diffuscope_core::els::correlation::Correlation;
use diffuscope_core::els::machine::{Candidates, Plan};
use diffuscope_core::els::stepper::Step;
use diffuscope_core::els::{Grids, Level, Machine};
use images::Images;
use patches::PatchesKernel;
use two_pattern::TwoPatternKernel;
use whole_image::WholeImageKernel;

/// The kernels of all machines.
#[derive(Debug)]
pub(super) struct ElsKernels {
    two_pattern: TwoPatternKernel,
    patches: PatchesKernel,
    whole_image: WholeImageKernel,
}

/// Who computes a call.
enum Who {
    Device,
    /// More than one invocation may do.
    Cpu,
    /// There is no patch to compare with.
    Theory,
}

impl ElsKernels {
    /// Compiles them; `real` tells a graphics processor from a program that imitates one.
    pub(super) fn new(context: &Context, real: bool) -> Result<Self, EngineError> {
        Ok(Self {
            two_pattern: TwoPatternKernel::new(context, real)?,
            patches: PatchesKernel::new(context, real)?,
            whole_image: WholeImageKernel::new(context)?,
        })
    }

    fn steps(
        &mut self,
        context: &Context,
        machine: &Machine,
        steps: &[Step],
        phi: &Grids<f32>,
    ) -> Result<Grids<f32>, EngineError> {
        match machine.plan() {
            Plan::TwoPattern => self.two_pattern.steps(context, steps, phi),
            Plan::Patches(..) => self.patches.steps(context, machine, steps, phi),
            Plan::WholeImage => self.whole_image.steps(context, machine, steps, phi),
        }
    }

    fn posterior(
        &mut self,
        context: &Context,
        machine: &Machine,
        level: Level,
        phi: &Grids<f32>,
    ) -> Result<PosteriorMap, EngineError> {
        match machine.plan() {
            Plan::TwoPattern => self.two_pattern.posterior(context, level, phi),
            Plan::Patches(..) => self.patches.posterior(context, machine, level, phi),
            Plan::WholeImage => self.whole_image.posterior(context, machine, level, phi),
        }
    }
}

fn who(machine: &Machine, mut levels: impl Iterator<Item = Level>) -> Who {
    match machine.plan() {
        Plan::TwoPattern if levels.any(|level| level.k > two_pattern::LARGEST_K) => Who::Cpu,
        Plan::WholeImage if machine.images().count() > whole_image::MOST_IMAGES => Who::Cpu,
        Plan::Patches(border, candidates) => {
            let images = machine.images();
            if images.values().len() / images.channels() > u32::MAX as usize / 8 {
                return Who::Cpu;
            }
            for level in levels {
                if candidates == Candidates::Inside && level.k > images.side() {
                    return Who::Theory;
                }
                if patches::loops(border, machine.side(), level.k / 2) > patches::MOST_LOOPS {
                    return Who::Cpu;
                }
            }
            Who::Device
        }
        _ => Who::Device,
    }
}

impl GpuEngine {
    fn els_moved(&self, machine: &Machine, steps: &[Step], phi: &Grids<f32>) -> Result<Grids<f32>, EngineError> {
        if steps.is_empty() || phi.values.is_empty() {
            return Ok(phi.clone());
        }
        let levels = steps.iter().flat_map(|step| step.stages.iter().map(|stage| stage.level));
        match who(machine, levels) {
            Who::Device => self.context.guarded(|| self.kernels().els.steps(&self.context, machine, steps, phi)),
            Who::Cpu => {
                let mut moved = phi.clone();
                CpuEngine::new().els_step(machine, steps, &mut moved)?;
                Ok(moved)
            }
            Who::Theory => {
                let mut moved = phi.clone();
                ReferenceEngine.els_step(machine, steps, &mut moved)?;
                Ok(moved)
            }
        }
    }
}

impl ElsStep for GpuEngine {
    fn els_step(&self, machine: &Machine, steps: &[Step], phi: &mut Grids<f32>) -> Result<(), EngineError> {
        *phi = self.els_moved(machine, steps, phi)?;
        Ok(())
    }

    fn els_denoise(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<Grids<f32>, EngineError> {
        self.els_moved(machine, &[stage::estimate(level)], phi)
    }
}

impl ElsPosterior for GpuEngine {
    fn els_posterior(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<PosteriorMap, EngineError> {
        if phi.values.is_empty() {
            return Ok(PosteriorMap::default());
        }
        match who(machine, std::iter::once(level)) {
            Who::Device => self.context.guarded(|| self.kernels().els.posterior(&self.context, machine, level, phi)),
            Who::Cpu => CpuEngine::new().els_posterior(machine, level, phi),
            Who::Theory => ReferenceEngine.els_posterior(machine, level, phi),
        }
    }
}

impl GridCorrelation for GpuEngine {
    /// By the Fourier transforms of the CPU engine.
    fn grid_correlation(&self, phi: &Grids<f32>) -> Result<Correlation, EngineError> {
        CpuEngine::new().grid_correlation(phi)
    }
}

/// Grids that go to the device together: as many as leave the largest of their buffers, of `bytes` a grid, within `most`,
/// and at least one.
fn batch(count: usize, bytes: u64, most: u64) -> usize {
    usize::try_from(most / bytes.max(1)).unwrap_or(usize::MAX).clamp(1, count.max(1))
}

/// Appends weight, entropy and effective number from `bits`, an array of `pixels` numbers each.
fn extend_floats(map: &mut PosteriorMap, bits: &[u32], pixels: usize) {
    let arrays = [&mut map.weight, &mut map.entropy, &mut map.effective];
    for (array, bits) in arrays.into_iter().zip(bits.chunks_exact(pixels)) {
        array.extend(bits.iter().map(|bits| f32::from_bits(*bits)));
    }
}
