//! Profiles: reading any of them into the canonical data set and series, and writing those back.
//!
//! Policy: reading is tolerant and says what it mended ([`Repair`]) or could not use ([`Finding`]); whether a record is
//! complete for a profile is judged elsewhere. The same statements give the same value, whatever their order and
//! whatever the blank nodes are called: every list is sorted and has no repeats. Writing loses nothing: what no profile
//! has goes into the `atlas:` namespace, and a value whose original differs from the concept it was read as keeps the
//! original in an `atlas:reading` node, so that a value that is written and read again is the same.

mod agent;
mod aliases;
mod date;
mod detail;
mod detect;
mod distribution;
mod number;
mod read;
mod reader;
mod series;
mod served;
mod term;
mod write;
mod writer;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use oxrdf::{BlankNode, Graph, NamedNode, NamedOrBlankNode, NamedOrBlankNodeRef, TermRef, TripleRef};

use crate::domain::dataset::{Dataset, Profile, Repair, Series};
use crate::vocab::Vocabulary;

pub use date::read_date;
pub use served::{Contents, Served, UnknownProfile};

use reader::Reader;
use writer::Writer;

/// A record read from a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadRecord<T> {
    /// The record.
    pub value: T,
    /// The profile that it was written in, as far as its properties tell.
    pub profile: Profile,
    /// What was mended, each once.
    pub repairs: Vec<Repair>,
    /// What could not be used.
    pub findings: Vec<Finding>,
}

/// A statement that could not be used; it stays in the source graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The property as a prefixed name.
    pub property: String,
    /// The value.
    pub value: String,
    /// What is wrong with it.
    pub message: String,
}

/// A record that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadRefused {
    /// It has neither an IRI nor an identifier, so it could not be found again in the next harvest.
    #[error("the record has neither an address (IRI) nor a dct:identifier: give it one of them")]
    NoIdentity,
}

/// What to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The profile: [`Profile::HealthDcatApR8`] with everything, [`Profile::Eucaim2`] without the product's own
    /// properties, [`Profile::DcatAp`] with DCAT-AP's only. Any other is written as the first.
    pub profile: Profile,
    /// Our page about the record, written as its `dcat:CatalogRecord`.
    pub record_page: Option<RecordPage>,
}

impl Target {
    /// Everything, without a catalogue record.
    #[must_use]
    pub fn full() -> Self {
        Self { profile: Profile::HealthDcatApR8, record_page: None }
    }
}

/// A page about a record (`dcat:CatalogRecord`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPage {
    /// Address.
    pub iri: String,
    /// When the record was first listed.
    pub listed: Option<DateTime<Utc>>,
    /// When it last changed.
    pub modified: Option<DateTime<Utc>>,
}

/// Reads the data set that `subject` is in the graph.
///
/// # Errors
/// [`ReadRefused`] when it cannot be kept.
pub fn read_dataset(
    graph: &Graph,
    subject: NamedOrBlankNodeRef<'_>,
    vocabulary: &Vocabulary,
) -> Result<ReadRecord<Dataset>, ReadRefused> {
    let profile = detect::profile(graph);
    let (graph, repairs) = aliases::normalise(graph);
    let mut reader = Reader::new(&graph, vocabulary, repairs);
    let value = read::dataset(&mut reader, subject);
    if value.iri.is_none() && value.identifiers.is_empty() {
        return Err(ReadRefused::NoIdentity);
    }
    Ok(reader.finish(value, profile))
}

/// Reads the series that `subject` is in the graph.
///
/// # Errors
/// [`ReadRefused`] when it cannot be kept.
pub fn read_series(
    graph: &Graph,
    subject: NamedOrBlankNodeRef<'_>,
    vocabulary: &Vocabulary,
) -> Result<ReadRecord<Series>, ReadRefused> {
    let profile = detect::profile(graph);
    let (graph, repairs) = aliases::normalise(graph);
    let mut reader = Reader::new(&graph, vocabulary, repairs);
    let value = series::read(&mut reader, subject);
    if value.iri.is_none() && value.identifiers.is_empty() {
        return Err(ReadRefused::NoIdentity);
    }
    Ok(reader.finish(value, profile))
}

/// The graph with known other spellings put right: properties under their one name, and the IRIs of codes under their
/// one base. Nothing else is changed: this is the graph that a profile's rules are held against.
#[must_use]
pub fn with_known_names(graph: &Graph, vocabulary: &Vocabulary) -> Graph {
    let (graph, _) = aliases::normalise(graph);
    let aliases = vocabulary.aliases();
    let mut names: HashMap<String, NamedNode> = HashMap::new();
    for triple in &graph {
        if let TermRef::NamedNode(object) = triple.object
            && let Some(name) = aliases.canonical(object.as_str()).and_then(|name| NamedNode::new(name).ok())
        {
            names.insert(object.as_str().to_owned(), name);
        }
    }
    if names.is_empty() {
        return graph;
    }
    let mut renamed = Graph::new();
    for triple in &graph {
        let subject = match triple.subject {
            NamedOrBlankNodeRef::NamedNode(node) => names.get(node.as_str()).map_or(node, NamedNode::as_ref).into(),
            blank @ NamedOrBlankNodeRef::BlankNode(_) => blank,
        };
        let object = match triple.object {
            TermRef::NamedNode(node) => names.get(node.as_str()).map_or(node, NamedNode::as_ref).into(),
            other => other,
        };
        renamed.insert(TripleRef::new(subject, triple.predicate, object));
    }
    renamed
}

/// The data set as a graph whose subject is [`subject`] of its IRI.
#[must_use]
pub fn write_dataset(dataset: &Dataset, vocabulary: &Vocabulary, target: &Target) -> Graph {
    let mut writer = Writer::new(vocabulary);
    let subject = subject(dataset.iri.as_deref());
    write::dataset(&mut writer, &subject, dataset);
    writer.finish(&subject, target)
}

/// The series as a graph whose subject is [`subject`] of its IRI.
#[must_use]
pub fn write_series(series: &Series, vocabulary: &Vocabulary, target: &Target) -> Graph {
    let mut writer = Writer::new(vocabulary);
    let subject = subject(series.iri.as_deref());
    series::write(&mut writer, &subject, series);
    writer.finish(&subject, target)
}

/// The node that stands for a record: its IRI, or for a record without one always the same blank node `record`.
#[must_use]
pub fn subject(iri: Option<&str>) -> NamedOrBlankNode {
    iri.and_then(|iri| NamedNode::new(iri).ok())
        .map_or_else(|| BlankNode::new_unchecked("record").into(), NamedOrBlankNode::from)
}
