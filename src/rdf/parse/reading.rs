//! One reading of a document in one syntax, strict or lenient, with every syntax error as a [`Fault`].

use oxjsonld::{JsonLdParser, JsonLdSyntaxError};
use oxrdf::{GraphName, NamedOrBlankNode, Quad};
use oxrdfxml::RdfXmlParser;
use oxttl::{NQuadsParser, NTriplesParser, TriGParser, TurtleParser, TurtleSyntaxError};

use super::super::media::Format;
use super::super::namespaces;
use super::{ParseLimits, ParseRefused, Problem, ProblemKind};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Strict,
    Lenient,
}

/// One syntax error.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub line: Option<u64>,
    /// Byte where it ends.
    pub end: Option<usize>,
    pub subject: Option<String>,
    pub message: String,
    /// Whether nothing after it could be read.
    pub at_end: bool,
}

impl Fault {
    pub fn problem(&self, kind: ProblemKind) -> Problem {
        Problem { line: self.line, subject: self.subject.clone(), kind, message: self.message.clone() }
    }
    pub fn describe(&self) -> String {
        self.line.map_or_else(|| self.message.clone(), |line| format!("line {line}: {}", self.message))
    }
}

/// How many times as many faults as are reported a lenient reading puts up with.
const LENIENT_FACTOR: usize = 50;

/// What one reading gave.
pub(super) struct Reading {
    pub quads: Vec<Quad>,
    pub faults: Vec<Fault>,
    /// Whether reading ended early because there were too many faults.
    pub given_up: bool,
}

impl Reading {
    fn new() -> Self {
        Self { quads: Vec::new(), faults: Vec::new(), given_up: false }
    }
    /// Takes one quad or fault. `Ok(false)`: stop reading.
    fn take(&mut self, item: Result<Quad, Fault>, manner: Manner, limits: &ParseLimits) -> Result<bool, ParseRefused> {
        match item {
            Ok(quad) => {
                if self.quads.len() >= limits.max_triples {
                    return Err(ParseRefused::TooManyTriples { limit: limits.max_triples });
                }
                self.quads.push(quad);
                Ok(true)
            }
            Err(mut fault) => {
                fault.subject = fault.subject.or_else(|| self.quads.last().and_then(named_subject));
                self.faults.push(fault);
                // A strict reading with a fault is followed by a lenient one; it goes on only to know every fault.
                let most =
                    limits.max_problems.saturating_mul(if manner == Manner::Strict { 1 } else { LENIENT_FACTOR });
                self.given_up = self.faults.len() > most;
                Ok(!self.given_up)
            }
        }
    }
}

fn named_subject(quad: &Quad) -> Option<String> {
    match &quad.subject {
        NamedOrBlankNode::NamedNode(node) => Some(node.as_str().to_owned()),
        NamedOrBlankNode::BlankNode(_) => None,
    }
}

fn bad_base(base: &str, reason: &impl ToString) -> ParseRefused {
    ParseRefused::BadBase { base: base.to_owned(), reason: reason.to_string() }
}

fn turtle_fault(error: &TurtleSyntaxError) -> Fault {
    let location = error.location();
    Fault {
        line: Some(location.start.line.saturating_add(1)),
        end: usize::try_from(location.end.offset).ok(),
        subject: None,
        message: error.message().to_owned(),
        at_end: false,
    }
}

fn json_fault(error: &JsonLdSyntaxError) -> Fault {
    Fault {
        line: error.location().map(|location| location.start.line.saturating_add(1)),
        end: error.location().and_then(|location| usize::try_from(location.end.offset).ok()),
        subject: None,
        message: error_chain(error),
        at_end: error.location().is_some(),
    }
}

