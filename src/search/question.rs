//! Reading typed words: phrases in quotation marks, exclusions, concepts, common words, spelling.
//!
//! The raw query language of the engine is never run: every query is built from these clauses.

use tantivy::tokenizer::TextAnalyzer;

use super::lexicon::Lexicon;
use super::page::{Understood, UnderstoodConcept, WordReading};
use super::schema;
use crate::domain::concept::{ConceptId, Scheme};
use crate::vocab::{Concept, Vocabulary};

/// Most clauses of a query; what is typed beyond them is not needed to match.
const MOST_CLAUSES: usize = 24;
/// Words that do not tell data sets apart: needed only when nothing else is typed.
const COMMON: [&str; 44] = [
    "a",
    "an",
    "and",
    "are",
    "as",
    "at",
    "by",
    "cohort",
    "collection",
    "collections",
    "data",
    "dataset",
    "datasets",
    "exam",
    "examinations",
    "exams",
    "for",
    "from",
    "image",
    "images",
    "imaging",
    "in",
    "is",
    "of",
    "on",
    "or",
    "patient",
    "patients",
    "people",
    "radiology",
    "scan",
    "scans",
    "set",
    "sets",
    "studies",
    "study",
    "subject",
    "subjects",
    "the",
    "to",
    "using",
    "which",
    "with",
    "without",
];

/// One part of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Clause {
    /// The concepts with their narrower ones, or the words as typed.
    Concepts { ids: Vec<ConceptId>, synonyms: Vec<String>, phrase: String },
    /// One of the words (folded), in any form; several when the typed one is not known.
    Words { typed: String, any_of: Vec<String> },
    /// The exact phrase.
    Phrase(String),
    /// Not this phrase or concept.
    Excluded { ids: Vec<ConceptId>, phrase: String },
    /// Better with this word, not needed.
    Optional(String),
}

/// A question, read.
#[derive(Debug, Clone, Default)]
pub(super) struct Question {
    /// Its parts.
    pub(super) clauses: Vec<Clause>,
    /// What to tell the reader.
    pub(super) understood: Vec<Understood>,
    /// Whole queries with rare words replaced by near, frequent ones.
    pub(super) suggestions: Vec<String>,
}

/// A piece of the typed text.
enum Piece<'a> {
    Free(&'a str),
    Quoted(&'a str),
    Excluded(&'a str),
}

impl Question {
    /// Reads the typed text.
    pub(super) fn read(text: &str, vocabulary: &Vocabulary, lexicon: &Lexicon) -> Self {
        let mut question = Self::default();
        let mut reader = Reader { vocabulary, lexicon, folder: schema::analyzer(false), whole: text };
        let pieces = pieces(text);
        let last = pieces.len().saturating_sub(1);
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Free(words) => reader.free(words, at == last, &mut question),
                Piece::Quoted(phrase) => {
                    question.push(Clause::Phrase((*phrase).to_owned()), phrase, WordReading::Phrase);
                }
                Piece::Excluded(phrase) => {
                    let ids = reader.whole_concepts(phrase);
                    let clause = Clause::Excluded { ids, phrase: (*phrase).to_owned() };
                    question.push(clause, phrase, WordReading::Excluded);
                }
            }
        }
        question.demand_something();
        question
    }

    /// Whether nothing is asked.
    pub(super) fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Whether a word may be given up: there is one that names no concept, and something else beside it.
    pub(super) fn can_relax(&self) -> bool {
        let is_word = |clause: &&Clause| matches!(clause, Clause::Words { .. } | Clause::Phrase(_));
        self.required() > 1 && self.clauses.iter().any(|clause| is_word(&clause))
    }

    /// How many clauses must match.
    pub(super) fn required(&self) -> usize {
        self.clauses.iter().filter(|clause| !matches!(clause, Clause::Optional(_) | Clause::Excluded { .. })).count()
    }

    fn push(&mut self, clause: Clause, phrase: &str, reading: WordReading) {
        if self.clauses.len() < MOST_CLAUSES {
            self.clauses.push(clause);
            self.understood.push(Understood { phrase: phrase.to_owned(), reading });
        }
    }

    /// Common words are needed when there is nothing else.
    fn demand_something(&mut self) {
        if self.required() > 0 {
            return;
        }
        for (clause, understood) in self.clauses.iter_mut().zip(&mut self.understood) {
            if let Clause::Optional(word) = clause {
                *clause = Clause::Words { typed: word.clone(), any_of: vec![word.clone()] };
                understood.reading = WordReading::Word;
            }
        }
    }
}

