//! What can be wrong in a vocabulary, for `atlas vocab check` and for the suite.
//!
//! Policy: every fault is one line that begins with the file and names the concept or the entry. What an import leaves
//! ambiguous is settled by the rules of the import and is no fault.

use std::collections::{BTreeMap, HashMap};

use super::Vocabulary;
use super::concept::{Concept, own_iri};
use super::fold::fold;
use crate::domain::concept::{ConceptId, Scheme};

/// Notations that are spellings and no codes of a coding system.
const OWN_SYSTEMS: [&str; 4] = ["abbreviation", "letter", "level", "species"];
/// Coding systems that a notation may name.
const CODING_SYSTEMS: [&str; 14] = [
    "dicom",
    "duo",
    "eu-country",
    "eucaim",
    "file-extension",
    "iana-media-type",
    "icd-10",
    "icd-o-3",
    "iso-3166-1",
    "iso-639-1",
    "ncit",
    "radlex",
    "snomed-ct",
    "spdx",
];
const CONCEPT_BASE: &str = "urn:atlas:concept:";

/// One fault of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Problem {
    /// A scheme's file does not say what it is, where its codes come from, or on which terms.
    #[error("{scheme}.ttl: the scheme has no {missing}")]
    Undescribed {
        /// The scheme.
        scheme: Scheme,
        /// `title`, `source` or `licence`.
        missing: &'static str,
    },
    /// A concept has no label to show.
    #[error("{at}: {0} has no preferred label", at = file(.0))]
    Unlabelled(ConceptId),
    /// A concept is said to be under one that does not exist, or to sit at one.
    #[error("{}: {concept} names {missing}, which does not exist", file(.concept))]
    Dangling {
        /// The concept.
        concept: ConceptId,
        /// The name that leads nowhere.
        missing: ConceptId,
    },
    /// A concept is said to be the same as a concept of ours that does not exist.
    #[error("{}: {concept} is said to match {iri}, which does not exist", file(.concept))]
    DanglingMatch {
        /// The concept.
        concept: ConceptId,
        /// The IRI that leads nowhere.
        iri: String,
    },
    /// A concept is said to be under one of another scheme.
    #[error("{}: {concept} is under {above}, which is of another scheme", file(.concept))]
    ForeignParent {
        /// The concept.
        concept: ConceptId,
        /// The other.
        above: ConceptId,
    },
    /// A concept is above itself.
    #[error("{at}: {0} is above itself in the hierarchy", at = file(.0))]
    Cycle(ConceptId),
    /// One spelling means several concepts of a scheme, so that it is read as none.
    #[error("{}: {label:?} means {} in one scheme", files(.concepts), names(.concepts))]
    AmbiguousLabel {
        /// The folded spelling.
        label: String,
        /// The concepts.
        concepts: Vec<ConceptId>,
    },
    /// One code means several concepts of a scheme.
    #[error("{}: the code {code:?} means {} in one scheme", files(.concepts), names(.concepts))]
    AmbiguousCode {
        /// The code.
        code: String,
        /// The concepts.
        concepts: Vec<ConceptId>,
    },
    /// One IRI means several concepts of a scheme.
    #[error("{}: the IRI {iri} means {} in one scheme", files(.concepts), names(.concepts))]
    AmbiguousIri {
        /// The IRI.
        iri: String,
        /// The concepts.
        concepts: Vec<ConceptId>,
    },
    /// A notation names no coding system that is known.
    #[error("{}: {concept} has a code of {system:?}, which is no known coding system", file(.concept))]
    UnknownSystem {
        /// The concept.
        concept: ConceptId,
        /// The name.
        system: String,
    },
    /// A concept has a code or an official IRI and does not say where it was read.
    #[error("{at}: {0} has a code without a source", at = file(.0))]
    Unsourced(ConceptId),
    /// A concept names a source that the source table does not have.
    #[error("{}: {concept} names the source {source_iri}, which is not described in sources.ttl", file(.concept))]
    UnknownSource {
        /// The concept.
        concept: ConceptId,
        /// The source's IRI.
        source_iri: String,
    },
    /// An alias or correction names a concept that does not exist.
    #[error("{table}: names {missing}, which does not exist")]
    DanglingTable {
        /// The file.
        table: &'static str,
        /// The name that leads nowhere.
        missing: ConceptId,
    },
    /// One spelling is an alias of two concepts of a scheme.
    #[error("aliases.tsv: {seen:?} means {} in one scheme", names(.concepts))]
    AliasTwice {
        /// The spelling.
        seen: String,
        /// The concepts.
        concepts: Vec<ConceptId>,
    },
    /// An alias says that a spelling is one concept; the scheme says that it is another.
    #[error("aliases.tsv: {seen:?} is said to be {alias} and is {owner}")]
    AliasAgainst {
        /// The spelling.
        seen: String,
        /// What the alias says.
        alias: ConceptId,
        /// Whose IRI or label it is.
        owner: ConceptId,
    },
    /// A base of IRIs leads to a base under which no concept stands.
    #[error("aliases.tsv: the base {seen} leads to {canonical}, under which no concept stands")]
    DanglingBase {
        /// The base as seen.
        seen: String,
        /// Where it leads.
        canonical: String,
    },
}

