//! The theory itself as an engine: f64, one node or particle after the other, on all cores.

mod els;
mod spin_langevin;

use nalgebra::Vector2;
use rayon::prelude::*;

use super::kernel::{
    Colouring, Field, FieldRequest, FieldToRgba, MixtureField, MixtureParticles, ParticleRequest, Particles,
    ValueScale, quantity::Sample,
};
use super::{Engine, EngineError};
use diffuscope_core::mixture::FieldValue;
use diffuscope_core::philox;
use diffuscope_core::sampler::PreparedStep;
use diffuscope_core::sym2;

/// Engine "core".
#[derive(Debug, Clone, Copy, Default)]
pub struct ReferenceEngine;

impl Engine for ReferenceEngine {
    fn id(&self) -> &'static str {
        "core"
    }

    fn description(&self) -> String {
        "theory in double precision".to_owned()
    }
}

impl MixtureField for ReferenceEngine {
    fn mixture_field(&self, request: &FieldRequest<'_>) -> Result<Field<f32>, EngineError> {
        Ok(self.mixture_field_wide(request)?.map(|v| v as f32))
    }

    fn mixture_field_wide(&self, request: &FieldRequest<'_>) -> Result<Field<f64>, EngineError> {
        let node = |index| request.grid.node(index);
        let values: Vec<FieldValue> =
            (0..request.grid.len()).into_par_iter().map(|index| request.mixture.at(node(index))).collect();
        let mut field = Field::default();
        for value in &values {
            field.log_density.push(value.log_density);
            for axis in 0..2 {
                field.score[axis].push(value.score[axis]);
            }
            for (array, entry) in field.proxy_covariance.iter_mut().zip(sym2::entries(&value.proxy_covariance)) {
                array.push(entry);
            }
        }
        if !request.colours.is_empty() {
            let mixed: Vec<[f64; 3]> =
                (0..request.grid.len()).into_par_iter().map(|index| mixed_colour(request, node(index))).collect();
            for colour in mixed {
                for (array, channel) in field.colour.iter_mut().zip(colour) {
                    array.push(channel);
                }
            }
        }
        Ok(field)
    }
}

fn mixed_colour(request: &FieldRequest<'_>, x: Vector2<f64>) -> [f64; 3] {
    let (weights, _) = request.mixture.weights(x);
    let mut colour = [0.0; 3];
    for (weight, component) in weights.iter().zip(request.colours) {
        for (sum, channel) in colour.iter_mut().zip(component) {
            *sum += weight * f64::from(*channel);
        }
    }
    colour
}

impl MixtureParticles for ReferenceEngine {
    fn mixture_particles(&self, request: &ParticleRequest<'_>, particles: &mut Particles) -> Result<(), EngineError> {
        for (number, step) in (request.first_step..).zip(request.steps) {
            let prepared = PreparedStep::new(step, request.mixture, request.forward);
            particles.x.par_iter_mut().zip(&mut particles.y).enumerate().for_each(|(item, (x, y))| {
                let xi = philox::normals(request.seed, request.stream, item as u32, number);
                let moved = prepared.apply(
                    Vector2::new(f64::from(*x), f64::from(*y)),
                    Vector2::new(f64::from(xi[0]), f64::from(xi[1])),
                );
                (*x, *y) = (moved.x as f32, moved.y as f32);
            });
        }
        Ok(())
    }
}

impl FieldToRgba for ReferenceEngine {
    fn field_to_rgba(&self, field: &Field<f32>, colouring: &Colouring<'_>) -> Result<Vec<u8>, EngineError> {
        let [low, high] = colouring.range.map(f64::from);
        let mut picture = Vec::with_capacity(4 * field.log_density.len());
        for index in 0..field.log_density.len() {
            let value = f64::from((colouring.quantity.at)(&sample(field, colouring.other, index)));
            let fraction = match colouring.scale {
                ValueScale::Linear => (value - low) / (high - low),
                ValueScale::Log => (value.max(0.0).ln() - low.ln()) / (high.ln() - low.ln()),
            };
            if value.is_finite() {
                picture.extend(colouring.map.at(fraction as f32));
                picture.push(255);
            } else {
                picture.extend([0; 4]);
            }
        }
        Ok(picture)
    }
}

/// The values of `field`, and of `other` if there is one, at node `index`.
pub fn sample(field: &Field<f32>, other: Option<&Field<f32>>, index: usize) -> Sample {
    let score = field.score.each_ref().map(|axis| axis[index]);
    Sample {
        log_density: field.log_density[index],
        score,
        proxy: field.proxy_covariance.each_ref().map(|entry| entry[index]),
        other_score: other.map_or(score, |other| other.score.each_ref().map(|axis| axis[index])),
    }
}
