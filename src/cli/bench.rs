//! `bench`: times the kernels in steady state.

use clap::{ArgMatches, Args};

use super::{Subcommand, failure, files};
use crate::engine::bench::{self, Measurement};
use crate::engine::select::select;

pub(super) static SUBCOMMAND: Subcommand = Subcommand {
    name: "bench",
    about: "Time the kernels of an engine",
    describe: |command| {
        Arguments::augment_args(command).after_help(
            "Times are the best of several calls. The share compares with the limit of a two-core reference machine.",
        )
    },
    run,
};

#[derive(Args)]
struct Arguments {
    /// Only this workload, see 'diffuscope list workloads'
    kernel: Option<String>,
    /// Who computes: auto, cpu, gpu, or core (the theory in double precision, slow)
    #[arg(long, default_value = "auto")]
    engine: String,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let arguments: Arguments = super::parsed(matches)?;
    let wanted = arguments.kernel.as_deref();
    let workloads: Vec<_> = bench::ALL.iter().filter(|workload| wanted.is_none_or(|id| id == workload.id)).collect();
    if let (Some(id), true) = (wanted, workloads.is_empty()) {
        let known: Vec<_> = bench::ALL.iter().map(|workload| workload.id).collect();
        let known = known.join(", ");
        return Err(failure::bad_arguments(format!("there is no workload \"{id}\"; it must be one of {known}")));
    }
    let selected = select(super::engine_choice(&arguments.engine)?)?;
    eprintln!("{}", selected.engine.description());
    for workload in workloads {
        for measurement in bench::measure(workload, selected.engine.as_ref())? {
            let line = if arguments.json { serde_json::to_string(&measurement)? } else { as_text(&measurement) };
            files::emit(None, &format!("{line}\n"))?;
        }
    }
    Ok(())
}

fn as_text(measured: &Measurement) -> String {
    let shape: Vec<_> = measured.shape.iter().map(ToString::to_string).collect();
    format!(
        "{:<16} {:<20} {:>10.4} ns per {}, {:.1} % of the limit",
        measured.workload,
        shape.join(" × "),
        measured.ns_per_unit,
        measured.unit,
        100.0 * measured.share_of_limit
    )
}
