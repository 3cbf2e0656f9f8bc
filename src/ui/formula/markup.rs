//! Marked formulas: LaTeX in which `<id>` stands for a symbol, so that each symbol can be found again in the picture.
//!
//! Symbols are marked by colour. RaTeX carries the colour of `\textcolor` through to every glyph without changing any
//! spacing, so a formula is laid out once, the boxes of each colour are read off, and the picture itself is drawn in white.

use std::fmt::Write as _;

/// Most symbols that a formula may hold: a marker is the lowest byte of a colour, and zero is black, the unmarked one.
pub const MOST_SYMBOLS: usize = 255;

/// A formula ready for typesetting.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Marked<'a> {
    /// LaTeX with every symbol in a colour of its own.
    pub latex: String,
    /// Which symbol the marker `n + 1` stands for.
    pub symbols: Vec<&'a str>,
}

/// Marks the symbols of `template`; `latex_of` writes the symbol of an identifier. An identifier that it does not know is
/// typeset as upright text: better seen than lost.
pub fn mark<'a>(template: &'a str, latex_of: impl Fn(&str) -> Option<&'static str>) -> Marked<'a> {
    let mut marked = Marked { latex: String::with_capacity(2 * template.len()), symbols: Vec::new() };
    for part in parts(template) {
        match part {
            Part::Latex(latex) => marked.latex.push_str(latex),
            Part::Symbol(id) => {
                let number = (marked.symbols.len() + 1).min(MOST_SYMBOLS);
                if number > marked.symbols.len() {
                    marked.symbols.push(id);
                }
                let result = match latex_of(id) {
                    Some(latex) => write!(marked.latex, "\\textcolor{{#0000{number:02x}}}{{{latex}}}"),
                    None => write!(marked.latex, "\\text{{{id}}}"),
                };
                debug_assert!(result.is_ok(), "a String takes everything");
            }
        }
    }
    marked
}

/// The identifiers of `template`'s symbols, in their order and as often as they occur.
pub fn symbols(template: &str) -> impl Iterator<Item = &str> {
    parts(template).filter_map(|part| match part {
        Part::Symbol(id) => Some(id),
        Part::Latex(_) => None,
    })
}

enum Part<'a> {
    Latex(&'a str),
    Symbol(&'a str),
}

/// Cuts a template at its `<id>`s. A `<` without its `>` is LaTeX.
fn parts(template: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(tail) = rest.strip_prefix('<')
            && let Some((id, after)) = tail.split_once('>')
        {
            rest = after;
            return Some(Part::Symbol(id));
        }
        // The first byte is looked past, so that a lone `<` is taken as LaTeX; it is one byte long.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[first..].find('<').map_or(rest.len(), |at| at + first);
        let (latex, after) = rest.split_at(end);
        rest = after;
        Some(Part::Latex(latex))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_marked_in_their_order() {
        let marked = mark(r"<s> = \frac{<x>}{<x>_0}", |id| match id {
            "s" => Some(r"\mathbf s"),
            "x" => Some("x"),
            _ => None,
        });
        assert_eq!(
            marked.latex,
            r"\textcolor{#000001}{\mathbf s} = \frac{\textcolor{#000002}{x}}{\textcolor{#000003}{x}_0}"
        );
        assert_eq!(marked.symbols, ["s", "x", "x"]);
        assert_eq!(symbols(r"<s> = <x>").collect::<Vec<_>>(), ["s", "x"]);
    }

    #[test]
    fn lone_brackets_and_strangers_are_kept() {
        assert_eq!(mark("a < b", |_| None).latex, "a < b");
        assert_eq!(mark("<who> é", |_| None).latex, r"\text{who} é");
        assert_eq!(mark("", |_| None).latex, "");
    }
}
