//! Everything that can be exported, written, read back and checked.

#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "tests")]

mod captions;
mod command_line;
mod data;
mod figures;
mod films;
mod stopping;

use std::path::Path;

use diffuscope::engine::select::{EngineChoice, select};
use diffuscope::export::{Kind, Picture, Request};
use diffuscope::labs::scene_file::{self, LoadedScene};
use serde_json::{Value, json};

/// A scene of the gallery with some of its fields replaced.
fn scene(id: &str, changes: Value) -> LoadedScene {
    let mut loaded = scene_file::load(&format!("gallery:{id}")).unwrap();
    for (field, value) in changes.as_object().unwrap() {
        loaded.scene[field.as_str()] = value.clone();
    }
    loaded.scene = (loaded.lab.check)(&loaded.scene).unwrap();
    loaded
}

/// Small scenes of every lab, each with as much as it can have.
fn small_scenes() -> Vec<LoadedScene> {
    let grid = json!({"x": [-2.0, 2.0], "y": [-2.0, 2.0], "nx": 7, "ny": 5});
    let compare = json!({"kind": "gaussian"});
    let short = json!({"steps": 6});
    vec![
        scene("two_points", json!({"grid": grid, "compare": compare})),
        scene("patches_two_patterns", json!({"ensemble": {"count": 2, "side": 16}, "compare": null})),
        scene(
            "magnet_one_becomes_two",
            json!({
                "ensemble": {"count": 5, "steps": 20},
                "potential": {"nodes": 9, "rows": 4},
                "spins": {"systems": 3, "steps": 5},
                "clones": {"pairs": 10, "tau": [0.0, 1.0]},
                "finite_data": {"spins": [10, 20], "samples": [5], "data_sets": 2, "generated": 4, "steps": 5},
                "pure_states": {"particles": 6},
            }),
        ),
        scene(
            "spectrum_spike",
            json!({"sizes": [10], "exponents": [0.0, 1.0], "repeats": 1, "focus": {"size": 12, "exponent": 0.5}, "steps": short["steps"]}),
        ),
    ]
}

fn request(scene: LoadedScene) -> Request {
    let engine = select(EngineChoice::Cpu).unwrap().engine;
    let picture = Picture { size: [420, 300], ..Picture::default() };
    Request { scene, engine, picture, frames: 4 }
}

/// Exports to a file of this name.
fn export(request: &Request, kind: &str, to: &Path) {
    Kind::find(kind).unwrap().export(request, to, &|_| true).unwrap();
}

/// What is in a folder, hidden files included.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
