//! Densities of eigenvalues: of the data, of what is generated, and of random matrix theory.

use egui::Ui;

use super::distances::focus_samples;
use super::{PaneContext, PaneEntry, caption};
use crate::ui::chart::{Axis, Chart, Mark, Series};
use crate::ui::progress::progress;
use crate::ui::tiles::Pane;
use crate::ui::{format, theme};

pub const PANE: PaneEntry = PaneEntry {
    pane: Pane {
        id: "spectrum",
        name: "Spectrum",
        about: "Eigenvalues of the data's covariance and of the generated one, against the Marchenko–Pastur law",
    },
    show,
};

/// Eigenvalues that are shown one by one.
const LARGEST: usize = 10;
/// Bars of a histogram.
const BINS: usize = 28;

fn show(ui: &mut Ui, cx: &mut PaneContext<'_>) {
    let (n, p) = (cx.scene.focus.size, focus_samples(cx));
    let text = format!(
        "N = {n}, P = {}. Few samples spread the eigenvalues: large ones come out too large, small ones too small. The line is \
         the law for N → ∞ at this N/P = {}.",
        format::number(p, 4),
        format::number(n as f64 / p, 3)
    );
    caption(ui, &text);
    progress(ui, "the spectrum", &mut cx.results.spectra);
    let Some(spectra) = cx.results.spectra.value() else {
        if cx.results.spectra.is_finished() {
            caption(
                ui,
                "With one draw of noise per sample, P < N leaves the score undetermined: there is no spectrum.",
            );
        }
        return;
    };
    let tokens = theme::tokens(ui.visuals());
    let top = spectra.places.last().copied().unwrap_or(1.0);
    let line = |name: &str, about: &str, colour, mark, points| Series {
        name: name.to_owned(),
        about: about.to_owned(),
        colour,
        mark,
        points,
    };
    let generated = histogram(&spectra.generated, top);
    let truth = histogram(&spectra.truth, top);
    let highest = |curve: &[[f64; 2]]| curve.iter().map(|p| p[1]).fold(0.0, f64::max);
    let seen = highest(&generated).max(spectra.density.iter().copied().fold(0.0, f64::max));
    // Data of equal variances have all their density at one place: what is to be seen lies far below.
    let (ceiling, name) = if highest(&truth) > 2.5 * seen {
        (1.25 * seen, "data, cut off above")
    } else {
        (1.08 * seen.max(highest(&truth)), "data")
    };
    let largest = |values: &[f64]| values.iter().take(LARGEST).map(|value| [*value, 0.0]).collect();
    let law = spectra.places.iter().zip(&spectra.density).map(|(x, y)| [*x, *y]).collect();
    let chart = Chart {
        name: "Density of eigenvalues",
        height: (ui.available_height() - 66.0).max(80.0),
        axes: [
            Axis::linear("eigenvalue λ, a variance").over(0.0, top),
            Axis::linear("density, 1/variance").over(0.0, ceiling),
        ],
        series: vec![
            line(name, "Eigenvalues of C", tokens.muted_text, Mark::Line, truth),
            line("generated", "Eigenvalues of the generated covariance", tokens.particle_a, Mark::LineDots, generated),
            line(
                "largest ones",
                "The ten largest eigenvalues of what is generated: single ones are nothing in a density",
                tokens.particle_b,
                Mark::Dots,
                largest(&spectra.generated),
            ),
            line(
                "Marchenko–Pastur",
                "Density for N → ∞ of the sample covariance of data with this spectrum",
                tokens.accent,
                Mark::Dashed,
                law,
            ),
        ],
        cursors: Vec::new(),
        regions: Vec::new(),
    };
    chart.show(ui);
}

/// Heights of a histogram normalised to area 1, at the middles of its bars.
fn histogram(values: &[f64], top: f64) -> Vec<[f64; 2]> {
    let width = top / BINS as f64;
    let mut counts = [0_usize; BINS];
    for value in values {
        counts[((value / width) as usize).min(BINS - 1)] += 1;
    }
    let height = |count: usize| count as f64 / (values.len() as f64 * width);
    counts.iter().enumerate().map(|(bin, &count)| [(bin as f64 + 0.5) * width, height(count)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_have_area_one() {
        let values: Vec<f64> = (0..100).map(|i| f64::from(i) * 0.037).collect();
        let area: f64 = histogram(&values, 4.0).iter().map(|bar| bar[1] * 4.0 / BINS as f64).sum();
        assert!((area - 1.0).abs() < 1e-12);
    }
}
