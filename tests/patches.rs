//! The patch lab without its window: what a run writes, what scenes may name beside them, and what is refused in which words.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "other tests use the rest")]
mod command;

use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::Command;

use command::{diffuscope, scene_file};
use diffuscope::labs::patches::image_files;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Bytes of a C-ordered array.
fn npy<T: npyz::AutoSerialize + Copy>(shape: &[u64], values: &[T]) -> Vec<u8> {
    use npyz::WriterBuilder;
    let mut bytes = Vec::new();
    let mut writer = npyz::WriteOptions::new().default_dtype().shape(shape).writer(&mut bytes).begin_nd().unwrap();
    writer.extend(values.iter().copied()).unwrap();
    writer.finish().unwrap();
    bytes
}

/// An array of a run: its shape and values.
fn array(folder: &Path, file: &str) -> (Vec<u64>, Vec<f64>) {
    let bytes = std::fs::read(folder.join(file)).unwrap();
    let npy = npyz::NpyFile::new(&bytes[..]).unwrap();
    let shape = npy.shape().to_vec();
    let npy = match npy.try_data::<f64>() {
        Ok(data) => return (shape, data.map(Result::unwrap).collect()),
        Err(npy) => npy,
    };
    match npy.try_data::<f32>() {
        Ok(data) => (shape, data.map(|v| f64::from(v.unwrap())).collect()),
        Err(npy) => (shape, npy.into_vec::<i32>().unwrap().into_iter().map(f64::from).collect()),
    }
}

fn scene(machine: Value, count: usize, side: usize) -> Value {
    json!({"lab": "patches", "version": 1, "machine": machine, "ensemble": {"count": count, "side": side}})
}

