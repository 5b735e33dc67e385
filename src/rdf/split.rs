//! Cutting a source's graph into records (DESIGN §4a).
//!
//! Policy: a record's graph is the data set or series, its blank-node closure, and the distributions, agents, contacts
//! and samples that the document describes, copied into each record that uses them; it stops at another data set,
//! series, catalogue or catalogue record. What no record took is the remainder. The result does not depend on the order
//! of statements.

use std::collections::{HashMap, HashSet};

use oxrdf::{Graph, NamedOrBlankNode, NamedOrBlankNodeRef, TermRef, TripleRef};

use super::namespaces::{adms, dcat, dct, foaf, geodcatap, health, prov, rdf};

/// What a record describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    /// `dcat:Dataset`.
    Dataset,
    /// `dcat:DatasetSeries`.
    Series,
}

/// One record's own graph.
#[derive(Debug, Clone)]
pub struct RawRecord {
    /// What it describes.
    pub kind: RecordKind,
    /// Its IRI; `None` when the source gave a blank node.
    pub iri: Option<String>,
    /// The node that is described.
    pub subject: NamedOrBlankNode,
    /// Its statements.
    pub graph: Graph,
}

/// A graph cut into records.
#[derive(Debug, Clone)]
pub struct Split {
    /// Records in order of their IRIs, those without one last.
    pub records: Vec<RawRecord>,
    /// Statements that no record took.
    pub remainder: Graph,
}

/// Cuts a graph into records.
#[must_use]
pub fn split(graph: &Graph) -> Split {
    let heads = heads(graph);
    let stops = stops(graph, &heads);
    let mut taken: HashSet<TripleRef<'_>> = HashSet::new();
    let mut records: Vec<RawRecord> = heads
        .into_iter()
        .map(|(subject, kind)| {
            let triples = closure(graph, subject, &stops);
            let mut own = Graph::new();
            for triple in triples {
                own.insert(triple);
                taken.insert(triple);
            }
            let iri = match subject {
                NamedOrBlankNodeRef::NamedNode(node) => Some(node.as_str().to_owned()),
                NamedOrBlankNodeRef::BlankNode(_) => None,
            };
            RawRecord { kind, iri, subject: subject.into_owned(), graph: own }
        })
        .collect();
    records.sort_by_cached_key(|record| (record.iri.is_none(), record.iri.clone(), record.kind, identifier(record)));
    let mut remainder = Graph::new();
    for triple in graph.iter().filter(|triple| !taken.contains(triple)) {
        remainder.insert(triple);
    }
    Split { records, remainder }
}

/// The catalogues that a graph describes, each with what is said of it and of its publisher, but not of its data sets;
/// in the order of their names.
#[must_use]
pub fn catalogues(graph: &Graph) -> Vec<(NamedOrBlankNode, Graph)> {
    let stops = stops(graph, &heads(graph));
    let mut catalogues: Vec<(NamedOrBlankNode, Graph)> = subjects_of_type(graph, dcat::CATALOG)
        .map(|subject| {
            let mut own = Graph::new();
            for triple in closure(graph, subject, &stops) {
                own.insert(triple);
            }
            (subject.into_owned(), own)
        })
        .collect();
    catalogues.sort_by_cached_key(|(subject, _)| subject.to_string());
    catalogues
}

/// Where a record ends.
fn stops<'a>(
    graph: &'a Graph,
    heads: &HashMap<NamedOrBlankNodeRef<'a>, RecordKind>,
) -> HashSet<NamedOrBlankNodeRef<'a>> {
    heads
        .keys()
        .copied()
        .chain(subjects_of_type(graph, dcat::CATALOG))
        .chain(subjects_of_type(graph, dcat::CATALOG_RECORD))
        .collect()
}

/// The nodes that are records, with their kinds. A node typed as both a data set and a series is a series (DCAT 3
/// makes every series a data set); a catalogue typed as a data set is a catalogue.
fn heads(graph: &Graph) -> HashMap<NamedOrBlankNodeRef<'_>, RecordKind> {
    let catalogues: HashSet<_> = subjects_of_type(graph, dcat::CATALOG).collect();
    let mut heads: HashMap<_, _> = subjects_of_type(graph, dcat::DATASET)
        .filter(|subject| !catalogues.contains(subject))
        .map(|subject| (subject, RecordKind::Dataset))
        .collect();
    heads.extend(subjects_of_type(graph, dcat::DATASET_SERIES).map(|subject| (subject, RecordKind::Series)));
    heads
}

fn subjects_of_type<'a>(
    graph: &'a Graph,
    class: oxrdf::NamedNodeRef<'static>,
) -> impl Iterator<Item = NamedOrBlankNodeRef<'a>> {
    graph.subjects_for_predicate_object(rdf::TYPE, class)
}

