//! What is done with untrusted bytes, target by target.
//!
//! A target may refuse its input in words, but not panic, and not take more memory than the input's own promises allow. To
//! add one: a function and a line in [`ALL`], a file in `fuzz_targets`, a `[[bin]]`, and seeds in `seeds/NAME`.

use std::cell::OnceCell;

use diffuscope::labs;
use diffuscope::labs::patches::image_files;
use diffuscope::labs::scene_file;
use diffuscope::labs::score_field::import;

/// A function that takes untrusted bytes.
pub struct Target {
    /// Its name, also that of its folder of seeds.
    pub name: &'static str,
    /// Words that its inputs are made of, for mutations.
    pub words: &'static [&'static str],
    /// Takes the bytes.
    pub run: fn(&[u8]),
}

/// Every target.
pub static ALL: &[Target] = &[
    Target { name: "scene", words: SCENE_WORDS, run: scene },
    Target {
        name: "csv",
        words: &[",", ";", "\t", "\"", "#", "\n", "\r\n", "NaN", "inf", "1e308", "-0", "\u{feff}", "−"],
        run: csv,
    },
    Target { name: "npy", words: NPY_WORDS, run: npy },
    Target { name: "npz", words: NPY_WORDS, run: npz },
    Target {
        name: "image",
        words: &["IHDR", "IDAT", "PLTE", "tRNS", "acTL", "IEND", "\u{0}\u{0}\u{8}\u{3}"],
        run: image,
    },
    Target { name: "lesson", words: LESSON_WORDS, run: lesson },
];

const SCENE_WORDS: &[&str] = &[
    "null",
    "true",
    "-1",
    "0",
    "1e308",
    "-1e-308",
    "18446744073709551615",
    "1000000000",
    "0.5",
    "[]",
    "{}",
    "\"\"",
    ",",
    "\"lab\":",
    "\"version\":",
    "\"data\":",
    "\"points\":",
    "\"time\":",
    "\"count\":",
    "\"steps\":",
    "\"kind\":",
    "\"score_field\"",
    "\"patches\"",
    "\"symmetry_breaking\"",
    "\"high_dimensions\"",
    "\"file\":",
    "\"../x\"",
];

const NPY_WORDS: &[&str] = &[
    "\u{1}\u{0}",
    "'descr':",
    "'<f8'",
    "'>f4'",
    "'|u1'",
    "'<i8'",
    "'fortran_order':",
    "True",
    "False",
    "'shape':",
    "(",
    ")",
    ",",
    "(3, 2)",
    "(4294967296, 4294967296)",
    "(1, 2, 2)",
    "[",
    "]",
    "{",
    "}",
    "\\x00",
    "'",
    "-1",
    "18446744073709551615",
];

const LESSON_WORDS: &[&str] = &[
    "---\n",
    "title:",
    "minutes:",
    "## Do: ",
    "## Predict: ",
    "```do\n",
    "```question\n",
    "```\n",
    "open:",
    "wait:",
    "seek:",
    "play:",
    "spotlight:",
    "ask:",
    "right:",
    "wrong:",
    "hint:",
    "because:",
    ">=",
    "(",
    ")",
    "and",
    "or",
    "not",
    "`=",
    "`",
    "*",
    "_",
    "[",
    "](",
    "> ",
    "- ",
    "\n\n",
    "1e999",
    "%",
];

/// Room for pictures: less than the program gives, so that fuzzing stays quick.
const ROOM: usize = 1 << 20;

/// Runs the target `name`.
pub fn run(name: &str, data: &[u8]) {
    if let Some(target) = ALL.iter().find(|target| target.name == name) {
        (target.run)(data);
    }
}

/// A scene that is accepted is read back as it was.
fn scene(data: &[u8]) {
    let Ok(loaded) = scene_file::parse("input", data) else { return };
    let text = scene_file::to_text(&loaded.scene);
    match scene_file::parse("again", text.as_bytes()) {
        Ok(again) => assert_eq!(again.scene, loaded.scene, "a saved scene is read back as it was"),
        Err(error) => panic!("a scene that was saved is refused: {error}"),
    }
}

/// A lesson that is read is also checked against what the program has.
fn lesson(data: &[u8]) {
    if let Ok(lesson) = diffuscope::lessons::parse("input", data) {
        drop(diffuscope::lessons::check::check(&lesson));
    }
}

fn csv(data: &[u8]) {
    if let Ok(points) = import::points("input.csv", data) {
        assert!(points.iter().all(|point| point.at.iter().all(|x| x.is_finite()) && point.weight >= 0.0));
    }
}

/// An array is tried as points, as pictures, and as the noise of a scene.
fn npy(data: &[u8]) {
    drop(import::points("input.npy", data));
    pictures("input.npy", data);
    thread_local! {
        static FOLDER: OnceCell<tempfile::TempDir> = const { OnceCell::new() };
    }
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(|| tempfile::tempdir().expect("a temporary folder"));
        std::fs::write(folder.path().join("noise.npy"), data).expect("a file in it");
        let text =
            r#"{"lab": "patches", "version": 1, "ensemble": {"count": 1, "side": 2}, "noise": {"file": "noise.npy"}}"#;
        let path = folder.path().join("scene.json");
        std::fs::write(&path, text).expect("a file in it");
        if let (Ok(loaded), Some(lab)) =
            (scene_file::load(&path.to_string_lossy()), labs::ALL.iter().find(|lab| lab.info.id == "patches"))
        {
            assert!((lab.check)(&loaded.scene).is_ok());
        }
    });
}

fn npz(data: &[u8]) {
    pictures("input.npz", data);
}

fn image(data: &[u8]) {
    pictures("input.png", data);
}

fn pictures(name: &str, data: &[u8]) {
    if let Ok((loaded, _)) = image_files::pictures(name, data, ROOM) {
        for picture in &loaded {
            assert_eq!(picture.values.len(), picture.channels * picture.size[0] * picture.size[1]);
            assert!(picture.values.iter().all(|value| value.is_finite() && value.abs() <= 1.0));
        }
        drop(image_files::Crop { side: 4, ..image_files::Crop::default() }.cut(&loaded, ROOM));
    }
}
