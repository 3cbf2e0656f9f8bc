//! Which scenes are valid: every documented range of [`Scene`], checked before memory is taken.

use serde_json::{Map, Value};

use super::scene::{Ink, MAX_STROKES, MAX_VALUES, MachineSpec, Scene};
use super::{noise, setup, training};
use crate::core::els::{abar_grid, machine, stepper};
use crate::core::image_set::{self, ImageSet};
use crate::labs::scene_file::{SceneError, SceneFormat, checks};

/// Largest side of a patch.
pub const MAX_WINDOW: usize = 255;

impl SceneFormat for Scene {
    const LAB: &'static str = "patches";
    const MIGRATIONS: &'static [fn(&mut Map<String, Value>)] = &[];

    fn check(&self) -> Result<(), SceneError> {
        checks::length("title", self.title.chars().count(), 200)?;
        checks::length("about", self.about.chars().count(), 4000)?;
        checks::choice("training.set", &self.training.set, image_set::ALL, |kind| &kind.info)?;
        if let Some(given) = &self.training.images {
            checks::length("training.images.name", given.name.chars().count(), 400)?;
            ImageSet::check_shape(given.count, given.channels, given.side)
                .map_err(|error| SceneError::new("training.images", error.to_string()))?;
        }
        if self.training.files.is_some() {
            let message = "are read only when the scene is opened from its file or by the command line";
            return Err(SceneError::new("training.files", message));
        }
        let images = training::images(self)?;
        check_machine("machine", &self.machine)?;
        setup::machine(&self.machine, &images, self.ensemble.side, "machine")?;
        if let Some(compare) = &self.compare {
            check_machine("compare", compare)?;
            setup::machine(compare, &images, self.ensemble.side, "compare")?;
        }
        let values = self.ensemble.count * images.channels() * self.ensemble.side * self.ensemble.side;
        if values > MAX_VALUES {
            let message = format!(
                "{} grids of {} × {} pixels are {values} values, but at most {MAX_VALUES} are allowed",
                self.ensemble.count, self.ensemble.side, self.ensemble.side
            );
            return Err(SceneError::new("ensemble", message));
        }
        noise::given(self, images.channels())?;
        checks::length("painting", self.painting.len(), MAX_STROKES)?;
        for (i, stroke) in self.painting.iter().enumerate() {
            let field = |name: &str| format!("painting[{i}].{name}");
            checks::number(field("abar"), stroke.abar, 0.0..=1.0)?;
            checks::count(field("grid"), stroke.grid, 0..=self.ensemble.count - 1)?;
            checks::numbers(field("at"), &stroke.at, -1e4..=1e4)?;
            checks::number(field("radius"), stroke.radius, 0.0..=1024.0)?;
            if let Ink::Value(value) = stroke.ink {
                checks::number(field("ink.value"), value, -4.0..=4.0)?;
            }
        }
        checks::number("tolerance", self.tolerance, 1e-6..=1.0)?;
        checks::number("abar", self.abar, 0.0..=1.0)
    }
}

fn check_machine(field: &str, spec: &MachineSpec) -> Result<(), SceneError> {
    checks::choice(&format!("{field}.kind"), &spec.kind, machine::ALL, |kind| &kind.info)?;
    spec.window.check(MAX_WINDOW).map_err(|fault| SceneError::new(format!("{field}.window"), fault))?;
    checks::name(format_args!("{field}.stepper"), &spec.stepper, stepper::ALL.iter().map(|kind| kind.info.id))?;
    checks::name(format_args!("{field}.grid"), &spec.grid, abar_grid::ALL.iter().map(|kind| kind.info.id))?;
    checks::interval(format_args!("{field}.abar"), spec.abar, 0.0..=1.0)
}
