//! The notes on the papers: what they say is what the numbers say.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use diffuscope::labs::equations::{Comparison, ComparisonRow};
use diffuscope::labs::notes;

fn compared(id: &str) -> Comparison {
    (notes::find(id).unwrap().compare.unwrap())()
}

fn near(row: &ComparisonRow, tolerance: f64) {
    let error = (row.corrected - row.truth).abs();
    assert!(error <= tolerance * row.truth.abs().max(1e-12), "{row:?}: off by {error}");
}

/// Largest relative error of the corrected formula.
const EXACT: &[(&str, f64)] = &[
    ("eft_8", 1e-4),
    ("eft_15", 1e-9),
    ("eft_21", 1e-6),
    ("eft_3_linear", 0.01),
    ("eft_41", 1e-6),
    ("gtv_st", 1e-4),
    ("gauss_11", 1e-9),
    ("gauss_107", 1e-9),
    ("gauss_136", 1e-5),
    ("phys_13", 1e-9),
    ("phys_39", 1e-9),
    ("phys_53", 1e-9),
    ("phys_81", 1e-4),
    ("phys_97", 0.15),
    ("cw_26", 0.02),
    ("cw_27", 0.02),
    ("cw_37", 1e-9),
    ("cw_si_perturbation", 0.06),
    ("cw_si_w2", 1e-6),
];

#[test]
fn corrected_formulas_agree_with_another_route_and_printed_ones_do_not() {
    for (id, tolerance) in EXACT {
        let comparison = compared(id);
        assert!(comparison.rows.len() >= 2, "{id}");
        for row in &comparison.rows {
            // A distance of nothing is nothing, up to rounding.
            if row.truth.abs() > 1e-9 {
                near(row, *tolerance);
            } else {
                assert!(row.corrected.abs() < 1e-9, "{id}: {row:?}");
            }
        }
        let worst = |value: fn(&ComparisonRow) -> f64| {
            comparison.rows.iter().map(|row| (value(row) - row.truth).abs()).fold(0.0, f64::max)
        };
        let (printed, corrected) = (worst(|row| row.printed), worst(|row| row.corrected));
        assert!(printed > 4.0 * corrected, "{id}: printed {printed}, corrected {corrected}");
    }
}

#[test]
fn the_missing_half_shows_in_the_moments() {
    let rows = compared("eft_1").rows;
    let [variance, fourth, kurtosis] = [&rows[0], &rows[1], &rows[2]];
    assert!((variance.printed - 1.015).abs() < 0.001 && (kurtosis.printed - 2.158).abs() < 0.001, "{rows:?}");
    assert!(fourth.printed < 2.3, "{rows:?}");
    assert!((variance.corrected - 1.0).abs() < 1e-4 && (fourth.corrected - 2.5).abs() < 1e-4, "{rows:?}");
}

#[test]
fn printed_snapping_runs_away() {
    let rows = compared("eft_8").rows;
    assert!(rows.windows(2).all(|pair| pair[1].printed > pair[0].printed && pair[1].corrected < pair[0].corrected));
}

#[test]
fn the_rotation_bound_of_the_paper_is_broken() {
    let rows = compared("gauss_107").rows;
    assert!((rows[1].corrected + 0.72).abs() < 0.005 && rows[1].corrected < rows[1].printed, "{rows:?}");
    assert!(rows[2].corrected < -0.98, "towards −1: {rows:?}");
}

#[test]
fn the_symmetrised_memory_costs_loss() {
    for row in compared("cw_37").rows {
        assert!(row.printed > 1.02 * row.corrected, "{row:?}");
    }
}

#[test]
fn the_printed_bound_on_total_variation_is_broken_and_the_corrected_one_holds() {
    for row in compared("cw_si_tv").rows {
        assert!(row.corrected >= row.truth, "{row:?}");
    }
    assert!(compared("cw_si_tv").rows[0].printed < compared("cw_si_tv").rows[0].truth);
}

#[test]
fn every_note_is_whole() {
    for paper in notes::ALL {
        for note in *paper {
            assert!(note.source.starts_with('[') && note.evidence.len() > 20, "{}", note.id);
            assert!(!note.printed.is_empty() && !note.corrected.is_empty(), "{}", note.id);
            assert_eq!(notes::find(note.id).unwrap().source, note.source, "{}: one name, one note", note.id);
            if let Some(compare) = note.compare {
                let comparison = compare();
                assert_eq!(comparison, compare(), "{}: the same numbers each time", note.id);
                for row in &comparison.rows {
                    assert!([row.printed, row.corrected, row.truth].iter().all(|v| v.is_finite()), "{row:?}");
                }
            }
        }
    }
}
