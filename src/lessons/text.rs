//! A lesson's text: the part of Markdown that the panel draws.
//!
//! Paragraphs, lists, quotations, headings, code, emphasis, links, formulas between `$` or `$$`. Inline code that begins
//! with `=` quotes a live reading: `` `=barrier` ``. What a panel cannot draw (HTML, pictures) is refused.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::condition::is_name;
use super::{LessonError, MAX_BLOCKS};

/// Deepest list within lists.
const MAX_DEPTH: usize = 4;
/// Longest formula, in bytes.
const MAX_FORMULA: usize = 1000;

/// A paragraph or what stands in place of one.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A heading within a step.
    Heading(Vec<Span>),
    /// An item of a list.
    Item {
        /// Lists around it, from 1.
        depth: usize,
        /// Its number, where the list is numbered.
        number: Option<u64>,
        /// Its text.
        text: Vec<Span>,
    },
    /// A quotation: something to keep in mind.
    Quote(Vec<Span>),
    /// A formula on a line of its own, as LaTeX.
    Formula(String),
    /// Lines as they are.
    Code(String),
}

/// A part of a paragraph.
#[derive(Debug, Clone, PartialEq)]
pub enum Span {
    /// Words.
    Words {
        /// The words.
        text: String,
        /// Set in strong type.
        strong: bool,
        /// Set in italics.
        emphasis: bool,
        /// Set as code.
        code: bool,
    },
    /// A formula within the line, as LaTeX.
    Formula(String),
    /// The value of a live reading.
    Reading(String),
    /// A link.
    Link {
        /// What is shown.
        text: String,
        /// Where it leads, by https.
        url: String,
    },
    /// A line break that the author asked for.
    Break,
}

impl Span {
    /// Plain words.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Words { text: text.into(), strong: false, emphasis: false, code: false }
    }
}

impl Block {
    /// The spans of its text; none where it has none.
    pub fn spans(&self) -> &[Span] {
        match self {
            Self::Paragraph(spans) | Self::Heading(spans) | Self::Quote(spans) | Self::Item { text: spans, .. } => {
                spans
            }
            Self::Formula(_) | Self::Code(_) => &[],
        }
    }
}

/// The words of `spans` for a screen reader; `value` gives live readings.
pub fn spoken(spans: &[Span], value: impl Fn(&str) -> String) -> String {
    let part = |span: &Span| match span {
        Span::Words { text, .. } | Span::Link { text, .. } | Span::Formula(text) => text.clone(),
        Span::Reading(name) => value(name),
        Span::Break => " ".to_owned(),
    };
    spans.iter().map(part).collect()
}

/// The parts of Markdown that lessons use.
pub(super) fn options() -> Options {
    Options::ENABLE_MATH | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
}

/// Reads a text of its own, such as a guide: without front matter, steps and directives.
///
/// # Errors
/// Something that cannot be drawn, with its line.
pub fn blocks(text: &str) -> Result<Vec<Block>, LessonError> {
    let mut writer = Writer::default();
    let line_of = |at: usize| 1 + text[..at].matches('\n').count();
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        writer.take(event, &range, &line_of, usize::MAX)?;
    }
    Ok(writer.blocks)
}

/// Reads one line of text, as in an answer.
pub(super) fn line(text: &str, line: usize) -> Result<Vec<Span>, LessonError> {
    let mut writer = Writer::default();
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        writer.take(event, &range, &|_| line, 2)?;
    }
    match <[Block; 1]>::try_from(writer.blocks) {
        Ok([Block::Paragraph(spans)]) => Ok(spans),
        _ => Err(LessonError::new(line, "this must be one paragraph of text")),
    }
}

