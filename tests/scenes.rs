//! Scene files: the built-in ones are sound and survive the way through JSON, and every fault is told with file, field,
//! value and range.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;

use diffuscope::engine::Engine;
use diffuscope::engine::reference::ReferenceEngine;
use diffuscope::labs::scene_file::{self, SceneFormat};
use diffuscope::labs::score_field::scene::{Data, Point, Scene};
use diffuscope::labs::{self, RunContext};
use proptest::prelude::*;
use serde_json::{Value, json};

fn gallery() -> impl Iterator<Item = (&'static str, scene_file::LoadedScene)> {
    let scenes = labs::ALL.iter().flat_map(|lab| lab.gallery);
    scenes.map(|scene| (scene.id, scene_file::load(&format!("gallery:{}", scene.id)).unwrap()))
}

#[test]
fn built_in_scenes_survive_json() {
    let mut ids = BTreeSet::new();
    for (id, loaded) in gallery() {
        assert!(ids.insert(id), "{id} is there twice");
        let text = scene_file::to_text(&loaded.scene);
        assert_eq!(scene_file::parse(id, text.as_bytes()).unwrap().scene, loaded.scene, "{id}");
        assert_eq!((loaded.lab.check)(&loaded.scene).unwrap(), loaded.scene, "{id}");
        for key in ["title", "about"] {
            assert!(loaded.scene[key].as_str().is_some_and(|text| !text.is_empty()), "{id} has no {key}");
        }
    }
    let scene: Scene = scene_file::typed(&scene_file::load("gallery:two_points").unwrap().scene).unwrap();
    assert_eq!(scene_file::typed::<Scene>(&scene_file::to_value(&scene).unwrap()).unwrap(), scene);
}

#[test]
fn every_file_of_the_gallery_is_in_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/scenes");
    let files: BTreeSet<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(files, gallery().map(|(id, _)| id.to_owned()).collect());
}

#[test]
fn every_built_in_scene_runs() {
    let engine: Arc<dyn Engine> = Arc::new(ReferenceEngine);
    for (id, mut loaded) in gallery() {
        make_small(&mut loaded.scene);
        let out = tempfile::tempdir().unwrap();
        let context = RunContext { engine: &engine, out: out.path(), progress: &|_| true, clock: &|| 0.0 };
        let report = (loaded.lab.run)(&loaded.scene, &context).unwrap();
        assert!(report.arrays.len() >= 9, "{id}");
        for array in &report.arrays {
            assert_eq!(array.not_finite, 0, "{id}: {}", array.file);
            assert!(out.path().join(&array.file).exists(), "{id}: {}", array.file);
        }
        // A number of each lab's own that sums its runs up.
        let told = [("score_field", "/particles/end/statistics/spread"), ("symmetry_breaking", "/m_star")];
        if let Some((_, pointer)) = told.iter().find(|(lab, _)| *lab == loaded.lab.info.id) {
            assert!(report.results.pointer(pointer).is_some_and(Value::is_number), "{id}: {pointer}");
        }
        assert!(report.results.as_object().is_some_and(|results| !results.is_empty()), "{id}");
    }
}

/// Leaves of a scene what the slow engine computes in a moment.
fn make_small(scene: &mut Value) {
    let limits = [
        ("/grid/nx", 9.0),
        ("/grid/ny", 7.0),
        ("/particles/count", 10.0),
        ("/model/spins", 300.0),
        ("/ensemble/count", 20.0),
        ("/spins/systems", 3.0),
        ("/spins/steps", 12.0),
        ("/machine/steps", 4.0),
        ("/compare/steps", 4.0),
        ("/clones/pairs", 20.0),
        ("/finite_data/data_sets", 2.0),
        ("/finite_data/generated", 4.0),
        ("/finite_data/steps", 8.0),
        ("/sizes/0", 30.0),
        ("/sizes/1", 40.0),
        ("/sizes/2", 50.0),
        ("/sizes/3", 60.0),
        ("/repeats", 2.0),
        ("/focus/size", 40.0),
    ];
    for (pointer, most) in limits {
        if let Some(field) = scene.pointer_mut(pointer)
            && let Some(value) = field.as_f64()
        {
            let small = value.min(most);
            *field = if field.is_u64() { json!(small as u64) } else { json!(small) };
        }
    }
}

#[test]
fn defaults_are_valid() {
    Scene::default().check().unwrap();
    let scene = json!({"lab": "score_field", "version": 1});
    assert_eq!(scene_file::typed::<Scene>(&scene).unwrap(), Scene::default());
}

