//! What can be wrong in a vocabulary, for `atlas vocab check` and for the suite.

use std::collections::HashMap;

use super::Vocabulary;
use crate::domain::concept::ConceptId;

/// Notations that are spellings and no codes of a coding system.
const OWN_SYSTEMS: [&str; 4] = ["abbreviation", "letter", "level", "species"];

/// One fault of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A concept has no label to show.
    #[error("{0} has no preferred label")]
    Unlabelled(ConceptId),
    /// A concept is said to be under one that does not exist, or to sit at one.
    #[error("{concept} names {missing}, which does not exist")]
    Dangling {
        /// The concept.
        concept: ConceptId,
        /// The name that leads nowhere.
        missing: ConceptId,
    },
    /// A concept is above itself.
    #[error("{0} is above itself in the hierarchy")]
    Cycle(ConceptId),
    /// One spelling means several concepts of a scheme, so that it is read as none.
    #[error("{label:?} means {} in one scheme", names(.concepts))]
    AmbiguousLabel {
        /// The folded spelling.
        label: String,
        /// The concepts.
        concepts: Vec<ConceptId>,
    },
    /// One code means several concepts of a scheme.
    #[error("the code {code:?} means {} in one scheme", names(.concepts))]
    AmbiguousCode {
        /// The code.
        code: String,
        /// The concepts.
        concepts: Vec<ConceptId>,
    },
    /// One IRI means several concepts of a scheme.
    #[error("the IRI {iri} means {} in one scheme", names(.concepts))]
    AmbiguousIri {
        /// The IRI.
        iri: String,
        /// The concepts.
        concepts: Vec<ConceptId>,
    },
    /// A concept has a code or an official IRI and does not say where it was read.
    #[error("{0} has a code without a source")]
    Unsourced(ConceptId),
    /// A concept names a source that the source table does not have.
    #[error("{concept} names the source {source_iri}, which is not described in sources.ttl")]
    UnknownSource {
        /// The concept.
        concept: ConceptId,
        /// The source's IRI.
        source_iri: String,
    },
    /// An alias or correction names a concept that does not exist.
    #[error("the {table} table names {missing}, which does not exist")]
    DanglingTable {
        /// `alias` or `correction`.
        table: &'static str,
        /// The name that leads nowhere.
        missing: ConceptId,
    },
}

fn names(concepts: &[ConceptId]) -> String {
    concepts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

/// Every fault of a vocabulary; empty for a whole one.
#[must_use]
pub fn check(vocabulary: &Vocabulary) -> Vec<Problem> {
    let mut problems = Vec::new();
    for concept in &vocabulary.concepts {
        let id = &concept.id;
        if concept.pref_labels.is_empty() {
            problems.push(Problem::Unlabelled(id.clone()));
        }
        for named in concept.broader.iter().chain(&concept.sites).chain(&concept.histologies) {
            if vocabulary.concept(named).is_none() {
                problems.push(Problem::Dangling { concept: id.clone(), missing: named.clone() });
            }
        }
        for source in concept.sources.iter().filter(|source| vocabulary.source(source).is_none()) {
            problems.push(Problem::UnknownSource { concept: id.clone(), source_iri: source.clone() });
        }
        let above_itself = concept.broader.iter().any(|above| above == id || vocabulary.ancestors(above).contains(id));
        if above_itself {
            problems.push(Problem::Cycle(id.clone()));
        }
        let coded = concept.notations.iter().any(|(system, _)| !OWN_SYSTEMS.contains(&system.as_str()))
            || !concept.iri.starts_with("urn:atlas:");
        if coded && concept.sources.is_empty() {
            problems.push(Problem::Unsourced(id.clone()));
        }
    }
    ambiguities(vocabulary, &mut problems);
    let aliases = vocabulary.aliases.values().iter().map(|alias| ("alias", &alias.concept));
    let corrections = vocabulary.corrections.all().iter().flat_map(|row| row.right.iter().map(|id| ("correction", id)));
    for (table, id) in aliases.chain(corrections) {
        if vocabulary.concept(id).is_none() {
            problems.push(Problem::DanglingTable { table, missing: id.clone() });
        }
    }
    problems
}

fn ambiguities(vocabulary: &Vocabulary, problems: &mut Vec<Problem>) {
    let named = |indexes: &[usize]| -> Vec<ConceptId> {
        indexes.iter().filter_map(|index| vocabulary.concepts.get(*index)).map(|concept| concept.id.clone()).collect()
    };
    let mut labels: Vec<_> = vocabulary.by_label.iter().filter(|(_, indexes)| indexes.len() > 1).collect();
    labels.sort();
    for ((_, label), indexes) in labels {
        problems.push(Problem::AmbiguousLabel { label: label.clone(), concepts: named(indexes) });
    }
    let mut codes: Vec<_> = vocabulary.by_code.iter().filter(|(_, indexes)| indexes.len() > 1).collect();
    codes.sort();
    for ((_, code), indexes) in codes {
        problems.push(Problem::AmbiguousCode { code: code.clone(), concepts: named(indexes) });
    }
    let mut iris: HashMap<_, Vec<ConceptId>> = HashMap::new();
    for concept in &vocabulary.concepts {
        for iri in concept.exact_matches.iter().chain([&concept.iri]) {
            iris.entry((concept.id.scheme(), iri.clone())).or_default().push(concept.id.clone());
        }
    }
    let mut shared: Vec<_> = iris.into_iter().filter(|(_, concepts)| concepts.len() > 1).collect();
    shared.sort();
    for ((_, iri), concepts) in shared {
        problems.push(Problem::AmbiguousIri { iri, concepts });
    }
}
