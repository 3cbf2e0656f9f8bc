//! A lesson that runs: where it stands, what was answered, what has happened.

use std::sync::Arc;

use egui::output::OutputEvent;
use egui::{Context, Rect};
use serde_json::Value;

use crate::app::document::Document;
use crate::labs::{LabEntry, LabView};
use crate::lessons::condition::Clause;
use crate::lessons::question::{Answer, Expected};
use crate::lessons::{Lesson, Setup, Step};
use crate::ui::format;

/// Frames that a lab may compute before the play head is moved all the same.
const PATIENCE_FRAMES: usize = 240;

/// A lesson that is open.
pub(in crate::app) struct Running {
    pub lesson: Arc<Lesson>,
    /// Name of its progress in the settings.
    pub key: String,
    /// The step in sight.
    pub at: usize,
    /// Whether its end is in sight.
    pub finished: bool,
    pub states: Vec<StepState>,
    /// Number of the document it acts on.
    pub document: Option<u64>,
    /// What the user left when they went to play freely.
    pub left: Option<Moment>,
    /// Where the panel is, to be left out when everything else is dimmed.
    pub place: Rect,
    /// When the present step came up, by the window's clock; unknown until it is drawn.
    pub since_secs: Option<f64>,
    /// Whether the widget that the step points at was found in the latest frame; unknown until it was looked for.
    pub pointed: Option<bool>,
    /// Whether the panel is to be scrolled to its top.
    pub to_top: bool,
    pending: Pending,
    /// Edit stamp of the document up to which edits have been seen.
    seen: Option<(u64, u64)>,
}

/// A scene to go back to.
#[derive(Clone)]
pub(in crate::app) struct Moment {
    pub lab: &'static LabEntry,
    pub scene: Arc<Value>,
    /// Share of the run at the play head.
    pub share: Option<f64>,
}

/// What is known of one step.
#[derive(Default, Clone)]
pub(in crate::app) struct StepState {
    /// The scene it began with, once it has begun.
    pub began: Option<Moment>,
    /// Whether what it waits for has happened.
    pub done: bool,
    /// Which clauses have happened; readings are looked at anew in each frame.
    pub happened: Vec<bool>,
    pub answers: Vec<AnswerState>,
}

/// What is known of one answer.
#[derive(Default, Clone, PartialEq)]
pub(in crate::app) struct AnswerState {
    /// The answers that were chosen, the latest one last.
    pub chosen: Vec<usize>,
    /// What was typed.
    pub typed: String,
    /// What the latest answer was, if there was one.
    pub verdict: Option<Verdict>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Verdict {
    Right,
    Wrong,
    /// It is no number.
    Unreadable,
    /// The program cannot tell the right number now.
    NoReading,
}

/// What is done to the play head once the lab is ready for it.
#[derive(Default, Clone, Copy)]
struct Pending {
    seek: Option<f64>,
    play: Option<bool>,
    frames: usize,
}

impl Running {
    pub fn new(lesson: Arc<Lesson>, key: String) -> Self {
        let states = lesson
            .steps
            .iter()
            .map(|step| StepState {
                happened: vec![false; step.wait.as_ref().map_or(0, |wait| wait.condition.clauses.len())],
                answers: vec![AnswerState::default(); step.questions.len()],
                ..StepState::default()
            })
            .collect();
        Self {
            lesson,
            key,
            at: 0,
            finished: false,
            states,
            document: None,
            left: None,
            place: Rect::NOTHING,
            since_secs: None,
            pointed: None,
            to_top: true,
            pending: Pending::default(),
            seen: None,
        }
    }

    pub fn step(&self) -> &Step {
        &self.lesson.steps[self.at.min(self.lesson.steps.len() - 1)]
    }

    pub fn state(&self) -> &StepState {
        &self.states[self.at.min(self.states.len() - 1)]
    }

    /// Whether everything that a step asks for was done.
    pub fn is_done(&self, at: usize) -> bool {
        let (Some(step), Some(state)) = (self.lesson.steps.get(at), self.states.get(at)) else { return false };
        (state.done || step.wait.is_none()) && state.answers.iter().all(|answer| answer.verdict == Some(Verdict::Right))
    }

    /// Whether the user plays freely.
    pub fn is_away(&self) -> bool {
        self.left.is_some()
    }

    /// The step `at` comes in sight; its scene is there.
    pub fn begin(&mut self, at: usize) {
        self.at = at;
        self.finished = false;
        self.left = None;
        self.since_secs = None;
        self.pointed = None;
        self.to_top = true;
        self.seen = None;
        self.pending = Pending::default();
    }

    /// What is to be done to the play head, once the lab is ready; `was` is where it was when the step first began.
    pub fn move_play_head(&mut self, setup: &Setup, was: Option<f64>) {
        self.pending = Pending { seek: setup.seek.or(was), play: setup.play, frames: 0 };
    }