fn png(width: u32, height: u32, level: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::GrayImage::from_pixel(width, height, image::Luma([level]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// Runs a scene that lies in `folder` and returns how it ended; arrays are in `folder/out`.
fn run(folder: &Path, scene: &Value, engine: &str) -> command::Ended {
    let file = scene_file(folder, &scene.to_string());
    diffuscope(&["run", &file, "--out", folder.join("out").to_str().unwrap(), "--engine", engine])
}

fn summary(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("out/summary.json")).unwrap()).unwrap()
}

#[test]
fn arrays_and_summary_hold_what_they_are_said_to_hold() {
    let folder = tempfile::tempdir().unwrap();
    let (count, side, steps) = (4_u64, 16_u64, 12_u64);
    let machine = json!({"kind": {"kind": "two_pattern"}, "window": {"k": 3}, "steps": steps});
    run(folder.path(), &scene(machine, 4, 16), "core").expect(0);
    let out = folder.path().join("out");
    let (t, r) = (steps + 1, side / 2 + 1);
    for (file, shape) in [
        ("phi_start.npy", vec![count, side, side, 1]),
        ("phi_end.npy", vec![count, side, side, 1]),
        ("abar_grid.npy", vec![steps + 1]),
        ("abar.npy", vec![t]),
        ("radius.npy", vec![r]),
        ("rho_radial.npy", vec![t, r]),
        ("mutual_information.npy", vec![t, r]),
        ("rho_2d.npy", vec![t, side, side]),
        ("local_consistency.npy", vec![t]),
        ("source_image.npy", vec![count, side, side]),
        ("source_position.npy", vec![count, side, side]),
    ] {
        assert_eq!(array(&out, file).0, shape, "{file}");
    }
    let (_, abars) = array(&out, "abar_grid.npy");
    for (i, abar) in abars.iter().enumerate() {
        assert!((abar - (i as f64 / steps as f64).powi(2)).abs() < 1e-15, "uniform in its root");
    }
    assert_eq!(array(&out, "abar.npy").1, abars, "few steps are all measured");
    assert_eq!(array(&out, "radius.npy").1, (0..r).map(|r| r as f64).collect::<Vec<_>>());
    // ρ at the end, from its definition.
    let (_, phi) = array(&out, "phi_end.npy");
    let (l, area) = (side as usize, (side * side) as usize);
    let mean = phi.iter().sum::<f64>() / phi.len() as f64;
    let g = |dy: usize, dx: usize| {
        let pair = |i: usize| {
            let (b, y, x) = (i / area, i / l % l, i % l);
            (phi[i] - mean) * (phi[b * area + (y + dy) % l * l + (x + dx) % l] - mean)
        };
        (0..phi.len()).map(pair).sum::<f64>() / phi.len() as f64
    };
    let (_, rho_2d) = array(&out, "rho_2d.npy");
    let last = &rho_2d[rho_2d.len() - area..];
    let rho: Vec<f64> = (0..area).map(|i| g(i / l, i % l) / g(0, 0)).collect();
    assert!(rho.iter().zip(last).all(|(a, b)| (a - b).abs() < 1e-6));
    // Ring 1 has the eight neighbours.
    let ring: Vec<f64> = [(0, 1), (1, 0), (0, l - 1), (l - 1, 0), (1, 1), (1, l - 1), (l - 1, 1), (l - 1, l - 1)]
        .map(|(y, x)| rho[y * l + x])
        .to_vec();
    let radial = array(&out, "rho_radial.npy").1;
    assert!((radial[radial.len() - r as usize + 1] - ring.iter().sum::<f64>() / 8.0).abs() < 1e-6);
    let information = array(&out, "mutual_information.npy").1;
    let nats = ring.iter().map(|rho| -0.5 * (1.0 - rho * rho).ln()).sum::<f64>() / 8.0;
    assert!((information[information.len() - r as usize + 1] - nats).abs() < 1e-5);
    assert_eq!(information[information.len() - r as usize], 0.0);
    // A pixel's source is the sign of its window's sum; φ is consistent where it is that sign.
    let sign = |i: usize| {
        let (b, y, x) = (i / area, i / l % l, i % l);
        let at = |j: usize| phi[b * area + (y + l - 1 + j / 3) % l * l + (x + l - 1 + j % 3) % l];
        (0..9).map(at).sum::<f64>().signum()
    };
    let source = array(&out, "source_image.npy").1;
    assert!((0..phi.len()).all(|i| source[i] == if sign(i) > 0.0 { 0.0 } else { 1.0 }));
    let near = (0..phi.len()).filter(|i| (phi[*i] - sign(*i)).abs() <= 0.05).count() as f64 / phi.len() as f64;
    assert!((array(&out, "local_consistency.npy").1.last().unwrap() - near).abs() < 1e-12);
    let results = &summary(folder.path())["results"];
    assert!((results["local_consistency"].as_f64().unwrap() - near).abs() < 1e-12);
    assert!((results["magnetization"].as_f64().unwrap() - mean).abs() < 1e-6);
    let theories = results["theories"].as_array().unwrap();
    let names: Vec<&str> = theories.iter().map(|theory| theory["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["linear", "gaussian_closure", "continuum"]);
    for theory in theories {
        assert!(!theory["valid_for"].as_str().unwrap().is_empty());
        assert_eq!(theory["largest_rho_error"].as_array().unwrap().len(), steps as usize - 1);
    }
    // At the end, ᾱ = 0.25 halfway: tanh(√ᾱ ΣΦ/ε) expands to a₁₀ = −1/ε + 9ᾱ/ε².
    let training = &results["training"];
    let expansion = &training["expansion"]["channels"][0];
    assert!((expansion["a10"].as_f64().unwrap() - (-1.0 / 0.75 + 9.0 * 0.25 / 0.5625)).abs() < 1e-9);
    assert_eq!(training["patches"]["distinct"], 2);
    assert_eq!(training["mean_is_zero"], true);
    assert_eq!(training["symmetries"].as_array().unwrap().len(), 4);
}

#[test]
fn the_same_scene_gives_the_same_bytes_for_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = scene(json!({"kind": {"kind": "els"}, "window": {"k": 5}, "steps": 6}), 2, 20);
    text["training"] = json!({"set": {"kind": "digits", "side": 12, "count": 3}});
    let file = scene_file(folder.path(), &text.to_string());
    let bytes = |threads: &str, name: &str| {
        let out = folder.path().join(name);
        let mut command = Command::new(env!("CARGO_BIN_EXE_diffuscope"));
        command.args(["run", &file, "--out", out.to_str().unwrap(), "--engine", "cpu"]);
        assert!(command.env("RAYON_NUM_THREADS", threads).output().unwrap().status.success());
        let arrays = ["phi_end.npy", "rho_2d.npy", "local_consistency.npy", "source_position.npy"];
        arrays.map(|file| std::fs::read(out.join(file)).unwrap())
    };
    let first = bytes("1", "one");
    assert_eq!(first, bytes("1", "again"));
    assert_eq!(first, bytes("2", "two"));
}

#[test]
fn noise_from_either_precision_and_from_standard_input_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = scene(json!({"window": {"k": 3}, "steps": 3}), 2, 5);
    let values: Vec<f32> = (0..50).map(|i| (i as f32 * 0.9).sin()).collect();
    let wide: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
    std::fs::write(folder.path().join("single.npy"), npy(&[2, 5, 5, 1], &values)).unwrap();
    std::fs::write(folder.path().join("double.npy"), npy(&[2, 5, 5], &wide)).unwrap();
    let mut ends = Vec::new();
    for file in ["single.npy", "double.npy"] {
        text["noise"] = json!({"file": file});
        run(folder.path(), &text, "core").expect(0);
        ends.push(std::fs::read(folder.path().join("out/phi_end.npy")).unwrap());
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_diffuscope"));
    command.args(["run", "-", "--out", "out", "--engine", "core"]).current_dir(folder.path());
    let mut child = command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.to_string().as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    ends.push(std::fs::read(folder.path().join("out/phi_end.npy")).unwrap());
    assert!(ends.iter().all(|end| *end == ends[0]));
}

#[test]
fn noise_that_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: Vec<u8>| std::fs::write(folder.path().join(name), bytes).unwrap();
    let zeros = |n: usize| vec![0.0_f32; n];
    write("flat.npy", npy(&[50], &zeros(50)));
    // As many numbers as 2 grids of 5 × 5 pixels have, but not their shape.
    write("oblong.npy", npy(&[2, 1, 25], &zeros(50)));
    write("other.npy", npy(&[50, 1, 1], &zeros(50)));
    write("whole.npy", npy(&[2, 5, 5], &[0_i32; 50]));
    write("nan.npy", npy(&[2, 5, 5], &[f32::NAN; 50]));
    let good = npy(&[2, 5, 5], &zeros(50));
    write("short.npy", good[..good.len() - 7].to_vec());
    write("claim.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\xff{".to_vec());
    write("text.npy", b"hello, this is text".to_vec());
    let mut text = scene(json!({"window": {"k": 3}, "steps": 3}), 2, 5);
    for (file, said) in [
        ("flat.npy", "[50]"),
        ("oblong.npy", "[2, 1, 25]"),
        ("other.npy", "2 grids of 5 × 5"),
        ("whole.npy", "precision"),
        ("nan.npy", "NaN"),
        ("short.npy", "damaged"),
        ("claim.npy", "damaged"),
        ("text.npy", "no .npy file"),
        ("none.npy", "cannot be read"),
        ("../none.npy", "folder"),
        ("/etc/passwd", "folder"),
    ] {
        text["noise"] = json!({"file": file});
        run(folder.path(), &text, "core").expect_sentence(2, &["noise", said]);
    }
    #[cfg(unix)]
    {
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::write(elsewhere.path().join("noise.npy"), good).unwrap();
        std::os::unix::fs::symlink(elsewhere.path().join("noise.npy"), folder.path().join("link.npy")).unwrap();
        text["noise"] = json!({"file": "link.npy"});
        run(folder.path(), &text, "core").expect_sentence(2, &["noise.file", "folder"]);
    }
}

#[test]
fn scenes_out_of_range_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let base = scene(json!({"kind": {"kind": "els"}, "window": {"k": 3}, "steps": 4}), 2, 5);
    let refused = |pointer: &str, value: Value, said: &[&str]| {
        let mut text = base.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        text.pointer_mut(parent).unwrap()[key] = value;
        run(folder.path(), &text, "core").expect_sentence(2, said);
    };
    refused("/machine/window", json!({"k": 4}), &["k is 4", "odd"]);
    refused("/machine/window", json!({"k": 257}), &["257", "255"]);
    refused("/machine/window", json!({"list": []}), &["0 entries"]);
    refused("/machine/steps", json!(1), &["steps", "2"]);
    refused("/machine/steps", json!(1001), &["steps", "1000"]);
    refused("/machine/abar", json!([0.5, 0.5]), &["machine.abar", "smaller one first"]);
    refused("/machine/abar", json!([0.0, 1.5]), &["machine.abar[1]", "1.5"]);
    refused("/machine/kind", json!({"kind": "els", "inside": 1, "no": 1}), &["machine.kind"]);
    refused("/ensemble", json!({"count": 4096, "side": 1024}), &["ensemble", "at most"]);
    refused("/ensemble", json!({"count": 0, "side": 8}), &["ensemble.count"]);
    let given = |count: usize, side: usize, levels: &str| json!({"images": {"name": "", "count": count, "channels": 1, "side": side, "levels": levels}});
    refused("/training", given(0, 2, ""), &["training.images", "no images"]);
    refused("/training", given(1_000_000_000, 512, ""), &["training.images", "more than"]);
    refused("/training", given(1, 2, "AAA"), &["training.images", "must hold 4"]);
    let mut inside = base.clone();
    inside["machine"]["kind"] = json!({"kind": "els", "inside": 1});
    inside["machine"]["window"] = json!({"k": 7});
    run(folder.path(), &inside, "core").expect_sentence(2, &["no window of side 7"]);
}

