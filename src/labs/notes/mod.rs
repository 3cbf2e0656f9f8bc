//! Notes on the papers: formulas that are not right as printed, what is right, and how one can tell. One file a paper.
//!
//! Where a formula can be computed, a note computes the printed and the corrected version from the same numbers and the
//! same noise, and sets beside them the answer by a route of its own.

pub mod cw;
pub mod eft;
pub mod gauss;
pub mod gtv;
mod numerics;
pub mod phys;

use super::equations::{ComparisonRow, Note};

/// Every note, paper by paper.
pub static ALL: &[&[Note]] = &[eft::NOTES, gtv::NOTES, gauss::NOTES, phys::NOTES, cw::NOTES];

/// The note with this identifier.
pub fn find(id: &str) -> Option<&'static Note> {
    ALL.iter().flat_map(|notes| notes.iter()).find(|note| note.id == id)
}

/// The notes with these identifiers, in their order.
pub fn select<'a>(ids: impl IntoIterator<Item = &'a str>) -> Vec<&'static Note> {
    ids.into_iter().filter_map(find).collect()
}

fn row(quantity: impl Into<String>, printed: f64, corrected: f64, truth: f64) -> ComparisonRow {
    ComparisonRow { quantity: quantity.into(), printed, corrected, truth }
}
