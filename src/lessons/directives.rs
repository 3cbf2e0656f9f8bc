//! The block ```` ```do ````: what the program does when a step begins, and what it waits for.

use serde_json::Value;

use super::condition::{self, Condition};
use super::lines::{self, Entry};
use super::{LessonError, Placed, Setup, Wait};
use crate::labs::scene_file;

/// Longest patch, in bytes.
const MAX_PATCH: usize = 64 << 10;
/// Longest goal, in characters.
const MAX_GOAL: usize = 300;

/// What is read into.
#[derive(Default)]
pub(super) struct Directives {
    pub setup: Setup,
    pub wait: Option<Wait>,
    goal: Option<String>,
}

/// One key of the block.
struct Directive {
    key: &'static str,
    read: fn(&mut Directives, &Entry, &str) -> Result<(), LessonError>,
}

/// Every key, with how its value is read.
static ALL: &[Directive] = &[
    Directive {
        key: "open",
        read: |all, entry, value| {
            all.setup.open = Some(Placed { value: value.to_owned(), line: entry.line });
            Ok(())
        },
    },
    Directive {
        key: "patch",
        read: |all, entry, value| {
            all.setup.patch = Some(Placed { value: patch(value, entry.line)?, line: entry.line });
            Ok(())
        },
    },
    Directive {
        key: "pane",
        read: |all, entry, value| {
            all.setup.pane = Some(Placed { value: value.to_owned(), line: entry.line });
            Ok(())
        },
    },
    Directive {
        key: "spotlight",
        read: |all, entry, value| {
            all.setup.spotlight = Some(condition::target(value, entry.line)?);
            Ok(())
        },
    },
    Directive {
        key: "seek",
        read: |all, entry, value| {
            let percent = value.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
            let share = percent.map(|percent| percent / 100.0).filter(|share| (0.0..=1.0).contains(share));
            let fault = || LessonError::new(entry.line, "“seek” must be a share of the run from 0 % to 100 %");
            all.setup.seek = Some(share.ok_or_else(fault)?);
            Ok(())
        },
    },
    Directive {
        key: "play",
        read: |all, entry, value| {
            all.setup.play = Some(match value {
                "yes" => true,
                "no" => false,
                _ => return Err(LessonError::new(entry.line, "“play” must be yes or no")),
            });
            Ok(())
        },
    },
    Directive {
        key: "wait",
        read: |all, entry, value| {
            let condition = Condition::parse(&value.replace('\n', " "), entry.line)?;
            all.wait = Some(Wait { condition, goal: None, line: entry.line });
            Ok(())
        },
    },
    Directive {
        key: "goal",
        read: |all, entry, value| {
            if value.chars().count() > MAX_GOAL {
                return Err(LessonError::new(entry.line, format!("a goal has at most {MAX_GOAL} letters")));
            }
            all.goal = Some(value.replace('\n', " "));
            Ok(())
        },
    },
];

/// Reads the entries of a block that begins at `line`.
pub(super) fn parse(entries: &[Entry], line: usize) -> Result<Directives, LessonError> {
    let mut read = Directives::default();
    for (i, entry) in entries.iter().enumerate() {
        let Some(directive) = ALL.iter().find(|directive| directive.key == entry.key) else {
            return Err(lines::unknown(entry, &ALL.iter().map(|directive| directive.key).collect::<Vec<_>>()));
        };
        if entries[..i].iter().any(|earlier| earlier.key == entry.key) {
            return Err(lines::twice(entry));
        }
        (directive.read)(&mut read, entry, lines::filled(entry)?)?;
    }
    match (&mut read.wait, read.goal.take()) {
        (Some(wait), goal) => wait.goal = goal,
        (None, Some(_)) => return Err(LessonError::new(line, "“goal” says in words what is waited for: add “wait”")),
        (None, None) => {}
    }
    Ok(read)
}

fn patch(text: &str, line: usize) -> Result<Value, LessonError> {
    if text.len() > MAX_PATCH {
        return Err(LessonError::new(line, format!("a patch has at most {} KiB", MAX_PATCH >> 10)));
    }
    let value = scene_file::parse_json(text.as_bytes()).map_err(|error| {
        LessonError::new(line, format!("the patch, whose line 1 this is, is no JSON object: {error}"))
    })?;
    if !value.is_object() {
        return Err(LessonError::new(line, "a patch must be a JSON object, as in {\"seed\": 2}"));
    }
    if value.get("lab").is_some() || value.get("version").is_some() {
        return Err(LessonError::new(line, "a patch cannot change “lab” or “version”: open a scene of the other lab"));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Directives, LessonError> {
        parse(&lines::entries(text, 5)?, 5)
    }

    #[test]
    fn every_key_is_read() {
        let text = "open: two_points\npatch: {\"a\":\n  {\"b\": null}}\npane: curves\nspotlight: button \"Play\"\nseek: 50 %\n\
                    play: yes\nwait: step >= 4 and\n  step <= 6\ngoal: Stop there";
        let found = read(text).unwrap();
        assert_eq!(found.setup.open.unwrap().value, "two_points");
        assert_eq!(found.setup.patch.unwrap().value, serde_json::json!({"a": {"b": null}}));
        assert_eq!(found.setup.pane.unwrap().value, "curves");
        assert_eq!((found.setup.seek, found.setup.play), (Some(0.5), Some(true)));
        let wait = found.wait.unwrap();
        assert_eq!((wait.condition.clauses.len(), wait.goal.as_deref()), (2, Some("Stop there")));
    }

    #[test]
    fn faults_are_told_with_their_line() {
        for (text, line, part) in [
            ("opne: x", 5, "no key here"),
            ("seek: 3", 5, "from 0 % to 100 %"),
            ("seek: 101 %", 5, "from 0 % to 100 %"),
            ("open: a\nopen: b", 6, "twice"),
            ("patch: {\"lab\": \"x\"}", 5, "cannot change"),
            ("patch: [1]", 5, "JSON object"),
            ("patch: {\"a\": 1e999}", 5, "not a finite number"),
            ("play: maybe", 5, "yes or no"),
            ("goal: x", 5, "add “wait”"),
            ("spotlight: Play", 5, "quotation marks"),
        ] {
            let Err(error) = read(text) else { panic!("{text}") };
            assert!(error.message.contains(part) && error.line == line, "{text}: {error}");
        }
        let deep = format!("patch: {}1{}", "{\"a\":".repeat(2000).chars().take(3900).collect::<String>(), "");
        assert!(read(&deep).is_err());
    }
}
