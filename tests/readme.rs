//! The README says what the program does: its example is a valid scene that uses every field, and every array, subcommand and
//! field is mentioned.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use diffuscope::labs::score_field::scene::Scene;
use diffuscope::labs::{self, scene_file};
use serde_json::Value;

const README: &str = include_str!("../README.md");

/// The README's blocks of code in `language`.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_example_is_a_scene_that_uses_every_field() {
    let [example] = blocks("json")[..] else { panic!("one example") };
    let written: Value = serde_json::from_str(example).unwrap();
    let complete = scene_file::parse("README.md", example.as_bytes()).unwrap().scene;
    assert_eq!(paths(&written), paths(&complete));
    let scene: Scene = scene_file::typed(&complete).unwrap();
    assert!(scene.compare.is_some() && scene.data.points.len() == 2);
}

/// Every path to a key.
fn paths(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), value)];
    while let Some((path, value)) = open.pop() {
        for (key, value) in value.as_object().into_iter().flatten() {
            let path = format!("{path}.{key}");
            open.push((path.clone(), value));
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn the_short_example_is_a_scene() {
    let short = README.split('`').find(|code| code.starts_with("{\"lab\"")).unwrap();
    scene_file::parse("README.md", short.as_bytes()).unwrap();
}

#[test]
fn every_field_is_explained() {
    let scene = scene_file::to_value(&Scene::default()).unwrap();
    let table = README.split("| field | meaning | range |").nth(1).unwrap().split("\n\n").next().unwrap();
    for path in paths(&scene) {
        let key = path.rsplit('.').next().unwrap();
        let named =
            [format!("`{key}`"), format!(".{key}`"), format!("`{key}.")].iter().any(|name| table.contains(name));
        assert!(named, "{path} is not in the README's table of fields");
    }
}

#[test]
fn every_array_and_subcommand_is_mentioned() {
    for array in labs::ALL.iter().flat_map(|lab| lab.arrays) {
        assert!(README.contains(&format!("`{}`", array.file)), "{}", array.file);
    }
    for subcommand in ["run", "render", "export", "new", "list", "lessons", "bench"] {
        assert!(README.contains(&format!("diffuscope {subcommand} ")), "{subcommand}");
    }
}

#[test]
fn its_files_exist() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let links = README.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for link in links.filter(|link| !link.starts_with("http")) {
        assert!(root.join(link).exists(), "{link} does not exist");
    }
}
