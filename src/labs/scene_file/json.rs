//! JSON as scene files use it: no number beyond double precision, no key twice, no more values than any scene needs.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Track};

use super::SceneError;

/// Most values in one file. A tree of values takes up to 16 times the memory of its text.
const MAX_VALUES: usize = 4_000_000;

/// Keys that come first in a file, so that a reader sees at once what it is.
const LEADING_KEYS: [&str; 4] = ["lab", "version", "title", "about"];

/// Parses a file's bytes: no number beyond double precision, no key twice, not too many values.
///
/// # Errors
/// The first fault, with its field.
pub fn parse(bytes: &[u8]) -> Result<Value, SceneError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let mut track = Track::new();
    let left = Cell::new(MAX_VALUES);
    let parsed = Strict(&left).deserialize(serde_path_to_error::Deserializer::new(&mut json, &mut track));
    let fault = |field: String, error: &serde_json::Error| SceneError::new(field, explain(bytes, error));
    let value = parsed.map_err(|error| fault(field(&track.path()), &error))?;
    json.end().map_err(|error| fault(String::new(), &error))?;
    Ok(value)
}

/// A path as messages show it: empty for the whole file.
pub(super) fn field(path: &Path) -> String {
    let text = path.to_string();
    if text == "." { String::new() } else { text }
}

/// What is wrong with `bytes`, in words.
fn explain(bytes: &[u8], error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    if error.is_eof() {
        return format!("the file ends too early, at {place}: it seems to be cut off");
    }
    if error.is_data() {
        return plain(&error.to_string());
    }
    match word_at(bytes, error.line(), error.column()) {
        Some(word) if looks_like_number(word) => format!("{word} at {place} is not a finite number"),
        _ => format!("this is not valid JSON: {}", plain(&error.to_string())),
    }
}

/// The number or name around a place in the file; lines count from 1.
fn word_at(bytes: &[u8], line: usize, column: usize) -> Option<&str> {
    let text = bytes.split(|b| *b == b'\n').nth(line.checked_sub(1)?)?;
    let in_word = |b: &u8| b.is_ascii_alphanumeric() || b"+-._".contains(b);
    let middle = column.saturating_sub(1).min(text.len());
    let start = middle - text[..middle].iter().rev().take_while(|b| in_word(b)).count();
    let end = middle + text[middle..].iter().take_while(|b| in_word(b)).count();
    std::str::from_utf8(&text[start..end.min(start + 40)]).ok().filter(|word| !word.is_empty())
}

fn looks_like_number(word: &str) -> bool {
    // Rust reads "NaN" and "inf" as well as numbers too large for double precision.
    word.parse::<f64>().is_ok_and(|v| !v.is_finite())
}

/// serde's message in the words of a scene's author, who knows numbers and lists but not Rust's types.
pub(super) fn plain(message: &str) -> String {
    let mut message = message.to_owned();
    for (technical, everyday) in [
        ("invalid type: map", "wrong type: object"),
        ("invalid type: floating point", "wrong type:"),
        ("invalid type: integer", "wrong type:"),
        ("invalid type", "wrong type"),
        ("invalid value: integer", "out of range:"),
        ("invalid value: floating point", "out of range:"),
        ("invalid value", "out of range"),
        ("expected f64", "expected a number"),
        ("expected u64", "expected a whole number from 0 to 18446744073709551615"),
        ("a sequence", "a list"),
        ("sequence", "a list"),
        ("an array of length", "a list of length"),
        ("expected struct", "expected an object:"),
        ("unit variant", "name"),
        ("unit value", "null"),
        ("a map", "an object"),
    ] {
        message = message.replace(technical, everyday);
    }
    message
}

/// What a value is, for messages.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Reads any value, but no key twice and only as many values as are left.
#[derive(Clone, Copy)]
struct Strict<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.0.get().checked_sub(1);
        self.0.set(left.ok_or_else(|| D::Error::custom(format!("there are more than {MAX_VALUES} values")))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self)?;
            if object.contains_key(&key) {
                return Err(A::Error::custom(format!("\"{key}\" is given twice")));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

/// A scene as file text: indented, with lists of numbers on one line, ending in a line feed.
pub fn to_text(scene: &Value) -> String {
    let mut text = String::new();
    write_value(scene, 0, &mut text);
    text.push('\n');
    text
}

fn write_value(value: &Value, depth: usize, text: &mut String) {
    let nested = |v: &Value| v.is_array() || v.is_object();
    match value {
        Value::Object(object) if !object.is_empty() => {
            let lead = LEADING_KEYS.iter().filter(|_| depth == 0).filter_map(|key| object.get_key_value(*key));
            let rest = object.iter().filter(|(key, _)| depth > 0 || !LEADING_KEYS.contains(&key.as_str()));
            let flat = depth > 0 && !object.values().any(nested) && value.to_string().len() <= 88;
            write_items('{', '}', flat, lead.chain(rest), depth, text, |(key, value), depth, text| {
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push_str(": ");
                write_value(value, depth, text);
            });
        }
        Value::Array(list) if !list.is_empty() => {
            let flat = !list.iter().any(nested);
            write_items('[', ']', flat, list.iter(), depth, text, write_value);
        }
        plain => text.push_str(&plain.to_string()),
    }
}

/// Writes items between brackets, on one line if `flat`.
fn write_items<T>(
    open: char,
    close: char,
    flat: bool,
    items: impl Iterator<Item = T>,
    depth: usize,
    text: &mut String,
    mut write: impl FnMut(T, usize, &mut String),
) {
    let line = |depth: usize| format!("\n{}", "  ".repeat(depth));
    text.push(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            text.push(',');
        }
        if !flat {
            text.push_str(&line(depth + 1));
        } else if index > 0 {
            text.push(' ');
        }
        write(item, depth + 1, text);
    }
    if !flat {
        text.push_str(&line(depth));
    }
    text.push(close);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fault(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn text_is_read_back_bit_by_bit() {
        let scene =
            json!({"lab": "x", "b": [[0.1, 1e-300], []], "a": {"k": [1, 2.5], "e": {}}, "s": u64::MAX, "t": "\"é"});
        let text = to_text(&scene);
        assert!(text.starts_with("{\n  \"lab\": \"x\""), "{text}");
        assert_eq!(parse(text.as_bytes()).unwrap(), scene);
    }

    #[test]
    fn faults_are_told_with_their_place() {
        let infinite = fault("{\"data\": {\"points\": [[0, 1e999]]}}");
        assert!(infinite.starts_with("data.points[0][1]: 1e999 at line 1, column 3"), "{infinite}");
        assert!(infinite.ends_with("is not a finite number"), "{infinite}");
        assert!(fault("{\"time\": NaN}").starts_with("time: NaN at line 1"), "{}", fault("{\"time\": NaN}"));
        assert!(fault("{\"time\": -Infinity}").contains("-Infinity at"), "{}", fault("{\"time\": -Infinity}"));
        assert!(fault("{\"time\": 0.5").contains("cut off"));
        assert!(fault("{\"time\": 0.5} x").contains("not valid JSON"));
        assert!(fault("{\"seed\": 1, \"seed\": 2}").contains("\"seed\" is given twice"));
        assert!(fault(&"[".repeat(100_000)).contains("recursion limit"));
    }

    #[test]
    fn a_flood_of_values_is_refused() {
        let text = format!("[{}0]", "0,".repeat(MAX_VALUES));
        assert!(fault(&text).contains("more than 4000000 values"));
    }
}
