//! Statistics of the training patches and coefficients of their field theory, worked out on a thread of their own.

use std::sync::Arc;

use super::setup_slot::Numbered;
use crate::core::els::eft::{self, Expansion, Symmetry};
use crate::core::els::patch_statistics::{self, PatchStatistics};
use crate::core::els::{Level, Machine};
use crate::engine::worker::LatestWorker;

/// Pixel–window pairs that may be looked at; larger sets are told to be too large.
const MOST_WORK: usize = 1_500_000_000;
/// Signal power at which the expansion is made at most: it has no value at 1.
const MOST_ABAR: f64 = 0.999;

/// What is known of a training set.
#[derive(Clone)]
pub struct Statistics {
    /// Side of the patches.
    pub k: usize,
    /// Numbers and principal components; `None` where the set is too large.
    pub patches: Option<PatchStatistics>,
    /// Symmetries of the patches.
    pub symmetries: Vec<&'static Symmetry>,
    /// The expansion at `abar`, one a channel.
    pub expansion: Vec<Expansion>,
    /// Signal power of the expansion.
    pub abar: f64,
}

struct StatisticsJob {
    machine: Machine,
    k: usize,
    abar: f64,
}

/// The latest statistics, and the thread that works them out.
pub struct StatisticsSlot {
    worker: LatestWorker<StatisticsJob, Statistics>,
    asked: Option<(usize, usize, u64)>,
    latest: Option<Statistics>,
}

impl StatisticsSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let mut known: Option<(usize, usize, Option<PatchStatistics>, Vec<&'static Symmetry>)> = None;
        Self {
            worker: LatestWorker::new("patch statistics", wake, move |request: StatisticsJob, job| {
                let images = request.machine.images();
                let address = Arc::as_ptr(images) as usize;
                let work = images.values().len().saturating_mul(request.k * request.k);
                let same = known.take().filter(|(set, k, ..)| *set == address && *k == request.k);
                let (patches, symmetries) = match same {
                    Some((_, _, patches, symmetries)) => (patches, symmetries),
                    None if work > MOST_WORK => (None, Vec::new()),
                    None => (patch_statistics::measure(images, request.k), eft::symmetries(images, request.k)),
                };
                known = Some((address, request.k, patches.clone(), symmetries.clone()));
                let level = Level { abar: request.abar, k: request.k };
                let expansion =
                    if work > MOST_WORK || job.is_stale() { Vec::new() } else { eft::expand(images, level) };
                job.publish(Statistics { k: request.k, patches, symmetries, expansion, abar: request.abar });
            }),
            asked: None,
            latest: None,
        }
    }

    /// Asks for the statistics of the images of `setup` and their expansion at `abar`.
    pub fn ask(&mut self, setup: &Numbered, step: usize) {
        let images = setup.setup.machine.images();
        let level = setup.setup.level_at(step);
        // In hundredths: the coefficients are read, not computed with.
        let abar = ((100.0 * level.abar).round() / 100.0).min(MOST_ABAR);
        let wanted = (Arc::as_ptr(images) as usize, level.k, abar.to_bits());
        if self.asked != Some(wanted) {
            self.asked = Some(wanted);
            self.worker.submit(StatisticsJob { machine: setup.setup.machine.clone(), k: level.k, abar });
        }
    }

    /// Takes in what has been worked out.
    pub fn receive(&mut self) {
        if let Some(statistics) = self.worker.take() {
            self.latest = Some(statistics);
        }
    }

    /// The latest statistics.
    pub fn latest(&self) -> Option<&Statistics> {
        self.latest.as_ref()
    }

    /// Whether there is more to come.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }
}
