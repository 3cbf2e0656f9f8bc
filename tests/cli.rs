//! The program itself, driven through its command line.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod command;

use std::collections::BTreeMap;
use std::path::Path;

use command::{Ended, diffuscope, scene_file};
use diffuscope::core::grid::Grid;
use diffuscope::core::sym2;
use diffuscope::labs::scene_file;
use diffuscope::labs::score_field::scene::Scene;
use diffuscope::labs::score_field::setup::Setup;
use serde_json::{Value, json};

/// A scene that uses much of the format.
fn rich_scene() -> Value {
    json!({
        "lab": "score_field",
        "version": 1,
        "data": {
            "points": [[-1, 0.5], [1, 0, 2], [0.3, -0.8]],
            "components": [{"mean": [0.5, 0.5], "covariance": [0.2, 0.1, 0.3], "weight": 0.5}],
        },
        "process": {"kind": "variance_preserving", "half": 1},
        "noise_shape": [1, 0.3, 0.5],
        "compare": {"kind": "gaussian"},
        "time": 0.3,
        "grid": {"x": [-2, 2], "y": [-1, 2], "nx": 33, "ny": 17},
        "particles": {"count": 200, "steps": 20, "sampler": "reverse_sde", "start": "exact"},
        "seed": 7,
    })
}

/// An array of a run: its shape and values.
fn array(folder: &Path, file: &str) -> (Vec<usize>, Vec<f64>) {
    let bytes = std::fs::read(folder.join(file)).unwrap();
    let npy = npyz::NpyFile::new(&bytes[..]).unwrap();
    assert_eq!(npy.order(), npyz::Order::C, "{file}");
    let shape = npy.shape().iter().map(|n| *n as usize).collect();
    let values = match npy.dtype() {
        npyz::DType::Plain(kind) if kind.to_string() == "<f4" => {
            npy.into_vec::<f32>().unwrap().into_iter().map(f64::from).collect()
        }
        _ => npy.into_vec::<f64>().unwrap(),
    };
    (shape, values)
}

fn run(scene: &Value, engine: &str) -> (tempfile::TempDir, Ended) {
    let folder = tempfile::tempdir().unwrap();
    let scene = scene_file(folder.path(), &scene.to_string());
    let out = folder.path().join("new/out");
    let ended = diffuscope(&["run", &scene, "--out", out.to_str().unwrap(), "--engine", engine]);
    (folder, ended)
}

#[test]
fn run_writes_what_the_theory_says() {
    let scene = rich_scene();
    for (engine, tolerance) in [("core", 1e-12), ("cpu", 1e-5), ("auto", 1e-5)] {
        let (folder, ended) = run(&scene, engine);
        ended.expect(0);
        assert_eq!(ended.stdout, "", "results of a run go to its folder");
        let out = folder.path().join("new/out");

        let typed: Scene = scene_file::typed(&scene).unwrap();
        let setup = Setup::new(&typed).unwrap();
        let grid = Grid { x: typed.grid.x, y: typed.grid.y, nx: 33, ny: 17 };
        let columns: Vec<f64> = (0..33).map(|i| grid.x_at(i)).collect();
        let rows: Vec<f64> = (0..17).map(|j| grid.y_at(j)).collect();
        assert_eq!(array(&out, "x.npy"), (vec![33], columns));
        assert_eq!(array(&out, "y.npy"), (vec![17], rows));

        for (prefix, model) in [("", &setup.model), ("compare_", setup.compare.as_ref().unwrap())] {
            let mixture = model.noised(setup.forward.level(0.3));
            let mut expected: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
            for index in 0..grid.len() {
                let x = grid.node(index);
                let value = mixture.at(x);
                let mut put = |name, values: &[f64]| expected.entry(name).or_default().extend(values);
                put("log_density", &[value.log_density]);
                put("score", value.score.as_slice());
                put("denoiser", value.denoiser.as_slice());
                put("posterior_covariance", &sym2::entries(&value.posterior_covariance));
                put("proxy_covariance", &sym2::entries(&value.proxy_covariance));
                put("weights", &mixture.weights(x).0);
            }
            for (name, expected) in expected {
                let (shape, found) = array(&out, &format!("{prefix}{name}.npy"));
                let entries = expected.len() / grid.len();
                let axes = if name == "log_density" { vec![17, 33] } else { vec![17, 33, entries] };
                assert_eq!(shape, axes, "{prefix}{name}");
                let largest = expected.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
                for (found, expected) in found.iter().zip(&expected) {
                    assert!(
                        (found - expected).abs() <= tolerance * largest,
                        "{engine}: {prefix}{name}: {found} {expected}"
                    );
                }
            }
        }
        for file in ["particles_start.npy", "particles_end.npy", "compare_particles_end.npy"] {
            let (shape, places) = array(&out, file);
            assert_eq!(shape, [200, 2], "{file}");
            assert!(places.iter().all(|v| v.is_finite() && v.abs() < 10.0), "{file}");
        }
        assert_eq!(array(&out, "components.npy").0, [4, 6]);

        let summary: Value = serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap();
        assert_eq!(summary["parameters"], scene_file::to_value(&typed).unwrap());
        assert_eq!((&summary["seed"], &summary["version"]), (&json!(7), &json!(env!("CARGO_PKG_VERSION"))));
        assert!(engine == "auto" || summary["engine"] == engine);
        assert!(summary["compute_secs"].as_f64().unwrap() > 0.0);
        for entry in summary["arrays"].as_array().unwrap() {
            let (shape, _) = array(&out, entry["file"].as_str().unwrap());
            assert_eq!(entry["shape"], json!(shape), "{entry}");
        }
        let files = std::fs::read_dir(&out).unwrap().count();
        assert_eq!(files, summary["arrays"].as_array().unwrap().len() + 1, "every file is in the summary");
    }
}

