//! What playing costs: processor time of every frame and step while the patch lab plays 60 steps a second, physics panel
//! included, drawing by the graphics card aside (triangles and textures are made, but nobody paints them).
//!
//! Reads processor time from /proc; elsewhere it has nothing to say.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diffuscope::engine::cpu::CpuEngine;
use diffuscope::labs::LabView;
use diffuscope::labs::patches::ENTRY;
use diffuscope::ui::theme;
use egui::{Context, Pos2, RawInput, Rect, Vec2};
use serde_json::json;

const WINDOW: Vec2 = Vec2::new(1280.0, 760.0);
const FRAME: Duration = Duration::from_micros(16_667);
/// Steps of the run: at the usual speed it lasts 8 seconds, 60 steps a second.
const STEPS: usize = 480;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "{:<34}{:>14}{:>14}{:>14}{:>12}  by thread (ms a frame)",
        "", "steps/s", "ms a frame", "ms a step", "of a core"
    );
    for (name, count, side, front) in [
        ("one grid of 256², correlations", 1, 256, "correlations"),
        ("one grid of 256², growth", 1, 256, "growth"),
        ("one grid of 256², no physics", 1, 256, ""),
        ("16 grids of 256², correlations", 16, 256, "correlations"),
        ("one grid of 512², correlations", 1, 512, "correlations"),
    ] {
        play(name, count, side, front)?;
    }
    Ok(())
}

fn play(name: &str, count: usize, side: usize, front: &str) -> Result<(), Box<dyn std::error::Error>> {
    let scene = json!({
        "lab": "patches", "version": 1,
        "ensemble": { "count": count, "side": side },
        "machine": { "kind": { "kind": "two_pattern" }, "window": { "k": 5 }, "steps": STEPS },
    });
    let mut view = (ENTRY.open)(&scene, Arc::new(CpuEngine::new()))?;
    if let Some(tiles) = view.tiles() {
        if front.is_empty() {
            for pane in ["correlations", "growth", "probe", "equations", "machine", "training"] {
                tiles.set_open(pane, false);
            }
        } else {
            tiles.focus(front);
        }
    }
    let ctx = Context::default();
    theme::install(&ctx);
    // Returns ᾱ of the play head.
    let frame = |view: &mut Box<dyn LabView>, dt: f32| {
        let input = RawInput { screen_rect: Some(Rect::from_min_size(Pos2::ZERO, WINDOW)), ..RawInput::default() };
        let mut output = ctx.run_ui(input, |ui| {
            view.logic(&ctx, dt);
            view.ui(ui);
        });
        let meshes = ctx.tessellate(output.shapes, output.pixels_per_point);
        std::hint::black_box((meshes, &output.textures_delta));
        output.textures_delta.clear();
        view.scene()["abar"].as_f64().unwrap_or(0.0)
    };
    for _ in 0..2000 {
        frame(&mut view, 0.0);
        if !view.is_busy() {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    view.start_playing();
    let before = processor_secs();
    let start = now();
    let mut frames = 0_u32;
    let mut last = start;
    let mut reached = None;
    while reached.is_none() && start.elapsed() < Duration::from_secs(60) {
        let dt = last.elapsed().as_secs_f32();
        last = now();
        if frame(&mut view, dt) >= 1.0 {
            reached = Some(start.elapsed());
        }
        frames += 1;
        if let Some(rest) = (FRAME * frames).checked_sub(start.elapsed()) {
            std::thread::sleep(rest);
        }
    }
    let after = processor_secs();
    let wall = start.elapsed().as_secs_f64();
    let mut by_thread: BTreeMap<String, f64> = BTreeMap::new();
    for ((id, name), secs) in &after {
        let spent = secs - before.get(&(*id, name.clone())).copied().unwrap_or(0.0);
        *by_thread.entry(name.clone()).or_default() += spent;
    }
    let total: f64 = by_thread.values().sum();
    let told: Vec<String> = by_thread
        .iter()
        .filter(|(_, secs)| **secs > 0.02 * total)
        .map(|(name, secs)| format!("{name} {:.2}", 1e3 * secs / f64::from(frames)))
        .collect();
    println!(
        "{name:<34}{:>14.1}{:>14.2}{:>14.2}{:>11.0} %  {}",
        STEPS as f64 / reached.map_or(f64::NAN, |at| at.as_secs_f64()),
        1e3 * total / f64::from(frames),
        1e3 * total / STEPS as f64,
        100.0 * total / wall,
        told.join(", ")
    );
    Ok(())
}

/// Processor seconds of every thread, by number and name.
fn processor_secs() -> BTreeMap<(u64, String), f64> {
    let mut found = BTreeMap::new();
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return found };
    for task in tasks.flatten() {
        let path = task.path();
        let id = task.file_name().to_string_lossy().parse().unwrap_or(0);
        let name = std::fs::read_to_string(path.join("comm")).unwrap_or_default().trim().to_owned();
        // The first number is nanoseconds on a processor.
        let text = std::fs::read_to_string(path.join("schedstat")).unwrap_or_default();
        let nanos: f64 = text.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0.0);
        found.insert((id, name), 1e-9 * nanos);
    }
    found
}

#[expect(clippy::disallowed_methods, reason = "measuring time is what this program does")]
fn now() -> Instant {
    Instant::now()
}
