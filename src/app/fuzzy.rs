//! Finding a name by some of its letters.

/// How well `query` fits `text`; `None` if its letters do not occur in this order. Every word of the query is looked for on
/// its own, so that their order does not matter. Greater is better.
pub(super) fn score(query: &str, text: &str) -> Option<i32> {
    let letters: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let mut total = 0;
    for word in query.split_whitespace() {
        let word: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
        total += word_score(&word, &letters)?;
    }
    // Of two that fit alike, the shorter is meant more likely.
    Some(total - letters.len() as i32 / 8)
}

const AT_WORD: i32 = 12;
const IN_A_ROW: i32 = 10;
const ANYWHERE: i32 = 1;
const SKIPPED: i32 = 1;

/// The best way to find the letters of `word` in `text`, in this order.
fn word_score(word: &[char], text: &[char]) -> Option<i32> {
    // best[j]: the best score with the letters so far, the last of them at text[j].
    let mut best: Vec<Option<i32>> = Vec::new();
    for (i, letter) in word.iter().enumerate() {
        let mut next = vec![None; text.len()];
        // The best of those that end before j, less what is skipped up to j.
        let mut before: Option<i32> = None;
        for j in 0..text.len() {
            if text[j] == *letter {
                let starts_word = j == 0 || !text[j - 1].is_alphanumeric();
                let own = if starts_word { AT_WORD } else { ANYWHERE };
                next[j] = if i == 0 {
                    Some(own)
                } else {
                    let in_a_row = j.checked_sub(1).and_then(|k| best[k]).map(|score| score + IN_A_ROW.max(own));
                    in_a_row.max(before.map(|score| score + own))
                };
            }
            if i > 0 {
                before = before.map(|score| score - SKIPPED).max(best[j].map(|score| score - SKIPPED));
            }
        }
        best = next;
    }
    best.into_iter().flatten().max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'a>(query: &str, texts: &[&'a str]) -> &'a str {
        let scored = texts.iter().filter_map(|text| Some((score(query, text)?, *text)));
        scored.max_by_key(|(score, _)| *score).unwrap().1
    }

    #[test]
    fn letters_must_occur_in_order() {
        assert!(score("rst", "Reset scene").is_some());
        assert!(score("tsr", "Reset scene").is_none());
        assert!(score("", "anything").is_some());
        assert!(score("SCENE reset", "Reset scene").is_some(), "words in any order, of any case");
        assert!(score("reset x", "Reset scene").is_none());
        assert!(score("ring acht", "").is_none());
    }

    #[test]
    fn beginnings_of_words_and_runs_of_letters_come_first() {
        assert_eq!(best("sa", &["Usual size", "Save as…", "Also"]), "Save as…");
        assert_eq!(best("gal", &["Go along", "Gallery…"]), "Gallery…");
        assert_eq!(best("rl", &["Reset layout", "Real"]), "Reset layout");
        assert_eq!(best("save", &["Save as…", "Save"]), "Save");
    }
}
