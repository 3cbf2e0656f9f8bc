//! `new`: a scene to start from.

use std::path::PathBuf;

use clap::{ArgMatches, Args};

use super::{Subcommand, failure, files, overrides};
use crate::core::data_set;
use crate::core::param::Choice;
use crate::labs::scene_file::{self, checks};
use crate::labs::score_field::scene::Scene;

pub(super) static SUBCOMMAND: Subcommand = Subcommand {
    name: "new",
    about: "Write a scene to start from, with the points of a data set",
    describe: |command| Arguments::augment_args(command).after_help("'diffuscope list data_sets' names the data sets."),
    run,
};

#[derive(Args)]
struct Arguments {
    /// Data set, for example two_moons
    data_set: String,
    /// A parameter of the data set; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Seed of the points and of the scene
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// File to write; standard output if left out
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let arguments: Arguments = super::parsed(matches)?;
    let mut choice = Choice::new(&arguments.data_set);
    for setting in &arguments.set {
        let (key, value) = overrides::pair(setting)?;
        let value: f64 = value
            .parse()
            .map_err(|_| failure::bad_arguments(format!("--set {setting}: \"{value}\" is not a number")))?;
        choice = choice.with(key, value);
    }
    let kind = checks::choice("data set", &choice, data_set::ALL, |kind| &kind.info)?;
    let points = data_set::draw(&choice, arguments.seed)?;
    let scene = Scene::of_points(kind.info.name, &points, arguments.seed);
    files::emit(arguments.output.as_deref(), &scene_file::to_text(&scene_file::to_value(&scene)?))
}
