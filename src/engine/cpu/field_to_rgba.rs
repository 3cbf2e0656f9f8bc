//! Kernel `field_to_rgba`: a few hundred nodes at a time, values first, then colours.

use fearless_simd::{dispatch, prelude::*};
use rayon::prelude::*;

use super::{CpuEngine, math};
use crate::engine::EngineError;
use crate::engine::kernel::{Colouring, Field, FieldToRgba, ValueScale};
use crate::engine::reference::sample;

/// Nodes a task colours.
const CHUNK: usize = 1024;

impl FieldToRgba for CpuEngine {
    fn field_to_rgba(&self, field: &Field<f32>, colouring: &Colouring<'_>) -> Result<Vec<u8>, EngineError> {
        let mut picture = vec![0; 4 * field.log_density.len()];
        picture.par_chunks_mut(4 * CHUNK).enumerate().for_each(|(chunk, pixels)| {
            let mut values = [0.0; CHUNK];
            let values = &mut values[..pixels.len() / 4];
            for (value, node) in values.iter_mut().zip(chunk * CHUNK..) {
                *value = (colouring.quantity.at)(&sample(field, colouring.other, node));
            }
            dispatch!(self.level, simd => colour(simd, values, colouring, pixels));
        });
        Ok(picture)
    }
}

/// Writes the colours of `values`; those that are not finite keep the transparent black they find.
#[inline(always)]
fn colour<S: Simd>(simd: S, values: &[f32], colouring: &Colouring<'_>, pixels: &mut [u8]) {
    let lanes = S::f64s::LEN;
    let [low, high] = colouring.range.map(f64::from);
    let [first, last] = match colouring.scale {
        ValueScale::Linear => [low, high],
        ValueScale::Log => [low.ln(), high.ln()],
    };
    for (values, pixels) in values.chunks(lanes).zip(pixels.chunks_mut(4 * lanes)) {
        let value = S::f64s::from_fn(simd, |lane| values.get(lane).copied().map_or(low, f64::from));
        let place = match colouring.scale {
            ValueScale::Linear => value,
            // Values ≤ 0 have no logarithm; the smallest positive number takes the lowest colour too.
            ValueScale::Log => math::ln::<S, f64>(simd, value.max(f64::MIN_POSITIVE)),
        };
        let fraction = (place - first) / (last - first);
        for ((value, fraction), pixel) in values.iter().zip(fraction.as_slice()).zip(pixels.chunks_exact_mut(4)) {
            if value.is_finite() {
                let [red, green, blue] = colouring.map.at(*fraction as f32);
                pixel.copy_from_slice(&[red, green, blue, u8::MAX]);
            }
        }
    }
}
