//! The second phase: from archived documents to records. Pure work on bytes; nothing is fetched and nothing is stored.
//! One bad record never loses its neighbours: each is taken or refused by itself, with a reason.

use std::collections::{BTreeSet, HashSet};

use oxrdf::{Graph, NamedNodeRef, NamedOrBlankNode, TermRef};

use super::fdp;
use super::manifest::{Answer, Bundle};
use super::report::{Change, Reason, RecordLine};
use super::users::{OwnProblems, Users};
use crate::db::runs::StagedRecord;
use crate::domain::dataset::{Dataset, LangText, Profile, Repair, Series, shown};
use crate::domain::ids::Slug;
use crate::domain::lifecycle::RecordKind;
use crate::rdf::canonical::{Canonical, canonicalise};
use crate::rdf::caps::{self, Capped};
use crate::rdf::namespaces::prefixed;
use crate::rdf::parse::{self, ParseLimits, Problem, ProblemKind};
use crate::rdf::profile::{self, Finding};
use crate::rdf::split::{self, RawRecord};
use crate::vocab::Vocabulary;

/// How a report names a record that nothing names; such a record was never stored.
const NAMELESS: &str = "a record without an IRI";

/// Limits on what is read.
#[derive(Debug, Clone, Copy)]
pub struct ReadLimits {
    /// Bytes of one record, as N-Quads.
    pub record_bytes: u64,
    /// One document.
    pub parse: ParseLimits,
}

/// One thing read from a bundle.
#[derive(Debug, Clone)]
pub enum ReadItem {
    /// A record, and what was noticed in it.
    Record(Box<StagedRecord>, Option<String>, Vec<Reason>),
    /// A record that cannot be taken over. The IRI, where it has one, lets what is stored stay as it is.
    Refused(RecordLine),
}

/// A bundle that was read.
#[derive(Debug, Clone, Default)]
pub struct ReadBundle {
    /// Records and refusals.
    pub items: Vec<ReadItem>,
    /// What no record took.
    pub remainder: Graph,
    /// Whether statements were lost: which record they belonged to is the parser's guess, so nothing may be removed.
    pub lost: bool,
    /// Problems of the documents that concern no record.
    pub notes: Vec<String>,
}

/// Why a bundle cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The document.
    pub address: String,
    /// Why.
    pub reason: String,
}

/// Reads the documents of a bundle together.
///
/// # Errors
/// [`Unreadable`] when one of them cannot be read to its end.
pub fn read_bundle(
    bundle: &Bundle,
    bodies: &[Vec<u8>],
    vocabulary: &Vocabulary,
    limits: &ReadLimits,
) -> Result<ReadBundle, Unreadable> {
    let mut graph = Graph::new();
    let mut problems = Vec::new();
    let (mut more_problems, mut lost) = (0, false);
    for (answer, body) in bundle.answers.iter().zip(bodies) {
        let parsed = parse_answer(answer, body, &limits.parse)?;
        problems.extend(parsed.problems);
        more_problems += parsed.more_problems;
        lost |= parsed.lost;
        for triple in &parsed.graph {
            graph.insert(triple);
        }
    }
    let split = split::split(&graph);
    let users = Users::new(&split.records, &problems);
    let mut read = ReadBundle { remainder: split.remainder, lost, ..ReadBundle::default() };
    let asked_for_shown = split.records.iter().any(|record| is_asked_for(record, &bundle.subjects));
    for record in &split.records {
        let is_dataset = record.kind == split::RecordKind::Dataset;
        if is_dataset && asked_for_shown && !bundle.subjects.is_empty() && !is_asked_for(record, &bundle.subjects) {
            continue;
        }
        read.items.push(read_record(record, &users.of(record), vocabulary, limits));
    }
    let address = bundle.answers.first().map_or("", |answer| answer.address.as_str());
    if read.items.is_empty() && !bundle.subjects.is_empty() {
        for subject in &bundle.subjects {
            read.items.push(refused(None, subject.clone(), None, vec![no_dataset(address)]));
        }
    }
    stray_problems(&problems, &users.covered, address, &mut read);
    if more_problems > 0 && !lost {
        read.notes.push(format!("{address}: {more_problems} more places were mended"));
    }
    if more_problems > 0 && lost {
        let found = format!("{more_problems} more places that could not be read as written");
        let reason = Reason { found, ..Reason::default() };
        read.items.push(refused(None, address.to_owned(), None, vec![reason]));
    }
    Ok(read)
}

