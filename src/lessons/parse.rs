//! From untrusted bytes to a lesson.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

use super::lines::{self, Entry};
use super::text::{self, Writer};
use super::{KINDS, Kind, Lesson, LessonError, MAX_BLOCKS, MAX_BYTES, MAX_STEPS, Setup, Step, directives, question};

/// Longest title, in characters.
const MAX_TITLE: usize = 200;
/// Longest description, in characters.
const MAX_ABOUT: usize = 1000;

/// Reads a lesson from a file's bytes; `name` is for messages. Whether the scenes, panes and readings that it names exist
/// is another matter: see [`check`](super::check).
///
/// # Errors
/// The first fault, with its line.
pub fn parse(name: &str, bytes: &[u8]) -> Result<Lesson, LessonError> {
    read(bytes).map_err(|error| if name.is_empty() { error } else { error.in_file(name) })
}

fn read(bytes: &[u8]) -> Result<Lesson, LessonError> {
    if bytes.len() > MAX_BYTES {
        let message =
            format!("a lesson has at most {} KiB, but this file has {}", MAX_BYTES >> 10, bytes.len().div_ceil(1024));
        return Err(LessonError::new(0, message));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = line_at(bytes, error.valid_up_to());
        LessonError::new(line, "this is no text in UTF-8")
    })?;
    // Windows' editors begin files with this mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(at) = text.find(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(LessonError::new(
            line_at(text.as_bytes(), at),
            "there is a control character here: this is no text",
        ));
    }
    Reader::new(text).read()
}

/// Line of a byte, from 1.
fn line_at(bytes: &[u8], at: usize) -> usize {
    1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count()
}

/// What the code block that is being read is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Text,
    FrontMatter,
    Do,
    Question,
    /// The heading of a step.
    Heading,
}

struct Reader<'a> {
    text: &'a str,
    /// Offset of every line's beginning.
    starts: Vec<usize>,
    inside: Inside,
    /// Text of the block that is read apart.
    collected: String,
    /// Line of its first line of text.
    collected_line: usize,
    writer: Writer,
    header: Option<Header>,
    steps: Vec<Step>,
    /// Whether the present step has a block of directives.
    directed: bool,
}

