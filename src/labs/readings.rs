//! Live readings: numbers that a lab shows, by name. Lessons wait for them, quote them and ask for them.
//!
//! A lab lists its readings in `view/live.rs`; to add one, add an entry there.

/// What a reading is, for authors of lessons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingInfo {
    /// Its name: small letters, digits and `_`.
    pub id: &'static str,
    /// What it is, with its unit and when there is none.
    pub about: &'static str,
}

/// A reading of a lab whose view is a `V`.
pub struct Live<V: 'static> {
    /// What it is.
    pub info: ReadingInfo,
    /// Its value now; `None` where there is none, or none yet.
    pub value: fn(&V) -> Option<f64>,
}

/// What there is to read.
pub fn infos<V>(all: &[Live<V>]) -> Vec<ReadingInfo> {
    all.iter().map(|live| live.info).collect()
}

/// The value of the reading `id`, if there is such a reading and it has a finite value.
pub fn value<V>(all: &[Live<V>], view: &V, id: &str) -> Option<f64> {
    let live = all.iter().find(|live| live.info.id == id)?;
    (live.value)(view).filter(|value| value.is_finite())
}

/// A short way to write an entry.
pub const fn live<V>(id: &'static str, about: &'static str, value: fn(&V) -> Option<f64>) -> Live<V> {
    Live { info: ReadingInfo { id, about }, value }
}
