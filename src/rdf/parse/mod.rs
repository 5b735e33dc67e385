//! Reading RDF documents from outside: recognise, limit, parse, salvage.
//!
//! Policy: a document is first read strictly, as the format that its header and its beginning say. Where that fails, the
//! formats that look alike are tried; then it is read part by part ([`super::salvage`]): a part that cannot be read is
//! left out and named with its line, the parts around it are kept; addresses with forbidden characters are escaped
//! ([`super::repair`]); well-known prefixes that were not declared are understood. Every such change is a [`Problem`].
//! Literals are never judged here: a wrong number or date stays as its text. Nothing is fetched: the JSON-LD contexts
//! that real catalogues name are kept here, any other is reported. The named graphs of TriG and N-Quads are read as one
//! graph: a catalogue says the same whichever way it sorts its statements; the archive keeps the document as it came.

mod problem;
mod reading;
mod refused;

use std::borrow::Cow;
use std::collections::BTreeSet;

use oxrdf::Graph;

use super::media::{self, Format};
use super::salvage::{self, Salvaged};
use super::{depth, repair, text};
pub use problem::{Defect, Places, Problem, ProblemKind, excerpt};
use reading::{Fault, read, read_json_ld};
pub use refused::ParseRefused;

/// Limits on one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseLimits {
    /// Bytes of the document, unpacked.
    pub max_bytes: usize,
    /// Bytes of a JSON-LD or RDF/XML document, which cannot be read piece by piece.
    pub max_tree_bytes: usize,
    /// Statements in it.
    pub max_triples: usize,
    /// Nesting of brackets.
    pub max_depth: usize,
    /// Problems reported before the rest are only counted.
    pub max_problems: usize,
}

impl Default for ParseLimits {
    fn default() -> Self {
        let mebibytes = 64 * 1024 * 1024;
        Self {
            max_bytes: mebibytes,
            max_tree_bytes: mebibytes,
            max_triples: 5_000_000,
            max_depth: 100,
            max_problems: 200,
        }
    }
}

/// A document that was read.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// Its statements. Blank nodes have fresh names, so graphs of several documents can be joined.
    pub graph: Graph,
    /// The format it was read as.
    pub format: Format,
    /// What could not be read as written, in the order of lines.
    pub problems: Vec<Problem>,
    /// Problems beyond [`ParseLimits::max_problems`].
    pub more_problems: usize,
    /// Whether statements were lost, also among the problems that are only counted.
    pub lost: bool,
    /// The resources of which statements were lost, also where the problem is only counted: their IRIs, or what stands
    /// in the place of one.
    pub lost_of: BTreeSet<String>,
    /// Whether statements were lost of which it is not known what they were about, such as those of blank nodes.
    pub lost_unnamed: bool,
    /// Whether the document was read to its end; false: it is cut, and what is missing is unknown.
    pub complete: bool,
}

/// Reads a document.
///
/// `media_type` is the header's, `base` the address that relative names refer to (the final address of the document).
///
/// # Errors
/// [`ParseRefused`] when nothing of it can or may be read.
pub fn parse(bytes: &[u8], media_type: Option<&str>, base: &str, limits: &ParseLimits) -> Result<Parsed, ParseRefused> {
    if bytes.len() > limits.max_bytes {
        return Err(ParseRefused::TooLarge { bytes: bytes.len(), limit: limits.max_bytes });
    }
    let text::Text { text, changes } = text::decode(bytes, media_type, limits.max_bytes)?;
    if text.trim().is_empty() {
        return Err(ParseRefused::Empty);
    }
    let format = media::decide(media_type, &text)?;
    let document = Document { text, format, base, limits, changes };
    document.check()?;
    match format {
        Format::JsonLd => document.json_ld(),
        Format::RdfXml => document.rdf_xml(),
        Format::Turtle | Format::TriG | Format::NTriples | Format::NQuads => document.turtle_family(),
    }
}

/// One document on its way through.
struct Document<'a> {
    text: Cow<'a, str>,
    format: Format,
    base: &'a str,
    limits: &'a ParseLimits,
    changes: Vec<text::Change>,
}

