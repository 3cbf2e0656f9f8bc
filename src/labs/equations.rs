//! Equations beside the picture: what a lab says of the formulas that define what is on screen. Plain data, no window.
//!
//! A lab's folder has an `equations.rs` with its lists and a function that fills a [`Sheet`]: the equations that hold for
//! the scene as it is now, and the values of their symbols. `ui::equations` shows a sheet.

use super::{high_dimensions, patches, score_field, symmetry_breaking};
use crate::core::notation::{self, Notation, Symbol};

/// One equation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equation {
    /// Name within its lab.
    pub id: &'static str,
    /// Name on screen.
    pub name: &'static str,
    /// LaTeX in which `<id>` stands for a symbol.
    pub template: &'static str,
    /// Paper and equation number.
    pub source: &'static str,
    /// One sentence: what it says and what to look at.
    pub about: &'static str,
    /// The formula in words, for screen readers.
    pub spoken: &'static str,
}

/// What a symbol is worth now.
#[derive(Debug, Clone, PartialEq)]
pub enum Live {
    /// A number, in the symbol's unit.
    Number(f64),
    /// A vector or a list of numbers, in the symbol's unit.
    List(Vec<f64>),
    /// Something that is no number.
    Words(String),
}

/// A place where a paper's formula is not the one that is right.
#[derive(Debug, Clone, Copy)]
pub struct Note {
    /// Name within the program.
    pub id: &'static str,
    /// Paper and equation number.
    pub source: &'static str,
    /// What is printed, as LaTeX; empty where words say it.
    pub printed: &'static str,
    /// What is right, as LaTeX.
    pub corrected: &'static str,
    /// What differs, and how one can tell.
    pub evidence: &'static str,
    /// Computes both versions from the same numbers and the same noise, where there is something to compute.
    pub compare: Option<fn() -> Comparison>,
}

/// What the printed and the corrected version give.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What was computed, in one sentence.
    pub about: String,
    /// What the last column is: "exact", "simulated", "measured".
    pub truth: &'static str,
    /// One line for each number.
    pub rows: Vec<ComparisonRow>,
}

/// One number by both versions.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonRow {
    /// Which number.
    pub quantity: String,
    /// By the printed formula.
    pub printed: f64,
    /// By the corrected one.
    pub corrected: f64,
    /// By a route of its own.
    pub truth: f64,
}

/// The equations of what is on screen.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// In the order in which they are read.
    pub equations: Vec<&'static Equation>,
    /// Symbols of this lab, beside those that all labs share.
    pub symbols: &'static [Symbol],
    /// Values of symbols now; those left out have none.
    pub values: Vec<(&'static str, Live)>,
    /// Slips in the papers that matter here.
    pub notes: Vec<&'static Note>,
}

impl Sheet {
    /// The symbol with this identifier: the lab's own, or a shared one.
    pub fn symbol(&self, id: &str) -> Option<&'static Symbol> {
        self.symbols.iter().find(|symbol| symbol.id == id).or_else(|| notation::shared(id))
    }

    /// What the symbol is worth now.
    pub fn value(&self, id: &str) -> Option<&Live> {
        self.values.iter().find(|(known, _)| *known == id).map(|(_, live)| live)
    }

    /// Notes a number.
    pub fn number(&mut self, id: &'static str, value: f64) {
        self.values.push((id, Live::Number(value)));
    }

    /// Notes a list of numbers.
    pub fn list(&mut self, id: &'static str, values: impl IntoIterator<Item = f64>) {
        self.values.push((id, Live::List(values.into_iter().collect())));
    }

    /// Notes words.
    pub fn words(&mut self, id: &'static str, words: impl Into<String>) {
        self.values.push((id, Live::Words(words.into())));
    }

    /// LaTeX of a symbol as `notation` writes it.
    pub fn latex(&self, id: &str, notation: &Notation) -> Option<&'static str> {
        self.symbol(id).map(|symbol| symbol.form(notation).latex)
    }
}

/// Everything that a lab has to say, whatever is on screen.
pub struct Book {
    /// The lab's identifier.
    pub lab: &'static str,
    /// Its equations.
    pub equations: fn() -> Vec<&'static Equation>,
    /// Its symbols, beside the shared ones.
    pub symbols: &'static [Symbol],
}

/// The book of every lab.
pub static ALL: &[Book] = &[
    Book { lab: "score_field", equations: score_field::equations::all, symbols: score_field::equations::SYMBOLS },
    Book { lab: "patches", equations: patches::equations::all, symbols: patches::equations::SYMBOLS },
    Book {
        lab: "symmetry_breaking",
        equations: symmetry_breaking::equations::all,
        symbols: symmetry_breaking::equations::SYMBOLS,
    },
    Book {
        lab: "high_dimensions",
        equations: high_dimensions::equations::all,
        symbols: high_dimensions::equations::SYMBOLS,
    },
];

/// What a family's member is defined by: its identifier and its equation.
pub type Defining = (&'static str, Equation);

/// The equation of a family's member.
pub fn defining(list: &'static [Defining], id: &str) -> Option<&'static Equation> {
    list.iter().find(|(known, _)| *known == id).map(|(_, equation)| equation)
}
