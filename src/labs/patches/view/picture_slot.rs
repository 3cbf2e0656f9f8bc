//! Pictures of the ensembles at the step shown: what they need is computed, and they are painted, on a thread of their own,
//! and only for the grids in sight.

use std::ops::Range;
use std::sync::Arc;

use egui::Color32;

use super::mosaic::Mosaic;
use super::pictures::{Painted, PictureKind, Source, Wanted};
use super::run_slot::{LanePicture, RunPicture};
use super::setup_slot::Lane;
use crate::core::els::{Grids, Level};
use crate::engine::EngineError;
use crate::engine::kernel::PosteriorMap;
use crate::engine::numbered::NumberedEngine;
use crate::engine::worker::{Job, LatestWorker, timed};

/// One painted picture of one run.
pub struct Cell {
    /// Which run.
    pub lane: Lane,
    /// Which picture; see [`PictureKind::id`].
    pub kind: &'static str,
    /// The picture; `None` where it has no meaning.
    pub painted: Option<Painted>,
    /// Where its pixels come from, if that was read, and the number of the first grid read.
    pub posterior: Option<(Arc<PosteriorMap>, usize)>,
    /// Side of the training images.
    pub image_side: usize,
}

/// All pictures that were asked for.
pub struct Pictures {
    /// Number that grows with every request.
    pub stamp: u64,
    /// What they show.
    pub mosaic: Mosaic,
    /// One a run and kind.
    pub cells: Vec<Cell>,
    /// Seconds they took.
    pub secs: f64,
}

impl Pictures {
    /// The picture of this kind and run, if it shows `mosaic`: right after a change of scene these may still be pictures of
    /// other grids, which have other pixels.
    pub fn cell(&self, mosaic: &Mosaic, lane: Lane, kind: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.lane == lane && cell.kind == kind).filter(|_| self.mosaic == *mosaic)
    }
}

struct PictureJob {
    stamp: u64,
    run: RunPicture,
    engine: NumberedEngine,
    mosaic: Mosaic,
    kinds: Vec<&'static PictureKind>,
    between: Color32,
}

/// What tells one request from another.
#[derive(PartialEq)]
struct Asked {
    run: u64,
    engine: u64,
    mosaic: Mosaic,
    kinds: Vec<&'static str>,
    between: Color32,
}

type Answer = Result<Pictures, EngineError>;

/// The latest pictures, and the thread that paints them.
pub struct PictureSlot {
    worker: LatestWorker<PictureJob, Answer>,
    asked: Option<Asked>,
    requests: u64,
    latest: Option<Pictures>,
    error: Option<EngineError>,
}

impl PictureSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(name: &str, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            worker: LatestWorker::new(name, wake, |request: PictureJob, job: &Job<'_, PictureJob, Answer>| {
                let (cells, secs) = timed(|| paint(&request));
                let PictureJob { stamp, mosaic, .. } = request;
                job.publish(cells.map(|cells| Pictures { stamp, mosaic, cells, secs }));
            }),
            asked: None,
            requests: 0,
            latest: None,
            error: None,
        }
    }

    /// Asks for pictures of `run`, unless the same were asked for last.
    pub fn ask(
        &mut self,
        run: &RunPicture,
        engine: &NumberedEngine,
        mosaic: &Mosaic,
        kinds: Vec<&'static PictureKind>,
        between: Color32,
    ) {
        let asked = Asked {
            run: run.stamp,
            engine: engine.stamp,
            mosaic: mosaic.clone(),
            kinds: kinds.iter().map(|kind| kind.id).collect(),
            between,
        };
        if kinds.is_empty() || self.asked.as_ref() == Some(&asked) {
            return;
        }
        self.asked = Some(asked);
        self.requests += 1;
        self.worker.submit(PictureJob {
            stamp: self.requests,
            run: run.clone(),
            engine: engine.clone(),
            mosaic: mosaic.clone(),
            kinds,
            between,
        });
    }

    /// Forgets the pictures.
    pub fn clear(&mut self) {
        self.asked = None;
        self.latest = None;
        self.worker.take();
    }

    /// Takes the latest pictures in, waiting for them for at most `patience_secs`.
    pub fn receive(&mut self, patience_secs: f64) {
        match self.worker.take_within(patience_secs) {
            Some(Ok(pictures)) if self.asked.is_some() => {
                self.latest = Some(pictures);
                self.error = None;
            }
            Some(Err(error)) => self.error = Some(error),
            _ => (),
        }
    }

    /// The latest pictures.
    pub fn latest(&self) -> Option<&Pictures> {
        self.latest.as_ref()
    }

    /// Why there are no newer ones, if the engine failed.
    pub fn error(&self) -> Option<&EngineError> {
        self.error.as_ref()
    }

    /// Whether newer ones are on their way.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }
}

