//! Weighted sums over patches, relative to a near one.

use super::shift::Frame;
use crate::cpu::lines::Lines;

/// Sums over the patches met so far, for every pixel of a band.
pub(super) struct Sums {
    /// Distance d₀; with `posterior` that of the nearest patch.
    pub nearest: Vec<f32>,
    /// Image and place of the nearest patch, if asked for.
    pub source: Vec<(u32, u32)>,
    /// Parts, one a lane, of Σw, Σw·p(0) of each channel and, if asked for, Σw·log₂w and Σw².
    pub parts: Lines,
    /// The same in double precision, relative to `reference` instead of `nearest`; `terms` a pixel.
    pub totals: Vec<f64>,
    pub reference: Vec<f32>,
    terms: usize,
    lanes: usize,
}

impl Sums {
    /// Sums of no patches. With `posterior`, two terms and the source more.
    pub fn new(frame: &Frame<'_>, channels: usize, posterior: bool, lanes: usize) -> Self {
        let pixels = frame.rows * frame.columns;
        let terms = 1 + channels + if posterior { 2 } else { 0 };
        Self {
            nearest: vec![f32::MAX; pixels],
            source: vec![(u32::MAX, u32::MAX); if posterior { pixels } else { 0 }],
            parts: Lines::new(0.0, pixels * terms * lanes),
            totals: vec![0.0; pixels * terms],
            reference: vec![f32::MAX; pixels],
            terms,
            lanes,
        }
    }

    /// Lets go of the memory of the parts, which have been settled.
    pub fn parts_done(&mut self) {
        self.parts = Lines::default();
    }

    /// Moves the parts, which are in single precision, to the totals.
    pub fn settle(&mut self, posterior: bool) {
        let (terms, lanes) = (self.terms, self.lanes);
        let pixels = self.parts.chunks_exact_mut(terms * lanes).zip(self.totals.chunks_exact_mut(terms));
        for (pixel, (parts, totals)) in pixels.enumerate() {
            rescale(totals, self.reference[pixel], self.nearest[pixel], posterior);
            self.reference[pixel] = self.nearest[pixel];
            for (total, parts) in totals.iter_mut().zip(parts.chunks_exact_mut(lanes)) {
                *total += parts.iter().map(|part| f64::from(*part)).sum::<f64>();
                parts.fill(0.0);
            }
        }
    }
}

/// Exponents of 2 below this have no weight.
pub(super) const LOWEST_EXPONENT: f64 = -1e4;

/// Makes sums relative to `old` relative to `new`.
pub(super) fn rescale(totals: &mut [f64], old: f32, new: f32, posterior: bool) {
    if old == new || old == f32::MAX {
        return;
    }
    let shift = (f64::from(new) - f64::from(old)).max(LOWEST_EXPONENT);
    let factor = shift.exp2();
    if posterior {
        // log₂ w changes by the shift, w² by the square of the factor.
        let terms = totals.len();
        totals[terms - 2] += totals[0] * shift;
        totals[terms - 1] *= factor;
    }
    totals.iter_mut().for_each(|total| *total *= factor);
}
