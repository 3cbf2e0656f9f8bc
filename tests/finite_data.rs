//! Generation from finite data: how the weights of the two states go wrong, and with which exponents.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use diffuscope::core::curie_weiss::CurieWeiss;
use diffuscope::engine::cpu::CpuEngine;
use diffuscope::labs::symmetry_breaking::finite_data::{self, Cell, Table};
use diffuscope::labs::symmetry_breaking::scene::FiniteData;

fn magnet() -> CurieWeiss {
    CurieWeiss { beta: 1.5, field: 0.4, spins: 100, temperature: 1.0 }
}

fn measured(spec: &FiniteData) -> Vec<Table> {
    finite_data::measure(spec, &magnet(), &CpuEngine::new(), 7, &mut |_| true).unwrap().unwrap()
}

fn within(cell: &Cell, expected: f64) {
    let allowed = 4.0 * cell.weight_error_se;
    assert!((cell.weight_error - expected).abs() < allowed, "{cell:?}: expected {expected} ± {allowed}");
}

#[test]
fn learned_weights_miss_by_one_over_the_root_of_the_number_of_samples_whatever_the_dimension() {
    let spec = FiniteData {
        spins: vec![16, 64],
        samples: vec![16, 64, 256],
        scores: vec!["fitted".to_owned()],
        data_sets: 100,
        generated: 200,
        steps: 60,
    };
    let [plus, minus] = magnet().weights();
    let tables = measured(&spec);
    for cell in &tables[0].cells {
        within(cell, (plus * minus / cell.samples as f64).sqrt());
    }
    let exponents = tables[0].exponents.unwrap();
    let ([in_samples, se], [in_spins, spins_se]) = (exponents.in_samples.unwrap(), exponents.in_spins.unwrap());
    assert!((in_samples + 0.5).abs() < 3.0 * se && se < 0.1, "P^{in_samples} ± {se}");
    assert!(in_spins.abs() < 3.0 * spins_se && spins_se < 0.2, "N^{in_spins} ± {spins_se}");
}

#[test]
fn the_empirical_score_misses_alike_and_copies() {
    let spec = FiniteData {
        spins: vec![32],
        samples: vec![8, 64],
        scores: vec!["empirical".to_owned(), "exact".to_owned()],
        data_sets: 60,
        generated: 100,
        steps: 60,
    };
    let [plus, minus] = magnet().weights();
    let tables = measured(&spec);
    for cell in &tables[0].cells {
        within(cell, (plus * minus / cell.samples as f64).sqrt());
        assert!(cell.copies > 0.99, "{cell:?}");
    }
    for cell in &tables[1].cells {
        assert!(cell.weight_error < 0.04 && (cell.plus - plus).abs() < 0.03, "{cell:?}");
        assert!(cell.copies < 0.7, "{cell:?}");
    }
}

#[test]
fn errors_of_one_common_sign_push_every_system_to_one_side() {
    let spec = FiniteData {
        spins: vec![25, 400],
        samples: vec![100],
        scores: vec!["noisy_common".to_owned(), "noisy_independent".to_owned()],
        data_sets: 40,
        generated: 200,
        steps: 100,
    };
    let tables = measured(&spec);
    let [small, large] = [tables[0].cells[0], tables[0].cells[1]];
    assert!((small.plus - 0.96).abs() < 0.02, "{small:?}");
    assert!(large.plus > 0.995, "{large:?}");
    for (cell, spread) in tables[1].cells.iter().zip([0.075, 0.11]) {
        assert!((cell.plus_spread - spread).abs() < 0.04, "{cell:?}");
        assert!((cell.overlap - magnet().magnetization()).abs() < 0.02, "typical configurations are right: {cell:?}");
    }
}

#[test]
fn it_can_be_cancelled_and_survives_a_single_sample() {
    let spec = FiniteData { samples: vec![1], spins: vec![1, 5], data_sets: 3, generated: 8, ..FiniteData::default() };
    assert!(finite_data::measure(&spec, &magnet(), &CpuEngine::new(), 7, &mut |_| false).unwrap().is_none());
    for table in measured(&spec) {
        for cell in table.cells {
            assert!(cell.plus.is_finite() && cell.weight_error.is_finite(), "{cell:?}");
        }
    }
}