/// The statements of a record: its own and those of what it uses, not crossing into a stop.
fn closure<'a>(
    graph: &'a Graph,
    subject: NamedOrBlankNodeRef<'a>,
    stops: &HashSet<NamedOrBlankNodeRef<'a>>,
) -> Vec<TripleRef<'a>> {
    let mut statements = Vec::new();
    let mut seen = HashSet::from([subject]);
    let mut waiting = vec![subject];
    while let Some(node) = waiting.pop() {
        for triple in graph.triples_for_subject(node) {
            statements.push(triple);
            let next = match triple.object {
                TermRef::BlankNode(object) => NamedOrBlankNodeRef::BlankNode(object),
                TermRef::NamedNode(object) if is_followed(triple.predicate.as_str()) => {
                    NamedOrBlankNodeRef::NamedNode(object)
                }
                TermRef::NamedNode(object) if describes_only_a_label(graph, object.into()) => {
                    NamedOrBlankNodeRef::NamedNode(object)
                }
                TermRef::NamedNode(_) | TermRef::Literal(_) | TermRef::Triple(_) => continue,
            };
            if !stops.contains(&next) && seen.insert(next) {
                waiting.push(next);
            }
        }
    }
    statements
}

/// Whether a property leads to something that belongs to the record: distributions, samples, agents, contacts, services,
/// periods, policies, tables, by any of the namespaces in use.
fn is_followed(predicate: &str) -> bool {
    const FOLLOWED: &[&str] = &[
        dcat::DISTRIBUTION_PROPERTY.as_str(),
        dcat::CONTACT_POINT.as_str(),
        dcat::ACCESS_SERVICE.as_str(),
        dcat::QUALIFIED_RELATION.as_str(),
        adms::SAMPLE.as_str(),
        adms::IDENTIFIER.as_str(),
        dct::PUBLISHER.as_str(),
        dct::CREATOR.as_str(),
        dct::PROVENANCE.as_str(),
        dct::TEMPORAL.as_str(),
        geodcatap::CUSTODIAN.as_str(),
        health::ANALYTICS.as_str(),
        health::HDAB.as_str(),
        health::HDAB_COORDINATOR.as_str(),
        health::HAS_VARIABLES.as_str(),
        health::RETENTION_PERIOD.as_str(),
        health::TRUSTED_DATA_HOLDER.as_str(),
        prov::AGENT.as_str(),
        prov::QUALIFIED_ATTRIBUTION.as_str(),
        prov::WAS_GENERATED_BY.as_str(),
        foaf::MBOX.as_str(),
        "http://www.w3.org/ns/odrl/2/hasPolicy",
        "http://www.w3.org/ns/odrl/2/permission",
        "http://www.w3.org/ns/odrl/2/prohibition",
        "http://www.w3.org/ns/odrl/2/obligation",
        "http://www.w3.org/ns/odrl/2/duty",
        "http://spdx.org/rdf/terms#checksum",
        "http://spdx.org/rdf/terms#Checksum",
        "http://data.europa.eu/m8g/contactPoint",
        "http://data.europa.eu/m8g/openingHours",
        "http://www.w3.org/2006/vcard/ns#hasEmail",
        "http://www.w3.org/2006/vcard/ns#hasTelephone",
        "http://www.w3.org/ns/csvw#table",
        "http://www.w3.org/ns/csvw#column",
        "http://www.w3.org/ns/csvw#tableSchema",
        "http://www.w3.org/ns/dqv#hasQualityAnnotation",
        "http://www.w3.org/ns/dcat#hadRole",
        "https://w3id.org/dpv#hasPurpose",
        "https://w3id.org/dpv#hasLegalBasis",
        "https://w3id.org/dpv#hasPersonalData",
    ];
    FOLLOWED.contains(&predicate)
        || predicate
            .strip_prefix(super::namespaces::HEALTHDCATAP_W3ID)
            .is_some_and(|name| FOLLOWED.contains(&format!("{}{name}", super::namespaces::HEALTHDCATAP).as_str()))
}

/// Whether a named node is a value with a label (a concept, a place, a licence): its few literal statements travel with
/// the record, as does what kind of thing it is.
fn describes_only_a_label(graph: &Graph, node: NamedOrBlankNodeRef<'_>) -> bool {
    const MOST_STATEMENTS: usize = 24;
    const STRUCTURE: &[&str] = &[
        dcat::DATASET_PROPERTY.as_str(),
        dcat::SERVES_DATASET.as_str(),
        dcat::RECORD.as_str(),
        dct::HAS_PART.as_str(),
        "http://www.w3.org/ns/ldp#contains",
    ];
    let mut count = 0_usize;
    for triple in graph.triples_for_subject(node) {
        count = count.saturating_add(1);
        if count > MOST_STATEMENTS || STRUCTURE.contains(&triple.predicate.as_str()) {
            return false;
        }
    }
    count > 0
}

fn identifier(record: &RawRecord) -> Vec<String> {
    let mut identifiers: Vec<String> = record
        .graph
        .objects_for_subject_predicate(record.subject.as_ref(), dct::IDENTIFIER)
        .map(|term| term.to_string())
        .collect();
    identifiers.sort_unstable();
    identifiers
}
