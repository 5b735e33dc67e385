//! One record: from its statements to what is staged, with what was mended, what could not be used, and which rules of
//! its profile it breaks.

use oxrdf::{Graph, NamedNodeRef, NamedOrBlankNode, TermRef};

use super::fdp;
use super::read::{ReadItem, Reading, problem_reason};
use super::report::{Change, Reason, RecordFindings, RecordLine};
use super::users::OwnProblems;
use crate::db::runs::StagedRecord;
use crate::domain::dataset::{Dataset, LangText, Profile, Repair, Series, shown};
use crate::domain::ids::Slug;
use crate::domain::lifecycle::RecordKind;
use crate::rdf::canonical::{self, Canonical, canonicalise};
use crate::rdf::caps::{self, Capped};
use crate::rdf::namespaces::prefixed;
use crate::rdf::parse::ProblemKind;
use crate::rdf::profile::{self, Finding};
use crate::rdf::shapes::Checked;
use crate::rdf::split::{self, RawRecord};

/// How a report names a record that nothing names; such a record was never stored.
const NAMELESS: &str = "a record without an IRI";

/// What the record is known by in its source: its IRI, or its identifier, as it would be stored.
pub(super) fn name_of(raw: &RawRecord) -> String {
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

/// Reads a record again from the statements that are kept of it; `None` when it is not in them, or can no longer be
/// read.
pub(super) fn read_stored(
    kind: RecordKind,
    identity: &str,
    source_graph: &str,
    graph_hash: &str,
    reading: &Reading<'_>,
) -> Option<StagedRecord> {
    let graph = canonical::read(source_graph).ok()?;
    let wanted = match kind {
        RecordKind::Dataset => split::RecordKind::Dataset,
        RecordKind::Series => split::RecordKind::Series,
    };
    let mut records = split::split(&graph).records;
    records.retain(|record| record.kind == wanted);
    let place = records.iter().position(|record| name_of(record) == identity);
    let place = place.or_else(|| (records.len() == 1).then_some(0))?;
    let raw = RawRecord { graph, ..records.swap_remove(place) };
    let canonical = Canonical { nquads: source_graph.to_owned(), hash: graph_hash.to_owned() };
    let read = match kind {
        RecordKind::Dataset => dataset(&raw, &canonical, reading, Vec::new(), Vec::new()),
        RecordKind::Series => series(&raw, &canonical, reading, Vec::new(), Vec::new()),
    };
    match read {
        ReadItem::Record(record, ..) => Some(*record),
        ReadItem::Refused(_) => None,
    }
}

/// Reads one record of a bundle. `lost_unnamed`: statements about blank nodes were lost, which may have been the
/// record's.
pub(super) fn read_record(
    raw: &RawRecord,
    problems: &OwnProblems<'_>,
    lost_unnamed: bool,
    reading: &Reading<'_>,
) -> ReadItem {
    let kind = match raw.kind {
        split::RecordKind::Dataset => RecordKind::Dataset,
        split::RecordKind::Series => RecordKind::Series,
    };
    let name = name_of(raw);
    let own = &problems.own;
    if problems.is_cut || own.iter().any(|problem| problem.kind == ProblemKind::Lost) {
        let mut reasons: Vec<Reason> = own.iter().map(|problem| problem_reason(problem)).collect();
        if !own.iter().any(|problem| problem.kind == ProblemKind::Lost) {
            reasons.push(cut("statements about it could not be read; the document has too many problems to name each"));
        }
        return refused(Some(kind), name, None, reasons);
    }
    let may_be_cut = lost_unnamed && has_blank_nodes(&raw.graph);
    let smaller = caps::cap(&raw.graph, raw.subject.as_ref());
    let capped: Vec<Reason> = smaller.iter().flat_map(|(_, capped)| capped).map(too_many).collect();
    let raw = &smaller.map_or_else(|| raw.clone(), |(graph, _)| RawRecord { graph, ..raw.clone() });
    let size = statement_bytes(&raw.graph);
    if size > reading.limits.record_bytes {
        return refused(Some(kind), name, None, vec![too_large(size, reading.limits.record_bytes)]);
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
        RecordKind::Dataset => dataset(raw, &canonical, reading, notices, capped),
        RecordKind::Series => series(raw, &canonical, reading, notices, capped),
    };
    if let ReadItem::Record(record, ..) = &mut item {
        let stored = reading.known.get(&(kind, record.identity.clone()));
        if may_be_cut && stored.is_some_and(|stored| !stored.has_graph(&canonical.hash)) {
            let found =
                "it changed, and statements about nodes without a name, which may be its own, could not be read";
            return refused(Some(kind), record.identity.clone(), None, vec![cut(found)]);
        }
        record.repairs.extend(problems.repairs());
    }
    item
}

/// Why a record that may lack statements is not taken over.
fn cut(found: &str) -> Reason {
    Reason {
        found: found.to_owned(),
        fix: "Mend the places of the document that could not be read; until then the record stays as it was."
            .to_owned(),
        ..Reason::default()
    }
}

fn has_blank_nodes(graph: &Graph) -> bool {
    graph.iter().any(|triple| triple.subject.is_blank_node() || triple.object.is_blank_node())
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
    reading: &Reading<'_>,
    notices: Vec<Reason>,
    mut findings: Vec<Reason>,
) -> ReadItem {
    let cleaned = fdp::defaults::without_injected(&raw.graph, raw.subject.as_ref());
    let (graph, injected) = match &cleaned {
        Some((graph, repairs)) => (graph, repairs.clone()),
        None => (&raw.graph, Vec::new()),
    };
    match profile::read_dataset(graph, raw.subject.as_ref(), reading.vocabulary) {
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
            let item = finish(&about, &value, canonical, read.profile, repairs, &findings, notices);
            reading.check(item, || {
                let written = (&value, read.profile);
                reading.shapes.dataset(graph, raw.subject.as_ref(), written, reading.vocabulary, reading.wish)
            })
        }
    }
}