fn file(id: &ConceptId) -> String {
    format!("{}.ttl", id.scheme())
}

fn files(concepts: &[ConceptId]) -> String {
    concepts.first().map_or_else(String::new, file)
}

fn names(concepts: &[ConceptId]) -> String {
    concepts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

/// Every fault of a vocabulary; empty for a whole one.
#[must_use]
pub fn check(vocabulary: &Vocabulary) -> Vec<Problem> {
    let mut problems = Vec::new();
    for info in &vocabulary.schemes {
        let mut demand = |missing: &'static str, there: bool| {
            if !there {
                problems.push(Problem::Undescribed { scheme: info.scheme, missing });
            }
        };
        demand("title", !info.title.is_empty());
        let coded = vocabulary.concepts(info.scheme).any(is_coded);
        demand("source", !coded || !info.sources.is_empty());
        demand("licence", info.licence.is_some());
    }
    for concept in &vocabulary.concepts {
        references(vocabulary, concept, &mut problems);
        codes(vocabulary, concept, &mut problems);
    }
    ambiguities(vocabulary, &mut problems);
    tables(vocabulary, &mut problems);
    problems
}

/// What a concept points to.
fn references(vocabulary: &Vocabulary, concept: &Concept, problems: &mut Vec<Problem>) {
    let id = &concept.id;
    if concept.pref_labels.is_empty() {
        problems.push(Problem::Unlabelled(id.clone()));
    }
    for named in concept.broader.iter().chain(&concept.sites).chain(&concept.histologies) {
        if vocabulary.concept(named).is_none() {
            problems.push(Problem::Dangling { concept: id.clone(), missing: named.clone() });
        }
    }
    for above in concept.broader.iter().filter(|above| above.scheme() != id.scheme()) {
        problems.push(Problem::ForeignParent { concept: id.clone(), above: above.clone() });
    }
    for iri in concept.exact_matches.iter().chain([&concept.iri]) {
        let ours = iri.strip_prefix(CONCEPT_BASE).map(str::parse::<ConceptId>);
        if ours.is_some_and(|named| named.is_ok_and(|named| vocabulary.concept(&named).is_none())) {
            problems.push(Problem::DanglingMatch { concept: id.clone(), iri: iri.clone() });
        }
    }
    let above_itself = concept.broader.iter().any(|above| above == id || vocabulary.ancestors(above).contains(id));
    if above_itself {
        problems.push(Problem::Cycle(id.clone()));
    }
}

/// Where a concept's codes come from.
fn codes(vocabulary: &Vocabulary, concept: &Concept, problems: &mut Vec<Problem>) {
    let id = &concept.id;
    for source in concept.sources.iter().filter(|source| vocabulary.source(source).is_none()) {
        problems.push(Problem::UnknownSource { concept: id.clone(), source_iri: source.clone() });
    }
    if concept.imports.is_empty() {
        let strange = |system: &&String| is_code(system) && !CODING_SYSTEMS.contains(&system.as_str());
        for system in concept.notations.iter().map(|(system, _)| system).filter(strange) {
            problems.push(Problem::UnknownSystem { concept: id.clone(), system: system.clone() });
        }
    }
    if is_coded(concept) && concept.sources.is_empty() {
        problems.push(Problem::Unsourced(id.clone()));
    }
}

fn is_code(system: &str) -> bool {
    !OWN_SYSTEMS.contains(&system)
}

