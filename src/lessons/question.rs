//! Questions with instant feedback.

use super::condition::is_name;
use super::lines::{self, Entry};
use super::text::{self, Span};
use super::{LessonError, MAX_ANSWERS};

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What is asked.
    pub ask: Vec<Span>,
    /// How it is answered.
    pub answer: Answer,
    /// Why the right answer is right, told once it was given.
    pub because: Vec<Span>,
    /// Line of the block's first entry in the file.
    pub line: usize,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// By choosing.
    Choice(Vec<AnswerOption>),
    /// By a number.
    Number(Number),
}

/// One answer to choose.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerOption {
    /// The answer.
    pub text: Vec<Span>,
    /// Whether it is right; several may be.
    pub right: bool,
    /// What is said to whoever chose it.
    pub hint: Vec<Span>,
}

/// A number that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// The right one.
    pub expected: Expected,
    /// How far off an answer may be.
    pub within: Tolerance,
    /// Its unit, shown behind the field.
    pub unit: String,
    /// What is said to whoever gave a wrong one.
    pub hint: Vec<Span>,
}

/// The number that is right.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// This one.
    Value(f64),
    /// What the program reads at the moment of the answer.
    Reading(String),
}

/// How far off an answer may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// By so much.
    By(f64),
    /// By this share of the right number.
    Share(f64),
}

impl Tolerance {
    /// Whether `given` is close enough to `right`.
    pub fn accepts(self, given: f64, right: f64) -> bool {
        let most = match self {
            Self::By(most) => most,
            Self::Share(share) => share * right.abs(),
        };
        // Numbers that were typed and computed differ in their last digits.
        (given - right).abs() <= most * (1.0 + 1e-9) + 1e-12
    }
}

const KEYS: &[&str] = &["ask", "right", "wrong", "number", "within", "unit", "hint", "because"];

/// Reads the entries of a question; `line` is where its block begins.
pub(super) fn parse(entries: &[Entry], line: usize) -> Result<Question, LessonError> {
    let fault = |line: usize, message: &str| LessonError::new(line, message);
    let (mut ask, mut because, mut options) = (None, None, Vec::new());
    let (mut number, mut within, mut unit, mut hint) = (None, None, None, None);
    let once = |slot: &mut Option<Vec<Span>>, entry: &Entry| match slot
        .replace(text::line(lines::filled(entry)?, entry.line)?)
    {
        Some(_) => Err(lines::twice(entry)),
        None => Ok(()),
    };
    for entry in entries {
        match entry.key.as_str() {
            "ask" => once(&mut ask, entry)?,
            "because" => once(&mut because, entry)?,
            "right" | "wrong" => {
                if options.len() == MAX_ANSWERS {
                    return Err(fault(entry.line, &format!("a question has at most {MAX_ANSWERS} answers")));
                }
                let text = text::line(lines::filled(entry)?, entry.line)?;
                options.push(AnswerOption { text, right: entry.key == "right", hint: Vec::new() });
            }
            "hint" => match options.last_mut() {
                Some(option) if option.hint.is_empty() => option.hint = text::line(lines::filled(entry)?, entry.line)?,
                Some(_) => return Err(lines::twice(entry)),
                None => once(&mut hint, entry)?,
            },
            "number" if number.is_none() => number = Some(expected(entry)?),
            "within" if within.is_none() => within = Some(tolerance(entry)?),
            "unit" if unit.is_none() => unit = Some(lines::shortened(lines::filled(entry)?)),
            "number" | "within" | "unit" => return Err(lines::twice(entry)),
            _ => return Err(lines::unknown(entry, KEYS)),
        }
    }
    let ask = ask.ok_or_else(|| fault(line, "a question needs a line “ask: …”"))?;
    let because =
        because.ok_or_else(|| fault(line, "a question needs a line “because: …”, which explains the answer"))?;
    let answer = match number {
        Some(_) if !options.is_empty() => {
            return Err(fault(line, "a question is answered by a number or by choosing, not by both"));
        }
        Some(expected) => {
            let within =
                within.ok_or_else(|| fault(line, "a number needs a line “within: …”: how far off it may be"))?;
            Answer::Number(Number { expected, within, unit: unit.unwrap_or_default(), hint: hint.unwrap_or_default() })
        }
        None => {
            if within.is_some() || unit.is_some() || hint.is_some() {
                return Err(fault(line, "“within”, “unit” and a hint of its own belong to a question with “number”"));
            }
            if options.len() < 2 || !options.iter().any(|option| option.right) {
                return Err(fault(
                    line,
                    "a question needs two or more answers (“right: …”, “wrong: …”), one of them right",
                ));
            }
            Answer::Choice(options)
        }
    };
    Ok(Question { ask, answer, because, line })
}

