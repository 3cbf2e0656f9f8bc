//! Heat maps over a plane, computed on a thread of their own.

use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureOptions};

use crate::engine::colour_map::ColourMap;
use crate::engine::worker::LatestWorker;
use crate::ui::theme;

/// Fills a column of the map: given x and the places y, values.
pub type Column = Arc<dyn Fn(f64, &[f64], &mut [f32]) + Send + Sync>;

/// What is to be drawn. Two requests with the same key are the same.
#[derive(Clone)]
pub struct HeatRequest {
    /// Everything that the values depend on.
    pub key: Vec<f64>,
    /// Columns and rows.
    pub size: [usize; 2],
    /// First and last x.
    pub x: [f64; 2],
    /// Lowest and highest y.
    pub y: [f64; 2],
    /// The values.
    pub column: Column,
}

/// Values of a heat map.
pub struct HeatMap {
    /// What they belong to.
    pub request: HeatRequest,
    /// Row by row, the highest y first.
    pub values: Vec<f32>,
}

/// The latest heat map, and the thread that computes it.
pub struct HeatSlot {
    worker: LatestWorker<HeatRequest, HeatMap>,
    asked: Option<Vec<f64>>,
    map: Option<HeatMap>,
    texture: Option<(Context, TextureHandle)>,
    stale: bool,
}

impl HeatSlot {
    /// Starts the thread, which calls `wake` when there is something to show.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let worker = LatestWorker::new("heat map", wake, |request: HeatRequest, job| {
            let [columns, rows] = request.size;
            let place =
                |range: [f64; 2], i: usize, n: usize| range[0] + (range[1] - range[0]) * (i as f64 + 0.5) / n as f64;
            let ys: Vec<f64> = (0..rows).rev().map(|row| place(request.y, row, rows)).collect();
            let mut values = vec![0.0; columns * rows];
            let mut column = vec![0.0; rows];
            for i in 0..columns {
                (request.column)(place(request.x, i, columns), &ys, &mut column);
                for (row, value) in column.iter().enumerate() {
                    values[row * columns + i] = *value;
                }
                if job.is_stale() {
                    return;
                }
            }
            job.publish(HeatMap { request, values });
        });
        Self { worker, asked: None, map: None, texture: None, stale: true }
    }

    /// Asks for the map of `request`, unless it was asked for last, and takes in what is there, waiting for a moment.
    pub fn follow(&mut self, request: HeatRequest) {
        if self.asked.as_ref() != Some(&request.key) {
            self.asked = Some(request.key.clone());
            self.worker.submit(request);
        }
        if let Some(map) = self.worker.take_within(0.003) {
            self.map = Some(map);
            self.stale = true;
        }
    }

    /// The smallest value of the latest map; 0 without one.
    pub fn minimum(&self) -> f32 {
        let values = self.map.as_ref().map_or(&[][..], |map| &map.values);
        values.iter().copied().reduce(f32::min).unwrap_or_default()
    }

    /// The latest map with its picture in `colours`, whose ends lie at `range`.
    pub fn picture(
        &mut self,
        ctx: &Context,
        colours: &ColourMap,
        range: [f32; 2],
    ) -> Option<(&HeatMap, &TextureHandle)> {
        let map = self.map.as_ref()?;
        if self.stale || self.texture.as_ref().is_none_or(|(window, _)| window != ctx) {
            let share = |v: &f32| (v - range[0]) / (range[1] - range[0]);
            let pixels = map.values.iter().map(|v| theme::from_bytes(colours.at(share(v)))).collect();
            let image = ColorImage::new(map.request.size, pixels);
            self.texture = Some((ctx.clone(), ctx.load_texture("heat map", image, TextureOptions::LINEAR)));
            self.stale = false;
        }
        self.texture.as_ref().map(|(_, texture)| (map, texture))
    }

    /// Whether there is a map.
    pub fn has_map(&self) -> bool {
        self.map.is_some()
    }

    /// Whether the map on screen is not yet the one asked for.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }
}
