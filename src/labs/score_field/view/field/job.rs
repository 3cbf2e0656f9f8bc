//! The thread's side: computes a field, coarse first where it would take long, and what the layers draw of it.

use std::sync::Arc;

use super::GridField;
use crate::core::grid::Grid;
use crate::core::mixture::NoisedMixture;
use crate::engine::EngineError;
use crate::engine::kernel::{Field, FieldRequest};
use crate::engine::numbered::NumberedEngine;
use crate::engine::worker::{Job, timed};
use crate::labs::score_field::scene::Layers;
use crate::labs::score_field::setup::Setup;
use crate::labs::score_field::view::layers::{self, PrepareInput, Prepared};
use crate::ui::theme;

/// A picture predicted to take longer than this is first computed coarsely, in seconds.
const PREVIEW_SECS: f64 = 0.012;
/// Work between two looks at whether it is still wanted, in seconds.
const SLICE_SECS: f64 = 0.03;
/// Coarsest preview: one node for so many pixels along each axis.
const COARSEST: usize = 24;

/// What is wanted.
#[derive(Clone)]
pub struct FieldJob {
    /// The models and the process.
    pub setup: Arc<Setup>,
    /// Number of the setup, to tell one from another.
    pub stamp: u64,
    /// Time t.
    pub time: f64,
    /// Region in sight: [x_min, x_max, y_min, y_max].
    pub region: [f64; 4],
    /// Nodes along x and y, at the centres of as many pixels.
    pub pixels: [usize; 2],
    /// Points on screen per unit of length.
    pub scale: f64,
    /// What is drawn.
    pub layers: Layers,
    /// Who computes.
    pub engine: NumberedEngine,
}

/// What tells one field from another.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldKey {
    stamp: u64,
    time: f64,
    region: [f64; 4],
    pixels: [usize; 2],
    colours: bool,
    engine: u64,
}

/// What is drawn of one score model.
pub struct Pane {
    /// Its field.
    pub field: GridField,
    /// What each of `layers::ALL` draws of it.
    pub prepared: Vec<Prepared>,
}

/// A finished picture, or a preview of it.
pub struct FieldPicture {
    /// Region it covers.
    pub region: [f64; 4],
    /// One for score model A, and one for B if there is one.
    pub panes: Vec<Pane>,
    /// Whether a finer one is to come.
    pub coarse: bool,
    /// Seconds of computing.
    pub secs: f64,
}

impl FieldJob {
    /// What tells this job's field from others.
    pub fn key(&self) -> FieldKey {
        FieldKey {
            stamp: self.stamp,
            time: self.time,
            region: self.region,
            pixels: self.pixels,
            colours: layers::heat::wants_colours(&self.layers),
            engine: self.engine.stamp,
        }
    }

    /// The grid with one node for `stride` pixels along each axis.
    fn grid(&self, stride: usize) -> Grid {
        let [x0, x1, y0, y1] = self.region;
        let [nx, ny] = self.pixels.map(|n| (n / stride).max(2));
        let centres = |low: f64, high: f64, n: usize| {
            let half = 0.5 * (high - low) / n as f64;
            [low + half, high - half]
        };
        Grid { x: centres(x0, x1, nx), y: centres(y0, y1, ny), nx, ny }
    }
}

/// Computes fields, remembering the last one and how long they take.
#[derive(Default)]
pub struct FieldComputer {
    last: Option<(FieldKey, Arc<Vec<GridField>>)>,
    secs_per_pair: f64,
}

impl FieldComputer {
    /// Does one job and publishes what comes of it.
    pub fn work(&mut self, request: &FieldJob, job: &Job<'_, FieldJob, Result<FieldPicture, EngineError>>) {
        let key = request.key();
        let known = self.last.take_if(|(last, _)| *last == key).map(|(_, fields)| fields);
        if let Some(fields) = known {
            job.publish(picture(request, &fields, false, job));
            self.last = Some((key, fields));
            return;
        }
        let level = request.setup.forward.level(request.time);
        let models: Vec<NoisedMixture> =
            std::iter::once(&request.setup.model).chain(&request.setup.compare).map(|m| m.noised(level)).collect();
        for stride in strides(self.predicted_secs(&models, request.grid(1).len())) {
            match self.compute(request, &models, stride, job) {
                Ok(Some(fields)) => {
                    job.publish(picture(request, &fields, stride > 1, job));
                    if stride == 1 {
                        self.last = Some((key.clone(), Arc::new(fields)));
                    } else if job.is_stale() {
                        return;
                    }
                }
                Ok(None) => return,
                Err(error) => return job.publish(Err(error)),
            }
        }
    }

