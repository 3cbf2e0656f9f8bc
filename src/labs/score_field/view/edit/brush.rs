//! Sprays points.

use crate::core::philox;
use crate::labs::score_field::check::MAX_POINTS;
use crate::labs::score_field::scene::{Data, Point};

/// Standard deviation of the spray on screen, in points.
pub const SPREAD: f64 = 14.0;
/// Way of the pointer on screen for each point sprayed, in points.
const WAY: f64 = 5.0;
/// Stream of random numbers, apart from those of runs.
const STREAM: u32 = 0x6272_7573;

/// A stroke of the brush.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    at: [f64; 2],
    /// Way since the last point, in points on screen.
    way: f64,
}

impl Stroke {
    /// Begins a stroke at `at` and sprays its first point.
    pub fn begin(data: &mut Data, seed: u64, at: [f64; 2], scale: f64) -> Self {
        spray(data, seed, at, scale);
        Self { at, way: 0.0 }
    }

    /// Goes on to `to` and sprays on the way; `scale` is the number of points on screen per unit of length. Returns
    /// whether a point was added.
    pub fn go_on(&mut self, data: &mut Data, seed: u64, to: [f64; 2], scale: f64) -> bool {
        let before = data.points.len();
        let from = self.at;
        let length = (to[0] - from[0]).hypot(to[1] - from[1]) * scale;
        self.way += length;
        // At most a screenful in one frame, however far the pointer jumped.
        let count = (self.way / WAY).min(400.0) as usize;
        for i in 0..count {
            let part = (i + 1) as f64 / count as f64;
            spray(data, seed, [from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1])], scale);
        }
        self.way %= WAY;
        self.at = to;
        data.points.len() > before
    }
}

fn spray(data: &mut Data, seed: u64, at: [f64; 2], scale: f64) {
    if data.points.len() < MAX_POINTS {
        let [a, b, ..] = philox::words(seed, STREAM, data.points.len() as u32, 0);
        let [x, y] = philox::normal_pair(a, b).map(|v| f64::from(v) * SPREAD / scale);
        data.points.push(Point { at: super::actions::allowed([at[0] + x, at[1] + y]), weight: 1.0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stroke_leaves_points_along_its_way_whatever_the_frame_rate() {
        let sprayed = |frames: usize| {
            let mut data = Data::default();
            let mut stroke = Stroke::begin(&mut data, 7, [0.0, 0.0], 100.0);
            for frame in 1..=frames {
                stroke.go_on(&mut data, 7, [4.0 * frame as f64 / frames as f64, 0.0], 100.0);
            }
            data.points
        };
        let (fast, slow) = (sprayed(3), sprayed(50));
        assert!(fast.len().abs_diff(slow.len()) <= 3 && fast.len() > 70, "{} {}", fast.len(), slow.len());
        assert!(slow.iter().all(|p| p.at[1].abs() < 6.0 * SPREAD / 100.0));
        assert!(slow.iter().any(|p| p.at[0] > 3.5) && slow.iter().any(|p| p.at[0] < 0.5));
    }
}