#[test]
fn odd_but_valid_scenes_have_defined_results() {
    let folder = tempfile::tempdir().unwrap();
    // One image, constant (level 204, +0.6), a window larger than the grid, both ends of ᾱ: that image, exactly.
    for engine in ["core", "cpu"] {
        let mut text = scene(json!({"kind": {"kind": "els"}, "window": {"k": 9}, "steps": 2}), 1, 5);
        text["training"] = json!({"images": {"name": "", "count": 1, "channels": 1, "side": 2, "levels": "zMzMzA=="}});
        run(folder.path(), &text, engine).expect(0);
        let (_, end) = array(&folder.path().join("out"), "phi_end.npy");
        assert!(end.iter().all(|v| (v - 0.6).abs() < 1e-6), "{engine}: {end:?}");
        assert_eq!(summary(folder.path())["results"]["local_consistency"], 1.0);
    }
    // The window changes along the run: theories say why they are silent.
    let text = scene(json!({"window": {"list": [3, 5]}, "steps": 4}), 1, 8);
    run(folder.path(), &text, "core").expect(0);
    let results = &summary(folder.path())["results"];
    assert!(results["no_theory"].as_str().unwrap().contains("k changes"));
    assert_eq!(results["theories"], json!([]));
}

#[test]
fn training_images_come_from_files_beside_the_scene() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    std::fs::create_dir(&set).unwrap();
    std::fs::write(set.join("a.png"), png(8, 8, 255)).unwrap();
    std::fs::write(set.join("b.png"), png(20, 12, 0)).unwrap();
    std::fs::write(set.join("notes.txt"), "not a picture").unwrap();
    std::fs::write(set.join("wide.png"), png(10_000, 1, 0)).unwrap();
    let mut text = scene(json!({"kind": {"kind": "els"}, "window": {"k": 3}, "steps": 4}), 1, 8);
    text["training"] = json!({"files": {"paths": ["set"], "side": 8}});
    run(folder.path(), &text, "core").expect(0);
    let kept = summary(folder.path())["parameters"]["training"].clone();
    assert_eq!(
        (&kept["images"]["count"], &kept["images"]["side"], &kept["files"]),
        (&json!(2), &json!(8), &Value::Null)
    );
    let name = kept["images"]["name"].as_str().unwrap();
    assert!(name.contains("2 left out") && name.contains("notes.txt") && name.contains("wide.png"), "{name}");
    // Two constant images ±1 are the two patterns.
    let els = array(&folder.path().join("out"), "phi_end.npy").1;
    text["training"] = Value::Object(serde_json::Map::new());
    text["machine"]["kind"] = json!({"kind": "two_pattern"});
    run(folder.path(), &text, "core").expect(0);
    let two = array(&folder.path().join("out"), "phi_end.npy").1;
    assert!(els.iter().zip(&two).all(|(a, b)| (a - b).abs() < 1e-5));
    // Arrays and IDX files.
    text["machine"]["kind"] = json!({"kind": "els"});
    std::fs::write(folder.path().join("i.npy"), npy(&[3, 6, 6], &[0.25_f64; 108])).unwrap();
    let mut idx = vec![0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 6, 0, 0, 0, 6];
    idx.extend([9; 72]);
    std::fs::write(folder.path().join("i.idx"), idx).unwrap();
    text["training"] = json!({"files": {"paths": ["i.npy", "i.idx"]}});
    run(folder.path(), &text, "core").expect(0);
    assert_eq!(summary(folder.path())["parameters"]["training"]["images"]["count"], 5);
    for (files, said) in [
        (json!({"paths": []}), "names no file"),
        (json!({"paths": ["set/notes.txt"]}), "no picture"),
        (json!({"paths": ["set/wide.png"]}), "10000 × 1"),
        (json!({"paths": ["missing.png"]}), "cannot be read"),
        (json!({"paths": [".."]}), "folder"),
        (json!({"paths": ["i.npy"], "zoom": 0}), "zoom"),
        (json!({"paths": ["i.npy"], "side": 4000}), "side"),
        (json!({"paths": ["i.npy"], "cut": 1}), "cut"),
    ] {
        text["training"] = json!({"files": files});
        run(folder.path(), &text, "core").expect_sentence(2, &["training.files", said]);
    }
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    text["training"] = json!({"files": {"paths": ["empty"]}});
    run(folder.path(), &text, "core").expect_sentence(2, &["no images in empty"]);
}

