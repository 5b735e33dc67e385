//! The second phase: from archived documents to records. Pure work on bytes; nothing is fetched and nothing is stored.
//! One bad record never loses its neighbours: each is taken or refused by itself, with a reason.

use std::collections::{BTreeSet, HashSet};

use oxrdf::{Graph, NamedNodeRef, TermRef};

use super::manifest::{Answer, Bundle};
use super::record::{name_of, read_record, refused};
use super::report::{Reason, RecordLine};
use super::users::Users;
use crate::db::runs::{KnownHashes, StagedRecord};
use crate::domain::lifecycle::RecordKind;
use crate::rdf::namespaces::{adms, dcat, dct, geodcatap, health};
use crate::rdf::parse::{self, ParseLimits, Problem, ProblemKind};
use crate::rdf::shapes::{Checked, Library, Wish};
use crate::rdf::split::{self, RawRecord};
use crate::vocab::Vocabulary;

/// Limits on what is read.
#[derive(Debug, Clone, Copy)]
pub struct ReadLimits {
    /// Bytes of one record, as N-Quads.
    pub record_bytes: u64,
    /// One document.
    pub parse: ParseLimits,
}

/// What records are read with, and held against.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// Vocabularies.
    pub vocabulary: &'a Vocabulary,
    /// Limits.
    pub limits: &'a ReadLimits,
    /// The rules of the profiles.
    pub shapes: &'a Library,
    /// Rules that somebody asks for, in place of the record's own.
    pub wish: &'a Wish,
    /// What is stored: a record that says the same as before was checked then.
    pub known: &'a KnownHashes,
    /// Whether the statements that were checked are wanted beside what was found.
    pub keep_graphs: bool,
}

/// One thing read from a bundle.
#[derive(Debug, Clone)]
pub enum ReadItem {
    /// A record, its title, what was noticed in it, and how it keeps the rules of its profile; the last is `None` for
    /// a record that is stored already as it is.
    Record(Box<StagedRecord>, Option<String>, Vec<Reason>, Option<Box<Checked>>),
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
pub fn read_bundle(bundle: &Bundle, bodies: &[Vec<u8>], reading: &Reading<'_>) -> Result<ReadBundle, Unreadable> {
    let mut graph = Graph::new();
    let mut problems = Vec::new();
    let (mut more_problems, mut lost) = (0, false);
    let (mut lost_of, mut lost_unnamed) = (BTreeSet::new(), false);
    for (answer, body) in bundle.answers.iter().zip(bodies) {
        let parsed = parse_answer(answer, body, &reading.limits.parse)?;
        problems.extend(parsed.problems);
        more_problems += parsed.more_problems;
        lost |= parsed.lost;
        lost_of.extend(parsed.lost_of);
        lost_unnamed |= parsed.lost_unnamed;
        for triple in &parsed.graph {
            graph.insert(triple);
        }
    }
    let split = split::split(&graph);
    let users = Users::new(&split.records, &problems, &lost_of);
    let mut read = ReadBundle { remainder: split.remainder, lost, ..ReadBundle::default() };
    let asked_for_shown = split.records.iter().any(|record| is_asked_for(record, &bundle.subjects));
    for record in &split.records {
        let is_dataset = record.kind == split::RecordKind::Dataset;
        if is_dataset && asked_for_shown && !bundle.subjects.is_empty() && !is_asked_for(record, &bundle.subjects) {
            continue;
        }
        match unread_part(record).filter(|_| bundle.partial) {
            Some(part) => read.items.push(left_alone(record, &part)),
            None => read.items.push(read_record(record, &users.of(record), lost_unnamed, reading)),
        }
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

/// A document that only leads to others: its statements, and what is wrong with it. Where statements of it were lost,
/// what it leads to may not be known.
///
/// # Errors
/// [`Unreadable`].
pub fn read_guide(answer: &Answer, body: &[u8], limits: &ReadLimits) -> Result<ReadBundle, Unreadable> {
    let parsed = parse_answer(answer, body, &limits.parse)?;
    let told = |problem: &Problem| {
        let subject = problem.subject.as_deref().unwrap_or(answer.address.as_str());
        format!("{subject}: {}", problem_reason(problem))
    };
    let notes = parsed.problems.iter().map(told).collect();
    Ok(ReadBundle { remainder: parsed.graph, lost: parsed.lost, notes, ..ReadBundle::default() })
}

pub(super) fn parse_answer(answer: &Answer, body: &[u8], limits: &ParseLimits) -> Result<parse::Parsed, Unreadable> {
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

/// Properties whose values sources describe by statements of their own.
const DESCRIBED_APART: [NamedNodeRef<'static>; 8] = [
    dcat::DISTRIBUTION_PROPERTY,
    dcat::CONTACT_POINT,
    dct::PUBLISHER,
    dct::CREATOR,
    adms::SAMPLE,
    health::ANALYTICS,
    health::HDAB,
    geodcatap::CUSTODIAN,
];

/// Something that the record refers to and its documents do not describe.
fn unread_part(raw: &RawRecord) -> Option<String> {
    DESCRIBED_APART.iter().find_map(|predicate| {
        raw.graph.objects_for_subject_predicate(raw.subject.as_ref(), *predicate).find_map(|object| match object {
            TermRef::NamedNode(node) if raw.graph.triples_for_subject(node).next().is_none() => {
                Some(node.as_str().to_owned())
            }
            _ => None,
        })
    })
}

/// A record that another document may describe further, which could not be read: taking it would cut it.
fn left_alone(raw: &RawRecord, part: &str) -> ReadItem {
    let kind = match raw.kind {
        split::RecordKind::Dataset => RecordKind::Dataset,
        split::RecordKind::Series => RecordKind::Series,
    };
    let reason = Reason {
        found: format!("{part} may be described on a page that could not be read"),
        fix: "Mend the page; until then the record stays as it was.".to_owned(),
        ..Reason::default()
    };
    refused(Some(kind), name_of(raw), None, vec![reason])
}

pub(super) fn problem_reason(problem: &Problem) -> Reason {
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
