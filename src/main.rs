//! The program: everything it does, with a window or without, starts at its command line.

use std::process::ExitCode;

/// Scenes come and go on many threads; the system's allocator keeps ever more of what they gave back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    diffuscope::cli::main(std::env::args_os())
}
