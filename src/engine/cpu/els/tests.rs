//! Patch machines on every instruction set against the theory: images that fill vectors, and the rest.

use std::sync::Arc;

use diffuscope_core::els::machine;
use diffuscope_core::image_set::ImageSet;
use diffuscope_core::param::Choice;
use diffuscope_core::philox::Stream;

use super::*;
use crate::cpu::tests::levels;
use crate::reference::ReferenceEngine;

#[test]
fn every_instruction_set_agrees_with_the_theory() {
    // More images than the widest vector has lanes, and a number that no vector divides.
    let cases = [(19, 1, 9, 9, 5), (19, 1, 20, 7, 3), (35, 3, 6, 6, 3), (5, 1, 11, 11, 7)];
    for (count, channels, side, image_side, k) in cases {
        let set = Arc::new(ImageSet::noise(3, count, channels, image_side).unwrap());
        for kind in machine::ALL {
            let Ok(machine) = Machine::new(&Choice::new(kind.info.id), set.clone(), side) else { continue };
            for abar in [0.3, 0.9] {
                let level = Level { abar, k };
                let phi = Grids::noise(4, Stream::Start, 2, channels, side);
                let exact = ReferenceEngine.els_denoise(&machine, level, &phi).unwrap();
                let sources = ReferenceEngine.els_posterior(&machine, level, &phi).unwrap();
                for simds in levels() {
                    let what = format!("{simds:?}, {}, {count} images, side {side}, ᾱ = {abar}", kind.info.id);
                    let engine = CpuEngine::with_level(simds);
                    let found = engine.els_denoise(&machine, level, &phi).unwrap();
                    for (value, exact) in found.values.iter().zip(&exact.values) {
                        assert!((value - exact).abs() < 2e-4, "{what}: {value} for {exact}");
                    }
                    let map = engine.els_posterior(&machine, level, &phi).unwrap();
                    for i in 0..map.image.len() {
                        assert!((map.weight[i] - sources.weight[i]).abs() < 2e-4, "{what}, pixel {i}");
                        assert!((map.entropy[i] - sources.entropy[i]).abs() < 2e-3, "{what}, pixel {i}");
                        // Patches of nearly the same weight may change places.
                        let same = (map.image[i], map.position[i]) == (sources.image[i], sources.position[i]);
                        assert!(same || sources.weight[i] < 0.501, "{what}, pixel {i}");
                    }
                }
            }
        }
    }
}

#[test]
fn rows_that_come_round_are_those_that_were_met_before() {
    // Windows as large as the grid or nearly so, blocks that end with it or not, a grid of several images' size, and enough
    // images for segments to begin near the nearest patch.
    let cases = [(70, 1, 12, 12, 9), (4, 1, 18, 18, 17), (2, 1, 34, 17, 17), (5, 3, 22, 11, 11), (2, 1, 19, 19, 19)];
    for (count, channels, side, image_side, k) in cases {
        let set = Arc::new(ImageSet::noise(5, count, channels, image_side).unwrap());
        let machine = Machine::new(&Choice::new("els"), set, side).unwrap();
        let level = Level { abar: 0.5, k };
        let phi = Grids::noise(6, Stream::Start, 1, channels, side);
        let exact = ReferenceEngine.els_denoise(&machine, level, &phi).unwrap();
        for simds in levels() {
            let found = CpuEngine::with_level(simds).els_denoise(&machine, level, &phi).unwrap();
            for (value, exact) in found.values.iter().zip(&exact.values) {
                assert!((value - exact).abs() < 1e-4, "{simds:?}, side {side}, k = {k}: {value} for {exact}");
            }
        }
    }
}