struct Reader<'a> {
    vocabulary: &'a Vocabulary,
    lexicon: &'a Lexicon,
    folder: TextAnalyzer,
    whole: &'a str,
}

impl Reader<'_> {
    /// Words outside quotation marks.
    fn free(&mut self, text: &str, last_piece: bool, question: &mut Question) {
        let corrected = self.correct(text, last_piece);
        let text = corrected.as_ref().map_or(text, |(text, _)| text.as_str());
        let mut at = 0;
        for found in self.vocabulary.find_in_words(text) {
            self.words(text.get(at..found.range.start).unwrap_or_default(), false, question);
            at = found.range.end;
            if COMMON.contains(&found.phrase.to_lowercase().as_str()) {
                self.words(&found.phrase, false, question);
                continue;
            }
            let ids = most_telling(found.ids);
            let concepts = ids.iter().map(|id| self.understood(id)).collect();
            let clause = Clause::Concepts { synonyms: self.synonyms(&ids), ids, phrase: found.phrase.clone() };
            question.push(clause, &found.phrase, WordReading::Concepts { concepts });
        }
        self.words(text.get(at..).unwrap_or_default(), last_piece, question);
        for (typed, word) in corrected.into_iter().flat_map(|(_, slips)| slips) {
            question.understood.push(Understood { phrase: word, reading: WordReading::Corrected { typed } });
        }
    }

    fn synonyms(&self, ids: &[ConceptId]) -> Vec<String> {
        let concepts = ids.iter().filter_map(|id| self.vocabulary.concept(id));
        concepts.flat_map(Concept::labels).map(|label| label.text.clone()).collect()
    }

    fn understood(&self, id: &ConceptId) -> UnderstoodConcept {
        let narrower = self.vocabulary.descendants(id).len();
        UnderstoodConcept { concept: id.clone(), label: self.vocabulary.label(id).to_owned(), narrower }
    }

    /// The concepts that the phrase names as a whole.
    fn whole_concepts(&self, phrase: &str) -> Vec<ConceptId> {
        let found = self.vocabulary.find_in_words(phrase).into_iter();
        found.filter(|found| found.range.len() == phrase.trim().len()).flat_map(|found| found.ids).collect()
    }

    /// Words that name no concept.
    fn words(&mut self, text: &str, last: bool, question: &mut Question) {
        let words = self.fold(text);
        let end = words.len().saturating_sub(1);
        for (at, (typed, word)) in words.into_iter().enumerate() {
            if COMMON.contains(&word.as_str()) {
                question.push(Clause::Optional(word), &typed, WordReading::Optional);
                continue;
            }
            let known = self.lexicon.frequency(&word) > 0;
            let completions = if !known && last && at == end { self.lexicon.completions(&word) } else { Vec::new() };
            if known || completions.is_empty() {
                self.suggest(&typed, &word, question);
                question.push(Clause::Words { typed: typed.clone(), any_of: vec![word] }, &typed, WordReading::Word);
            } else {
                let any_of = completions.into_iter().map(ToOwned::to_owned).collect();
                question.push(Clause::Words { typed: typed.clone(), any_of }, &typed, WordReading::Prefix);
            }
        }
    }

    /// Offers a near word that is far more frequent.
    fn suggest(&self, typed: &str, word: &str, question: &mut Question) {
        const MUCH: u64 = 10;
        /// A word that this many data sets have is no slip.
        const USUAL: u64 = 3;
        let frequency = self.lexicon.frequency(word);
        if frequency >= USUAL {
            return;
        }
        let better = self
            .lexicon
            .corrections(word)
            .into_iter()
            .find(|near| *near != word && self.lexicon.frequency(near) > frequency.saturating_mul(MUCH));
        if let Some(near) = better {
            question.suggestions.push(self.whole.replacen(typed, near, 1));
        }
    }

    /// The text with unknown words replaced by the nearest known ones, and which they were; `None` when every word is
    /// known, names a concept, or is the beginning of a word still being typed.
    fn correct(&mut self, text: &str, last_piece: bool) -> Option<(String, Vec<(String, String)>)> {
        let mut spelt = String::new();
        let mut slips = Vec::new();
        let mut at = 0;
        let named = self.vocabulary.find_in_words(text);
        for (range, word) in self.fold_ranges(text) {
            let in_concept = named.iter().any(|found| found.range.start < range.end && range.start < found.range.end);
            let typing =
                last_piece && range.end == text.trim_end().len() && !self.lexicon.completions(&word).is_empty();
            if in_concept || typing || COMMON.contains(&word.as_str()) || self.lexicon.frequency(&word) > 0 {
                continue;
            }
            let nearest = self.lexicon.corrections(&word).first().map(|near| (*near).to_owned());
            if let (Some(nearest), Some(typed), Some(before)) =
                (nearest, text.get(range.clone()), text.get(at..range.start))
            {
                spelt.push_str(before);
                spelt.push_str(&nearest);
                slips.push((typed.to_owned(), nearest));
                at = range.end;
            }
        }
        spelt.push_str(text.get(at..).unwrap_or_default());
        (!slips.is_empty()).then_some((spelt, slips))
    }

    fn fold(&mut self, text: &str) -> Vec<(String, String)> {
        let typed = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default().to_owned();
        self.fold_ranges(text).into_iter().map(|(range, word)| (typed(range), word)).collect()
    }

    fn fold_ranges(&mut self, text: &str) -> Vec<(std::ops::Range<usize>, String)> {
        let mut words = Vec::new();
        let mut stream = self.folder.token_stream(text);
        while let Some(token) = stream.next() {
            words.push((token.offset_from..token.offset_to, token.text.clone()));
        }
        words
    }
}

