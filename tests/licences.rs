//! Every dependency may be used by a program that is itself under MIT or Apache-2.0, and a build without the window holds
//! nothing of it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// What deny.toml allows: licences for all, and crates with one more licence each.
struct Policy {
    allowed: BTreeSet<String>,
    exceptions: Vec<(String, BTreeSet<String>)>,
}

fn policy() -> Policy {
    let text = include_str!("../deny.toml");
    let strings = |list: &str| list.split('"').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
    let allow = text.split("\nallow = [").nth(1).unwrap().split("\n]").next().unwrap();
    let exceptions = text.lines().filter(|line| line.trim_start().starts_with("{ crate = ")).map(|line| {
        let (name, licences) = line.split_once("allow").unwrap();
        (strings(name).pop_first().unwrap(), strings(licences))
    });
    Policy { allowed: strings(allow), exceptions: exceptions.collect() }
}

impl Policy {
    fn accepts(&self, name: &str, expression: &str) -> bool {
        let extra = |id: &str| self.exceptions.iter().any(|(of, licences)| of == name && licences.contains(id));
        // Crates of old write "MIT/Apache-2.0".
        let Ok(expression) = spdx::Expression::parse_mode(expression, spdx::ParseMode::LAX) else { return false };
        expression.evaluate(|requirement| {
            let id = requirement.to_string();
            self.allowed.contains(&id) || extra(&id)
        })
    }
}

fn cargo(arguments: &[&str]) -> Option<String> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

#[test]
fn every_licence_is_permissive() {
    let policy = policy();
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    // All platforms where their crates are at hand, else this one.
    let metadata = cargo(&["metadata", "--format-version", "1"])
        .or_else(|| cargo(&["metadata", "--format-version", "1", "--filter-platform", &host]))
        .expect("cargo metadata");
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "only {} packages", packages.len());
    let faults: Vec<_> = packages
        .iter()
        .map(|package| (package["name"].as_str().unwrap(), package["license"].as_str().unwrap_or("no licence given")))
        .filter(|(name, licence)| !policy.accepts(name, licence))
        .collect();
    assert!(faults.is_empty(), "not allowed by deny.toml: {faults:?}");
}

/// The about box lists what the program is built from. After a change of dependencies:
/// `UPDATE_LICENCES=1 cargo test --test licences`.
#[test]
fn the_about_box_lists_every_crate_with_its_licence() {
    let tree = cargo(&["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}|{l}"]).unwrap();
    let crates: BTreeSet<String> = tree
        .lines()
        .filter_map(|line| {
            let (package, licence) = line.trim_end_matches(" (*)").split_once('|')?;
            let name = package.split(' ').next()?;
            (name != env!("CARGO_PKG_NAME")).then(|| format!("{name}\t{licence}"))
        })
        .collect();
    assert!(crates.len() > 100, "only {} crates", crates.len());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/licences.txt");
    if std::env::var_os("UPDATE_LICENCES").is_some() {
        let lines: Vec<&str> = crates.iter().map(String::as_str).collect();
        std::fs::write(path, lines.join("\n") + "\n").unwrap();
    }
    let listed = std::fs::read_to_string(path).unwrap();
    let listed: BTreeSet<&str> = listed.lines().collect();
    let missing: Vec<_> = crates.iter().filter(|line| !listed.contains(line.as_str())).collect();
    assert!(missing.is_empty(), "not in assets/licences.txt: {missing:?}");
}

#[test]
fn copyleft_is_refused() {
    let policy = policy();
    for expression in ["GPL-3.0-only", "MIT AND LGPL-2.1-or-later", "MPL-2.0", "no licence given", ""] {
        assert!(!policy.accepts("some-crate", expression), "{expression}");
    }
    assert!(policy.accepts("some-crate", "MIT/Apache-2.0") && policy.accepts("some-crate", "GPL-2.0-only OR MIT"));
}

#[test]
fn a_build_without_the_window_holds_no_graphics() {
    let tree = cargo(&["tree", "--no-default-features", "--edges", "normal,build", "--prefix", "none"]).unwrap();
    assert!(tree.contains("nalgebra v"), "{tree}");
    for name in ["egui", "eframe", "wgpu", "winit", "naga", "epaint"] {
        let found = tree.lines().find(|line| line.starts_with(&format!("{name} v")));
        assert_eq!(found, None, "a build without default features depends on {name}");
    }
}