#[test]
fn the_same_seed_gives_the_same_particles() {
    let places = |seed: u64| {
        let mut scene = rich_scene();
        scene["seed"] = json!(seed);
        let (folder, ended) = run(&scene, "cpu");
        ended.expect(0);
        array(&folder.path().join("new/out"), "particles_end.npy")
    };
    let first = places(7);
    assert_eq!(first, places(7));
    assert_ne!(first, places(8));
}

#[test]
fn far_away_and_on_top_of_one_another_numbers_stay_finite() {
    let scenes = [
        json!({"data": {"points": [[0, 0], [1, 1]]}, "time": 0.002, "grid": {"x": [1e6, 1.1e6], "y": [-1e6, 1e6], "nx": 5, "ny": 4}}),
        json!({"data": {"points": [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]}, "time": 0.002, "model": {"kind": "gmm"}, "grid": {"nx": 5, "ny": 5}}),
        json!({"data": {"points": [[0, 0]]}, "process": {"kind": "variance_preserving"}, "time": 1, "grid": {"nx": 5, "ny": 5}}),
    ];
    for mut scene in scenes {
        scene["lab"] = json!("score_field");
        scene["version"] = json!(1);
        scene["particles"] = json!({"count": 5, "steps": 5});
        for engine in ["core", "cpu"] {
            let (_folder, ended) = run(&scene, engine);
            ended.expect(0);
            assert!(!ended.stderr.contains("not finite"), "{scene} {engine}: {}", ended.stderr);
        }
    }
}

#[test]
fn scenes_come_from_standard_input_and_the_gallery() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    command::with_input(&["run", "-", "--out", folder], &rich_scene().to_string()).expect(0);
    assert!(out.path().join("summary.json").exists());
    let small = ["--set", "grid.nx=8", "--set", "grid.ny=8", "--set", "particles.count=0"];
    diffuscope(&[&["run", "gallery:two_points", "--out", folder], &small[..]].concat()).expect(0);
    assert_eq!(array(out.path(), "log_density.npy").0, [8, 8]);
}