struct Header {
    title: String,
    about: String,
    minutes: Option<u32>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self {
            text,
            starts,
            inside: Inside::Text,
            collected: String::new(),
            collected_line: 0,
            writer: Writer::default(),
            header: None,
            steps: Vec::new(),
            directed: false,
        }
    }

    fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }

    fn read(mut self) -> Result<Lesson, LessonError> {
        for (event, range) in Parser::new_ext(self.text, text::options()).into_offset_iter() {
            self.take(event, &range)?;
        }
        self.end_step()?;
        let header = self.header.ok_or_else(missing_header)?;
        if self.steps.is_empty() {
            return Err(LessonError::new(
                0,
                "there are no steps: each begins with a heading such as “## Do: Press play”",
            ));
        }
        Ok(Lesson { title: header.title, about: header.about, minutes: header.minutes, steps: self.steps })
    }

    fn take(&mut self, event: Event<'_>, range: &Range<usize>) -> Result<(), LessonError> {
        let line = self.line_of(range.start);
        let fault = |message: &str| Err(LessonError::new(line, message));
        match (self.inside, event) {
            (Inside::Text, Event::Start(Tag::MetadataBlock(_))) => {
                if self.header.is_some() {
                    return fault("there is front matter already");
                }
                self.begin(Inside::FrontMatter, line + 1);
            }
            (Inside::FrontMatter, Event::End(TagEnd::MetadataBlock(_))) => {
                self.inside = Inside::Text;
                self.header = Some(header(&lines::entries(&self.collected, self.collected_line)?)?);
            }
            (_, _) if self.header.is_none() && self.inside != Inside::FrontMatter => return Err(missing_header()),
            (Inside::Text, Event::Start(Tag::Heading { level: HeadingLevel::H2, .. })) => {
                self.end_step()?;
                if self.steps.len() == MAX_STEPS {
                    return fault(&format!("a lesson has at most {MAX_STEPS} steps"));
                }
                self.begin(Inside::Heading, line);
            }
            (Inside::Heading, Event::End(TagEnd::Heading(_))) => {
                self.inside = Inside::Text;
                let (kind, title) = heading(&self.collected, self.collected_line)?;
                self.directed = false;
                self.steps.push(Step {
                    kind,
                    title,
                    text: Vec::new(),
                    setup: Setup::default(),
                    wait: None,
                    questions: Vec::new(),
                    line: self.collected_line,
                });
            }
            (Inside::Heading, Event::Text(text) | Event::Code(text)) => self.collected.push_str(&text),
            (Inside::Heading, _) => return fault("the heading of a step is plain text"),
            (Inside::Text, _) if self.steps.is_empty() => {
                return fault("text must come after the heading of a step, such as “## Do: Press play”");
            }
            (Inside::Text, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info)))) if &*info == "do" => {
                if std::mem::replace(&mut self.directed, true) {
                    return fault("a step has one block “do”");
                }
                self.writer.close();
                self.begin(Inside::Do, line + 1);
            }
            (Inside::Text, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info)))) if &*info == "question" => {
                self.writer.close();
                self.begin(Inside::Question, line + 1);
            }
            (Inside::Do, Event::End(TagEnd::CodeBlock)) => {
                self.inside = Inside::Text;
                let line = self.collected_line;
                let read = directives::parse(&lines::entries(&self.collected, line)?, line)?;
                if let Some(step) = self.steps.last_mut() {
                    step.setup = read.setup;
                    step.wait = read.wait;
                }
            }
            (Inside::Question, Event::End(TagEnd::CodeBlock)) => {
                self.inside = Inside::Text;
                let line = self.collected_line;
                let question = question::parse(&lines::entries(&self.collected, line)?, line)?;
                if let Some(step) = self.steps.last_mut() {
                    step.questions.push(question);
                    if step.questions.len() > MAX_BLOCKS {
                        return fault("there are too many questions in this step");
                    }
                }
            }
            (Inside::Do | Inside::Question | Inside::FrontMatter, Event::Text(text)) => self.collected.push_str(&text),
            (Inside::Do | Inside::Question | Inside::FrontMatter, _) => return fault("this block is cut off"),
            (Inside::Text, event) => {
                let starts = &self.starts;
                let line_of = |at: usize| starts.partition_point(|start| *start <= at);
                self.writer.take(event, range, &line_of, MAX_BLOCKS)?;
            }
        }
        Ok(())
    }

    fn begin(&mut self, inside: Inside, line: usize) {
        self.inside = inside;
        self.collected.clear();
        self.collected_line = line;
    }

    /// Gives the text read so far to the step it belongs to.
    fn end_step(&mut self) -> Result<(), LessonError> {
        self.writer.close();
        let text = std::mem::take(&mut self.writer).blocks;
        let Some(step) = self.steps.last_mut() else { return Ok(()) };
        step.text = text;
        if step.text.is_empty() && step.questions.is_empty() {
            return Err(LessonError::new(step.line, "this step has no text"));
        }
        Ok(())
    }
}

fn missing_header() -> LessonError {
    LessonError::new(1, "a lesson begins with its title between two lines of three hyphens: ---, title: NAME, ---")
}

fn header(entries: &[Entry]) -> Result<Header, LessonError> {
    let (mut title, mut about, mut minutes) = (None, None, None);
    for entry in entries {
        let text = |most: usize| {
            let value = lines::filled(entry)?.replace('\n', " ");
            if value.chars().count() > most {
                return Err(LessonError::new(entry.line, format!("“{}” has at most {most} letters", entry.key)));
            }
            Ok(value)
        };
        let known = match entry.key.as_str() {
            "title" => title.replace(text(MAX_TITLE)?).is_some(),
            "about" => about.replace(text(MAX_ABOUT)?).is_some(),
            "minutes" => {
                let number = lines::filled(entry)?.parse().ok().filter(|minutes| (1..=600).contains(minutes));
                let fault = || LessonError::new(entry.line, "“minutes” must be a whole number from 1 to 600");
                minutes.replace(number.ok_or_else(fault)?).is_some()
            }
            _ => return Err(lines::unknown(entry, &["title", "about", "minutes"])),
        };
        if known {
            return Err(lines::twice(entry));
        }
    }
    let title = title.ok_or_else(|| LessonError::new(1, "the front matter needs a line “title: …”"))?;
    Ok(Header { title, about: about.unwrap_or_default(), minutes })
}

