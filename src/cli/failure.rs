//! How the program ends: one sentence on standard error and an exit code.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::core::param::ChoiceError;
use crate::engine::EngineError;
use crate::export::BadRequest;
use crate::labs::scene_file::SceneError;
use crate::lessons::LessonError;

const OTHER: u8 = 1;
const BAD_INPUT: u8 = 2;
const NO_ENGINE: u8 = 3;

/// A fault of the command line itself, or what clap prints instead of running: help and version.
#[derive(Debug)]
struct Ended {
    code: u8,
    text: String,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Ended {}

/// Arguments that cannot be used.
pub(super) fn bad_arguments(sentence: impl Into<String>) -> anyhow::Error {
    Ended { code: BAD_INPUT, text: sentence.into() }.into()
}

/// An engine, or a part of the program, that is not there.
pub(super) fn missing(sentence: impl Into<String>) -> anyhow::Error {
    Ended { code: NO_ENGINE, text: sentence.into() }.into()
}

/// What clap makes of the arguments, in one sentence where it is a fault.
pub(super) fn of_arguments(error: clap::Error) -> anyhow::Error {
    let text = error.render().to_string();
    if !error.use_stderr() {
        return Ended { code: 0, text }.into();
    }
    let fault = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error:");
    let fault = fault.split_whitespace().collect::<Vec<_>>().join(" ");
    bad_arguments(format!("{fault} (see 'diffuscope --help')"))
}

/// Tells a failure and gives the exit code.
pub(super) fn report(result: anyhow::Result<()>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    let code = code(&error);
    if let Some(Ended { code: 0, text }) = error.downcast_ref() {
        // Help that nobody reads to its end is no failure.
        let _ = io::Write::write_all(&mut io::stdout(), text.as_bytes());
    } else if code != 0 {
        eprintln!("diffuscope: {error:#}");
    }
    ExitCode::from(code)
}

fn code(error: &anyhow::Error) -> u8 {
    error.chain().find_map(code_of).unwrap_or(OTHER)
}

fn code_of(cause: &(dyn std::error::Error + 'static)) -> Option<u8> {
    if let Some(ended) = cause.downcast_ref::<Ended>() {
        Some(ended.code)
    } else if cause.is::<SceneError>()
        || cause.is::<ChoiceError>()
        || cause.is::<BadRequest>()
        || cause.is::<LessonError>()
    {
        Some(BAD_INPUT)
    } else if let Some(EngineError::Unavailable(_)) = cause.downcast_ref() {
        Some(NO_ENGINE)
    } else {
        // Whoever reads our output may stop reading: `diffuscope list | head`.
        let error = cause.downcast_ref::<io::Error>()?;
        (error.kind() == io::ErrorKind::BrokenPipe).then_some(0)
    }
}
