//! Lessons: text in Markdown with blocks that drive the program. Plain data, no window.
//!
//! A lesson file begins with its title between lines of `---`; every heading of the second level begins a step. A block
//! ```` ```do ```` says what the program does when the step begins and what it then waits for, a block ```` ```question ````
//! asks something. `docs/lessons.md` is the reference for authors. To add a built-in lesson, write its file in
//! `assets/lessons/` and add a line to [`ALL`].

pub mod check;
pub mod condition;
mod directives;
mod lines;
mod parse;
pub mod question;
pub mod text;

use std::fmt;

use serde_json::Value;

use condition::Condition;
use question::Question;
use text::Block;

pub use parse::parse;

/// A lesson that comes with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// File name without extension.
    pub id: &'static str,
    /// The file's text.
    pub text: &'static str,
}

macro_rules! built_in {
    ($id:literal) => {
        BuiltIn { id: $id, text: include_str!(concat!("../../assets/lessons/", $id, ".md")) }
    };
}

/// Every built-in lesson, in the order of the course.
pub static ALL: &[BuiltIn] = &[
    built_in!("what_noise_does"),
    built_in!("the_score_points_home"),
    built_in!("gaussian_mixture_memory"),
    built_in!("ode_or_sde"),
    built_in!("where_the_score_is_uncertain"),
    built_in!("patches_make_creativity"),
    built_in!("how_far_information_spreads"),
    built_in!("snapping"),
    built_in!("when_the_model_decides"),
    built_in!("how_much_data_is_enough"),
    built_in!("printed_or_right"),
];

/// What authors start from; it is a whole lesson.
pub const TEMPLATE: &str = include_str!("../../assets/lessons/template.md");

/// How to write a lesson.
pub const GUIDE: &str = include_str!("../../docs/lessons.md");

/// Largest lesson file, in bytes.
pub const MAX_BYTES: usize = 256 << 10;
/// Most steps of a lesson.
pub const MAX_STEPS: usize = 60;
/// Most paragraphs, list items and formulas of one step.
pub const MAX_BLOCKS: usize = 100;
/// Most clauses of one condition.
pub const MAX_CLAUSES: usize = 8;
/// Most answers to one question.
pub const MAX_ANSWERS: usize = 8;

/// A lesson that has been read.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// Its name.
    pub title: String,
    /// What it teaches, in a sentence or two.
    pub about: String,
    /// Minutes it takes, by its author's estimate.
    pub minutes: Option<u32>,
    /// At least one.
    pub steps: Vec<Step>,
}

/// What the student does in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The word before the colon of the heading.
    pub word: &'static str,
    /// What it means, for authors and for the hover text.
    pub about: &'static str,
}

/// The kinds of steps, in the order in which a lesson usually goes round.
pub static KINDS: [Kind; 4] = [
    Kind { word: "Predict", about: "Say what will happen before you see it" },
    Kind { word: "Do", about: "Make it happen" },
    Kind { word: "Observe", about: "Look closely" },
    Kind { word: "Explain", about: "Why it is so" },
];

/// One step of a lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What the student does.
    pub kind: &'static Kind,
    /// The heading without the kind.
    pub title: String,
    /// The text.
    pub text: Vec<Block>,
    /// What the program does when the step begins.
    pub setup: Setup,
    /// What it waits for before it calls the step done.
    pub wait: Option<Wait>,
    /// What it asks, in the order of the text.
    pub questions: Vec<Question>,
    /// Line of the heading in the file.
    pub line: usize,
}

/// What the program does when a step begins.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Setup {
    /// The built-in scene that is opened.
    pub open: Option<Placed<String>>,
    /// Merged into the scene as by RFC 7396: null takes a field away.
    pub patch: Option<Placed<Value>>,
    /// The pane that is brought to the front.
    pub pane: Option<Placed<String>>,
    /// The widget that is pointed out.
    pub spotlight: Option<Target>,
    /// Share of the run that the play head moves to, from 0 to 1.
    pub seek: Option<f64>,
    /// Whether the run plays from then on.
    pub play: Option<bool>,
}

/// Something that was read from a line of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<T> {
    /// What was read.
    pub value: T,
    /// Where; lines count from 1.
    pub line: usize,
}

/// What a step waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// When it is done.
    pub condition: Condition,
    /// The condition in words, for the student; the condition itself if left out.
    pub goal: Option<String>,
    /// Where it is in the file.
    pub line: usize,
}

/// A widget by its accessible name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its role, as in "button" or "slider"; any if left out.
    pub role: Option<String>,
    /// Its accessible name, or the beginning of it before `*`.
    pub name: String,
}

/// Why a lesson was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct LessonError {
    /// The file, if known.
    pub file: Option<String>,
    /// The line at fault, from 1; 0 where the fault is in the file as a whole.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl LessonError {
    /// A fault in a line.
    pub fn new(line: usize, message: impl Into<String>) -> Self {
        Self { file: None, line, message: message.into() }
    }

    /// The same fault, with the file's name.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }
}

impl fmt::Display for LessonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        f.write_str(&self.message)
    }
}

impl Target {
    /// Whether a widget with this role and accessible name is meant.
    pub fn is(&self, role: &str, name: &str) -> bool {
        let named = match self.name.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == self.name,
        };
        named && self.role.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(role))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(role) = &self.role {
            write!(f, "{role} ")?;
        }
        write!(f, "“{}”", self.name)
    }
}

impl Lesson {
    /// The scene that step `at` begins with if nothing else was done: the latest one opened, with every patch since. The
    /// identifier of the built-in scene and the patches, in their order.
    pub fn scene_at(&self, at: usize) -> Option<(&str, Vec<&Value>)> {
        let steps = self.steps.get(..=at)?;
        let first = steps.iter().rposition(|step| step.setup.open.is_some())?;
        let id = steps[first].setup.open.as_ref()?.value.as_str();
        Some((id, steps[first..].iter().filter_map(|step| Some(&step.setup.patch.as_ref()?.value)).collect()))
    }
}

/// Merges `patch` into `scene` as RFC 7396 says: objects are merged, null takes a field away, all else replaces.
pub fn merge(scene: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        scene.clone_from(patch);
        return;
    };
    if !scene.is_object() {
        *scene = Value::Object(serde_json::Map::new());
    }
    let Some(object) = scene.as_object_mut() else { return };
    for (key, value) in fields {
        if value.is_null() {
            object.remove(key);
        } else {
            merge(object.entry(key.as_str()).or_insert(Value::Null), value);
        }
    }
}

/// The built-in lesson of this identifier.
pub fn find(id: &str) -> Option<&'static BuiltIn> {
    ALL.iter().find(|lesson| lesson.id == id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patches_merge_as_the_standard_says() {
        let mut scene = json!({"a": {"b": 1, "c": [1, 2]}, "d": 3});
        merge(&mut scene, &json!({"a": {"c": [3], "e": {"f": null, "g": 1}}, "d": null}));
        assert_eq!(scene, json!({"a": {"b": 1, "c": [3], "e": {"g": 1}}}));
    }

    #[test]
    fn targets_are_found_by_role_and_by_the_beginning_of_a_name() {
        let target = Target { role: Some("slider".into()), name: "Noise*".into() };
        assert!(target.is("Slider", "Noise σ") && !target.is("Button", "Noise σ") && !target.is("Slider", "No"));
        let target = Target { role: None, name: "Play".into() };
        assert!(target.is("Button", "Play") && !target.is("Button", "Play all"));
    }
}
