//! Kernel `field_to_rgba`: a few hundred nodes at a time, values first, then colours.

use fearless_simd::{dispatch, prelude::*};
use rayon::prelude::*;

use super::{CpuEngine, math};
use crate::EngineError;
use crate::kernel::{Colouring, Field, FieldToRgba, ValueScale};
use crate::reference::sample;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour_map;
    use crate::cpu::tests::levels;
    use crate::kernel::quantity;
    use crate::reference::ReferenceEngine;
    use diffuscope_core::philox::{self, Stream};

    fn field(nodes: usize) -> Field<f32> {
        let array = |step: u32| -> Vec<f32> {
            (0..nodes as u32).map(|node| 3.0 * philox::normals(5, Stream::Start, node, step)[0]).collect()
        };
        let mut field = Field {
            log_density: array(0),
            score: [array(1), array(2)],
            proxy_covariance: [array(3), array(4), array(5)],
            colour: Default::default(),
        };
        field.log_density[1] = f32::NAN;
        field.score[0][2] = f32::INFINITY;
        field.proxy_covariance[0][3] = f32::NEG_INFINITY;
        field
    }

    #[test]
    fn pictures_are_those_of_the_theory_within_one_step_of_colour() {
        let (field, other) = (field(3000), field(3000));
        for level in levels() {
            for (quantity, map) in quantity::ALL.iter().zip(colour_map::ALL.iter().cycle()) {
                for scale in [ValueScale::Linear, ValueScale::Log] {
                    let colouring = Colouring { quantity, range: [0.01, 4.0], scale, map, other: Some(&other) };
                    let exact = ReferenceEngine.field_to_rgba(&field, &colouring).unwrap();
                    let found = CpuEngine::with_level(level).field_to_rgba(&field, &colouring).unwrap();
                    assert_eq!(exact.len(), found.len());
                    let worst = exact.iter().zip(&found).map(|(a, b)| a.abs_diff(*b)).max();
                    assert!(worst <= Some(1), "{level:?} {} {scale:?}: {worst:?}", quantity.id);
                }
            }
        }
    }

    #[test]
    fn values_that_are_not_finite_are_transparent() {
        let (field, map) = (field(8), &colour_map::ALL[0]);
        let quantity = quantity::find("log_density").unwrap();
        let colouring = Colouring { quantity, range: [-9.0, 9.0], scale: ValueScale::Linear, map, other: None };
        let picture = CpuEngine::new().field_to_rgba(&field, &colouring).unwrap();
        assert_eq!(picture[4..8], [0; 4]);
        assert_eq!(picture[3], 255);
    }
}