impl Document<'_> {
    fn check(&self) -> Result<(), ParseRefused> {
        let bytes = self.text.as_bytes();
        let is_tree = matches!(self.format, Format::JsonLd | Format::RdfXml);
        if is_tree && bytes.len() > self.limits.max_tree_bytes {
            return Err(ParseRefused::TooLarge { bytes: bytes.len(), limit: self.limits.max_tree_bytes });
        }
        let depth = match self.format {
            Format::JsonLd => depth::json(bytes),
            Format::RdfXml => depth::xml(bytes),
            Format::Turtle | Format::TriG | Format::NTriples | Format::NQuads => depth::turtle(bytes),
        };
        if depth > self.limits.max_depth {
            return Err(ParseRefused::TooDeep { depth, limit: self.limits.max_depth });
        }
        if self.format == Format::RdfXml
            && let Some(reason) = salvage::xml::danger(&self.text, self.limits.max_tree_bytes)
        {
            return Err(ParseRefused::Dangerous { reason });
        }
        if self.format == Format::JsonLd && salvage::json::context_work(&self.text) > salvage::json::MAX_CONTEXT_WORK {
            let reason = "its contexts would have to be taken in too many times; declare the words once, at the top";
            return Err(ParseRefused::Dangerous { reason: reason.to_owned() });
        }
        Ok(())
    }

    /// The changes that concern one place, which tells whose they are.
    fn marks(&self) -> impl Iterator<Item = (usize, &text::Change)> {
        self.changes.iter().filter_map(|change| Some((change.at?, change)))
    }

    fn turtle_family(&self) -> Result<Parsed, ParseRefused> {
        let bytes = self.text.as_bytes();
        let strict = read(bytes, self.format, self.base, self.limits)?;
        if strict.faults.is_empty() && self.marks().next().is_none() {
            let whole = Salvaged { quads: strict.quads, ..Salvaged::default() };
            return Ok(self.finish(self.format, whole, false));
        }
        if !strict.faults.is_empty() {
            for format in [Format::Turtle, Format::TriG, Format::NQuads] {
                let other = if format == self.format { continue } else { read(bytes, format, self.base, self.limits)? };
                if other.faults.is_empty() && !other.quads.is_empty() {
                    let mut whole = Salvaged { quads: other.quads, ..Salvaged::default() };
                    let message = format!("the document is {}, not {}", format.name(), self.format.name());
                    let problem = Problem::new(ProblemKind::Mended, Defect::Format, message);
                    whole.push(None, problem.texts(self.format.media_type(), format.media_type()));
                    return Ok(self.finish(format, whole, false));
                }
            }
        }
        let marks: Vec<(usize, Problem)> = self.marks().map(|(at, change)| (at, encoding_problem(change))).collect();
        let salvaged = salvage::turtle::salvage(&self.text, self.format, self.base, self.limits, marks)?;
        if salvaged.quads.is_empty() {
            return Err(self.unreadable(&strict.faults, &salvaged));
        }
        Ok(self.finish(self.format, salvaged, true))
    }

    fn rdf_xml(&self) -> Result<Parsed, ParseRefused> {
        let strict = read(self.text.as_bytes(), self.format, self.base, self.limits)?;
        let mut salvaged = if strict.faults.is_empty() {
            Salvaged { quads: strict.quads, ..Salvaged::default() }
        } else {
            salvage::xml::salvage(&self.text, self.base, self.limits)
        };
        if !strict.faults.is_empty() && salvaged.quads.is_empty() {
            return Err(self.unreadable(&strict.faults, &salvaged));
        }
        if !salvage::xml::is_closed(&self.text) && !salvaged.cut {
            salvaged.cut = true;
            let problem = Problem::new(ProblemKind::Lost, Defect::Markup, "the document ends before its root does");
            salvaged.push(Some(self.text.len()), problem);
        }
        let mut abouts = salvage::xml::Abouts::new(&self.text);
        for (at, change) in self.marks() {
            let about = abouts.before(at).map(str::to_owned);
            salvaged.push(Some(at), encoding_problem(change).about(about));
        }
        for (_, problem) in &mut salvaged.problems {
            let subject = problem.subject.take();
            problem.subject =
                subject.map(|about| salvage::context::full_id(&about, &serde_json::Value::Null, self.base));
        }
        Ok(self.finish(self.format, salvaged, !strict.faults.is_empty()))
    }

    /// JSON-LD leaves out what it cannot make an address of without a word, so it is always read leniently, and every
    /// address checked.
    fn json_ld(&self) -> Result<Parsed, ParseRefused> {
        let first = read_json_ld(self.text.as_bytes(), self.base, self.limits)?;
        if first.faults.is_empty() && self.marks().next().is_none() {
            if first.quads.is_empty()
                && !["\"@context\"", "\"@id\"", "\"@graph\""].iter().any(|word| self.text.contains(word))
            {
                return Err(ParseRefused::Json);
            }
            return Ok(self.finish(self.format, Salvaged { quads: first.quads, ..Salvaged::default() }, true));
        }
        let mut salvaged = Salvaged::default();
        let mut json = salvage::json::read(&self.text, self.limits.max_depth, &mut salvaged);
        let missing = salvage::context::without_missing(&mut json.value, self.base, &mut salvaged);
        let mended = json.value.to_string();
        let second = read_json_ld(mended.as_bytes(), self.base, self.limits)?;
        salvaged.quads = second.quads;
        for fault in &second.faults {
            let problem = Problem::new(ProblemKind::Lost, Defect::Syntax, fault.message.clone());
            salvaged.push(None, problem.about(fault.subject.clone()));
        }
        for (at, change) in self.marks() {
            let id = salvage::json::object_at(&json.spans, at).map(str::to_owned);
            salvaged.push(Some(at), encoding_problem(change).about(id));
        }
        for (_, problem) in &mut salvaged.problems {
            let subject = problem.subject.take();
            problem.subject = subject.map(|id| salvage::context::full_id(&id, &json.value, self.base));
        }
        if salvaged.quads.is_empty() {
            return Err(match missing {
                Some(context) => ParseRefused::RemoteContext { context },
                None => self.unreadable(&first.faults, &salvaged),
            });
        }
        Ok(self.finish(self.format, salvaged, true))
    }

    fn unreadable(&self, faults: &[Fault], salvaged: &Salvaged) -> ParseRefused {
        let lost = salvaged.problems.iter().find(|(_, problem)| problem.kind == ProblemKind::Lost);
        let reason = match (lost, faults.first()) {
            (Some((Some(at), problem)), _) => {
                let (line, column) = Places::new(&self.text).of(*at);
                format!("line {line}, column {column}: {}", problem.message)
            }
            (_, Some(fault)) => fault.describe(),
            (Some((None, problem)), None) => problem.message.clone(),
            (None, None) => "it says nothing".to_owned(),
        };
        ParseRefused::Unreadable { format: self.format.name(), reason }
    }

    /// Joins the statements with the problems, in the order of lines.
    fn finish(&self, format: Format, salvaged: Salvaged, check_iris: bool) -> Parsed {
        let whole = self.changes.iter().filter(|change| change.at.is_none()).map(encoding_problem);
        let mut placed = salvaged.problems;
        placed.extend(whole.map(|problem| (None, problem)));
        let cleaned = repair::clean(salvaged.quads, check_iris);
        let (mut lost_of, mut lost_unnamed) = (cleaned.lost_of, cleaned.lost_unnamed);
        for (_, problem) in placed.iter().filter(|(_, problem)| problem.kind == ProblemKind::Lost) {
            match problem.subject.as_ref().filter(|subject| !subject.starts_with("_:")) {
                Some(subject) => {
                    lost_of.insert(subject.clone());
                }
                None => lost_unnamed = true,
            }
        }
        let mut lines = Lines::new(&self.text);
        placed.extend(cleaned.problems.into_iter().map(|(problem, written)| (lines.find(&written), problem)));
        placed.sort_by_key(|(at, problem)| (at.is_none(), *at, problem.line));
        let mut finder = Places::new(&self.text);
        let mut problems: Vec<Problem> = placed
            .into_iter()
            .map(|(at, problem)| match at {
                Some(at) => problem.at(Some(finder.of(at))),
                None => problem,
            })
            .collect();
        problems.sort_by_key(|problem| (problem.line.is_none(), problem.line));
        let lost = lost_unnamed || !lost_of.is_empty();
        // What is lost is told before what was mended, where not everything can be told.
        if problems.len() > self.limits.max_problems {
            problems.sort_by_key(|problem| problem.kind == ProblemKind::Mended);
        }
        let untold = salvaged.more.saturating_add(cleaned.more);
        let more_problems = problems.len().saturating_sub(self.limits.max_problems).saturating_add(untold);
        problems.truncate(self.limits.max_problems);
        let complete = !salvaged.cut;
        Parsed { graph: cleaned.graph, format, problems, more_problems, lost, lost_of, lost_unnamed, complete }
    }
}

fn encoding_problem(change: &text::Change) -> Problem {
    Problem::new(ProblemKind::Mended, text::Change::DEFECT, change.message.clone())
        .texts(&change.original, &change.read_as)
}

/// Finds where texts stand that were noticed after parsing, for the first few of them.
struct Lines<'a> {
    text: &'a str,
    left: usize,
}

/// Problems whose place is looked up in the document, each a pass over its start.
const LOOKED_UP: usize = 50;
/// Bytes from the start of the document in which a place is looked up.
const LOOKED_UP_IN: usize = 4 * 1024 * 1024;

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, left: LOOKED_UP }
    }
    fn find(&mut self, written: &str) -> Option<usize> {
        if written.is_empty() || self.left == 0 {
            return None;
        }
        self.left -= 1;
        let found = self.text.find(written)?;
        (found < LOOKED_UP_IN).then_some(found)
    }
}
