//! What a scene defines: the machine with its images, the values of ᾱ, the steps.

use std::sync::Arc;

use super::scene::{MachineSpec, Scene, Stroke};
use super::{noise, training};
use crate::core::els::machine::{Border, Candidates, Plan};
use crate::core::els::stepper::Step;
use crate::core::els::{Grids, Level, Machine, abar_grid, stepper};
use crate::core::image_set::ImageSet;
use crate::labs::scene_file::{SceneError, checks};

/// Everything that a run needs.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The machine with its training images.
    pub machine: Machine,
    /// Rising signal powers, one more than there are steps.
    pub abars: Vec<f64>,
    /// The steps.
    pub plan: Vec<Step>,
    /// Number of grids.
    pub count: usize,
    /// The ensemble before the first step, if the scene gives it.
    pub noise: Option<Arc<Grids<f32>>>,
    /// What is painted before step i, at index i.
    pub painting: Vec<Vec<Stroke>>,
    /// Tolerance of local consistency.
    pub tolerance: f64,
    /// Seed of the noise.
    pub seed: u64,
}

impl Setup {
    /// Builds what `scene` defines.
    ///
    /// # Errors
    /// The first field at fault.
    pub fn new(scene: &Scene) -> Result<Self, SceneError> {
        Self::with_images(scene, &training::images(scene)?)
    }

    /// Like [`Setup::new`], with the scene's training images already there.
    ///
    /// # Errors
    /// The first field at fault.
    pub fn with_images(scene: &Scene, images: &Arc<ImageSet>) -> Result<Self, SceneError> {
        let spec = &scene.machine;
        let machine = machine(spec, images, scene.ensemble.side, "machine")?;
        let grid = abar_grid::find(&spec.grid).ok_or_else(|| SceneError::new("machine.grid", "is not known"))?;
        let stepper = stepper::find(&spec.stepper).ok_or_else(|| SceneError::new("machine.stepper", "is not known"))?;
        let abars = grid.points(spec.abar[0], spec.abar[1], spec.steps);
        let plan = stepper.plan(&abars, &spec.window);
        let mut painting = vec![Vec::new(); abars.len()];
        for stroke in &scene.painting {
            let step = abars.partition_point(|abar| *abar < stroke.abar - 1e-12).min(abars.len() - 1);
            painting[step].push(*stroke);
        }
        let noise = noise::given(scene, machine.channels())?.map(Arc::new);
        Ok(Self {
            noise,
            machine,
            abars,
            plan,
            count: scene.ensemble.count,
            painting,
            tolerance: scene.tolerance,
            seed: scene.seed,
        })
    }

    /// Signal power and window at which the ensemble of step `step` is read; the last step is read with the window of the
    /// one before.
    pub fn level_at(&self, step: usize) -> Level {
        Level { abar: self.abars.get(step).copied().unwrap_or(1.0), k: self.k_at(step) }
    }

    /// Side of the window of step `step`.
    pub fn k_at(&self, step: usize) -> usize {
        let step = self.plan.get(step.min(self.plan.len().saturating_sub(1)));
        step.and_then(|step| step.stages.first()).map_or(1, |stage| stage.level.k)
    }

    /// The first step at which something else is painted than in `other`; one more than there are steps if nothing is.
    pub fn painted_alike_until(&self, other: &Self) -> usize {
        self.painting.iter().zip(&other.painting).take_while(|(own, other)| own == other).count()
    }

    /// Whether the machine treats all pixels alike.
    pub fn is_equivariant(&self) -> bool {
        let everywhere = Plan::Patches(Border::Circular, Candidates::Everywhere);
        let inside = Plan::Patches(Border::Circular, Candidates::Inside);
        [Plan::TwoPattern, everywhere, inside].contains(&self.machine.plan())
    }
}

/// The machine of `spec`; `field` names it in faults.
///
/// # Errors
/// The field at fault.
pub fn machine(spec: &MachineSpec, images: &Arc<ImageSet>, side: usize, field: &str) -> Result<Machine, SceneError> {
    let machine = Machine::new(&spec.kind, Arc::clone(images), side)
        .map_err(|error| checks::choice_fault(&format!("{field}.kind"), error))?;
    let fault = |text| SceneError::new(format!("{field}.window"), text);
    machine.check_window(spec.window.largest()).map_err(fault)?;
    Ok(machine)
}
