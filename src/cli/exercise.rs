//! `exercise`: the whole program used by a script, without a window, and measured. Hidden: it is for those who change it.

use clap::{ArgMatches, Args};

use super::Subcommand;

pub(super) static SUBCOMMAND: Subcommand = Subcommand {
    name: "exercise",
    about: "Use the whole program by a script, without a window, and measure its frames, its undo, its memory",
    describe: |command| Arguments::augment_args(command).hide(true),
    run,
};

#[derive(Args)]
struct Arguments {
    /// frames, opening, undo or soak; all but soak if left out
    exercise: Option<String>,
    /// Seconds that frames and soak take
    #[arg(long)]
    secs: Option<f64>,
    /// Who computes: auto, cpu, gpu, or core (the theory in double precision, slow)
    #[arg(long, default_value = "auto")]
    engine: String,
    /// One JSON object a table
    #[arg(long)]
    json: bool,
}

#[cfg(not(feature = "gui"))]
fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let _: Arguments = super::parsed(matches)?;
    Err(super::failure::missing("this build has nothing to exercise: build it with default features"))
}

#[cfg(feature = "gui")]
fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    use super::{failure, files};
    use crate::app::exercise::ALL;
    let arguments: Arguments = super::parsed(matches)?;
    let engine = super::engine_choice(&arguments.engine)?;
    let wanted = arguments.exercise.as_deref();
    let chosen = |id: &str| wanted.map_or(id != "soak", |wanted| id == wanted);
    let chosen: Vec<_> = ALL.iter().filter(|exercise| chosen(exercise.id)).collect();
    if chosen.is_empty() {
        let known: Vec<_> = ALL.iter().map(|exercise| exercise.id).collect();
        return Err(failure::bad_arguments(format!(
            "there is no such exercise; it must be one of {}",
            known.join(", ")
        )));
    }
    if arguments.secs.is_some_and(|secs| !(0.1..=86_400.0).contains(&secs)) {
        return Err(failure::bad_arguments("--secs must be a number from 0.1 to 86400"));
    }
    for exercise in chosen {
        eprintln!("{}: {}", exercise.id, exercise.about);
        for table in (exercise.run)(engine, arguments.secs.unwrap_or(exercise.usual_secs))? {
            let text = if arguments.json { serde_json::to_string(&table)? } else { table.to_string() };
            files::emit(None, &format!("{text}\n"))?;
        }
    }
    Ok(())
}
