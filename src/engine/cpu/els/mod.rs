//! Kernels `els_step` and `els_posterior`: local score machines.
//!
//! | file | what it computes |
//! |---|---|
//! | `two_pattern` | tanh of box sums, fused with the step |
//! | `patches` | posteriors over patches: which shifts there are, who computes them, how they are put together |
//! | `shift` | some training images, shifted, and what meets under a shift |
//! | `band` | the windows of a band of pixels under one vertical shift: the inner loop |
//! | `box_sums` | squared differences and their sums over windows |
//! | `weigh` | sums over windows made whole, and the weights of the patches at these distances |
//! | `sums` | weighted sums over the patches met so far |
//! | `whole_image` | one posterior over whole images |
//! | `correlation` | kernel `grid_correlation` |
//!
//! Work is cut into pieces by the sizes of the problem alone and put together in a fixed order, so that the numbers do not
//! depend on the number of threads.

mod band;
mod box_sums;
mod correlation;
mod patches;
mod shift;
mod sums;
#[cfg(test)]
mod tests;
mod two_pattern;
mod weigh;
mod whole_image;

use super::CpuEngine;
use crate::EngineError;
use crate::kernel::{ElsPosterior, ElsStep, PosteriorMap};
use diffuscope_core::els::machine::Plan;
use diffuscope_core::els::stepper::{self, Step};
use diffuscope_core::els::{Grids, Level, Machine};

/// Working memory a call may take besides its arguments and its result.
const MEMORY_BUDGET: u64 = 4 << 30;

impl ElsStep for CpuEngine {
    fn els_step(&self, machine: &Machine, steps: &[Step], phi: &mut Grids<f32>) -> Result<(), EngineError> {
        if phi.values.is_empty() {
            return Ok(());
        }
        if machine.plan() == Plan::TwoPattern {
            return two_pattern::step(self.level, steps, phi);
        }
        // A failure in the middle leaves the grids as they were.
        let mut moved = phi.clone();
        for step in steps {
            stepper::apply(step, &mut moved, |level, phi| self.els_denoise(machine, level, phi))?;
        }
        *phi = moved;
        Ok(())
    }

    fn els_denoise(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<Grids<f32>, EngineError> {
        if phi.values.is_empty() {
            return Ok(phi.clone());
        }
        match machine.plan() {
            Plan::TwoPattern => two_pattern::denoise(self.level, level, phi),
            Plan::WholeImage => whole_image::denoise(self.level, machine, level, phi),
            Plan::Patches(border, candidates) => {
                patches::denoise(self.level, machine, (border, candidates), level, phi)
            }
        }
    }
}

impl ElsPosterior for CpuEngine {
    fn els_posterior(&self, machine: &Machine, level: Level, phi: &Grids<f32>) -> Result<PosteriorMap, EngineError> {
        if phi.values.is_empty() {
            return Ok(PosteriorMap::default());
        }
        match machine.plan() {
            Plan::TwoPattern => two_pattern::posterior(self.level, level, phi),
            Plan::WholeImage => whole_image::posterior(self.level, machine, level, phi),
            Plan::Patches(border, candidates) => {
                patches::posterior(self.level, machine, (border, candidates), level, phi)
            }
        }
    }
}

/// Refuses work whose memory exceeds the budget, before any is taken.
fn afford(what: &str, bytes: u64) -> Result<(), EngineError> {
    if bytes <= MEMORY_BUDGET {
        return Ok(());
    }
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    Err(EngineError::OutOfMemory { what: what.to_owned(), needed_mib: mib(bytes), budget_mib: mib(MEMORY_BUDGET) })
}

/// A posterior map with room for `pixels`, to be filled in order.
fn empty_map(pixels: usize) -> PosteriorMap {
    PosteriorMap {
        image: Vec::with_capacity(pixels),
        position: Vec::with_capacity(pixels),
        weight: Vec::with_capacity(pixels),
        entropy: Vec::with_capacity(pixels),
        effective: Vec::with_capacity(pixels),
    }
}
