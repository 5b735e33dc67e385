//! Reading values as concepts. A value is an IRI, a code, a label or a list of labels; each piece has its own outcome,
//! and a piece that nothing declares stays unread.

use std::ops::Range;

use super::Vocabulary;
use super::concept::Concept;
use super::fold::{fold, join, words};
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::dataset::{LangText, Value};

/// By which way a value was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadingRoute {
    /// The IRI is the concept's own or an exact match.
    Iri,
    /// The IRI has another base or is declared as an alias.
    IriAlias,
    /// A code of a coding system.
    Code,
    /// A label.
    Label,
    /// Nothing declares it.
    Unread,
}

/// What one value, or one piece of a text, was read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The value or the piece of text, as written.
    pub original: String,
    /// The concept; `None`: not recognised.
    pub concept: Option<ConceptId>,
    /// By which way.
    pub route: ReadingRoute,
    /// What a reader should know of this reading, in one sentence.
    pub note: Option<String>,
}

/// The longest text that is read as a list, in bytes; more is one unread piece.
const LONGEST_TEXT: usize = 20_000;
/// The most neighbouring pieces of a comma list that may together be one label ("…, not otherwise specified").
const LONGEST_JOIN: usize = 4;
/// The shortest fold without blanks that is compared to labels with blanks ("headneck").
const SHORTEST_SOLID: usize = 6;
/// What separates the pieces of a list.
pub(super) const SEPARATORS: [char; 5] = [',', ';', '|', '\n', '•'];
/// Remarks that do not change what a label names: stripped from its end before it is looked up a second time.
const REMARKS: [&str; 3] = ["not otherwise specified", "nos", "unspecified"];
/// Remarks that do so only in parentheses: "COVID-19 (non-cancer)" is a condition with a remark, but
/// "Lung Cancer, Non-Cancer" is two outcomes.
const REMARKS_IN_PARENTHESES: [&str; 5] =
    ["non cancer", "disorder", "morphologic abnormality", "body structure", "finding"];

/// The keys under which a label is found: its fold, and the fold without blanks for long labels.
pub(super) fn label_keys(label: &str) -> Vec<String> {
    let folded = fold(label);
    let solid = folded.replace(' ', "");
    if folded.is_empty() {
        Vec::new()
    } else if solid.len() >= SHORTEST_SOLID && solid != folded {
        vec![folded, solid]
    } else {
        vec![folded]
    }
}

impl Vocabulary {
    /// One coded value of a field, with the label that the source gave beside an IRI. The IRI decides; the label is
    /// asked where the IRI is unknown or is one that its source gives to many values.
    #[must_use]
    pub fn read(&self, scheme: Scheme, value: &Value, label: Option<&LangText>) -> Reading {
        let original = value.as_str();
        let trimmed = original.trim();
        let reading = if looks_like_iri(trimmed) {
            self.read_iri(scheme, trimmed, label)
        } else {
            self.read_alias(scheme, trimmed)
                .or_else(|| self.read_code(scheme, trimmed))
                .or_else(|| self.read_label(scheme, trimmed))
        };
        let reading = reading.unwrap_or_else(|| unread(original));
        Reading { original: original.to_owned(), ..reading }
    }

    /// A free text that may hold several labels in a list. Longest match first; each piece is an outcome of its own.
    /// Never empty for a text with a letter or digit in it.
    #[must_use]
    pub fn read_text(&self, scheme: Scheme, text: &str) -> Vec<Reading> {
        if text.len() > LONGEST_TEXT {
            return vec![unread(text)];
        }
        if let Some(alias) = self.read_alias(scheme, text.trim()) {
            return vec![alias];
        }
        let pieces = split(text, &SEPARATORS);
        let mut readings = Vec::new();
        let mut at = 0;
        while let Some(piece) = pieces.get(at) {
            let joined = (2..=LONGEST_JOIN).rev().find_map(|count| {
                let last = pieces.get(at + count - 1)?;
                let reading = self.read_joined(scheme, text.get(piece.clone())?, text.get(piece.start..last.end)?)?;
                Some((count, reading))
            });
            if let Some((count, reading)) = joined {
                readings.push(reading);
                at += count;
            } else {
                readings.extend(self.read_list_item(scheme, text.get(piece.clone()).unwrap_or_default()));
                at += 1;
            }
        }
        readings
    }

