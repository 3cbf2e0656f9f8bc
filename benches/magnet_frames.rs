//! What a hand feels in the magnet and the high-dimensions lab: frames while particles run, while a slider moves, and while
//! something long is computed; and the eigenproblem behind the spectrum.
//!
//! A frame is logic, panes and tessellation, without the graphics card. Its processor time is that of the drawing thread, so
//! that other programs on the machine do not count; beside it stands the time of all threads.

use std::time::{Duration, Instant};

use diffuscope::core::high_dimensions::spectrum;
use diffuscope::core::high_dimensions::{eigen, wishart};
use diffuscope::core::param::Choice;
use diffuscope::engine::select::{EngineChoice, select};
use diffuscope::labs::{LabEntry, LabView, high_dimensions, symmetry_breaking};
use diffuscope::ui::theme;
use egui::Vec2;
use egui_kittest::Harness;
use serde_json::{Value, json};

/// Seconds that every frame stands for.
const FRAME_SECS: f32 = 1.0 / 60.0;
const FRAMES: usize = 240;

type Window = Harness<'static, Box<dyn LabView>>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for count in [2000, 100_000] {
        playing(count)?;
    }
    for panel in ["double_well", "waterfall", "phase_diagram"] {
        sliding(panel)?;
    }
    computing()?;
    eigenproblem()?;
    Ok(())
}

fn open(lab: &LabEntry, scene: &Value) -> Result<Window, Box<dyn std::error::Error>> {
    let scene = (lab.check)(scene)?;
    let view = (lab.open)(&scene, select(EngineChoice::Cpu)?.engine)?;
    let mut window = Harness::builder()
        .with_size(Vec2::new(1280.0, 800.0))
        .with_step_dt(FRAME_SECS)
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, view: &mut Box<dyn LabView>| {
                view.logic(ui.ctx(), FRAME_SECS);
                view.ui(ui);
            },
            view,
        );
    window.run_steps(5);
    Ok(window)
}

fn settle(window: &mut Window) {
    while window.state().is_busy() {
        std::thread::sleep(Duration::from_millis(2));
        window.step();
    }
}

fn magnet(count: usize, panel: &str) -> Value {
    json!({
        "lab": "symmetry_breaking", "version": 1, "show": panel, "time": 3.5,
        "model": {"kind": "simplified", "beta": 1.5, "field": 0.4, "spins": 1000},
        "ensemble": {"count": count, "steps": 800},
    })
}

/// One frame at a time, each measured.
#[derive(Default)]
struct Frames {
    wall: Vec<f64>,
    drawing: Vec<f64>,
    everything: f64,
}

impl Frames {
    fn draw(&mut self, window: &mut Window) {
        let (start, thread, process) = (now(), thread_secs(), process_secs());
        window.step();
        let shapes = window.output().shapes.clone();
        let meshes = window.ctx.tessellate(shapes, 1.0);
        std::hint::black_box(meshes);
        self.wall.push(start.elapsed().as_secs_f64());
        self.drawing.push(thread_secs() - thread);
        self.everything += process_secs() - process;
    }

    fn report(mut self, what: &str) {
        let frames = self.wall.len() as f64;
        let line = |times: &mut Vec<f64>| {
            times.sort_unstable_by(f64::total_cmp);
            let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize] * 1e3;
            format!("p50 {:.2} ms, p95 {:.2} ms, worst {:.2} ms", at(0.5), at(0.95), at(1.0))
        };
        println!("{what}");
        println!("  drawing thread, processor time: {}", line(&mut self.drawing));
        println!("  all threads, processor time a frame: {:.2} ms", 1e3 * self.everything / frames);
        println!("  wall: {}", line(&mut self.wall));
    }
}

/// The run plays: 1.7 steps of every particle a frame, statistics, histogram, and the picture.
fn playing(count: usize) -> Result<(), Box<dyn std::error::Error>> {
    let mut window = open(&symmetry_breaking::ENTRY, &magnet(count, "double_well"))?;
    settle(&mut window);
    window.state_mut().start_playing();
    let mut frames = Frames::default();
    let before = window.state().scene()["time"].as_f64().unwrap_or_default();
    for _ in 0..FRAMES {
        let start = now();
        frames.draw(&mut window);
        std::thread::sleep(Duration::from_secs_f64(f64::from(FRAME_SECS)).saturating_sub(start.elapsed()));
    }
    let after = window.state().scene()["time"].as_f64().unwrap_or_default();
    // Where particles are not there in time, the play head waits: then it comes less far.
    let expected = 8.0 * FRAMES as f64 / (8.0 * 60.0);
    frames.report(&format!("{count} particles, playing; {:.0} % of full speed", 100.0 * (before - after) / expected));
    Ok(())
}

/// h moves a little in every frame.
fn sliding(panel: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut window = open(&symmetry_breaking::ENTRY, &magnet(2000, panel))?;
    settle(&mut window);
    let mut frames = Frames::default();
    for i in 0..FRAMES {
        let mut scene = window.state().scene();
        scene["model"]["field"] = json!(0.4 + 0.002 * i as f64);
        window.state_mut().restore(&scene)?;
        frames.draw(&mut window);
    }
    frames.report(&format!("h moves, pane {panel}"));
    Ok(())
}

/// Distances at N = 1000 are computed meanwhile.
fn computing() -> Result<(), Box<dyn std::error::Error>> {
    let scene = json!({"lab": "high_dimensions", "version": 1, "sizes": [1000], "repeats": 20,
        "focus": {"size": 200, "exponent": 0.5}});
    let mut window = open(&high_dimensions::ENTRY, &scene)?;
    let mut frames = Frames::default();
    for _ in 0..FRAMES {
        frames.draw(&mut window);
        std::thread::sleep(Duration::from_millis(8));
    }
    assert!(window.state().is_busy(), "the work is longer than the measurement");
    frames.report("distances at N = 1000 in the background");
    Ok(())
}

fn eigenproblem() -> Result<(), Box<dyn std::error::Error>> {
    let truth = spectrum::build(&Choice::new("marchenko_pastur"), 1000)?;
    let matrix = wishart::gram(&wishart::covariance_factor(1, &truth, 4000.0));
    let best = |work: &dyn Fn() -> Result<(), eigen::EigenError>| -> Result<(f64, f64), eigen::EigenError> {
        let (mut wall, mut cpu) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..5 {
            let (start, process) = (now(), process_secs());
            work()?;
            wall = wall.min(start.elapsed().as_secs_f64());
            cpu = cpu.min(process_secs() - process);
        }
        Ok((wall, cpu))
    };
    for (name, (wall, cpu)) in [
        ("eigenvalues", best(&|| eigen::values(matrix.as_ref()).map(drop))?),
        ("eigenvalues and eigenvectors", best(&|| eigen::vectors(matrix.as_ref()).map(drop))?),
    ] {
        println!("{name}, N = 1000: {wall:.3} s, processor time {cpu:.3} s");
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "measuring time is what this program does")]
fn now() -> Instant {
    Instant::now()
}

/// Processor seconds of this thread; 0 where the system does not tell.
fn thread_secs() -> f64 {
    on_processor("/proc/thread-self/schedstat")
}

/// Processor seconds of all threads of this process.
fn process_secs() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    tasks.map(|task| on_processor(&task.path().join("schedstat").to_string_lossy())).sum()
}

fn on_processor(file: &str) -> f64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.split(' ').next().and_then(|nanoseconds| nanoseconds.parse::<f64>().ok()).unwrap_or_default() * 1e-9
}
