//! Holding a document against the rules of the profiles without taking anything over (`atlas validate`).
//!
//! Policy: a document is fetched, read, salvaged and split exactly as a harvest does it, so that what is found here is
//! what a harvest would find. Catalogues, which no harvest keeps, are checked too. Nothing is written.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use oxrdf::{Graph, NamedOrBlankNode};
use serde::Serialize;

use super::HarvestError;
use super::archive::Archive;
use super::engine::Engine;
use super::manifest::{Bundle, Manifest};
use super::protocol::{Protocol, Target};
use super::read::{self, ReadItem, Reading};
use super::report::{Reason, RecordLine, Stop};
use crate::db::DbError;
use crate::domain::conformance::{Conformance, FindingCounts};
use crate::domain::dataset::Profile;
use crate::rdf::shapes::{Checked, Wish};
use crate::rdf::split;

/// Findings that a report keeps; records beyond are only counted.
const MAX_KEPT: usize = 20_000;

/// What is to be checked, and how.
#[derive(Debug, Clone)]
pub struct ValidationRequest {
    /// How an address is read.
    pub protocol: Protocol,
    /// The document.
    pub target: Target,
    /// Rules that are asked for, in place of those that each record meets by itself.
    pub wish: Wish,
    /// Whether the statements that were checked are wanted too.
    pub graphs: bool,
}

/// One description that was checked.
#[derive(Debug, Clone, Serialize)]
pub struct ValidatedRecord {
    /// `dataset`, `series` or `catalogue`.
    pub kind: String,
    /// Its IRI or identifier.
    pub name: String,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What was found.
    #[serde(flatten)]
    pub conformance: Conformance,
    /// What was mended or left out while reading it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<Reason>,
    /// The statements that were checked, as N-Triples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph: Option<String>,
}

/// What the check of a document found.
#[derive(Debug, Clone, Serialize)]
pub struct ValidationReport {
    /// Where it was read from.
    pub address: String,
    /// Why it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// Descriptions that were checked.
    pub checked: u64,
    /// Those without a violation.
    pub conforming: u64,
    /// Findings in all.
    pub counts: FindingCounts,
    /// Descriptions, in the order of the document; those with findings beyond a limit are only counted.
    pub records: Vec<ValidatedRecord>,
    /// Descriptions that are only counted.
    pub more_records: u64,
    /// Records that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RecordLine>,
    /// What was noticed beside the records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl ValidationReport {
    fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            stop: None,
            checked: 0,
            conforming: 0,
            counts: FindingCounts::default(),
            records: Vec::new(),
            more_records: 0,
            refused: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The exit status of `atlas validate`: 0 conforms, 2 conforms with warnings or was mended while reading, 1 does
    /// not conform or cannot be read.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let broken = self.stop.is_some() || !self.refused.is_empty() || self.checked == 0;
        if broken || self.conforming < self.checked {
            1
        } else if self.counts.warnings > 0 || !self.notes.is_empty() {
            2
        } else {
            0
        }
    }

    fn add(&mut self, record: ValidatedRecord) {
        self.checked += 1;
        self.conforming += u64::from(record.conformance.conforms());
        self.counts.join(record.conformance.counts);
        let kept: usize = self.records.iter().map(|record| record.conformance.findings.len().max(1)).sum();
        if kept < MAX_KEPT {
            self.records.push(record);
        } else {
            self.more_records += 1;
        }
    }
}

impl fmt::Display for ValidationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for record in &self.records {
            let found = &record.conformance;
            let title = record.title.as_deref().map(|title| format!(" \"{title}\"")).unwrap_or_default();
            let kind = if record.kind == "dataset" { "data set" } else { &record.kind };
            writeln!(f, "{kind} {}{title}", record.name)?;
            writeln!(f, "  held against {}, {}: {}", found.rules, found.checked, found.counts)?;
            for finding in &found.findings {
                writeln!(f, "  {finding}")?;
            }
            if found.more() > 0 {
                writeln!(f, "  ... and {} more findings", found.more())?;
            }
            if found.cut {
                writeln!(f, "  The record is so large that the check stopped before its end: split it.")?;
            }
            for reason in &record.read {
                writeln!(f, "  read     {reason}")?;
            }
        }
        if self.more_records > 0 {
            writeln!(f, "... and {} more records", self.more_records)?;
        }
        for line in &self.refused {
            writeln!(f, "refused  {}", line.name)?;
            for reason in &line.reasons {
                writeln!(f, "  - {reason}")?;
            }
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        if let Some(stop) = &self.stop {
            return writeln!(f, "{}: {}. {}", self.address, stop.message.trim_end_matches('.'), stop.advice);
        }
        if self.checked == 0 {
            return writeln!(f, "{}: no data set, series or catalogue was found.", self.address);
        }
        writeln!(f, "{}: {} of {} conform; {} in all", self.address, self.conforming, self.checked, self.counts)
    }
}