/// Kind and title of a step from its heading.
fn heading(text: &str, line: usize) -> Result<(&'static Kind, String), LessonError> {
    let split = text.split_once(':').map(|(kind, title)| (kind.trim(), title.trim()));
    let found =
        split.and_then(|(word, title)| Some((KINDS.iter().find(|kind| kind.word.eq_ignore_ascii_case(word))?, title)));
    match found {
        Some((kind, title)) if !title.is_empty() && title.chars().count() <= MAX_TITLE => Ok((kind, title.to_owned())),
        Some((_, "")) => Err(LessonError::new(line, "this step needs a title after the colon")),
        Some(_) => Err(LessonError::new(line, format!("a title has at most {MAX_TITLE} letters"))),
        None => {
            let kinds: Vec<_> = KINDS.iter().map(|kind| kind.word).collect();
            let text = lines::shortened(text);
            let kinds = kinds.join(", ");
            Err(LessonError::new(
                line,
                format!(
                    "“{text}” must say what the step is for and then its title: one of {kinds}, as in “## Do: Press play”"
                ),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "---\ntitle: T\n---\n\n## Do: One\n\nText.\n";

    fn fault(text: &str) -> LessonError {
        parse("", text.as_bytes()).expect_err(text)
    }

    #[test]
    fn a_small_lesson_is_read() {
        let lesson = parse("a.md", SMALL.as_bytes()).unwrap();
        assert_eq!((lesson.title.as_str(), lesson.steps.len()), ("T", 1));
        assert_eq!((lesson.steps[0].kind.word, lesson.steps[0].title.as_str(), lesson.steps[0].line), ("Do", "One", 5));
        let windows = format!("\u{feff}{}", SMALL.replace('\n', "\r\n"));
        let read = parse("a.md", windows.as_bytes()).unwrap();
        assert_eq!(read, lesson);
    }

    #[test]
    fn blocks_belong_to_their_steps() {
        let text = format!(
            "{SMALL}\n```do\nopen: x\nwait: step > 1\n```\n\nMore.\n\n## Explain: Two\n\n```question\nask: A?\nright: b\nwrong: c\nbecause: d\n```\n"
        );
        let lesson = parse("", text.as_bytes()).unwrap();
        assert_eq!(lesson.steps[0].setup.open.as_ref().unwrap().line, 10);
        assert_eq!(lesson.steps[0].wait.as_ref().unwrap().line, 11);
        assert_eq!(lesson.steps[0].text.len(), 2);
        assert_eq!(lesson.steps[1].questions[0].line, 19);
    }

    #[test]
    fn faults_are_told_with_their_line() {
        for (text, line, part) in [
            ("", 1, "begins with its title"),
            ("# Lesson", 1, "begins with its title"),
            ("---\ntitle: x\n", 1, "begins with its title"),
            ("---\nabout: x\n---\n\n## Do: x\n\ny", 1, "title"),
            ("---\ntitle: x\nlevel: 3\n---\n", 3, "no key here"),
            ("---\ntitle: x\nminutes: 0\n---\n", 3, "from 1 to 600"),
            ("---\ntitle: x\n---\n\ntext", 5, "must come after"),
            ("---\ntitle: x\n---\n", 0, "no steps"),
            ("---\ntitle: x\n---\n\n## Two\n\ntext", 5, "what the step is for"),
            ("---\ntitle: x\n---\n\n## Guess: it\n\ntext", 5, "one of Predict, Do, Observe, Explain"),
            ("---\ntitle: x\n---\n\n## Do:\n\ntext", 5, "needs a title"),
            ("---\ntitle: x\n---\n\n## Do: it\n", 5, "no text"),
            ("---\ntitle: x\n---\n\n## Do: it\n\n```do\nopne: x\n```\n", 8, "no key here"),
            ("---\ntitle: x\n---\n\n## Do: it\n\n```do\nplay: yes\n```\n\n```do\nplay: yes\n```\n", 11, "one block"),
            ("---\ntitle: x\n---\n\n## Do: it\n\n```doo\nplay: yes\n```\n", 7, "no block of a lesson"),
            ("---\ntitle: x\n---\n\n## Do: it\n\n# top\n", 7, "begin with ###"),
        ] {
            let error = fault(text);
            assert!(error.message.contains(part) && error.line == line, "{text:?}: {error} ({})", error.line);
        }
    }
}
