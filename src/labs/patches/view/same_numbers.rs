//! The same scene gives the same bytes in the window and headless: all arrays of a run are written once by `run` and once
//! from what the view holds after it has played.

use std::path::Path;
use std::sync::Arc;

use egui::{Context, RawInput, Rect, pos2, vec2};
use serde_json::{Value, json};

use super::PatchesView;
use super::setup_slot::Lane;
use crate::engine::Engine;
use crate::engine::cpu::CpuEngine;
use crate::labs::patches::physics::Measurement;
use crate::labs::patches::{ENTRY, output};
use crate::labs::{RunContext, array_file, scene_file};
use crate::ui::theme;

/// A view that was opened, and the context that stands for its window.
struct Window {
    view: PatchesView,
    ctx: Context,
}

impl Window {
    fn open(scene: &Value) -> Self {
        let ctx = Context::default();
        theme::install(&ctx);
        let view = PatchesView::new(scene_file::typed(scene).unwrap(), engine());
        let mut window = Self { view, ctx };
        window.settle();
        window
    }

    fn frame(&mut self) {
        use crate::labs::LabView;
        let screen = Rect::from_min_size(pos2(0.0, 0.0), vec2(1280.0, 800.0));
        let input = RawInput { screen_rect: Some(screen), ..RawInput::default() };
        let mut output = self.ctx.run_ui(input, |ui| {
            self.view.logic(&self.ctx, 0.0);
            self.view.ui(ui);
        });
        // Nobody paints.
        output.textures_delta.clear();
    }

    fn settle(&mut self) {
        use crate::labs::LabView;
        let mut still = 0;
        for _ in 0..6000 {
            self.frame();
            // What was ready only after a frame had begun may ask for more in the next.
            still = if self.view.is_busy() { 0 } else { still + 1 };
            if still > 3 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        panic!("the view is still busy");
    }

    /// Writes what `run` writes, but from what is on screen.
    fn write(&self, out: &Path) {
        let run = self.view.run.picture().unwrap();
        let physics = self.view.physics.latest().unwrap();
        let main = run.lane(Lane::Main).unwrap();
        let setup = &main.setup.setup;
        let side = setup.machine.side();
        let shape = [setup.count, side, side, setup.machine.channels()];
        array_file::write(out, "phi_start.npy", &shape, run.kept[0].phi.interleaved()).unwrap();
        array_file::write(out, "phi_end.npy", &shape, main.phi.interleaved()).unwrap();
        array_file::write(out, "abar_grid.npy", &[setup.abars.len()], setup.abars.iter().copied()).unwrap();
        let (times, rings) = (physics.measured.len(), side / 2 + 1);
        let numbers = |file: &str, shape: &[usize], of: &dyn Fn(&Measurement) -> Vec<f64>| {
            let all: Vec<f64> = physics.measured.iter().flat_map(|m| of(m)).collect();
            array_file::write(out, file, shape, all).unwrap();
        };
        numbers("abar.npy", &[times], &|m| vec![m.abar]);
        numbers("rho_radial.npy", &[times, rings], &|m| m.rho.clone());
        numbers("mutual_information.npy", &[times, rings], &|m| m.information.clone());
        numbers("rho_2d.npy", &[times, side, side], &|m| m.rho_2d.clone());
        numbers("local_consistency.npy", &[times], &|m| vec![m.local_consistency]);
        let sources = |prefix: &str, lane: Lane| {
            let pictures = self.view.read.latest().unwrap();
            let (map, first) = pictures.cell(&pictures.mosaic, lane, "source").unwrap().posterior.clone().unwrap();
            assert_eq!((first, map.image.len()), (0, setup.count * side * side), "all grids are in sight");
            let shape = [setup.count, side, side];
            let write = |file: &str, values: &[u32]| {
                let values = values.iter().map(|value| *value as i32);
                array_file::write(out, &format!("{prefix}{file}"), &shape, values).unwrap();
            };
            write("source_image.npy", &map.image);
            write("source_position.npy", &map.position);
        };
        sources("", Lane::Main);
        if let Some(compared) = run.lane(Lane::Compared) {
            array_file::write(out, "compare_phi_end.npy", &shape, compared.phi.interleaved()).unwrap();
            sources("compare_", Lane::Compared);
        }
    }
}

fn engine() -> Arc<dyn Engine> {
    Arc::new(CpuEngine::new())
}

fn hold(name: &str, scene: &Value, compared: bool) {
    let scene = (ENTRY.check)(scene).unwrap();
    let folders = tempfile::tempdir().unwrap();
    let [headless, shown] = ["headless", "shown"].map(|name| folders.path().join(name));
    std::fs::create_dir(&headless).unwrap();
    std::fs::create_dir(&shown).unwrap();
    let context = RunContext { engine: &engine(), out: &headless, progress: &|_| true, clock: &|| 0.0 };
    output::run(&scene, &context).unwrap();
    let mut window = Window::open(&scene);
    // Step by step as it plays, back, and in one leap.
    let steps = window.view.steps();
    for step in (0..=steps).chain([steps / 3, steps]) {
        window.view.transport.position = step as f64;
        window.frame();
    }
    window.settle();
    window.write(&shown);
    let mut files: Vec<&str> =
        output::ARRAYS.iter().map(|array| array.file).filter(|file| !file.contains('*')).collect();
    files.retain(|file| *file != "radius.npy");
    if compared {
        files.extend(["compare_phi_end.npy", "compare_source_image.npy", "compare_source_position.npy"]);
    }
    for file in files {
        let [a, b] = [&headless, &shown].map(|folder| std::fs::read(folder.join(file)).unwrap());
        assert!(a == b, "{name}: {file} differs");
    }
}

#[test]
fn two_patterns_compared_and_painted() {
    let scene = json!({
        "lab": "patches", "version": 1,
        "ensemble": { "count": 6, "side": 40 },
        "machine": { "kind": { "kind": "two_pattern" }, "window": { "k": 5 }, "steps": 60 },
        "compare": { "kind": { "kind": "two_pattern" }, "window": { "k": 9 }, "steps": 30, "stepper": "heun" },
        "painting": [
            { "abar": 0.0, "grid": 0, "at": [3.0, 3.0], "radius": 2.5, "ink": "noise" },
            { "abar": 0.31, "grid": 2, "at": [20.5, 38.0], "radius": 4.0, "ink": { "value": 1.0 } },
        ],
    });
    hold("two patterns", &scene, true);
}

#[test]
fn general_machines_of_one_and_three_channels() {
    for (set, machine) in [("digits", "els"), ("landscapes", "bbels")] {
        let scene = json!({
            "lab": "patches", "version": 1,
            "training": { "set": { "kind": set, "side": 12, "count": 3 } },
            "ensemble": { "count": 3, "side": 12 },
            "machine": { "kind": { "kind": machine }, "window": { "list": [3, 5] }, "steps": 12 },
        });
        hold(machine, &scene, false);
    }
}
