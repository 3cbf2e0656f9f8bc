//! `list`: every family of the program with its members, their parameters, ranges and defaults.

use std::fmt::Write;

use clap::{ArgMatches, Args};
use serde_json::{Value, json};

use super::{Subcommand, failure, files};
use crate::core::curie_weiss::spin_model;
use crate::core::els::{abar_grid, machine, stepper, window};
use crate::core::high_dimensions::{linear_score, spectrum};
use crate::core::param::{KindInfo, ParamInfo, Scale};
use crate::core::{data_set, image_set, process, sampler, score_model, time_grid};
use crate::engine::kernel::quantity;
use crate::engine::{bench, colour_map, select};
use crate::labs;
use crate::labs::scene_file::checks::shown;
use crate::labs::symmetry_breaking::finite_data;

pub(super) static SUBCOMMAND: Subcommand = Subcommand {
    name: "list",
    about: "Print every family: labs, scenes, processes, samplers, …",
    describe: Arguments::augment_args,
    run,
};

#[derive(Args)]
struct Arguments {
    /// Only this family, for example processes
    family: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// One family as the program prints it.
struct Family {
    id: &'static str,
    /// Where a scene names its members, or what they are good for.
    about: &'static str,
    members: fn() -> Vec<Member>,
}

/// One member of a family.
struct Member {
    id: &'static str,
    name: String,
    about: String,
    params: &'static [ParamInfo],
}

impl Member {
    fn new(id: &'static str, name: impl Into<String>, about: impl Into<String>) -> Self {
        Self { id, name: name.into(), about: about.into(), params: &[] }
    }
}

impl From<&KindInfo> for Member {
    fn from(info: &KindInfo) -> Self {
        Self { params: info.params, ..Self::new(info.id, info.name, info.about) }
    }
}

/// Every family.
static FAMILIES: &[Family] = &[
    Family {
        id: "labs",
        about: "field lab",
        members: || labs::ALL.iter().map(|lab| Member::new(lab.info.id, lab.info.name, lab.about)).collect(),
    },
    Family { id: "gallery", about: "built-in scenes, as in gallery:ID", members: gallery },
    Family {
        id: "data_sets",
        about: "for diffuscope new",
        members: || data_set::ALL.iter().map(|kind| Member::from(&kind.info)).collect(),
    },
    Family {
        id: "processes",
        about: "field process",
        members: || process::ALL.iter().map(|kind| Member::from(&kind.info)).collect(),
    },
    Family {
        id: "score_models",
        about: "fields model and compare",
        members: || score_model::ALL.iter().map(|kind| Member::from(&kind.info)).collect(),
    },
    Family {
        id: "samplers",
        about: "field particles.sampler",
        members: || sampler::ALL.iter().map(|kind| Member::from(&kind.info)).collect(),
    },
    Family {
        id: "time_grids",
        about: "field particles.time_grid",
        members: || time_grid::ALL.iter().map(|kind| Member::from(&kind.info)).collect(),
    },
    Family {
        id: "quantities",
        about: "field layers.heat.quantity",
        members: || {
            quantity::ALL.iter().map(|q| Member::new(q.id, format!("{}, {}", q.name, q.symbol), q.about)).collect()
        },
    },
    Family {
        id: "spin_models",
        about: "field model of symmetry_breaking",
        members: || spin_model::ALL.iter().map(|kind| Member::from(&kind.info)).collect(),
    },
    Family {
        id: "weight_scores",
        about: "field finite_data.scores of symmetry_breaking",
        members: || finite_data::ALL.iter().map(|source| Member::from(&source.info)).collect(),
    },
    Family {
        id: "image_sets",
        about: "training images of patches",
        members: || image_set::ALL.iter().map(|kind| Member::from(&kind.info)).collect(),
    },
    Family {
        id: "machines",
        about: "machine of patches",
        members: || machine::ALL.iter().map(|kind| Member::from(&kind.info)).collect(),
    },
    Family {
        id: "steppers",
        about: "stepper of patches",
        members: || stepper::ALL.iter().map(|kind| Member::from(&kind.info)).collect(),
    },
    Family {
        id: "abar_grids",
        about: "grid of ᾱ of patches",
        members: || abar_grid::ALL.iter().map(|kind| Member::from(&kind.info)).collect(),
    },
    Family {
        id: "windows",
        about: "lists of patch sizes of patches",
        members: || window::PRESETS.iter().map(|preset| Member::new(preset.id, preset.name, "")).collect(),
    },
    Family {
        id: "spectra",
        about: "field spectrum of high_dimensions",
        members: || spectrum::ALL.iter().map(|kind| Member::from(&kind.info)).collect(),
    },
    Family {
        id: "linear_scores",
        about: "field learning of high_dimensions",
        members: || linear_score::ALL.iter().map(|kind| Member::from(&kind.info)).collect(),
    },
    Family {
        id: "colour_maps",
        about: "field layers.heat.colour_map",
        members: || colour_map::ALL.iter().map(|map| Member::new(map.id, map.name, "")).collect(),
    },
    Family {
        id: "engines",
        about: "option --engine",
        members: || select::ALL.iter().map(|choice| Member::new(choice.id(), "", "")).collect(),
    },
    Family {
        id: "workloads",
        about: "for diffuscope bench",
        members: || bench::ALL.iter().map(|load| Member::new(load.id, "", load.about)).collect(),
    },
];

fn gallery() -> Vec<Member> {
    let text = |scene: &Value, key: &str| scene[key].as_str().unwrap_or_default().to_owned();
    labs::ALL
        .iter()
        .flat_map(|lab| lab.gallery)
        .map(|scene| {
            let value: Value = serde_json::from_str(scene.text).unwrap_or_default();
            Member::new(scene.id, text(&value, "title"), text(&value, "about"))
        })
        .collect()
}

fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let arguments: Arguments = super::parsed(matches)?;
    let wanted = arguments.family.as_deref();
    let families: Vec<_> = FAMILIES.iter().filter(|family| wanted.is_none_or(|id| id == family.id)).collect();
    if let (Some(id), true) = (wanted, families.is_empty()) {
        let known: Vec<_> = FAMILIES.iter().map(|family| family.id).collect();
        return Err(failure::bad_arguments(format!(
            "there is no family \"{id}\"; it must be one of {}",
            known.join(", ")
        )));
    }
    let text = if arguments.json {
        let object = families.iter().map(|family| (family.id.to_owned(), as_json(family))).collect();
        format!("{:#}\n", Value::Object(object))
    } else {
        families.iter().map(|family| as_text(family)).collect::<Vec<_>>().join("\n")
    };
    files::emit(None, &text)
}

fn as_json(family: &Family) -> Value {
    let param = |param: &ParamInfo| {
        json!({
            "key": param.key,
            "label": param.label,
            "about": param.about,
            "min": param.min,
            "max": param.max,
            "default": param.default,
            "whole": matches!(param.scale, Scale::Integer | Scale::Toggle),
        })
    };
    let member = |member: &Member| {
        let params: Vec<_> = member.params.iter().map(param).collect();
        json!({ "id": member.id, "name": member.name, "about": member.about, "params": params })
    };
    (family.members)().iter().map(member).collect()
}

fn as_text(family: &Family) -> String {
    let mut text = format!("{} ({})\n", family.id, family.about);
    for member in (family.members)() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {:<20} {}", member.id, member.name);
        if !member.about.is_empty() {
            let _ = writeln!(text, "  {:<20} {}", "", member.about);
        }
        for param in member.params {
            let _ = writeln!(
                text,
                "  {:<22} {:<16} {} … {}, default {}: {}",
                "",
                param.key,
                shown(param.min),
                shown(param.max),
                shown(param.default),
                param.about
            );
        }
    }
    text
}
