//! Forward processes, time grids and point sets.

use diffuscope::core::param::{Choice, ChoiceError, Scale};
use diffuscope::core::process::{self, Forward};
use diffuscope::core::{data_set, sampler, score_model, time_grid};

fn forwards() -> impl Iterator<Item = (&'static str, Forward)> {
    process::ALL.iter().map(|kind| (kind.info.id, Forward::isotropic(&Choice::new(kind.info.id)).unwrap()))
}

#[test]
fn drift_and_diffusion_follow_from_signal_and_noise() {
    for (id, forward) in forwards() {
        let (start, end) = forward.range();
        for i in 1..40 {
            // Off the chain's corners, where slopes jump.
            let t = start + (end - start) * (f64::from(i) + 0.137) / 41.0;
            let h = 1e-5 * (end - start).min(t);
            let f = (forward.alpha(t + h).ln() - forward.alpha(t - h).ln()) / (2.0 * h);
            let variance_slope = (forward.sigma(t + h).powi(2) - forward.sigma(t - h).powi(2)) / (2.0 * h);
            let diffusion = variance_slope - 2.0 * f * forward.sigma(t).powi(2);
            assert!((forward.drift(t) - f).abs() < 1e-6 * (1.0 + f.abs()), "{id} f({t})");
            assert!((forward.diffusion(t) - diffusion).abs() < 1e-6 * (1.0 + diffusion.abs()), "{id} g²({t})");
        }
    }
}

#[test]
fn noise_grows_and_inverses_find_their_way_back() {
    for (id, forward) in forwards() {
        let (start, end) = forward.range();
        let mut last = f64::INFINITY;
        for i in 0..=50 {
            let t = start + (end - start) * f64::from(i) / 50.0;
            assert!(forward.log_snr(t) < last, "{id}: SNR must fall");
            last = forward.log_snr(t);
            let close = |found: f64| (forward.log_snr(found) - last).abs() < 1e-6;
            assert!(close(forward.time_at_sigma(forward.sigma(t)).unwrap()), "{id} t(σ) at {t}");
            assert!(close(forward.time_at_log_snr(last).unwrap()), "{id} t(log SNR) at {t}");
            match forward.time_at_abar(forward.abar(t)) {
                Some(found) => assert!((forward.abar(found) - forward.abar(t)).abs() < 1e-9, "{id} t(ᾱ) at {t}"),
                None => assert_eq!(id, "edm", "only EDM keeps its signal"),
            }
        }
        assert_eq!(forward.time_at_sigma(1e9), None);
        assert_eq!(forward.time_at_sigma(f64::NAN), None);
    }
}

#[test]
fn golden_values() {
    let forward = |choice: Choice| Forward::isotropic(&choice).unwrap();
    // exp(−(0.1 · ½ + 19.9/2 · ¼)).
    let vp = forward(Choice::new("variance_preserving"));
    assert!((vp.alpha(0.5) - (-2.5375_f64).exp()).abs() < 1e-15);
    let half = forward(Choice::new("variance_preserving").with("half", 1.0));
    assert!((half.alpha(0.5).powi(2) - vp.alpha(0.5)).abs() < 1e-15);
    let ou = forward(Choice::new("ornstein_uhlenbeck").with("temperature", 2.0));
    assert!((ou.sigma(1.0).powi(2) - 2.0 * (1.0 - (-2.0_f64).exp())).abs() < 1e-15);
    let cosine = forward(Choice::new("cosine"));
    assert!((cosine.abar(0.504) - 0.5).abs() < 1e-15);
    // The product of 1 − β over all 1000 steps of the usual chain, with β from 1e-4 to 0.02.
    let product: f64 = (0..1000).map(|i| 1.0 - (1e-4 + (0.02 - 1e-4) * f64::from(i) / 999.0)).product();
    let chain = forward(Choice::new("ddpm_chain"));
    assert!((chain.abar(1000.0) / product - 1.0).abs() < 1e-12);
}

#[test]
fn time_grids_run_from_noise_to_data() {
    for (id, forward) in forwards() {
        for grid in time_grid::ALL {
            for steps in [1, 2, 37] {
                let times = time_grid::times(&Choice::new(grid.info.id), &forward, steps).unwrap();
                assert_eq!(times.len(), steps + 1);
                assert_eq!((times[steps], times[0]), forward.range());
                assert!(times.windows(2).all(|pair| pair[1] < pair[0]), "{id} {} {steps}", grid.info.id);
            }
        }
    }
    // [GAUSS] (40) for EDM itself.
    let edm = Forward::isotropic(&Choice::new("edm")).unwrap();
    let times = time_grid::times(&Choice::new("edm_rho"), &edm, 18).unwrap();
    for (i, t) in times.iter().enumerate() {
        let root = 80.0_f64.powf(1.0 / 7.0) * (1.0 - i as f64 / 18.0) + 0.002_f64.powf(1.0 / 7.0) * i as f64 / 18.0;
        assert!((t / root.powi(7) - 1.0).abs() < 1e-9);
    }
}

#[test]
fn families_have_distinct_names_and_sound_defaults() {
    let families = [
        process::ALL.iter().map(|k| &k.info).collect::<Vec<_>>(),
        sampler::ALL.iter().map(|k| &k.info).collect(),
        score_model::ALL.iter().map(|k| &k.info).collect(),
        time_grid::ALL.iter().map(|k| &k.info).collect(),
        data_set::ALL.iter().map(|k| &k.info).collect(),
    ];
    for family in families {
        for (i, info) in family.iter().enumerate() {
            assert!(family[..i].iter().all(|other| other.id != info.id && other.name != info.name), "{}", info.id);
            assert!(info.about.ends_with('.'), "{}", info.id);
            for param in info.params {
                assert_eq!(param.check(param.default), Ok(()), "{} {}", info.id, param.key);
                assert!(param.scale != Scale::Log || param.min > 0.0, "{} {}", info.id, param.key);
            }
        }
    }
}

#[test]
fn faulty_choices_are_named() {
    let error = |choice: Choice| Forward::isotropic(&choice).unwrap_err();
    assert!(matches!(error(Choice::new("vp")), ChoiceError::UnknownKind { .. }));
    assert!(matches!(error(Choice::new("edm").with("rho", 7.0)), ChoiceError::UnknownParam { .. }));
    for value in [-1.0, f64::NAN, 1e9] {
        let message = error(Choice::new("edm").with("sigma_max", value)).to_string();
        assert!(message.contains("sigma_max") && message.contains("from 1 to 1000"), "{message}");
    }
}

#[test]
fn point_sets_are_reproducible_and_seeded() {
    for kind in data_set::ALL {
        let draw = |seed| data_set::draw(&Choice::new(kind.info.id), seed).unwrap();
        assert_eq!(draw(3), draw(3), "{}", kind.info.id);
        assert!(draw(3).iter().all(|p| p.norm() < 10.0));
    }
    let moons = |seed| data_set::draw(&Choice::new("two_moons"), seed).unwrap();
    assert_ne!(moons(1), moons(2));
    // Every point of the board lies on a square of one colour.
    let board = data_set::draw(&Choice::new("checkerboard").with("count", 2000.0), 5).unwrap();
    assert!(board.iter().all(|p| (p.x.floor() as i64 + p.y.floor() as i64).rem_euclid(2) == 0));
}