#[test]
fn bad_scenes_end_with_2_and_one_sentence() {
    let whole = rich_scene().to_string();
    let with = |field: &str, value: &str| {
        let mut scene = rich_scene();
        scene[field] = serde_json::from_str(value).unwrap();
        scene.to_string()
    };
    let cases: &[(String, &[&str])] = &[
        (whole.replace("0.3,", "NaN,"), &["NaN", "not a finite number"]),
        (whole.replace("\"time\":0.3", "\"time\":1e999"), &["time", "1e999", "not a finite number"]),
        (with("data", r#"{"points": [[0, 0, -2]]}"#), &["data.points[0][2]", "-2", "from 0 to 1e12"]),
        (
            with("data", r#"{"components": [{"mean": [0, 0], "covariance": [1, 3, 1]}]}"#),
            &["data.components[0].covariance", "[1, 3, 1]", "positive semidefinite"],
        ),
        (with("particles", r#"{"count": 1000000000}"#), &["particles.count", "1000000000", "from 0 to 10000000"]),
        (with("time", "\"late\""), &["time", "late", "number"]),
        (with("colour", "3"), &["colour", "unknown field"]),
        (with("version", "99"), &["version", "99", "must be 1"]),
        (with("data", "{}"), &["data", "no data", "at least one point"]),
        (whole[..whole.len() / 2].to_owned(), &["cut off"]),
        (String::new(), &["cut off"]),
        ("[]".to_owned(), &["JSON object", "a list"]),
        ("\u{feff}{}".to_owned(), &["not valid JSON"]),
    ];
    for (text, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let scene = scene_file(folder.path(), text);
        let out = folder.path().join("out");
        let ended = diffuscope(&["run", &scene, "--out", out.to_str().unwrap()]);
        ended.expect(2);
        ended.is_one_sentence(&scene);
        for part in *expected {
            assert!(ended.stderr.contains(part), "no \"{part}\" in: {}", ended.stderr);
        }
        assert!(!out.join("summary.json").exists());
    }
}

#[test]
fn unreadable_scenes_end_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let run = |scene: &str| diffuscope(&["run", scene, "--out", out.to_str().unwrap()]);
    run("no/such/file.json").expect_sentence(2, &["no/such/file.json", "cannot be read"]);
    run(folder.path().to_str().unwrap()).expect_sentence(2, &["cannot be read"]);
    run("gallery:none").expect_sentence(2, &["gallery:none", "two_points"]);
    let huge = folder.path().join("huge.json");
    std::fs::File::create(&huge).unwrap().set_len(65 << 20).unwrap();
    run(huge.to_str().unwrap()).expect_sentence(2, &["65.0 MiB", "at most 64 MiB"]);
    diffuscope(&["huge", "of", "arguments"]).expect_sentence(2, &["--help"]);
}

#[test]
fn bad_arguments_end_with_2_and_missing_engines_with_3() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    diffuscope(&["run"]).expect_sentence(2, &["--out"]);
    diffuscope(&["run", "gallery:two_points", "--fast"]).expect_sentence(2, &["--fast"]);
    diffuscope(&["run", "gallery:two_points", "--out", folder, "--set", "time"]).expect_sentence(2, &["FIELD=VALUE"]);
    diffuscope(&["run", "gallery:two_points", "--out", folder, "--set", "time=9"])
        .expect_sentence(2, &["time", "9", "from 0.001 to 4"]);
    diffuscope(&["list", "animals"]).expect_sentence(2, &["animals", "processes"]);
    diffuscope(&["bench", "sorting"]).expect_sentence(2, &["sorting", "score"]);
    diffuscope(&["run", "gallery:two_points", "--out", folder, "--engine", "cuda"])
        .expect_sentence(3, &["cuda", "auto, cpu, gpu or core"]);
}

#[test]
fn a_folder_that_cannot_be_made_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let inside = file.join("out");
    for out in [&file, &inside] {
        diffuscope(&["run", "gallery:two_points", "--out", out.to_str().unwrap()])
            .expect_sentence(1, &["cannot make the folder", "file"]);
    }
}

#[test]
fn list_names_every_family() {
    let ended = diffuscope(&["list", "--json"]);
    ended.expect(0);
    let families: Value = serde_json::from_str(&ended.stdout).unwrap();
    let ids = |family: &str| -> Vec<String> {
        let members = families[family].as_array().unwrap().iter();
        members.map(|member| member["id"].as_str().unwrap().to_owned()).collect()
    };
    let expect = |family, known: Vec<&str>| assert_eq!(ids(family), known, "{family}");
    expect("processes", diffuscope::core::process::ALL.iter().map(|kind| kind.info.id).collect());
    expect("samplers", diffuscope::core::sampler::ALL.iter().map(|kind| kind.info.id).collect());
    expect("score_models", diffuscope::core::score_model::ALL.iter().map(|kind| kind.info.id).collect());
    expect("time_grids", diffuscope::core::time_grid::ALL.iter().map(|kind| kind.info.id).collect());
    expect("data_sets", diffuscope::core::data_set::ALL.iter().map(|kind| kind.info.id).collect());
    expect("quantities", diffuscope::engine::kernel::quantity::ALL.iter().map(|quantity| quantity.id).collect());
    let edm = families["processes"].as_array().unwrap().iter().find(|kind| kind["id"] == "edm").unwrap();
    assert_eq!(
        edm["params"][1],
        json!({
            "key": "sigma_max", "label": "largest σ", "about": "Noise at the noisy end, in units of the data.",
            "min": 1.0, "max": 1000.0, "default": 80.0, "whole": false,
        })
    );

    let text = diffuscope(&["list", "processes"]);
    text.expect(0);
    assert!(text.stdout.contains("sigma_max") && !text.stdout.contains("two_moons"), "{}", text.stdout);
}

#[test]
fn a_reader_who_stops_reading_is_no_failure() {
    command::with_closed_output(&["list"]).expect(0);
    command::with_closed_output(&["--help"]).expect(0);
}

#[test]
fn new_scenes_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("moons.json");
    let path = path.to_str().unwrap();
    diffuscope(&["new", "two_moons", "--set", "count=20", "--seed", "3", "-o", path]).expect(0);
    let scene: Scene = scene_file::typed(&scene_file::load(path).unwrap().scene).unwrap();
    assert_eq!((scene.data.points.len(), scene.seed), (20, 3));
    assert!(scene.data.points.iter().all(|p| p.at[0].abs() < scene.region[1] && p.at[1].abs() < scene.region[3]));
    let out = folder.path().join("out");
    diffuscope(&["run", path, "--out", out.to_str().unwrap(), "--set", "grid.nx=9", "--set", "grid.ny=9"]).expect(0);

    let printed = diffuscope(&["new", "ring"]);
    printed.expect(0);
    assert!(scene_file::parse("ring", printed.stdout.as_bytes()).is_ok());
    diffuscope(&["new", "star"]).expect_sentence(2, &["star", "two_moons"]);
    diffuscope(&["new", "ring", "--set", "count=0"]).expect_sentence(2, &["count", "0", "from 1 to 10000"]);
    diffuscope(&["new", "ring", "--set", "count=many"]).expect_sentence(2, &["many", "not a number"]);
    diffuscope(&["new", "ring", "--set", "colour=1"]).expect_sentence(2, &["colour", "count, radius"]);
}

#[test]
fn help_and_version_go_to_standard_output() {
    let help = diffuscope(&["run", "--help"]);
    help.expect(0);
    for lab in diffuscope::labs::ALL {
        for array in lab.arrays {
            assert!(help.stdout.contains(array.file), "{}", array.file);
        }
    }
    let whole = diffuscope(&["--help"]);
    whole.expect(0);
    assert!(whole.stdout.starts_with("A laboratory for diffusion models"), "{}", whole.stdout);
    let commands = whole.stdout.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    let about: std::collections::BTreeSet<_> =
        commands.lines().filter_map(|line| line.trim().split_once(' ')).map(|(_, about)| about.trim()).collect();
    assert_eq!(about.len(), commands.lines().filter(|line| !line.trim().is_empty()).count(), "{commands}");
    let version = diffuscope(&["--version"]);
    version.expect(0);
    assert!(version.stdout.contains(env!("CARGO_PKG_VERSION")));
}

#[cfg(feature = "gui")]
#[test]
fn render_draws_without_a_display() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("figure.png");
    let path = picture.to_str().unwrap();
    diffuscope(&["render", "gallery:two_points", "-o", path, "--size", "300x200", "--scale", "2"]).expect(0);
    let image = image::open(&picture).unwrap().into_rgb8();
    assert_eq!(image.dimensions(), (600, 400));
    let colours: std::collections::BTreeSet<_> = image.pixels().map(|pixel| pixel.0).collect();
    assert!(colours.len() > 100, "only {} colours", colours.len());

    diffuscope(&["render", "gallery:two_points", "-o", "figure.bmp"]).expect_sentence(2, &["figure.bmp", ".png"]);
    let bad = |extra: [&str; 2], parts: &[&str]| {
        diffuscope(&[&["render", "gallery:two_points", "-o", path], &extra[..]].concat()).expect_sentence(2, parts);
    };
    bad(["--size", "300"], &["300", "as in 960x720"]);
    bad(["--size", "10x90000"], &["10x90000", "from 16 to 8192"]);
    bad(["--scale", "9"], &["9", "from 0.5 to 4"]);
    bad(["--theme", "plaid"], &["plaid", "light, dark"]);
}

