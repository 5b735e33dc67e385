//! Understanding typed queries: labels, abbreviations and codes found inside a text, longest first, and completion of
//! what is being typed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::Vocabulary;
use super::concept::Concept;
use super::fold::{Word, fold, join, words};
use super::read::site_category;
use crate::domain::concept::{ConceptId, Scheme};

/// The most words that a label in a query may have.
const LONGEST_PHRASE: usize = 9;
/// Schemes whose labels are understood inside a query. Languages, frequencies and the like are not searched for.
const IN_QUERIES: [Scheme; 11] = [
    Scheme::Condition,
    Scheme::Topography,
    Scheme::Modality,
    Scheme::BodyPart,
    Scheme::Manufacturer,
    Scheme::Sex,
    Scheme::SubjectKind,
    Scheme::Country,
    Scheme::LinkedData,
    Scheme::DatasetType,
    Scheme::Tier,
];
/// Code systems whose codes are understood inside a query.
const CODES_IN_QUERIES: [&str; 5] = ["icd-10", "icd-o-3", "snomed-ct", "eucaim", "radlex"];

/// Code systems whose codes are understood inside a query for imported concepts.
const IMPORTED_CODES: [&str; 5] = ["snomed-ct", "eucaim", "radlex", "ncit", "imported"];
/// The shortest single word, in characters, by which an imported concept is understood in a query.
const SHORTEST_IMPORTED: usize = 4;
/// The most concepts that one code of imported schemes leads to.
const MOST_OF_A_CODE: usize = 8;
/// Folded labels of imported concepts that are common words.
const COMMON_LABELS: [&str; 24] = [
    "other",
    "unknown",
    "unspecified",
    "none",
    "normal",
    "abnormal",
    "positive",
    "negative",
    "left",
    "right",
    "upper",
    "lower",
    "anterior",
    "posterior",
    "medial",
    "lateral",
    "present",
    "absent",
    "male",
    "female",
    "total",
    "finding",
    "data",
    "image",
];

/// A stretch of a query that names concepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordMatch {
    /// The concepts, of one or several schemes ("lung" is a topography and a body part).
    pub ids: Vec<ConceptId>,
    /// The bytes of the query.
    pub range: Range<usize>,
    /// Those bytes as typed.
    pub phrase: String,
}

/// Folded labels and codes to concepts.
#[derive(Debug, Default)]
pub(super) struct WordIndex {
    phrases: HashMap<String, Vec<ConceptId>>,
    codes: HashMap<String, Vec<ConceptId>>,
    /// Codes and abbreviations that are common words in small letters ("us", "all"): understood in capitals only.
    capitals: HashMap<String, Vec<ConceptId>>,
    /// Folded label, then label as shown, to the concept: for completion.
    completions: BTreeMap<(String, String), ConceptId>,
}

impl WordIndex {
    pub(super) fn new(concepts: &[Concept], fold: impl Fn(&str) -> String) -> Self {
        let mut index = Self::default();
        let asked_for = |concept: &&Concept| IN_QUERIES.contains(&concept.id.scheme());
        for concept in concepts.iter().filter(asked_for).filter(|concept| concept.embedded) {
            if !concept.in_queries {
                // Its words are too common to be understood, a site code is not.
                let sites = concept.notations.iter().filter(|(system, _)| system.starts_with("icd-"));
                sites.for_each(|(_, code)| push_once(index.codes.entry(code.to_lowercase()).or_default(), &concept.id));
                continue;
            }
            for label in concept.own_labels() {
                let folded = fold(&label.text);
                if !folded.is_empty() {
                    push_once(index.phrases.entry(folded).or_default(), &concept.id);
                }
            }
            for label in concept.pref_labels.iter().chain(&concept.alt_labels) {
                index.completions.insert((fold(&label.text), label.text.clone()), concept.id.clone());
            }
            for (system, code) in &concept.notations {
                if CODES_IN_QUERIES.contains(&system.as_str()) {
                    push_once(index.codes.entry(code.to_lowercase()).or_default(), &concept.id);
                } else if matches!(system.as_str(), "dicom" | "abbreviation") && code.len() >= 2 {
                    push_once(index.capitals.entry(code.clone()).or_default(), &concept.id);
                }
            }
        }
        let embedded: HashSet<String> = index.phrases.keys().cloned().collect();
        for concept in concepts.iter().filter(asked_for).filter(|concept| !concept.imports.is_empty()) {
            index.add_imported(concept, &fold, &embedded);
        }
        index
    }