/// Collects blocks from the events of the Markdown parser.
#[derive(Default)]
pub(super) struct Writer {
    pub blocks: Vec<Block>,
    spans: Vec<Span>,
    strong: usize,
    emphasis: usize,
    quote: usize,
    /// Numbers of the next items of the lists around, outermost first.
    lists: Vec<Option<u64>>,
    /// Number of the item whose first paragraph has not ended.
    item: Option<Option<u64>>,
    link: Option<(String, String)>,
    code: Option<String>,
    heading: bool,
}

impl Writer {
    /// Takes an event. `line_of` gives the line of an offset.
    pub fn take(
        &mut self,
        event: Event<'_>,
        range: &Range<usize>,
        line_of: &dyn Fn(usize) -> usize,
        most: usize,
    ) -> Result<(), LessonError> {
        let fault = |message: &str| Err(LessonError::new(line_of(range.start), message));
        match event {
            Event::Start(Tag::Paragraph) => {}
            Event::End(TagEnd::Paragraph) => self.close(),
            Event::Start(Tag::Heading { level, .. }) => {
                if level <= HeadingLevel::H2 && most != usize::MAX {
                    return fault("headings within a step begin with ### or more");
                }
                self.heading = true;
            }
            Event::End(TagEnd::Heading(_)) => {
                let spans = std::mem::take(&mut self.spans);
                self.blocks.push(Block::Heading(spans));
                self.heading = false;
            }
            Event::Start(Tag::BlockQuote(_)) => self.quote += 1,
            Event::End(TagEnd::BlockQuote(_)) => self.quote = self.quote.saturating_sub(1),
            Event::Start(Tag::List(first)) => {
                self.close();
                if self.lists.len() == MAX_DEPTH {
                    return fault("lists are nested too deeply: four levels are drawn");
                }
                self.lists.push(first);
            }
            Event::End(TagEnd::List(_)) => drop(self.lists.pop()),
            Event::Start(Tag::Item) => {
                let number = self.lists.last_mut().and_then(|next| {
                    let number = *next;
                    *next = next.map(|n| n.saturating_add(1));
                    number
                });
                self.item = Some(number);
            }
            Event::End(TagEnd::Item) => {
                self.close();
                self.item = None;
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                if let CodeBlockKind::Fenced(info) = kind
                    && !["", "text", "json", "sh", "markdown"].contains(&&*info)
                {
                    let info = super::lines::shortened(&info);
                    return fault(&format!("“{info}” is no block of a lesson: it must be do, question, or text"));
                }
                self.close();
                self.code = Some(String::new());
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(code) = self.code.take() {
                    self.blocks.push(Block::Code(code.trim_end().to_owned()));
                }
            }
            Event::Start(Tag::Emphasis) => self.emphasis += 1,
            Event::End(TagEnd::Emphasis) => self.emphasis = self.emphasis.saturating_sub(1),
            Event::Start(Tag::Strong) => self.strong += 1,
            Event::End(TagEnd::Strong) => self.strong = self.strong.saturating_sub(1),
            Event::Start(Tag::Link { dest_url, .. }) => {
                if !dest_url.starts_with("https://") {
                    return fault("a link must begin with https://");
                }
                self.link = Some((String::new(), dest_url.into_string()));
            }
            Event::End(TagEnd::Link) => {
                if let Some((text, url)) = self.link.take() {
                    self.spans.push(Span::Link { text, url });
                }
            }
            Event::Text(text) => match (&mut self.code, &mut self.link) {
                (Some(code), _) => code.push_str(&text),
                (None, Some((shown, _))) => shown.push_str(&text),
                (None, None) => self.words(&text, false),
            },
            Event::Code(text) => match (text.strip_prefix('='), &mut self.link) {
                (Some(name), _) if !is_name(name) => return fault("a live reading is written as in `=barrier`"),
                (Some(name), _) => self.spans.push(Span::Reading(name.to_owned())),
                (None, Some((shown, _))) => shown.push_str(&text),
                (None, None) => self.words(&text, true),
            },
            Event::InlineMath(latex) | Event::DisplayMath(latex) if latex.len() > MAX_FORMULA => {
                return fault("a formula has at most 1000 letters");
            }
            Event::InlineMath(latex) => self.spans.push(Span::Formula(latex.trim().to_owned())),
            Event::DisplayMath(latex) => {
                self.close();
                self.blocks.push(Block::Formula(latex.trim().to_owned()));
            }
            Event::SoftBreak => match &mut self.link {
                Some((shown, _)) => shown.push(' '),
                None => self.words(" ", false),
            },
            Event::HardBreak => self.spans.push(Span::Break),
            Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {
                return fault("HTML is not shown in lessons; write < as \\<");
            }
            Event::Start(Tag::Image { .. }) => return fault("pictures are not shown in lessons"),
            Event::Rule => return fault("a line across is not shown in lessons"),
            Event::Start(_) | Event::End(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {
                return fault("this kind of Markdown is not shown in lessons");
            }
        }
        if self.blocks.len() > most {
            return fault(&format!("a step has at most {MAX_BLOCKS} paragraphs, items and formulas"));
        }
        Ok(())
    }

    fn words(&mut self, text: &str, code: bool) {
        let (strong, emphasis) = (self.strong > 0, self.emphasis > 0);
        if let Some(Span::Words { text: last, strong: s, emphasis: e, code: c }) = self.spans.last_mut()
            && (*s, *e, *c) == (strong, emphasis, code)
        {
            last.push_str(text);
            return;
        }
        self.spans.push(Span::Words { text: text.to_owned(), strong, emphasis, code });
    }

    /// Ends a paragraph, an item's included.
    pub fn close(&mut self) {
        let spans = std::mem::take(&mut self.spans);
        let empty = |span: &Span| matches!(span, Span::Words { text, .. } if text.trim().is_empty());
        if spans.iter().all(empty) {
            return;
        }
        let depth = self.lists.len();
        self.blocks.push(match self.item.take() {
            Some(number) => Block::Item { depth, number, text: spans },
            None if self.quote > 0 => Block::Quote(spans),
            None => Block::Paragraph(spans),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Span {
        Span::plain(text)
    }

    #[test]
    fn text_becomes_blocks() {
        let text =
            "One *two* $x^2$ `=barrier`,\nthree.\n\n1. first\n   - inner\n2. second\n\n> keep\n\n$$\na = b\n$$\n";
        let found = blocks(text).unwrap();
        let emphasis = Span::Words { text: "two".into(), strong: false, emphasis: true, code: false };
        assert_eq!(
            found,
            [
                Block::Paragraph(vec![
                    word("One "),
                    emphasis,
                    word(" "),
                    Span::Formula("x^2".into()),
                    word(" "),
                    Span::Reading("barrier".into()),
                    word(", three."),
                ]),
                Block::Item { depth: 1, number: Some(1), text: vec![word("first")] },
                Block::Item { depth: 2, number: None, text: vec![word("inner")] },
                Block::Item { depth: 1, number: Some(2), text: vec![word("second")] },
                Block::Quote(vec![word("keep")]),
                Block::Formula("a = b".into()),
            ]
        );
        assert_eq!(spoken(found[0].spans(), |_| "5".into()), "One two x^2 5, three.");
    }

    #[test]
    fn what_cannot_be_drawn_is_told_with_its_line() {
        for (text, line, part) in [
            ("a\n\n<b>x</b>", 3, "HTML"),
            ("![x](y.png)", 1, "pictures"),
            ("[x](file:///etc/passwd)", 1, "https"),
            ("a\n\n***\n", 3, "line across"),
            ("`=Barrier`", 1, "live reading"),
            ("```rust\nx\n```", 1, "no block"),
            ("- a\n  - b\n    - c\n      - d\n        - e", 5, "too deeply"),
        ] {
            let error = blocks(text).unwrap_err();
            assert!(error.message.contains(part), "{text}: {error}");
            assert_eq!(error.line, line, "{text}: {error}");
        }
    }
}
