//! Kernel `field_to_rgba`.

use diffuscope::engine::colour_map;
use diffuscope::engine::kernel::{Colouring, Field, FieldToRgba, ValueScale, quantity};
use diffuscope::engine::reference::{ReferenceEngine, sample};

use crate::{SIZES, engines, uniform};

/// A field of arbitrary values, some of them no numbers.
fn field(nodes: usize, stream: u32) -> Field<f32> {
    let plane = |plane: u32, low: f64, high: f64| -> Vec<f32> {
        (0..nodes).map(|i| (low + (high - low) * uniform(i, stream + plane)) as f32).collect()
    };
    let mut field = Field {
        log_density: plane(0, -10.0, 2.0),
        score: [plane(1, -3.0, 3.0), plane(2, -3.0, 3.0)],
        proxy_covariance: [plane(3, 0.0, 4.0), plane(4, -1.0, 1.0), plane(5, 0.0, 4.0)],
        colour: Default::default(),
    };
    for (i, special) in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 100.0, -200.0].into_iter().enumerate() {
        if let Some(value) = field.log_density.get_mut(10 * i + 3) {
            *value = special;
        }
        if let Some(value) = field.score[0].get_mut(10 * i + 4).filter(|_| !special.is_finite()) {
            *value = special;
        }
    }
    for (i, entry) in [0, 1, 2].into_iter().enumerate() {
        if let Some(value) = field.proxy_covariance[entry].get_mut(7 + i) {
            *value = 0.0;
        }
    }
    field
}

/// Whether `picture` shows `field`. At the border of two colours either will do.
fn check(field: &Field<f32>, colouring: &Colouring<'_>, picture: &[u8]) -> Result<(), String> {
    const SLACK: f64 = 1e-5;
    if picture.len() != 4 * field.log_density.len() {
        return Err("wrong number of bytes".to_owned());
    }
    let [low, high] = colouring.range.map(f64::from);
    for (index, pixel) in picture.chunks_exact(4).enumerate() {
        let value = f64::from((colouring.quantity.at)(&sample(field, colouring.other, index)));
        let fraction = match colouring.scale {
            ValueScale::Linear => (value - low) / (high - low),
            ValueScale::Log => (value.max(0.0).ln() - low.ln()) / (high.ln() - low.ln()),
        };
        let colour = |slack: f64| {
            let [r, g, b] = colouring.map.at((fraction + slack) as f32);
            [r, g, b, 255]
        };
        let right = if value.is_finite() {
            [-SLACK, 0.0, SLACK].iter().any(|slack| pixel == colour(*slack))
        } else {
            pixel == [0; 4]
        };
        if !right {
            return Err(format!("node {index}, value {value}: {pixel:?} instead of {:?}", colour(0.0)));
        }
    }
    Ok(())
}

#[test]
fn every_quantity_and_scale() {
    let (field, other) = (field(4096, 20), field(4096, 40));
    for quantity in quantity::ALL {
        for (scale, range) in
            [(ValueScale::Linear, [0.0, 3.0]), (ValueScale::Linear, [-7.5, 1.5]), (ValueScale::Log, [1e-3, 10.0])]
        {
            let colouring = Colouring { quantity, range, scale, map: &colour_map::ALL[0], other: Some(&other) };
            for (name, engine) in engines() {
                let picture = engine.field_to_rgba(&field, &colouring).unwrap();
                check(&field, &colouring, &picture)
                    .unwrap_or_else(|difference| panic!("{name}, {}, {scale:?}: {difference}", quantity.id));
            }
        }
    }
}

#[test]
fn every_size_and_map() {
    let quantity = quantity::find("log_density").unwrap();
    for (nodes, map) in SIZES.into_iter().chain([0]).zip(colour_map::ALL.iter().cycle()) {
        let field = field(nodes, 60);
        let colouring = Colouring { quantity, range: [-9.0, 1.0], scale: ValueScale::Linear, map, other: None };
        for (name, engine) in engines() {
            let picture = engine.field_to_rgba(&field, &colouring).unwrap();
            check(&field, &colouring, &picture)
                .unwrap_or_else(|difference| panic!("{name}, {nodes} nodes: {difference}"));
        }
    }
}

#[test]
fn a_perturbed_pixel_is_noticed() {
    let field = field(64, 80);
    let colouring = Colouring {
        quantity: quantity::find("score_norm").unwrap(),
        range: [0.0, 4.0],
        scale: ValueScale::Linear,
        map: &colour_map::ALL[0],
        other: None,
    };
    let mut picture = ReferenceEngine.field_to_rgba(&field, &colouring).unwrap();
    assert_eq!(check(&field, &colouring, &picture), Ok(()));
    picture[4 * 33 + 1] ^= 8;
    assert!(check(&field, &colouring, &picture).is_err());
}
