//! The command line: the same program without a window.
//!
//! Results go to standard output or a folder, progress and faults to standard error. To add a subcommand, write its file
//! and add its entry to [`ALL`].

mod bench;
mod exercise;
mod export;
mod failure;
mod files;
mod given;
mod interrupt;
mod lessons;
mod list;
mod new;
mod overrides;
mod progress;
mod render;
mod run;
mod window;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::engine::select::EngineChoice;

/// One subcommand of the family.
struct Subcommand {
    name: &'static str,
    about: &'static str,
    /// Adds its arguments and help.
    describe: fn(Command) -> Command,
    run: fn(&ArgMatches) -> anyhow::Result<()>,
}

/// Every subcommand.
static ALL: &[&Subcommand] = &[
    &run::SUBCOMMAND,
    &render::SUBCOMMAND,
    &export::SUBCOMMAND,
    &list::SUBCOMMAND,
    &new::SUBCOMMAND,
    &lessons::SUBCOMMAND,
    &bench::SUBCOMMAND,
    &exercise::SUBCOMMAND,
];

const AFTER_HELP: &str = "\
A SCENE is a JSON file, '-' for standard input, or 'gallery:ID' for a built-in scene; 'diffuscope list gallery' names them.

Exit codes: 0 done, 2 bad arguments or scene, 3 no such engine here, 1 anything else.";

/// Runs the program with these arguments, the first of which is its own name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let result = command().try_get_matches_from(args).map_err(failure::of_arguments).and_then(|matches| match matches
        .subcommand()
    {
        None => window::open(&parsed(&matches)?),
        Some((name, matches)) => match ALL.iter().find(|subcommand| subcommand.name == name) {
            Some(subcommand) => (subcommand.run)(matches),
            None => Err(failure::bad_arguments(format!("there is no subcommand \"{name}\""))),
        },
    });
    failure::report(result)
}

/// The whole command line.
fn command() -> Command {
    let program = Command::new("diffuscope")
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "A laboratory for diffusion models whose score is known exactly. Without a subcommand, the window opens.",
        )
        .after_help(AFTER_HELP)
        .args_conflicts_with_subcommands(true);
    // Last, because arguments bring a text of their own along.
    let subcommand = |entry: &&Subcommand| (entry.describe)(Command::new(entry.name)).about(entry.about);
    window::Arguments::augment_args(program).subcommands(ALL.iter().map(subcommand))
}

/// The engine choice of this name.
fn engine_choice(name: &str) -> anyhow::Result<EngineChoice> {
    name.parse().map_err(|error| failure::missing(format!("{error}")))
}

/// The arguments of a subcommand as its type.
fn parsed<T: FromArgMatches>(matches: &ArgMatches) -> anyhow::Result<T> {
    T::from_arg_matches(matches).map_err(failure::of_arguments)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
