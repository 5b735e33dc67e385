//! Reading RDF documents from outside: recognise, limit, parse, salvage.
//!
//! Policy: a document is first read strictly. Only when that fails is it read again leniently: a statement that cannot
//! be read is left out and named with its line, the statements around it are kept; IRIs with forbidden characters are
//! escaped ([`super::repair`]); well-known prefixes that were not declared are understood. Every such change is a
//! [`Problem`]. Literals are never judged here: a wrong number or date stays as its text. Nothing is fetched: a JSON-LD
//! document that needs a remote context is refused with that context's address.

use oxjsonld::{JsonLdParser, JsonLdSyntaxError};
use oxrdf::{Graph, GraphName, NamedOrBlankNode, Quad};
use oxrdfxml::RdfXmlParser;
use oxttl::{NQuadsParser, NTriplesParser, TriGParser, TurtleParser, TurtleSyntaxError};

use super::media::{self, Format, Looks};
use super::{depth, namespaces, repair};

/// Limits on one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseLimits {
    /// Bytes of the document.
    pub max_bytes: usize,
    /// Statements in it.
    pub max_triples: usize,
    /// Nesting of brackets.
    pub max_depth: usize,
    /// Problems reported before the rest are only counted.
    pub max_problems: usize,
}

impl Default for ParseLimits {
    fn default() -> Self {
        Self { max_bytes: 64 * 1024 * 1024, max_triples: 5_000_000, max_depth: 100, max_problems: 200 }
    }
}

/// What became of the part of a document that could not be read as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// It was mended; nothing is missing.
    Mended,
    /// A statement, or the rest of one, was left out.
    Lost,
}

/// One place of a document that could not be read as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in the document, from 1, where known.
    pub line: Option<u64>,
    /// IRI of the resource whose description it was in, where known.
    pub subject: Option<String>,
    /// What became of it.
    pub kind: ProblemKind,
    /// What is wrong, in plain words.
    pub message: String,
}

/// A document that was read.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// Its statements. Blank nodes have fresh names, so graphs of several documents can be joined.
    pub graph: Graph,
    /// The format it was read as.
    pub format: Format,
    /// What could not be read as written.
    pub problems: Vec<Problem>,
    /// Problems beyond [`ParseLimits::max_problems`].
    pub more_problems: usize,
    /// Whether the document was read to its end; false: it is cut, and what is missing is unknown.
    pub complete: bool,
}

/// A document that was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseRefused {
    /// There is nothing in it.
    #[error("the answer is empty")]
    Empty,
    /// It is a web page.
    #[error(
        "the answer is a web page (HTML), not metadata: ask for text/turtle, or use the address of the RDF document"
    )]
    Html,
    /// It is in UTF-16 or UTF-32.
    #[error("the document is not in UTF-8: save it as UTF-8")]
    NotUtf8,
    /// Too many bytes.
    #[error("the document has {bytes} bytes, more than the {limit} allowed: page it or split it")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Too many statements.
    #[error("the document has more than {limit} statements: page it or split it")]
    TooManyTriples {
        /// The limit.
        limit: usize,
    },
    /// Nested too deeply.
    #[error("the document nests brackets {depth} deep, more than the {limit} allowed")]
    TooDeep {
        /// How deep.
        depth: usize,
        /// The limit.
        limit: usize,
    },
    /// The address that relative names refer to is not an absolute IRI.
    #[error("{base:?} is not an absolute address to read relative names against: {reason}")]
    BadBase {
        /// The base.
        base: String,
        /// Why.
        reason: String,
    },
    /// A JSON-LD document that refers to a context elsewhere.
    #[error(
        "the document refers to the JSON-LD context {context}, which is not fetched: put the context into the document"
    )]
    RemoteContext {
        /// Its address.
        context: String,
    },
    /// Nothing in it could be read.
    #[error("nothing in the document could be read as {format}: {reason}")]
    Unreadable {
        /// The format that was tried.
        format: &'static str,
        /// The first reason.
        reason: String,
    },
}