fn series(
    raw: &RawRecord,
    canonical: &Canonical,
    reading: &Reading<'_>,
    notices: Vec<Reason>,
    mut findings: Vec<Reason>,
) -> ReadItem {
    match profile::read_series(&raw.graph, raw.subject.as_ref(), reading.vocabulary) {
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
            let item = finish(&about, &value, canonical, read.profile, read.repairs, &findings, notices);
            reading.check(item, || {
                let written = (&value, read.profile);
                reading.shapes.series(&raw.graph, raw.subject.as_ref(), written, reading.vocabulary, reading.wish)
            })
        }
    }
}

impl Reading<'_> {
    /// Holds a record that is new or changed against the rules of its profile. What is found goes beside the record
    /// and never decides whether it is taken over.
    fn check(&self, item: ReadItem, check: impl FnOnce() -> Checked) -> ReadItem {
        let ReadItem::Record(mut record, title, reasons, _) = item else { return item };
        let stored = self.known.get(&(record.kind, record.identity.clone()));
        if stored.is_some_and(|stored| stored.is_same_as(&record)) {
            return ReadItem::Record(record, title, reasons, None);
        }
        let mut found = check();
        if !self.keep_graphs {
            found.graph = Graph::new();
        }
        let reading = serde_json::from_str(&record.findings).unwrap_or_default();
        let findings = RecordFindings::Whole { reading, rules: Box::new((&found.conformance).into()) };
        if let Ok(text) = serde_json::to_string(&findings) {
            record.findings = text;
        }
        ReadItem::Record(record, title, reasons, Some(Box::new(found)))
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
    ReadItem::Record(Box::new(record), title, notices, None)
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

/// A refusal of a record.
pub(super) fn refused(kind: Option<RecordKind>, name: String, title: Option<String>, reasons: Vec<Reason>) -> ReadItem {
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
