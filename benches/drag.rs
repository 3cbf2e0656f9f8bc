//! What a hand feels: the time from moving a data point to having its final picture, drawing aside.
//!
//! Prints percentiles over many small moves of one of a hundred points, on a canvas of about 512² points.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diffuscope::core::data_set;
use diffuscope::core::param::Choice;
use diffuscope::engine::cpu::CpuEngine;
use diffuscope::labs::LabView;
use diffuscope::labs::score_field::ENTRY;
use diffuscope::ui::theme;
use egui::{Event, Modifiers, PointerButton, Pos2, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use serde_json::json;

/// Window in which the canvas has about 512 × 512 points.
const WINDOW: [f32; 2] = [1216.0, 737.0];
const MOVES: usize = 200;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let points = data_set::draw(&Choice::new("blob").with("count", 100.0), 1)?;
    let mut points: Vec<[f64; 2]> = points.iter().map(|p| [p.x, p.y]).collect();
    points[0] = [0.0, 0.0];
    let scene = json!({
        "lab": "score_field",
        "version": 1,
        "data": { "points": points },
        "time": 0.2,
        "particles": { "count": 500, "steps": 50 },
        "region": [-3.0, 3.0, -3.0, 3.0],
    });
    let view = (ENTRY.open)(&scene, Arc::new(CpuEngine::new()))?;
    let mut harness =
        Harness::builder().with_size(Vec2::from(WINDOW)).with_context_setup(theme::install).build_ui_state(
            |ui, view: &mut Box<dyn LabView>| {
                view.logic(ui.ctx(), 1.0 / 60.0);
                view.ui(ui);
            },
            view,
        );
    settle(&mut harness);
    let canvas = harness.get_by_label("Canvas").rect();
    println!("canvas {} × {} points, {MOVES} moves of one of 100 data points", canvas.width(), canvas.height());

    let centre = canvas.center();
    harness.hover_at(centre);
    harness.step();
    press(&mut harness, centre, true);
    let mut to_picture = Vec::new();
    let mut work_on_frame = Vec::new();
    for i in 1..=MOVES {
        let angle = i as f32 * 0.37;
        harness.hover_at(centre + 40.0 * Vec2::angled(angle));
        let start = now();
        harness.step();
        work_on_frame.push(start.elapsed());
        while harness.state().is_busy() {
            std::thread::sleep(Duration::from_micros(200));
            harness.step();
        }
        to_picture.push(start.elapsed());
    }
    press(&mut harness, centre, false);
    report("first frame after the event", work_on_frame);
    report("event to final picture and particles", to_picture);
    Ok(())
}

fn press(harness: &mut Harness<'_, Box<dyn LabView>>, pos: Pos2, pressed: bool) {
    harness.event(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE });
    harness.step();
}

fn settle(harness: &mut Harness<'_, Box<dyn LabView>>) {
    harness.run_steps(5);
    while harness.state().is_busy() {
        std::thread::sleep(Duration::from_millis(2));
        harness.step();
    }
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!("{what}: p50 {:.1} ms, p95 {:.1} ms, worst {:.1} ms", at(0.5), at(0.95), at(1.0));
}

#[expect(clippy::disallowed_methods, reason = "measuring time is what this program does")]
fn now() -> Instant {
    Instant::now()
}