fn expected(entry: &Entry) -> Result<Expected, LessonError> {
    let value = lines::filled(entry)?;
    if let Some(name) = value.strip_prefix('=').map(str::trim) {
        if !is_name(name) {
            return Err(LessonError::new(entry.line, "a live reading is written as in “number: =barrier”"));
        }
        return Ok(Expected::Reading(name.to_owned()));
    }
    let number = value.parse().ok().filter(|value: &f64| value.is_finite());
    let wrong = || {
        LessonError::new(entry.line, format!("“{}” must be a number, or =NAME of a reading", lines::shortened(value)))
    };
    Ok(Expected::Value(number.ok_or_else(wrong)?))
}

fn tolerance(entry: &Entry) -> Result<Tolerance, LessonError> {
    let value = lines::filled(entry)?;
    let (number, share) = match value.strip_suffix('%') {
        Some(number) => (number.trim(), true),
        None => (value, false),
    };
    match number.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0) {
        Some(number) if share => Ok(Tolerance::Share(number / 100.0)),
        Some(number) => Ok(Tolerance::By(number)),
        None => {
            let value = lines::shortened(value);
            Err(LessonError::new(entry.line, format!("“{value}” must be a positive number, or a share such as 5 %")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Question, LessonError> {
        parse(&lines::entries(text, 5)?, 5)
    }

    #[test]
    fn questions_are_read() {
        let question = read("ask: Why?\nwrong: No\nhint: Look again\nright: Yes\nbecause: So").unwrap();
        let Answer::Choice(options) = question.answer else { panic!("a choice") };
        assert_eq!(options.iter().map(|option| option.right).collect::<Vec<_>>(), [false, true]);
        assert_eq!(options[0].hint, [Span::plain("Look again")]);
        let question = read("ask: How many?\nnumber: =points\nwithin: 10 %\nunit: points\nbecause: So").unwrap();
        let Answer::Number(number) = question.answer else { panic!("a number") };
        assert_eq!(number.expected, Expected::Reading("points".into()));
        assert!(number.within.accepts(11.0, 10.0) && !number.within.accepts(11.1, 10.0));
        assert!(Tolerance::By(0.0).accepts(0.3, 0.1 + 0.2));
    }

    #[test]
    fn faults_are_told_with_their_line() {
        for (text, line, part) in [
            ("right: a\nwrong: b\nbecause: c", 5, "“ask"),
            ("ask: a\nright: a\nwrong: b", 5, "because"),
            ("ask: a\nwrong: b\nwrong: b\nbecause: c", 5, "one of them right"),
            ("ask: a\nask: b", 6, "twice"),
            ("ask: a\nanswer: b", 6, "no key here"),
            ("ask: a\nnumber: x", 6, "must be a number"),
            ("ask: a\nnumber: 1\nbecause: c", 5, "within"),
            ("ask: a\nnumber: 1\nwithin: -1", 7, "positive"),
            ("ask: a\nnumber: 1\nwithin: 1\nright: b\nbecause: c", 5, "not by both"),
            ("ask:", 5, "needs a value"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message.contains(part) && error.line == line, "{text}: {error}");
        }
        let many = format!("ask: a\n{}because: c", "wrong: b\n".repeat(9));
        assert!(read(&many).unwrap_err().message.contains("at most 8"));
    }
}