#[test]
fn whole_numbers_may_be_written_with_a_point() {
    let scene = json!({"lab": "score_field", "version": 1, "particles": {"count": 1e4, "steps": 50.0}});
    let scene: Scene = scene_file::typed(&scene).unwrap();
    assert_eq!((scene.particles.count, scene.particles.steps), (10_000, 50));
}

proptest! {
    #[test]
    fn points_survive_json_to_the_last_bit(points in prop::collection::vec((-1e6..1e6f64, -1e6..1e6f64, 0.0..1e12f64), 0..20), seed: u64) {
        let points = points.into_iter().map(|(x, y, weight)| Point { at: [x, y], weight }).collect();
        let scene = Scene { data: Data { points, components: Vec::new() }, seed, ..Scene::default() };
        let text = scene_file::to_text(&scene_file::to_value(&scene).unwrap());
        let read: Scene = scene_file::typed(&scene_file::parse("text", text.as_bytes()).unwrap().scene).unwrap();
        prop_assert_eq!(read, scene);
    }

    #[test]
    fn no_text_brings_the_reader_down(text in "[\\[\\]{}:,\"a-z0-9.e+-]{0,60}", bytes: Vec<u8>) {
        prop_assert!(scene_file::parse("text", text.as_bytes()).is_err());
        prop_assert!(scene_file::parse("text", &bytes).is_err());
    }
}

/// A field, a value that it cannot have, and what the message must say besides naming the field.
const FAULTS: &[(&str, &str, &[&str])] = &[
    ("lab", "\"patchwork\"", &["patchwork", "score_field"]),
    ("lab", "7", &["7", "score_field"]),
    ("version", "2", &["2", "must be 1"]),
    ("version", "\"1\"", &["\"1\"", "must be 1"]),
    ("title", "3", &["3", "expected a string"]),
    ("time", "1e9", &["1000000000", "from 0.002 to 5"]),
    ("time", "\"soon\"", &["soon", "expected a number"]),
    ("time", "null", &["null", "expected a number"]),
    ("seed", "-1", &["-1", "18446744073709551615"]),
    ("seed", "0.5", &["0.5", "whole number"]),
    ("data.points[0]", "[1, 2, 3, 4]", &["[x, y] or [x, y, weight]"]),
    ("data.points[0]", "[1]", &["[x, y] or [x, y, weight]"]),
    ("data.points[0]", "\"here\"", &["here", "[x, y] or [x, y, weight]"]),
    ("data.points[0][1]", "2e6", &["2000000", "from -1000000 to 1000000"]),
    ("data.points[0][1]", "\"0\"", &["\"0\"", "expected a number"]),
    ("data.points[0][2]", "-1", &["-1", "from 0 to 1e12"]),
    ("data.components[0].weight", "-0.5", &["-0.5", "from 0 to 1e12"]),
    ("data.components[0].mean[0]", "1e7", &["10000000", "from -1000000 to 1000000"]),
    ("data.components[0].covariance", "[1, 2, 1]", &["[1, 2, 1]", "positive semidefinite"]),
    ("data.components[0].covariance", "[-1, 0, 1]", &["[-1, 0, 1]", "positive semidefinite"]),
    ("data.components[0].covariance[0]", "1e13", &["10000000000000", "1e12"]),
    ("data.components[0].color", "1", &["unknown field", "mean", "covariance", "weight"]),
    ("noise_shape", "[1, 1, 1]", &["[1, 1, 1]", "positive definite", "from 0.0001 to 10000"]),
    ("process.kind", "\"ve\"", &["\"ve\"", "edm", "cosine"]),
    ("process.sigma_max", "1e6", &["1000000", "from 1 to 1000"]),
    ("process.sigma_max", "\"big\"", &["big", "expected a number"]),
    ("process.sigma", "1", &["\"edm\" has no such parameter", "sigma_max"]),
    ("model.kind", "\"unet\"", &["unet", "delta, gmm, gaussian, isotropic"]),
    ("compare", "{\"kind\": \"gmm\", \"clusters\": 2.5}", &["2.5", "whole number from 1 to 64"]),
    ("compare", "{}", &["missing field `kind`"]),
    ("grid.nx", "5000", &["5000", "from 2 to 4096"]),
    ("grid.ny", "1", &["1", "from 2 to 4096"]),
    ("grid.x", "[1, -1]", &["[1, -1]", "smaller one first"]),
    ("grid.y[1]", "1e8", &["100000000", "from -1e7 to 1e7"]),
    ("particles.count", "1000000000", &["1000000000", "from 0 to 10000000"]),
    ("particles.count", "-3", &["-3", "from 0 to 10000000"]),
    ("particles.steps", "0", &["0", "from 1 to 10000"]),
    ("particles.sampler", "\"magic\"", &["magic", "heun", "ancestral"]),
    ("particles.time_grid.kind", "\"even\"", &["even", "uniform, log_snr, edm_rho"]),
    ("particles.start", "\"middle\"", &["middle", "prior", "exact"]),
    ("layers.heat.quantity", "\"beauty\"", &["beauty", "density", "component_colours"]),
    ("layers.heat.colour_map", "\"jet\"", &["jet", "viridis"]),
    ("layers.heat.range", "[2, 1]", &["[2, 1]", "smaller one first"]),
    ("layers.heat.opacity", "1.5", &["1.5", "from 0 to 1"]),
    ("layers.contours.count", "1000", &["1000", "from 1 to 40"]),
    ("layers.arrows.length", "\"long\"", &["long", "linear"]),
    ("layers.arrows.spacing", "1", &["1", "from 12 to 120"]),
    ("layers.streamlines.spacing", "1", &["1", "from 6 to 80"]),
    ("layers.particles.radius", "0", &["0", "from 0.3 to 10"]),
    ("layers.particles.trail", "500", &["500", "from 0 to 200"]),
    ("layers.data.on", "1", &["1", "expected a boolean"]),
    ("region", "[1, -1, 0, 1]", &["[1, -1]", "smaller one first"]),
    ("region", "[0, 1, 0]", &["3", "4"]),
    ("probes[0][0]", "1e300", &["1e300", "from -1e7 to 1e7"]),
    ("wallpaper", "1", &["unknown field", "time", "seed"]),
];