    /// What an import names is understood by what no embedded one is called, and never by a common or short word: nobody
    /// chose its labels for this purpose. Of its codes only those that name one thing are understood.
    fn add_imported(&mut self, concept: &Concept, fold: impl Fn(&str) -> String, embedded: &HashSet<String>) {
        let own = concept.own_labels().filter(|_| !concept.embedded);
        for label in own.chain(&concept.imported_labels) {
            let folded = fold(&label.text);
            let single = !folded.contains(' ');
            let common = folded.is_empty()
                || COMMON_LABELS.contains(&folded.as_str())
                || (single && folded.chars().count() < SHORTEST_IMPORTED);
            if common || embedded.contains(&folded) {
                continue;
            }
            push_once(self.phrases.entry(folded.clone()).or_default(), &concept.id);
            self.completions.entry((folded, label.text.clone())).or_insert_with(|| concept.id.clone());
        }
        for (system, code) in concept.notations.iter().filter(|(system, _)| IMPORTED_CODES.contains(&system.as_str())) {
            let key =
                if system == "imported" && code.len() < SHORTEST_IMPORTED { continue } else { code.to_lowercase() };
            let holders = self.codes.entry(key).or_default();
            if holders.len() < MOST_OF_A_CODE {
                push_once(holders, &concept.id);
            }
        }
    }
}

fn push_once(list: &mut Vec<ConceptId>, id: &ConceptId) {
    if !list.contains(id) {
        list.push(id.clone());
    }
}

impl Vocabulary {
    /// The stretches of a query that name concepts, longest first, without overlap, in the order of the query.
    #[must_use]
    pub fn find_in_words(&self, query: &str) -> Vec<WordMatch> {
        let found = words(query);
        let mut matches = Vec::new();
        let mut at = 0;
        while at < found.len() {
            let longest = LONGEST_PHRASE.min(found.len() - at);
            let hit = (1..=longest).rev().find_map(|count| {
                let stretch = found.get(at..at + count)?;
                self.understand(query, stretch).map(|ids| (count, ids))
            });
            let Some((count, ids)) = hit else {
                at += 1;
                continue;
            };
            let range = found.get(at).zip(found.get(at + count - 1)).map(|(from, to)| from.range.start..to.range.end);
            if let Some(range) = range {
                let phrase = query.get(range.clone()).unwrap_or_default().to_owned();
                matches.push(WordMatch { ids, range, phrase });
            }
            at += count;
        }
        matches
    }

    fn understand(&self, query: &str, stretch: &[Word]) -> Option<Vec<ConceptId>> {
        let (first, last) = (stretch.first()?, stretch.last()?);
        if let Some(ids) = self.words.phrases.get(&join(stretch)) {
            return Some(ids.clone());
        }
        let typed = query.get(first.range.start..last.range.end)?;
        let lower = typed.to_lowercase();
        let exact = self.words.codes.get(&lower);
        // A data set that states the group ("C34") answers a question for a part of it ("C34.1").
        let group = site_category(&lower).and_then(|group| self.words.codes.get(group));
        if exact.is_some() || group.is_some() {
            let mut ids = exact.cloned().unwrap_or_default();
            group.into_iter().flatten().for_each(|id| push_once(&mut ids, id));
            return Some(ids);
        }
        self.words.capitals.get(typed).cloned()
    }

    /// Labels that begin like the prefix, or have a word that does, with their concepts: whole-label beginnings
    /// first, then by alphabet; each concept once; at most `limit`.
    #[must_use]
    pub fn complete(&self, prefix: &str, limit: usize) -> Vec<(ConceptId, String)> {
        let prefix = fold(prefix);
        let mut given: BTreeSet<ConceptId> = BTreeSet::new();
        let mut completions = Vec::new();
        if prefix.is_empty() {
            return completions;
        }
        let inner = format!(" {prefix}");
        let begins = |folded: &str| folded.starts_with(&prefix);
        let has_word = |folded: &str| folded.contains(&inner);
        let whole = self.words.completions.iter().filter(|((folded, _), _)| begins(folded));
        let within = self.words.completions.iter().filter(|((folded, _), _)| has_word(folded));
        for ((_, label), id) in whole.chain(within) {
            if completions.len() >= limit {
                break;
            }
            if given.insert(id.clone()) {
                completions.push((id.clone(), label.clone()));
            }
        }
        completions
    }
}
