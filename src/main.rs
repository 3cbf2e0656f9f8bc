//! The program: everything it does, with a window or without, starts at its command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    diffuscope::cli::main(std::env::args_os())
}