/// Whether the concept has a code or an IRI that others gave.
fn is_coded(concept: &Concept) -> bool {
    concept.notations.iter().any(|(system, _)| is_code(system)) || !concept.iri.starts_with("urn:atlas:")
}

fn ambiguities(vocabulary: &Vocabulary, problems: &mut Vec<Problem>) {
    // Imported concepts are told apart by the rules of the import; a fault is one between embedded ones.
    let named = |indexes: &[usize]| -> Vec<ConceptId> {
        let concepts = indexes.iter().filter_map(|index| vocabulary.concepts.get(*index));
        concepts.filter(|concept| concept.embedded).map(|concept| concept.id.clone()).collect()
    };
    let mut labels: Vec<_> = vocabulary
        .by_label
        .iter()
        .map(|(key, indexes)| (key, named(indexes)))
        .filter(|(_, ids)| ids.len() > 1)
        .collect();
    labels.sort();
    for ((_, label), concepts) in labels {
        problems.push(Problem::AmbiguousLabel { label: label.clone(), concepts });
    }
    let mut codes: Vec<_> = vocabulary
        .by_code
        .iter()
        .map(|(key, indexes)| (key, named(indexes)))
        .filter(|(_, ids)| ids.len() > 1)
        .collect();
    codes.sort();
    for ((_, code), concepts) in codes {
        problems.push(Problem::AmbiguousCode { code: code.clone(), concepts });
    }
    let mut iris: HashMap<_, Vec<ConceptId>> = HashMap::new();
    for concept in vocabulary.concepts.iter().filter(|concept| concept.embedded) {
        for iri in concept.exact_matches.iter().chain([&concept.iri]) {
            let holders = iris.entry((concept.id.scheme(), iri.clone())).or_default();
            if !holders.contains(&concept.id) {
                holders.push(concept.id.clone());
            }
        }
    }
    let mut shared: Vec<_> = iris.into_iter().filter(|(_, concepts)| concepts.len() > 1).collect();
    shared.sort();
    for ((_, iri), concepts) in shared {
        problems.push(Problem::AmbiguousIri { iri, concepts });
    }
}

/// The tables of aliases and corrections.
fn tables(vocabulary: &Vocabulary, problems: &mut Vec<Problem>) {
    let aliases = vocabulary.aliases.values().iter().map(|alias| ("aliases.tsv", &alias.concept));
    let corrections =
        vocabulary.corrections.all().iter().flat_map(|row| row.right.iter().map(|id| ("corrections.tsv", id)));
    for (table, id) in aliases.chain(corrections) {
        if vocabulary.concept(id).is_none() {
            problems.push(Problem::DanglingTable { table, missing: id.clone() });
        }
    }
    let mut meanings: BTreeMap<(Scheme, &str), Vec<ConceptId>> = BTreeMap::new();
    for alias in vocabulary.aliases.values() {
        let listed = meanings.entry((alias.concept.scheme(), alias.seen.as_str())).or_default();
        if !listed.contains(&alias.concept) {
            listed.push(alias.concept.clone());
        }
        let key = (alias.concept.scheme(), alias.seen.clone());
        let by_iri = vocabulary.by_iri.get(&key).into_iter();
        let folded = vocabulary.by_label.get(&(key.0, fold(&alias.seen))).into_iter().flatten();
        let owner = by_iri.chain(folded).filter_map(|place| vocabulary.concepts.get(*place));
        for owner in owner.filter(|owner| owner.embedded && owner.id != alias.concept) {
            problems.push(Problem::AliasAgainst {
                seen: alias.seen.clone(),
                alias: alias.concept.clone(),
                owner: owner.id.clone(),
            });
        }
    }
    for ((_, seen), concepts) in meanings.into_iter().filter(|(_, concepts)| concepts.len() > 1) {
        problems.push(Problem::AliasTwice { seen: seen.to_owned(), concepts });
    }
    for (seen, canonical) in vocabulary.aliases.bases() {
        let stands = vocabulary.concepts.iter().any(|concept| {
            let iris = concept.exact_matches.iter().chain([&concept.iri]);
            iris.into_iter().any(|iri| iri.starts_with(canonical)) || own_iri(&concept.id).starts_with(canonical)
        });
        if !stands {
            problems.push(Problem::DanglingBase { seen: seen.to_owned(), canonical: canonical.to_owned() });
        }
    }
}
