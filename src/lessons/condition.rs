//! What a step waits for: "barrier > 5 and step >= 40", "click “Play”", "edit “move point”".

use std::fmt;

use super::{LessonError, MAX_CLAUSES, Target};
use crate::core::format::number;

/// Something that is waited for: every clause, not necessarily at the same time where it is something that is done.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// At least one.
    pub clauses: Vec<Clause>,
}

/// One part of a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Clause {
    /// A live reading compares so with a number.
    Reading {
        /// Its name.
        name: String,
        /// How.
        op: Op,
        /// With what.
        value: f64,
    },
    /// A widget is clicked.
    Click(Target),
    /// The scene is edited: by the edit of this name, or by any.
    Edit(Option<String>),
}

/// A comparison.
#[derive(Debug, Clone, Copy)]
pub struct Op {
    /// How it is written.
    pub sign: &'static str,
    /// How it is shown.
    pub symbol: &'static str,
    holds: fn(f64, f64) -> bool,
}

/// Relative difference below which two numbers are equal.
const EQUAL: f64 = 1e-6;

fn equal(a: f64, b: f64) -> bool {
    (a - b).abs() <= EQUAL * a.abs().max(b.abs()).max(1e-9)
}

/// Every comparison; longer signs come first, since shorter ones begin them.
static OPS: [Op; 6] = [
    Op { sign: ">=", symbol: "≥", holds: |a, b| a >= b || equal(a, b) },
    Op { sign: "<=", symbol: "≤", holds: |a, b| a <= b || equal(a, b) },
    Op { sign: "!=", symbol: "≠", holds: |a, b| !equal(a, b) },
    Op { sign: ">", symbol: ">", holds: |a, b| a > b },
    Op { sign: "<", symbol: "<", holds: |a, b| a < b },
    Op { sign: "=", symbol: "=", holds: equal },
];

impl PartialEq for Op {
    fn eq(&self, other: &Self) -> bool {
        self.sign == other.sign
    }
}

impl Op {
    /// Whether `a` compares so with `b`; never where one of them is no number.
    pub fn holds(&self, a: f64, b: f64) -> bool {
        !a.is_nan() && !b.is_nan() && (self.holds)(a, b)
    }
}

impl Condition {
    /// Reads a condition from `text`, which is in this line of the file.
    pub(super) fn parse(text: &str, line: usize) -> Result<Self, LessonError> {
        let mut clauses = Vec::new();
        for part in split_and(text) {
            if clauses.len() == MAX_CLAUSES {
                return Err(LessonError::new(line, format!("a condition has at most {MAX_CLAUSES} parts")));
            }
            clauses.push(Clause::parse(part.trim(), line)?);
        }
        Ok(Self { clauses })
    }

    /// Names of the readings it looks at.
    pub fn readings(&self) -> impl Iterator<Item = &str> {
        self.clauses.iter().filter_map(|clause| match clause {
            Clause::Reading { name, .. } => Some(name.as_str()),
            Clause::Click(_) | Clause::Edit(_) => None,
        })
    }
}

