//! `run`: carries a scene to its end without a window and writes its arrays.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{ArgMatches, Args};
use serde_json::{Value, json};

use super::given::Given;
use super::progress::Progress;
use super::{Subcommand, files};
use crate::engine::select::{Selected, select_steadfast};
use crate::labs::scene_file::{self, LoadedScene};
use crate::labs::{self, RunContext, RunReport};

pub(super) static SUBCOMMAND: Subcommand = Subcommand {
    name: "run",
    about: "Run a scene to its end and write its arrays",
    describe: |command| Arguments::augment_args(command).after_help(arrays_help()),
    run,
};

const SUMMARY: &str = "summary.json";

#[derive(Args)]
struct Arguments {
    #[command(flatten)]
    given: Given,
    /// Folder for the arrays; made if it does not exist
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
}

/// What is written, lab by lab.
fn arrays_help() -> String {
    let mut help = format!(
        "DIR/{SUMMARY} holds the scene, seed, version, engine, results, seconds of computing, and the list of arrays.\n\
         Arrays are .npy files in C order with x fastest, double precision (particles: single precision):\n"
    );
    for lab in labs::ALL {
        help.push_str(&format!("\nLab \"{}\":\n", lab.info.id));
        for array in lab.arrays {
            help.push_str(&format!("  {:<26} {:<12} {}\n", array.file, array.axes, array.about));
        }
    }
    help
}

fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let arguments: Arguments = super::parsed(matches)?;
    let loaded = arguments.given.scene()?;
    let selected = select_steadfast(arguments.given.engine()?)?;
    prepare(&arguments.out)?;

    let progress = Progress::new("run");
    let context = RunContext {
        engine: &selected.engine,
        out: &arguments.out,
        progress: &|fraction| {
            progress.set(fraction);
            true
        },
        clock: &clock(),
    };
    let report = (loaded.lab.run)(&loaded.scene, &context).map_err(|error| arguments.given.blame(error))?;
    drop(progress);

    let summary = summary(&loaded, &selected, &report);
    files::replace(&arguments.out.join(SUMMARY), scene_file::to_text(&summary).as_bytes())?;
    if let Some(note) = &selected.note {
        eprintln!("{note}");
    }
    for notice in report.results["notices"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        eprintln!("note: {notice}");
    }
    let (count, folder) = (report.arrays.len(), arguments.out.display());
    eprintln!(
        "{count} arrays and {SUMMARY} are in {folder} ({}, {:.3} s)",
        selected.engine.description(),
        report.compute_secs
    );
    for array in report.arrays.iter().filter(|array| array.not_finite > 0) {
        eprintln!("{}: {} values are not finite", array.file, array.not_finite);
    }
    Ok(())
}

/// Makes the folder; an older summary goes first, so that one never stands beside arrays it does not describe.
fn prepare(out: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let summary = out.join(SUMMARY);
    if summary.exists() {
        fs::remove_file(&summary).with_context(|| format!("cannot replace {}", summary.display()))?;
    }
    Ok(())
}

/// Seconds since now.
#[expect(clippy::disallowed_methods, reason = "the command line is one of the homes of clocks")]
fn clock() -> impl Fn() -> f64 {
    let start = std::time::Instant::now();
    move || start.elapsed().as_secs_f64()
}

fn summary(loaded: &LoadedScene, selected: &Selected, report: &RunReport) -> Value {
    json!({
        "program": "diffuscope",
        "version": env!("CARGO_PKG_VERSION"),
        "lab": loaded.lab.info.id,
        "engine": selected.engine.id(),
        "adapter": selected.engine.description(),
        "note": selected.note,
        "seed": loaded.scene["seed"],
        "parameters": loaded.scene,
        "results": report.results,
        "compute_secs": report.compute_secs,
        "arrays": report.arrays,
    })
}