/// Words that name a disease and its site ("C34") ask for the disease: images of the site alone would be wrong.
fn most_telling(ids: Vec<ConceptId>) -> Vec<ConceptId> {
    let disease = |id: &ConceptId| id.scheme() == Scheme::Condition;
    if ids.iter().any(disease) { ids.into_iter().filter(disease).collect() } else { ids }
}

/// Splits the typed text at quotation marks and exclusions. A mark without its partner is a space.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some((start, excluded)) = next_mark(rest) else {
            push_free(&mut pieces, rest);
            break;
        };
        let (before, from) = rest.split_at(start);
        push_free(&mut pieces, before);
        let body = if excluded { from.get(1..).unwrap_or_default() } else { from };
        let quoted = body.strip_prefix(is_quote).and_then(|inner| inner.find(is_quote).map(|end| inner.split_at(end)));
        let (phrase, after) = match quoted {
            Some((phrase, after)) => (phrase, after.trim_start_matches(is_quote)),
            None if excluded => body.split_at(body.find(char::is_whitespace).unwrap_or(body.len())),
            None => ("", body.strip_prefix(is_quote).unwrap_or_default()),
        };
        if phrase.chars().any(char::is_alphanumeric) {
            pieces.push(if excluded { Piece::Excluded(phrase.trim()) } else { Piece::Quoted(phrase.trim()) });
        }
        rest = after;
    }
    pieces
}

fn push_free<'a>(pieces: &mut Vec<Piece<'a>>, text: &'a str) {
    if text.chars().any(char::is_alphanumeric) {
        pieces.push(Piece::Free(text.trim()));
    }
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '„')
}

/// Where the next quotation mark or exclusion begins, and whether it is an exclusion: a minus at the beginning of a
/// word, before a letter, a digit or a quotation mark.
fn next_mark(text: &str) -> Option<(usize, bool)> {
    let mut before = ' ';
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if is_quote(character) {
            return Some((at, false));
        }
        let next = characters.peek().map(|(_, next)| *next);
        let begins = next.is_some_and(|next| next.is_alphanumeric() || is_quote(next));
        if character == '-' && before.is_whitespace() && begins {
            return Some((at, true));
        }
        before = character;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<String> {
        pieces(text)
            .iter()
            .map(|piece| match piece {
                Piece::Free(text) => format!("free {text}"),
                Piece::Quoted(text) => format!("quoted {text}"),
                Piece::Excluded(text) => format!("not {text}"),
            })
            .collect()
    }

    #[test]
    fn marks_split_the_text() {
        assert_eq!(parts("lung -ct \"small cell\" x-ray"), ["free lung", "not ct", "quoted small cell", "free x-ray"]);
        assert_eq!(parts("-\"breast cancer\" mr"), ["not breast cancer", "free mr"]);
        assert_eq!(parts("T1-weighted \"open"), ["free T1-weighted", "free open"]);
        assert!(parts("\"\" - \"").is_empty());
    }
}
