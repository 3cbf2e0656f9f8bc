//! The transport bar: the play head, its read-outs, and where the regimes of the run begin and end.

use egui::Ui;

use super::run_slot::nearest_step;
use super::{PatchesView, panes};
use crate::labs::patches::physics::SNAPPING_NOISE;
use crate::ui::transport::{Mark, Reading, Timeline};

impl PatchesView {
    /// Draws it.
    pub(super) fn show_transport(&mut self, ui: &mut Ui) {
        let abar = self.scene.abar;
        let reading = |symbol, name, value| Reading { symbol, name, value };
        let plain = |id| crate::ui::notation::plain(ui.ctx(), id);
        let readings = [
            reading(plain("signal2"), "Share of the signal, α²", abar),
            reading(plain("noise"), "Noise", (1.0 - abar).max(0.0).sqrt()),
            reading(
                plain("logsnr"),
                "Natural logarithm of the signal-to-noise ratio α²/σ²",
                abar.ln() - (-abar).ln_1p(),
            ),
        ];
        let spec = &self.scene.machine;
        let stepper = crate::core::els::stepper::find(&spec.stepper).map_or("", |kind| kind.info.name);
        let caption =
            format!("noise → image, {}, {}, {stepper}", panes::name_of(spec), panes::window_name(&spec.window));
        let marks = self.marks();
        let timeline = Timeline { steps: self.steps(), readings: &readings, marks: &marks, caption: &caption };
        let before = self.transport.position;
        self.transport.show(ui, &timeline);
        if self.transport.position != before {
            self.follow_transport();
        }
    }

    /// Where the regimes of the run begin and end.
    fn marks(&self) -> Vec<Mark> {
        let Some(main) = self.setups.main() else { return Vec::new() };
        let abars = &main.setup.abars;
        let mark = |abar: f64, label: &str| Mark { step: nearest_step(abars, abar) as f64, label: label.to_owned() };
        let mut marks = Vec::new();
        if let Some(collapse) = self.physics.latest().and_then(|physics| physics.growth.collapse.as_ref()) {
            marks.push(mark(collapse.window[0], "diffusion"));
            if collapse.window[1] < 1.0 - SNAPPING_NOISE {
                marks.push(mark(collapse.window[1], "collapse ends"));
            }
        }
        if abars.last().is_some_and(|last| *last > 1.0 - SNAPPING_NOISE) {
            marks.push(mark(1.0 - SNAPPING_NOISE, "snapping"));
        }
        marks
    }
}