    fn predicted_secs(&self, models: &[NoisedMixture], nodes: usize) -> f64 {
        self.secs_per_pair * pairs(models, nodes)
    }

    /// The fields of all models, in slices; `None` if a newer job came.
    fn compute(
        &mut self,
        request: &FieldJob,
        models: &[NoisedMixture],
        stride: usize,
        job: &Job<'_, FieldJob, Result<FieldPicture, EngineError>>,
    ) -> Result<Option<Vec<GridField>>, EngineError> {
        let grid = request.grid(stride);
        let mut fields = Vec::new();
        for mixture in models {
            let colours = if layers::heat::wants_colours(&request.layers) {
                (0..mixture.components().len()).map(|k| theme::linear_rgb(theme::component_colour(k))).collect()
            } else {
                Vec::new()
            };
            let slices = (self.predicted_secs(std::slice::from_ref(mixture), grid.len()) / SLICE_SECS).ceil();
            let rows = (grid.ny / (slices as usize).max(1)).max(2);
            let mut field = Field::default();
            let mut first = 0;
            while first < grid.ny {
                // A slice has at least two rows, so a lone last row goes with the one before.
                let last = if first + rows + 1 >= grid.ny { grid.ny } else { first + rows };
                let slice = Grid { y: [grid.y_at(first), grid.y_at(last - 1)], ny: last - first, ..grid };
                let (part, secs) = timed(|| {
                    request.engine.engine.mixture_field(&FieldRequest { mixture, grid: slice, colours: &colours })
                });
                append(&mut field, part?);
                self.learn(secs / pairs(std::slice::from_ref(mixture), slice.len()));
                first = last;
                if first < grid.ny && job.is_stale() {
                    return Ok(None);
                }
            }
            fields.push(GridField { grid, field });
        }
        Ok(Some(fields))
    }

    fn learn(&mut self, secs_per_pair: f64) {
        let weight = if self.secs_per_pair == 0.0 { 1.0 } else { 0.3 };
        self.secs_per_pair += weight * (secs_per_pair - self.secs_per_pair);
    }
}

/// Node-component pairs, with a few extra for what every node costs.
fn pairs(models: &[NoisedMixture], nodes: usize) -> f64 {
    models.iter().map(|m| (m.components().len() + 8) as f64 * nodes as f64).sum()
}

/// Strides of the passes, coarse to fine, the last one 1.
fn strides(predicted_secs: f64) -> Vec<usize> {
    let mut strides = Vec::new();
    let mut stride = (predicted_secs / PREVIEW_SECS).sqrt().ceil().clamp(1.0, COARSEST as f64) as usize;
    while stride > 1 {
        strides.push(stride);
        stride = if stride > 4 { stride / 4 } else { 1 };
    }
    strides.push(1);
    strides
}

fn append(field: &mut Field<f32>, part: Field<f32>) {
    field.log_density.extend(part.log_density);
    for (all, new) in field.score.iter_mut().zip(part.score) {
        all.extend(new);
    }
    for (all, new) in field.proxy_covariance.iter_mut().zip(part.proxy_covariance) {
        all.extend(new);
    }
    for (all, new) in field.colour.iter_mut().zip(part.colour) {
        all.extend(new);
    }
}

fn picture<R, O>(
    request: &FieldJob,
    fields: &[GridField],
    coarse: bool,
    job: &Job<'_, R, O>,
) -> Result<FieldPicture, EngineError>
where
    R: Send + 'static,
    O: Send + 'static,
{
    let mut panes = Vec::new();
    for (pane, field) in fields.iter().enumerate() {
        let input = PrepareInput {
            fields,
            pane,
            layers: &request.layers,
            scale: request.scale,
            engine: request.engine.engine.as_ref(),
        };
        let prepared = layers::ALL
            .iter()
            .map(|layer| if layer.is_on(&request.layers) { layer.prepare(&input) } else { Ok(Prepared::default()) })
            .collect::<Result<Vec<_>, _>>()?;
        panes.push(Pane { field: field.clone(), prepared });
    }
    Ok(FieldPicture { region: request.region, panes, coarse, secs: job.elapsed_secs() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_end_fine_and_start_within_the_time_allowed() {
        assert_eq!(strides(0.001), [1]);
        for secs in [0.013, 0.1, 1.0, 5.0] {
            let passes = strides(secs);
            let first = passes[0] as f64;
            assert!(secs / first.powi(2) <= PREVIEW_SECS * 1.01, "{passes:?}");
            assert_eq!(passes.last(), Some(&1));
            assert!(passes.is_sorted_by(|a, b| a > b));
        }
        assert_eq!(strides(1e9)[0], COARSEST);
    }
}
