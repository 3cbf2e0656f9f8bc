use diffuscope::export::Caption;
use diffuscope::labs::{self, scene_file};

use crate::scene;

#[test]
fn every_scene_has_a_caption_of_one_paragraph() {
    for lab in labs::ALL {
        for entry in lab.gallery {
            let loaded = scene_file::load(&format!("gallery:{}", entry.id)).unwrap();
            let Caption { title, text } = Caption::of(&loaded).unwrap();
            assert_eq!(loaded.scene["title"], title);
            assert!(text.starts_with(&title), "{text}");
            assert!(text.contains(&format!("Seed {}.", loaded.scene["seed"])), "{text}");
            assert!(text.ends_with(&format!("Diffuscope {}.", env!("CARGO_PKG_VERSION"))), "{text}");
            assert!(text.chars().count() < 1500 && !text.contains('\n'), "{}: {text}", entry.id);
            for bad in ["..", " .", ",,", "()", "  ", "; ;", ": ."] {
                assert!(!text.contains(bad), "\"{bad}\" in {text}");
            }
        }
    }
}

#[test]
fn captions_tell_process_and_parameters() {
    let process = serde_json::json!({"kind": "edm", "sigma_max": 12.5});
    let loaded = scene("two_points", serde_json::json!({"process": process, "time": 0.75, "seed": 77}));
    let text = Caption::of(&loaded).unwrap().text;
    for part in ["EDM", "largest σ = 12.5", "t = 0.75", "σ = 0.75", "2 data points", "Seed 77", "PF-ODE"] {
        assert!(text.contains(part), "no \"{part}\" in {text}");
    }
    let text = Caption::of(&scene("magnet_tiny_field", serde_json::json!({}))).unwrap().text;
    for part in ["Ornstein–Uhlenbeck", "inverse temperature β", "field h", "m* =", "particles"] {
        assert!(text.contains(part), "no \"{part}\" in {text}");
    }
}
