//! Ctrl+C, and a polite request to end: the first asks the work to end and clean up, the second ends the program.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Exit code of a program that was interrupted.
const CODE: i32 = 130;

/// From now on Ctrl+C is noticed by [`interrupted`].
pub(super) fn watch() {
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal finds the flag down, the second finds it up.
        let watched = flag::register_conditional_shutdown(signal, CODE, Arc::clone(&INTERRUPTED))
            .and_then(|_| flag::register(signal, Arc::clone(&INTERRUPTED)));
        if let Err(error) = watched {
            tracing::warn!("Ctrl+C ends the program at once: {error}");
        }
    }
}

/// Whether Ctrl+C was pressed.
pub(super) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