/// The statements of a document that only leads to others.
///
/// # Errors
/// [`Unreadable`].
pub fn read_guide(answer: &Answer, body: &[u8], limits: &ReadLimits) -> Result<Graph, Unreadable> {
    parse_answer(answer, body, &limits.parse).map(|parsed| parsed.graph)
}

fn parse_answer(answer: &Answer, body: &[u8], limits: &ParseLimits) -> Result<parse::Parsed, Unreadable> {
    let unreadable = |reason: String| Unreadable { address: answer.address.clone(), reason };
    let parsed = parse::parse(body, answer.media_type.as_deref(), &answer.base, limits)
        .map_err(|refused| unreadable(refused.to_string()))?;
    if parsed.complete { Ok(parsed) } else { Err(unreadable("it ends in the middle of a statement".to_owned())) }
}

fn is_asked_for(record: &RawRecord, subjects: &BTreeSet<String>) -> bool {
    record.iri.as_ref().is_some_and(|iri| subjects.contains(iri))
}

fn no_dataset(address: &str) -> Reason {
    Reason {
        property: "rdf:type".to_owned(),
        found: format!("{address} describes no data set"),
        expected: "a resource of type dcat:Dataset".to_owned(),
        fix: "Add the type to the description.".to_owned(),
        ..Reason::default()
    }
}

/// What the record is known by in its source: its IRI, or its identifier, as it would be stored.
fn name_of(raw: &RawRecord) -> String {
    let identifier = || {
        let predicate = NamedNodeRef::new("http://purl.org/dc/terms/identifier").ok()?;
        match raw.graph.object_for_subject_predicate(raw.subject.as_ref(), predicate)? {
            TermRef::Literal(text) => Some(text.value().to_owned()),
            TermRef::NamedNode(node) => Some(node.as_str().to_owned()),
            _ => None,
        }
    };
    raw.iri.clone().or_else(identifier).unwrap_or_else(|| NAMELESS.to_owned())
}

fn read_record(raw: &RawRecord, problems: &OwnProblems<'_>, vocabulary: &Vocabulary, limits: &ReadLimits) -> ReadItem {
    let kind = match raw.kind {
        split::RecordKind::Dataset => RecordKind::Dataset,
        split::RecordKind::Series => RecordKind::Series,
    };
    let name = name_of(raw);
    let own = &problems.own;
    if own.iter().any(|problem| problem.kind == ProblemKind::Lost) {
        return refused(Some(kind), name, None, own.iter().map(|problem| problem_reason(problem)).collect());
    }
    let smaller = caps::cap(&raw.graph, raw.subject.as_ref());
    let capped: Vec<Reason> = smaller.iter().flat_map(|(_, capped)| capped).map(too_many).collect();
    let raw = &smaller.map_or_else(|| raw.clone(), |(graph, _)| RawRecord { graph, ..raw.clone() });
    let size = statement_bytes(&raw.graph);
    if size > limits.record_bytes {
        return refused(Some(kind), name, None, vec![too_large(size, limits.record_bytes)]);
    }
    let canonical = match canonicalise(&raw.graph) {
        Ok(canonical) => canonical,
        Err(error) => {
            let reason = Reason { found: error.to_string(), ..Reason::default() };
            return refused(Some(kind), name, None, vec![reason]);
        }
    };
    let notices: Vec<Reason> = own.iter().chain(&problems.shared).map(|problem| problem_reason(problem)).collect();
    let mut item = match kind {
        RecordKind::Dataset => dataset(raw, &canonical, vocabulary, notices, capped),
        RecordKind::Series => series(raw, &canonical, vocabulary, notices, capped),
    };
    if let ReadItem::Record(record, ..) = &mut item {
        record.repairs.extend(problems.repairs());
    }
    item
}

fn too_many(capped: &Capped) -> Reason {
    Reason {
        property: prefixed(capped.property.as_str()),
        found: format!("{} values", capped.found),
        expected: format!("at most {} values of one property", caps::MAX_VALUES),
        fix: "The first of them, in the order of their text, are kept; move long lists out of the metadata.".to_owned(),
        ..Reason::default()
    }
}