impl Engine {
    /// Checks a file or an address.
    ///
    /// # Errors
    /// [`HarvestError`] for faults of our own; what is wrong with the document is in the report.
    pub async fn validate(&self, request: ValidationRequest) -> Result<ValidationReport, HarvestError> {
        let mut report = ValidationReport::new(&request.target.address);
        let archive = Arc::new(Archive::trial());
        let manifest = match self.gather(request.protocol, &request.target, &archive).await {
            Ok(manifest) => manifest,
            Err(halt) => {
                report.stop = Some(halt.stop);
                return Ok(report);
            }
        };
        let engine = self.clone();
        let work = tokio::task::spawn_blocking(move || engine.check_all(&archive, manifest, &request, report));
        work.await.map_err(|_| HarvestError::Database(DbError::Task))?
    }

    fn check_all(
        &self,
        archive: &Archive,
        manifest: Manifest,
        request: &ValidationRequest,
        mut report: ValidationReport,
    ) -> Result<ValidationReport, HarvestError> {
        report.notes = manifest.notes;
        for withheld in manifest.withheld {
            report.notes.push(format!("{}: {}", withheld.iri, withheld.reason));
        }
        let mut written_in = None;
        for bundle in &manifest.bundles {
            self.check_bundle(archive, bundle, request, &mut written_in, &mut report)?;
            if report.stop.is_some() {
                return Ok(report);
            }
        }
        let guides = Bundle { answers: manifest.guides, ..Bundle::default() };
        for bundle in manifest.bundles.iter().chain([&guides]) {
            self.check_catalogues(archive, bundle, request, written_in.unwrap_or_default(), &mut report)?;
        }
        // What could be read was checked; what could not keeps the whole from conforming.
        for gap in manifest.gaps {
            report.stop.get_or_insert(gap);
        }
        Ok(report)
    }

    fn check_bundle(
        &self,
        archive: &Archive,
        bundle: &Bundle,
        request: &ValidationRequest,
        written_in: &mut Option<Profile>,
        report: &mut ValidationReport,
    ) -> Result<(), HarvestError> {
        let (limits, known) = (self.read_limits(), HashMap::new());
        let reading = Reading {
            vocabulary: &self.vocabulary,
            limits: &limits,
            shapes: &self.shapes,
            wish: &request.wish,
            known: &known,
            keep_graphs: request.graphs,
        };
        let read = match read::read_bundle(bundle, &bodies(archive, bundle)?, &reading) {
            Ok(read) => read,
            Err(unreadable) => {
                report.stop = Some(super::takeover::halt(&unreadable).stop);
                return Ok(());
            }
        };
        report.notes.extend(read.notes);
        for item in read.items {
            match item {
                ReadItem::Refused(line) => report.refused.push(line),
                ReadItem::Record(record, title, reasons, Some(checked)) => {
                    let kind = record.kind.as_str().to_owned();
                    written_in.get_or_insert(checked.conformance.written_in);
                    report.add(validated((kind, record.identity, title), reasons, *checked, request.graphs));
                }
                ReadItem::Record(..) => {}
            }
        }
        Ok(())
    }

    fn check_catalogues(
        &self,
        archive: &Archive,
        bundle: &Bundle,
        request: &ValidationRequest,
        written_in: Profile,
        report: &mut ValidationReport,
    ) -> Result<(), HarvestError> {
        let mut graph = Graph::new();
        for (answer, body) in bundle.answers.iter().zip(bodies(archive, bundle)?) {
            if let Ok(parsed) = read::parse_answer(answer, &body, &self.read_limits().parse) {
                graph.extend(parsed.graph.iter().map(oxrdf::TripleRef::into_owned));
            }
        }
        for (subject, own) in split::catalogues(&graph) {
            let name = match &subject {
                NamedOrBlankNode::NamedNode(node) => node.as_str().to_owned(),
                NamedOrBlankNode::BlankNode(_) => "a catalogue without an IRI".to_owned(),
            };
            let checked = self.shapes.other(&own, subject.as_ref(), written_in, &self.vocabulary, &request.wish);
            let about = ("catalogue".to_owned(), name, None);
            report.add(validated(about, Vec::new(), checked, request.graphs));
        }
        Ok(())
    }
}

fn bodies(archive: &Archive, bundle: &Bundle) -> Result<Vec<Vec<u8>>, HarvestError> {
    let bodies = bundle.answers.iter().map(|answer| archive.body_blocking(&answer.hash));
    Ok(bodies.collect::<Result<Vec<_>, DbError>>()?)
}

fn validated(
    (kind, name, title): (String, String, Option<String>),
    read: Vec<Reason>,
    checked: Checked,
    graphs: bool,
) -> ValidatedRecord {
    let graph = graphs.then(|| ntriples(&checked.graph));
    ValidatedRecord { kind, name, title, conformance: checked.conformance, read, graph }
}

/// The statements as N-Triples in order, with nameless nodes under the labels that findings call them by.
fn ntriples(graph: &Graph) -> String {
    let mut lines: Vec<String> = graph.iter().map(|triple| format!("{triple} .\n")).collect();
    lines.sort_unstable();
    lines.concat()
}
