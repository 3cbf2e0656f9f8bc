//! Blocks of `key: value` lines: front matter, what a step does, what it asks.

use super::LessonError;

/// Longest line, in characters.
const MAX_LINE: usize = 4000;
/// Most lines of one block.
const MAX_LINES: usize = 400;

/// One entry of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub key: String,
    /// Trimmed; further lines of the entry are joined by line feeds.
    pub value: String,
    pub line: usize,
}

/// Reads the lines of a block that begins at `first_line` of the file. An entry goes on in lines that are indented; empty
/// lines and those that begin with # are passed over.
pub(super) fn entries(text: &str, first_line: usize) -> Result<Vec<Entry>, LessonError> {
    let mut entries: Vec<Entry> = Vec::new();
    for (number, raw) in text.lines().enumerate() {
        let line = first_line + number;
        if number >= MAX_LINES {
            return Err(LessonError::new(line, format!("a block has at most {MAX_LINES} lines")));
        }
        if raw.chars().count() > MAX_LINE {
            return Err(LessonError::new(line, format!("a line has at most {MAX_LINE} characters")));
        }
        let trimmed = raw.trim();
        if trimmed.is_empty() || raw.starts_with('#') {
            continue;
        }
        if raw.starts_with([' ', '\t']) {
            let Some(entry) = entries.last_mut() else {
                return Err(LessonError::new(
                    line,
                    "an indented line goes on with the entry above it, but there is none",
                ));
            };
            if !entry.value.is_empty() {
                entry.value.push('\n');
            }
            entry.value.push_str(trimmed);
            continue;
        }
        let Some((key, value)) = raw.split_once(':') else {
            return Err(LessonError::new(line, format!("“{}” must be of the form “key: value”", shortened(trimmed))));
        };
        entries.push(Entry { key: key.trim().to_owned(), value: value.trim().to_owned(), line });
    }
    Ok(entries)
}

/// An unknown key, with those that are known.
pub(super) fn unknown(entry: &Entry, known: &[&str]) -> LessonError {
    LessonError::new(
        entry.line,
        format!("“{}” is no key here; it must be one of {}", shortened(&entry.key), known.join(", ")),
    )
}

/// A key that was given twice.
pub(super) fn twice(entry: &Entry) -> LessonError {
    LessonError::new(entry.line, format!("“{}” is given twice", entry.key))
}

/// The entry's value, which must not be empty.
pub(super) fn filled(entry: &Entry) -> Result<&str, LessonError> {
    if entry.value.is_empty() {
        return Err(LessonError::new(entry.line, format!("“{}” needs a value after the colon", entry.key)));
    }
    Ok(&entry.value)
}

/// The beginning of a text that came from a file, for messages.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let mut short: String = text.chars().take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_go_on_in_indented_lines() {
        let found = entries("a: 1\n\n# no\npatch: {\n  \"x\": 2\n}: no\n", 10).unwrap();
        assert_eq!(found[0], Entry { key: "a".into(), value: "1".into(), line: 10 });
        assert_eq!(found[1], Entry { key: "patch".into(), value: "{\n\"x\": 2".into(), line: 13 });
        assert_eq!(found[2].line, 15);
        assert_eq!(entries("  a: 1", 3).unwrap_err().line, 3);
        assert!(entries("a = 1", 1).unwrap_err().message.contains("key: value"));
    }

    #[test]
    fn floods_are_refused() {
        assert!(entries(&"a: 1\n".repeat(500), 1).unwrap_err().message.contains("at most"));
        assert!(entries(&format!("a: {}", "x".repeat(5000)), 1).unwrap_err().message.contains("at most"));
    }
}
