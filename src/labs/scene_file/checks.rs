//! Checks that every lab's scene needs, each with its sentence.

use std::fmt;
use std::ops::RangeInclusive;

use serde::Deserializer;
use serde::de::{Error, Visitor};

use super::SceneError;
use crate::core::param::{Choice, ChoiceError, KindInfo};

/// A number as messages show it: large and small ones with an exponent.
pub fn shown(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-4..1e7).contains(&size) { value.to_string() } else { format!("{value:e}") }
}

/// Checks that `value` is finite and in `range`.
///
/// # Errors
/// It is not.
pub fn number(field: impl fmt::Display, value: f64, range: RangeInclusive<f64>) -> Result<(), SceneError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (low, high) = (shown(*range.start()), shown(*range.end()));
    Err(SceneError::new(field.to_string(), format!("{} must be a number from {low} to {high}", shown(value))))
}

/// Checks that every number of `values` is finite and in `range`.
///
/// # Errors
/// The first that is not.
pub fn numbers(field: impl fmt::Display, values: &[f64], range: RangeInclusive<f64>) -> Result<(), SceneError> {
    values.iter().enumerate().try_for_each(|(i, v)| number(format_args!("{field}[{i}]"), *v, range.clone()))
}

/// Checks that `[low, high]` are finite, within `range`, and in order.
///
/// # Errors
/// They are not.
pub fn interval(field: impl fmt::Display, [low, high]: [f64; 2], range: RangeInclusive<f64>) -> Result<(), SceneError> {
    numbers(&field, &[low, high], range)?;
    if low < high {
        return Ok(());
    }
    let message = format!("[{}, {}] must be two numbers, the smaller one first", shown(low), shown(high));
    Err(SceneError::new(field.to_string(), message))
}

/// Checks that `value` is in `range`.
///
/// # Errors
/// It is not.
pub fn count(field: impl fmt::Display, value: usize, range: RangeInclusive<usize>) -> Result<(), SceneError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (low, high) = (range.start(), range.end());
    Err(SceneError::new(field.to_string(), format!("{value} must be a whole number from {low} to {high}")))
}

/// Checks that a list has no more than `most` entries.
///
/// # Errors
/// It has.
pub fn length(field: impl fmt::Display, found: usize, most: usize) -> Result<(), SceneError> {
    if found <= most {
        return Ok(());
    }
    Err(SceneError::new(field.to_string(), format!("there are {found} entries, but at most {most} are allowed")))
}

/// Checks that `name` is one of `known`.
///
/// # Errors
/// It is not.
pub fn name<'a>(
    field: impl fmt::Display,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Result<(), SceneError> {
    let known: Vec<_> = known.into_iter().collect();
    if known.contains(&name) {
        return Ok(());
    }
    Err(SceneError::new(field.to_string(), format!("\"{name}\" must be one of {}", known.join(", "))))
}

/// Finds the member of `family` that `choice` names and checks its parameters.
///
/// # Errors
/// An unknown member or parameter, or a parameter out of its range.
pub fn choice<'a, T>(
    field: &str,
    choice: &Choice,
    family: &'a [T],
    info: impl Fn(&T) -> &KindInfo,
) -> Result<&'a T, SceneError> {
    choice.resolve(family, info).map_err(|error| choice_fault(field, error))
}

/// A choice's fault, told like every other fault of a scene.
pub fn choice_fault(field: &str, error: ChoiceError) -> SceneError {
    match error {
        ChoiceError::UnknownKind { found, expected } => {
            SceneError::new(format!("{field}.kind"), format!("\"{found}\" must be one of {expected}"))
        }
        ChoiceError::UnknownParam { kind, key, expected } => {
            SceneError::new(format!("{field}.{key}"), format!("\"{kind}\" has no such parameter; it has {expected}"))
        }
        ChoiceError::OutOfRange { key, value, min, max, whole } => {
            let whole = if whole { "whole " } else { "" };
            let (value, min, max) = (shown(value), shown(min), shown(max));
            SceneError::new(format!("{field}.{key}"), format!("{value} must be a {whole}number from {min} to {max}"))
        }
        ChoiceError::Inconsistent(message) => SceneError::new(field, message),
    }
}

/// Reads a whole number from MIN to MAX; `1000.0` and `1e3` count as whole. For serde's `deserialize_with`.
///
/// # Errors
/// It is no such number.
pub fn whole<'de, D: Deserializer<'de>, const MIN: usize, const MAX: usize>(json: D) -> Result<usize, D::Error> {
    struct Whole<const MIN: usize, const MAX: usize>;

    impl<const MIN: usize, const MAX: usize> Whole<MIN, MAX> {
        fn fit<E: Error>(value: f64) -> Result<usize, E> {
            if value.fract() == 0.0 && (MIN as f64..=MAX as f64).contains(&value) {
                return Ok(value as usize);
            }
            Err(E::custom(format!("{} must be a whole number from {MIN} to {MAX}", shown(value))))
        }
    }

    impl<const MIN: usize, const MAX: usize> Visitor<'_> for Whole<MIN, MAX> {
        type Value = usize;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a whole number from {MIN} to {MAX}")
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<usize, E> {
            Self::fit(value as f64)
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<usize, E> {
            Self::fit(value as f64)
        }

        fn visit_f64<E: Error>(self, value: f64) -> Result<usize, E> {
            Self::fit(value)
        }
    }

    json.deserialize_any(Whole::<MIN, MAX>)
}
