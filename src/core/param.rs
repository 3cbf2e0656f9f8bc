//! Named choices with numeric parameters: how a scene refers to a member of a family.
//!
//! A family (processes, samplers, score models, …) is a list `ALL` of entries. Every entry carries a [`KindInfo`], which
//! menus, the command line, persistence and validation read. A scene stores a [`Choice`]: the entry's identifier and its
//! parameters, in JSON `{"kind": "edm", "sigma_max": 80.0}`. Parameters left out take their defaults.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// How a parameter is spread along a slider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// Evenly in the logarithm; the range is positive.
    Log,
    /// Whole numbers only.
    Integer,
    /// Zero or one.
    Toggle,
}

/// One numeric parameter of a family member.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParamInfo {
    /// Name in scene files.
    pub key: &'static str,
    /// Name on screen, with its symbol.
    pub label: &'static str,
    /// One sentence of explanation.
    pub about: &'static str,
    /// Smallest allowed value.
    pub min: f64,
    /// Largest allowed value.
    pub max: f64,
    /// Value when a scene is silent.
    pub default: f64,
    /// Spread along a slider.
    pub scale: Scale,
}

/// What menus and files need to know of one member of a family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KindInfo {
    /// Name in scene files and on the command line.
    pub id: &'static str,
    /// Name on screen.
    pub name: &'static str,
    /// One sentence of explanation.
    pub about: &'static str,
    /// Its parameters, in the order in which they are shown.
    pub params: &'static [ParamInfo],
}

/// A member of a family with the parameters that were chosen for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Choice {
    /// Identifier of the member, see [`KindInfo::id`].
    pub kind: String,
    /// Parameters by key; those left out take their defaults.
    #[serde(flatten)]
    pub params: BTreeMap<String, f64>,
}

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct ChoiceVisitor;

        impl<'de> Visitor<'de> for ChoiceVisitor {
            type Value = Choice;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object {\"kind\": …} with numbers as parameters")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Choice, A::Error> {
                let mut kind = None;
                let mut params = BTreeMap::new();
                while let Some(key) = entries.next_key::<String>()? {
                    if key == "kind" {
                        kind = Some(entries.next_value()?);
                    } else {
                        params.insert(key, entries.next_value()?);
                    }
                }
                Ok(Choice { kind: kind.ok_or_else(|| A::Error::missing_field("kind"))?, params })
            }
        }

        // A visitor of our own instead of serde's `flatten`, which forgets which parameter was at fault.
        json.deserialize_map(ChoiceVisitor)
    }
}

/// Why a [`Choice`] does not fit its family.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChoiceError {
    /// No member has this identifier.
    #[error("kind is \"{found}\", but must be one of {expected}")]
    UnknownKind {
        /// What the scene said.
        found: String,
        /// The identifiers of the family, comma separated.
        expected: String,
    },
    /// The member has no such parameter.
    #[error("\"{kind}\" has no parameter \"{key}\"; it has {expected}")]
    UnknownParam {
        /// Identifier of the member.
        kind: &'static str,
        /// What the scene said.
        key: String,
        /// The parameters' keys, comma separated.
        expected: String,
    },
    /// The value lies outside its range or is not a number.
    #[error("{key} is {value}, but must be {} from {min} to {max}", if *.whole { "a whole number" } else { "a number" })]
    OutOfRange {
        /// The parameter's key.
        key: &'static str,
        /// What the scene said.
        value: f64,
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
        /// Whether only whole numbers are allowed.
        whole: bool,
    },
    /// Parameters contradict one another.
    #[error("{0}")]
    Inconsistent(String),
}

impl Choice {
    /// The member `kind` with all parameters at their defaults.
    pub fn new(kind: &str) -> Self {
        Self { kind: kind.to_owned(), params: BTreeMap::new() }
    }

    /// The same choice with one parameter set.
    pub fn with(mut self, key: &str, value: f64) -> Self {
        self.params.insert(key.to_owned(), value);
        self
    }

    /// The value of `param`: chosen, or its default.
    pub fn get(&self, param: &ParamInfo) -> f64 {
        self.params.get(param.key).copied().unwrap_or(param.default)
    }

    /// Finds the member of `family` that this choice names and checks every parameter's name and range.
    pub fn resolve<'a, T>(&self, family: &'a [T], info: impl Fn(&T) -> &KindInfo) -> Result<&'a T, ChoiceError> {
        let member = family.iter().find(|member| info(member).id == self.kind).ok_or_else(|| {
            let ids: Vec<_> = family.iter().map(|member| info(member).id).collect();
            ChoiceError::UnknownKind { found: self.kind.clone(), expected: ids.join(", ") }
        })?;
        let info = info(member);
        for (key, &value) in &self.params {
            let param = info.params.iter().find(|param| param.key == key).ok_or_else(|| {
                let keys: Vec<_> = info.params.iter().map(|param| param.key).collect();
                let expected = if keys.is_empty() { "none".to_owned() } else { keys.join(", ") };
                ChoiceError::UnknownParam { kind: info.id, key: key.clone(), expected }
            })?;
            param.check(value)?;
        }
        Ok(member)
    }
}

impl ParamInfo {
    /// Checks that `value` is finite, within the range, and whole where it must be.
    pub fn check(&self, value: f64) -> Result<(), ChoiceError> {
        let whole = matches!(self.scale, Scale::Integer | Scale::Toggle);
        let fits = value.is_finite() && value >= self.min && value <= self.max && (!whole || value.fract() == 0.0);
        if fits {
            Ok(())
        } else {
            Err(ChoiceError::OutOfRange { key: self.key, value, min: self.min, max: self.max, whole })
        }
    }
}
