//! The program under ill fortune: killed processes, full disks, lost devices, absurd windows, hostile files.
//!
//! Faults are ordered (`diffuscope::faults`) or real: processes are killed, folders cannot be written, limits are set by the
//! shell. Tests whose names begin with `child_` are bodies of processes that other tests start; alone they do nothing.

#![cfg(all(feature = "gui", debug_assertions))]
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../interactions/bench.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod bench;
mod child;
mod device;
mod disk;
mod killed;
mod machines;
mod sizes;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Faults are ordered for a whole process, so one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An order that ends with its scope.
struct Ordered;

impl Ordered {
    fn new(text: &str) -> Self {
        diffuscope::faults::order(Some(text)).unwrap();
        Self
    }
}

impl Drop for Ordered {
    fn drop(&mut self) {
        drop(diffuscope::faults::order(None));
    }
}
