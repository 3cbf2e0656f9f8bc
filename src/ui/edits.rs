//! Edits of a scene, counted and named, so that each can be undone by name.

/// Counts and names edits of the scene.
#[derive(Debug, Default)]
pub struct Edits {
    stamp: u64,
    last: &'static str,
}

impl Edits {
    /// Notes an edit, named as in "Undo move point".
    pub fn note(&mut self, name: &'static str) {
        self.stamp += 1;
        self.last = name;
    }

    /// A number that changes with every edit.
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    /// Name of the latest edit.
    pub fn last(&self) -> &'static str {
        self.last
    }
}