#[test]
fn images_from_files_keep_all_digits() {
    let folder = tempfile::tempdir().unwrap();
    let fine: Vec<f32> = (0..36).map(|i| (i as f32 * 0.37).sin()).collect();
    let words: Vec<u16> = (0..36).map(|i| i * 1801).collect();
    std::fs::write(folder.path().join("fine.npy"), npy(&[1, 6, 6], &fine)).unwrap();
    let mut deep = Cursor::new(Vec::new());
    let picture =
        image::ImageBuffer::<image::Luma<u16>, _>::from_fn(6, 6, |x, y| image::Luma([words[(6 * y + x) as usize]]));
    image::DynamicImage::from(picture).write_to(&mut deep, image::ImageFormat::Png).unwrap();
    std::fs::write(folder.path().join("deep.png"), deep.into_inner()).unwrap();
    std::fs::write(folder.path().join("words.npy"), npy(&[1, 6, 6], &words)).unwrap();
    let exact: Vec<f64> = words.iter().map(|word| f64::from(*word) / 32767.5 - 1.0).collect();
    let wide: Vec<f64> = fine.iter().map(|v| f64::from(*v)).collect();
    for (file, expected) in [("fine.npy", &wide), ("deep.png", &exact), ("words.npy", &exact)] {
        // One image is returned exactly.
        let mut text = scene(json!({"kind": {"kind": "is"}, "steps": 5}), 2, 6);
        text["training"] = json!({"files": {"paths": [file]}});
        run(folder.path(), &text, "core").expect(0);
        let end = std::fs::read(folder.path().join("out/phi_end.npy")).unwrap();
        let (_, values) = array(&folder.path().join("out"), "phi_end.npy");
        assert!(values.iter().zip(expected.iter().cycle()).all(|(a, b)| (a - b).abs() < 3e-7), "{file}: {values:?}");
        // The scene that came of it stands on its own.
        let alone = summary(folder.path())["parameters"].clone();
        assert!(alone["training"]["images"]["values"].is_string() && alone["training"].get("files").is_none());
        let elsewhere = tempfile::tempdir().unwrap();
        run(elsewhere.path(), &alone, "core").expect(0);
        assert!(std::fs::read(elsewhere.path().join("out/phi_end.npy")).unwrap() == end, "{file}");
    }
}

