//! Folding: what counts as the same spelling. Case, diacritics, hyphens and other punctuation, simple English plurals,
//! and British against American spelling are folded away; words of different meaning ("cancer", "carcinoma",
//! "neoplasm") are not: those meet through labels, where a label says so.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// One word of a text, folded, with the bytes it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub folded: String,
    pub range: Range<usize>,
}

/// The folded spelling of a text: words joined by one blank. Two texts with equal folds are the same label.
#[must_use]
pub fn fold(text: &str) -> String {
    join(&words(text))
}

/// Folded words joined by one blank.
pub(super) fn join(words: &[Word]) -> String {
    let mut joined = String::new();
    for word in words {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&word.folded);
    }
    joined
}

/// The words of a text: runs of letters and digits; an apostrophe inside a word is dropped ("Hodgkin's" is "hodgkin").
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    for (at, character) in text.char_indices() {
        let inside = character.is_alphanumeric() || is_combining_mark(character) || is_apostrophe(character);
        match (inside, start) {
            (true, None) if !is_apostrophe(character) => start = Some(at),
            (false, Some(from)) => {
                push_word(text, from..at, &mut found);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        push_word(text, from..text.len(), &mut found);
    }
    found
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}')
}

fn push_word(text: &str, range: Range<usize>, into: &mut Vec<Word>) {
    let Some(raw) = text.get(range.clone()) else { return };
    let possessive = raw.trim_end_matches(['\'', '\u{2019}']);
    let stem = ["'s", "\u{2019}s"].iter().find_map(|end| possessive.strip_suffix(end)).unwrap_or(possessive);
    // Nearly all words are ASCII and need no decomposition.
    let plain: String = if stem.is_ascii() {
        stem.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| char::from(byte.to_ascii_lowercase())).collect()
    } else {
        stem.nfkd().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    if !plain.is_empty() {
        into.push(Word { folded: singular(&american(&plain)), range });
    }
}

/// British spellings of the field turned American, by word part. The parts are chosen so that they occur in no other
/// English word of the vocabulary (a test reads every label).
fn american(word: &str) -> String {
    const PARTS: [(&str, &str); 12] = [
        ("tumour", "tumor"),
        ("oesophag", "esophag"),
        ("leukaem", "leukem"),
        ("haem", "hem"),
        ("anaem", "anem"),
        ("paed", "ped"),
        ("oedem", "edem"),
        ("gynaec", "gynec"),
        ("caec", "cec"),
        ("diarrhoea", "diarrhea"),
        ("colour", "color"),
        ("fibre", "fiber"),
    ];
    let Some((british, american)) = PARTS.iter().find(|(british, _)| word.contains(british)) else {
        return word.to_owned();
    };
    word.replace(british, american)
}

/// A simple English singular. Short words and words in -ss, -us, -is keep their end.
fn singular(word: &str) -> String {
    if word.len() <= 3 || !word.ends_with('s') || ["ss", "us", "is"].iter().any(|end| word.ends_with(end)) {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("tases") {
        return format!("{stem}tasis");
    }
    if let Some(stem) = word.strip_suffix("noses") {
        return format!("{stem}nosis");
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    if let Some(stem) = word.strip_suffix("sses") {
        return format!("{stem}ss");
    }
    word.strip_suffix('s').unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{fold, words};

    #[test]
    fn spellings_of_one_label_fold_together() {
        for (one, other) in [
            ("Non-small Cell Lung Cancer", "non small cell lung cancers"),
            ("Oesophageal tumour", "esophageal tumor"),
            ("Leukaemia", "leukemia"),
            ("Haematological malignancies", "hematological malignancy"),
            ("Hodgkin's lymphoma", "Hodgkin lymphoma"),
            ("Côlon", "colon"),
            ("metastases", "metastasis"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} / {other}");
        }
    }

    #[test]
    fn words_of_other_meaning_stay_apart() {
        for (one, other) in [("lung cancer", "lung carcinoma"), ("pelvis", "pelvi"), ("mass", "mas"), ("virus", "viru")]
        {
            assert_ne!(fold(one), fold(other));
        }
    }

    #[test]
    fn a_word_knows_its_bytes() {
        let text = "Ménière’s (C34.1)";
        let pieces: Vec<&str> = words(text).into_iter().map(|word| &text[word.range]).collect();
        assert_eq!(pieces, ["Ménière’s", "C34", "1"]);
    }
}
