//! Chains of steps against the sums as they are defined.

use diffuscope_core::els::abar_grid;
use diffuscope_core::els::window::Window;
use diffuscope_core::philox::Stream;

use super::*;
use crate::cpu::tests::levels;

/// One step in double precision, every window summed by itself.
fn direct(step: &Step, side: usize, phi: &[f64]) -> Vec<f64> {
    let [stage] = step.stages.as_slice() else { panic!("one stage") };
    let r = (stage.level.k / 2) as isize;
    let wrap = |place: isize| place.rem_euclid(side as isize) as usize;
    let window = |y: usize, x: usize| -> f64 {
        let row = |dy: isize| wrap(y as isize + dy) * side;
        (-r..=r).map(|dy| (-r..=r).map(|dx| phi[row(dy) + wrap(x as isize + dx)]).sum::<f64>()).sum()
    };
    let (keep, pull) = (step.keep + step.combine[0] * stage.linear, step.combine[0] * stage.denoiser);
    let moved = |index: usize| {
        let denoised = (gain(stage.level) * window(index / side, index % side)).tanh();
        keep * phi[index] + pull * denoised
    };
    (0..side * side).map(moved).collect()
}

#[test]
fn chains_of_steps_of_any_windows_are_the_steps_one_by_one() {
    let kind = stepper::find("ddim").unwrap();
    let abars = abar_grid::find("uniform").unwrap().points(0.1, 0.4, 7);
    // Small and cut up, whole vectors and not; windows that fit registers and wider ones, up to more than the grid.
    let cases: [(usize, &[usize]); 6] = [
        (3, &[1, 3, 7]),
        (16, &[1, 3, 15, 17, 19]),
        (67, &[3, 5, 9, 17]),
        (96, &[5, 3]),
        (150, &[7, 17, 1]),
        (272, &[3, 5, 19]),
    ];
    for (side, ks) in cases {
        let mut steps = kind.plan(&abars, &Window::K(3));
        for (step, k) in steps.iter_mut().zip(ks.iter().cycle()) {
            for stage in &mut step.stages {
                stage.level.k = *k;
            }
        }
        let start = Grids::noise(4, Stream::Start, 2, 1, side);
        let exact = |b: usize| {
            let phi: Vec<f64> = start.grid(b).iter().map(|value| f64::from(*value)).collect();
            steps.iter().fold(phi, |phi, step| direct(step, side, &phi))
        };
        let exact: Vec<Vec<f64>> = (0..2).map(exact).collect();
        for simds in levels() {
            let mut phi = start.clone();
            step(simds, &steps, &mut phi).unwrap();
            for (b, exact) in exact.iter().enumerate() {
                for (index, (value, exact)) in phi.grid(b).iter().zip(exact).enumerate() {
                    let far = (f64::from(*value) - exact).abs();
                    assert!(far < 3e-5, "{simds:?}, side {side}, grid {b}, pixel {index}: {value} {exact}");
                }
            }
        }
    }
}

#[test]
fn weights_entropy_and_number_are_those_of_two_states() {
    let level = Level { abar: 0.6, k: 1 };
    let values: Vec<f32> = (-40..41).map(|i| 0.35 * i as f32).collect();
    let phi = Grids::new(1, 1, 9, values.clone()).unwrap();
    for simds in levels() {
        let map = posterior(simds, level, &phi).unwrap();
        for (index, value) in values.iter().enumerate() {
            let odds = (-2.0 * gain(level) * f64::from(value.abs())).exp();
            let (large, small) = (1.0 / (1.0 + odds), odds / (1.0 + odds));
            let entropy = -large * large.ln() - if small > 0.0 { small * small.ln() } else { 0.0 };
            let near = |found: f32, exact: f64| (f64::from(found) - exact).abs() <= 1e-6 * exact.abs() + 1e-12;
            assert!(near(map.weight[index], large), "{simds:?} {value}: {} {large}", map.weight[index]);
            assert!(near(map.entropy[index], entropy), "{simds:?} {value}: {} {entropy}", map.entropy[index]);
            let number = 1.0 / (large * large + small * small);
            assert!(near(map.effective[index], number), "{simds:?} {value}: {} {number}", map.effective[index]);
            assert_eq!(map.image[index], u32::from(*value < 0.0));
        }
    }
}
