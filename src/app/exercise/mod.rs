//! The program exercised without a window and measured: how long its frames take, its openings, its undo, and whether its
//! memory stays flat.
//!
//! The real [`App`] runs in real egui frames, tessellation included; only what the graphics processor would do is left out.
//! Times are those of the thread that draws, as its processor clock has them, so that a busy machine does not count as a
//! slow program. Frames follow one another at the pace of a display, so that threads have the time to work that they would
//! have there.

mod play;
mod report;
mod stage;

use std::time::Duration;

use super::{Answer, Ask, FileDialogs, Options, lessons};
use crate::engine::EngineError;
use crate::engine::select::EngineChoice;
use crate::labs;
use crate::labs::scene_file::{self, SceneError};
pub use report::{Cost, Percentiles, Table};
use stage::Stage;

/// Why the program could not be exercised.
#[derive(Debug, thiserror::Error)]
pub enum ExerciseError {
    /// There is no such engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A built-in scene is at fault.
    #[error(transparent)]
    Scene(#[from] SceneError),
}

/// One exercise of the family.
pub struct Exercise {
    /// Name on the command line.
    pub id: &'static str,
    /// One sentence of explanation.
    pub about: &'static str,
    /// How long it takes if nobody says, in seconds; 0 where that does not depend on time.
    pub usual_secs: f64,
    /// Does it for so many seconds and tells what was measured.
    pub run: fn(EngineChoice, f64) -> Result<Vec<Table>, ExerciseError>,
}

/// Every exercise.
pub static ALL: &[Exercise] = &[
    Exercise {
        id: "frames",
        about: "UI work of each frame in a scripted session through every scene and lesson: playing, hovering, dragging, typing, undoing",
        usual_secs: 120.0,
        run: frames,
    },
    Exercise {
        id: "opening",
        about: "Computing from the opening of a built-in scene to its first picture, all threads together",
        usual_secs: 0.0,
        run: opening,
    },
    Exercise {
        id: "undo",
        about: "The frame that undoes an edit, in every scene and in one of 10,000 points",
        usual_secs: 0.0,
        run: undo,
    },
    Exercise {
        id: "soak",
        about: "Memory at the same place of every round through all scenes",
        usual_secs: 1200.0,
        run: soak,
    },
];

/// Time from one frame to the next.
const FRAME: Duration = Duration::from_micros(16_667);
/// The same as the program sees it.
const FRAME_SECS: f64 = 1.0 / 60.0;
/// Longest wait for a picture or for calm.
const PATIENCE_FRAMES: usize = 1800;
/// Frames that a scene may go on computing before it is edited: undo does not wait for long experiments either.
const SETTLING_FRAMES: usize = 300;
/// Frames of each lesson that are measured.
const LESSON_FRAMES: usize = 60;

/// Dialogs that nobody answers.
struct NoDialogs;

impl FileDialogs for NoDialogs {
    fn ask(&mut self, _: Ask, answer: Answer) {
        answer(None);
    }
}

/// Every built-in scene: its lab, its identifier.
fn scenes() -> impl Iterator<Item = (&'static str, &'static str)> {
    labs::ALL.iter().flat_map(|lab| lab.gallery.iter().map(|scene| (lab.info.id, scene.id)))
}

fn stage(engine: EngineChoice) -> Result<Stage, ExerciseError> {
    let options = Options { engine, dialogs: Box::new(NoDialogs), ..Options::default() };
    Ok(Stage::new(options)?)
}

fn frames(engine: EngineChoice, secs: f64) -> Result<Vec<Table>, ExerciseError> {
    let mut stage = stage(engine)?;
    let count = scenes().count();
    let per_scene = (secs / FRAME_SECS / count as f64).max(60.0) as usize;
    for (lab, scene) in scenes() {
        stage.label(lab, scene, "open");
        stage.app().open_gallery(scene);
        play::session(&mut stage, per_scene);
        stage.app().close_everything();
    }
    for (lesson, _) in lessons::course() {
        stage.label("lessons", lesson.id, "open");
        stage.app().open_lesson(lesson.id);
        play::read(&mut stage, LESSON_FRAMES);
        stage.app().close_lesson();
        stage.app().close_everything();
    }
    let ctx = stage.ctx().clone();
    let mut tables = report::of_frames(stage.costs());
    let formulas = crate::ui::formula::counts(&ctx);
    let mut table = Table::new("formulas, typeset on a thread of their own", &["typeset", "pictures"]);
    table.row("all", &[formulas.typeset as f64, formulas.pictures as f64]);
    tables.push(table);
    Ok(tables)
}

fn opening(engine: EngineChoice, _: f64) -> Result<Vec<Table>, ExerciseError> {
    let mut table = Table::new(
        "opening to first picture, ms",
        &["processor, all threads", "wall", "worst frame", "frames", "to the final picture, wall"],
    );
    let mut stage = stage(engine)?;
    stage.calm(PATIENCE_FRAMES);
    for (lab, scene) in scenes() {
        stage.app().close_everything();
        stage.calm(PATIENCE_FRAMES);
        stage.forget_costs();
        stage.label(lab, scene, "open");
        let opened = stage::Clocks::now();
        stage.app().open_gallery(scene);
        let own = opened.elapsed();
        let mut frames = 0;
        loop {
            stage.frame(Vec::new());
            frames += 1;
            if stage.has_picture() || frames == PATIENCE_FRAMES {
                break;
            }
        }
        let first = opened.elapsed();
        stage.calm(PATIENCE_FRAMES);
        let last = opened.elapsed();
        let worst = stage.costs().iter().map(|cost| cost.ms).fold(1e3 * own.thread, f64::max);
        table.row(scene, &[1e3 * first.process, 1e3 * first.wall, worst, frames as f64, 1e3 * last.wall]);
    }
    Ok(vec![table])
}

fn undo(engine: EngineChoice, _: f64) -> Result<Vec<Table>, ExerciseError> {
    let mut table = Table::new("frames that take an edit, undo it and redo it, ms", &["edit", "undo", "redo", "edits"]);
    let mut stage = stage(engine)?;
    for (lab, scene) in scenes() {
        stage.label(lab, scene, "undo");
        stage.app().open_gallery(scene);
        measure_undo(&mut stage, scene, &mut table);
    }
    let points: Vec<[f64; 2]> = (0..10_000).map(|i| f64::from(i) * 0.01).map(|a| [a.sin(), (1.7 * a).cos()]).collect();
    let large = serde_json::json!({"lab": "score_field", "version": 1, "data": {"points": points}, "time": 1.0});
    let large = scene_file::parse("10,000 points", large.to_string().as_bytes())?;
    stage.label("score_field", "10,000 points", "undo");
    stage.app().open(&large, None);
    measure_undo(&mut stage, "10,000 points", &mut table);
    Ok(vec![table])
}

fn measure_undo(stage: &mut Stage, name: &str, table: &mut Table) {
    stage.calm(SETTLING_FRAMES);
    // Most frames go by on the way to a widget that can be turned.
    stage.hurry(true);
    let mut worst = [0.0_f64; 3];
    let mut edits = 0;
    for round in 0..12 {
        let Some(edit) = play::edit(stage, round) else { continue };
        edits += 1;
        worst[0] = worst[0].max(edit);
        worst[1] = worst[1].max(play::undo(stage));
        stage.rest(4);
        worst[2] = worst[2].max(play::redo(stage));
        stage.rest(4);
    }
    stage.hurry(false);
    table.row(name, &[worst[0], worst[1], worst[2], f64::from(edits)]);
    stage.app().close_everything();
}

fn soak(engine: EngineChoice, secs: f64) -> Result<Vec<Table>, ExerciseError> {
    const FRAMES_PER_SCENE: usize = 60;
    let mut table = Table::new("memory after each round, MiB", &["resident", "minutes", "documents", "textures"]);
    let mut stage = stage(engine)?;
    let started = stage::Clocks::now();
    let mut round = 0;
    while started.elapsed().wall < secs {
        for (lab, scene) in scenes() {
            stage.label(lab, scene, "soak");
            stage.app().open_gallery(scene);
            play::session(&mut stage, FRAMES_PER_SCENE);
            stage.app().close_everything();
        }
        // The same moment of every round: the first scene, calm.
        stage.app().open_first();
        stage.calm(PATIENCE_FRAMES);
        stage.forget_costs();
        round += 1;
        let resident =
            memory_stats::memory_stats().map_or(f64::NAN, |stats| stats.physical_mem as f64 / f64::from(1 << 20));
        let minutes = started.elapsed().wall / 60.0;
        let documents = stage.app().open_scenes().len() as f64;
        table.row(&format!("round {round}"), &[resident, minutes, documents, stage.textures() as f64]);
        eprintln!("round {round}: {resident:.1} MiB after {minutes:.1} min");
    }
    Ok(vec![table])
}
