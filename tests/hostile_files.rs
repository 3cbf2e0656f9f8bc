//! Files from anywhere: the fuzz targets' seeds and mutations of them, on the stable compiler.
//!
//! `DIFFUSCOPE_FUZZ_SECS=600 cargo test --release --test hostile_files` mutates for ten minutes; without it, a few hundred
//! mutations of every target are tried, the same ones every time.

#![cfg(feature = "gui")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use diffuscope::core::philox::{self, Stream};
use targets::{ALL, Target};

/// Mutations of every target where no time is given.
const MUTATIONS: u32 = 400;
/// Memory that one target may take beyond what it had, in KiB: a picture of the largest size with all its copies.
const MOST_KIB: u64 = 900 << 10;

fn seeds(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target.name);
    let files = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let mut seeds: Vec<_> = files.map(|file| (file.clone(), std::fs::read(file).unwrap())).collect();
    seeds.sort();
    assert!(seeds.len() > 5, "{} has hardly any seeds", target.name);
    seeds
}

/// Runs the target; a panic is told with the input, which is kept for a look.
fn attempt(target: &Target, data: &[u8], from: &str) {
    if catch_unwind(AssertUnwindSafe(|| (target.run)(data))).is_err() {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile_files");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(target.name);
        std::fs::write(&file, data).unwrap();
        panic!("{} panics on a file made of {from}; it is kept as {}", target.name, file.display());
    }
}

/// Numbers that follow from a seed.
struct Dice {
    item: u32,
    rolls: u32,
}

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.rolls += 1;
        let words = philox::words(77, Stream::Pick as u32, self.item, self.rolls);
        (u64::from(words[0]) << 32 | u64::from(words[1])) as usize % end.max(1)
    }
}

fn mutated(seeds: &[(PathBuf, Vec<u8>)], words: &[&str], dice: &mut Dice) -> (Vec<u8>, String) {
    let (file, bytes) = &seeds[dice.below(seeds.len())];
    // The largest seeds would slow everything down.
    let mut bytes = bytes[..bytes.len().min(6000)].to_vec();
    for _ in 0..1 + dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 if at < bytes.len() => bytes[at] = [0, 1, 127, 128, 255, b'9', b'-', b'e'][dice.below(8)],
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 => bytes.truncate(at),
            4 => {
                let word = words[dice.below(words.len())];
                bytes.splice(at..at, word.bytes());
            }
            5 => {
                let end = (at + dice.below(40)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            6 => {
                let end = (at + dice.below(12)).min(bytes.len());
                let word = words[dice.below(words.len())];
                bytes.splice(at..end, word.bytes());
            }
            7 => {
                let (_, other) = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len().min(6000) + 1);
                let to = (from + dice.below(200)).min(other.len());
                bytes.splice(at..at, other[from.min(to)..to].iter().copied());
            }
            // A number of the file grows: lengths and counts.
            _ => {
                if let Some(digit) = bytes.iter().skip(at).position(u8::is_ascii_digit) {
                    bytes.splice(at + digit..at + digit, b"99999".iter().copied().take(1 + dice.below(5)));
                }
            }
        }
    }
    (bytes, file.display().to_string())
}

/// Largest memory that this process has held since the last call of `reset_peak`, in KiB.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn reset_peak() {
    drop(std::fs::write("/proc/self/clear_refs", "5"));
}

#[test]
fn seeds_and_mutations_of_them_are_refused_in_words_or_read() {
    let given: Option<u64> = std::env::var("DIFFUSCOPE_FUZZ_SECS").ok().map(|secs| secs.parse().unwrap());
    for (number, target) in ALL.iter().enumerate() {
        let seeds = seeds(target);
        reset_peak();
        let before = peak_kib();
        for (file, data) in &seeds {
            attempt(target, data, &file.display().to_string());
        }
        let started = now();
        let limit = given.map(|secs| Duration::from_secs(secs / ALL.len() as u64));
        let mut tried = 0;
        loop {
            let mut dice = Dice { item: tried, rolls: (number as u32) << 16 };
            let (data, from) = mutated(&seeds, target.words, &mut dice);
            attempt(target, &data, &from);
            tried += 1;
            if limit.map_or(tried >= MUTATIONS, |limit| started.elapsed() > limit) {
                break;
            }
        }
        if let (Some(before), Some(peak)) = (before, peak_kib()) {
            assert!(peak < before + MOST_KIB, "{} took {} MiB", target.name, (peak - before) >> 10);
            eprintln!("{}: {tried} mutations, {} MiB more at most", target.name, peak.saturating_sub(before) >> 10);
        }
    }
}

#[test]
fn every_target_has_its_file_and_its_binary() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for target in ALL {
        let text = std::fs::read_to_string(folder.join(format!("fuzz_targets/{}.rs", target.name))).unwrap();
        assert!(text.contains(&format!("run(\"{}\"", target.name)));
        assert!(manifest.contains(&format!("name = \"{}\"", target.name)));
        targets::run(target.name, b"");
    }
}

#[expect(clippy::disallowed_methods, reason = "fuzzing ends after a given time")]
fn now() -> Instant {
    Instant::now()
}