#[test]
fn faults_name_file_field_value_and_range() {
    for (field, value, expected) in FAULTS {
        let mut scene = json!({
            "lab": "score_field",
            "version": 1,
            "data": {"points": [[0, 0, 1]], "components": [{"mean": [0, 0], "covariance": [1, 0, 1]}]},
            "probes": [[0, 0]],
        });
        scene_file::parse("scene.json", scene.to_string().as_bytes()).unwrap();
        let mut complete = scene_file::checked::<Scene>(&scene).unwrap();
        *at(&mut complete, field) = serde_json::from_str(value).unwrap();
        // Weights of 1 are left out of saved points, so that point is put back in its long form.
        if let Some(point) = field.strip_prefix("data.points[0][") {
            scene["data"]["points"][0][point.trim_end_matches(']').parse::<usize>().unwrap()] =
                serde_json::from_str(value).unwrap();
            complete["data"]["points"] = scene["data"]["points"].clone();
        }
        let message = scene_file::parse("scene.json", complete.to_string().as_bytes()).unwrap_err().to_string();
        assert!(message.starts_with("scene.json: "), "{field} = {value}: {message}");
        let parent = field.split('[').next().unwrap();
        assert!(message.contains(parent), "{field} = {value}: {message}");
        for part in *expected {
            assert!(message.contains(part), "{field} = {value}: no \"{part}\" in: {message}");
        }
        assert!(!message.contains('\n'), "{message}");
    }
}

/// The value at a path like `data.points[0][1]`; objects grow a missing key.
fn at<'a>(value: &'a mut Value, path: &str) -> &'a mut Value {
    path.split(['.', '[']).fold(value, |value, step| match step.strip_suffix(']') {
        Some(index) => {
            let list = value.as_array_mut().unwrap();
            let index: usize = index.parse().unwrap();
            list.resize(list.len().max(index + 1), Value::Null);
            &mut list[index]
        }
        None => value.as_object_mut().unwrap().entry(step).or_insert(Value::Null),
    })
}

#[test]
fn more_points_than_allowed_are_refused() {
    let point = json!([0.0, 0.0]);
    let scene = json!({"lab": "score_field", "version": 1, "data": {"points": vec![point; 100_001]}});
    let message = scene_file::parse("scene.json", scene.to_string().as_bytes()).unwrap_err().to_string();
    assert_eq!(message, "scene.json: data.points: there are 100001 entries, but at most 100000 are allowed");
}

#[test]
fn a_scene_without_data_can_be_edited_but_not_run() {
    let scene = json!({"lab": "score_field", "version": 1});
    let loaded = scene_file::parse("scene.json", scene.to_string().as_bytes()).unwrap();
    let engine: Arc<dyn Engine> = Arc::new(ReferenceEngine);
    let out = tempfile::tempdir().unwrap();
    let context = RunContext { engine: &engine, out: out.path(), progress: &|_| true, clock: &|| 0.0 };
    let error = (loaded.lab.run)(&loaded.scene, &context).unwrap_err();
    assert!(error.to_string().contains("there is no data"), "{error}");
}