/// Cuts at the word "and" outside quotes.
fn split_and(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, letter) in text.char_indices() {
        quoted ^= letter == '"';
        if !quoted && at >= start && text[at..].starts_with(" and ") {
            parts.push(&text[start..at]);
            start = at + " and ".len();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// A name that readings may have.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 60
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl Clause {
    fn parse(text: &str, line: usize) -> Result<Self, LessonError> {
        if let Some(rest) = word(text, "click") {
            return Ok(Self::Click(target(rest, line)?));
        }
        if let Some(rest) = word(text, "edit") {
            if rest.is_empty() {
                return Ok(Self::Edit(None));
            }
            return Ok(Self::Edit(Some(quoted(rest, line)?)));
        }
        let found = OPS.iter().filter_map(|op| text.split_once(op.sign).map(|(a, b)| (op, a, b)));
        let Some((op, name, value)) = found.min_by_key(|(_, name, _)| name.len()) else {
            let help = "write a comparison such as “step >= 40”, or “click \"NAME\"”, or “edit \"NAME\"”";
            return Err(LessonError::new(line, format!("“{}” is no condition: {help}", super::lines::shortened(text))));
        };
        let (name, value) = (name.trim(), value.trim());
        if !is_name(name) {
            let name = super::lines::shortened(name);
            return Err(LessonError::new(
                line,
                format!("“{name}” is no name of a reading: small letters, digits and _"),
            ));
        }
        let number = value.parse::<f64>().ok().filter(|value| value.is_finite());
        let Some(value) = number else {
            let value = super::lines::shortened(value);
            return Err(LessonError::new(line, format!("“{value}” after “{}” must be a number", op.sign)));
        };
        Ok(Self::Reading { name: name.to_owned(), op: *op, value })
    }
}

/// What follows `word`, if `text` begins with it.
fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(word)?;
    (rest.is_empty() || rest.starts_with([' ', '"'])).then(|| rest.trim())
}

/// A text in quotation marks.
fn quoted(text: &str, line: usize) -> Result<String, LessonError> {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner.map(str::trim).filter(|inner| !inner.is_empty() && !inner.contains('"')) {
        Some(inner) if inner.chars().count() <= 200 => Ok(inner.to_owned()),
        _ => {
            let text = super::lines::shortened(text);
            Err(LessonError::new(line, format!("“{text}” must be a name in quotation marks, as in \"Play\"")))
        }
    }
}

/// A widget: `"Play"`, `button "Play"`, `slider "Noise*"`.
pub(super) fn target(text: &str, line: usize) -> Result<Target, LessonError> {
    let at = text.find('"').unwrap_or(text.len());
    let (role, name) = text.split_at(at);
    let role = role.trim();
    if !role.chars().all(|c| c.is_ascii_alphabetic()) || role.len() > 30 {
        let role = super::lines::shortened(role);
        return Err(LessonError::new(line, format!("“{role}” must be a role in one word, as in: button \"Play\"")));
    }
    let role = (!role.is_empty()).then(|| role.to_owned());
    Ok(Target { role, name: quoted(name.trim(), line)? })
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reading { name, op, value } => {
                write!(f, "{} {} {}", name.replace('_', " "), op.symbol, number(*value, 6))
            }
            Self::Click(target) => write!(f, "click {target}"),
            Self::Edit(None) => f.write_str("change the scene"),
            Self::Edit(Some(name)) => f.write_str(name),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, clause) in self.clauses.iter().enumerate() {
            if i > 0 {
                f.write_str(" and ")?;
            }
            clause.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, value: f64) -> bool {
        let condition = Condition::parse(text, 1).unwrap();
        condition.clauses.iter().all(|clause| match clause {
            Clause::Reading { op, value: wanted, .. } => op.holds(value, *wanted),
            _ => panic!("{clause}"),
        })
    }

    #[test]
    fn comparisons_hold_where_they_should() {
        assert!(holds("x > 1", 1.5) && !holds("x > 1", 1.0) && holds("x >= 1", 1.0) && !holds("x != 1", 1.0));
        assert!(holds("x < -1e2", -101.0) && !holds("x<=2", 3.0) && holds("x = 0.3", 0.1 + 0.2));
        assert!(holds("x > 1 and x < 2", 1.5) && !holds("x > 1 and x < 2", 2.5));
        assert!(!holds("x != 1", f64::NAN) && !holds("x < 1", f64::NAN));
    }

    #[test]
    fn actions_are_named_in_quotes() {
        let condition = Condition::parse("click button \"This and that\" and edit \"move point\" and edit", 1).unwrap();
        let button = Target { role: Some("button".into()), name: "This and that".into() };
        assert_eq!(
            condition.clauses,
            [Clause::Click(button), Clause::Edit(Some("move point".into())), Clause::Edit(None)]
        );
        assert_eq!(condition.to_string(), "click button “This and that” and move point and change the scene");
    }

    #[test]
    fn nonsense_is_told_with_its_line() {
        for (text, part) in [
            ("", "is no condition"),
            ("step", "is no condition"),
            ("Step > 1", "no name of a reading"),
            ("step > many", "must be a number"),
            ("step > inf", "must be a number"),
            ("click Play", "quotation marks"),
            ("click \"\"", "quotation marks"),
            ("click 7 \"x\"", "role in one word"),
            ("a > 1 and", "must be a number"),
        ] {
            let error = Condition::parse(text, 7).unwrap_err();
            assert!(error.message.contains(part) && error.line == 7, "{text}: {error}");
        }
        let long = ["a > 1"; 9].join(" and ");
        assert!(Condition::parse(&long, 1).unwrap_err().message.contains("at most 8"));
    }
}
