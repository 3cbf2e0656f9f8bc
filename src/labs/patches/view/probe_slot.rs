//! What the selected pixels' posteriors say, now and along the run: read on a thread of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::mosaic::Pixel;
use super::posterior::{self, Reading};
use super::run_slot::Kept;
use super::setup_slot::Numbered;
use crate::core::els::Grids;
use crate::engine::worker::{Job, LatestWorker};

/// The posterior at one step, without its patches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Signal power of the step.
    pub abar: f64,
    /// Entropy in nats.
    pub entropy: f64,
    /// Effective number of patches.
    pub effective: f64,
    /// Weight of the heaviest patch.
    pub top: f64,
}

/// What is known of a selected pixel.
#[derive(Debug, Clone, PartialEq)]
pub struct PixelProbe {
    /// The pixel.
    pub pixel: Pixel,
    /// Step of `now`.
    pub step: usize,
    /// Side of the window there.
    pub k: usize,
    /// Its posterior.
    pub now: Reading,
    /// Its posterior at earlier and later steps, as far as the run has come.
    pub history: Vec<Moment>,
}

/// What is known of all selected pixels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Probes {
    /// The pixels, in the order of selection.
    pub pixels: Vec<PixelProbe>,
    /// For two pixels: [ᾱ, ρ of the two over the grids of the ensemble], at kept steps.
    pub pair: Vec<[f64; 2]>,
}

/// What is wanted.
#[derive(Clone)]
pub struct ProbeJob {
    /// What runs.
    pub setup: Numbered,
    /// The ensemble shown, and its step.
    pub phi: Arc<Grids<f32>>,
    /// Its step.
    pub step: usize,
    /// What the run has kept.
    pub kept: Vec<Kept>,
    /// The pixels.
    pub pixels: Vec<Pixel>,
}

/// The latest probes, and the thread that reads them.
pub struct ProbeSlot {
    worker: LatestWorker<ProbeJob, Probes>,
    asked: Option<(u64, usize, usize, Vec<Pixel>)>,
    latest: Option<Probes>,
}

impl ProbeSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let mut reader = Reader::default();
        Self {
            worker: LatestWorker::new("probes", wake, move |request: ProbeJob, job| reader.work(&request, job)),
            asked: None,
            latest: None,
        }
    }

    /// Asks for probes, unless the same were asked for last.
    pub fn ask(&mut self, request: ProbeJob) {
        let wanted = (request.setup.stamp, request.step, request.kept.len(), request.pixels.clone());
        if self.asked.as_ref() != Some(&wanted) {
            self.asked = Some(wanted);
            self.worker.submit(request);
        }
    }

    /// Forgets the probes.
    pub fn clear(&mut self) {
        if self.asked.take().is_some() {
            self.latest = None;
            self.worker.take();
        }
    }

    /// Takes in what has been read.
    pub fn receive(&mut self) {
        if let Some(probes) = self.worker.take().filter(|_| self.asked.is_some()) {
            self.latest = Some(probes);
        }
    }

    /// The latest probes.
    pub fn latest(&self) -> Option<&Probes> {
        self.latest.as_ref()
    }

    /// Whether there is more to come.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }
}

#[derive(Default)]
struct Reader {
    stamp: u64,
    known: BTreeMap<(usize, usize, usize, usize), Moment>,
}

impl Reader {
    fn work(&mut self, request: &ProbeJob, job: &Job<'_, ProbeJob, Probes>) {
        if self.stamp != request.setup.stamp {
            *self = Self { stamp: request.setup.stamp, ..Self::default() };
        }
        let mut probes = Probes { pixels: Vec::new(), pair: pair(request) };
        for pixel in &request.pixels {
            let Some(now) = Self::read(request, request.step, &request.phi, *pixel, job) else { return };
            let k = request.setup.setup.level_at(request.step).k;
            let history = self.history(request, *pixel);
            probes.pixels.push(PixelProbe { pixel: *pixel, step: request.step, k, now, history });
        }
        job.publish(probes.clone());
        let mut news = 0;
        for (index, pixel) in request.pixels.iter().enumerate() {
            for kept in &request.kept {
                if self.known.contains_key(&key(*pixel, kept.step)) {
                    continue;
                }
                let Some(reading) = Self::read(request, kept.step, &kept.phi, *pixel, job) else { return };
                let moment = Moment {
                    abar: request.setup.setup.level_at(kept.step).abar,
                    entropy: reading.entropy,
                    effective: reading.effective,
                    top: reading.top.first().map_or(0.0, |patch| patch.weight),
                };
                self.known.insert(key(*pixel, kept.step), moment);
                news += 1;
                if job.is_stale() {
                    return;
                }
            }
            if let Some(probe) = probes.pixels.get_mut(index) {
                probe.history = self.history(request, *pixel);
            }
        }
        if news > 0 {
            job.publish(probes);
        }
    }

    fn read(
        request: &ProbeJob,
        step: usize,
        phi: &Grids<f32>,
        pixel: Pixel,
        job: &Job<'_, ProbeJob, Probes>,
    ) -> Option<Reading> {
        let setup = &request.setup.setup;
        let inside = pixel.grid < phi.count && pixel.row < phi.side && pixel.column < phi.side;
        let level = setup.level_at(step);
        let choice = &request.setup.scene.machine.kind;
        inside.then(|| posterior::read(&setup.machine, choice, level, phi, pixel, &|| job.is_stale()))?
    }

    fn history(&self, request: &ProbeJob, pixel: Pixel) -> Vec<Moment> {
        request.kept.iter().filter_map(|kept| self.known.get(&key(pixel, kept.step)).copied()).collect()
    }
}

fn key(pixel: Pixel, step: usize) -> (usize, usize, usize, usize) {
    (pixel.grid, pixel.row, pixel.column, step)
}

/// The correlation of the two selected places over the grids of the ensemble, at kept steps; nothing for fewer than two
/// pixels or eight grids.
fn pair(request: &ProbeJob) -> Vec<[f64; 2]> {
    let [a, b] = request.pixels.as_slice() else { return Vec::new() };
    if request.phi.count < 8 {
        return Vec::new();
    }
    let rho = |phi: &Grids<f32>| {
        let value =
            |grid: usize, pixel: &Pixel| phi.grid(grid).get(pixel.index(phi.side)).map_or(0.0, |v| f64::from(*v));
        let pairs: Vec<[f64; 2]> = (0..phi.count).map(|grid| [value(grid, a), value(grid, b)]).collect();
        correlation(&pairs)
    };
    request.kept.iter().map(|kept| [request.setup.setup.level_at(kept.step).abar, rho(&kept.phi)]).collect()
}

/// The correlation coefficient of pairs; zero if either does not vary.
fn correlation(pairs: &[[f64; 2]]) -> f64 {
    let n = pairs.len().max(1) as f64;
    let mean = |axis: usize| pairs.iter().map(|pair| pair[axis]).sum::<f64>() / n;
    let [ma, mb] = [mean(0), mean(1)];
    let sum = |f: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|pair| f(pair[0] - ma, pair[1] - mb)).sum::<f64>();
    let scale = (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    if scale > 0.0 { sum(&|a, b| a * b) / scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_of_known_pairs() {
        assert!((correlation(&[[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]) - 1.0).abs() < 1e-12);
        assert!((correlation(&[[1.0, -2.0], [2.0, -4.0], [3.0, -6.0]]) + 1.0).abs() < 1e-12);
        assert_eq!(correlation(&[[1.0, 1.0], [1.0, 2.0]]), 0.0);
        assert!(correlation(&[[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]).abs() < 1e-12);
    }
}
