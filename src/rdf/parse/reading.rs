//! One strict reading of a document in one syntax, up to its first fault.

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::{GraphName, NamedOrBlankNode, Quad};
use oxrdfxml::RdfXmlParser;
use oxttl::{NQuadsParser, NTriplesParser, TriGParser, TurtleParser, TurtleSyntaxError};

use super::super::media::Format;
use super::super::salvage;
use super::{ParseLimits, ParseRefused};

/// One syntax error.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub line: Option<u64>,
    pub subject: Option<String>,
    pub message: String,
}

impl Fault {
    pub fn describe(&self) -> String {
        self.line.map_or_else(|| self.message.clone(), |line| format!("line {line}: {}", self.message))
    }
}

/// Faults of one JSON-LD document after which the rest is not read.
const MAX_FAULTS: usize = 10_000;

/// What one reading gave.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub quads: Vec<Quad>,
    pub faults: Vec<Fault>,
}

impl Reading {
    fn push(&mut self, quad: Quad, limits: &ParseLimits) -> Result<(), ParseRefused> {
        if self.quads.len() >= limits.max_triples {
            return Err(ParseRefused::TooManyTriples { limit: limits.max_triples });
        }
        self.quads.push(quad);
        Ok(())
    }

    /// Takes everything up to the first fault.
    fn take(
        mut self,
        items: impl Iterator<Item = Result<Quad, Fault>>,
        limits: &ParseLimits,
    ) -> Result<Self, ParseRefused> {
        for item in items {
            match item {
                Ok(quad) => self.push(quad, limits)?,
                Err(fault) => {
                    self.faults.push(fault);
                    break;
                }
            }
        }
        Ok(self)
    }
}

fn bad_base(base: &str, reason: &impl ToString) -> ParseRefused {
    ParseRefused::BadBase { base: base.to_owned(), reason: reason.to_string() }
}

fn turtle_fault(error: &TurtleSyntaxError) -> Fault {
    let line = Some(error.location().start.line.saturating_add(1));
    Fault { line, subject: None, message: error.message().to_owned() }
}

/// Reads the bytes once, as the format says they should be.
pub(super) fn read(bytes: &[u8], format: Format, base: &str, limits: &ParseLimits) -> Result<Reading, ParseRefused> {
    let reading = Reading::default();
    let in_default = |triple: oxrdf::Triple| triple.in_graph(GraphName::DefaultGraph);
    match format {
        Format::Turtle => {
            let parser = TurtleParser::new().with_base_iri(base).map_err(|error| bad_base(base, &error))?;
            let items = parser.for_slice(bytes).map(|item| item.map(in_default).map_err(|error| turtle_fault(&error)));
            reading.take(items, limits)
        }
        Format::TriG => {
            let parser = TriGParser::new().with_base_iri(base).map_err(|error| bad_base(base, &error))?;
            reading.take(parser.for_slice(bytes).map(|item| item.map_err(|error| turtle_fault(&error))), limits)
        }
        Format::NTriples => {
            let items = NTriplesParser::new().for_slice(bytes);
            reading.take(items.map(|item| item.map(in_default).map_err(|error| turtle_fault(&error))), limits)
        }
        Format::NQuads => {
            let items = NQuadsParser::new().for_slice(bytes);
            reading.take(items.map(|item| item.map_err(|error| turtle_fault(&error))), limits)
        }
        Format::JsonLd => read_json_ld(bytes, base, limits),
        Format::RdfXml => {
            let parser = RdfXmlParser::new().with_base_iri(base).map_err(|error| bad_base(base, &error))?;
            let fault = |message: String| Fault { line: None, subject: None, message };
            let items =
                parser.for_slice(bytes).map(|item| item.map(in_default).map_err(|error| fault(error.to_string())));
            reading.take(items, limits)
        }
    }
}

/// Reads JSON-LD with the contexts that are kept here. A wrong word inside sound JSON loses only itself.
pub(super) fn read_json_ld(bytes: &[u8], base: &str, limits: &ParseLimits) -> Result<Reading, ParseRefused> {
    let parser = JsonLdParser::new().lenient().with_base_iri(base).map_err(|error| bad_base(base, &error))?;
    let items =
        parser.for_slice(bytes).with_load_document_callback(|address, _| match salvage::context::kept(address) {
            Some(text) => {
                Ok(JsonLdRemoteDocument { document: text.as_bytes().to_vec(), document_url: address.to_owned() })
            }
            None => Err("it is not known here and not fetched".into()),
        });
    let mut reading = Reading::default();
    for item in items {
        match item {
            // A word that nothing declares says nothing (JSON-LD 1.1, section 4.1.2).
            Ok(quad) if !quad.predicate.as_str().contains(':') || quad.predicate.as_str().starts_with("_:") => {}
            Ok(quad) => reading.push(quad, limits)?,
            Err(error) => {
                let syntax_is_broken = error.location().is_some();
                reading.faults.push(Fault {
                    line: error.location().map(|location| location.start.line.saturating_add(1)),
                    subject: reading.quads.last().and_then(named_subject),
                    message: error_chain(&error),
                });
                // After broken JSON nothing can be trusted.
                if syntax_is_broken || reading.faults.len() > MAX_FAULTS {
                    break;
                }
            }
        }
    }
    Ok(reading)
}

fn named_subject(quad: &Quad) -> Option<String> {
    match &quad.subject {
        NamedOrBlankNode::NamedNode(node) => Some(node.as_str().to_owned()),
        NamedOrBlankNode::BlankNode(_) => None,
    }
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
