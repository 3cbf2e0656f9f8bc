//! Graphics devices that are lost while a run goes.

use std::sync::Arc;

use diffuscope::app::{Options, Weight};
use diffuscope::core::philox::Stream;
use diffuscope::engine::gpu::GpuEngine;
use diffuscope::engine::kernel::{MixtureParticles, Particles};
use diffuscope::engine::select::EngineChoice;
use diffuscope::engine::steadfast::Steadfast;
use diffuscope::engine::{Engine, EngineError};
use diffuscope::faults;
use diffuscope::labs::{RunContext, scene_file};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use serde_json::{Value, json};

use crate::bench::{Bench, still, title_of};
use crate::child::{expect_sentence, names, program};
use crate::{Ordered, alone};

/// Scenes of the labs that compute on the device, made small: the software that stands in for one is slow.
fn scenes() -> Vec<(&'static str, Value)> {
    let small = |id: &str, changes: &[(&str, Value)]| {
        let mut scene = scene_file::load(&format!("gallery:{id}")).unwrap().scene;
        for (pointer, value) in changes {
            *scene.pointer_mut(pointer).unwrap_or_else(|| panic!("{id} has no {pointer}")) = value.clone();
        }
        scene
    };
    let particles = json!({"count": 60, "steps": 40});
    let spins = json!({"systems": 20, "steps": 60});
    vec![
        ("score_field", small("two_points", &[("/particles", particles)])),
        (
            "patches",
            json!({"lab": "patches", "version": 1, "ensemble": {"count": 1, "side": 8},
            "machine": {"window": {"k": 3}, "steps": 12}}),
        ),
        ("symmetry_breaking", small("magnet_ten_spins", &[("/spins", spins)])),
    ]
}

fn open(scene: &Value) -> Bench {
    let scene = scene_file::parse("scene", scene.to_string().as_bytes()).unwrap();
    Bench::with(Options { scene: Some(scene), engine: EngineChoice::Gpu, ..Options::default() })
}

#[test]
fn a_run_goes_on_where_it_stands_wherever_the_device_is_lost() {
    let _alone = alone();
    for (lab, scene) in scenes() {
        // Small runs of the other labs ask the device a few times only.
        let places: &[usize] = if lab == "score_field" { &[1, 2, 11] } else { &[1, 2] };
        for at in places {
            let mut bench = open(&scene);
            let before = still(bench.scene());
            let lost = Ordered::new(&format!("device:full:{at}!"));
            bench.harness.state_mut().app_mut().start_playing();
            let message = "The graphics device failed; the CPU computes now.";
            bench.until("a loss", |bench| bench.has_message(Weight::Warning, message));
            drop(lost);
            let description = bench.harness.state().app().engine().description();
            assert!(description.starts_with("CPU"), "{lab}, {at}: {description}");
            assert_eq!(still(bench.scene()), before, "{lab}, {at}: the scene is as it was");
            assert!(bench.is_playing(), "{lab}, {at}: the run goes on");
            // The play head moves on, and everything is computed in the end.
            let time = |bench: &Bench| ["time", "abar"].map(|play_head| bench.scene().get(play_head).cloned());
            let then = time(&bench);
            bench.until("playing on", |bench| time(bench) != then);
            bench.press(Modifiers::NONE, Key::Space);
            let mut frames = 0;
            while bench.harness.state_mut().app_mut().view().unwrap().is_busy() {
                std::thread::sleep(std::time::Duration::from_millis(2));
                bench.steps(1);
                frames += 1;
                assert!(frames < 5000, "{lab}, {at}: still computing");
            }
            bench.steps(2);
            let warnings = bench.harness.state_mut().app_mut().view().unwrap().warnings();
            assert!(!warnings.iter().any(|warning| warning.contains("device")), "{lab}, {at}: {warnings:?}");
        }
    }
}

#[test]
fn an_experiment_that_loses_its_device_is_made_on_the_cpu() {
    let _alone = alone();
    let mut scene = scene_file::load("gallery:magnet_wrong_weights").unwrap().scene;
    scene["finite_data"] = json!({"spins": [10], "samples": [10, 20], "data_sets": 4, "generated": 20, "steps": 20});
    scene["show"] = "finite_data".into();
    let mut bench = open(&scene);
    let lost = Ordered::new("device:full:3!");
    bench.until("a loss", |bench| {
        bench.has_message(Weight::Warning, "The graphics device failed; the CPU computes now.")
    });
    drop(lost);
    let mut frames = 0;
    while bench.harness.state_mut().app_mut().view().unwrap().is_busy() || frames < 5 {
        std::thread::sleep(std::time::Duration::from_millis(2));
        bench.steps(1);
        frames += 1;
        assert!(frames < 5000, "still computing");
    }
    let words = "the graphics device failed";
    assert!(bench.harness.query_all_by_label_contains(words).next().is_none(), "the fault is told no more");
    assert!(bench.harness.query_all_by_label_contains(" ± ").next().is_some(), "and exponents are there");
}