    /// Neighbouring pieces of a list as one label: only where a label itself has the comma, or where what follows the
    /// first piece is a remark. "Chest, Phantom" is a list although there is a chest phantom.
    fn read_joined(&self, scheme: Scheme, first: &str, joined: &str) -> Option<Reading> {
        let folded = fold(joined);
        if self.listed_labels.contains(&(scheme, folded.clone())) {
            return self
                .only_label(scheme, &folded)
                .map(|concept| reading(joined.trim(), concept, ReadingRoute::Label));
        }
        let rest = folded.strip_prefix(&fold(first))?.trim_start();
        let remark = REMARKS.contains(&rest);
        remark
            .then(|| self.read_label(scheme, first.trim()))
            .flatten()
            .map(|found| Reading { original: joined.trim().to_owned(), ..found })
    }

    /// One item of a comma list: a label, else a small list inside it ("lung and liver", "Stomach/Oesophagus",
    /// "Lung (CT, PET)") when all its parts are labels, else one unread piece.
    fn read_list_item(&self, scheme: Scheme, item: &str) -> Vec<Reading> {
        if fold(item).is_empty() {
            return Vec::new();
        }
        if let Some(reading) = self.read_piece(scheme, item) {
            return vec![reading];
        }
        for parts in [by_word(item), split(item, &['/', '&', '+', '(', ')'])] {
            if parts.len() < 2 {
                continue;
            }
            let read: Option<Vec<Reading>> =
                parts.iter().map(|part| self.read_piece(scheme, item.get(part.clone())?)).collect();
            if let Some(readings) = read {
                return readings;
            }
        }
        vec![unread(item.trim())]
    }

    /// A piece as a whole: alias, code, label, label without its remark.
    fn read_piece(&self, scheme: Scheme, piece: &str) -> Option<Reading> {
        let piece = piece.trim();
        if looks_like_iri(piece) {
            return self.read_iri(scheme, piece, None);
        }
        self.read_alias(scheme, piece)
            .or_else(|| self.read_label(scheme, piece))
            .or_else(|| self.read_code(scheme, piece))
    }

    fn read_iri(&self, scheme: Scheme, iri: &str, label: Option<&LangText>) -> Option<Reading> {
        let by_label = |note: String| {
            let reading = self.read_label(scheme, &label?.text).or_else(|| self.read_code(scheme, &label?.text))?;
            Some(Reading { note: Some(note), ..reading })
        };
        if let Some(note) = self.aliases.ambiguous(iri) {
            return by_label(format!("{note} Read by its label."));
        }
        if let Some(concept) = self.find_iri(scheme, iri) {
            return Some(reading(iri, concept, ReadingRoute::Iri));
        }
        self.read_alias(scheme, iri)
            .or_else(|| self.read_alias_base(scheme, iri))
            .or_else(|| by_label("The IRI is not known here; read by its label.".to_owned()))
    }

    fn read_alias_base(&self, scheme: Scheme, iri: &str) -> Option<Reading> {
        let canonical = self.aliases.canonical(iri)?;
        if let Some(alias) = self.read_alias(scheme, &canonical) {
            return Some(alias);
        }
        let concept = self.find_iri(scheme, &canonical)?;
        let note = Some(format!("The list's IRI base differs; read as {}.", concept.iri));
        Some(Reading { note, ..reading(iri, concept, ReadingRoute::IriAlias) })
    }

    fn read_alias(&self, scheme: Scheme, seen: &str) -> Option<Reading> {
        let alias = self.aliases.value(scheme, seen)?;
        let concept = self.concept(&alias.concept)?;
        Some(Reading { note: Some(alias.note.clone()), ..reading(seen, concept, ReadingRoute::IriAlias) })
    }

