//! The engine in use, told from those before it.

use std::sync::Arc;

use super::Engine;

/// An engine with a number: another device may come back under the same name.
#[derive(Clone)]
pub struct NumberedEngine {
    /// Grows with every change of engine.
    pub stamp: u64,
    /// Who computes.
    pub engine: Arc<dyn Engine>,
}

impl NumberedEngine {
    /// The first engine.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { stamp: 0, engine }
    }

    /// Puts another engine in its place.
    pub fn replace(&mut self, engine: Arc<dyn Engine>) {
        *self = Self { stamp: self.stamp + 1, engine };
    }
}
