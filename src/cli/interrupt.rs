//! Ctrl+C: the first asks the work to end and clean up, the second ends the program.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Exit code of a program that was interrupted.
const CODE: i32 = 130;

/// From now on Ctrl+C is noticed by [`interrupted`].
pub(super) fn watch() {
    let handler = || {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(CODE);
        }
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        tracing::warn!("Ctrl+C ends the program at once: {error}");
    }
}

/// Whether Ctrl+C was pressed.
pub(super) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