    /// A code, bare or with its system in front: `C34`, `254637007`, `SNOMED-CT :25370001`, `SNOMEDCT254837009`.
    fn read_code(&self, scheme: Scheme, text: &str) -> Option<Reading> {
        let lower = text.to_lowercase();
        let bare = ["snomed-ct", "snomedct", "snomed", "sct", "eucaim", "icd-10", "icd10", "icd-o-3", "icdo3", "dicom"]
            .iter()
            .find_map(|system| lower.strip_prefix(system))
            .map_or(lower.as_str(), |rest| rest.trim_start_matches([' ', ':', '#', '|']));
        let found = |code: &str| match self.by_code.get(&(scheme, code.to_owned()))?.as_slice() {
            [only] => self.concepts.get(*only),
            _ => None,
        };
        let concept = found(bare).or_else(|| found(text)).or_else(|| found(site_category(bare)?))?;
        Some(reading(text, concept, ReadingRoute::Code))
    }

    fn read_label(&self, scheme: Scheme, text: &str) -> Option<Reading> {
        let folded = fold(text);
        if let Some(concept) = self.only_label(scheme, &folded) {
            return Some(reading(text, concept, ReadingRoute::Label));
        }
        let solid = folded.replace(' ', "");
        if solid.len() >= SHORTEST_SOLID
            && let Some(concept) = self.only_label(scheme, &solid)
        {
            return Some(reading(text, concept, ReadingRoute::Label));
        }
        let in_parentheses = text.trim_end().ends_with(')');
        let remarks = REMARKS.iter().chain(REMARKS_IN_PARENTHESES.iter().filter(|_| in_parentheses));
        let stripped = remarks.into_iter().find_map(|remark| folded.strip_suffix(remark)?.strip_suffix(' '))?;
        self.only_label(scheme, stripped).map(|concept| reading(text, concept, ReadingRoute::Label))
    }

    /// The concept of a folded label, if it is only one's.
    fn only_label(&self, scheme: Scheme, folded: &str) -> Option<&Concept> {
        match self.by_label.get(&(scheme, folded.to_owned()))?.as_slice() {
            [only] => self.concepts.get(*only),
            _ => None,
        }
    }
}

fn reading(original: &str, concept: &Concept, route: ReadingRoute) -> Reading {
    Reading { original: original.to_owned(), concept: Some(concept.id.clone()), route, note: None }
}

fn unread(original: &str) -> Reading {
    Reading { original: original.to_owned(), concept: None, route: ReadingRoute::Unread, note: None }
}

fn looks_like_iri(text: &str) -> bool {
    (text.contains("://") || text.starts_with("urn:")) && !text.contains(char::is_whitespace)
}

/// The three-character category of an ICD site code: `c34.1` is in `c34`.
pub(super) fn site_category(code: &str) -> Option<&str> {
    let (category, rest) = code.split_once('.')?;
    let mut bytes = category.bytes();
    let well_formed = category.len() == 3
        && bytes.next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && bytes.all(|digit| digit.is_ascii_digit())
        && (1..=2).contains(&rest.len())
        && rest.bytes().all(|digit| digit.is_ascii_digit() || digit == b'-');
    well_formed.then_some(category)
}

/// The byte ranges between separators, without empty ones.
fn split(text: &str, separators: &[char]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for (at, separator) in text.match_indices(separators) {
        ranges.push(start..at);
        start = at + separator.len();
    }
    ranges.push(start..text.len());
    ranges.retain(|range| text.get(range.clone()).is_some_and(|piece| !piece.trim().is_empty()));
    ranges
}

/// The byte ranges between the words "and", "or", "with".
fn by_word(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for word in words(text) {
        if matches!(word.folded.as_str(), "and" | "or" | "with") {
            ranges.push(start..word.range.start);
            start = word.range.end;
        }
    }
    ranges.push(start..text.len());
    ranges.retain(|range| text.get(range.clone()).is_some_and(|piece| !join(&words(piece)).is_empty()));
    ranges
}