#[test]
fn a_run_without_a_window_ends_on_the_cpu_with_the_numbers_it_would_have_had() {
    let _alone = alone();
    let (_, scene) = scenes().swap_remove(0);
    let loaded = scene_file::parse("scene", scene.to_string().as_bytes()).unwrap();
    let run = |engine: Arc<dyn Engine>| {
        let out = tempfile::tempdir().unwrap();
        let context = RunContext { engine: &engine, out: out.path(), progress: &|_| true, clock: &|| 0.0 };
        (loaded.lab.run)(&loaded.scene, &context).unwrap();
        (engine.id(), std::fs::read(out.path().join("particles_end.npy")).unwrap())
    };
    let engine = Arc::new(GpuEngine::headless().unwrap());
    let never = Ordered::new("device:full:1000000000");
    let (id, expected) = run(engine);
    assert_eq!(id, "gpu");
    let visits = faults::visits();
    drop(never);
    for at in [1, visits / 3, 2 * visits / 3] {
        let steadfast = Arc::new(Steadfast::new(Arc::new(GpuEngine::headless().unwrap())));
        let _lost = Ordered::new(&format!("device:full:{at}!"));
        let engine: Arc<dyn Engine> = Arc::clone(&steadfast) as Arc<dyn Engine>;
        let (id, found) = run(engine);
        assert_eq!(id, "cpu");
        assert!(steadfast.failure().is_some());
        assert_eq!(found.len(), expected.len());
        let places = |bytes: &[u8]| -> Vec<f32> {
            let npy = npyz::NpyFile::new(bytes).unwrap();
            npy.into_vec().unwrap()
        };
        for (found, expected) in places(&found).iter().zip(places(&expected)) {
            assert!((found - expected).abs() < 1e-2, "{found} {expected}");
        }
    }
}

#[test]
fn an_engine_that_fails_has_touched_nothing() {
    let _alone = alone();
    let engine = GpuEngine::headless().unwrap();
    let scene = scene_file::load("gallery:two_points").unwrap().scene;
    let scene: diffuscope::labs::score_field::scene::Scene = scene_file::typed(&scene).unwrap();
    let setup = diffuscope::labs::score_field::setup::Setup::new(&scene).unwrap();
    let steps = setup.sampler.plan(&setup.forward, &setup.times);
    let request = diffuscope::engine::kernel::ParticleRequest {
        mixture: &setup.model,
        forward: &setup.forward,
        steps: &steps,
        first_step: 0,
        seed: 1,
        stream: Stream::Reverse,
    };
    let mut particles = Particles { x: vec![0.5; 100], y: vec![-0.5; 100] };
    let before = particles.clone();
    let _lost = Ordered::new("device:full:3!");
    assert!(matches!(engine.mixture_particles(&request, &mut particles), Err(EngineError::Device(_))));
    assert_eq!(particles, before);
}

#[test]
fn a_device_that_was_asked_for_by_name_and_fails_ends_the_command() {
    let out = tempfile::tempdir().unwrap();
    let run = ["run", "gallery:two_points", "--engine", "gpu", "--out", out.path().to_str().unwrap()];
    for at in [2, 40] {
        let mut command = program(&run);
        let ended = command.env("DIFFUSCOPE_FAULT", format!("device:full:{at}!")).output().unwrap();
        expect_sentence(&ended, 1, &["the graphics device failed"]);
        assert!(!out.path().join("summary.json").exists());
    }
}

/// The window is told of the loss by its driver; what it does then is the same.
#[test]
fn documents_go_on_in_another_window_with_their_pasts() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::with_data_folder(Some(folder.path().to_owned()));
    let original = bench.scene();
    bench.edit();
    let edited = bench.scene();
    bench.open_from_gallery(&title_of("two_points"));
    bench.press(Modifiers::CTRL, Key::Tab);
    let titles = bench.open_scenes();
    assert_eq!(titles.len(), 2);
    let survivors = bench.harness.state_mut().leave();
    assert!(bench.open_scenes().is_empty());

    let mut next = Bench::with_data_folder(Some(folder.path().to_owned()));
    next.harness.state_mut().take_over(survivors);
    next.steps(2);
    assert!(next.has_message(Weight::Warning, "opened anew"), "{:?}", next.messages());
    assert_eq!(next.open_scenes(), titles);
    assert_eq!(still(next.scene()), still(edited));
    assert!(next.harness.state().app().is_changed());
    drop(bench);
    for _ in 0..2 {
        next.press(Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(still(next.scene()), still(original), "its past came with it");
    next.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    let kept = || names(&folder.path().join("unsaved")).iter().any(|name| name.ends_with(".json"));
    next.until("keeping unsaved work", |_| kept());
}