#[test]
fn the_machine_compared_is_written_as_if_it_had_run_alone() {
    let folder = tempfile::tempdir().unwrap();
    let a = json!({"kind": {"kind": "two_pattern"}, "window": {"k": 3}, "steps": 8});
    let b = json!({"kind": {"kind": "two_pattern"}, "window": {"k": 5}, "steps": 11});
    let mut both = scene(a.clone(), 3, 12);
    both["compare"] = b.clone();
    both["painting"] = json!([{"abar": 0.2, "grid": 1, "at": [4, 4], "radius": 2, "ink": {"value": 1}}]);
    run(folder.path(), &both, "cpu").expect(0);
    let told = summary(folder.path());
    let (results, compared) = (&told["results"], &told["results"]["compare"]);
    let out = |folder: &Path, prefix: &str, file: &str| {
        std::fs::read(folder.join("out").join(format!("{prefix}{file}"))).unwrap()
    };
    let lone = tempfile::tempdir().unwrap();
    run(lone.path(), &scene(b, 3, 12), "cpu").expect(0);
    for file in [
        "phi_start.npy",
        "phi_end.npy",
        "abar_grid.npy",
        "abar.npy",
        "rho_radial.npy",
        "mutual_information.npy",
        "rho_2d.npy",
        "local_consistency.npy",
        "source_image.npy",
        "source_position.npy",
    ] {
        assert!(out(folder.path(), "compare_", file) == out(lone.path(), "", file), "{file}");
        let listed = told["arrays"].as_array().unwrap().iter().any(|array| array["file"] == format!("compare_{file}"));
        assert!(listed, "{file} is not in the summary");
    }
    let mut alone = summary(lone.path())["results"].clone();
    let difference = compared["difference"].clone();
    alone["difference"] = difference.clone();
    assert_eq!(*compared, alone);
    assert_eq!((&results["steps"], &compared["steps"]), (&json!(8), &json!(11)));
    assert!(
        out(folder.path(), "", "phi_start.npy") == out(folder.path(), "compare_", "phi_start.npy"),
        "the same noise"
    );
    let [(_, one), (_, other)] =
        ["", "compare_"].map(|p| array(&folder.path().join("out"), &format!("{p}phi_end.npy")));
    let square = one.iter().zip(&other).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / one.len() as f64;
    assert!((difference["root_mean_square"].as_f64().unwrap() - square.sqrt()).abs() < 1e-6);
    let differing = one.iter().zip(&other).filter(|(a, b)| (*a - *b).abs() > 0.05).count() as f64 / one.len() as f64;
    assert_eq!(difference["share_of_pixels"], json!(differing));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_never_panic(kind in 0..5_usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
                                 cut in any::<prop::sample::Index>()) {
        let mut bytes = match kind {
            0 => png(7, 5, 90),
            1 => npy(&[2, 4, 4], &[0.5_f32; 32]),
            2 => npy(&[2, 4, 4, 3], &[7_u8; 96]),
            3 => {
                let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
                writer.start_file("x.npy", zip::write::SimpleFileOptions::default()).unwrap();
                writer.write_all(&npy(&[2, 3, 3], &[0.1_f32; 18])).unwrap();
                writer.finish().unwrap().into_inner()
            }
            _ => [vec![0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 3], vec![100; 18]].concat(),
        };
        for (place, value) in changes {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        // Half the time the end is missing too.
        if cut.index(2) == 0 {
            bytes.truncate(cut.index(bytes.len()) + 1);
        }
        if let Ok((loaded, _)) = image_files::pictures("file", &bytes, 1 << 20) {
            for picture in loaded {
                prop_assert_eq!(picture.values.len(), picture.channels * picture.size[0] * picture.size[1]);
                prop_assert!(picture.values.iter().all(|v| v.is_finite() && v.abs() <= 1.0));
            }
        }
    }
}