#[cfg(all(feature = "gui", target_os = "linux"))]
#[test]
fn without_a_display_the_window_says_what_to_do() {
    command::without_display(&[]).expect_sentence(1, &["display", "diffuscope render", "diffuscope run"]);
}

/// Bytes of a C-ordered array.
fn npy(shape: &[u64], values: &[f32]) -> Vec<u8> {
    use npyz::WriterBuilder;
    let mut bytes = Vec::new();
    let mut writer = npyz::WriteOptions::new().default_dtype().shape(shape).writer(&mut bytes).begin_nd().unwrap();
    writer.extend(values.iter().copied()).unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn patches_start_from_noise_that_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let values: Vec<f32> = (0..2 * 6 * 6).map(|i| (i as f32 * 0.7).sin()).collect();
    std::fs::write(folder.path().join("noise.npy"), npy(&[2, 6, 6], &values)).unwrap();
    let mut scene = json!({"lab": "patches", "version": 1, "ensemble": {"count": 2, "side": 6},
        "machine": {"window": {"k": 3}, "steps": 5}, "noise": {"file": "noise.npy"}});
    let attempt = |scene: &Value| {
        let file = scene_file(folder.path(), &scene.to_string());
        let out = folder.path().join("out");
        let ended = diffuscope(&["run", &file, "--out", out.to_str().unwrap(), "--engine", "core"]);
        (out, ended)
    };
    let (out, ended) = attempt(&scene);
    ended.expect(0);
    let (shape, start) = array(&out, "phi_start.npy");
    assert_eq!(shape, [2, 6, 6, 1]);
    assert!(start.iter().zip(&values).all(|(a, b)| *a == f64::from(*b)));
    // One DDIM step after the other, written out.
    let (_, abars) = array(&out, "abar_grid.npy");
    let (_, end) = array(&out, "phi_end.npy");
    for b in 0..2 {
        let mut phi: Vec<f64> = values[b * 36..(b + 1) * 36].iter().map(|v| f64::from(*v)).collect();
        for pair in abars.windows(2) {
            let sum = |i: usize| -> f64 {
                let (y, x) = (i / 6, i % 6);
                (0..9).map(|j| phi[(y + 5 + j / 3) % 6 * 6 + (x + 5 + j % 3) % 6]).sum()
            };
            let [signal, noise] = [pair[0].sqrt(), (1.0 - pair[0]).sqrt()];
            let moved = |i: usize| {
                let d = (signal * sum(i) / (1.0 - pair[0])).tanh();
                pair[1].sqrt() * d + (1.0 - pair[1]).sqrt() * (phi[i] - signal * d) / noise
            };
            phi = (0..36).map(moved).collect();
        }
        let worst = phi.iter().zip(&end[b * 36..]).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-5, "{worst}");
    }
    for (file, said) in [("../noise.npy", "folder"), ("missing.npy", "cannot be read")] {
        scene["noise"] = json!({"file": file});
        let (_, ended) = attempt(&scene);
        ended.expect_sentence(2, &[said]);
    }
    scene["noise"] = json!({"file": "noise.npy"});
    scene["ensemble"]["count"] = json!(3);
    let (_, ended) = attempt(&scene);
    ended.expect_sentence(2, &["[2, 6, 6]", "3 grids"]);
}

