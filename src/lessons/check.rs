//! Whether everything that a lesson names exists: scenes, and in a build with a window, panes and readings.

use serde_json::Value;

use super::{Lesson, LessonError, merge};
use crate::labs::LabEntry;
use crate::labs::scene_file::{self, GALLERY, LoadedScene};

/// Checks a lesson against this program.
///
/// # Errors
/// The first step at fault.
pub fn check(lesson: &Lesson) -> Result<(), LessonError> {
    let first = &lesson.steps[0];
    if first.setup.open.is_none() {
        return Err(LessonError::new(
            first.line,
            "the first step must open a scene: add a line “open: NAME” to its block “do”",
        ));
    }
    for (at, step) in lesson.steps.iter().enumerate() {
        let line = step.setup.patch.as_ref().map(|patch| patch.line).or(step.setup.open.as_ref().map(|open| open.line));
        let loaded = scene(lesson, at).map_err(|message| LessonError::new(line.unwrap_or(step.line), message))?;
        names::check(step, loaded.lab)?;
    }
    Ok(())
}

/// The scene that step `at` begins with if nothing else was done.
///
/// # Errors
/// There is no such built-in scene, or a patch does not fit it; in words.
pub fn scene(lesson: &Lesson, at: usize) -> Result<LoadedScene, String> {
    let (id, patches) = lesson.scene_at(at).ok_or("no scene has been opened yet")?;
    let mut loaded = scene_file::load(&format!("{GALLERY}{id}")).map_err(|error| error.to_string())?;
    for patch in patches {
        loaded.scene = patched(&loaded.scene, patch, loaded.lab)?;
    }
    Ok(loaded)
}

/// A scene with a patch applied, checked by its lab.
///
/// # Errors
/// It is no scene of this lab any more; in words.
pub fn patched(scene: &Value, patch: &Value, lab: &LabEntry) -> Result<Value, String> {
    let mut patched = scene.clone();
    merge(&mut patched, patch);
    (lab.check)(&patched).map_err(|error| format!("the patch does not fit the scene: {error}"))
}

#[cfg(feature = "gui")]
mod names {
    use crate::labs::LabEntry;
    use crate::lessons::question::{Answer, Expected};
    use crate::lessons::text::{Block, Span};
    use crate::lessons::{LessonError, Step};

    /// Checks the names of panes and readings.
    pub(super) fn check(step: &Step, lab: &LabEntry) -> Result<(), LessonError> {
        if let Some(pane) = &step.setup.pane
            && !(lab.panes)().iter().any(|known| known.id == pane.value)
        {
            let known: Vec<_> = (lab.panes)().iter().map(|known| known.id).collect();
            let message =
                format!("the lab {} has no pane “{}”; it has {}", lab.info.name, pane.value, known.join(", "));
            return Err(LessonError::new(pane.line, message));
        }
        let known = (lab.readings)();
        let check = |name: &str, line: usize| {
            if known.iter().any(|reading| reading.id == name) {
                return Ok(());
            }
            let all: Vec<_> = known.iter().map(|reading| reading.id).collect();
            let message = format!("the lab {} has no reading “{name}”; it has {}", lab.info.name, all.join(", "));
            Err(LessonError::new(line, message))
        };
        if let Some(wait) = &step.wait {
            wait.condition.readings().try_for_each(|name| check(name, wait.line))?;
        }
        let in_spans = |spans: &[Span], line: usize| {
            spans.iter().try_for_each(|span| match span {
                Span::Reading(name) => check(name, line),
                _ => Ok(()),
            })
        };
        step.text.iter().map(Block::spans).try_for_each(|spans| in_spans(spans, step.line))?;
        for question in &step.questions {
            let parts: Vec<&[Span]> = match &question.answer {
                Answer::Choice(options) => options.iter().flat_map(|o| [&o.text[..], &o.hint[..]]).collect(),
                Answer::Number(number) => {
                    if let Expected::Reading(name) = &number.expected {
                        check(name, question.line)?;
                    }
                    vec![&number.hint]
                }
            };
            let texts = parts.into_iter().chain([&question.ask[..], &question.because[..]]);
            texts.into_iter().try_for_each(|spans| in_spans(spans, question.line))?;
        }
        Ok(())
    }
}

#[cfg(not(feature = "gui"))]
mod names {
    use crate::labs::LabEntry;
    use crate::lessons::{LessonError, Step};

    /// Panes and readings are the window's, which this build lacks.
    pub(super) fn check(_: &Step, _: &LabEntry) -> Result<(), LessonError> {
        Ok(())
    }
}