/// What was read off the grids in sight.
struct Reading {
    level: Level,
    denoised: Option<Arc<Grids<f32>>>,
    posterior: Option<Arc<PosteriorMap>>,
}

fn paint(request: &PictureJob) -> Result<Vec<Cell>, EngineError> {
    let wanted = request.kinds.iter().fold(Wanted::default(), |sum, kind| Wanted {
        denoised: sum.denoised || kind.wanted.denoised,
        posterior: sum.posterior || kind.wanted.posterior,
    });
    let unpainted = request.run.lane(Lane::Unpainted);
    let mut cells = Vec::new();
    for lane in request.run.lanes.iter().filter(|lane| lane.lane != Lane::Unpainted) {
        let grids = request.mosaic.grids();
        let grids = grids.start.min(lane.phi.count)..grids.end.min(lane.phi.count);
        let reading = read(request, lane, &grids, wanted)?;
        let source = Source {
            mosaic: &request.mosaic,
            phi: &lane.phi,
            unpainted: unpainted.filter(|_| lane.lane == Lane::Main).map(|other| &*other.phi),
            first: grids.start,
            level: reading.level,
            denoised: reading.denoised.as_ref(),
            posterior: reading.posterior.as_ref(),
            between: request.between,
        };
        for kind in request.kinds.iter().filter(|kind| !kind.of_painting || source.unpainted.is_some()) {
            cells.push(Cell {
                lane: lane.lane,
                kind: kind.id,
                painted: (kind.paint)(&source),
                posterior: reading.posterior.clone().filter(|_| kind.wanted.posterior).map(|map| (map, grids.start)),
                image_side: lane.setup.setup.machine.images().side(),
            });
        }
    }
    Ok(cells)
}

fn read(
    request: &PictureJob,
    lane: &LanePicture,
    grids: &Range<usize>,
    wanted: Wanted,
) -> Result<Reading, EngineError> {
    let setup = &lane.setup.setup;
    let level = setup.level_at(lane.step);
    let mut reading = Reading { level, denoised: None, posterior: None };
    if wanted == Wanted::default() {
        return Ok(reading);
    }
    let engine = &request.engine.engine;
    let all = grids.len() == lane.phi.count;
    let phi = if all { Arc::clone(&lane.phi) } else { Arc::new(part(&lane.phi, grids)) };
    if wanted.denoised {
        reading.denoised = Some(Arc::new(engine.els_denoise(&setup.machine, level, &phi)?));
    }
    if wanted.posterior {
        reading.posterior = Some(Arc::new(engine.els_posterior(&setup.machine, level, &phi)?));
    }
    Ok(reading)
}

/// Some of the grids.
fn part(grids: &Grids<f32>, range: &Range<usize>) -> Grids<f32> {
    let size = grids.channels * grids.area();
    Grids {
        count: range.len(),
        channels: grids.channels,
        side: grids.side,
        values: grids.values[range.start * size..range.end * size].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_other_grids_are_not_taken_for_these() {
        let cell = Cell { lane: Lane::Main, kind: "source", painted: None, posterior: None, image_side: 16 };
        let pictures = Pictures { stamp: 1, mosaic: Mosaic::single(0, 20), cells: vec![cell], secs: 0.0 };
        assert!(pictures.cell(&Mosaic::single(0, 20), Lane::Main, "source").is_some());
        assert!(pictures.cell(&Mosaic::single(0, 512), Lane::Main, "source").is_none());
        assert!(pictures.cell(&Mosaic::single(1, 20), Lane::Main, "source").is_none());
    }

    #[test]
    fn some_of_the_grids_are_those() {
        let grids = Grids::new(3, 1, 1, vec![1.0, 2.0, 3.0]).unwrap();
        assert_eq!(part(&grids, &(1..3)).values, [2.0, 3.0]);
    }
}
