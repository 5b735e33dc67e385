//! Reading RDF documents from outside: recognise, limit, parse, salvage.
//!
//! Policy: a document is first read strictly. Only when that fails is it read again leniently: a statement that cannot
//! be read is left out and named with its line, the statements around it are kept; IRIs with forbidden characters are
//! escaped ([`super::repair`]); well-known prefixes that were not declared are understood. Every such change is a
//! [`Problem`]. Literals are never judged here: a wrong number or date stays as its text. Nothing is fetched: a JSON-LD
//! document that needs a remote context is refused with that context's address.

mod reading;

use oxrdf::Graph;

use super::media::{self, Format, Looks};
use super::{depth, repair};
use reading::{Fault, Manner, Reading, line_at, read};

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

/// Problems whose line is looked up in the document, each a pass over its start.
const LINES_LOOKED_UP: usize = 50;
/// Bytes from the start of the document in which a line is looked up.
const LOOKED_UP_IN: usize = 4 * 1024 * 1024;

/// Joins the reading with its problems. `first_faults` are those of the strict reading.
fn finish(reading: Reading, first_faults: &[Fault], bytes: &[u8], format: Format, limits: &ParseLimits) -> Parsed {
    let content_end = bytes.trim_ascii_end().len();
    let complete = !reading.given_up
        && !reading.faults.iter().any(|fault| fault.at_end || fault.end.is_some_and(|end| end >= content_end));
    let cleaned = repair::clean(reading.quads, !first_faults.is_empty());
    let lost_lines: Vec<Option<u64>> = reading.faults.iter().map(|fault| fault.line).collect();
    let mut problems: Vec<Problem> = reading.faults.iter().map(|fault| fault.problem(ProblemKind::Lost)).collect();
    for (number, (mut problem, text)) in cleaned.problems.into_iter().enumerate() {
        if number < LINES_LOOKED_UP {
            problem.line = line_of(bytes, &text);
        }
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
    let bytes = bytes.get(..bytes.len().min(LOOKED_UP_IN)).unwrap_or_default();
    bytes.windows(needle.len()).position(|window| window == needle).map(|at| line_at(bytes, at))
}
