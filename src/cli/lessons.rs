//! `lessons`: lists the built-in lessons, checks lesson files, and gives authors a template and the names they need.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args};

use super::{Subcommand, failure, files};
use crate::lessons::{self, Lesson, LessonError, MAX_BYTES};

pub(super) static SUBCOMMAND: Subcommand = Subcommand {
    name: "lessons",
    about: "List the built-in lessons, check your own, print a template or the guide",
    describe: Arguments::augment_args,
    run,
};

#[derive(Args)]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(clap::Subcommand)]
enum Task {
    /// Print the built-in lessons
    List,
    /// Check lesson files: everything that opening them in the window would check
    Check {
        /// Lesson files, or '-' for standard input
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Open the window on a lesson
    Open {
        /// A lesson file, or the name of a built-in lesson
        lesson: PathBuf,
    },
    /// Print a lesson to start from
    Template {
        /// Write it here instead
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Print how to write a lesson
    Guide,
    /// Print the names of live readings and panes, lab by lab
    Names,
}

fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let task = if matches.subcommand_name().is_some() {
        <Task as clap::FromArgMatches>::from_arg_matches(matches).map_err(failure::of_arguments)?
    } else {
        Task::List
    };
    match task {
        Task::List => files::emit(None, &list()),
        Task::Check { files } => check(&files),
        Task::Open { lesson } => open(&lesson),
        Task::Template { out } => files::emit(out.as_deref(), lessons::TEMPLATE),
        Task::Guide => files::emit(None, lessons::GUIDE),
        Task::Names => names(),
    }
}

fn list() -> String {
    let mut text = String::new();
    for (number, built_in) in lessons::ALL.iter().enumerate() {
        // Writing to a string cannot fail; a test holds that every built-in lesson can be read.
        let _ = match lessons::parse(built_in.id, built_in.text.as_bytes()) {
            Ok(lesson) => {
                let minutes = lesson.minutes.map_or(String::new(), |minutes| format!(", {minutes} min"));
                writeln!(
                    text,
                    "{:>2}. {} ({} steps{minutes})\n    {}\n    {}",
                    number + 1,
                    lesson.title,
                    lesson.steps.len(),
                    built_in.id,
                    lesson.about
                )
            }
            Err(error) => writeln!(text, "{:>2}. {error}", number + 1),
        };
    }
    text
}

fn check(paths: &[PathBuf]) -> anyhow::Result<()> {
    let mut text = String::new();
    for path in paths {
        let lesson = read(path)?;
        let asked = lesson.steps.iter().map(|step| step.questions.len()).sum::<usize>();
        let waits = lesson.steps.iter().filter(|step| step.wait.is_some()).count();
        let (name, title, steps) = (path.display(), &lesson.title, lesson.steps.len());
        let _ = writeln!(text, "{name}: “{title}” is in order: {steps} steps, {asked} questions, {waits} conditions");
    }
    if cfg!(not(feature = "gui")) {
        text.push_str("Names of panes and readings were not checked: this build has no window.\n");
    }
    files::emit(None, &text)
}

fn read(path: &Path) -> Result<Lesson, LessonError> {
    let name = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    let failed = |error: std::io::Error| LessonError::new(0, format!("cannot be read: {error}")).in_file(&name);
    let mut bytes = Vec::new();
    // One byte more than is allowed, so that a longer file is told to be too long.
    let limit = MAX_BYTES as u64 + 1;
    if path == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        File::open(path).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    }
    let lesson = lessons::parse(&name, &bytes)?;
    lessons::check::check(&lesson).map_err(|error| error.in_file(&name))?;
    Ok(lesson)
}

#[cfg(feature = "gui")]
fn open(path: &Path) -> anyhow::Result<()> {
    use crate::app::{self, Options, WindowError};

    let lesson = match path.to_str().and_then(lessons::find) {
        Some(built_in) => (lessons::parse(built_in.id, built_in.text.as_bytes())?, built_in.id.to_owned()),
        None => (read(path)?, std::path::absolute(path)?.display().to_string()),
    };
    app::run_window(Options { lesson: Some(lesson), ..Options::for_user() }).map_err(|error| match error {
        WindowError::NoEngine(error) => error.into(),
        other => other.into(),
    })
}

#[cfg(not(feature = "gui"))]
fn open(_: &Path) -> anyhow::Result<()> {
    Err(failure::missing("this build has no window: use 'diffuscope lessons check'"))
}

#[cfg(feature = "gui")]
fn names() -> anyhow::Result<()> {
    let mut text = String::new();
    for lab in crate::labs::ALL {
        let _ = writeln!(text, "{} ({})\n  readings", lab.info.id, lab.info.name);
        for reading in (lab.readings)() {
            let _ = writeln!(text, "    {:<24} {}", reading.id, reading.about);
        }
        text.push_str("  panes\n");
        for pane in (lab.panes)() {
            let _ = writeln!(text, "    {:<24} {}", pane.id, pane.about);
        }
    }
    files::emit(None, &text)
}

#[cfg(not(feature = "gui"))]
fn names() -> anyhow::Result<()> {
    Err(failure::missing("this build has no window, and so no live readings and panes"))
}
