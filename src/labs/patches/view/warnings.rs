//! What the user should know about the numbers on screen.

use super::{PatchesView, panes};
use crate::labs::patches::physics::{CONSISTENT, Measurement};

/// Noise floor of the mutual information of neighbours that is worth a warning, in nats.
const HIGH_FLOOR: f64 = 2e-3;

impl PatchesView {
    /// All of it, a sentence each.
    pub(super) fn told(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let Some(main) = self.setups.main() else {
            return self.setups.error().map(|error| vec![error.to_string()]).unwrap_or_default();
        };
        let setup = &main.setup;
        let largest = self.scene.machine.window.largest();
        if largest > setup.machine.side() {
            warnings.push(format!("k = {largest} is larger than the grid: a circular window counts pixels twice."));
        }
        if let Some(physics) = self.physics.latest().filter(|physics| physics.stamp == main.stamp) {
            // A run that ends before ᾱ = 1 leaves noise on its pixels, however small the steps.
            let at_end = |m: &&std::sync::Arc<Measurement>| m.step == setup.plan.len() && m.abar >= 1.0;
            if let Some(end) = physics.measured.last().filter(at_end).filter(|m| m.local_consistency < CONSISTENT) {
                warnings.push(format!(
                    "Only {} of the pixels end locally consistent: the steps are too large.",
                    panes::percent(end.local_consistency)
                ));
            }
            if let Some(floor) =
                physics.measured.first().map(|m| m.information_floor).filter(|floor| *floor > HIGH_FLOOR)
            {
                warnings.push(format!(
                    "The ensemble is small: mutual information has a noise floor of {} nats. More grids lower it.",
                    crate::ui::format::number(floor, 2)
                ));
            }
        }
        if let Some(lost) = self.run.picture().map(|run| run.lost).filter(|lost| *lost > 0) {
            warnings.push(format!("{lost} values of φ have left the numbers: the steps are too large."));
        }
        let errors = [self.run.error(), self.plain.error(), self.read.error(), self.physics.error()];
        warnings.extend(errors.into_iter().flatten().map(ToString::to_string));
        warnings.dedup();
        warnings
    }
}
