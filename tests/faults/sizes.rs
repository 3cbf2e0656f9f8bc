//! Windows of no size and of absurd size.

use diffuscope::labs;
use egui::vec2;

use crate::bench::{Bench, title_of};

/// Largest side of a texture that every adapter has.
const LEAST_TEXTURE: usize = 2048;

#[test]
fn every_lab_survives_windows_from_nothing_to_twenty_thousand_points() {
    let mut bench = Bench::new();
    // egui itself refuses textures above this.
    bench.harness.input_mut().max_texture_side = Some(LEAST_TEXTURE);
    for lab in labs::ALL {
        let Some(scene) = lab.gallery.first() else { continue };
        bench.harness.set_size(vec2(1280.0, 800.0));
        bench.command(&format!("Open from gallery: {}", title_of(scene.id)));
        bench.harness.state_mut().app_mut().start_playing();
        for [width, height] in [
            [0.0, 0.0],
            [1.0, 1.0],
            [0.0, 800.0],
            [1280.0, 0.0],
            [3.0, 20_000.0],
            [20_000.0, 3.0],
            [20_000.0, 20_000.0],
            [97.0, 61.0],
            [1280.0, 800.0],
        ] {
            bench.harness.set_size(vec2(width, height));
            for _ in 0..4 {
                bench.harness.step();
                std::thread::sleep(std::time::Duration::from_millis(10));
                let ctx = bench.harness.ctx.clone();
                let shapes = bench.harness.output().shapes.clone();
                for primitive in ctx.tessellate(shapes, 1.0) {
                    assert!(!primitive.clip_rect.any_nan(), "{} at {width} × {height}", lab.info.id);
                }
            }
        }
    }
}

#[test]
fn high_density_and_absurd_zoom_are_survived() {
    let mut bench = Bench::new();
    for scale in [0.1, 0.5, 4.0, 10.0] {
        bench.harness.set_pixels_per_point(scale);
        for _ in 0..4 {
            bench.harness.step();
        }
    }
}