/// Reads the bytes once in the format and manner.
pub(super) fn read(
    bytes: &[u8],
    format: Format,
    base: &str,
    limits: &ParseLimits,
    manner: Manner,
) -> Result<Reading, ParseRefused> {
    let lenient = manner == Manner::Lenient;
    let mut reading = Reading::new();
    match format {
        Format::Turtle => {
            let mut parser = TurtleParser::new().with_base_iri(base).map_err(|error| bad_base(base, &error))?;
            if lenient {
                parser = parser.lenient();
                for (prefix, iri) in namespaces::PREFIXES {
                    parser = parser.with_prefix(*prefix, *iri).map_err(|error| bad_base(iri, &error))?;
                }
            }
            for item in parser.for_slice(bytes) {
                let item = item.map(|triple| triple.in_graph(GraphName::DefaultGraph)).map_err(|e| turtle_fault(&e));
                if !reading.take(item, manner, limits)? {
                    break;
                }
            }
        }
        Format::TriG => {
            let mut parser = TriGParser::new().with_base_iri(base).map_err(|error| bad_base(base, &error))?;
            if lenient {
                parser = parser.lenient();
            }
            for item in parser.for_slice(bytes) {
                if !reading.take(item.map_err(|e| turtle_fault(&e)), manner, limits)? {
                    break;
                }
            }
        }
        Format::NTriples => {
            let parser = if lenient { NTriplesParser::new().lenient() } else { NTriplesParser::new() };
            for item in parser.for_slice(bytes) {
                let item = item.map(|triple| triple.in_graph(GraphName::DefaultGraph)).map_err(|e| turtle_fault(&e));
                if !reading.take(item, manner, limits)? {
                    break;
                }
            }
        }
        Format::NQuads => {
            let parser = if lenient { NQuadsParser::new().lenient() } else { NQuadsParser::new() };
            for item in parser.for_slice(bytes) {
                if !reading.take(item.map_err(|e| turtle_fault(&e)), manner, limits)? {
                    break;
                }
            }
        }
        Format::JsonLd => read_json_ld(bytes, base, limits, manner, &mut reading)?,
        Format::RdfXml => read_rdf_xml(bytes, base, limits, manner, &mut reading)?,
    }
    Ok(reading)
}

/// Marks the message of the refusal to fetch, so that it is found again in the parser's error.
const NOT_FETCHED: &str = "atlas does not fetch the context ";

fn read_json_ld(
    bytes: &[u8],
    base: &str,
    limits: &ParseLimits,
    manner: Manner,
    reading: &mut Reading,
) -> Result<(), ParseRefused> {
    let mut parser = JsonLdParser::new().with_base_iri(base).map_err(|error| bad_base(base, &error))?;
    if manner == Manner::Lenient {
        parser = parser.lenient();
    }
    let quads = parser
        .for_slice(bytes)
        .with_load_document_callback(|address, _| Err(format!("{NOT_FETCHED}{address} .").into()));
    for item in quads {
        if let Err(error) = &item {
            let text = error_chain(error);
            if let Some((_, rest)) = text.split_once(NOT_FETCHED) {
                let context = rest.split_whitespace().next().unwrap_or_default().to_owned();
                return Err(ParseRefused::RemoteContext { context });
            }
        }
        let syntax_is_broken = matches!(&item, Err(error) if error.location().is_some());
        let go_on = reading.take(item.map_err(|e| json_fault(&e)), manner, limits)?;
        // After broken JSON nothing can be trusted; a wrong term inside sound JSON loses only itself.
        if syntax_is_broken || !go_on {
            break;
        }
    }
    Ok(())
}

/// An error with everything that it says it was caused by.
fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

fn read_rdf_xml(
    bytes: &[u8],
    base: &str,
    limits: &ParseLimits,
    manner: Manner,
    reading: &mut Reading,
) -> Result<(), ParseRefused> {
    if has_nested_entities(bytes) {
        let reason = "it declares entities that are made of other entities".to_owned();
        return Err(ParseRefused::Unreadable { format: Format::RdfXml.name(), reason });
    }
    let mut parser = RdfXmlParser::new().with_base_iri(base).map_err(|error| bad_base(base, &error))?;
    if manner == Manner::Lenient {
        parser = parser.lenient();
    }
    let mut triples = parser.for_slice(bytes);
    while let Some(item) = triples.next() {
        let at = usize::try_from(triples.buffer_position()).unwrap_or(usize::MAX).min(bytes.len());
        let item = item.map(|triple| triple.in_graph(GraphName::DefaultGraph)).map_err(|error| Fault {
            line: Some(line_at(bytes, at)),
            end: Some(at),
            subject: None,
            message: error.to_string(),
            at_end: true,
        });
        let failed = item.is_err();
        reading.take(item, manner, limits)?;
        // XML has no place to start again after a fault: what follows it is unknown.
        if failed {
            break;
        }
    }
    Ok(())
}

/// Whether a document type declares an entity by means of another one: text that can grow without bound.
fn has_nested_entities(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.windows(8).position(|window| window == b"<!ENTITY") {
        rest = rest.get(at.saturating_add(8)..).unwrap_or_default();
        let end = rest.iter().position(|byte| *byte == b'>').unwrap_or(rest.len());
        let declaration = rest.get(..end).unwrap_or_default();
        if declaration.windows(2).any(|pair| matches!(pair, [b'&', next] if *next != b'#')) {
            return true;
        }
    }
    false
}

/// The line, from 1, of a byte.
pub(super) fn line_at(bytes: &[u8], at: usize) -> u64 {
    let newlines = bytes.iter().take(at).filter(|byte| **byte == b'\n').count();
    u64::try_from(newlines).unwrap_or(u64::MAX).saturating_add(1)
}