    /// Puts the play head back to where it was.
    pub fn put_back(&mut self, share: Option<f64>) {
        self.pending = Pending { seek: share, play: Some(false), frames: 0 };
    }

    /// Moves the play head if that is to be done and the lab is ready. Whether it still waits.
    pub fn moves_play_head(&mut self, document: &mut Document) -> bool {
        let Pending { seek, play, frames } = self.pending;
        if (seek.is_none() && play.is_none()) || self.document != Some(document.number()) {
            return false;
        }
        let view = document.view.as_mut();
        if view.transport().is_none() {
            self.pending = Pending::default();
            return false;
        }
        let ready = view.reading("steps").is_some() && !view.is_busy();
        if frames < 2 || (!ready && frames < PATIENCE_FRAMES) {
            self.pending.frames += 1;
            return true;
        }
        self.pending = Pending::default();
        if let Some(share) = seek {
            view.seek(share);
        }
        if play == Some(true) && is_at_end(view) {
            view.seek(0.0);
        }
        if let (Some(transport), Some(play)) = (view.transport(), play) {
            transport.playing = play;
        }
        true
    }

    /// Looks whether what the step waits for has happened.
    pub fn watch(&mut self, document: &Document, ctx: &Context) {
        let stamp = (document.number(), document.view.edit_stamp());
        let before = self.seen.replace(stamp);
        // Before the play head is where the step wants it, readings are those of another moment.
        let waits = self.pending.seek.is_some() || self.pending.play.is_some();
        if waits || self.is_away() || self.finished || self.document != Some(document.number()) {
            return;
        }
        let edited = before.is_some_and(|(number, edits)| number == stamp.0 && edits != stamp.1);
        let lesson = Arc::clone(&self.lesson);
        let Some(wait) = lesson.steps.get(self.at).and_then(|step| step.wait.as_ref()) else { return };
        let state = &mut self.states[self.at];
        if state.done {
            return;
        }
        for (clause, happened) in wait.condition.clauses.iter().zip(&mut state.happened) {
            match clause {
                Clause::Reading { name, op, value } => {
                    *happened = document.view.reading(name).is_some_and(|now| op.holds(now, *value));
                }
                Clause::Click(target) => {
                    *happened |= ctx.output(|output| {
                        output.events.iter().any(|event| match event {
                            OutputEvent::Clicked(info) | OutputEvent::DoubleClicked(info) => {
                                target.is(&format!("{:?}", info.role), info.label.as_deref().unwrap_or_default())
                            }
                            _ => false,
                        })
                    });
                }
                Clause::Edit(name) => {
                    *happened |= edited && name.as_deref().is_none_or(|name| name == document.view.last_edit());
                }
            }
        }
        if state.happened.iter().all(|happened| *happened) {
            state.done = true;
            ctx.request_repaint();
        }
    }

    /// The user answers question `question` of the present step by choosing.
    pub fn choose(&mut self, question: usize, chosen: usize) {
        let lesson = Arc::clone(&self.lesson);
        let Some(Answer::Choice(options)) = lesson.steps[self.at].questions.get(question).map(|asked| &asked.answer)
        else {
            return;
        };
        let state = &mut self.states[self.at].answers[question];
        state.chosen.retain(|earlier| *earlier != chosen);
        state.chosen.push(chosen);
        let right = options.get(chosen).is_some_and(|option| option.right);
        state.verdict = Some(if right { Verdict::Right } else { Verdict::Wrong });
    }

    /// The user answers question `question` of the present step by the number that was typed.
    pub fn answer(&mut self, question: usize, view: Option<&dyn LabView>) {
        let lesson = Arc::clone(&self.lesson);
        let Some(Answer::Number(number)) = lesson.steps[self.at].questions.get(question).map(|asked| &asked.answer)
        else {
            return;
        };
        let state = &mut self.states[self.at].answers[question];
        let right = match &number.expected {
            Expected::Value(value) => Some(*value),
            Expected::Reading(name) => view.and_then(|view| view.reading(name)),
        };
        state.verdict = Some(match (format::parse(&state.typed), right) {
            (None, _) => Verdict::Unreadable,
            (_, None) => Verdict::NoReading,
            (Some(given), Some(right)) if number.within.accepts(given, right) => Verdict::Right,
            _ => Verdict::Wrong,
        });
    }
}

fn is_at_end(view: &dyn LabView) -> bool {
    view.reading("step").zip(view.reading("steps")).is_some_and(|(step, steps)| step >= steps)
}

/// Share of the run at the play head.
pub(super) fn share(view: &dyn LabView) -> Option<f64> {
    let (step, steps) = view.reading("step").zip(view.reading("steps"))?;
    Some((step / steps).clamp(0.0, 1.0))
}