#[test]
fn lessons_are_listed_and_checked() {
    let listed = diffuscope(&["lessons"]);
    listed.expect(0);
    for built_in in diffuscope::lessons::ALL {
        assert!(listed.stdout.contains(built_in.id), "{}", built_in.id);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.md");
    let name = path.to_str().unwrap();
    diffuscope(&["lessons", "template", "-o", name]).expect(0);
    let checked = diffuscope(&["lessons", "check", name]);
    checked.expect(0);
    assert!(
        checked.stdout.contains("“My lesson” is in order: 4 steps, 2 questions, 1 conditions"),
        "{}",
        checked.stdout
    );
    for (from, to, part) in [
        ("open: two_points", "open: two_pints", "line 13: gallery:two_pints: there is no such built-in scene"),
        ("seek: 0 %", "sek: 0 %", "line 14: “sek” is no key here; it must be one of open, patch"),
        ("within: 0", "within: a lot", "must be a positive number"),
        ("---", "+++", "begins with its title"),
    ] {
        std::fs::write(&path, diffuscope::lessons::TEMPLATE.replace(from, to)).unwrap();
        diffuscope(&["lessons", "check", name]).expect_sentence(2, &["mine.md", part]);
    }
    if cfg!(feature = "gui") {
        std::fs::write(&path, diffuscope::lessons::TEMPLATE.replace("step >= 40", "altitude > 3")).unwrap();
        diffuscope(&["lessons", "check", name]).expect_sentence(2, &["has no reading “altitude”; it has step, steps"]);
        let names = diffuscope(&["lessons", "names"]);
        assert!(names.stdout.contains("barrier") && names.stdout.contains("correlation_length"), "{}", names.stdout);
    }
    diffuscope(&["lessons", "check", folder.path().join("none.md").to_str().unwrap()])
        .expect_sentence(2, &["cannot be read"]);
    let guide = diffuscope(&["lessons", "guide"]);
    assert!(guide.stdout.contains("## Conditions"));
}