/// Reads a document.
///
/// `media_type` is the header's, `base` the address that relative names refer to (the final address of the document).
///
/// # Errors
/// [`ParseRefused`] when nothing of it can or may be read.
pub fn parse(bytes: &[u8], media_type: Option<&str>, base: &str, limits: &ParseLimits) -> Result<Parsed, ParseRefused> {
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    if bytes.len() > limits.max_bytes {
        return Err(ParseRefused::TooLarge { bytes: bytes.len(), limit: limits.max_bytes });
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ParseRefused::Empty);
    }
    let Some(format) = media::decide(media_type, bytes) else {
        let wide = media::looks(bytes) == Looks::WideText;
        return Err(if wide { ParseRefused::NotUtf8 } else { ParseRefused::Html });
    };
    check_depth(bytes, format, limits)?;
    let strict = read(bytes, format, base, limits, Manner::Strict)?;
    if strict.faults.is_empty() {
        return Ok(finish(strict, &[], bytes, format, limits));
    }
    let lenient = read(bytes, format, base, limits, Manner::Lenient)?;
    if lenient.quads.is_empty() {
        let reason = strict.faults.first().map_or_else(String::new, Fault::describe);
        return Err(ParseRefused::Unreadable { format: format.name(), reason });
    }
    Ok(finish(lenient, &strict.faults, bytes, format, limits))
}

fn check_depth(bytes: &[u8], format: Format, limits: &ParseLimits) -> Result<(), ParseRefused> {
    let depth = match format {
        Format::JsonLd => depth::json(bytes),
        Format::Turtle | Format::TriG | Format::NTriples | Format::NQuads => depth::turtle(bytes),
        Format::RdfXml => depth::xml(bytes),
    };
    if depth > limits.max_depth { Err(ParseRefused::TooDeep { depth, limit: limits.max_depth }) } else { Ok(()) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Strict,
    Lenient,
}

/// One syntax error.
#[derive(Debug, Clone)]
struct Fault {
    line: Option<u64>,
    /// Byte where it ends.
    end: Option<usize>,
    subject: Option<String>,
    message: String,
    /// Whether nothing after it could be read.
    at_end: bool,
}

impl Fault {
    fn problem(&self, kind: ProblemKind) -> Problem {
        Problem { line: self.line, subject: self.subject.clone(), kind, message: self.message.clone() }
    }
    fn describe(&self) -> String {
        self.line.map_or_else(|| self.message.clone(), |line| format!("line {line}: {}", self.message))
    }
}

/// What one reading gave.
struct Reading {
    quads: Vec<Quad>,
    faults: Vec<Fault>,
}

impl Reading {
    fn new() -> Self {
        Self { quads: Vec::new(), faults: Vec::new() }
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
                let most = limits.max_problems.saturating_mul(if manner == Manner::Strict { 1 } else { 50 });
                Ok(self.faults.len() <= most)
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
fn read(
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
fn line_at(bytes: &[u8], at: usize) -> u64 {
    let newlines = bytes.iter().take(at).filter(|byte| **byte == b'\n').count();
    u64::try_from(newlines).unwrap_or(u64::MAX).saturating_add(1)
}

/// Joins the reading with its problems. `first_faults` are those of the strict reading.
fn finish(reading: Reading, first_faults: &[Fault], bytes: &[u8], format: Format, limits: &ParseLimits) -> Parsed {
    let content_end = bytes.trim_ascii_end().len();
    let complete = !reading.faults.iter().any(|fault| fault.at_end || fault.end.is_some_and(|end| end >= content_end));
    let cleaned = repair::clean(reading.quads, !first_faults.is_empty());
    let lost_lines: Vec<Option<u64>> = reading.faults.iter().map(|fault| fault.line).collect();
    let mut problems: Vec<Problem> = reading.faults.iter().map(|fault| fault.problem(ProblemKind::Lost)).collect();
    for (mut problem, text) in cleaned.problems {
        problem.line = line_of(bytes, &text);
        problems.push(problem);
    }
    let reported: Vec<Option<u64>> = problems.iter().map(|problem| problem.line).collect();
    let mended =
        first_faults.iter().filter(|fault| !lost_lines.contains(&fault.line) && !reported.contains(&fault.line));
    problems.extend(mended.map(|fault| fault.problem(ProblemKind::Mended)));
    problems.sort_by_key(|problem| problem.line);
    let more_problems = problems.len().saturating_sub(limits.max_problems);
    problems.truncate(limits.max_problems);
    Parsed { graph: cleaned.graph, format, problems, more_problems, complete }
}

/// The line on which a text first stands.
fn line_of(bytes: &[u8], text: &str) -> Option<u64> {
    let needle = text.as_bytes();
    if needle.is_empty() {
        return None;
    }
    bytes.windows(needle.len()).position(|window| window == needle).map(|at| line_at(bytes, at))
}
