//! The formulas of what is on screen, with their values now.

use egui::Ui;

use super::{PaneContext, PaneEntry};
use crate::core::els::machine::Plan;
use crate::core::els::theory;
use crate::labs::patches::equations::{self, Shown};
use crate::ui;

pub const PANE: PaneEntry = PaneEntry { pane: ui::equations::PANE, show };

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    let spec = &cx.scene.machine;
    let lane = cx.run.and_then(|run| run.lanes.first());
    let level = lane.map(|lane| lane.setup.setup.level_at(lane.step));
    let drawn = theory::ALL.iter().zip(&cx.state.theories).filter(|(_, on)| **on);
    let mut shown = Shown {
        machine: &spec.kind.kind,
        stepper: &spec.stepper,
        theories: drawn.map(|(kind, _)| kind.info.id).collect(),
        abar: cx.abar,
        k: level.map_or(1, |level| level.k),
        ..Shown::default()
    };
    if let (Some(lane), Some(pixel)) = (lane, cx.state.selected[0]) {
        let (side, area) = (lane.phi.side, lane.phi.area());
        let grid = lane.phi.grid(pixel.grid);
        shown.phi = grid.get(pixel.index(side)).map(|phi| f64::from(*phi));
        let machine = &lane.setup.setup.machine;
        if let (Plan::TwoPattern, Some(level)) = (machine.plan(), level) {
            // One sum over the window; other machines would compare every patch in every frame.
            let values: Vec<f64> = grid.iter().take(area).map(|phi| f64::from(*phi)).collect();
            shown.denoised = machine.posterior(level, &values, pixel.row, pixel.column).denoised.first().copied();
        }
    }
    let probe = cx.probes.and_then(|probes| probes.pixels.first());
    shown.running = probe.filter(|probe| Some(probe.pixel) == cx.state.selected[0]).map(|probe| probe.now.effective);
    let measured = cx.physics.and_then(|physics| {
        physics.measured.iter().find(|measured| lane.is_some_and(|lane| lane.step == measured.step))
    });
    shown.neighbours = measured.and_then(|measured| Some([*measured.rho.get(1)?, *measured.information.get(1)?]));
    let expansion = cx.statistics.filter(|statistics| (statistics.abar - cx.abar).abs() < 1e-9);
    shown.coefficients = expansion.and_then(|statistics| statistics.expansion.first()).map(|of| [of.a00, of.a10]);
    ui::equations::pane(ui, &equations::sheet(&shown));
}
