//! Words for captions, which labs put together to describe their scenes.

use crate::core::format;
use crate::core::param::{Choice, KindInfo};

/// A number as captions show it.
pub fn number(value: f64) -> String {
    format::number(value, format::DIGITS)
}

/// Several numbers: "1, 2, 5".
pub fn numbers(values: impl IntoIterator<Item = f64>) -> String {
    values.into_iter().map(number).collect::<Vec<_>>().join(", ")
}

/// "1 point", "3 points".
pub fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// A member of a family with all of its parameters: "EDM (variance exploding; smallest σ = 0.01, largest σ = 5)".
pub fn member(choice: &Choice, info: &KindInfo) -> String {
    let params = info.params.iter().map(|param| format!("{} = {}", param.label, number(choice.get(param))));
    let params = params.collect::<Vec<_>>().join(", ");
    match (info.name.strip_suffix(')'), params.is_empty()) {
        (_, true) => info.name.to_owned(),
        // No brackets side by side.
        (Some(open), false) => format!("{open}; {params})"),
        (None, false) => format!("{} ({params})", info.name),
    }
}

/// `text` with a capital and a full stop.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if capital.ends_with(['.', '!', '?']) || capital.is_empty() { capital } else { capital + "." }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::process;

    #[test]
    fn members_tell_every_parameter() {
        let kind = |id: &str| &process::ALL.iter().find(|kind| kind.info.id == id).unwrap().info;
        let edm = member(&Choice::new("edm").with("sigma_max", 5.0), kind("edm"));
        assert_eq!(edm, "EDM (variance exploding; smallest σ = 0.002, largest σ = 5)");
        for kind in process::ALL {
            let told = member(&Choice::new(kind.info.id), &kind.info);
            assert!(kind.info.params.iter().all(|param| told.contains(param.label)), "{told}");
            assert_eq!(told.matches('(').count(), told.matches(')').count(), "{told}");
        }
    }

    #[test]
    fn sentences_begin_and_end_as_they_should() {
        assert_eq!(sentence("one note"), "One note.");
        assert_eq!(sentence("What?"), "What?");
        assert_eq!((count(1, "point"), count(0, "point")), ("1 point".to_owned(), "0 points".to_owned()));
    }
}
