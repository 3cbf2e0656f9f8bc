//! The lab's live readings.

use std::sync::Arc;

use super::PatchesView;
use super::physics_slot::Physics;
use super::probe_slot::PixelProbe;
use crate::core::els::correlation;
use crate::labs::patches::physics::Measurement;
use crate::labs::readings::{Live, live};

type View = PatchesView;

/// ρ at the reach of correlations.
const REACH_LEVEL: f64 = 0.1;

/// Every reading of the lab.
pub(super) static ALL: &[Live<View>] = &[
    live("step", "Whole steps of the run up to the play head", |view| Some(view.step() as f64)),
    live("steps", "Steps of the run", |view| Some(view.steps() as f64).filter(|steps| *steps > 0.0)),
    live("playing", "1 while the run plays, else 0", |view| Some(f64::from(u8::from(view.transport.playing)))),
    live("abar", "Share of the signal ᾱ at the play head", |view| Some(view.scene.abar)),
    live("noise", "Noise √(1 − ᾱ) at the play head", |view| Some((1.0 - view.scene.abar).max(0.0).sqrt())),
    live("grids", "Number of grids B of the ensemble", |view| Some(view.scene.ensemble.count as f64)),
    live("side", "Side L of each grid, in pixels", |view| Some(view.scene.ensemble.side as f64)),
    live("k", "Side of the window at the play head, in pixels", |view| {
        Some(view.setups.main()?.setup.level_at(view.step()).k as f64)
    }),
    live("images", "Number of training images", |view| Some(view.setups.main()?.setup.machine.images().count() as f64)),
    live("compares", "1 where two machines run from the same noise, else 0", |view| {
        Some(f64::from(u8::from(view.scene.compare.is_some())))
    }),
    live("strokes", "Number of strokes painted", |view| Some(view.scene.painting.len() as f64)),
    live("selected", "Number of selected pixels: 0, 1 or 2", |view| {
        Some(view.state.selected.iter().flatten().count() as f64)
    }),
    live(
        "measured_steps",
        "Number of steps measured so far",
        |view| Some(view.physics.latest()?.measured.len() as f64),
    ),
    live("correlation_length", "Distance at which ρ falls to 1/e, in pixels, at the nearest measured step", |view| {
        view.measured()?.correlation_length
    }),
    live("reach", "Distance at which ρ falls to 0.1, in pixels, at the nearest measured step", |view| {
        correlation::radius_at(&view.measured()?.rho, REACH_LEVEL)
    }),
    live("domain_size", "2π over the mean wave number, in pixels, at the nearest measured step", |view| {
        view.measured()?.domain_size
    }),
    live("neighbour_information", "Mutual information of neighbouring pixels, in nats", |view| {
        Some(view.measured()?.neighbour_information)
    }),
    live("local_consistency", "Share of locally consistent pixels at the nearest measured step", |view| {
        Some(view.measured()?.local_consistency)
    }),
    live("median_distance", "Median distance of a pixel from the centre of its patch", |view| {
        Some(view.measured()?.median_distance)
    }),
    live("growth_exponent", "Exponent of the correlation length's growth with ᾱ within the collapse", |view| {
        Some(view.physics()?.growth.correlation_length.as_ref()?.slope)
    }),
    live("collapse_scale", "Mean of r²/ᾱ at ρ = 0.1 within the collapse, in pixels²", |view| {
        Some(view.physics()?.growth.collapse.as_ref()?.scale)
    }),
    live("snapping_exponent", "Exponent of the median distance against 1 − ᾱ near the end of the run", |view| {
        Some(view.physics()?.growth.snapping.as_ref()?.slope)
    }),
    live("pixel_patches", "N_eff of the selected pixel: how many training patches it listens to", |view| {
        Some(view.pixel()?.now.effective)
    }),
];

impl View {
    fn physics(&self) -> Option<&Arc<Physics>> {
        let stamp = self.setups.main()?.stamp;
        self.physics.latest().filter(|physics| physics.stamp == stamp)
    }

    /// The measurement that is nearest to the play head.
    fn measured(&self) -> Option<&Measurement> {
        let step = self.step();
        let nearest = self.physics()?.measured.iter().min_by_key(|measured| measured.step.abs_diff(step))?;
        Some(nearest)
    }

    fn pixel(&self) -> Option<&PixelProbe> {
        self.probes.latest()?.pixels.first()
    }
}