fn dataset(
    raw: &RawRecord,
    canonical: &Canonical,
    vocabulary: &Vocabulary,
    notices: Vec<Reason>,
    mut findings: Vec<Reason>,
) -> ReadItem {
    let cleaned = fdp::defaults::without_injected(&raw.graph, raw.subject.as_ref());
    let (graph, injected) = match &cleaned {
        Some((graph, repairs)) => (graph, repairs.clone()),
        None => (&raw.graph, Vec::new()),
    };
    match profile::read_dataset(graph, raw.subject.as_ref(), vocabulary) {
        Err(error) => no_identity(RecordKind::Dataset, &raw.subject, &error.to_string()),
        Ok(read) => {
            let value: Dataset = read.value;
            let mut repairs = read.repairs;
            repairs.extend(injected);
            let about = About {
                kind: RecordKind::Dataset,
                iri: value.iri.clone(),
                identifier: value.identifiers.first().cloned(),
                other: value.other_identifiers.iter().map(|other| other.notation.clone()).collect(),
                identifiers: value.identifiers.clone(),
                titles: value.titles.clone(),
            };
            findings.extend(read.findings.into_iter().map(finding_reason));
            finish(&about, &value, canonical, read.profile, repairs, &findings, notices)
        }
    }
}

fn series(
    raw: &RawRecord,
    canonical: &Canonical,
    vocabulary: &Vocabulary,
    notices: Vec<Reason>,
    mut findings: Vec<Reason>,
) -> ReadItem {
    match profile::read_series(&raw.graph, raw.subject.as_ref(), vocabulary) {
        Err(error) => no_identity(RecordKind::Series, &raw.subject, &error.to_string()),
        Ok(read) => {
            let value: Series = read.value;
            let about = About {
                kind: RecordKind::Series,
                iri: value.iri.clone(),
                identifier: value.identifiers.first().cloned(),
                other: Vec::new(),
                identifiers: value.identifiers.clone(),
                titles: value.titles.clone(),
            };
            findings.extend(read.findings.into_iter().map(finding_reason));
            finish(&about, &value, canonical, read.profile, read.repairs, &findings, notices)
        }
    }
}

/// What a record is known by.
struct About {
    kind: RecordKind,
    iri: Option<String>,
    identifier: Option<String>,
    identifiers: Vec<String>,
    other: Vec<String>,
    titles: Vec<LangText>,
}

fn finish<T: serde::Serialize>(
    about: &About,
    value: &T,
    canonical: &Canonical,
    profile: Profile,
    repairs: Vec<Repair>,
    findings: &[Reason],
    mut notices: Vec<Reason>,
) -> ReadItem {
    let title = shown(&about.titles, "en").map(|title| title.text.clone());
    let identity = about.iri.clone().or_else(|| about.identifier.clone()).unwrap_or_default();
    notices.extend(findings.iter().cloned());
    notices.extend(repairs.iter().map(repair_reason));
    let serialised = serde_json::to_string(value).and_then(|document| Ok((document, serde_json::to_string(findings)?)));
    let (document, findings) = match serialised {
        Ok(both) => both,
        Err(error) => {
            let reason = Reason { found: error.to_string(), ..Reason::default() };
            return refused(Some(about.kind), identity, title, vec![reason]);
        }
    };
    let sound = title.as_deref().is_some_and(|title| !title.trim().is_empty());
    if !sound {
        notices.push(Reason {
            property: "dct:title".to_owned(),
            found: "no title".to_owned(),
            expected: "a title, in English at least".to_owned(),
            fix: "Add a title; the record waits in quarantine until it has one.".to_owned(),
            ..Reason::default()
        });
    }
    let fallback = Slug::from_name(about.kind.as_str());
    let slug = fallback.map(|fallback| Slug::of_provided(about.identifier.as_deref(), about.iri.as_deref(), &fallback));
    let Some(slug) = slug else {
        return refused(Some(about.kind), identity, title, Vec::new());
    };
    let document_hash = super::manifest::sha256(document.as_bytes());
    let record = StagedRecord {
        kind: about.kind,
        identity,
        iri: about.iri.clone(),
        slug,
        names: names(about),
        document,
        document_hash,
        source_graph: canonical.nquads.clone(),
        graph_hash: canonical.hash.clone(),
        profile,
        repairs,
        findings,
        sound,
    };
    ReadItem::Record(Box::new(record), title, notices)
}

/// Names under which the same data set is known elsewhere: its IRI and its DOIs.
fn names(about: &About) -> Vec<String> {
    let is_doi = |name: &&String| {
        let lower = name.trim().to_ascii_lowercase();
        lower.starts_with("10.")
            || lower.starts_with("doi:")
            || lower.contains("://doi.org/")
            || lower.contains("dx.doi.org/")
    };
    let mut names: Vec<String> = about.iri.iter().cloned().collect();
    names.extend(about.identifiers.iter().chain(&about.other).filter(is_doi).cloned());
    names.dedup();
    names
}

