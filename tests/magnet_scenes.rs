//! Scenes of the symmetry-breaking and the high-dimensions lab: files, ranges, runs that can be sought, and what `run`
//! writes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use diffuscope::core::curie_weiss::CurieWeiss;
use diffuscope::core::param::Choice;
use diffuscope::engine::Engine;
use diffuscope::engine::cpu::CpuEngine;
use diffuscope::labs::array_file::ArrayInfo;
use diffuscope::labs::scene_file::{self, SceneFormat};
use diffuscope::labs::symmetry_breaking::run::{Run, SpinRun, Statistics, notices};
use diffuscope::labs::symmetry_breaking::scene::{Clones, Ensemble, FiniteData, PureStatesSpec, Scene, Spins, Start};
use diffuscope::labs::{GalleryScene, RunContext, RunReport, high_dimensions, symmetry_breaking};
use serde_json::{Value, json};

fn engine() -> Arc<dyn Engine> {
    Arc::new(CpuEngine::new())
}

fn parsed(scene: &GalleryScene) -> Value {
    serde_json::from_str(scene.text).unwrap()
}

fn survives<S: SceneFormat + PartialEq + std::fmt::Debug>(gallery: &[GalleryScene]) {
    for scene in gallery {
        let typed: S = scene_file::typed(&parsed(scene)).unwrap();
        let value = scene_file::to_value(&typed).unwrap();
        let text = scene_file::to_text(&value);
        let again: S = scene_file::typed(&serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(typed, again, "{}", scene.id);
        assert!(value["title"].as_str().is_some_and(|text| !text.is_empty()), "{}", scene.id);
    }
}

#[test]
fn built_in_scenes_survive_json() {
    survives::<Scene>(symmetry_breaking::gallery::ALL);
    survives::<high_dimensions::scene::Scene>(high_dimensions::gallery::ALL);
}

#[test]
fn defaults_are_valid() {
    Scene::default().check().unwrap();
    high_dimensions::scene::Scene::default().check().unwrap();
    let full = Scene {
        spins: Some(Spins::default()),
        clones: Some(Clones::default()),
        finite_data: Some(FiniteData::default()),
        pure_states: Some(PureStatesSpec::default()),
        ..Scene::default()
    };
    full.check().unwrap();
}

#[test]
fn faults_are_told_with_their_field() {
    let magnet = json!({"lab": "symmetry_breaking", "version": 1});
    let faults = [
        ("/model", json!({"kind": "ising"}), "model.kind"),
        ("/model", json!({"kind": "original", "beta": -1}), "model.beta"),
        ("/model", json!({"kind": "simplified", "spins": 1e10}), "model.spins"),
        ("/time", json!(-1), "time"),
        ("/time", json!("soon"), "time"),
        ("/ensemble", json!({"count": 1e7}), "ensemble.count"),
        ("/ensemble", json!({"count": 1_000_000}), "potential.rows"),
        ("/ensemble", json!({"colour": 1}), "ensemble"),
        ("/spins", json!({"systems": 1_000_000}), "spins.systems"),
        ("/clones", json!({"tau": [0, 7]}), "clones.tau[1]"),
        ("/finite_data", json!({"samples": [0]}), "finite_data.samples[0]"),
        ("/finite_data", json!({"scores": ["exact", "best"]}), "finite_data.scores[1]"),
        ("/finite_data", json!({"samples": [1_000_000], "spins": [100_000]}), "finite_data.samples"),
        ("/pure_states", json!({"weights": [1, 1], "overlaps": [[1, 0.5], [0.4, 1]], "plane": [0, 1]}), "pure_states"),
        ("/pure_states", json!({"plane": [0, 3]}), "pure_states.plane[1]"),
        ("/show", json!("everything"), "show"),
    ];
    for (pointer, value, field) in faults {
        let mut scene = magnet.clone();
        scene[&pointer[1..]] = value.clone();
        let error = scene_file::typed::<Scene>(&scene).unwrap_err();
        assert!(error.field.starts_with(field), "{value}: {error}");
        assert!(!error.message.is_empty() && error.to_string().len() < 400, "{error}");
    }
    let spectrum = json!({"lab": "high_dimensions", "version": 1});
    let faults = [
        ("spectrum", json!({"kind": "spiked", "spikes": 0.5}), "spectrum.spikes"),
        ("learning", json!("by_heart"), "learning"),
        ("sampler", json!("forward_sde"), "sampler"),
        ("sizes", json!([50, 2000]), "sizes[1]"),
        ("exponents", json!([9]), "exponents[0]"),
        ("focus", json!({"size": 1}), "focus.size"),
        ("temperature", json!(0), "temperature"),
    ];
    for (key, value, field) in faults {
        let mut scene = spectrum.clone();
        scene[key] = value;
        let error = scene_file::typed::<high_dimensions::scene::Scene>(&scene).unwrap_err();
        assert_eq!(error.field, field, "{error}");
    }
}

#[test]
fn seeking_gives_the_same_numbers_in_any_order() {
    let scene = Scene {
        ensemble: Ensemble { count: 50, steps: 90, ..Ensemble::default() },
        spins: Some(Spins { systems: 3, steps: 40, t_min: 1e-3 }),
        model: Choice::new("original").with("spins", 70.0),
        ..Scene::default()
    };
    let mut straight = Run::new(&scene).unwrap();
    straight.seek(60);
    let mut winding = Run::new(&scene).unwrap();
    for step in [90, 3, 77, 60] {
        winding.seek(step);
    }
    assert_eq!(straight.particles(), winding.particles());
    assert_eq!(winding.history(60).unwrap(), winding.particles());
    assert_eq!(winding.nearest_step(winding.times()[33] + 1e-4), 33);
    let mut straight = SpinRun::new(&scene, engine()).unwrap().unwrap();
    straight.seek(25).unwrap();
    let mut winding = SpinRun::new(&scene, engine()).unwrap().unwrap();
    for step in [40, 3, 30, 25] {
        winding.seek(step).unwrap();
    }
    assert_eq!(straight.spins(), winding.spins());
    for (a, b) in winding.order_parameters().iter().zip(winding.trace(25).unwrap()) {
        assert!((a - b).abs() < 1e-5, "{a} against {b}");
    }
}

#[test]
fn real_spins_and_the_order_parameter_part_less_the_more_spins_there_are() {
    // Variance of μ at τ = −1 against the exact one of the one-dimensional process.
    let difference = |spins: u64| {
        let model = CurieWeiss { beta: 1.5, field: 0.4, spins, temperature: 1.0 };
        let t = model.speciation_time() - 1.0;
        (model.variance_of_spins(t) - model.temperature).abs()
    };
    assert!(difference(100) < 0.2 * difference(10) && difference(10_000) < 0.02 * difference(100));
    let scene = Scene {
        model: Choice::new("simplified").with("spins", 400.0),
        spins: Some(Spins { systems: 1500, steps: 120, t_min: 1e-3 }),
        ..Scene::default()
    };
    let mut run = SpinRun::new(&scene, engine()).unwrap().unwrap();
    let model = *run.model();
    run.seek(120).unwrap();
    for step in [20, 40, 50, 60, 100] {
        let t = run.times()[step];
        let statistics = Statistics::of(run.trace(step).unwrap());
        // mean and variance of the mixture of two Gaussians
        let variance = model.variance_of_spins(t) + model.amplitude(t).powi(2) - model.mean_order_parameter(t).powi(2);
        let allowed = 4.0 * (variance / 1500.0).sqrt();
        assert!((statistics.mean - model.mean_order_parameter(t)).abs() < allowed, "t = {t}: {statistics:?}");
        assert!((statistics.deviation.powi(2) / variance - 1.0).abs() < 0.15, "t = {t}: {statistics:?}, {variance}");
    }
}

#[test]
fn notices_say_what_is_the_matter() {
    let told = |change: &dyn Fn(&mut Scene), word: &str| {
        let mut scene = Scene::default();
        change(&mut scene);
        let model = symmetry_breaking::run::model(&scene).unwrap();
        let all = notices(&scene, &model);
        assert!(all.iter().any(|notice| notice.contains(word)), "{word}: {all:?}");
    };
    let model = |key: &'static str, value: f64| Choice::new("simplified").with(key, value);
    told(&|scene| scene.model = model("beta", 0.9), "one well for ever");
    told(&|scene| scene.model = model("beta", 1.0), "one well for ever");
    told(&|scene| scene.model = model("field", 1000.0).with("spins", 100.0), "removes the second well");
    told(&|scene| scene.model = model("spins", 1.0).with("temperature", 10.0), "too small");
    told(&|scene| scene.ensemble.steps = 20, "too long");
    told(&|scene| scene.ensemble.tau_start = 1.0, "starting from noise");
    // The colder the bath, the more of the data shows in the noise, and the earlier the decision.
    told(&|scene| scene.model = model("temperature", 1e-3), "starting from noise at τ = 6");
    told(&|scene| scene.model = model("temperature", 1e-3), "so little noise");
    told(&|scene| scene.model = model("temperature", 100.0), "so much noise");
    told(&|scene| scene.model = model("spins", 1.0), "N = 1: a single spin");
    told(&|scene| scene.model = model("spins", 4.0), "N = 4 spins are few");
    told(&|scene| scene.model = model("field", 200.0), "after the end of the run");
    let one = FiniteData { samples: vec![1, 50], ..FiniteData::default() };
    told(&|scene| scene.finite_data = Some(one.clone()), "P = 1");
    let early = Clones { tau: vec![-4.0], ..Clones::default() };
    told(&|scene| scene.clones = Some(early.clone()), "beyond t = 0");
    let mut uneven = PureStatesSpec::default();
    uneven.overlaps[1][1] = 0.9;
    told(&|scene| scene.pure_states = Some(uneven.clone()), "self-overlaps");
    told(&|scene| scene.time = 40.0, "before the start");
    let scene = Scene::default();
    assert_eq!(notices(&scene, &symmetry_breaking::run::model(&scene).unwrap()), Vec::<String>::new());
}

fn written(report: &RunReport, out: &Path, infos: &[ArrayInfo]) -> BTreeSet<String> {
    for array in &report.arrays {
        assert!(infos.iter().any(|info| info.file == array.file), "{} is not documented", array.file);
        assert_eq!(array.not_finite, 0, "{}", array.file);
        assert!(out.join(&array.file).exists());
    }
    report.arrays.iter().map(|array| array.file.clone()).collect()
}

#[test]
fn runs_write_every_documented_array() {
    let scene = Scene {
        model: Choice::new("original").with("spins", 40.0),
        ensemble: Ensemble { count: 30, steps: 50, start: Start::Exact, ..Ensemble::default() },
        spins: Some(Spins { systems: 4, steps: 30, t_min: 1e-3 }),
        clones: Some(Clones { pairs: 50, tau: vec![0.0, 1.0] }),
        finite_data: Some(FiniteData {
            spins: vec![8, 16],
            samples: vec![1, 5, 9],
            data_sets: 4,
            generated: 10,
            steps: 20,
            ..FiniteData::default()
        }),
        pure_states: Some(PureStatesSpec { particles: 20, ..PureStatesSpec::default() }),
        ..Scene::default()
    };
    let out = tempfile::tempdir().unwrap();
    let engine = engine();
    let last = std::cell::Cell::new(0.0);
    let context = RunContext {
        engine: &engine,
        out: out.path(),
        progress: &|fraction| {
            assert!(
                (0.0..=1.0 + 1e-9).contains(&fraction) && fraction >= last.get() - 1e-9,
                "{fraction} after {last:?}"
            );
            last.set(fraction);
            true
        },
        clock: &|| 0.0,
    };
    let report = symmetry_breaking::output::run(&scene_file::to_value(&scene).unwrap(), &context).unwrap();
    let files = written(&report, out.path(), symmetry_breaking::output::ARRAYS);
    assert_eq!(files.len(), symmetry_breaking::output::ARRAYS.len(), "{files:?}");
    assert_eq!(last.get(), 1.0);
    let shape = |file: &str| report.arrays.iter().find(|array| array.file == file).unwrap().shape.clone();
    assert_eq!(shape("potential.npy"), [51, 401]);
    assert_eq!(shape("mu.npy"), [51, 30]);
    assert_eq!(shape("weight_error.npy"), [5, 2, 3]);
    assert_eq!(shape("spin_mu.npy"), [31, 4]);
    let results = &report.results;
    assert!(
        results["m_star"].is_number() && results["t_c"].is_number() && results["at_time"]["wells"]["deep"].is_number()
    );
    assert!(results["finite_data"]["theory"][0]["t_collapse"].is_null(), "one sample");

    let scene = high_dimensions::scene::Scene {
        sizes: vec![10, 20],
        exponents: vec![0.0, 1.0],
        focus: high_dimensions::scene::Focus { size: 30, exponent: 0.5 },
        ..high_dimensions::scene::Scene::default()
    };
    last.set(0.0);
    let report = high_dimensions::output::run(&scene_file::to_value(&scene).unwrap(), &context).unwrap();
    let files = written(&report, out.path(), high_dimensions::output::ARRAYS);
    assert_eq!(files.len(), high_dimensions::output::ARRAYS.len(), "{files:?}");
}

#[test]
fn extreme_scenes_run() {
    let engine = engine();
    for (key, value) in
        [("spins", 1.0), ("spins", 1e9), ("temperature", 1e-3), ("beta", 0.0), ("beta", 20.0), ("field", 1e3)]
    {
        for kind in ["simplified", "original"] {
            let scene = Scene {
                model: Choice::new(kind).with(key, value),
                ensemble: Ensemble { count: 5, steps: 40, tau_end: -12.0, ..Ensemble::default() },
                spins: (value < 1e6).then_some(Spins { systems: 1, steps: 10, t_min: 1e-6 }),
                time: 60.0,
                ..Scene::default()
            };
            let out = tempfile::tempdir().unwrap();
            let context = RunContext { engine: &engine, out: out.path(), progress: &|_| true, clock: &|| 0.0 };
            let report = symmetry_breaking::output::run(&scene_file::to_value(&scene).unwrap(), &context).unwrap();
            written(&report, out.path(), symmetry_breaking::output::ARRAYS);
            let told = report.results["notices"].as_array().unwrap();
            assert!(!told.is_empty(), "{key} = {value} is told");
            // t = 60 lies before the start of every run.
            assert!(told.iter().any(|notice| notice.as_str().unwrap().contains("before the start")), "{told:?}");
        }
    }
}

#[test]
fn high_dimensional_scenes_tell_what_few_samples_leave_open() {
    use high_dimensions::run::notices;
    use high_dimensions::scene::Scene;
    let told = |scene: &Scene, word: &str| {
        let all = notices(scene);
        assert!(all.iter().any(|notice| notice.contains(word)), "{word}: {all:?}");
    };
    let enough = Scene { exponents: vec![0.0, 1.0], ..Scene::default() };
    assert_eq!(notices(&enough), Vec::<String>::new());
    told(&Scene { exponents: vec![-1.0], ..Scene::default() }, "P = 1");
    told(&Scene { exponents: vec![-0.5], ..Scene::default() }, "a subspace only");
    told(&Scene { repeats: 1, ..enough.clone() }, "no error bars");
    let once = Scene { learning: "least_squares".to_owned(), ..enough };
    told(&Scene { exponents: vec![-0.5], ..once.clone() }, "undetermined");
    told(&Scene { focus: high_dimensions::scene::Focus { size: 50, exponent: -0.5 }, ..once }, "there is no spectrum");
}

#[test]
fn clones_agree_as_the_quadrature_says_for_any_magnet() {
    use diffuscope::labs::symmetry_breaking::clones::measure;
    // Few spins, where sides are not settled at t = 0; a bath that moves the clock; no states at all.
    for (beta, spins, temperature) in [(1.5, 3, 1.0), (1.5, 1000, 0.02), (1.05, 1000, 30.0), (0.8, 1000, 1.0)] {
        let model = CurieWeiss { beta, field: 0.3, spins, temperature };
        let spec = Clones { pairs: 4000, tau: vec![-1.0, 0.0, 1.0] };
        for found in measure(&spec, &model, 4, &mut |_| true) {
            let allowed = 4.0 * found.error.max(1e-3);
            assert!(
                (found.measured - found.theory).abs() < allowed,
                "β = {beta}, N = {spins}, T = {temperature}: {found:?}"
            );
        }
    }
}