fn refused(kind: Option<RecordKind>, name: String, title: Option<String>, reasons: Vec<Reason>) -> ReadItem {
    ReadItem::Refused(RecordLine { kind, name, title, change: Change::Refused, reasons })
}

fn no_identity(kind: RecordKind, subject: &NamedOrBlankNode, message: &str) -> ReadItem {
    let reason = Reason {
        property: "dct:identifier".to_owned(),
        found: message.to_owned(),
        expected: "an IRI, or a dct:identifier".to_owned(),
        fix: "Give the record an address of its own, or an identifier that stays the same.".to_owned(),
        ..Reason::default()
    };
    let name = match subject {
        NamedOrBlankNode::NamedNode(node) => node.as_str().to_owned(),
        NamedOrBlankNode::BlankNode(_) => NAMELESS.to_owned(),
    };
    refused(Some(kind), name, None, vec![reason])
}

fn too_large(size: u64, limit: u64) -> Reason {
    Reason {
        found: format!("the record has {size} bytes"),
        expected: format!("at most {limit} bytes"),
        fix: "Move long lists (files, keywords) out of the metadata; link to them instead.".to_owned(),
        ..Reason::default()
    }
}

fn problem_reason(problem: &Problem) -> Reason {
    let lost = "Until it is mended the record stays as it was.";
    let (expected, fix) = match problem.kind {
        ProblemKind::Lost => (String::new(), format!("{} {lost}", problem.defect.fix())),
        ProblemKind::Mended if problem.original.is_empty() && problem.read_as.is_empty() => {
            (String::new(), problem.defect.fix().to_owned())
        }
        ProblemKind::Mended => {
            let expected = format!("{:?}, as which {:?} was read", problem.read_as, problem.original);
            (expected, problem.defect.fix().to_owned())
        }
    };
    let (line, column) = (problem.line, problem.column);
    Reason { property: String::new(), found: problem.message.clone(), expected, fix, line, column }
}

fn finding_reason(finding: Finding) -> Reason {
    Reason {
        property: finding.property,
        found: finding.value,
        expected: finding.message,
        fix: "Shown as not stated until it is mended.".to_owned(),
        ..Reason::default()
    }
}

fn repair_reason(repair: &Repair) -> Reason {
    Reason {
        property: repair.property.clone(),
        found: format!("{} (read as {})", repair.original, repair.canonical),
        expected: String::new(),
        fix: repair.reason.clone(),
        ..Reason::default()
    }
}

/// Problems that belong to no record that was read: a lost statement among them may have been the head of a record, so
/// it counts as a refusal that forbids removals; what was mended is a note.
fn stray_problems(problems: &[Problem], covered: &HashSet<&str>, address: &str, read: &mut ReadBundle) {
    let names: BTreeSet<String> = read
        .items
        .iter()
        .filter_map(|item| match item {
            ReadItem::Record(record, ..) => record.iri.clone(),
            ReadItem::Refused(line) => Some(line.name.clone()),
        })
        .collect();
    let is_told = |name: &String| names.contains(name) || covered.contains(name.as_str());
    let is_stray = |problem: &&Problem| !problem.subject.as_ref().is_some_and(is_told);
    for problem in problems.iter().filter(is_stray) {
        let reason = problem_reason(problem);
        let name = problem.subject.clone().unwrap_or_else(|| address.to_owned());
        match problem.kind {
            ProblemKind::Lost => read.items.push(refused(None, name, None, vec![reason])),
            ProblemKind::Mended => read.notes.push(format!("{name}: {reason}")),
        }
    }
}

/// Size of the record as N-Quads, counted without writing it.
fn statement_bytes(graph: &Graph) -> u64 {
    let term = |term: oxrdf::TermRef<'_>| match term {
        oxrdf::TermRef::NamedNode(node) => node.as_str().len() + 2,
        oxrdf::TermRef::BlankNode(node) => node.as_str().len() + 2,
        oxrdf::TermRef::Literal(literal) => literal.value().len() + literal.datatype().as_str().len() + 6,
        oxrdf::TermRef::Triple(triple) => triple.to_string().len(),
    };
    let bytes: usize = graph
        .iter()
        .map(|triple| term(triple.subject.into()) + triple.predicate.as_str().len() + term(triple.object) + 5)
        .sum();
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
